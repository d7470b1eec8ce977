package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
)

// Entry is what is known about one case.
type Entry struct {
	ID      string
	Verdict certification.Verdict
	Summary string // what came of its attempts, one line
	Notes   string // what else must be said, one line
	// Marks say what the result is not, such as "SIMULATED". No cell shows the
	// result without them, or without a cell beside it that has them.
	Marks             []string
	Started, Finished time.Time // zero if nothing was attempted
}

// FillOptions say how a workbook is filled.
type FillOptions struct {
	Tester string
	// Words replace the words for verdicts.
	Words map[certification.Verdict]string
}

// Filled is a copy of a workbook with results.
type Filled struct {
	Data  []byte
	Cells []string // that were written, such as "Cases!F7"
	// Findings are cells that should have been written and were not.
	Findings []Problem
	// Notes are what whoever sends the workbook should know.
	Notes []string
}

// Fill writes entries into a copy of the workbook that b was read from. Every
// part of the file other than the tabs that are filled is copied byte by byte,
// but for one mark in the workbook's own part: if there are formulas, that they
// be calculated anew when it is opened.
func Fill(name string, data []byte, b *Book, entries []Entry, o FillOptions) (filled *Filled, err error) {
	defer func() {
		if r := recover(); r != nil {
			filled, err = nil, wrong(Problem{File: name, Text: "is a workbook that cannot be filled in", Hint: "open it in a spreadsheet program and save it anew"})
		}
	}()
	parts, err := openParts(name, data)
	if err != nil {
		return nil, err
	}
	f := filler{name: name, book: b, options: o, parts: parts, out: &Filled{}, tabs: map[string]*fillTab{}}
	xf, err := open(name, data)
	if err != nil {
		return nil, err
	}
	defer xf.Close()
	for _, e := range entries {
		c, ok := b.Case(e.ID)
		if !ok {
			continue
		}
		t, err := f.tab(xf, c.Tab)
		if err != nil {
			return nil, err
		}
		f.fill(t, c, e)
	}
	if err := f.write(data); err != nil {
		return nil, err
	}
	return f.out, nil
}

// filler collects what is written, then writes it.
type filler struct {
	name    string
	book    *Book
	options FillOptions
	parts   *parts
	out     *Filled
	tabs    map[string]*fillTab
}

// fillTab is a tab that is filled.
type fillTab struct {
	name    string
	part    string
	text    []byte
	shape   *xmlTab
	grid    *grid
	choices *choices
	wishes  []wish
}

// wish is a text for a cell, on behalf of a case.
type wish struct {
	row, col int
	field    Field
	id       string
	text     string
}

// target is the cell of a field of a case, as it can be written.
type target struct {
	row, col int
	entries  []string
	listed   bool // only an entry of the list may be written
}

func (f *filler) finding(tab string, row, col int, hint, format string, args ...any) {
	p := Problem{File: f.name, Tab: tab, Cell: ref(row, col), Text: fmt.Sprintf(format, args...), Hint: hint}
	if !slices.Contains(f.out.Findings, p) {
		f.out.Findings = append(f.out.Findings, p)
	}
}

func (f *filler) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(f.out.Notes, n) {
		f.out.Notes = append(f.out.Notes, n)
	}
}

// target finds where a field of a case is written; ok is false if nowhere.
func (f *filler) target(t *fillTab, c Case, field Field) (target, bool) {
	col, ok := f.book.Tables[c.table].Columns[field]
	if !ok {
		return target{}, false
	}
	g := target{row: c.Row, col: col}
	if a, merged := t.grid.merge(c.Row, col); merged {
		g.row, g.col = a.top, a.left // a merged cell has its text in its first one
	}
	if t.shape.formula(formulaCell{g.row, g.col}) {
		f.finding(t.name, g.row, g.col, "", "holds a formula, which is left as it is: the %s of %s is not written", field, c.ID)
		return target{}, false
	}
	g.entries, g.listed = t.choices.of(g.row, g.col)
	return g, true
}

// fill decides what is written for a case.
func (f *filler) fill(t *fillTab, c Case, e Entry) {
	columns := f.book.Tables[c.table].Columns
	verdict := Actual
	if columns[Result] > 0 {
		verdict = Result
	}
	if columns[verdict] == 0 {
		f.finding(t.name, c.Row, columns[ID], "name it with --map actual=HEADING", "the table has no column for the result of %s", c.ID)
		return
	}
	said := f.word(e.Verdict)
	marks := strings.Join(e.Marks, ", ")
	details := joinWith("; ", e.Summary, e.Notes)
	when := span(e.Started, e.Finished)

	tester, hasTester := f.target(t, c, Tester)
	date, hasDate := f.target(t, c, Date)
	started, hasStart := f.target(t, c, Started)
	finished, hasFinish := f.target(t, c, Finished)
	notes, hasNotes := f.target(t, c, Notes)
	// What has no column of its own goes into the notes.
	if !hasTester && f.options.Tester != "" {
		details = joinWith("; ", details, "tester: "+f.options.Tester)
	}
	if !hasDate && !(hasStart && hasFinish) {
		details = joinWith("; ", details, when)
	}
	carried := hasNotes && !notes.listed // whether a cell beside the verdict shows the marks
	if verdict == Result {
		if g, ok := f.target(t, c, Actual); ok {
			if g.listed {
				f.verdict(t, c, e, g, Actual, carried)
			} else {
				f.wish(t, c, g, Actual, marked(marks, joinWith(": ", said, joinWith("; ", e.Summary, f.without(carried, e.Notes)))))
				carried = true
			}
		}
	}
	first := func(text string) string {
		if carried || text == "" {
			return text
		}
		carried = true
		return marked(marks, text)
	}
	if hasTester && f.options.Tester != "" {
		f.plain(t, c, tester, Tester, first(f.options.Tester))
	}
	if hasDate {
		text := when
		if hasStart && hasFinish {
			text = stamp(e.Started)
		}
		f.plain(t, c, date, Date, first(text))
	}
	if hasStart {
		f.plain(t, c, started, Started, first(stamp(e.Started)))
	}
	if hasFinish {
		f.plain(t, c, finished, Finished, first(stamp(e.Finished)))
	}
	switch {
	case hasNotes && !notes.listed:
		f.wish(t, c, notes, Notes, marked(marks, details))
	case verdict == Actual:
		if g, ok := f.target(t, c, Actual); ok && !g.listed {
			f.wish(t, c, g, Actual, marked(marks, joinWith(": ", said, details)))
			return
		}
		f.note("tab %q has no column for notes: tester, times and attempt counts are written only where they have a column", t.name)
	}
	if g, ok := f.target(t, c, verdict); ok {
		if !g.listed {
			f.wish(t, c, g, verdict, marked(marks, said))
			return
		}
		f.verdict(t, c, e, g, verdict, carried)
	}
}

func (f *filler) without(carried bool, notes string) string {
	if carried {
		return "" // the notes stand in a column of their own
	}
	return notes
}

func (f *filler) word(v certification.Verdict) string {
	if w := f.options.Words[v]; w != "" {
		return w
	}
	return wordsOf(v)[0]
}

// verdict writes one of the entries of a list, if one clearly means it.
func (f *filler) verdict(t *fillTab, c Case, e Entry, g target, field Field, carried bool) {
	entry, ok := choose(g.entries, e.Verdict, f.options.Words[e.Verdict])
	switch {
	case !ok && len(g.entries) == 0 && f.options.Words[e.Verdict] != "":
		entry = f.options.Words[e.Verdict] // the list cannot be read; its user knows it
	case !ok && len(g.entries) == 0:
		f.finding(t.name, g.row, g.col, fmt.Sprintf("give the entry that it has for it, as in --word %s=…", e.Verdict),
			"asks for an entry of a list that cannot be read: the result of %s (%s) is not written", c.ID, e.Verdict)
		return
	case !ok:
		f.finding(t.name, g.row, g.col, fmt.Sprintf("say which one is meant, as in --word %s=%s", e.Verdict, example(g.entries)),
			"asks for one of %s, and none of them clearly means %s: the result of %s is not written", list(g.entries), e.Verdict, c.ID)
		return
	}
	if marks := strings.Join(e.Marks, ", "); marks != "" && !carried {
		// Better an entry that the list does not have than one that is taken for a real result.
		f.note("%s: no cell of the row has room for %s, so it is written before the result, which the cell's list does not know", cellName(t.name, g.row, g.col), marks)
		entry = marked(marks, entry)
	}
	f.wish(t, c, g, field, entry)
}

// plain writes a text that is no verdict; where only entries of a list may be
// written, only if it is one.
func (f *filler) plain(t *fillTab, c Case, g target, field Field, s string) {
	if s == "" {
		return
	}
	if g.listed && !slices.Contains(g.entries, s) {
		f.finding(t.name, g.row, g.col, "", "asks for an entry of a list, and %q is none: the %s of %s is not written", shorten(s, 60), field, c.ID)
		return
	}
	f.wish(t, c, g, field, s)
}

func (f *filler) wish(t *fillTab, c Case, g target, field Field, s string) {
	if s != "" {
		t.wishes = append(t.wishes, wish{g.row, g.col, field, c.ID, s})
	}
}

func marked(marks, s string) string {
	if marks == "" || s == "" {
		return s
	}
	return marks + ": " + s
}

func joinWith(sep, a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + sep + b
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

func span(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return stamp(from)
	}
	return from.UTC().Format("2006-01-02 15:04:05") + " to " + stamp(to)
}

// settle makes one text per cell of what cases wish. A merged cell may stand
// for several cases: it gets a text that holds for all, or one with their ids.
func (f *filler) settle(t *fillTab) []change {
	type place struct{ row, col int }
	byCell := map[place][]wish{}
	var order []place
	for _, w := range t.wishes {
		p := place{w.row, w.col}
		if byCell[p] == nil {
			order = append(order, p)
		}
		byCell[p] = append(byCell[p], w)
	}
	var changes []change
	for _, p := range order {
		ws := byCell[p]
		same := !slices.ContainsFunc(ws, func(w wish) bool { return w.text != ws[0].text })
		s := ws[0].text
		if !same {
			_, listed := t.choices.of(p.row, p.col)
			var ids, all []string
			for _, w := range ws {
				ids, all = append(ids, w.id), append(all, w.id+": "+w.text)
			}
			if listed {
				f.finding(t.name, p.row, p.col, "", "is merged over the rows of %s, whose results differ: it is not written", strings.Join(ids, ", "))
				continue
			}
			s = strings.Join(all, "\n")
		}
		s = text(s)
		before := t.grid.raw(p.row, p.col)
		if ws[0].field == Notes && before != "" {
			// The sheet's own notes stay.
			if strings.Contains(before, s) {
				continue
			}
			s = text(before + "\n" + s)
		} else if before != "" && before != s {
			f.note("%s held %q, which is replaced in the copy", cellName(t.name, p.row, p.col), shorten(oneLine(before), 60))
		}
		changes = append(changes, change{p.row, p.col, s})
		f.out.Cells = append(f.out.Cells, cellName(t.name, p.row, p.col))
	}
	return changes
}

// write makes the copy.
func (f *filler) write(data []byte) error {
	changed := map[string][]byte{}
	for _, name := range sortedKeys(f.tabs) {
		t := f.tabs[name]
		changes := f.settle(t)
		if len(changes) == 0 {
			continue
		}
		text, err := t.shape.edit(t.text, changes)
		if err != nil {
			return f.bad(name, err)
		}
		changed[t.part] = text
	}
	if len(changed) > 0 && f.parts.calculates() {
		wb, err := recalculating(f.parts.workbook)
		if err != nil {
			return f.bad("", err)
		}
		changed[f.parts.workbookName] = wb
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	if err := w.SetComment(f.parts.zip.Comment); err != nil {
		return err
	}
	for _, p := range f.parts.zip.File {
		text, ok := changed[p.Name]
		if !ok {
			if err := w.Copy(p); err != nil {
				return f.bad("", fmt.Errorf("%s cannot be copied: %w", p.Name, err))
			}
			continue
		}
		h := zip.FileHeader{Name: p.Name, Method: p.Method, Modified: p.Modified, ExternalAttrs: p.ExternalAttrs, CreatorVersion: p.CreatorVersion, NonUTF8: p.NonUTF8}
		if h.Method != zip.Store {
			h.Method = zip.Deflate
		}
		to, err := w.CreateHeader(&h)
		if err != nil {
			return err
		}
		if _, err := to.Write(text); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if f.parts.signed {
		f.note("the workbook carries a digital signature, which does not hold for the copy")
	}
	f.out.Data = out.Bytes()
	return nil
}

func (f *filler) bad(tab string, err error) error {
	return wrong(Problem{File: f.name, Tab: tab, Text: "cannot be filled in: " + err.Error(), Hint: "open it in a spreadsheet program and save it anew"})
}
