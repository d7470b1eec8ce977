package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ffscert/features/certification"
)

// Latest names the newest run.
const Latest = "latest"

// Errors that callers decide on.
var (
	// ErrBusy says that another process writes to the run.
	ErrBusy = errors.New("another process writes to this run")
	// ErrFinished says that a finished run cannot be resumed.
	ErrFinished = errors.New("the run is finished")
	// ErrDuplicate says that the attempt's number is taken.
	ErrDuplicate = errors.New("this attempt is in the journal already")
	// ErrNoRun says that there is no such run.
	ErrNoRun = errors.New("no such run")
	// ErrBadRunID says that a name is no run id.
	ErrBadRunID = errors.New("not a run id")
	// ErrForeign says that a file is not a journal, is torn, or was made by a
	// newer version. Such a file is never written to.
	ErrForeign = errors.New("not a journal of this tool")
)

// Reader reads a run while it may still be written to.
type Reader struct {
	dir, path string
	db        *sql.DB
}

// Open opens the run with that id, or the newest for [Latest], for reading.
func Open(ctx context.Context, runsDir, run string) (*Reader, error) {
	_, dir, err := resolve(runsDir, run)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, dbName)
	db, err := openExisting(ctx, path, modeRead)
	if err != nil {
		return nil, err
	}
	return &Reader{dir, path, db}, nil
}

// Dir is the run's folder.
func (r *Reader) Dir() string { return r.dir }

// Record reads the run as it is now, in one consistent look.
func (r *Reader) Record(ctx context.Context) (Record, error) {
	// First the lock, then the state: a run that is finished in between has
	// been marked so before its lock was given free.
	alive := written(r.dir)
	return readRecord(ctx, r.path, r.db, alive)
}

// Close ends the reading.
func (r *Reader) Close() error { return r.db.Close() }

// Read opens, reads and closes: the record of a run and its folder.
func Read(ctx context.Context, runsDir, run string) (Record, string, error) {
	r, err := Open(ctx, runsDir, run)
	if err != nil {
		return Record{}, "", err
	}
	rec, err := r.Record(ctx)
	if err = errors.Join(err, r.Close()); err != nil {
		return Record{}, "", err
	}
	return rec, r.dir, nil
}

// Entry is one run in a listing.
type Entry struct {
	ID  string
	Dir string
	// Header and State are zero when Err is set: a run that cannot be read is
	// listed, never hidden.
	Header Header
	State  State
	Err    error
}

// List lists the runs below runsDir, the newest first. A folder that does not
// exist holds no runs.
func List(ctx context.Context, runsDir string) ([]Entry, error) {
	names, err := os.ReadDir(runsDir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	var entries []Entry
	for _, n := range slices.Backward(names) {
		if !n.IsDir() || !idPattern.MatchString(n.Name()) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e := Entry{ID: n.Name(), Dir: filepath.Join(runsDir, n.Name())}
		e.Header, e.State, e.Err = glance(ctx, runsDir, e.ID)
		entries = append(entries, e)
	}
	return entries, nil
}

func glance(ctx context.Context, runsDir, id string) (Header, State, error) {
	r, err := Open(ctx, runsDir, id)
	if err != nil {
		return Header{}, "", err
	}
	alive := written(r.dir)
	h, s, _, err := readRun(ctx, r.path, r.db)
	if err = errors.Join(err, r.Close()); err != nil {
		return Header{}, "", err
	}
	return h, stateOf(s, alive), nil
}

// stateOf knows that a run without a writer does not run.
func stateOf(s State, alive bool) State {
	if s == Running && !alive {
		return Interrupted
	}
	return s
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readRun(ctx context.Context, path string, q querier) (h Header, s State, ended time.Time, err error) {
	var id, data string
	var end sql.NullString
	if err := q.QueryRowContext(ctx, "SELECT id, state, ended, header FROM run").Scan(&id, &s, &end, &data); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return h, s, ended, fmt.Errorf("%s: %w: it has no header", path, ErrForeign)
		}
		return h, s, ended, explain(path, "read", err)
	}
	if err := json.Unmarshal([]byte(data), &h); err != nil {
		return h, s, ended, fmt.Errorf("%s: %w: its header does not parse: %w", path, ErrForeign, err)
	}
	if s != Running && s != Finished && s != Interrupted || h.ID != id {
		return h, s, ended, fmt.Errorf("%s: %w: run %q, state %q", path, ErrForeign, id, s)
	}
	if end.Valid {
		if ended, err = parseTime(end.String); err != nil {
			return h, s, ended, fmt.Errorf("%s: %w: %w", path, ErrForeign, err)
		}
	}
	return h, s, ended, nil
}

// readRecord reads everything in one transaction.
func readRecord(ctx context.Context, path string, db *sql.DB, alive bool) (Record, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Record{}, explain(path, "read", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	var rec Record
	if rec.Header, rec.State, rec.Ended, err = readRun(ctx, path, tx); err != nil {
		return Record{}, err
	}
	rec.State = stateOf(rec.State, alive)
	if rec.Testbeds, err = readTestbeds(ctx, path, tx); err != nil {
		return Record{}, err
	}
	if rec.Attempts, err = readAttempts(ctx, path, tx); err != nil {
		return Record{}, err
	}
	return rec, nil
}

func readTestbeds(ctx context.Context, path string, q querier) (list []Testbed, err error) {
	rows, err := q.QueryContext(ctx, "SELECT data FROM testbed ORDER BY name")
	if err != nil {
		return nil, explain(path, "read", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var data []byte
		var t Testbed
		if err := rows.Scan(&data); err != nil {
			return nil, explain(path, "read", err)
		}
		if err := json.Unmarshal(data, &t); err != nil {
			return nil, fmt.Errorf("%s: %w: a testbed does not parse: %w", path, ErrForeign, err)
		}
		list = append(list, t)
	}
	if err := rows.Err(); err != nil {
		return nil, explain(path, "read", err)
	}
	return list, nil
}

func readAttempts(ctx context.Context, path string, q querier) (list []certification.Attempt, err error) {
	rows, err := q.QueryContext(ctx, `SELECT case_id, scenario, n, testbed, verdict, cause, code, message, hint, started, finished, simulated, setup, detail
		FROM attempt ORDER BY seq`)
	if err != nil {
		return nil, explain(path, "read", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		a, err := scanAttempt(rows)
		if err != nil {
			return nil, explain(path, "read", err)
		}
		list = append(list, a)
	}
	if err := rows.Err(); err != nil {
		return nil, explain(path, "read", err)
	}
	return list, nil
}

func scanAttempt(rows *sql.Rows) (a certification.Attempt, err error) {
	var started, finished string
	var setup sql.NullString
	var lists []byte
	if err := rows.Scan(&a.ID.Case, &a.ID.Scenario, &a.ID.N, &a.Testbed, &a.Verdict, &a.Cause, &a.Code, &a.Message, &a.Hint,
		&started, &finished, &a.Simulated, &setup, &lists); err != nil {
		return a, err
	}
	if a.Started, err = parseTime(started); err != nil {
		return a, err
	}
	if a.Finished, err = parseTime(finished); err != nil {
		return a, err
	}
	if setup.Valid {
		if err := json.Unmarshal([]byte(setup.String), &a.SetupTime); err != nil {
			return a, err
		}
	}
	var d detail
	if err := json.Unmarshal(lists, &d); err != nil {
		return a, err
	}
	a.Phases, a.Steps, a.Findings, a.Observations, a.Evidence = d.Phases, d.Steps, d.Findings, d.Observations, d.Evidence
	return a, nil
}
