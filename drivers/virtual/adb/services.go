package adb

import (
	"context"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
	"sync"

	"ffscert/drivers/virtual/adb/android"
)

// uiautomatorPort is where the UiAutomator2 server listens on a phone.
const uiautomatorPort = 6790

// service says what serves that name; nil refuses it.
func (d *Device) service(name string) func(context.Context, *stream) {
	kind, arg, _ := strings.Cut(name, ":")
	kind, flags, _ := strings.Cut(kind, ",")
	switch kind {
	case "shell":
		if hasFlag(flags, "v2") {
			return func(ctx context.Context, s *stream) { d.shellV2(ctx, s, arg, hasFlag(flags, "pty")) }
		}
		return func(ctx context.Context, s *stream) { d.shellPlain(ctx, s, arg) }
	case "exec":
		return func(ctx context.Context, s *stream) { d.shellPlain(ctx, s, arg) }
	case "sync":
		return func(_ context.Context, s *stream) { serveSync(s, d.system.Files()) }
	case "tcp":
		port, _, _ := strings.Cut(arg, ":")
		if n, err := strconv.Atoi(port); err != nil || n != uiautomatorPort {
			return nil
		}
		d.mu.Lock()
		b := d.bridge
		d.mu.Unlock()
		if b == nil {
			return nil
		}
		return b.handle
	case "localabstract":
		return d.abstract(arg)
	case "reboot":
		return func(context.Context, *stream) { d.reboot() }
	case "root":
		return say("adbd cannot run as root in production builds\n")
	case "unroot":
		return say("adbd not running as root\n")
	case "remount":
		return say("Not running as root. Try \"adb root\" first.\n")
	}
	return nil
}

func hasFlag(flags, name string) bool {
	for f := range strings.SplitSeq(flags, ",") {
		if f == name {
			return true
		}
	}
	return false
}

func say(text string) func(context.Context, *stream) {
	return func(_ context.Context, s *stream) { _, _ = io.WriteString(s, text) }
}

// shellPlain runs a command whose output and errors share the stream.
func (d *Device) shellPlain(ctx context.Context, s *stream, command string) {
	d.system.Run(ctx, android.IO{In: s, Out: s, Err: s}, command)
}

// The packets of shell_v2: one byte of these, the length, the data.
const (
	shellStdin      = 0
	shellStdout     = 1
	shellStderr     = 2
	shellExit       = 3
	shellCloseStdin = 4
	shellWindowSize = 5
)

// shellV2 runs a command whose output, errors and exit status are told apart.
func (d *Device) shellV2(ctx context.Context, s *stream, command string, pty bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in, feed := io.Pipe()
	var reading sync.WaitGroup
	reading.Go(func() { feed.CloseWithError(readStdin(s, feed)) })
	out := shellPackets{s, shellStdout}
	stdio := android.IO{In: in, Out: out, Err: shellPackets{s, shellStderr}, Terminal: pty}
	code := d.system.Run(ctx, stdio, command)
	in.Close()
	_, _ = shellPackets{s, shellExit}.Write([]byte{byte(code)})
	s.Close()
	reading.Wait()
}

// readStdin unpacks what the host sends until it closes the standard input.
// io.EOF is the ordinary end.
func readStdin(r io.Reader, w io.Writer) error {
	var h [5]byte
	buf := make([]byte, 32<<10)
	for {
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return io.EOF
		}
		n := int64(binary.LittleEndian.Uint32(h[1:]))
		switch h[0] {
		case shellStdin:
			if _, err := io.CopyBuffer(w, io.LimitReader(r, n), buf); err != nil {
				// Nobody reads the command's input; the host must not wait for us.
				w = io.Discard
			}
		case shellCloseStdin:
			return io.EOF
		default: // a window size, or something that is not for us
			if _, err := io.CopyBuffer(io.Discard, io.LimitReader(r, n), buf); err != nil {
				return io.EOF
			}
		}
	}
}

// shellPackets writes packets of one kind.
type shellPackets struct {
	s    *stream
	kind byte
}

func (p shellPackets) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		n := min(len(b)-done, p.s.t.sendLimit()-5)
		packet := make([]byte, 0, n+5)
		packet = append(packet, p.kind)
		packet = binary.LittleEndian.AppendUint32(packet, uint32(n))
		packet = append(packet, b[done:done+n]...)
		if _, err := p.s.Write(packet); err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}
