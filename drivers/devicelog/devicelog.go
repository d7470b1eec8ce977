// Package devicelog reads the log of the device under test: from a file that
// something of the user's writes, from a command or an address that gives it
// out, bounded, and without what is secret in it.
//
// It knows how to find what is new in a log, and nothing of what the lines mean
// beyond the patterns that it is given.
package devicelog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"ffscert/features/certification"
)

// Bounds of what is read, in bytes: the end of a log, and a line.
const (
	MaxSize = 4 << 20
	MaxLine = 4 << 10
)

// within is how long one reading may take.
const within = 30 * time.Second

// Log is a log that can be read as a whole, or at least its end. It is used by
// one goroutine.
type Log struct {
	where string // for people
	read  func(ctx context.Context) (text []byte, err error)
	seen  []string // the complete lines at the mark
}

// File is a log in a file. It need not be there yet.
func File(path string) *Log {
	return &Log{where: path, read: func(context.Context) ([]byte, error) {
		// Opening a pipe would wait for its other end.
		f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, errors.New("it is no regular file")
		}
		if skip := info.Size() - MaxSize; skip > 0 {
			if _, err := f.Seek(skip, io.SeekStart); err != nil {
				return nil, err
			}
			text, err := io.ReadAll(io.LimitReader(f, MaxSize))
			return afterLine(text), err
		}
		return io.ReadAll(io.LimitReader(f, MaxSize))
	}}
}

// Command is a log that a program prints and then ends. It is started without
// a shell.
func Command(args []string) *Log {
	return &Log{where: args[0], read: func(ctx context.Context) ([]byte, error) {
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.WaitDelay = time.Second
		var out, errs end
		errs.most, out.most = 300, MaxSize
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			if said := strings.Join(strings.Fields(clean(string(errs.text))), " "); said != "" {
				err = fmt.Errorf("%w (%s)", err, said)
			}
			return nil, err
		}
		return complete(out.whole()), nil
	}}
}

// HTTP is a log that is the answer to a GET.
func HTTP(address string) *Log {
	return &Log{where: "device_log.http", read: func(ctx context.Context) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, err
		}
		transport := http.DefaultTransport.(*http.Transport).Clone()
		defer transport.CloseIdleConnections()
		resp, err := (&http.Client{Transport: transport}).Do(req)
		if err != nil {
			var ue *url.Error
			if errors.As(err, &ue) {
				err = ue.Err
			}
			return nil, err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("HTTP status %d", resp.StatusCode)
		}
		out := end{most: MaxSize}
		if _, err := io.Copy(&out, io.LimitReader(resp.Body, 16*MaxSize)); err != nil {
			return nil, err
		}
		return complete(out.whole()), nil
	}}
}

// Mark remembers what the log holds now: what comes after it is new.
func (l *Log) Mark(ctx context.Context) error {
	text, err := l.all(ctx)
	if err != nil {
		return err
	}
	// A line that is still being written is new once it is whole.
	l.seen = lines(text[:bytes.LastIndexByte(text, '\n')+1])
	return nil
}

// Lines are those written since the mark, oldest first, at most [MaxSize] bytes.
func (l *Log) Lines(ctx context.Context) ([]string, error) {
	text, err := l.all(ctx)
	if err != nil {
		return nil, err
	}
	return since(l.seen, lines(text)), nil
}

func (l *Log) all(ctx context.Context) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	text, err := l.read(limited)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, &certification.Trouble{Code: certification.RigDeviceLog, Cause: certification.CauseRig,
			Message: "the device's log cannot be read from " + l.where, Err: err, Hint: "see device_log of the testbed in the configuration"}
	}
	return text, nil
}

// since are the lines of now that were not there before. Of a log that only
// keeps its end, the old lines are its beginning, as far as they are still
// there; a log that begins anew is new as a whole.
func since(before, now []string) []string {
	if n := overlap(before, now); n > 0 || len(before) == 0 {
		return now[n:]
	}
	// The last line may have been cut by whoever wrote it.
	return now[overlap(before[:len(before)-1], now):]
}

// overlap is the length of the longest end of before that is a beginning of
// now (the prefix function of Knuth, Morris and Pratt).
func overlap(before, now []string) int {
	if len(before) > len(now) {
		before = before[len(before)-len(now):]
	}
	fail := make([]int, len(now))
	for i, k := 1, 0; i < len(now); i++ {
		for k > 0 && now[i] != now[k] {
			k = fail[k-1]
		}
		if now[i] == now[k] {
			k++
		}
		fail[i] = k
	}
	k := 0
	for _, line := range before {
		for k > 0 && (k == len(now) || line != now[k]) {
			k = fail[k-1]
		}
		if k < len(now) && line == now[k] {
			k++
		}
	}
	return k
}

// lines are the lines of a text from outside, without what a terminal would
// take for a command, each bounded.
func lines(text []byte) []string {
	var all []string
	for line := range bytes.Lines(text) {
		s := clean(string(line))
		if len(s) > MaxLine {
			s = strings.ToValidUTF8(s[:MaxLine], "") + "…"
		}
		all = append(all, s)
	}
	return all
}

// clean is text without control characters.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

// complete ends a text with the end of a line.
func complete(text []byte) []byte {
	if len(text) > 0 && text[len(text)-1] != '\n' {
		return append(text, '\n')
	}
	return text
}

// afterLine leaves out a line of which only the end is there.
func afterLine(text []byte) []byte { return text[bytes.IndexByte(text, '\n')+1:] }

// end keeps the end of what is written to it.
type end struct {
	most int
	text []byte
	cut  bool
}

func (e *end) Write(p []byte) (int, error) {
	e.text = append(e.text, p...)
	if len(e.text) > 2*e.most { // seldom, so that it costs little
		e.trim()
	}
	return len(p), nil
}

func (e *end) trim() {
	if extra := len(e.text) - e.most; extra > 0 {
		e.text, e.cut = append(e.text[:0:0], e.text[extra:]...), true
	}
}

func (e *end) whole() []byte {
	e.trim()
	if e.cut {
		return afterLine(e.text)
	}
	return e.text
}
