package matrix

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"ffscert/reports/journal"
	"ffscert/reports/render/safe"
)

// Write writes the matrix as JSON, indented, always the same bytes for the
// same matrix. Lists are never null; what a terminal would obey is escaped.
func Write(w io.Writer, m Matrix) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(m)
	if err == nil {
		_, err = w.Write(safe.JSON(b.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("write the matrix: %w", err)
	}
	return nil
}

// WriteFile writes the matrix to path so that a reader sees the old file or the
// new one, never a part. It is on the disk when WriteFile returns.
func WriteFile(path string, m Matrix) error {
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
		return err
	}
	if err := journal.WriteFile(path, b.Bytes()); err != nil {
		return fmt.Errorf("write the matrix: %w", err)
	}
	return nil
}
