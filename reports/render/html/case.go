package html

import (
	"fmt"
	"html/template"
	"iter"
	"strconv"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// caseView is a row of the matrix.
type caseView struct {
	mark
	Anchor                                         string // on the page
	ID, Title, Requirement, Method, Cause, Message string
	Score                                          string // such as 19/20
	NoAttempts                                     bool   // a file or a person decides, or it does not apply
	Flaky                                          bool
	Numbers                                        []fact
	Rate                                           *rateView
	Findings                                       []findingView
	Strips                                         []strip
}

// rateView is drawn on a scale from 0 to 100.
type rateView struct {
	Observed, Lower, Target float64
	Text, Short, Proven     string
}

type findingView struct{ Severity, Rule, Message string }

// strip is one scenario of a case: its attempts as cells, in their order.
type strip struct {
	mark
	Scenario string
	Message  string     // only where a case has several scenarios
	Made     int        // attempts
	Owed     []struct{} // attempts that were required and not made
	Summary  string     // of those that passed; empty if none did
	// The attempts are made as the page is written: one with a hundred thousand
	// of them never is in memory as a whole.
	Cells          iter.Seq[template.HTML]
	Troubled, Good iter.Seq[attemptView]
}

// mostOwed bounds the empty cells of a strip.
const mostOwed = 100

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
	cases    int   // so far, which numbers them on the page
	made     int   // attempts so far, which numbers them on the page
	detailed int   // those of them with their steps
	bare     int   // those without, because there are too many
}

func (b *builder) planCase(c matrix.Case) caseView {
	b.cases++
	v := caseView{mark: markOf(c.Verdict), Anchor: fmt.Sprintf("c%d", b.cases), Score: fmt.Sprintf("%d/%d", c.Attempts.Passed+c.Attempts.Warning, c.Attempts.Counted), ID: clean(c.ID), Title: clean(c.Title), Requirement: clean(c.Requirement),
		Cause: words(string(c.Cause)), Message: clean(c.Message), Rate: rateOf(c.Rate), Numbers: append(numbers(c.Attempts, c.SetupTime), phases(c.Phases)...), Flaky: c.Flaky}
	if c.Method != "" && c.Method != certification.Automated {
		v.Method = words(string(c.Method))
	}
	if len(c.Scenarios) == 0 && (c.Verdict == certification.NotApplicable || v.Method != "") {
		v.Score, v.Rate, v.Numbers, v.NoAttempts = "", nil, nil, true
	}
	for _, f := range c.Findings {
		v.Findings = append(v.Findings, findingView{clean(string(f.Severity)), clean(f.Rule), clean(f.Message)})
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
	v := caseView{mark: markOf(l.Verdict), Title: clean(l.Scenario), Cause: words(string(l.Cause)), Message: clean(l.Message),
		Rate: rateOf(l.Rate), Numbers: append(numbers(l.Attempts, l.SetupTime), phases(l.Phases)...), Flaky: l.Flaky}
	for _, f := range l.Findings {
		v.Findings = append(v.Findings, findingView{clean(string(f.Severity)), clean(f.Rule), clean(f.Message)})
	}
	s := b.strip("", l.ScenarioSummary, l.AttemptList, false)
	s.Scenario = ""
	v.Strips = []strip{s}
	return v
}

func (b *builder) strip(caseID string, s matrix.ScenarioSummary, list []matrix.Attempt, several bool) strip {
	v := strip{mark: markOf(s.Verdict), Scenario: clean(s.Scenario)}
	if several {
		v.Message = clean(s.Message)
	}
	first := b.made + 1
	b.made += len(list)
	id := func(i int) string { return "a" + strconv.Itoa(first+i) }
	// What went wrong comes first, so that it has its steps even where not
	// every attempt can have them.
	those := func(good bool) iter.Seq[attemptView] {
		return func(yield func(attemptView) bool) {
			for i := range list {
				if (list[i].Verdict == certification.Passed) == good && !yield(b.attempt(id(i), caseID, list[i])) {
					return
				}
			}
		}
	}
	v.Troubled, v.Good = those(false), those(true)
	v.Cells = func(yield func(template.HTML) bool) {
		for i := range list {
			if !yield(cell(id(i), &list[i])) {
				return
			}
		}
	}
	v.Made = len(list)
	passed := 0
	for i := range list {
		if list[i].Verdict == certification.Passed {
			passed++
		}
	}
	if passed > 0 {
		v.Summary = plural(passed, "attempt") + " passed"
	}
	v.Owed = make([]struct{}, min(max(s.Attempts.Required-s.Attempts.Counted-s.Attempts.Review, 0), mostOwed))
	return v
}

// cell is the link to an attempt. It is written without the template, which
// takes longer over a hundred thousand of them than everything else together.
func cell(id string, a *matrix.Attempt) template.HTML {
	m := markOf(a.Verdict)
	title := template.HTMLEscapeString(cellTitle(*a, m))
	return template.HTML(`<a class="cell ` + template.HTMLEscapeString(m.Class) + `" href="#` + id + `" title="` + title + `" aria-label="` + title + `">` + template.HTMLEscapeString(m.Letter) + `</a>`)
}

func cellTitle(a matrix.Attempt, m mark) string {
	t := fmt.Sprintf("attempt %d: %s", a.N, m.Word)
	if a.Verdict == certification.Passed {
		if a.SetupTime != nil {
			t += ", set up in " + seconds(a.SetupTime.Value)
		}
		return t
	}
	if s := joined(" ", words(string(a.Cause)), string(a.Code), a.Message); s != "" {
		t += ", " + s
	}
	return t
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

// phases are how long the parts of an attempt took.
func phases(all []matrix.PhaseSummary) []fact {
	var list []fact
	for _, p := range all {
		list = append(list, fact{clean(p.Name), fmt.Sprintf("half within %.1f s, longest %.1f s (%s)", p.P50, p.Max, plural(p.Attempts, "attempt"))})
	}
	return list
}

func rateOf(r *matrix.RateResult) *rateView {
	if r == nil {
		return nil
	}
	v := &rateView{Lower: percentOf(r.Lower95), Target: percentOf(r.Target)}
	target := fmt.Sprintf("the target is %.3g %%", v.Target)
	if r.Observed == nil {
		v.Short = "–"
		v.Text = "nothing was counted; " + target
		return v
	}
	v.Observed = percentOf(*r.Observed)
	v.Short, v.Proven = fmt.Sprintf("%.1f %%", v.Observed), fmt.Sprintf("≥ %.1f %%", v.Lower)
	v.Text = fmt.Sprintf("%.1f %% passed; %s; proven with 95 %% confidence: at least %.1f %%", v.Observed, target, v.Lower)
	if n := r.MorePassesNeeded; n != nil && *n > 0 {
		v.Text += fmt.Sprintf("; %d more passes in a row would prove the target", *n)
	}
	return v
}

func percentOf(x float64) float64 { return min(max(x*100, 0), 100) }
