package xlsx

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"ffscert/reports/matrix"
)

// mostPoints bounds what a chart draws: more make it slow to open, and no
// clearer.
const mostPoints = 1000

// setupTimes lists the attempts in which the device was seen to be set up, and
// draws them.
func (b *book) setupTimes() error {
	t, err := b.table(setupSheet, column{"Case", 16}, column{"Attempt", 10}, column{"Set-up (s)", 12}, column{"Not before (s)", 14}, column{"Not after (s)", 14},
		column{"Counted", 10}, column{"Verdict", 12}, column{"Started (UTC)", 21})
	if err != nil {
		return err
	}
	if err := b.eachAttempt(func(id, _ string, a *matrix.Attempt) error {
		s := a.SetupTime
		if s == nil {
			return nil
		}
		return t.add(id, a.N, b.seconds(s.Value), b.seconds(s.Lo), b.seconds(s.Hi), yesNo(a.Verdict.Counts()), b.verdict(a.Verdict), b.moment(a.StartedUTC))
	}); err != nil {
		return err
	}
	if t.sheets == 1 && t.last >= firstRow {
		t.before = func() error { return b.chart(t.last) }
	}
	return t.end()
}

// chart draws the rows of the sheet, up to the last one.
func (b *book) chart(last int) error {
	title := "Set-up time of each attempt, with its bracket (s)"
	if last-firstRow+1 > mostPoints {
		last = firstRow + mostPoints - 1
		title = fmt.Sprintf("Set-up time of the first %d attempts, with its bracket (s)", mostPoints)
	}
	area := func(column string) string {
		return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", setupSheet, column, firstRow, column, last)
	}
	name := func(column string) string { return fmt.Sprintf("'%s'!$%s$%d", setupSheet, column, headRow) }
	line := func(column, color string, width float64) excelize.ChartSeries {
		return excelize.ChartSeries{Name: name(column), Categories: area("B"), Values: area(column), Marker: excelize.ChartMarker{Symbol: "none"},
			Line: excelize.ChartLine{Width: width, Type: excelize.ChartLineSolid, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}}}
	}
	return b.file.AddChart(setupSheet, "J3", &excelize.Chart{Type: excelize.Line,
		Series:    []excelize.ChartSeries{line("C", "0B62C4", 2), line("D", "9AA5B1", 0.75), line("E", "9AA5B1", 0.75)},
		Title:     []excelize.RichTextRun{{Text: title + " — " + cut(clean(b.banner), 120)}},
		Dimension: excelize.ChartDimension{Width: 900, Height: 420}, Legend: excelize.ChartLegend{Position: "bottom"},
		YAxis: excelize.ChartAxis{MajorGridLines: true}})
}
