package sheet

import (
	"maps"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// tabReader reads the cases of one tab, row by row.
type tabReader struct {
	*reader
	tab   string
	grid  *grid
	table int // index of the table at hand; -1 before the first
	found int
	above []string

	head    header
	heading string // of the group-heading row above
	group   string // last seen in the group column
	current int    // index of the case at hand in the book; -1 if none
	best    bestRow
}

// bestRow is the row that looks most like a header, for the error.
type bestRow struct {
	row      int
	headings []string
	score    int
	hasID    bool
	filled   int
}

// headerWithin is how many rows with something in them may come before the
// first header.
const headerWithin = 500

func (t *tabReader) read() {
	t.current = -1
	for i, row := range t.grid.rows {
		if t.table < 0 && i > headerWithin {
			break
		}
		h := matchHeader(t.grid, row, t.options.Map)
		t.consider(h)
		if h.isHeader() && t.begins(h) {
			t.begin(h)
			continue
		}
		if t.table < 0 {
			t.remember(row)
			continue
		}
		t.row(row)
	}
}

// remember keeps words from above the table.
func (t *tabReader) remember(row int) {
	for _, c := range t.grid.cells[row] {
		if c != "" && len(t.above) < 200 {
			t.above = append(t.above, shorten(c, 500))
		}
	}
}

func (t *tabReader) consider(h header) {
	b := bestRow{row: h.row, score: h.score(), hasID: h.has(ID), filled: len(h.headings)}
	if b.score < t.best.score || b.score == t.best.score && b.filled <= t.best.filled {
		return
	}
	for _, col := range sortedKeys(h.headings) {
		b.headings = append(b.headings, h.headings[col])
	}
	t.best = b
}

// begins tells whether a row that reads like a header is one: the first, a
// repeated one, that of another table, or the second row of the one above.
func (t *tabReader) begins(h header) bool {
	switch {
	case t.table < 0:
		return true
	case h.score() >= 3, h.row == t.head.row+1:
		return true
	}
	return h.score() == t.head.score() && maps.Equal(h.columns, t.head.columns)
}

func (t *tabReader) begin(h header) {
	if t.table >= 0 {
		if h.row == t.head.row+1 && t.found == 0 {
			// A header of two rows: the one that says more counts.
			if h.score() <= t.head.score() {
				return
			}
			t.book.Tables = t.book.Tables[:len(t.book.Tables)-1]
		} else if maps.Equal(h.columns, t.head.columns) {
			t.current = -1
			return // a repeated header
		}
	}
	for _, f := range Fields() {
		if two, ok := h.ambiguous[f]; ok {
			t.add(t.tab, h.row, two[1], "say which one is meant, as in --map '"+string(f)+"=column "+letterOf(two[0])+"', or leave the tab out with --tab",
				"the heading %q is that of %s, too: both may be the column of %s", h.headings[two[1]], ref(h.row, two[0]), f)
		}
		if _, ok := h.columns[f]; ok {
			t.mapped[f] = t.mapped[f] || t.options.Map[f] != ""
		}
	}
	t.head, t.current, t.group = h, -1, ""
	t.book.Tables = append(t.book.Tables, Table{Tab: t.tab, Row: h.row, Columns: h.columns, Headings: h.headings})
	t.table = len(t.book.Tables) - 1
}

func (t *tabReader) at(row int, f Field) string {
	col, ok := t.head.columns[f]
	if !ok {
		return ""
	}
	return t.grid.at(row, col)
}

// row reads one row below a header.
func (t *tabReader) row(row int) {
	id, title, steps, expected := t.at(row, ID), t.at(row, Title), t.at(row, Steps), t.at(row, Expected)
	if text, col, ok := t.lone(row); ok && t.isHeading(text, row, col) {
		t.heading, t.group, t.current = text, "", -1
		return
	}
	if g := t.at(row, Group); g != "" {
		t.group = g
	}
	switch {
	case id != "" && t.current >= 0 && t.sameCase(row):
		t.continued(row, steps, expected)
	case id != "" && t.isCase(id, title, steps+expected):
		t.begun(row, id, title, steps, expected)
	case id != "":
		if t.other(row) {
			t.note("%s: %q is no case: left out", cellName(t.tab, row, t.head.columns[ID]), shorten(oneLine(id), 60))
		}
		t.current = -1
	case t.formulaWithoutValue(row):
	case title != "" && steps+expected != "" && !t.sameText(row, Title):
		t.add(t.tab, row, t.head.columns[ID], "give it an id in a copy of the sheet, or leave the tab out with --tab", "the case %q has no id", shorten(oneLine(title), 60))
	case t.current >= 0:
		t.continued(row, steps, expected)
	}
}

// formulaWithoutValue reports an id that is a formula which nobody has
// calculated: what it stands for is not known.
func (t *tabReader) formulaWithoutValue(row int) bool {
	col := t.head.columns[ID]
	formula, err := t.grid.file.GetCellFormula(t.tab, ref(row, col))
	if err != nil || formula == "" {
		return false
	}
	t.add(t.tab, row, col, "open it in a spreadsheet program and save it, so that the values of its formulas are in it", "the id is a formula whose value is not in the file")
	return true
}

// lone is the only cell of a row in which something stands.
func (t *tabReader) lone(row int) (text string, col int, ok bool) {
	for c := 1; c <= t.grid.width(row); c++ {
		// A cell that hangs down from a row above says nothing about this one.
		if a, merged := t.grid.merge(row, c); merged && (a.top != row || a.left != c) {
			if a.top != row && t.grid.raw(a.top, a.left) != "" {
				return "", 0, false
			}
			continue
		}
		v := t.grid.raw(row, c)
		if v == "" {
			continue
		}
		if ok {
			return "", 0, false
		}
		text, col, ok = v, c, true
	}
	return text, col, ok
}

// isHeading tells whether the only text of a row names the group of the rows below.
func (t *tabReader) isHeading(text string, row, col int) bool {
	if a, merged := t.grid.merge(row, col); merged && a.right > a.left {
		return len([]rune(text)) <= 120
	}
	if len([]rune(text)) > 120 {
		return false
	}
	switch col {
	case t.head.columns[ID]:
		return !t.looksLikeID(text)
	case t.head.columns[Steps], t.head.columns[Expected]:
		return t.current < 0 && col == 1
	}
	first := t.head.columns[ID]
	for _, c := range t.head.columns {
		first = min(first, c)
	}
	return col <= first || col == t.head.columns[Title] || col == t.head.columns[Group] && t.head.columns[ID] > col
}

// isCase tells a case from a line of prose or a total below the table: what has
// no digit is an id only where more speaks for it.
func (t *tabReader) isCase(id, title, more string) bool {
	switch {
	case t.looksLikeID(id), strings.ContainsFunc(id, unicode.IsDigit) && title+more != "":
		return true
	case len(strings.Fields(id)) > 1:
		return false
	}
	return more != "" || title != "" && !t.head.has(Steps, Expected)
}

// other tells whether the row has more than its id.
func (t *tabReader) other(row int) bool {
	_, _, lone := t.lone(row)
	return !lone
}

// sameCase tells whether the id of the row is that of the case at hand, merged
// downwards.
func (t *tabReader) sameCase(row int) bool {
	a, ok := t.grid.merge(row, t.head.columns[ID])
	return ok && a.top < row && t.book.Cases[t.current].Row >= a.top
}

// sameText tells whether a field is merged down from a row above.
func (t *tabReader) sameText(row int, f Field) bool {
	a, ok := t.grid.merge(row, t.head.columns[f])
	return ok && a.top < row
}

func (t *tabReader) looksLikeID(s string) bool {
	id, ok := caseID(s)
	return ok && strings.ContainsFunc(s, unicode.IsDigit) && len(strings.Fields(s)) == 1 && id != ""
}

func (t *tabReader) begun(row int, written, title, steps, expected string) {
	t.current = -1
	col := t.head.columns[ID]
	id, ok := caseID(written)
	if !ok {
		t.add(t.tab, row, col, "an id has letters, digits, dots, dashes and underscores, at most 64; --map id=HEADING names another column of ids", "%q cannot be the id of a case", shorten(oneLine(written), 80))
		return
	}
	if id != written {
		t.note("%s: the id %q is written %s in the plan", cellName(t.tab, row, col), shorten(oneLine(written), 60), id)
	}
	group := t.group
	if group == "" {
		group = t.heading
	}
	if group == "" {
		group = t.tab
	}
	c := Case{ID: id, Written: written, Group: shorten(oneLine(group), 120), Title: title, Steps: shorten(steps, longestText), Expected: shorten(expected, longestText),
		Tab: t.tab, Row: row, table: t.table}
	if c.Title == "" {
		first, _, _ := strings.Cut(firstOf(steps, expected, id), "\n")
		c.Title = first
	}
	c.Title = shorten(oneLine(c.Title), 200)
	if n := t.at(row, Attempts); n != "" {
		c.Attempts = t.number(row, n)
	}
	t.book.Cases = append(t.book.Cases, c)
	t.current = len(t.book.Cases) - 1
	t.found++
}

// Bounds of what is taken over into the plan.
const (
	longestText = 4000
	maxAttempts = 10000
)

func (t *tabReader) number(row int, s string) int {
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.ToLower(s), "x"), 64)
	if err != nil || n != float64(int(n)) || n < 1 || n > maxAttempts {
		t.add(t.tab, row, t.head.columns[Attempts], "give a whole number from 1 to 10000, or leave --map attempts=… out", "%q is no number of attempts", shorten(oneLine(s), 60))
		return 0
	}
	return int(n)
}

// continued adds a further row of the case at hand.
func (t *tabReader) continued(row int, steps, expected string) {
	c := &t.book.Cases[t.current]
	if !t.sameText(row, Steps) {
		c.Steps = joined(c.Steps, steps)
	}
	if !t.sameText(row, Expected) {
		c.Expected = joined(c.Expected, expected)
	}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return shorten(a+"\n"+b, longestText)
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

var (
	idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	notInID   = regexp.MustCompile(`[\s/\\:;,()\[\]&+]+`)
)

// caseID makes an id of the sheet fit for a plan and a tag: the typographic
// dashes that a spreadsheet makes of plain ones become plain again, blanks and
// slashes become dashes.
func caseID(written string) (string, bool) {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 0x2010 && r <= 0x2015 || r == 0x2212 || r == 0xfe58 || r == 0xfe63 || r == 0xff0d:
			return '-'
		case r >= 0xff10 && r <= 0xff19, r >= 0xff21 && r <= 0xff3a, r >= 0xff41 && r <= 0xff5a:
			return r - 0xfee0 // full-width letters and digits
		}
		return r
	}, strings.TrimSpace(written))
	id = strings.Trim(notInID.ReplaceAllString(id, "-"), "-.")
	return id, idPattern.MatchString(id) && id != "local"
}
