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
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

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
// power fails.) After each commit the log is copied into the file, so that a
// log that gets lost or torn takes little with it; it is folded back when the
// run is closed, so that a finished run is one file that can be copied.
func open(path, mode string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	q := url.Values{"mode": {mode}, "_pragma": {"busy_timeout(10000)", "synchronous(FULL)", "trusted_schema(OFF)", "cell_size_check(ON)"}}
	if mode != modeRead {
		q.Set("_txlock", "immediate")
		q["_pragma"][0] = "busy_timeout(1000)" // a writer asks again, see patient
		q.Add("_pragma", "wal_autocheckpoint(1)")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// openExisting opens a journal after having made sure, without SQLite, that the
// file is one: SQLite would take an empty file for an empty database. version
// is that of its schema.
func openExisting(ctx context.Context, path, mode string) (db *sql.DB, version int, err error) {
	if err := identify(path); err != nil {
		return nil, 0, err
	}
	if db, err = open(path, mode); err != nil {
		return nil, 0, err
	}
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	switch {
	case err != nil:
		err = explain(path, "read", err)
	case version < 1:
		err = fmt.Errorf("%s: %w: it has no schema version", path, ErrForeign)
	case version > schemaVersion:
		err = fmt.Errorf("%s: %w: its schema version %d is newer than this tool's %d; %w", path, ErrForeign, version, schemaVersion, ErrNewer)
	default:
		err = sameShape(ctx, db, version)
		if errors.Is(err, ErrForeign) {
			err = fmt.Errorf("%s: %w", path, err)
		} else if err != nil {
			err = explain(path, "read", err)
		}
	}
	if err != nil {
		return nil, 0, errors.Join(err, db.Close())
	}
	return db, version, nil
}

// identify compares SQLite's file header with what every journal has.
// Source: sqlite.org, "Database File Format", section 1.3.
func identify(path string) error {
	f, err := openRegular(path)
	switch {
	case errors.Is(err, ErrForeign):
		return err
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s: %w: the run's folder has no journal", path, ErrForeign)
	case err != nil:
		return fmt.Errorf("open the journal: %w", err)
	}
	defer f.Close()
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

// explain turns SQLite's errors for broken files into [ErrForeign], for a full
// disk into [ErrNoRoom], and for somebody else's lock into [ErrLocked].
func explain(path, doing string, err error) error {
	if errors.Is(err, ErrForeign) {
		return err
	}
	if strings.HasPrefix(err.Error(), "sql: Scan error") {
		// NULL where the schema has none: a page is gone. The package has no type
		// for it.
		return fmt.Errorf("%s: %w: it is torn: %w", path, ErrForeign, err)
	}
	var s *sqlite.Error
	if errors.As(err, &s) {
		switch s.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH:
			return fmt.Errorf("%s: %w: it is torn: %w", path, ErrForeign, err)
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("%s the journal %s: %w: %w", doing, path, ErrNoRoom, err)
		case sqlite3.SQLITE_IOERR:
			if roomless(filepath.Dir(path)) {
				return fmt.Errorf("%s the journal %s: %w: %w", doing, path, ErrNoRoom, err)
			}
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return fmt.Errorf("%s the journal %s: %w: %w", doing, path, ErrLocked, err)
		}
	}
	return fmt.Errorf("%s the journal %s: %w", doing, path, err)
}

// NoRoom tells whether err says that there is no room on the disk: it is full,
// or a quota or a limit on the size of files is used up.
func NoRoom(err error) bool {
	return errors.Is(err, ErrNoRoom) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// roomless tries whether a file can be written: SQLite does not say why it could not.
func roomless(dir string) bool {
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return NoRoom(err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, 1<<16))
	return NoRoom(errors.Join(err, f.Sync(), f.Close()))
}

// patient does something that needs SQLite's lock, again and again while
// another program has it, for at most that long. f must leave nothing behind
// when it fails. Between the tries SQLite itself waits, see open.
func patient(ctx context.Context, longest time.Duration, f func() error) error {
	began := time.Now()
	for {
		err := f()
		var s *sqlite.Error
		if err == nil || !errors.As(err, &s) || s.Code()&0xff != sqlite3.SQLITE_BUSY || ctx.Err() != nil || time.Since(began) >= longest {
			return err
		}
	}
}

// text is how times are stored: UTC, to the nanosecond, without the monotonic part.
func text(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err
}
