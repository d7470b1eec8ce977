package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/trends"
)

func newRunsCmd(s *state) *cobra.Command {
	var asJSON bool
	var last int
	cmd := &cobra.Command{
		Use:   "runs [FROM TO]",
		Short: "List the runs, how each case did, and what changed",
		Long: `runs lists the runs, the newest first, with the time that is left to submit them; how
each case did from run to run, the oldest first, with its rate, set-up time and how
often it went from good to failed and back; and what changed from the last run but one
of the same plan and product to the last, what fails newly first.

With two runs it tells what changed from the first to the second.

In the history P is passed, W warning, F failed, R review, B blocked, - not run,
~ waived, . not applicable.

Exit status: 0 listed, 2 usage.`,
		Example: `  ffscert runs
  ffscert runs 20261122-161403-ab12 latest
  ffscert runs prune --keep 30`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 0 && len(args) != 2 {
				return usagef("runs takes no run, or two to compare, not %d\n  hint: see `ffscert runs --help`", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if last < 1 {
				return usagef("--last %d: at least one run is needed", last)
			}
			c, err := s.config()
			if err != nil {
				return err
			}
			if len(args) == 2 {
				return compareRuns(cmd.Context(), s, s.runs(c), args[0], args[1], asJSON)
			}
			return listRuns(cmd.Context(), s, s.runs(c), last, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().IntVar(&last, "last", 30, "look at the last `N` runs")
	cmd.AddCommand(newRunsPruneCmd(s))
	return cmd
}

// listedRun is a run as `runs --json` shows it.
type listedRun struct {
	ID       string                `json:"id"`
	State    journal.State         `json:"state" jsonschema:"enum="` // empty, as all else, if it cannot be read
	Started  *time.Time            `json:"started_utc" jsonschema:"nullable"`
	Finished *time.Time            `json:"finished_utc" jsonschema:"nullable"`
	Plan     matrix.Plan           `json:"plan"`
	Product  string                `json:"product"`
	Firmware string                `json:"firmware"`
	Apps     []string              `json:"app_versions"`
	Verdict  certification.Verdict `json:"verdict" jsonschema:"enum="`
	Complete bool                  `json:"complete"`
	Partial  bool                  `json:"partial"`
	// Simulated runs are never submitted.
	Simulated     bool       `json:"simulated"`
	TestsExecuted int        `json:"tests_executed"`
	SubmitByUTC   *time.Time `json:"submit_by_utc" jsonschema:"nullable"`
	// Error is why the run cannot be read; empty if it can.
	Error string `json:"error"`
}

// comparedRuns is what `runs FROM TO --json` says.
type comparedRuns struct {
	Schema string `json:"schema"`
	trends.Comparison
}

// history is what `runs --json` says.
type history struct {
	Schema string      `json:"schema"`
	Runs   []listedRun `json:"runs"`
	// Older is how many runs there are that were not looked at.
	Older   int                 `json:"older"`
	Cases   []trends.Case       `json:"cases"`
	Changed []trends.Comparison `json:"changed"`
}

func listRuns(ctx context.Context, s *state, runsDir string, last int, asJSON bool) error {
	entries, err := journal.List(ctx, runsDir)
	if err != nil {
		return usage(err)
	}
	h := history{Schema: trends.Schema, Runs: []listedRun{}, Changed: []trends.Comparison{}}
	var all []matrix.Matrix // the newest first
	for i, e := range entries {
		if i == last {
			h.Older = len(entries) - last
			break
		}
		r, err := readResult(ctx, runsDir, e.ID)
		if ctx.Err() != nil {
			return &statusError{exitInterrupted, nil}
		}
		if err != nil { // it is listed, never hidden
			line, _, _ := strings.Cut(err.Error(), "\n")
			h.Runs = append(h.Runs, listedRun{ID: e.ID, Apps: []string{}, Error: line})
			continue
		}
		if r.record.ID != e.ID { // a copy counts nothing twice
			h.Runs = append(h.Runs, listedRun{ID: e.ID, Apps: []string{}, Error: "it is the record of run " + r.record.ID + " in a folder of another name, and is not counted"})
			continue
		}
		h.Runs = append(h.Runs, listed(r.matrix))
		all = append(all, r.matrix)
	}
	h.Cases = trends.Of(all)
	if len(all) > 0 {
		same := func(m matrix.Matrix) bool {
			return m.Run.Plan.ID == all[0].Run.Plan.ID && m.Run.Product.DeviceName == all[0].Run.Product.DeviceName
		}
		if i := slices.IndexFunc(all[1:], same); i >= 0 {
			h.Changed = append(h.Changed, trends.Compare(all[i+1], all[0]))
		}
	}
	if asJSON {
		return writeJSON(s, h)
	}
	return h.print(s, time.Now())
}

func listed(m matrix.Matrix) listedRun {
	return listedRun{ID: m.Run.ID, State: m.Run.State, Started: &m.Run.StartedUTC, Finished: m.Run.FinishedUTC, Plan: m.Run.Plan, Product: m.Run.Product.DeviceName,
		Firmware: m.Run.Product.Firmware, Apps: trends.Apps(m), Verdict: m.Summary.Verdict, Complete: m.Summary.Complete, Partial: m.Run.Partial,
		Simulated: m.Run.Simulated, TestsExecuted: m.Run.TestsExecuted, SubmitByUTC: m.Run.SubmitByUTC}
}

func (h history) print(s *state, at time.Time) error {
	if len(h.Runs) == 0 {
		_, err := fmt.Fprintln(s.Stdout, "there is no run yet")
		return err
	}
	rows := [][]string{{"RUN", "STATE", "VERDICT", "PLAN", "PRODUCT", "FIRMWARE", "ALEXA APP", "TESTS", "TO SUBMIT"}}
	for _, r := range h.Runs {
		if r.Error != "" {
			rows = append(rows, []string{r.ID, "cannot be read: " + r.Error})
			continue
		}
		rows = append(rows, []string{r.ID, string(r.State), r.verdict(), r.Plan.ID + " " + r.Plan.Version, r.Product, firstOf(r.Firmware, "not said"),
			firstOf(strings.Join(r.Apps, ", "), "not known"), fmt.Sprint(r.TestsExecuted), r.left(at)})
	}
	if err := columns(s, rows); err != nil {
		return err
	}
	if h.Older > 0 {
		fmt.Fprintf(s.Stdout, "and %d older runs (--last N)\n", h.Older)
	}
	if len(h.Cases) > 0 {
		fmt.Fprintln(s.Stdout)
		if err := h.printCases(s); err != nil {
			return err
		}
	}
	for _, c := range h.Changed {
		fmt.Fprintln(s.Stdout)
		if err := printComparison(s, c); err != nil {
			return err
		}
	}
	return nil
}

// left is the time that is left to submit a run.
func (r listedRun) left(at time.Time) string {
	switch {
	case r.Simulated:
		return "SIMULATED"
	case r.SubmitByUTC == nil:
		return "not finished"
	case at.After(*r.SubmitByUTC):
		return "too old"
	}
	d := r.SubmitByUTC.Sub(at).Truncate(time.Hour)
	return fmt.Sprintf("%d d %d h left", int(d.Hours())/24, int(d.Hours())%24)
}

// verdict never shows without what it is worth.
func (r listedRun) verdict() string {
	if r.Partial {
		return word(r.Verdict) + " PARTIAL"
	}
	return word(r.Verdict)
}

func word(v certification.Verdict) string { return strings.ReplaceAll(string(v), "_", " ") }

// letters stand for the verdicts in a history.
func letter(v certification.Verdict) string {
	switch v {
	case certification.Passed:
		return "P"
	case certification.Warning:
		return "W"
	case certification.Failed:
		return "F"
	case certification.Review:
		return "R"
	case certification.Blocked:
		return "B"
	case certification.NotRun:
		return "-"
	case certification.Waived:
		return "~"
	case certification.NotApplicable:
		return "."
	}
	return "?"
}

func (h history) printCases(s *state) error {
	rows := [][]string{{"CASE", "PLAN", "PRODUCT", "HISTORY", "RATE", "SET-UP P50", "FLAKY"}}
	for _, c := range h.Cases {
		var line, rate, setUp string
		for _, p := range c.Points {
			line += letter(p.Verdict)
			if p.Rate != nil {
				rate = arrow(rate, fmt.Sprintf("%.1f %%", 100**p.Rate))
			}
			if p.SetUp != nil {
				setUp = arrow(setUp, fmt.Sprintf("%.1f s", *p.SetUp))
			}
		}
		if strings.Trim(line, ".") == "" {
			continue // it applies to nothing that was run
		}
		flaky := ""
		if c.Flips > 0 {
			flaky = fmt.Sprintf("%d %s, %.0f %%", c.Flips, plural("time", c.Flips), 100*c.Flakiness)
		}
		rows = append(rows, []string{c.Case, c.Plan, c.Product, line, rate, setUp, flaky})
	}
	return columns(s, rows)
}

// arrow keeps the first and the last value.
func arrow(before, now string) string {
	first, _, _ := strings.Cut(before, " → ")
	if first == "" || first == now && before == now {
		return now
	}
	return first + " → " + now
}

func compareRuns(ctx context.Context, s *state, runsDir, from, to string, asJSON bool) error {
	a, err := readResult(ctx, runsDir, from)
	if err != nil {
		return err
	}
	b, err := readResult(ctx, runsDir, to)
	if err != nil {
		return err
	}
	c := trends.Compare(a.matrix, b.matrix)
	if asJSON {
		return writeJSON(s, comparedRuns{"ffscert/runs-compared/v1", c})
	}
	return printComparison(s, c)
}

// marked says of a run what must be known of it wherever it is shown.
func marked(run string, marks []string) string {
	return strings.Join(append([]string{run}, marks...), " ")
}

func printComparison(s *state, c trends.Comparison) error {
	fmt.Fprintf(s.Stdout, "from %s to %s\n", marked(c.From, c.FromMarks), marked(c.To, c.ToMarks))
	for _, d := range c.Conditions {
		fmt.Fprintln(s.Stdout, "  "+oneLine(printable(d)))
	}
	if len(c.Changes) == 0 {
		_, err := fmt.Fprintln(s.Stdout, "  no case changed")
		return err
	}
	var rows [][]string
	for _, x := range c.Changes {
		was, is := "not in the run", "not in the run"
		if x.Was != "" {
			was = word(x.Was)
		}
		if x.Is != "" {
			is = word(x.Is)
		}
		rows = append(rows, []string{"  " + strings.ToUpper(strings.ReplaceAll(string(x.Kind), "_", " ")), x.Case, was + " → " + is, x.Message})
	}
	return columns(s, rows)
}

func newRunsPruneCmd(s *state) *cobra.Command {
	var keep int
	var dry bool
	cmd := &cobra.Command{
		Use:   "prune --keep N",
		Short: "Delete all runs but the newest ones",
		Long: `prune deletes all runs but the newest N, with their evidence. A run that is going on
or is being reviewed stays, and so does one that cannot be read. The deleted runs go
to stdout.

Exit status: 0 deleted, 1 some could not be, 2 usage.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if keep < 1 {
				return usagef("prune needs --keep N, at least 1: the newest runs that stay")
			}
			c, err := s.config()
			if err != nil {
				return err
			}
			return pruneRuns(cmd.Context(), s, s.runs(c), keep, dry)
		},
	}
	cmd.Flags().IntVar(&keep, "keep", 0, "how many of the newest runs stay, a `NUMBER` (required)")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say which would be deleted")
	return cmd
}

func pruneRuns(ctx context.Context, s *state, runsDir string, keep int, dry bool) error {
	entries, err := journal.List(ctx, runsDir)
	if err != nil {
		return usage(err)
	}
	var failed []error
	note := func(format string, args ...any) {
		if !s.quiet {
			fmt.Fprintln(s.Stderr, printable(fmt.Sprintf(format, args...)))
		}
	}
	kept := 0
	for _, e := range entries {
		switch {
		case e.Err != nil:
			note("left as it is: %s cannot be read", e.ID)
			continue
		case kept < keep:
			kept++
			continue
		case e.State == journal.Running:
			note("left as it is: %s is going on", e.ID)
			continue
		case ctx.Err() != nil:
			return &statusError{exitInterrupted, nil}
		}
		if !dry {
			err := journal.Remove(ctx, runsDir, e.ID)
			if errors.Is(err, journal.ErrBusy) {
				note("left as it is: %v", err)
				continue
			}
			if err != nil {
				failed = append(failed, err)
				continue
			}
		}
		fmt.Fprintln(s.Stdout, e.ID)
	}
	if len(failed) > 0 {
		return &statusError{exitFailed, errors.Join(failed...)}
	}
	return nil
}
