package recording

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/secret"
	"ffscert/features/certification"
)

// maxKept bounds what is kept of one attempt, in bytes before compression. A
// set-up of five minutes needs some tens of megabytes.
const maxKept = 256 << 20

// Rules say what of a screen is secret; an evidence.Camera has them.
type Rules interface {
	// Redact is a page source without what its secret elements hold, and those
	// words.
	Redact(source string) (masked string, words []string, err error)
	// Paint paints over what is secret on a picture, by the page sources before
	// and after it; why says why there is none.
	Paint(picture []byte, sources ...string) (painted []byte, why string)
}

// Recorder keeps the traffic of one testbed's attempts, one at a time. Its
// methods may be called from any goroutine.
type Recorder struct {
	Tool     string // the version of ffscert
	Testbed  string
	Endpoint string // the server's address
	Clock    drivers.Clock
	Secrets  *secret.Masker
	// DeviceLog, Traced and LogPatterns are those of the header.
	DeviceLog   bool
	Traced      bool
	LogPatterns devicelog.Texts
	// Rules are asked when an attempt ends.
	Rules func() Rules

	mu       sync.Mutex
	session  Body
	status   Body
	sessions []string // the ids of all sessions
	attempt  *Attempt // nil between attempts
	known    map[string]*Body
	kept     int
}

// Begin starts the recording of an attempt.
func (r *Recorder) Begin(id certification.AttemptID) {
	now := r.Clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempt = &Attempt{Header: Header{Schema: Schema, Tool: r.Tool, Case: id.Case, Scenario: id.Scenario, N: id.N, Testbed: r.Testbed,
		Started: now, Endpoint: plainAddress(r.Endpoint), Session: r.session, Status: r.status,
		DeviceLog: r.DeviceLog, Traced: r.Traced, LogPatterns: r.LogPatterns}}
	r.known, r.kept = map[string]*Body{}, 0
}

// plainAddress is an endpoint without user, password and query.
func plainAddress(endpoint string) string {
	u, err := url.Parse(strings.TrimSpace(endpoint))
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// Wire takes an exchange; it is for appium.Options.
func (r *Recorder) Wire(x appium.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	path, id := withoutSession(x.Path)
	r.remember(id)
	if x.Status >= 200 && x.Status < 300 && x.Err == nil {
		switch {
		case x.Method == http.MethodPost && x.Path == "/session":
			r.session = bytes.Clone(x.Response)
			r.remember(sessionID(x.Response))
		case x.Method == http.MethodGet && x.Path == "/status":
			r.status = bytes.Clone(x.Response)
		}
	}
	if r.attempt == nil || r.attempt.End.Incomplete != "" {
		return
	}
	if errors.Is(x.Err, context.Canceled) {
		r.attempt.End.Incomplete = "a command was stopped from outside"
		return
	}
	e := Event{Kind: KindHTTP, At: x.At.Sub(r.attempt.Header.Started), Took: x.Lasted, Method: x.Method, Path: path,
		Request: r.body(x.Request), Status: x.Status, Failure: x.Failure, Detail: x.Detail}
	if x.Failure == "" {
		e.Response = r.body(x.Response)
	} else {
		e.Status = 0
	}
	r.add(e)
}

func (r *Recorder) add(e Event) {
	switch {
	case r.kept > maxKept:
		r.attempt.End.Incomplete = fmt.Sprintf("there is more than %d MB of it", maxKept>>20)
	case len(r.attempt.Events) >= maxEvents:
		r.attempt.End.Incomplete = fmt.Sprintf("it has more than %d commands", maxEvents)
	default:
		r.attempt.Events = append(r.attempt.Events, e)
	}
}

// body keeps a body once, however often it comes.
func (r *Recorder) body(b []byte) *Body {
	if b == nil {
		return nil
	}
	if known, ok := r.known[string(b)]; ok {
		return known
	}
	kept := Body(bytes.Clone(b))
	r.known[string(b)] = &kept
	r.kept += len(b)
	return &kept
}

func (r *Recorder) remember(session string) {
	if len(session) < 8 || len(r.sessions) > 0 && r.sessions[len(r.sessions)-1] == session {
		return
	}
	r.sessions = append(r.sessions, session)
}

// withoutSession is a path with [SessionPath], and the session's id.
func withoutSession(path string) (plain, id string) {
	rest, ok := strings.CutPrefix(path, "/session/")
	if !ok {
		return path, ""
	}
	id, below, deeper := strings.Cut(rest, "/")
	if deeper {
		below = "/" + below
	}
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	return SessionPath + below, id
}

func sessionID(response []byte) string {
	var v struct {
		Value struct {
			SessionID string `json:"sessionId"`
		} `json:"value"`
		SessionID string `json:"sessionId"`
	}
	_ = json.Unmarshal(response, &v) // what has none of the form has no id
	if v.Value.SessionID != "" {
		return v.Value.SessionID
	}
	return v.SessionID
}

// Drop forgets the attempt that was begun.
func (r *Recorder) Drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempt, r.known = nil, nil
}

// Finish ends the recording of an attempt and hands its file to save, which
// keeps it under that name. It returns where, and what was left out and why.
func (r *Recorder) Finish(at certification.Attempt, save func(name string, data []byte) (string, error)) (path string, leftOut []string, err error) {
	r.mu.Lock()
	a, sessions := r.attempt, r.sessions
	r.attempt, r.known = nil, nil
	r.mu.Unlock()
	if a == nil {
		return "", nil, nil
	}
	a.End.Verdict, a.End.Cause, a.End.Code, a.End.Message = at.Verdict, at.Cause, at.Code, at.Message
	if a.End.Incomplete != "" {
		leftOut = append(leftOut, "the recording is not complete: "+a.End.Incomplete)
	}
	leftOut = append(leftOut, clean(a, r.Secrets, r.Rules(), sessions)...)
	data, err := encode(a)
	if err != nil {
		return "", leftOut, fmt.Errorf("write the recording: %w", err)
	}
	path, err = save(Name(at.ID), data)
	return path, leftOut, err
}
