package main

import (
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"ffscert/reports/render/safe"
)

// longestCell bounds a cell, in characters.
const longestCell = 600

// columns prints rows whose columns stand below each other, whatever script is
// in them. What comes from outside cannot move anything: it has no escape
// sequences, and writing from right to left stays within its cell.
func columns(s *state, rows [][]string) error {
	var widths []int
	cells := make([][]string, len(rows))
	for i, row := range rows {
		for j, cell := range row {
			cell = safe.Text(oneLine(cell), longestCell)
			cells[i] = append(cells[i], cell)
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], text.StringWidthWithoutEscSequences(cell))
		}
	}
	var b strings.Builder
	for _, row := range cells {
		line := ""
		for j, cell := range row {
			pad := widths[j] - text.StringWidthWithoutEscSequences(cell)
			line += safe.Isolate(cell)
			if j < len(row)-1 {
				line += strings.Repeat(" ", pad+2)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(s.Stdout, b.String())
	return err
}
