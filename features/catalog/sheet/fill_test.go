package sheet

import (
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"ffscert/features/certification"
)

var (
	from = time.Date(2026, 11, 22, 16, 14, 3, 0, time.UTC)
	to   = from.Add(22 * time.Minute)
)

func entry(id string, v certification.Verdict, marks ...string) Entry {
	return Entry{ID: id, Verdict: v, Summary: "20 of 20 attempts passed", Notes: "run 1", Marks: marks, Started: from, Finished: to}
}

func fill(t testing.TB, data []byte, o FillOptions, entries ...Entry) *Filled {
	t.Helper()
	f, err := Fill("sheet.xlsx", data, read(t, data, Options{}), entries, o)
	must(t, err)
	return f
}

// cells opens a workbook and reads cells of it.
func cells(t testing.TB, data []byte) func(tab, cell string) string {
	t.Helper()
	x, err := excelize.OpenReader(strings.NewReader(string(data)))
	must(t, err)
	t.Cleanup(func() { x.Close() })
	return func(tab, cell string) string {
		v, err := x.GetCellValue(tab, cell)
		must(t, err)
		return v
	}
}

func TestEverythingElseStaysByteForByte(t *testing.T) {
	data := rewritten(t, amazon(t), func(name, text string) string { return text })
	f := fill(t, data, FillOptions{Tester: "Jane"}, entry("3P2-DE-02", certification.Passed), entry("LWA-1", certification.Failed))
	before, was := partsOf(t, data)
	after, is := partsOf(t, f.Data)
	if !reflect.DeepEqual(before, after) {
		t.Fatalf("parts %v, want %v", after, before)
	}
	var changed []string
	for _, n := range before {
		if was[n] != is[n] {
			changed = append(changed, n)
		}
	}
	if len(before) < 20 {
		t.Errorf("only %d parts: is the workbook still a full one?", len(before))
	}
	if len(changed) != 3 { // two tabs; the workbook, for its formulas
		t.Fatalf("changed: %v", changed)
	}
	x, y := opened(t, data), opened(t, f.Data)
	written := map[string]bool{}
	for _, c := range f.Cells {
		written[c] = true
	}
	for _, tab := range x.GetSheetList() {
		for r := 1; r <= 14; r++ {
			for c := 1; c <= 12; c++ {
				cell := ref(r, c)
				sx, _ := x.GetCellStyle(tab, cell)
				sy, _ := y.GetCellStyle(tab, cell)
				if sx != sy {
					t.Errorf("%s!%s has style %d, had %d", tab, cell, sy, sx)
				}
				fx, _ := x.GetCellFormula(tab, cell)
				fy, _ := y.GetCellFormula(tab, cell)
				vx, _ := x.GetCellValue(tab, cell)
				vy, _ := y.GetCellValue(tab, cell)
				if fx != fy || vx != vy && !written[cellName(tab, r, c)] {
					t.Errorf("%s: %q %q, was %q %q", cellName(tab, r, c), fy, vy, fx, vx)
				}
			}
		}
	}
	const workbook = "xl/workbook.xml"
	if without := strings.Replace(is[workbook], ` fullCalcOnLoad="1"`, "", 1); without == is[workbook] || without != was[workbook] {
		t.Errorf("%s:\n%s\nwas\n%s", workbook, is[workbook], was[workbook])
	}
}

func opened(t testing.TB, data []byte) *excelize.File {
	x, err := excelize.OpenReader(strings.NewReader(string(data)))
	must(t, err)
	t.Cleanup(func() { x.Close() })
	return x
}

func TestWhatIsWritten(t *testing.T) {
	data := amazon(t)
	f := fill(t, data, FillOptions{Tester: "Jane"}, entry("3P2-DE-02", certification.Passed), entry("3P2-DE-07", certification.Failed), entry("3P2-BC-01", certification.Blocked),
		entry("LWA-1", certification.NotApplicable))
	at := cells(t, f.Data)
	for _, c := range []struct{ tab, cell, want string }{
		{"Test Cases", "G5", "Pass"}, {"Test Cases", "H5", "Jane"}, {"Test Cases", "I5", "2026-11-22 16:14:03 to 2026-11-22 16:36:03 UTC"},
		{"Test Cases", "J5", "20 of 20 attempts passed; run 1"}, {"Test Cases", "G6", "Fail"},
		{"Test Cases", "J6", "Use 2.4 GHz only\n20 of 20 attempts passed; run 1"}, // the sheet's own note stays
		{"Test Cases", "G9", "Blocked"}, {"Test Cases", "G12", ""},
		{"LWA", "A2", "N/A"}, {"LWA", "F2", "20 of 20 attempts passed; run 1; tester: Jane"}, {"LWA", "G2", "2026-11-22 16:14:03 UTC"}, {"LWA", "H2", "2026-11-22 16:36:03 UTC"},
	} {
		if got := at(c.tab, c.cell); got != c.want {
			t.Errorf("%s!%s is %q, want %q", c.tab, c.cell, got, c.want)
		}
	}
	if len(f.Findings) > 0 {
		t.Errorf("%v", f.Findings)
	}
}

func TestASimulatedResultIsMarkedInItsRow(t *testing.T) {
	sim := entry("A-1", certification.Passed, "SIMULATED", "PARTIAL")
	for name, tc := range map[string]struct {
		head []any
		list string
		want map[string]string
	}{
		"free":          {row("ID", "Title", "Actual", "Notes"), "", map[string]string{"C2": "SIMULATED, PARTIAL: Pass", "D2": "SIMULATED, PARTIAL: 20 of 20 attempts passed; run 1; 2026-11-22 16:14:03 to 2026-11-22 16:36:03 UTC"}},
		"list":          {row("ID", "Title", "Actual", "Notes"), "C2", map[string]string{"C2": "PASS", "D2": "SIMULATED, PARTIAL: 20 of 20 attempts passed; run 1; 2026-11-22 16:14:03 to 2026-11-22 16:36:03 UTC"}},
		"list, no note": {row("ID", "Title", "Actual", "Date"), "C2", map[string]string{"C2": "PASS", "D2": "SIMULATED, PARTIAL: 2026-11-22 16:14:03 to 2026-11-22 16:36:03 UTC"}},
		"only a list":   {row("ID", "Title", "Actual"), "C2", map[string]string{"C2": "SIMULATED, PARTIAL: PASS"}},
		"only a result": {row("ID", "Title", "Actual"), "", map[string]string{"C2": "SIMULATED, PARTIAL: Pass: 20 of 20 attempts passed; run 1; 2026-11-22 16:14:03 to 2026-11-22 16:36:03 UTC"}},
		"both":          {row("ID", "Title", "Actual Result", "Pass/Fail"), "D2", map[string]string{"D2": "PASS", "C2": "SIMULATED, PARTIAL: Pass: 20 of 20 attempts passed; run 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			data := build(t, func(x *excelize.File) {
				tab(t, x, "C", tc.head, row("A-1", "a"))
				if tc.list != "" {
					dv := excelize.NewDataValidation(true)
					dv.SetSqref(tc.list)
					must(t, dv.SetDropList([]string{"PASS", "FAIL"}), x.AddDataValidation("C", dv))
				}
			})
			at := cells(t, fill(t, data, FillOptions{}, sim).Data)
			for cell, want := range tc.want {
				if got := at("C", cell); got != want {
					t.Errorf("%s is %q, want %q", cell, got, want)
				}
			}
		})
	}
}

func TestListsOfASheet(t *testing.T) {
	for name, tc := range map[string]struct {
		entries []string
		v       certification.Verdict
		words   map[certification.Verdict]string
		want    string // empty: not written, and said so
	}{
		"passed":             {[]string{"Passed", "Failed"}, certification.Passed, nil, "Passed"},
		"case and blanks":    {[]string{" - ", "P A S S"}, certification.Passed, nil, "P A S S"},
		"lower":              {[]string{"pass", "fail"}, certification.Failed, nil, "fail"},
		"Japanese":           {[]string{"合格", "不合格"}, certification.Failed, nil, "不合格"},
		"blocked is no fail": {[]string{"Pass", "Fail"}, certification.Blocked, nil, ""},
		"review is no pass":  {[]string{"Pass", "Fail"}, certification.Review, nil, ""},
		"warning":            {[]string{"Pass", "Pass with warnings", "Fail"}, certification.Warning, nil, "Pass with warnings"},
		"warning passes":     {[]string{"Pass", "Fail"}, certification.Warning, nil, "Pass"},
		"N/A":                {[]string{"PASS", "NA"}, certification.NotApplicable, nil, "NA"},
		"unclear":            {[]string{"Yes", "No"}, certification.Passed, nil, ""},
		"told":               {[]string{"Yes", "No"}, certification.Passed, map[certification.Verdict]string{certification.Passed: "yes"}, "Yes"},
		"told wrongly":       {[]string{"Yes", "No"}, certification.Passed, map[certification.Verdict]string{certification.Passed: "maybe"}, ""},
		"a formula":          {[]string{"=PASS", "FAIL"}, certification.Passed, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			data := build(t, func(x *excelize.File) {
				tab(t, x, "C", row("ID", "Title", "Actual"), row("A-1", "a"))
				tab(t, x, "My lists", nil)
				for i, e := range tc.entries {
					must(t, x.SetCellStr("My lists", ref(i+2, 2), e))
				}
				dv := excelize.NewDataValidation(true)
				dv.SetSqref("C2:C9")
				dv.SetSqrefDropList("'My lists'!$B$2:$B$9")
				must(t, x.AddDataValidation("C", dv))
			})
			f := fill(t, data, FillOptions{Words: tc.words}, entry("A-1", tc.v))
			if got := cells(t, f.Data)("C", "C2"); got != tc.want || (tc.want == "") != (len(f.Findings) == 1) {
				t.Errorf("%q, want %q; %v", got, tc.want, f.Findings)
			}
		})
	}
}

func TestFormulasAreNeverOverwritten(t *testing.T) {
	data := build(t, func(x *excelize.File) {
		tab(t, x, "C", row("ID", "Title", "Actual", "Notes"), row("A-1", "a"), row("A-2", "b"), row("A-3", "c"))
		must(t, x.SetCellFormula("C", "C2", `IF(D2="","","Pass")`))
		array := "array"
		must(t, x.SetCellFormula("C", "C3", "B3:B4", excelize.FormulaOpts{Type: &array, Ref: ptr("C3:C4")}))
	})
	f := fill(t, data, FillOptions{}, entry("A-1", certification.Passed), entry("A-2", certification.Passed), entry("A-3", certification.Passed))
	if len(f.Findings) != 3 || !strings.Contains(f.Findings[0].String(), "C!C2: holds a formula") || !strings.Contains(f.Findings[2].String(), "C!C4") {
		t.Errorf("%v", f.Findings)
	}
	x := opened(t, f.Data)
	if got, _ := x.GetCellFormula("C", "C2"); !strings.HasPrefix(got, "IF(") {
		t.Errorf("the formula is %q now", got)
	}
	if got := cells(t, f.Data)("C", "D4"); !strings.HasPrefix(got, "20 of 20") {
		t.Errorf("the notes are %q", got)
	}
}

func TestNothingBecomesAFormula(t *testing.T) {
	data := plain(t, row("ID", "Title", "Actual", "Tester", "Notes"), row("A-1", "a"))
	for _, evil := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0", "＝1", "\n=1", "<f>1+1</f>", "</t></is></c><c r=\"Z9\"><f>1</f></c>", "_x003D_1+1", "a\x00b\x1b[0m\ufffe", strings.Repeat("=", 40000)} {
		e := entry("A-1", certification.Passed)
		e.Notes = evil
		e.Summary = ""
		f := fill(t, data, FillOptions{Tester: evil, Words: map[certification.Verdict]string{certification.Passed: evil}}, e)
		_, parts := partsOf(t, f.Data)
		for name, text := range parts {
			if strings.Contains(name, "worksheets/") && (strings.Contains(text, "<f") || strings.Contains(text, `r="Z9"`)) {
				t.Errorf("%q became a formula:\n%s", evil, text)
			}
		}
		at := cells(t, f.Data)
		for _, c := range []string{"C2", "D2", "E2"} {
			if got := at("C"+"ases", c); got == "" || strings.ContainsAny(got[:1], leaders) {
				t.Errorf("%q stands in %s as %q", evil, c, shorten(got, 50))
			}
		}
		if evil == "_x003D_1+1" && at("Cases", "D2") != evil {
			t.Errorf("%q", at("Cases", "D2"))
		}
	}
}

func TestAMergedCellOfSeveralCases(t *testing.T) {
	data := build(t, func(x *excelize.File) {
		tab(t, x, "C", row("ID", "Title", "Actual", "Tester"), row("A-1", "a"), row("A-2", "b"))
		must(t, x.MergeCell("C", "C2", "C3"), x.MergeCell("C", "D2", "D3"))
	})
	f := fill(t, data, FillOptions{Tester: "Jane"}, entry("A-1", certification.Passed), entry("A-2", certification.Failed))
	at := cells(t, f.Data)
	if got := at("C", "C2"); !strings.Contains(got, "A-1: Pass: ") || !strings.Contains(got, "\nA-2: Fail: ") || at("C", "D2") != "Jane" {
		t.Errorf("%q %q", got, at("C", "D2"))
	}
}

// The editor is compared with a plain model on sheets of every shape that the
// format allows.
func TestEditKeepsEverythingButTheCells(t *testing.T) {
	for seed := range int64(300) {
		r := rand.New(rand.NewSource(seed))
		prefix := []string{"", "x:"}[r.Intn(2)]
		var b strings.Builder
		want := map[string]string{}
		fmt.Fprintf(&b, `<?xml version="1.0"?><!-- c --><%sworksheet><%scols><%scol min="3" max="4" style="7"/></%scols>`, prefix, prefix, prefix, prefix)
		rows := r.Intn(5)
		if rows == 0 && r.Intn(2) == 0 {
			fmt.Fprintf(&b, `<%ssheetData />`, prefix)
		} else {
			fmt.Fprintf(&b, `<%ssheetData>`, prefix)
			for n := 1; n <= rows; n++ {
				if r.Intn(4) == 0 {
					continue
				}
				if r.Intn(4) == 0 {
					fmt.Fprintf(&b, `<%srow r="%d" spans="1:2" ht="9" />`, prefix, n)
					continue
				}
				fmt.Fprintf(&b, "<%srow r=\"%d\" spans=\"1:2\" s=\"4\" customFormat=\"1\">\n", prefix, n)
				for c := 1; c <= 5; c++ {
					switch r.Intn(3) {
					case 0:
						fmt.Fprintf(&b, `<%sc r="%s" s="3"/>`, prefix, ref(n, c))
					case 1:
						fmt.Fprintf(&b, `<%sc r="%s" t="str"><%sv>old &lt;c&gt; %d</%sv></%sc>`, prefix, ref(n, c), prefix, c, prefix, prefix)
						want[ref(n, c)] = fmt.Sprintf("old <c> %d", c)
					}
				}
				fmt.Fprintf(&b, `</%srow>`, prefix)
			}
			fmt.Fprintf(&b, `</%ssheetData>`, prefix)
		}
		fmt.Fprintf(&b, `<%smergeCells/></%sworksheet>`, prefix, prefix)
		shape, err := scan([]byte(b.String()))
		must(t, err)
		var changes []change
		for range r.Intn(6) {
			c := change{1 + r.Intn(6), 1 + r.Intn(6), fmt.Sprintf("new & %d", r.Intn(100))}
			if _, twice := want[ref(c.row, c.col)+"!"]; !twice {
				changes = append(changes, c)
				want[ref(c.row, c.col)+"!"] = ""
				want[ref(c.row, c.col)] = c.text
			}
		}
		out, err := shape.edit([]byte(b.String()), changes)
		must(t, err)
		again, err := scan(out)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, &b, out)
		}
		got := map[string]bool{}
		for _, row := range again.rows {
			for _, c := range row.cells {
				text := string(out[c.start:c.end])
				if w := want[ref(row.n, c.col)]; w != "" {
					got[ref(row.n, c.col)] = true
					if !strings.Contains(text, ">"+escape(w)+"<") {
						t.Fatalf("seed %d: %s is %s, want %q", seed, ref(row.n, c.col), text, w)
					}
				}
			}
		}
		for cell, w := range want {
			if w != "" && !got[cell] {
				t.Fatalf("seed %d: %s is missing\n%s", seed, cell, out)
			}
		}
	}
}
