package adb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// handshakeTime is how long a host may take to introduce itself.
	handshakeTime = 10 * time.Second
	// maxStreams bounds the streams of one transport; adb itself opens a few.
	maxStreams = 512
)

// transport is one adb server that is connected to the phone.
type transport struct {
	d      *Device
	conn   net.Conn
	ctx    context.Context // done when the connection is over
	cancel context.CancelFunc

	version uint32 // agreed; written before the first stream
	limit   int    // of a payload to the host

	sending sync.Mutex
	scratch []byte

	mu      sync.Mutex
	streams map[uint32]*stream
	last    uint32

	workers sync.WaitGroup
}

func newTransport(ctx context.Context, d *Device, conn net.Conn) *transport {
	t := &transport{d: d, conn: conn, version: versionMin, limit: 4 << 10, streams: map[uint32]*stream{}}
	t.ctx, t.cancel = context.WithCancel(ctx)
	return t
}

// serve speaks with the host until the connection ends or the context does.
// It returns when nothing of the transport runs any more.
func (t *transport) serve() error {
	stop := context.AfterFunc(t.ctx, func() { t.conn.Close() })
	defer func() {
		t.cancel()
		stop()
		t.conn.Close()
		t.workers.Wait()
	}()
	r := bufio.NewReaderSize(t.conn, 32<<10)
	if err := t.handshake(r); err != nil {
		return err
	}
	for {
		m, err := readMessage(r, maxPayload, t.version < versionNoSum)
		if err != nil {
			if errors.Is(err, io.EOF) || t.ctx.Err() != nil {
				return nil
			}
			return err
		}
		if err := t.handle(m); err != nil {
			return err
		}
	}
}

func (t *transport) handshake(r io.Reader) error {
	if err := t.conn.SetReadDeadline(time.Now().Add(handshakeTime)); err != nil {
		return err
	}
	m, err := readMessage(r, maxPayload, false)
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if m.command != cmdCNXN {
		return fmt.Errorf("%w: %v where CNXN was expected", errMalformed, m)
	}
	if err := t.conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return t.welcome(m)
}

// welcome agrees on a version and says what the phone is.
func (t *transport) welcome(m message) error {
	if m.arg0 < versionMin || !bytes.HasPrefix(m.payload, []byte("host:")) {
		return fmt.Errorf("%w: CNXN of version %#x, %.40q", errMalformed, m.arg0, m.payload)
	}
	if m.arg1 < 1<<10 {
		return fmt.Errorf("%w: a host that takes only %d bytes", errMalformed, m.arg1)
	}
	t.limit = int(min(m.arg1, maxPayload))
	reply := message{cmdCNXN, min(m.arg0, versionNoSum), maxPayload, []byte(t.d.banner())}
	if err := t.send(reply); err != nil {
		return err
	}
	t.sending.Lock()
	t.version = reply.arg0
	t.sending.Unlock()
	return nil
}

func (t *transport) handle(m message) error {
	switch m.command {
	case cmdOPEN:
		return t.open(m)
	case cmdOKAY, cmdWRTE, cmdCLSE:
		s := t.stream(m.arg1)
		if s == nil {
			if m.command == cmdWRTE { // the host has not yet heard of the end
				return t.send(message{command: cmdCLSE, arg0: 0, arg1: m.arg0})
			}
			return nil
		}
		if m.command == cmdCLSE {
			// A host that refuses gives 0 for its own number.
			if m.arg0 == s.remote || m.arg0 == 0 {
				s.hangUp()
			}
			return nil
		}
		if m.arg0 != s.remote {
			return fmt.Errorf("%w: %v for a stream of %d", errMalformed, m, s.remote)
		}
		if m.command == cmdOKAY {
			s.acknowledged()
			return nil
		}
		return s.deliver(m.payload)
	case cmdCNXN:
		return fmt.Errorf("%w: a second CNXN", errMalformed)
	case cmdSYNC, cmdAUTH, cmdSTLS:
		return nil // nothing was asked for, nothing is owed
	}
	return fmt.Errorf("%w: unknown command %v", errMalformed, m)
}

func (t *transport) open(m message) error {
	if m.arg0 == 0 || len(m.payload) == 0 {
		return fmt.Errorf("%w: OPEN without a number or a service", errMalformed)
	}
	service := string(bytes.TrimRight(m.payload, "\x00"))
	run := t.d.service(service)
	t.mu.Lock()
	full := len(t.streams) >= maxStreams
	if run == nil || full {
		t.mu.Unlock()
		t.d.log.WithField("service", clip(service)).Debug("adb service refused")
		return t.send(message{command: cmdCLSE, arg0: 0, arg1: m.arg0})
	}
	t.last++
	s := newStream(t, t.last, m.arg0)
	t.streams[s.local] = s
	t.mu.Unlock()
	if err := t.send(message{command: cmdOKAY, arg0: s.local, arg1: s.remote}); err != nil {
		s.cancel()
		return err
	}
	t.workers.Go(func() {
		defer s.Close()
		run(s.ctx, s)
	})
	return nil
}

func (t *transport) stream(local uint32) *stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.streams[local]
}

func (t *transport) forget(local uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.streams, local)
}

func (t *transport) sendLimit() int { return t.limit }

// send writes one message in one piece. After an error the transport ends.
func (t *transport) send(m message) error {
	t.sending.Lock()
	defer t.sending.Unlock()
	t.scratch = m.append(t.scratch[:0], t.version < versionNoSum)
	if _, err := t.conn.Write(t.scratch); err != nil {
		t.cancel()
		return fmt.Errorf("adb connection: %w", err)
	}
	return nil
}

// transports is the set of connected adb servers.
type transports struct {
	mu  sync.Mutex
	all map[*transport]struct{}
	n   atomic.Int64
}

func (ts *transports) add(t *transport) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.all == nil {
		ts.all = map[*transport]struct{}{}
	}
	ts.all[t] = struct{}{}
	ts.n.Add(1)
}

func (ts *transports) remove(t *transport) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if _, ok := ts.all[t]; ok {
		delete(ts.all, t)
		ts.n.Add(-1)
	}
}

// cut ends every connection.
func (ts *transports) cut() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for t := range ts.all {
		t.cancel()
	}
}

func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
