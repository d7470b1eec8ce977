package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// A tab is edited as text: only the cells that are filled are written anew, all
// other bytes stay. A library that reads a workbook and writes it again loses
// what it does not know.

// change is a text for one cell.
type change struct {
	row, col int
	text     string
}

// formulaCell says that a cell holds a formula, or is the output of one.
type formulaCell struct{ row, col int }

// xmlCell is where a cell stands in the text of a tab.
type xmlCell struct {
	col        int
	start, end int
	style      string // of the attribute s; may be empty
	formula    bool
}

type xmlRow struct {
	n          int
	start, end int // of the whole element
	open       int // end of its start tag
	closing    int // start of its end tag
	selfClosed bool
	style      string // of a row with a format of its own
	cells      []xmlCell
}

// xmlTab is the shape of a tab's text.
type xmlTab struct {
	prefix     string // of the elements, such as "x:"; usually empty
	start      int    // of sheetData
	open       int    // end of its start tag
	closing    int    // start of its end tag
	selfClosed bool
	rows       []xmlRow
	columns    []xmlColumn
	arrays     []area // cells that one formula fills
}

type xmlColumn struct {
	from, to int
	style    string
}

// scan finds rows and cells in the text of a tab.
func scan(data []byte) (*xmlTab, error) {
	s := scanner{d: xml.NewDecoder(bytes.NewReader(data)), data: data, tab: &xmlTab{start: -1}}
	s.d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("is written in %s, not in UTF-8", charset)
	}
	for {
		from := int(s.d.InputOffset())
		token, err := s.d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		to := int(s.d.InputOffset())
		switch e := token.(type) {
		case xml.StartElement:
			err = s.opened(e, from, to)
		case xml.EndElement:
			s.closed(e, from, to)
		}
		if err != nil {
			return nil, err
		}
	}
	if s.tab.start < 0 || s.tab.closing == 0 {
		return nil, errors.New("has no cells")
	}
	return s.tab, nil
}

type scanner struct {
	d     *xml.Decoder
	data  []byte
	tab   *xmlTab
	depth int
	row   *xmlRow
	cell  *xmlCell

	cells, merges, unnumbered int
	numbered                  bool // the row at hand says which one it is
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (s *scanner) selfClosed(to int) bool { return to >= 2 && s.data[to-2] == '/' }

func (s *scanner) opened(e xml.StartElement, from, to int) error {
	s.depth++
	switch {
	case s.depth == 2 && e.Name.Local == "sheetData":
		if s.tab.start >= 0 {
			return errors.New("has its cells twice")
		}
		s.tab.start, s.tab.open, s.tab.selfClosed = from, to, s.selfClosed(to)
		if e.Name.Space != "" {
			s.tab.prefix = e.Name.Space + ":"
		}
	case s.depth == 3 && e.Name.Local == "col":
		a, err1 := strconv.Atoi(attribute(e, "min"))
		b, err2 := strconv.Atoi(attribute(e, "max"))
		if style := attribute(e, "style"); err1 == nil && err2 == nil && style != "" {
			s.tab.columns = append(s.tab.columns, xmlColumn{a, b, style})
		}
	case s.depth == 3 && e.Name.Local == "mergeCell":
		if s.merges++; s.merges > maxMerges {
			return fmt.Errorf("has more than %d merged cells", maxMerges)
		}
	case s.depth == 3 && e.Name.Local == "row" && s.inside():
		n := 1
		if len(s.tab.rows) > 0 {
			n = s.tab.rows[len(s.tab.rows)-1].n + 1
		}
		if r := attribute(e, "r"); r != "" {
			given, err := strconv.Atoi(r)
			if err != nil || given < n {
				return fmt.Errorf("row %q is out of order", r)
			}
			n = given
		}
		if s.numbered = attribute(e, "r") != ""; !s.numbered {
			s.unnumbered++
		}
		if n > excelize.TotalRows || len(s.tab.rows) >= maxRowElements || s.unnumbered > maxUnnumbered {
			return fmt.Errorf("has more than %d rows", min(n-1, len(s.tab.rows)))
		}
		s.row = &xmlRow{n: n, start: from, open: to, selfClosed: s.selfClosed(to)}
		if on := attribute(e, "customFormat"); on == "1" || on == "true" {
			s.row.style = attribute(e, "s")
		}
	case s.depth == 4 && e.Name.Local == "c" && s.row != nil:
		col := 1
		if n := len(s.row.cells); n > 0 {
			col = s.row.cells[n-1].col + 1
		}
		if r := attribute(e, "r"); r != "" {
			c, row, err := excelize.CellNameToCoordinates(r)
			if err != nil || row != s.row.n || c < col {
				return fmt.Errorf("cell %q is out of order", r)
			}
			col = c
		}
		if s.cells++; s.cells > maxCells {
			return fmt.Errorf("has more than %d cells", maxCells)
		}
		if col > excelize.MaxColumns || !s.numbered && col > maxColumns {
			return fmt.Errorf("has a cell beyond column %d in row %d", maxColumns, s.row.n)
		}
		s.cell = &xmlCell{col: col, start: from, style: attribute(e, "s")}
	case s.depth == 5 && e.Name.Local == "f" && s.cell != nil:
		s.cell.formula = true
		if kind := attribute(e, "t"); kind == "array" || kind == "dataTable" {
			if a, ok := parseArea(attribute(e, "ref")); ok {
				s.tab.arrays = append(s.tab.arrays, a)
			}
		}
	}
	return nil
}

func (s *scanner) inside() bool { return s.tab.start >= 0 && s.tab.closing == 0 }

func (s *scanner) closed(e xml.EndElement, from, to int) {
	switch {
	case s.depth == 2 && e.Name.Local == "sheetData":
		s.tab.closing = from
	case s.depth == 3 && s.row != nil:
		s.row.closing, s.row.end = from, to
		s.tab.rows = append(s.tab.rows, *s.row)
		s.row = nil
	case s.depth == 4 && s.cell != nil:
		s.cell.end = to
		s.row.cells = append(s.row.cells, *s.cell)
		s.cell = nil
	}
	s.depth--
}

// row finds a row; where there is none, i is where it would stand.
func (t *xmlTab) row(n int) (i int, found bool) {
	return slices.BinarySearchFunc(t.rows, n, func(r xmlRow, n int) int { return r.n - n })
}

func (r *xmlRow) cell(col int) (i int, found bool) {
	return slices.BinarySearchFunc(r.cells, col, func(c xmlCell, col int) int { return c.col - col })
}

// formula tells whether a cell holds a formula or is the output of one.
func (t *xmlTab) formula(c formulaCell) bool {
	for _, a := range t.arrays {
		if a.holds(c.row, c.col) {
			return true
		}
	}
	if i, ok := t.row(c.row); ok {
		if j, ok := t.rows[i].cell(c.col); ok {
			return t.rows[i].cells[j].formula
		}
	}
	return false
}

// hasFormula tells whether any cell holds one.
func (t *xmlTab) hasFormula() bool {
	return slices.ContainsFunc(t.rows, func(r xmlRow) bool {
		return slices.ContainsFunc(r.cells, func(c xmlCell) bool { return c.formula })
	})
}

// splice is a stretch of the text with what takes its place.
type splice struct {
	start, end int
	text       string
}

// edit writes texts into cells. A cell keeps its style; one that is not there
// gets that of its row or column.
func (t *xmlTab) edit(data []byte, changes []change) ([]byte, error) {
	byRow := map[int][]change{}
	for _, c := range changes {
		if t.formula(formulaCell{c.row, c.col}) {
			return nil, fmt.Errorf("%s holds a formula", ref(c.row, c.col))
		}
		byRow[c.row] = append(byRow[c.row], c)
	}
	var splices []splice
	for _, n := range sortedKeys(byRow) {
		cs := byRow[n]
		slices.SortFunc(cs, func(a, b change) int { return a.col - b.col })
		splices = append(splices, t.editRow(data, n, cs)...)
	}
	slices.SortStableFunc(splices, func(a, b splice) int { return a.start - b.start })
	if t.selfClosed && len(splices) > 0 {
		var b strings.Builder
		for _, s := range splices {
			b.WriteString(s.text)
		}
		tag := strings.TrimSuffix(strings.TrimSpace(strings.TrimSuffix(string(data[t.start:t.open]), ">")), "/")
		splices = []splice{{t.start, t.open, strings.TrimSpace(tag) + ">" + b.String() + "</" + t.prefix + "sheetData>"}}
	}
	var out bytes.Buffer
	at := 0
	for _, s := range splices {
		out.Write(data[at:s.start])
		out.WriteString(s.text)
		at = s.end
	}
	out.Write(data[at:])
	return out.Bytes(), nil
}

func (t *xmlTab) editRow(data []byte, n int, changes []change) []splice {
	i, found := t.row(n)
	if !found {
		at := t.closing
		if i < len(t.rows) {
			at = t.rows[i].start
		}
		return []splice{{at, at, fmt.Sprintf(`<%srow r="%d">%s</%srow>`, t.prefix, n, t.cells(nil, changes), t.prefix)}}
	}
	row := &t.rows[i]
	open := spans(string(data[row.start:row.open]), changes[0].col, changes[len(changes)-1].col)
	if row.selfClosed {
		tag := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(strings.TrimSuffix(open, ">")), "/"))
		return []splice{{row.start, row.end, tag + ">" + t.cells(row, changes) + "</" + t.prefix + "row>"}}
	}
	var all []splice
	if open != string(data[row.start:row.open]) {
		all = append(all, splice{row.start, row.open, open})
	}
	for _, c := range changes {
		j, there := row.cell(c.col)
		text := t.cells(row, []change{c})
		switch {
		case there:
			all = append(all, splice{row.cells[j].start, row.cells[j].end, text})
		case j < len(row.cells):
			all = append(all, splice{row.cells[j].start, row.cells[j].start, text})
		default:
			all = append(all, splice{row.closing, row.closing, text})
		}
	}
	return all
}

// cells are the elements of changed cells. The text stands in the cell itself
// and is of the type text: no program takes it for a formula.
func (t *xmlTab) cells(row *xmlRow, changes []change) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, `<%sc r="%s"`, t.prefix, ref(c.row, c.col))
		if s := t.style(row, c.col); s != "" {
			fmt.Fprintf(&b, ` s="%s"`, escape(s))
		}
		fmt.Fprintf(&b, ` t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>`, t.prefix, t.prefix, escape(stored(c.text)), t.prefix, t.prefix, t.prefix)
	}
	return b.String()
}

func (t *xmlTab) style(row *xmlRow, col int) string {
	if row != nil {
		if j, ok := row.cell(col); ok {
			return row.cells[j].style
		}
		if row.style != "" {
			return row.style
		}
	}
	for _, c := range t.columns {
		if col >= c.from && col <= c.to {
			return c.style
		}
	}
	return ""
}

// spans widens the hint in a row's start tag about the columns that it uses.
func spans(tag string, from, to int) string {
	const name = ` spans="`
	i := strings.Index(tag, name)
	if i < 0 {
		return tag
	}
	rest := tag[i+len(name):]
	end := strings.IndexByte(rest, '"')
	if end < 0 {
		return tag
	}
	a, b, ok := strings.Cut(rest[:end], ":")
	first, err1 := strconv.Atoi(a)
	last, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil || first <= from && last >= to {
		return tag
	}
	return fmt.Sprintf("%s%s%d:%d%s", tag[:i], name, min(first, from), max(last, to), rest[end:])
}

// escape makes text fit for XML; what XML cannot hold becomes a replacement character.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}
