// Package farm keeps phones apart: a phone is leased by one run at a time,
// across all processes of a user, so that no two of them ever drive the same
// phone by accident.
//
// It knows phones by their serial only, and nothing of sessions, testbeds or
// reports.
package farm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"ffscert/features/certification"
)

// Holder says who has a phone.
type Holder struct {
	UDID    string    `json:"udid"`
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Run     string    `json:"run,omitempty"` // the run's id, once it is known
	Started time.Time `json:"started_utc"`
}

// Leased is a phone that this process has. The operating system takes it back
// when the process ends, however it ends.
type Leased struct {
	lock *flock.Flock
	note string // path of the holder's note

	mu     sync.Mutex
	holder Holder
	done   bool
}

// Lease takes the phone with that serial for this process, among all processes
// of the user. If another one has it, the error is a
// [certification.RigBusy] trouble that names the holder.
func Lease(udid string) (*Leased, error) {
	dir, err := Dir()
	if err != nil {
		return nil, unable(err)
	}
	return LeaseIn(dir, udid)
}

// Dir is the folder that all processes of the user share for leases:
// $XDG_STATE_HOME/ffscert/leases, by default below ~/.local/state.
// Source: XDG Base Directory Specification.
func Dir() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "ffscert", "leases"), nil
}

// NoteOf is the path of a note about the phone with that serial, for all
// processes of the user: what holds longer than a lease. Only who has the lease
// may touch it.
func NoteOf(udid, what string) (string, error) {
	dir, err := Dir()
	if err != nil {
		return "", unable(err)
	}
	return filepath.Join(dir, fileName(udid)+"."+what), nil
}

// LeaseIn is [Lease] among the processes that use the same folder. The folder
// is made if it is not there; it must not be on a network drive that knows no
// locks.
func LeaseIn(dir, udid string) (*Leased, error) {
	l, _, err := leaseIn(dir, udid)
	return l, err
}

// leaseIn also says who has the phone, if it is leased and that is known.
func leaseIn(dir, udid string) (_ *Leased, has Holder, _ error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, Holder{}, unable(err)
	}
	base := filepath.Join(dir, fileName(udid))
	lock := flock.New(base+".lock", flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		lock.Close()
		return nil, Holder{}, unable(err)
	}
	if !ok {
		lock.Close()
		has, _ = whoHas(base+".json", udid) // none if its holder has it for less than a moment
		return nil, has, busy(udid, has)
	}
	host, _ := os.Hostname() // only for people; the lock does not need it
	l := &Leased{lock: lock, note: base + ".json",
		holder: Holder{UDID: udid, PID: os.Getpid(), Host: host, Started: time.Now().UTC().Truncate(time.Second)}}
	if err := l.write(); err != nil {
		l.Release()
		return nil, Holder{}, unable(err)
	}
	return l, Holder{}, nil
}

// Holder says who has the phone: this process.
func (l *Leased) Holder() Holder {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.holder
}

// SetRun notes for which run the phone is used, so that a refusal elsewhere can
// name it.
func (l *Leased) SetRun(run string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return nil
	}
	l.holder.Run = run
	return l.write()
}

// Release gives the phone back. Releasing twice is no error.
func (l *Leased) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return nil
	}
	l.done = true
	// The note goes first: after the lock it would be the next holder's. The
	// lock's own file stays, or two processes could hold two files of one name.
	os.Remove(l.note)
	return l.lock.Close()
}

// write replaces the note as a whole: a reader sees all of it or the one before.
func (l *Leased) write() error {
	text, err := json.Marshal(l.holder)
	if err != nil {
		return err
	}
	tmp := l.note + "." + strconv.Itoa(os.Getpid())
	if err := os.WriteFile(tmp, text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(tmp, l.note); err != nil {
		os.Remove(tmp)
		return err
	}
	return nil
}

// maxNote bounds what is read of somebody else's note, in bytes.
const maxNote = 4 << 10

// whoHas reads the holder's note; ok is false while there is none.
func whoHas(note, udid string) (h Holder, ok bool) {
	f, err := os.Open(note)
	if err != nil {
		return Holder{}, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxNote))
	if err != nil || json.Unmarshal(text, &h) != nil {
		return Holder{}, false
	}
	return h, h.UDID == udid && h.PID > 0
}

// own tells whether this process is the holder. Processes in containers that
// share a folder may have the same number.
func (h Holder) own() bool {
	host, _ := os.Hostname()
	return h.PID == os.Getpid() && h.Host == host
}

func busy(udid string, h Holder) error {
	t := &certification.Trouble{Code: certification.RigBusy, Cause: certification.CauseRig,
		Message: fmt.Sprintf("the phone %q is leased by another run", udid),
		Hint:    "wait until it ends, or use another phone"}
	switch {
	case h.PID == 0: // not known
	case h.own():
		t.Message = fmt.Sprintf("the phone %q is leased already, by this run", udid)
		t.Hint = "give every testbed a phone of its own"
	default:
		who := "process " + strconv.Itoa(h.PID)
		if h.Run != "" {
			who = fmt.Sprintf("run %q, process %d", h.Run, h.PID)
		}
		t.Message = fmt.Sprintf("the phone %q is leased by another run: %s, since %s UTC", udid, who, h.Started.UTC().Format(time.DateTime))
		t.Hint = "wait until it ends, use another phone, or end process " + strconv.Itoa(h.PID)
	}
	return t
}

func unable(err error) error {
	return &certification.Trouble{Code: certification.ToolUnclassified, Cause: certification.CauseTool,
		Message: "a phone cannot be leased", Hint: "leases need a folder of your own with locks: set XDG_STATE_HOME to one", Err: err}
}

// fileName is a name for a serial from outside: readable where it can be, never
// a path, and no two serials share one.
func fileName(udid string) string {
	readable := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '_'
	}, udid)
	sum := sha256.Sum256([]byte(udid))
	return readable[:min(len(readable), 40)] + "-" + hex.EncodeToString(sum[:8])
}
