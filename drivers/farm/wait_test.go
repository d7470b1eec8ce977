package farm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestWaitingForAPhone(t *testing.T) {
	dir := t.TempDir()
	cmd, said, end := child(t, dir, "R58M123ABC")
	if said != "leased" {
		t.Fatal(said)
	}
	began := time.Now()
	_, err := leaseWithin(t.Context(), dir, "R58M123ABC", 0, func(error) { t.Error("told of a wait that does not happen") })
	wantBusy(t, err, fmt.Sprint("process ", cmd.Process.Pid))
	_, err = leaseWithin(t.Context(), dir, "R58M123ABC", 700*time.Millisecond, nil)
	wantBusy(t, err, fmt.Sprint("process ", cmd.Process.Pid), "waited for for 700ms")
	if d := time.Since(began); d < 700*time.Millisecond {
		t.Errorf("it gave up after %s", d)
	}

	var told []string
	got := make(chan error, 1)
	go func() {
		l, err := leaseWithin(t.Context(), dir, "R58M123ABC", time.Minute, func(err error) {
			told = append(told, err.Error())
			end() // the other run ends now
		})
		if err == nil {
			err = l.Release()
		}
		got <- err
	}()
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || !strings.Contains(told[0], fmt.Sprint("process ", cmd.Process.Pid)) {
		t.Errorf("told %q", told)
	}
}

func TestAWaitForAPhoneCanBeStopped(t *testing.T) {
	dir := t.TempDir()
	if _, said, _ := child(t, dir, "A"); said != "leased" {
		t.Fatal(said)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := leaseWithin(ctx, dir, "A", time.Hour, func(error) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// Two testbeds of one run that have the same phone would wait for ever.
func TestTheOwnPhoneIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	l, err := LeaseIn(dir, "A")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	_, err = leaseWithin(t.Context(), dir, "A", time.Hour, nil)
	wantBusy(t, err, "by this run")
	// The same number on another host is another process.
	h := l.Holder()
	h.Host = "elsewhere"
	l.holder = h
	if err := l.write(); err != nil {
		t.Fatal(err)
	}
	_, err = leaseWithin(t.Context(), dir, "A", time.Millisecond, nil)
	wantBusy(t, err, fmt.Sprint("process ", os.Getpid()), "another run")
}
