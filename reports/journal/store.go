package journal

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The file's identity, in SQLite's own header fields.
const (
	applicationID = 0x46465343 // "FFSC"
	schemaVersion = 1
)

// migrations bring a journal from the version of their index to the next one.
// They are only ever added to.
var migrations = [schemaVersion]string{0: `
CREATE TABLE run (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	id     TEXT NOT NULL,
	state  TEXT NOT NULL,
	ended  TEXT,          -- RFC 3339, UTC
	header TEXT NOT NULL  -- Header as JSON
) STRICT;
CREATE TABLE testbed (
	name TEXT PRIMARY KEY,
	data TEXT NOT NULL    -- Testbed as JSON
) STRICT;
CREATE TABLE attempt (
	seq       INTEGER PRIMARY KEY,
	case_id   TEXT NOT NULL,
	scenario  TEXT NOT NULL,
	n         INTEGER NOT NULL,
	testbed   TEXT NOT NULL,
	verdict   TEXT NOT NULL,
	cause     TEXT NOT NULL,
	code      TEXT NOT NULL,
	message   TEXT NOT NULL,
	hint      TEXT NOT NULL,
	started   TEXT NOT NULL,
	finished  TEXT NOT NULL,
	simulated INTEGER NOT NULL,
	setup     TEXT,          -- certification.Bracket as JSON
	detail    TEXT NOT NULL, -- phases, steps, findings, observations, evidence as JSON
	UNIQUE (case_id, scenario, n)
) STRICT;`}

// migrate runs in one transaction per version, so that a journal is of one
// version or of the next, never in between.
func migrate(ctx context.Context, db *sql.DB, from int) error {
	for v := from; v < schemaVersion; v++ {
		if err := inTx(ctx, db, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, migrations[v]+fmt.Sprintf("\nPRAGMA user_version = %d;", v+1))
			return err
		}); err != nil {
			return fmt.Errorf("migrate the journal to version %d: %w", v+1, err)
		}
	}
	return nil
}

func inTx(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Access modes of SQLite's URI filenames.
const (
	modeRead   = "ro"
	modeWrite  = "rw"  // never creates
	modeCreate = "rwc" // only for a run that does not exist yet
)

// open opens the file with settings that are the same for everybody.
//
// A writer uses the write-ahead log with synchronous=FULL: every commit is
// flushed to the disk before it returns, as with a rollback journal, but
// readers do not hold up the writer, nor he them. (With synchronous=NORMAL,
// SQLite's usual companion of the log, the last commits may be lost when the
// power fails.) The log is folded back when the run is closed, so that a
// finished run is one file that can be copied.
func open(path, mode string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	q := url.Values{"mode": {mode}, "_pragma": {"busy_timeout(10000)", "synchronous(FULL)", "trusted_schema(OFF)"}}
	if mode != modeRead {
		q.Set("_txlock", "immediate")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// openExisting opens a journal after having made sure, without SQLite, that the
// file is one: SQLite would take an empty file for an empty database.
func openExisting(ctx context.Context, path, mode string) (*sql.DB, error) {
	if err := identify(path); err != nil {
		return nil, err
	}
	db, err := open(path, mode)
	if err != nil {
		return nil, err
	}
	var version int
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	switch {
	case err != nil:
		err = explain(path, "read", err)
	case version < 1:
		err = fmt.Errorf("%s: %w: it has no schema version", path, ErrForeign)
	case version > schemaVersion:
		err = fmt.Errorf("%s: %w: its schema version %d is newer than this tool's %d; use a newer ffscert", path, ErrForeign, version, schemaVersion)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// identify compares SQLite's file header with what every journal has.
// Source: sqlite.org, "Database File Format", section 1.3.
func identify(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: %w: the run's folder has no journal", path, ErrForeign)
	}
	if err != nil {
		return fmt.Errorf("open the journal: %w", err)
	}
	defer f.Close()
	if s, err := f.Stat(); err != nil || !s.Mode().IsRegular() {
		return fmt.Errorf("%s: %w: it is not a regular file", path, ErrForeign)
	}
	var head [100]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return fmt.Errorf("%s: %w: it is empty or cut off", path, ErrForeign)
	}
	if !bytes.HasPrefix(head[:], []byte("SQLite format 3\x00")) {
		return fmt.Errorf("%s: %w: it is no SQLite database", path, ErrForeign)
	}
	if id := binary.BigEndian.Uint32(head[68:]); id != applicationID {
		return fmt.Errorf("%s: %w: it is a database of another program", path, ErrForeign)
	}
	return nil
}

// explain turns SQLite's errors for broken files into [ErrForeign].
func explain(path, doing string, err error) error {
	var s *sqlite.Error
	if errors.As(err, &s) {
		switch s.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("%s: %w: it is torn: %w", path, ErrForeign, err)
		}
	}
	return fmt.Errorf("%s the journal %s: %w", doing, path, err)
}

// text is how times are stored: UTC, to the nanosecond, without the monotonic part.
func text(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err
}
