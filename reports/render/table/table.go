// Package table writes the matrix for people who read it in a terminal.
//
// It knows the matrix only: no journal, no disk, no terminal settings of its own.
package table

import (
	"errors"
	"io"

	"ffscert/reports/matrix"
)

// Options say how the table is drawn.
type Options struct {
	Color bool
	// Width is the number of columns of the terminal; 0 means 100, less than 60 is taken as 60.
	Width int
}

// Render writes the matrix as a table.
func Render(w io.Writer, m matrix.Matrix, o Options) error { return errors.ErrUnsupported }
