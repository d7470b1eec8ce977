package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"ffscert/features/certification"
)

// Journal is the one writer of a run. Its methods may be called from several
// goroutines.
type Journal struct {
	dir    string
	path   string // of the database
	header Header
	db     *sql.DB
	lock   *flock.Flock
	close  func() error
}

// Create makes a new run below runsDir, writes its header and points
// runsDir/latest at it. The header's ID is ignored and given anew; its Created
// must be set. A run is there whole or not at all.
func Create(ctx context.Context, runsDir string, h Header) (*Journal, error) {
	if err := h.validate(); err != nil {
		return nil, err
	}
	h.Created = h.Created.UTC().Round(0)
	if err := os.MkdirAll(runsDir, 0o755); err != nil {
		return nil, fmt.Errorf("create a run: %w", err)
	}
	temp, err := os.MkdirTemp(runsDir, ".new-*")
	if err != nil {
		return nil, fmt.Errorf("create a run: %w", err)
	}
	j, err := create(ctx, runsDir, temp, h)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(temp))
	}
	return j, nil
}

// create builds the run in a folder that nobody takes for one, locks it, and
// gives it its name at last.
func create(ctx context.Context, runsDir, temp string, h Header) (_ *Journal, err error) {
	if err := os.Chmod(temp, 0o755); err != nil {
		return nil, fmt.Errorf("create a run: %w", err)
	}
	lock, err := lockRun(ctx, temp)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()
	// An id can be taken; two or three draws find a free one.
	for range 100 {
		h.ID = newID(h.Created)
		dir := filepath.Join(runsDir, h.ID)
		if _, err := os.Lstat(dir); err == nil {
			continue
		}
		if err := initialise(ctx, filepath.Join(temp, dbName), h); err != nil {
			return nil, err
		}
		if err := syncDir(temp); err != nil {
			return nil, err
		}
		if err := os.Rename(temp, dir); err != nil {
			if errors.Is(err, os.ErrExist) {
				continue
			}
			return nil, fmt.Errorf("create a run: %w", err)
		}
		if err := pointLatest(runsDir, h.ID); err != nil {
			return nil, err
		}
		return openWriter(ctx, dir, lock)
	}
	return nil, fmt.Errorf("create a run: no free id for %s in %s", text(h.Created), runsDir)
}

// initialise writes a journal that holds the header only.
func initialise(ctx context.Context, path string, h Header) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("create the journal: %w", err)
	}
	data, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("create the journal: %w", err)
	}
	db, err := open(path, modeCreate)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	if err == nil {
		err = migrate(ctx, db, 0)
	}
	if err == nil {
		_, err = db.ExecContext(ctx, "INSERT INTO run (one, id, state, header) VALUES (1, ?, ?, ?)", h.ID, string(Running), string(data))
	}
	if err != nil {
		err = fmt.Errorf("create the journal: %w", err)
	}
	return errors.Join(err, db.Close())
}

// Resume opens a run that exists to append to it, and marks it running again. A
// finished run is refused with [ErrFinished], one that another process writes
// to with [ErrBusy], a file that is not whole with [ErrForeign].
func Resume(ctx context.Context, runsDir, run string) (_ *Journal, err error) {
	_, dir, err := resolve(runsDir, run)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, dbName)
	if err := identify(path); err != nil {
		return nil, err
	}
	lock, err := lockRun(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()
	if err := resumable(ctx, path); err != nil {
		return nil, err
	}
	j, err := openWriter(ctx, dir, lock)
	if err != nil {
		return nil, err
	}
	if err := j.setState(ctx, Running, nil); err != nil {
		return nil, errors.Join(err, j.db.Close())
	}
	return j, nil
}

// resumable looks at a run without a chance of changing it.
func resumable(ctx context.Context, path string) (err error) {
	db, err := openExisting(ctx, path, modeRead)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var sound string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&sound); err != nil {
		return explain(path, "check", err)
	}
	if sound != "ok" {
		return fmt.Errorf("%s: %w: it is torn: %s", path, ErrForeign, sound)
	}
	h, state, _, err := readRun(ctx, path, db)
	if err == nil && state == Finished {
		err = fmt.Errorf("%s: %w", h.ID, ErrFinished)
	}
	return err
}

// openWriter takes over the lock when it succeeds.
func openWriter(ctx context.Context, dir string, lock *flock.Flock) (*Journal, error) {
	path := filepath.Join(dir, dbName)
	db, err := openExisting(ctx, path, modeWrite)
	if err != nil {
		return nil, err
	}
	j := &Journal{dir: dir, path: path, db: db, lock: lock}
	j.close = sync.OnceValue(j.shut)
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return nil, errors.Join(explain(path, "open", err), db.Close())
	}
	if mode != "wal" {
		return nil, errors.Join(fmt.Errorf("open the journal %s: the file system has no shared memory, SQLite stays in mode %q", path, mode), db.Close())
	}
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return nil, errors.Join(explain(path, "open", err), db.Close())
	}
	if err := migrate(ctx, db, version); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if j.header, _, _, err = readRun(ctx, path, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return j, nil
}

// Header is the run's header, with its id.
func (j *Journal) Header() Header { return j.header }

// Dir is the run's folder.
func (j *Journal) Dir() string { return j.dir }

// detail is what an attempt has in lists.
type detail struct {
	Phases       []certification.Phase       `json:"phases,omitempty"`
	Steps        []certification.Step        `json:"steps,omitempty"`
	Findings     []certification.Finding     `json:"findings,omitempty"`
	Observations []certification.Observation `json:"observations,omitempty"`
	Evidence     []string                    `json:"evidence,omitempty"`
}

// Append stores an attempt. When it returns nil, the attempt is on the disk;
// when it returns an error, it is not in the journal. A second attempt with the
// same case, scenario and number is refused with [ErrDuplicate]. Nothing is
// stored if the context is done before, so that a caller who is being stopped
// hands over [context.WithoutCancel].
func (j *Journal) Append(ctx context.Context, a certification.Attempt) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // a commit that is cut off would be neither done nor undone
	if a.ID.Case == "" || a.ID.Scenario == "" || a.ID.N < 1 || !a.Verdict.Known() {
		return fmt.Errorf("append attempt %s: case, scenario, number or verdict %q is missing or wrong", a.ID, a.Verdict)
	}
	lists, err := json.Marshal(detail{a.Phases, a.Steps, a.Findings, a.Observations, a.Evidence})
	if err != nil {
		return fmt.Errorf("append attempt %s: %w", a.ID, err)
	}
	var setup sql.NullString
	if a.SetupTime != nil {
		b, err := json.Marshal(a.SetupTime)
		if err != nil {
			return fmt.Errorf("append attempt %s: %w", a.ID, err)
		}
		setup = sql.NullString{String: string(b), Valid: true}
	}
	_, err = j.db.ExecContext(ctx, `INSERT INTO attempt
		(case_id, scenario, n, testbed, verdict, cause, code, message, hint, started, finished, simulated, setup, detail)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		valid(a.ID.Case), valid(a.ID.Scenario), a.ID.N, valid(a.Testbed), string(a.Verdict), valid(string(a.Cause)), valid(string(a.Code)),
		valid(a.Message), valid(a.Hint), text(a.Started), text(a.Finished), a.Simulated, setup, string(lists))
	var s *sqlite.Error
	if errors.As(err, &s) && s.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return fmt.Errorf("append attempt %s: %w", a.ID, ErrDuplicate)
	}
	if err != nil {
		return fmt.Errorf("append attempt %s: %w", a.ID, explain(j.path, "write to", err))
	}
	return nil
}

// valid keeps bytes that are no text out of the text columns; JSON does the same.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// SetTestbed adds what is known of a testbed, or replaces what was known. Once
// simulated, a testbed stays so.
func (j *Journal) SetTestbed(ctx context.Context, t Testbed) error {
	if t.Name == "" {
		return errors.New("store a testbed: it has no name")
	}
	data, err := json.Marshal(t)
	if err == nil {
		_, err = j.db.ExecContext(ctx, `INSERT INTO testbed (name, data) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET
			data = json_set(excluded.data, '$.simulated', json(iif(data ->> 'simulated' OR excluded.data ->> 'simulated', 'true', 'false')))`,
			valid(t.Name), string(data))
	}
	if err != nil {
		return fmt.Errorf("store testbed %q: %w", t.Name, err)
	}
	return nil
}

// Record reads the run as it is now.
func (j *Journal) Record(ctx context.Context) (Record, error) {
	return readRecord(ctx, j.path, j.db, true)
}

// Finish marks the run finished at that moment. Every case has had its attempts
// then; the run cannot be resumed.
func (j *Journal) Finish(ctx context.Context, at time.Time) error {
	return j.setState(ctx, Finished, &at)
}

// Interrupt marks the run interrupted at that moment; it can be resumed.
func (j *Journal) Interrupt(ctx context.Context, at time.Time) error {
	return j.setState(ctx, Interrupted, &at)
}

func (j *Journal) setState(ctx context.Context, s State, at *time.Time) error {
	var ended sql.NullString
	if at != nil {
		ended = sql.NullString{String: text(*at), Valid: true}
	}
	if _, err := j.db.ExecContext(ctx, "UPDATE run SET state = ?, ended = ?", string(s), ended); err != nil {
		return fmt.Errorf("mark the run %s: %w", s, explain(j.path, "write to", err))
	}
	return nil
}

// Close gives the run free for another writer. A run that was neither finished
// nor interrupted reads as interrupted from now on. Closing twice is no error.
func (j *Journal) Close() error { return j.close() }

func (j *Journal) shut() error {
	// Folding the log back needs a moment without readers. If there is none the
	// log stays, which costs nothing but a second file. No error of it matters.
	_, _ = j.db.Exec("PRAGMA busy_timeout = 200; PRAGMA journal_mode = DELETE")
	err := j.db.Close()
	return errors.Join(err, j.lock.Close())
}

func (h Header) validate() error {
	if h.Created.IsZero() {
		return errors.New("create a run: the header has no time")
	}
	if !(h.BlockedShare >= 0 && h.BlockedShare < 1) {
		return fmt.Errorf("create a run: a blocked share of %v is not between 0 and 1", h.BlockedShare)
	}
	seen := map[string]bool{}
	for _, s := range h.Scopes {
		if s.Case == "" || seen[s.Case] || s.Required < 1 {
			return fmt.Errorf("create a run: the scope of case %q is empty, double or without attempts", s.Case)
		}
		seen[s.Case] = true
		scenarios := map[string]bool{}
		for _, name := range s.Scenarios {
			if name == "" || scenarios[name] {
				return fmt.Errorf("create a run: scenario %q of case %q is empty or double", name, s.Case)
			}
			scenarios[name] = true
		}
	}
	return nil
}
