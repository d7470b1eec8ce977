package clock_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"ffscert/drivers"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/ui"
)

var (
	_ drivers.Clock = (*clock.Clock)(nil)
	_ ui.Clock      = (*clock.Clock)(nil)
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var epoch = time.Date(2025, 3, 1, 22, 0, 0, 0, time.UTC)

func TestVirtualTimeStandsStillUntilSomebodySleeps(t *testing.T) {
	c := clock.NewVirtual(epoch.In(time.FixedZone("x", 3600)))
	defer c.Close()
	isTrue(t, c.Virtual())
	equal(t, epoch, c.Now())
	began := time.Now()
	noError(t, c.Sleep(context.Background(), 300*time.Second))
	equal(t, epoch.Add(300*time.Second), c.Now())
	isTrue(t, time.Since(began) < 5*time.Second)
	noError(t, c.Sleep(context.Background(), -time.Hour))
	equal(t, epoch.Add(300*time.Second), c.Now(), "time never goes back")
}

func TestVirtualEventsRunInOrderAtTheirOwnTime(t *testing.T) {
	c := clock.NewVirtual(epoch)
	defer c.Close()
	var got []string
	note := func(what string) func(time.Time) {
		return func(now time.Time) {
			equal(t, now, c.Now())
			got = append(got, fmt.Sprintf("%s@%s", what, now.Sub(epoch)))
		}
	}
	c.AfterFunc(3*time.Second, note("c"))
	c.AfterFunc(time.Second, func(now time.Time) {
		note("a")(now)
		c.AfterFunc(time.Second, note("b")) // given while running, due before the sleep ends
		c.AfterFunc(time.Hour, note("never"))
		c.At(epoch, note("past"))
	})
	cancel := c.AfterFunc(2*time.Second, note("cancelled"))
	c.AfterFunc(3*time.Second, note("d"))
	cancel()
	cancel()
	noError(t, c.Sleep(context.Background(), 5*time.Second))
	equal(t, []string{"a@1s", "past@1s", "b@2s", "c@3s", "d@3s"}, got)
	equal(t, epoch.Add(5*time.Second), c.Now())
}

func TestVirtualSleepHonoursItsContext(t *testing.T) {
	c := clock.NewVirtual(epoch)
	defer c.Close()
	ctx, cancel := context.WithCancel(context.Background())
	c.AfterFunc(time.Second, func(time.Time) { cancel() })
	c.AfterFunc(2*time.Second, func(time.Time) { t.Error("ran after the sleeper's context was done") })
	errorIs(t, c.Sleep(ctx, time.Minute), context.Canceled)
	equal(t, epoch.Add(time.Second), c.Now())
	errorIs(t, c.Sleep(ctx, time.Minute), context.Canceled)
	equal(t, epoch.Add(time.Second), c.Now())
}

func TestVirtualSleepersShareTime(t *testing.T) {
	c := clock.NewVirtual(epoch)
	defer c.Close()
	var ran atomic.Int64
	var tick func(time.Time)
	tick = func(time.Time) {
		ran.Add(1)
		c.AfterFunc(time.Second, tick)
	}
	c.AfterFunc(time.Second, tick)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				before := c.Now()
				noError(t, c.Sleep(context.Background(), 100*time.Millisecond))
				isTrue(t, !(c.Now().Before(before.Add(100 * time.Millisecond))))
			}
		})
	}
	wg.Wait()
	passed := c.Now().Sub(epoch)
	isTrue(t, passed <= 80*time.Second)
	isTrue(t, passed >= 10*time.Second)
	equal(t, int64(passed/time.Second), ran.Load())
}

func TestVirtualTimeNeverGoesBack(t *testing.T) {
	c := clock.NewVirtual(epoch)
	defer c.Close()
	short := make(chan error)
	c.AfterFunc(time.Second, func(time.Time) {
		go func() { short <- c.Sleep(context.Background(), time.Second) }()
		time.Sleep(20 * time.Millisecond) // the short sleeper has asked, and waits for the long one
	})
	noError(t, c.Sleep(context.Background(), time.Minute))
	noError(t, <-short)
	isTrue(t, !c.Now().Before(epoch.Add(time.Minute)), c.Now())
}

func TestVirtualOrderIsThatOfDueTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := clock.NewVirtual(epoch)
		defer c.Close()
		delays := rapid.SliceOfN(rapid.IntRange(0, 20), 0, 40).Draw(t, "delays")
		drop := rapid.SliceOfN(rapid.Bool(), len(delays), len(delays)).Draw(t, "drop")
		var last time.Time
		ran := map[int]bool{}
		var cancels []func()
		for i, d := range delays {
			due := epoch.Add(time.Duration(d) * time.Second)
			cancels = append(cancels, c.At(due, func(now time.Time) {
				if !now.Equal(due) || now.Before(last) {
					t.Fatalf("event %d of %s ran at %s after %s", i, due, now, last)
				}
				last, ran[i] = now, true
			}))
		}
		for i, d := range drop {
			if d {
				cancels[i]()
			}
		}
		for c.Now().Before(epoch.Add(20 * time.Second)) {
			step := rapid.IntRange(0, 7).Draw(t, "step")
			if err := c.Sleep(context.Background(), time.Duration(step)*time.Second); err != nil {
				t.Fatal(err)
			}
			if step == 0 {
				break
			}
		}
		for i, d := range delays {
			due := !epoch.Add(time.Duration(d) * time.Second).After(c.Now())
			if want := due && !drop[i]; ran[i] != want {
				t.Fatalf("event %d after %d s: ran %v, want %v", i, d, ran[i], want)
			}
		}
	})
}

func TestRealAtSpeedOneIsTheWallClock(t *testing.T) {
	c := clock.NewReal(1)
	defer c.Close()
	isTrue(t, !(c.Virtual()))
	before := time.Now()
	now := c.Now()
	after := time.Now()
	equal(t, time.UTC, now.Location())
	isTrue(t, !(now.Before(before) || now.After(after)))
}

func TestRealTimeRunsAtItsSpeed(t *testing.T) {
	for _, speed := range []float64{1, 50} {
		c := clock.NewReal(speed)
		wall, lab := time.Now(), c.Now()
		d := time.Duration(float64(40*time.Millisecond) * speed)
		noError(t, c.Sleep(context.Background(), d))
		isTrue(t, time.Since(wall) >= 40*time.Millisecond)
		isTrue(t, c.Now().Sub(lab) >= d-time.Microsecond)
		isTrue(t, c.Now().Sub(lab) < time.Duration(speed*float64(time.Since(wall)))+time.Second)
		c.Close()
	}
}

func TestRealEventsRunPromptlyAndInOrder(t *testing.T) {
	c := clock.NewReal(10)
	defer c.Close()
	type ran struct {
		what string
		late time.Duration
	}
	got := make(chan ran, 10)
	begin := c.Now()
	note := func(what string, due time.Duration) {
		c.AfterFunc(due, func(now time.Time) { got <- ran{what, now.Sub(begin.Add(due))} })
	}
	note("never", 100*time.Hour)
	noError(t, c.Sleep(context.Background(), 200*time.Millisecond)) // the goroutine waits for it
	note("a", 300*time.Millisecond)                                 // becomes the head meanwhile
	note("b", 400*time.Millisecond)
	c.AfterFunc(0, func(time.Time) { note("c", 600*time.Millisecond) })
	cancel := c.AfterFunc(300*time.Millisecond, func(time.Time) { t.Error("cancelled, and ran") })
	cancel()
	for _, want := range []string{"a", "b", "c"} {
		var r ran
		select {
		case r = <-got:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s did not run", want)
		}
		equal(t, want, r.what)
		isTrue(t, r.late >= 0, want, "ran too early")
		isTrue(t, r.late < 5*time.Second)
	}
}

func TestRealSleepHonoursItsContext(t *testing.T) {
	c := clock.NewReal(1)
	defer c.Close()
	ctx, cancel := context.WithCancel(context.Background())
	c.AfterFunc(10*time.Millisecond, func(time.Time) { cancel() })
	errorIs(t, c.Sleep(ctx, time.Hour), context.Canceled)
	errorIs(t, c.Sleep(ctx, 0), context.Canceled)
}

func TestCloseEndsEverything(t *testing.T) {
	for name, c := range map[string]*clock.Clock{"virtual": clock.NewVirtual(epoch), "real": clock.NewReal(1)} {
		t.Run(name, func(t *testing.T) {
			cancel := c.AfterFunc(20*time.Millisecond, func(time.Time) { t.Error("ran after Close") })
			slept := make(chan error, 1)
			if !c.Virtual() {
				go func() { slept <- c.Sleep(context.Background(), time.Hour) }()
			} else {
				slept <- clock.ErrClosed
			}
			c.Close()
			c.Close()
			cancel()
			errorIs(t, <-slept, clock.ErrClosed)
			errorIs(t, c.Sleep(context.Background(), time.Minute), clock.ErrClosed)
			errorIs(t, c.Sleep(context.Background(), 0), clock.ErrClosed)
			c.AfterFunc(0, func(time.Time) { t.Error("scheduled after Close") })()
			isTrue(t, !(c.Now().IsZero()))
		})
	}
}

func TestSpeedsThatAreRefused(t *testing.T) {
	for _, speed := range []float64{0, -1, math.NaN(), math.Inf(1), 1e7} {
		isTrue(t, clock.CheckSpeed(speed) != nil, speed)
		func() {
			defer func() { isTrue(t, recover() != nil, speed) }()
			clock.NewReal(speed)
		}()
	}
	for _, speed := range []float64{0.001, 1, 60, 1e6} {
		noError(t, clock.CheckSpeed(speed))
	}
}

func TestPollOnVirtualTimeIsExact(t *testing.T) {
	c := clock.NewVirtual(epoch)
	defer c.Close()
	done := false
	c.AfterFunc(42*time.Second+300*time.Millisecond, func(time.Time) { done = true })
	err := drivers.Poll(context.Background(), c, drivers.Wait{For: "the device", Timeout: time.Minute, Every: time.Second},
		func(context.Context) error {
			if !done {
				return drivers.ErrNotYet
			}
			return nil
		})
	noError(t, err)
	equal(t, 43*time.Second, c.Now().Sub(epoch))
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func errorIs(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

func isTrue(t *testing.T, ok bool, what ...any) {
	t.Helper()
	if !ok {
		t.Error(append([]any{"not so"}, what...)...)
	}
}

func equal[T any](t *testing.T, want, got T, what ...any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Error(append([]any{"want", want, "got", got}, what...)...)
	}
}
