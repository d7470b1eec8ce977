package appium_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/adb/adbtest"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
)

// door is one way to a phone of its own.
type door struct {
	t        *testing.T
	endpoint string
	session  string
	names    map[string]string // elements by the names that the script gives them
}

// call sends a command and returns the answer in a form that can be compared:
// ids are replaced, and of an error the status and the code are left.
func (d *door) call(method, path string, body any) string {
	d.t.Helper()
	for name, id := range d.names {
		path = strings.ReplaceAll(path, "$"+name, id)
	}
	raw := []byte{}
	if body != nil {
		var err error
		raw, err = json.Marshal(body)
		require.NoError(d.t, err)
		for name, id := range d.names {
			raw = bytes.ReplaceAll(raw, []byte("$"+name), []byte(id))
		}
	}
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.endpoint+path, bytes.NewReader(raw))
	require.NoError(d.t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	require.NoError(d.t, err)
	var v struct {
		Value any `json:"value"`
	}
	require.NoError(d.t, json.Unmarshal(answer, &v), "%s %s: %s", method, path, answer)
	if m, ok := v.Value.(map[string]any); ok {
		if id, ok := m["sessionId"].(string); ok && path == "/session" {
			d.session = "/session/" + id
		}
		if res.StatusCode != http.StatusOK {
			return fmt.Sprint(res.StatusCode, " ", m["error"])
		}
	}
	return d.plain(v.Value)
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

func (d *door) plain(v any) string {
	out, err := json.Marshal(v)
	require.NoError(d.t, err)
	return uuid.ReplaceAllString(string(out), "ID")
}

// find gives an element a name for what follows.
func (d *door) find(name, using, value string) {
	d.t.Helper()
	body, _ := json.Marshal(map[string]string{"using": using, "value": value})
	res, err := http.Post(d.endpoint+d.session+"/element", "application/json", bytes.NewReader(body))
	require.NoError(d.t, err)
	defer res.Body.Close()
	var v struct{ Value map[string]string }
	require.NoError(d.t, json.NewDecoder(res.Body).Decode(&v))
	id := v.Value["element-6066-11e4-a52e-4f735466cecf"]
	require.NotEmpty(d.t, id, "%s %s: %v", using, value, v.Value)
	d.names[name] = id
}

// The embedded door answers word for word what the real Appium with the real
// UiAutomator2 driver answers for the same phone.
func TestBothDoorsAnswerAlike(t *testing.T) {
	var lazy adbtest.Lazy
	rig := lazy.For(t)
	t.Cleanup(func() { require.NoError(t, lazy.Close()) })

	config := world.Defaults()
	for i := range 20 {
		config.Others = append(config.Others, world.OtherDevice{Name: fmt.Sprintf("Lamp %02d", i), Kind: world.Light})
	}
	listen := func() *virtual.Lab {
		l, err := virtual.Listen("127.0.0.1:0")
		require.NoError(t, err)
		lab, err := virtual.Open(virtual.Config{World: config, Latency: handset.NoProfile(), Serial: l.Addr().String(), Speed: 1})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, lab.Close()) })
		lab.ServeADB(l)
		return lab
	}
	behind := listen()
	rig.Attach(t, behind.Serial())
	embedded := listen()
	front, err := virtual.Listen("127.0.0.1:0")
	require.NoError(t, err)
	one := &door{t: t, endpoint: embedded.ServeAppium(front), names: map[string]string{}}
	two := &door{t: t, endpoint: rig.AppiumURL, names: map[string]string{}}

	for _, d := range []struct {
		*door
		udid string
	}{{one, embedded.Serial()}, {two, behind.Serial()}} {
		caps := rig.Capabilities(d.udid, true)
		caps["appium:appPackage"] = "com.amazon.dee.app"
		caps["appium:appActivity"] = "com.amazon.dee.app.Launcher"
		caps["appium:forceAppLaunch"] = true
		d.call("POST", "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": caps}})
		require.NotEmpty(t, d.session)
		t.Cleanup(func() {
			req, _ := http.NewRequest("DELETE", d.endpoint+d.session, nil)
			if res, err := http.DefaultClient.Do(req); err == nil {
				res.Body.Close()
			}
		})
	}
	both := func(method, path string, body any) {
		t.Helper()
		a, b := one.call(method, one.session+path, body), two.call(method, two.session+path, body)
		assert.Equal(t, b, a, "%s %s %v", method, path, body)
	}
	find := func(name, using, value string) {
		t.Helper()
		one.find(name, using, value)
		two.find(name, using, value)
	}
	look := func(using, value string) {
		t.Helper()
		both("POST", "/element", map[string]string{"using": using, "value": value})
		both("POST", "/elements", map[string]string{"using": using, "value": value})
	}
	mobile := func(name string, args any) {
		t.Helper()
		list := []any{}
		if args != nil {
			list = append(list, args)
		}
		both("POST", "/execute/sync", map[string]any{"script": "mobile: " + name, "args": list})
	}

	for _, caps := range []map[string]any{
		{}, {"platformName": "iOS"}, {"platformName": "Android"}, {"platformName": "Android", "noReset": true},
		{"platformName": "Android", "appium:automationName": "XCUITest"},
		{"platformName": "Android", "appium:automationName": "UiAutomator2", "appium:noReset": "perhaps"},
		{"platformName": "Android", "appium:automationName": "UiAutomator2", "appium:newCommandTimeout": "soon"},
		{"platformName": "Android", "appium:automationName": "UiAutomator2", "appium:appPackage": 7},
		{"platformName": "Android", "appium:automationName": "UiAutomator2", "appium:udid": "emulator-5554", "appium:adbPort": rig.ADBPort, "appium:suppressKillServer": true},
		{"platformName": "Android", "appium:options": "x"},
	} {
		body := map[string]any{"capabilities": map[string]any{"alwaysMatch": caps}}
		assert.Equal(t, two.call("POST", "/session", body), one.call("POST", "/session", body), "%v", caps)
	}
	for _, body := range []any{map[string]any{}, map[string]any{"desiredCapabilities": map[string]any{}}, map[string]any{"capabilities": []int{1}}, map[string]any{"capabilities": map[string]any{"firstMatch": []any{map[string]any{"platformName": "iOS"}, map[string]any{"platformName": "Tizen"}}}}} {
		assert.Equal(t, two.call("POST", "/session", body), one.call("POST", "/session", body), "%v", body)
	}

	both("GET", "/source", nil)
	find("tab", "accessibility id", "Tab, Devices")
	for _, a := range []string{"text", "name", "content-desc", "resource-id", "class", "package", "bounds", "clickable", "displayed", "selected", "hint", "index", "nonsense", "checked", "contentDescription", "password", "focused"} {
		both("GET", "/element/$tab/attribute/"+a, nil)
	}
	for _, p := range []string{"text", "name", "rect", "size", "location", "displayed", "enabled", "selected", "css/color", "property/text"} {
		both("GET", "/element/$tab/"+p, nil)
	}
	both("GET", "/element/nonsense/text", nil)
	both("POST", "/element/nonsense/click", map[string]any{})
	both("GET", "/element/active", nil)
	both("POST", "/element/$tab/click", map[string]any{})
	find("header", "xpath", "//*[@resource-id='devicePageHeader']")
	both("GET", "/element/$header/rect", nil)
	both("GET", "/source", nil)
	for _, l := range [][2]string{
		{"id", "com.amazon.dee.app:id/nothing"}, {"accessibility id", "Tab, Devices"}, {"class name", "android.widget.TextView"}, {"class name", "none"},
		{"xpath", "//android.widget.ScrollView//android.widget.TextView"}, {"xpath", "//*["}, {"xpath", "//*[foo()]"}, {"xpath", "(//android.widget.TextView)[2]"}, {"xpath", "count(//*)"},
		{"-android uiautomator", `new UiSelector().text("First plug")`}, {"-android uiautomator", `new UiSelector().text("none")`}, {"-android uiautomator", `hello`}, {"-android uiautomator", `new UiSelector().text("a`},
		{"-android uiautomator", `new UiSelector().text("First plug");new UiSelector().text("Second plug")`},
		{"css selector", `[content-desc="Tab, Devices"]`}, {"css selector", "#nothing"}, {"css selector", "a,b"}, {"css selector", "[["}, {"name", "x"}, {"link text", "x"}, {"xpath", ""}, {"id", ""},
	} {
		look(l[0], l[1])
	}
	find("list", "class name", "android.widget.ScrollView")
	for _, l := range [][2]string{{"xpath", ".//android.widget.TextView"}, {"xpath", "./*"}, {"xpath", "./.."}, {"class name", "android.widget.TextView"}, {"class name", "android.widget.ScrollView"}, {"-android uiautomator", `new UiSelector().text("First plug")`}} {
		both("POST", "/element/$list/element", map[string]string{"using": l[0], "value": l[1]})
		both("POST", "/element/$list/elements", map[string]string{"using": l[0], "value": l[1]})
	}
	look("-android uiautomator", `new UiScrollable(new UiSelector().className("android.widget.ScrollView").instance(0)).scrollIntoView(new UiSelector().text("Lamp 17").instance(0));`)
	both("GET", "/source", nil)
	mobile("scrollGesture", map[string]any{"elementId": "$list", "direction": "up", "percent": 10.0})
	mobile("scrollGesture", map[string]any{"elementId": "$list", "direction": "down", "percent": 0.5})
	mobile("swipeGesture", map[string]any{"elementId": "$list", "direction": "sideways", "percent": 0.5})
	mobile("swipeGesture", map[string]any{"elementId": "$list", "direction": "up"})
	mobile("clickGesture", map[string]any{})
	for _, m := range []string{"queryAppState", "isAppInstalled"} {
		for _, app := range []string{"com.amazon.dee.app", "com.example.none"} {
			mobile(m, map[string]any{"appId": app})
		}
		mobile(m, nil)
	}
	for _, m := range []string{"getCurrentPackage", "getCurrentActivity", "isKeyboardShown", "batteryInfo", "isLocked", "getDisplayDensity", "viewportRect", "getClipboard", "frobnicate"} {
		mobile(m, nil)
	}
	// Not compared: "mobile: shell", which the embedded door allows and a server
	// without --allow-insecure refuses.
	mobile("activateApp", map[string]any{"appId": "com.example.none"})
	mobile("deepLink", map[string]any{"url": "https://www.amazon.com/ap/adam", "package": "com.example.none"})
	mobile("deepLink", map[string]any{"package": "com.amazon.dee.app"})
	mobile("deepLink", map[string]any{"url": "alexa://open", "package": "com.amazon.dee.app"})
	both("POST", "/execute/sync", map[string]any{"script": "return 1", "args": []any{}})
	both("POST", "/execute/sync", map[string]any{"script": "mobile: queryAppState", "args": []any{1, 2}})
	both("GET", "/timeouts", nil)
	both("POST", "/timeouts", map[string]any{"implicit": 0})
	both("POST", "/timeouts", map[string]any{})
	both("POST", "/timeouts", map[string]any{"implicit": -1})
	both("POST", "/timeouts", map[string]any{"script": 5})
	both("GET", "/window/rect", nil)
	both("GET", "/window/handles", nil)
	both("GET", "/contexts", nil)
	both("GET", "/context", nil)
	both("POST", "/context", map[string]string{"name": "NATIVE_APP"})
	both("POST", "/context", map[string]string{"name": "WEBVIEW_x"})
	both("GET", "/alert/text", nil)
	both("POST", "/alert/accept", map[string]any{})
	both("GET", "/orientation", nil)
	both("POST", "/orientation", map[string]string{"orientation": "LANDSCAPE"})
	both("GET", "/orientation", nil)
	both("POST", "/orientation", map[string]string{"orientation": "UPWARDS"})
	both("GET", "/rotation", nil)
	both("POST", "/rotation", map[string]int{"x": 0, "y": 0, "z": 0})
	both("POST", "/rotation", map[string]int{"x": 0, "y": 0, "z": 45})
	both("POST", "/appium/settings", map[string]any{"settings": map[string]any{"snapshotMaxDepth": 2}})
	both("GET", "/source", nil)
	both("POST", "/appium/settings", map[string]any{"settings": map[string]any{"snapshotMaxDepth": 70, "enableMultiWindows": true}})
	both("GET", "/source", nil)
	both("POST", "/appium/settings", map[string]any{"settings": map[string]any{"snapshotMaxDepth": 0}})
	both("POST", "/appium/settings", map[string]any{})
	both("GET", "/appium/settings", nil)
	finger := func(items ...map[string]any) any {
		return map[string]any{"actions": []any{map[string]any{"type": "pointer", "id": "f", "parameters": map[string]any{"pointerType": "touch"}, "actions": items}}}
	}
	both("POST", "/actions", finger(map[string]any{"type": "pointerDown", "button": 0}))
	both("POST", "/actions", finger(map[string]any{"type": "pointerMove", "duration": 0, "x": 1, "y": 1, "origin": map[string]string{"element-6066-11e4-a52e-4f735466cecf": "none"}}))
	both("POST", "/actions", finger(map[string]any{"type": "wave"}))
	both("POST", "/actions", map[string]any{"actions": []any{}})
	both("POST", "/actions", map[string]any{})
	both("DELETE", "/actions", nil)
	both("POST", "/back", map[string]any{})
	both("GET", "/element/$header/text", nil)
	both("POST", "/element/$header/click", map[string]any{})
	both("POST", "/keys", map[string]any{"value": []string{"a"}})
	for _, p := range []string{"/frame", "/cookie", "/touch/perform", "/nonsense", "/appium/device/shake", "/execute"} {
		both("POST", p, map[string]any{})
		both("GET", p, nil)
	}
	both("POST", "/appium/device/press_keycode", map[string]any{"keycode": 4})
	both("POST", "/appium/device/press_keycode", map[string]any{})
	both("GET", "/appium/device/system_bars", nil)
	both("POST", "/appium/device/app_state", map[string]any{"appId": "com.amazon.dee.app"})
	mobile("terminateApp", map[string]any{"appId": "com.amazon.dee.app"})
	mobile("terminateApp", map[string]any{"appId": "com.amazon.dee.app"})
	mobile("activateApp", map[string]any{"appId": "com.amazon.dee.app"})
	mobile("queryAppState", map[string]any{"appId": "com.amazon.dee.app"})
	for _, d := range []*door{one, two} {
		d.call("DELETE", d.session, nil)
	}
	both("GET", "/source", nil)
	both("DELETE", "", nil)
}
