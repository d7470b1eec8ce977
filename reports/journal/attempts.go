package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"ffscert/features/certification"
)

// rowOf is an attempt as it is stored, without its session and its sum.
func rowOf(a *certification.Attempt) (attemptRow, error) {
	if a.ID.Case == "" || a.ID.Scenario == "" || a.ID.N < 1 || !a.Verdict.Known() {
		return attemptRow{}, fmt.Errorf("case, scenario, number or verdict %q is missing or wrong", a.Verdict)
	}
	lists, err := json.Marshal(detail{a.Phases, a.Steps, a.Findings, a.Observations, a.Evidence, a.DecidedBy, a.TookOut})
	if err != nil {
		return attemptRow{}, err
	}
	var setup sql.NullString
	if a.SetupTime != nil {
		b, err := json.Marshal(a.SetupTime)
		if err != nil {
			return attemptRow{}, err
		}
		setup = sql.NullString{String: string(b), Valid: true}
	}
	return attemptRow{caseID: valid(a.ID.Case), scenario: valid(a.ID.Scenario), n: a.ID.N, testbed: valid(a.Testbed), verdict: string(a.Verdict),
		cause: valid(string(a.Cause)), code: valid(string(a.Code)), message: valid(a.Message), hint: valid(a.Hint),
		started: text(a.Started), finished: text(a.Finished), simulated: a.Simulated, setup: setup, detail: string(lists)}, nil
}

func (a *attemptRow) insert(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO attempt
		(case_id, scenario, n, testbed, verdict, cause, code, message, hint, started, finished, simulated, setup, detail, session, sum)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		a.caseID, a.scenario, a.n, a.testbed, a.verdict, a.cause, a.code, a.message, a.hint,
		a.started, a.finished, a.simulated, a.setup, a.detail, a.session, a.sum)
	return err
}

// reading says how much of each attempt is read.
type reading bool

const (
	whole reading = false
	lean  reading = true
)

// Attempt reads one attempt whole. Attempts never change once they are in the
// journal, so that it belongs to every record that has it; its sum is compared
// with what the attempt before it has left.
func (r *Reader) Attempt(ctx context.Context, id certification.AttemptID) (a certification.Attempt, err error) {
	found := false
	var row attemptRow
	err = eachAttempt(ctx, r.db, r.version, "WHERE case_id = ? AND scenario = ? AND n = ?", func(got *attemptRow) error {
		row, found = *got, true
		return nil
	}, id.Case, id.Scenario, id.N)
	switch {
	case err != nil:
		return a, explain(r.path, "read", err)
	case !found:
		return a, fmt.Errorf("%s: there is no attempt %s of %q", r.path, id, id.Scenario)
	}
	if r.version >= 2 {
		before, err := r.sumBefore(ctx, row.seq)
		if err != nil {
			return a, explain(r.path, "read", err)
		}
		if row.link(before) != row.sum {
			return a, damaged(r.path, "attempt "+id.String())
		}
	}
	p := parser{how: whole}
	if a, err = p.attempt(&row); err != nil {
		return a, fmt.Errorf("%s: %w: attempt %s does not parse: %w", r.path, ErrForeign, id, err)
	}
	return a, nil
}

func (r *Reader) sumBefore(ctx context.Context, seq int64) (sum string, err error) {
	err = r.db.QueryRowContext(ctx, "SELECT sum FROM attempt WHERE seq < ? ORDER BY seq DESC LIMIT 1", seq).Scan(&sum)
	if err == sql.ErrNoRows {
		var run string
		err = r.db.QueryRowContext(ctx, "SELECT id FROM run").Scan(&run)
		sum = firstLink(run)
	}
	return sum, err
}

// readAttempts reads all attempts, in the order in which they were appended.
func readAttempts(ctx context.Context, path string, q querier, version int, tip string, how reading, rec *Record) error {
	link := firstLink(rec.ID)
	p := parser{how: how, known: map[string]string{}, sealed: version >= 2}
	var wrong error // what is wrong with the journal itself
	err := eachAttempt(ctx, q, version, "ORDER BY seq", func(r *attemptRow) error {
		i := len(rec.Attempts) + 1
		if link = r.link(link); version >= 2 && link != r.sum {
			wrong = damaged(path, fmt.Sprintf("attempt %d, or the one before it,", i))
			return wrong
		}
		a, err := p.attempt(r)
		if err != nil {
			wrong = fmt.Errorf("%s: %w: attempt %d does not parse: %w", path, ErrForeign, i, err)
			return wrong
		}
		if r.session < 1 || r.session > len(rec.Sessions) {
			wrong = damaged(path, "the session of an attempt")
			return wrong
		}
		rec.Sessions[r.session-1].Attempts++
		rec.Attempts = append(rec.Attempts, a)
		return nil
	})
	switch {
	case wrong != nil:
		return wrong
	case err != nil:
		return explain(path, "read", err)
	case version >= 2 && link != tip:
		return damaged(path, "the list of attempts")
	}
	return nil
}

// parser makes attempts of rows.
type parser struct {
	how reading
	// known are strings that were met before: most attempts of a run share their
	// words, and keep them once. Nil shares nothing.
	known map[string]string
	// sealed rows have a sum, which was compared.
	sealed bool
}

// mostKnown bounds the strings that are kept to be shared.
const mostKnown = 1 << 14

func (p *parser) shared(s string) string {
	if t, ok := p.known[s]; ok {
		return t
	}
	if p.known != nil && len(p.known) < mostKnown {
		p.known[s] = s
	}
	return s
}

// leanDetail is what of [detail] a matrix needs. The other fields are skipped.
type leanDetail struct {
	Phases []certification.Phase `json:"phases"`
	Steps  []struct {
		Evidence []string `json:"evidence"`
	} `json:"steps"`
	Findings  []certification.Finding `json:"findings"`
	Evidence  []string                `json:"evidence"`
	DecidedBy []string                `json:"decided_by"`
	TookOut   int                     `json:"took_out"`
}

// onlyPhases cuts off what follows the phases. Nobody has to read it, because
// its sum says that it is what was written. No string holds the key of a list:
// its quotation marks would have backslashes before them.
func onlyPhases(text string) string {
	for _, key := range []string{`"steps":[`, `"observations":[`} {
		if i := strings.Index(text, key); i >= 0 && !strings.Contains(text[i:], `"phases":[`) {
			return strings.TrimSuffix(text[:i], ",") + "}"
		}
	}
	return text
}

// withoutSteps is [leanDetail] of an attempt in which nothing has evidence.
type withoutSteps struct {
	Phases    []certification.Phase   `json:"phases"`
	Findings  []certification.Finding `json:"findings"`
	DecidedBy []string                `json:"decided_by"`
	TookOut   int                     `json:"took_out"`
}

func (p *parser) attempt(r *attemptRow) (a certification.Attempt, err error) {
	a.ID = certification.AttemptID{Case: p.shared(r.caseID), Scenario: p.shared(r.scenario), N: r.n}
	a.Testbed, a.Message, a.Hint, a.Simulated = p.shared(r.testbed), p.shared(r.message), p.shared(r.hint), r.simulated
	a.Verdict, a.Cause, a.Code = certification.Verdict(p.shared(r.verdict)), certification.Cause(p.shared(r.cause)), certification.Code(p.shared(r.code))
	if a.Started, err = parseTime(r.started); err != nil {
		return a, err
	}
	if a.Finished, err = parseTime(r.finished); err != nil {
		return a, err
	}
	if r.setup.Valid {
		if err := json.Unmarshal([]byte(r.setup.String), &a.SetupTime); err != nil {
			return a, err
		}
	}
	if p.how == lean {
		return a, p.lean(&a, r.detail)
	}
	var d detail
	if err := json.Unmarshal([]byte(r.detail), &d); err != nil {
		return a, err
	}
	a.Phases, a.Steps, a.Findings, a.Observations, a.Evidence, a.DecidedBy, a.TookOut = d.Phases, d.Steps, d.Findings, d.Observations, d.Evidence, d.DecidedBy, d.TookOut
	return a, nil
}

func (p *parser) lean(a *certification.Attempt, text string) (err error) {
	var d leanDetail
	if strings.Contains(text, `"evidence"`) {
		err = json.Unmarshal([]byte(text), &d)
	} else {
		if p.sealed && !strings.Contains(text, `"findings":[`) && !strings.Contains(text, `"decided_by":[`) && !strings.Contains(text, `"took_out":`) {
			text = onlyPhases(text)
		}
		var w withoutSteps
		err = json.Unmarshal([]byte(text), &w)
		d.Phases, d.Findings, d.DecidedBy, d.TookOut = w.Phases, w.Findings, w.DecidedBy, w.TookOut
	}
	for _, s := range d.Steps {
		if len(s.Evidence) > 0 {
			a.Steps = append(a.Steps, certification.Step{Evidence: s.Evidence})
		}
	}
	for i := range d.Phases {
		d.Phases[i].Name = p.shared(d.Phases[i].Name)
	}
	a.Phases, a.Findings, a.Evidence, a.DecidedBy, a.TookOut = d.Phases, d.Findings, d.Evidence, d.DecidedBy, d.TookOut
	return err
}
