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
	dir      string
	path     string // of the database
	header   Header
	db       *sql.DB
	lock     *flock.Flock
	close    func() error
	patience time.Duration // how long another program's lock is waited for

	mu      sync.Mutex
	tip     string  // sum of the last attempt
	session Session // the one that goes on
}

// defaultPatience is how long a write waits while another program (a backup, a
// shell) keeps the database locked.
const defaultPatience = time.Minute

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
		err = migrate(ctx, db, 0, schemaVersion)
	}
	if err == nil {
		err = inTx(ctx, db, func(tx *sql.Tx) error {
			r := runRow{id: h.ID, state: string(Running), header: string(data), tip: firstLink(h.ID)}
			return errors.Join(r.put(ctx, tx), putSession(ctx, tx, Session{N: 1, Started: h.Created, ToolVersion: h.ToolVersion}))
		})
	}
	if err != nil {
		err = explain(path, "create", err)
	}
	return errors.Join(err, db.Close())
}

// openWriter opens a journal of the present schema to write to it. It takes over
// the lock when it succeeds.
func openWriter(ctx context.Context, dir string, lock *flock.Flock) (*Journal, error) {
	path := filepath.Join(dir, dbName)
	db, version, err := openExisting(ctx, path, modeWrite)
	if err != nil {
		return nil, err
	}
	if version != schemaVersion {
		return nil, errors.Join(fmt.Errorf("open the journal %s: its schema version is %d", path, version), db.Close())
	}
	j := &Journal{dir: dir, path: path, db: db, lock: lock, patience: defaultPatience}
	j.close = sync.OnceValue(j.shut)
	var mode string
	err = patient(ctx, j.patience, func() error { return db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode) })
	if err != nil {
		return nil, errors.Join(explain(path, "open", err), db.Close())
	}
	if mode != "wal" {
		return nil, errors.Join(fmt.Errorf("open the journal %s: the file system has no shared memory, SQLite stays in mode %q", path, mode), db.Close())
	}
	var sessions []Session
	if j.header, _, _, j.tip, err = readRun(ctx, path, db, version); err == nil {
		sessions, err = sessionRows(ctx, path, db)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	j.session = sessions[len(sessions)-1]
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
	DecidedBy    []string                    `json:"decided_by,omitempty"`
	TookOut      int                         `json:"took_out,omitempty"`
}

// Append stores an attempt. When it returns nil, the attempt is on the disk;
// when it returns an error, it is not in the journal. A second attempt with the
// same case, scenario and number is refused with [ErrDuplicate]. Nothing is
// stored if the context is done before, so that a caller who is being stopped
// hands over [context.WithoutCancel].
func (j *Journal) Append(ctx context.Context, a certification.Attempt) error {
	return j.AppendAll(ctx, []certification.Attempt{a})
}

// AppendAll stores attempts like [Journal.Append], all of them or none.
func (j *Journal) AppendAll(ctx context.Context, list []certification.Attempt) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // a commit that is cut off would be neither done nor undone
	rows := make([]attemptRow, len(list))
	for i := range list {
		var err error
		if rows[i], err = rowOf(&list[i]); err != nil {
			return fmt.Errorf("append attempt %s: %w", list[i].ID, err)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	tip := j.tip
	var at certification.AttemptID
	err := j.write(ctx, func(tx *sql.Tx) error {
		tip = j.tip // it may be the second try
		for i := range rows {
			at = list[i].ID
			rows[i].session = j.session.N
			rows[i].sum = rows[i].link(tip)
			if err := rows[i].insert(ctx, tx); err != nil {
				return err
			}
			tip = rows[i].sum
		}
		r, err := scanRun(ctx, tx, schemaVersion)
		if err != nil {
			return err
		}
		r.tip = tip
		return r.put(ctx, tx)
	})
	var s *sqlite.Error
	if errors.As(err, &s) && s.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return fmt.Errorf("append attempt %s: %w", at, ErrDuplicate)
	}
	if err != nil {
		return fmt.Errorf("append attempt %s: %w", at, explain(j.path, "write to", err))
	}
	j.tip = tip
	return nil
}

// write does something in one transaction, and waits for a while if another
// program has the journal locked.
func (j *Journal) write(ctx context.Context, f func(*sql.Tx) error) error {
	return patient(ctx, j.patience, func() error { return inTx(ctx, j.db, f) })
}

// valid keeps bytes that are no text out of the text columns; JSON does the same.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// SetTestbed adds what is known of a testbed in this session, or replaces what
// was known, with what the configuration says of it. Once simulated, a testbed
// stays so.
func (j *Journal) SetTestbed(ctx context.Context, t Testbed, settings ...Setting) error {
	if t.Name == "" {
		return errors.New("store a testbed: it has no name")
	}
	name := valid(t.Name)
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.write(ctx, func(tx *sql.Tx) error {
		known, err := scanRigs(ctx, tx)
		if err != nil {
			return err
		}
		rigs, err := parseRigs(j.path, known)
		if err != nil {
			return err
		}
		g := Rig{Testbed: t, Settings: settings}
		for i, r := range known {
			g.Simulated = g.Simulated || r.session == j.session.N && r.name == name && rigs[i].Simulated
		}
		data, err := json.Marshal(g)
		if err != nil {
			return err
		}
		return putRig(ctx, tx, j.session.N, name, string(data))
	})
	if err != nil {
		return fmt.Errorf("store testbed %q: %w", t.Name, explain(j.path, "write to", err))
	}
	return nil
}

// Record reads the run as it is now.
func (j *Journal) Record(ctx context.Context) (Record, error) {
	return readRecord(ctx, j.path, j.db, schemaVersion, true, whole)
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
	j.mu.Lock()
	defer j.mu.Unlock()
	session := j.session
	session.End, session.Ended = "", time.Time{}
	var ended sql.NullString
	if at != nil {
		ended = sql.NullString{String: text(*at), Valid: true}
		session.End, session.Ended = s, *at
	}
	err := j.write(ctx, func(tx *sql.Tx) error {
		r, err := scanRun(ctx, tx, schemaVersion)
		if err != nil {
			return err
		}
		r.state, r.ended = string(s), ended
		return errors.Join(r.put(ctx, tx), putSession(ctx, tx, session))
	})
	if err != nil {
		return fmt.Errorf("mark the run %s: %w", s, explain(j.path, "write to", err))
	}
	j.session = session
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
