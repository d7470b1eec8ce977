package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Readers look at the lock for a moment, too: a writer gives them that time.
const (
	lockPatience = 500 * time.Millisecond
	lockEvery    = 20 * time.Millisecond
)

// Writer says who writes to a run.
type Writer struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since_utc"`
}

// BusyError is an [ErrBusy] that says who has the run.
type BusyError struct {
	Run    string // its id
	Writer Writer // zero if it is not known
}

func (e *BusyError) Error() string {
	if e.Writer.PID == 0 {
		return fmt.Sprintf("run %s: %v", e.Run, ErrBusy)
	}
	return fmt.Sprintf("run %s: %v: process %d on %s, since %s UTC", e.Run, ErrBusy, e.Writer.PID, e.Writer.Host,
		e.Writer.Since.UTC().Format(time.DateTime))
}

// Is matches [ErrBusy].
func (e *BusyError) Is(target error) bool { return target == ErrBusy }

// lockRun makes this process the run's one writer, and notes in the lock's file
// who that is. The operating system gives the lock free when the process ends,
// however it ends; what the note says counts only while somebody has the lock.
func lockRun(ctx context.Context, dir string) (*flock.Flock, error) {
	name := filepath.Join(dir, lockName)
	if err := lockable(name); err != nil {
		return nil, err
	}
	l := flock.New(name)
	patient, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	ok, err := l.TryLockContext(patient, lockEvery)
	switch {
	case ok:
		signLock(name)
		return l, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil || errors.Is(err, context.DeadlineExceeded):
		return nil, &BusyError{Run: filepath.Base(dir), Writer: whoWrites(name)}
	}
	return nil, fmt.Errorf("lock the run: %w", err)
}

// signLock writes into the file itself: another file of that name would be
// another lock. The note is only for people; on a full disk there is none.
func signLock(name string) {
	host, _ := os.Hostname()
	text, err := json.Marshal(Writer{PID: os.Getpid(), Host: host, Since: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return
	}
	_, _ = f.Write(append(text, '\n'))
	_ = f.Close()
}

// whoWrites reads the note; it is zero where there is none that makes sense.
func whoWrites(name string) (w Writer) {
	f, err := openRegular(name)
	if err != nil {
		return Writer{}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 4<<10))
	if err != nil || json.Unmarshal(text, &w) != nil || w.PID < 1 {
		return Writer{}
	}
	w.Host = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, w.Host)
	return w
}

// written tells whether a writer holds the run.
func written(dir string) bool {
	name := filepath.Join(dir, lockName)
	if s, err := os.Stat(name); err != nil || !s.Mode().IsRegular() {
		return false
	}
	l := flock.New(name, flock.SetFlag(os.O_RDONLY))
	got, err := l.TryRLock()
	if err != nil {
		return false
	}
	if got {
		_ = l.Close()
	}
	return !got
}
