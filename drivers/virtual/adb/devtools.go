package adb

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Web is what lets the phone's apps be debugged: sockets behind which the
// DevTools protocol is spoken.
type Web interface {
	// Sockets are the names of those that are open now.
	Sockets(ctx context.Context) []string
	// Dial connects to one.
	Dial(ctx context.Context, name string) (net.Conn, error)
}

// dialTime is how long connecting to a socket of the phone may take.
const dialTime = 5 * time.Second

// abstract serves a socket of that name; nil if there is none.
func (d *Device) abstract(name string) func(context.Context, *stream) {
	if d.opts.Web == nil {
		return nil
	}
	dial := func(ctx context.Context) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialTime)
		defer cancel()
		return d.opts.Web.Dial(ctx, name)
	}
	// Whether it is there decides whether the host is refused; the stream may
	// never come to be.
	probe, err := dial(context.Background())
	if err != nil {
		d.log.WithError(err).Debug("adb socket refused")
		return nil
	}
	probe.Close()
	return func(ctx context.Context, s *stream) {
		if conn, err := dial(ctx); err == nil {
			bridgeDevTools(ctx, s, conn)
		}
	}
}

// bridgeDevTools carries bytes between a stream and the debugging port. What the
// browser says is held back for a moment: the adb server hands each message to
// its client as a small packet of its own, and two of them in a row cost some
// 40 ms, while Nagle's algorithm and the delayed acknowledgement wait for each
// other.
func bridgeDevTools(ctx context.Context, s *stream, conn net.Conn) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	var open atomic.Int64 // commands that are not answered yet
	var working sync.WaitGroup
	working.Go(func() {
		asked := frames{each: func(head []byte) { open.Add(1) }}
		_, _ = io.Copy(conn, io.TeeReader(s, &asked))
		conn.Close()
	})
	pieces := make(chan []byte, 16)
	working.Go(func() {
		defer close(pieces)
		answered := frames{each: func(head []byte) {
			if bytes.HasPrefix(head, []byte(`{"id":`)) {
				open.Add(-1)
			}
		}}
		for {
			buf := make([]byte, 64<<10)
			n, err := conn.Read(buf)
			if n > 0 {
				_, _ = answered.Write(buf[:n])
				pieces <- buf[:n]
			}
			if err != nil {
				return
			}
		}
	})
	relay(pieces, &open, s)
	s.Close()
	conn.Close()
	for range pieces { // so that the reader ends
	}
	working.Wait()
}

const (
	// holdTime is how long output is held back at most.
	holdTime = 3 * time.Millisecond
	// mostHeld is how much of it.
	mostHeld = 256 << 10
)

// relay writes pieces, as many at once as there are: while a command is not
// answered, it waits a moment for what comes before its answer.
func relay(pieces <-chan []byte, open *atomic.Int64, to io.Writer) {
	var held []byte
	wait := time.NewTimer(holdTime)
	defer wait.Stop()
	for {
		piece, ok := <-pieces
		if !ok {
			return
		}
		held = append(held[:0], piece...)
		wait.Reset(holdTime)
	gather:
		for len(held) < mostHeld {
			if open.Load() <= 0 {
				select {
				case more, ok := <-pieces:
					if !ok {
						break gather
					}
					held = append(held, more...)
					continue
				default:
					break gather
				}
			}
			select {
			case more, ok := <-pieces:
				if !ok {
					break gather
				}
				held = append(held, more...)
			case <-wait.C:
				break gather
			}
		}
		if _, err := to.Write(held); err != nil {
			return
		}
	}
}

// frames sees the messages of one side of a websocket pass by, after the HTTP
// that opens it, and calls each with the beginning of every one. Source: RFC
// 6455, section 5.2. Bytes that make no sense it counts wrongly: nothing but how
// long output is held back depends on it.
type frames struct {
	each func(head []byte)

	opened bool
	tail   []byte // end of the HTTP so far, or of a frame's header
	left   uint64 // of the payload
	mask   []byte
	at     int
	head   []byte
	data   bool // a message begins or goes on here, not a ping
}

// headLength is how much of a message is looked at.
const headLength = 6

func (f *frames) Write(p []byte) (int, error) {
	n := len(p)
	if !f.opened {
		f.tail = append(f.tail, p...)
		for !f.opened {
			end := bytes.Index(f.tail, []byte("\r\n\r\n"))
			if end < 0 {
				if len(f.tail) > 16<<10 {
					f.tail = f.tail[:0]
				}
				return n, nil
			}
			f.opened = bytes.Contains(bytes.ToLower(f.tail[:end]), []byte("upgrade: websocket"))
			f.tail = f.tail[end+4:] // plain HTTP otherwise, and more may come
		}
		p = bytes.Clone(f.tail)
		f.tail = nil
	}
	for len(p) > 0 {
		if f.left == 0 {
			f.tail = append(f.tail, p...)
			used := f.header()
			if used == 0 {
				return n, nil
			}
			p = bytes.Clone(f.tail[used:])
			f.tail = f.tail[:0]
			f.finish()
			continue
		}
		take := min(uint64(len(p)), f.left)
		for _, b := range p[:min(take, uint64(headLength-len(f.head)))] {
			if f.mask != nil {
				b ^= f.mask[f.at%4]
				f.at++
			}
			f.head = append(f.head, b)
		}
		f.left -= take
		p = p[take:]
		f.finish()
	}
	return n, nil
}

// header reads the header of a frame and returns its length; 0 if it is not yet
// whole.
func (f *frames) header() int {
	h := f.tail
	if len(h) < 2 {
		return 0
	}
	size, at := uint64(h[1]&0x7f), 2
	switch size {
	case 126:
		if len(h) < 4 {
			return 0
		}
		size, at = uint64(binary.BigEndian.Uint16(h[2:])), 4
	case 127:
		if len(h) < 10 {
			return 0
		}
		size, at = binary.BigEndian.Uint64(h[2:]), 10
	}
	f.mask = nil
	if h[1]&0x80 != 0 {
		if len(h) < at+4 {
			return 0
		}
		f.mask = bytes.Clone(h[at : at+4])
		at += 4
	}
	f.left, f.at, f.head, f.data = size, 0, f.head[:0], h[0]&0x0f == 1
	return at
}

// finish tells of a frame whose payload has passed.
func (f *frames) finish() {
	if f.left == 0 && f.data {
		f.each(f.head)
		f.data = false
	}
}
