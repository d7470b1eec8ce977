package sheet

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// mostProblems bounds what is said about one workbook.
const mostProblems = 50

// Problem is one thing that is wrong with a workbook.
type Problem struct {
	File string
	Tab  string // may be empty
	Cell string // such as "F7"; may be empty
	Text string
	Hint string
}

func (p Problem) String() string {
	s := p.File + ": "
	switch {
	case p.Tab != "" && p.Cell != "":
		s += quoteTab(p.Tab) + "!" + p.Cell + ": "
	case p.Tab != "":
		s += "tab " + strconv.Quote(p.Tab) + ": "
	}
	s += p.Text
	if p.Hint != "" {
		s += "\n  hint: " + p.Hint
	}
	return s
}

// Error is what is wrong with a workbook.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func wrong(problems ...Problem) *Error { return &Error{Problems: problems} }

// ref is the name of a cell, such as "F7".
func ref(row, col int) string {
	name, err := excelize.CoordinatesToCellName(max(col, 1), max(row, 1))
	if err != nil {
		return "R" + strconv.Itoa(row) + "C" + strconv.Itoa(col)
	}
	return name
}

// cellName is the name of a cell with its tab, as formulas write it.
func cellName(tab string, row, col int) string { return quoteTab(tab) + "!" + ref(row, col) }

func quoteTab(tab string) string {
	for _, r := range tab {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r > 0x7f) {
			return "'" + strings.ReplaceAll(tab, "'", "''") + "'"
		}
	}
	return tab
}

// shorten cuts text after n runes.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// list shows headings in the order in which they stand.
func list(words []string) string {
	var shown []string
	for _, w := range words[:min(len(words), 24)] {
		shown = append(shown, strconv.Quote(shorten(oneLine(w), 60)))
	}
	if len(words) > len(shown) {
		shown = append(shown, "…")
	}
	if len(shown) == 0 {
		return "none"
	}
	return strings.Join(shown, ", ")
}

func quoted(words []string) string { return list(words) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// example is a heading as it would be typed in a shell.
func example(headings []string) string {
	if len(headings) == 0 {
		return "HEADING"
	}
	return strconv.Quote(shorten(oneLine(headings[0]), 40))
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
