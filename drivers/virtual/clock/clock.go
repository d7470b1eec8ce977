// Package clock is the time of the simulated lab. It runs in one of two ways:
// as virtual time, which moves only when somebody sleeps, so that hours of
// waiting cost nothing, or as the wall clock times a speed.
//
// It knows nothing of what happens in the lab: it runs functions when their
// time has come.
package clock

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// ErrClosed is what Sleep returns once the clock is closed.
var ErrClosed = errors.New("the lab's clock is closed")

// Clock tells the time, lets callers sleep, and runs functions at their due
// time. All methods may be called from any goroutine.
//
// Functions given to [Clock.At] and [Clock.AfterFunc] run one after the other,
// in the order of their due times and, where these are equal, in the order in
// which they were given. No lock of the clock is held meanwhile, so that they
// may ask for the time and schedule more; they must neither block nor call
// Sleep or Close.
type Clock struct {
	speed float64 // 0 is virtual

	advance sync.Mutex // held by the one sleeper that moves virtual time

	mu     sync.Mutex
	now    time.Time // virtual only
	queue  queue
	closed bool

	// Real time only.
	start   time.Time     // the wall clock when the clock was made, monotonic
	wake    chan struct{} // the head of the queue has changed
	done    chan struct{} // closed by Close
	stopped chan struct{} // closed when the goroutine has ended
}

// NewVirtual is a clock that stands still at start until somebody sleeps. No
// goroutine runs: what is due runs inside Sleep, each function at its own due
// time. With one sleeper at a time everything is deterministic.
func NewVirtual(start time.Time) *Clock {
	return &Clock{now: start.Round(0).UTC(), done: make(chan struct{})}
}

// CheckSpeed tells whether [NewReal] takes that speed: finite, above 0, at
// most a million.
func CheckSpeed(speed float64) error {
	if math.IsNaN(speed) || speed <= 0 || speed > 1e6 {
		return fmt.Errorf("speed %v: must be above 0 and at most 1000000", speed)
	}
	return nil
}

// NewReal is the wall clock times speed; at speed 1 it is the wall clock. One
// goroutine runs what is due; Close ends it. NewReal panics on a speed that
// [CheckSpeed] refuses.
func NewReal(speed float64) *Clock {
	if err := CheckSpeed(speed); err != nil {
		panic("clock: " + err.Error())
	}
	c := &Clock{
		speed:   speed,
		start:   time.Now().UTC(),
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go c.run()
	return c
}

// Virtual tells whether time moves only when somebody sleeps.
func (c *Clock) Virtual() bool { return c.speed == 0 }

// Now is the lab's time, in UTC.
func (c *Clock) Now() time.Time {
	switch c.speed {
	case 0:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.now
	case 1:
		return time.Now().UTC()
	default:
		return c.start.Round(0).Add(scale(time.Since(c.start), c.speed))
	}
}

// Sleep pauses for d of the lab's time. On virtual time it moves the clock to
// now + d, running everything that becomes due on the way, and returns at
// once. Several sleepers at the same time share the time that passes, as they
// would on a wall clock. Sleep ends early with the context's error when ctx is
// done, and with [ErrClosed] when the clock is closed. Without a positive d
// nothing but what is due already happens.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.speed == 0 {
		return c.sleepVirtual(ctx, d)
	}
	if d <= 0 {
		return c.closedErr()
	}
	t := time.NewTimer(scale(d, 1/c.speed))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.done:
		return ErrClosed
	case <-t.C:
		return nil
	}
}

func (c *Clock) sleepVirtual(ctx context.Context, d time.Duration) error {
	target := c.Now().Add(max(d, 0))
	c.advance.Lock()
	defer c.advance.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return ErrClosed
		}
		e := c.queue.due(target)
		if e == nil {
			if target.After(c.now) {
				c.now = target
			}
			c.mu.Unlock()
			return nil
		}
		// An event that was given for the past runs now: time never goes back.
		if e.at.After(c.now) {
			c.now = e.at
		}
		now := c.now
		c.mu.Unlock()
		e.fn(now)
	}
}

// AfterFunc runs fn once d of the lab's time has passed; fn is told what time
// it is then. On virtual time that is during somebody's Sleep, even if d is 0.
// The function returned takes the request back; it does nothing once fn has
// begun.
func (c *Clock) AfterFunc(d time.Duration, fn func(now time.Time)) (cancel func()) {
	return c.At(c.Now().Add(max(d, 0)), fn)
}

// At is [Clock.AfterFunc] with a moment instead of a duration. A moment in the
// past is due at once. After Close nothing runs any more.
func (c *Clock) At(t time.Time, fn func(now time.Time)) (cancel func()) {
	e := &event{at: t, fn: fn}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return func() {}
	}
	c.queue.add(e)
	if e.index == 0 && c.wake != nil {
		select {
		case c.wake <- struct{}{}:
		default: // it is to look anyway
		}
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.queue.drop(e)
	}
}

// Close ends the clock: what is scheduled does not run any more, sleepers wake
// with [ErrClosed], the goroutine has ended when Close returns. Now still
// answers. It may be called again.
func (c *Clock) Close() {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		c.queue = queue{}
		close(c.done)
	}
	c.mu.Unlock()
	if c.stopped != nil {
		<-c.stopped
	}
}

func (c *Clock) closedErr() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	return nil
}

// run is the goroutine of a real clock.
func (c *Clock) run() {
	defer close(c.stopped)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := c.Now()
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return
		}
		e := c.queue.due(now)
		next, waiting := c.queue.next()
		c.mu.Unlock()
		if e != nil {
			e.fn(now)
			continue
		}
		var due <-chan time.Time
		if waiting {
			// Rounded up, so that a fast clock does not spin on a timer of 0.
			timer.Reset(max(scale(next.Sub(now), 1/c.speed), 0) + time.Nanosecond)
			due = timer.C
		}
		select {
		case <-due:
		case <-c.wake:
		case <-c.done:
			return
		}
	}
}

// scale is d × f, held within what a Duration can say.
func scale(d time.Duration, f float64) time.Duration {
	if f == 1 {
		return d
	}
	x := float64(d) * f
	switch {
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= math.MinInt64:
		return math.MinInt64
	}
	return time.Duration(x)
}
