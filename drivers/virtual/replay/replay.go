// Package replay answers from what was recorded of a phone: a failure of the
// night is stepped through by day without one, and becomes a test.
//
// It has two doors. Embedded, the recording is the clock: a wait costs nothing,
// and what is measured is what was measured then. As an endpoint it keeps the
// pace of the wall clock. A request that was not recorded is an error that says
// so, and after the first of them nothing but errors come until the next
// attempt: a replayed attempt never passes by accident. Whoever opens a session
// is told in-band that there is no phone.
//
// It must not know what a request is for.
package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ffscert/drivers/appium"
	"ffscert/drivers/recording"
	"ffscert/drivers/virtual/clock"
	"ffscert/features/certification"
)

// Manufacturer is what a replayed phone says of itself, as every phone does
// that is none.
const Manufacturer = "ffscert-virtual"

// Player answers from a library of recordings. It may be used from any
// goroutine; requests are answered one at a time.
type Player struct {
	Clock *clock.Clock

	lib    *recording.Library
	queue  []string // in the order in which they were recorded; for the endpoint
	header recording.Header
	phone  string // its serial

	mu       sync.Mutex
	tape     *tape // nil between attempts
	head     recording.Header
	base     time.Time // when the attempt began, on Clock
	acted    time.Time // when the last act was answered, on Clock
	place    int       // in queue
	wall     bool
	sessions int
}

// Open opens the recordings at path; see recording.Open. With wall the pace is
// that of the wall clock, and the attempts come in the order in which they were
// recorded; without it [Player.Begin] says which one comes.
func Open(path string, wall bool) (*Player, error) {
	lib, err := recording.Open(path)
	if err != nil {
		return nil, err
	}
	p := &Player{lib: lib, wall: wall}
	began := map[string]time.Time{}
	for _, name := range lib.Names() {
		h, err := lib.Header(name)
		if err != nil {
			return nil, err
		}
		if p.header.Schema == "" || h.Started.Before(p.header.Started) {
			p.header = h
		}
		began[name] = h.Started
		p.queue = append(p.queue, name)
	}
	slices.SortStableFunc(p.queue, func(a, b string) int { return began[a].Compare(began[b]) })
	p.head = p.header
	p.phone = serialOf(p.header.Session)
	if wall {
		p.Clock = clock.NewReal(1)
		if err := p.load(0); err != nil {
			p.Clock.Close()
			return nil, err
		}
	} else {
		p.Clock = clock.NewVirtual(time.Now().UTC())
	}
	return p, nil
}

// Serial is the serial of the phone that was recorded; "" if it is not known.
func (p *Player) Serial() string { return p.phone }

// Endpoint is the address of the server that was recorded; "" if it is not known.
func (p *Player) Endpoint() string { return p.header.Endpoint }

// Traced tells whether the recording of the present attempt has looks between the
// steps, for a trace.
func (p *Player) Traced() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.head.Traced
}

// Attempts is how many recordings there are.
func (p *Player) Attempts() int { return len(p.queue) }

// Close ends the clock.
func (p *Player) Close() error {
	p.Clock.Close()
	return nil
}

// Begin says which attempt comes next.
func (p *Player) Begin(id certification.AttemptID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.base = p.Clock.Now()
	p.acted = p.base
	name := recording.Name(id)
	if p.lib.Single() {
		name = p.queue[0]
	}
	p.tape = &tape{stray: fmt.Sprintf("attempt %d of %s is not recorded: there are %d recordings", id.N, clip(id.Case, 60), len(p.queue))}
	if !p.lib.Has(name) {
		return
	}
	a, err := p.lib.Load(name)
	switch {
	case err != nil:
		p.tape.stray = clip(err.Error(), 300)
	case a.Header.Case != id.Case || a.Header.Scenario != id.Scenario || a.Header.N != id.N && !p.lib.Single():
		p.tape.stray = fmt.Sprintf("attempt %d of %s (%s) was asked for, and the recording is attempt %d of %s (%s)", id.N, clip(id.Case, 60),
			clip(id.Scenario, 100), a.Header.N, clip(a.Header.Case, 60), clip(a.Header.Scenario, 100))
	default:
		p.tape, p.head = newTape(a), a.Header
	}
}

// End ends the attempt. It is an error if the recording was not followed to its
// end, or was left: a *certification.Trouble of the tool.
func (p *Player) End() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tape
	p.tape = nil
	if t == nil {
		return nil
	}
	n, first := t.left()
	switch {
	case t.stray != "":
		return trouble(t.stray)
	case n > 0:
		return trouble(fmt.Sprintf("the recording goes on, and the attempt ended: %d commands did not come, the first of them %s", n, first))
	}
	return nil
}

func trouble(what string) error {
	return &certification.Trouble{Code: certification.ToolReplay, Cause: certification.CauseTool, Message: "the attempt left its recording: " + what,
		Hint: "see `ffscert explain " + string(certification.ToolReplay) + "`"}
}

// load makes recording i of the queue the next one.
func (p *Player) load(i int) error {
	a, err := p.lib.Load(p.queue[i])
	if err != nil {
		return err
	}
	p.place, p.tape, p.head = i, newTape(a), a.Header
	p.base = p.Clock.Now()
	p.acted = p.base
	return nil
}

// answer is what comes back.
type answer struct {
	status  int
	body    []byte
	failure appium.Failure
	detail  string
}

func ok(value string) answer {
	return answer{status: http.StatusOK, body: []byte(`{"value":` + value + `}`)}
}

// ask answers one request.
func (p *Player) ask(ctx context.Context, r request) (answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.body = oneForm(r.body)
	opens, ends := r.method == http.MethodPost && r.path == sessionRoot, r.method == http.MethodDelete && r.path == recording.SessionPath
	t := p.tape
	if t == nil {
		return p.between(r, opens), nil
	}
	i, from := -1, 0
	if t.stray == "" {
		i, from = p.seek(t, r, opens, ends)
	}
	if p.wall && i < t.next && !ends && p.goesOn(t, r) {
		t = p.tape
		i, from = p.seek(t, r, false, false)
	}
	switch {
	case i >= 0:
		t.next = max(t.next, from)
		return p.play(ctx, t, i)
	case ends:
		if p.wall {
			// The client is through: the next one begins with the first attempt.
			if err := p.load(0); err != nil {
				t.stray = clip(err.Error(), 300)
			}
		}
		return ok("null"), nil
	case opens && p.wall && t.next > 0:
		if err := p.load(0); err != nil {
			t.stray = clip(err.Error(), 300)
			return p.strayed(t), nil
		}
		return p.session(p.head.Session), nil
	case opens:
		return p.session(p.head.Session), nil
	case r.method == http.MethodGet && r.path == "/status":
		return p.status(), nil
	case r.method == http.MethodGet && r.path == recording.SessionPath+"/timeouts" && t.stray == "":
		return ok(`{"implicit":0}`), nil // asked to keep the session alive, by the client's clock
	}
	if t.stray == "" {
		t.stray = fmt.Sprintf("%s came, and the recording goes on with %s", r, t.expected())
	}
	return p.strayed(t), nil
}

// goesOn makes the next attempt of the queue the current one, if this one is
// through and the request is the next one's beginning.
func (p *Player) goesOn(t *tape, r request) bool {
	if t.stray != "" || t.nextAct(t.next) < len(t.events) || p.place+1 >= len(p.queue) {
		return false
	}
	place, head, base, acted := p.place, p.head, p.base, p.acted
	if err := p.load(p.place + 1); err == nil {
		if i, _ := p.seek(p.tape, r, false, false); i >= 0 {
			return true
		}
	}
	p.place, p.tape, p.head, p.base, p.acted = place, t, head, base, acted
	return false
}

// seek finds the event for a request, -1 if there is none. Opening and ending
// sessions that the client did not need are passed over: from is behind them.
func (p *Player) seek(t *tape, r request, opens, ends bool) (i, from int) {
	asked := recording.Event{Kind: recording.KindHTTP, Method: r.method, Path: r.path}
	if len(r.body) > 0 {
		body := recording.Body(r.body)
		asked.Request = &body
	}
	// An attempt begins without a session here, even if there was one.
	begins := t.next == 0 && len(t.events) > 0
	if begins && opens && !newSession(&t.events[0]) && !endSession(&t.events[0]) {
		return -1, 0
	}
	passed := time.Duration(-1)
	if p.wall {
		passed = p.Clock.Now().Sub(p.acted)
	}
	for from = t.next; ; {
		if i = t.find(r, asked.Acts(), passed, from); i >= 0 {
			return i, from
		}
		next := t.nextAct(from)
		if next == len(t.events) {
			return -1, 0
		}
		e := &t.events[next]
		if !(endSession(e) && !ends) && !(begins && newSession(e) && !opens && e.Status > 0 && e.Status < 300) {
			return -1, 0
		}
		from = next + 1
	}
}

// play answers with event i, and lets the time pass that it took.
func (p *Player) play(ctx context.Context, t *tape, i int) (answer, error) {
	e := &t.events[i]
	again := i < t.next
	t.answered(i)
	if err := p.pass(ctx, e, again); err != nil {
		return answer{}, err
	}
	if e.Acts() {
		p.acted = p.Clock.Now()
	}
	if e.Failure != "" {
		return answer{failure: e.Failure, detail: e.Detail}, nil
	}
	a := answer{status: e.Status}
	if e.Response != nil {
		a.body = *e.Response
	}
	switch {
	case newSession(e) && a.status < 300:
		// A value that names no session is answered as it was.
		if names(a.body) {
			return p.session(a.body), nil
		}
		a.body = []byte(`{"value":null}`)
	case e.Path == "/status" && a.status < 300:
		return p.status(), nil
	case strings.Contains(string(t.requests[i]), "deviceInfo"):
		a.body = marked(a.body)
	}
	return a, nil
}

// pass lets the time pass that an event took. Embedded, the clock also catches
// up with the recording: what the client did in between took time, too.
func (p *Player) pass(ctx context.Context, e *recording.Event, again bool) error {
	took := e.Took
	if !p.wall && !again {
		took = max(0, p.base.Add(e.At+e.Took).Sub(p.Clock.Now()))
	}
	if took <= 0 {
		return ctx.Err()
	}
	return p.Clock.Sleep(ctx, took)
}

// between answers what comes while no attempt is made, such as mending the rig:
// whatever is done succeeds, and there is nothing to see.
func (p *Player) between(r request, opens bool) answer {
	switch {
	case opens:
		return p.session(p.head.Session)
	case r.method == http.MethodGet && r.path == "/status":
		return p.status()
	}
	if below := strings.TrimPrefix(r.path, recording.SessionPath); below == "/source" || below == "/screenshot" || strings.HasPrefix(below, "/element") {
		b, _ := json.Marshal(map[string]any{"value": map[string]string{"error": "unknown error", "message": "no attempt is replayed now: there is nothing to see", "stacktrace": ""}})
		return answer{status: http.StatusInternalServerError, body: b}
	}
	return ok("null")
}

func (p *Player) strayed(t *tape) answer {
	b, _ := json.Marshal(map[string]any{"value": map[string]string{"error": "unknown error", "message": appium.StraySign + ": " + t.stray, "stacktrace": ""}})
	return answer{status: http.StatusInternalServerError, body: b}
}

// status is the server's state.
func (p *Player) status() answer {
	var v struct {
		Value struct {
			Build struct {
				Version string `json:"version"`
			} `json:"build"`
		} `json:"value"`
	}
	_ = json.Unmarshal(p.head.Status, &v) // what was not recorded is not known
	b, _ := json.Marshal(map[string]any{"ready": true, "message": "REPLAYED: there is no phone, what was recorded is answered",
		"build": map[string]string{"version": strings.TrimLeft(clip(v.Value.Build.Version, 40)+"-ffscert-replay", "-")}})
	return ok(string(b))
}

// capabilitiesOf are those of the answer to a new session, in either protocol's
// place.
func capabilitiesOf(session []byte) map[string]json.RawMessage {
	var v struct {
		Value json.RawMessage `json:"value"`
	}
	var w3c struct {
		Capabilities map[string]json.RawMessage `json:"capabilities"`
	}
	if json.Unmarshal(session, &v) != nil {
		return nil
	}
	if json.Unmarshal(v.Value, &w3c) == nil && w3c.Capabilities != nil {
		return w3c.Capabilities
	}
	var old map[string]json.RawMessage
	if json.Unmarshal(v.Value, &old) != nil {
		return nil
	}
	return old
}

// names tells whether an answer names a session, in either protocol's place.
func names(body []byte) bool {
	var v struct {
		SessionID string          `json:"sessionId"`
		Value     json.RawMessage `json:"value"`
	}
	var inner struct {
		SessionID string `json:"sessionId"`
	}
	if json.Unmarshal(body, &v) != nil {
		return false
	}
	return v.SessionID != "" || json.Unmarshal(v.Value, &inner) == nil && inner.SessionID != ""
}

func serialOf(session []byte) string {
	caps := capabilitiesOf(session)
	for _, name := range []string{"deviceUDID", "appium:deviceUDID", "udid", "appium:udid"} {
		var s string
		if json.Unmarshal(caps[name], &s) == nil && s != "" {
			return clip(s, 200)
		}
	}
	return ""
}

// session is the answer to a new session. It is made anew: whatever the
// recording holds, the phone says of itself that it is none.
func (p *Player) session(recorded []byte) answer {
	p.sessions++
	out := map[string]any{}
	model := ""
	for name, value := range capabilitiesOf(recorded) {
		switch bare := strings.ToLower(strings.TrimPrefix(name, "appium:")); bare {
		case "devicemanufacturer", "sessionid":
		case "devicemodel":
			_ = json.Unmarshal(value, &model) // a model that is no text has no name
		default:
			out[name] = value
		}
	}
	out["deviceManufacturer"] = Manufacturer
	out["deviceModel"] = strings.TrimSpace("REPLAYED " + clip(strings.TrimPrefix(model, "REPLAYED "), 100))
	b, err := json.Marshal(map[string]any{"sessionId": fmt.Sprintf("replay-%d", p.sessions), "capabilities": out})
	if err != nil {
		b, _ = json.Marshal(map[string]any{"sessionId": fmt.Sprintf("replay-%d", p.sessions), "capabilities": map[string]string{"deviceManufacturer": Manufacturer}})
	}
	return ok(string(b))
}

// marked is what the phone says of itself, with the manufacturer of one that is
// none.
func marked(body []byte) []byte {
	var v map[string]json.RawMessage
	var info map[string]json.RawMessage
	if json.Unmarshal(body, &v) != nil || json.Unmarshal(v["value"], &info) != nil || info == nil {
		return body
	}
	info["manufacturer"] = json.RawMessage(`"` + Manufacturer + `"`)
	b, err := json.Marshal(map[string]any{"value": info})
	if err != nil {
		return body
	}
	return bytes.TrimSpace(b)
}
