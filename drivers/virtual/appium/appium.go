// Package appium is the embedded door to the virtual phone: what a client sees
// of an Appium 3 server with the UiAutomator2 driver, in the same process and
// on the phone's own time. Behaviour follows appium 3.8.0 and
// appium-uiautomator2-driver 8.7.0.
//
// It must not know of worlds and app models: it has a ui.Handset, and the
// UiAutomator2 engine on it.
package appium

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"ffscert/drivers/virtual/adb/android"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/uiautomator"
)

// Options of the endpoint.
type Options struct {
	// UDID is the serial that the phone is asked for by; "" is the phone's
	// ro.serialno.
	UDID string
	// AllowShell carries out "mobile: shell", as an Appium server does that was
	// started with --allow-insecure=uiautomator2:adb_shell.
	AllowShell bool
}

// Version is the Appium version whose behaviour is followed; what /status says
// is marked as ours.
const Version = "3.8.0"

// maxBody bounds a request. A clipboard may be large, nothing else is.
const maxBody = 8 << 20

type server struct {
	h    ui.Handset
	opts Options

	mu      sync.Mutex
	current *session // one phone, one session
	system  *android.System
}

// New serves one handset, at the root and below /wd/hub. It is safe for
// concurrent use; the commands of a session are carried out one at a time.
func New(h ui.Handset, opts Options) http.Handler {
	if opts.UDID == "" {
		opts.UDID = h.Prop("ro.serialno")
	}
	return &server{h: h, opts: opts}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		write(w, nil, wrong(invalidArgument, "The request cannot be read: %v", err))
		return
	}
	path := strings.TrimRight(strings.TrimPrefix(r.URL.EscapedPath(), "/wd/hub"), "/")
	value, err := s.serve(r, path, body)
	if r.Context().Err() != nil {
		return // the client has gone
	}
	write(w, value, err)
}

func (s *server) serve(r *http.Request, path string, body []byte) (any, error) {
	if len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
		return nil, wrong(invalidArgument, "The arguments passed to the command are either invalid or malformed: the body is no JSON")
	}
	switch {
	case r.Method == http.MethodGet && path == "/status":
		return map[string]any{
			"ready":   true,
			"message": "The server is ready to accept new connections",
			"build":   map[string]any{"version": Version + "-ffscert-virtual"},
		}, nil
	case r.Method == http.MethodPost && path == "/session":
		return s.create(r.Context(), body)
	case r.Method == http.MethodGet && path == "/appium/sessions":
		out := []any{}
		if c := s.live(); c != nil {
			out = append(out, map[string]any{"id": c.id, "created": c.created.UnixMilli(), "capabilities": c.caps})
		}
		return out, nil
	}
	rest, ok := strings.CutPrefix(path, "/session/")
	if !ok {
		return nil, unknownCommand()
	}
	id, below, _ := strings.Cut(rest, "/")
	c, err := s.session(id)
	if err != nil {
		return nil, err
	}
	return c.command(r.Context(), r.Method, "/"+below, body)
}

// The W3C codes that this layer gives itself.
const (
	invalidArgument  = "invalid argument"
	invalidSelector  = "invalid selector"
	noSuchElement    = "no such element"
	noSuchDriver     = "invalid session id"
	notCreated       = "session not created"
	unknownError     = "unknown error"
	unsupported      = "unsupported operation"
	codeUnknownRoute = "unknown command"
	unknownMethod    = "unknown method"
)

func wrong(code, format string, args ...any) error {
	status := http.StatusInternalServerError
	switch code {
	case invalidArgument, invalidSelector:
		status = http.StatusBadRequest
	case noSuchElement, noSuchDriver, codeUnknownRoute:
		status = http.StatusNotFound
	case unknownMethod:
		status = http.StatusMethodNotAllowed
	}
	return &uiautomator.Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// original is an error of Appium's own, which reaches the client as an unknown one.
func original(format string, args ...any) error {
	return wrong(unknownError, "An unknown server-side error occurred while processing the command. Original error: %s", fmt.Sprintf(format, args...))
}

func unknownCommand() error {
	return wrong(codeUnknownRoute, "The requested resource could not be found, or a request was received using an HTTP method that is not supported by the mapped resource")
}

func write(w http.ResponseWriter, value any, err error) {
	status := http.StatusOK
	if err != nil {
		var e *uiautomator.Error
		if !errors.As(err, &e) || e == nil {
			e = &uiautomator.Error{Status: http.StatusInternalServerError, Code: unknownError, Message: err.Error()}
		}
		status = e.Status
		value = map[string]string{"error": e.Code, "message": e.Message, "stacktrace": ""}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // page sources are full of angle brackets
	if err := enc.Encode(struct {
		Value any `json:"value"`
	}{value}); err != nil {
		status = http.StatusInternalServerError
		buf.Reset()
		buf.WriteString(`{"value":{"error":"unknown error","message":"the answer cannot be written","stacktrace":""}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	// The client has gone if this fails; there is nobody to tell.
	_, _ = w.Write(buf.Bytes())
}
