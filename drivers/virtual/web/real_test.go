package web_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/adb"
	"ffscert/drivers/virtual/adb/adbtest"
)

// A customer's whole way: native, the pages of the browser in Chromium, and back
// in the app, which is linked then.
func TestAJourneyThroughTheRealChromium(t *testing.T) {
	p, s := newSession(t, options{})
	require.Equal(t, []string{"NATIVE_APP"}, s.contexts())
	require.Empty(t, p.browsers.Processes(), "no page is shown, and no Chromium runs")
	s.toSignIn()
	require.Equal(t, []string{"NATIVE_APP", "WEBVIEW_chrome"}, s.contexts())
	s.enter("WEBVIEW_chrome")

	u, err := url.Parse(s.get("/url"))
	require.NoError(t, err)
	require.Equal(t, "www.amazon.com/ap/oa", u.Host+u.Path)
	q := u.Query()
	require.Equal(t, "alexa::skills:account_linking frustration_free_setup::device:setup", q.Get("scope"))
	require.Equal(t, "code", q.Get("response_type"))
	require.Equal(t, "https://lumen.example.com/lwa", q.Get("redirect_uri"))
	require.Equal(t, "S256", q.Get("code_challenge_method"))
	require.Len(t, q.Get("code_challenge"), 43)
	require.NotEmpty(t, q.Get("state"))
	require.JSONEq(t, `{"alexa::skills:account_linking":{"essential":false},"frustration_free_setup::device:setup":{"essential":true}}`, q.Get("scope_data"))

	// Without a password, the page says so, as the native one does.
	s.types(css, "#ap_email", "qa@example.com")
	s.click(css, "#signInSubmit")
	s.find("xpath", "//p[text()='Enter your email and your password']")
	require.Equal(t, "qa@example.com", s.script("return document.getElementById('ap_email').value"))
	s.types(css, "#ap_password", "pass word")
	s.click(css, "#signInSubmit")
	s.says(css, "h1", "Example Home")
	require.Equal(t, "rgb(255, 216, 20)", s.script(`return getComputedStyle([...document.querySelectorAll('button')].find(b => b.textContent === 'Allow')).backgroundColor`))
	s.click("xpath", "//button[text()='Allow']")
	s.enter("NATIVE_APP")
	s.find(byID, "com.example.lumen:id/home_title")
	require.True(t, p.world.Partner().Linked)
	require.Equal(t, []string{"NATIVE_APP"}, s.contexts(), "the page has closed")
}

// The document and the native tree are one page: what is typed or tapped in one
// is seen in the other.
func TestThePageIsTheSameInBothContexts(t *testing.T) {
	p, s := newSession(t, options{})
	s.toSignIn()
	s.types(byID, "ap_email", "native@example.com")
	s.enter("WEBVIEW_chrome")
	eventually(t, func() error {
		return equal(s.script("return document.getElementById('ap_email').value"), "native@example.com")
	})
	s.types(css, "#ap_password", "typed in the page")
	s.enter("NATIVE_APP")
	s.says(byID, "ap_password", strings.Repeat("•", len("typed in the page")))
	s.click(byID, "signInSubmit")
	s.enter("WEBVIEW_chrome")
	s.says(css, "h1", "Example Home")
	s.enter("NATIVE_APP")
	s.click("xpath", `//*[@text="Cancel"]`)
	s.find(byID, "com.example.lumen:id/message")
	require.Equal(t, []string{"NATIVE_APP"}, s.contexts())
	require.False(t, p.world.Partner().Linked)
}

// An app that shows a page itself has a socket of its own, named after its
// process. What its model says is text there, whatever it holds.
func TestAPageInAWebViewOfTheApp(t *testing.T) {
	p, s := newSession(t, options{partnerApp: "testdata/embedded.yaml", pkg: embedded})
	s.click(byID, "com.example.embedded:id/open")
	s.find(byID, "who")
	require.Equal(t, []string{"NATIVE_APP", "WEBVIEW_" + embedded}, s.contexts())
	pid := 0
	for _, q := range p.Handset.Processes() {
		if q.Name == embedded {
			pid = q.PID
		}
	}
	out, err := s.rig.ADB(t.Context(), "-s", p.serial, "shell", "grep -a '@webview_devtools_remote_.*"+strconv.Itoa(pid)+"' /proc/net/unix")
	require.NoError(t, err)
	require.Regexp(t, `^0000000000000000: 00000002 00000000 00010000 0001 01 \d+ @webview_devtools_remote_`+strconv.Itoa(pid)+"\n$", string(out))

	s.enter("WEBVIEW_" + embedded)
	require.Equal(t, "Title </title><script>alert(1)</script>", s.get("/title"))
	s.says(css, "p", `Small & </p><script>alert(2)</script> "quoted" 日本語`)
	require.Equal(t, "12px 700 rgb(17, 34, 51) rgb(221, 238, 255)", s.script("const c = getComputedStyle(document.querySelector('p')); return [c.fontSize, c.fontWeight, c.color, c.backgroundColor].join(' ')"))
	require.Equal(t, false, s.script("return document.getElementById('off').disabled === false"))
	s.types(css, "#who", "Ä日'\"<")
	s.click(css, "#agree input")
	s.says(css, "#agreed", "Agreed")
	require.Equal(t, true, s.script("return document.querySelector('#agree input').checked"))
	s.click(css, "#link")
	s.says(css, "#followed", "Followed")
	require.Equal(t, "Ä日'\"<", s.script("return document.getElementById('who').value"))
	s.click(css, "#done")
	s.enter("NATIVE_APP")
	s.says(byID, "com.example.embedded:id/end", "The end")
	require.Equal(t, []string{"NATIVE_APP"}, s.contexts())

	// It has to reach nothing but what it is mapped to.
	s.post("/back", nil, nil)
	s.enter("WEBVIEW_" + embedded)
	err = s.try(http.MethodPost, "/url", map[string]any{"url": "http://127.0.0.1.nip.example/"}, nil)
	require.ErrorContains(t, err, "ERR_NAME_NOT_RESOLVED")
}

// Chromium may be killed: the page is lost, and the phone goes on.
func TestChromiumIsKilled(t *testing.T) {
	p, s := newSession(t, options{})
	s.toSignIn()
	s.enter("WEBVIEW_chrome")
	pid := p.browsers.Processes()["com.android.chrome"]
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	var broken *adbtest.Error
	eventually(t, func() error {
		if !errors.As(s.try(http.MethodGet, "/title", nil, nil), &broken) {
			return errors.New("the page is still there")
		}
		return nil
	})
	require.Equal(t, "invalid session id", broken.Code)
	s.enter("NATIVE_APP")
	require.Equal(t, []string{"NATIVE_APP"}, s.contexts())
	s.types(byID, "ap_email", "native@example.com")
	s.click(label, "Close tab")
	s.find(byID, "com.example.lumen:id/message")
	s.click(byID, "android:id/button1")

	// The next page has a browser again.
	s.toSignIn()
	require.Equal(t, []string{"NATIVE_APP", "WEBVIEW_chrome"}, s.contexts())
	require.NotEqual(t, pid, p.browsers.Processes()["com.android.chrome"])
}

// older is a phone whose browser says that it is an old one.
type older struct{ adb.Web }

func (o older) Dial(ctx context.Context, name string) (net.Conn, error) {
	c, err := o.Web.Dial(ctx, name)
	return olderConn{c}, err
}

type olderConn struct{ net.Conn }

func (c olderConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	copy(b[:n], bytes.ReplaceAll(b[:n], []byte("Chrome/1"), []byte("Chrome/0")))
	return n, err
}
