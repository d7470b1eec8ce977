package journal

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Latest names the newest run.
const Latest = "latest"

// Errors that callers decide on.
var (
	// ErrBusy says that another process writes to the run.
	ErrBusy = errors.New("another process writes to this run")
	// ErrFinished says that a finished run cannot be resumed.
	ErrFinished = errors.New("it is finished")
	// ErrDuplicate says that the attempt's number is taken.
	ErrDuplicate = errors.New("this attempt is in the journal already")
	// ErrNoRun says that there is no such run.
	ErrNoRun = errors.New("no such run")
	// ErrBadRunID says that a name is no run id.
	ErrBadRunID = errors.New("not a run id")
	// ErrForeign says that a file is not a journal, is torn, or was made by a
	// newer version. Such a file is never written to.
	ErrForeign = errors.New("not a journal of this tool")
	// ErrNewer is an [ErrForeign] that a newer version of this tool can read.
	ErrNewer = errors.New("use a newer ffscert")
	// ErrNoRoom says that the disk is full. What was recorded is intact.
	ErrNoRoom = errors.New("there is no room on the disk")
	// ErrLocked says that another program keeps the journal's file locked.
	// What was recorded is intact.
	ErrLocked = errors.New("another program has locked it")
)

// Reader reads a run while it may still be written to.
type Reader struct {
	dir, path string
	db        *sql.DB
	version   int // of the schema
}

// Open opens the run with that id, or the newest for [Latest], for reading.
func Open(ctx context.Context, runsDir, run string) (*Reader, error) {
	_, dir, err := resolve(runsDir, run)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, dbName)
	db, version, err := openExisting(ctx, path, modeRead)
	if err != nil {
		return nil, err
	}
	return &Reader{dir, path, db, version}, nil
}

// Dir is the run's folder.
func (r *Reader) Dir() string { return r.dir }

// Record reads the run as it is now, in one consistent look.
func (r *Reader) Record(ctx context.Context) (Record, error) { return r.record(ctx, whole) }

// Lean reads the run like [Reader.Record], but leaves out what only an opened
// attempt shows: the words of its steps, of which the evidence alone is kept,
// and its observations. It is what a matrix is computed from, and fits into
// memory for a hundred thousand attempts. [Reader.Attempt] has the rest.
func (r *Reader) Lean(ctx context.Context) (Record, error) { return r.record(ctx, lean) }

func (r *Reader) record(ctx context.Context, how reading) (Record, error) {
	// First the lock, then the state: a run that is finished in between has
	// been marked so before its lock was given free.
	alive := written(r.dir)
	return readRecord(ctx, r.path, r.db, r.version, alive, how)
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
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, fmt.Errorf("list the runs: %s is no folder\n  hint: --runs, or runs: in the configuration, names the folder in which runs are kept", runsDir)
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
	// Ids of the same second say nothing about which was first.
	slices.SortStableFunc(entries, func(a, b Entry) int {
		const second = len("20261122-161403")
		return cmp.Or(strings.Compare(b.ID[:second], a.ID[:second]), b.Header.Created.Compare(a.Header.Created))
	})
	return entries, nil
}

func glance(ctx context.Context, runsDir, id string) (Header, State, error) {
	r, err := Open(ctx, runsDir, id)
	if err != nil {
		return Header{}, "", err
	}
	alive := written(r.dir)
	h, s, _, _, err := readRun(ctx, r.path, r.db, r.version)
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

func readRun(ctx context.Context, path string, q querier, version int) (h Header, s State, ended time.Time, tip string, err error) {
	fail := func(format string, args ...any) (Header, State, time.Time, string, error) {
		return Header{}, "", time.Time{}, "", fmt.Errorf("%s: %w: "+format, append([]any{path, ErrForeign}, args...)...)
	}
	r, err := scanRun(ctx, q, version)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fail("it has no header")
	case err != nil:
		return h, s, ended, "", explain(path, "read", err)
	case version >= 2 && r.sum != r.seal():
		return h, s, ended, "", damaged(path, "the run's header or state")
	}
	if err := json.Unmarshal([]byte(r.header), &h); err != nil {
		return fail("its header does not parse: %w", err)
	}
	if s = State(r.state); s != Running && s != Finished && s != Interrupted || h.ID != r.id {
		return fail("run %q, state %q", r.id, r.state)
	}
	if r.ended.Valid {
		if ended, err = parseTime(r.ended.String); err != nil {
			return fail("%w", err)
		}
	}
	return h, s, ended, r.tip, nil
}

// readRecord reads everything in one transaction, and compares every row with
// its sum.
func readRecord(ctx context.Context, path string, db *sql.DB, version int, alive bool, how reading) (Record, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Record{}, explain(path, "read", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	var rec Record
	var tip string
	if rec.Header, rec.State, rec.Ended, tip, err = readRun(ctx, path, tx, version); err != nil {
		return Record{}, err
	}
	if rec.Sessions, err = readSessions(ctx, path, tx, version, rec); err != nil {
		return Record{}, err
	}
	if err = readAttempts(ctx, path, tx, version, tip, how, &rec); err != nil {
		return Record{}, err
	}
	if rec.Reviews, err = readReviews(filepath.Dir(path), rec.ID); err != nil {
		return Record{}, err
	}
	rec.State = stateOf(rec.State, alive)
	rec.Testbeds = lastKnown(rec.Sessions)
	return rec, nil
}

// readSessions reads the sessions with their testbeds. A journal from before
// there were sessions has had one.
func readSessions(ctx context.Context, path string, q querier, version int, rec Record) ([]Session, error) {
	if version < 2 {
		rigs, err := rigRows(ctx, q, "SELECT 1, name, data, '' FROM testbed ORDER BY name")
		if err != nil {
			return nil, explain(path, "read", err)
		}
		s := Session{N: 1, Started: rec.Created, ToolVersion: rec.ToolVersion, Ended: rec.Ended}
		if rec.State != Running {
			s.End = rec.State
		}
		if s.Rigs, err = parseRigs(path, rigs); err != nil {
			return nil, err
		}
		return []Session{s}, nil
	}
	list, err := sessionRows(ctx, path, q)
	if err != nil {
		return nil, err
	}
	rigs, err := scanRigs(ctx, q)
	if err != nil {
		return nil, explain(path, "read", err)
	}
	known := 0
	for i := range list {
		var mine []rigRow
		for _, r := range rigs {
			if r.session == list[i].N {
				if r.sum != r.seal() {
					return nil, damaged(path, "a testbed")
				}
				mine = append(mine, r)
			}
		}
		known += len(mine)
		if list[i].Rigs, err = parseRigs(path, mine); err != nil {
			return nil, err
		}
	}
	if known != len(rigs) {
		return nil, damaged(path, "the list of testbeds")
	}
	return list, nil
}

func sessionRows(ctx context.Context, path string, q querier) (list []Session, err error) {
	rows, err := q.QueryContext(ctx, "SELECT n, data, sum FROM session ORDER BY n")
	if err != nil {
		return nil, explain(path, "read", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var n int
		var data, sum string
		if err := rows.Scan(&n, &data, &sum); err != nil {
			return nil, explain(path, "read", err)
		}
		var s Session
		if sum != sessionSeal(n, data) || n != len(list)+1 || json.Unmarshal([]byte(data), &s) != nil || s.N != n {
			return nil, damaged(path, "a session")
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		return nil, explain(path, "read", err)
	}
	if len(list) == 0 {
		return nil, damaged(path, "the list of sessions")
	}
	return list, nil
}

func parseRigs(path string, rows []rigRow) ([]Rig, error) {
	var list []Rig
	for _, r := range rows {
		var g Rig
		if err := json.Unmarshal([]byte(r.data), &g); err != nil {
			return nil, fmt.Errorf("%s: %w: a testbed does not parse: %w", path, ErrForeign, err)
		}
		list = append(list, g)
	}
	return list, nil
}

// lastKnown are the testbeds of all sessions as they were known last. One that
// was simulated once stays so.
func lastKnown(sessions []Session) []Testbed {
	simulated := map[string]bool{}
	last := map[string]Testbed{}
	for _, s := range sessions {
		for _, g := range s.Rigs {
			simulated[g.Name] = simulated[g.Name] || g.Simulated
			last[g.Name] = g.Testbed
		}
	}
	var list []Testbed
	for _, name := range slices.Sorted(maps.Keys(last)) {
		t := last[name]
		t.Simulated = simulated[name]
		list = append(list, t)
	}
	return list
}
