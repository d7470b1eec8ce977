package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/trace"
)

// traceOptions is what `ffscert trace` was asked to do.
type traceOptions struct {
	run    string
	chosen trace.Options
	out    string
}

func newTraceCmd(s *state) *cobra.Command {
	var o traceOptions
	cmd := &cobra.Command{
		Use:   "trace [RUN]",
		Short: "Show how attempts went, step by step: pictures, waits, commands, the device's log",
		Long: `trace writes trace.html, the page with the traces of a run's attempts, and prints
where it is. A run writes it at its end if there is an attempt that did not
simply pass; this writes it anew, also for a run that was killed.

With --case and --attempt, it prints the links of those attempts on the page. With
--out it writes a page of its own, with what was chosen: one file that needs
nothing else, to be handed on.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("trace takes one run, not %d\n  hint: see `ffscert trace --help`", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.run = journal.Latest
			if len(args) == 1 {
				o.run = args[0]
			}
			switch {
			case cmd.Flags().Changed("attempt") && o.chosen.N < 1:
				return usagef("--attempt %d: attempts are numbered from 1", o.chosen.N)
			case cmd.Flags().Changed("case") && o.chosen.Case == "":
				return usagef("--case: which case?\n  hint: leave it out for all")
			case cmd.Flags().Changed("out") && o.out == "":
				return usagef("--out: which file?\n  hint: leave it out for the page in the run's folder")
			}
			return runTrace(cmd, s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.chosen.Case, "case", "", "only attempts of the case with this `ID`; local for scenarios outside the plan")
	f.IntVar(&o.chosen.N, "attempt", 0, "only the attempts with number `N`")
	f.StringVar(&o.out, "out", "", "write a page with what is chosen to this `FILE`")
	return cmd
}

func runTrace(cmd *cobra.Command, s *state, o traceOptions) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	path := filepath.Clean(s.path(o.out))
	if o.out != "" {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return usagef("cannot write %s: it is a folder\n  hint: name a file", o.out)
		}
	}
	r, closeRun, err := openResult(cmd.Context(), s.runs(c), o.run)
	if err != nil {
		return err
	}
	return errors.Join(s.traces(r, o, path), closeRun())
}

func (s *state) traces(r result, o traceOptions, path string) error {
	chosen := tracedOf(r.matrix, o.chosen)
	if len(chosen) == 0 {
		return usagef("run %s has no such attempt%s\n  hint: `ffscert matrix %s` lists what there is", r.record.ID, asked(o.chosen), r.record.ID)
	}
	if o.out != "" {
		if err := r.writeTraces(path, o.chosen); err != nil {
			return usage(cannotWrite(o.out, err))
		}
		fmt.Fprintln(s.Stdout, printable(o.out))
		return nil
	}
	path = filepath.Join(r.dir, trace.FileName)
	if err := r.writeTraces(path, trace.Options{}); err != nil {
		return &statusError{exitOutside, cannotWrite(path, err)}
	}
	if rel, err := filepath.Rel(s.Dir, path); err == nil {
		path = rel
	}
	if o.chosen == (trace.Options{}) {
		fmt.Fprintln(s.Stdout, printable(path))
		return nil
	}
	for _, id := range chosen {
		fmt.Fprintln(s.Stdout, printable(path)+"#"+trace.Anchor(id))
	}
	return nil
}

func asked(o trace.Options) string {
	text := ""
	if o.Case != "" {
		text += " of case " + o.Case
	}
	if o.N != 0 {
		text += fmt.Sprintf(" with number %d", o.N)
	}
	return text
}

// tracedOf are the attempts that were asked for.
func tracedOf(m matrix.Matrix, o trace.Options) []certification.AttemptID {
	var ids []certification.AttemptID
	add := func(caseID string, list []matrix.Attempt) {
		for _, a := range list {
			if (o.Case == "" || o.Case == caseID) && (o.N == 0 || o.N == a.N) {
				ids = append(ids, certification.AttemptID{Case: caseID, Scenario: a.Scenario, N: a.N})
			}
		}
	}
	for _, c := range m.Cases {
		add(c.ID, c.AttemptList)
	}
	for _, l := range m.Local {
		add(certification.LocalCase, l.AttemptList)
	}
	return ids
}

// writeTraces writes the page with the traces of a run's attempts.
func (r result) writeTraces(path string, o trace.Options) error {
	return journal.WriteTo(path, func(w io.Writer) error {
		return r.source(filepath.Dir(path), func(src render.Source) error {
			_, err := trace.Render(w, src, o)
			return err
		})
	})
}

// publishTraces writes the page into the run's folder, if there is an attempt
// that is worth it. The matrix page links to it, and is written after it.
func (r result) publishTraces() error {
	if !r.hasTraces() {
		return nil
	}
	return r.writeTraces(filepath.Join(r.dir, trace.FileName), trace.Options{})
}

func (r result) hasTraces() bool {
	return slices.ContainsFunc(r.record.Attempts, func(a certification.Attempt) bool { return trace.Worth(a.Verdict) || traceFile(a) })
}

func traceFile(a certification.Attempt) bool {
	return slices.ContainsFunc(a.Evidence, func(p string) bool { return filepath.Ext(p) == certification.TraceExt })
}
