package journal

import (
	"bytes"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// fiveAttempts is a run that was interrupted, as one file.
func fiveAttempts(t *testing.T, runs string) (path string, rec Record) {
	t.Helper()
	j := create1(t, runs)
	check(t, j.SetTestbed(t.Context(), Testbed{Name: "bench-1", UDID: "R58M"}, Setting{"phone.endpoint", "http://127.0.0.1:4723"}))
	for n := 1; n <= 5; n++ {
		check(t, j.Append(t.Context(), attempt(n)))
	}
	check(t, j.Interrupt(t.Context(), day))
	check(t, j.Close())
	rec, _, err := Read(t.Context(), runs, Latest)
	check(t, err)
	return filepath.Join(j.Dir(), dbName), rec
}

// Whatever byte of a journal is changed, it is either refused, or nothing that
// was recorded is read otherwise. A refused file is left as it is.
func TestAnyChangedByteIsNoticed(t *testing.T) {
	runs := t.TempDir()
	path, want := fiveAttempts(t, runs)
	good, err := os.ReadFile(path)
	check(t, err)
	places := make([]int, 0, 500)
	for i := 0; i < 110; i++ {
		places = append(places, i) // SQLite's own header, and the first page's
	}
	text := bytes.Index(good, []byte("FFS-E201not set up"))
	if text < 0 {
		t.Fatal("there is no attempt in the file")
	}
	for i := range 40 {
		places = append(places, text+i)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		places = append(places, r.IntN(len(good)))
	}
	refused := 0
	for _, at := range places {
		bad := bytes.Clone(good)
		bad[at] ^= byte(1 + r.IntN(255))
		check(t, os.WriteFile(path, bad, 0o644))
		got, _, err := Read(t.Context(), runs, Latest)
		switch {
		case err == nil:
			equal(t, want, got)
		case errors.Is(err, ErrForeign):
			refused++
		default:
			t.Errorf("byte %d: %v", at, err)
		}
		c, err := ClaimRun(t.Context(), runs, Latest)
		switch {
		case err == nil:
			equal(t, want, c.Record())
			check(t, c.Close())
		case !errors.Is(err, ErrForeign):
			t.Errorf("byte %d: %v", at, err)
		}
		left, err := os.ReadFile(path)
		check(t, err)
		if !bytes.Equal(left, bad) {
			t.Fatalf("byte %d: the file was written to", at)
		}
	}
	if refused < 50 {
		t.Errorf("only %d of %d changes were noticed", refused, len(places))
	}
}

// What another program changes in the rows is a sound database, and noticed.
func TestChangedRowsAreNoticed(t *testing.T) {
	runs := t.TempDir()
	path, _ := fiveAttempts(t, runs)
	good, err := os.ReadFile(path)
	check(t, err)
	for name, change := range map[string]string{
		"a verdict":               "UPDATE attempt SET verdict = 'passed', cause = '', code = '' WHERE n = 3",
		"a set-up time":           "UPDATE attempt SET setup = replace(setup, '31.5', '21.5') WHERE n = 2",
		"a case":                  "UPDATE attempt SET case_id = 'X' WHERE n = 2",
		"a scenario":              "UPDATE attempt SET scenario = 'X' WHERE n = 2",
		"who carried it out":      "UPDATE attempt SET testbed = 'X' WHERE n = 2",
		"a cause":                 "UPDATE attempt SET cause = 'rig' WHERE n = 2",
		"a code":                  "UPDATE attempt SET code = 'FFS-E401' WHERE n = 2",
		"a message":               "UPDATE attempt SET message = 'x' WHERE n = 2",
		"a hint":                  "UPDATE attempt SET hint = 'x' WHERE n = 2",
		"a beginning":             "UPDATE attempt SET started = finished WHERE n = 2",
		"an end":                  "UPDATE attempt SET finished = started WHERE n = 2",
		"simulated":               "UPDATE attempt SET simulated = 0 WHERE n = 2",
		"the steps":               "UPDATE attempt SET detail = '{}' WHERE n = 2",
		"the session":             "UPDATE attempt SET session = 2 WHERE n = 2",
		"no set-up time":          "UPDATE attempt SET setup = NULL WHERE n = 2",
		"a missing attempt":       "DELETE FROM attempt WHERE n = 3",
		"the last one missing":    "DELETE FROM attempt WHERE n = 5",
		"all attempts missing":    "DELETE FROM attempt",
		"another number":          "UPDATE attempt SET n = 9 WHERE n = 5",
		"another order":           "UPDATE attempt SET seq = 99 WHERE seq = 2",
		"one attempt more":        "INSERT INTO attempt SELECT 77, case_id, scenario, 77, testbed, 'passed', '', '', '', '', started, finished, simulated, setup, detail, session, sum FROM attempt WHERE n = 1",
		"the header":              "UPDATE run SET header = replace(header, 'First light', 'Other light')",
		"the state":               "UPDATE run SET state = 'finished'",
		"the end":                 "UPDATE run SET ended = NULL",
		"a testbed":               "UPDATE session_testbed SET data = replace(data, 'R58M', 'R59M')",
		"a testbed of no session": "UPDATE session_testbed SET session = 7",
		"a session":               "UPDATE session SET data = replace(data, 'v0.1.0', 'v0.1.9')",
		"no session":              "DELETE FROM session",
		"another table":           "CREATE TABLE more (x)",
		"a trigger":               "CREATE TRIGGER x AFTER INSERT ON attempt BEGIN DELETE FROM attempt; END",
		"an older version":        "PRAGMA user_version = 1",
	} {
		t.Run(name, func(t *testing.T) {
			check(t, os.WriteFile(path, good, 0o644))
			db, err := sql.Open("sqlite", path)
			check(t, err)
			_, err = db.Exec(change)
			check(t, errors.Join(err, db.Close()))
			before, err := os.ReadFile(path)
			check(t, err)
			_, _, err = Read(t.Context(), runs, Latest)
			is(t, err, ErrForeign)
			_, err = Resume(t.Context(), runs, Latest, again())
			is(t, err, ErrForeign)
			after, err := os.ReadFile(path)
			check(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the file was written to")
			}
		})
	}
}

// A journal that was cut off is called that, wherever it was cut, also while
// what a killed process left in its log makes up for a part of it.
func TestACutOffJournalIsRefused(t *testing.T) {
	runs := t.TempDir()
	path, _ := fiveAttempts(t, runs)
	good, err := os.ReadFile(path)
	check(t, err)
	for n := 0; n < len(good); n += 500 {
		check(t, os.WriteFile(path, good[:n], 0o644))
		if _, _, err := Read(t.Context(), runs, Latest); !errors.Is(err, ErrForeign) {
			t.Errorf("cut off after %d bytes: %v", n, err)
		}
	}
}

// SQLite reads NULL from a page that is gone.
func TestNothingWhereSomethingMustBeIsDamage(t *testing.T) {
	runs := t.TempDir()
	path, _ := fiveAttempts(t, runs)
	db, err := sql.Open("sqlite", path)
	check(t, err)
	defer db.Close()
	var id string
	err = db.QueryRowContext(t.Context(), "SELECT NULL").Scan(&id)
	if err = explain(path, "read", err); !errors.Is(err, ErrForeign) {
		t.Error(err)
	}
}
