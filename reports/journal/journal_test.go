package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ffscert/features/certification"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

var day = time.Date(2026, 11, 22, 16, 14, 3, 123456789, time.UTC)

func header() Header {
	return Header{
		Created: day, ToolVersion: "v0.1.0",
		Plan: certification.Plan{ID: "mss-wifi-default", Cases: []certification.Case{{ID: "3P2-DE-02",
			Criterion: certification.Criterion{Kind: certification.Rate, Target: 0.95, Attempts: 20}}}},
		Product: Product{DeviceName: "First light"}, Seed: -7,
		Scopes: []Scope{{Case: "3P2-DE-02", Required: 20, Scenarios: []string{"a.feature:3 Zero-touch"}}},
	}
}

// again is a session that continues a run.
func again() Session { return Session{Started: day.Add(time.Hour), ToolVersion: "v0.1.1"} }

func attempt(n int) certification.Attempt {
	start := day.Add(time.Duration(n) * time.Minute)
	return certification.Attempt{
		ID:      certification.AttemptID{Case: "3P2-DE-02", Scenario: "a.feature:3 Zero-touch", N: n},
		Testbed: "bench-1", Verdict: certification.Failed, Cause: certification.CauseProduct, Code: certification.ProductNotSetUp,
		Message: "not set up — 灯 'x'", Hint: "look at the log", Started: start, Finished: start.Add(time.Minute),
		SetupTime:    &certification.Bracket{Value: 31.5, Lo: 31.2, Hi: 31.8, PoweredUTC: certification.Span{From: start, To: start.Add(time.Millisecond)}},
		Phases:       []certification.Phase{{Name: "set-up", Seconds: 31.5}},
		Steps:        []certification.Step{{Text: "When I …", Location: "a.feature:5", Status: "passed", Seconds: 1.25, Evidence: []string{"evidence/a.png"}}},
		Findings:     []certification.Finding{{Rule: "LWA-SCOPE", Severity: certification.SeverityWarning, Message: "m", Evidence: []string{"evidence/a.png"}}},
		Observations: []certification.Observation{{What: "tile", At: start}},
		Evidence:     []string{"evidence/b.png"}, DecidedBy: []string{"the plug says on"},
		Simulated: true,
	}
}

func create1(t *testing.T, runs string) *Journal {
	t.Helper()
	j, err := Create(t.Context(), runs, header())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

func TestWhatIsAppendedIsRead(t *testing.T) {
	runs := t.TempDir()
	j := create1(t, runs)
	want := []certification.Attempt{attempt(1), attempt(2), {
		ID: certification.AttemptID{Case: certification.LocalCase, Scenario: "b.feature:1 x", N: 1}, Verdict: certification.Passed, Started: day, Finished: day}}
	for _, a := range want {
		check(t, j.Append(t.Context(), a))
	}
	bed := Testbed{Name: "bench-1", UDID: "emulator", Simulated: true}
	check(t, j.SetTestbed(t.Context(), bed))

	for name, read := range map[string]func() (Record, error){
		"writer": func() (Record, error) { return j.Record(t.Context()) },
		"reader": func() (Record, error) { r, _, err := Read(t.Context(), runs, j.Header().ID); return r, err },
		"latest": func() (Record, error) { r, _, err := Read(t.Context(), runs, Latest); return r, err },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read()
			check(t, err)
			h := header()
			h.ID = j.Header().ID
			equal(t, Record{Header: h, State: Running, Testbeds: []Testbed{bed}, Attempts: want,
				Sessions: []Session{{N: 1, Started: day, ToolVersion: h.ToolVersion, Rigs: []Rig{{Testbed: bed}}, Attempts: 3}}}, got)
		})
	}
}

func TestAReaderFollowsAWriter(t *testing.T) {
	runs := t.TempDir()
	j := create1(t, runs)
	r, err := Open(t.Context(), runs, Latest)
	check(t, err)
	defer r.Close()
	for n := 1; n <= 3; n++ {
		check(t, j.Append(t.Context(), attempt(n)))
		rec, err := r.Record(t.Context())
		check(t, err)
		equal(t, n, len(rec.Attempts))
	}
	check(t, j.Finish(t.Context(), day.Add(time.Hour)))
	check(t, j.Close()) // although a reader has the journal open
	check(t, j.Close())
	rec, err := r.Record(t.Context())
	check(t, err)
	equal(t, Finished, rec.State)
	equal(t, day.Add(time.Hour), rec.Ended)
}

func TestAFinishedRunIsOneFile(t *testing.T) {
	runs := t.TempDir()
	j := create1(t, runs)
	check(t, j.Append(t.Context(), attempt(1)))
	check(t, j.Finish(t.Context(), day))
	check(t, j.Close())
	left, err := filepath.Glob(filepath.Join(j.Dir(), dbName+"*"))
	check(t, err)
	equal(t, []string{filepath.Join(j.Dir(), dbName)}, left)
}

func TestStates(t *testing.T) {
	runs := t.TempDir()
	state := func() State {
		t.Helper()
		r, _, err := Read(t.Context(), runs, Latest)
		check(t, err)
		return r.State
	}
	j := create1(t, runs)
	equal(t, Running, state())
	_, err := Resume(t.Context(), runs, Latest, again())
	is(t, err, ErrBusy)
	check(t, j.Close())
	equal(t, Interrupted, state()) // nobody writes to it any more

	j, err = Resume(t.Context(), runs, Latest, again())
	check(t, err)
	equal(t, Running, state())
	check(t, j.Append(t.Context(), attempt(1)))
	check(t, j.Interrupt(t.Context(), day))
	equal(t, Interrupted, state())
	check(t, j.Close())

	j, err = Resume(t.Context(), runs, j.Header().ID, again())
	check(t, err)
	rec, err := j.Record(t.Context())
	check(t, err)
	equal(t, 1, len(rec.Attempts))
	equal(t, time.Time{}, rec.Ended)
	check(t, j.Finish(t.Context(), day))
	check(t, j.Close())
	equal(t, Finished, state())
	_, err = Resume(t.Context(), runs, Latest, again())
	is(t, err, ErrFinished)
	equal(t, Finished, state())
}

func TestOneAttemptHasOnePlace(t *testing.T) {
	j := create1(t, t.TempDir())
	check(t, j.Append(t.Context(), attempt(1)))
	again := attempt(1)
	again.Verdict, again.Cause, again.Code = certification.Passed, "", ""
	is(t, j.Append(t.Context(), again), ErrDuplicate)
	rec, err := j.Record(t.Context())
	check(t, err)
	equal(t, []certification.Attempt{attempt(1)}, rec.Attempts)

	for name, change := range map[string]func(*certification.Attempt){
		"number":   func(a *certification.Attempt) { a.ID.N = 0 },
		"case":     func(a *certification.Attempt) { a.ID.Case = "" },
		"scenario": func(a *certification.Attempt) { a.ID.Scenario = "" },
		"verdict":  func(a *certification.Attempt) { a.Verdict = "splendid" },
	} {
		a := attempt(2)
		change(&a)
		if j.Append(t.Context(), a) == nil {
			t.Errorf("an attempt with a wrong %s was taken", name)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	is(t, j.Append(cancelled, attempt(3)), context.Canceled)
	check(t, j.Append(t.Context(), attempt(3)))
}

func TestSimulatedIsNeverCleared(t *testing.T) {
	j := create1(t, t.TempDir())
	simulated := func() bool {
		t.Helper()
		r, err := j.Record(t.Context())
		check(t, err)
		return r.Simulated()
	}
	equal(t, false, simulated())
	check(t, j.SetTestbed(t.Context(), Testbed{Name: "a"}))
	equal(t, false, simulated())
	check(t, j.SetTestbed(t.Context(), Testbed{Name: "a", Simulated: true}))
	equal(t, true, simulated())
	check(t, j.SetTestbed(t.Context(), Testbed{Name: "a", Model: "m", Simulated: false}))
	equal(t, true, simulated())
	r, err := j.Record(t.Context())
	check(t, err)
	equal(t, []Testbed{{Name: "a", Model: "m", Simulated: true}}, r.Testbeds)

	equal(t, true, Record{Header: Header{Simulated: true}}.Simulated())
	equal(t, true, Record{Attempts: []certification.Attempt{{}, {Simulated: true}}}.Simulated())
	equal(t, false, Record{Attempts: []certification.Attempt{{}}}.Simulated())
}

func TestManyWorkersAppend(t *testing.T) {
	runs := t.TempDir()
	j := create1(t, runs)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := 1; n <= 10; n++ {
				a := attempt(n)
				a.ID.Scenario = fmt.Sprint("s", w)
				if err := j.Append(t.Context(), a); err != nil {
					t.Error(err)
				}
				if _, _, err := Read(t.Context(), runs, Latest); err != nil {
					t.Error(err)
				}
				if _, err := j.SaveEvidence("x.png", []byte{byte(n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	rec, err := j.Record(t.Context())
	check(t, err)
	equal(t, 40, len(rec.Attempts))
}

// Recorded traffic has names of its own, and none that leads elsewhere.
func TestRecordingsHaveTheirNames(t *testing.T) {
	j := create1(t, t.TempDir())
	p, err := j.SaveRecording("C-0a1b2c3d-0001.jsonl.gz", []byte("x"))
	check(t, err)
	equal(t, "wire/C-0a1b2c3d-0001.jsonl.gz", p)
	got, err := os.ReadFile(filepath.Join(j.Dir(), "wire", "C-0a1b2c3d-0001.jsonl.gz"))
	check(t, err)
	equal(t, "x", string(got))
	for _, hostile := range []string{"", "../x.jsonl.gz", "a/b.jsonl.gz", "x.gz", "x.jsonl.gz/..", "a\x00.jsonl.gz", strings.Repeat("a", 300) + ".jsonl.gz"} {
		if _, err := j.SaveRecording(hostile, nil); err == nil {
			t.Errorf("%q is taken", hostile)
		}
	}
}

func TestEvidenceIsStoredByItsContent(t *testing.T) {
	j := create1(t, t.TempDir())
	save := func(name, data string) string {
		t.Helper()
		p, err := j.SaveEvidence(name, []byte(data))
		check(t, err)
		got, err := os.ReadFile(filepath.Join(j.Dir(), filepath.FromSlash(p)))
		check(t, err)
		equal(t, data, string(got))
		return p
	}
	a := save("screen.PNG", "picture")
	equal(t, "evidence/2cea274d0bedc39ec4ab6ba9e59ec889e3ed6fb56a1cf088a64d9b383378dc97.png", a)
	equal(t, a, save("other.png", "picture"))
	if b := save("screen.png", "another"); a == b {
		t.Fatal("two contents, one path")
	}
	folder := strings.Repeat("0a", 16)
	equal(t, "evidence/"+folder+"/capture.json", save(folder+"/capture.json", "{}"))
	for _, hostile := range []string{folder + "/../x.png/..", folder + "/a/b.json/", folder[1:] + "/x.exe!", folder + "/.xml.", "../../etc/passwd", "x.p/ng", "x.\x1b[2J", "", ".", "x." + strings.Repeat("a", 300), "a.png/../../b"} {
		p := save(hostile, "h"+hostile)
		if ok, _ := filepath.Match("evidence/*.bin", p); !ok {
			t.Errorf("%q was stored as %q", hostile, p)
		}
	}
	left, err := filepath.Glob(filepath.Join(j.Dir(), evidenceDir, ".new-*"))
	check(t, err)
	equal(t, 0, len(left))
}

func TestRunIDsAreChecked(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	_, err := Open(t.Context(), runs, Latest)
	is(t, err, ErrNoRun)
	entries, err := List(t.Context(), runs)
	check(t, err)
	equal(t, 0, len(entries))
	create1(t, runs)
	for _, bad := range []string{"", ".", "..", "../x", "/etc", "latest/", "20261122-161403-ab12/..", "20261122-161403-AB12", "x\x00", "20261122-161403-ab12\n"} {
		_, err := Open(t.Context(), runs, bad)
		is(t, err, ErrBadRunID)
		_, err = Resume(t.Context(), runs, bad, again())
		is(t, err, ErrBadRunID)
	}
	_, err = Open(t.Context(), runs, "20261122-161403-zzzz")
	is(t, err, ErrBadRunID)
	_, err = Open(t.Context(), runs, "19991122-161403-ab12")
	is(t, err, ErrNoRun)

	check(t, os.Remove(filepath.Join(runs, Latest)))
	check(t, os.Symlink("../..", filepath.Join(runs, Latest)))
	_, err = Open(t.Context(), runs, Latest)
	is(t, err, ErrBadRunID)
}

func TestListAndLatest(t *testing.T) {
	runs := t.TempDir()
	var ids []string
	for i := range 3 {
		h := header()
		h.Created = day.Add(time.Duration(i) * time.Second)
		j, err := Create(t.Context(), runs, h)
		check(t, err)
		ids = append([]string{j.Header().ID}, ids...)
		rec, _, err := Read(t.Context(), runs, Latest)
		check(t, err)
		equal(t, ids[0], rec.ID) // before its first attempt
		check(t, j.Finish(t.Context(), day))
		check(t, j.Close())
	}
	check(t, os.MkdirAll(filepath.Join(runs, "notes"), 0o755))
	check(t, os.MkdirAll(filepath.Join(runs, "20200101-000000-0000"), 0o755))
	entries, err := List(t.Context(), runs)
	check(t, err)
	equal(t, 4, len(entries))
	for i, id := range ids {
		equal(t, id, entries[i].ID)
		equal(t, Finished, entries[i].State)
		equal(t, "mss-wifi-default", entries[i].Header.Plan.ID)
	}
	is(t, entries[3].Err, ErrForeign)
}

func TestHeadersAreChecked(t *testing.T) {
	for name, change := range map[string]func(*Header){
		"time":          func(h *Header) { h.Created = time.Time{} },
		"share":         func(h *Header) { h.BlockedShare = 1 },
		"scope twice":   func(h *Header) { h.Scopes = append(h.Scopes, h.Scopes[0]) },
		"no attempts":   func(h *Header) { h.Scopes[0].Required = 0 },
		"same scenario": func(h *Header) { h.Scopes[0].Scenarios = []string{"a", "a"} },
	} {
		runs := t.TempDir()
		h := header()
		change(&h)
		if _, err := Create(t.Context(), runs, h); err == nil {
			t.Errorf("%s: was taken", name)
		}
		left, _ := os.ReadDir(runs)
		equal(t, 0, len(left))
	}
}

func TestForeignAndTornFilesAreRefusedAndLeftAlone(t *testing.T) {
	runs := t.TempDir()
	j := create1(t, runs)
	for n := 1; n <= 50; n++ {
		check(t, j.Append(t.Context(), attempt(n)))
	}
	check(t, j.Interrupt(t.Context(), day))
	check(t, j.Close())
	path := filepath.Join(j.Dir(), dbName)
	good, err := os.ReadFile(path)
	check(t, err)

	other := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", other)
	check(t, err)
	_, err = db.Exec("CREATE TABLE run (id TEXT); CREATE TABLE attempt (x)")
	check(t, err)
	check(t, db.Close())
	foreign, err := os.ReadFile(other)
	check(t, err)

	newer := bytes.Clone(good)
	newer[63] = schemaVersion + 1
	none := bytes.Clone(good)
	none[63] = 0
	scribbled := bytes.Clone(good)
	for i := 4096; i < len(scribbled); i++ {
		scribbled[i] = 0xA5
	}
	for name, tc := range map[string]struct {
		data []byte
		want string
	}{
		"empty":          {nil, "empty or cut off"},
		"text":           {bytes.Repeat([]byte("hello "), 100), "no SQLite database"},
		"other program":  {foreign, "database of another program"},
		"newer":          {newer, "newer than this tool's"},
		"no version":     {none, "no schema version"},
		"header only":    {good[:200], ""},
		"cut in half":    {good[:len(good)/2/4096*4096], ""},
		"cut in a page":  {good[:len(good)-5000], ""},
		"scribbled over": {scribbled, ""},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, os.WriteFile(path, tc.data, 0o644))
			_, _, err := Read(t.Context(), runs, Latest)
			is(t, err, ErrForeign)
			if !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v\nshould name the file and say %q", err, tc.want)
			}
			_, err = Resume(t.Context(), runs, Latest, again())
			is(t, err, ErrForeign)
			left, err := os.ReadFile(path)
			check(t, err)
			if !bytes.Equal(left, tc.data) {
				t.Error("the file was changed")
			}
			entries, err := List(t.Context(), runs)
			check(t, err)
			equal(t, 1, len(entries))
		})
	}
	check(t, os.Remove(path))
	_, _, err = Read(t.Context(), runs, Latest)
	is(t, err, ErrForeign)
	if _, err := os.Stat(path); err == nil {
		t.Error("reading made a file")
	}
}

func TestFoldersWithOddNames(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "a b%41?mode=memory#x&ü'\"")
	j := create1(t, runs)
	check(t, j.Append(t.Context(), attempt(1)))
	rec, dir, err := Read(t.Context(), runs, Latest)
	check(t, err)
	equal(t, 1, len(rec.Attempts))
	if _, err := os.Stat(filepath.Join(dir, dbName)); err != nil {
		t.Fatal(err)
	}
}
