package web_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers/virtual/adb"
	"ffscert/drivers/virtual/adb/adbtest"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/uiautomator"
	"ffscert/drivers/virtual/web"
	"ffscert/drivers/virtual/world"
)

const (
	partner  = "com.example.lumen"
	embedded = "com.example.embedded"
)

// rig is the real Appium that the tests share.
var rig adbtest.Lazy

func TestMain(m *testing.M) {
	code := m.Run()
	if err := rig.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// needs skips a test where a program is missing, unless it has to be there.
func needs(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if os.Getenv("FFSCERT_REQUIRE_REAL") == "1" {
		t.Fatal(err)
	}
	t.Skipf("SKIPPED: %v", err)
}

func chromedriver(t testing.TB) string {
	t.Helper()
	p, err := exec.LookPath("chromedriver")
	needs(t, err)
	return p
}

// options are what a test wants otherwise.
type options struct {
	partnerApp string
	customer   string // the name of the account
	// sockets stand between the phone's sockets and adb; nil is as it is.
	sockets func(adb.Web) adb.Web
	// caps are added to those of the session; nil takes one away.
	caps map[string]any
	pkg  string // the app that is started
}

// phone is a virtual phone behind adb, with its Chromium.
type phone struct {
	*handset.Handset
	world    *world.World
	browsers *web.Browsers
	serial   string
}

func newPhone(t testing.TB, o options) *phone {
	t.Helper()
	path, err := web.Find("")
	needs(t, err)
	clk := clock.NewReal(1)
	t.Cleanup(func() { clk.Close() })
	cfg := world.Defaults()
	if o.customer != "" {
		cfg.Account.Name = o.customer
	}
	w, err := world.New(cfg, clk, nil)
	require.NoError(t, err)
	models, err := handset.Apps{Partner: o.partnerApp}.Models()
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h, err := handset.New(handset.Config{Serial: ln.Addr().String(), Profile: &handset.Profile{}}, w, models, clk)
	require.NoError(t, err)
	width, height, _, _ := h.Size()
	p := &phone{Handset: h, world: w, serial: ln.Addr().String()}
	p.browsers = web.New(h, web.Options{Executable: path, Density: h.Density(), Width: width, Height: height})
	var sockets adb.Web = p.browsers
	if o.sockets != nil {
		sockets = o.sockets(sockets)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	device := adb.NewDevice(h, uiautomator.NewServer(h), adb.Options{Web: sockets})
	go func() { done <- device.ServeListener(ctx, ln) }()
	t.Cleanup(func() {
		ran := p.browsers.Processes()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("ServeListener: %v", err)
		}
		p.browsers.Close()
		for pkg, pid := range ran {
			_, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
			assert.ErrorIs(t, err, os.ErrNotExist, "the Chromium of %s outlives its phone", pkg)
		}
	})
	return p
}

// session is one of the real Appium.
type session struct {
	t   testing.TB
	rig *adbtest.Rig
	id  string
}

// newSession is a phone, connected to the real Appium, and a session on it.
func newSession(t testing.TB, o options) (*phone, *session) {
	t.Helper()
	driver := chromedriver(t)
	r := rig.For(t)
	p := newPhone(t, o)
	r.Attach(t, p.serial)
	caps := r.Capabilities(p.serial, true)
	caps["appium:chromedriverExecutable"], caps["appium:recreateChromeDriverSessions"] = driver, true
	caps["appium:appPackage"], caps["appium:appActivity"] = partner, partner+".MainActivity"
	if o.pkg != "" {
		caps["appium:appPackage"], caps["appium:appActivity"] = o.pkg, o.pkg+".Main"
	}
	for name, v := range o.caps {
		caps[name] = v
		if v == nil {
			delete(caps, name)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	id, _, err := r.NewSession(ctx, caps)
	require.NoError(t, err)
	return p, &session{t, r, id}
}

func (s *session) try(method, path string, body, out any) error {
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	return s.rig.Request(ctx, method, "/session/"+s.id+path, body, out)
}

func (s *session) get(path string) (v string) {
	s.t.Helper()
	require.NoError(s.t, s.try(http.MethodGet, path, nil, &v), path)
	return v
}

func (s *session) post(path string, body, out any) {
	s.t.Helper()
	require.NoError(s.t, s.try(http.MethodPost, path, body, out), path)
}

func (s *session) contexts() (names []string) {
	s.t.Helper()
	require.NoError(s.t, s.try(http.MethodGet, "/contexts", nil, &names))
	return names
}

func (s *session) enter(context string) {
	s.t.Helper()
	s.post("/context", map[string]any{"name": context}, nil)
}

// script runs in the page.
func (s *session) script(js string) (v any) {
	s.t.Helper()
	s.post("/execute/sync", map[string]any{"script": js, "args": []any{}}, &v)
	return v
}

const css, byID, label = "css selector", "id", "accessibility id"

// eventually asks again and again, in the test's own goroutine, until there is no
// error.
func eventually(t testing.TB, ask func() error) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(15 * time.Second); ; <-tick.C {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// equal is an error unless got is want.
func equal(got, want any) error {
	if got != want {
		return fmt.Errorf("%v instead of %v", got, want)
	}
	return nil
}

const elementKey = "element-6066-11e4-a52e-4f735466cecf"

// find waits for an element.
func (s *session) find(using, value string) string {
	s.t.Helper()
	var v map[string]string
	eventually(s.t, func() error {
		return s.try(http.MethodPost, "/element", map[string]any{"using": using, "value": value}, &v)
	})
	return v[elementKey]
}

func (s *session) click(using, value string) {
	s.t.Helper()
	s.post("/element/"+s.find(using, value)+"/click", nil, nil)
}

func (s *session) types(using, value, text string) {
	s.t.Helper()
	s.post("/element/"+s.find(using, value)+"/value", map[string]any{"text": text}, nil)
}

// says waits until an element has that text.
func (s *session) says(using, value, text string) {
	s.t.Helper()
	eventually(s.t, func() error {
		var v map[string]string
		if err := s.try(http.MethodPost, "/element", map[string]any{"using": using, "value": value}, &v); err != nil {
			return err
		}
		var got string
		if err := s.try(http.MethodGet, "/element/"+v[elementKey]+"/text", nil, &got); err != nil {
			return err
		}
		return equal(got, text)
	})
}

// toSignIn goes in the partner app to Amazon's first page.
func (s *session) toSignIn() {
	s.t.Helper()
	s.click(label, "Login with Amazon")
	s.click(byID, "com.example.lumen:id/explain_continue")
	s.find(byID, "com.android.chrome:id/url_bar")
}
