package suite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/steps"
)

// Listener is told what happens in a run. Its methods are called from several
// goroutines.
type Listener interface {
	Began(bed string, id certification.AttemptID, of int)
	Waiting(bed, what string, longest time.Duration) (done func())
	Ended(bed string, a certification.Attempt)
	// Stopped is told that a testbed is taken out of the run, and what to do.
	Stopped(bed string, last certification.Attempt, hint string)
}

// Run carries out jobs on testbeds.
type Run struct {
	Jobs     []Job
	Beds     []*testbed.Testbed
	Journal  *journal.Journal
	Listener Listener // may be nil
	// BlockedShare is the share of blocked attempts that a case may have; 0 is
	// the default of the matrix.
	BlockedShare float64
	// StopWhenProven ends a rate case as soon as its target is proven; it must be
	// what the journal's header says.
	StopWhenProven bool
	// HealWithin is how long a server, phone or network that went away is waited
	// for before the next attempt; 0 mends nothing.
	HealWithin time.Duration
	// Breaker is how many blocked attempts in a row stop a testbed; 0 is
	// [DefaultBreaker], below 0 none do.
	Breaker int
}

// Do makes attempts until every job has what it needs or can no longer get it,
// and returns what kept it from going on: nil, the context's error, or the
// journal's, or a [*StoppedError]. Attempts that the journal has already are not made again. Each
// attempt is durable before the testbed begins the next one. A blocked attempt
// is made again a limited number of times; all of them stay in the journal.
func (r *Run) Do(ctx context.Context) error {
	rec, err := r.Journal.Record(ctx)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s := newSchedule(r, rec.Attempts)
	s.tell()
	var all sync.WaitGroup
	for _, bed := range r.Beds {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := r.work(ctx, bed, s); err != nil {
				stop(err)
			}
		}()
	}
	all.Wait()
	if err := s.stopped(len(r.Beds)); err != nil && ctx.Err() == nil {
		return err
	}
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return ctx.Err()
}

func (r *Run) work(ctx context.Context, bed *testbed.Testbed, s *schedule) error {
	vocabulary := steps.Vocabulary()
	protocol := certification.ProtocolOf(r.Journal.Header().Plan.Protocol)
	healer := medic{run: r, bed: bed}
	for {
		job, id, ok := s.next(ctx)
		if !ok {
			if ctx.Err() == nil {
				s.watcher.Idle(bed.Name)
			}
			return nil
		}
		actx := ctx
		if r.Listener != nil {
			r.Listener.Began(bed.Name, id, job.Required)
			actx = drivers.WithObserver(ctx, observer{r.Listener, bed.Name})
			actx = withSteps(actx, func(n, of int, text string) { s.watcher.Step(bed.Name, n, of, text) })
		}
		var evidence keeper
		a, err := carryOut(actx, id, job, bed, protocol, vocabulary, evidence.of(r.Journal))
		if err != nil {
			return err
		}
		endAttempt(bed, &a, r.Journal.SaveRecording)
		healer.note(&a)
		stop := healer.judge(&a)
		if err := r.Journal.Append(context.WithoutCancel(ctx), a); err != nil {
			return err
		}
		if stop {
			s.stop(bed.Name, a)
		}
		s.done(a)
		if r.Listener != nil {
			r.Listener.Ended(bed.Name, a)
		}
		if evidence.err != nil {
			return fmt.Errorf("%s is recorded without all its evidence: %w", a.ID, evidence.err)
		}
		if stop {
			if r.Listener != nil {
				r.Listener.Stopped(bed.Name, a, whatToDo(a))
			}
			return nil
		}
		if s.owes() {
			healer.heal(ctx, a)
		}
	}
}

// keeper keeps evidence, and remembers if that failed. An attempt is recorded
// with what evidence there is, or a failure could be lost; the run stops then.
type keeper struct{ err error }

func (k *keeper) of(j *journal.Journal) func(string, []byte) (string, error) {
	return func(name string, data []byte) (string, error) {
		path, err := j.SaveEvidence(name, data)
		if err != nil && k.err == nil {
			k.err = err
		}
		return path, err
	}
}

type observer struct {
	l   Listener
	bed string
}

func (o observer) Waiting(what string, longest time.Duration) func() {
	return o.l.Waiting(o.bed, what, longest)
}

// schedule hands out attempts. What it owes is computed by the same functions
// that judge the matrix.
type schedule struct {
	mu      sync.Mutex
	changed *sync.Cond
	queue   []*queued
	watcher Watcher
	out     StoppedError // the testbeds that were stopped
}

type queued struct {
	job      Job
	rules    matrix.Rules
	tally    matrix.Tally
	given    map[int]bool // the numbers given out
	free     int          // no number below it is free
	inFlight int
}

// newSchedule goes on where the attempts that were made have come to. A number
// that was given out and never recorded is free again: what an attempt meets
// on a simulated testbed depends on its number.
func newSchedule(r *Run, made []certification.Attempt) *schedule {
	s := &schedule{watcher: r.watcher()}
	s.changed = sync.NewCond(&s.mu)
	for _, j := range r.Jobs {
		s.queue = append(s.queue, &queued{job: j, rules: matrix.Rules{
			Criterion: j.Case.Criterion, Required: j.Required, BlockedShare: r.BlockedShare, StopWhenProven: r.StopWhenProven}, given: map[int]bool{}, free: 1})
	}
	for _, a := range made {
		if q := s.find(a.ID); q != nil {
			q.given[a.ID.N] = true
			q.tally.Add(matrix.Judge(a).Verdict)
		}
	}
	return s
}

func (s *schedule) find(id certification.AttemptID) *queued {
	for _, q := range s.queue {
		if q.job.Case.ID == id.Case && q.job.Scenario.Title() == id.Scenario {
			return q
		}
	}
	return nil
}

// number gives out the lowest one that is free.
func (q *queued) number() int {
	for q.given[q.free] {
		q.free++
	}
	q.given[q.free] = true
	return q.free
}

// next waits for an attempt to make. ok is false when there is none left, or
// when ctx is done.
func (s *schedule) next(ctx context.Context) (Job, certification.AttemptID, bool) {
	wake := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer wake()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if ctx.Err() != nil {
			return Job{}, certification.AttemptID{}, false
		}
		flying := false
		for _, q := range s.queue {
			if q.inFlight > 0 {
				flying = true
			}
			if matrix.CannotPass(q.rules, q.tally) {
				continue
			}
			if matrix.Needed(q.rules, q.tally) > q.inFlight && len(q.given) < matrix.MaxAttempts(q.rules) {
				q.inFlight++
				return q.job, certification.AttemptID{Case: q.job.Case.ID, Scenario: q.job.Scenario.Title(), N: q.number()}, true
			}
		}
		if !flying {
			return Job{}, certification.AttemptID{}, false
		}
		s.changed.Wait() // an attempt under way may end blocked and be owed again
	}
}

func (s *schedule) done(a certification.Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.find(a.ID); q != nil {
		q.inFlight--
		q.tally.Add(matrix.Judge(a).Verdict)
	}
	s.watcher.Owes(s.standing())
	s.changed.Broadcast()
}

// tell tells the watcher how far the run is before it begins.
func (s *schedule) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watcher.Owes(s.standing())
}

// stop notes that a testbed makes no more attempts.
func (s *schedule) stop(bed string, last certification.Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.Beds, s.out.Last = append(s.out.Beds, bed), last
}

// stopped is the error of a run whose testbeds were all stopped while attempts
// were still owed.
func (s *schedule) stopped(beds int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.out.Beds) < beds || beds == 0 || !s.owing() {
		return nil
	}
	return &s.out
}

// owes tells whether attempts are still to be made.
func (s *schedule) owes() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owing()
}

func (s *schedule) owing() bool {
	for _, q := range s.queue {
		if !matrix.CannotPass(q.rules, q.tally) && matrix.Needed(q.rules, q.tally) > 0 && len(q.given) < matrix.MaxAttempts(q.rules) {
			return true
		}
	}
	return false
}
