package packet

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

var day = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

const scenario = "provisioning.feature:3 zero touch"

func picture() ([]byte, string) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 2))); err != nil {
		panic(err)
	}
	return b.Bytes(), "evidence/" + sum(b.Bytes()) + ".png"
}

func plan() certification.Plan {
	return certification.Plan{ID: "p", Name: "Plan", Version: "1.1", Protocol: "mss-wifi", Variant: "default", Cases: []certification.Case{
		{ID: "RATE", Group: "Provisioning", Title: "T", Method: certification.Automated, Criterion: certification.Criterion{Kind: certification.Rate, Target: 0.95, Attempts: 20}},
		{ID: "BAR", Group: "Barcode", Title: "B", Method: certification.Evidence, Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}},
		{ID: "OUT", Group: "Removal", NotApplicable: "no app", Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}},
	}}
}

// part is a finished run of some of the cases; kinds are the attempts at the
// case RATE: p passed, f failed, b blocked, r to be reviewed.
func part(n int, kinds string, barcode bool) Run {
	began := day.Add(time.Duration(n) * time.Hour)
	r := journal.Record{State: journal.Finished, Ended: began.Add(30 * time.Minute)}
	r.Header = journal.Header{ID: fmt.Sprintf("20261122-2%d0000-ab12", n), Created: began, ToolVersion: "v1", Plan: plan(), AmazonCustomerID: "A1B2",
		Product: journal.Product{DeviceName: "First light", Firmware: "1.4.2"}, Selection: journal.Selection{Text: "--case X", Partial: true}}
	r.Testbeds = []journal.Testbed{{Name: "bench", Manufacturer: "Maker"}}
	r.Sessions = []journal.Session{{N: 1, Started: began, Ended: r.Ended, End: journal.Finished, ToolVersion: "v1", Attempts: len(kinds), Rigs: []journal.Rig{{Testbed: r.Testbeds[0]}}}}
	data, path := picture()
	if kinds != "" {
		r.Scopes = append(r.Scopes, journal.Scope{Case: "RATE", Required: min(len(kinds), 20), Scenarios: []string{scenario}})
	}
	for i, k := range kinds {
		a := certification.Attempt{ID: certification.AttemptID{Case: "RATE", Scenario: scenario, N: i + 1}, Testbed: "bench", Started: began.Add(time.Duration(i) * time.Minute)}
		a.Finished = a.Started.Add(time.Second)
		switch k {
		case 'p':
			a.Verdict = certification.Passed
		case 'f':
			a.Verdict, a.Cause, a.Message = certification.Failed, certification.CauseProduct, "not set up"
		case 'b':
			a.Verdict, a.Cause = certification.Blocked, certification.CauseRig
		case 'r':
			a.Verdict, a.Cause, a.Evidence = certification.Review, certification.CausePartnerApp, []string{path}
		}
		r.Attempts = append(r.Attempts, a)
	}
	if barcode {
		r.Scopes = append(r.Scopes, journal.Scope{Case: "BAR", Required: 1})
		r.Reviews = []journal.Review{{N: 1, At: r.Ended, Case: "BAR", Answer: journal.AnswerPass, Name: "Ada", Evidence: []string{path},
			Images: []journal.ReviewImage{{Path: path, WidthMM: 40, HeightMM: 20}}}}
	}
	return Run{r, nil, fstest.MapFS{path: {Data: data, Mode: 0o644}}}
}

func repeat(k rune, n int) string {
	s := make([]rune, n)
	for i := range s {
		s[i] = k
	}
	return string(s)
}

func input(runs ...Run) Input {
	p := plan()
	return Input{Runs: runs, Newest: &p, ToolVersion: "v1", Scenarios: map[string][]string{"RATE": {scenario}}}
}

// good is a whole campaign: provisioning in two nights, the barcode at the desk.
func good() Input {
	return input(part(1, repeat('p', 12), false), part(2, repeat('p', 7)+"f", false), part(3, "", true))
}

func join(t *testing.T, in Input) *Campaign {
	t.Helper()
	c, err := Join(in)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var testKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func build(t testing.TB, in Input) []byte {
	t.Helper()
	c, err := Join(in)
	if err != nil {
		t.Fatal(err)
	}
	spool := newSpool(t)
	files, err := c.Files(spool)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, c.Manifest(files), files, testKey, spool); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func newSpool(t testing.TB) *Spool {
	t.Helper()
	s, err := NewSpool(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func content(t testing.TB, f File) []byte {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var _ fs.FS = folders{}
