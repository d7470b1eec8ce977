package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// cmdWorkbook makes a workbook of a text file:
//
//	workbook sheet.xlsx sheet.txt
//
// In the text, "[Name]" begins a tab and "a | b | c" is a row; "!merge A1:C1",
// "!list F2:F9 Pass,Fail", "!formula B2 1+1", "!number A3 7" and "!hide" change
// the tab at hand.
func cmdWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: workbook FILE TEXT")
	}
	data, err := workbook(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

func workbook(text string) ([]byte, error) {
	x := excelize.NewFile()
	defer x.Close()
	tab, row := "", 0
	var errs []error
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		cell, value, _ := strings.Cut(rest, " ")
		var err error
		switch {
		case strings.HasPrefix(line, "["):
			tab, row = strings.Trim(line, "[]"), 0
			_, err = x.NewSheet(tab)
		case word == "!merge":
			from, to, _ := strings.Cut(rest, ":")
			err = x.MergeCell(tab, from, to)
		case word == "!list":
			dv := excelize.NewDataValidation(true)
			dv.SetSqref(cell)
			err = dv.SetDropList(strings.Split(value, ","))
			errs = append(errs, x.AddDataValidation(tab, dv))
		case word == "!formula":
			err = x.SetCellFormula(tab, cell, value)
		case word == "!number":
			err = x.SetCellValue(tab, cell, len(value))
		case word == "!hide":
			x.SetActiveSheet(0)
			err = x.SetSheetVisible(tab, false)
		default:
			row++
			for i, c := range strings.Split(line, "|") {
				if c = strings.TrimSpace(c); c != "" {
					at, _ := excelize.CoordinatesToCellName(i+1, row)
					errs = append(errs, x.SetCellStr(tab, at, c))
				}
			}
		}
		errs = append(errs, err)
	}
	errs = append(errs, x.DeleteSheet("Sheet1"))
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// cmdCell compares the text of a cell, or with ! says that it must not be so:
//
//	cell filled.xlsx Cases F2 Pass
func cmdCell(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: cell FILE TAB CELL TEXT")
	}
	x, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer x.Close()
	got, err := x.GetCellValue(args[1], args[2])
	ts.Check(err)
	if (got == args[3]) == neg {
		ts.Fatalf("%s!%s is %q", args[1], args[2], got)
	}
}

// cmdSameParts compares two workbooks part by part; those that differ must be
// the ones that are named:
//
//	sameparts a.xlsx b.xlsx xl/worksheets/sheet2.xml
func cmdSameParts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: sameparts A B [PART]...")
	}
	var differ []string
	a, order := unpacked(ts, args[0])
	b, order2 := unpacked(ts, args[1])
	if !slices.Equal(order, order2) {
		ts.Fatalf("%v and %v", order, order2)
	}
	for _, name := range order {
		if a[name] != b[name] {
			differ = append(differ, name)
		}
	}
	if !slices.Equal(differ, args[2:]) {
		ts.Fatalf("these parts differ: %v", differ)
	}
}

func unpacked(ts *testscript.TestScript, file string) (parts map[string]string, order []string) {
	z, err := zip.OpenReader(ts.MkAbs(file))
	ts.Check(err)
	defer z.Close()
	parts = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		ts.Check(err)
		var b bytes.Buffer
		_, err = io.Copy(&b, r)
		ts.Check(err)
		ts.Check(r.Close())
		parts[f.Name] = b.String()
		order = append(order, f.Name)
	}
	return parts, order
}
