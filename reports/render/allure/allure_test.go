package allure

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/readers"
	"ffscert/reports/render/rendertest"
)

var (
	update = flag.Bool("update", false, "write the golden file anew")
	shot   = flag.String("shot", "", "file for a picture of the report, for people")
)

const png = "\x89PNG not really"

func source(rec journal.Record) render.Source {
	return render.Source{Record: rec, Matrix: matrix.Of(rec), Folder: fstest.MapFS{rendertest.EvidenceName('a', ".png"): {Data: []byte(png)}, "journal.db": {Data: []byte("secret")}}}
}

func written(t testing.TB, s render.Source) (dir string, results []Result) {
	t.Helper()
	dir = t.TempDir()
	if err := Write(dir, s); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*-result.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		data, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		var r Result
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	return dir, results
}

// everything is the folder as one text.
func everything(t testing.TB, dir string) string {
	t.Helper()
	var b bytes.Buffer
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "== %s\n", e.Name())
		if strings.HasSuffix(e.Name(), ".json") {
			if err := json.Indent(&b, data, "", " "); err != nil {
				t.Fatal(err)
			}
		} else {
			b.Write(data)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	dir, _ := written(t, source(rendertest.Short()))
	got := everything(t, dir)
	const name = "testdata/short.txt"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || got != string(want) {
		t.Errorf("%v: %s is not what it was; -update writes it anew", err, name)
	}
}

func TestEveryAttemptIsAResultOfItsOwn(t *testing.T) {
	s := source(rendertest.Mixed())
	_, results := written(t, s)
	history := map[string]bool{}
	byName := map[string]Result{}
	for _, r := range results {
		if history[r.HistoryID] {
			t.Errorf("%s would be a retry, and hide another one", r.FullName)
		}
		history[r.HistoryID] = true
		byName[r.FullName] = r
		if !strings.HasPrefix(r.Name, "SIMULATED · PARTIAL · ") || !strings.Contains(r.Description, "SIMULATED: ") {
			t.Errorf("%s is not marked: %s", r.FullName, r.Name)
		}
	}
	n := 1
	for _, c := range s.Matrix.Cases {
		if r := byName["case "+c.ID]; r.Status != statusOf(c.Verdict) {
			t.Errorf("%s is %s: %s", c.ID, c.Verdict, r.Status)
		}
		n += 1 + len(c.AttemptList)
		for _, a := range c.AttemptList {
			if r := byName[fmt.Sprintf("attempt %s %s %d", c.ID, a.Scenario, a.N)]; r.Status != statusOf(a.Verdict) {
				t.Errorf("%s #%d is %s: %s", c.ID, a.N, a.Verdict, r.Status)
			}
		}
	}
	if n+2 != len(results) {
		t.Errorf("%d results for %d", len(results), n+2)
	}
	r := byName["attempt 3P2-DE-02 "+rendertest.ZeroTouch+" 7"]
	if r.Status != Failed || r.StatusDetails == nil || !strings.HasPrefix(r.StatusDetails.Message, "failed (product): FFS-E201 ") || len(r.Steps) != 7 || r.Steps[4].Status != Failed || len(r.Attachments) != 1 {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(r.Description, "cannot be read") {
		t.Error("evidence that is not there is not missed")
	}
	if statusOf("splendid") != Broken || stepStatus("failed", Passed) != Broken {
		t.Error("what nobody knows looks harmless")
	}
}

func TestEvidenceIsCopiedAndNothingElse(t *testing.T) {
	rec := rendertest.Mixed()
	rec.Attempts[6].Evidence = append(rec.Attempts[6].Evidence, "../journal.db", "journal.db", "evidence/../journal.db", "/etc/passwd")
	dir, _ := written(t, source(rec))
	if strings.Contains(everything(t, dir), "secret") {
		t.Error("a file that is no evidence was copied")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*-attachment*"))
	if len(files) != 1 {
		t.Errorf("%q", files)
	}
	if data, err := os.ReadFile(files[0]); err != nil || string(data) != png {
		t.Errorf("%q, %v", data, err)
	}
}

func TestForeign(t *testing.T) {
	dir, _ := written(t, source(rendertest.Mixed()))
	entries, _ := os.ReadDir(dir)
	var ours []string
	for _, e := range entries {
		ours = append(ours, e.Name())
	}
	if f := Foreign(ours); f != "" {
		t.Errorf("%s is foreign to us", f)
	}
	for name, names := range map[string][]string{"of another tool": {"executor.json"}, "mixed": append(ours, "6fa459ea-ee8a-3ca4-894e-db77e160355e-result.json"), "a diary": append(ours, "diary.txt")} {
		if Foreign(names) == "" {
			t.Errorf("%s: nothing is foreign", name)
		}
	}
}

func TestHostileTextIsText(t *testing.T) {
	for _, s := range rendertest.Strings() {
		_, results := written(t, source(rendertest.Hostile(s)))
		if len(results) != 6 {
			t.Errorf("%q: %d results", s, len(results))
		}
	}
}

func TestARunOfNothing(t *testing.T) {
	rec := rendertest.Passed(0)
	rec.Plan.Cases, rec.Scopes, rec.State = nil, nil, journal.Interrupted
	if _, results := written(t, source(rec)); len(results) != 1 || results[0].Status != Skipped || !strings.HasPrefix(results[0].Name, "INTERRUPTED") {
		t.Errorf("%+v", results)
	}
}

// TestAllureRendersIt lets the real Allure make its report, and looks at it in
// Chromium.
func TestAllureRendersIt(t *testing.T) {
	rec := rendertest.Mixed()
	hostile := `<img src=x onerror="window.pwned=1"></script><script>window.pwned=1</script>`
	rec.Attempts[6].Message = hostile
	dir, results := written(t, source(rec))
	report := filepath.Join(t.TempDir(), "report")
	readers.Run(t, "allure", "awesome", dir, "--single-file", "--output", report)
	p := readers.Open(t, report, "index.html")
	p.Wait(`document.body.innerText.includes('3P2-DE-02')`)
	p.Keep(*shot)
	text := p.Text()
	for _, want := range []string{"SIMULATED · PARTIAL · ", fmt.Sprint(len(results))} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, text)
		}
	}
	if p.Eval(`'pwned' in window`) != "false" {
		t.Error("a script of the run has run")
	}
	p.Quiet()
	// What it has understood, as its own table says it.
	table := filepath.Join(t.TempDir(), "table.csv")
	readers.Run(t, "allure", "csv", dir, "--output", table)
	data, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(all) < 2 || all[0][0] != "Full Name" || all[0][2] != "Status" || all[0][4] != "Error" {
		t.Fatalf("%v: %.500s", err, data)
	}
	seen := map[string][]string{}
	for _, row := range all[1:] {
		seen[row[0]] = row
	}
	if len(seen) != len(results) {
		t.Errorf("Allure has %d results of %d", len(seen), len(results))
	}
	for _, r := range results {
		row := seen[r.FullName]
		if row == nil || row[2] != string(r.Status) || r.StatusDetails != nil && row[4] != r.StatusDetails.Message {
			t.Errorf("%s, %s: Allure says %q", r.FullName, r.Status, row)
		}
	}
}
