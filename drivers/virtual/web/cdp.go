package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// cdp speaks the Chrome DevTools Protocol with a Chromium over a pair of pipes
// (--remote-debugging-pipe: JSON, each message ended by a NUL): the phone's side,
// beside whatever chromedriver does. Chromium ends with them, also when this
// process is killed.
type cdp struct {
	in   io.Reader
	out  io.WriteCloser
	done chan struct{}

	writing sync.Mutex
	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	// loaded is told of each page that has loaded, by its session.
	loaded func(session string)
	// gone is told of each tab that was closed or has crashed, by its target.
	gone func(target string)
}

type reply struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// maxMessage bounds one message of the browser, in bytes.
const maxMessage = 32 << 20

var errClosed = errors.New("the connection to Chromium is closed")

func newCDP(in io.Reader, out io.WriteCloser, loaded, gone func(string)) *cdp {
	c := &cdp{in: in, out: out, waiting: map[int]chan reply{}, done: make(chan struct{}), loaded: loaded, gone: gone}
	go c.read()
	return c
}

func (c *cdp) read() {
	defer close(c.done)
	messages := bufio.NewScanner(c.in)
	messages.Buffer(make([]byte, 64<<10), maxMessage)
	messages.Split(func(data []byte, end bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return i + 1, data[:i], nil
		}
		return 0, nil, nil // a message that was cut is none
	})
	for messages.Scan() {
		data := messages.Bytes()
		var m struct {
			ID        int    `json:"id"`
			Method    string `json:"method"`
			SessionID string `json:"sessionId"`
			Params    struct {
				TargetID string `json:"targetId"`
			} `json:"params"`
			reply
		}
		if json.Unmarshal(data, &m) != nil {
			continue
		}
		if m.ID != 0 {
			c.mu.Lock()
			w := c.waiting[m.ID]
			delete(c.waiting, m.ID)
			c.mu.Unlock()
			if w != nil {
				w <- m.reply
			}
			continue
		}
		switch m.Method {
		case "Page.loadEventFired":
			c.loaded(m.SessionID)
		case "Target.targetDestroyed", "Target.targetCrashed":
			c.gone(m.Params.TargetID)
		}
	}
}

// call sends a command, to a tab's session or, with "", to the browser.
func (c *cdp) call(ctx context.Context, session, method string, params, result any) error {
	w := make(chan reply, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = w
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
	}()
	data, err := json.Marshal(struct {
		ID        int    `json:"id"`
		Method    string `json:"method"`
		Params    any    `json:"params,omitempty"`
		SessionID string `json:"sessionId,omitempty"`
	}{id, method, params, session})
	if err != nil {
		return err
	}
	c.writing.Lock()
	_, err = c.out.Write(append(data, 0))
	c.writing.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r := <-w:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-c.done:
		return fmt.Errorf("%s: %w", method, errClosed)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// close ends the connection, and with it Chromium.
func (c *cdp) close() { _ = c.out.Close() }
