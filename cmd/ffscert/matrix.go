package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/formats"
	"ffscert/reports/render/html"
)

func newMatrixCmd(s *state) *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   "matrix [RUN]",
		Short: "Print the matrix of a run, the latest by default, or write it in another format",
		Long:  matrixHelp(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("matrix takes one run, not %d\n  hint: see `ffscert matrix --help`", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := formatOf(format)
			if err != nil {
				return err
			}
			if err := s.printable(f, out); err != nil {
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
			if out != "" {
				if err := s.mayWrite(output{f, out}); err != nil {
					return err
				}
			}
			r, closeRun, err := openResult(cmd.Context(), s.runs(c), run)
			if err != nil {
				return err
			}
			if out == "" {
				err = s.print(r, f, s.Dir)
			} else {
				err = s.write(r, output{f, out})
			}
			return errors.Join(err, closeRun())
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "`"+strings.Join(formats.Names(), "|")+"`")
	cmd.Flags().StringVar(&out, "out", "", "write to this `PATH` instead of stdout")
	return cmd
}

func matrixHelp() string {
	var b strings.Builder
	b.WriteString("matrix computes the matrix of a run from its journal.\n\nThe formats:\n")
	for _, f := range formats.All() {
		fmt.Fprintf(&b, "  %-9s %s\n", f.Name, f.About)
	}
	return strings.TrimRight(b.String(), "\n")
}

// formatOf finds a format by its name.
func formatOf(name string) (render.Format, error) {
	f, ok := formats.Of(name)
	if !ok {
		return f, oneOf("format", name, formats.Names()...)
	}
	return f, nil
}

// printable refuses to print what is nothing for stdout.
func (s *state) printable(f render.Format, out string) error {
	switch {
	case out != "":
		return nil
	case f.Folder != nil:
		return usagef("--format %s: it is a folder of files, which stdout cannot take\n  hint: add --out FOLDER", f.Name)
	case f.Binary && s.Screen:
		return usagef("--format %s: it is no text for a terminal\n  hint: add --out FILE, or send stdout to a file", f.Name)
	}
	return nil
}

// result is a run as it is reported: what its journal holds, the matrix
// computed from that, and the run's folder.
type result struct {
	record journal.Record
	matrix matrix.Matrix
	dir    string
	// whole reads an attempt whole; nil if those of the record are.
	whole func(certification.AttemptID) (certification.Attempt, error)
	// shrunk are pictures of pages written before; nil keeps none.
	shrunk *html.Shrunk
}

// readResult computes the matrix of a run from its journal. The attempts of the
// record are lean: see [journal.Reader.Lean].
func readResult(ctx context.Context, runsDir, run string) (result, error) {
	r, closeRun, err := openResult(ctx, runsDir, run)
	if err != nil {
		return result{}, err
	}
	r.whole = nil
	return r, closeRun()
}

// openResult computes the matrix of a run, however large it is. The attempts of
// the record are lean, and are read whole one by one until the run is closed.
func openResult(ctx context.Context, runsDir, run string) (result, func() error, error) {
	refuse := func(err error) (result, func() error, error) {
		if errors.Is(err, journal.ErrLocked) {
			return result{}, nil, &statusError{exitOutside, fmt.Errorf("%w\n  hint: close the program that has it open, a shell of SQLite or a backup, and try again", err)}
		}
		return result{}, nil, noSuchRun(err, runsDir, run)
	}
	reader, err := journal.Open(ctx, runsDir, run)
	if err != nil {
		return refuse(err)
	}
	rec, err := reader.Lean(ctx)
	if err != nil {
		return refuse(errors.Join(err, reader.Close()))
	}
	if rec.State == journal.Running {
		rec.AsOf = time.Now().UTC()
	}
	whole := func(id certification.AttemptID) (certification.Attempt, error) { return reader.Attempt(ctx, id) }
	return result{record: rec, matrix: matrix.Of(rec), dir: reader.Dir(), whole: whole}, reader.Close, nil
}

// source is the result as a format reads it; f is given it. The rendering will
// lie in the folder from.
func (r result) source(from string, f func(render.Source) error) error {
	base, err := filepath.Rel(from, r.dir)
	if err != nil || base == "." {
		base = ""
	}
	// Evidence is read inside the run's folder only, whatever links lie there.
	folder, err := os.OpenRoot(r.dir)
	if err != nil {
		return fmt.Errorf("read the run's folder: %w", err)
	}
	s := render.Source{Record: r.record, Matrix: r.matrix, Whole: r.whole, Folder: folder.FS(), Base: filepath.ToSlash(base)}
	return errors.Join(f(s), folder.Close())
}

// print writes a result to stdout. From is the folder from which links to the
// evidence start.
func (s *state) print(r result, f render.Format, from string) error {
	return r.source(from, func(src render.Source) error {
		src.Color, src.Width = s.Color, s.Columns
		return f.Write(s.Stdout, src)
	})
}

// printTable prints the table of a result.
func (s *state) printTable(r result) error {
	f, err := formatOf("table")
	if err != nil {
		return err
	}
	return s.print(r, f, s.Dir)
}

// page writes the page of a run that will lie in the folder from.
func (r result) page(w io.Writer, from string) error {
	return r.source(from, func(src render.Source) error {
		return html.Render(w, src.Record, html.Options{Folder: src.Folder, Base: src.Base, Whole: src.Whole, Shrunk: r.shrunk})
	})
}

// widthOfFiles is how wide a table in a file is.
const widthOfFiles = 120

// write writes a result to a file or a folder of the user's.
func (s *state) write(r result, out output) error {
	path := filepath.Clean(s.path(out.path))
	if out.format.Folder != nil {
		return usage(writeFolder(path, out.format, func(dir string) error {
			return r.source(path, func(src render.Source) error { return out.format.Folder(dir, src) })
		}))
	}
	err := journal.WriteTo(path, func(w io.Writer) error {
		return r.source(filepath.Dir(path), func(src render.Source) error {
			src.Width = widthOfFiles
			return out.format.Write(w, src)
		})
	})
	if err != nil {
		return usage(cannotWrite(path, err))
	}
	return nil
}

func cannotWrite(path string, err error) error {
	return fmt.Errorf("cannot write %s: %w\n  hint: name a folder that exists and may be written to", path, err)
}

// writeWhole writes a file so that a reader never sees a part of it.
func writeWhole(path string, data []byte) error {
	return writeWholeBy(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func writeWholeBy(path string, write func(io.Writer) error) error {
	if err := journal.WriteTo(path, write); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}
