package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Claim is a run that this process will continue, and nobody else meanwhile.
// Nothing has been written to it yet.
type Claim struct {
	dir, path string
	record    Record
	version   int // of the schema
	lock      *flock.Flock
}

// ClaimRun takes a run that exists, to continue it. A finished run is refused
// with [ErrFinished], one that another process writes to with a [BusyError], a
// file that is not whole, or of which anything was changed, with [ErrForeign].
// The file is not changed, whatever comes of it.
func ClaimRun(ctx context.Context, runsDir, run string) (_ *Claim, err error) {
	_, dir, err := resolve(runsDir, run)
	if err != nil {
		return nil, err
	}
	c := &Claim{dir: dir, path: filepath.Join(dir, dbName)}
	if err := identify(c.path); err != nil {
		return nil, err
	}
	if c.lock, err = lockRun(ctx, dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.lock.Close())
		}
	}()
	return c, c.read(ctx)
}

// read looks at the run without a chance of changing it.
func (c *Claim) read(ctx context.Context) (err error) {
	db, version, err := openExisting(ctx, c.path, modeRead)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var sound string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&sound); err != nil {
		return explain(c.path, "check", err)
	}
	if sound != "ok" {
		return fmt.Errorf("%s: %w: it is torn: %s", c.path, ErrForeign, sound)
	}
	c.version = version
	if c.record, err = readRecord(ctx, c.path, db, version, false, whole); err != nil {
		return err
	}
	if c.record.State == Finished {
		return fmt.Errorf("%s: %w", c.record.ID, ErrFinished)
	}
	return nil
}

// Record is the run as it was left.
func (c *Claim) Record() Record { return c.record }

// Close gives the run free again, as it was. After [Claim.Begin] has succeeded
// it does nothing.
func (c *Claim) Close() error {
	if c.lock == nil {
		return nil
	}
	l := c.lock
	c.lock = nil
	return l.Close()
}

// Begin begins another session of the run: its number is given, its Started
// and ToolVersion must be set. A journal of an older schema is brought to the
// present one first; a copy of it is kept beside it, see [Claim.Older].
func (c *Claim) Begin(ctx context.Context, s Session) (*Journal, error) {
	if c.lock == nil {
		return nil, errors.New("continue a run: it was given free already")
	}
	if s.Started.IsZero() {
		return nil, errors.New("continue a run: the session has no time")
	}
	if c.version < schemaVersion {
		if err := c.migrate(ctx); err != nil {
			return nil, err
		}
	}
	j, err := openWriter(ctx, c.dir, c.lock)
	if err != nil {
		return nil, err
	}
	s.N, s.End, s.Ended = j.session.N+1, "", time.Time{}
	err = j.write(ctx, func(tx *sql.Tx) error {
		r, err := scanRun(ctx, tx, schemaVersion)
		if err != nil {
			return err
		}
		r.state, r.ended = string(Running), sql.NullString{}
		return errors.Join(r.put(ctx, tx), putSession(ctx, tx, s))
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("continue the run: %w", explain(c.path, "write to", err)), j.db.Close())
	}
	s.Started = s.Started.UTC().Round(0)
	j.session = s
	c.lock = nil // the journal has it
	return j, nil
}

// Resume is [ClaimRun] and [Claim.Begin] at once.
func Resume(ctx context.Context, runsDir, run string, s Session) (*Journal, error) {
	c, err := ClaimRun(ctx, runsDir, run)
	if err != nil {
		return nil, err
	}
	j, err := c.Begin(ctx, s)
	return j, errors.Join(err, c.Close())
}

// Older is the schema version of a run that an older version of the tool made;
// 0 for the present one.
func (c *Claim) Older() int {
	if c.version == schemaVersion {
		return 0
	}
	return c.version
}

// migrate brings the journal to the present schema, after having kept a copy.
func (c *Claim) migrate(ctx context.Context) (err error) {
	// What a killed process left in the log belongs into the file that is copied.
	db, _, err := openExisting(ctx, c.path, modeWrite)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var mode string
	if err := patient(ctx, defaultPatience, func() error {
		return db.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode)
	}); err != nil {
		return explain(c.path, "open", err)
	}
	if mode != "delete" {
		return fmt.Errorf("open the journal %s: %w: SQLite stays in mode %q", c.path, ErrLocked, mode)
	}
	if err := keepCopy(c.path, filepath.Join(c.dir, fmt.Sprintf("journal.v%d", c.version))); err != nil {
		return fmt.Errorf("keep a copy of the journal before it is migrated: %w", err)
	}
	if err := patient(ctx, defaultPatience, func() error { return migrate(ctx, db, c.version, schemaVersion) }); err != nil {
		return explain(c.path, "migrate", err)
	}
	return nil
}

// keepCopy copies a file to NAME.db, or to NAME-2.db and so on if that is taken.
// The copy is whole, and on the disk, when it returns.
func keepCopy(path, name string) error {
	for n := 1; ; n++ {
		target := name + ".db"
		if n > 1 {
			target = fmt.Sprintf("%s-%d.db", name, n)
		}
		if _, err := os.Lstat(target); err == nil {
			continue
		}
		in, err := os.Open(path)
		if err != nil {
			return err
		}
		defer in.Close()
		data, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		return WriteFile(target, data)
	}
}
