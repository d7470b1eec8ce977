package matrix

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write writes the matrix as JSON, indented, always the same bytes for the
// same matrix. Lists are never null.
func Write(w io.Writer, m Matrix) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return fmt.Errorf("write the matrix: %w", err)
	}
	return nil
}

// WriteFile writes the matrix to path so that a reader sees the old file or the
// new one, never a part. It is on the disk when WriteFile returns.
func WriteFile(path string, m Matrix) (err error) {
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the matrix: %w", err)
		}
	}()
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".matrix-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // what went wrong is told already
		}
	}()
	_, err = f.Write(b.Bytes())
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
