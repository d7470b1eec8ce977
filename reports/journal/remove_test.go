package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ffscert/reports/journal"
)

func TestRemove(t *testing.T) {
	ctx := context.Background()
	runs, j := reviewed(t)
	id := j.Header().ID
	if err := journal.Remove(ctx, runs, id); !errors.Is(err, journal.ErrBusy) {
		t.Errorf("a run that goes on: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := journal.OpenReviews(ctx, runs, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.Remove(ctx, runs, id); !errors.Is(err, journal.ErrBusy) {
		t.Errorf("a run that is reviewed: %v", err)
	}
	_ = w.Close()
	for _, name := range []string{journal.Latest, "..", "../" + filepath.Base(runs), ""} {
		if err := journal.Remove(ctx, runs, name); !errors.Is(err, journal.ErrBadRunID) {
			t.Errorf("%q: %v", name, err)
		}
	}
	other := t.TempDir()
	link := filepath.Join(runs, "20200101-000000-abcd")
	if err := os.Symlink(other, link); err != nil {
		t.Fatal(err)
	}
	if err := journal.Remove(ctx, runs, "20200101-000000-abcd"); err == nil {
		t.Error("a link was followed")
	}
	if err := journal.Remove(ctx, runs, id); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(runs, id)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is there: %v", err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}
