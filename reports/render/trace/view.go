package trace

import (
	"encoding/json"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/safe"
)

// view is the page as the template sees it. Every string in it has gone through
// clean; the template escapes it.
type view struct {
	Policy  string
	Style   template.CSS
	Script  template.JS
	Title   string
	Verdict mark
	Marks   []string // what must not be overlooked, such as SIMULATED
	Notices []string
	Plan    string
	Product string
	RunID   string
	Matrix  string // link to the matrix page; "" if there is none beside this one
	Version string
	Groups  []*group
	Notes   []string // what is not on the page

	words    *words
	blocks   [][]byte // attempts as JSON, in the order of the list
	pictures *pictures
}

// mark is a verdict as it is shown: never by colour alone.
type mark struct{ Class, Letter, Word string }

// group is the attempts of one scenario.
type group struct {
	Case, Title, Scenario string
	Attempts              []entry
	key                   string
}

// entry is an attempt in the list.
type entry struct {
	mark
	N            int
	Anchor, Text string
	Traced       bool
}

const (
	longest     = 2000 // runes of a piece of text from outside
	longestLine = 400
)

func clean(s string) string { return safe.Isolate(safe.Text(s, longest)) }

// line is a line of which the blanks at its beginning mean something.
func line(s string) string {
	rest := strings.TrimLeft(s, " ")
	return s[:min(len(s)-len(rest), 80)] + safe.Isolate(safe.Text(rest, longestLine))
}

func markOf(v certification.Verdict) mark {
	letters := map[certification.Verdict]string{certification.Passed: "✓", certification.Failed: "F", certification.Warning: "W", certification.Review: "R",
		certification.Blocked: "B", certification.NotRun: "–", certification.NotApplicable: "/", certification.Waived: "V"}
	m := mark{"v-" + strings.ReplaceAll(string(v), "_", "-"), letters[v], clean(render.Words(string(v)))}
	if m.Letter == "" {
		m.Class, m.Letter = "v-unknown", "?"
	}
	return m
}

// chosen is an attempt of the matrix that is put on the page.
type chosen struct {
	caseID string // empty for what is local
	title  string
	row    *matrix.Attempt
}

func build(s render.Source, o Options) (*view, error) {
	m := s.Matrix
	v := &view{Policy: policy(), Style: template.CSS(styleSource), Script: template.JS(scriptSource),
		Verdict: markOf(m.Outcome()), Marks: render.Marks(m), Plan: clean(render.Plan(m)), Product: clean(m.Run.Product.DeviceName),
		RunID: clean(m.Run.ID), Version: clean(m.Run.ToolVersion), words: newWords(), pictures: newPictures()}
	for _, n := range render.Notices(m) {
		v.Notices = append(v.Notices, clean(n))
	}
	parts := append([]string{"Trace", strings.ToUpper(v.Verdict.Word)}, v.Marks...)
	v.Title = strings.Join(append(parts, v.Product, v.RunID), " · ")
	if s.Base == "" {
		v.Matrix = "matrix.html"
	}
	list, notes := choose(s, o)
	v.Notes = notes
	finder := render.NewFinder(s)
	for _, c := range list {
		id := c.caseID
		if id == "" {
			id = certification.LocalCase
		}
		a, err := finder.Whole(id, c.row)
		if err != nil {
			return nil, err
		}
		if err := v.add(s, c, a); err != nil {
			return nil, err
		}
	}
	v.fit()
	return v, nil
}

// choose takes the attempts that are put on the page, in the order of the matrix.
func choose(s render.Source, o Options) (list []chosen, notes []string) {
	troubled, passed, left := 0, 0, 0
	take := func(caseID, title string, rows []matrix.Attempt) {
		for i := range rows {
			a := &rows[i]
			if o.Case != "" && o.Case != caseID && !(caseID == "" && o.Case == certification.LocalCase) || o.N != 0 && o.N != a.N {
				continue
			}
			n, most := &troubled, mostTraced
			if !Worth(a.Verdict) {
				n, most = &passed, mostPassed
			}
			if *n >= most {
				left++
				continue
			}
			*n++
			list = append(list, chosen{caseID, title, a})
		}
	}
	for i := range s.Matrix.Cases {
		c := &s.Matrix.Cases[i]
		take(c.ID, c.Title, c.AttemptList)
	}
	for i := range s.Matrix.Local {
		l := &s.Matrix.Local[i]
		take("", "", l.AttemptList)
	}
	if left > 0 {
		notes = append(notes, fmt.Sprintf("%d attempts are not here, to keep this page small; ffscert trace --case ID makes a page of one case.", left))
	}
	return list, notes
}

func (v *view) add(s render.Source, c chosen, a certification.Attempt) error {
	m := markOf(c.row.Verdict)
	key := c.caseID + "\x00" + c.row.Scenario
	i := slices.IndexFunc(v.Groups, func(g *group) bool { return g.key == key })
	if i < 0 {
		i = len(v.Groups)
		v.Groups = append(v.Groups, &group{Case: clean(c.caseID), Title: clean(c.title), Scenario: clean(c.row.Scenario), key: key})
	}
	anchor := Anchor(a.ID)
	e := entry{mark: m, N: c.row.N, Anchor: anchor, Text: clean(render.Trouble(*c.row))}
	if c.row.SetupTime != nil && e.Text == "" {
		e.Text = fmt.Sprintf("set up in %.1f s", c.row.SetupTime.Value)
	}
	trace, why := traceOf(s, a)
	e.Traced = trace != nil
	d := v.attempt(s, c, a, trace)
	d.Anchor, d.Class, d.Word, d.NoTrace = anchor, m.Class, m.Word, why
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	v.Groups[i].Attempts = append(v.Groups[i].Attempts, e)
	v.blocks = append(v.blocks, data)
	return nil
}

// mostTrace bounds a file with a trace.
const mostTrace = 16 << 20

// traceOf reads the trace of an attempt; why says for people why there is none.
func traceOf(s render.Source, a certification.Attempt) (t *certification.Trace, why string) {
	i := slices.IndexFunc(a.Evidence, func(p string) bool { return path.Ext(p) == certification.TraceExt })
	if i < 0 {
		if !Worth(a.Verdict) {
			return nil, "Of attempts that passed only the steps are kept. ffscert run --trace all keeps more."
		}
		return nil, "No trace was kept: the run was made with --trace off, or by an older version."
	}
	data, err := s.Evidence(a.Evidence[i])
	switch {
	case err != nil:
		return nil, "The trace is missing from the run's folder."
	case len(data) > mostTrace:
		return nil, "The trace is too large."
	}
	t = &certification.Trace{}
	if err := json.Unmarshal(data, t); err != nil || t.Schema != certification.TraceSchema {
		return nil, "The trace cannot be read: it is damaged, or of a newer version."
	}
	return t, ""
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }
