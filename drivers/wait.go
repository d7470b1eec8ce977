package drivers

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Wait describes something that is waited for.
type Wait struct {
	For     string        // what is waited for, as it is shown to people
	Timeout time.Duration // from now, on the testbed's clock; > 0
	Every   time.Duration // from the start of one look to the start of the next; > 0
}

// TimeoutError says that a [Wait] came to its end.
type TimeoutError struct {
	For     string
	Waited  time.Duration
	Looks   int
	LastErr error // what the last look said; may be nil
}

func (e *TimeoutError) Error() string {
	s := fmt.Sprintf("waited %s for %s, %d looks", e.Waited.Round(100*time.Millisecond), e.For, e.Looks)
	if e.LastErr != nil {
		s += ": " + e.LastErr.Error()
	}
	return s
}

func (e *TimeoutError) Unwrap() error { return e.LastErr }

// ErrNotYet is what a look returns to be asked again. It may be wrapped, to
// say what is still missing. Every other error ends the wait.
var ErrNotYet = errors.New("not yet")

// Observer is told what is waited for, so that a person can be shown it.
type Observer interface {
	// Waiting is called when a wait or hold begins; the function it returns,
	// when it ends.
	Waiting(what string, longest time.Duration) (done func())
}

type observerKey struct{}

// WithObserver returns a context whose waits and holds are shown to o.
func WithObserver(ctx context.Context, o Observer) context.Context {
	return context.WithValue(ctx, observerKey{}, o)
}

func observe(ctx context.Context, what string, longest time.Duration) func() {
	if o, ok := ctx.Value(observerKey{}).(Observer); ok && o != nil {
		return o.Waiting(what, longest)
	}
	return func() {}
}

// Waited is a wait or a hold that has come to its end.
type Waited struct {
	For      string
	From, To time.Time
	Longest  time.Duration // that it would have been waited
	Looks    int           // 0 for a hold
	Err      error         // nil if what was waited for came
}

type waitsKey struct{}

// WithWaits returns a context whose waits and holds are told, each when it has
// come to its end.
func WithWaits(ctx context.Context, tell func(Waited)) context.Context {
	return context.WithValue(ctx, waitsKey{}, tell)
}

func (w *Waited) tell(ctx context.Context, c Clock, err error) {
	if tell, ok := ctx.Value(waitsKey{}).(func(Waited)); ok && tell != nil {
		w.To, w.Err = c.Now(), err
		tell(*w)
	}
}

// Poll looks until look returns nil, an error other than [ErrNotYet], or the
// time is up; then it returns a *[TimeoutError]. The first look is made at
// once, the last one when the time is up: what comes in the last moment is
// seen, and a slow look does not turn a wait into a single glance.
func Poll(ctx context.Context, c Clock, w Wait, look func(ctx context.Context) error) (err error) {
	defer observe(ctx, w.For, w.Timeout)()
	start := c.Now()
	waited := Waited{For: w.For, From: start, Longest: w.Timeout}
	defer func() { waited.tell(ctx, c, err) }()
	end := start.Add(w.Timeout)
	for looks := 1; ; looks++ {
		waited.Looks = looks
		if err := ctx.Err(); err != nil {
			return err
		}
		began := c.Now()
		err := look(ctx)
		if err == nil {
			return nil
		}
		if !errors.Is(err, ErrNotYet) {
			return err
		}
		if !began.Before(end) {
			return &TimeoutError{For: w.For, Waited: c.Now().Sub(start), Looks: looks, LastErr: notOnlyNotYet(err)}
		}
		next := began.Add(w.Every)
		if next.After(end) {
			next = end
		}
		if err := c.Sleep(ctx, next.Sub(c.Now())); err != nil {
			return err
		}
	}
}

func notOnlyNotYet(err error) error {
	if err == ErrNotYet {
		return nil
	}
	return err
}

// Hold is the only pause: what physics asks for, such as a plug that stays off
// for ten seconds. alive, if not nil, is called every 30 s, so that no
// session's idle limit runs out; its error ends the hold.
func Hold(ctx context.Context, c Clock, reason string, d time.Duration, alive func(context.Context) error) (err error) {
	defer observe(ctx, reason, d)()
	waited := Waited{For: reason, From: c.Now(), Longest: d}
	defer func() { waited.tell(ctx, c, err) }()
	end := waited.From.Add(d)
	for {
		left := end.Sub(c.Now())
		if left <= 0 {
			return ctx.Err()
		}
		nap := left
		if alive != nil && nap > keepAliveEvery {
			nap = keepAliveEvery
		}
		if err := c.Sleep(ctx, nap); err != nil {
			return err
		}
		if alive != nil && end.Sub(c.Now()) > 0 {
			if err := alive(ctx); err != nil {
				return err
			}
		}
	}
}

const keepAliveEvery = 30 * time.Second

// RealClock is the wall clock.
type RealClock struct{}

// Now is the time of the wall clock, in UTC with its monotonic part.
func (RealClock) Now() time.Time { return time.Now().UTC() }

// Skewed is a [Clock] that knows by how much its wall clock and the time that
// it measured went apart between two of its own moments.
type Skewed interface {
	Skew(from, to time.Time) time.Duration
}

// Skew is by how much the wall clock went ahead of the time that was measured:
// above 0 the computer slept, or its clock was put forward; below 0 it was put
// back. What was measured in between is right only if it did not sleep.
func (RealClock) Skew(from, to time.Time) time.Duration {
	return to.Round(0).Sub(from.Round(0)) - to.Sub(from) // Round drops the monotonic part
}

// Sleep waits on the wall clock.
func (RealClock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
