// Package csv writes the matrix as comma-separated values (RFC 4180) for
// spreadsheets and scripts: one row per attempt, with the columns of its case,
// and one row for a case that has none.
//
// It knows the matrix only. No cell is a formula to any spreadsheet.
package csv

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/safe"
)

// The columns, in their order: those of the run, of the case (of a local
// scenario, where scope is "local"), and of the attempt. Further columns may be
// added at the end.
var (
	runColumns  = []string{"run", "state", "marks", "run_verdict", "complete", "plan", "plan_version", "product", "firmware"}
	caseColumns = []string{"scope", "case", "group", "title", "method", "case_verdict", "case_cause", "case_message", "flaky", "waiver", "findings",
		"plan_required", "required", "counted", "passed", "warning", "failed", "blocked", "review",
		"rate", "target", "lower95", "more_passes_needed", "setup_p50_s", "setup_p90_s", "setup_max_s", "setup_uncertainty_s"}
	attemptColumns = []string{"scenario", "attempt", "testbed", "verdict", "cause", "code", "message", "hint", "started_utc", "finished_utc",
		"setup_s", "setup_lo_s", "setup_hi_s", "phases", "evidence", "decided_by"}
)

// Columns are the names in the first row.
func Columns() []string {
	var all []string
	return append(append(append(all, runColumns...), caseColumns...), attemptColumns...)
}

// longest bounds a cell, in runes: no spreadsheet takes more than 32,767.
const longest = 32_000

// Render writes the matrix. The same matrix always gives the same bytes.
func Render(w io.Writer, m matrix.Matrix) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	t := &table{out: c, run: runCells(m)}
	t.write(Columns())
	for i := range m.Cases {
		k := &m.Cases[i]
		t.rows(caseCells(m, k), k.AttemptList, scenariosWithout(k))
	}
	for i := range m.Local {
		l := &m.Local[i]
		t.rows(localCells(l), l.AttemptList, nil)
	}
	if len(m.Cases)+len(m.Local) == 0 {
		t.rows(make([]string, len(caseColumns)), nil, nil) // the run's marks stand even where nothing was run
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("write the CSV file: %w", err)
	}
	return nil
}

// table writes rows into the same memory; its writer keeps the first error.
type table struct {
	out *csv.Writer
	run []string
	row []string
}

func (t *table) write(row []string) { _ = t.out.Write(row) }

// rows writes the attempts of a case, and a row for each scenario that has none.
func (t *table) rows(of []string, list []matrix.Attempt, bare []string) {
	start := func() { t.row = append(append(t.row[:0], t.run...), of...) }
	for i := range list {
		start()
		t.row = attemptCells(t.row, &list[i])
		t.write(t.row)
	}
	if len(list) == 0 && len(bare) == 0 {
		bare = []string{""}
	}
	for _, scenario := range bare {
		start()
		t.row = append(t.row, Text(scenario))
		for range len(attemptColumns) - 1 {
			t.row = append(t.row, "")
		}
		t.write(t.row)
	}
}

// scenariosWithout are the scenarios of a case that were not attempted.
func scenariosWithout(k *matrix.Case) []string {
	var list []string
	for _, s := range k.Scenarios {
		if a := s.Attempts; a.Counted+a.Blocked+a.Review == 0 {
			list = append(list, s.Scenario)
		}
	}
	return list
}

func runCells(m matrix.Matrix) []string {
	r := m.Run
	return []string{Text(r.ID), string(r.State), strings.Join(render.Marks(m), " "), Text(string(m.Outcome())), strconv.FormatBool(m.Summary.Complete),
		Text(r.Plan.ID), Text(r.Plan.Version), Text(r.Product.DeviceName), Text(r.Product.Firmware)}
}

func caseCells(m matrix.Matrix, k *matrix.Case) []string {
	cells := []string{"case", Text(k.ID), Text(k.Group), Text(k.Title), Text(string(k.Method)), Text(string(k.Verdict)), Text(string(k.Cause)), Text(k.Message),
		strconv.FormatBool(k.Flaky), Text(render.Waivers(m, k.ID)), findings(k.Findings)}
	return append(append(append(cells, counts(k.Attempts)...), rate(k.Rate)...), setup(k.SetupTime)...)
}

func localCells(l *matrix.Scenario) []string {
	cells := []string{"local", "", "", Text(l.Scenario), "", Text(string(l.Verdict)), Text(string(l.Cause)), Text(l.Message), strconv.FormatBool(l.Flaky), "", findings(l.Findings)}
	return append(append(append(cells, counts(l.Attempts)...), rate(l.Rate)...), setup(l.SetupTime)...)
}

func counts(a matrix.Attempts) []string {
	var cells []string
	for _, n := range []int{a.PlanRequired, a.Required, a.Counted, a.Passed, a.Warning, a.Failed, a.Blocked, a.Review} {
		cells = append(cells, strconv.Itoa(n))
	}
	return cells
}

func rate(r *matrix.RateResult) []string {
	cells := make([]string, 4)
	if r == nil {
		return cells
	}
	if r.Observed != nil {
		cells[0] = number(*r.Observed)
	}
	cells[1], cells[2] = number(r.Target), number(r.Lower95)
	if r.MorePassesNeeded != nil {
		cells[3] = strconv.Itoa(*r.MorePassesNeeded)
	}
	return cells
}

func setup(s *matrix.SetupTime) []string {
	if s == nil {
		return make([]string, 4)
	}
	return []string{number(s.P50), number(s.P90), number(s.Max), number(s.Uncertainty)}
}

func findings(list []matrix.Finding) string {
	var parts []string
	for _, f := range list {
		parts = append(parts, fmt.Sprintf("%s %s: %s", f.Severity, f.Rule, f.Message))
	}
	return Text(strings.Join(parts, "; "))
}

func attemptCells(row []string, a *matrix.Attempt) []string {
	row = append(row, Text(a.Scenario), strconv.Itoa(a.N), Text(a.Testbed), Text(string(a.Verdict)), Text(string(a.Cause)), Text(string(a.Code)), Text(a.Message), Text(a.Hint),
		moment(a.StartedUTC), moment(a.FinishedUTC))
	if b := a.SetupTime; b != nil {
		row = append(row, number(b.Value), number(b.Lo), number(b.Hi))
	} else {
		row = append(row, "", "", "")
	}
	return append(row, phases(a.Phases), Text(strings.Join(a.Evidence, " ")), Text(strings.Join(a.DecidedBy, "; ")))
}

func phases(list []certification.Phase) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Name + "=" + number(p.Seconds))
	}
	return Text(b.String())
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// Text is a cell of text: one line, made harmless, and with an apostrophe
// before it where a spreadsheet would calculate. A text that begins with an
// apostrophe gets one, too, so that whoever takes one away always has the text.
func Text(s string) string {
	s = safe.Text(s, longest)
	if s == "" {
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("=+-@'|%＝＋－＠−﹢﹣﹦﹫", r) {
		return "'" + s
	}
	return s
}
