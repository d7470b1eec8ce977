// Package power switches sockets: by a plug's page in the Alexa app, or by a
// command of the user's.
//
// It knows which socket it switches, and nothing of what the socket feeds.
package power

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/alexa"
	"ffscert/features/certification"
)

// Alexa is a smart plug that is switched on its page in the Alexa app.
type Alexa struct {
	App  *alexa.App
	Plug string
}

// Name is the plug's name in the app.
func (p Alexa) Name() string { return p.Plug }

// On switches the plug on and waits for its answer.
func (p Alexa) On(ctx context.Context) (drivers.Switched, error) {
	return p.App.Switch(ctx, p.Plug, true)
}

// Off switches the plug off and waits for its answer.
func (p Alexa) Off(ctx context.Context) (drivers.Switched, error) {
	return p.App.Switch(ctx, p.Plug, false)
}

// IsOn reads the plug's page.
func (p Alexa) IsOn(ctx context.Context) (bool, error) { return p.App.PlugIsOn(ctx, p.Plug) }

// Command is a socket that a program of the user's switches. The program is
// started without a shell; status 0 means that the socket has switched.
type Command struct {
	Socket          string
	OnArgs, OffArgs []string
	Clock           drivers.Clock
	Timeout         time.Duration // of one call; 0 means 30 s
}

// Name is the socket's name for people.
func (c Command) Name() string { return c.Socket }

// On runs the command that switches on.
func (c Command) On(ctx context.Context) (drivers.Switched, error) { return c.run(ctx, c.OnArgs) }

// Off runs the command that switches off.
func (c Command) Off(ctx context.Context) (drivers.Switched, error) { return c.run(ctx, c.OffArgs) }

func (c Command) run(ctx context.Context, args []string) (drivers.Switched, error) {
	limit := c.Timeout
	if limit == 0 {
		limit = 30 * time.Second
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	from := c.Clock.Now()
	cmd := exec.CommandContext(limited, args[0], args[1:]...)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return drivers.Switched{}, ctx.Err()
	}
	if errors.Is(limited.Err(), context.DeadlineExceeded) {
		err = limited.Err()
	}
	if err != nil {
		text := strings.TrimSpace(said.String())
		if len(text) > 300 {
			text = text[:300]
		}
		return drivers.Switched{}, &certification.Trouble{Code: certification.RigPlug, Cause: certification.CauseRig,
			Message: "the command that switches \"" + c.Socket + "\" failed", Err: err, Evidence: []string{text},
			Hint: "run " + strings.Join(args, " ") + " by hand"}
	}
	return drivers.Switched{From: from, To: c.Clock.Now()}, nil
}
