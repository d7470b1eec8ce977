package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cucumber/godog"

	"ffscert/drivers"
	"ffscert/drivers/secret"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/steps"
)

// carryOut executes one attempt: one scenario in a godog run of its own. It
// returns ctx's error if it was stopped from outside; such an attempt was not
// finished and is not recorded.
func carryOut(ctx context.Context, id certification.AttemptID, job Job, bed *testbed.Testbed, protocol certification.Protocol,
	vocabulary []steps.Sentence, save func(string, []byte) (string, error)) (certification.Attempt, error) {
	if bed.BeginAttempt != nil {
		bed.BeginAttempt(id)
	}
	at := certification.Attempt{ID: id, Testbed: bed.Name, Started: bed.Clock.Now()}
	bed.Tracer.Begin(id)
	ctx = bed.Tracer.Context(ctx)
	state := steps.NewAttempt(id, bed, protocol, save)
	rec := &recorder{scenario: job.Scenario, bed: bed, measures: lastMeasured(job.Scenario, vocabulary)}
	settled := false
	if info, err := bed.Phone.Open(ctx); err != nil {
		rec.err = err
	} else {
		at.Simulated = info.Simulated
		if rec.err = state.Settle(ctx); rec.err == nil {
			settled = true
			rec.err = state.ToStart(ctx)
		}
		if rec.err == nil {
			state.Kept() // it stands with its observations
			rec.run(ctx, state, vocabulary)
		}
	}
	if err := ctx.Err(); err != nil {
		bed.Tracer.Drop()
		putBack(ctx, state, steps.Stopped)
		return certification.Attempt{}, err
	}
	at.Verdict = certification.Passed
	at.Finished = bed.Clock.Now()
	if err := clockTrouble(bed, state, at.Started, at.Finished); err != nil {
		rec.err = err
	}
	if rec.err == nil {
		rec.err = rec.incomplete()
	}
	if rec.err == nil {
		rec.err = unproven(job.Case.Needs, state)
	}
	if rec.err != nil {
		t := certification.TroubleOf(rec.err)
		at.Verdict, at.Cause, at.Code = certification.VerdictOf(t.Cause), t.Cause, t.Code
		at.Message, at.Hint, at.DecidedBy = t.Error(), t.Hint, rec.decidedBy(t)
		state.Photograph(ctx, fmt.Sprintf("%s-%d", id.Case, id.N))
		at.Evidence = state.Kept()
		bed.Tracer.Ended()
		if settled { // else that it is not is the very trouble
			putBack(ctx, state, steps.Broken)
		}
	} else {
		bed.Tracer.Ended()
		putBack(ctx, state, steps.Whole)
		if f := heaviest(state.Findings); f != nil {
			at.Verdict, at.Cause, at.Message = certification.Warning, causeOf(*f), f.Message
			if f.Severity != certification.SeverityWarning {
				at.Verdict = certification.Review
			}
		}
	}
	if path := keepTrace(ctx, bed, state, at.Verdict); path != "" {
		at.Evidence = append(at.Evidence, path)
	}
	at.SetupTime, at.Phases = state.SetupTime, state.Phases
	at.Observations, at.Findings = state.Observations, state.Findings
	at.Steps = rec.finish()
	at.Finished = bed.Clock.Now()
	withoutCustomer(&at, bed.Customer)
	return at, nil
}

// withoutCustomer takes out of what is recorded of an attempt who the customer
// is: apps and pages say it, and what they say is recorded.
func withoutCustomer(at *certification.Attempt, who *secret.Person) {
	if who == nil {
		return
	}
	at.Message, at.Hint = who.Text(at.Message), who.Text(at.Hint)
	at.DecidedBy = slices.Clone(at.DecidedBy)
	for i := range at.DecidedBy {
		at.DecidedBy[i] = who.Text(at.DecidedBy[i])
	}
	for i := range at.Observations {
		at.Observations[i].What = who.Text(at.Observations[i].What)
	}
	for i := range at.Findings {
		at.Findings[i].Message = who.Text(at.Findings[i].Message)
	}
	for i := range at.Steps {
		at.Steps[i].Message = who.Text(at.Steps[i].Message)
	}
}

// putBack undoes what the scenario has left changed, also when ctx is done: a
// testbed that is left as it is would make later attempts prove nothing.
func putBack(ctx context.Context, state *steps.Attempt, end steps.Ending) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), end.Within())
	defer cancel()
	state.PutBack(last, end)
}

// jumpsMost is how far the wall clock and the time that was measured may go
// apart in an attempt: clocks are corrected in small steps all the time.
const jumpsMost = 2 * time.Second

// clockTrouble is the trouble of an attempt during which the computer slept, or
// its clock was put forward: how long anything took is not known then, and a
// device that was late would seem to be in time. A clock that was put back is
// noted; what was measured is right.
func clockTrouble(bed *testbed.Testbed, state *steps.Attempt, from, to time.Time) error {
	c, ok := bed.Clock.(drivers.Skewed)
	if !ok {
		return nil
	}
	skew := c.Skew(from, to)
	if skew < -jumpsMost {
		state.Observe(fmt.Sprintf("the computer's clock was put back by %.0f s during the attempt: its times of day do not fit together, its durations do", -skew.Seconds()))
	}
	if skew <= jumpsMost {
		return nil
	}
	return &certification.Trouble{Code: certification.ToolClock, Cause: certification.CauseTool,
		Message:  fmt.Sprintf("the computer's clock went ahead of the time that was measured by %.0f s: it slept, or was put forward", skew.Seconds()),
		Evidence: []string{fmt.Sprintf("wall clock %.0f s, measured %.0f s", (to.Sub(from) + skew).Seconds(), to.Sub(from).Seconds())},
		Hint:     "keep the computer from sleeping during a run; the attempt is repeated"}
}

// causeOf is who is to blame for a finding.
func causeOf(f certification.Finding) certification.Cause {
	rule := f.Rule
	switch {
	case strings.HasPrefix(f.Message, steps.NotJudged):
		return certification.CauseRig // it does not show what has to be judged
	case strings.HasPrefix(rule, "LWA-"):
		return certification.CausePartnerApp
	case rule == "OPERATOR":
		return certification.CauseRig // nobody was there
	case rule == "PACKAGING":
		return certification.CauseDefinition // no scenario can see it
	case rule == "NET-PUT-BACK":
		return certification.CauseRig
	case strings.HasPrefix(rule, "NET-"):
		return certification.CauseDefinition
	}
	return certification.CauseAlexaApp
}

// unproven is an error if the attempt did not measure what its case needs.
func unproven(needs []string, a *steps.Attempt) error {
	if slices.Contains(needs, certification.NeedsSetUpTime) && a.SetupTime == nil {
		return &certification.Trouble{Code: certification.DefStepOrder, Cause: certification.CauseDefinition,
			Message: "the scenario came to its end without recording a set-up time: it proves nothing for its case",
			Hint:    "write \"the set-up time is recorded\" after the device was seen, or remove the tag @case"}
	}
	return nil
}

// heaviest is the finding that weighs most; nil if none weighs anything.
func heaviest(all []certification.Finding) *certification.Finding {
	for _, severity := range []certification.Severity{certification.SeverityFail, certification.SeverityReview, certification.SeverityWarning} {
		for i := range all {
			if all[i].Severity == severity {
				return &all[i]
			}
		}
	}
	return nil
}

// recorder notes what godog does, step by step. Verdicts come from here, never
// from godog's formatters.
type recorder struct {
	scenario Scenario
	bed      *testbed.Testbed
	steps    []certification.Step
	began    time.Time
	err      error
	measures int // the last step that ends a measurement, from 0; -1 if there is none
}

func (r *recorder) run(ctx context.Context, state *steps.Attempt, vocabulary []steps.Sentence) {
	contents := oneScenario(r.scenario)
	if !readsBack(contents, r.scenario) {
		r.err = unfaithful()
		return
	}
	suite := godog.TestSuite{
		Name: "attempt",
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			for _, s := range vocabulary {
				sc.Step(s.Pattern(), r.handler(s, state))
			}
			sc.StepContext().Before(func(ctx context.Context, _ *godog.Step) (context.Context, error) {
				tellStep(ctx, len(r.steps), r.scenario.Steps)
				r.before()
				return ctx, nil
			})
			sc.StepContext().After(func(ctx context.Context, _ *godog.Step, status godog.StepResultStatus, err error) (context.Context, error) {
				r.after(status, err)
				r.steps[len(r.steps)-1].Evidence = state.Kept()
				return ctx, r.look(ctx, state)
			})
		},
		Options: &godog.Options{
			Format: "progress", Output: io.Discard, NoColors: true, Strict: true,
			DefaultContext:  ctx,
			FeatureContents: []godog.Feature{{Name: "attempt.feature", Contents: contents}},
		},
	}
	status := suite.Run()
	if status != 0 && r.err == nil {
		r.err = &certification.Trouble{Code: certification.ToolUnclassified, Cause: certification.CauseTool,
			Message: fmt.Sprintf("the scenario ended with godog's status %d and without a reason", status)}
	}
}

// decidedBy are the lines that decided who is to blame, and the sentence that
// was carried out then.
func (r *recorder) decidedBy(t *certification.Trouble) []string {
	lines := slices.Clone(t.Deciders())
	for _, s := range r.steps {
		if s.Message != "" {
			return append(lines, s.Location+" "+s.Text)
		}
	}
	return lines
}

func (r *recorder) before() {
	r.began = r.bed.Clock.Now()
	if r.err == nil { // else the step is skipped
		r.bed.Tracer.StepBegan()
	}
	i := len(r.steps)
	st := certification.Step{}
	if i < len(r.scenario.Steps) {
		st.Text = r.scenario.Steps[i].Text
		st.Location = fmt.Sprintf("%s:%d", r.scenario.File, r.scenario.Steps[i].Line)
	}
	r.steps = append(r.steps, st)
}

func (r *recorder) after(status godog.StepResultStatus, err error) {
	if len(r.steps) == 0 {
		r.before()
	}
	st := &r.steps[len(r.steps)-1]
	st.Seconds = r.bed.Clock.Now().Sub(r.began).Seconds()
	st.Status = status.String()
	if err == nil && status == godog.StepPassed {
		return
	}
	if r.err == nil {
		r.err = stepError(status, err, st.Text)
	}
	if err != nil {
		st.Message = err.Error()
	}
}

// stepError gives a step that did not pass an error with a cause, whatever
// godog calls it.
func stepError(status godog.StepResultStatus, err error, text string) error {
	switch {
	case errors.Is(err, godog.ErrUndefined), status == godog.StepUndefined:
		return &certification.Trouble{Code: certification.DefUndefinedStep, Cause: certification.CauseDefinition,
			Message: "no step understands \"" + text + "\"", Hint: "see `ffscert steps` for the sentences that are known"}
	case errors.Is(err, godog.ErrAmbiguous), status == godog.StepAmbiguous:
		return &certification.Trouble{Code: certification.DefAmbiguousStep, Cause: certification.CauseDefinition,
			Message: "more than one step understands \"" + text + "\"", Hint: "see `ffscert check`"}
	case err != nil:
		return err
	default:
		return &certification.Trouble{Code: certification.ToolUnclassified, Cause: certification.CauseTool,
			Message: "the step \"" + text + "\" ended as " + status.String() + ", which proves nothing"}
	}
}

// incomplete is an error unless every step of the scenario passed: a scenario
// that stopped half-way without an error must not look green.
func (r *recorder) incomplete() error {
	passed := 0
	for _, st := range r.steps {
		if st.Status == godog.StepPassed.String() {
			passed++
		}
	}
	if passed == len(r.scenario.Steps) && passed > 0 {
		return nil
	}
	return &certification.Trouble{Code: certification.ToolUnclassified, Cause: certification.CauseTool,
		Message: fmt.Sprintf("only %d of %d steps were carried out", passed, len(r.scenario.Steps))}
}

// finish adds the steps that were not reached.
func (r *recorder) finish() []certification.Step {
	for i := len(r.steps); i < len(r.scenario.Steps); i++ {
		r.steps = append(r.steps, certification.Step{Text: r.scenario.Steps[i].Text, Status: "skipped",
			Location: fmt.Sprintf("%s:%d", r.scenario.File, r.scenario.Steps[i].Line)})
	}
	return r.steps
}

// handler is the function that godog calls for a sentence: it needs one whose
// parameters are as many as the expression's groups, and one more for what
// stands below the sentence. What is carried out is the scenario's own step,
// not what godog has read back.
func (r *recorder) handler(s steps.Sentence, state *steps.Attempt) any {
	in := []reflect.Type{reflect.TypeFor[context.Context]()}
	for range s.Blanks {
		in = append(in, reflect.TypeFor[string]())
	}
	switch s.Below {
	case steps.BelowTable:
		in = append(in, reflect.TypeFor[*godog.Table]())
	case steps.BelowText:
		in = append(in, reflect.TypeFor[*godog.DocString]())
	}
	t := reflect.FuncOf(in, []reflect.Type{reflect.TypeFor[error]()}, false)
	return reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		out := reflect.New(reflect.TypeFor[error]()).Elem()
		if err := r.step(args[0].Interface().(context.Context), s, state); err != nil {
			out.Set(reflect.ValueOf(err))
		}
		return []reflect.Value{out}
	}).Interface()
}

func (r *recorder) step(ctx context.Context, s steps.Sentence, state *steps.Attempt) error {
	i := len(r.steps) - 1
	if i < 0 || i >= len(r.scenario.Steps) {
		return unfaithful()
	}
	st := r.scenario.Steps[i]
	args, ok := s.Match(st.Text)
	if !ok {
		return unfaithful()
	}
	in := steps.Input{Args: args, Rows: st.Rows}
	if st.Doc != nil {
		in.Text = *st.Doc
	}
	return s.Run(ctx, state, in)
}

func unfaithful() error {
	return &certification.Trouble{Code: certification.DefUnfaithful, Cause: certification.CauseDefinition,
		Message: "the scenario cannot be carried out word for word", Hint: "write it with less unusual characters, and report it"}
}
