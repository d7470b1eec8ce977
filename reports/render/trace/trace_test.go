package trace

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"ffscert/features/certification"
	"ffscert/reports/render/rendertest"
)

func TestAnchors(t *testing.T) {
	id := certification.AttemptID{Case: "3P2-DE-02", Scenario: "a.feature:7 It works", N: 12}
	got := Anchor(id)
	if got != "3P2-DE-02~"+got[10:18]+"~12" {
		t.Error(got)
	}
	other := id
	other.Scenario += "!"
	if Anchor(other) == got {
		t.Error("two scenarios of a case have the same anchor")
	}
	odd := certification.AttemptID{Case: "a b/../\"><é" + strings.Repeat("x", 500), N: 1}
	if a := Anchor(odd); !regexp.MustCompile(`^[0-9A-Za-z_~-]{1,90}$`).MatchString(a) {
		t.Errorf("%q needs escaping", a)
	}
}

func TestThePage(t *testing.T) {
	s := mixed(t)
	got := write(t, s, Options{})
	if again := write(t, s, Options{}); again != got {
		t.Error("the same run gives another page")
	}
	for _, want := range []string{"<title>Trace · FAILED · SIMULATED · PARTIAL · First light · 20261122-161403-ab12</title>", `href="matrix.html"`, "commissioning state ADVERTISING",
		"no such element", `class="cell v-blocked"`, "Of attempts that passed only the steps are kept"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	// What all attempts show is on the page once.
	if n := strings.Count(got, "commissioning state"); n < 5 {
		t.Errorf("%d logs", n)
	}
	if n := strings.Count(got, `Switch \"on\" checked`); n != 1 {
		t.Errorf("a line of a page source is there %d times", n)
	}
	shared := rendertest.Mixed()
	files := fstest.MapFS{}
	for i := range shared.Attempts {
		if a := &shared.Attempts[i]; Worth(a.Verdict) {
			keep(t, files, a, failed(t, a, small(t, 1), small(t, 2)))
		}
	}
	if n := strings.Count(write(t, source(shared, files), Options{}), `<script type="text/plain"`); n != 2 {
		t.Errorf("two pictures are there %d times", n)
	}
	s.Base = "../runs/20261122-161403-ab12"
	if far := write(t, s, Options{}); strings.Contains(far, `href="matrix.html"`) || !strings.Contains(far, `"../runs/20261122-161403-ab12/evidence/`) {
		t.Error("the links of a page that lies elsewhere are wrong")
	}
}

func TestWhatIsChosen(t *testing.T) {
	s := mixed(t)
	for _, c := range []struct {
		o    Options
		want int
	}{{Options{}, len(s.Record.Attempts)}, {Options{Case: rendertest.RateCase}, 21}, {Options{Case: rendertest.RateCase, N: 7}, 1}, {Options{N: 1}, 7}, {Options{Case: "local"}, 1}, {Options{Case: "nobody"}, 0}} {
		n, err := Render(io.Discard, s, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if got := write(t, s, c.o); n != c.want || strings.Count(got, "<li><a href=") != n || strings.Count(got, `id="d`) != n {
			t.Errorf("%+v: %d attempts instead of %d", c.o, n, c.want)
		}
	}
}

// What is not there, or cannot be used, is said; it is no error.
func TestTracesThatCannotBeRead(t *testing.T) {
	for want, spoil := range map[string]func(files fstest.MapFS, a *certification.Attempt){
		"No trace was kept":                func(fstest.MapFS, *certification.Attempt) {},
		"is missing from the run's folder": func(_ fstest.MapFS, a *certification.Attempt) { a.Evidence = []string{"evidence/0.trace"} },
		"damaged, or of a newer version": func(f fstest.MapFS, a *certification.Attempt) {
			keep(t, f, a, map[string]string{"schema": "ffscert/trace/v2"})
		},
		"The trace cannot be read": func(f fstest.MapFS, a *certification.Attempt) { keep(t, f, a, "no trace") },
		"the picture of 7.0 s: it is no picture": func(f fstest.MapFS, a *certification.Attempt) {
			keep(t, f, a, certification.Trace{Schema: certification.TraceSchema, Pictures: []certification.TracePicture{{At: 7, Data: []byte("<svg onload=alert(1)>")}}})
		},
	} {
		rec, files := rendertest.Passed(1), fstest.MapFS{}
		a := &rec.Attempts[0]
		rendertest.Spoil(a, certification.CauseProduct, certification.ProductNotSetUp, "late", "")
		spoil(files, a)
		if got := write(t, source(rec, files), Options{}); !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

const evil = "a</script></style></title><script>window.pwned=1</script><img src=https://evil.example/x onerror=window.pwned=1>\" onclick='window.pwned=1' {{.}} `${1}` &lt;\x1b[2J\x00\u202e\u2066\u200b\u0085\u2028\xff --><!-- javascript:window.pwned=1"

// hostile is a run in which every text is evil, in its traces, too.
func hostile(t testing.TB) string {
	rec, files := rendertest.Hostile(evil), fstest.MapFS{}
	i := 7
	far := -1e300
	for k := range rec.Attempts {
		a := &rec.Attempts[k]
		tr := failed(t, a, small(t, 1))
		tr.Steps = append(tr.Steps, certification.TraceStep{From: -5, To: 1e300, Before: &i, After: &i})
		tr.Waits[0].For, tr.Waits[0].Outcome = evil, evil
		tr.Commands[1].Name, tr.Commands[1].Detail, tr.Commands[1].Outcome, tr.Commands[1].Count = evil, evil, evil, -3
		tr.Trees[1].Lines = append(tr.Trees[1].Lines, evil, "   "+evil)
		tr.Log = []certification.TraceLine{{Text: evil, At: &far}, {Text: evil}}
		tr.LeftOut = []string{evil}
		tr.Pictures[0].Type = evil
		keep(t, files, a, tr)
	}
	return write(t, source(rec, files), Options{})
}

func TestTextFromOutsideIsHarmless(t *testing.T) {
	got := hostile(t)
	for _, r := range got {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%U is on the page", r)
		}
	}
	// Blocks of data hold no markup at all; the rest is the template's.
	blocks := regexp.MustCompile(`(?s)<script type="(?:application/json|text/plain)" id="(?:words|[dp]\d+)">(.*?)</script>`)
	for _, m := range blocks.FindAllStringSubmatch(got, -1) {
		if strings.ContainsAny(m[1], "<>") {
			t.Errorf("markup in a block: %.200q", m[1])
		}
		if strings.HasPrefix(m[1], "{") && !json.Valid([]byte(m[1])) {
			t.Errorf("no JSON: %.200q", m[1])
		}
	}
	rest := blocks.ReplaceAllString(got, "")
	if n := strings.Count(rest, "<script"); n != 1 {
		t.Errorf("%d scripts", n)
	}
	for _, bad := range []string{"<img", "onerror=window.pwned=1>\"", "<!--", "</title><"} {
		if strings.Contains(rest, bad) {
			t.Errorf("%q is on the page", bad)
		}
	}
	for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(rest, -1) {
		if !regexp.MustCompile(`^(#[0-9A-Za-z_~-]+|matrix\.html|data:,)$`).MatchString(m[1]) {
			t.Errorf("link to %q", m[1])
		}
	}
}

// Five hundred attempts with pictures are a page that can be handed on.
func TestFiveHundredAttempts(t *testing.T) {
	got := write(t, many(t, 500), Options{})
	if n := len(got); n > 50_000_000 {
		t.Errorf("the page has %d MB", n/1_000_000)
	}
	if n := strings.Count(got, `<script type="text/plain"`); n != 3000 {
		t.Errorf("%d of 3000 pictures", n)
	}
	t.Logf("%d MB", len(got)/1_000_000)
}

// A page that would be too large keeps the last pictures of each attempt, and
// says so.
func TestWhatDoesNotFit(t *testing.T) {
	s := mixed(t)
	v, err := build(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.pictures.list {
		p.encoded = slices.Repeat([]byte("A"), mostBytes/4)
	}
	v.Notes = nil
	v.fit()
	kept := 0
	for _, p := range v.pictures.list {
		if p.kept {
			kept++
		}
	}
	// The last picture of all of them is the same.
	if kept != 1 || len(v.Notes) != 1 || !strings.Contains(v.Notes[0], "of each attempt the last 1 are") {
		t.Errorf("%d are kept: %q", kept, v.Notes)
	}
	rec := rendertest.Passed(mostPassed + 5)
	if got := write(t, source(rec, nil), Options{}); !strings.Contains(got, "5 attempts are not here") {
		t.Error("what is left out is not said")
	}
}

func FuzzTrace(f *testing.F) {
	rec, files := rendertest.Passed(1), fstest.MapFS{}
	a := &rec.Attempts[0]
	rendertest.Spoil(a, certification.CauseProduct, certification.ProductNotSetUp, "late", "")
	tr := failed(f, a)
	keep(f, files, a, tr)
	name := a.Evidence[0]
	f.Add(files[name].Data)
	f.Add([]byte(`{"schema":"ffscert/trace/v1","pictures":[{"data":"iVBORw0KGgo="}],"steps":[{"before":-1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got := write(t, source(rec, fstest.MapFS{name: {Data: data}}), Options{})
		if strings.Count(got, "<script>") != 1 {
			t.Error("a script came in")
		}
	})
}

// A wait that holds others is told before them, though it ended after them.
func TestWaitsComeAsTheyBegan(t *testing.T) {
	rec, files := rendertest.Passed(1), fstest.MapFS{}
	a := &rec.Attempts[0]
	rendertest.Spoil(a, certification.CauseProduct, certification.ProductNotSetUp, "late", "")
	keep(t, files, a, certification.Trace{Schema: certification.TraceSchema, Waits: []certification.TraceWait{
		{Step: 1, For: "within the other", From: 12, To: 13, Outcome: "came"}, {Step: 1, For: "around it", From: 11, To: 14, Outcome: "came"}}})
	got := write(t, source(rec, files), Options{})
	around := strings.Index(got, "around it")
	if within := strings.Index(got, "within the other"); around < 0 || within < around {
		t.Errorf("around it at %d, within the other at %d", around, within)
	}
}
