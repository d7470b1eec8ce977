package appium_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/features/certification"
)

var some = drivers.Locator{Using: drivers.ByID, Value: "x"}

func TestSessionSaysWhoThePhoneIs(t *testing.T) {
	s := newServer(t, "/wd/hub")
	p := s.phone(t)
	info, err := p.Open(t.Context())
	require.NoError(t, err)
	assert.Equal(t, drivers.PhoneInfo{UDID: "SERIAL1", Manufacturer: "Acme", Model: "A1", Platform: "Android", PlatformVersion: "13",
		Width: 1080, Height: 2340, Density: 420, Automation: "Appium 3.8.0, UiAutomator2"}, info)
	again, err := p.Open(t.Context())
	require.NoError(t, err)
	assert.Equal(t, info, again)
	require.NoError(t, p.Close(t.Context()))
	require.NoError(t, p.Close(t.Context()), "closing twice is no error")
	assert.Equal(t, []string{"POST /session", "GET /status", "DELETE /session/S1"}, s.seen())
	assert.EqualValues(t, 3, p.Commands())

	match := s.first("/session")["capabilities"].(map[string]any)["alwaysMatch"].(map[string]any)
	for name, want := range map[string]any{
		"platformName": "Android", "appium:automationName": "UiAutomator2", "appium:noReset": true, "appium:udid": "SERIAL1",
		"appium:newCommandTimeout": 300.0, "appium:appPackage": alexa.Package, "appium:appActivity": alexa.Activity,
		"appium:forceAppLaunch": true, "appium:suppressKillServer": true,
		"appium:settings[waitForIdleTimeout]": 0.0, "appium:settings[snapshotMaxDepth]": 200.0,
		"appium:settings[enableMultiWindows]": true, "appium:settings[allowInvisibleElements]": false,
		"appium:settings[shouldUseCompactResponses]": false, "appium:settings[elementResponseAttributes]": "text,rect",
	} {
		assert.Equal(t, want, match[name], name)
	}
	assert.NotContains(t, match, "appium:fullReset")
}

func TestSessionAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   certification.Code // "" for success
		info   drivers.PhoneInfo
	}{
		"old protocol": {200, `{"status":0,"sessionId":"OLD","value":{` + caps + `}}`, "", drivers.PhoneInfo{UDID: "SERIAL1", Manufacturer: "Acme", Model: "A1",
			Platform: "Android", PlatformVersion: "13", Width: 1080, Height: 2340, Density: 420, Automation: "Appium 3.8.0, UiAutomator2"}},
		"names with prefix": {200, `{"value":{"sessionId":"N","capabilities":{"platformName":"Android","appium:deviceUDID":"SERIAL1","appium:deviceManufacturer":"ffscert-virtual","appium:deviceScreenSize":"10x20","appium:automationName":"UiAutomator2"}}}`,
			"", drivers.PhoneInfo{UDID: "SERIAL1", Manufacturer: "ffscert-virtual", Platform: "Android", Width: 10, Height: 20, Simulated: true, Automation: "Appium 3.8.0, UiAutomator2"}},
		"another phone": {200, `{"value":{"sessionId":"N","capabilities":{` + strings.Replace(caps, `"deviceUDID":"SERIAL1"`, `"deviceUDID":"SERIAL2"`, 1) + `}}}`, certification.RigWrongPhone, drivers.PhoneInfo{}},
		"no phone":      {200, `{"value":{"sessionId":"N","capabilities":{"deviceManufacturer":"A","deviceScreenSize":"1x1"}}}`, certification.RigWrongPhone, drivers.PhoneInfo{}},
		"no session":    {200, `{"value":{"capabilities":{}}}`, certification.RigServer, drivers.PhoneInfo{}},
		"null":          {200, `{"value":null}`, certification.RigServer, drivers.PhoneInfo{}},
		"wrong types":   {200, `{"value":{"sessionId":17,"capabilities":[]}}`, certification.RigServer, drivers.PhoneInfo{}},
		"not JSON":      {200, `hello`, certification.RigServer, drivers.PhoneInfo{}},
		"an array":      {200, `[]`, certification.RigServer, drivers.PhoneInfo{}},
		"refused": {500, `{"value":{"error":"session not created","message":"A new session could not be created.","stacktrace":["a","b"]}}`,
			certification.RigSession, drivers.PhoneInfo{}},
		"phone not there": {500, `{"value":{"error":"unknown error","message":"Device SERIAL1 was not in the list of connected devices","stacktrace":""}}`,
			certification.RigPhone, drivers.PhoneInfo{}},
		"no phone there": {500, `{"value":{"error":"unknown error","message":"Could not find a connected Android device in 20000ms","stacktrace":""}}`,
			certification.RigPhone, drivers.PhoneInfo{}},
		"no SDK": {500, `{"value":{"error":"unknown error","message":"Neither ANDROID_HOME nor ANDROID_SDK_ROOT environment variable was exported","stacktrace":""}}`,
			certification.RigServer, drivers.PhoneInfo{}},
		"no app": {500, `{"value":{"error":"unknown error","message":"Activity name 'x' used to start the app doesn't exist or cannot be launched!","stacktrace":""}}`,
			certification.RigPhone, drivers.PhoneInfo{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, "")
			s.on("POST /session", c.status, c.body)
			p := s.phone(t)
			info, err := p.Open(t.Context())
			if c.want == "" {
				require.NoError(t, err)
				assert.Equal(t, c.info, info)
				return
			}
			assert.Equal(t, c.want, trouble(t, err).Code, err)
			if c.want == certification.RigWrongPhone {
				assert.Equal(t, "DELETE /session/N", s.seen()[len(s.seen())-1], "the other phone's session is ended")
				assert.Contains(t, err.Error(), `the phone is not "SERIAL1"`)
			}
		})
	}
}

// What a proxy leaves out of the capabilities is asked of the phone, because
// a simulated one must never pass for a real one.
func TestSimulatedIsAskedForIfNotSaid(t *testing.T) {
	s := newServer(t, "")
	s.on("POST /session", 200, `{"value":{"sessionId":"N","capabilities":{"deviceUDID":"SERIAL1"}}}`)
	s.on("POST execute/sync", 200, `{"value":{"manufacturer":"ffscert-virtual","model":"V","platformVersion":"13","realDisplaySize":"1080x2340","displayDensity":420}}`)
	info, err := s.phone(t).Open(t.Context())
	require.NoError(t, err)
	assert.True(t, info.Simulated)
	assert.Equal(t, 1080, info.Width)
	assert.Equal(t, 420, info.Density)
}

func TestOptionsThatAreRefused(t *testing.T) {
	s := newServer(t, "")
	for name, c := range map[string]struct {
		change func(*appium.Options)
		says   string
	}{
		"noReset":     {func(o *appium.Options) { o.Capabilities = map[string]any{"appium:noReset": false} }, "appium:noReset"},
		"in capitals": {func(o *appium.Options) { o.Capabilities = map[string]any{"NORESET": false} }, "NORESET"},
		"fullReset":   {func(o *appium.Options) { o.Capabilities = map[string]any{"fullReset": true} }, "fullReset"},
		"in a group": {func(o *appium.Options) {
			o.Capabilities = map[string]any{"appium:options": map[string]any{"fullReset": true}}
		}, "appium:options.fullReset"},
		"udid":            {func(o *appium.Options) { o.Capabilities = map[string]any{"appium:udid": "x"} }, "appium:udid"},
		"the maker":       {func(o *appium.Options) { o.Capabilities = map[string]any{"appium:deviceManufacturer": "x"} }, "deviceManufacturer"},
		"no endpoint":     {func(o *appium.Options) { o.Endpoint = "" }, "is missing"},
		"no URL":          {func(o *appium.Options) { o.Endpoint = "http://a b:x" }, "is not a URL"},
		"another scheme":  {func(o *appium.Options) { o.Endpoint = "ftp://host" }, "must begin with http"},
		"no host":         {func(o *appium.Options) { o.Endpoint = "http://" }, "names no host"},
		"depth too large": {func(o *appium.Options) { o.Settings.SnapshotMaxDepth = 501 }, "snapshotMaxDepth"},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(s.seen())
			p := s.phone(t, c.change)
			_, err := p.Source(t.Context())
			tr := trouble(t, err)
			assert.Equal(t, certification.CauseDefinition, tr.Cause)
			assert.Contains(t, tr.Message, c.says)
			assert.Len(t, s.seen(), before, "nothing is sent")
		})
	}
}

func TestExtraCapabilities(t *testing.T) {
	s := newServer(t, "")
	p := s.phone(t, func(o *appium.Options) {
		o.Capabilities = map[string]any{"adbPort": 5038, "appium:forceAppLaunch": false, "browserVersion": "1", "bstack:options": map[string]any{"a": "b"},
			"appium:settings[waitForIdleTimeout]": 500}
	})
	_, err := p.Open(t.Context())
	require.NoError(t, err)
	match := s.first("/session")["capabilities"].(map[string]any)["alwaysMatch"].(map[string]any)
	assert.Equal(t, 5038.0, match["appium:adbPort"])
	assert.Equal(t, false, match["appium:forceAppLaunch"])
	assert.Equal(t, "1", match["browserVersion"])
	assert.Equal(t, 500.0, match["appium:settings[waitForIdleTimeout]"])
	assert.Equal(t, true, match["appium:noReset"])
	assert.Contains(t, match, "bstack:options")
}

// bodies are the ways in which servers misbehave; each is the answer to a find.
func TestMisbehaviour(t *testing.T) {
	const stack = `"stacktrace":["at a","at b"]`
	for name, c := range map[string]struct {
		status int
		body   string
		code   certification.Code
		w3c    string // the code of the WebDriverError beneath; "" for none
		says   string
	}{
		"no such element":          {404, `{"value":{"error":"no such element","message":"An element could not be located","stacktrace":""}}`, certification.AppElementMissing, drivers.CodeNoSuchElement, "nothing on the screen matches"},
		"stacktrace is an array":   {404, `{"value":{"error":"no such element","message":"m",` + stack + `}}`, certification.AppElementMissing, drivers.CodeNoSuchElement, "m"},
		"stacktrace is an object":  {404, `{"value":{"error":"no such element","message":"m","stacktrace":{"a":[1]}}}`, certification.AppElementMissing, drivers.CodeNoSuchElement, "m"},
		"message is an object":     {404, `{"value":{"error":"no such element","message":{"a":1}}}`, certification.AppElementMissing, drivers.CodeNoSuchElement, "HTTP 404"},
		"error is a number":        {500, `{"value":{"error":7,"message":"m"}}`, certification.RigPhone, drivers.CodeUnknownError, "m"},
		"error of its own":         {500, `{"value":{"error":"odd","message":"m"}}`, certification.RigPhone, drivers.CodeUnknownError, "m"},
		"value is a string":        {500, `{"value":"it broke"}`, certification.RigPhone, drivers.CodeUnknownError, "it broke"},
		"value is null":            {500, `{"value":null}`, certification.RigPhone, drivers.CodeUnknownError, "HTTP 500"},
		"error on top":             {404, `{"error":"no such element","message":"m"}`, certification.AppElementMissing, drivers.CodeNoSuchElement, "m"},
		"old protocol":             {500, `{"status":7,"sessionId":"S","value":{"message":"no element"}}`, certification.AppElementMissing, drivers.CodeNoSuchElement, "no element"},
		"old protocol, status 200": {200, `{"status":10,"value":{"message":"gone"}}`, certification.AppElementMissing, drivers.CodeStaleElement, "gone"},
		"error with status 200":    {200, `{"value":{"error":"stale element reference","message":"gone","stacktrace":""}}`, certification.AppElementMissing, drivers.CodeStaleElement, "gone"},
		"invalid selector":         {400, `{"value":{"error":"invalid selector","message":"m"}}`, certification.DefUnknownElement, drivers.CodeInvalidSelector, "id=x"},
		"HTML 502":                 {502, "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad\nGateway</h1></body></html>", certification.RigServer, drivers.CodeUnknownError, "Bad Gateway"},
		"HTML 503":                 {503, "<html>busy", certification.RigServer, drivers.CodeUnknownError, "busy"},
		"HTML 504":                 {504, "<html>late</html>", certification.RigServer, drivers.CodeTimeout, "late"},
		"empty 500":                {500, "", certification.RigPhone, drivers.CodeUnknownError, "without a word"},
		"empty 200":                {200, "", certification.RigServer, "", "not JSON"},
		"not JSON":                 {200, "<html>welcome</html>", certification.RigServer, "", "welcome"},
		"truncated":                {200, `{"value":{"element-6066-11e4-`, certification.RigServer, "", "not JSON"},
		"truncated error":          {404, `{"value":{"error":"no such el`, certification.RigServer, drivers.CodeUnknownCommand, "HTTP 404"},
		"two values":               {200, `{"value":{}}{"value":{}}`, certification.RigServer, "", "not JSON"},
		"wrong type":               {200, `{"value":[1]}`, certification.RigServer, "", "array instead of struct"},
		"null":                     {200, `{"value":null}`, certification.RigServer, "", "null"},
		"nothing":                  {200, `{}`, certification.RigServer, "", "null"},
		"no element in it":         {200, `{"value":{"a":"b"}}`, certification.RigServer, "", "names no element"},
		"HTML 404":                 {404, "<html>Cannot POST</html>", certification.RigServer, drivers.CodeUnknownCommand, "Cannot POST"},
		"HTML 401":                 {401, "<html>who are you</html>", certification.RigServer, drivers.CodeUnknownError, "wants credentials"},
		"moved":                    {302, "", certification.RigServer, drivers.CodeUnknownError, "another address"},
		"lost":                     {404, `{"value":{"error":"invalid session id","message":"gone"}}`, certification.RigSession, drivers.CodeInvalidSession, "session is lost"},
		"instrumentation":          {500, `{"value":{"error":"unknown error","message":"'POST /element' cannot be proxied to UiAutomator2 server because the instrumentation process is not running (probably crashed)"}}`, certification.RigSession, drivers.CodeUnknownError, "automation on the phone has ended"},
		"node gone":                {500, `{"value":{"error":"unknown error","message":"Connection error",` + stack + `}}`, certification.RigSession, drivers.CodeUnknownError, "lost the node"},
		"offline":                  {500, `{"value":{"error":"unknown error","message":"Error executing adbExec. adb: device offline"}}`, certification.RigPhone, drivers.CodeUnknownError, "offline"},
		"terminal codes":           {500, "{\"value\":{\"error\":\"unknown error\",\"message\":\"a\\u001b[2Jb\\u202ec\\r\\nd\"}}", certification.RigPhone, drivers.CodeUnknownError, "a[2Jbc d"},
		"a long message":           {500, `{"value":{"error":"unknown error","message":"` + strings.Repeat("ü", 100_000) + `"}}`, certification.RigPhone, drivers.CodeUnknownError, "…"},
		"deep nesting":             {200, `{"value":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, certification.RigServer, "", "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, "")
			s.on("POST element", c.status, c.body)
			_, err := s.phone(t).Find(t.Context(), some)
			tr := trouble(t, err)
			assert.Equal(t, c.code, tr.Code, err)
			assert.Contains(t, err.Error(), c.says)
			assert.Less(t, len(err.Error()), 1500)
			assert.NotContains(t, err.Error(), "\x1b")
			assert.NotContains(t, err.Error(), "\n")
			var e *drivers.WebDriverError
			if assert.Equal(t, c.w3c != "", errors.As(err, &e), err) && c.w3c != "" {
				assert.Equal(t, c.w3c, e.Code)
				assert.Equal(t, "POST element", e.Command)
				assert.Equal(t, c.status, e.Status)
			}
			assert.Equal(t, c.w3c == drivers.CodeNoSuchElement, drivers.NoSuchElement(err))
			assert.Equal(t, c.w3c == drivers.CodeStaleElement, drivers.StaleElement(err))
			assert.False(t, tr.Cause.MayFail(), "no trouble of the wire is the product's fault")
		})
	}
}

func TestTransportTroubles(t *testing.T) {
	short := func(o *appium.Options) {
		o.Limits = appium.Limits{Find: 150 * time.Millisecond, Session: 150 * time.Millisecond, Close: 150 * time.Millisecond}
	}
	t.Run("refused", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addr := l.Addr().String()
		l.Close()
		p := appium.New(appium.Options{Endpoint: "http://someone:hush-hush@" + addr + "/wd/hub"})
		_, err = p.Open(t.Context())
		tr := trouble(t, err)
		assert.Equal(t, certification.RigServer, tr.Code)
		assert.Contains(t, tr.Message, "the Appium server at "+addr+" does not answer")
		assert.Contains(t, tr.Hint, "/wd/hub/status")
		for _, secret := range []string{"someone", "hush-hush"} {
			assert.NotContains(t, err.Error()+tr.Hint+fmt.Sprintf("%+v", err), secret)
		}
	})
	t.Run("unknown host", func(t *testing.T) {
		_, err := appium.New(appium.Options{Endpoint: "http://no-such-host.invalid:4723"}).Open(t.Context())
		tr := trouble(t, err)
		assert.Contains(t, []certification.Code{certification.RigServer, certification.RigTimeout}, tr.Code)
		assert.Equal(t, certification.CauseRig, tr.Cause)
	})
	t.Run("reset", func(t *testing.T) {
		s := newServer(t, "")
		s.do("POST element", func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				c.(*net.TCPConn).SetLinger(0)
				c.Close()
			}
		})
		_, err := s.phone(t).Find(t.Context(), some)
		assert.Equal(t, certification.RigServer, trouble(t, err).Code)
	})
	t.Run("cut off", func(t *testing.T) {
		s := newServer(t, "")
		s.do("POST element", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"value":`)
		})
		_, err := s.phone(t).Find(t.Context(), some)
		assert.Equal(t, certification.RigServer, trouble(t, err).Code)
	})
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	t.Run("silent", func(t *testing.T) {
		s := newServer(t, "")
		s.do("POST element", hang)
		_, err := s.phone(t, short).Find(t.Context(), some)
		tr := trouble(t, err)
		assert.Equal(t, certification.RigTimeout, tr.Code)
		assert.Contains(t, tr.Message, "POST element took longer than its limit of 150ms")
	})
	t.Run("drop by drop", func(t *testing.T) {
		s := newServer(t, "")
		s.do("POST element", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				io.WriteString(w, " ")
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(20 * time.Millisecond):
				}
			}
		})
		_, err := s.phone(t, short).Find(t.Context(), some)
		assert.Equal(t, certification.RigTimeout, trouble(t, err).Code)
	})
	t.Run("endless", func(t *testing.T) {
		s := newServer(t, "")
		s.do("POST element", func(w http.ResponseWriter, r *http.Request) {
			block := strings.Repeat("x", 1<<20)
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, block); err != nil {
					return
				}
			}
		})
		_, err := s.phone(t).Find(t.Context(), some)
		tr := trouble(t, err)
		assert.Equal(t, certification.RigServer, tr.Code)
		assert.Contains(t, tr.Message, "longer than is accepted")
	})
	t.Run("cancelled", func(t *testing.T) {
		s := newServer(t, "")
		began := make(chan struct{})
		s.do("POST element", func(w http.ResponseWriter, r *http.Request) { close(began); hang(w, r) })
		p := s.phone(t)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-began; cancel() }()
		_, err := p.Find(ctx, some)
		assert.Equal(t, certification.ToolInterrupted, trouble(t, err).Code)
		assert.ErrorIs(t, err, context.Canceled)

		sentBefore := p.Commands()
		_, err = p.Source(ctx)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, sentBefore, p.Commands(), "nothing is done once the context is cancelled")

		require.NoError(t, p.Close(ctx), "ending works after a cancellation")
		assert.Equal(t, "DELETE /session/S1", s.seen()[len(s.seen())-1])
	})
	t.Run("the end hangs", func(t *testing.T) {
		s := newServer(t, "")
		s.do("DELETE ", hang)
		p := s.phone(t, short)
		_, err := p.Open(t.Context())
		require.NoError(t, err)
		start := time.Now()
		assert.Equal(t, certification.RigTimeout, trouble(t, p.Close(t.Context())).Code)
		assert.Less(t, time.Since(start), 3*time.Second)
	})
}

func TestRedirects(t *testing.T) {
	s := newServer(t, "/wd/hub")
	s.do("GET source", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(r.URL.Path, "/source", "/other", 1), http.StatusFound)
	})
	s.on("GET other", 200, `{"value":"<hierarchy/>"}`)
	s.do("POST element", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(r.URL.Path, "/element", "/elsewhere", 1), http.StatusTemporaryRedirect)
	})
	s.on("POST elsewhere", 200, `{"value":{"element-6066-11e4-a52e-4f735466cecf":"E1"}}`)
	elsewhere := newServer(t, "")
	s.do("POST back", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+"/session", http.StatusTemporaryRedirect)
	})
	p := s.phone(t)
	source, err := p.Source(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "<hierarchy/>", source)
	e, err := p.Find(t.Context(), some)
	require.NoError(t, err)
	assert.Equal(t, "E1", e.ID)
	assert.JSONEq(t, `{"using":"id","value":"x"}`, s.last().body, "the command stays what it is")
	assert.Equal(t, certification.RigServer, trouble(t, p.Back(t.Context())).Code)
	assert.Empty(t, elsewhere.seen(), "no other host is followed to")
}

func TestLostSessionIsReportedOnceAndOpenedAnew(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"invalid session id": {`{"value":{"error":"invalid session id","message":"A session is either terminated or not started"}}`,
			[]string{"POST /session", "GET /status", "GET /session/S1/source", "POST /session", "GET /status", "GET /session/S2/source"}},
		"instrumentation": {`{"value":{"error":"unknown error","message":"the instrumentation process is not running (probably crashed)"}}`,
			[]string{"POST /session", "GET /status", "GET /session/S1/source", "DELETE /session/S1", "POST /session", "GET /status", "GET /session/S2/source"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, "")
			s.on("GET source", 500, c.body)
			p := s.phone(t)
			_, err := p.Source(t.Context())
			assert.Equal(t, certification.RigSession, trouble(t, err).Code)
			s.on("GET source", 200, `{"value":"<hierarchy/>"}`)
			_, err = p.Source(t.Context())
			require.NoError(t, err)
			assert.Equal(t, c.want, s.seen())
		})
	}
}

func TestCommandsOnTheWire(t *testing.T) {
	s := newServer(t, "")
	png := base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\nrest"))
	const id = `{"element-6066-11e4-a52e-4f735466cecf":"a/b é"}`
	for command, body := range map[string]string{
		"GET timeouts": `{"implicit":0}`, "GET source": `"<hierarchy/>"`, "POST element": id, "POST elements": `[` + id + `,{"ELEMENT":"2"}]`,
		"POST element/e/click": `null`, "GET element/e/rect": `{"x":1.4,"y":2,"width":3,"height":4.6}`, "GET element/e/text": `"t"`,
		"GET element/e/attribute/checked": `true`, "GET element/e/attribute/hint": `null`, "POST element/e/value": `null`, "POST element/e/clear": `null`,
		"POST actions": `null`, "POST back": `null`, "GET screenshot": `"` + png[:8] + `\n` + png[8:] + `"`,
	} {
		s.on(command, 200, `{"value":`+body+`}`)
	}
	s.do("POST execute/sync", func(w http.ResponseWriter, r *http.Request) {
		answers := map[string]string{"queryAppState": "4", "getCurrentPackage": `"com.amazon.dee.app"`, "terminateApp": "true"}
		for name, v := range answers {
			if strings.Contains(s.last().body, `"mobile: `+name+`"`) {
				reply(w, 200, `{"value":`+v+`}`)
				return
			}
		}
		reply(w, 200, `{"value":null}`)
	})
	p := s.phone(t)
	ctx := t.Context()
	e := drivers.Element{ID: "e"}
	check := func(err error, method, path, body string) {
		t.Helper()
		require.NoError(t, err)
		got := s.last()
		assert.Equal(t, method+" /session/S1"+path, got.method+" "+got.path)
		if body != "" {
			assert.JSONEq(t, body, got.body)
		}
	}
	check(p.KeepAlive(ctx), "GET", "/timeouts", "")
	source, err := p.Source(ctx)
	check(err, "GET", "/source", "")
	assert.Equal(t, "<hierarchy/>", source)
	found, err := p.Find(ctx, drivers.Locator{Using: drivers.ByUiAutomator, Value: `new UiSelector().text("a\"<b>")`})
	check(err, "POST", "/element", `{"using":"-android uiautomator","value":"new UiSelector().text(\"a\\\"<b>\")"}`)
	assert.Equal(t, "a/b é", found.ID)
	all, err := p.FindAll(ctx, some)
	check(err, "POST", "/elements", "")
	assert.Equal(t, []drivers.Element{{ID: "a/b é"}, {ID: "2"}}, all)
	check(p.Click(ctx, e), "POST", "/element/e/click", `{}`)
	rect, err := p.Rect(ctx, e)
	check(err, "GET", "/element/e/rect", "")
	assert.Equal(t, drivers.Rect{X: 1, Y: 2, Width: 3, Height: 5}, rect)
	words, err := p.Text(ctx, e)
	check(err, "GET", "/element/e/text", "")
	assert.Equal(t, "t", words)
	words, err = p.Attribute(ctx, e, "checked")
	check(err, "GET", "/element/e/attribute/checked", "")
	assert.Equal(t, "true", words)
	words, err = p.Attribute(ctx, e, "hint")
	check(err, "GET", "/element/e/attribute/hint", "")
	assert.Empty(t, words)
	check(p.Type(ctx, e, "ab", false), "POST", "/element/e/value", `{"text":"ab"}`)
	check(p.Clear(ctx, e), "POST", "/element/e/clear", `{}`)
	check(p.Tap(ctx, drivers.Point{X: 0, Y: 7}), "POST", "/actions", `{"actions":[{"type":"pointer","id":"finger1","parameters":{"pointerType":"touch"},"actions":[
		{"type":"pointerMove","duration":0,"origin":"viewport","x":0,"y":7,"button":0},{"type":"pointerDown","button":0},{"type":"pause","duration":60,"button":0},{"type":"pointerUp","button":0}]}]}`)
	check(p.Swipe(ctx, drivers.Point{X: 5, Y: 6}, drivers.Point{X: 5, Y: 60}, time.Second), "POST", "/actions", `{"actions":[{"type":"pointer","id":"finger1","parameters":{"pointerType":"touch"},"actions":[
		{"type":"pointerMove","duration":0,"origin":"viewport","x":5,"y":6,"button":0},{"type":"pointerDown","button":0},{"type":"pointerMove","duration":1000,"origin":"viewport","x":5,"y":60,"button":0},{"type":"pointerUp","button":0}]}]}`)
	check(p.PressKey(ctx, drivers.KeyHome), "POST", "/execute/sync", `{"script":"mobile: pressKey","args":[{"keycode":3}]}`)
	check(p.Back(ctx), "POST", "/back", `{}`)
	shot, err := p.Screenshot(ctx)
	check(err, "GET", "/screenshot", "")
	assert.Equal(t, "\x89PNG\r\n\x1a\nrest", string(shot))
	check(p.Activate(ctx, alexa), "POST", "/execute/sync", `{"script":"mobile: activateApp","args":[{"appId":"com.amazon.dee.app"}]}`)
	check(p.Terminate(ctx, alexa), "POST", "/execute/sync", `{"script":"mobile: terminateApp","args":[{"appId":"com.amazon.dee.app"}]}`)
	state, err := p.QueryAppState(ctx, alexa)
	check(err, "POST", "/execute/sync", `{"script":"mobile: queryAppState","args":[{"appId":"com.amazon.dee.app"}]}`)
	assert.Equal(t, drivers.AppRunningForeground, state)
	front, err := p.CurrentPackage(ctx)
	check(err, "POST", "/execute/sync", `{"script":"mobile: getCurrentPackage","args":[{}]}`)
	assert.Equal(t, "com.amazon.dee.app", front)
	assert.EqualValues(t, len(s.seen()), p.Commands(), "each request is counted once")

	s.on("POST element/a%2Fb%20%C3%A9/click", 200, `{"value":null}`)
	require.NoError(t, p.Click(ctx, found), "an id with odd characters stays one part of the path")

	s.on("GET screenshot", 200, `{"value":"aGVsbG8="}`)
	_, err = p.Screenshot(ctx)
	assert.ErrorContains(t, err, "no PNG")
	s.on("POST elements", 200, `{"value":[]}`)
	all, err = p.FindAll(ctx, some)
	require.NoError(t, err)
	assert.Empty(t, all, "none is no error")
	s.on("POST execute/sync", 200, `{"value":null}`)
	_, err = p.QueryAppState(ctx, alexa)
	assert.Error(t, err, "null is no state")
}

func TestSecretsAreShownNowhere(t *testing.T) {
	s := newServer(t, "")
	var mu sync.Mutex
	var all strings.Builder
	p := s.phone(t, func(o *appium.Options) {
		o.Endpoint = strings.Replace(s.URL, "http://", "http://nightly:s3cr3t%2Fpass@", 1)
		o.Capabilities = map[string]any{"bstack:options": map[string]any{"accessKey": "KEY-12345"}}
		o.Wire = func(x appium.Exchange) {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(&all, "%s %s %s %s %v\n", x.Method, x.Path, x.Request, x.Response, x.Err)
		}
	})
	s.on("POST element/e/value", 500, `{"value":{"error":"unknown error","message":"could not type hunter\"2<& for s3cr3t/pass"}}`)
	s.on("GET source", 200, `{"value":"<hierarchy><a text='hunter\"2<&'/></hierarchy>"}`)
	_, err := p.Open(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "nightly", s.last().user)
	assert.Equal(t, "s3cr3t/pass", s.last().password)
	err = p.Type(t.Context(), drivers.Element{ID: "e"}, `hunter"2<&`, true)
	trouble(t, err)
	source, err2 := p.Source(t.Context())
	require.NoError(t, err2)
	assert.Contains(t, source, "hunter", "the caller judges the real screen")
	shown := all.String() + err.Error()
	for _, secret := range []string{"hunter", "s3cr3t", "KEY-12345", "nightly"} {
		assert.NotContains(t, shown, secret)
	}
	assert.Contains(t, shown, "***")
}

func TestServerStatus(t *testing.T) {
	s := newServer(t, "")
	st, err := appium.ServerStatus(t.Context(), s.URL)
	require.NoError(t, err)
	assert.Equal(t, appium.Status{Ready: true, Version: "3.8.0", Message: "ready"}, st)
	s.on("GET /status", 200, `{"value":{"ready":false,"message":"Selenium Grid not ready.","nodes":[]}}`)
	st, err = appium.ServerStatus(t.Context(), s.URL)
	require.NoError(t, err)
	assert.False(t, st.Ready)
	_, err = appium.ServerStatus(t.Context(), "nonsense")
	assert.Equal(t, certification.CauseDefinition, trouble(t, err).Cause)
}

func TestPhonesInParallel(t *testing.T) {
	s := newServer(t, "")
	s.on("GET source", 200, `{"value":"<hierarchy/>"}`)
	var wg sync.WaitGroup
	for range 8 {
		p := s.phone(t)
		wg.Go(func() {
			for range 20 {
				if _, err := p.Source(context.Background()); err != nil {
					t.Error(err)
				}
			}
			if p.Commands() != 22 {
				t.Errorf("%d commands", p.Commands())
			}
			if err := p.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func FuzzReplies(f *testing.F) {
	for _, body := range []string{`{"value":{"error":"no such element","message":"m","stacktrace":["a"]}}`, `{"status":7,"value":{"message":"x"}}`,
		`{"value":null}`, `<html>`, ``, `{"value":{"element-6066-11e4-a52e-4f735466cecf":"1"}}`, `{"value":{"sessionId":"1","capabilities":{"deviceUDID":"SERIAL1"}}}`,
		`[]`, `{"value":"\u001b[2J\u202e"}`, `{"value":{"error":"invalid session id"}}`} {
		f.Add(200, body)
		f.Add(500, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status == 204 || status == 304 {
			t.Skip()
		}
		checkReply(t, status, body)
	})
}

func checkReply(t *testing.T, status int, body string) {
	for _, err := range appium.Decode(status, body) {
		if err == nil {
			if status >= 300 {
				t.Errorf("HTTP %d is taken for success", status)
			}
			continue
		}
		var tr *certification.Trouble
		if !errors.As(err, &tr) || tr.Code == "" || tr.Cause.MayFail() {
			t.Errorf("%#v", err)
		}
		if s := err.Error(); strings.ContainsAny(s, "\x1b\n\r\x00\u202e") || len(s) > 3000 {
			t.Errorf("unsafe %q", s)
		}
	}
}
