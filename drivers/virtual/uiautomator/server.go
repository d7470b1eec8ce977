package uiautomator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/google/uuid"

	"ffscert/drivers/virtual/ui"
)

// Version and build of the server that this one stands for.
const (
	ServerVersion = "10.6.6"
	ServerBuild   = 278
)

// maxBody bounds a request: a clipboard may be large, nothing else is.
const maxBody = 8 << 20

// Server is the HTTP side: what listens on port 6790 of a phone on which the
// UiAutomator2 server runs. It holds one session; a new one ends the old one.
// It is safe for concurrent use; commands are carried out one at a time.
type Server struct {
	h ui.Handset

	mu      sync.Mutex
	id      string // of the session; "" if there is none
	caps    map[string]any
	session *Engine
}

// NewServer makes a server without a session.
func NewServer(h ui.Handset) *Server { return &Server{h: h} }

// Reset ends the session, as a restart of the instrumentation does.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id, s.session, s.caps = "", nil, nil
}

// ServeHTTP takes /status, /sessions and /session…, with or without /wd/hub.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/wd/hub")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		answer(w, "", nil, fail(codeInvalidArgument, "The request cannot be read: %v", err))
		return
	}
	id, value, err := s.serve(r.Context(), r.Method, path, body)
	answer(w, id, value, clean(err))
}

func (s *Server) serve(ctx context.Context, method, path string, body []byte) (id string, value any, err error) {
	parts := strings.SplitN(strings.Trim(path, "/"), "/", 3)
	switch {
	case method == "GET" && path == "/status":
		return "None", map[string]any{
			"ready":   true,
			"message": "UiAutomator2 Server is ready to accept commands",
			"build":   map[string]any{"version": ServerVersion, "versionCode": ServerBuild},
		}, nil
	case method == "GET" && path == "/sessions":
		s.mu.Lock()
		defer s.mu.Unlock()
		out := []any{}
		if s.session != nil {
			out = append(out, map[string]any{"id": s.id, "capabilities": s.caps})
		}
		return "", out, nil
	case method == "POST" && path == "/session":
		return s.open(body)
	case parts[0] != "session" || len(parts) < 2:
		return "", nil, fail(codeUnknownCommand, "The requested resource could not be found, or a request was received using an HTTP method that is not supported by the mapped resource")
	}
	id = parts[1]
	s.mu.Lock()
	engine, caps, known := s.session, s.caps, s.session != nil && s.id == id
	if known && len(parts) == 2 && method == "DELETE" {
		s.id, s.session, s.caps = "", nil, nil
	}
	s.mu.Unlock()
	if !known {
		return id, nil, fail(codeInvalidSession, "A session is either terminated or not started")
	}
	if len(parts) == 2 || parts[2] == "" {
		switch method {
		case "DELETE":
			return id, nil, nil
		case "GET":
			details := engine.Details()
			for k, v := range caps {
				details[k] = v
			}
			return id, details, nil
		}
		return id, nil, fail(codeUnknownCommand, "The requested resource could not be found, or a request was received using an HTTP method that is not supported by the mapped resource")
	}
	value, err = engine.Command(ctx, method, "/"+parts[2], body)
	return id, value, err
}

// open begins a session. Capabilities come in W3C form, or as
// desiredCapabilities; the vendor's prefix is taken off.
func (s *Server) open(body []byte) (string, any, error) {
	var in struct {
		Capabilities struct {
			AlwaysMatch map[string]any   `json:"alwaysMatch"`
			FirstMatch  []map[string]any `json:"firstMatch"`
		} `json:"capabilities"`
		Desired map[string]any `json:"desiredCapabilities"`
	}
	if err := decode(body, &in); err != nil {
		return "", nil, err
	}
	caps := map[string]any{}
	merge := func(m map[string]any) {
		for k, v := range m {
			caps[strings.TrimPrefix(k, "appium:")] = v
		}
	}
	merge(in.Desired)
	merge(in.Capabilities.AlwaysMatch)
	if len(in.Capabilities.FirstMatch) > 0 {
		merge(in.Capabilities.FirstMatch[0])
	}
	if len(caps) == 0 && in.Capabilities.AlwaysMatch == nil && in.Desired == nil {
		return "", nil, fail(codeNotCreated, "'capabilities' are mandatory for session creation")
	}
	pkg, _ := caps["appPackage"].(string)
	id := uuid.NewString()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id, s.session, s.caps = id, NewEngine(s.h, pkg), caps
	return id, map[string]any{"sessionId": id, "capabilities": caps}, nil
}

// answer writes a value or an error in W3C form, with the session id on top as
// the server has it.
func answer(w http.ResponseWriter, id string, value any, err error) {
	status := http.StatusOK
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = fail(codeUnknownError, "%v", err)
		}
		status = e.Status
		value = map[string]string{"error": e.Code, "message": e.Message, "stacktrace": ""}
	}
	var sid any
	if id != "" {
		sid = id
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false) // page sources are full of angle brackets
	if err := enc.Encode(struct {
		Value     any `json:"value"`
		SessionID any `json:"sessionId"`
	}{value, sid}); err != nil {
		status = http.StatusInternalServerError
		body.Reset()
		body.WriteString(`{"value":{"error":"unknown error","message":"the answer cannot be written","stacktrace":""},"sessionId":null}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	// The client has gone if this fails; there is nobody to tell.
	_, _ = w.Write(body.Bytes())
}
