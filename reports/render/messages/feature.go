package messages

import (
	"fmt"
	"strings"

	"github.com/cucumber/messages/go/v21"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
)

// feature is a case, a local scenario, or the run itself.
type feature struct {
	uri, name   string
	description []string
	tags        []string
	caseID      string
	attempts    []matrix.Attempt
	// verdict is told by a scenario of its own: that of the whole is not the
	// worst of the attempts.
	verdict  certification.Verdict
	headline string
	messages []string
	flaky    bool
}

func runFeature(m matrix.Matrix) feature {
	r, s := m.Run, m.Summary
	f := feature{uri: "00-run.feature", name: render.Headline(m) + " · " + r.Product.DeviceName + " · " + render.Plan(m), verdict: m.Outcome(), headline: "Verdict of the run: " + render.Headline(m),
		description: render.Notices(m), tags: tags(m, m.Outcome(), "", "run")}
	f.messages = []string{fmt.Sprintf("cases: %d failed, %d blocked, %d not run, %d to review, %d with a warning, %d waived, %d passed, %d not applicable", s.Failed, s.Blocked, s.NotRun, s.Review, s.Warning, s.Waived, s.Passed, s.NotApplicable),
		fmt.Sprintf("%d tests executed", r.TestsExecuted), "run " + r.ID + ", " + string(r.State)}
	if len(m.NotSelected) > 0 {
		f.messages = append(f.messages, "not selected: "+strings.Join(m.NotSelected, ", "))
	}
	for _, n := range matrix.Next(m) {
		f.messages = append(f.messages, "next: "+n)
	}
	return f
}

func caseFeature(m matrix.Matrix, c *matrix.Case) feature {
	f := feature{uri: "case/" + c.ID + ".feature", name: marked(m, c.ID+" "+c.Title), caseID: c.ID, attempts: c.AttemptList, verdict: c.Verdict, flaky: c.Flaky,
		headline: "Verdict of the case: " + render.Words(string(c.Verdict)), tags: tags(m, c.Verdict, c.Cause, c.ID)}
	f.description = append(f.description, c.Group, c.Requirement)
	if w := render.Waivers(m, c.ID); w != "" {
		f.description = append(f.description, "Waiver "+w)
	}
	f.messages = told(c.Verdict, c.Cause, c.Message, c.Flaky, c.Attempts, c.Rate, c.SetupTime, c.Phases, c.Findings)
	return f
}

func localFeature(m matrix.Matrix, l *matrix.Scenario) feature {
	f := feature{uri: "local/" + l.Scenario, name: marked(m, "local: "+l.Scenario), caseID: certification.LocalCase, attempts: l.AttemptList, verdict: l.Verdict, flaky: l.Flaky,
		description: []string{"Outside the plan: it does not enter its verdict."}, headline: "Verdict of the scenario: " + render.Words(string(l.Verdict)), tags: tags(m, l.Verdict, l.Cause, "local")}
	f.messages = told(l.Verdict, l.Cause, l.Message, l.Flaky, l.Attempts, l.Rate, l.SetupTime, l.Phases, l.Findings)
	return f
}

func marked(m matrix.Matrix, name string) string {
	if list := render.Marks(m); len(list) > 0 {
		return strings.Join(list, " · ") + " · " + name
	}
	return name
}

func tags(m matrix.Matrix, v certification.Verdict, c certification.Cause, id string) []string {
	var list []string
	for _, s := range append(append([]string{}, render.Marks(m)...), string(v), string(c), "case:"+id) {
		if s != "" {
			list = append(list, "@"+strings.Join(strings.Fields(strings.ReplaceAll(clean(s), "@", "")), "_"))
		}
	}
	return list
}

// told is what the matrix says of a case, line by line.
func told(v certification.Verdict, cause certification.Cause, message string, flaky bool, a matrix.Attempts, r *matrix.RateResult, s *matrix.SetupTime,
	phases []matrix.PhaseSummary, findings []matrix.Finding) []string {
	first := render.Words(string(v))
	if flaky {
		first += ", flaky"
	}
	if cause != "" {
		first += " (" + render.Words(string(cause)) + ")"
	}
	list := []string{first + ": " + message, fmt.Sprintf("attempts: %d of %d passed, %d failed, %d blocked, %d to review, %d required", a.Passed+a.Warning, a.Counted, a.Failed, a.Blocked, a.Review, a.Required)}
	if r != nil {
		rate := "nothing was counted"
		if r.Observed != nil {
			rate = fmt.Sprintf("%.1f %%", *r.Observed*100)
		}
		list = append(list, fmt.Sprintf("rate: %s, target %.3g %%, proven with 95 %% confidence %.1f %%", rate, r.Target*100, r.Lower95*100))
		if r.MorePassesNeeded != nil && *r.MorePassesNeeded > 0 {
			list = append(list, fmt.Sprintf("%d more passes in a row would prove the target", *r.MorePassesNeeded))
		}
	}
	if s != nil {
		list = append(list, fmt.Sprintf("set-up time: p50 %.1f s, p90 %.1f s, max %.1f s (± %.1f s)", s.P50, s.P90, s.Max, s.Uncertainty/2))
	}
	for _, p := range phases {
		list = append(list, fmt.Sprintf("%s: p50 %.1f s, p90 %.1f s, max %.1f s", p.Name, p.P50, p.P90, p.Max))
	}
	for _, f := range findings {
		list = append(list, fmt.Sprintf("finding, %s %s: %s", f.Severity, f.Rule, f.Message))
	}
	return list
}

// scenario is a test case as it is written.
type scenario struct {
	name  string
	steps []step
	tags  []string
	// Of the test case.
	attempt *certification.Attempt
}

type step struct {
	text    string
	status  messages.TestStepResultStatus
	seconds float64
	message string
	// evidence and lines are shown below the step.
	evidence []string
	lines    []string
}

// verdictScenario tells what the whole is worth.
func (f *feature) verdictScenario() scenario {
	s := step{text: "the verdict is " + render.Words(string(f.verdict)), status: statusOf(f.verdict), lines: f.messages}
	if s.status != messages.TestStepResultStatus_PASSED && len(f.messages) > 0 {
		s.message = f.messages[0]
	}
	return scenario{name: f.headline, steps: []step{s}}
}

// attemptScenario tells of one attempt: its steps, and what it is worth.
func attemptScenario(row *matrix.Attempt, a *certification.Attempt) scenario {
	s := scenario{name: fmt.Sprintf("#%d %s · %s", row.N, render.Words(string(row.Verdict)), row.Scenario), attempt: a}
	if row.Cause != "" {
		s.tags = []string{"@" + string(row.Verdict), "@" + string(row.Cause)}
	}
	own := statusOf(row.Verdict)
	for _, st := range a.Steps {
		t := step{text: st.Text, seconds: st.Seconds, message: st.Message, evidence: st.Evidence}
		switch {
		case st.Status == "passed":
			t.status = messages.TestStepResultStatus_PASSED
		case st.Status == "skipped":
			t.status = messages.TestStepResultStatus_SKIPPED
		case own != messages.TestStepResultStatus_PASSED:
			t.status = own
		default:
			t.status = messages.TestStepResultStatus_FAILED // an attempt that passed with a step that did not
		}
		if st.Location != "" && st.Status != "passed" {
			t.lines = append(t.lines, "at "+st.Location)
		}
		s.steps = append(s.steps, t)
	}
	last := step{text: "the attempt is " + render.Words(string(row.Verdict)), status: own, evidence: a.Evidence}
	if trouble := render.Trouble(*row); trouble != "" {
		last.message = render.Words(string(row.Verdict)) + ": " + trouble
		last.lines = append(last.lines, last.message)
	}
	if row.Hint != "" {
		last.lines = append(last.lines, "do this: "+row.Hint)
	}
	for _, d := range row.DecidedBy {
		last.lines = append(last.lines, "decided by: "+d)
	}
	if b := row.SetupTime; b != nil {
		last.lines = append(last.lines, fmt.Sprintf("set up %.1f s after it got power; not before %.1f s, not after %.1f s", b.Value, b.Lo, b.Hi))
	}
	last.lines = append(last.lines, "testbed "+row.Testbed)
	for _, ph := range row.Phases {
		last.lines = append(last.lines, fmt.Sprintf("%s: %.1f s", ph.Name, ph.Seconds))
	}
	for _, f := range a.Findings {
		last.lines = append(last.lines, fmt.Sprintf("finding, %s %s: %s", f.Severity, f.Rule, f.Message))
		last.evidence = append(last.evidence[:len(last.evidence):len(last.evidence)], f.Evidence...)
	}
	for _, o := range a.Observations {
		last.lines = append(last.lines, "seen: "+o.What)
		last.evidence = append(last.evidence[:len(last.evidence):len(last.evidence)], o.Evidence...)
	}
	s.steps = append(s.steps, last)
	return s
}
