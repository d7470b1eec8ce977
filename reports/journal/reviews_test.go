package journal_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func answer(a journal.Answer, note string) journal.Review {
	r := journal.Review{At: noon, Case: "C-1", Answer: a, Note: note, Name: "Ada"}
	if a == journal.AnswerFail {
		r.Cause = certification.CauseProduct
	}
	return r
}

func reviewed(t *testing.T, list ...journal.Review) (runs string, j *journal.Journal) {
	t.Helper()
	runs = t.TempDir()
	j, err := journal.Create(context.Background(), runs, journal.Header{Created: noon})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	w, err := journal.OpenReviews(context.Background(), runs, journal.Latest)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if err := w.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return runs, j
}

// The journal of the run is open for writing all the time.
func TestAnswersAreKeptInTheirOrderWhileTheRunGoesOn(t *testing.T) {
	runs, j := reviewed(t, answer(journal.AnswerPass, "first"), answer(journal.AnswerFail, "second"), answer(journal.AnswerNote, "third"))
	rec, _, err := journal.Read(context.Background(), runs, journal.Latest)
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Reviews) != 3 {
		t.Fatalf("%+v", rec.Reviews)
	}
	for i, note := range []string{"first", "second", "third"} {
		if r := rec.Reviews[i]; r.N != i+1 || r.Note != note || !r.At.Equal(noon) {
			t.Errorf("%+v", r)
		}
	}
	own, err := j.Record(context.Background())
	if err != nil || len(own.Reviews) != 3 {
		t.Errorf("the run's own writer sees %d answers: %v", len(own.Reviews), err)
	}
}

func TestAnAnswerThatWasChangedOrTakenOutIsNoticed(t *testing.T) {
	runs, j := reviewed(t, answer(journal.AnswerFail, "first"), answer(journal.AnswerPass, "second"))
	path := filepath.Join(j.Dir(), "reviews.json")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := bytes.LastIndex(good, []byte("{"))
	comma := bytes.LastIndexByte(good[:last], ',')
	end := bytes.LastIndexByte(good[:bytes.LastIndex(good, []byte("]"))], '}') + 1
	for name, bad := range map[string][]byte{
		"another answer":     bytes.Replace(good, []byte(`"pass"`), []byte(`"note"`), 1),
		"another name":       bytes.Replace(good, []byte(`"Ada"`), []byte(`"Bob"`), 1),
		"the last one gone":  append(bytes.Clone(good[:comma]), good[end:]...),
		"cut off":            good[:len(good)/2],
		"empty":              {},
		"of another run":     bytes.Replace(good, []byte(j.Header().ID), []byte("20200101-000000-abcd"), 1),
		"with another field": bytes.Replace(good, []byte(`"run"`), []byte(`"x": 1, "run"`), 1),
	} {
		if bytes.Equal(bad, good) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := journal.Read(context.Background(), runs, journal.Latest); !errors.Is(err, journal.ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
		w, err := journal.OpenReviews(context.Background(), runs, journal.Latest)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(answer(journal.AnswerPass, "more")); !errors.Is(err, journal.ErrForeign) {
			t.Errorf("%s: added to all the same: %v", name, err)
		}
		if now, _ := os.ReadFile(path); !bytes.Equal(now, bad) {
			t.Errorf("%s: the file was written", name)
		}
		_ = w.Close()
	}
}

func TestWhatIsNoAnswerIsNotRecorded(t *testing.T) {
	runs, _ := reviewed(t)
	w, err := journal.OpenReviews(context.Background(), runs, journal.Latest)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for want, change := range map[string]func(*journal.Review){
		"missing":        func(r *journal.Review) { r.Name = "" },
		"no answer":      func(r *journal.Review) { r.Answer = "maybe" },
		"does not go":    func(r *journal.Review) { r.Answer = journal.AnswerFail },
		"the cause":      func(r *journal.Review) { r.Answer, r.Cause = journal.AnswerFail, certification.CauseRig },
		"by its":         func(r *journal.Review) { r.Attempt = 3 },
		"answer pass do": func(r *journal.Review) { r.Cause = certification.CauseProduct },
	} {
		r := answer(journal.AnswerPass, "")
		change(&r)
		if err := w.Append(answer(journal.AnswerPass, ""), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	rec, _, err := journal.Read(context.Background(), runs, journal.Latest)
	if err != nil || len(rec.Reviews) != 0 {
		t.Errorf("%v %v", rec.Reviews, err)
	}
	if _, err := journal.OpenReviews(context.Background(), runs, journal.Latest); !errors.Is(err, journal.ErrBusy) {
		t.Errorf("two at once: %v", err)
	}
}
