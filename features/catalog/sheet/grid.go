package sheet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// grid is what one sees in a tab: the text of its cells, and which are merged.
// Rows and columns count from 1.
type grid struct {
	file   *excelize.File
	tab    string
	rows   []int // those in which something stands, ascending
	cells  map[int][]string
	merges []area
	covers map[int][]int // row -> indexes of merges that touch it
}

// area is a rectangle of cells, its corners included.
type area struct{ top, left, bottom, right int }

func (a area) holds(row, col int) bool {
	return row >= a.top && row <= a.bottom && col >= a.left && col <= a.right
}

// loadGrid reads a tab; it is nil for what has no cells, such as a chart.
func loadGrid(f *excelize.File, tab string) (*grid, error) {
	rows, err := f.Rows(tab)
	if err != nil {
		if strings.Contains(err.Error(), "not a worksheet") {
			return nil, nil
		}
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	defer rows.Close()
	g := &grid{file: f, tab: tab, cells: map[int][]string{}, covers: map[int][]int{}}
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, fmt.Errorf("row %d cannot be read: %w", n, err)
		}
		cells = cells[:min(len(cells), maxColumns)]
		for i, c := range cells {
			cells[i] = tidy(c)
		}
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) == 0 {
			continue
		}
		if len(g.rows) >= maxRows {
			return nil, fmt.Errorf("has more than %d rows", maxRows)
		}
		g.rows = append(g.rows, n)
		g.cells[n] = slices.Clone(cells)
	}
	if err := rows.Error(); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return g, g.loadMerges()
}

// maxMerges bounds the merged cells of a tab.
const maxMerges = 20000

func (g *grid) loadMerges() error {
	merged, err := g.file.GetMergeCells(g.tab, true)
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	for _, m := range merged {
		a, ok := parseArea(m.GetStartAxis() + ":" + m.GetEndAxis())
		if !ok {
			continue
		}
		g.merges = append(g.merges, a)
		// Rows without any text need no entry, and a merge may claim a million of them.
		from, _ := slices.BinarySearch(g.rows, a.top)
		for _, row := range g.rows[from:] {
			if row > a.bottom {
				break
			}
			g.covers[row] = append(g.covers[row], len(g.merges)-1)
		}
	}
	return nil
}

// parseArea reads "A1:B2" or "A1", with or without dollars.
func parseArea(s string) (area, bool) {
	s = strings.ReplaceAll(s, "$", "")
	from, to, two := strings.Cut(s, ":")
	if !two {
		to = from
	}
	c1, r1, err1 := excelize.CellNameToCoordinates(from)
	c2, r2, err2 := excelize.CellNameToCoordinates(to)
	if err1 != nil || err2 != nil {
		return area{}, false
	}
	return area{min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2)}, true
}

func (g *grid) raw(row, col int) string {
	cells := g.cells[row]
	if col < 1 || col > len(cells) {
		return ""
	}
	return cells[col-1]
}

// merge is the merged area in which a cell lies.
func (g *grid) merge(row, col int) (area, bool) {
	for _, i := range g.covers[row] {
		if g.merges[i].holds(row, col) {
			return g.merges[i], true
		}
	}
	return area{}, false
}

// at is the text of a cell. One that is merged downwards has its text in every
// row; one that is merged sideways in its first column only.
func (g *grid) at(row, col int) string {
	if a, ok := g.merge(row, col); ok {
		if col != a.left {
			return ""
		}
		return g.raw(a.top, a.left)
	}
	return g.raw(row, col)
}

// width is the last column in which something stands in a row, merged cells included.
func (g *grid) width(row int) int {
	w := len(g.cells[row])
	for _, i := range g.covers[row] {
		w = max(w, min(g.merges[i].left, maxColumns))
	}
	return w
}

// tidy makes the text of a cell comparable: Excel's and people's kinds of
// blanks and line ends become plain ones, and what cannot be printed goes.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == 0x2028 || r == 0x2029:
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r == 0xa0 || r >= 0x2000 && r <= 0x200a || r == 0x202f || r == 0x3000:
			return ' '
		case r == 0xad, r >= 0x200b && r <= 0x200f && r != 0x200d, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, r < 0x20, r >= 0x7f && r < 0xa0:
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\ufffd"))
	return strings.TrimSpace(s)
}
