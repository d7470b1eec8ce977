package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// build makes a workbook; the tab "Sheet1" goes.
func build(t testing.TB, f func(*excelize.File)) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	f(x)
	if names := x.GetSheetList(); len(names) > 1 && slices.Contains(names, "Sheet1") {
		must(t, x.DeleteSheet("Sheet1"))
	}
	b, err := x.WriteToBuffer()
	must(t, err)
	return b.Bytes()
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tab makes a tab of rows, from A1.
func tab(t testing.TB, x *excelize.File, name string, rows ...[]any) {
	t.Helper()
	if i, _ := x.GetSheetIndex(name); i < 0 {
		_, err := x.NewSheet(name)
		must(t, err)
	}
	for i, r := range rows {
		must(t, x.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &r))
	}
}

func row(cells ...any) []any { return cells }

// plain is a workbook of one tab.
func plain(t testing.TB, rows ...[]any) []byte {
	return build(t, func(x *excelize.File) { tab(t, x, "Cases", rows...) })
}

// amazon is a workbook as Amazon's may be: a cover, instructions, a hidden tab
// with the lists, two tabs of cases with merged titles, group-heading rows,
// merged groups, a picture, a chart, validations, conditional formats, comments,
// formulas that count results, names, widths and print settings.
func amazon(t testing.TB) []byte {
	return build(t, func(x *excelize.File) {
		tab(t, x, "Cover", row("FFS Certification Test Plan"), row("MSS for Wi-Fi Provisionee (Default)"), row("Version 1.1"),
			row("Passed"), row("Failed"))
		must(t, x.SetCellFormula("Cover", "B4", `COUNTIF('Test Cases'!G:G,"Pass")`), x.SetCellFormula("Cover", "B5", `COUNTIF('Test Cases'!G:G,"Fail")`))
		tab(t, x, "Instructions", row("Run each test case and enter the actual test result."), row("Test Case ID", "The id of a case"), row("Actual Result", "Pass, Fail or Blocked"))
		tab(t, x, "Lists", row("Pass"), row("Fail"), row("Blocked"), row("N/A"))
		must(t, x.SetSheetVisible("Lists", false))
		must(t, x.SetDefinedName(&excelize.DefinedName{Name: "Results", RefersTo: "Lists!$A$1:$A$4"}))

		const tc = "Test Cases"
		tab(t, x, tc,
			row("Frustration-Free Setup: test cases"),
			row("Fill in the white cells"),
			row(),
			row("No.", "Group", "Test Case ID", "Test Case Name", "Test\nProcedure", "Expected Result(s)", "Actual Result", "Tester", "Test Date (UTC)", "Comments"),
			row(1, "Provisioning", "3P2-DE-02", "Zero-touch setup", "Power on the device.", "It is set up.", "", "", "", ""),
			row(2, "", "3P2\u2011DE\u201107", "Bad credentials", "1. Save a wrong password\n2. Power on", "Own set-up starts", "", "", "", "Use 2.4 GHz only"),
			row(),
			row("Barcode"),
			row(3, "", "3P2-BC-01", "Outer barcode", "Look at the package", "It is there", "", "", "", ""),
			row("", "", "", "", "Scan it", "It is read", "", "", "", ""),
			row("No.", "Group", "Test Case ID", "Test Case Name", "Test\nProcedure", "Expected Result(s)", "Actual Result", "Tester", "Test Date (UTC)", "Comments"),
			row(4, "", "3P2-BC-02", "Inner barcode", "Open the package", "It is there", "", "", "", ""),
			row("Total", "4"))
		must(t, x.MergeCell(tc, "A1", "J1"), x.MergeCell(tc, "A2", "J2"), x.MergeCell(tc, "B5", "B6"), x.MergeCell(tc, "A8", "J8"), x.MergeCell(tc, "C9", "C10"), x.MergeCell(tc, "G9", "G10"))
		grey, err := x.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDDDDD"}}, Font: &excelize.Font{Bold: true}})
		must(t, err, x.SetCellStyle(tc, "A4", "J4", grey))
		white, err := x.NewStyle(&excelize.Style{Border: []excelize.Border{{Type: "bottom", Color: "000000", Style: 1}}, Alignment: &excelize.Alignment{WrapText: true}})
		must(t, err, x.SetCellStyle(tc, "G5", "J12", white))
		dv := excelize.NewDataValidation(true)
		dv.SetSqref("G5:G12")
		must(t, dv.SetDropList([]string{"Pass", "Fail", "Blocked", "N/A"}), x.AddDataValidation(tc, dv))
		must(t, x.SetConditionalFormat(tc, "G5:G12", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: "==", Value: `"Fail"`, Format: &grey}}))
		must(t, x.AddComment(tc, excelize.Comment{Cell: "G4", Author: "Amazon", Text: "Pass or Fail"}))
		must(t, x.SetColWidth(tc, "D", "F", 40), x.SetPanes(tc, &excelize.Panes{Freeze: true, YSplit: 4, TopLeftCell: "A5", ActivePane: "bottomLeft"}))
		must(t, x.SetPageLayout(tc, &excelize.PageLayoutOptions{Orientation: ptr("landscape")}))
		must(t, x.AddPictureFromBytes("Cover", "D2", &excelize.Picture{Extension: ".png", File: picture(t), Format: &excelize.GraphicOptions{}}))
		must(t, x.AddChart("Cover", "D10", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Categories: "Cover!$A$4:$A$5", Values: "Cover!$B$4:$B$5"}}}))

		tab(t, x, "LWA", row("Result", "Expected", "Title", "Case #", "Steps", "Remarks", "Start time", "End time"), row("", "Asks for the scope", "Login", "LWA 1", "Open the app", "", "", ""))
		named := excelize.NewDataValidation(true)
		named.SetSqref("A2:A99")
		named.SetSqrefDropList("Results")
		must(t, x.AddDataValidation("LWA", named))
	})
}

func ptr[T any](v T) *T { return &v }

func picture(t testing.TB) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 4, 4))
	img.Set(1, 1, color.RGBA{200, 0, 0, 255})
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.Bytes()
}

// partsOf are the parts of a workbook, unpacked, in their order.
func partsOf(t testing.TB, data []byte) (names []string, parts map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	parts = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		b, err := io.ReadAll(r)
		must(t, err, r.Close())
		names = append(names, f.Name)
		parts[f.Name] = string(b)
	}
	return names, parts
}

// rewritten replaces parts of a workbook.
func rewritten(t testing.TB, data []byte, change func(name, text string) string) []byte {
	t.Helper()
	return repacked(t, data, func(name string) string { return name }, change)
}

// renamed replaces words in the names of parts, and wherever they are named.
func renamed(t testing.TB, data []byte, r *strings.Replacer) []byte {
	t.Helper()
	return repacked(t, data, r.Replace, func(_, text string) string { return r.Replace(text) })
}

func repacked(t testing.TB, data []byte, rename func(string) string, change func(name, text string) string) []byte {
	t.Helper()
	names, parts := partsOf(t, data)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		to, err := w.Create(rename(n))
		must(t, err)
		_, err = to.Write([]byte(change(n, parts[n])))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func read(t testing.TB, data []byte, o Options) *Book {
	t.Helper()
	b, err := Read("sheet.xlsx", data, o)
	must(t, err)
	return b
}

func ids(b *Book) string {
	var all []string
	for _, c := range b.Cases {
		all = append(all, c.ID)
	}
	return strings.Join(all, " ")
}
