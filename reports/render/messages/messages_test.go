package messages

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cucumber/messages/go/v21"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/readers"
	"ffscert/reports/render/rendertest"
)

var (
	update = flag.Bool("update", false, "write the golden file anew")
	shot   = flag.String("shot", "", "file for a picture of the page, for people")
)

func source(rec journal.Record) render.Source {
	return render.Source{Record: rec, Matrix: matrix.Of(rec), Folder: fstest.MapFS{rendertest.EvidenceName('a', ".png"): {Data: []byte("\x89PNG not really")}}}
}

func rendered(t testing.TB, s render.Source) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func envelopes(t testing.TB, text string) []messages.Envelope {
	t.Helper()
	var list []messages.Envelope
	for line := range strings.Lines(text) {
		var e messages.Envelope
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		list = append(list, e)
	}
	return list
}

func TestGolden(t *testing.T) {
	got := rendered(t, source(rendertest.Short()))
	const name = "testdata/short.ndjson"
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

// worst is the status that Cucumber gives to each test case.
func worst(t testing.TB, text string) (names []string, status map[string]messages.TestStepResultStatus) {
	order := []messages.TestStepResultStatus{messages.TestStepResultStatus_UNKNOWN, messages.TestStepResultStatus_PASSED, messages.TestStepResultStatus_SKIPPED, messages.TestStepResultStatus_PENDING,
		messages.TestStepResultStatus_UNDEFINED, messages.TestStepResultStatus_AMBIGUOUS, messages.TestStepResultStatus_FAILED}
	pickles, cases, started := map[string]string{}, map[string]string{}, map[string]string{}
	status = map[string]messages.TestStepResultStatus{}
	for _, e := range envelopes(t, text) {
		switch {
		case e.Pickle != nil:
			pickles[e.Pickle.Id] = e.Pickle.Uri + " " + e.Pickle.Name
			names = append(names, pickles[e.Pickle.Id])
		case e.TestCase != nil:
			cases[e.TestCase.Id] = pickles[e.TestCase.PickleId]
		case e.TestCaseStarted != nil:
			started[e.TestCaseStarted.Id] = cases[e.TestCaseStarted.TestCaseId]
		case e.TestStepFinished != nil:
			name := started[e.TestStepFinished.TestCaseStartedId]
			if s := e.TestStepFinished.TestStepResult.Status; slices.Index(order, s) > slices.Index(order, status[name]) {
				status[name] = s
			}
		}
	}
	return names, status
}

// TestEveryAttemptKeepsItsVerdict counts every attempt by itself: none is a
// retry that hides another one.
func TestEveryAttemptKeepsItsVerdict(t *testing.T) {
	s := source(rendertest.Mixed())
	names, status := worst(t, rendered(t, s))
	seen := map[messages.TestStepResultStatus]int{}
	i := 1 // after that of the run
	for _, c := range s.Matrix.Cases {
		if got := status[names[i]]; got != statusOf(c.Verdict) {
			t.Errorf("%s is %s: %s", names[i], c.Verdict, got)
		}
		i++
		for _, a := range c.AttemptList {
			if got := status[names[i]]; got != statusOf(a.Verdict) {
				t.Errorf("%s is %s: %s", names[i], a.Verdict, got)
			}
			seen[status[names[i]]]++
			i++
		}
	}
	if i != len(names)-2 { // a local scenario and its attempt
		t.Errorf("%d of %d", i, len(names))
	}
	if seen[messages.TestStepResultStatus_FAILED] != 3 || seen[messages.TestStepResultStatus_PENDING] != 2 {
		t.Errorf("%v", seen)
	}
}

func TestAStepThatDidNotPassIsNeverLost(t *testing.T) {
	row := &matrix.Attempt{N: 1, Verdict: certification.Passed}
	a := &certification.Attempt{Steps: []certification.Step{{Text: "x", Status: "failed"}, {Text: "y", Status: "odd"}}}
	for _, st := range attemptScenario(row, a).steps[:2] {
		if st.status != messages.TestStepResultStatus_FAILED {
			t.Errorf("%s is %s", st.text, st.status)
		}
	}
	if statusOf("splendid") != messages.TestStepResultStatus_PENDING {
		t.Error("a verdict that nobody knows looks harmless")
	}
}

func TestTheRunIsMarked(t *testing.T) {
	for _, e := range envelopes(t, rendered(t, source(rendertest.Mixed()))) {
		switch {
		case e.TestRunFinished != nil && e.TestRunFinished.Success:
			t.Error("a failed run is a success")
		case e.GherkinDocument != nil:
			f := e.GherkinDocument.Feature
			if !strings.Contains(f.Name, "SIMULATED · PARTIAL") || len(f.Tags) < 2 || f.Tags[0].Name != "@SIMULATED" || f.Tags[1].Name != "@PARTIAL" {
				t.Errorf("%s, %v", f.Name, f.Tags)
			}
		}
	}
}

func TestHostileTextIsText(t *testing.T) {
	for _, s := range rendertest.Strings() {
		_, status := worst(t, rendered(t, source(rendertest.Hostile(s))))
		if len(status) != 6 { // the run, two cases, three attempts
			t.Errorf("%q: %v", s, status)
		}
	}
}

// TestSourcesAreWhatTheirTreesSay compares each line with the tree's.
func TestSourcesAreWhatTheirTreesSay(t *testing.T) {
	var lines []string
	for _, e := range envelopes(t, rendered(t, source(rendertest.Mixed()))) {
		if e.Source != nil {
			lines = strings.Split(e.Source.Data, "\n")
		}
		if e.GherkinDocument == nil {
			continue
		}
		f := e.GherkinDocument.Feature
		if lines[f.Location.Line-1] != "Feature: "+f.Name {
			t.Errorf("%q", lines[f.Location.Line-1])
		}
		for _, c := range f.Children {
			if got := lines[c.Scenario.Location.Line-1]; got != "  Scenario: "+c.Scenario.Name {
				t.Errorf("%q", got)
			}
			for _, s := range c.Scenario.Steps {
				if got := lines[s.Location.Line-1]; got != "    * "+s.Text {
					t.Errorf("%q", got)
				}
			}
		}
	}
}

// TestCucumbersFormatterRendersIt looks at the page that Cucumber's own HTML
// formatter makes, in Chromium.
func TestCucumbersFormatterRendersIt(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "run.ndjson")
	rec := rendertest.Mixed()
	hostile := `<img src=x onerror="window.pwned=1"></script><script>window.pwned=1</script>`
	rec.Attempts[6].Message = hostile
	if err := os.WriteFile(file, []byte(rendered(t, source(rec))), 0o644); err != nil {
		t.Fatal(err)
	}
	readers.Node(t, `
		import {createRequire} from 'node:module'; import fs from 'node:fs'; import readline from 'node:readline'; import {pathToFileURL} from 'node:url';
		const {CucumberHtmlStream, default: d} = await import(pathToFileURL(process.cwd() + '/node_modules/@cucumber/html-formatter/dist/src/index.js'));
		const S = CucumberHtmlStream ?? d, s = new S(), out = fs.createWriteStream(process.argv[2]);
		s.pipe(out);
		for await (const line of readline.createInterface({input: fs.createReadStream(process.argv[1])})) s.write(JSON.parse(line));
		s.end(); await new Promise(r => out.on('close', r));`, file, filepath.Join(dir, "index.html"))
	p := readers.Open(t, dir, "index.html")
	p.Wait(`document.body.innerText.includes('3P2-DE-02')`)
	p.Eval(`document.querySelectorAll('[aria-expanded=false]').forEach(e => e.click())`)
	p.Wait(`document.body.innerText.includes('was not set up within 300 s')`)
	p.Keep(*shot)
	text := p.Text()
	for _, want := range []string{"FAILED · SIMULATED · PARTIAL", "@SIMULATED", "#7 failed", "#5 blocked", "FFS-E402 the session is lost", "proven with 95 % confidence 71.7 %", "waived", "the product has no Thread radio", hostile} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if p.Eval(`'pwned' in window`) != "false" {
		t.Error("a script of the run has run")
	}
	if t.Failed() {
		t.Log(text)
	}
	p.Quiet()
}
