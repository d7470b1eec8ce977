package html

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/safe"
)

// view is the page as the template sees it. Every string in it has gone through
// clean; the template escapes it.
type view struct {
	Policy      string
	Style       template.CSS
	Script      template.JS
	Title       string
	Verdict     mark
	Marks       []string // what must not be overlooked, such as SIMULATED
	Simulated   bool
	Plan        string
	Product     string
	RunID       string
	Lead        string
	Notices     []notice
	Next        []string
	Facts       []fact
	Brief       []fact // what one asks first of a run
	Submit      submitView
	Rate        *rateView // of the case of which the least is proven
	Filters     filters
	Glance      bool // whether the cases are worth a table of their own
	Counts      []count
	Groups      []group
	Local       []caseView
	LocalMark   mark
	NotSelected []string
	HasRate     bool
	Legend      []mark
	Version     string

	builder *builder
}

// Pictures are those that the attempts have asked for, which come before them
// on the page.
func (v *view) Pictures() []picture { return v.builder.pictures.list }

// Notes say what was left out of the page by then.
func (v *view) Notes() []string { return v.builder.notes() }

// mark is a verdict as it is shown: never by colour alone.
type mark struct{ Class, Letter, Word string }

type notice struct{ Word, Text string }

type fact struct{ Name, Value string }

type count struct {
	mark
	N int
}

type group struct {
	Name  string
	Cases []caseView
}

// longest bounds a piece of text from outside, in runes.
const longest = 2000

func clean(s string) string { return safe.Isolate(safe.Text(s, longest)) }

// words writes an identifier such as not_run as people do.
func words(id string) string { return clean(strings.ReplaceAll(id, "_", " ")) }

func markOf(v certification.Verdict) mark {
	m := mark{Class: "v-" + strings.ReplaceAll(string(v), "_", "-"), Word: words(string(v))}
	switch v {
	case certification.Passed:
		m.Letter = "✓"
	case certification.Failed:
		m.Letter = "F"
	case certification.Warning:
		m.Letter = "W"
	case certification.Review:
		m.Letter = "R"
	case certification.Blocked:
		m.Letter = "B"
	case certification.NotRun:
		m.Letter = "–"
	case certification.NotApplicable:
		m.Letter = "/"
	case certification.Waived:
		m.Letter = "V"
	default:
		m.Class, m.Letter = "v-unknown", "?"
	}
	return m
}

func build(rec journal.Record, o Options) *view {
	m := matrix.Of(rec)
	b := &builder{m: m, recorded: index(rec, m), pictures: newPictures(o.Folder, o.Shrunk), base: o.Base, whole: o.Whole, anchors: map[string]bool{}}
	v := &view{builder: b,
		Policy: policy(), Style: template.CSS(styleSource), Script: template.JS(scriptSource),
		Verdict: markOf(m.Outcome()), Marks: render.Marks(m), Simulated: m.Run.Simulated,
		Plan:    planOf(m),
		Product: clean(m.Run.Product.DeviceName), RunID: clean(m.Run.ID), Lead: lead(m),
		Notices: notices(m), Facts: facts(m), Brief: brief(m), Submit: submitOf(m, o.SubmitBy), Glance: len(m.Cases) > 1, Counts: counts(m.Summary),
		LocalMark: markOf(m.Summary.LocalVerdict), Version: clean(m.Run.ToolVersion),
		Legend: []mark{markOf(certification.Passed), markOf(certification.Failed), markOf(certification.Blocked), markOf(certification.Warning), markOf(certification.Review)},
	}
	v.Title = title(v)
	for _, n := range matrix.Next(m) {
		v.Next = append(v.Next, clean(n))
	}
	for _, c := range m.Cases {
		name := clean(c.Group)
		if name == "" {
			name = "Other"
		}
		i := slices.IndexFunc(v.Groups, func(g group) bool { return g.Name == name })
		if i < 0 {
			i = len(v.Groups)
			v.Groups = append(v.Groups, group{Name: name})
		}
		k := b.planCase(c)
		k.Group = name
		v.Groups[i].Cases = append(v.Groups[i].Cases, k)
		v.HasRate = v.HasRate || c.Rate != nil
	}
	for _, l := range m.Local {
		k := b.localCase(l)
		k.Group = localGroup
		v.Local = append(v.Local, k)
	}
	v.Rate = worstRate(v.Groups)
	v.Filters = filtersOf(v)
	for _, id := range m.NotSelected {
		v.NotSelected = append(v.NotSelected, clean(id))
	}
	return v
}

// planOf names the plan, and the derivative where the run is one: it is tested
// with a part of the plan only.
func planOf(m matrix.Matrix) string {
	s := strings.TrimSpace(clean(m.Run.Plan.Name) + " " + clean(m.Run.Plan.Version))
	if m.Run.Derivative != "" {
		s += " · " + clean(m.Run.Derivative) + " derivative"
	}
	return s
}

func title(v *view) string {
	parts := []string{strings.ToUpper(v.Verdict.Word)}
	parts = append(parts, v.Marks...)
	for _, s := range []string{v.Product, v.Plan} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

func notices(m matrix.Matrix) []notice {
	var list []notice
	if m.Run.Simulated {
		list = append(list, notice{"SIMULATED", "Made on a simulated testbed. It proves nothing for a certification."})
	}
	if m.Run.Partial {
		text := "Less than the plan asks for. It does not become a packet."
		if m.Run.Selection != "" {
			text += " Selected: " + clean(m.Run.Selection)
		}
		list = append(list, notice{"PARTIAL", text})
	}
	switch m.Run.State {
	case journal.Running:
		text := "This page shows the run as it was at one moment."
		if m.Run.AsOfUTC != nil {
			text = "This page shows the run as it was on " + moment(*m.Run.AsOfUTC) + ". Whether it has ended or died since, ffscert matrix says."
		}
		list = append(list, notice{"STILL RUNNING", text})
	case journal.Interrupted:
		list = append(list, notice{"INTERRUPTED", "The run did not come to its end. Every attempt that had ended is here."})
	}
	for _, t := range m.Run.TakenOut {
		list = append(list, notice{"TAKEN OUT", clean(t.Text()) + "."})
	}
	for _, w := range m.WaiverErrors() {
		list = append(list, notice{"WAIVER", "The waiver of " + clean(w.Case) + " has to be cleaned up: " + clean(w.Message) + "."})
	}
	return list
}

// lead says the result in one sentence.
func lead(m matrix.Matrix) string {
	if len(m.Cases) == 0 {
		if len(m.Local) > 0 {
			return "Local scenarios only: no case of the plan was run."
		}
		return "No case was run."
	}
	var parts []string
	for _, c := range counts(m.Summary) {
		if c.N > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.N, c.Word))
		}
	}
	s := plural(len(m.Cases), "case") + ": " + strings.Join(parts, ", ") + "."
	if m.Summary.Complete {
		return s + " The whole plan was carried out."
	}
	return s + " The plan is not complete."
}

// counts are the numbers of cases by verdict, the worst first. Failed, blocked
// and passed are always shown, the others where there are some.
func counts(s matrix.Summary) []count {
	var list []count
	for _, n := range []struct {
		v      certification.Verdict
		n      int
		always bool
	}{{certification.Failed, s.Failed, true}, {certification.Blocked, s.Blocked, true}, {certification.NotRun, s.NotRun, false},
		{certification.Review, s.Review, false}, {certification.Warning, s.Warning, false}, {certification.Waived, s.Waived, false},
		{certification.Passed, s.Passed, true}, {certification.NotApplicable, s.NotApplicable, false}} {
		if n.always || n.n > 0 {
			list = append(list, count{markOf(n.v), n.n})
		}
	}
	return list
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// joined makes texts from outside harmless and leaves empty ones out.
func joined(sep string, parts ...string) string {
	var some []string
	for _, s := range parts {
		if s = clean(s); s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, sep)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// span writes a duration for people.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "?"
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

func seconds(s float64) string { return fmt.Sprintf("%.1f s", s) }

// plural2 is for words that take more than an s.
func plural2(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
