package sheet

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"ffscert/features/certification"
)

func TestTheWorkbookAsAmazonMayMakeIt(t *testing.T) {
	b := read(t, amazon(t), Options{})
	if got, want := ids(b), "3P2-DE-02 3P2-DE-07 3P2-BC-01 3P2-BC-02 LWA-1"; got != want {
		t.Fatalf("cases %s, want %s\n%v", got, want, b.Notes)
	}
	for i, want := range []Case{
		{ID: "3P2-DE-02", Written: "3P2-DE-02", Group: "Provisioning", Title: "Zero-touch setup", Steps: "Power on the device.", Expected: "It is set up.", Tab: "Test Cases", Row: 5},
		{ID: "3P2-DE-07", Written: "3P2\u2011DE\u201107", Group: "Provisioning", Title: "Bad credentials", Steps: "1. Save a wrong password\n2. Power on", Expected: "Own set-up starts", Tab: "Test Cases", Row: 6},
		{ID: "3P2-BC-01", Written: "3P2-BC-01", Group: "Barcode", Title: "Outer barcode", Steps: "Look at the package\nScan it", Expected: "It is there\nIt is read", Tab: "Test Cases", Row: 9},
		{ID: "3P2-BC-02", Written: "3P2-BC-02", Group: "Barcode", Title: "Inner barcode", Steps: "Open the package", Expected: "It is there", Tab: "Test Cases", Row: 12},
		{ID: "LWA-1", Written: "LWA 1", Group: "LWA", Title: "Login", Steps: "Open the app", Expected: "Asks for the scope", Tab: "LWA", Row: 2},
	} {
		got := b.Cases[i]
		got.table = 0
		if got != want {
			t.Errorf("case %d\n got %+v\nwant %+v", i, got, want)
		}
	}
	if got := b.At(b.Cases[0], Actual); got != "'Test Cases'!G5" {
		t.Errorf("the result of the first case goes to %s", got)
	}
	if got := b.At(b.Cases[4], Actual); got != "LWA!A2" {
		t.Errorf("the result of the last case goes to %s", got)
	}
	if b.Version() != "1.1" || b.Names([]string{"ZSS Provisionee", "MSS for Wi-Fi Provisionee (Default)"}) != "MSS for Wi-Fi Provisionee (Default)" {
		t.Errorf("version %q, texts %q", b.Version(), b.Texts)
	}
	notes := strings.Join(b.Notes, "\n")
	for _, want := range []string{`tab "Lists" is hidden`, "3P2-DE-07 in the plan", "LWA-1 in the plan"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note says %q:\n%s", want, notes)
		}
	}
}

func TestHeadingsInAnyWords(t *testing.T) {
	for name, tc := range map[string]struct {
		head []any
		want string // fields in the order of the columns
	}{
		"usual":          {row("Test Case ID", "Test Name", "Procedure", "Expected Result", "Actual Result", "Comments"), "id title steps expected actual notes"},
		"any case":       {row("TC_ID", "TITLE", "test steps", "EXPECTED-RESULTS", "Pass / Fail"), "id title steps expected actual"},
		"both results":   {row("ID", "Description", "Expected", "Actual Result", "Pass/Fail", "Tested by", "Date"), "id title expected actual result tester date"},
		"two names":      {row("ID", "Test Case", "Description", "Expected Results", "Result"), "id title steps expected actual"},
		"case is the id": {row("Test Case", "Description", "Expected Results", "Status"), "id title expected actual"},
		"number":         {row("#", "Category", "Title", "Expected", "Result"), "id group title expected actual"},
		"number and id":  {row("No.", "Case #", "Title", "Result"), "- id title actual"},
		"units":          {row("Case ID", "Summary", "Steps", "Actual Result\n(Pass/Fail/NA)", "Start Time (UTC)", "End Time (UTC)"), "id title steps actual started finished"},
		"reversed":       {row("Remarks", "Result", "Expected Outcome", "Test Steps", "Name", "Section", "TC ID"), "notes actual expected steps title group id"},
		"criteria":       {row("Test ID", "Test Objective", "Pass Criteria", "Observed Result", "Executed By"), "id title expected actual tester"},
	} {
		t.Run(name, func(t *testing.T) {
			cells := make([]any, len(tc.head))
			for i := range cells {
				cells[i] = "1"
			}
			b := read(t, plain(t, tc.head, cells), Options{})
			got := make([]string, len(tc.head))
			for i := range got {
				got[i] = "-"
			}
			for f, col := range b.Tables[0].Columns {
				got[col-1] = string(f)
			}
			if s := strings.Join(got, " "); s != tc.want {
				t.Errorf("got  %s\nwant %s", s, tc.want)
			}
		})
	}
}

func TestWhatACaseIs(t *testing.T) {
	head := row("ID", "Group", "Title", "Steps", "Expected", "Actual")
	for name, tc := range map[string]struct {
		rows [][]any
		want string // id/group/title of each case
		with Options
	}{
		"numbers":           {[][]any{head, row(1, "G", "a", "s", "e"), row(2, "", "b", "s", "e")}, "1/G/a 2/G/b", Options{}},
		"blank rows":        {[][]any{row(), head, row(), row("A-1", "G", "a"), row(), row("A-2", "G", "b")}, "A-1/G/a A-2/G/b", Options{}},
		"group rows":        {[][]any{head, row("Barcode"), row("A-1", "", "a"), row("1. Network"), row("A-2", "", "b")}, "A-1/Barcode/a A-2/1. Network/b", Options{}},
		"prose below":       {[][]any{head, row("A-1", "G", "a", "s", "e"), row(), row("Signed by:", "", "Jane"), row("Total", "1")}, "A-1/G/a", Options{}},
		"hints below head":  {[][]any{head, row("a unique id", "the group", "what is tested", "what to do", "what to see"), row("A-1", "G", "a")}, "A-1/G/a", Options{}},
		"no title":          {[][]any{head, row("A-1", "G", "", "do this\nthen that", "e")}, "A-1/G/do this", Options{}},
		"steps below":       {[][]any{head, row("A-1", "G", "a", "s1", "e1"), row("", "", "", "s2", "e2"), row("A-2", "G", "b")}, "A-1/G/a A-2/G/b", Options{}},
		"head again":        {[][]any{head, row("A-1", "G", "a"), head, row("A-2", "G", "b")}, "A-1/G/a A-2/G/b", Options{}},
		"other order below": {[][]any{head, row("A-1", "G", "a"), row(), row("Title", "Expected", "ID", "Actual"), row("b", "e", "A-2")}, "A-1/G/a A-2/Cases/b", Options{}},
		"map":               {[][]any{row("Kennung", "Titel", "Ergebnis"), row("A-1", "a", "")}, "A-1/Cases/a", Options{Map: map[Field]string{ID: "kennung", Title: "Titel", Actual: "Ergebnis"}}},
		"map overrides":     {[][]any{row("ID", "Other ID", "Title", "Actual"), row("x", "A-1", "a", "")}, "A-1/Cases/a", Options{Map: map[Field]string{ID: "Other ID"}}},
		"map by letter":     {[][]any{row("ID", "Title", "Actual Result", "Actual Result"), row("A-1", "a"), row("A-2", "b")}, "A-1/Cases/a A-2/Cases/b", Options{Map: map[Field]string{Actual: "Column D"}}},
		"map not Latin":     {[][]any{row("編號", "標題", "結果"), row("A-1", "a", "")}, "A-1/Cases/a", Options{Map: map[Field]string{ID: "編號", Title: "標題", Actual: "結果"}}},
		"not ASCII blanks":  {[][]any{row("ID", "Title", "Actual"), row("\u00a0A\u20131\u200b", "a", "")}, "A-1/Cases/a", Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			b := read(t, plain(t, tc.rows...), tc.with)
			var got []string
			for _, c := range b.Cases {
				got = append(got, c.ID+"/"+c.Group+"/"+c.Title)
			}
			if s := strings.Join(got, " "); s != tc.want {
				t.Errorf("got  %s\nwant %s\n%v", s, tc.want, b.Notes)
			}
		})
	}
}

func TestRichTextFormulasAndMergedHeads(t *testing.T) {
	data := build(t, func(x *excelize.File) {
		tab(t, x, "C", row("Test Case ID", "Title", "Result", ""), row("", "", "Actual Result", "Comments"), row(nil, "a", "", ""), row("A-2", "", "", ""))
		must(t, x.MergeCell("C", "A1", "A2"), x.MergeCell("C", "B1", "B2"), x.MergeCell("C", "C1", "D1"))
		must(t, x.SetCellRichText("C", "B4", []excelize.RichTextRun{{Text: "bold", Font: &excelize.Font{Bold: true}}, {Text: " and not"}}))
		must(t, x.SetCellFormula("C", "A3", `"A-"&1`))
	})
	// As it is stored once a spreadsheet program has calculated it.
	data = rewritten(t, data, func(name, text string) string {
		return strings.Replace(text, `</f></c>`, `</f><v>A-1</v></c>`, 1)
	})
	data = rewritten(t, data, func(name, text string) string {
		if !strings.Contains(name, "worksheets/") {
			return text
		}
		return strings.Replace(text, `<c r="A3">`, `<c r="A3" t="str">`, 1)
	})
	b := read(t, data, Options{})
	if ids(b) != "A-1 A-2" || b.Cases[1].Title != "bold and not" || b.At(b.Cases[0], Notes) != "C!D3" || b.At(b.Cases[0], Actual) != "C!C3" {
		t.Errorf("%+v %v", b.Cases, b.Tables)
	}
}

func TestTabsThatOnlyListCasesAgain(t *testing.T) {
	data := build(t, func(x *excelize.File) {
		tab(t, x, "Summary", row("Test Case ID", "Title", "Result"), row("A-1", "a", ""), row("A-2", "b", ""))
		tab(t, x, "Cases", row("Test Case ID", "Title", "Steps", "Result"), row("A-1", "a", "s", ""), row("A-2", "b", "s", ""))
		tab(t, x, "History", row("No.", "Date", "Description"), row(1, "2024-01-01", "First version"))
	})
	b := read(t, data, Options{})
	if ids(b) != "A-1 A-2" || b.Cases[0].Tab != "Cases" {
		t.Errorf("%+v", b.Cases)
	}
}

func TestAttemptsComeFromTheColumnThatTheUserNames(t *testing.T) {
	data := plain(t, row("ID", "Title", "Actual", "Iterations"), row("A-1", "a", "", 20), row("A-2", "b", "", ""))
	b := read(t, data, Options{Map: map[Field]string{Attempts: "Iterations"}})
	if b.Cases[0].Attempts != 20 || b.Cases[1].Attempts != 0 {
		t.Errorf("%+v", b.Cases)
	}
	if b := read(t, data, Options{}); b.Cases[0].Attempts != 0 {
		t.Error("a number was taken for attempts that nobody said is one")
	}
}

func TestWhatIsWrongIsNamedWithTabAndCell(t *testing.T) {
	head := row("ID", "Title", "Steps", "Expected", "Actual")
	zipped := plain(t, head, row("A-1", "a"))
	for name, tc := range map[string]struct {
		data []byte
		with Options
		want []string
	}{
		"empty":     {nil, Options{}, []string{"sheet.xlsx: is empty"}},
		"not xlsx":  {[]byte("id,title\n"), Options{}, []string{"is no XLSX workbook", ".xlsx"}},
		"xls":       {append([]byte(nil), append(oleMagic, make([]byte, 600)...)...), Options{}, []string{"old format (.xls)"}},
		"password":  {append(append([]byte(nil), oleMagic...), utf16("EncryptedPackage")...), Options{}, []string{"encrypted with a password"}},
		"cut off":   {zipped[:len(zipped)/2], Options{}, []string{"damaged"}},
		"other zip": {rewritten(t, zipped, func(n, s string) string { return s })[:30], Options{}, []string{"damaged"}},
		"twice":     {plain(t, head, row("A-1", "a"), row("A-2", "b"), row("a-1", "c")), Options{}, []string{`sheet.xlsx: Cases!A4: the id "a-1" is that of Cases!A2, too`, "hint:"}},
		"twice in tabs": {build(t, func(x *excelize.File) {
			tab(t, x, "One", head, row("A-1", "a", "s"))
			tab(t, x, "Two tabs", head, row("A-1", "a", "s"))
		}), Options{}, []string{"'Two tabs'!A2: the id \"A-1\" is that of One!A2"}},
		"no id":           {plain(t, row("Title", "Steps", "Expected", "Actual"), row("a", "s", "e", "")), Options{}, []string{`Cases!A1: there is no column of ids; the headings that were seen: "Title", "Steps", "Expected", "Actual"`, "--map id="}},
		"unknown words":   {plain(t, row("Kennung", "Titel", "Ergebnis"), row("A-1", "a", "")), Options{}, []string{"no row was recognised", `tab "Cases" row 1: "Kennung", "Titel", "Ergebnis"`, "--map id=Kennung"}},
		"nothing":         {plain(t), Options{}, []string{"no row was recognised", "none"}},
		"wrong map":       {plain(t, head, row("A-1", "a")), Options{Map: map[Field]string{Notes: "Bemerkung"}}, []string{`no column has the heading "Bemerkung", which --map gives for notes`, `"Expected"`}},
		"wrong tab":       {plain(t, head), Options{Tabs: []string{"Case"}}, []string{`there is no tab "Case"`, `"Cases"`}},
		"no cases":        {plain(t, head), Options{}, []string{"no case below"}},
		"bad id":          {plain(t, head, row("試験1", "a", "s")), Options{}, []string{`Cases!A2: "試験1" cannot be the id of a case`}},
		"reserved id":     {plain(t, head, row("local", "a", "s")), Options{}, []string{`Cases!A2: "local" cannot be`}},
		"case without id": {plain(t, head, row("A-1", "a", "s"), row("", "b", "s", "e")), Options{}, []string{`Cases!A3: the case "b" has no id`}},
		"two columns":     {plain(t, row("ID", "Title", "Actual Result", "Actual Result"), row("A-1", "a")), Options{}, []string{`Cases!D1: the heading "Actual Result" is that of C1, too`, "--map 'actual=column C'"}},
		"attempts":        {plain(t, row("ID", "Title", "Actual", "Runs"), row("A-1", "a", "", "many")), Options{Map: map[Field]string{Attempts: "Runs"}}, []string{`Cases!D2: "many" is no number of attempts`}},
		"no value": {build(t, func(x *excelize.File) {
			tab(t, x, "C", head, row(nil, "a", "s"))
			must(t, x.SetCellFormula("C", "A2", `"A"&1`))
		}), Options{}, []string{"C!A2: the id is a formula whose value is not in the file"}},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Read("sheet.xlsx", tc.data, tc.with)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v %+v", err, err, b)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in\n%s", want, err)
				}
			}
		})
	}
}

func TestHugeWorkbooksEndSoon(t *testing.T) {
	small := plain(t, row("ID", "Title", "Actual"), row("A-1", "a"))
	with := func(old, new string) []byte {
		return rewritten(t, small, func(n, s string) string {
			if !strings.Contains(n, "worksheets/") {
				return s
			}
			if !strings.Contains(s, old) {
				t.Fatalf("no %s in %s", old, s)
			}
			return strings.Replace(s, old, new, 1)
		})
	}
	for name, tc := range map[string]struct {
		data []byte
		want string // empty: it can be read
	}{
		"hundred thousands of rows": {with("</sheetData>", strings.Repeat(`<row><c t="str"><v>a</v></c></row>`, 600000)+"</sheetData>"), "xl/worksheets/sheet2.xml has 19 MiB, more than the 16"},
		"too many rows":             {with("</sheetData>", strings.ReplaceAll(numbered(60000), "/>", `><c t="str"><v>a</v></c></row>`)+"</sheetData>"), "has more than 20000 rows"},
		"a million empty rows":      {with("</sheetData>", strings.Repeat(`<row/>`, 1<<20)+"</sheetData>"), "has more than 5"},
		"a million wide rows":       {with("</sheetData>", strings.Repeat(`<row><c r="XFD3"/></row>`, 4000)+"</sheetData>"), "has a cell beyond column 256 in row 3"},
		"numbered empty rows":       {with("</sheetData>", numbered(100000)+"</sheetData>"), ""},
		"a row at the end":          {with("</sheetData>", `<row r="1048576"><c r="XFD1048576" t="str"><v>a</v></c></row></sheetData>`), ""},
		"bomb":                      {with("</sheetData>", strings.Repeat(" ", 40<<20)+"</sheetData>"), "40 MiB"},
		"merges over everything":    {with("</sheetData>", "</sheetData><mergeCells>"+strings.Repeat(`<mergeCell ref="A5:XFD1048576"/>`, 5000)+"</mergeCells>"), ""},
		"too many merges":           {with("</sheetData>", "</sheetData><mergeCells>"+strings.Repeat(`<mergeCell ref="A5:B6"/>`, 400000)+"</mergeCells>"), "more than 20000 merged cells"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := Read("sheet.xlsx", tc.data, Options{})
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("%v", err)
			}
			t.Logf("after %v", time.Since(start))
		})
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<row r="%d"/>`, i+10)
	}
	return b.String()
}

// Where a workbook keeps the texts of its cells is up to the program that wrote
// it: the workbook's list of parts says where.
func TestTextsAndStylesInPartsOfOtherNames(t *testing.T) {
	data := plain(t,
		row("Test Case ID", "Title", "Expected Result", "Actual Result", "Date"),
		row("3P2-DE-02", "Zero touch", "is set up"))
	moved := renamed(t, data, strings.NewReplacer("sharedStrings.xml", "Words.xml", "styles.xml", "looks/s.xml"))
	b := read(t, moved, Options{})
	if len(b.Cases) != 1 || b.Cases[0].ID != "3P2-DE-02" || b.Cases[0].Title != "Zero touch" {
		t.Fatalf("cases %+v", b.Cases)
	}
	filled := fill(t, moved, FillOptions{}, entry("3P2-DE-02", certification.Passed))
	if got := read(t, filled.Data, Options{}).Cases[0].ID; got != "3P2-DE-02" {
		t.Errorf("after filling, the id is %q", got)
	}

	gone := rewritten(t, data, func(_, text string) string {
		return strings.ReplaceAll(text, "sharedStrings.xml\"", "nowhere.xml\"")
	})
	if _, err := Read("gone.xlsx", gone, Options{}); err == nil || !strings.Contains(err.Error(), "there is no part xl/nowhere.xml") {
		t.Errorf("texts that are not there: %v", err)
	}
}
