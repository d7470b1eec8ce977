// Package progress keeps what is known of a run while it goes on, and shows it
// to people: as a block of lines that is drawn anew at a terminal, as plain
// lines elsewhere.
//
// It knows nothing of testbeds, journals and how attempts are made; it is told.
package progress

import (
	"slices"
	"time"

	"ffscert/features/certification"
)

// State is what a testbed is about.
type State string

// The states of a testbed.
const (
	Ready     State = "ready"      // between two attempts
	Attempt   State = "attempt"    // an attempt is made
	Mending   State = "mending"    // something is mended after a blocked attempt
	Asking    State = "asking"     // an attempt is made, and a person is asked
	Idle      State = "idle"       // nothing is left to do
	OutOfRun  State = "out_of_run" // blocked too often
	lastMarks       = 200
)

// Bed is what one testbed is about. All its moments are of the real clock.
type Bed struct {
	Name  string
	State State
	Since time.Time // of the state; of an attempt also while a person is asked

	// Of an attempt.
	ID certification.AttemptID
	// Asked tells that a person was asked in it.
	Asked bool
	Of    int // attempts of the scenario that the plan requires
	Step  Step

	Last []certification.Verdict // of the attempts made here in this session, the newest last
	// Ended is the newest of them; its ID is empty before the first.
	Ended certification.Attempt

	waits []*wait
}

// Step is the sentence that is carried out; N is 0 before the first.
type Step struct {
	N, Of int
	Text  string
	Since time.Time
}

type wait struct {
	what  string
	since time.Time
}

// WaitsFor is what is waited for, and since when; empty if nothing is.
func (b *Bed) WaitsFor() (string, time.Time) {
	if len(b.waits) == 0 {
		return "", time.Time{}
	}
	w := b.waits[len(b.waits)-1]
	return w.what, w.since
}

// Busy tells whether an attempt is under way.
func (b *Bed) Busy() bool { return b.State == Attempt || b.State == Asking }

// Owed is how far one scenario is.
type Owed struct {
	Case, Scenario              string
	Made, Done, Blocked, Needed int
}

type key struct{ scase, scenario string }

// Run is what is known of a run. It is not for several goroutines at once.
type Run struct {
	ID, Plan           string
	Simulated, Partial bool
	Beds               []*Bed
	Interrupting       bool

	owed  []Owed
	spans map[key]*span
}

// New is a run that has not begun.
func New(id, plan string, now time.Time, beds ...string) *Run {
	r := &Run{ID: id, Plan: plan, spans: map[key]*span{}}
	for _, name := range beds {
		r.Beds = append(r.Beds, &Bed{Name: name, State: Ready, Since: now})
	}
	return r
}

// Bed returns the testbed of that name, or nil.
func (r *Run) Bed(name string) *Bed {
	for _, b := range r.Beds {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// Owes is told how far every scenario is.
func (r *Run) Owes(all []Owed) { r.owed = slices.Clone(all) }

// Count is how many attempts there are of all scenarios together.
type Count struct {
	Made    int // recorded, whatever came of them
	Done    int // those of them that count, or wait for a review
	Blocked int
	ToGo    int // needed, if all of them count; those under way included
}

// Count counts the attempts.
func (r *Run) Count() Count {
	var c Count
	for _, o := range r.owed {
		c.Made += o.Made
		c.Done += o.Done
		c.Blocked += o.Blocked
		c.ToGo += o.Needed
	}
	return c
}

func (b *Bed) enter(s State, now time.Time) {
	b.State, b.Since, b.Step, b.waits = s, now, Step{}, nil
}

// Began is told that a testbed begins an attempt.
func (r *Run) Began(bed string, id certification.AttemptID, of int, now time.Time) {
	if b := r.Bed(bed); b != nil {
		b.enter(Attempt, now)
		b.ID, b.Of, b.Asked = id, of, false
	}
}

// Stepped is told which sentence a testbed begins.
func (r *Run) Stepped(bed string, n, of int, text string, now time.Time) {
	if b := r.Bed(bed); b != nil {
		b.Step = Step{N: n, Of: of, Text: text, Since: now}
	}
}

// Waiting is told what a testbed waits for; the function that it returns ends
// that.
func (r *Run) Waiting(bed, what string, now time.Time) (done func()) {
	b := r.Bed(bed)
	if b == nil {
		return func() {}
	}
	w := &wait{what, now}
	b.waits = append(b.waits, w)
	return func() { b.waits = slices.DeleteFunc(b.waits, func(other *wait) bool { return other == w }) }
}

// Asked is told that a person is asked at a testbed, or no longer.
func (r *Run) Asked(bed string, asked bool) {
	if b := r.Bed(bed); b != nil && b.Busy() {
		b.State, b.Asked = Attempt, true
		if asked {
			b.State = Asking
		}
	}
}

// Ended is told what an attempt came to, and how long it took of real time.
func (r *Run) Ended(bed string, a certification.Attempt, now time.Time) (took time.Duration) {
	b := r.Bed(bed)
	if b == nil {
		return 0
	}
	if b.Busy() && b.ID == a.ID {
		took = now.Sub(b.Since)
		r.Took(a.ID, took)
	}
	b.enter(Ready, now)
	b.Ended = a
	b.Last = append(b.Last, a.Verdict)
	b.Last = b.Last[max(0, len(b.Last)-lastMarks):]
	return took
}

// Enters is told what a testbed does between attempts.
func (r *Run) Enters(bed string, s State, now time.Time) {
	if b := r.Bed(bed); b != nil {
		b.enter(s, now)
	}
}
