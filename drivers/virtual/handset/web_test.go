package handset_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/ui"
)

// thePage is the one page that apps show in a WebView.
func (r *rig) thePage() ui.WebPage {
	r.t.Helper()
	pages := r.WebPages()
	if len(pages) != 1 {
		r.t.Fatalf("%d pages", len(pages))
	}
	return pages[0]
}

// node is the first node of a page of that text or id.
func node(t *testing.T, p ui.WebPage, text string) *ui.Node {
	t.Helper()
	var found *ui.Node
	p.Root.Walk(func(n *ui.Node) bool {
		if found == nil && (n.Text == text || n.ResourceID == text) {
			found = n
		}
		return true
	})
	if found == nil {
		t.Fatalf("nothing on the page is %q", text)
	}
	return found
}

// A page of the web is what the native tree shows of it, and takes what is done
// on it.
func TestAPageOfTheWeb(t *testing.T) {
	r := newLumen(t, handset.NoProfile())
	if n := len(r.WebPages()); n != 0 {
		t.Fatalf("%d pages", n)
	}
	r.tap(lwa)
	r.tap("id=com.example.lumen:id/explain_continue")
	r.wait(time.Second)
	p := r.thePage()
	if p.Package != "com.android.chrome" || p.PID == 0 || !strings.HasPrefix(p.URL, "https://www.amazon.com/ap/oa?") {
		t.Fatalf("%+v", p)
	}
	name, password, submit := node(t, p, "ap_email"), node(t, p, "ap_password"), node(t, p, "signInSubmit")
	for _, c := range []struct {
		pkg    string
		fields map[string]string
		press  string
	}{
		{p.Package, map[string]string{"?": "x"}, ""}, {p.Package, nil, "?"}, {p.Package, map[string]string{submit.Key: "x"}, ""},
		{p.Package, nil, p.Root.Key}, {"com.example.lumen", nil, submit.Key}, {"nobody", nil, ""},
	} {
		if _, ok := r.Submit(c.pkg, c.fields, c.press); ok {
			t.Errorf("%+v was taken", c)
		}
	}
	if _, ok := r.Submit(p.Package, map[string]string{name.Key: "qa@example.com", password.Key: "secret"}, ""); !ok {
		t.Fatal("what was typed was not taken")
	}
	r.one("text=qa@example.com")
	r.one("text=••••••")
	if p = r.thePage(); p.Fields[password.Key] != "secret" {
		t.Fatalf("%+v", p.Fields)
	}
	before := p.URL
	if s, ok := r.Submit(p.Package, nil, submit.Key); !ok || s.Redirect != "" {
		t.Fatalf("%+v %t", s, ok)
	}
	p = r.thePage()
	if p.URL != before {
		t.Error("the address has changed")
	}
	s, ok := r.Submit(p.Package, nil, node(t, p, "Allow").Key)
	u, err := url.Parse(s.Redirect)
	if !ok || err != nil || u.Host != "lumen.example.com" || u.Query().Get("code") == "" {
		t.Fatalf("%+v %t", s, ok)
	}
	r.linked(true)
	if n := len(r.WebPages()); n != 0 {
		t.Fatalf("%d pages after the answer", n)
	}
	if _, ok := r.Submit(p.Package, nil, submit.Key); ok {
		t.Error("a page that has gone took something")
	}
}

// A page that is longer than the screen is scrolled, and has nothing to scroll
// where it fits. Its document does not change with it.
func TestAPageOfTheWebScrolls(t *testing.T) {
	r := newLumen(t, handset.NoProfile())
	r.tap(lwa)
	r.tap("id=com.example.lumen:id/explain_continue")
	r.wait(time.Second)
	r.enter("ap_email", "certification@example.com")
	r.enter("ap_password", "hunter2")
	r.tap("id=signInSubmit")
	r.one("text=Allow")
	if r.one("class=android.webkit.WebView").Scrollable {
		t.Error("the page fits")
	}
	if !r.SetFontScale(2) {
		t.Fatal("the scale is not taken")
	}
	if !r.one("class=android.webkit.WebView").Scrollable {
		t.Fatal("the page is longer than the screen")
	}
	before := r.thePage()
	const asks = "text=Set up your devices with Frustration-Free Setup"
	top := r.one(asks).Bounds.Top
	r.none("text=Privacy Notice")
	r.swipe(540, 1500, 540, 700)
	r.one("text=Privacy Notice")
	if r.one(asks).Bounds.Top >= top {
		t.Error("it does not follow the finger")
	}
	if !reflect.DeepEqual(before, r.thePage()) {
		t.Error("scrolling has changed the page's document")
	}
}
