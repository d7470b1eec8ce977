package appium_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/features/certification"
)

// webServer is a server with a browser that shows one page.
func webServer(t *testing.T) (*server, *appium.Phone) {
	s := newServer(t, "")
	s.on("POST context", 200, `{"value":null}`)
	s.on("GET window/handles", 200, `{"value":["w0","CDwindow-w1","w2"]}`)
	s.do("GET url", func(w http.ResponseWriter, _ *http.Request) {
		if s.lastWindow() == "w2" {
			reply(w, 200, `{"value":"https://came.later.example/"}`)
			return
		}
		reply(w, 200, `{"value":"https://www.amazon.com/ap/oa"}`)
	})
	s.on("POST window", 200, `{"value":null}`)
	s.on("POST element", 200, `{"value":{"ELEMENT":"e"}}`)
	s.do("POST execute/sync", func(w http.ResponseWriter, r *http.Request) {
		if s.lastHolds(`getComputedStyle`) {
			reply(w, 200, `{"value":{"url":"https://www.amazon.com/ap/oa","html":"<p>x</p>","visible":true}}`)
			return
		}
		reply(w, 200, `{"value":[{"webviewName":"WEBVIEW_other"},{"webviewName":"WEBVIEW_chrome","pages":[{"type":"page","url":"https://www.amazon.com/ap/oa?login_hint=a%40example.com"},{"type":"service_worker","url":"https://www.amazon.com/sw"},{"id":"w0","type":"page","url":"https://private.example/"}]}]}`)
	})
	p := appium.New(appium.Options{Endpoint: s.URL})
	t.Cleanup(func() { _ = p.Close(context.Background()) })
	return s, p
}

// lastHolds tells whether the last request holds a text.
func (s *server) lastHolds(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.got[len(s.got)-1].body, text)
}

// amazons are the addresses that the tests want.
func amazons(url string) bool { return strings.HasPrefix(url, "https://www.amazon.com/") }

// lastWindow is the window that was switched to last.
func (s *server) lastWindow() (handle string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.got {
		var b struct{ Handle string }
		if strings.HasSuffix(r.path, "/window") && json.Unmarshal([]byte(r.body), &b) == nil {
			handle = b.Handle
		}
	}
	return handle
}

func (s *server) contexts() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.got {
		var b struct{ Name string }
		if r.method == "POST" && strings.HasSuffix(r.path, "/context") && json.Unmarshal([]byte(r.body), &b) == nil {
			names = append(names, b.Name)
		}
	}
	return names
}

func TestAPageIsEnteredAndLeft(t *testing.T) {
	s, p := webServer(t)
	pages, err := p.WebPages(t.Context(), "com.android.chrome", amazons)
	require.NoError(t, err)
	require.Equal(t, []drivers.WebPage{{Context: "WEBVIEW_chrome", URL: "https://www.amazon.com/ap/oa", HTML: "<p>x</p>", Visible: true}}, pages)
	require.Equal(t, []string{"WEBVIEW_chrome", "NATIVE_APP"}, s.contexts())
	looked := 0
	for _, r := range s.got {
		if strings.Contains(r.body, "getComputedStyle") {
			looked++
		}
		require.NotContains(t, r.body, `"w0"`, "a private page")
	}
	require.Equal(t, 1, looked, "nobody looks into pages that are not wanted")
}

// A browser with nobody's page but others' is not entered at all.
func TestPagesThatAreNotWanted(t *testing.T) {
	s, p := webServer(t)
	pages, err := p.WebPages(t.Context(), "com.android.chrome", func(string) bool { return false })
	require.NoError(t, err)
	require.Empty(t, pages)
	require.Empty(t, s.contexts())
}

// Whatever goes wrong in a web context, the native one is gone back to, and what
// is known of the address is told.
func TestTroubleInAPage(t *testing.T) {
	wire := func(code, message string) string {
		return fmt.Sprintf(`{"value":{"error":%q,"message":%q,"stacktrace":""}}`, code, message)
	}
	for _, c := range []struct {
		name, command, body, says string
		status                    int
	}{
		{"no chromedriver", "POST context", wire("unknown error", "No Chromedriver found that can automate Chrome '1.2.3'."), "no chromedriver for the phone's browser", 500},
		{"another version", "POST context", wire("session not created", "session not created: This version of ChromeDriver only supports Chrome version 99\nCurrent browser version is 156.0"), "only supports Chrome version 99; current browser version is 156.0", 500},
		{"gone", "GET window/handles", wire("no such window", "target window already closed"), "the page has gone", 404},
		{"killed", "GET window/handles", wire("invalid session id", "invalid session id"), "the browser has ended", 404},
		{"no page", "GET window/handles", `{"value":[]}`, "the page has gone", 200},
		{"nonsense", "GET window/handles", `<html>`, "does not answer", 200},
		{"too large", "POST window", wire("javascript error", "ffscert: the document is too large"), "too large", 500},
		{"strange", "POST window", wire("unknown error", "?"), "cannot be looked at", 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, p := webServer(t)
			if c.command == "POST context" {
				s.do(c.command, func(w http.ResponseWriter, _ *http.Request) {
					if s.lastHolds("NATIVE_APP") {
						reply(w, 200, `{"value":null}`)
						return
					}
					reply(w, c.status, c.body)
				})
			} else {
				s.on(c.command, c.status, c.body)
			}
			pages, err := p.WebPages(t.Context(), "com.android.chrome", amazons)
			trouble := certification.TroubleOf(err)
			require.Equal(t, certification.RigWebContext, trouble.Code, err)
			require.Contains(t, trouble.Message, c.says)
			require.Equal(t, []drivers.WebPage{{Context: "WEBVIEW_chrome", URL: "https://www.amazon.com/ap/oa?login_hint=•••"}}, pages)
			require.Equal(t, []string{"WEBVIEW_chrome", "NATIVE_APP"}, s.contexts())
			_, err = p.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: "x"})
			require.NoError(t, err)
			require.Equal(t, 1, s.sessions, "the session goes on")
		})
	}
}

// A session that does not come back to the native context is given up: it would
// look for native elements in the page.
func TestASessionThatStaysInThePage(t *testing.T) {
	s, p := webServer(t)
	s.do("POST context", func(w http.ResponseWriter, _ *http.Request) {
		if s.lastHolds("NATIVE_APP") {
			reply(w, 500, `{"value":{"error":"unknown error","message":"?","stacktrace":""}}`)
			return
		}
		reply(w, 200, `{"value":null}`)
	})
	_, err := p.WebPages(t.Context(), "com.android.chrome", amazons)
	require.ErrorContains(t, err, "go back to the native context")
	_, err = p.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: "x"})
	require.NoError(t, err)
	require.Equal(t, 2, s.sessions)
	require.True(t, slices.Contains(s.seen(), "DELETE /session/S1"))
}

// Who stops while a page is looked at leaves the session in the native context.
func TestStoppedInAPage(t *testing.T) {
	s, p := webServer(t)
	ctx, stop := context.WithCancel(t.Context())
	s.do("GET window/handles", func(w http.ResponseWriter, _ *http.Request) {
		stop()
		reply(w, 200, `{"value":["w1"]}`)
	})
	_, err := p.WebPages(ctx, "com.android.chrome", amazons)
	require.Equal(t, certification.ToolInterrupted, certification.TroubleOf(err).Code)
	require.Equal(t, []string{"WEBVIEW_chrome", "NATIVE_APP"}, s.contexts())
}

func TestNoWebContext(t *testing.T) {
	s, p := webServer(t)
	_, err := p.WebPages(t.Context(), "com.example.lumen", amazons)
	require.Equal(t, certification.RigWebContext, certification.TroubleOf(err).Code)
	require.Empty(t, s.contexts())
	s.on("POST execute/sync", 404, `{"value":{"error":"unknown command","message":"?","stacktrace":""}}`)
	_, err = p.WebPages(t.Context(), "com.android.chrome", amazons)
	require.Equal(t, certification.RigWebContext, certification.TroubleOf(err).Code)
}
