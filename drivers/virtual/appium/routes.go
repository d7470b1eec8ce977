package appium

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// handler carries out a command; ids are the variable parts of the path.
type handler func(ctx context.Context, ids []string, body []byte) (any, error)

type route struct {
	method  string
	pattern []string // "*" is variable
	do      handler
}

func (c *session) match(method, path string) (handler, []string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
next:
	for _, r := range c.routes {
		if r.method != method || len(r.pattern) != len(parts) {
			continue
		}
		var ids []string
		for i, p := range r.pattern {
			switch {
			case p == "*":
				id, err := url.PathUnescape(parts[i])
				if err != nil || id == "" {
					continue next
				}
				ids = append(ids, id)
			case p != parts[i]:
				continue next
			}
		}
		return r.do, ids
	}
	return nil, nil
}

func (c *session) table() []route {
	var out []route
	add := func(method, pattern string, do handler) {
		out = append(out, route{method, strings.Split(strings.Trim(pattern, "/"), "/"), do})
	}
	get := func(pattern string, do handler) { add(http.MethodGet, pattern, do) }
	post := func(pattern string, do handler) { add(http.MethodPost, pattern, do) }
	// proxied are commands that go to the phone's server as they are.
	proxied := func(method string, patterns ...string) {
		for _, p := range patterns {
			add(method, p, c.proxy(method, p))
		}
	}
	// mobile are routes that are the same as an execute method.
	mobile := func(method, pattern, name string) { add(method, pattern, c.asMobile(name)) }

	get("/timeouts", c.getTimeouts)
	post("/timeouts", c.setTimeouts)
	post("/timeouts/implicit_wait", c.setTimeouts)

	post("/element", c.findOne)
	post("/elements", c.findAll)
	post("/element/*/element", c.findOne)
	post("/element/*/elements", c.findAll)
	get("/element/*/attribute/*", c.attribute)
	for _, name := range []string{"displayed", "enabled", "selected"} {
		get("/element/*/"+name, c.flag(name))
	}
	proxied(http.MethodGet, "/element/active", "/element/*/text", "/element/*/name", "/element/*/rect", "/element/*/size",
		"/element/*/location", "/element/*/screenshot", "/source", "/screenshot", "/orientation", "/rotation", "/alert/text",
		"/window/*/size", "/appium/device/info", "/appium/device/pixel_ratio",
		"/appium/device/display_density", "/appium/device/battery_info")
	proxied(http.MethodPost, "/element/*/click", "/element/*/clear", "/element/*/value", "/orientation", "/rotation", "/back",
		"/alert/accept", "/alert/dismiss", "/appium/device/press_keycode", "/appium/device/long_press_keycode",
		"/appium/device/open_notifications", "/appium/device/get_clipboard", "/appium/device/set_clipboard",
		"/appium/gestures/click", "/appium/gestures/double_click", "/appium/gestures/long_click", "/appium/gestures/drag",
		"/appium/gestures/swipe", "/appium/gestures/scroll", "/appium/gestures/fling", "/appium/gestures/pinch_open", "/appium/gestures/pinch_close")
	post("/appium/element/*/value", c.elementValue(false))
	post("/appium/element/*/replace_value", c.elementValue(true))
	post("/keys", c.keys)
	get("/window/rect", c.windowRect)
	post("/actions", c.performActions)
	add(http.MethodDelete, "/actions", nothing)

	for _, p := range []string{"", "/appium"} {
		get(p+"/context", say("NATIVE_APP"))
		get(p+"/contexts", say([]string{"NATIVE_APP"}))
		post(p+"/context", c.setContext)
	}
	post("/execute/sync", c.execute)
	get("/appium/settings", c.getSettings)
	post("/appium/settings", c.proxy(http.MethodPost, "/appium/settings"))
	get("/appium/capabilities", func(context.Context, []string, []byte) (any, error) {
		return map[string]any{"capabilities": c.caps}, nil
	})
	get("/appium/commands", func(context.Context, []string, []byte) (any, error) { return c.commands(), nil })
	get("/appium/extensions", func(context.Context, []string, []byte) (any, error) { return extensions(), nil })
	post("/appium/events", say(map[string]any{"commands": []any{}}))
	post("/appium/log_event", nothing)
	for _, p := range []string{"", "/se"} {
		get(p+"/log/types", say([]string{"logcat", "server"}))
		post(p+"/log", say([]any{}))
	}

	const device = "/appium/device/"
	mobile(http.MethodGet, device+"current_activity", "getCurrentActivity")
	mobile(http.MethodGet, device+"current_package", "getCurrentPackage")
	mobile(http.MethodGet, device+"system_bars", "getSystemBars")
	mobile(http.MethodPost, device+"app_state", "queryAppState")
	mobile(http.MethodPost, device+"activate_app", "activateApp")
	mobile(http.MethodPost, device+"terminate_app", "terminateApp")
	mobile(http.MethodPost, device+"app_installed", "isAppInstalled")
	mobile(http.MethodPost, device+"hide_keyboard", "hideKeyboard")
	mobile(http.MethodGet, device+"is_keyboard_shown", "isKeyboardShown")
	mobile(http.MethodGet, device+"system_time", "getDeviceTime")
	mobile(http.MethodPost, device+"system_time", "getDeviceTime")
	mobile(http.MethodPost, device+"lock", "lock")
	mobile(http.MethodPost, device+"unlock", "unlock")
	mobile(http.MethodPost, device+"is_locked", "isLocked")
	mobile(http.MethodPost, "/appium/app/background", "backgroundApp")
	post(device+"start_activity", c.startActivityRoute)
	post(device+"keyevent", c.proxy(http.MethodPost, device+"press_keycode"))
	get(device+"orientation", c.proxy(http.MethodGet, "/orientation"))
	post(device+"orientation", c.proxy(http.MethodPost, "/orientation"))
	get(device+"rotation", c.proxy(http.MethodGet, "/rotation"))
	post(device+"rotation", c.proxy(http.MethodPost, "/rotation"))
	return out
}

func say(v any) handler {
	return func(context.Context, []string, []byte) (any, error) { return v, nil }
}

func nothing(context.Context, []string, []byte) (any, error) { return nil, nil }

// proxy hands the request on as it is.
func (c *session) proxy(method, pattern string) handler {
	return func(ctx context.Context, ids []string, body []byte) (any, error) {
		path := pattern
		for _, id := range ids {
			path = strings.Replace(path, "*", url.PathEscape(id), 1)
		}
		return c.ask(ctx, method, path, json.RawMessage(body))
	}
}

// asMobile answers a route as the execute method of that name.
func (c *session) asMobile(name string) handler {
	return func(ctx context.Context, _ []string, body []byte) (any, error) {
		args := map[string]json.RawMessage{}
		if len(body) > 0 {
			if err := json.Unmarshal(body, &args); err != nil {
				return nil, wrong(invalidArgument, "The arguments passed to the command are either invalid or malformed: %v", err)
			}
		}
		if id, ok := args["bundleId"]; ok && args["appId"] == nil {
			args["appId"] = id
		}
		var options map[string]json.RawMessage
		if json.Unmarshal(args["options"], &options) == nil {
			for k, v := range options {
				args[k] = v
			}
		}
		delete(args, "options")
		delete(args, "bundleId")
		return c.mobile(ctx, name, args, true)
	}
}

func decode(body []byte, v any) error {
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, v); err != nil {
		return wrong(invalidArgument, "The arguments passed to the command are either invalid or malformed: %v", err)
	}
	return nil
}

func missing(name string) error {
	return wrong(invalidArgument, "Parameters were incorrect. We wanted {\"required\":[\"%s\"]} and it is not there", name)
}

func (c *session) getTimeouts(context.Context, []string, []byte) (any, error) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return map[string]int64{"command": c.life.timeout.Milliseconds(), "implicit": c.implicit.Milliseconds()}, nil
}

// setTimeouts takes the W3C form, and Appium's older one with type and ms.
func (c *session) setTimeouts(_ context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Type     string          `json:"type"`
		MS       json.RawMessage `json:"ms"`
		Script   json.RawMessage `json:"script"`
		PageLoad json.RawMessage `json:"pageLoad"`
		Implicit json.RawMessage `json:"implicit"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if len(in.MS) > 0 {
		switch in.Type {
		case "implicit", "":
			in.Implicit = in.MS
		case "command":
			d, err := milliseconds(in.MS)
			if err != nil {
				return nil, err
			}
			c.server.mu.Lock()
			c.life.timeout = d
			c.server.mu.Unlock()
			return nil, nil
		default:
			return nil, original("'%s' type is not supported for the timeout API", in.Type)
		}
	}
	if len(in.Implicit) > 0 && string(in.Implicit) != "null" {
		d, err := milliseconds(in.Implicit)
		if err != nil {
			return nil, err
		}
		c.implicit = d
		return nil, nil
	}
	if len(in.Script) == 0 && len(in.PageLoad) == 0 {
		return nil, wrong(invalidArgument, "W3C protocol expects any of script, pageLoad or implicit to be set")
	}
	return nil, wrong(unknownMethod, "Not implemented yet for script and pageLoad.")
}

func milliseconds(raw json.RawMessage) (time.Duration, error) {
	n, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || n < 0 || n > 1e12 {
		return 0, wrong(invalidArgument, "Invalid timeout value '%.50s'", raw)
	}
	return time.Duration(n) * time.Millisecond, nil
}

func (c *session) attribute(ctx context.Context, ids []string, _ []byte) (any, error) {
	v, err := c.ask(ctx, http.MethodGet, "/element/"+url.PathEscape(ids[0])+"/attribute/"+url.PathEscape(ids[1]), nil)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return "null", nil // the driver makes a string of everything
	}
	return v, nil
}

func (c *session) flag(name string) handler {
	return func(ctx context.Context, ids []string, _ []byte) (any, error) {
		v, err := c.ask(ctx, http.MethodGet, "/element/"+url.PathEscape(ids[0])+"/attribute/"+name, nil)
		if err != nil {
			return nil, err
		}
		return v == "true", nil
	}
}

func (c *session) elementValue(replace bool) handler {
	return func(ctx context.Context, ids []string, body []byte) (any, error) {
		var in struct {
			Text json.RawMessage `json:"text"`
		}
		if err := decode(body, &in); err != nil {
			return nil, err
		}
		if len(in.Text) == 0 {
			return nil, missing("text")
		}
		var text string
		if json.Unmarshal(in.Text, &text) != nil {
			var parts []string
			if json.Unmarshal(in.Text, &parts) != nil {
				return nil, wrong(invalidArgument, "'text' is not a text")
			}
			text = strings.Join(parts, "")
		}
		return c.ask(ctx, http.MethodPost, "/element/"+url.PathEscape(ids[0])+"/value", map[string]any{"text": text, "replace": replace})
	}
}

func (c *session) keys(ctx context.Context, _ []string, body []byte) (any, error) {
	return c.ask(ctx, http.MethodPost, "/keys", json.RawMessage(body))
}

func (c *session) windowRect(context.Context, []string, []byte) (any, error) {
	w, h, _, _ := c.h.Size()
	return map[string]int{"x": 0, "y": 0, "width": w, "height": h}, nil
}

// performActions makes every pointer a finger, as the driver does.
func (c *session) performActions(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Actions []map[string]json.RawMessage `json:"actions"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.Actions == nil {
		return nil, missing("actions")
	}
	for _, a := range in.Actions {
		if string(a["type"]) == `"pointer"` {
			a["parameters"] = json.RawMessage(`{"pointerType":"touch"}`)
		}
	}
	return c.ask(ctx, http.MethodPost, "/actions", in)
}

func (c *session) setContext(_ context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Name *string `json:"name"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.Name != nil && *in.Name != "NATIVE_APP" {
		return nil, wrong(unknownError, "No such context found.")
	}
	return nil, nil
}

// getSettings are the driver's own and the server's.
func (c *session) getSettings(ctx context.Context, _ []string, _ []byte) (any, error) {
	return c.ask(ctx, http.MethodGet, "/appium/settings", nil)
}

// commands are the routes by what they are for: GET appium/commands.
func (c *session) commands() any {
	paths := map[string]map[string]any{}
	for _, r := range c.routes {
		p := "/session/:sessionId/" + strings.ReplaceAll(strings.Join(r.pattern, "/"), "*", ":id")
		if paths[p] == nil {
			paths[p] = map[string]any{}
		}
		paths[p][r.method] = map[string]any{"command": strings.TrimLeft(strings.ReplaceAll(p, "/session/:sessionId", ""), "/")}
	}
	return map[string]any{"rest": map[string]any{"base": map[string]any{}, "driver": paths}}
}
