package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ffscert/reports/journal"
	"ffscert/reports/matrix"
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
			if err := oneOf("format", format, "table", "json"); err != nil {
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
			m, err := readMatrix(cmd.Context(), s.runs(c), run)
			if err != nil {
				return err
			}
			if out == "" {
				return s.printMatrix(m, format)
			}
			var b bytes.Buffer
			t := *s
			t.Stdout, t.Color, t.Columns = &b, false, 120
			if err := t.printMatrix(m, format); err != nil {
				return err
			}
			return usage(writeWhole(s.path(out), b.Bytes()))
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "`table|json`")
	cmd.Flags().StringVar(&out, "out", "", "write to this `PATH` instead of stdout")
	return cmd
}

// readMatrix computes the matrix of a run from its journal.
func readMatrix(ctx context.Context, runsDir, run string) (matrix.Matrix, error) {
	rec, _, err := journal.Read(ctx, runsDir, run)
	switch {
	case errors.Is(err, journal.ErrNoRun) && run == journal.Latest:
		return matrix.Matrix{}, usagef("there is no run in %s yet\n  hint: `ffscert run` makes one; --runs names another folder", runsDir)
	case errors.Is(err, journal.ErrNoRun), errors.Is(err, journal.ErrBadRunID):
		return matrix.Matrix{}, usagef("there is no run %q in %s\n  hint: give a run's id, or latest", run, runsDir)
	case err != nil:
		return matrix.Matrix{}, usage(err)
	}
	return matrix.Of(rec), nil
}

func (s *state) printMatrix(m matrix.Matrix, format string) error {
	if format == "json" {
		return matrix.Write(s.Stdout, m)
	}
	return table.Render(s.Stdout, m, table.Options{Color: s.Color, Width: s.Columns})
}

// writeWhole writes a file so that a reader never sees a part of it.
func writeWhole(path string, data []byte) error {
	if err := journal.WriteFile(path, data); err != nil {
		return fmt.Errorf("cannot write %s: %w\n  hint: name a folder that exists and may be written to", path, err)
	}
	return nil
}
