package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/html"
	"ffscert/reports/render/table"
)

func newMatrixCmd(s *state) *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   "matrix [RUN]",
		Short: "Print the matrix of a run, the latest by default",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("matrix takes one run, not %d\n  hint: see `ffscert matrix --help`", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, formats[:]...); err != nil {
				return err
			}
			run := journal.Latest
			if len(args) == 1 {
				run = args[0]
			}
			c, err := s.config()
			if err != nil {
				return err
			}
			r, err := readResult(cmd.Context(), s.runs(c), run)
			if err != nil {
				return err
			}
			if out == "" {
				return s.print(r, format, s.Dir)
			}
			return s.write(r, output{format, out})
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "`table|json|html`")
	cmd.Flags().StringVar(&out, "out", "", "write to this `PATH` instead of stdout")
	return cmd
}

// formats are those in which a matrix can be had.
var formats = [...]string{"table", "json", "html"}

// result is a run as it is reported: what its journal holds, the matrix
// computed from that, and the run's folder.
type result struct {
	record journal.Record
	matrix matrix.Matrix
	dir    string
}

// readResult computes the matrix of a run from its journal.
func readResult(ctx context.Context, runsDir, run string) (result, error) {
	rec, dir, err := journal.Read(ctx, runsDir, run)
	if errors.Is(err, journal.ErrLocked) {
		return result{}, &statusError{exitOutside, fmt.Errorf("%w\n  hint: close the program that has it open, a shell of SQLite or a backup, and try again", err)}
	}
	if err != nil {
		return result{}, noSuchRun(err, runsDir, run)
	}
	if rec.State == journal.Running {
		rec.AsOf = time.Now().UTC()
	}
	return result{rec, matrix.Of(rec), dir}, nil
}

// print writes a result to stdout. From is the folder from which a page's links
// to the evidence start.
func (s *state) print(r result, format, from string) error {
	switch format {
	case "json":
		return matrix.Write(s.Stdout, r.matrix)
	case "html":
		return r.page(s.Stdout, from)
	}
	return table.Render(s.Stdout, r.matrix, table.Options{Color: s.Color, Width: s.Columns})
}

// page writes the page of a run that will lie in the folder from.
func (r result) page(w io.Writer, from string) (err error) {
	base, err := filepath.Rel(from, r.dir)
	if err != nil || base == "." {
		base = ""
	}
	// Evidence is read inside the run's folder only, whatever links lie there.
	folder, err := os.OpenRoot(r.dir)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	return html.Render(w, r.record, html.Options{Folder: folder.FS(), Base: filepath.ToSlash(base)})
}

// write writes a result to a file of the user's.
func (s *state) write(r result, out output) error {
	var b bytes.Buffer
	t := *s
	t.Stdout, t.Color, t.Columns = &b, false, 120
	path := s.path(out.path)
	if err := t.print(r, out.format, filepath.Dir(path)); err != nil {
		return err
	}
	return usage(writeWhole(path, b.Bytes()))
}

// writeWhole writes a file so that a reader never sees a part of it.
func writeWhole(path string, data []byte) error {
	if err := journal.WriteFile(path, data); err != nil {
		return fmt.Errorf("cannot write %s: %w\n  hint: name a folder that exists and may be written to", path, err)
	}
	return nil
}
