package network

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"ffscert/features/certification"
)

// Desk is where a person sits who can be asked. It is shared by all testbeds:
// one question is asked at a time.
type Desk struct {
	// Attended tells whether anybody is there.
	Attended bool
	In       io.Reader
	Out      io.Writer

	mu     sync.Mutex
	lines  chan string
	opened sync.Once
}

// Operator asks a person to change the networks or the account.
type Operator struct {
	Desk    *Desk
	Testbed string
	// Alive, if not nil, is called while a person is waited for, so that no
	// session's idle limit runs out.
	Alive   func(context.Context) error
	Timeout time.Duration // for one answer; 0 means 30 min
}

const (
	patience   = 30 * time.Minute
	aliveEvery = 30 * time.Second
)

// Arrange asks for it and waits for the answer.
func (o Operator) Arrange(ctx context.Context, s Situation) error {
	f, _ := FactOf(s)
	return o.ask(ctx, actionArrange, s, f.Do)
}

// Restore asks for it and waits for the answer.
func (o Operator) Restore(ctx context.Context, s Situation) error {
	f, _ := FactOf(s)
	return o.ask(ctx, actionRestore, s, f.Undo)
}

func (o Operator) ask(ctx context.Context, action string, s Situation, what string) error {
	if !o.Desk.Attended {
		return &certification.Trouble{Code: certification.RigNobody, Cause: certification.CauseRig,
			Message: "somebody has to " + what + ", and nobody is there to be asked",
			Hint:    "run it from a terminal with somebody in front of it, or give network.command or network.http in the configuration"}
	}
	limit := or(o.Timeout, patience)
	o.Desk.mu.Lock()
	defer o.Desk.mu.Unlock()
	lines := o.Desk.open()
	fmt.Fprintf(o.Desk.Out, "\ntestbed %s: please %s.\nPress Enter when it is done, or type no: ", o.Testbed, what)
	late := time.NewTimer(limit)
	defer late.Stop()
	tick := time.NewTicker(aliveEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return failed(action, s, fmt.Errorf("nobody answered within %s", limit), "ask for it again when somebody is there")
		case <-tick.C:
			if o.Alive != nil {
				if err := o.Alive(ctx); err != nil {
					return err
				}
			}
		case line, ok := <-lines:
			switch answer := strings.ToLower(strings.TrimSpace(line)); {
			case !ok:
				return failed(action, s, io.ErrUnexpectedEOF, "answer at the terminal")
			case answer == "" || answer == "y" || answer == "yes" || answer == "done":
				return nil
			default:
				return failed(action, s, fmt.Errorf("the person at the desk answered %q", oneLine(answer)), "answer with Enter once it is done")
			}
		}
	}
}

// open begins to read lines. Reading from a terminal cannot be called off: the
// one goroutine for it lives as long as the terminal.
func (d *Desk) open() <-chan string {
	d.opened.Do(func() {
		d.lines = make(chan string)
		go func() {
			defer close(d.lines)
			for s := bufio.NewScanner(d.In); s.Scan(); {
				d.lines <- s.Text()
			}
		}()
	})
	return d.lines
}
