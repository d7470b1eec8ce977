package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ffscert/cmd/internal/config"
	"ffscert/reports/journal"
)

// claimRun takes the run that is to be continued.
func claimRun(ctx context.Context, runsDir, run string) (*journal.Claim, error) {
	c, err := journal.ClaimRun(ctx, runsDir, run)
	var busy *journal.BusyError
	switch {
	case err == nil:
		return c, nil
	case errors.Is(err, journal.ErrFinished):
		// Its process may have died before it wrote the reports.
		if r, closeRun, err := openResult(ctx, runsDir, run); err == nil {
			_ = errors.Join(r.publish(), closeRun()) // what is asked for is refused in any case
		}
		return nil, usagef("--resume %s: run %w: there is nothing to continue\n  hint: `ffscert matrix %s` shows it; `ffscert run` begins a new one", run, err, run)
	case errors.As(err, &busy):
		hint := "wait until it ends; `ffscert matrix " + run + "` shows how far it is"
		if busy.Writer.PID > 0 {
			hint += fmt.Sprintf("; to take it over, end process %d first (kill -INT %d)", busy.Writer.PID, busy.Writer.PID)
		}
		return nil, &statusError{exitOutside, fmt.Errorf("--resume %s: %w\n  hint: %s", run, err, hint)}
	case errors.Is(err, journal.ErrLocked):
		return nil, &statusError{exitOutside, fmt.Errorf("--resume %s: %w\n  hint: close the program that has it open, a shell of SQLite or a backup, and try again", run, err)}
	}
	return nil, noSuchRun(err, runsDir, run)
}

// noSuchRun says what is wrong with the name of a run, or with its journal.
func noSuchRun(err error, runsDir, run string) error {
	switch {
	case errors.Is(err, journal.ErrNoRun) && run == journal.Latest:
		return usagef("there is no run in %s yet\n  hint: `ffscert run` makes one; --runs names another folder", runsDir)
	case errors.Is(err, journal.ErrNoRun), errors.Is(err, journal.ErrBadRunID):
		return usagef("there is no run %q in %s\n  hint: give a run's id, or latest", run, runsDir)
	case errors.Is(err, journal.ErrNewer):
		return usagef("%w\n  hint: this is ffscert %s; the file was left as it is", err, version)
	case errors.Is(err, journal.ErrForeign):
		return usagef("%w\n  hint: the file was left as it is; if you have a copy of the run's folder, put it back; otherwise begin a new run", err)
	}
	return usage(err)
}

// options are what was asked for, as they are kept in the header.
func (o runOptions) options() *journal.Options {
	all := &journal.Options{Plan: o.plan, Cases: o.cases, Tags: o.tags, Files: o.files, Features: o.features, Attempts: o.attempts, Testbeds: o.beds}
	if o.seedSet {
		all.Seed = &o.seed
	}
	return all
}

// continued are the options of a run that is continued: those with which it was
// begun. What is given again must be the same, except for the testbeds: people
// mend a rig before they continue.
func (o runOptions) continued(h journal.Header) (runOptions, error) {
	was := h.Selection.Options
	if was == nil { // an older version did not keep them; the header decides
		o.plan = firstOf(o.plan, h.Plan.ID)
		if !o.seedSet {
			o.seed, o.seedSet = h.Seed, true
		}
		return o, nil
	}
	var wrong []string
	compare := func(flag string, given, same bool, was string) {
		if given && !same {
			if was == "" {
				was = "without it"
			} else {
				was = "with " + was
			}
			wrong = append(wrong, fmt.Sprintf("%s: the run was begun %s", flag, was))
		}
	}
	compare("--plan "+o.plan, o.plan != "", o.plan == h.Plan.ID, "plan "+h.Plan.ID)
	compare("--case "+strings.Join(o.cases, " --case "), len(o.cases) > 0, slices.Equal(o.cases, was.Cases), strings.Join(was.Cases, ", "))
	compare("--tags", o.tags != "", o.tags == was.Tags, was.Tags)
	compare("--features "+o.features, o.features != "", o.features == was.Features, was.Features)
	compare(fmt.Sprintf("--attempts %d", o.attempts), o.attempts > 0, o.attempts == was.Attempts, numberOf(was.Attempts))
	compare(fmt.Sprintf("--seed %d", o.seed), o.seedSet, o.seed == h.Seed, fmt.Sprintf("seed %d", h.Seed))
	compare("FILE "+strings.Join(o.files, " "), len(o.files) > 0, slices.Equal(o.files, was.Files), strings.Join(was.Files, " "))
	if len(wrong) > 0 {
		return o, usagef("--resume %s: another selection cannot be continued\n  %s\n  hint: a run keeps what it was begun with: leave these options out, or begin a new run without --resume",
			o.resume, strings.Join(wrong, "\n  "))
	}
	o.plan, o.cases, o.tags, o.files, o.features, o.attempts = was.Plan, was.Cases, was.Tags, was.Files, was.Features, was.Attempts
	if len(o.beds) == 0 {
		o.beds = was.Testbeds
	}
	if was.Seed != nil {
		o.seed, o.seedSet = *was.Seed, true
	}
	return o, nil
}

func numberOf(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// mostShown bounds the list of differences.
const mostShown = 20

// refuseChanges refuses to continue a run if what it certifies has changed.
func refuseChanges(was, is journal.Header) error {
	all := journal.Differences(was, is)
	if len(all) == 0 {
		return nil
	}
	var lines []string
	for i, d := range all {
		if i == mostShown {
			lines = append(lines, fmt.Sprintf("and %d more", len(all)-i))
			break
		}
		lines = append(lines, d.String())
	}
	hint := "put back what was changed, or begin a new run; testbeds may change, what is certified may not"
	if was.Selection.Options == nil && was.Selection.Text != "" {
		hint = "an older version did not keep the options of this run: give them again, " + was.Selection.Text + "; " + hint
	}
	if was.ToolVersion != version {
		hint += "; the run was begun by ffscert " + was.ToolVersion + ", whose plans and features may be others: that version continues it"
	}
	return usagef("run %s cannot be continued: what it certifies is not what it was\n  %s\n  hint: %s", was.ID, strings.Join(lines, "\n  "), hint)
}

// refuseMixing refuses to continue on simulated testbeds what was begun on real
// ones, and the other way round: neither would prove anything.
func refuseMixing(was journal.Record, simulated bool) error {
	if was.Simulated() == simulated || len(was.Attempts) == 0 && !was.Header.Simulated {
		return nil
	}
	kinds := map[bool]string{true: "simulated", false: "real"}
	return usagef("run %s cannot be continued: it was made on %s testbeds, and these are %s\n  hint: continue it with the configuration of the %s ones (--config, --testbed), or begin a new run",
		was.ID, kinds[was.Simulated()], kinds[simulated], kinds[was.Simulated()])
}

// begin makes a new run, or continues one.
func begin(ctx context.Context, s *state, c *config.Config, o runOptions, job plannedRun, claim *journal.Claim, simulated bool) (*journal.Journal, error) {
	if claim == nil {
		j, err := journal.Create(ctx, s.runs(c), job.header(c, o, simulated))
		if err != nil && journal.NoRoom(err) {
			return nil, &statusError{exitOutside, fmt.Errorf("cannot begin a run in %s: %w\n  hint: make room there, or name another folder with --runs", s.runs(c), err)}
		}
		if err != nil {
			return nil, usage(fmt.Errorf("cannot begin a run in %s: %w", s.runs(c), err))
		}
		return j, nil
	}
	was := claim.Record()
	if err := refuseMixing(was, simulated); err != nil {
		return nil, err
	}
	session := o.session(was)
	if v := claim.Older(); v > 0 {
		session.Remarks = append(session.Remarks, fmt.Sprintf("the journal was migrated from schema version %d; a copy of it is kept beside it", v))
	}
	if !s.quiet {
		for _, r := range session.Remarks {
			fmt.Fprintln(s.Stderr, "warning: "+r)
		}
	}
	j, err := claim.Begin(ctx, session)
	if err != nil {
		return nil, &statusError{exitOutside, fmt.Errorf("cannot continue the run: %w\n  hint: what was recorded is intact; make room in %s, see who has %s open, and try again", err, s.runs(c), was.ID)}
	}
	return j, nil
}

// session is the stretch of the run that begins now. The clock of a simulated
// testbed may have been ahead: no session begins before the one before it ended.
func (o runOptions) session(was journal.Record) journal.Session {
	now := time.Now().UTC()
	if t := lastMoment(was); t.After(now) {
		now = t
	}
	return journal.Session{Started: now, ToolVersion: version, Remarks: was.Header.Uncompared()}
}

// lastMoment is the end of the last attempt.
func lastMoment(rec journal.Record) time.Time {
	var last time.Time
	for _, a := range rec.Attempts {
		if a.Finished.After(last) {
			last = a.Finished
		}
	}
	return last
}
