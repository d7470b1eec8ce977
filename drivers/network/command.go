package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
	"unicode"
)

// Command is a program of the user's that knows how to change the networks and
// the account. It is started without a shell; status 0 means that it is done.
type Command struct {
	// Args are the program and its arguments, in which {action} (arrange or
	// restore), {situation} and {testbed} are filled in. The environment has the
	// same as FFSCERT_ACTION, FFSCERT_SITUATION and FFSCERT_TESTBED.
	Args    []string
	Testbed string
	Timeout time.Duration // of one call; 0 means 2 min
}

// defaultTimeout is how long a lab may take: an access point restarts.
const defaultTimeout = 2 * time.Minute

// Arrange runs the command.
func (c Command) Arrange(ctx context.Context, s Situation) error { return c.run(ctx, actionArrange, s) }

// Restore runs the command.
func (c Command) Restore(ctx context.Context, s Situation) error { return c.run(ctx, actionRestore, s) }

func (c Command) run(ctx context.Context, action string, s Situation) error {
	limited, cancel := context.WithTimeout(ctx, or(c.Timeout, defaultTimeout))
	defer cancel()
	fill := strings.NewReplacer("{action}", action, "{situation}", string(s), "{testbed}", c.Testbed)
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = fill.Replace(a)
	}
	cmd := exec.CommandContext(limited, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "FFSCERT_ACTION="+action, "FFSCERT_SITUATION="+string(s), "FFSCERT_TESTBED="+c.Testbed)
	cmd.WaitDelay = time.Second
	said := &tail{}
	cmd.Stdout, cmd.Stderr = said, said
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(limited.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("%s did not end within %s", args[0], or(c.Timeout, defaultTimeout))
	}
	if err != nil {
		text := said.String()
		if text != "" {
			err = fmt.Errorf("%w (%s)", err, text)
		}
		return failed(action, s, err, "run "+strings.Join(args, " ")+" by hand; with status 0 it says that it is done")
	}
	return nil
}

func or(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// tail keeps the end of what a program says.
type tail struct{ buf bytes.Buffer }

const maxSaid = 300

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	if len(p) > maxSaid {
		p = p[len(p)-maxSaid:]
	}
	t.buf.Write(p)
	if extra := t.buf.Len() - maxSaid; extra > 0 {
		t.buf.Next(extra)
	}
	return n, nil
}

func (t *tail) String() string { return oneLine(t.buf.String()) }

// oneLine makes a bounded line of text from outside.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if len(s) > maxSaid {
		s = strings.ToValidUTF8(s[:maxSaid], "") + "…"
	}
	return s
}
