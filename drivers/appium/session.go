package appium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// simulatedManufacturer is what the virtual phone says of itself, in-band.
const simulatedManufacturer = "ffscert-virtual"

type session struct {
	id   string
	path string // "/session/ID"
	info drivers.PhoneInfo
}

// Open opens the session if there is none.
func (p *Phone) Open(ctx context.Context) (drivers.PhoneInfo, error) {
	s, err := p.opened(ctx)
	if err != nil {
		return drivers.PhoneInfo{}, err
	}
	return s.info, nil
}

func (p *Phone) opened(ctx context.Context) (*session, error) {
	p.mu.Lock()
	s, orphan := p.session, p.orphan
	p.orphan = ""
	p.mu.Unlock()
	if s != nil {
		return s, nil
	}
	if orphan != "" {
		// It may still hold the phone or a Grid's slot; whether it does is told
		// by the session that comes now.
		_ = p.end(ctx, orphan)
	}
	s, err := p.create(ctx)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.session = s
	p.mu.Unlock()
	p.options.Log.WithField("session", s.id).WithField("phone", s.info.UDID).WithField("automation", s.info.Automation).
		WithField("simulated", s.info.Simulated).Info("session opened")
	return s, nil
}

func (p *Phone) create(ctx context.Context) (*session, error) {
	type form struct {
		AlwaysMatch map[string]any   `json:"alwaysMatch"`
		FirstMatch  []map[string]any `json:"firstMatch"`
	}
	body := struct {
		Capabilities form `json:"capabilities"`
	}{form{p.options.capabilities(), []map[string]any{{}}}}
	r := request{method: http.MethodPost, path: "/session", name: "POST session", body: body, limit: p.options.Limits.Session,
		sensitive: holdSecret(p.options.Capabilities)}
	var a answer
	if err := p.send(ctx, r, &a); err != nil {
		return nil, err
	}
	id, caps, err := sessionOf(a)
	if err != nil {
		return nil, &certification.Trouble{Code: certification.RigServer, Cause: certification.CauseRig,
			Message: "the Appium server's answer to a new session makes no sense", Err: err,
			Hint: "is the endpoint an Appium server?"}
	}
	s := &session{id: id, path: "/session/" + url.PathEscape(id)}
	if s.info, err = p.identify(ctx, s, caps); err != nil {
		if e := p.end(ctx, s.id); e != nil {
			p.options.Log.WithError(e).Warn("the session that is of no use could not be ended")
		}
		return nil, err
	}
	return s, nil
}

// sessionOf reads the id and capabilities in either protocol's place.
func sessionOf(a answer) (id string, caps capabilities, err error) {
	var v struct {
		SessionID    json.RawMessage `json:"sessionId"`
		Capabilities json.RawMessage `json:"capabilities"`
	}
	_ = json.Unmarshal(a.Value, &v) // what is not an object has no session
	id = firstOf(text(v.SessionID), text(a.SessionID))
	if id == "" || len(id) > 512 {
		return "", nil, errors.New("it names no session")
	}
	raw := v.Capabilities
	if len(raw) == 0 || string(raw) == "null" {
		raw = a.Value
	}
	return id, readCapabilities(raw), nil
}

// capabilities are those of an answer, by their names without the prefix.
type capabilities map[string]json.RawMessage

func readCapabilities(raw json.RawMessage) capabilities {
	var given map[string]json.RawMessage
	if json.Unmarshal(raw, &given) != nil {
		return nil
	}
	caps := make(capabilities, len(given))
	for name, value := range given {
		bare := strings.TrimPrefix(name, "appium:")
		if _, twice := caps[bare]; !twice || bare == name {
			caps[bare] = value
		}
	}
	return caps
}

// words is a capability as text; a number is written out.
func (c capabilities) words(name string) string {
	raw, ok := c[name]
	if !ok {
		return ""
	}
	if s := text(raw); s != "" {
		return clip(safe(s), 200)
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return clip(n.String(), 20)
	}
	return ""
}

// identify reads who the phone is, and compares it with the configuration.
func (p *Phone) identify(ctx context.Context, s *session, caps capabilities) (drivers.PhoneInfo, error) {
	info := drivers.PhoneInfo{
		UDID: firstOf(caps.words("deviceUDID"), caps.words("udid")), Manufacturer: caps.words("deviceManufacturer"),
		Model: caps.words("deviceModel"), Platform: firstOf(caps.words("platformName"), "Android"),
		PlatformVersion: caps.words("platformVersion"), Density: pixels(caps.words("deviceScreenDensity")),
	}
	info.Width, info.Height = screenSize(caps.words("deviceScreenSize"))
	if info.Manufacturer == "" || info.Width == 0 {
		p.askPhone(ctx, s, &info)
	}
	info.Simulated = info.Manufacturer == simulatedManufacturer
	if want := p.options.UDID; want != "" && info.UDID != want {
		have := "it does not say which"
		if info.UDID != "" {
			have = "it is " + strconv.Quote(info.UDID)
		}
		return info, &certification.Trouble{Code: certification.RigWrongPhone, Cause: certification.CauseRig,
			Message: fmt.Sprintf("the phone is not %q, as the configuration says: %s", clip(safe(want), 100), have),
			Hint:    "see `adb devices` on the server's side, and whether another run or a Grid has mixed up the phones"}
	}
	automation := firstOf(caps.words("automationName"), "UiAutomator2")
	info.Automation = automation
	if version := p.serverVersion(ctx); version != "" {
		info.Automation = "Appium " + version + ", " + automation
	}
	if err := ctx.Err(); err != nil {
		return info, interrupted(request{name: "POST session"}, err)
	}
	return info, nil
}

// askPhone fills in what the capabilities do not say. The phone must say by
// itself whether it is a simulated one; what it does not answer stays empty.
func (p *Phone) askPhone(ctx context.Context, s *session, info *drivers.PhoneInfo) {
	var v struct {
		Manufacturer    string          `json:"manufacturer"`
		Model           string          `json:"model"`
		PlatformVersion string          `json:"platformVersion"`
		Size            string          `json:"realDisplaySize"`
		Density         json.RawMessage `json:"displayDensity"`
	}
	r := request{method: http.MethodPost, path: s.path + "/execute/sync", name: "POST execute/sync mobile: deviceInfo",
		body: script("mobile: deviceInfo", struct{}{}), limit: p.options.Limits.Other}
	if err := p.send(ctx, r, &v); err != nil {
		p.options.Log.WithError(err).Warn("the phone does not say what it is")
		return
	}
	shown := func(s string) string { return clip(safe(s), 200) }
	info.Manufacturer = firstOf(info.Manufacturer, shown(v.Manufacturer))
	info.Model = firstOf(info.Model, shown(v.Model))
	info.PlatformVersion = firstOf(info.PlatformVersion, shown(v.PlatformVersion))
	if info.Width == 0 {
		info.Width, info.Height = screenSize(v.Size)
	}
	if info.Density == 0 {
		info.Density = pixels(strings.Trim(string(v.Density), `"`))
	}
}

// screenSize reads "1080x2340".
func screenSize(s string) (width, height int) {
	w, h, ok := strings.Cut(s, "x")
	width, height = pixels(w), pixels(h)
	if !ok || width == 0 || height == 0 {
		return 0, 0
	}
	return width, height
}

func pixels(s string) int {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0 && f < 1e6) {
		return 0
	}
	return int(math.Round(f))
}

// end ends a session. It takes its own short time, whether or not ctx is done.
func (p *Phone) end(ctx context.Context, id string) error {
	r := request{method: http.MethodDelete, path: "/session/" + url.PathEscape(id), name: "DELETE session", limit: p.options.Limits.Close}
	err := p.send(context.WithoutCancel(ctx), r, nil)
	if drivers.SessionLost(err) {
		return nil // it has ended already
	}
	return err
}

// lost tells whether err ends the session; it is reported as such, once.
func (p *Phone) lost(err error) error {
	var ended *endedError
	if !errors.As(err, &ended) {
		return nil
	}
	return err
}

func (p *Phone) forget(s *session, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session != s {
		return
	}
	p.session = nil
	if !drivers.SessionLost(why) {
		p.orphan = s.id
	}
	p.options.Log.WithError(why).WithField("session", s.id).Warn("session lost")
}

// serverVersion asks the server for its version; "" if it does not say.
func (p *Phone) serverVersion(ctx context.Context) string {
	s, err := p.status(ctx)
	if err != nil {
		return ""
	}
	return s.Version
}

// Status is what a server says of itself.
type Status struct {
	// Ready tells whether it takes new sessions. An Appium server always does;
	// a Grid says so when a node is up.
	Ready   bool
	Version string // such as "3.8.0"; "" if it does not say
	Message string
}

// ServerStatus asks the server at an endpoint for its state (W3C "Status"),
// within ten seconds.
func ServerStatus(ctx context.Context, endpoint string) (Status, error) {
	p := New(Options{Endpoint: endpoint, Limits: Limits{Other: 10 * time.Second}})
	defer p.own.CloseIdleConnections()
	return p.status(ctx)
}

func (p *Phone) status(ctx context.Context) (Status, error) {
	var v struct {
		Ready   *bool  `json:"ready"`
		Message string `json:"message"`
		Build   struct {
			Version string `json:"version"`
		} `json:"build"`
	}
	r := request{method: http.MethodGet, path: "/status", name: "GET status", limit: min(p.options.Limits.Other, 10*time.Second)}
	if err := p.send(ctx, r, &v); err != nil {
		return Status{}, err
	}
	return Status{Ready: v.Ready == nil || *v.Ready, Version: clip(safe(v.Build.Version), 60), Message: p.clean.message(v.Message)}, nil
}
