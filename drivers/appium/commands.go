package appium

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// KeepAlive asks for the session's time-outs, which the server knows without
// asking the phone.
func (p *Phone) KeepAlive(ctx context.Context) error {
	return p.get(ctx, "/timeouts", "timeouts", p.options.Limits.Other, nil)
}

// Source is the page source.
func (p *Phone) Source(ctx context.Context) (string, error) {
	var source string
	err := p.do(ctx, request{method: http.MethodGet, path: "/source", name: "GET source", limit: p.options.Limits.Source, most: maxSource}, &source)
	return source, err
}

// locatorBody is W3C's form of a locator.
type locatorBody struct {
	Using string `json:"using"`
	Value string `json:"value"`
}

// elementBody holds an element's id under W3C's name ("Elements"), and under
// that of the older protocol.
type elementBody struct {
	W3C string `json:"element-6066-11e4-a52e-4f735466cecf"`
	Old string `json:"ELEMENT"`
	// What the server adds where compact answers are switched off.
	Text json.RawMessage `json:"text"`
	Rect json.RawMessage `json:"rect"`
}

func (b elementBody) element() (drivers.Element, error) {
	id := firstOf(b.W3C, b.Old)
	if id == "" || len(id) > 1024 {
		return drivers.Element{}, &certification.Trouble{Code: certification.RigServer, Cause: certification.CauseRig,
			Message: "the Appium server's answer names no element", Hint: "is the endpoint an Appium server?"}
	}
	e := drivers.Element{ID: id}
	var text string
	var r struct{ X, Y, Width, Height *int }
	if json.Unmarshal(b.Rect, &r) == nil && json.Unmarshal(b.Text, &text) == nil &&
		r.X != nil && r.Y != nil && r.Width != nil && r.Height != nil {
		e.Seen = &drivers.Seen{Text: text, Rect: drivers.Rect{X: *r.X, Y: *r.Y, Width: *r.Width, Height: *r.Height}}
	}
	return e, nil
}

// Find returns the first match.
func (p *Phone) Find(ctx context.Context, l drivers.Locator) (drivers.Element, error) {
	var b elementBody
	if err := p.post(ctx, "/element", "element", p.options.Limits.Find, locatorBody{string(l.Using), l.Value}, &b); err != nil {
		return drivers.Element{}, about(err, l)
	}
	return b.element()
}

// FindAll returns all matches.
func (p *Phone) FindAll(ctx context.Context, l drivers.Locator) ([]drivers.Element, error) {
	var list []elementBody
	err := p.post(ctx, "/elements", "elements", p.options.Limits.Find, locatorBody{string(l.Using), l.Value}, &list)
	if drivers.NoSuchElement(err) {
		return nil, nil // some servers say it like this
	}
	if err != nil {
		return nil, about(err, l)
	}
	var found []drivers.Element
	for _, b := range list {
		e, err := b.element()
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	return found, nil
}

// about adds to a trouble what was looked for.
func about(err error, l drivers.Locator) error {
	var t *certification.Trouble
	if errors.As(err, &t) && (t.Code == certification.AppElementMissing || t.Code == certification.DefUnknownElement) {
		t.Message += ": " + clip(safe(l.String()), 200)
	}
	return err
}

func of(e drivers.Element, rest string) string {
	return "/element/" + url.PathEscape(e.ID) + "/" + rest
}

// Click taps an element as the server does: at its visible centre.
func (p *Phone) Click(ctx context.Context, e drivers.Element) error {
	return p.post(ctx, of(e, "click"), "element/click", p.options.Limits.Action, struct{}{}, nil)
}

// Rect is where an element is.
func (p *Phone) Rect(ctx context.Context, e drivers.Element) (drivers.Rect, error) {
	var v struct {
		X      float64 `json:"x"`
		Y      float64 `json:"y"`
		Width  float64 `json:"width"`
		Height float64 `json:"height"`
	}
	if err := p.get(ctx, of(e, "rect"), "element/rect", p.options.Limits.Other, &v); err != nil {
		return drivers.Rect{}, err
	}
	round := func(f float64) int { return int(math.Round(max(-1e6, min(1e6, f)))) }
	return drivers.Rect{X: round(v.X), Y: round(v.Y), Width: round(v.Width), Height: round(v.Height)}, nil
}

// Text is an element's text.
func (p *Phone) Text(ctx context.Context, e drivers.Element) (string, error) {
	var v plain
	err := p.get(ctx, of(e, "text"), "element/text", p.options.Limits.Other, &v)
	return string(v), err
}

// Attribute reads one attribute; one that is null is "".
func (p *Phone) Attribute(ctx context.Context, e drivers.Element, name string) (string, error) {
	var v plain
	err := p.get(ctx, of(e, "attribute/"+url.PathEscape(name)), "element/attribute/"+clip(safe(name), 40), p.options.Limits.Other, &v)
	return string(v), err
}

// plain is a string, number, boolean or null as text.
type plain string

func (v *plain) UnmarshalJSON(raw []byte) error {
	raw = bytes.TrimSpace(raw)
	switch {
	case string(raw) == "null":
		*v = ""
		return nil
	case len(raw) > 0 && (raw[0] == '{' || raw[0] == '['):
		return errors.New("it is not text")
	case len(raw) > 0 && raw[0] == '"':
		return json.Unmarshal(raw, (*string)(v))
	}
	*v = plain(raw)
	return nil
}

// Type sends text to an element.
func (p *Phone) Type(ctx context.Context, e drivers.Element, words string, sensitive bool) error {
	r := request{method: http.MethodPost, path: of(e, "value"), name: "POST element/value", limit: p.options.Limits.Action,
		body: struct {
			Text string `json:"text"`
		}{words}}
	if sensitive {
		r.secrets, r.sensitive = []string{words}, true
		p.clean.secrets.Add(words) // a server may repeat it later
	}
	return p.do(ctx, r, nil)
}

// Clear empties an element.
func (p *Phone) Clear(ctx context.Context, e drivers.Element) error {
	return p.post(ctx, of(e, "clear"), "element/clear", p.options.Limits.Action, struct{}{}, nil)
}

// Tap touches a point.
func (p *Phone) Tap(ctx context.Context, at drivers.Point) error {
	return p.touch(ctx, 0, move(at, 0), pointer{Type: "pointerDown"}, pause(tapFor), pointer{Type: "pointerUp"})
}

// tapFor is how long a tap stays down: longer than a glitch, far from a long press.
const tapFor = 60 * time.Millisecond

// Swipe drags one finger from a to b in d.
func (p *Phone) Swipe(ctx context.Context, a, b drivers.Point, d time.Duration) error {
	if d < 0 {
		d = 0
	}
	return p.touch(ctx, d, move(a, 0), pointer{Type: "pointerDown"}, move(b, d), pointer{Type: "pointerUp"})
}

// pointer is one action of W3C "Actions", for one finger.
type pointer struct {
	Type     string `json:"type"`
	Duration *int64 `json:"duration,omitempty"`
	Origin   string `json:"origin,omitempty"`
	X        *int   `json:"x,omitempty"`
	Y        *int   `json:"y,omitempty"`
	Button   int    `json:"button"`
}

func move(to drivers.Point, d time.Duration) pointer {
	ms := d.Milliseconds()
	return pointer{Type: "pointerMove", Duration: &ms, Origin: "viewport", X: &to.X, Y: &to.Y}
}

func pause(d time.Duration) pointer {
	ms := d.Milliseconds()
	return pointer{Type: "pause", Duration: &ms}
}

func (p *Phone) touch(ctx context.Context, lasts time.Duration, do ...pointer) error {
	type parameters struct {
		PointerType string `json:"pointerType"`
	}
	type source struct {
		Type       string     `json:"type"`
		ID         string     `json:"id"`
		Parameters parameters `json:"parameters"`
		Actions    []pointer  `json:"actions"`
	}
	body := struct {
		Actions []source `json:"actions"`
	}{[]source{{"pointer", "finger1", parameters{"touch"}, do}}}
	return p.post(ctx, "/actions", "actions", p.options.Limits.Action+lasts, body, nil)
}

// script is the body of an Appium extension command.
func script(name string, args any) any {
	return struct {
		Script string `json:"script"`
		Args   []any  `json:"args"`
	}{name, []any{args}}
}

func (p *Phone) mobile(ctx context.Context, name string, args, out any) error {
	return p.post(ctx, "/execute/sync", "execute/sync mobile: "+name, p.options.Limits.Action, script("mobile: "+name, args), out)
}

// PressKey presses a key of the phone.
func (p *Phone) PressKey(ctx context.Context, k drivers.KeyCode) error {
	return p.mobile(ctx, "pressKey", struct {
		KeyCode int `json:"keycode"`
	}{int(k)}, nil)
}

// Back presses the system's back key.
func (p *Phone) Back(ctx context.Context) error {
	return p.post(ctx, "/back", "back", p.options.Limits.Action, struct{}{}, nil)
}

// Screenshot is a PNG.
func (p *Phone) Screenshot(ctx context.Context) ([]byte, error) {
	var encoded string
	if err := p.get(ctx, "/screenshot", "screenshot", p.options.Limits.Screenshot, &encoded); err != nil {
		return nil, err
	}
	png, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(encoded))
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG\r\n\x1a\n")) {
		return nil, &certification.Trouble{Code: certification.RigServer, Cause: certification.CauseRig,
			Message: "the Appium server's screenshot is no PNG", Err: err}
	}
	return png, nil
}

type appID struct {
	ID string `json:"appId"`
}

// Activate brings an app to the front, starting it if need be.
func (p *Phone) Activate(ctx context.Context, a drivers.App) error {
	return p.mobile(ctx, "activateApp", appID{a.Package}, nil)
}

// OpenLink opens an address in an app.
func (p *Phone) OpenLink(ctx context.Context, a drivers.App, url string) error {
	return p.mobile(ctx, "deepLink", struct {
		URL     string `json:"url"`
		Package string `json:"package"`
	}{url, a.Package}, nil)
}

// Terminate ends an app; one that does not run is no error.
func (p *Phone) Terminate(ctx context.Context, a drivers.App) error {
	return p.mobile(ctx, "terminateApp", appID{a.Package}, nil)
}

// QueryAppState asks for the state of an app.
func (p *Phone) QueryAppState(ctx context.Context, a drivers.App) (drivers.AppState, error) {
	var state int
	if err := p.mobile(ctx, "queryAppState", appID{a.Package}, &state); err != nil {
		return 0, err
	}
	if state < int(drivers.AppNotInstalled) || state > int(drivers.AppRunningForeground) {
		return 0, &certification.Trouble{Code: certification.RigServer, Cause: certification.CauseRig,
			Message: "the Appium server answers with an unknown state of the app"}
	}
	return drivers.AppState(state), nil
}

// CurrentPackage is the package in front.
func (p *Phone) CurrentPackage(ctx context.Context) (string, error) {
	var v plain
	err := p.mobile(ctx, "getCurrentPackage", struct{}{}, &v)
	return string(v), err
}
