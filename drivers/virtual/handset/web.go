package handset

import (
	"fmt"
	"maps"
	"slices"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/ui"
)

var _ ui.Web = (*Handset)(nil)

// amazonHome is where a page of the web is found whose address nobody has given.
const amazonHome = "https://www.amazon.com/"

// SetBrowserVersion makes the phone's browser one of that version, so that it
// says of itself what the Chromium behind it does. It comes before anybody uses
// the phone. [O] The version code is made of Chrome's build and patch.
func (h *Handset) SetBrowserVersion(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if m := h.model(browserPackage); m != nil {
		changed := *m
		changed.VersionName = name
		var major, minor, build, patch int
		if n, _ := fmt.Sscanf(name, "%d.%d.%d.%d", &major, &minor, &build, &patch); n == 4 {
			changed.VersionCode = build*100_000 + patch*100 + 33
		}
		h.models[slices.Index(h.models, m)] = &changed
	}
}

const webView = "android.webkit.WebView"

// WebPages are the pages that apps show in a WebView; see [ui.Web].
func (h *Handset) WebPages() []ui.WebPage {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	var pages []ui.WebPage
	for _, pkg := range slices.Sorted(maps.Keys(h.running)) {
		in := h.running[pkg]
		if ofAmazon(pkg) || in.as != "" {
			continue // [G] a release of Amazon's apps, or of a stranger's, lets nobody debug its WebViews
		}
		v := h.webOf(in)
		if v == nil {
			continue
		}
		p := ui.WebPage{Package: pkg, PID: in.pid, URL: firstOf(in.top().address, amazonHome), Language: h.cfg.Locale, Background: in.model.Background, Fields: map[string]string{}}
		if h.auth != nil && h.auth.browser == pkg {
			p.URL = h.auth.request.Address(h.auth.n)
		}
		v.walk(func(c *view) {
			c.clip = c.frame
			if c.el.Input != "" {
				p.Fields[c.key] = c.text
			}
		})
		p.Root = v.node(pkg, h)
		if p.Root != nil {
			pages = append(pages, p)
		}
	}
	return pages
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// webOf is the WebView of the page that an app shows, laid out; nil if it shows
// none.
func (h *Handset) webOf(in *instance) *view {
	p, m := in.top(), in.model
	if p.from != nil {
		m = p.from
	}
	if !mayShowWeb(m, p.screen.Body) {
		return nil
	}
	w, ht := h.size()
	win := &window{key: h.pageKey(in), app: in, env: &env{h: h, in: in, page: p, parts: p.from, memo: &memo{}, whole: true}, bounds: ui.Rect{Right: w, Bottom: ht}}
	if win.root = h.build(win.env, p.screen.Body, win.key); win.root == nil {
		return nil
	}
	h.layout(win, ui.Rect{Top: h.dp(statusBarDP), Right: w, Bottom: ht - h.dp(navigationBarDP)}, 0, 0)
	var web *view
	win.root.walk(func(v *view) {
		if v.el.Class == webView && web == nil {
			web = v
		}
	})
	return web
}

// mayShowWeb tells whether there is a WebView in an element, shown or not.
func mayShowWeb(m *apps.Model, el *apps.Element) bool {
	if el == nil {
		return false
	}
	if el.Use != "" {
		return mayShowWeb(m, m.Part(el))
	}
	return el.Class == webView || slices.ContainsFunc(el.Children, func(c *apps.Element) bool { return mayShowWeb(m, c) })
}

// Submit does what a customer does on a page of the web; see [ui.Web].
func (h *Handset) Submit(pkg string, fields map[string]string, press string) (ui.Submitted, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	in := h.running[pkg]
	if in == nil {
		return ui.Submitted{}, false
	}
	web := h.webOf(in)
	if web == nil {
		return ui.Submitted{}, false
	}
	inputs := map[string]string{}
	for key, text := range fields {
		v := web.find(key)
		if v == nil || v.el.Input == "" || !v.enabled {
			return ui.Submitted{}, false
		}
		inputs[v.el.Input] = text
	}
	var pressed *view
	if press != "" {
		if pressed = web.find(press); pressed == nil || !pressed.enabled || !pressed.clickable() {
			return ui.Submitted{}, false
		}
	}
	maps.Copy(in.top().inputs, inputs)
	if pressed == nil {
		return ui.Submitted{}, true
	}
	h.answered = ""
	h.run(pressed.env, pressed.el.Tap)
	return ui.Submitted{Redirect: h.answered}, true
}
