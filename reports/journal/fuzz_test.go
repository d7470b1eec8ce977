package journal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// FuzzRead gives the reader any file for a journal. It may only read it whole
// or refuse it as foreign, and must not change it.
func FuzzRead(f *testing.F) {
	runs := f.TempDir()
	j, err := Create(f.Context(), runs, header())
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(j.Append(f.Context(), attempt(1)), j.Finish(f.Context(), time.Now()), j.Close()); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(j.Dir(), dbName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:100])
	f.Add(good[:4096])
	f.Add([]byte("SQLite format 3\x00"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		runs := t.TempDir()
		dir := filepath.Join(runs, "20261122-161403-ab12")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, dbName)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		rec, _, err := Read(t.Context(), runs, "20261122-161403-ab12")
		if err == nil && rec.ID == "" {
			t.Fatal("a run without a name was read")
		}
		left, err := os.ReadFile(path)
		if err != nil || string(left) != string(data) {
			t.Fatal("the file was changed")
		}
	})
}
