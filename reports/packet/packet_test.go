package packet

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

func rules(list []Shortfall) string {
	var r []string
	for _, s := range list {
		r = append(r, s.Rule)
	}
	return strings.Join(r, " ")
}

func TestRunsOfACampaignAddUpToThePlan(t *testing.T) {
	c := join(t, good())
	if list := c.Shortfalls(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	m := c.Matrix
	if m.Run.Partial || m.Summary.Verdict != certification.Passed || m.Run.TestsExecuted != 20 || m.Cases[0].Attempts.Failed != 1 || m.Cases[0].Attempts.Passed != 19 {
		t.Errorf("%+v %+v %+v", m.Run, m.Summary, m.Cases[0].Attempts)
	}
	if by := c.SubmitBy(); by == nil || !by.Equal(day.Add(90*time.Minute+7*24*time.Hour)) {
		t.Errorf("submit by %v", by)
	}
	if !m.Run.StartedUTC.Equal(day.Add(time.Hour)) || !m.Run.FinishedUTC.Equal(day.Add(3*time.Hour+30*time.Minute)) {
		t.Errorf("%v %v", m.Run.StartedUTC, m.Run.FinishedUTC)
	}
	ns := map[int]bool{}
	for _, a := range c.Joined.Attempts {
		ns[a.ID.N] = true
	}
	if len(ns) != 20 {
		t.Errorf("%d numbers of 20 attempts", len(ns))
	}
}

// A rerun hides nothing: two failures of 40 attempts are two failures.
func TestEveryAttemptOfEveryRunCounts(t *testing.T) {
	c := join(t, input(part(1, repeat('p', 18)+"ff", false), part(2, repeat('p', 20), true)))
	if a := c.Matrix.Cases[0].Attempts; a.Failed != 2 || a.Counted != 40 || c.Matrix.Cases[0].Verdict != certification.Passed {
		t.Errorf("%+v", a)
	}
	c = join(t, input(part(1, "fff", false), part(2, repeat('p', 20), true)))
	if rules(c.Shortfalls()) != "failed" {
		t.Errorf("20 passes hide 3 failures: %+v", c.Shortfalls())
	}
}

func TestAnswersFollowTheirAttempts(t *testing.T) {
	first, second := part(1, repeat('p', 10), true), part(2, repeat('p', 9)+"r", false)
	if got := rules(join(t, input(first, second)).Shortfalls()); got != "review" {
		t.Error(got)
	}
	second.Record.Reviews = []journal.Review{{N: 1, At: day, Case: "RATE", Scenario: scenario, Attempt: 10, Answer: journal.AnswerFail, Cause: certification.CausePartnerApp, Name: "Ada"}}
	c := join(t, input(first, second))
	if a := c.Matrix.Cases[0].Attempts; a.Failed != 1 || a.Passed != 19 || c.Matrix.Cases[0].AttemptList[19].Cause != certification.CausePartnerApp {
		t.Errorf("%+v", a)
	}
	if len(c.Joined.Reviews) != 2 || c.Joined.Reviews[0].N != 1 || c.Joined.Reviews[1].N != 2 {
		t.Errorf("%+v", c.Joined.Reviews)
	}
}

func TestShortfalls(t *testing.T) {
	for want, change := range map[string]func(in *Input){
		"simulated":               func(in *Input) { in.Runs[1].Record.Testbeds[0].Simulated = true },
		"simulated simulated":     func(in *Input) { in.Runs[0].Record.Header.Simulated, in.Runs[2].Record.Header.Simulated = true, true },
		"state not_run":           func(in *Input) { in.Runs[1].Record.State = journal.Interrupted; in.Runs[1].Record.Attempts = nil },
		"state":                   func(in *Input) { in.Runs[0].Record.State = journal.Running },
		"one-product":             func(in *Input) { in.Runs[0].Record.Product.Firmware = "1.4.3" },
		"one-product one-product": func(in *Input) { in.Runs[2].Record.AmazonCustomerID = "B2" },
		"customer-id":             func(in *Input) { each(in, func(r *journal.Record) { r.AmazonCustomerID = " " }) },
		"firmware":                func(in *Input) { each(in, func(r *journal.Record) { r.Product.Firmware = "" }) },
		"derivative":              func(in *Input) { each(in, func(r *journal.Record) { r.Derivative = "product" }) },
		"plan":                    func(in *Input) { in.Newest.Version = "1.2" },
		"plan ":                   func(in *Input) { in.Newest = nil },
		"plan  ":                  func(in *Input) { in.Newer = "q, version 1.2" },
		"plan   ":                 func(in *Input) { in.Newest.Cases = append(in.Newest.Cases, certification.Case{ID: "NEW"}) },
		"plan    ":                func(in *Input) { in.Newest.Cases[0].Criterion.Attempts = 50 },
		"plan     ":               func(in *Input) { in.Newest.Cases[2].NotApplicable = "" },
		"partial barcode":         func(in *Input) { in.Runs = in.Runs[:2] },
		"partial":                 func(in *Input) { in.Runs = in.Runs[2:] },
		"not_run":                 func(in *Input) { in.Runs = in.Runs[1:] },
		"partial ":                func(in *Input) { in.Scenarios["RATE"] = append(in.Scenarios["RATE"], "another") },
		"failed":                  func(in *Input) { in.Runs[0].Record.Attempts[3] = in.Runs[1].Record.Attempts[7] },
		"review barcode":          func(in *Input) { in.Runs[2].Record.Reviews = nil },
		"barcode":                 func(in *Input) { in.Runs[2].Record.Reviews[0].Images = nil },
		"sheet":                   func(in *Input) { in.SheetNeeded = true },
		"scenarios": func(in *Input) {
			for i, s := range []string{"1", "2"} {
				in.Runs[i].Record.Scenarios = []journal.FrozenScenario{{Case: "RATE", Scenario: scenario, SHA256: s}}
			}
		},
		"waiver": func(in *Input) {
			each(in, func(r *journal.Record) { r.Waivers = []certification.Waiver{{Case: "RATE", Expires: "2030-01-01"}} })
		},
		"": func(in *Input) { slices.Reverse(in.Runs) },
	} {
		in := good()
		change(&in)
		if got := rules(join(t, in).Shortfalls()); got != strings.TrimRight(want, " ") {
			t.Errorf("%q: %q: %+v", want, got, join(t, in).Shortfalls())
		}
	}
}

func each(in *Input, f func(*journal.Record)) {
	for i := range in.Runs {
		f(&in.Runs[i].Record)
	}
}

func TestTestsGrowTooOld(t *testing.T) {
	c := join(t, good())
	first := day.Add(90*time.Minute + 7*24*time.Hour) // the first run's end and 7 days
	for at, want := range map[time.Time]int{day: 0, first: 0, first.Add(time.Second): 1, first.Add(time.Hour + time.Second): 2} {
		if got := c.TooOld(at); len(got) != want {
			t.Errorf("%v: %+v", at, got)
		}
	}
}

func TestTheSameRunsGiveTheSameBytes(t *testing.T) {
	in := good()
	a := build(t, in)
	slices.Reverse(in.Runs)
	if !bytes.Equal(a, build(t, in)) {
		t.Error("the bytes differ")
	}
	r := Verify(bytes.NewReader(a), int64(len(a)))
	if !r.Intact || r.Demonstration() || r.Manifest.TestsExecuted != 20 || len(r.Manifest.Barcodes) != 1 || r.PublicKey != PublicKey(testKey) {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{"report.html", "matrix.html", "matrix.json", "matrix.xlsx", "environment.json", "reviews.json", "waivers.json", "derivative.json"} {
		if !slices.ContainsFunc(r.Manifest.Files, func(e Entry) bool { return e.Path == name }) {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestTheReportHasTheFourItems(t *testing.T) {
	c := join(t, good())
	var b bytes.Buffer
	if err := c.writeReport(&b); err != nil {
		t.Fatal(err)
	}
	_, path := picture()
	for _, want := range []string{`<img src="` + path + `"`, "40 × 20 mm", "A1B2", "<b>20</b> attempts: 19 passed, 0 passed with a warning, 1 failed",
		"from 2026-11-22 21:00:00 UTC to 2026-11-22 23:30:00 UTC", "2026-11-29 21:30:00 UTC"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(b.String(), "DEMONSTRATION") {
		t.Error("it says that it is a demonstration")
	}
}

func TestADemonstrationSaysSoEverywhere(t *testing.T) {
	in := good()
	in.Demo = true
	each(&in, func(r *journal.Record) { r.Header.Simulated = true; r.AmazonCustomerID = "" })
	c := join(t, in)
	spool := newSpool(t)
	files, err := c.Files(spool)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Path, ".html") && !bytes.Contains(content(t, f), []byte(demoWords)) {
			t.Errorf("%s does not say that it is a demonstration", f.Path)
		}
	}
	m := c.Manifest(files)
	if !m.Demonstration || rules(m.Shortfalls) != "simulated simulated simulated customer-id" {
		t.Errorf("%+v", m)
	}
	// Who signs with the key that everybody has makes a demonstration, too.
	m.Demonstration = false
	var b bytes.Buffer
	if err := Write(&b, m, files, DemoKey(), spool); err != nil {
		t.Fatal(err)
	}
	if r := Verify(bytes.NewReader(b.Bytes()), int64(b.Len())); !r.Intact || !r.Demonstration() {
		t.Errorf("%+v", r)
	}
}

func TestEvidenceThatWasChangedOrIsGoneIsAnError(t *testing.T) {
	_, path := picture()
	for want, folder := range map[string]fstest.MapFS{
		"was changed":    {path: {Data: []byte("another")}},
		"does not exist": {},
		"no regular":     {path: {Mode: 0o755 | 1<<31}},
	} {
		in := good()
		in.Runs[2].Folder = folder
		if _, err := join(t, in).Files(newSpool(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestJoinRefusesTheSameRunTwice(t *testing.T) {
	if _, err := Join(input(part(1, "p", false), part(1, "p", false))); err == nil {
		t.Error("an attempt counts twice")
	}
	if _, err := Join(Input{}); err == nil {
		t.Error("a packet of nothing")
	}
}

func TestParseKey(t *testing.T) {
	seed := base64.StdEncoding.EncodeToString(testKey.Seed())
	const openssl = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n-----END PRIVATE KEY-----\n"
	for _, text := range []string{seed, seed + "\n", openssl} {
		if k, err := ParseKey([]byte(text)); err != nil || !k.Equal(testKey) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "secret", seed[:20], strings.Replace(openssl, "PRIVATE", "PUBLIC", 2), strings.Replace(openssl, "MC4C", "AAAA", 1)} {
		if _, err := ParseKey([]byte(text)); err == nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A record that is written attempt by attempt is the same as one that is written
// as a whole.
func TestTheRecordIsWrittenAsAWhole(t *testing.T) {
	for name, attempts := range map[string][]certification.Attempt{"none": nil, "empty": {}, "one": part(1, "p", false).Record.Attempts, "some": part(1, "pfbr", true).Record.Attempts} {
		r := part(1, "", true)
		r.Record.Attempts = attempts
		r.Record.Product.DeviceName = "\n  \"Attempts\": null <&\u2028"
		// The attempts of the record are lean: what is written is read one by one.
		for i := range attempts {
			attempts[i].Observations = []certification.Observation{{What: "seen", At: day}}
		}
		whole, err := json.MarshalIndent(r.Record, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		full := slices.Clone(attempts)
		r.Whole = func(id certification.AttemptID) (certification.Attempt, error) {
			return full[slices.IndexFunc(full, func(a certification.Attempt) bool { return a.ID == id })], nil
		}
		r.Record.Attempts = slices.Clone(attempts)
		for i := range r.Record.Attempts {
			r.Record.Attempts[i].Observations = nil
		}
		seen := 0
		var b bytes.Buffer
		if err := writeRecord(&b, r, func(certification.Attempt) { seen++ }); err != nil {
			t.Fatal(err)
		}
		if b.String() != string(whole)+"\n" || seen != len(attempts) {
			t.Errorf("%s: %d seen\n%s\n%s", name, seen, b.String(), whole)
		}
	}
}

// What only a whole attempt shows is in the packet, too, and an attempt of the
// joined record is found in its run.
func TestALeanRunGivesTheSamePacket(t *testing.T) {
	in := good()
	data := []byte("a log")
	path := "evidence/" + sum(data) + ".txt"
	in.Runs[1].Record.Attempts[2].Observations = []certification.Observation{{What: "seen", At: day, Evidence: []string{path}}}
	in.Runs[1].Folder.(fstest.MapFS)[path] = &fstest.MapFile{Data: data}
	want := build(t, in)
	lean := good()
	for i := range lean.Runs {
		lean.Runs[i].Folder = in.Runs[i].Folder
		lean.Runs[i].Whole = in.Runs[i].attempt
	}
	got := build(t, lean)
	if !bytes.Equal(want, got) {
		t.Error("the packets differ")
	}
	c := join(t, lean)
	for _, a := range c.Joined.Attempts {
		whole, err := c.whole(a.ID)
		if err != nil || whole.ID != a.ID || !whole.Started.Equal(a.Started) || whole.Testbed != a.Testbed {
			t.Errorf("%+v is read as %+v, %v", a, whole, err)
		}
	}
	if a, err := c.whole(certification.AttemptID{Case: "RATE", Scenario: "another", N: 3}); err == nil {
		t.Errorf("an attempt that is not there: %+v", a)
	}
	if !slices.ContainsFunc(entriesOf(t, got), func(e entry) bool { return e.name == path && bytes.Equal(e.data, data) }) {
		t.Error("the evidence of an observation is missing")
	}
}

// Large files go through the spool, whatever becomes of them.
func TestLargeFiles(t *testing.T) {
	noise := make([]byte, mostHeld+3)
	rand.NewChaCha8([32]byte{}).Read(noise)
	words := []byte(hex.EncodeToString(noise)) // becomes about half of it, which is still large
	spool := newSpool(t)
	files := []File{held("noise", noise), held("words", words), held("small", []byte("small")), held("zeros", make([]byte, 2<<20))}
	var all []entry
	for _, f := range files {
		all = append(all, entry{name: f.Path, data: content(t, f)})
	}
	archive := repack(t, all)
	got := entriesOf(t, archive)
	for i, e := range all {
		if got[i].name != e.name || !bytes.Equal(got[i].data, e.data) {
			t.Errorf("%s is not what it was", e.name)
		}
	}
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for i, method := range []uint16{zip.Store, zip.Deflate, zip.Store, zip.Store} { // zeros would look like a bomb
		if z.File[i].Method != method {
			t.Errorf("%s is packed with method %d", z.File[i].Name, z.File[i].Method)
		}
	}
	left, err := os.ReadDir(spool.dir)
	if err != nil || len(left) != 0 {
		t.Errorf("%v are left, %v", left, err)
	}
	if err := spool.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(spool.dir); err == nil {
		t.Error("the folder is left")
	}
}

// A file that changes between its sum and its packing makes no packet.
func TestAFileThatChangesWhileAPacketIsBuilt(t *testing.T) {
	for _, now := range []string{"another", "shor", "longer than it was"} {
		f := held("evidence/x.txt", []byte("content"))
		f.open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(now)), nil }
		if err := Write(io.Discard, Manifest{Schema: Schema}, []File{f}, testKey, newSpool(t)); err == nil || !strings.Contains(err.Error(), "evidence/x.txt: it was changed while") {
			t.Errorf("%q: %v", now, err)
		}
	}
}
