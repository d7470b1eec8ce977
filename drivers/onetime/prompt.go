package onetime

import (
	"context"
	"errors"

	"ffscert/drivers"
)

// Prompt asks the person at the terminal.
type Prompt struct {
	// Who is the person; nil if nobody is there.
	Who     func() drivers.Operator
	Testbed string
	// Alive, if not nil, is called while a person is waited for, so that no
	// session's idle limit runs out.
	Alive func(ctx context.Context) error
}

// Code is what the person typed.
func (p Prompt) Code(ctx context.Context) (string, error) {
	const hint = "run it at a terminal, with somebody in front of it, or give totp_env, totp_file or command of accounts.amazon.code"
	who := p.Who()
	if who == nil {
		return "", trouble("Amazon asks for a one-time code, and nobody is at a terminal to type it", hint, nil)
	}
	a, err := drivers.AskAlive(ctx, who, drivers.Question{Testbed: p.Testbed, Attempt: "signing in", Text: "Amazon asks for a one-time code.", Code: true}, p.Alive)
	switch {
	case errors.Is(err, drivers.ErrNobody):
		return "", trouble("Amazon asks for a one-time code, and nobody typed one", hint, nil)
	case err != nil:
		return "", err
	case !a.Yes:
		return "", trouble("Amazon asks for a one-time code, and the operator had none", hint, nil)
	}
	code, ok := read(a.Code)
	if !ok {
		return "", trouble("what was typed is no code of 4 to 10 digits", "type the code that the message or the authenticator app shows", nil)
	}
	return code, nil
}
