package html

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// caseView is a row of the matrix.
type caseView struct {
	mark
	Anchor                                         string // on the page, the same in every run of the plan
	ID, Title, Requirement, Method, Cause, Message string
	Causes                                         string // of the case and of its attempts, for the filters
	Group                                          string
	Score                                          string // such as 19/20
	NoAttempts                                     bool   // a file or a person decides, or it does not apply
	Flaky                                          bool
	Numbers                                        []fact
	Rate                                           *rateView
	Times                                          *timesView
	Phases                                         *phasesView
	Findings                                       []findingView
	Answers                                        []string // of people, the oldest first
	Strips                                         []strip

	lower float64 // of the rate
}

type findingView struct{ Severity, Rule, Message string }

// phasesView is how long the parts of an attempt took.
type phasesView struct {
	Brief string
	Rows  []phaseRow
}

type phaseRow struct{ Name, P50, P90, Max, Attempts string }

// key finds the recorded attempt of one in the matrix.
type key struct {
	caseID   string // empty for what is local
	scenario string
	n        int
	started  time.Time
}

func index(rec journal.Record, m matrix.Matrix) map[key]*certification.Attempt {
	known := map[string]bool{}
	for _, c := range m.Cases {
		known[c.ID] = true
	}
	all := make(map[key]*certification.Attempt, len(rec.Attempts))
	for i := range rec.Attempts {
		a := &rec.Attempts[i]
		id := a.ID.Case
		if !known[id] {
			id = ""
		}
		all[key{id, a.ID.Scenario, a.ID.N, a.Started.UTC()}] = a
	}
	return all
}

// builder makes the views of cases and attempts.
type builder struct {
	m        matrix.Matrix
	recorded map[key]*certification.Attempt
	pictures *pictures
	base     string
	whole    func(certification.AttemptID) (certification.Attempt, error)
	unread   error // of whole
	anchors  map[string]bool
	made     int // attempts so far, which numbers them on the page
	detailed int // those of them with their steps
	bare     int // those without, because there are too many
}

// CaseAnchor is the fragment by which the page shows a case: "matrix.html#" and
// this. It depends on the case alone, so that a link leads to the same case on
// the page of every run.
func CaseAnchor(id string) string { return plain("case-", id) }

func (b *builder) anchor(prefix, id string) string {
	name := plain(prefix, id)
	for n := 2; b.anchors[name]; n++ {
		name = fmt.Sprintf("%s~~%d", plain(prefix, id), n)
	}
	b.anchors[name] = true
	return name
}

// plain is a name of which every character may stand in an address.
func plain(prefix, id string) string {
	var s strings.Builder
	s.WriteString(prefix)
	for _, r := range id {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			s.WriteRune(r)
		default:
			fmt.Fprintf(&s, "~%x", r)
		}
		if s.Len() > 120 {
			break
		}
	}
	return s.String()
}

func (b *builder) planCase(c matrix.Case) caseView {
	v := caseView{mark: markOf(c.Verdict), Anchor: b.anchor("case-", c.ID), Score: fmt.Sprintf("%d/%d", c.Attempts.Passed+c.Attempts.Warning, c.Attempts.Counted),
		ID: clean(c.ID), Title: clean(c.Title), Requirement: clean(c.Requirement), Cause: words(string(c.Cause)), Causes: causesOf(c.Cause, c.AttemptList), Message: clean(c.Message),
		Rate: rateOf(c.Verdict, c.Rate), Times: timesOf(c.AttemptList, c.SetupTime), Numbers: numbers(c.Attempts, c.SetupTime), Phases: phasesOf(c.Phases), Flaky: c.Flaky}
	if c.Method != "" && c.Method != certification.Automated {
		v.Method = words(string(c.Method))
	}
	if len(c.Scenarios) == 0 && (c.Verdict == certification.NotApplicable || v.Method != "") {
		v.Score, v.Rate, v.Numbers, v.NoAttempts = "", nil, nil, true
	}
	if v.Rate != nil {
		v.Rate.Case, v.Rate.Anchor, v.lower = v.ID, v.Anchor, c.Rate.Lower95
	}
	v.Findings = findings(c.Findings)
	for _, r := range c.Reviews {
		v.Answers = append(v.Answers, answer(r))
	}
	rest := c.AttemptList
	for _, s := range c.Scenarios {
		// The list holds the scenarios' attempts one scenario after the other.
		n := 0
		for n < len(rest) && rest[n].Scenario == s.Scenario {
			n++
		}
		v.Strips = append(v.Strips, b.strip(c.ID, s, rest[:n], len(c.Scenarios) > 1))
		rest = rest[n:]
	}
	return v
}

func (b *builder) localCase(l matrix.Scenario) caseView {
	v := caseView{mark: markOf(l.Verdict), Anchor: b.anchor("local-", l.Scenario), Title: clean(l.Scenario), Cause: words(string(l.Cause)), Causes: causesOf(l.Cause, l.AttemptList), Message: clean(l.Message),
		Rate: rateOf(l.Verdict, l.Rate), Times: timesOf(l.AttemptList, l.SetupTime), Numbers: numbers(l.Attempts, l.SetupTime), Phases: phasesOf(l.Phases), Flaky: l.Flaky, Findings: findings(l.Findings)}
	s := b.strip("", l.ScenarioSummary, l.AttemptList, false)
	s.Scenario = ""
	v.Strips = []strip{s}
	return v
}

func findings(all []matrix.Finding) []findingView {
	var list []findingView
	for _, f := range all {
		list = append(list, findingView{clean(string(f.Severity)), clean(f.Rule), clean(f.Message)})
	}
	return list
}

// causesOf are the causes in a case, with blanks between them.
func causesOf(c certification.Cause, list []matrix.Attempt) string {
	var all []string
	add := func(c certification.Cause) {
		if s := token(string(c)); s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	add(c)
	for i := range list {
		if list[i].Cause != "" {
			add(list[i].Cause)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// token is a word without blanks and without anything that is no letter, as
// verdicts and causes are.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r == '_' || r == '-' {
			return r
		}
		return -1
	}, s)
}

func numbers(a matrix.Attempts, s *matrix.SetupTime) []fact {
	text := fmt.Sprintf("%d of %d passed", a.Passed+a.Warning, a.Counted)
	for _, n := range []struct {
		n    int
		what string
	}{{a.Failed, "failed"}, {a.Blocked, "blocked"}, {a.Warning, "with a warning"}, {a.Review, "to be reviewed"}} {
		if n.n > 0 {
			text += fmt.Sprintf(", %d %s", n.n, n.what)
		}
	}
	required := fmt.Sprint(a.Required)
	if a.PlanRequired != a.Required {
		required += fmt.Sprintf(" (the plan: %d)", a.PlanRequired)
	}
	list := []fact{{"Attempts", text}, {"Required", required}}
	if s != nil {
		list = append(list, fact{"Set-up time", fmt.Sprintf("half within %.1f s, nine in ten within %.1f s, longest %.1f s (each known to within %.1f s)", s.P50, s.P90, s.Max, s.Uncertainty)})
	}
	return list
}

func phasesOf(all []matrix.PhaseSummary) *phasesView {
	if len(all) == 0 {
		return nil
	}
	v := &phasesView{}
	var brief []string
	for _, p := range all {
		name := clean(p.Name)
		v.Rows = append(v.Rows, phaseRow{name, seconds(p.P50), seconds(p.P90), seconds(p.Max), fmt.Sprint(p.Attempts)})
		// What takes no time is of no interest before the table is opened.
		if p.P50 >= 0.05 {
			brief = append(brief, name+" "+seconds(p.P50))
		}
	}
	v.Brief = strings.Join(brief, " · ")
	return v
}

// answer says what a person answered, in one line.
func answer(r matrix.Review) string {
	t := fmt.Sprintf("%s by %s, %s UTC", r.Answer, clean(r.Name), r.AtUTC.Format("2006-01-02 15:04"))
	if r.Attempt > 0 {
		t = fmt.Sprintf("attempt %d: %s", r.Attempt, t)
	}
	if r.Cause != "" {
		t += ", cause " + words(string(r.Cause))
	}
	for _, i := range r.Images {
		t += fmt.Sprintf(", %g × %g mm", i.WidthMM, i.HeightMM)
	}
	if r.Note != "" {
		t += ": " + clean(r.Note)
	}
	if !r.Counts {
		t += " (does not decide)"
	}
	return t
}
