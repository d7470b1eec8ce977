package html

import (
	"fmt"
	"html/template"
	"iter"
	"strconv"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
)

// strip is one scenario of a case: its attempts as cells, in their order.
type strip struct {
	mark
	Scenario string
	Message  string     // only where a case has several scenarios
	Made     int        // attempts
	Each     int        // attempts that share a cell
	Owed     []struct{} // attempts that were required and not made
	Summary  string     // of those that passed; empty if none did
	// The attempts are made as the page is written: one with a hundred thousand
	// of them never is in memory as a whole. Those for which there is no room
	// come after the others, without their steps.
	Cells                  iter.Seq[template.HTML]
	Troubled, Good         iter.Seq[attemptView]
	BareTroubled, BareGood iter.Seq[bareView]
}

// bareView are attempts that are listed only, with what they have in common.
type bareView struct {
	mark
	Cause, Code, Message string
	List                 template.HTML
}

const (
	mostOwed  = 100 // empty cells of a strip
	mostCells = 250 // cells of a strip; with more attempts, several share one
)

func (b *builder) strip(caseID string, s matrix.ScenarioSummary, list []matrix.Attempt, several bool) strip {
	v := strip{mark: markOf(s.Verdict), Scenario: clean(s.Scenario), Made: len(list), Each: blockSize(len(list), mostCells)}
	if several {
		v.Message = clean(s.Message)
	}
	first := b.made + 1
	b.made += len(list)
	id := func(i int) string { return "a" + strconv.Itoa(first+i) }
	good := func(i int) bool { return list[i].Verdict == certification.Passed }
	// What went wrong comes first, so that it has its steps even where not
	// every attempt can have them.
	bare := map[bool][]int{}
	those := func(want bool) iter.Seq[attemptView] {
		return func(yield func(attemptView) bool) {
			for i := range list {
				if good(i) != want {
					continue
				}
				if b.detailed >= mostDetailed {
					b.bare++
					bare[want] = append(bare[want], i)
					continue
				}
				b.detailed++
				if !yield(b.attempt(id(i), caseID, list[i])) {
					return
				}
			}
		}
	}
	v.Troubled, v.Good = those(false), those(true)
	linked := v.leaders(list)
	rest := func(want bool) iter.Seq[bareView] {
		return func(yield func(bareView) bool) {
			for _, g := range grouped(list, bare[want]) {
				if !yield(bareOf(list, g, id, linked)) {
					return
				}
			}
		}
	}
	v.BareTroubled, v.BareGood = rest(false), rest(true)
	v.Cells = func(yield func(template.HTML) bool) {
		for i := 0; i < len(list); i += v.Each {
			c := cell(id(i), &list[i])
			if v.Each > 1 {
				n := min(v.Each, len(list)-i)
				c = block(id(i+leader(list[i:i+n])), list[i:i+n])
			}
			if !yield(c) {
				return
			}
		}
	}
	passed := 0
	for i := range list {
		if good(i) {
			passed++
		}
	}
	if passed > 0 {
		v.Summary = plural(passed, "attempt") + " passed"
	}
	v.Owed = make([]struct{}, min(max(s.Attempts.Required-s.Attempts.Counted-s.Attempts.Review, 0), mostOwed))
	return v
}

// leader is the attempt to which the cell of a block leads: the first of those
// with the worst verdict.
func leader(list []matrix.Attempt) int {
	worst := 0
	for i := range list {
		if list[i].Verdict.Worse(list[worst].Verdict) {
			worst = i
		}
	}
	return worst
}

// leaders tells whether a cell of the strip leads to an attempt.
func (v *strip) leaders(list []matrix.Attempt) func(i int) bool {
	if v.Each == 1 {
		return func(int) bool { return true }
	}
	return func(i int) bool {
		from := i / v.Each * v.Each
		return from+leader(list[from:min(from+v.Each, len(list))]) == i
	}
}

// grouped gathers attempts that say the same, in the order of the first of each.
func grouped(list []matrix.Attempt, which []int) [][]int {
	type reason struct {
		verdict       certification.Verdict
		cause         certification.Cause
		code          certification.Code
		message, hint string
	}
	at := map[reason]int{}
	var groups [][]int
	for _, i := range which {
		a := &list[i]
		r := reason{a.Verdict, a.Cause, a.Code, a.Message, a.Hint}
		g, seen := at[r]
		if !seen {
			g = len(groups)
			at[r] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// bareOf writes the list without the template, which takes longer over a
// hundred thousand attempts than everything else together.
func bareOf(list []matrix.Attempt, which []int, id func(int) string, linked func(int) bool) bareView {
	a := &list[which[0]]
	v := bareView{mark: markOf(a.Verdict), Cause: words(string(a.Cause)), Code: clean(string(a.Code)), Message: clean(a.Message)}
	var b strings.Builder
	for k, i := range which {
		if k > 0 {
			b.WriteString(", ")
		}
		n := "#" + strconv.Itoa(list[i].N)
		if linked(i) {
			b.WriteString(`<b id="` + id(i) + `">` + n + `</b>`)
		} else {
			b.WriteString(n)
		}
		if t := list[i].SetupTime; t != nil {
			b.WriteString(" " + seconds(t.Value))
		}
	}
	v.List = template.HTML(b.String())
	return v
}

// cell is the link to an attempt. It is written without the template, too.
func cell(id string, a *matrix.Attempt) template.HTML {
	m := markOf(a.Verdict)
	return link(id, "cell "+m.Class, cellTitle(*a, m), m.Letter)
}

// block is the cell of several attempts in a row: it says how many of them did
// not pass, and a bar shows their share.
func block(id string, list []matrix.Attempt) template.HTML {
	counts := map[certification.Verdict]int{}
	for i := range list {
		counts[list[i].Verdict]++
	}
	bad := len(list) - counts[certification.Passed]
	m := markOf(list[leader(list)].Verdict)
	title := fmt.Sprintf("attempts %d to %d: %d passed", list[0].N, list[len(list)-1].N, counts[certification.Passed])
	if bad == 0 {
		return link(id, "cell block "+m.Class, title, m.Letter)
	}
	for _, v := range []certification.Verdict{certification.Failed, certification.Blocked, certification.Review, certification.Warning} {
		if n := counts[v]; n > 0 {
			title += fmt.Sprintf(", %d %s", n, words(string(v)))
		}
	}
	tenth := min(max((10*bad+len(list)/2)/len(list), 1), 10)
	return link(id, fmt.Sprintf("cell block m%d %s", tenth, m.Class), title, strconv.Itoa(bad)+m.Letter)
}

func link(id, class, title, text string) template.HTML {
	title = template.HTMLEscapeString(title)
	return template.HTML(`<a class="` + template.HTMLEscapeString(class) + `" href="#` + id + `" title="` + title + `" aria-label="` + title + `">` + template.HTMLEscapeString(text) + `</a>`)
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
