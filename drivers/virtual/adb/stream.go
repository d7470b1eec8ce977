package adb

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// errStreamClosed is what writing to a stream says once the host has closed
// it or the transport is gone.
var errStreamClosed = errors.New("adb stream closed")

// stream is one conversation within a transport. In each direction one WRTE
// is under way at a time: the host's is acknowledged when it has been read,
// ours when the host says OKAY.
//
// One goroutine may read while another one writes.
type stream struct {
	t             *transport
	local, remote uint32
	ctx           context.Context // done when the stream is over
	cancel        context.CancelFunc

	acks chan struct{} // OKAYs of the host; capacity 1

	writing sync.Mutex // one Write at a time

	mu     sync.Mutex
	wake   *sync.Cond
	in     []byte // received, not yet read
	owed   bool   // the host waits for an OKAY
	ended  bool   // no more will come
	closed bool   // CLSE has been sent or must not be sent any more
}

func newStream(t *transport, local, remote uint32) *stream {
	s := &stream{t: t, local: local, remote: remote, acks: make(chan struct{}, 1)}
	s.wake = sync.NewCond(&s.mu)
	s.ctx, s.cancel = context.WithCancel(t.ctx)
	context.AfterFunc(s.ctx, func() {
		s.mu.Lock()
		s.ended = true
		s.wake.Broadcast()
		s.mu.Unlock()
	})
	return s
}

// deliver takes the host's WRTE. It fails if the host did not wait for the
// OKAY of the one before.
func (s *stream) deliver(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.owed {
		return errors.Join(errMalformed, errors.New("WRTE before the last one was acknowledged"))
	}
	if s.ended {
		return nil
	}
	s.in, s.owed = b, true
	s.wake.Broadcast()
	return nil
}

// hangUp is the host's CLSE: what was received can still be read.
func (s *stream) hangUp() {
	s.mu.Lock()
	s.ended = true
	s.wake.Broadcast()
	s.mu.Unlock()
	s.cancel()
}

func (s *stream) acknowledged() {
	select {
	case s.acks <- struct{}{}:
	default: // an OKAY that nobody waited for
	}
}

// Read gives what the host wrote; io.EOF once it has closed the stream.
func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	for len(s.in) == 0 && !s.owed && !s.ended {
		s.wake.Wait()
	}
	n := copy(p, s.in)
	s.in = s.in[n:]
	ack := s.owed && len(s.in) == 0
	if ack {
		s.owed, s.in = false, nil
	}
	ended := s.ended
	s.mu.Unlock()
	if ack && !ended {
		// The next WRTE may come; if the transport is gone, the next read says so.
		_ = s.t.send(message{command: cmdOKAY, arg0: s.local, arg1: s.remote})
	}
	if n == 0 && ended && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Write sends p in as few messages as the host takes and returns when the
// last of them is acknowledged.
func (s *stream) Write(p []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	done := 0
	for done < len(p) {
		n := min(len(p)-done, s.t.sendLimit())
		if s.ctx.Err() != nil {
			return done, errStreamClosed
		}
		if err := s.t.send(message{cmdWRTE, s.local, s.remote, p[done : done+n]}); err != nil {
			return done, err
		}
		select {
		case <-s.acks:
		case <-s.ctx.Done():
			return done, errStreamClosed
		}
		done += n
	}
	return done, nil
}

// Close ends the stream and tells the host.
func (s *stream) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	if !first {
		return nil
	}
	s.t.forget(s.local)
	err := s.t.send(message{command: cmdCLSE, arg0: s.local, arg1: s.remote})
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
