package matrix

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

const two = "b.feature:9 two"

// with adds attempts of a second scenario.
func with(r journal.Record, scenario, kinds string) journal.Record {
	r.Scopes[0].Scenarios = append(r.Scopes[0].Scenarios, scenario)
	for i := range len(kinds) {
		r.Attempts = append(r.Attempts, attempt(scenario, i+1, kinds[i]))
	}
	return r
}

func verdictsOf(c Case) []certification.Verdict {
	var list []certification.Verdict
	for _, s := range c.Scenarios {
		list = append(list, s.Verdict)
	}
	return list
}

func TestACaseMeetsItsCriterionInEachScenario(t *testing.T) {
	p := strings.Repeat
	for name, tc := range map[string]struct {
		run     journal.Record
		verdict certification.Verdict
		parts   []certification.Verdict
	}{
		"both":                  {with(run(20, p("p", 20)), two, p("p", 20)), "passed", []certification.Verdict{"passed", "passed"}},
		"38 of 40, 2 in one":    {with(run(20, p("p", 18)+"ff"), two, p("p", 20)), "failed", []certification.Verdict{"failed", "passed"}},
		"38 of 40, 1 in each":   {with(run(20, p("p", 19)+"f"), two, p("p", 19)+"f"), "passed", []certification.Verdict{"passed", "passed"}},
		"one was never run":     {with(run(20, p("p", 20)), two, ""), "not_run", []certification.Verdict{"passed", "not_run"}},
		"blocked beats not run": {with(run(20, p("b", 6)), two, ""), "blocked", []certification.Verdict{"blocked", "not_run"}},
		"failed beats blocked":  {with(run(20, p("b", 6)), two, "ff"), "failed", []certification.Verdict{"blocked", "failed"}},
	} {
		c := Of(tc.run).Cases[0]
		if c.Verdict != tc.verdict || !reflect.DeepEqual(verdictsOf(c), tc.parts) {
			t.Errorf("%s: %s %v: %s", name, c.Verdict, verdictsOf(c), c.Message)
		}
		if c.Attempts.Required != 40 || len(c.AttemptList) != len(tc.run.Attempts) {
			t.Errorf("%s: %+v, %d in the list", name, c.Attempts, len(c.AttemptList))
		}
	}
	c := Of(with(run(20, p("p", 20)), two, p("p", 19)+"f")).Cases[0]
	if *c.Rate.Observed != 0.95 {
		t.Errorf("the rate of a case is that of its worst scenario, not %v", *c.Rate.Observed)
	}
	// A scenario that the scope does not know is no way around the criterion.
	r := run(20, p("p", 20))
	r.Attempts = append(r.Attempts, attempt("c.feature:1 other", 1, 'f'), attempt("c.feature:1 other", 2, 'f'))
	if c := Of(r).Cases[0]; c.Verdict != certification.Failed {
		t.Errorf("%s: %s", c.Verdict, c.Message)
	}
}

func TestSummary(t *testing.T) {
	p := strings.Repeat
	partial := run(20, p("p", 20))
	partial.Selection.Partial = true
	for name, tc := range map[string]struct {
		run      journal.Record
		verdict  certification.Verdict
		complete bool
		partial  bool
	}{
		"passed":              {run(20, p("p", 20)), "passed", true, false},
		"failed":              {run(20, "ff"), "failed", true, false},
		"blocked":             {run(20, p("b", 6)), "blocked", false, false},
		"not run":             {run(20, ""), "not_run", false, false},
		"running, done":       {in(journal.Running, run(20, p("p", 20))), "not_run", false, false},
		"interrupted, done":   {in(journal.Interrupted, run(20, p("p", 20))), "not_run", false, false},
		"interrupted, failed": {in(journal.Interrupted, run(20, "ff")), "failed", false, false},
		"fewer attempts":      {run(3, "ppp"), "passed", false, true},
		"marked partial":      {partial, "passed", false, true},
		"more attempts":       {run(40, p("p", 40)), "passed", true, false},
		"nothing selected":    {journal.Record{State: journal.Finished}, "not_run", false, false},
	} {
		m := Of(tc.run)
		if m.Summary.Verdict != tc.verdict || m.Summary.Complete != tc.complete || m.Run.Partial != tc.partial || m.Outcome() != tc.verdict {
			t.Errorf("%s: %s, complete %v, partial %v", name, m.Summary.Verdict, m.Summary.Complete, m.Run.Partial)
		}
		if finished := tc.run.State == journal.Finished && !tc.run.Ended.IsZero(); (m.Run.FinishedUTC != nil) != finished || (m.Run.SubmitByUTC != nil) != finished {
			t.Errorf("%s: finished %v, submit by %v", name, m.Run.FinishedUTC, m.Run.SubmitByUTC)
		}
	}
}

func TestCasesThatWereNotSelectedAreNamed(t *testing.T) {
	r := run(20, strings.Repeat("p", 20))
	r.Plan.Cases = append(r.Plan.Cases, certification.Case{ID: "other", Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}})
	m := Of(r)
	if len(m.Cases) != 1 || !reflect.DeepEqual(m.NotSelected, []string{"other"}) || !m.Run.Partial || m.Summary.Complete || m.Summary.Verdict != certification.Passed {
		t.Errorf("%+v %+v", m.Summary, m.NotSelected)
	}
	// Attempts that nobody planned are judged all the same.
	a := attempt(one, 1, 'f')
	a.ID.Case = "other"
	r.Attempts = append(r.Attempts, a)
	if m := Of(r); len(m.Cases) != 2 || m.Summary.Verdict != certification.Failed {
		t.Errorf("%+v", m.Summary)
	}
}

func TestLocalScenariosStayApart(t *testing.T) {
	local := func(r journal.Record, id string, kind byte) journal.Record {
		a := attempt("mine.feature:1 x", 1, kind)
		a.ID.Case = id
		r.Attempts = append(r.Attempts, a)
		return r
	}
	for _, id := range []string{certification.LocalCase, "NO-SUCH-CASE"} {
		m := Of(local(run(20, strings.Repeat("p", 20)), id, 'f'))
		if m.Summary.Verdict != certification.Passed || m.Summary.Failed != 0 || !m.Summary.Complete || m.Run.TestsExecuted != 20 {
			t.Errorf("%s: a local failure entered the plan: %+v", id, m.Summary)
		}
		if len(m.Local) != 1 || m.Local[0].Verdict != certification.Failed || m.Summary.LocalVerdict != certification.Failed || m.Outcome() != certification.Passed {
			t.Errorf("%s: %+v %+v", id, m.Local, m.Summary)
		}
	}
	only := run(1, "")
	only.Scopes = []journal.Scope{{Case: certification.LocalCase, Required: 2, Scenarios: []string{"mine.feature:1 x", "mine.feature:5 y"}}}
	m := Of(local(only, certification.LocalCase, 'p'))
	if len(m.Local) != 2 || m.Summary.Verdict != certification.NotRun || m.Outcome() != certification.NotRun || m.Local[0].Attempts.Required != 2 {
		t.Errorf("%+v %+v", m.Summary, m.Local)
	}
	only.Scopes[0] = journal.Scope{Case: certification.LocalCase, Required: 1, Scenarios: []string{"mine.feature:1 x"}}
	m = Of(local(only, certification.LocalCase, 'p'))
	if m.Outcome() != certification.Passed || m.Summary.Verdict != certification.NotRun || m.Summary.Complete {
		t.Errorf("%s %+v", m.Outcome(), m.Summary)
	}
}

func TestRunHeader(t *testing.T) {
	r := run(20, "pb")
	r.Header.Product = journal.Product{DeviceName: "First light"}
	r.Seed, r.AmazonCustomerID, r.Derivative = 7, "A1", "marketplace"
	r.Testbeds = []journal.Testbed{{Name: "b"}, {Name: "a", Simulated: true}}
	got := Of(r).Run
	end, submit := day.Add(time.Hour), day.Add(time.Hour+7*24*time.Hour)
	want := Run{ID: r.ID, State: journal.Finished, Simulated: true, Selection: "all", Plan: Plan{ID: "p", Name: "Plan", Version: "1.1"},
		Derivative: "marketplace", Product: r.Header.Product, Testbeds: []journal.Testbed{{Name: "a", Simulated: true}, {Name: "b"}}, AmazonCustomerID: "A1",
		StartedUTC: day, FinishedUTC: &end, TestsExecuted: 2, SubmitByUTC: &submit, Seed: 7, ToolVersion: "v0.1.0", Sessions: []Session{}, TakenOut: []TakenOut{}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAttemptListAndFindings(t *testing.T) {
	r := run(20, "pfb")
	a := &r.Attempts[1]
	a.Evidence = []string{"evidence/b.png", "evidence/a.png", "evidence/b.png"}
	a.Steps = []certification.Step{{Evidence: []string{"evidence/c.png", "evidence/a.png"}}}
	a.SetupTime = &certification.Bracket{Value: 12, Lo: 11, Hi: 13}
	a.Findings = []certification.Finding{{Rule: "B", Severity: certification.SeverityInfo, Message: "i"}, {Rule: "A", Severity: certification.SeverityFail, Message: "x", Evidence: []string{"evidence/d.png"}}}
	r.Attempts[2].Findings = []certification.Finding{{Rule: "A", Severity: certification.SeverityFail, Message: "x", Evidence: []string{"evidence/e.png", "evidence/d.png"}}}
	r.Attempts[2].SetupTime = &certification.Bracket{Value: 99, Lo: 0, Hi: 100} // blocked: does not count
	r.Attempts[0], r.Attempts[2] = r.Attempts[2], r.Attempts[0]
	for i := range r.Attempts {
		r.Attempts[i].Started = day // two testbeds may begin at the same moment
	}
	c := Of(r).Cases[0]
	for i, a := range c.AttemptList {
		if a.N != i+1 {
			t.Errorf("attempt %d is number %d", i, a.N)
		}
	}
	if got := c.AttemptList[1].Evidence; !reflect.DeepEqual(got, []string{"evidence/b.png", "evidence/a.png", "evidence/c.png", "evidence/d.png"}) {
		t.Errorf("%v", got)
	}
	if c.AttemptList[0].Cause != "" || c.AttemptList[1].Code != certification.ProductNotSetUp || c.AttemptList[2].Verdict != certification.Blocked {
		t.Errorf("%+v", c.AttemptList)
	}
	if want := []Finding{{"A", certification.SeverityFail, "x", []string{"evidence/d.png", "evidence/e.png"}}, {"B", certification.SeverityInfo, "i", []string{}}}; !reflect.DeepEqual(c.Findings, want) {
		t.Errorf("%+v", c.Findings)
	}
	if c.SetupTime == nil || c.SetupTime.Max != 12 {
		t.Errorf("%+v", c.SetupTime)
	}
}

func TestMessagesAreOneBoundedLine(t *testing.T) {
	r := run(20, "ff")
	for i := range r.Attempts {
		r.Attempts[i].Message = "a\r\nb\x1b[0m\u0085" + strings.Repeat("灯", 1000)
	}
	m := Of(r).Cases[0].Message
	if strings.ContainsAny(m, "\r\n\x1b\u0085") || len([]rune(m)) > 400 || !strings.Contains(m, "a b [0m 灯") {
		t.Errorf("%q", m)
	}
}

func TestBelowNeverLooksEqual(t *testing.T) {
	for _, x := range []float64{0.9, 0.9499, 0.94999, 0.949999, 0.9499999999} {
		left, _, _ := strings.Cut(below(x, 0.95), " %")
		if strings.Trim(left, "0.") == "95" {
			t.Errorf("%v: %s", x, below(x, 0.95))
		}
	}
}

func TestWriting(t *testing.T) {
	m := Of(run(20, "pfb"))
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := Write(w, m); err != nil {
			t.Fatal(err)
		}
	}
	if a.String() != b.String() {
		t.Error("two writings differ")
	}
	for _, list := range []string{"cases", "local", "not_selected", "findings", "phases", "evidence", "testbeds"} {
		if strings.Contains(a.String(), `"`+list+`": null`) {
			t.Errorf("%s is null", list)
		}
	}
	var back Matrix
	if err := json.Unmarshal(a.Bytes(), &back); err != nil || !reflect.DeepEqual(back, m) {
		t.Errorf("reading it back: %v", err)
	}

	dir := t.TempDir()
	path := filepath.Join(dir, "matrix.json")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, m); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, a.Bytes()) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
	if err := WriteFile(filepath.Join(dir, "no", "such", "folder.json"), m); err == nil {
		t.Error("wrote into a folder that does not exist")
	}
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "taken"), m); err == nil {
		t.Error("replaced a folder")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func BenchmarkOf(b *testing.B) {
	kinds := strings.Repeat("pppppppppppppppppppfb", 100_000/21)
	r := run(100_000, kinds)
	for i := range r.Attempts {
		r.Attempts[i].SetupTime = &certification.Bracket{Value: float64(i % 300), Lo: 0, Hi: 300}
	}
	for b.Loop() {
		if m := Of(r); len(m.Cases[0].AttemptList) != len(kinds) {
			b.Fatal("attempts are missing")
		}
	}
}

func TestWhatNoScenarioCarriesOut(t *testing.T) {
	r := run(20, strings.Repeat("p", 20))
	add := func(c certification.Case, selected bool) {
		c.Criterion = certification.Criterion{Kind: certification.All, Attempts: 2}
		r.Plan.Cases = append(r.Plan.Cases, c)
		if selected {
			r.Scopes = append(r.Scopes, journal.Scope{Case: c.ID, Required: 2, Scenarios: []string{}})
		}
	}
	add(certification.Case{ID: "out", Method: certification.Automated, NotApplicable: "the product has no\x1b partner app: none"}, true)
	m := Of(r)
	if c := m.Cases[1]; c.Verdict != certification.NotApplicable || c.Cause != "" || c.Message != "the product has no partner app: none" || c.Attempts.Required != 0 {
		t.Errorf("%+v", c)
	}
	if m.Summary.Verdict != certification.Passed || !m.Summary.Complete || m.Summary.NotApplicable != 1 || m.Run.Partial {
		t.Errorf("%+v", m.Summary)
	}

	add(certification.Case{ID: "file", Method: certification.Evidence, Evidence: "a picture", Undecided: []certification.Feature{certification.InnerBarcode}}, true)
	add(certification.Case{ID: "person", Method: certification.Attended, Evidence: "that it works", Adapted: "no app"}, true)
	m = Of(r)
	for i, want := range []string{"the evidence is missing; needed: a picture; whether the product has an inner barcode is not said (product.inner_barcode)",
		"nobody has shown evidence for this attended case; needed: that it works (no app)"} {
		if c := m.Cases[2+i]; c.Verdict != certification.Review || c.Cause != certification.CauseDefinition || c.Message != want {
			t.Errorf("%+v", c)
		}
	}
	if m.Summary.Verdict != certification.Review || m.Summary.Complete || m.Run.Partial {
		t.Errorf("%+v", m.Summary)
	}
	if next := Next(m); len(next) != 1 || next[0] != "show what is missing for file, person: they stay under review until then" {
		t.Errorf("%q", next)
	}

	add(certification.Case{ID: "bare", Method: certification.Automated}, true)
	if m = Of(r); m.Cases[4].Verdict != certification.NotRun || m.Summary.Verdict != certification.NotRun || m.Summary.Complete {
		t.Errorf("%+v", m.Summary)
	}

	// One that does not apply may be left out; one that applies makes the run partial.
	add(certification.Case{ID: "left", NotApplicable: "no"}, false)
	if m = Of(r); m.Run.Partial || !reflect.DeepEqual(m.NotSelected, []string{"left"}) {
		t.Errorf("%+v %v", m.Run, m.NotSelected)
	}
	add(certification.Case{ID: "forgotten", Method: certification.Evidence}, false)
	if m = Of(r); !m.Run.Partial {
		t.Errorf("%+v", m.Run)
	}
}

// What was seen is judged, even where it should not have been looked for.
func TestAttemptsOfAnInapplicableCaseAreJudged(t *testing.T) {
	r := run(20, "f")
	r.Plan.Cases[0].NotApplicable = "no"
	r.Scopes[0].Scenarios = nil
	if m := Of(r); m.Cases[0].Verdict == certification.NotApplicable || m.Cases[0].Attempts.Failed != 1 {
		t.Errorf("%+v", m.Cases[0])
	}
}
