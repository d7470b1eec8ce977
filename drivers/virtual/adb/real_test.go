package adb_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/adb/adbtest"
)

// client is one session of the real Appium.
type client struct {
	t   testing.TB
	rig *adbtest.Rig
	id  string
}

func open(t testing.TB, r *adbtest.Rig, caps map[string]any) (*client, map[string]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	id, got, err := r.NewSession(ctx, caps)
	require.NoError(t, err)
	return &client{t, r, id}, got
}

func (c *client) try(method, path string, body, out any) error {
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	return c.rig.Request(ctx, method, "/session/"+c.id+path, body, out)
}

func (c *client) get(path string, out any) {
	c.t.Helper()
	require.NoError(c.t, c.try(http.MethodGet, path, nil, out), path)
}

func (c *client) post(path string, body, out any) {
	c.t.Helper()
	require.NoError(c.t, c.try(http.MethodPost, path, body, out), path)
}

func (c *client) find(using, value string) string {
	c.t.Helper()
	var v map[string]string
	c.post("/element", map[string]any{"using": using, "value": value}, &v)
	return v["element-6066-11e4-a52e-4f735466cecf"]
}

func (c *client) click(using, value string) {
	c.t.Helper()
	c.post("/element/"+c.find(using, value)+"/click", nil, nil)
}

// mobile runs a `mobile:` extension.
func mobile[T any](c *client, name string, args map[string]any) T {
	c.t.Helper()
	if args == nil {
		args = map[string]any{}
	}
	var v T
	c.post("/execute/sync", map[string]any{"script": "mobile: " + name, "args": []any{args}}, &v)
	return v
}

func appCaps(r *adbtest.Rig, serial string, thrifty bool) map[string]any {
	caps := r.Capabilities(serial, thrifty)
	caps["appium:appPackage"], caps["appium:appActivity"] = alexa, alexa+".Launcher"
	caps["appium:forceAppLaunch"] = true
	return caps
}

// TestRealAppium drives the phone the way the clients of Appium do, with and
// without the capabilities that save work.
func TestRealAppium(t *testing.T) {
	r := real.For(t)
	for _, tc := range []struct {
		name    string
		thrifty bool
		empty   bool // Appium has not been on the phone before
		within  time.Duration
	}{{"thrifty", true, false, 5 * time.Second}, {"thorough", false, false, 15 * time.Second}, {"first time", false, true, 30 * time.Second}} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPhone(t)
			serial := r.Attach(t, p.addr)
			if tc.empty {
				for _, pkg := range []string{"io.appium.settings", "io.appium.uiautomator2.server", "io.appium.uiautomator2.server.test"} {
					_, err := r.ADB(t.Context(), "-s", serial, "uninstall", pkg)
					require.NoError(t, err)
				}
			}
			began := time.Now()
			c, caps := open(t, r, appCaps(r, serial, tc.thrifty))
			took := time.Since(began)
			t.Logf("session in %v", took)
			assert.Less(t, took, tc.within)
			assert.Equal(t, serial, caps["deviceUDID"])
			assert.Equal(t, "ffscert-virtual", caps["deviceManufacturer"])
			assert.True(t, p.Instrumented())

			drive(t, c)

			began = time.Now()
			require.NoError(t, c.try(http.MethodDelete, "", nil, nil))
			t.Logf("delete in %v", time.Since(began))
			assert.False(t, p.Instrumented(), "the server's process is still there")
		})
	}
}

func drive(t *testing.T, c *client) {
	// Finding and clicking.
	c.click("accessibility id", "Tab, Devices")
	c.find("id", "devicePageHeader")
	c.find("class name", "android.widget.ScrollView")
	c.find("xpath", `//android.widget.TextView[@text="Second plug"]`)
	c.find("-android uiautomator", `new UiScrollable(new UiSelector().className("android.widget.ScrollView").instance(0)).scrollIntoView(new UiSelector().text("First plug").instance(0));`)
	var src string
	c.get("/source", &src)
	assert.Contains(t, src, `content-desc="Tab, Devices"`)
	err := c.try(http.MethodPost, "/element", map[string]any{"using": "id", "value": "nowhere"}, nil)
	var refusal *adbtest.Error
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, "no such element", refusal.Code)
	c.click("css selector", `[description="Tab, Devices"]`)

	// Screens.
	var shot string
	c.get("/screenshot", &shot)
	png, err := base64.StdEncoding.DecodeString(shot)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(png), "\x89PNG"))
	var rect struct{ Width, Height int }
	c.get("/window/rect", &rect)
	assert.Equal(t, 1080, rect.Width)

	// A tile's page, and back.
	c.click("xpath", `//android.widget.TextView[@text="First plug"]`)
	c.find("accessibility id", "Edit")
	c.post("/back", nil, nil)
	c.find("id", "devicePageHeader")

	// Fingers.
	c.post("/actions", map[string]any{"actions": []any{map[string]any{"type": "pointer", "id": "finger", "parameters": map[string]any{"pointerType": "touch"},
		"actions": []any{
			map[string]any{"type": "pointerMove", "duration": 0, "x": 540, "y": 1600},
			map[string]any{"type": "pointerDown", "button": 0},
			map[string]any{"type": "pointerMove", "duration": 200, "x": 540, "y": 800},
			map[string]any{"type": "pointerUp", "button": 0},
		}}}}, nil)
	mobile[bool](c, "scrollGesture", map[string]any{"left": 100, "top": 600, "width": 800, "height": 1000, "direction": "up", "percent": 0.5})
	mobile[any](c, "swipeGesture", map[string]any{"left": 100, "top": 600, "width": 800, "height": 1000, "direction": "down", "percent": 0.5})

	// The app's life.
	state := func() float64 { return mobile[float64](c, "queryAppState", map[string]any{"appId": alexa}) }
	assert.EqualValues(t, 4, state())
	assert.Equal(t, alexa, mobile[string](c, "getCurrentPackage", nil))
	assert.Equal(t, ".Launcher", mobile[string](c, "getCurrentActivity", nil))
	mobile[any](c, "backgroundApp", map[string]any{"seconds": -1})
	assert.EqualValues(t, 3, state())
	mobile[any](c, "activateApp", map[string]any{"appId": alexa})
	assert.EqualValues(t, 4, state())
	c.find("id", "devicePageHeader") // it kept its page
	assert.True(t, mobile[bool](c, "terminateApp", map[string]any{"appId": alexa}))
	assert.EqualValues(t, 1, state())
	assert.False(t, mobile[bool](c, "terminateApp", map[string]any{"appId": alexa}), "it does not run any more")
	mobile[any](c, "activateApp", map[string]any{"appId": alexa})
	c.find("accessibility id", "Tab, Devices")
	assert.EqualValues(t, 0, mobile[float64](c, "queryAppState", map[string]any{"appId": "com.example.nowhere"}))
	assert.True(t, mobile[bool](c, "isAppInstalled", map[string]any{"appId": alexa}))
	mobile[any](c, "backgroundApp", map[string]any{"seconds": 0.2})
	assert.EqualValues(t, 4, state(), "it comes back by itself")

	// The phone.
	assert.False(t, mobile[bool](c, "isKeyboardShown", nil))
	stamp := mobile[string](c, "getDeviceTime", nil)
	at, err := time.Parse("2006-01-02T15:04:05-07:00", stamp)
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), at, 5*time.Second)
	var orientation string
	c.get("/orientation", &orientation)
	assert.Equal(t, "PORTRAIT", orientation)
	c.post("/appium/settings", map[string]any{"settings": map[string]any{"waitForIdleTimeout": 0}}, nil)
	var settings map[string]any
	c.get("/appium/settings", &settings)
	assert.EqualValues(t, 0, settings["waitForIdleTimeout"])
	var contexts []string
	c.get("/contexts", &contexts)
	assert.Equal(t, []string{"NATIVE_APP"}, contexts)
	info := mobile[map[string]any](c, "deviceInfo", nil)
	assert.Equal(t, "ffscert-virtual", info["manufacturer"])
	mobile[any](c, "pressKey", map[string]any{"keycode": 3})
	assert.EqualValues(t, 3, state())
	bars := mobile[map[string]map[string]any](c, "getSystemBars", nil)
	assert.Equal(t, true, bars["statusBar"]["visible"])
	assert.NotNil(t, mobile[map[string]any](c, "batteryInfo", nil)["level"])
	mobile[any](c, "deepLink", map[string]any{"url": "alexa://open", "package": alexa})
	assert.EqualValues(t, 4, state())
	mobile[any](c, "pushFile", map[string]any{"remotePath": "/sdcard/x.txt", "payload": "aGVsbG8="})
	assert.Equal(t, "aGVsbG8=", mobile[string](c, "pullFile", map[string]any{"remotePath": "/sdcard/x.txt"}))
	assert.False(t, mobile[bool](c, "isLocked", nil))
}

// TestForcedLaunch: a new session shows the home page, whatever was open.
func TestForcedLaunch(t *testing.T) {
	r := real.For(t)
	p := newPhone(t)
	serial := r.Attach(t, p.addr)
	first, _ := open(t, r, appCaps(r, serial, true))
	first.click("accessibility id", "Tab, Devices")
	first.find("id", "devicePageHeader")

	began := time.Now()
	second, _ := open(t, r, appCaps(r, serial, true))
	t.Logf("a session in the place of another one in %v", time.Since(began))
	second.find("accessibility id", "Tab, Devices")
	require.Error(t, second.try(http.MethodPost, "/element", map[string]any{"using": "id", "value": "devicePageHeader"}, nil),
		"the app was not restarted")

	err := first.try(http.MethodGet, "/source", nil, nil)
	var refusal *adbtest.Error
	require.ErrorAs(t, err, &refusal, "the first session is over")
	assert.Equal(t, "invalid session id", refusal.Code)

	without := appCaps(r, serial, true)
	delete(without, "appium:forceAppLaunch")
	second.click("accessibility id", "Tab, Devices")
	third, _ := open(t, r, without)
	third.find("id", "devicePageHeader") // the page stayed
}

// TestTwoPhones: sessions on two phones at once do not meet.
func TestTwoPhones(t *testing.T) {
	r := real.For(t)
	phones := []*phone{newPhone(t), newPhone(t)}
	serials := []string{r.Attach(t, phones[0].addr), r.Attach(t, phones[1].addr)}
	t.Run("at once", func(t *testing.T) {
		for i, tab := range []string{"Tab, Devices", "Tab, More"} {
			t.Run(tab, func(t *testing.T) {
				t.Parallel()
				c, caps := open(t, r, appCaps(r, serials[i], true))
				assert.Equal(t, serials[i], caps["deviceUDID"])
				for range 5 {
					c.click("accessibility id", tab)
					var src string
					c.get("/source", &src)
					assert.Equal(t, i == 0, strings.Contains(src, "devicePageHeader"))
				}
			})
		}
	})
}

// TestFaults: what the client of a real Appium sees when the phone fails.
func TestFaults(t *testing.T) {
	r := real.For(t)
	p := newPhone(t)
	serial := r.Attach(t, p.addr)
	// With no phone at all, Appium waits 20 s for one.
	r.Attach(t, newPhone(t).addr)
	refusal := func(err error) *adbtest.Error {
		t.Helper()
		var e *adbtest.Error
		require.ErrorAs(t, err, &e)
		return e
	}

	c, _ := open(t, r, appCaps(r, serial, true))
	require.True(t, p.KillInstrumentation())
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		var e *adbtest.Error
		if assert.ErrorAs(t, c.try(http.MethodGet, "/source", nil, nil), &e) {
			assert.Contains(t, e.Message, "instrumentation process is not running")
		}
	}, 5*time.Second, 50*time.Millisecond)

	// The phone is still there: a new session works.
	c, _ = open(t, r, appCaps(r, serial, true))
	c.find("accessibility id", "Tab, Devices")

	p.Drop()
	e := refusal(c.try(http.MethodGet, "/source", nil, nil))
	assert.Equal(t, 500, e.Status)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_, _, err := r.NewSession(ctx, appCaps(r, serial, true))
	assert.Contains(t, refusal(err).Message, "was not in the list of connected devices")

	p.Restore()
	_, err = r.Connect(t.Context(), p.addr)
	require.NoError(t, err)
	c, _ = open(t, r, appCaps(r, serial, true))
	c.find("accessibility id", "Tab, Devices")
}

func TestUnknownActivity(t *testing.T) {
	r := real.For(t)
	p := newPhone(t)
	serial := r.Attach(t, p.addr)
	caps := appCaps(r, serial, true)
	caps["appium:appActivity"] = ".Nowhere"
	_, _, err := r.NewSession(t.Context(), caps)
	var e *adbtest.Error
	require.ErrorAs(t, err, &e)
	assert.Contains(t, e.Message, "Activity class {com.amazon.dee.app/com.amazon.dee.app.Nowhere} does not exist")
}
