package xlsx

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/rendertest"
)

func rendered(t testing.TB, m matrix.Matrix) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// sheet reads the rows of a sheet below its head, by the names of the columns.
func sheet(t testing.TB, f *excelize.File, name string) []map[string]string {
	t.Helper()
	all, err := f.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, r := range all[headRow:] {
		row := map[string]string{}
		for i, cell := range r {
			row[all[headRow-1][i]] = cell
		}
		list = append(list, row)
	}
	return list
}

// TestItReadsBackEqual holds every row of the workbook against the matrix.
func TestItReadsBackEqual(t *testing.T) {
	m := matrix.Of(rendertest.Mixed())
	f := open(t, rendered(t, m))
	if got, want := strings.Join(f.GetSheetList(), ", "), "Run, Matrix, Attempts, Findings, Set-up times"; got != want {
		t.Fatalf("the sheets are %s", got)
	}
	rows := sheet(t, f, matrixSheet)
	for i, c := range m.Cases {
		r := rows[i]
		if r["Case"] != c.ID || r["Title"] != c.Title || r["Verdict"] != strings.ReplaceAll(string(c.Verdict), "_", " ") || r["Message"] != c.Message || r["Passed"] != fmt.Sprint(c.Attempts.Passed) ||
			r["Flaky"] != yesNo(c.Flaky) || c.Rate != nil && r["Proven (95 %)"] != fmt.Sprint(c.Rate.Lower95) {
			t.Errorf("%s: %v", c.ID, r)
		}
	}
	if n := len(m.Cases) + len(m.Local); len(rows) != n || rows[n-1]["Case"] != "local" {
		t.Errorf("%d rows for %d cases", len(rows), n)
	}
	attempts, times := sheet(t, f, attemptsSheet), sheet(t, f, setupSheet)
	for _, c := range m.Cases {
		for _, a := range c.AttemptList {
			r := attempts[0]
			attempts = attempts[1:]
			if r["Case"] != c.ID || r["Attempt"] != fmt.Sprint(a.N) || r["Verdict"] != string(a.Verdict) || r["Code"] != string(a.Code) || r["Message"] != a.Message ||
				r["Scenario"] != a.Scenario || r["Evidence"] != strings.Join(a.Evidence, " ") {
				t.Errorf("%s #%d: %v", c.ID, a.N, r)
			}
			if a.SetupTime == nil {
				continue
			}
			if r := times[0]; r["Case"] != c.ID || r["Attempt"] != fmt.Sprint(a.N) || r["Set-up (s)"] != fmt.Sprint(a.SetupTime.Value) || r["Not before (s)"] != fmt.Sprint(a.SetupTime.Lo) {
				t.Errorf("%s #%d: %v", c.ID, a.N, r)
			}
			times = times[1:]
		}
	}
	if len(attempts) != 1 || len(times) != 0 {
		t.Errorf("%d attempts and %d set-up times are left", len(attempts), len(times))
	}
	if r := sheet(t, f, findingsSheet); len(r) != 1 || r[0]["Rule"] != "LWA-PROMINENCE" || r[0]["Severity"] != "warning" {
		t.Errorf("%v", r)
	}
	facts := map[string]string{}
	for _, r := range sheet(t, f, runSheet) {
		facts[r["Fact"]] += r["Value"]
	}
	if facts["Verdict"] != "failed" || facts["Simulated"] != "yes" || facts["Partial"] != "yes" || !strings.Contains(facts["Waiver of FFS-APP-01"], "applied") || facts["Submit by (UTC)"] != "" {
		t.Errorf("%v", facts)
	}
}

func TestEverySheetIsMarkedFilteredAndFrozen(t *testing.T) {
	f := open(t, rendered(t, matrix.Of(rendertest.Mixed())))
	for _, name := range f.GetSheetList() {
		if v, err := f.GetCellValue(name, "A1"); err != nil || !strings.HasPrefix(v, "FAILED · SIMULATED · PARTIAL · First light") {
			t.Errorf("%s begins with %q: %v", name, v, err)
		}
		if p, err := f.GetPanes(name); err != nil || !p.Freeze || p.YSplit != headRow {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if h, err := f.GetHeaderFooter(name); err != nil || !strings.Contains(h.OddHeader, "SIMULATED") {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
		part, _ := f.Pkg.Load("xl/worksheets/sheet" + fmt.Sprint(1+index(f, name)) + ".xml")
		if text, ok := part.([]byte); !ok || !bytes.Contains(text, []byte("<autoFilter ref=")) {
			t.Errorf("%s has no filter", name)
		}
	}
	for cell, want := range map[string]string{"D3": "F8D0D0", "D4": "FFF0C2"} {
		id, err := f.GetCellStyle(matrixSheet, cell)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := f.GetStyle(id); err != nil || len(s.Fill.Color) == 0 || !strings.HasSuffix(s.Fill.Color[0], want) {
			t.Errorf("%s: %+v, %v", cell, s, err)
		}
	}
	n := 0
	f.Pkg.Range(func(name, data any) bool {
		if strings.HasPrefix(name.(string), "xl/charts/chart") {
			n++
			if !bytes.Contains(data.([]byte), []byte("Set-up times")) || !bytes.Contains(data.([]byte), []byte("SIMULATED")) {
				t.Error("the chart is not of the set-up times, or not marked")
			}
		}
		return true
	})
	if n != 1 {
		t.Errorf("%d charts", n)
	}
}

func index(f *excelize.File, name string) int {
	i, _ := f.GetSheetIndex(name)
	return i
}

func TestTheSameMatrixGivesTheSameBytes(t *testing.T) {
	m := matrix.Of(rendertest.Mixed())
	first := rendered(t, m)
	for range 5 {
		if !bytes.Equal(first, rendered(t, m)) {
			t.Fatal("the bytes differ")
		}
	}
}

func TestTextIsNeverAFormula(t *testing.T) {
	for _, s := range rendertest.Strings() {
		harmless(t, s)
	}
}

func FuzzText(f *testing.F) {
	f.Add("=1+1")
	f.Add("_x0041_")
	f.Fuzz(func(t *testing.T, s string) { harmless(t, s) })
}

func harmless(t *testing.T, s string) {
	t.Helper()
	f := open(t, rendered(t, matrix.Of(rendertest.Hostile(s))))
	f.Pkg.Range(func(name, data any) bool {
		if text, ok := data.([]byte); ok && strings.HasPrefix(name.(string), "xl/worksheets/") && (bytes.Contains(text, []byte("<f>")) || bytes.Contains(text, []byte("<f "))) {
			t.Errorf("%q: %s has a formula", s, name)
		}
		return true
	})
	rows := sheet(t, f, attemptsSheet)
	if got, want := rows[1]["Message"], clean(s); got != want {
		t.Errorf("%q was written, %q was read", want, got)
	}
	if got, want := rows[0]["Testbed"], clean(s); got != want {
		t.Errorf("%q was written, %q was read", want, got)
	}
}

func TestExcelsLimits(t *testing.T) {
	long := strings.Repeat("😀", mostChars)
	rec := rendertest.Passed(25)
	rec.Attempts[0].Testbed = long
	m := matrix.Of(rec)
	if got := sheet(t, open(t, rendered(t, m)), attemptsSheet)[0]["Testbed"]; len(utf16.Encode([]rune(got))) > mostChars || !strings.HasSuffix(got, "😀…") {
		t.Errorf("%d characters", len(utf16.Encode([]rune(got))))
	}
	for _, s := range []string{strings.Repeat("a", mostChars), strings.Repeat("é", 20_000)} {
		if clean(s) != s {
			t.Errorf("a text of %d bytes that fits was cut", len(s))
		}
	}
	var b bytes.Buffer
	if err := renderWith(&b, m, 12); err != nil {
		t.Fatal(err)
	}
	f := open(t, b.Bytes())
	total := 0
	for _, name := range []string{"Attempts", "Attempts 2", "Attempts 3"} {
		rows := sheet(t, f, name)
		total += len(rows)
		if len(rows) > 10 {
			t.Errorf("%s has %d rows", name, len(rows))
		}
	}
	if total != 25 {
		t.Errorf("%d attempts of 25", total)
	}
}

func TestARunOfNothing(t *testing.T) {
	rec := rendertest.Passed(0)
	rec.Plan.Cases, rec.Scopes, rec.State = nil, nil, journal.Interrupted
	f := open(t, rendered(t, matrix.Of(rec)))
	if v, _ := f.GetCellValue(matrixSheet, "A1"); !strings.Contains(v, "NOT RUN · INTERRUPTED") {
		t.Errorf("it says %q", v)
	}
}
