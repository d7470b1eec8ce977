package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"ffscert/drivers"
)

// answerWithin is how long a question waits for a person, so that a run that
// nobody looks at goes on.
const answerWithin = 15 * time.Minute

// attended tells whether a person sits at the terminal who can be asked.
func (s *state) attended() bool { return s.Interactive && s.Terminal && !s.quiet }

// terminalOperator asks the person at the terminal, one question at a time.
type terminalOperator struct {
	out   io.Writer
	lines chan string // what is typed; closed at its end
	turn  chan struct{}
	limit time.Duration
	// asking, if not nil, is told that a question is put, and gives the way to the
	// person; it returns what is called when that is over.
	asking func(bed, text string) (out io.Writer, done func(answered bool))
}

// newOperator begins to read what is typed. The reading goes on until the input
// ends: nothing can stop a terminal's read. What is typed while nobody asks is
// read, too, so that it answers no later question.
func newOperator(s *state, limit time.Duration) *terminalOperator {
	o := &terminalOperator{out: s.Stderr, lines: make(chan string, 64), turn: make(chan struct{}, 1), limit: limit}
	go func() {
		defer close(o.lines)
		for in := bufio.NewScanner(s.Stdin); in.Scan(); {
			select {
			case o.lines <- in.Text():
			default: // so many lines are no answer
			}
		}
	}()
	return o
}

// Ask puts the question and waits for the answer.
func (o *terminalOperator) Ask(ctx context.Context, q drivers.Question) (a drivers.Answer, err error) {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return drivers.Answer{}, ctx.Err()
	}
	limited, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	if o.asking != nil {
		var done func(bool)
		o.out, done = o.asking(q.Testbed, q.Text)
		defer func() { done(err == nil) }()
	}
	a, err = o.ask(limited, q)
	if err != nil && ctx.Err() == nil {
		if errors.Is(err, context.DeadlineExceeded) {
			fmt.Fprintf(o.out, "\nnobody answered within %s: the run goes on\n", o.limit)
		}
		err = drivers.ErrNobody
	}
	return a, err
}

func (o *terminalOperator) ask(ctx context.Context, q drivers.Question) (drivers.Answer, error) {
	o.forget()
	fmt.Fprintf(o.out, "\n%s, %s:\n  %s\n", printable(q.Testbed), printable(q.Attempt), strings.ReplaceAll(printable(q.Text), "\n", "\n  "))
	if q.Code {
		fmt.Fprint(o.out, "the code (empty if there is none): ")
		code, err := o.line(ctx)
		return drivers.Answer{Yes: code != "", Skipped: code == "", Code: code}, err
	}
	choices := "yes, no or skip"
	if q.Request {
		choices = "yes when it is done, no if it cannot be done"
	}
	word, err := o.choose(ctx, choices, "yes", "no", "skip")
	if err != nil {
		return drivers.Answer{}, err
	}
	a := drivers.Answer{Yes: word == "yes", Skipped: word == "skip"}
	if word == "no" && !q.Request {
		blame, err := o.choose(ctx, "who is to blame: product, partner_app or other", string(drivers.BlameProduct), string(drivers.BlamePartnerApp), string(drivers.BlameOther))
		if err != nil {
			return a, err
		}
		a.Blame = drivers.Blame(blame)
	}
	if word != "yes" {
		fmt.Fprint(o.out, "a word on it, for the records (may be empty): ")
		if a.Note, err = o.line(ctx); err != nil {
			return a, err
		}
	}
	return a, nil
}

// choose asks until one of the words is typed, or how it begins.
func (o *terminalOperator) choose(ctx context.Context, ask string, words ...string) (string, error) {
	for {
		fmt.Fprintf(o.out, "%s: ", ask)
		said, err := o.line(ctx)
		if err != nil {
			return "", err
		}
		said = strings.ToLower(said)
		var fits []string
		for _, w := range words {
			if said != "" && strings.HasPrefix(w, said) {
				fits = append(fits, w)
			}
		}
		for _, w := range fits {
			if len(fits) == 1 || said == w {
				return w, nil
			}
		}
	}
}

func (o *terminalOperator) line(ctx context.Context) (string, error) {
	select {
	case l, ok := <-o.lines:
		if !ok {
			return "", io.EOF
		}
		return strings.TrimSpace(l), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// forget drops what was typed before the question was put: it answers nothing.
func (o *terminalOperator) forget() {
	for {
		select {
		case _, ok := <-o.lines:
			if !ok {
				return
			}
		default:
			return
		}
	}
}
