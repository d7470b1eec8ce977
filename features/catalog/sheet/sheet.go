// Package sheet reads Amazon's own test plan, a workbook that a maker downloads,
// and writes results into a copy of it.
//
// Nothing about the workbook's layout is public. So its columns are found by
// their headings, what was not understood is said with file, tab and cell, and
// a copy differs from the original in the cells that were filled and in nothing
// else. What comes from a workbook is hostile: sizes are bounded, and nothing
// that is written can become a formula.
//
// It knows no scenario, no run and no matrix: what is to be filled in comes as
// [Entry] values.
package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Options say how a workbook is read.
type Options struct {
	// Map names the heading of a column where it is not one that is known.
	Map map[Field]string
	// Tabs are the only ones that are read; none means every visible tab.
	Tabs []string
}

// Book is what was found in a workbook.
type Book struct {
	Name   string // the file's name, without its folder
	SHA256 string // of the whole file, in hexadecimal
	Tables []Table
	Cases  []Case
	// Notes are what whoever imports should know: tabs that were left out, ids
	// that had to be changed.
	Notes []string
	// Texts are the first words of every tab and those above the tables: the
	// plan's name and version may be among them.
	Texts []string

	grids map[string]*grid
}

// Table is a header row with the columns below it.
type Table struct {
	Tab     string
	Row     int           // of the header, from 1
	Columns map[Field]int // from 1
	// Headings are the words of the header by column.
	Headings map[int]string
}

// Case is one case of the sheet.
type Case struct {
	ID      string // fit for a plan
	Written string // as the sheet has it
	Group   string
	Title   string
	Steps   string
	// Expected result, as the sheet has it.
	Expected string
	// Attempts is 0 where the sheet has no such column, or nothing in it.
	Attempts int
	Tab      string
	Row      int // its first, from 1
	table    int
}

// At names the cell of a field of the case, such as "Cases!F7"; empty if the
// table has no such column.
func (b *Book) At(c Case, f Field) string {
	col, ok := b.Tables[c.table].Columns[f]
	if !ok {
		return ""
	}
	return cellName(c.Tab, c.Row, col)
}

// Text is what stands in a field of the case.
func (b *Book) Text(c Case, f Field) string {
	col, ok := b.Tables[c.table].Columns[f]
	if !ok {
		return ""
	}
	return b.grids[c.Tab].at(c.Row, col)
}

// Case returns the case with that id, whatever its letters' case.
func (b *Book) Case(id string) (Case, bool) {
	for _, c := range b.Cases {
		if strings.EqualFold(c.ID, id) {
			return c, true
		}
	}
	return Case{}, false
}

// Read finds the cases in a workbook. Name is the file's path, for errors. An
// error is an *[Error].
func Read(name string, data []byte, o Options) (book *Book, err error) {
	defer func() {
		// The library is not ours to trust with foreign input.
		if r := recover(); r != nil {
			book, err = nil, wrong(Problem{File: name, Text: "is a workbook that cannot be understood", Hint: "open it in a spreadsheet program and save it anew"})
		}
	}()
	f, err := open(name, data)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := reader{name: name, file: f, options: o,
		book: &Book{Name: filepath.Base(name), SHA256: Sum(data), grids: map[string]*grid{}}}
	r.read()
	if len(r.problems) > 0 {
		return nil, wrong(r.problems...)
	}
	return r.book, nil
}

// Sum is the SHA-256 of a file, in hexadecimal.
func Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// reader reads one workbook.
type reader struct {
	name     string
	file     *excelize.File
	options  Options
	book     *Book
	problems []Problem
	// lacking are tabs that look like tables of cases but have no ids.
	lacking []seen
	mapped  map[Field]bool // columns of the options that were found
}

// seen is a row that may have been meant as the header.
type seen struct {
	tab      string
	row      int
	headings []string
	score    int
}

func (r *reader) add(tab string, row, col int, hint, format string, args ...any) {
	if len(r.problems) >= mostProblems {
		return
	}
	p := Problem{File: r.name, Tab: tab, Text: fmt.Sprintf(format, args...), Hint: hint}
	if row > 0 {
		p.Cell = ref(row, col)
	}
	r.problems = append(r.problems, p)
}

func (r *reader) note(format string, args ...any) {
	if len(r.book.Notes) < mostProblems {
		r.book.Notes = append(r.book.Notes, fmt.Sprintf(format, args...))
	}
}

func (r *reader) read() {
	r.mapped = map[Field]bool{}
	var candidates []seen
	for _, tab := range r.tabs() {
		g, err := loadGrid(r.file, tab)
		if err != nil {
			r.add(tab, 0, 0, "keep the test cases only, and save it anew", "%s", err)
			continue
		}
		if g == nil {
			continue // a chart
		}
		r.book.grids[tab] = g
		t := tabReader{reader: r, tab: tab, grid: g, table: -1}
		t.read()
		r.book.Texts = append(r.book.Texts, t.above...)
		switch {
		case t.table < 0:
			if best := t.best; best.score >= 2 && !best.hasID {
				r.lacking = append(r.lacking, seen{tab, best.row, best.headings, best.score})
			} else if len(r.book.grids) > 0 {
				candidates = append(candidates, seen{tab, best.row, best.headings, best.score})
			}
		case t.found == 0:
			r.note("tab %q has a header row and no case below it: left out", tab)
		}
	}
	r.summaries()
	r.duplicates()
	r.judge(candidates)
}

// tabs are the names of those that are read.
func (r *reader) tabs() []string {
	all := r.file.GetSheetList()
	if len(r.options.Tabs) > 0 {
		for _, want := range r.options.Tabs {
			if !slices.Contains(all, want) {
				r.add("", 0, 0, "its tabs are "+quoted(all), "there is no tab %q", want)
			}
		}
	}
	var tabs []string
	for _, tab := range all {
		if len(r.options.Tabs) > 0 {
			if slices.Contains(r.options.Tabs, tab) {
				tabs = append(tabs, tab)
			}
			continue
		}
		if visible, err := r.file.GetSheetVisible(tab); err == nil && !visible {
			r.note("tab %q is hidden: left out (--tab names the tabs to read)", tab)
			continue
		}
		tabs = append(tabs, tab)
	}
	return tabs
}

// summaries leaves out tabs that only list cases of other tabs again, with
// neither steps nor expected results.
func (r *reader) summaries() {
	rich, poor := map[string]bool{}, map[string]bool{}
	ids := map[string]bool{}
	isRich := func(c Case) bool {
		t := r.book.Tables[c.table].Columns
		return t[Steps] > 0 || t[Expected] > 0
	}
	for _, c := range r.book.Cases {
		if isRich(c) {
			rich[c.Tab] = true
			ids[c.ID] = true
		}
	}
	for _, c := range r.book.Cases {
		if !rich[c.Tab] {
			if was, ok := poor[c.Tab]; !ok || was {
				poor[c.Tab] = ids[c.ID]
			}
		}
	}
	for _, tab := range sortedKeys(poor) {
		if !poor[tab] {
			continue
		}
		r.note("tab %q lists cases of other tabs again, without steps and expected results: left out", tab)
		r.book.Cases = slices.DeleteFunc(r.book.Cases, func(c Case) bool { return c.Tab == tab })
	}
}

func (r *reader) duplicates() {
	first := map[string]Case{}
	for _, c := range r.book.Cases {
		key := strings.ToLower(c.ID)
		before, twice := first[key]
		if !twice {
			first[key] = c
			continue
		}
		r.add(c.Tab, c.Row, r.book.Tables[c.table].Columns[ID], "every case needs an id of its own; --tab leaves out tabs that only repeat cases",
			"the id %q is that of %s, too", shorten(c.Written, 80), r.book.At(before, ID))
	}
}

// judge says what keeps the workbook from being a plan.
func (r *reader) judge(candidates []seen) {
	for _, f := range Fields() {
		heading, asked := r.options.Map[f]
		if !asked || r.mapped[f] {
			continue
		}
		r.add("", 0, 0, "the headings that were seen: "+headingsOf(append(slices.Clone(r.lacking), candidates...), r.book), "no column has the heading %q, which --map gives for %s", shorten(heading, 80), f)
	}
	if len(r.problems) > 0 {
		return
	}
	for _, s := range r.lacking {
		r.add(s.tab, s.row, 1, "say which one it is, as in --map "+string(ID)+"="+example(s.headings)+", or name the tabs to read with --tab",
			"there is no column of ids; the headings that were seen: %s", list(s.headings))
	}
	if len(r.problems) > 0 || len(r.book.Cases) > 0 {
		return
	}
	if len(r.book.Tables) > 0 {
		r.add("", 0, 0, "is this the right file?", "there is no case below any header row")
		return
	}
	hint := "say which heading is which, as in --map id=Kennung --map actual=Ergebnis"
	if len(r.options.Tabs) == 0 && len(r.book.Notes) > 0 {
		hint += "; hidden tabs are read only if --tab names them"
	}
	r.add("", 0, 0, hint, "no row was recognised as the header of test cases (an id, and steps, an expected or an actual result); the headings that were seen: %s",
		headingsOf(candidates, r.book))
}

func headingsOf(rows []seen, b *Book) string {
	var parts []string
	for _, t := range b.Tables {
		var words []string
		for _, col := range sortedKeys(t.Headings) {
			words = append(words, t.Headings[col])
		}
		parts = append(parts, fmt.Sprintf("tab %q row %d: %s", t.Tab, t.Row, list(words)))
	}
	for _, s := range rows {
		if len(s.headings) > 0 {
			parts = append(parts, fmt.Sprintf("tab %q row %d: %s", s.tab, s.row, list(s.headings)))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts[:min(len(parts), 8)], "; ")
}

var versionPattern = regexp.MustCompile(`(?i)\bv(?:er(?:sion)?)?\.?[ :]*([0-9]+(?:\.[0-9]+)+)\b`)

// Version is the version that the words above the tables name, such as "1.2";
// empty if there is none or more than one.
func (b *Book) Version() string {
	found := map[string]bool{}
	for _, text := range append([]string{b.Name}, b.Texts...) {
		for _, m := range versionPattern.FindAllStringSubmatch(strings.ReplaceAll(text, "_", " "), -1) {
			found[m[1]] = true
		}
	}
	if len(found) != 1 {
		return ""
	}
	return sortedKeys(found)[0]
}

// Names tells which of names stands in the workbook above its tables or in the
// file's name, whatever its punctuation; empty if none or more than one does.
func (b *Book) Names(names []string) string {
	texts := []string{normal(b.Name)}
	for _, t := range b.Texts {
		texts = append(texts, normal(t))
	}
	found := ""
	for _, n := range names {
		key := normal(n)
		if key == "" || !slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, key) }) {
			continue
		}
		if found != "" {
			return ""
		}
		found = n
	}
	return found
}
