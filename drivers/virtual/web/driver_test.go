package web_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/virtual/adb"
	"ffscert/features/certification"
)

// driven is a phone that the product's own driver drives, on Amazon's first page.
func driven(t *testing.T, o options, caps map[string]any) (*phone, *appium.Phone) {
	t.Helper()
	r := rig.For(t)
	p := newPhone(t, o)
	r.Attach(t, p.serial)
	caps["appium:adbPort"] = r.ADBPort
	d := appium.New(appium.Options{Endpoint: r.AppiumURL, UDID: p.serial, App: drivers.App{Package: partner, Activity: partner + ".MainActivity"}, Capabilities: caps})
	t.Cleanup(func() { require.NoError(t, d.Close(t.Context())) })
	for _, l := range []drivers.Locator{{Using: drivers.ByAccessibilityID, Value: "Login with Amazon"}, {Using: drivers.ByID, Value: "com.example.lumen:id/explain_continue"}} {
		e, err := d.Find(t.Context(), l)
		require.NoError(t, err)
		require.NoError(t, d.Click(t.Context(), e))
	}
	return p, d
}

func all(string) bool { return true }

// nativeGoesOn makes sure that the session is in the native context.
func nativeGoesOn(t *testing.T, d *appium.Phone) {
	t.Helper()
	_, err := d.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: "com.android.chrome:id/url_bar"})
	require.NoError(t, err)
}

func TestTheDriverLooksIntoAPage(t *testing.T) {
	_, d := driven(t, options{customer: "Ada (ada@example.com)"}, map[string]any{"appium:chromedriverExecutable": chromedriver(t)})
	e, err := d.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: "ap_email"})
	require.NoError(t, err)
	require.NoError(t, d.Type(t.Context(), e, "somebody@example.com", false))
	for range 2 {
		pages, err := d.WebPages(t.Context(), "com.android.chrome", all)
		require.NoError(t, err)
		require.Len(t, pages, 1)
		require.Equal(t, "WEBVIEW_chrome", pages[0].Context)
		require.True(t, pages[0].Visible)
		require.Contains(t, pages[0].URL, "https://www.amazon.com/ap/oa?client_id=")
		require.Contains(t, pages[0].HTML, `<button id="signInSubmit" type="submit" data-computed-color="rgb(15, 17, 17)" data-computed-font-size="15px" data-computed-font-weight="400" data-computed-background-color="rgb(255, 216, 20)">Sign in</button>`)
		require.NotContains(t, pages[0].HTML, "somebody")
		require.NotContains(t, pages[0].HTML, "<script")
		nativeGoesOn(t, d)
	}
	// On the consent page, what stands with an address goes with it.
	for id, words := range map[string]string{"ap_email": "qa@example.com", "ap_password": "secret"} {
		e, err := d.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: id})
		require.NoError(t, err)
		require.NoError(t, d.Clear(t.Context(), e))
		require.NoError(t, d.Type(t.Context(), e, words, true))
	}
	e, err = d.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: "signInSubmit"})
	require.NoError(t, err)
	require.NoError(t, d.Click(t.Context(), e))
	pages, err := d.WebPages(t.Context(), "com.android.chrome", all)
	require.NoError(t, err)
	require.Contains(t, pages[0].HTML, ">would like to:<")
	require.Contains(t, pages[0].HTML, ">•••<")
	require.NotContains(t, pages[0].HTML, "Ada")
	require.NotContains(t, pages[0].HTML, "ada@")
	_, err = d.WebPages(t.Context(), partner, all)
	requireNoWeb(t, err, "offers no web context")
	nativeGoesOn(t, d)
}

func requireNoWeb(t *testing.T, err error, says string) {
	t.Helper()
	require.Error(t, err)
	trouble := certification.TroubleOf(err)
	require.Equal(t, certification.RigWebContext, trouble.Code, err)
	require.Contains(t, trouble.Message, says)
	require.NotEmpty(t, trouble.Hint)
}

// Without a chromedriver that fits, the address is known all the same.
func TestTheDriverWithoutAChromedriver(t *testing.T) {
	for _, c := range []struct {
		name, says string
		caps       map[string]any
		sockets    func(adb.Web) adb.Web
	}{
		{name: "none", says: "there is no chromedriver", caps: map[string]any{"appium:chromedriverExecutableDir": t.TempDir()}},
		{name: "no such file", says: "chromedriver", caps: map[string]any{"appium:chromedriverExecutable": "/nowhere/chromedriver"}},
		{name: "another version", says: "another major version", caps: map[string]any{"appium:chromedriverExecutable": chromedriver(t)}, sockets: func(w adb.Web) adb.Web { return older{w} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, d := driven(t, options{sockets: c.sockets}, c.caps)
			pages, err := d.WebPages(t.Context(), "com.android.chrome", all)
			requireNoWeb(t, err, c.says)
			t.Log(err)
			require.Len(t, pages, 1)
			require.Contains(t, pages[0].URL, "https://www.amazon.com/ap/oa?client_id=")
			require.Empty(t, pages[0].HTML)
			nativeGoesOn(t, d)
		})
	}
}

// A browser that was killed takes no session with it.
func TestTheDriverAfterChromiumWasKilled(t *testing.T) {
	p, d := driven(t, options{}, map[string]any{"appium:chromedriverExecutable": chromedriver(t)})
	_, err := d.WebPages(t.Context(), "com.android.chrome", all)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(p.browsers.Processes()["com.android.chrome"], syscall.SIGKILL))
	require.Eventually(t, func() bool { return len(p.browsers.Processes()) == 0 }, 5*time.Second, 10*time.Millisecond)
	pages, err := d.WebPages(t.Context(), "com.android.chrome", all)
	requireNoWeb(t, err, "offers no web context")
	require.Empty(t, pages)
	nativeGoesOn(t, d)
}

// Another page of the browser, such as one of the phone's owner, is not looked at.
func TestTheDriverLeavesOtherPagesAlone(t *testing.T) {
	p, d := driven(t, options{}, map[string]any{"appium:chromedriverExecutable": chromedriver(t)})
	amazons := func(url string) bool { return strings.HasPrefix(url, "https://www.amazon.com/") }
	_, err := d.WebPages(t.Context(), "com.android.chrome", amazons)
	require.NoError(t, err)
	dial := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return p.browsers.Dial(ctx, "chrome_devtools_remote")
	}}
	defer dial.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://localhost/json/new?data:text/html,private", nil)
	require.NoError(t, err)
	answer, err := dial.RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, 200, answer.StatusCode)
	pages, err := d.WebPages(t.Context(), "com.android.chrome", all)
	require.NoError(t, err)
	require.Len(t, pages, 2)
	pages, err = d.WebPages(t.Context(), "com.android.chrome", amazons)
	require.NoError(t, err)
	require.Len(t, pages, 1)
	require.Contains(t, pages[0].URL, "https://www.amazon.com/ap/oa?client_id=")
	require.True(t, pages[0].Visible)
	nativeGoesOn(t, d)
}
