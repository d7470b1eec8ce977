package journal

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ffscert/features/certification"
)

// The fixtures were made by the first version of the journal: one run that was
// interrupted, and one whose process was killed, with its write-ahead log.
func older(t *testing.T, kind string) (runs, dir string) {
	t.Helper()
	id := map[string]string{"interrupted": "20261127-141740-d549", "killed": "20261127-141741-c60e"}[kind]
	runs = t.TempDir()
	dir = filepath.Join(runs, id)
	check(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "v1", kind))))
	check(t, os.Symlink(id, filepath.Join(runs, Latest)))
	return runs, dir
}

func TestAnOlderJournalIsReadAndMigratedWithACopyKept(t *testing.T) {
	for _, kind := range []string{"interrupted", "killed"} {
		t.Run(kind, func(t *testing.T) {
			runs, dir := older(t, kind)
			want, _, err := Read(t.Context(), runs, Latest)
			check(t, err)
			equal(t, 3, len(want.Attempts))
			equal(t, 1, len(want.Sessions))
			equal(t, "virtual", want.Sessions[0].Rigs[0].Name)
			equal(t, Interrupted, want.State)
			if got := want.Uncompared(); len(got) != 1 {
				t.Errorf("what is not known is not said: %q", got)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "journal.v1*")); len(left) > 0 {
				t.Fatal("reading has made a copy")
			}

			c, err := ClaimRun(t.Context(), runs, Latest)
			check(t, err)
			equal(t, 1, c.Older())
			equal(t, want, c.Record())
			check(t, os.WriteFile(filepath.Join(dir, "journal.v1.db"), []byte("somebody's"), 0o644))
			j, err := c.Begin(t.Context(), again())
			check(t, err)
			// What the settings were is not known: they have not changed.
			check(t, j.SetTestbed(t.Context(), want.Testbeds[0], Setting{"virtual.latency", "none"}))
			if got, err := j.Record(t.Context()); err != nil || len(got.Changes(2)) != 0 {
				t.Errorf("%v, changes %+v", err, got.Changes(2))
			}
			a := attempt(4)
			check(t, j.Append(t.Context(), a))
			check(t, j.Finish(t.Context(), day))
			check(t, j.Close())

			got, _, err := Read(t.Context(), runs, Latest)
			check(t, err)
			equal(t, want.Header, got.Header)
			equal(t, append(want.Attempts, a), got.Attempts)
			equal(t, want.Testbeds, got.Testbeds)
			equal(t, 2, len(got.Sessions))
			equal(t, 3, got.Sessions[0].Attempts)
			integrity(t, filepath.Join(dir, dbName))

			// The copy is the journal as it was; what was there is untouched.
			taken, err := os.ReadFile(filepath.Join(dir, "journal.v1.db"))
			check(t, err)
			equal(t, "somebody's", string(taken))
			copied := filepath.Join(t.TempDir(), want.ID)
			check(t, os.MkdirAll(copied, 0o755))
			data, err := os.ReadFile(filepath.Join(dir, "journal.v1-2.db"))
			check(t, err)
			check(t, os.WriteFile(filepath.Join(copied, dbName), data, 0o644))
			kept, _, err := Read(t.Context(), filepath.Dir(copied), want.ID)
			check(t, err)
			equal(t, want, kept)
		})
	}
}

func TestSessionsAndWhatChangedBetweenThem(t *testing.T) {
	runs := t.TempDir()
	j := create1(t, runs)
	check(t, j.SetTestbed(t.Context(), Testbed{Name: "a", UDID: "R1", Simulated: true}, Setting{"phone.endpoint", "http://one:4723"}))
	check(t, j.SetTestbed(t.Context(), Testbed{Name: "b", UDID: "R2"}))
	check(t, j.Append(t.Context(), attempt(1)))
	check(t, j.Close()) // as if it had died

	j, err := Resume(t.Context(), runs, Latest, again()) // dies before it has testbeds
	check(t, err)
	check(t, j.Close())

	j, err = Resume(t.Context(), runs, Latest, Session{Started: day.Add(2 * time.Hour), ToolVersion: "v0.2.0", Remarks: []string{"x"}})
	check(t, err)
	check(t, j.SetTestbed(t.Context(), Testbed{Name: "a", UDID: "R3"}, Setting{"phone.endpoint", "http://two:4723"}, Setting{"power.device", "alexa"}))
	check(t, j.SetTestbed(t.Context(), Testbed{Name: "c"}))
	check(t, j.Append(t.Context(), attempt(2)))
	check(t, j.Append(t.Context(), attempt(3)))
	check(t, j.Finish(t.Context(), day.Add(3*time.Hour)))
	check(t, j.Close())

	r, _, err := Read(t.Context(), runs, Latest)
	check(t, err)
	equal(t, 3, len(r.Sessions))
	equal(t, []int{1, 0, 2}, []int{r.Sessions[0].Attempts, r.Sessions[1].Attempts, r.Sessions[2].Attempts})
	equal(t, State(""), r.Sessions[0].End)
	equal(t, Finished, r.Sessions[2].End)
	equal(t, day.Add(3*time.Hour), r.Sessions[2].Ended)
	equal(t, []string{"x"}, r.Sessions[2].Remarks)
	equal(t, 0, len(r.Changes(1))+len(r.Changes(2)))
	equal(t, []Change{
		{"a", "udid", "R1", "R3"}, {"a", "simulated", "true", "false"}, {"a", "phone.endpoint", "http://one:4723", "http://two:4723"},
		{"a", "power.device", "", "alexa"}, {"b", "", "used", ""}, {"c", "", "", "used"},
	}, r.Changes(3))
	// Once simulated, a run stays so, whatever its testbeds are now.
	equal(t, []Testbed{{Name: "a", UDID: "R3", Simulated: true}, {Name: "b", UDID: "R2"}, {Name: "c"}}, r.Testbeds)
	r.Attempts = nil
	equal(t, true, r.Simulated())
}

// A run that was claimed and not begun is as it was.
func TestAClaimWritesNothing(t *testing.T) {
	runs := t.TempDir()
	path, _ := fiveAttempts(t, runs)
	before, err := os.ReadFile(path)
	check(t, err)
	c, err := ClaimRun(t.Context(), runs, Latest)
	check(t, err)
	_, err = ClaimRun(t.Context(), runs, Latest)
	is(t, err, ErrBusy)
	var busy *BusyError
	if !errors.As(err, &busy) || busy.Writer.PID != os.Getpid() || !strings.Contains(err.Error(), c.Record().ID) || time.Since(busy.Writer.Since) > time.Minute {
		t.Errorf("who has it? %v", err)
	}
	check(t, c.Close())
	check(t, c.Close())
	if _, err := c.Begin(t.Context(), again()); err == nil {
		t.Error("a run that was given free was continued")
	}
	after, err := os.ReadFile(path)
	check(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the file was written to")
	}
	left, err := filepath.Glob(path + "*")
	check(t, err)
	equal(t, []string{path}, left)
}

// Another program that keeps the database locked is waited for, and then named.
func TestAnotherProgramLocksTheJournal(t *testing.T) {
	runs := t.TempDir()
	j := create1(t, runs)
	check(t, j.Append(t.Context(), attempt(1)))
	db, err := sql.Open("sqlite", "file:"+filepath.Join(j.Dir(), dbName)+"?_txlock=immediate")
	check(t, err)
	defer db.Close()
	tx, err := db.Begin()
	check(t, err)
	j.patience = 10 * time.Millisecond
	is(t, j.Append(t.Context(), attempt(2)), ErrLocked)
	rec, _, err := Read(t.Context(), runs, Latest) // reading goes on
	check(t, err)
	equal(t, 1, len(rec.Attempts))

	j.patience = time.Minute
	stored := make(chan error, 1)
	go func() { stored <- j.Append(t.Context(), attempt(2)) }()
	select {
	case err := <-stored:
		t.Fatalf("stored in spite of the lock: %v", err)
	case <-time.After(1500 * time.Millisecond): // longer than SQLite itself waits
	}
	check(t, tx.Rollback())
	check(t, <-stored)
	rec, err = j.Record(t.Context())
	check(t, err)
	equal(t, []certification.Attempt{attempt(1), attempt(2)}, rec.Attempts)
}

func TestDifferencesAreNamed(t *testing.T) {
	was := header()
	was.Selection.Options = &Options{Cases: []string{"3P2-DE-02"}}
	was.Scenarios = []FrozenScenario{{Case: "3P2-DE-02", Scenario: "a.feature:3 Zero-touch", File: "a.feature", Line: 3, Name: "Zero-touch",
		Steps: []FrozenStep{{4, "one"}, {5, "two"}, {6, "three"}}}}
	was.Scenarios[0].Seal()
	again := func() Header {
		h := was
		h.ID, h.Created, h.ToolVersion, h.Simulated = "x", day.Add(time.Hour), "v9", true
		h.Plan.Cases = append([]certification.Case{}, was.Plan.Cases...)
		h.Scopes = append([]Scope{}, was.Scopes...)
		h.Scenarios = append([]FrozenScenario{}, was.Scenarios...)
		h.Scenarios[0].Steps = append([]FrozenStep{}, was.Scenarios[0].Steps...)
		return h
	}
	equal(t, 0, len(Differences(was, again())))
	for name, tc := range map[string]struct {
		change func(*Header)
		want   string
	}{
		"product":  {func(h *Header) { h.Product.DeviceName = "Second <b>" }, `product.device_name: was "First light", is "Second <b>"`},
		"firmware": {func(h *Header) { h.Product.Firmware = "2" }, `product.firmware: was not there, is "2"`},
		"case":     {func(h *Header) { h.Plan.Cases[0].Criterion.Attempts = 30 }, `plan.cases[3P2-DE-02].criterion.attempts: was 20, is 30`},
		"new case": {func(h *Header) {
			h.Plan.Cases = append([]certification.Case{{ID: "NEW"}}, h.Plan.Cases...)
		}, `plan.cases[NEW].id: was not there, is "NEW"`},
		"seed":      {func(h *Header) { h.Seed = 3 }, `seed: was -7, is 3`},
		"selection": {func(h *Header) { h.Selection.Options = &Options{} }, `selection.options.cases[0]: was "3P2-DE-02", is not there`},
		"required":  {func(h *Header) { h.Scopes[0].Required = 3 }, `scopes[3P2-DE-02].required: was 20, is 3`},
		"step":      {func(h *Header) { h.Scenarios[0].Steps[1].Text = "2" }, `a.feature:5: was "two", is "2"`},
		"step more": {func(h *Header) {
			h.Scenarios[0].Steps = append(h.Scenarios[0].Steps, FrozenStep{7, "four"})
		}, `a.feature:7: was not there, is "four"`},
		"step less": {func(h *Header) { h.Scenarios[0].Steps = h.Scenarios[0].Steps[1:] }, `a.feature:4: was "one", is not there`},
		"moved": {func(h *Header) {
			h.Scenarios[0].Line, h.Scenarios[0].Scenario = 8, "a.feature:8 Zero-touch"
		}, `a.feature:3: was the scenario "Zero-touch", is at line 8`},
		"gone": {func(h *Header) { h.Scenarios = nil }, `a.feature:3: was the scenario "Zero-touch" of case 3P2-DE-02, is not there`},
		"new": {func(h *Header) {
			h.Scenarios = append(h.Scenarios, FrozenScenario{Case: "X", File: "b.feature", Line: 2, Name: "n"})
		}, `b.feature:2: was not there, is the scenario "n" of case X`},
	} {
		t.Run(name, func(t *testing.T) {
			is := again()
			tc.change(&is)
			for i := range is.Scenarios {
				is.Scenarios[i].Seal()
			}
			var lines []string
			for _, d := range Differences(was, is) {
				lines = append(lines, d.String())
			}
			if len(lines) == 0 || !strings.Contains(strings.Join(lines, "\n"), tc.want) {
				t.Errorf("%q\nshould say %q", lines, tc.want)
			}
			if name != "new case" && len(lines) != 1 {
				t.Errorf("one change makes %d lines: %q", len(lines), lines)
			}
		})
	}
}
