package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"ffscert/features/catalog"
	"ffscert/features/certification"
)

// packed is a small workbook around the text of a tab.
func packed(t testing.TB, tab string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Cases" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", tab},
	} {
		to, err := w.Create(p[0])
		must(t, err)
		_, err = to.Write([]byte(p[1]))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

const (
	tabHead = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	tabFoot = `</sheetData></worksheet>`
)

func text5(cells ...string) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(`<c t="str"><v>` + escape(c) + `</v></c>`)
	}
	return "<row>" + b.String() + "</row>"
}

// FuzzTab reads, imports and fills a workbook with any text as its tab.
func FuzzTab(f *testing.F) {
	head := text5("ID", "Title", "Steps", "Expected", "Actual", "Notes")
	f.Add(tabHead + head + text5("A-1", "a", "s", "e") + tabFoot)
	f.Add(tabHead + head + `<row r="5"><c r="A5" t="inlineStr"><is><t>A-1</t></is></c><c r="B5" t="str"><v>a</v></c><c r="E5"><f>1+1</f><v>2</v></c></row>` + tabFoot)
	f.Add(`<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData/></x:worksheet>`)
	f.Add(tabHead + head + text5("A-1", "a") + `</sheetData><mergeCells><mergeCell ref="E2:F9"/></mergeCells><dataValidations><dataValidation type="list" sqref="E2:E9"><formula1>"Pass,Fail"</formula1></dataValidation></dataValidations></worksheet>`)
	f.Add(tabHead + head + `<row r="3"><c r="A3"/></row><row r="2"/>` + tabFoot)
	f.Add(tabHead + head + text5("1. Barcode") + text5("A\u20131", "=1+1") + text5("", "", "more") + head + text5("_x0041_", "b\x01") + tabFoot)
	f.Fuzz(func(t *testing.T, tab string) {
		if len(tab) > 1<<16 {
			return
		}
		data := packed(t, tab)
		b, err := Read("f.xlsx", data, Options{})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || err.Error() == "" {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		builtIn, err := catalog.Load()
		must(t, err)
		plan := b.Plan(catalog.OwnFile{ID: "mine", Name: "n", Version: "1", Protocol: "zss", Variant: "default"}, builtIn, Options{})
		text, err := plan.Write()
		must(t, err)
		if own, err := catalog.ParseOwn("mine.yaml", text, builtIn); err != nil || len(own.Plan.Cases) != len(b.Cases) {
			t.Fatalf("what was written cannot be read: %v\n%s", err, text)
		}
		var entries []Entry
		for _, c := range b.Cases {
			entries = append(entries, Entry{ID: c.ID, Verdict: certification.Passed, Notes: "=1+1", Marks: []string{"SIMULATED"}})
		}
		filled, err := Fill("f.xlsx", data, b, entries, FillOptions{Tester: "@x"})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		again, err := Read("f.xlsx", filled.Data, Options{})
		if err != nil || ids(again) != ids(b) {
			t.Fatalf("filled in, it reads %v, %v\n%s", again, err, tab)
		}
		_, parts := partsOf(t, filled.Data)
		if was, is := strings.Count(tab, "<f"), strings.Count(parts["xl/worksheets/sheet1.xml"], "<f"); is > was {
			t.Fatalf("a formula came in\n%s", parts["xl/worksheets/sheet1.xml"])
		}
	})
}

// FuzzFile reads any file.
func FuzzFile(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Add(append([]byte(nil), oleMagic...))
	f.Add([]byte("id;title"))
	f.Add(packed(f, tabHead+text5("ID", "Title", "Actual")+text5("A-1", "a")+tabFoot))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Read("f.xlsx", data, Options{}); err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
		}
	})
}
