package testbed

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"time"

	"ffscert/features/certification"
)

// reconnectWithin bounds the command that connects a phone again.
const reconnectWithin = 30 * time.Second

// CommandReconnect runs a program of the user's to connect a phone again, for
// [Testbed.Reconnect]. It is started without a shell; status 0 means that it
// has done its part.
func CommandReconnect(args []string) func(context.Context) error {
	return func(ctx context.Context) error {
		limited, cancel := context.WithTimeout(ctx, reconnectWithin)
		defer cancel()
		cmd := exec.CommandContext(limited, args[0], args[1:]...)
		cmd.WaitDelay = time.Second
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		err := cmd.Run()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case limited.Err() != nil:
			err = limited.Err()
		case err == nil:
			return nil
		}
		text := strings.TrimSpace(said.String())
		if len(text) > 300 {
			text = text[:300]
		}
		return &certification.Trouble{Code: certification.RigPhone, Cause: certification.CauseRig, Err: err, Evidence: []string{text},
			Message: "the command that connects the phone again failed", Hint: "run " + strings.Join(args, " ") + " by hand"}
	}
}
