package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe in the place of a file holds nobody up.
func TestPipesInTheFolderOfARun(t *testing.T) {
	for _, name := range []string{dbName, lockName, reviewsName, reviewsLock} {
		t.Run(name, func(t *testing.T) {
			runs := t.TempDir()
			j := create1(t, runs)
			check(t, j.Append(t.Context(), attempt(1)))
			check(t, j.Close())
			path := filepath.Join(j.Dir(), name)
			if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
				check(t, err)
			}
			check(t, syscall.Mkfifo(path, 0o644))
			_, _, err := Read(t.Context(), runs, Latest)
			if name == dbName || name == reviewsName {
				is(t, err, ErrForeign)
			} else {
				check(t, err) // who reads needs no lock
			}
			entries, err := List(t.Context(), runs)
			check(t, err)
			equal(t, 1, len(entries))
			if name == reviewsName {
				return
			}
			if name == reviewsLock {
				_, err = OpenReviews(t.Context(), runs, Latest)
			} else {
				_, err = Resume(t.Context(), runs, Latest, again())
			}
			is(t, err, ErrForeign)
			if !strings.Contains(err.Error(), path+": ") || !strings.Contains(err.Error(), "not a regular file") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAFileInsteadOfTheFolderOfRuns(t *testing.T) {
	name := filepath.Join(t.TempDir(), "runs")
	check(t, os.WriteFile(name, nil, 0o644))
	if _, err := List(t.Context(), name); err == nil || !strings.Contains(err.Error(), name+" is no folder\n  hint: ") {
		t.Errorf("%v", err)
	}
}
