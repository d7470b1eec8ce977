package appium

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"ffscert/drivers"
	"ffscert/features/certification"
)

var _ drivers.Web = (*Phone)(nil)

//go:embed page.js
var pageScript string

const (
	nativeContext = "NATIVE_APP"
	mostWindows   = 200
	mostAddress   = 16 << 10
)

// webContext is the name of an app's web context. Source: Appium's Android
// driver, "Hybrid Mode": the browser's own has another name.
func webContext(pkg string) string {
	switch pkg {
	case "com.android.chrome", "com.chrome.beta", "com.chrome.dev", "com.chrome.canary":
		return "WEBVIEW_chrome"
	}
	return "WEBVIEW_" + pkg
}

// webview is what "mobile: getContexts" says of one.
type webview struct {
	Name  plain `json:"webviewName"`
	Pages []struct {
		ID   plain `json:"id"`
		Type plain `json:"type"`
		URL  plain `json:"url"`
	} `json:"pages"`
}

// WebPages enters the web context of an app, looks at its pages, and goes back.
func (p *Phone) WebPages(ctx context.Context, pkg string, wanted func(url string) bool) ([]drivers.WebPage, error) {
	name := webContext(pkg)
	listed, others, err := p.listed(ctx, name, wanted)
	if err != nil || len(listed) == 0 {
		return nil, err
	}
	s, err := p.opened(ctx)
	if err != nil {
		return listed, err
	}
	pages, err := p.enter(ctx, s, name, others, wanted)
	if back := p.leave(ctx, s); back != nil {
		return listed, back
	}
	if err != nil {
		return listed, err
	}
	return pages, nil
}

// listed are the wanted pages of a web context as the server lists them, without
// entering it, and the windows of the others.
func (p *Phone) listed(ctx context.Context, name string, wanted func(string) bool) (pages []drivers.WebPage, others map[string]bool, err error) {
	var all []webview
	if err := p.mobile(ctx, "getContexts", struct {
		Wait int `json:"waitForWebviewMs"`
	}{0}, &all); err != nil {
		if drivers.UnknownToServer(err) {
			return nil, nil, noWeb("the Appium server lists no web contexts", "a newer UiAutomator2 driver does", err)
		}
		return nil, nil, err
	}
	others = map[string]bool{}
	for _, w := range all {
		if string(w.Name) != name {
			continue
		}
		for _, page := range w.Pages[:min(len(w.Pages), mostWindows)] {
			switch url := string(page.URL); {
			case page.Type != "page" && page.Type != "":
			case wanted(url):
				pages = append(pages, drivers.WebPage{Context: name, URL: clip(maskAddress(url), mostAddress)})
			case page.ID != "":
				others[string(page.ID)] = true
			}
		}
		return pages, others, nil
	}
	return nil, nil, noWeb("the app offers no web context "+clip(safe(name), 100),
		"a browser offers one on a phone in USB debugging; an app only if its build lets its WebViews be debugged (setWebContentsDebuggingEnabled)", nil)
}

var emailInAddress = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+(?:@|%40)[\p{L}\p{N}.-]+\.\p{L}{2,}`)

// maskAddress takes e-mail addresses out of an address.
func maskAddress(url string) string {
	return emailInAddress.ReplaceAllString(url, "•••")
}

// enter looks at the wanted pages from inside. The web context is not left.
func (p *Phone) enter(ctx context.Context, s *session, name string, others map[string]bool, wanted func(string) bool) ([]drivers.WebPage, error) {
	if err := p.inWeb(ctx, s, http.MethodPost, "/context", struct {
		Name string `json:"name"`
	}{name}, nil); err != nil {
		return nil, err
	}
	var windows []string
	if err := p.inWeb(ctx, s, http.MethodGet, "/window/handles", nil, &windows); err != nil {
		return nil, err
	}
	var pages []drivers.WebPage
	for _, w := range windows[:min(len(windows), mostWindows)] {
		// Source: chromedriver's windows are the targets of the DevTools protocol.
		if others[strings.TrimPrefix(w, "CDwindow-")] {
			continue
		}
		if err := p.inWeb(ctx, s, http.MethodPost, "/window", struct {
			Handle string `json:"handle"`
		}{w}, nil); err != nil {
			return nil, err
		}
		var url string
		if err := p.inWeb(ctx, s, http.MethodGet, "/url", nil, &url); err != nil {
			return nil, err
		}
		if !wanted(url) {
			continue
		}
		var v struct {
			URL     string `json:"url"`
			HTML    string `json:"html"`
			Visible bool   `json:"visible"`
		}
		if err := p.inWeb(ctx, s, http.MethodPost, "/execute/sync", struct {
			Script string `json:"script"`
			Args   []any  `json:"args"`
		}{pageScript, []any{}}, &v); err != nil {
			return nil, err
		}
		pages = append(pages, drivers.WebPage{Context: name, URL: clip(v.URL, mostAddress), HTML: v.HTML, Visible: v.Visible})
	}
	if len(pages) == 0 {
		return nil, noWeb("the page has gone", "", nil)
	}
	return pages, nil
}

// inWeb sends a command while the session is in a web context. What fails there
// is chromedriver's or the page's trouble: the native session goes on.
func (p *Phone) inWeb(ctx context.Context, s *session, method, path string, body, out any) error {
	err := p.send(ctx, request{method: method, path: s.path + path, name: method + " " + strings.TrimPrefix(path, "/") + " (web)", body: body,
		limit: p.options.Limits.Source, most: maxSource}, out)
	if err == nil || ctx.Err() != nil {
		return err
	}
	var t *certification.Trouble
	if errors.As(err, &t) && t.Code == certification.ToolReplay {
		return err
	}
	var e *drivers.WebDriverError
	if !errors.As(err, &e) {
		return noWeb("the web context does not answer", "", err)
	}
	says, hint := webTrouble(e)
	return noWeb(says, hint, e)
}

// webSigns are what Appium and chromedriver say in web contexts, as they were
// seen on the wire.
func webSigns() []sign {
	return []sign{
		{words: "no chromedriver found", says: "there is no chromedriver for the phone's browser", hint: "install the chromedriver of the browser's major version where the Appium server runs, and give its path as the capability appium:chromedriverExecutable"},
		{words: "only supports chrome version", says: "the chromedriver is of another major version than the phone's browser", hint: "install the chromedriver of the browser's major version, and give its path as the capability appium:chromedriverExecutable"},
		{words: "chromedriver", says: "chromedriver does not start", hint: "see the Appium server's log, and the capability appium:chromedriverExecutable"},
		{words: "no such window", says: "the page has gone"},
		{words: "no such context", says: "the web context has gone"},
		{words: "target window already closed", says: "the page has gone"},
		{words: "invalid session id", says: "the browser has ended"},
		{words: "not connected to devtools", says: "the browser has ended"},
		{words: "disconnected", says: "the browser has ended"},
		{words: "ffscert: the document is too large", says: "the document of the page is too large"},
	}
}

func webTrouble(e *drivers.WebDriverError) (says, hint string) {
	low := strings.ToLower(e.Code + " " + e.Message)
	for _, s := range webSigns() {
		if strings.Contains(low, s.words) {
			says = s.says
			if s.words == "only supports chrome version" {
				says += ": " + versions(e.Message)
			}
			return says, s.hint
		}
	}
	return "the page cannot be looked at", ""
}

// versions are the words in which chromedriver tells its version, and that of
// the browser.
func versions(message string) string {
	lines := slices.DeleteFunc(strings.Split(message, "\n"), func(l string) bool {
		low := strings.ToLower(l)
		return !strings.Contains(low, "only supports") && !strings.Contains(low, "current browser version")
	})
	for i, l := range lines {
		if at := strings.Index(l, "This version"); at >= 0 {
			l = l[at:]
		}
		lines[i] = strings.TrimSpace(safe(l))
	}
	return clip(strings.ReplaceAll(strings.Join(lines, "; "), " Current browser version", "; current browser version"), 300)
}

func noWeb(says, hint string, err error) error {
	if err != nil {
		var e *drivers.WebDriverError
		if errors.As(err, &e) {
			err = e // not one that ends the session
		}
	}
	return &certification.Trouble{Code: certification.RigWebContext, Cause: certification.CauseRig, Message: says, Hint: hint, Err: err}
}

// leave goes back to the native context. A session that cannot is given up: it
// would take every native command for one of the page.
func (p *Phone) leave(ctx context.Context, s *session) error {
	r := request{method: http.MethodPost, path: s.path + "/context", name: "POST context", limit: p.options.Limits.Other, body: struct {
		Name string `json:"name"`
	}{nativeContext}}
	err := p.send(context.WithoutCancel(ctx), r, nil)
	if err == nil {
		if ctx.Err() != nil {
			return interrupted(r, ctx.Err())
		}
		return nil
	}
	p.forget(s, err)
	return fmt.Errorf("go back to the native context: %w", err)
}
