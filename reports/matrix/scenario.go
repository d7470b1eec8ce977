package matrix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// part is one scenario with its attempts, in the order of their numbers.
type part struct {
	scenario string
	attempts []*certification.Attempt
	judged   []Judgement // of the attempt at the same index
	brackets []certification.Bracket
	tally    Tally
}

// byScenario makes the parts of a case: the scenarios that it has, in their
// order, then any other that was attempted, by name.
func byScenario(scenarios []string, attempts []*certification.Attempt) []*part {
	index := map[string]*part{}
	parts := make([]*part, 0, len(scenarios))
	for _, s := range scenarios {
		if index[s] == nil {
			index[s] = &part{scenario: s}
			parts = append(parts, index[s])
		}
	}
	known := len(parts)
	for _, a := range attempts {
		s := a.ID.Scenario
		p := index[s]
		if p == nil {
			p = &part{scenario: s}
			index[s] = p
			parts = append(parts, p)
		}
		p.attempts = append(p.attempts, a)
	}
	slices.SortFunc(parts[known:], func(a, b *part) int { return strings.Compare(a.scenario, b.scenario) })
	for _, p := range parts {
		p.weigh()
	}
	return parts
}

func (p *part) weigh() {
	slices.SortStableFunc(p.attempts, func(a, b *certification.Attempt) int {
		return cmp.Or(cmp.Compare(a.ID.N, b.ID.N), a.Started.Compare(b.Started), strings.Compare(a.Testbed, b.Testbed))
	})
	p.judged = make([]Judgement, 0, len(p.attempts))
	for _, a := range p.attempts {
		j := Judge(*a)
		p.judged = append(p.judged, j)
		p.tally.Add(j.Verdict)
		if b := a.SetupTime; b != nil && j.Verdict.Counts() {
			p.brackets = append(p.brackets, *b)
		}
	}
}

func (p *part) judge(r Rules, method certification.Method, state journal.State) ScenarioSummary {
	t := p.tally
	ended := state == journal.Finished
	missing := p.evidenceMissing(method)
	s := ScenarioSummary{
		Scenario: p.scenario,
		Verdict:  r.verdict(t, ended, missing),
		Attempts: Attempts{PlanRequired: r.Criterion.Attempts, Required: r.Required, Counted: t.Counted(),
			Passed: t.Passed, Warning: t.Warning, Failed: t.Failed, Blocked: t.Blocked, Review: t.Review},
		Rate:      rateOf(r.Criterion, t),
		SetupTime: setupTimeOf(p.brackets),
		Phases:    phasesOf(p),
		Flaky:     r.flaky(t),
	}
	switch s.Verdict {
	case certification.Failed, certification.Blocked:
		s.Cause = p.cause(s.Verdict)
	case certification.Warning:
		if s.Cause = p.cause(s.Verdict); s.Cause == "" {
			s.Cause = p.cause(certification.Blocked) // passed in the end, but not each time
		}
	case certification.Review:
		if s.Cause = p.cause(s.Verdict); s.Cause == "" {
			s.Cause = certification.CauseDefinition // the scenario brings no evidence
		}
	}
	s.Message = p.message(s, r, method, state)
	return s
}

// evidenceMissing tells whether an attended or evidence case has an attempt
// that passed with nothing to show for it.
func (p *part) evidenceMissing(method certification.Method) bool {
	if method == certification.Automated || method == "" {
		return false
	}
	for i, j := range p.judged {
		if (j.Verdict == certification.Passed || j.Verdict == certification.Warning) && len(evidenceOf(p.attempts[i])) == 0 {
			return true
		}
	}
	return false
}

// causes in the order in which one is taken where several are as frequent.
var causes = [...]certification.Cause{certification.CauseProduct, certification.CausePartnerApp, certification.CauseAlexaApp,
	certification.CauseRig, certification.CauseNetwork, certification.CauseDefinition, certification.CauseTool}

// cause is the most frequent one among the attempts with that verdict.
func (p *part) cause(v certification.Verdict) certification.Cause {
	count := map[certification.Cause]int{}
	for _, j := range p.judged {
		if j.Verdict == v {
			count[j.Cause]++
		}
	}
	var most certification.Cause
	for _, c := range causes {
		if count[c] > count[most] {
			most = c
		}
	}
	return most
}

// message says the result of a scenario in one line.
func (p *part) message(s ScenarioSummary, r Rules, method certification.Method, state journal.State) string {
	text := p.outcome(s, r, method, state)
	if s.Flaky {
		return "flaky, its attempts disagree: " + text
	}
	return text
}

func (p *part) outcome(s ScenarioSummary, r Rules, method certification.Method, state journal.State) string {
	t := p.tally
	switch s.Verdict {
	case certification.Failed:
		if t.useful() < r.Required {
			return fmt.Sprintf("%s, the required %s cannot be reached any more%s", p.score(r), goal(r), p.reason(certification.Failed))
		}
		return p.score(r) + p.comparison(r) + p.reason(certification.Failed)
	case certification.Blocked:
		if r.tooBlocked(t) {
			return fmt.Sprintf("%d of %s blocked, more than %s%s", t.Blocked, countOf(t.Total(), "attempt"), percent(r.share(), 0), p.reason(certification.Blocked))
		}
		return fmt.Sprintf("%d of %d counted, %d blocked%s", t.Counted(), r.Required, t.Blocked, p.reason(certification.Blocked))
	case certification.NotRun:
		return fmt.Sprintf("%d of %d counted, %s", t.Counted(), r.Required, why(state))
	case certification.Review:
		if t.Review == 0 {
			return p.score(r) + p.comparison(r) + ", but " + noEvidence(method)
		}
		return p.score(r) + ", " + countOf(t.Review, "attempt") + " to be reviewed" + p.reason(certification.Review)
	case certification.Warning:
		text := p.score(r) + p.comparison(r)
		if t.Warning > 0 {
			text += ", " + fmt.Sprint(t.Warning) + " with a warning" + p.reason(certification.Warning)
		}
		return text + p.again() + p.ifFlaky(s)
	}
	if t.useful() < r.Required {
		return p.score(r) + p.comparison(r) + "; stopped early, because the target is proven" + p.again()
	}
	return p.score(r) + p.comparison(r) + p.again()
}

func (p *part) score(r Rules) string {
	return fmt.Sprintf("%d of %d passed", p.tally.Passed+p.tally.Warning, p.tally.Counted())
}

func (p *part) comparison(r Rules) string {
	if r.Criterion.Kind != certification.Rate {
		if r.meets(p.tally.Passed+p.tally.Warning, p.tally.Counted()) {
			return ""
		}
		return ", all must"
	}
	observed := float64(p.tally.Passed+p.tally.Warning) / float64(max(p.tally.Counted(), 1))
	if r.meets(p.tally.Passed+p.tally.Warning, p.tally.Counted()) {
		return ", " + percent(observed, 1) + " ≥ " + percent(r.Criterion.Target, 0)
	}
	return ", " + below(observed, r.Criterion.Target)
}

func (p *part) again() string {
	if p.tally.Blocked == 0 {
		return ""
	}
	return fmt.Sprintf("; %d blocked and attempted again", p.tally.Blocked)
}

// ifFlaky names what the blocked attempts said, where that is why the case is
// not simply passed.
func (p *part) ifFlaky(s ScenarioSummary) string {
	if s.Flaky {
		return p.reason(certification.Blocked)
	}
	return ""
}

// reason names what the attempts with that verdict most often said.
func (p *part) reason(v certification.Verdict) string {
	type said struct {
		code    certification.Code
		message string
	}
	count := map[said]int{}
	var order []said
	total := 0
	for _, j := range p.judged {
		if j.Verdict == v {
			k := said{j.Code, j.Message}
			if count[k] == 0 {
				order = append(order, k)
			}
			count[k]++
			total++
		}
	}
	if total == 0 {
		return ""
	}
	most := order[0]
	for _, k := range order[1:] {
		if count[k] > count[most] {
			most = k
		}
	}
	text := strings.TrimSpace(oneLine(string(most.code)) + " " + oneLine(most.message))
	if text == "" {
		return ""
	}
	switch {
	case total == 1:
		return "; " + text
	case len(order) == 1:
		return "; each time: " + text
	case count[most] == 1:
		return "; first: " + text
	}
	return "; most often: " + text
}

func goal(r Rules) string {
	if r.Criterion.Kind == certification.Rate {
		return fmt.Sprintf("%s of %d", percent(r.Criterion.Target, 0), r.Required)
	}
	return fmt.Sprintf("%d of %d", r.Required, r.Required)
}

func why(s journal.State) string {
	switch s {
	case journal.Finished:
		return "the run ended before"
	case journal.Interrupted:
		return "the run was interrupted"
	}
	return "the run is going on"
}

func noEvidence(m certification.Method) string {
	if m == certification.Attended {
		return "nobody has shown evidence for this attended case"
	}
	return "the evidence is missing"
}

// percent writes a share with as many decimals as asked for, or as it needs if
// they are none.
func percent(x float64, decimals int) string {
	if decimals == 0 {
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", x*100), "0"), ".") + " %"
	}
	return fmt.Sprintf("%.*f %%", decimals, x*100)
}

// below compares a share with a greater one, with so many decimals that the
// two look different.
func below(x, target float64) string {
	for d := 1; d < 6; d++ {
		if fmt.Sprintf("%.*f", d, x*100) != fmt.Sprintf("%.*f", d, target*100) {
			return percent(x, d) + " < " + percent(target, 0)
		}
	}
	return "below " + percent(target, 0)
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// longestText bounds what of an attempt's words enters a case's message, in runes.
const longestText = 200

// oneLine makes a single, bounded line of text that may come from outside.
func oneLine(s string) string { return shortened(s, longestText) }

func shortened(s string, runes int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	n := 0
	for i := range s {
		if n == runes {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// listOf makes the attempt list of some scenarios.
func listOf(parts []*part) []Attempt {
	n := 0
	for _, p := range parts {
		n += len(p.attempts)
	}
	list := make([]Attempt, 0, n)
	for _, p := range parts {
		for i, a := range p.attempts {
			j := p.judged[i]
			list = append(list, Attempt{
				N: a.ID.N, Scenario: a.ID.Scenario, Testbed: a.Testbed, Verdict: j.Verdict, Cause: j.Cause, Code: j.Code, Message: j.Message, Hint: a.Hint,
				StartedUTC: a.Started.UTC(), FinishedUTC: a.Finished.UTC(), SetupTime: a.SetupTime,
				Phases: append([]certification.Phase{}, a.Phases...), Evidence: evidenceOf(a),
				DecidedBy: append([]string{}, a.DecidedBy...),
			})
		}
	}
	return list
}

// evidenceOf gathers what an attempt has to show: its own, its steps', its findings'.
func evidenceOf(a *certification.Attempt) []string {
	all := slices.Clone(a.Evidence)
	for _, s := range a.Steps {
		all = append(all, s.Evidence...)
	}
	for _, f := range a.Findings {
		all = append(all, f.Evidence...)
	}
	return distinct(all)
}
