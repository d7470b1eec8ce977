package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// countdown is a context that is cancelled when it is looked at for the n-th
// time: an interrupt at a moment that a test can choose.
type countdown struct {
	context.Context
	cancel context.CancelFunc
	left   *atomic.Int64
}

func (c countdown) Done() <-chan struct{} {
	if c.left.Add(-1) == 0 {
		c.cancel()
	}
	return c.Context.Done()
}

func (c countdown) Err() error {
	if c.left.Add(-1) == 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// An interrupt may come at any moment, while a run is begun or a journal is
// read, too. It is never an error of usage, and no run is left that says that
// it is still going on.
func TestAnInterruptAtAnyMomentEndsWith130(t *testing.T) {
	dir := t.TempDir()
	main := func(n int64, args ...string) (status int, said string, interrupted bool) {
		var out, errs bytes.Buffer
		var ctx countdown
		s := &state{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir, Getenv: os.Getenv, Columns: 100,
			Signals: func(parent context.Context) (context.Context, context.CancelFunc) {
				inner, cancel := context.WithCancel(parent)
				left := new(atomic.Int64)
				left.Store(n)
				ctx = countdown{inner, cancel, left}
				return ctx, cancel
			}}
		status = Main(s)
		return status, errs.String(), ctx.left.Load() <= 0
	}
	run := []string{"run", "--case", "3P2-DE-02", "--attempts", "2"}
	if status, said, _ := main(1<<40, append(run, "--runs", "whole")...); status != exitPassed {
		t.Fatalf("undisturbed, it ends with %d: %s", status, said)
	}
	begun := false
	// How often the context is looked at until a run is there differs from machine
	// to machine: the steps grow.
	for n := int64(1); n < 3000; n += 1 + n/8 {
		args := run
		if begun {
			args = append(args, "--resume", "latest")
		}
		status, said, interrupted := main(n, append(args, "--runs", "cut")...)
		if !interrupted {
			break
		}
		if status != exitInterrupted && status != exitPassed {
			t.Fatalf("interrupted at look %d, it ends with %d: %s", n, status, said)
		}
		if _, err := os.Stat(dir + "/cut/latest"); err != nil {
			continue
		}
		if m := resultOf(t, dir, "cut"); m.Run.State == "running" {
			t.Errorf("interrupted at look %d, the run says that it goes on", n)
		} else if m.Run.State == "finished" {
			break
		}
		begun = true
	}
	if !begun {
		t.Error("no run was begun")
	}
}
