package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
)

// Every row carries a SHA-256 sum of itself, because SQLite notices a damaged
// page only where it breaks the structure: a changed letter in a verdict is
// still a database. The sums of the attempts form a chain, and the run's row
// holds its end, so that an attempt that is missing is noticed, too. The sums
// find damage and careless edits; who wants to forge a journal can compute
// them anew.

// sumOf writes every part with its length, so that no two lists of parts share
// a sum.
func sumOf(parts ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// firstLink is what the chain of attempts of a run begins with.
func firstLink(runID string) string { return sumOf("run", runID) }

func nullable(s sql.NullString) string {
	if !s.Valid {
		return ""
	}
	return "=" + s.String
}

// runRow is the one row of the table run as it is stored.
type runRow struct {
	id, state, header string
	ended             sql.NullString
	tip, sum          string
}

func (r runRow) seal() string { return sumOf("run", r.id, r.state, nullable(r.ended), r.header, r.tip) }

func scanRun(ctx context.Context, q querier, version int) (r runRow, err error) {
	query := "SELECT id, state, ended, header, tip, sum FROM run"
	if version < 2 {
		query = "SELECT id, state, ended, header, '', '' FROM run"
	}
	err = q.QueryRowContext(ctx, query).Scan(&r.id, &r.state, &r.ended, &r.header, &r.tip, &r.sum)
	return r, err
}

// put writes the row with its sum.
func (r runRow) put(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO run (one, id, state, ended, header, tip, sum) VALUES (1, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (one) DO UPDATE SET state = excluded.state, ended = excluded.ended, tip = excluded.tip, sum = excluded.sum`,
		r.id, r.state, r.ended, r.header, r.tip, r.seal())
	return err
}

// attemptRow is an attempt as it is stored.
type attemptRow struct {
	seq                                                            int64
	caseID, scenario, testbed, verdict, cause, code, message, hint string
	started, finished                                              string
	n                                                              int
	simulated                                                      bool
	setup                                                          sql.NullString
	detail                                                         string
	session                                                        int
	sum                                                            string
}

// link is the sum of the row in the chain that has come to before.
func (a *attemptRow) link(before string) string {
	return sumOf("attempt", before, a.caseID, a.scenario, strconv.Itoa(a.n), a.testbed, a.verdict, a.cause, a.code, a.message, a.hint,
		a.started, a.finished, strconv.FormatBool(a.simulated), nullable(a.setup), a.detail, strconv.Itoa(a.session))
}

func scanAttempts(ctx context.Context, q querier, version int) (list []attemptRow, err error) {
	err = eachAttempt(ctx, q, version, "ORDER BY seq", func(a *attemptRow) error {
		list = append(list, *a)
		return nil
	})
	return list, err
}

// eachAttempt reads attempts one by one, into the same row: a journal may be
// larger than the memory.
func eachAttempt(ctx context.Context, q querier, version int, which string, f func(*attemptRow) error, args ...any) (err error) {
	more := "session, sum"
	if version < 2 {
		more = "1, ''"
	}
	rows, err := q.QueryContext(ctx, `SELECT seq, case_id, scenario, n, testbed, verdict, cause, code, message, hint, started, finished, simulated,
		setup, detail, `+more+` FROM attempt `+which, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var a attemptRow
	for rows.Next() {
		if err := rows.Scan(&a.seq, &a.caseID, &a.scenario, &a.n, &a.testbed, &a.verdict, &a.cause, &a.code, &a.message, &a.hint,
			&a.started, &a.finished, &a.simulated, &a.setup, &a.detail, &a.session, &a.sum); err != nil {
			return err
		}
		if err := f(&a); err != nil {
			return err
		}
	}
	return rows.Err()
}

// rigRow is a testbed of a session as it is stored.
type rigRow struct {
	session    int
	name, data string
	sum        string
}

func (r rigRow) seal() string { return sumOf("testbed", strconv.Itoa(r.session), r.name, r.data) }

func scanRigs(ctx context.Context, q querier) ([]rigRow, error) {
	return rigRows(ctx, q, "SELECT session, name, data, sum FROM session_testbed ORDER BY session, name")
}

func rigRows(ctx context.Context, q querier, query string) (list []rigRow, err error) {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r rigRow
		if err := rows.Scan(&r.session, &r.name, &r.data, &r.sum); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

func putRig(ctx context.Context, tx *sql.Tx, session int, name, data string) error {
	r := rigRow{session: session, name: name, data: data}
	_, err := tx.ExecContext(ctx, `INSERT INTO session_testbed (session, name, data, sum) VALUES (?, ?, ?, ?)
		ON CONFLICT (session, name) DO UPDATE SET data = excluded.data, sum = excluded.sum`, r.session, r.name, r.data, r.seal())
	return err
}

func sessionSeal(n int, data string) string { return sumOf("session", strconv.Itoa(n), data) }

// damaged says that a row is not what was written.
func damaged(path, what string) error {
	return fmt.Errorf("%s: %w: it is damaged: %s is not what was recorded", path, ErrForeign, what)
}
