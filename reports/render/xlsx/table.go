package xlsx

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"ffscert/features/certification"
	"ffscert/reports/render"
	"ffscert/reports/render/safe"
)

type column struct {
	name  string
	width float64
}

// Where things stand on a sheet: the banner, the head, the first row.
const (
	bannerRow = 1
	headRow   = 2
	firstRow  = 3
)

// table writes the rows of one table, on as many sheets as it takes.
type table struct {
	b       *book
	name    string // of the first sheet
	columns []column
	sheet   string // that is written
	sheets  int
	out     *excelize.StreamWriter
	last    int   // row that was written
	row     []any // for whoever fills rows again and again
	cells   []any
	// before is called before a sheet ends, such as to put a chart onto it.
	before func() error
}

func (b *book) table(name string, columns ...column) (*table, error) {
	t := &table{b: b, name: name, columns: columns}
	return t, t.open()
}

// open begins a sheet.
func (t *table) open() error {
	t.sheets++
	t.sheet = t.name
	if t.sheets > 1 {
		t.sheet = fmt.Sprintf("%s %d", t.name, t.sheets)
	}
	if _, err := t.b.file.NewSheet(t.sheet); err != nil {
		return err
	}
	page := strings.ReplaceAll(clean(t.b.banner), "&", "&&")
	if err := t.b.file.SetHeaderFooter(t.sheet, &excelize.HeaderFooterOptions{OddHeader: "&L" + cut(page, 200), OddFooter: "&L" + t.sheet + "&R&P / &N"}); err != nil {
		return err
	}
	landscape, fit := "landscape", 1
	if err := t.b.file.SetPageLayout(t.sheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &fit}); err != nil {
		return err
	}
	var err error
	if t.out, err = t.b.file.NewStreamWriter(t.sheet); err != nil {
		return err
	}
	for i, c := range t.columns {
		if err := t.out.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
	}
	if err := t.out.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: headRow, TopLeftCell: "B3", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if err := t.put(bannerRow, excelize.Cell{StyleID: t.b.bannerStyle, Value: clean(t.b.banner)}); err != nil {
		return err
	}
	head := make([]any, len(t.columns))
	for i, c := range t.columns {
		head[i] = excelize.Cell{StyleID: t.b.headStyle, Value: c.name}
	}
	return t.put(headRow, head...)
}

func (t *table) put(row int, cells ...any) error {
	t.last = row
	ref, err := excelize.CoordinatesToCellName(1, row)
	if err != nil {
		return err
	}
	return t.out.SetRow(ref, cells)
}

// add writes a row, on a new sheet if this one is full. Text is made harmless.
func (t *table) add(values ...any) error {
	if t.last >= t.b.rows {
		if err := t.end(); err != nil {
			return err
		}
		if err := t.open(); err != nil {
			return err
		}
	}
	t.cells = t.cells[:0]
	for _, v := range values {
		if s, ok := v.(string); ok {
			if v = nil; s != "" {
				v = excelize.Cell{StyleID: t.b.textStyle, Value: clean(s)}
			}
		}
		t.cells = append(t.cells, v)
	}
	return t.put(t.last+1, t.cells...)
}

// end closes a sheet: its filter is over all of its rows.
func (t *table) end() error {
	last, err := excelize.CoordinatesToCellName(len(t.columns), t.last)
	if err != nil {
		return err
	}
	if err := t.b.file.AutoFilter(t.sheet, fmt.Sprintf("A%d:%s", headRow, last), nil); err != nil {
		return err
	}
	if t.before != nil {
		if err := t.before(); err != nil {
			return err
		}
	}
	return t.out.Flush()
}

// clean makes one line of text from outside that a cell can hold.
func clean(s string) string { return cut(safe.Text(s, mostChars), mostChars) }

// cut shortens a text to so many UTF-16 characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	end := 0 // of what leaves room for an ellipsis
	for i, r := range s {
		n += utf16.RuneLen(r)
		if n <= most-1 {
			end = i + len(string(r))
		}
		if n > most {
			return s[:end] + "…"
		}
	}
	return s
}

// styles are numbers of the workbook.
type styles struct {
	bannerStyle, headStyle, textStyle, timeStyle, shareStyle, secondsStyle int
	verdicts                                                               map[certification.Verdict]int
	severities                                                             map[certification.Severity]int
}

// The colours of verdicts. The word stands beside them.
var (
	fills = map[certification.Verdict]string{certification.Passed: "DFF3E4", certification.Failed: "F8D0D0", certification.Blocked: "E6DAFB", certification.Warning: "FFF0C2",
		certification.Review: "D6E7FB", certification.Waived: "D3F0EC", certification.NotRun: "E4E7EB", certification.NotApplicable: "F2F3F5"}
	severityFills = map[certification.Severity]string{certification.SeverityFail: "F8D0D0", certification.SeverityReview: "D6E7FB", certification.SeverityWarning: "FFF0C2", certification.SeverityInfo: "F2F3F5"}
)

func (b *book) makeStyles() error {
	var err error
	style := func(s *excelize.Style) int {
		id, e := b.file.NewStyle(s)
		if e != nil && err == nil {
			err = e
		}
		return id
	}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	when, share, seconds := "yyyy-mm-dd hh:mm:ss", "0.0%", "0.0"
	top := &excelize.Alignment{Vertical: "top"}
	color := "FFFFFF"
	if len(render.Marks(b.matrix)) > 0 {
		color = "FFD21F"
	}
	b.bannerStyle = style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 12}, Fill: fill(color)})
	b.headStyle = style(&excelize.Style{Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: fill("3B4450"), Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	b.textStyle = style(&excelize.Style{NumFmt: 49, Alignment: top}) // 49 is "@", text
	b.timeStyle = style(&excelize.Style{CustomNumFmt: &when, Alignment: top})
	b.shareStyle = style(&excelize.Style{CustomNumFmt: &share, Alignment: top})
	b.secondsStyle = style(&excelize.Style{CustomNumFmt: &seconds, Alignment: top})
	b.verdicts, b.severities = map[certification.Verdict]int{}, map[certification.Severity]int{}
	for _, v := range []certification.Verdict{certification.Passed, certification.Failed, certification.Blocked, certification.Warning, certification.Review, certification.Waived, certification.NotRun, certification.NotApplicable} {
		b.verdicts[v] = style(&excelize.Style{Font: &excelize.Font{Bold: v != certification.Passed}, Fill: fill(fills[v]), Alignment: top, NumFmt: 49})
	}
	for _, s := range []certification.Severity{certification.SeverityFail, certification.SeverityReview, certification.SeverityWarning, certification.SeverityInfo} {
		b.severities[s] = style(&excelize.Style{Fill: fill(severityFills[s]), Alignment: top, NumFmt: 49})
	}
	return err
}

func (b *book) verdict(v certification.Verdict) excelize.Cell {
	id, ok := b.verdicts[v]
	if !ok {
		id = b.verdicts[certification.Failed] // what nobody knows never looks harmless
	}
	return excelize.Cell{StyleID: id, Value: clean(render.Words(string(v)))}
}

func (b *book) severity(s certification.Severity) excelize.Cell {
	return excelize.Cell{StyleID: b.severities[s], Value: clean(string(s))}
}

// moment is empty for a time that Excel does not have.
func (b *book) moment(t time.Time) any {
	if t.Year() < 1901 || t.Year() > 9999 {
		return nil
	}
	return excelize.Cell{StyleID: b.timeStyle, Value: t.UTC()}
}

func (b *book) share(x float64) excelize.Cell { return excelize.Cell{StyleID: b.shareStyle, Value: x} }

func (b *book) seconds(x float64) excelize.Cell {
	return excelize.Cell{StyleID: b.secondsStyle, Value: x}
}
