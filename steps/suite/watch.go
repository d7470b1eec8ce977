package suite

import (
	"context"

	"ffscert/reports/matrix"
)

// Watcher is what a [Listener] may be besides, to be told how far a run is. Its
// methods are called from several goroutines.
type Watcher interface {
	// Owes is told what every scenario has and needs: before the first attempt,
	// and after each that was recorded, before [Listener.Ended]. It is called by
	// one goroutine at a time.
	Owes([]Owed)
	// Step is told that a testbed begins with the n-th of so many sentences of
	// its scenario, counted from 1.
	Step(bed string, n, of int, text string)
	// Mending is told that a testbed is being mended after a blocked attempt; the
	// function that it returns, when that ends.
	Mending(bed string) (done func())
	// Idle is told that there is nothing left to do for a testbed.
	Idle(bed string)
}

// Owed is how far one scenario of a run is.
type Owed struct {
	Case, Scenario string
	Made           int // attempts that are recorded, whatever came of them
	Done           int // those of them that count, or wait for a review
	Blocked        int // those of them that were blocked
	// Needed is how many more are needed if all of them count, those under way
	// included; 0 when the scenario has enough, or can no longer pass.
	Needed int
}

// watcher is the run's listener, if it wants to be told more; else one that
// does nothing.
func (r *Run) watcher() Watcher {
	if w, ok := r.Listener.(Watcher); ok {
		return w
	}
	return unwatched{}
}

type unwatched struct{}

func (unwatched) Owes([]Owed)                   {}
func (unwatched) Step(string, int, int, string) {}
func (unwatched) Mending(string) (done func())  { return func() {} }
func (unwatched) Idle(string)                   {}

// standing is how far every scenario is. The schedule's lock is held.
func (s *schedule) standing() []Owed {
	all := make([]Owed, 0, len(s.queue))
	for _, q := range s.queue {
		o := Owed{Case: q.job.Case.ID, Scenario: q.job.Scenario.Title(), Made: q.tally.Total(), Done: q.tally.Counted() + q.tally.Review, Blocked: q.tally.Blocked}
		if left := matrix.MaxAttempts(q.rules) - len(q.given) + q.inFlight; left > 0 && !matrix.CannotPass(q.rules, q.tally) {
			o.Needed = min(matrix.Needed(q.rules, q.tally), left)
		}
		all = append(all, o)
	}
	return all
}

type stepsKey struct{}

// withSteps returns a context in which told is called with each sentence that
// is begun.
func withSteps(ctx context.Context, told func(n, of int, text string)) context.Context {
	return context.WithValue(ctx, stepsKey{}, told)
}

func tellStep(ctx context.Context, n int, all []Step) {
	if told, ok := ctx.Value(stepsKey{}).(func(n, of int, text string)); ok && n < len(all) {
		told(n+1, len(all), all[n].Text)
	}
}
