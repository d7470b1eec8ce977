package appium

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/uiautomator"
)

// defaultCommandTimeout ends a session that nobody uses.
const defaultCommandTimeout = 60 * time.Second

// session is one client's hold on the phone.
type session struct {
	id      string
	h       ui.Handset
	uia     *uiautomator.Engine
	caps    map[string]any // as the client is told
	asked   capabilities
	created time.Time
	turn    chan struct{} // holds the turn
	server  *server
	life    sessionLife // guarded by the server's mutex
	routes  []route
	methods map[string]method
	// implicit is how long a find waits for what is not there yet.
	implicit time.Duration
}

// sessionLife is when the session was used last.
type sessionLife struct {
	used    time.Time // end of the last command, on the handset's clock
	busy    int       // commands under way
	timeout time.Duration
}

// create opens a session; one that is there already ends, as the driver does
// with a phone that is asked for again.
func (s *server) create(ctx context.Context, body []byte) (any, error) {
	asked, err := newSession(body)
	if err != nil {
		return nil, err
	}
	if udid := asked.text("udid"); udid != "" && udid != s.opts.UDID {
		return nil, original("Device %s was not in the list of connected devices", udid)
	}
	if !s.h.Online() {
		return nil, original("Device %s was not in the list of connected devices", s.opts.UDID)
	}
	c := &session{
		id: uuid.NewString(), h: s.h, asked: asked, server: s, created: s.h.Clock().Now(), turn: make(chan struct{}, 1),
		life: sessionLife{timeout: defaultCommandTimeout},
	}
	if n, ok := asked["newCommandTimeout"].(float64); ok {
		c.life.timeout = time.Duration(min(n, 1e9) * float64(time.Second))
	}
	s.mu.Lock()
	s.current = nil
	s.mu.Unlock()

	pkg, activity := asked.text("appPackage"), asked.text("appActivity")
	if pkg != "" && activity == "" {
		activity = launcher(s.h, pkg)
	}
	if pkg != "" && s.h.AppState(pkg) == 0 && !installed(s.h, pkg) {
		return nil, original("Cannot start the '%s' application: the package is not installed", pkg)
	}
	c.uia = uiautomator.NewEngine(s.h, pkg)
	c.routes, c.methods = c.table(), methods()
	if !asked.on("skipUnlock", false) && (!s.h.Awake() || s.h.Locked()) {
		s.h.Wake()
	}
	if pkg != "" {
		if err := c.startApp(ctx, pkg, activity); err != nil {
			return nil, err
		}
	}
	if o := asked.text("orientation"); o != "" {
		if _, err := c.ask(ctx, http.MethodPost, "/orientation", map[string]string{"orientation": strings.ToUpper(o)}); err != nil {
			return nil, err
		}
	}
	if set := asked.settings(); len(set) > 0 {
		if _, err := c.ask(ctx, http.MethodPost, "/appium/settings", map[string]any{"settings": set}); err != nil {
			return nil, err
		}
	}
	if c.caps, err = c.describe(ctx, s.opts.UDID, pkg, activity); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.life.used = s.h.Clock().Now()
	s.current = c
	return map[string]any{"sessionId": c.id, "capabilities": c.caps}, nil
}

// startApp brings the app under test up as the capabilities want it: noReset
// never clears its data; without it they are cleared.
func (c *session) startApp(ctx context.Context, pkg, activity string) error {
	noReset := c.asked.on("noReset", false)
	if !noReset {
		c.h.ClearData(pkg)
	}
	if !c.asked.on("autoLaunch", true) {
		return nil
	}
	force := c.asked.on("forceAppLaunch", false)
	if noReset && !force && c.h.AppState(pkg) > 1 {
		return nil // already running, wherever it is
	}
	restart := force || !c.asked.on("dontStopAppOnReset", false)
	return c.launch(ctx, pkg, activity, restart)
}

// describe is what the client is told of the session.
func (c *session) describe(ctx context.Context, udid, pkg, activity string) (map[string]any, error) {
	caps := map[string]any{
		"platform": "LINUX", "webStorageEnabled": false, "takesScreenshot": true, "javascriptEnabled": true, "databaseEnabled": false,
		"networkConnectionEnabled": true, "locationContextEnabled": false, "warnings": map[string]any{}, "desired": c.asked,
	}
	maps.Copy(caps, c.asked)
	if pkg != "" {
		caps["appPackage"], caps["appActivity"] = pkg, activity
	}
	info, err := c.ask(ctx, http.MethodGet, "/appium/device/info", nil)
	if err != nil {
		return nil, err
	}
	ratio, err := c.ask(ctx, http.MethodGet, "/appium/device/pixel_ratio", nil)
	if err != nil {
		return nil, err
	}
	m := info.(map[string]any)
	w, h, status, _ := c.h.Size()
	api, _ := strconv.Atoi(m["apiVersion"].(string))
	maps.Copy(caps, map[string]any{
		"deviceName": udid, "deviceUDID": udid,
		"pixelRatio": strconv.FormatFloat(ratio.(float64), 'g', -1, 64), "statBarHeight": status,
		"viewportRect":   map[string]int{"left": 0, "top": status, "width": w, "height": h - status},
		"deviceApiLevel": api, "platformVersion": m["platformVersion"],
		"deviceManufacturer": m["manufacturer"], "deviceModel": m["model"],
		"deviceScreenSize": m["realDisplaySize"], "deviceScreenDensity": m["displayDensity"],
	})
	return caps, nil
}

// live is the session, if there is one that has not run out. There is no
// timer: on virtual time a pause of nobody would move the clock, so a session
// that has idled too long is ended when it is next asked for.
func (s *server) live() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.current
	if c == nil {
		return nil
	}
	if c.life.busy == 0 && c.life.timeout > 0 && s.h.Clock().Now().Sub(c.life.used) > c.life.timeout {
		s.current = nil
		return nil
	}
	return c
}

func (s *server) session(id string) (*session, error) {
	if c := s.live(); c != nil && c.id == id {
		return c, nil
	}
	return nil, wrong(noSuchDriver, "A session is either terminated or not started")
}

// command carries out one command of the session, when the ones before it are
// done.
func (c *session) command(ctx context.Context, method, path string, body []byte) (any, error) {
	c.server.mu.Lock()
	c.life.busy++
	c.server.mu.Unlock()
	defer func() {
		c.server.mu.Lock()
		c.life.busy--
		c.life.used = c.h.Clock().Now()
		c.server.mu.Unlock()
	}()
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if path == "/" {
		switch method {
		case http.MethodDelete:
			return nil, c.end()
		case http.MethodGet:
			return c.caps, nil
		}
		return nil, unknownCommand()
	}
	do, ids := c.match(method, path)
	if do == nil {
		return nil, unknownCommand()
	}
	c.server.mu.Lock()
	ended := c.server.current != c
	c.server.mu.Unlock()
	if ended {
		return nil, wrong(noSuchDriver, "A session is either terminated or not started")
	}
	if !c.h.Online() {
		return nil, original("'%s %s' cannot be proxied to UiAutomator2 server because the instrumentation process is not running (probably crashed). Check the server log and/or the logcat output for more details", method, path)
	}
	return do(ctx, ids, body)
}

// end ends the session; without noReset the app is stopped.
func (c *session) end() error {
	c.server.mu.Lock()
	if c.server.current == c {
		c.server.current = nil
	}
	c.server.mu.Unlock()
	pkg, noReset := c.asked.text("appPackage"), c.asked.on("noReset", false)
	if pkg != "" && (!noReset && !c.asked.on("dontStopAppOnReset", false) || noReset && c.asked.on("shouldTerminateApp", false)) {
		c.h.ForceStop(pkg)
	}
	return nil
}

// ask hands a command to the engine, as the driver does to the phone's server.
func (c *session) ask(ctx context.Context, method, path string, body any) (any, error) {
	var raw []byte
	switch b := body.(type) {
	case nil:
	case json.RawMessage:
		raw = b
	default:
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	return c.uia.Command(ctx, method, path, raw)
}
