package appium

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/uiautomator/uitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client speaks to the endpoint as any client does.
type client struct {
	t  *testing.T
	h  *uitest.Handset
	s  http.Handler
	id string
}

type reply struct {
	status int
	Value  json.RawMessage `json:"value"`
}

func (r reply) code() string {
	var e struct {
		Error      string
		Message    string
		Stacktrace *string
	}
	if json.Unmarshal(r.Value, &e) != nil || e.Message == "" || e.Stacktrace == nil {
		return ""
	}
	return e.Error
}

func (r reply) as(v any) {
	if err := json.Unmarshal(r.Value, v); err != nil {
		panic(err)
	}
}

func newClient(t *testing.T) *client {
	h := uitest.New()
	return &client{t: t, h: h, s: New(h, Options{})}
}

func (c *client) raw(method, path, body string) reply {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	r := reply{status: w.Code}
	require.NoError(c.t, json.Unmarshal(w.Body.Bytes(), &r), w.Body.String())
	return r
}

func (c *client) do(method, path string, body any) reply {
	c.t.Helper()
	raw := ""
	if body != nil {
		b, err := json.Marshal(body)
		require.NoError(c.t, err)
		raw = string(b)
	}
	return c.raw(method, "/session/"+c.id+path, raw)
}

func (c *client) must(method, path string, body any) any {
	c.t.Helper()
	r := c.do(method, path, body)
	require.Equal(c.t, 200, r.status, string(r.Value))
	var v any
	r.as(&v)
	return v
}

func capsOf(pairs ...any) map[string]any {
	caps := map[string]any{"platformName": "Android", "appium:automationName": "UiAutomator2", "appium:noReset": true, "appium:appPackage": uitest.App}
	for i := 0; i < len(pairs); i += 2 {
		caps[pairs[i].(string)] = pairs[i+1]
		if pairs[i+1] == nil {
			delete(caps, pairs[i].(string))
		}
	}
	return caps
}

func (c *client) open(caps map[string]any) reply {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"capabilities": map[string]any{"alwaysMatch": caps, "firstMatch": []any{map[string]any{}}}})
	require.NoError(c.t, err)
	r := c.raw("POST", "/session", string(body))
	var v struct{ SessionID string }
	r.as(&v)
	c.id = v.SessionID
	return r
}

func (c *client) find(using, value string) string {
	c.t.Helper()
	return c.must("POST", "/element", map[string]string{"using": using, "value": value}).(map[string]any)["element-6066-11e4-a52e-4f735466cecf"].(string)
}

func (c *client) mobile(name string, args any) reply {
	c.t.Helper()
	list := []any{}
	if args != nil {
		list = append(list, args)
	}
	return c.do("POST", "/execute/sync", map[string]any{"script": "mobile: " + name, "args": list})
}

func (c *client) value(name string, args any) any {
	c.t.Helper()
	r := c.mobile(name, args)
	require.Equal(c.t, 200, r.status, string(r.Value))
	var v any
	r.as(&v)
	return v
}

func opened(t *testing.T, pairs ...any) *client {
	t.Helper()
	c := newClient(t)
	require.Equal(t, 200, c.open(capsOf(pairs...)).status)
	return c
}

func TestStatus(t *testing.T) {
	c := newClient(t)
	for _, prefix := range []string{"", "/wd/hub"} {
		r := c.raw("GET", prefix+"/status", "")
		assert.Contains(t, string(r.Value), `"ready":true`)
		assert.Contains(t, string(r.Value), "ffscert-virtual")
	}
	assert.Equal(t, codeUnknownRoute, c.raw("GET", "/nonsense", "").code())
	assert.Equal(t, noSuchDriver, c.raw("GET", "/session/none/source", "").code())
}

func TestSessionCapabilities(t *testing.T) {
	c := newClient(t)
	r := c.open(capsOf("appium:udid", "test-1"))
	var v struct {
		SessionID    string
		Capabilities map[string]any
	}
	r.as(&v)
	require.NotEmpty(t, v.SessionID)
	for name, want := range map[string]any{
		"platformName": "Android", "automationName": "UiAutomator2", "noReset": true, "appPackage": uitest.App, "appActivity": uitest.App + ".Launcher",
		"deviceUDID": "test-1", "deviceName": "test-1", "deviceManufacturer": "ffscert-virtual", "deviceModel": "Test", "platformVersion": "13",
		"deviceApiLevel": 33.0, "deviceScreenSize": "1080x2160", "deviceScreenDensity": 440.0, "pixelRatio": "2.75", "statBarHeight": 66.0,
		"viewportRect": map[string]any{"left": 0.0, "top": 66.0, "width": 1080.0, "height": 2094.0}, "udid": "test-1",
	} {
		assert.Equal(t, want, v.Capabilities[name], name)
	}
	assert.Equal(t, uitest.App, c.must("GET", "", nil).(map[string]any)["appPackage"])
	assert.Contains(t, c.must("GET", "/appium/capabilities", nil).(map[string]any), "capabilities")
	list := c.raw("GET", "/appium/sessions", "")
	assert.Contains(t, string(list.Value), v.SessionID)
}

func TestBadCapabilities(t *testing.T) {
	c := newClient(t)
	for name, k := range map[string]struct {
		caps map[string]any
		code string
	}{
		"no platform":     {capsOf("platformName", nil), invalidArgument},
		"iOS":             {capsOf("platformName", "iOS"), unknownError},
		"no automation":   {capsOf("appium:automationName", nil), invalidArgument},
		"XCUITest":        {capsOf("appium:automationName", "XCUITest"), unknownError},
		"wrong type":      {capsOf("appium:noReset", "perhaps"), notCreated},
		"number as text":  {capsOf("appium:newCommandTimeout", "soon"), notCreated},
		"package number":  {capsOf("appium:appPackage", 7), notCreated},
		"other phone":     {capsOf("appium:udid", "emulator-5554"), unknownError},
		"app to install":  {capsOf("appium:app", "/tmp/x.apk"), unknownError},
		"full reset":      {capsOf("appium:fullReset", true, "appium:noReset", false), unknownError},
		"both resets":     {capsOf("appium:fullReset", true), notCreated},
		"missing package": {capsOf("appium:appPackage", "com.example.none"), unknownError},
		"bad options":     {capsOf("appium:options", "x"), notCreated},
		"no prefix":       {capsOf("noReset", true), invalidArgument},
	} {
		assert.Equal(t, k.code, c.open(k.caps).code(), name)
	}
	assert.Equal(t, notCreated, c.raw("POST", "/session", `{"desiredCapabilities":{}}`).code())
	assert.Equal(t, invalidArgument, c.raw("POST", "/session", `{"capabilities":`).code())
	assert.Equal(t, notCreated, c.raw("POST", "/session", `{"capabilities":[]}`).code())
	c.h.Gone = true
	assert.Equal(t, unknownError, c.open(capsOf()).code())
}

func TestFirstMatchAndOptions(t *testing.T) {
	c := newClient(t)
	r := c.raw("POST", "/session", `{"capabilities":{"alwaysMatch":{"platformName":"android"},"firstMatch":[{"platformName":"Android"},{"appium:automationName":"x"},{"appium:options":{"automationName":"uiautomator2","appPackage":"com.example.other","noReset":true}}]}}`)
	assert.Equal(t, 200, r.status, string(r.Value))
	assert.Equal(t, []string{"com.example.other/com.example.other.Main -S"}, c.h.Launched())
}

func TestAppAtTheStart(t *testing.T) {
	const launcher = uitest.App + "/" + uitest.App + ".Launcher"
	for name, k := range map[string]struct {
		caps     []any
		launched []string
		cleared  []string
	}{
		"noReset leaves a running app alone": {nil, nil, nil},
		"noReset and forced":                 {[]any{"appium:forceAppLaunch", true}, []string{launcher + " -S"}, nil},
		"reset clears":                       {[]any{"appium:noReset", false}, []string{launcher + " -S"}, []string{uitest.App}},
		"reset is the default":               {[]any{"appium:noReset", nil}, []string{launcher + " -S"}, []string{uitest.App}},
		"not launched":                       {[]any{"appium:autoLaunch", false, "appium:forceAppLaunch", true}, nil, nil},
		"not stopped":                        {[]any{"appium:appPackage", uitest.Other, "appium:dontStopAppOnReset", true}, []string{uitest.Other + "/" + uitest.Other + ".Main"}, nil},
		"no app":                             {[]any{"appium:appPackage", nil}, nil, nil},
		"an activity":                        {[]any{"appium:appPackage", uitest.Other, "appium:appActivity", ".Second"}, []string{uitest.Other + "/.Second -S"}, nil},
	} {
		c := opened(t, k.caps...)
		assert.Equal(t, k.launched, c.h.Launched(), name)
		assert.Equal(t, k.cleared, c.h.Cleared(), name)
	}
}

func TestEndingASession(t *testing.T) {
	c := opened(t)
	first := c.id
	require.Equal(t, 200, c.open(capsOf()).status)
	second := c.id
	c.id = first
	r := c.do("GET", "/source", nil)
	assert.Equal(t, noSuchDriver, r.code(), "a new session ends the old one")
	assert.Equal(t, 404, r.status)
	c.id = second
	assert.Nil(t, c.must("DELETE", "", nil))
	assert.Equal(t, noSuchDriver, c.do("DELETE", "", nil).code())
	assert.Equal(t, ui.AppState(4), c.h.AppState(uitest.App), "noReset leaves the app running")
	c = opened(t, "appium:noReset", false)
	c.must("DELETE", "", nil)
	assert.Equal(t, ui.AppState(1), c.h.AppState(uitest.App))
}

func TestNewCommandTimeout(t *testing.T) {
	c := opened(t, "appium:newCommandTimeout", 100)
	sleep := func(d time.Duration) { require.NoError(t, c.h.Clock().Sleep(t.Context(), d)) }
	sleep(99 * time.Second)
	c.must("GET", "/timeouts", nil)
	sleep(99 * time.Second)
	c.must("GET", "/timeouts", nil)
	sleep(101 * time.Second)
	assert.Equal(t, noSuchDriver, c.do("GET", "/timeouts", nil).code())
	c = opened(t, "appium:newCommandTimeout", 0)
	sleep(24 * time.Hour)
	c.must("GET", "/timeouts", nil)
}

func TestTimeouts(t *testing.T) {
	c := opened(t)
	assert.Equal(t, map[string]any{"command": 60000.0, "implicit": 0.0}, c.must("GET", "/timeouts", nil))
	c.must("POST", "/timeouts", map[string]any{"implicit": 2500})
	assert.Equal(t, 2500.0, c.must("GET", "/timeouts", nil).(map[string]any)["implicit"])
	began := c.h.Clock().Now()
	assert.Equal(t, noSuchElement, c.do("POST", "/element", map[string]string{"using": "id", "value": "none"}).code())
	assert.Equal(t, 2500*time.Millisecond, c.h.Clock().Now().Sub(began))
	assert.Empty(t, c.must("POST", "/elements", map[string]string{"using": "id", "value": "none"}))
	assert.Equal(t, 5*time.Second, c.h.Clock().Now().Sub(began))
	assert.Equal(t, invalidSelector, c.do("POST", "/element", map[string]string{"using": "xpath", "value": "//["}).code())
	assert.Equal(t, 5*time.Second, c.h.Clock().Now().Sub(began), "only what is not there is waited for")
	c.must("POST", "/timeouts", map[string]any{"type": "command", "ms": 1000})
	assert.Equal(t, 1000.0, c.must("GET", "/timeouts", nil).(map[string]any)["command"])
	for _, body := range []any{map[string]any{"implicit": -1}, map[string]any{"implicit": "x"}, map[string]any{}} {
		assert.Equal(t, invalidArgument, c.do("POST", "/timeouts", body).code())
	}
}

func TestElements(t *testing.T) {
	c := opened(t)
	tab := c.find("accessibility id", "Tab, Devices")
	assert.Equal(t, tab, c.find("css selector", `[content-desc="Tab, Devices"]`))
	assert.Equal(t, "null", c.must("GET", "/element/"+tab+"/attribute/resource-id", nil), "the driver makes a string of everything")
	assert.Equal(t, "true", c.must("GET", "/element/"+tab+"/attribute/selected", nil))
	assert.Equal(t, true, c.must("GET", "/element/"+tab+"/displayed", nil))
	assert.Equal(t, true, c.must("GET", "/element/"+tab+"/enabled", nil))
	assert.Equal(t, true, c.must("GET", "/element/"+tab+"/selected", nil))
	assert.Equal(t, codeUnknownRoute, c.do("GET", "/element/"+tab+"/attribute/colour", nil).code())
	assert.Equal(t, map[string]any{"x": 540.0, "y": 1900.0, "width": 540.0, "height": 128.0}, c.must("GET", "/element/"+tab+"/rect", nil))
	c.must("POST", "/element/"+tab+"/click", map[string]any{})
	assert.Equal(t, []string{"Tab, Devices"}, c.h.Clicked())

	list := c.find("xpath", "//*[@scrollable='true']")
	rows := c.must("POST", "/element/"+list+"/elements", map[string]string{"using": "class name", "value": "android.widget.TextView"}).([]any)
	assert.Len(t, rows, 7)
	header := c.must("POST", "/element/"+list+"/element", map[string]string{"using": "xpath", "value": `./*[@firstVisible="true"]`})
	assert.Contains(t, header, "ELEMENT")

	field := c.find("class name", "android.widget.EditText")
	c.must("POST", "/element/"+field+"/value", map[string]any{"text": "First light", "value": strings.Split("First light", "")})
	assert.Equal(t, "First light", c.h.Field())
	c.must("POST", "/appium/element/"+field+"/replace_value", map[string]any{"text": "x"})
	c.must("POST", "/appium/element/"+field+"/value", map[string]any{"text": []string{"y", "z"}})
	assert.Equal(t, "xyz", c.must("GET", "/element/"+field+"/text", nil))
	c.must("POST", "/element/"+field+"/clear", nil)
	assert.Equal(t, "", c.h.Field())

	for _, bad := range []any{map[string]string{"using": "name", "value": "x"}, map[string]string{"using": "css selector", "value": "a[b"}} {
		assert.Equal(t, invalidSelector, c.do("POST", "/element", bad).code())
	}
	assert.Equal(t, invalidArgument, c.do("POST", "/element", map[string]string{"value": "x"}).code())
	tab = c.find("accessibility id", "Tab, Devices")
	c.h.Replace()
	c.must("GET", "/element/"+tab+"/text", nil) // looked for again
	c.h.Dialog = "alert"
	c.h.Replace()
	assert.Equal(t, "stale element reference", c.do("GET", "/element/"+tab+"/text", nil).code())
}

func TestScreenCommands(t *testing.T) {
	c := opened(t, "appium:settings[snapshotMaxDepth]", 20, "appium:settings", map[string]any{"waitForIdleTimeout": 100})
	settings := c.must("GET", "/appium/settings", nil).(map[string]any)
	assert.Equal(t, 20.0, settings["snapshotMaxDepth"])
	assert.Equal(t, 100.0, settings["waitForIdleTimeout"])
	c.must("POST", "/appium/settings", map[string]any{"settings": map[string]any{"enableMultiWindows": true, "imageMatchThreshold": 0.4}})
	assert.Contains(t, c.must("GET", "/source", nil), "com.android.systemui")
	assert.NotEmpty(t, c.must("GET", "/screenshot", nil))
	assert.Equal(t, map[string]any{"x": 0.0, "y": 0.0, "width": 1080.0, "height": 2160.0}, c.must("GET", "/window/rect", nil))
	c.must("POST", "/orientation", map[string]string{"orientation": "LANDSCAPE"})
	assert.Equal(t, "LANDSCAPE", c.must("GET", "/orientation", nil))
	c.must("POST", "/rotation", map[string]int{"x": 0, "y": 0, "z": 0})
	c.must("POST", "/back", nil)
	assert.Equal(t, []string{"4"}, c.h.Keys())
	c.must("POST", "/actions", map[string]any{"actions": []any{map[string]any{"type": "pointer", "id": "mouse", "parameters": map[string]any{"pointerType": "mouse"},
		"actions": []any{map[string]any{"type": "pointerMove", "duration": 0, "x": 810, "y": 1964}, map[string]any{"type": "pointerDown", "button": 0}, map[string]any{"type": "pointerUp", "button": 0}}}}})
	assert.Equal(t, []string{"Tab, Devices"}, c.h.Clicked())
	c.must("DELETE", "/actions", nil)
	c.h.Dialog = "alert"
	assert.Equal(t, "Delete device\nAre you sure?", c.must("GET", "/alert/text", nil))
	c.must("POST", "/alert/dismiss", nil)
	assert.Equal(t, "no such alert", c.do("POST", "/alert/accept", nil).code())

	assert.Equal(t, "NATIVE_APP", c.must("GET", "/context", nil))
	assert.Equal(t, []any{"NATIVE_APP"}, c.must("GET", "/contexts", nil))
	c.must("POST", "/context", map[string]string{"name": "NATIVE_APP"})
	assert.Equal(t, unknownError, c.do("POST", "/context", map[string]string{"name": "WEBVIEW_chrome"}).code())
	for _, path := range []string{"/touch/perform", "/frame", "/cookie", "/url", "/execute", "/appium/device/shake"} {
		r := c.do("POST", path, map[string]any{})
		assert.Equal(t, codeUnknownRoute, r.code(), path)
		assert.Equal(t, 404, r.status)
	}
}

func TestMobileMethods(t *testing.T) {
	c := opened(t)
	app := map[string]string{"appId": uitest.App}
	assert.Equal(t, 4.0, c.value("queryAppState", app))
	assert.Equal(t, 0.0, c.value("queryAppState", map[string]string{"appId": "com.none"}))
	assert.Equal(t, uitest.App, c.value("getCurrentPackage", nil))
	assert.Equal(t, ".Launcher", c.value("getCurrentActivity", map[string]any{}))
	assert.Equal(t, true, c.value("isAppInstalled", app))
	assert.Equal(t, true, c.value("terminateApp", app))
	assert.Equal(t, false, c.value("terminateApp", app))
	assert.Equal(t, 1.0, c.value("queryAppState", app))
	c.value("activateApp", app)
	assert.Equal(t, 4.0, c.value("queryAppState", app))
	assert.Equal(t, unknownError, c.mobile("activateApp", map[string]string{"appId": "com.none"}).code())
	began := c.h.Clock().Now()
	c.value("backgroundApp", map[string]any{"seconds": 3})
	assert.Equal(t, 3*time.Second, c.h.Clock().Now().Sub(began))
	assert.Equal(t, 4.0, c.value("queryAppState", app))
	c.value("backgroundApp", nil)
	assert.Equal(t, 3.0, c.value("queryAppState", app))
	c.value("startActivity", map[string]any{"component": uitest.Other + "/.Main", "stop": true})
	assert.Equal(t, uitest.Other, c.value("getCurrentPackage", nil))
	assert.Equal(t, unknownError, c.mobile("startActivity", map[string]any{"component": "com.none/.X"}).code())

	assert.Equal(t, false, c.value("isKeyboardShown", nil))
	c.must("POST", "/element/"+c.find("class name", "android.widget.EditText")+"/click", nil)
	assert.Equal(t, true, c.value("isKeyboardShown", nil))
	assert.Equal(t, true, c.value("type", map[string]any{"text": "typed"}))
	assert.Equal(t, "typed", c.h.Field())
	c.value("hideKeyboard", nil)
	assert.Equal(t, false, c.value("isKeyboardShown", nil))

	c.value("pressKey", map[string]any{"keycode": 66})
	c.value("pressKey", map[string]any{"keycode": 3, "isLongPress": true, "metastate": 1})
	assert.Equal(t, []string{"3", "3", "66", "3+1 long"}, c.h.Keys())
	assert.Equal(t, "ffscert-virtual", c.value("deviceInfo", nil).(map[string]any)["manufacturer"])
	assert.Equal(t, 1.0, c.value("batteryInfo", nil).(map[string]any)["level"])
	assert.True(t, strings.HasPrefix(c.value("getDeviceTime", nil).(string), "2026-01-02T03:0"), c.value("getDeviceTime", nil))
	assert.Equal(t, "2026", c.value("getDeviceTime", map[string]string{"format": "YYYY"}))
	assert.Equal(t, []any{}, c.value("getContexts", map[string]any{"waitForWebviewMs": 0}))
	c.value("setClipboard", map[string]string{"content": "aGk=", "contentType": "plaintext"})
	assert.Equal(t, "aGk=", c.value("getClipboard", nil))
	assert.Contains(t, c.value("listApps", nil), uitest.Other)
	c.value("clearApp", app)
	assert.Equal(t, []string{uitest.App}, c.h.Cleared())

	r := c.mobile("shell", map[string]any{"command": "id"})
	assert.Equal(t, unknownError, r.code())
	assert.Contains(t, string(r.Value), "insecure")
	r = c.mobile("frobnicate", nil)
	assert.Equal(t, unsupported, r.code())
	assert.Contains(t, string(r.Value), "mobile: swipeGesture")
	assert.Equal(t, invalidArgument, c.mobile("queryAppState", nil).code())
	assert.Equal(t, invalidArgument, c.mobile("scroll", map[string]any{"strategy": "id"}).code())
	assert.Equal(t, unknownMethod, c.do("POST", "/execute/sync", map[string]any{"script": "return 1", "args": []any{}}).code())
	assert.Equal(t, unknownError, c.do("POST", "/execute/sync", map[string]any{"script": "mobile: queryAppState", "args": []any{1, 2}}).code())
	assert.Contains(t, c.must("GET", "/appium/extensions", nil), "rest")
	assert.Contains(t, c.must("GET", "/appium/commands", nil), "rest")
}

func TestMobileGestures(t *testing.T) {
	c := opened(t)
	list := c.find("class name", "android.widget.ScrollView")
	down := func(name string) any {
		return c.value(name, map[string]any{"elementId": list, "direction": "down", "percent": 1.0})
	}
	assert.Equal(t, true, down("scrollGesture"))
	assert.Equal(t, true, down("flingGesture"))
	for down("scrollGesture") == true {
	}
	assert.Equal(t, false, down("flingGesture"))
	c.value("swipeGesture", map[string]any{"left": 100, "top": 400, "width": 800, "height": 1000, "direction": "down", "percent": 1})
	tab := c.find("accessibility id", "Tab, Devices")
	c.value("clickGesture", map[string]any{"elementId": map[string]string{"ELEMENT": tab}})
	c.value("clickGesture", map[string]any{"x": 810, "y": 1964})
	c.value("doubleClickGesture", map[string]any{"elementId": tab})
	c.value("longClickGesture", map[string]any{"elementId": tab, "duration": 600})
	assert.Len(t, c.h.Clicked(), 5)
	c.value("dragGesture", map[string]any{"elementId": list, "endX": 500, "endY": 500})
	c.value("pinchOpenGesture", map[string]any{"elementId": list, "percent": 0.5})
	c.value("pinchCloseGesture", map[string]any{"elementId": list, "percent": 0.5})
	c.value("scroll", map[string]any{"strategy": "-android uiautomator", "selector": `new UiSelector().text("Row 1")`})
	assert.Equal(t, invalidArgument, c.mobile("swipeGesture", map[string]any{"elementId": list, "direction": "down"}).code())
}

func TestOlderRoutes(t *testing.T) {
	c := opened(t)
	const d = "/appium/device/"
	app := map[string]any{"appId": uitest.App}
	assert.Equal(t, uitest.App, c.must("GET", d+"current_package", nil))
	assert.Equal(t, ".Launcher", c.must("GET", d+"current_activity", nil))
	assert.Equal(t, 4.0, c.must("POST", d+"app_state", map[string]any{"bundleId": uitest.App}))
	assert.Equal(t, true, c.must("POST", d+"terminate_app", map[string]any{"appId": uitest.App, "options": map[string]any{"timeout": 500}}))
	c.must("POST", d+"activate_app", app)
	assert.Equal(t, true, c.must("POST", d+"app_installed", app))
	assert.Equal(t, false, c.must("GET", d+"is_keyboard_shown", nil))
	c.must("POST", d+"hide_keyboard", nil)
	c.must("POST", d+"press_keycode", map[string]any{"keycode": 82})
	c.must("POST", d+"long_press_keycode", map[string]any{"keycode": 82})
	c.must("POST", d+"keyevent", map[string]any{"keycode": "82"})
	assert.Equal(t, []string{"82", "82 long", "82"}, c.h.Keys())
	c.must("POST", "/appium/app/background", map[string]any{"seconds": 1})
	c.must("POST", d+"start_activity", map[string]any{"appPackage": uitest.Other, "appActivity": ".Main"})
	assert.Equal(t, uitest.Other, c.must("GET", d+"current_package", nil))
	assert.NotEmpty(t, c.must("GET", d+"system_time", nil))
	assert.Contains(t, c.must("GET", d+"system_bars", nil), "navigationBar")
}

func TestPhoneUnplugged(t *testing.T) {
	c := opened(t)
	c.h.Gone = true
	r := c.do("GET", "/source", nil)
	assert.Equal(t, unknownError, r.code())
	assert.Contains(t, string(r.Value), "instrumentation process is not running (probably crashed)")
	c.h.Gone = false
	c.must("GET", "/source", nil)
}

func TestParallelRequests(t *testing.T) {
	c := opened(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 10 {
				assert.Equal(t, 200, c.do("GET", "/source", nil).status)
				assert.Equal(t, 200, c.do("POST", "/timeouts", map[string]any{"implicit": i}).status)
				assert.Equal(t, 200, c.do("GET", "/timeouts", nil).status)
				c.raw("GET", "/appium/sessions", "")
			}
		})
	}
	wg.Wait()
}

func TestCSS(t *testing.T) {
	for css, want := range map[string]string{
		`#title`:                             `new UiSelector().resourceId("com.x:id/title")`,
		`#com\.y\:id\/title`:                 `new UiSelector().resourceId("com.y:id/title")`,
		`.android.widget.Button`:             `new UiSelector().classNameMatches("android\.widget\.Button")`,
		`android.widget.Button`:              `new UiSelector().className("android.widget.Button")`,
		`Button`:                             `new UiSelector().classNameMatches("Button")`,
		`*[content-desc="Tab, Devices"]`:     `new UiSelector().description("Tab, Devices")`,
		`[text="say \"hi\""]`:                `new UiSelector().text("say \"hi\"")`,
		`[text*='ight'][clickable]`:          `new UiSelector().textContains("ight").clickable(true)`,
		`[description^=Tab]:checked(false)`:  `new UiSelector().descriptionStartsWith("Tab").checked(false)`,
		`[text$="a.b"]`:                      `new UiSelector().textMatches("a\.b$")`,
		`[resource-id="title"]`:              `new UiSelector().resourceId("com.x:id/title")`,
		`[long-clickable=true]:nth-child(3)`: `new UiSelector().longClickable(true).index(3)`,
		`ScrollView > [text=a] TextView`:     `new UiSelector().classNameMatches("ScrollView").childSelector(new UiSelector().text("a").childSelector(new UiSelector().classNameMatches("TextView")))`,
		`[package-name~="amazon"]`:           `new UiSelector().packageNameMatches("\b(\w*amazon\w*)\b")`,
		`[text=""]`:                          `new UiSelector().textMatches("")`,
		`[text=a], [text=b]`:                 `new UiSelector().text("a")`,
		`:instance(2)`:                       `new UiSelector().instance(2)`,
	} {
		got, err := cssToUiAutomator(css, "com.x")
		assert.NoError(t, err, css)
		assert.Equal(t, want, got, css)
	}
	for _, bad := range []string{"", "[", "[text", "[text=", `[text="a`, "[nope=1]", "#", ".", "a > ", "a + b", "[checked=maybe]", ":nth-child(x)", ":", "a]", strings.Repeat("a", maxCSS+1)} {
		_, err := cssToUiAutomator(bad, "com.x")
		assert.ErrorContains(t, err, invalidSelector, bad)
	}
}

func FuzzCSS(f *testing.F) {
	for _, s := range []string{`#a.b[c="d"] > e:f(1)`, `[text*='x\'y']`, `*`, `a b c`, `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, err := cssToUiAutomator(s, "com.x")
		if (out == "") == (err == nil) {
			t.Fatalf("%q: %q, %v", s, out, err)
		}
	})
}

func FuzzRequest(f *testing.F) {
	for _, s := range [][3]string{
		{"POST", "/element", `{"using":"css selector","value":"#a"}`}, {"POST", "/execute/sync", `{"script":"mobile: pressKey","args":[{"keycode":4}]}`},
		{"POST", "/timeouts", `{"implicit":0}`}, {"GET", "/element/x/attribute/y", ""}, {"POST", "/appium/device/app_state", `{"appId":1}`},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		c := newClient(t)
		c.open(capsOf())
		if strings.ContainsAny(method+path, " \r\n\t#?%") || method == "" || strings.TrimFunc(method, func(r rune) bool { return r >= 'A' && r <= 'Z' }) != "" {
			t.Skip()
		}
		req, err := http.NewRequest(method, fmt.Sprintf("http://h/session/%s/%s", c.id, path), strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		w := httptest.NewRecorder()
		c.s.ServeHTTP(w, req)
		var r reply
		if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		if w.Code != 200 && r.code() == "" {
			t.Fatalf("%d without an error: %s", w.Code, w.Body)
		}
	})
}
