// Package tracing listens to what goes between a testbed and its phone while an
// attempt is carried out, and makes of it a [certification.Trace]: commands,
// waits, pictures, page sources. Nothing is worked on, and nothing kept, before
// somebody wants the trace, so that an attempt that passes costs next to nothing.
//
// It knows the wire and what is secret on it. It must not know what a step
// means, and asks the phone for nothing but what [Tracer.Look] is called for.
package tracing

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/recording"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Bounds of what is remembered of an attempt.
const (
	mostPictures = 24
	mostBytes    = 48 << 20 // of pictures, as they came
	mostCommands = 20_000
	mostWaits    = 2000
	// lookWithin bounds how long a look may take.
	lookWithin = 30 * time.Second
)

// Tracer traces the attempts of one testbed, one after the other. The methods of
// a nil Tracer do nothing.
type Tracer struct {
	Clock drivers.Clock
	// All keeps the traces of attempts that passed, too.
	All bool
	// Quiet asks the phone for nothing of its own: the phone is a recording that
	// does not have it.
	Quiet bool

	mu  sync.Mutex
	now *attempt // nil between attempts
}

// attempt is what was heard so far.
type attempt struct {
	id       certification.AttemptID
	began    time.Time
	place    certification.Place
	steps    []step
	commands []command
	waits    []wait
	shots    []*shot
	dropped  int // pictures
	missed   int // commands and waits
	last     *source
	// still tells that nothing was done to the phone since last.
	still bool
	// web tells that the session looks into a page of the web: what is asked for
	// there is no page source of the phone, and its secrets are not known.
	web bool
	// sent counts the commands, and seen how many there were at the last picture.
	sent, seen int
	pictured   screen.Fingerprint // of the screen at the last picture
	known      map[string]*source
}

type step struct {
	from, to      time.Time
	before, after *source
}

// source is a page source as it came, kept once.
type source struct {
	at   time.Time
	text string
}

type shot struct {
	at            time.Time
	place         certification.Place
	encoded       string // base64, as it came
	before, after *source
}

type command struct {
	place            certification.Place
	from             time.Time
	took             time.Duration
	method, path     string
	request          []byte
	status           int
	failure, trouble string // why there was no answer; the error that was the answer
}

type wait struct {
	drivers.Waited
	place certification.Place
}

// Begin begins an attempt.
func (t *Tracer) Begin(id certification.AttemptID) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now = &attempt{id: id, began: t.Clock.Now(), known: map[string]*source{}}
}

// Drop forgets the attempt.
func (t *Tracer) Drop() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now = nil
}

// Context is ctx with waits that are heard.
func (t *Tracer) Context(ctx context.Context) context.Context {
	if t == nil {
		return ctx
	}
	return drivers.WithWaits(ctx, t.waited)
}

func (t *Tracer) waited(w drivers.Waited) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch a := t.now; {
	case a == nil:
	case len(a.waits) >= mostWaits:
		a.missed++
	default:
		a.waits = append(a.waits, wait{w, a.place})
	}
}

// StepBegan is told that the next step begins.
func (t *Tracer) StepBegan() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.now; a != nil {
		now := t.Clock.Now()
		a.steps = append(a.steps, step{from: now, to: now, before: a.last})
		a.place = certification.Place(len(a.steps))
	}
}

// StepEnded is told that the step has ended. What the phone shows then belongs
// to it, until the next one begins.
func (t *Tracer) StepEnded() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.now; a != nil && len(a.steps) > 0 {
		s := &a.steps[len(a.steps)-1]
		s.to, s.after = t.Clock.Now(), a.last
	}
}

// Looked is told that what the step has left on the screen was looked at.
func (t *Tracer) Looked() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.now; a != nil && len(a.steps) > 0 {
		a.steps[len(a.steps)-1].after = a.last
	}
}

// Ended is told that the scenario has ended, and that what it left on the screen
// was looked at. What comes now is done to put things back.
func (t *Tracer) Ended() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.now; a != nil {
		if len(a.steps) > 0 && a.last != nil {
			a.steps[len(a.steps)-1].after = a.last
		}
		a.place = certification.AfterTheEnd
	}
}

// Look looks at what the phone shows between two steps and takes a picture of
// it, unless that is not needed: nothing was sent since the last picture, or the
// screen is the same. The error is nil unless the phone's session was lost, which
// a phone says only once; what else goes wrong, the next step will meet.
func (t *Tracer) Look(ctx context.Context, phone drivers.Phone) error {
	if t == nil || t.Quiet || !t.untouched() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	if !t.fresh() {
		if _, err := phone.Source(ctx); err != nil {
			return onlyLost(err)
		}
	}
	same, ok := t.same()
	if same || !ok {
		return nil
	}
	if _, err := phone.Screenshot(ctx); err != nil {
		return onlyLost(err)
	}
	// What came up meanwhile may be secret, too.
	_, err := phone.Source(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now != nil {
		t.now.seen = t.now.sent
	}
	return onlyLost(err)
}

func onlyLost(err error) error {
	if err != nil && certification.TroubleOf(err).Code == certification.RigSession {
		return err
	}
	return nil
}

// untouched tells whether anything was sent to the phone since the last picture.
func (t *Tracer) untouched() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now != nil && t.now.sent > t.now.seen
}

func (t *Tracer) fresh() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now != nil && t.now.still && t.now.last != nil
}

// same tells whether the screen is the one of the last picture; not ok if it
// cannot be read. It remembers the screen.
func (t *Tracer) same() (same, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.now
	if a == nil || a.last == nil {
		return false, false
	}
	tree, err := screen.Parse(a.last.text)
	if err != nil {
		return false, false
	}
	f := tree.Fingerprint()
	same = len(a.shots) > 0 && f == a.pictured
	a.pictured = f
	if same {
		a.seen = a.sent
	}
	return same, true
}

// Wire takes an exchange; it is for appium.Options.
func (t *Tracer) Wire(x appium.Exchange) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.now
	if a == nil {
		return
	}
	a.sent++
	c := command{place: a.place, from: x.At, took: x.Lasted, method: x.Method, path: plain(x.Path), request: x.Request, status: x.Status, failure: string(x.Failure)}
	ok := x.Failure == "" && x.Status >= 200 && x.Status < 300
	if !ok {
		c.trouble = errorOf(x.Response)
	}
	if len(a.commands) < mostCommands {
		a.commands = append(a.commands, c)
	} else {
		a.missed++
	}
	switch {
	case c.path == "context" && c.method == http.MethodPost:
		a.web, a.still = contextOf(c.request) != nativeContext, false
	case c.path == "session" && c.method == http.MethodPost:
		a.web, a.still = false, false // a new session looks at the phone's own screen
	case c.path == "source" && ok && !a.web:
		a.sees(x)
	case c.path == "screenshot" && ok:
		a.shoots(x)
	case acts(c):
		a.still = false
	}
}

func (a *attempt) sees(x appium.Exchange) {
	text, ok := textOf(x.Response)
	if !ok {
		return
	}
	s := a.known[text]
	if s == nil {
		s = &source{x.At, text}
		if len(a.known) < 4*mostPictures { // what is polled changes little
			a.known[text] = s
		}
	}
	if n := len(a.shots); n > 0 && a.shots[n-1].after == nil && a.still {
		a.shots[n-1].after = s
	}
	a.last, a.still = s, true
}

func (a *attempt) shoots(x appium.Exchange) {
	encoded, ok := textOf(x.Response)
	if !ok {
		return
	}
	s := &shot{at: x.At, place: a.place, encoded: encoded}
	if a.still {
		s.before = a.last
	}
	a.shots = append(a.shots, s)
	total := 0
	for _, s := range a.shots {
		total += len(s.encoded)
	}
	// The first picture and the last ones tell most.
	for len(a.shots) > 2 && (len(a.shots) > mostPictures || total > mostBytes) {
		total -= len(a.shots[1].encoded)
		a.shots = slices.Delete(a.shots, 1, 2)
		a.dropped++
	}
}

// nativeContext is that of the phone's own screen (Appium, "Managing Contexts").
const nativeContext = "NATIVE_APP"

func contextOf(request []byte) string {
	var v struct{ Name string }
	_ = json.Unmarshal(request, &v) // what has none of the form has no name
	return v.Name
}

// plain is a path without the session, and without the ids of elements.
func plain(path string) string {
	path = strings.TrimPrefix(path, "/")
	if rest, ok := strings.CutPrefix(path, "session/"); ok {
		_, path, _ = strings.Cut(rest, "/")
	}
	parts := strings.Split(path, "/")
	for i := 1; i < len(parts); i++ {
		if parts[i-1] == "element" && parts[i] != "active" {
			parts[i] = ":id"
		}
	}
	return strings.Join(parts, "/")
}

// acts tells whether a command may change what the phone shows.
func acts(c command) bool {
	e := recording.Event{Kind: recording.KindHTTP, Method: c.method, Path: recording.SessionPath + "/" + c.path}
	if c.method == http.MethodPost {
		body := recording.Body(c.request)
		e.Request = &body
	}
	return e.Acts()
}
