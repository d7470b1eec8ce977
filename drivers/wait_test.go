package drivers_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ffscert/drivers"
)

// steppedClock moves only when somebody sleeps.
type steppedClock struct{ now time.Time }

func (c *steppedClock) Now() time.Time { return c.now }
func (c *steppedClock) Sleep(ctx context.Context, d time.Duration) error {
	if d > 0 {
		c.now = c.now.Add(d)
	}
	return ctx.Err()
}

func TestPollLooksAtOnceAndInTheLastMoment(t *testing.T) {
	for _, c := range []struct {
		timeout, every, slow time.Duration
		looks                []time.Duration
	}{
		{3 * time.Second, time.Second, 0, []time.Duration{0, 1, 2, 3}},
		{2500 * time.Millisecond, time.Second, 0, []time.Duration{0, 1, 2, -1}},
		{10 * time.Second, time.Second, 20 * time.Second, []time.Duration{0, 20}}, // one slow look is not all
	} {
		clock := &steppedClock{now: time.Unix(0, 0)}
		var at []time.Duration
		err := drivers.Poll(context.Background(), clock, drivers.Wait{For: "it", Timeout: c.timeout, Every: c.every}, func(context.Context) error {
			at = append(at, clock.now.Sub(time.Unix(0, 0)))
			clock.now = clock.now.Add(c.slow)
			return fmt.Errorf("still nothing: %w", drivers.ErrNotYet)
		})
		var late *drivers.TimeoutError
		if !errors.As(err, &late) || late.Looks != len(c.looks) {
			t.Fatalf("%v: %v after looks at %v", c.timeout, err, at)
		}
		for i, want := range c.looks {
			if want == -1 {
				want = c.timeout
			} else {
				want *= time.Second
			}
			if at[i] != want {
				t.Errorf("look %d at %v, want %v", i, at[i], want)
			}
		}
	}
}

func TestPollStopsAtOnce(t *testing.T) {
	clock := &steppedClock{}
	broken := errors.New("broken")
	err := drivers.Poll(context.Background(), clock, drivers.Wait{For: "it", Timeout: time.Hour, Every: time.Second},
		func(context.Context) error { return broken })
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	looks := 0
	err = drivers.Poll(ctx, clock, drivers.Wait{For: "it", Timeout: time.Hour, Every: time.Second}, func(context.Context) error {
		looks++
		cancel()
		return drivers.ErrNotYet
	})
	if !errors.Is(err, context.Canceled) || looks != 1 {
		t.Fatal(err, looks)
	}
}

func TestHoldKeepsTheSessionAlive(t *testing.T) {
	clock := &steppedClock{now: time.Unix(0, 0)}
	alive := 0
	if err := drivers.Hold(context.Background(), clock, "it", 70*time.Second, func(context.Context) error { alive++; return nil }); err != nil {
		t.Fatal(err)
	}
	if got := clock.now.Sub(time.Unix(0, 0)); got != 70*time.Second || alive != 2 {
		t.Fatal(got, alive)
	}
	gone := errors.New("session gone")
	if err := drivers.Hold(context.Background(), clock, "it", 70*time.Second, func(context.Context) error { return gone }); !errors.Is(err, gone) {
		t.Fatal(err)
	}
}

// As long as nobody touches the clock and the computer does not sleep, both
// times agree; only the whole of an attempt is compared, never a part of it.
func TestNoSkewWithoutAJump(t *testing.T) {
	from := drivers.RealClock{}.Now()
	if s := (drivers.RealClock{}).Skew(from, from.Add(time.Hour)); s != 0 {
		t.Errorf("an hour without a jump: %v", s)
	}
	if s := (drivers.RealClock{}).Skew(from, drivers.RealClock{}.Now()); s < -time.Second || s > time.Second {
		t.Errorf("now: %v", s)
	}
}
