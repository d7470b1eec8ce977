package matrix

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// submitWithin is how long after the test its result must be submitted (guide,
// "Timeline").
const submitWithin = 7 * 24 * time.Hour

// Of computes the matrix of a run. The order in which attempts were appended
// has no influence. The record is not changed.
//
// A case's scenarios are those of its scope, and any other that has attempts:
// each has to meet the criterion, and the case is the worst of them. A case
// with attempts that the scope does not name is judged by the plan's rules, even
// if it was not to apply: what was seen is never hidden.
// Attempts of a case that the plan does not have are local.
func Of(run journal.Record) Matrix {
	plan, local := split(run)
	m := Matrix{Schema: Schema, Cases: []Case{}, Local: []Scenario{}, NotSelected: []string{}}
	partial := run.Selection.Partial
	a := answersOf(run.Reviews)
	executed := 0
	for _, k := range run.Plan.Cases {
		scope, selected := run.Scope(k.ID)
		attempts := plan[k.ID]
		if !selected && len(attempts) == 0 {
			m.NotSelected = append(m.NotSelected, k.ID)
			partial = partial || k.NotApplicable == ""
			continue
		}
		rules, ok := RulesOf(run.Header, k.ID)
		if !ok {
			rules = Rules{Criterion: k.Criterion, Required: k.Criterion.Attempts, BlockedShare: run.BlockedShare, StopWhenProven: run.StopWhenProven}
		}
		partial = partial || rules.Required < k.Criterion.Attempts
		executed += len(attempts)
		c := judgeCase(k, rules, scope.Scenarios, attempts, run.State, a)
		c.Reviews = a.list(run.Reviews, a.items(k, scope.Scenarios, attempts), k.ID)
		m.Cases = append(m.Cases, c)
	}
	m.Waivers = waive(run, m.Cases)
	if scope, ok := run.Scope(certification.LocalCase); ok || len(local) > 0 {
		m.Local = judgeLocal(run, scope, local, a)
	}
	m.Run = describe(run, partial, executed)
	m.Summary = summarise(m, run.State)
	return m
}

// Outcome is the verdict that an exit status follows: that of the plan's
// cases, or that of the local scenarios where no case of the plan was selected.
func (m Matrix) Outcome() certification.Verdict {
	if len(m.Cases) == 0 && len(m.Local) > 0 {
		return m.Summary.LocalVerdict
	}
	return m.Summary.Verdict
}

// split sorts the attempts to the plan's cases, and keeps the local ones apart.
func split(run journal.Record) (plan map[string][]*certification.Attempt, local []*certification.Attempt) {
	plan = make(map[string][]*certification.Attempt, len(run.Plan.Cases))
	known := make(map[string]bool, len(run.Plan.Cases))
	for _, k := range run.Plan.Cases {
		known[k.ID] = true
	}
	for i := range run.Attempts {
		a := &run.Attempts[i]
		if known[a.ID.Case] {
			plan[a.ID.Case] = append(plan[a.ID.Case], a)
		} else {
			local = append(local, a)
		}
	}
	return plan, local
}

func describe(run journal.Record, partial bool, executed int) Run {
	r := Run{
		ID: run.ID, State: run.State, Simulated: run.Simulated(), Selection: run.Selection.Text, Partial: partial,
		Plan:     Plan{ID: run.Plan.ID, Name: run.Plan.Name, Version: run.Plan.Version},
		Protocol: run.Plan.Protocol, Variant: run.Plan.Variant, Derivative: run.Derivative,
		Product: run.Product, Testbeds: slices.Clone(run.Testbeds), AmazonCustomerID: run.AmazonCustomerID,
		StartedUTC: run.Created.UTC(), TestsExecuted: executed, Seed: run.Seed, ToolVersion: run.ToolVersion,
	}
	if r.Selection == "" && !partial {
		r.Selection = "all"
	}
	if r.Testbeds == nil {
		r.Testbeds = []journal.Testbed{}
	}
	slices.SortFunc(r.Testbeds, func(a, b journal.Testbed) int { return strings.Compare(a.Name, b.Name) })
	r.Sessions = sessionsOf(run)
	r.TakenOut = takenOut(run)
	if run.State == journal.Running && !run.AsOf.IsZero() {
		at := run.AsOf.UTC()
		r.AsOfUTC = &at
	}
	if run.State == journal.Finished && !run.Ended.IsZero() {
		end := run.Ended.UTC()
		submit := end.Add(submitWithin)
		r.FinishedUTC, r.SubmitByUTC = &end, &submit
	}
	return r
}

// summarise takes the worst of the cases. A run that has not come to its end
// is at best not_run: what it still owes may turn out any way.
func summarise(m Matrix, state journal.State) Summary {
	s := Summary{LocalVerdict: certification.NotApplicable}
	var parts []certification.Verdict
	for _, c := range m.Cases {
		parts = append(parts, c.Verdict)
		s.count(c.Verdict)
	}
	var locals []certification.Verdict
	for _, l := range m.Local {
		locals = append(locals, l.Verdict)
	}
	if state != journal.Finished {
		parts = append(parts, certification.NotRun)
	}
	s.Verdict = certification.Worst(parts...)
	if len(locals) > 0 {
		if state != journal.Finished {
			locals = append(locals, certification.NotRun)
		}
		s.LocalVerdict = certification.Worst(locals...)
	}
	s.Complete = state == journal.Finished && !m.Run.Partial && len(m.Cases) > 0 && s.NotRun == 0 && s.Blocked == 0 && len(waiting(m)) == 0
	return s
}

func (s *Summary) count(v certification.Verdict) {
	switch v {
	case certification.Passed:
		s.Passed++
	case certification.Failed:
		s.Failed++
	case certification.Warning:
		s.Warning++
	case certification.Review:
		s.Review++
	case certification.Blocked:
		s.Blocked++
	case certification.NotApplicable:
		s.NotApplicable++
	case certification.Waived:
		s.Waived++
	default:
		s.NotRun++
	}
}

// judgeCase makes one row of the matrix.
func judgeCase(k certification.Case, r Rules, scenarios []string, attempts []*certification.Attempt, state journal.State, a answers) Case {
	c := Case{ID: k.ID, Group: k.Group, Title: k.Title, Requirement: k.Requirement, Method: k.Method,
		Scenarios: []ScenarioSummary{}}
	parts := byScenario(scenarios, attempts, a)
	answer := a.ofCase(k, scenarios, attempts)
	for _, p := range parts {
		p.shown = answer != nil && answer.Answer == journal.AnswerPass
	}
	var brackets []certification.Bracket
	for _, p := range parts {
		s := p.judge(r, k.Method, state)
		c.Scenarios = append(c.Scenarios, s)
		c.Attempts.add(s.Attempts)
		c.Flaky = c.Flaky || s.Flaky
		brackets = append(brackets, p.brackets...)
	}
	c.SetupTime = setupTimeOf(brackets)
	c.Phases = phasesOf(parts...)
	c.AttemptList = listOf(parts)
	c.Findings = findingsOf(parts)
	switch len(parts) {
	case 0:
		c.withoutScenario(k, r)
	case 1:
		s := c.Scenarios[0]
		c.Verdict, c.Cause, c.Message, c.Rate = s.Verdict, s.Cause, s.Message, s.Rate
	default:
		c.worstOf()
	}
	c.decide(answer, len(parts) == 0)
	return c
}

// withoutScenario is a case that nothing carries out. It may not apply to the
// product; a person or a file may still decide it; an automated one cannot have
// been run. One that does not apply owes no attempts.
func (c *Case) withoutScenario(k certification.Case, r Rules) {
	if k.NotApplicable != "" {
		c.Verdict, c.Message = certification.NotApplicable, oneLine(k.NotApplicable)
		return
	}
	c.Attempts.PlanRequired, c.Attempts.Required = k.Criterion.Attempts, r.Required
	c.Rate = rateOf(k.Criterion, Tally{})
	c.Cause = certification.CauseDefinition
	if k.Method == certification.Automated || k.Method == "" {
		c.Verdict, c.Message = certification.NotRun, "no scenario is tagged @case:"+oneLine(k.ID)
		return
	}
	c.Verdict, c.Message = certification.Review, missing(k)
}

// missing says what a case waits for that a file or a person decides, and how
// the product's profile may settle it.
func missing(k certification.Case) string {
	s := noEvidence(k.Method)
	if k.Evidence != "" {
		s += "; needed: " + oneLine(k.Evidence)
	}
	if k.Adapted != "" {
		return s + " (" + oneLine(k.Adapted) + ")"
	}
	for _, f := range k.Undecided {
		s += "; whether the product has " + oneLine(f.Words()) + " is not said (product." + oneLine(string(f)) + ")"
	}
	return s
}

// worstOf takes verdict, cause and message from the worst scenario, and the
// rate from the one with the lowest lower bound.
func (c *Case) worstOf() {
	worst := c.Scenarios[0]
	c.Rate = worst.Rate
	bad := 0
	for _, s := range c.Scenarios {
		if s.Verdict.Worse(worst.Verdict) {
			worst = s
		}
		if s.Rate != nil && c.Rate != nil && s.Rate.Lower95 < c.Rate.Lower95 {
			c.Rate = s.Rate
		}
		if s.Verdict != certification.Passed {
			bad++
		}
	}
	c.Verdict, c.Cause = worst.Verdict, worst.Cause
	if bad == 0 {
		c.Message = countOf(len(c.Scenarios), "scenario") + " passed; " + worst.Message
		return
	}
	c.Message = oneLine(worst.Scenario) + ": " + worst.Message
}

// judgeLocal judges scenarios outside the plan, each for itself.
func judgeLocal(run journal.Record, scope journal.Scope, attempts []*certification.Attempt, a answers) []Scenario {
	rules, ok := RulesOf(run.Header, certification.LocalCase)
	if !ok {
		rules = Rules{Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}, Required: 1, BlockedShare: run.BlockedShare}
	}
	list := []Scenario{}
	for _, p := range byScenario(scope.Scenarios, attempts, a) {
		one := []*part{p}
		list = append(list, Scenario{p.judge(rules, certification.Automated, run.State), listOf(one), findingsOf(one)})
	}
	return list
}

func (a *Attempts) add(b Attempts) {
	a.PlanRequired += b.PlanRequired
	a.Required += b.Required
	a.Counted += b.Counted
	a.Passed += b.Passed
	a.Warning += b.Warning
	a.Failed += b.Failed
	a.Blocked += b.Blocked
	a.Review += b.Review
}

// findingsOf gathers what the attempts found: each finding once, the heaviest
// first, with the evidence of every attempt that found it.
func findingsOf(parts []*part) []Finding {
	type key struct {
		rule, message string
		severity      certification.Severity
	}
	at := map[key]int{}
	list := []Finding{}
	for _, p := range parts {
		for _, a := range p.attempts {
			for _, f := range a.Findings {
				if weight(f.Severity) < 0 {
					f.Severity = certification.SeverityReview // a weight that nobody knows
				}
				k := key{f.Rule, f.Message, f.Severity}
				i, seen := at[k]
				if !seen {
					i = len(list)
					at[k] = i
					list = append(list, Finding{Rule: f.Rule, Severity: f.Severity, Message: f.Message, Evidence: []string{}})
				}
				list[i].Evidence = append(list[i].Evidence, f.Evidence...)
			}
		}
	}
	for i := range list {
		list[i].Evidence = distinct(list[i].Evidence)
	}
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(weight(a.Severity)-weight(b.Severity), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message))
	})
	return list
}

func weight(s certification.Severity) int {
	order := [...]certification.Severity{certification.SeverityFail, certification.SeverityReview, certification.SeverityWarning, certification.SeverityInfo}
	return slices.Index(order[:], s)
}

// distinct keeps the first of each, in order; never nil.
func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	kept := []string{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			kept = append(kept, s)
		}
	}
	return kept
}
