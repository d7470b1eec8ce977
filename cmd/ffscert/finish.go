package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"ffscert/cmd/internal/config"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/trace"
	"ffscert/steps/suite"
)

// end writes the end of a run, and says what came of it.
func end(ctx context.Context, s *state, c *config.Config, o runOptions, j *journal.Journal, outputs []output, runErr error) (result, error) {
	r, err := conclude(ctx, j, runErr)
	if err != nil {
		// What was recorded is safe; only its end could not be written.
		err = fmt.Errorf("the end of the run could not be written: %w", errors.Join(runErr, err))
		if len(r.record.Attempts) > 0 && !o.json {
			err = errors.Join(s.printTable(r), err)
		}
		if runErr == nil && r.record.State == journal.Finished {
			return r, &statusError{exitOutside, fmt.Errorf("%w\n  hint: make room in %s; the run is finished and recorded, and `ffscert matrix %s` shows it", err, s.runs(c), j.Header().ID)}
		}
		return r, stopped(s, c, j, err)
	}
	if o.deliver != nil && runErr == nil {
		err = o.deliver(r)
	} else {
		err = deliver(s, o, r, outputs, runErr)
	}
	var noBed *suite.StoppedError
	if runErr != nil && !errors.Is(runErr, context.Canceled) && !errors.As(runErr, &noBed) {
		return r, stopped(s, c, j, err)
	}
	return r, err
}

// stopped says what to do about a run that something outside has stopped.
func stopped(s *state, c *config.Config, j *journal.Journal, err error) error {
	hint := "see whether " + s.runs(c) + " can be written to"
	switch {
	case journal.NoRoom(err):
		hint = "make room in " + s.runs(c)
	case errors.Is(err, journal.ErrLocked):
		hint = "close the program that has the journal open, a shell of SQLite or a backup"
	}
	return &statusError{exitOutside, fmt.Errorf("%w\n  hint: %s; every attempt that was reported is recorded and intact, and `ffscert run --resume %s` goes on from there",
		err, hint, j.Header().ID)}
}

// conclude writes the end of the run, trace.html, matrix.json and matrix.html.
func conclude(ctx context.Context, j *journal.Journal, runErr error) (result, error) {
	last := context.WithoutCancel(ctx)
	now := time.Now().UTC()
	// The clock of a simulated testbed may be ahead: a run does not end before
	// its attempts do.
	before, err := j.Record(last)
	if err != nil {
		return result{}, err
	}
	if t := lastMoment(before); t.After(now) {
		now = t
	}
	end := j.Finish
	if runErr != nil {
		end = j.Interrupt
	}
	if err := end(last, now); err != nil {
		before.State = journal.Interrupted // nobody goes on with it, whatever the file says
		return result{record: before, matrix: matrix.Of(before), dir: j.Dir()}, err
	}
	rec, err := j.Record(last)
	if err != nil {
		return result{}, err
	}
	r := result{record: rec, matrix: matrix.Of(rec), dir: j.Dir()}
	return r, errors.Join(r.publishTraces(), r.publish())
}

// pageName is the name of a run's page in its folder.
const pageName = "matrix.html"

// deliver prints and writes the matrix, and turns its verdict into an exit
// status.
func deliver(s *state, o runOptions, r result, outputs []output, runErr error) error {
	if !o.json {
		if err := s.printTable(r); err != nil {
			return err
		}
	}
	for _, out := range outputs {
		if err := s.write(r, out); err != nil {
			return err
		}
	}
	if !s.quiet {
		name := filepath.Join(r.dir, pageName)
		if rel, err := filepath.Rel(s.Dir, name); err == nil {
			name = rel
		}
		fmt.Fprintln(s.Stderr, "report: "+printable(name))
		if r.hasTraces() {
			fmt.Fprintln(s.Stderr, "traces: "+printable(filepath.Join(filepath.Dir(name), trace.FileName)))
		}
	}
	var noBed *suite.StoppedError
	switch {
	case errors.As(runErr, &noBed):
		err := fmt.Errorf("%w\n  hint: %s: ffscert run --resume %s", noBed, noBed.Hint(), r.record.ID)
		// A case that failed weighs more than what was not run.
		return &statusError{exitStatus(certification.Worst(r.matrix.Outcome(), certification.Blocked)), err}
	case errors.Is(runErr, context.Canceled):
		if !s.quiet {
			fmt.Fprintf(s.Stderr, "interrupted: every finished attempt is recorded; ffscert run --resume %s goes on\n", r.record.ID)
		}
		return &statusError{exitInterrupted, nil}
	case runErr != nil:
		return &statusError{exitOutside, runErr}
	}
	if status := exitStatus(r.matrix.Outcome()); status != exitPassed {
		return &statusError{status, nil}
	}
	return waiverTrouble(r.matrix)
}

// exitStatus is the status of a run with that verdict.
func exitStatus(v certification.Verdict) int {
	switch v {
	case certification.Passed, certification.Warning, certification.Waived:
		return exitPassed
	case certification.Failed:
		return exitFailed
	case certification.Review:
		return exitReview
	default:
		return exitOutside
	}
}
