package journal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// The names inside a run's folder.
const (
	dbName      = "journal.db"
	lockName    = "run.lock"
	evidenceDir = "evidence"
	wireDir     = "wire"
)

var idPattern = regexp.MustCompile(`^[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$`)

// newID makes an id that sorts by time; the random part keeps runs apart that
// start in the same second.
func newID(created time.Time) string {
	var r [2]byte
	rand.Read(r[:]) // never fails
	return created.UTC().Format("20060102-150405") + "-" + hex.EncodeToString(r[:])
}

// resolve finds the folder of a run. A name that is no id never reaches the disk.
func resolve(runsDir, run string) (id, dir string, err error) {
	id = run
	if run == Latest {
		target, err := os.Readlink(filepath.Join(runsDir, Latest))
		if errors.Is(err, os.ErrNotExist) {
			return "", "", fmt.Errorf("%w: there is no run in %s yet", ErrNoRun, runsDir)
		}
		if err != nil {
			return "", "", fmt.Errorf("find the latest run: %w", err)
		}
		if !idPattern.MatchString(target) {
			return "", "", fmt.Errorf("find the latest run: %s points to %q: %w", filepath.Join(runsDir, Latest), target, ErrBadRunID)
		}
		id = target
	}
	if !idPattern.MatchString(id) {
		return "", "", fmt.Errorf("%q: %w: it looks like 20261122-161403-ab12, or say latest", run, ErrBadRunID)
	}
	dir = filepath.Join(runsDir, id)
	if s, err := os.Stat(dir); err != nil || !s.IsDir() {
		return "", "", fmt.Errorf("%w: %s in %s", ErrNoRun, id, runsDir)
	}
	return id, dir, nil
}

// openRegular opens a file for reading that must be a regular one: a pipe of that
// name would hold the reader up for ever.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if s, err := f.Stat(); err != nil || !s.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%s: %w: it is not a regular file", path, ErrForeign), f.Close())
	}
	return f, nil
}

// lockable refuses what is there in the place of a lock and is none.
func lockable(name string) error {
	if s, err := os.Stat(name); err == nil && !s.Mode().IsRegular() {
		return fmt.Errorf("%s: %w: it is not a regular file", name, ErrForeign)
	}
	return nil
}

// pointLatest makes runsDir/latest point to a run. Readers see the old run or
// the new one.
func pointLatest(runsDir, id string) error {
	temp := filepath.Join(runsDir, ".latest-"+id)
	if err := os.Symlink(id, temp); err != nil {
		return fmt.Errorf("point %s at the run: %w", Latest, err)
	}
	if err := os.Rename(temp, filepath.Join(runsDir, Latest)); err != nil {
		return errors.Join(fmt.Errorf("point %s at the run: %w", Latest, err), os.Remove(temp))
	}
	return syncDir(runsDir)
}

// syncDir makes names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync a folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync a folder: %w", err)
	}
	return nil
}
