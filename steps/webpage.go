package steps

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"strings"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
	"ffscert/steps/checks/consent"
)

// enterWeb looks, where the phone can, into the web page that a screen of
// Amazon's shows: the address that the app asked for, and the document.
func (a *Attempt) enterWeb(ctx context.Context, s *consent.Screen) {
	s.Context = consent.Native
	r := a.rec
	w, ok := a.Bed.Phone.(drivers.Web)
	pkg := webShown(s)
	if !ok || pkg == "" {
		r.hidden("the phone offers no web contexts")
		return
	}
	pages, err := w.WebPages(ctx, pkg, ofAmazon)
	if err != nil {
		why := certification.TroubleOf(err)
		if r.told != why.Message { // once is enough
			r.told = why.Message
			a.Observe("recording the journey: " + string(why.Code) + " " + why.Message + hint(why))
		}
		if why.Code == certification.RigWebContext {
			r.hidden(why.Message)
		}
	}
	page, ok := amazonsPage(pages)
	switch {
	case !ok && err == nil:
		r.hidden("none of the web pages in front is Amazon's, or more than one is")
	case !ok:
	case asksForPermission(page.URL):
		if r.capture.RequestedURL == "" {
			r.capture.RequestedURL, r.capture.Hidden = a.unnamed(page.URL), ""
		}
	default:
		r.hidden("the address of Amazon's page does not hold the request")
	}
	if !ok || page.HTML == "" {
		return
	}
	if err := consent.CheckHTML(page.HTML); err != nil {
		a.Observe("recording the journey: the document of the page: " + err.Error())
		return
	}
	s.Context, s.HTML = consent.Web, a.Bed.Secrets.Text(a.unnamed(a.withoutUsers(page.HTML)))
}

// shortestUser is the shortest name that is masked wherever it occurs, in bytes.
const shortestUser = 5

// withoutUsers takes the names out with which the apps are signed in, which may
// be telephone numbers.
func (a *Attempt) withoutUsers(document string) string {
	var users []string
	if a.Bed.Amazon != nil {
		users = append(users, a.Bed.Amazon.Account.Email)
	}
	if a.Bed.Partner != nil {
		users = append(users, a.Bed.Partner.Account.User)
	}
	for _, u := range users {
		if len(u) >= shortestUser {
			document = strings.ReplaceAll(document, html.EscapeString(u), consent.Masked)
		}
	}
	return document
}

// unnamed is a text without who the customer is.
func (a *Attempt) unnamed(text string) string { return a.Bed.Customer.Text(consent.Mask(text)) }

func hint(t *certification.Trouble) string {
	if t.Hint == "" {
		return ""
	}
	return " (" + t.Hint + ")"
}

// hidden notes why the requested address is not visible; the first reason counts.
func (r *recording) hidden(why string) {
	if r.capture.RequestedURL == "" && r.capture.Hidden == "" {
		r.capture.Hidden = why
	}
}

// webShown is the package whose page of the web a screen shows; "" if none does.
func webShown(s *consent.Screen) string {
	pkg := ""
	s.Tree.Each(func(n *screen.Node) bool {
		if n.Displayed && n.Class == "android.webkit.WebView" {
			pkg = n.Package
		}
		return pkg == ""
	})
	return pkg
}

// amazonHost are the hosts of Amazon's marketplaces. [C] www.amazon.com; [O] the
// others.
var amazonHost = regexp.MustCompile(`^([a-z0-9-]+\.)*amazon\.(com|ca|com\.mx|com\.br|co\.uk|de|fr|it|es|nl|se|pl|com\.be|ie|com\.tr|ae|sa|eg|in|co\.jp|sg|com\.au|co\.za|cn)$`)

// ofAmazon tells whether an address is one of Amazon's.
func ofAmazon(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && amazonHost.MatchString(strings.ToLower(u.Hostname()))
}

// amazonsPage is the page of Amazon's that is seen. Where nothing tells which of
// several it is, it is none.
func amazonsPage(pages []drivers.WebPage) (drivers.WebPage, bool) {
	var of []drivers.WebPage
	for _, p := range pages {
		if ofAmazon(p.URL) && (p.HTML == "" || p.Visible) {
			of = append(of, p)
		}
	}
	if len(of) != 1 {
		return drivers.WebPage{}, false
	}
	return of[0], true
}

// asksForPermission tells whether an address is that of an authorization request.
// Source: RFC 6749, section 4.1.1.
func asksForPermission(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return strings.HasSuffix(u.Path, "/ap/oa") // what is wrong with it, a rule says
	}
	return q.Has("client_id") && (q.Has("scope") || q.Has("response_type") || q.Has("redirect_uri"))
}
