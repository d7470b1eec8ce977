package journal_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/rendertest"
)

func open(t *testing.T, rec journal.Record) *journal.Reader {
	t.Helper()
	runs := t.TempDir()
	if _, err := rendertest.Keep(t.Context(), runs, rec); err != nil {
		t.Fatal(err)
	}
	r, err := journal.Open(t.Context(), runs, journal.Latest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestALeanRecordHasTheSameMatrix(t *testing.T) {
	for name, rec := range map[string]journal.Record{"mixed": rendertest.Mixed(), "large": rendertest.Large(120), "hostile": rendertest.Hostile("<b>\n=1")} {
		if name == "hostile" {
			rec.Attempts[2].Verdict = certification.Blocked // no journal takes another
		}
		// The evidence of a step alone is evidence, too.
		rec.Attempts[0].Steps[2].Evidence = []string{rendertest.EvidenceName('d', ".png")}
		rec.Attempts[1].Phases = append(rec.Attempts[1].Phases, certification.Phase{Name: "\",\"steps\":[{\\", Seconds: 3}, certification.Phase{Name: `"findings":[`, Seconds: 1})
		rec.Attempts[2].Phases, rec.Attempts[2].TookOut = nil, 4
		r := open(t, rec)
		full, err := r.Record(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lean, err := r.Lean(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if a, b := matrix.Of(full), matrix.Of(lean); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %+v\n%+v", name, a, b)
		}
		if e := matrix.Of(lean).Cases[0].AttemptList[0].Evidence; len(e) != 1 {
			t.Errorf("%s: the evidence of a step is lost: %v", name, e)
		}
		if t2 := lean.Attempts[2].TookOut; t2 != 4 {
			t.Errorf("%s: that it took its testbed out is lost: %d", name, t2)
		}
		for i, a := range full.Attempts {
			if lean.Attempts[i].Observations != nil {
				t.Errorf("%s: it is not lean", name)
			}
			if got, err := r.Attempt(t.Context(), a.ID); err != nil || !reflect.DeepEqual(got, a) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
		if _, err := r.Attempt(t.Context(), certification.AttemptID{Case: "x", Scenario: "y", N: 1}); err == nil {
			t.Error("an attempt that is not there was read")
		}
	}
}

func TestAppendAllIsAllOrNothing(t *testing.T) {
	rec := rendertest.Passed(3)
	j, err := journal.Create(t.Context(), t.TempDir(), rec.Header)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	twice := append(rec.Attempts[:2:2], rec.Attempts[0])
	if err := j.AppendAll(t.Context(), twice); !errors.Is(err, journal.ErrDuplicate) {
		t.Errorf("%v", err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.AppendAll(done, rec.Attempts); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	got, err := j.Record(t.Context())
	if err != nil || len(got.Attempts) != 0 {
		t.Errorf("%d attempts were kept: %v", len(got.Attempts), err)
	}
}
