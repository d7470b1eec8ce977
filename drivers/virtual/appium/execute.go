package appium

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// method is a "mobile: …" method: what it takes, and what it does.
type method struct {
	required []string
	optional []string
	do       func(c *session, ctx context.Context, a arguments) (any, error)
}

func (c *session) execute(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Script string            `json:"script"`
		Args   []json.RawMessage `json:"args"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.Script == "" {
		return nil, missing("script")
	}
	name, ok := strings.CutPrefix(strings.TrimSpace(in.Script), "mobile:")
	if !ok {
		return nil, wrong(unknownMethod, "Method is not implemented: scripts run in web contexts only; '%.100s' is none of the 'mobile:' methods", in.Script)
	}
	args := arguments{}
	switch len(in.Args) {
	case 0:
	case 1:
		if string(in.Args[0]) != "null" {
			if err := json.Unmarshal(in.Args[0], &args); err != nil {
				return nil, wrong(invalidArgument, "Did not get correct format of arguments for execute method. Expected zero or one arguments to execute script and instead received: %.200s", in.Args[0])
			}
		}
	default:
		return nil, original("Did not get correct format of arguments for execute method. Expected zero or one arguments to execute script and instead received: %d", len(in.Args))
	}
	return c.mobile(ctx, strings.TrimSpace(name), args, false)
}

// mobile carries out a method. Routes may send more than the method knows.
func (c *session) mobile(ctx context.Context, name string, args arguments, lenient bool) (any, error) {
	m, ok := c.methods[name]
	if !ok {
		known := extensions()
		return nil, wrong(unsupported, "Unsupported execute method 'mobile: %.100s'. Make sure the installed AndroidUiautomator2Driver is up-to-date. Execute methods available in the current driver version are: %s",
			name, strings.Join(known.names(), ", "))
	}
	for _, r := range m.required {
		if raw, ok := args[r]; !ok || string(raw) == "null" {
			return nil, wrong(invalidArgument, "Parameters were incorrect. We wanted {\"required\":[\"%s\"],\"optional\":[\"%s\"]}; '%s' is not there",
				strings.Join(m.required, `","`), strings.Join(m.optional, `","`), r)
		}
	}
	if !lenient {
		for given := range args {
			if !slices.Contains(m.required, given) && !slices.Contains(m.optional, given) && given != "sessionId" && given != "id" {
				delete(args, given) // the driver does not look at what it does not know
			}
		}
	}
	return m.do(c, ctx, args)
}

// uia is a method that the phone's server carries out.
func uia(verb, path string, build func(a arguments) any) func(*session, context.Context, arguments) (any, error) {
	return func(c *session, ctx context.Context, a arguments) (any, error) {
		var body any
		if build != nil {
			body = build(a)
		}
		return c.ask(ctx, verb, path, body)
	}
}

// gesture builds the body of a gesture: elements and points in the form of the
// server, the rest as it came.
func gesture(a arguments) any {
	out := map[string]any{}
	if id := elementOf(a["elementId"]); id != "" {
		out["origin"] = map[string]string{"element-6066-11e4-a52e-4f735466cecf": id}
	}
	point := func(to, x, y string) {
		if a[x] != nil && a[y] != nil {
			out[to] = map[string]json.RawMessage{"x": a[x], "y": a[y]}
		}
	}
	point("offset", "x", "y")
	point("start", "startX", "startY")
	point("end", "endX", "endY")
	if a["left"] != nil && a["top"] != nil && a["width"] != nil && a["height"] != nil {
		out["area"] = map[string]json.RawMessage{"left": a["left"], "top": a["top"], "width": a["width"], "height": a["height"]}
	}
	for _, k := range []string{"direction", "percent", "speed", "duration"} {
		if a[k] != nil {
			out[k] = a[k]
		}
	}
	return out
}

// elementOf is an element's id, given as text or as an element.
func elementOf(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var m map[string]string
	if json.Unmarshal(raw, &m) == nil {
		for _, k := range []string{"element-6066-11e4-a52e-4f735466cecf", "ELEMENT"} {
			if m[k] != "" {
				return m[k]
			}
		}
	}
	return ""
}

// insecure are methods that Appium carries out only when it is told to.
var insecure = map[string]string{"execEmuConsoleCommand": "uiautomator2:emulator_console"}

func notEnabled(feature string) error {
	return original("Potentially insecure feature '%s' has not been enabled. If you want to enable this feature and accept the security ramifications, please do so by following the documented instructions at http://appium.io/docs/en/latest/guides/security/", feature)
}

func methods() map[string]method {
	area := []string{"elementId", "left", "top", "width", "height", "speed"}
	point := []string{"elementId", "x", "y"}
	post := http.MethodPost
	same := func(a arguments) any { return a }
	out := map[string]method{
		"clickGesture":       {nil, point, uia(post, "/appium/gestures/click", gesture)},
		"doubleClickGesture": {nil, point, uia(post, "/appium/gestures/double_click", gesture)},
		"longClickGesture":   {nil, append([]string{"duration"}, point...), uia(post, "/appium/gestures/long_click", gesture)},
		"dragGesture":        {nil, []string{"elementId", "startX", "startY", "endX", "endY", "speed"}, uia(post, "/appium/gestures/drag", gesture)},
		"swipeGesture":       {[]string{"direction", "percent"}, area, uia(post, "/appium/gestures/swipe", gesture)},
		"scrollGesture":      {[]string{"direction", "percent"}, area, uia(post, "/appium/gestures/scroll", gesture)},
		"flingGesture":       {[]string{"direction"}, area, uia(post, "/appium/gestures/fling", gesture)},
		"pinchOpenGesture":   {[]string{"percent"}, area, uia(post, "/appium/gestures/pinch_open", gesture)},
		"pinchCloseGesture":  {[]string{"percent"}, area, uia(post, "/appium/gestures/pinch_close", gesture)},
		"scroll": {[]string{"strategy", "selector"}, []string{"elementId", "maxSwipes"}, uia(post, "/gestures/scroll_to", func(a arguments) any {
			body := map[string]any{"params": map[string]any{"strategy": a["strategy"], "selector": a["selector"]}}
			if a["maxSwipes"] != nil {
				body["params"].(map[string]any)["maxSwipes"] = a["maxSwipes"]
			}
			if id := elementOf(a["elementId"]); id != "" {
				body["origin"] = id
			}
			return body
		})},
		"scrollBackTo": {[]string{"elementId", "elementToId"}, nil, func(c *session, ctx context.Context, a arguments) (any, error) {
			return c.ask(ctx, post, "/appium/element/"+url.PathEscape(elementOf(a["elementId"]))+"/scroll_to/"+url.PathEscape(elementOf(a["elementToId"])), nil)
		}},
		"pressKey": {[]string{"keycode"}, []string{"metastate", "flags", "isLongPress", "source"}, func(c *session, ctx context.Context, a arguments) (any, error) {
			path := "/appium/device/press_keycode"
			if a.flag("isLongPress") {
				path = "/appium/device/long_press_keycode"
			}
			return c.ask(ctx, post, path, map[string]any{"keycode": a["keycode"], "metastate": orNull(a["metastate"])})
		}},
		"type": {[]string{"text"}, nil, func(c *session, ctx context.Context, a arguments) (any, error) {
			_, err := c.ask(ctx, post, "/keys", map[string]any{"text": a.text("text"), "replace": false})
			return err == nil, err
		}},
		"replaceElementValue": {[]string{"elementId", "text"}, nil, func(c *session, ctx context.Context, a arguments) (any, error) {
			return c.ask(ctx, post, "/element/"+url.PathEscape(elementOf(a["elementId"]))+"/value", map[string]any{"text": a.text("text"), "replace": true})
		}},
		"acceptAlert":             {nil, []string{"buttonLabel"}, uia(post, "/alert/accept", same)},
		"dismissAlert":            {nil, []string{"buttonLabel"}, uia(post, "/alert/dismiss", same)},
		"deviceInfo":              {nil, nil, uia(http.MethodGet, "/appium/device/info", nil)},
		"getDeclaredOrientation":  {nil, nil, uia(http.MethodGet, "/appium/device/declared_orientation", nil)},
		"openNotifications":       {nil, nil, uia(post, "/appium/device/open_notifications", nil)},
		"resetAccessibilityCache": {nil, nil, uia(post, "/appium/reset_ax_cache", nil)},
		"listWindows":             {nil, []string{"filters", "skipScreenshots"}, uia(post, "/appium/list_windows", nil)},
		"listDisplays":            {nil, nil, uia(post, "/appium/list_displays", nil)},
		"getDisplayDensity":       {nil, nil, uia(http.MethodGet, "/appium/device/display_density", nil)},
		"getClipboard":            {nil, []string{"contentType"}, uia(post, "/appium/device/get_clipboard", nil)},
		"setClipboard":            {[]string{"content"}, []string{"contentType", "label"}, uia(post, "/appium/device/set_clipboard", same)},
		"batteryInfo": {nil, nil, func(c *session, ctx context.Context, _ arguments) (any, error) {
			v, err := c.ask(ctx, http.MethodGet, "/appium/device/battery_info", nil)
			if err != nil {
				return nil, err
			}
			m := v.(map[string]any)
			return map[string]any{"level": m["level"], "state": m["status"]}, nil
		}},
		"viewportScreenshot": {nil, nil, uia(http.MethodGet, "/screenshot", nil)},
		"viewportRect": {nil, nil, func(c *session, _ context.Context, _ arguments) (any, error) {
			w, h, status, _ := c.h.Size()
			return map[string]int{"left": 0, "top": status, "width": w, "height": h - status}, nil
		}},
		"getSystemBars": {nil, nil, func(c *session, _ context.Context, _ arguments) (any, error) {
			w, h, status, nav := c.h.Size()
			bar := func(y, height int) map[string]any {
				return map[string]any{"visible": true, "x": 0, "y": y, "width": w, "height": height}
			}
			return map[string]any{"statusBar": bar(0, status), "navigationBar": bar(h-nav, nav)}, nil
		}},
	}
	for name, m := range phoneMethods() {
		out[name] = m
	}
	for name, feature := range insecure {
		out[name] = method{[]string{"command"}, nil, func(*session, context.Context, arguments) (any, error) {
			return nil, notEnabled(feature)
		}}
	}
	return out
}

func orNull(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return raw
}

// phoneMethods are those that the driver carries out by adb on a real phone.
func phoneMethods() map[string]method {
	app := []string{"appId"}
	type todo = func(c *session, ctx context.Context, a arguments) (any, error)
	read := func(f func(c *session) any) todo {
		return func(c *session, ctx context.Context, _ arguments) (any, error) { return f(c), ctx.Err() }
	}
	return map[string]method{
		"queryAppState": {app, nil, func(c *session, _ context.Context, a arguments) (any, error) {
			return int(c.h.AppState(a.text("appId"))), nil
		}},
		"isAppInstalled": {app, []string{"user"}, func(c *session, _ context.Context, a arguments) (any, error) {
			return installed(c.h, a.text("appId")), nil
		}},
		"listApps": {nil, []string{"user"}, read(func(c *session) any {
			out := map[string]any{}
			for _, p := range c.server.userland().Installed() {
				out[p.Name] = map[string]any{"packageName": p.Name, "versionCode": p.VersionCode}
			}
			return out
		})},
		"getPermissions": {nil, []string{"type", "appPackage"}, func(c *session, ctx context.Context, a arguments) (any, error) { return c.permissions(ctx, a) }},
		"shell":          {[]string{"command"}, []string{"args", "timeout", "includeStderr"}, func(c *session, ctx context.Context, a arguments) (any, error) { return c.shell(ctx, a) }},
		"activateApp": {app, nil, func(c *session, ctx context.Context, a arguments) (any, error) {
			return nil, c.activate(ctx, a.text("appId"))
		}},
		"deepLink": {[]string{"url"}, []string{"package", "waitForLaunch"}, func(c *session, ctx context.Context, a arguments) (any, error) {
			return nil, c.deepLink(ctx, a.text("package"), a.text("url"))
		}},
		"terminateApp": {app, []string{"timeout"}, func(c *session, _ context.Context, a arguments) (any, error) {
			return c.terminate(a.text("appId")), nil
		}},
		"clearApp": {app, nil, func(c *session, _ context.Context, a arguments) (any, error) {
			if !installed(c.h, a.text("appId")) {
				return nil, original("Failed to clear '%s'", a.text("appId"))
			}
			c.h.ClearData(a.text("appId"))
			return nil, nil
		}},
		"backgroundApp": {nil, []string{"seconds"}, func(c *session, ctx context.Context, a arguments) (any, error) {
			return nil, c.background(ctx, a.number("seconds", -1))
		}},
		"startActivity": {nil, []string{"wait", "stop", "windowingMode", "activityType", "display", "user", "intent", "action", "package", "uri", "mimeType", "identifier", "component", "categories", "extras", "flags"},
			func(c *session, ctx context.Context, a arguments) (any, error) { return c.startActivity(ctx, a) }},
		"getCurrentPackage":  {nil, nil, read(func(c *session) any { p, _ := c.h.Foreground(); return p })},
		"getCurrentActivity": {nil, nil, read(func(c *session) any { p, act := c.h.Foreground(); return short(p, act) })},
		"isKeyboardShown":    {nil, nil, read(func(c *session) any { return c.h.KeyboardShown() })},
		"hideKeyboard": {nil, nil, read(func(c *session) any {
			shown := c.h.KeyboardShown()
			c.h.HideKeyboard()
			return shown
		})},
		"isLocked": {nil, nil, read(func(c *session) any { return !c.h.Awake() || c.h.Locked() })},
		"unlock":   {nil, []string{"key", "type", "strategy", "timeoutMs"}, read(func(c *session) any { c.h.Wake(); return nil })},
		"lock": {nil, []string{"seconds"}, func(c *session, ctx context.Context, a arguments) (any, error) {
			const keyPower = 26
			c.h.Key(keyPower, 0, false)
			if s := a.number("seconds", 0); s > 0 {
				if err := c.h.Clock().Sleep(ctx, time.Duration(min(s, 1e6)*float64(time.Second))); err != nil {
					return nil, err
				}
				c.h.Wake()
			}
			return nil, nil
		}},
		"getDeviceTime": {nil, []string{"format"}, func(c *session, ctx context.Context, a arguments) (any, error) {
			format := a.text("format")
			if format == "" {
				format = "YYYY-MM-DDTHH:mm:ssZ"
			}
			return moment(c.h.Clock().Now(), format), ctx.Err()
		}},
		"getContexts":      {nil, []string{"waitForWebviewMs"}, read(func(*session) any { return []any{} })},
		"getNotifications": {nil, nil, read(func(*session) any { return map[string]any{"statusBarNotifications": []any{}} })},
		"getConnectivity": {nil, []string{"services"}, read(func(*session) any {
			return map[string]bool{"wifi": true, "data": false, "airplaneMode": false}
		})},
	}
}

// short is an activity without its package, as Appium gives it.
func short(pkg, activity string) string {
	if rest, ok := strings.CutPrefix(activity, pkg); ok && strings.HasPrefix(rest, ".") {
		return rest
	}
	return activity
}

// moment formats by the tokens of moment.js that matter.
func moment(t time.Time, format string) string {
	return strings.NewReplacer("YYYY", t.Format("2006"), "YY", t.Format("06"), "MM", t.Format("01"), "DD", t.Format("02"),
		"HH", t.Format("15"), "mm", t.Format("04"), "ss", t.Format("05"), "SSS", t.Format("000"), "ZZ", t.Format("-0700"), "Z", t.Format("-07:00"), "T", "T").Replace(format)
}

// catalogue is the answer of appium/extensions.
type catalogue struct {
	Rest struct {
		Driver map[string]map[string]any `json:"driver"`
	} `json:"rest"`
}

func extensions() catalogue {
	var c catalogue
	c.Rest.Driver = map[string]map[string]any{}
	for name, m := range methods() {
		var params []map[string]any
		for i, list := range [][]string{m.required, m.optional} {
			for _, p := range list {
				params = append(params, map[string]any{"name": p, "required": i == 0})
			}
		}
		c.Rest.Driver["mobile: "+name] = map[string]any{"command": name, "params": params}
	}
	return c
}

func (c catalogue) names() []string {
	var out []string
	for name := range c.Rest.Driver {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
