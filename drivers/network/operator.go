package network

import (
	"context"
	"errors"
	"fmt"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// Operator asks a person to change the networks or the account.
type Operator struct {
	// Who is the person; nil if nobody is there.
	Who     func() drivers.Operator
	Testbed string
	// Alive, if not nil, is called while a person is waited for, so that no
	// session's idle limit runs out.
	Alive func(context.Context) error
}

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
	who := o.Who()
	if who == nil {
		return nobody(what)
	}
	a, err := drivers.AskAlive(ctx, who, drivers.Question{Testbed: o.Testbed, Attempt: "networks and account", Text: "Please " + what + ".", Request: true}, o.Alive)
	switch {
	case errors.Is(err, drivers.ErrNobody):
		// They may have begun with it: whether is not known.
		return failed(action, s, errors.New("nobody answered"), "run it with somebody in front of the terminal")
	case err != nil:
		return err
	case a.Yes:
		return nil
	}
	err = errors.New("the operator said that it cannot be done")
	if a.Note != "" {
		err = fmt.Errorf("%w: %s", err, oneLine(a.Note))
	}
	return failed(action, s, err, "see to it, and run again")
}

func nobody(what string) error {
	return &certification.Trouble{Code: certification.RigNobody, Cause: certification.CauseRig,
		Message: "somebody has to " + what + ", and nobody was there",
		Hint:    "run it at a terminal, with somebody in front of it, or give network.command or network.http in the configuration"}
}
