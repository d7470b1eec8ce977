package onetime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Command runs a program of the user's that prints the code.
type Command struct {
	// Args are the program and its arguments, in which {testbed} is filled in.
	Args    []string
	Testbed string
	Timeout time.Duration // 0 means 30 s
}

const (
	commandTimeout = 30 * time.Second
	maxPrinted     = 1000 // bytes
)

// Code is what the program printed.
func (c Command) Code(ctx context.Context) (string, error) {
	limit := c.Timeout
	if limit == 0 {
		limit = commandTimeout
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = strings.ReplaceAll(a, "{testbed}", c.Testbed)
	}
	cmd := exec.CommandContext(limited, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "FFSCERT_TESTBED="+c.Testbed)
	cmd.WaitDelay = time.Second
	var out head
	cmd.Stdout = &out
	err := cmd.Run()
	const hint = "run accounts.amazon.code.command by hand: it has to print the code, and nothing else, and end with status 0"
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		return "", trouble(fmt.Sprintf("the command for the one-time code, %s, did not end within %s", args[0], limit), hint+"; or give it more time with timeout", nil)
	case err != nil:
		return "", trouble("the command for the one-time code, "+args[0]+", failed", hint, err)
	}
	code, ok := read(out.String())
	if !ok {
		return "", trouble(fmt.Sprintf("the command for the one-time code, %s, printed %d bytes that are no code of 4 to 10 digits", args[0], out.n), hint, nil)
	}
	return code, nil
}

// head keeps the first bytes of what is written, and counts all of them.
type head struct {
	buf bytes.Buffer
	n   int
}

func (h *head) Write(p []byte) (int, error) {
	h.n += len(p)
	h.buf.Write(p[:min(len(p), maxPrinted-h.buf.Len())])
	return len(p), nil
}

// String is all that was written; text that is too long to be a code is cut.
func (h *head) String() string { return h.buf.String() }
