package journal

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const childEnv = "FFSCERT_JOURNAL_TEST_CHILD"

// child creates or resumes a run and appends until it is killed. It reports
// every attempt that was accepted, with its evidence.
func child(runs string) {
	ctx := context.Background()
	j, err := Resume(ctx, runs, Latest, again())
	if err != nil {
		if j, err = Create(ctx, runs, header()); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
	rec, err := j.Record(ctx)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for n := len(rec.Attempts) + 1; ; n++ {
		a := attempt(n)
		a.Message = strings.Repeat("long ", n%2000) // commits of several pages
		picture, err := j.SaveEvidence("x.png", []byte(strings.Repeat(strconv.Itoa(n), 5000)))
		if err == nil {
			a.Evidence = []string{picture}
			err = j.Append(ctx, a)
		}
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("stored", n)
	}
}

// TestNothingIsLostWhenTheProcessIsKilled kills a writer again and again, at
// any moment, and looks for every attempt that it had reported.
func TestNothingIsLostWhenTheProcessIsKilled(t *testing.T) {
	runs := t.TempDir()
	reported := 0
	for round := range 12 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+runs)
		out, err := cmd.StdoutPipe()
		check(t, err)
		check(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for left := 1 + rand.IntN(25); left > 0 && lines.Scan(); left-- {
			n, err := strconv.Atoi(strings.TrimPrefix(lines.Text(), "stored "))
			if err != nil {
				t.Fatalf("round %d: %s", round, lines.Text())
			}
			reported = n
		}
		if round == 3 {
			_, err := Resume(t.Context(), runs, Latest, again())
			is(t, err, ErrBusy) // the living child holds it
		}
		check(t, cmd.Process.Kill())
		for lines.Scan() { // what it reported before it died
			if n, err := strconv.Atoi(strings.TrimPrefix(lines.Text(), "stored ")); err == nil {
				reported = n
			}
		}
		_ = cmd.Wait() // it was killed

		rec, dir, err := Read(t.Context(), runs, Latest)
		check(t, err)
		equal(t, Interrupted, rec.State)
		if len(rec.Attempts) < reported {
			t.Fatalf("round %d: %d attempts were reported, %d are there", round, reported, len(rec.Attempts))
		}
		for i, a := range rec.Attempts {
			equal(t, i+1, a.ID.N)
			data, err := os.ReadFile(filepath.Join(dir, a.Evidence[0]))
			check(t, err)
			equal(t, strings.Repeat(strconv.Itoa(i+1), 5000), string(data))
		}
		integrity(t, filepath.Join(dir, dbName))
	}
	if reported < 12 {
		t.Fatalf("only %d attempts were made: the test has tested nothing", reported)
	}
}

func integrity(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	check(t, err)
	var answer string
	check(t, db.QueryRow("PRAGMA integrity_check").Scan(&answer))
	check(t, db.Close())
	equal(t, "ok", answer)
}
