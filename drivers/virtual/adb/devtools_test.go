package adb

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

const opening = "GET /devtools/page/1 HTTP/1.1\r\nUpgrade: WebSocket\r\n\r\n"

// frame is a frame of a websocket, masked as those of a client are.
func frame(opcode byte, payload string, mask bool) []byte {
	b := []byte{0x80 | opcode}
	bit := byte(0)
	if mask {
		bit = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, bit|byte(n))
	case n < 1<<16:
		b = append(b, bit|126, byte(n>>8), byte(n))
	default:
		b = append(b, bit|127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	if !mask {
		return append(b, payload...)
	}
	key := []byte{1, 2, 3, 4}
	b = append(b, key...)
	for i, c := range []byte(payload) {
		b = append(b, c^key[i%4])
	}
	return b
}

// However the bytes are cut, each message is seen once, with its beginning.
func TestFramesAreSeenHoweverTheyAreCut(t *testing.T) {
	long := `{"id":2,"x":"` + strings.Repeat("y", 70_000) + `"}`
	for _, mask := range []bool{false, true} {
		var all []byte
		all = append(all, "GET /json/version HTTP/1.1\r\nHost: x\r\n\r\n"...)
		all = append(all, opening...)
		all = append(all, frame(1, `{"id":1}`, mask)...)
		all = append(all, frame(9, "ping", mask)...)
		all = append(all, frame(1, long, mask)...)
		all = append(all, frame(1, "", mask)...)
		all = append(all, frame(1, strings.Repeat("z", 300), mask)...)
		for _, size := range []int{1, 2, 3, 7, 64, 1 << 20} {
			var heads []string
			f := frames{each: func(head []byte) { heads = append(heads, string(head)) }}
			for rest := all; len(rest) > 0; {
				n := min(size, len(rest))
				_, _ = f.Write(rest[:n])
				rest = rest[n:]
			}
			require.Equal(t, []string{`{"id":`, `{"id":`, "", "zzzzzz"}, heads, "mask %t, pieces of %d", mask, size)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte(opening), frame(1, `{"id":1}`, true))
	f.Add([]byte("\r\n\r\n"), []byte{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x := frames{each: func(head []byte) {
			if len(head) > headLength {
				t.Fatal(head)
			}
		}}
		for _, p := range [][]byte{a, b, a, b} {
			if n, err := x.Write(p); n != len(p) || err != nil {
				t.Fatal(n, err)
			}
		}
	})
}

// writes collects what is written, write by write.
type writes chan string

func (w writes) Write(b []byte) (int, error) {
	w <- string(b)
	return len(b), nil
}

// While a command is open, what comes before its answer goes with it.
func TestAnAnswerGoesWithItsEvents(t *testing.T) {
	var open atomic.Int64
	pieces, got := make(chan []byte), make(writes, 8)
	done := make(chan struct{})
	go func() {
		defer close(done)
		relay(pieces, &open, got)
	}()
	pieces <- []byte("event ")
	require.Equal(t, "event ", <-got, "nothing is waited for")
	open.Store(1)
	pieces <- []byte("event ")
	open.Store(0)
	pieces <- []byte("answer")
	require.Equal(t, "event answer", <-got)
	open.Store(1)
	pieces <- []byte("late")
	require.Equal(t, "late", <-got, "no longer than a moment")
	close(pieces)
	<-done
}

// oneSocket is a phone with one socket, behind which something answers.
type oneSocket struct{ serve func(net.Conn) }

func (oneSocket) Sockets(context.Context) []string { return []string{"chrome_devtools_remote"} }

func (o oneSocket) Dial(_ context.Context, name string) (net.Conn, error) {
	if name != "chrome_devtools_remote" {
		return nil, io.EOF
	}
	ours, theirs := net.Pipe()
	go o.serve(theirs)
	return ours, nil
}

func TestASocketOfThePhone(t *testing.T) {
	d := NewDevice(stillHandset{}, nil, Options{Web: oneSocket{func(c net.Conn) {
		b := make([]byte, 4)
		_, _ = io.ReadFull(c, b)
		_, _ = c.Write(bytes.ToUpper(b))
		c.Close()
	}}})
	require.Nil(t, d.service("localabstract:nowhere"))
	require.Nil(t, NewDevice(stillHandset{}, nil, Options{}).service("localabstract:chrome_devtools_remote"))
	require.NotNil(t, d.service("localabstract:chrome_devtools_remote"))
	var out bytes.Buffer
	data, err := d.system.Open("/proc/net/unix")
	require.NoError(t, err)
	_, _ = out.ReadFrom(data)
	require.Contains(t, out.String(), "0000000000000000: 00000002 00000000 00010000 0001 01 27000 @chrome_devtools_remote\n")
}
