package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/features/catalog"
	"ffscert/features/catalog/sheet"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/safe"
)

type fillOptions struct {
	file, run, out, tester string
	plan                   string
	maps, tabs, words      []string
	force                  bool
}

func newPlanFillCmd(s *state) *cobra.Command {
	var o fillOptions
	cmd := &cobra.Command{
		Use:   "fill SHEET.xlsx --out FILLED.xlsx [RUN]",
		Short: "Write the results of a run into a copy of Amazon's sheet",
		Long: `fill writes the results of a run, the latest by default, into a copy of the
workbook: the result, the tester, UTC times and notes, each where the sheet has a
column for it. Where a cell has a list to choose from, one of its entries is
chosen if it clearly means the result; --word says which one where that is not
clear. Every other part of the workbook stays as it was, byte by byte, except
that formulas are marked to be calculated when the copy is opened. Cells that
hold formulas are never written.

Results of a simulated or partial run are marked as such in the row of each case.
Cases that were not run stay as they are and are listed.

Exit status: 0 filled, 1 filled but for cells that are named, or refused,
2 usage, or the sheet cannot be used.`,
		Example: `  ffscert plan fill "FFS test plan.xlsx" --out filled.xlsx --tester "Jane Roe"
  ffscert plan fill plan.xlsx --out filled.xlsx 20261122-161403-ab12 --word warning="Pass (notes)"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usagef("fill needs the path of a sheet, and at most one run\n  hint: see `ffscert plan fill --help`")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file, o.run = args[0], journal.Latest
			if len(args) == 2 {
				o.run = args[1]
			}
			return runFill(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "write the copy to this `FILE` (required)")
	f.StringVar(&o.tester, "tester", "", "`NAME` of who tested")
	f.StringVar(&o.plan, "plan", "", "`ID` of the plan that was imported from the sheet (default: that of the run, or the one of this sheet)")
	f.StringArrayVar(&o.words, "word", nil, "`VERDICT=TEXT`, how the sheet says passed, warning, failed, blocked, review, not_applicable or waived; may be repeated")
	f.StringArrayVar(&o.maps, "map", nil, "`COLUMN=HEADING`, as for import (default: as it was imported); may be repeated")
	f.StringArrayVar(&o.tabs, "tab", nil, "only the tab of this `NAME`, as for import (default: as it was imported); may be repeated")
	f.BoolVar(&o.force, "force", false, "write over a file that is there")
	return cmd
}

func runFill(ctx context.Context, s *state, o fillOptions) error {
	if o.out == "" {
		return usagef("plan fill needs --out FILE\n  hint: the sheet itself is never written; name a file for the copy")
	}
	words, err := parseWords(o.words)
	if err != nil {
		return err
	}
	c, err := s.config()
	if err != nil {
		return err
	}
	if err := o.refuseInput(s); err != nil {
		return err
	}
	r, err := readResult(ctx, s.runs(c), o.run)
	if err != nil {
		return err
	}
	data, err := readBounded(s.path(o.file), sheet.MaxFile)
	if err != nil {
		return usagef("%w\n  hint: name the test plan that you downloaded, an XLSX workbook", err)
	}
	options, own, err := o.reading(s, c, r.matrix, data)
	if err != nil {
		return err
	}
	book, err := sheet.Read(o.file, data, options)
	if err != nil {
		return usage(err)
	}
	var tell []string
	if own != nil {
		tell = append(tell, differences(own.File, book)...)
	} else {
		tell = append(tell, fmt.Sprintf("no plan was imported from this sheet: results of the plan %s go to the cases that have the same id", r.matrix.Run.Plan.ID))
	}
	if own != nil && own.Plan.ID != r.matrix.Run.Plan.ID {
		tell = append(tell, fmt.Sprintf("the run is of the plan %s, the sheet of %s: results go to the cases that have the same id", r.matrix.Run.Plan.ID, own.Plan.ID))
	}
	entries := entriesOf(r.matrix)
	if !slices.ContainsFunc(entries, func(e sheet.Entry) bool { _, ok := book.Case(e.ID); return ok }) {
		return &statusError{exitFailed, fmt.Errorf("%s: no case of the sheet has a result in the run %s (plan %s)\n  hint: run the plan of the sheet: `ffscert plan import %s`, then `ffscert run --plan ID`",
			o.file, r.matrix.Run.ID, r.matrix.Run.Plan.ID, o.file)}
	}
	filled, err := sheet.Fill(o.file, data, book, entries, sheet.FillOptions{Tester: safe.Text(o.tester, 200), Words: words})
	if err != nil {
		return usage(err)
	}
	if len(filled.Cells) > 0 {
		if err := s.putNew(o.out, filled.Data, o.force, false); err != nil {
			return err
		}
	}
	return o.report(s, r.matrix, book, entries, filled, tell)
}

// refuseInput keeps the sheet itself from being written.
func (o fillOptions) refuseInput(s *state) error {
	in, err := os.Stat(s.path(o.file))
	if err != nil {
		return nil // reading it says more
	}
	if out, err := os.Stat(s.path(o.out)); err == nil && os.SameFile(in, out) {
		return usagef("--out %s: that is the sheet itself, which is never written\n  hint: name another file for the copy", o.out)
	}
	if filepath.Clean(s.path(o.out)) == filepath.Clean(s.path(o.file)) {
		return usagef("--out %s: that is the sheet itself, which is never written\n  hint: name another file for the copy", o.out)
	}
	return nil
}

func parseWords(args []string) (map[certification.Verdict]string, error) {
	words := map[certification.Verdict]string{}
	for _, a := range args {
		verdict, word, ok := strings.Cut(a, "=")
		v := certification.Verdict(strings.ReplaceAll(strings.TrimSpace(strings.ToLower(verdict)), "-", "_"))
		if word = strings.TrimSpace(word); !ok || word == "" || !sheet.KnownVerdict(v) {
			return nil, usagef("--word %s: a verdict and a text are needed\n  hint: write it like --word passed=Bestanden; the verdicts are passed, warning, failed, blocked, review, not_applicable, waived", a)
		}
		words[v] = word
	}
	return words, nil
}

// reading finds how the sheet was read when it was imported: by the plan that
// the user names, by that of the run, or by the one that was made of this file.
func (o fillOptions) reading(s *state, c *config.Config, m matrix.Matrix, data []byte) (sheet.Options, *catalog.Own, error) {
	cat, owns, err := s.plans(c)
	if err != nil {
		return sheet.Options{}, nil, err
	}
	var own *catalog.Own
	sum := sheet.Sum(data)
	for _, fits := range []func(catalog.Own) bool{
		func(w catalog.Own) bool { return w.Plan.ID == o.plan },
		func(w catalog.Own) bool { return o.plan == "" && w.Plan.ID == m.Run.Plan.ID && w.File.Sheet != nil },
		func(w catalog.Own) bool { return o.plan == "" && w.File.Sheet != nil && w.File.Sheet.SHA256 == sum },
	} {
		if i := slices.IndexFunc(owns, fits); i >= 0 && own == nil {
			own = &owns[i]
		}
	}
	if own == nil && o.plan != "" {
		if _, err := findPlan(cat, o.plan); err != nil {
			return sheet.Options{}, nil, err
		}
		return sheet.Options{}, nil, usagef("--plan %s: it was not imported from a sheet\n  hint: see `ffscert plan import --help`", o.plan)
	}
	options := sheet.Options{Map: map[sheet.Field]string{}, Tabs: o.tabs}
	if own != nil && own.File.Sheet != nil {
		for f, heading := range own.File.Sheet.Map {
			options.Map[sheet.Field(f)] = heading
		}
		if len(o.tabs) == 0 {
			options.Tabs = own.File.Sheet.Tabs
		}
	}
	given, err := sheet.ParseMap(o.maps)
	if err != nil {
		return sheet.Options{}, nil, usage(err)
	}
	for f, heading := range given {
		options.Map[f] = heading
	}
	return options, own, nil
}

// differences are those between a sheet as it was imported and as it is now.
func differences(f catalog.OwnFile, book *sheet.Book) []string {
	if f.Sheet == nil || f.Sheet.SHA256 == book.SHA256 {
		return nil
	}
	tell := []string{fmt.Sprintf("the sheet is not the one that the plan %s was imported from (%s): its cases are found by their ids", f.ID, f.Sheet.File)}
	for _, c := range f.Cases {
		if c.At == nil {
			continue
		}
		now, ok := book.Case(c.ID)
		switch {
		case !ok:
			tell = append(tell, fmt.Sprintf("the case %s is not in this sheet", c.ID))
		case now.Title != c.Title:
			tell = append(tell, fmt.Sprintf("the case %s has another title in this sheet: %q, not %q", c.ID, now.Title, c.Title))
		}
	}
	return tell
}

// entriesOf are the results of a run that can be filled in.
func entriesOf(m matrix.Matrix) []sheet.Entry {
	var entries []sheet.Entry
	for _, c := range m.Cases {
		if !sheet.KnownVerdict(c.Verdict) || c.Verdict == certification.Review && len(c.AttemptList) == 0 {
			continue // nobody has run it or looked at it: there is nothing to say
		}
		e := sheet.Entry{ID: c.ID, Verdict: c.Verdict, Summary: summaryOf(c), Notes: notesOf(m, c)}
		if m.Run.Simulated {
			e.Marks = append(e.Marks, "SIMULATED")
		}
		if m.Run.Partial {
			e.Marks = append(e.Marks, "PARTIAL")
		}
		e.Started, e.Finished = timesOf(c)
		entries = append(entries, e)
	}
	return entries
}

func timesOf(c matrix.Case) (from, to time.Time) {
	for _, a := range c.AttemptList {
		if from.IsZero() || a.StartedUTC.Before(from) {
			from = a.StartedUTC
		}
		if a.FinishedUTC.After(to) {
			to = a.FinishedUTC
		}
	}
	return from, to
}

// summaryOf says what came of the attempts of a case.
func summaryOf(c matrix.Case) string {
	a := c.Attempts
	if a.Counted+a.Blocked+a.Review == 0 {
		return ""
	}
	s := fmt.Sprintf("%d of %d attempts passed", a.Passed+a.Warning, a.Counted)
	if a.Counted == 1 {
		s = fmt.Sprintf("%d of 1 attempt passed", a.Passed+a.Warning)
	}
	for _, more := range []struct {
		n    int
		what string
	}{{a.Warning, "with warnings"}, {a.Failed, "failed"}, {a.Blocked, "blocked and made again"}, {a.Review, "to be reviewed"}} {
		if more.n > 0 {
			s += fmt.Sprintf(", %d %s", more.n, more.what)
		}
	}
	if c.Rate != nil && c.Rate.Observed != nil {
		s += fmt.Sprintf("; rate %.1f %%, target %.0f %%", 100**c.Rate.Observed, 100*c.Rate.Target)
	}
	if a.Required < a.PlanRequired {
		s += fmt.Sprintf("; the plan asks for %d attempts, this run for %d", a.PlanRequired, a.Required)
	}
	return s
}

// notesOf says why, and where the result comes from.
func notesOf(m matrix.Matrix, c matrix.Case) string {
	var parts []string
	if m.Run.Simulated {
		parts = append(parts, "made on a simulated testbed, no proof for a certification")
	}
	if c.Verdict != certification.Passed {
		why := string(c.Verdict)
		if c.Cause != "" {
			why += ", cause " + string(c.Cause)
		}
		if c.Message != "" {
			why += ": " + safe.Text(c.Message, 600)
		}
		parts = append(parts, why)
	}
	if c.Flaky {
		parts = append(parts, "flaky: its attempts disagree")
	}
	run := "run " + m.Run.ID
	if m.Run.Partial && m.Run.Selection != "" {
		run += " (" + safe.Text(m.Run.Selection, 200) + ")"
	}
	return strings.Join(append(parts, run), "; ")
}

// report says what was filled and what was not. Data, the copy's path, goes to
// stdout.
func (o fillOptions) report(s *state, m matrix.Matrix, book *sheet.Book, entries []sheet.Entry, filled *sheet.Filled, tell []string) error {
	var lines []string
	for _, t := range append(tell, filled.Notes...) {
		lines = append(lines, "note: "+t)
	}
	got := map[string]bool{}
	lost := []string{}
	for _, e := range entries {
		c, ok := book.Case(e.ID)
		if !ok {
			lost = append(lost, e.ID)
			continue
		}
		got[c.ID] = true
	}
	if len(lost) > 0 {
		lines = append(lines, "note: not in the sheet: "+strings.Join(lost, ", "))
	}
	var left []string
	for _, c := range book.Cases {
		if !got[c.ID] {
			left = append(left, c.ID)
			for _, f := range []sheet.Field{sheet.Actual, sheet.Result} {
				if held := book.Text(c, f); held != "" {
					lines = append(lines, fmt.Sprintf("note: %s was not run, and %s holds %q already: it stays", c.ID, book.At(c, f), shortTitle(held)))
				}
			}
		}
	}
	if len(left) > 0 {
		lines = append(lines, fmt.Sprintf("not run, left as they are (%d): %s", len(left), strings.Join(left, ", ")))
	}
	if m.Run.State != journal.Finished {
		lines = append(lines, "note: the run has not finished: "+string(m.Run.State))
	}
	var errs []error
	for _, f := range filled.Findings {
		errs = append(errs, errors.New(f.String()))
	}
	if len(filled.Cells) > 0 {
		fmt.Fprintln(s.Stdout, printable(s.shown(s.path(o.out))))
		lines = append(lines, fmt.Sprintf("run %s: %d cells of %d cases filled", m.Run.ID, len(filled.Cells), len(got)))
	} else {
		errs = append(errs, fmt.Errorf("%s: nothing could be filled in, so no copy was written", o.file))
	}
	if m.Run.Simulated {
		lines = append(lines, "SIMULATED: this run proves nothing for a certification, and the copy says so")
	}
	if !s.quiet {
		for _, l := range lines {
			fmt.Fprintln(s.Stderr, printable(l))
		}
	}
	if len(errs) > 0 {
		return &statusError{exitFailed, errors.Join(errs...)}
	}
	return nil
}
