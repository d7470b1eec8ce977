// Package xlsx writes the matrix as a workbook for Excel: the run, the matrix,
// its attempts, findings and set-up times, each a sheet with a filter, a frozen
// head and colours, and a chart of the set-up times.
//
// Rows are streamed, so that a hundred thousand attempts fit into memory. Text
// is text, never a formula. It knows the matrix only.
package xlsx

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/xuri/excelize/v2"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
)

// The names of the sheets. A table that has more rows than a sheet can hold
// goes on in "Attempts 2" and so on.
const (
	runSheet      = "Run"
	matrixSheet   = "Matrix"
	attemptsSheet = "Attempts"
	findingsSheet = "Findings"
	setupSheet    = "Set-up times"
)

// Excel's limits.
const (
	mostRows  = 1_048_576
	mostChars = 32_767 // of a cell, in UTF-16
)

// Render writes the matrix. The same matrix always gives the same bytes.
func Render(w io.Writer, m matrix.Matrix) error {
	if err := renderWith(w, m, mostRows); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}

func renderWith(w io.Writer, m matrix.Matrix, rows int) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	f.SetZipWriter(newSortedZip)
	b := &book{file: f, matrix: m, rows: rows, banner: banner(m)}
	if err := b.makeStyles(); err != nil {
		return err
	}
	if err := f.SetSheetName("Sheet1", runSheet); err != nil {
		return err
	}
	for _, write := range []func() error{b.run, b.cases, b.attempts, b.findings, b.setupTimes, b.properties} {
		if err := write(); err != nil {
			return err
		}
	}
	// excelize adds kinds of pictures in an order that changes from time to time.
	kinds := f.ContentTypes.Defaults
	sort.Slice(kinds, func(i, j int) bool { return kinds[i].Extension < kinds[j].Extension })
	_, err = f.WriteTo(w)
	return err
}

// banner stands above every sheet and on every printed page.
func banner(m matrix.Matrix) string {
	return render.Headline(m) + " · " + m.Run.Product.DeviceName + " · " + render.Plan(m) + " · run " + m.Run.ID
}

// book is a workbook in the making.
type book struct {
	file   *excelize.File
	matrix matrix.Matrix
	rows   int // that a sheet may have
	banner string
	styles
}

func (b *book) properties() error {
	r := b.matrix.Run
	when := r.StartedUTC
	if r.FinishedUTC != nil {
		when = *r.FinishedUTC
	}
	at := when.UTC().Format("2006-01-02T15:04:05Z")
	b.file.SetActiveSheet(1)
	return b.file.SetDocProps(&excelize.DocProperties{Title: cut(b.banner, 200), Creator: cut("ffscert "+r.ToolVersion, 60), LastModifiedBy: "ffscert", Created: at, Modified: at,
		Keywords: strings.Join(render.Marks(b.matrix), ", "), Description: cut(strings.Join(render.Notices(b.matrix), " "), 500)})
}

// fact is a line of the sheet of the run.
type fact struct {
	name  string
	value any
}

func (b *book) run() error {
	t, err := b.table(runSheet, column{"Fact", 28}, column{"Value", 110})
	if err != nil {
		return err
	}
	m, r, p := b.matrix, b.matrix.Run, b.matrix.Run.Product
	list := []fact{{"Verdict", b.verdict(m.Outcome())}, {"Marks", strings.Join(render.Marks(m), ", ")}, {"Complete", yesNo(m.Summary.Complete)}}
	for _, n := range render.Notices(m) {
		list = append(list, fact{"Notice", n})
	}
	list = append(list, fact{"Run", r.ID}, fact{"State", string(r.State)}, fact{"Simulated", yesNo(r.Simulated)}, fact{"Partial", yesNo(r.Partial)}, fact{"Selection", r.Selection},
		fact{"Plan", render.Plan(m)}, fact{"Plan id", r.Plan.ID}, fact{"Derivative", r.Derivative}, fact{"Product", p.DeviceName}, fact{"Brand", p.Brand}, fact{"Model", p.Model},
		fact{"Firmware", p.Firmware}, fact{"Hardware", p.Hardware}, fact{"Device type", strings.TrimSpace(p.DeviceType + " " + p.DeviceTypeID)}, fact{"APID", p.APID},
		fact{"Amazon customer ID", r.AmazonCustomerID}, fact{"Started (UTC)", b.moment(r.StartedUTC)})
	if r.FinishedUTC != nil {
		list = append(list, fact{"Finished (UTC)", b.moment(*r.FinishedUTC)})
	}
	list = append(list, fact{"Tests executed", r.TestsExecuted})
	if r.SubmitByUTC != nil && !r.Simulated && !r.Partial {
		list = append(list, fact{"Submit by (UTC)", b.moment(*r.SubmitByUTC)})
	}
	for _, bed := range r.Testbeds {
		list = append(list, fact{"Testbed", strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s %s", bed.Name, bed.Manufacturer, bed.Model, bed.Platform, bed.PlatformVersion, bed.Automation)), " ")})
	}
	for _, w := range m.Waivers {
		list = append(list, fact{"Waiver of " + w.Case, fmt.Sprintf("%s: %s; %s (until %s, %s, %s)", w.State, w.Message, w.Reason, w.Expires, w.Owner, w.Reference)})
	}
	for _, id := range m.NotSelected {
		list = append(list, fact{"Not selected", id})
	}
	for _, n := range matrix.Next(m) {
		list = append(list, fact{"Next", n})
	}
	list = append(list, fact{"Seed", r.Seed}, fact{"ffscert", r.ToolVersion})
	for _, f := range list {
		if f.value == "" {
			continue
		}
		if err := t.add(f.name, f.value); err != nil {
			return err
		}
	}
	return t.end()
}

func (b *book) cases() error {
	t, err := b.table(matrixSheet, column{"Case", 16}, column{"Group", 18}, column{"Title", 44}, column{"Verdict", 14}, column{"Cause", 12}, column{"Flaky", 8},
		column{"Required", 10}, column{"Counted", 10}, column{"Passed", 9}, column{"Warning", 9}, column{"Failed", 9}, column{"Blocked", 9}, column{"Review", 9},
		column{"Rate", 9}, column{"Target", 9}, column{"Proven (95 %)", 13}, column{"More passes needed", 13}, column{"Set-up p50 (s)", 13}, column{"Set-up p90 (s)", 13},
		column{"Set-up max (s)", 13}, column{"Uncertainty (s)", 13}, column{"Method", 12}, column{"Message", 80}, column{"Phases", 50}, column{"Waiver", 40}, column{"Requirement", 80})
	if err != nil {
		return err
	}
	for i := range b.matrix.Cases {
		c := &b.matrix.Cases[i]
		if err := t.add(b.caseRow(c.ID, c.Group, c.Title, c.Verdict, c.Cause, c.Flaky, c.Attempts, c.Rate, c.SetupTime, string(c.Method), c.Message, c.Phases, render.Waivers(b.matrix, c.ID), c.Requirement)...); err != nil {
			return err
		}
	}
	for i := range b.matrix.Local {
		l := &b.matrix.Local[i]
		if err := t.add(b.caseRow("local", "outside the plan", l.Scenario, l.Verdict, l.Cause, l.Flaky, l.Attempts, l.Rate, l.SetupTime, "", l.Message, l.Phases, "", "")...); err != nil {
			return err
		}
	}
	return t.end()
}

func (b *book) caseRow(id, group, title string, v certification.Verdict, cause certification.Cause, flaky bool, a matrix.Attempts, r *matrix.RateResult, s *matrix.SetupTime,
	method, message string, phases []matrix.PhaseSummary, waiver, requirement string) []any {
	row := []any{id, group, title, b.verdict(v), render.Words(string(cause)), yesNo(flaky), a.Required, a.Counted, a.Passed, a.Warning, a.Failed, a.Blocked, a.Review}
	if r == nil {
		row = append(row, nil, nil, nil, nil)
	} else {
		row = append(row, nil, b.share(r.Target), b.share(r.Lower95), nil)
		if r.Observed != nil {
			row[13] = b.share(*r.Observed)
		}
		if r.MorePassesNeeded != nil {
			row[16] = *r.MorePassesNeeded
		}
	}
	if s == nil {
		row = append(row, nil, nil, nil, nil)
	} else {
		row = append(row, b.seconds(s.P50), b.seconds(s.P90), b.seconds(s.Max), b.seconds(s.Uncertainty))
	}
	var parts []string
	for _, p := range phases {
		parts = append(parts, fmt.Sprintf("%s: p50 %.1f s, p90 %.1f s, max %.1f s", p.Name, p.P50, p.P90, p.Max))
	}
	return append(row, method, message, strings.Join(parts, "; "), waiver, requirement)
}

// eachAttempt calls f for every attempt, with the case that it belongs to.
func (b *book) eachAttempt(f func(id, title string, a *matrix.Attempt) error) error {
	for i := range b.matrix.Cases {
		c := &b.matrix.Cases[i]
		for k := range c.AttemptList {
			if err := f(c.ID, c.Title, &c.AttemptList[k]); err != nil {
				return err
			}
		}
	}
	for i := range b.matrix.Local {
		l := &b.matrix.Local[i]
		for k := range l.AttemptList {
			if err := f("local", l.Scenario, &l.AttemptList[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *book) attempts() error {
	t, err := b.table(attemptsSheet, column{"Case", 16}, column{"Attempt", 10}, column{"Verdict", 12}, column{"Cause", 12}, column{"Code", 11}, column{"Message", 70},
		column{"Set-up (s)", 11}, column{"Not before (s)", 13}, column{"Not after (s)", 13}, column{"Started (UTC)", 21}, column{"Finished (UTC)", 21}, column{"Testbed", 16},
		column{"Scenario", 60}, column{"Phases", 50}, column{"Hint", 60}, column{"Decided by", 60}, column{"Evidence", 80})
	if err != nil {
		return err
	}
	if err := b.eachAttempt(func(id, title string, a *matrix.Attempt) error {
		row := append(t.row[:0], id, a.N, b.verdict(a.Verdict), render.Words(string(a.Cause)), string(a.Code), a.Message)
		if s := a.SetupTime; s != nil {
			row = append(row, b.seconds(s.Value), b.seconds(s.Lo), b.seconds(s.Hi))
		} else {
			row = append(row, nil, nil, nil)
		}
		t.row = append(row, b.moment(a.StartedUTC), b.moment(a.FinishedUTC), a.Testbed, a.Scenario, phases(a.Phases), a.Hint, strings.Join(a.DecidedBy, "; "), strings.Join(a.Evidence, " "))
		return t.add(t.row...)
	}); err != nil {
		return err
	}
	return t.end()
}

func phases(list []certification.Phase) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s %.1f s", p.Name, p.Seconds)
	}
	return b.String()
}

func (b *book) findings() error {
	t, err := b.table(findingsSheet, column{"Case", 16}, column{"Title", 44}, column{"Severity", 12}, column{"Rule", 20}, column{"Message", 100}, column{"Evidence", 80})
	if err != nil {
		return err
	}
	add := func(id, title string, list []matrix.Finding) error {
		for _, f := range list {
			if err := t.add(id, title, b.severity(f.Severity), f.Rule, f.Message, strings.Join(f.Evidence, " ")); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range b.matrix.Cases {
		if err := add(b.matrix.Cases[i].ID, b.matrix.Cases[i].Title, b.matrix.Cases[i].Findings); err != nil {
			return err
		}
	}
	for i := range b.matrix.Local {
		if err := add("local", b.matrix.Local[i].Scenario, b.matrix.Local[i].Findings); err != nil {
			return err
		}
	}
	return t.end()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
