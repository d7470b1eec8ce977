package steps

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/apps/amazon"
	"ffscert/drivers/screen"
	"ffscert/drivers/secret"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/steps/checks/consent"
)

const asked = "https://www.amazon.com/ap/oa?client_id=c&scope=profile"

func TestWhichPageIsAmazons(t *testing.T) {
	page := func(url, html string, visible bool) drivers.WebPage {
		return drivers.WebPage{URL: url, HTML: html, Visible: visible}
	}
	for _, c := range []struct {
		name  string
		pages []drivers.WebPage
		want  string
	}{
		{"none", nil, ""},
		{"the only one", []drivers.WebPage{page(asked, "<p>", true)}, asked},
		{"known by its address", []drivers.WebPage{page(asked, "", false)}, asked},
		{"a tab behind", []drivers.WebPage{page("https://www.amazon.com/old", "<p>", false), page(asked, "<p>", true)}, asked},
		{"two, and nothing tells which is seen", []drivers.WebPage{page("https://www.amazon.com/old", "", false), page(asked, "", false)}, ""},
		{"not seen", []drivers.WebPage{page(asked, "<p>", false)}, ""},
		{"another marketplace", []drivers.WebPage{page("https://na.account.amazon.co.jp/ap/oa", "<p>", true)}, "https://na.account.amazon.co.jp/ap/oa"},
		{"a name that begins alike", []drivers.WebPage{page("https://www.amazon.com.evil.example/ap/oa", "<p>", true)}, ""},
		{"a name that ends alike", []drivers.WebPage{page("https://notamazon.com/ap/oa", "<p>", true)}, ""},
		{"not encrypted", []drivers.WebPage{page("http://www.amazon.com/ap/oa", "<p>", true)}, ""},
		{"nonsense", []drivers.WebPage{page("::", "<p>", true), page("about:blank", "<p>", true)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := amazonsPage(c.pages)
			require.Equal(t, c.want, got.URL)
			require.Equal(t, c.want != "", ok)
		})
	}
	for address, is := range map[string]bool{
		asked: true, "https://www.amazon.com/ap/oa?client_id=c&redirect_uri=x": true, "https://www.amazon.com/ap/oa?arb=1": false,
		"https://www.amazon.com/ap/signin?client_id=c": false, "https://www.amazon.com/ap/oa?x=%zz": true, "https://www.amazon.com/ap/signin?x=%zz": false, "%": false,
	} {
		require.Equal(t, is, asksForPermission(address), address)
	}
}

// webPhone shows pages of the web.
type webPhone struct {
	drivers.Phone
	pages []drivers.WebPage
	err   error
	pkg   string
}

func (p *webPhone) WebPages(_ context.Context, pkg string, _ func(string) bool) ([]drivers.WebPage, error) {
	p.pkg = pkg
	return p.pages, p.err
}

func consentScreen(t *testing.T) consent.Screen {
	tree, err := screen.Parse(`<hierarchy><node class="android.widget.FrameLayout" package="com.example.over" bounds="[0,0][100,20]"/>
		<node class="android.widget.FrameLayout" package="com.android.chrome" bounds="[0,0][100,200]"><node class="android.webkit.WebView" package="com.android.chrome" displayed="true" bounds="[0,20][100,200]"/></node></hierarchy>`)
	require.NoError(t, err)
	return consent.Screen{Tree: tree, Package: "com.example.over", Role: consent.Consent}
}

func TestWhatIsRecordedOfAPage(t *testing.T) {
	trouble := &certification.Trouble{Code: certification.RigWebContext, Message: "there is no chromedriver", Hint: "install it"}
	for _, c := range []struct {
		name            string
		phone           drivers.Phone
		url, hidden     string
		context         consent.Context
		html            string
		requestedBefore string
	}{
		{name: "entered", phone: &webPhone{pages: []drivers.WebPage{{URL: asked + "&login_hint=qa@example.com", HTML: "<p>qa@example.com +49&amp;151 Ada LOVELACE</p>", Visible: true}}},
			url: asked + "&login_hint=•••", context: consent.Web, html: "<p>••• ••• •••</p>"},
		{name: "not entered, with an address", phone: &webPhone{pages: []drivers.WebPage{{URL: asked}}, err: trouble}, url: asked, context: consent.Native},
		{name: "not entered", phone: &webPhone{err: trouble}, hidden: "there is no chromedriver", context: consent.Native},
		{name: "no web contexts", phone: nil, hidden: "the phone offers no web contexts", context: consent.Native},
		{name: "another page", phone: &webPhone{pages: []drivers.WebPage{{URL: "https://maker.example/", HTML: "<p>", Visible: true}}},
			hidden: "none of the web pages in front is Amazon's, or more than one is", context: consent.Native},
		{name: "without the request", phone: &webPhone{pages: []drivers.WebPage{{URL: "https://www.amazon.com/ap/signin", HTML: "<p>", Visible: true}}},
			hidden: "the address of Amazon's page does not hold the request", context: consent.Web, html: "<p>"},
		{name: "the first request counts", requestedBefore: asked + "&first=1", phone: &webPhone{pages: []drivers.WebPage{{URL: asked, HTML: "<p>", Visible: true}}},
			url: asked + "&first=1", context: consent.Web, html: "<p>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &Attempt{Bed: &testbed.Testbed{Customer: secret.NewPerson("Ada Lovelace"), Amazon: &amazon.App{Account: amazon.Account{Email: "+49&151"}}, Phone: c.phone, Clock: drivers.RealClock{}}, rec: &recording{}}
			a.rec.capture.RequestedURL = c.requestedBefore
			s := consentScreen(t)
			a.enterWeb(t.Context(), &s)
			a.enterWeb(t.Context(), &s)
			require.Equal(t, c.url, a.rec.capture.RequestedURL)
			require.Equal(t, c.hidden, a.rec.capture.Hidden)
			require.Equal(t, c.context, s.Context)
			require.Equal(t, c.html, s.HTML)
			require.LessOrEqual(t, len(a.Observations), 1, "it is said once")
			if w, ok := c.phone.(*webPhone); ok {
				require.Equal(t, "com.android.chrome", w.pkg, "the app whose page it is, not what lies above")
			}
		})
	}
}
