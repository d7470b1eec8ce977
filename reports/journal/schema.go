package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The file's identity, in SQLite's own header fields.
const (
	applicationID = 0x46465343 // "FFSC"
	schemaVersion = 2
)

// migration brings a journal from one version of the schema to the next.
type migration struct {
	sql string
	// fill, if not nil, completes what SQL alone cannot.
	fill func(ctx context.Context, tx *sql.Tx) error
}

// migrations bring a journal from the version of their index to the next one.
// They are only ever added to: journals of every version are out there.
func migrations() [schemaVersion]migration {
	return [schemaVersion]migration{
		0: {sql: `
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
) STRICT;`},
		// Sessions, and a sum on every row; see seal.go.
		1: {sql: `
ALTER TABLE run ADD COLUMN tip TEXT NOT NULL DEFAULT '';     -- sum of the last attempt
ALTER TABLE run ADD COLUMN sum TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN session INTEGER NOT NULL DEFAULT 1;
ALTER TABLE attempt ADD COLUMN sum TEXT NOT NULL DEFAULT '';
CREATE TABLE session (
	n    INTEGER PRIMARY KEY,
	data TEXT NOT NULL,   -- Session as JSON, without its testbeds
	sum  TEXT NOT NULL
) STRICT;
CREATE TABLE session_testbed (
	session INTEGER NOT NULL,
	name    TEXT NOT NULL,
	data    TEXT NOT NULL, -- Rig as JSON
	sum     TEXT NOT NULL,
	PRIMARY KEY (session, name)
) STRICT;
INSERT INTO session_testbed SELECT 1, name, data, '' FROM testbed;
DROP TABLE testbed;`, fill: fillSessions},
	}
}

// migrate runs in one transaction per version, so that a journal is of one
// version or of the next, never in between.
func migrate(ctx context.Context, db *sql.DB, from, to int) error {
	all := migrations()
	for v := from; v < to; v++ {
		if err := inTx(ctx, db, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, all[v].sql+fmt.Sprintf("\nPRAGMA user_version = %d;", v+1)); err != nil {
				return err
			}
			if all[v].fill == nil {
				return nil
			}
			return all[v].fill(ctx, tx)
		}); err != nil {
			return fmt.Errorf("migrate the journal to version %d: %w", v+1, err)
		}
	}
	return nil
}

// fillSessions makes one session of what was there before there were sessions,
// and seals every row.
func fillSessions(ctx context.Context, tx *sql.Tx) error {
	r, err := scanRun(ctx, tx, 1)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // a new journal
	}
	if err != nil {
		return err
	}
	var h Header
	if err := json.Unmarshal([]byte(r.header), &h); err != nil {
		return err
	}
	s := Session{N: 1, Started: h.Created, ToolVersion: h.ToolVersion}
	if State(r.state) != Running {
		s.End = State(r.state)
		if r.ended.Valid {
			if s.Ended, err = parseTime(r.ended.String); err != nil {
				return err
			}
		}
	}
	if err := putSession(ctx, tx, s); err != nil {
		return err
	}
	rigs, err := scanRigs(ctx, tx)
	if err != nil {
		return err
	}
	for _, row := range rigs {
		if err := putRig(ctx, tx, row.session, row.name, row.data); err != nil {
			return err
		}
	}
	attempts, err := scanAttempts(ctx, tx, 2)
	if err != nil {
		return err
	}
	r.tip = firstLink(r.id)
	for _, a := range attempts {
		r.tip = a.link(r.tip)
		if _, err := tx.ExecContext(ctx, "UPDATE attempt SET sum = ? WHERE seq = ?", r.tip, a.seq); err != nil {
			return err
		}
	}
	return r.put(ctx, tx)
}

// sameShape compares the tables of a journal with those that its version has.
// A file whose version was changed, or whose tables were, is refused before
// anything is written to it.
func sameShape(ctx context.Context, db *sql.DB, version int) (err error) {
	model, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, model.Close()) }()
	model.SetMaxOpenConns(1) // another connection would be another database
	if err := migrate(ctx, model, 0, version); err != nil {
		return err
	}
	want, err := shape(ctx, model)
	if err != nil {
		return err
	}
	have, err := shape(ctx, db)
	if err != nil {
		return err
	}
	if !slices.Equal(have, want) {
		return fmt.Errorf("%w: its tables are not those of schema version %d", ErrForeign, version)
	}
	return nil
}

func shape(ctx context.Context, db *sql.DB) (list []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var parts [4]string
		if err := rows.Scan(&parts[0], &parts[1], &parts[2], &parts[3]); err != nil {
			return nil, err
		}
		list = append(list, strings.Join(parts[:], "\x00"))
	}
	return list, rows.Err()
}
