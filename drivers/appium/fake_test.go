package appium_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/features/certification"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sent is a request as the server saw it.
type sent struct {
	method, path, body, user, password string
}

// server is a WebDriver server that answers as a test tells it.
type server struct {
	*httptest.Server
	prefix string // such as /wd/hub

	mu       sync.Mutex
	got      []sent
	sessions int
	answer   map[string]http.HandlerFunc // by "METHOD /path below the session"
}

const caps = `"platformName":"Android","automationName":"UiAutomator2","platformVersion":"13","deviceUDID":"SERIAL1",` +
	`"udid":"SERIAL1","deviceManufacturer":"Acme","deviceModel":"A1","deviceScreenSize":"1080x2340","deviceScreenDensity":420`

func newServer(t *testing.T, prefix string) *server {
	s := &server{prefix: prefix, answer: map[string]http.HandlerFunc{}}
	s.on("POST /session", 200, `{"value":{"sessionId":"S%","capabilities":{`+caps+`}}}`)
	s.on("GET /status", 200, `{"value":{"ready":true,"message":"ready","build":{"version":"3.8.0"}}}`)
	s.on("DELETE ", 200, `{"value":null}`)
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) on(command string, status int, body string) {
	s.do(command, func(w http.ResponseWriter, _ *http.Request) { reply(w, status, body) })
}

func (s *server) do(command string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer[command] = h
}

func reply(w http.ResponseWriter, status int, body string) {
	if strings.HasPrefix(strings.TrimSpace(body), "<") {
		w.Header().Set("Content-Type", "text/html")
	}
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	user, password, _ := r.BasicAuth()
	path, below := strings.CutPrefix(r.URL.EscapedPath(), s.prefix)
	if !below {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	s.got = append(s.got, sent{r.Method, path, string(body), user, password})
	command := r.Method + " " + path
	if rest, ok := strings.CutPrefix(path, "/session/"); ok {
		_, below, _ := strings.Cut(rest, "/")
		command = r.Method + " " + below
	}
	h := s.answer[command]
	if command == "POST /session" {
		s.sessions++
		w = numbered{w, string(rune('0' + s.sessions))}
	}
	s.mu.Unlock()
	if h == nil {
		reply(w, 404, `{"value":{"error":"unknown command","message":"not scripted: `+command+`","stacktrace":""}}`)
		return
	}
	h(w, r)
}

// numbered puts the session's number into the answer.
type numbered struct {
	http.ResponseWriter
	n string
}

func (n numbered) Write(b []byte) (int, error) {
	_, err := n.ResponseWriter.Write([]byte(strings.ReplaceAll(string(b), "S%", "S"+n.n)))
	return len(b), err
}

// seen are the commands so far, such as "POST /session/S1/element".
func (s *server) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, r := range s.got {
		list = append(list, r.method+" "+r.path)
	}
	return list
}

func (s *server) last() sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got[len(s.got)-1]
}

func (s *server) first(path string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.got {
		if r.path == path {
			var v map[string]any
			if json.Unmarshal([]byte(r.body), &v) == nil {
				return v
			}
		}
	}
	return nil
}

var alexa = drivers.App{Package: "com.amazon.dee.app", Activity: "com.amazon.dee.app.Launcher"}

// phone is one on that server; change may alter its options.
func (s *server) phone(t *testing.T, change ...func(*appium.Options)) *appium.Phone {
	t.Helper()
	o := appium.Options{Endpoint: s.URL + s.prefix, UDID: "SERIAL1", App: alexa}
	for _, c := range change {
		c(&o)
	}
	p := appium.New(o)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = p.Close(ctx) // many tests leave a server behind that answers nonsense
	})
	return p
}

func trouble(t *testing.T, err error) *certification.Trouble {
	t.Helper()
	require.Error(t, err)
	var tr *certification.Trouble
	require.ErrorAs(t, err, &tr, "every error is, or wraps, a Trouble")
	return tr
}
