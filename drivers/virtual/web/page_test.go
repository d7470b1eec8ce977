package web

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"ffscert/drivers/virtual/ui"
)

const address = "https://www.amazon.com/ap/oa?client_id=c&redirect_uri=https%3A%2F%2Fmaker.example%2Fback"

func signIn(extra ...*ui.Node) ui.WebPage {
	root := &ui.Node{Key: "root", Class: "android.webkit.WebView", Text: "Title", Children: append([]*ui.Node{
		{Key: "name", Class: "android.widget.EditText", ResourceID: "name", Enabled: true, Clickable: true},
		{Key: "secret", Class: "android.widget.EditText", ResourceID: "secret", Enabled: true, Clickable: true, Password: true},
		{Key: "go", Class: "android.widget.Button", Text: "Go", Enabled: true, Clickable: true},
	}, extra...)}
	return ui.WebPage{Package: "p", PID: 7, URL: address, Language: "en-US", Root: root, Fields: map[string]string{"name": "", "secret": ""}}
}

// What a model says is text in the document, never markup or style.
func TestHostileWords(t *testing.T) {
	evil := `"'><script>x</script>&amp;` + "\x00</p>"
	p := signIn(&ui.Node{Key: "t", Class: "android.view.View", Text: evil, ContentDesc: evil + "2", ResourceID: evil,
		Look: &ui.Look{Foreground: `red;background:url(x)`, Background: "#12345g", Align: "center;x", TextSize: 12}},
		&ui.Node{Key: "i", Class: "android.widget.Image", Text: evil})
	p.Root.Text, p.Language, p.Background = evil, evil, evil
	p.Fields["name"] = evil
	d, err := render(p, 420)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(d.html), "<script"), "our own alone")
	require.NotContains(t, string(d.html), "url(x)")
	require.NotContains(t, string(d.html), "12345g")
	root, err := html.Parse(strings.NewReader(string(d.html)))
	require.NoError(t, err)
	found := map[string]string{}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for _, a := range n.Attr {
			switch {
			case n.Data == "p" && a.Key == "aria-label", n.Data == "input" && a.Key == "value" && a.Val != "" && len(a.Val) != 16:
				found[n.Data+" "+a.Key] = a.Val
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	plain := strings.ReplaceAll(evil, "\x00", "\ufffd")
	require.Equal(t, plain+"2", found["p aria-label"])
	require.Equal(t, plain, found["input value"])
}

// What is typed makes no other document of a page, what is shown does; the
// password is in none.
func TestTheVersionOfADocument(t *testing.T) {
	render := func(p ui.WebPage) *document {
		d, err := render(p, 420)
		require.NoError(t, err)
		return d
	}
	a := render(signIn())
	typed := signIn()
	typed.Fields["name"], typed.Fields["secret"] = "somebody", "Rosen-4711"
	typed.Root.Children[0].Text, typed.Root.Children[1].Text = "somebody", "••••••••••"
	b := render(typed)
	require.Equal(t, a.version, b.version)
	require.Contains(t, string(b.html), `value="somebody"`)
	require.NotContains(t, string(b.html), "Rosen")
	require.NotEqual(t, a.version, render(signIn(&ui.Node{Key: "e", Class: "android.view.View", Text: "Wrong"})).version)
	other := signIn()
	other.Root.Key = "root of another visit"
	require.NotEqual(t, a.version, render(other).version)
}

// fakePhone shows one page and takes what is submitted.
type fakePhone struct {
	mu     sync.Mutex
	page   *ui.WebPage
	got    []string
	answer ui.Submitted
}

func (f *fakePhone) WebPages() []ui.WebPage {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.page == nil {
		return nil
	}
	return []ui.WebPage{*f.page}
}

func (f *fakePhone) Submit(_ string, fields map[string]string, press string) (ui.Submitted, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	said := press
	for _, key := range []string{"name", "secret"} {
		if v, ok := fields[key]; ok {
			said += " " + key + "=" + v
		}
	}
	f.got = append(f.got, said)
	return f.answer, true
}

func TestTheSiteOfAPage(t *testing.T) {
	p := signIn()
	f := &fakePhone{page: &p}
	s, err := newSite("p", f, 420, tls.Certificate{})
	require.NoError(t, err)
	defer s.close()
	do := func(method, target, body string) *http.Response {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Result()
	}
	page := do("GET", address, "")
	require.Equal(t, 200, page.StatusCode)
	data, err := io.ReadAll(page.Body)
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(data), `name="v" value="`)
	version := rest[:16]

	require.Contains(t, string(data), `name="l" value="1"`)
	load := "1"
	post := func(form url.Values) *http.Response {
		form.Set("v", version)
		form.Set("l", load)
		return do("POST", address, form.Encode())
	}
	require.Equal(t, 204, post(url.Values{"typed": {"2"}, "e1": {"ab"}}).StatusCode)
	require.Equal(t, 204, post(url.Values{"typed": {"1"}, "e1": {"a"}}).StatusCode, "it was overtaken")
	r := post(url.Values{"tap": {"e3"}, "e1": {"ab"}, "e2": {"x"}, "e9": {"?"}, "tap2": {"?"}})
	require.Equal(t, 303, r.StatusCode)
	require.Equal(t, "/ap/oa?client_id=c&redirect_uri=https%3A%2F%2Fmaker.example%2Fback", r.Header.Get("Location"))
	require.Equal(t, 204, post(url.Values{"typed": {"3"}, "e1": {"abc"}}).StatusCode, "it was on its way while the form was sent")
	require.Equal(t, 200, do("GET", address, "").StatusCode)
	require.Equal(t, 204, post(url.Values{"typed": {"4"}, "e1": {"abcd"}}).StatusCode, "it comes from the document before")
	load = "2"
	require.Equal(t, 204, post(url.Values{"typed": {"1"}, "e1": {"ac"}}).StatusCode)
	f.answer.Redirect = "maker://back?code=1"
	require.Equal(t, "maker://back?code=1", post(url.Values{"tap": {"e3"}}).Header.Get("Location"))
	require.Equal(t, []string{" name=ab", "go name=ab secret=x", " name=ac", "go"}, f.got)

	version = "0000000000000000"
	require.Equal(t, 303, post(url.Values{"tap": {"e3"}}).StatusCode, "of a page that nobody knows")
	require.Len(t, f.got, 4)
	require.Equal(t, 413, do("POST", address, "e1="+strings.Repeat("x", maxForm)).StatusCode)
	require.Equal(t, 405, do("PUT", address, "").StatusCode)
	require.Equal(t, 404, do("GET", "https://www.amazon.com/", "").StatusCode)
	require.Equal(t, 404, do("GET", "https://elsewhere.example/ap/oa", "").StatusCode)
	require.Equal(t, 204, do("GET", "https://www.amazon.com/favicon.ico", "").StatusCode)
	f.page = nil
	require.Equal(t, 200, do("GET", "https://maker.example/back?code=1", "").StatusCode, "the way back to the app")
	require.Equal(t, 200, do("POST", address, "tap=e3").StatusCode)
	require.Len(t, f.got, 4)
}

// Nothing but the hosts of the page can be found, whatever stands in its address.
func TestOnlyTheHostsOfThePage(t *testing.T) {
	require.Equal(t, []string{"www.amazon.com", "maker.example"}, hostsOf(address))
	require.Equal(t, []string{"www.amazon.com"}, hostsOf("https://www.amazon.com/ap/oa?redirect_uri=com.example.app:/back"))
	for _, evil := range []string{"https://x,%20MAP%20*%201.2.3.4/", "https://10.0.0.1/", "https://*/", "https://.x/", "%zz", "https://a b/"} {
		require.Equal(t, []string{"www.amazon.com"}, hostsOf("https://www.amazon.com/ap/oa?redirect_uri="+url.QueryEscape(evil)), evil)
	}
	require.Equal(t, "MAP www.amazon.com 127.0.0.1:1, MAP maker.example 127.0.0.1:1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", rules(hostsOf(address), "127.0.0.1:1"))
}

// Without a Chromium that can be started, the phone goes on without web contexts.
func TestAChromiumThatDoesNotStart(t *testing.T) {
	_, err := Find("no-such-browser")
	require.ErrorIs(t, err, ErrMissing)
	p := signIn()
	count := filepath.Join(t.TempDir(), "count")
	fails := filepath.Join(t.TempDir(), "browser")
	require.NoError(t, os.WriteFile(fails, []byte("#!/bin/sh\necho x >> "+count+"\nexit 1\n"), 0o700))
	f := &fakePhone{page: &p}
	b := New(f, Options{Executable: fails, Density: 420, Width: 1080, Height: 2340})
	starts := func() int {
		data, _ := os.ReadFile(count)
		return strings.Count(string(data), "x")
	}
	for range 3 {
		require.Empty(t, b.Sockets(t.Context()))
	}
	require.Equal(t, 1, starts(), "it is not tried again and again")
	f.mu.Lock()
	again := p
	again.PID++
	f.page = &again
	f.mu.Unlock()
	require.Empty(t, b.Sockets(t.Context()))
	require.Equal(t, 2, starts(), "but for the app's next start")
	_, err = b.Dial(t.Context(), chromeSocket)
	require.Error(t, err)
	require.Empty(t, b.Processes())
	b.Close()
	require.Empty(t, b.Sockets(t.Context()))
}
