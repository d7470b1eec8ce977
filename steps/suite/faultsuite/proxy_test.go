package faultsuite

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is a fault of the wire: what becomes of some commands on their way to
// the server.
type wire struct {
	// on tells which commands it may meet; nil is every one of a session.
	on func(r *http.Request) bool
	// early lets it strike from the first command on; otherwise it waits until
	// the device under test has power.
	early bool
	// within is how many such commands may pass before it strikes: the seed says
	// how many do.
	within int
	// times is how many commands it meets; below 0 all from then on.
	times int
	do    func(p *proxy, w http.ResponseWriter, r *http.Request)
}

// proxy stands between the client and a WebDriver server.
type proxy struct {
	*httptest.Server
	lab    *lab
	target string
	client *http.Client

	mu     sync.Mutex
	fault  *wire
	armed  bool
	skip   int
	left   int
	struck int // how often it struck
}

func newProxy(t testing.TB, l *lab, target string, f *wire, skip int) *proxy {
	p := &proxy{lab: l, target: target, fault: f, client: &http.Client{Transport: &http.Transport{Proxy: nil}}, skip: skip}
	if f != nil {
		p.armed, p.left = f.early, f.times
	}
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() {
		p.Server.CloseClientConnections()
		p.Server.Close()
		p.client.CloseIdleConnections()
	})
	return p
}

// arm lets the fault strike from now on.
func (p *proxy) arm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = true
}

func (p *proxy) strikes(r *http.Request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fault
	if f == nil || !p.armed || p.left == 0 {
		return false
	}
	on := f.on
	if on == nil {
		on = ofSession
	}
	if !on(r) {
		return false
	}
	if p.skip > 0 {
		p.skip--
		return false
	}
	p.left--
	p.struck++
	return true
}

func (p *proxy) times() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.struck
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.strikes(r) {
		p.fault.do(p, w, r)
		return
	}
	p.forward(w, r, nil)
}

// forward hands a command on and its answer back, as change makes it.
func (p *proxy) forward(w http.ResponseWriter, r *http.Request, change func([]byte) []byte) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, p.target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header = r.Header.Clone()
	resp, err := p.client.Do(req)
	if err != nil {
		hangUp(p, w, r)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		hangUp(p, w, r)
		return
	}
	if change != nil {
		answer = change(answer)
	}
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	w.WriteHeader(resp.StatusCode)
	w.Write(answer)
}

// The commands that faults meet.

func ofSession(r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.Path, "/session/")
	return ok && r.Method != http.MethodDelete && strings.Contains(rest, "/")
}

func everything(*http.Request) bool { return true }

func newSession(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/session" }

func ends(method string, suffixes ...string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		for _, s := range suffixes {
			if r.Method == method && ofSession(r) && strings.HasSuffix(r.URL.Path, s) {
				return true
			}
		}
		return false
	}
}

// What becomes of them.

// hangUp is a server that is not there: the connection ends without an answer.
func hangUp(_ *proxy, w http.ResponseWriter, _ *http.Request) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		c.Close()
	}
}

func answers(status int, body string) func(*proxy, http.ResponseWriter, *http.Request) {
	return func(_ *proxy, w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func fails(status int, code, message string) func(*proxy, http.ResponseWriter, *http.Request) {
	return answers(status, `{"value":{"error":"`+code+`","message":"`+message+`","stacktrace":""}}`)
}

// nothing says that a command was carried out, and does not do it.
func nothing(p *proxy, w http.ResponseWriter, r *http.Request) {
	answers(200, `{"value":null}`)(p, w, r)
}

// endSession ends the session behind the client's back.
func endSession(p *proxy, w http.ResponseWriter, r *http.Request) {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/session/"), "/")
	req, err := http.NewRequestWithContext(r.Context(), http.MethodDelete, p.target+"/session/"+id, nil)
	if err != nil {
		panic(err)
	}
	if resp, err := p.client.Do(req); err == nil {
		resp.Body.Close()
	}
	p.forward(w, r, nil)
}

// hangs does not answer until the client has lost its patience.
func hangs(_ *proxy, _ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
	}
}

// cut ends the connection in the middle of the answer.
func cut(p *proxy, w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	p.forward(rec, r, nil)
	body := rec.Body.Bytes()
	c, buf, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	buf.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n")
	buf.Write(body[:len(body)/2])
	buf.Flush()
}

// changed hands on another answer than the server's.
func changed(change func([]byte) []byte) func(*proxy, http.ResponseWriter, *http.Request) {
	return func(p *proxy, w http.ResponseWriter, r *http.Request) { p.forward(w, r, change) }
}
