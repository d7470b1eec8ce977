package adbtest

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"
)

// Lazy is a rig that the tests of a package share: it starts when the first
// of them asks for it. Its zero value is ready; TestMain closes it.
type Lazy struct {
	Options Options

	mu  sync.Mutex
	rig *Rig
	err error
}

// For gives the rig. Where the real parts are missing the test is skipped, or
// fails if FFSCERT_REQUIRE_REAL is 1.
func (l *Lazy) For(t testing.TB) *Rig {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rig == nil && l.err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		l.rig, l.err = Start(ctx, l.Options)
	}
	switch {
	case l.err == nil:
		return l.rig
	case errors.Is(l.err, ErrMissing) && os.Getenv("FFSCERT_REQUIRE_REAL") != "1":
		t.Skipf("SKIPPED: %v", l.err)
	default:
		t.Fatalf("the real adb and Appium: %v", l.err)
	}
	return nil
}

// Close stops what was started.
func (l *Lazy) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rig == nil {
		return nil
	}
	err := l.rig.Close()
	l.rig = nil
	return err
}

// Attach connects a phone for the time of a test; its sessions end before it
// is disconnected. It gives the serial.
func (r *Rig) Attach(t testing.TB, addr string) string {
	t.Helper()
	serial, err := r.Connect(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = r.Disconnect(ctx, serial)
		if t.Failed() && r.AppiumURL != "" {
			t.Logf("the end of Appium's log:\n%s", r.AppiumLog())
		}
	})
	return serial
}
