package adb

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path"
	"sync"
	"time"

	"ffscert/drivers/virtual/adb/android"
)

// bridge carries HTTP from adb streams to the UiAutomator2 server's handler.
//
// net/http sits on net.Pipe, because it needs deadlines that work, and its
// replies are held back until they are whole: every message of a stream waits
// for the host's OKAY, and a reply in pieces costs the host some 40 ms each.
type bridge struct {
	server *http.Server
	conns  chan net.Conn
	done   chan struct{}
	once   sync.Once
}

func newBridge(h http.Handler, system *android.System) *bridge {
	b := &bridge{conns: make(chan net.Conn), done: make(chan struct{})}
	b.server = &http.Server{
		Handler:           endsInstrumentation(h, system),
		ReadHeaderTimeout: 30 * time.Second,
		ConnState: func(c net.Conn, s http.ConnState) {
			if s == http.StateIdle {
				if w, ok := c.(*wholeReplies); ok {
					w.flush()
				}
			}
		},
	}
	return b
}

// endsInstrumentation makes the server's process go when its session is
// deleted, before the deletion is answered: whoever asks next sees it gone.
func endsInstrumentation(h http.Handler, system *android.System) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		if r.Method == http.MethodDelete && path.Dir(path.Clean(r.URL.Path)) == "/session" {
			system.FinishInstrumentation()
		}
	})
}

func (b *bridge) serve(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		b.Close()
		b.server.Close()
	})
	defer stop()
	_ = b.server.Serve(b)
}

// handle is one forwarded connection.
func (b *bridge) handle(ctx context.Context, s *stream) {
	server, ours := net.Pipe()
	conn := &wholeReplies{Conn: server, to: s, over: make(chan struct{})}
	defer ours.Close()
	select {
	case b.conns <- conn:
	case <-b.done:
		return
	case <-ctx.Done():
		return
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		// Ends when the host closes the stream or the server the pipe.
		_, _ = io.Copy(ours, s)
		ours.Close()
	})
	select {
	case <-conn.over: // the server has said all it had to say
	case <-ctx.Done():
	case <-b.done:
	}
	ours.Close()
	s.Close()
	reading.Wait()
}

// Accept is a net.Listener's.
func (b *bridge) Accept() (net.Conn, error) {
	select {
	case c := <-b.conns:
		return c, nil
	case <-b.done:
		return nil, net.ErrClosed
	}
}

// Close is a net.Listener's.
func (b *bridge) Close() error {
	b.once.Do(func() { close(b.done) })
	return nil
}

// Addr is a net.Listener's.
func (b *bridge) Addr() net.Addr { return bridgeAddr{} }

type bridgeAddr struct{}

func (bridgeAddr) Network() string { return "adb" }
func (bridgeAddr) String() string  { return "tcp:6790" }

// maxHeld bounds a reply that is held back, in bytes; a larger one goes in
// pieces.
const maxHeld = 8 << 20

// wholeReplies is the server's side of a bridged connection. What is written
// goes to the stream when the server is done with a request, or with the
// connection. That it reads says nothing: it does so while a reply is written.
type wholeReplies struct {
	net.Conn // the pipe: reading and its deadlines
	to       io.Writer
	once     sync.Once
	over     chan struct{}

	mu   sync.Mutex
	held []byte
}

func (c *wholeReplies) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.held = append(c.held, p...)
	// A client that asked whether it may go on sends nothing before it is told.
	now := len(c.held) > maxHeld || bytes.HasPrefix(c.held, []byte("HTTP/1.1 100"))
	c.mu.Unlock()
	if now {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func (c *wholeReplies) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.to.Write(c.held)
	if cap(c.held) > 1<<20 {
		c.held = nil
	} else {
		c.held = c.held[:0]
	}
	return err
}

func (c *wholeReplies) Close() error {
	err := errors.Join(c.flush(), c.Conn.Close())
	c.once.Do(func() { close(c.over) })
	return err
}
