// Package jsonfmt writes the matrix for machines, in the form of matrix.json.
//
// It knows the matrix only.
package jsonfmt

import (
	"io"

	"ffscert/reports/matrix"
)

// Render writes the matrix as JSON, the same bytes as matrix.json.
func Render(w io.Writer, m matrix.Matrix) error { return matrix.Write(w, m) }
