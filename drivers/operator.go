package drivers

import (
	"context"
	"errors"
	"time"
)

// Operator is a person at the testbed who can be asked, and who does what no
// driver can. It is used by several testbeds at the same time.
type Operator interface {
	// Ask puts a question or a request and waits for the answer. Where nobody
	// answers within the operator's own time limit, the error is [ErrNobody].
	Ask(ctx context.Context, q Question) (Answer, error)
}

// ErrNobody says that no person is there, or that none has answered.
var ErrNobody = errors.New("nobody is there to answer")

// aliveEvery is how often sessions are kept alive while a person is waited for.
const aliveEvery = 30 * time.Second

// AskAlive asks, and meanwhile calls alive (if not nil) every half minute, so
// that no session's idle limit runs out. Where that fails, the question is taken
// back, and its error returned.
func AskAlive(ctx context.Context, who Operator, q Question, alive func(context.Context) error) (Answer, error) {
	type answered struct {
		Answer
		err error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	said := make(chan answered, 1)
	go func() {
		a, err := who.Ask(ctx, q)
		said <- answered{a, err}
	}()
	tick := time.NewTicker(aliveEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if alive == nil {
				continue
			}
			if err := alive(ctx); err != nil {
				cancel()
				<-said
				return Answer{}, err
			}
		case a := <-said:
			return a.Answer, a.err
		}
	}
}

// Question is what a person is asked.
type Question struct {
	Testbed string
	Attempt string // which attempt it is, for people
	Text    string // may have several lines
	// Request tells that something is to be done, and not only judged.
	Request bool
	// Code tells that a one-time code is asked for: what is typed is kept nowhere.
	Code bool
}

// Answer is what a person said.
type Answer struct {
	// Yes: it is so, or it is done. Without it, and without Skipped, it is not.
	Yes bool
	// Skipped: the person cannot or does not want to judge.
	Skipped bool
	Note    string // their words; may be empty
	Code    string // the one-time code that was asked for
	// Blame is who is to blame for a no.
	Blame Blame
}

// Blame is whom a person blames.
type Blame string

// Whom a person may blame.
const (
	BlameProduct    Blame = "product"
	BlamePartnerApp Blame = "partner_app"
	BlameOther      Blame = "other" // the rig, the network, Amazon
)
