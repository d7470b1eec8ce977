package csv

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ffscert/reports/matrix"
	"ffscert/reports/render/rendertest"
	"ffscert/reports/render/safe"
)

var update = flag.Bool("update", false, "write the golden file anew")

func rendered(t testing.TB, m matrix.Matrix) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rows reads a file back, by the names of its columns.
func rows(t testing.TB, text string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(all[0], Columns()) {
		t.Fatalf("the columns are %q", all[0])
	}
	var list []map[string]string
	for _, r := range all[1:] {
		row := map[string]string{}
		for i, cell := range r {
			row[all[0][i]] = cell
		}
		list = append(list, row)
	}
	return list
}

func TestGolden(t *testing.T) {
	got := rendered(t, matrix.Of(rendertest.Mixed()))
	const name = "testdata/mixed.csv"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || got != string(want) {
		t.Errorf("%v: %s is not what it was; -update writes it anew\n%s", err, name, got)
	}
}

// TestItReadsBackEqual holds every row against the matrix.
func TestItReadsBackEqual(t *testing.T) {
	m := matrix.Of(rendertest.Mixed())
	text := rendered(t, m)
	if n := strings.Count(text, "\n"); n != strings.Count(text, "\r\n") {
		t.Error("lines end otherwise than RFC 4180 says")
	}
	list := rows(t, text)
	for _, row := range list {
		if row["marks"] != "SIMULATED PARTIAL" || row["run_verdict"] != string(m.Outcome()) || row["state"] != "finished" {
			t.Fatalf("a row says %q, %q", row["marks"], row["run_verdict"])
		}
	}
	next := func() map[string]string { r := list[0]; list = list[1:]; return r }
	for _, c := range m.Cases {
		for _, a := range c.AttemptList {
			r := next()
			if r["case"] != c.ID || r["attempt"] != strconv.Itoa(a.N) || r["verdict"] != string(a.Verdict) || r["cause"] != string(a.Cause) ||
				r["message"] != a.Message || r["scenario"] != a.Scenario || r["case_verdict"] != string(c.Verdict) || r["flaky"] != strconv.FormatBool(c.Flaky) {
				t.Errorf("%s #%d: %v", c.ID, a.N, r)
			}
			if a.SetupTime != nil {
				if v, err := strconv.ParseFloat(r["setup_s"], 64); err != nil || v != a.SetupTime.Value {
					t.Errorf("%s #%d: set up after %q", c.ID, a.N, r["setup_s"])
				}
			} else if r["setup_s"] != "" {
				t.Errorf("%s #%d was not set up, and is after %s", c.ID, a.N, r["setup_s"])
			}
		}
		if len(c.AttemptList) == 0 {
			if r := next(); r["case"] != c.ID || r["verdict"] != "" || r["attempt"] != "" || r["case_message"] != c.Message || r["case_verdict"] != string(c.Verdict) {
				t.Errorf("%s: %v", c.ID, r)
			}
		}
	}
	if r := next(); r["scope"] != "local" || r["title"] != m.Local[0].Scenario || len(list) != 0 {
		t.Errorf("%v, and %d rows more", r, len(list))
	}
}

func TestAnInterruptedRunSaysSo(t *testing.T) {
	rec := rendertest.Passed(2)
	rec.State = "interrupted"
	if r := rows(t, rendered(t, matrix.Of(rec)))[0]; r["marks"] != "INTERRUPTED" || r["state"] != "interrupted" || r["run_verdict"] != "not_run" || r["complete"] != "false" {
		t.Errorf("%v", r)
	}
	rec.Attempts, rec.Plan.Cases, rec.Scopes = nil, nil, nil
	if all := rows(t, rendered(t, matrix.Of(rec))); len(all) != 1 || all[0]["marks"] != "INTERRUPTED" {
		t.Errorf("a run without cases: %v", all)
	}
}

func TestHostileTextIsText(t *testing.T) {
	for _, s := range rendertest.Strings() {
		harmless(t, s)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range rendertest.Strings() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { harmless(t, s) })
}

func harmless(t *testing.T, s string) {
	t.Helper()
	for _, row := range rows(t, rendered(t, matrix.Of(rendertest.Hostile(s)))) {
		for name, cell := range row {
			if _, err := strconv.ParseFloat(cell, 64); cell != "" && strings.ContainsRune("=+-@\t\r|%＝＋－＠", []rune(cell)[0]) && err != nil {
				t.Errorf("%s: %q calculates", name, cell)
			}
			if strings.ContainsAny(cell, "\n\r\t\x00\x1b") {
				t.Errorf("%s: %q has controls", name, cell)
			}
		}
		got := row["product"]
		if want := safe.Text(s, longest); strings.TrimPrefix(got, "'") != want && got != want {
			t.Errorf("%q became %q", s, got)
		}
		if got != "" && (got[0] == '\'') != (got != safe.Text(s, longest)) {
			t.Errorf("%q became %q, and nobody can tell what it was", s, got)
		}
	}
}

// TestEveryColumnIsDocumented compares the page of the formats with the columns.
func TestEveryColumnIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "## csv")
	section, _, _ = strings.Cut(section, "## junit")
	var documented []string
	for line := range strings.Lines(section) {
		if names, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | "); ok && strings.HasPrefix(names, "`") {
			for _, n := range strings.Split(names, ", ") {
				documented = append(documented, strings.Trim(n, "`"))
			}
		}
	}
	if !slices.Equal(documented, Columns()) {
		t.Errorf("documented are %q, the columns are %q", documented, Columns())
	}
}
