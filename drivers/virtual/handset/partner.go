package handset

import (
	"strconv"
	"strings"
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/world"
)

// What came of asking Amazon.
const (
	allowed   = "allowed"
	refused   = "refused"
	cancelled = "cancelled" // the customer left without an answer
)

// authorization is a request to Amazon that waits for the customer.
type authorization struct {
	caller string // package
	// browser is the package that shows Amazon's pages: a browser, or an app of
	// Amazon's.
	browser string
	request world.AuthRequest
	n       int // counts the requests
	asked   time.Time
	consent time.Time // when the consent page was seen first; zero if it was not
}

// goneAfter is how long the consent page is left to the customer under the fault
// overlay_gone.
const goneAfter = 2 * time.Second

// account is the account whose devices an app shows: that of Amazon, or that
// of the maker's cloud.
func (h *Handset) account(m *apps.Model) []world.Device {
	if ofPartner(m) {
		return h.lab.PartnerDevices()
	}
	return h.lab.Devices()
}

func ofPartner(m *apps.Model) bool { return m.Account.Of == "partner" }

// cloudDevice is a device as the app's cloud knows it now.
func (h *Handset) cloudDevice(m *apps.Model, id string) (world.Device, bool) {
	if ofPartner(m) {
		return h.lab.PartnerDevice(id)
	}
	return h.lab.Device(id)
}

// The packages that show Amazon's pages: the browser, and the app that does so
// where it is signed in (single sign-on).
const (
	browserPackage  = "com.android.chrome"
	shoppingPackage = "com.amazon.mShop.android.shopping"
)

// requestAuthorization shows Amazon's pages as Amazon's SDK does: in the
// Shopping app where it is signed in, else where the app asks for, else in the
// browser. A phone without any tells the app so as if the customer had left.
func (h *Handset) requestAuthorization(in *instance, where string) {
	h.auths++
	in.authID, in.authResult = strconv.Itoa(h.auths), ""
	request := h.lab.AuthRequest()
	if where == browserPackage && request.SingleSignOn {
		where = shoppingPackage
	}
	if request.Wrong == world.LWAWebView {
		where = in.model.Package
	}
	m, pages := h.model(where), h.model(browserPackage)
	if m == nil {
		m = pages
	}
	if m == nil {
		in.authResult = cancelled
		return
	}
	asking := &authorization{caller: in.model.Package, browser: m.Package, request: request, n: h.auths, asked: h.clock.Now()}
	if !asking.inside() {
		h.end(m.Package) // a page that is open there is not this one
	}
	h.auth = asking
	h.start(m)
	if request.Wrong == world.LWAFlow {
		h.running[m.Package].as = unknownHost
	}
	if h.auth == nil || !h.auth.inside() || pages == nil {
		return
	}
	host := h.running[m.Package]
	host.overlays = nil
	h.pushFrom(host, pages, h.startScreenOf(host, pages), nil)
}

// unknownHost shows Amazon's pages under the fault flow; nobody knows it.
const unknownHost = "org.example.viewer"

// embedded tells whether the app that asked shows Amazon's pages itself.
func (a *authorization) embedded() bool { return a.browser == a.caller }

// inside tells whether Amazon's pages are shown among the pages of an app that
// goes on afterwards, and not in a tab of a browser.
func (a *authorization) inside() bool { return a.embedded() || ofAmazon(a.browser) }

// ofAmazon tells whether a package is an app of Amazon's that shows its pages
// itself, and goes on afterwards.
func ofAmazon(pkg string) bool { return pkg == shoppingPackage || pkg == alexaPackage }

// OpenLink opens an address in an app; see [ui.Links].
func (h *Handset) OpenLink(pkg, url string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	m := h.model(pkg)
	if m == nil {
		return "Error: Activity not started, unable to resolve Intent { act=android.intent.action.VIEW dat=" + url + " pkg=" + pkg + " }"
	}
	h.awake = true
	h.start(m)
	for _, l := range m.Links {
		if strings.HasPrefix(url, l.Prefix) {
			in := h.running[pkg]
			in.overlays, in.pages = nil, nil
			h.push(in, l.Screen, nil)
			in.top().address = url
			break
		}
	}
	return ""
}

// authPage is the page of Amazon that is in front; "" if none is.
func (h *Handset) authPage() string {
	if h.auth == nil || h.front().model.Package != h.auth.browser {
		return ""
	}
	return h.front().top().name
}

// takeAway lets the app that asked take the consent page away by itself, under
// the fault overlay_gone.
func (h *Handset) takeAway(now time.Time) {
	if h.authPage() != "consent" || h.auth.request.Wrong != world.LWAOverlayGone {
		return
	}
	if h.auth.consent.IsZero() {
		h.auth.consent = now
		h.lookIn(goneAfter)
		return
	}
	if now.Sub(h.auth.consent) >= goneAfter {
		h.start(h.model(h.auth.caller))
	}
}

// answerAuthorization is what the customer does in the browser; how is allow,
// deny or cancel. The browser's page closes, and the app is back.
func (h *Handset) answerAuthorization(how string) {
	if h.auth == nil {
		return
	}
	caller := h.model(h.auth.caller)
	if how == "allow" || how == "deny" {
		h.answered = h.auth.request.Answer(h.auth.n, how == "allow")
	}
	switch how {
	case "allow":
		h.lab.Authorize(true)
		if !h.lab.Partner().SignedIn {
			h.lab.PartnerSignIn(h.lab.Account().Email)
		}
		h.endAuthorization(allowed)
	case "deny":
		h.lab.Authorize(false)
		h.endAuthorization(refused)
	default:
		h.endAuthorization(cancelled)
	}
	h.start(caller)
}

// endAuthorization closes Amazon's page and tells the app what came of it. The
// browser's tab goes with it; an app of Amazon's stays, without the page.
func (h *Handset) endAuthorization(result string) {
	host, inside := h.auth.browser, h.auth.inside()
	h.settleAuthorization(result)
	in := h.running[host]
	if !inside || in == nil {
		h.end(host)
		return
	}
	for len(in.pages) > 1 && in.top().from != nil {
		h.reveal(in, len(in.pages)-2)
	}
}

func (h *Handset) settleAuthorization(result string) {
	if in := h.running[h.auth.caller]; in != nil {
		in.authResult = result
	}
	h.auth = nil
}

func (e *env) partnerField(name string) string {
	p := e.partner()
	switch name {
	case "signed_in":
		return strconv.FormatBool(p.SignedIn)
	case "linked":
		return strconv.FormatBool(p.Linked)
	case "own_set_up":
		return string(p.OwnSetUp)
	case "why":
		return p.FFSFailure
	}
	return ""
}

func (e *env) authField(name string) string {
	pending := e.h.auth != nil && e.h.auth.browser == e.in.model.Package
	request := e.authRequest
	if pending {
		request = func() world.AuthRequest { return e.h.auth.request }
	}
	switch name {
	case "host":
		if pending && e.h.auth.embedded() || e.in.as != "" {
			return "other"
		}
		if ofAmazon(e.in.model.Package) {
			return "app"
		}
		return "browser"
	case "signed_in":
		return strconv.FormatBool(pending && (e.in.model.Package == shoppingPackage || e.in.model.Package == alexaPackage && e.account().SignedIn))
	case "asks_code":
		return strconv.FormatBool(request().AsksCode)
	case "code_right":
		return strconv.FormatBool(e.page != nil && e.h.lab.CodeRight(strings.TrimSpace(e.page.inputs["code"])))
	case "granted":
		return strconv.FormatBool(request().Granted)
	case "scopes":
		if pending {
			return strings.Join(e.h.auth.request.Scopes, " ")
		}
		return strings.Join(e.authRequest().Scopes, " ")
	case "pending":
		return strconv.FormatBool(pending)
	case "expired":
		return strconv.FormatBool(pending && e.h.auth.request.Expires > 0 && e.h.clock.Now().Sub(e.h.auth.asked) >= e.h.auth.request.Expires)
	case "button":
		if e.authRequest().Wrong == world.LWAButton {
			return "Sign in using Amazon"
		}
		return "Login with Amazon"
	case "wrong":
		if pending {
			return string(e.h.auth.request.Wrong)
		}
		return string(e.authRequest().Wrong)
	case "offered":
		return strconv.FormatBool(e.authRequest().Offered)
	case "app_name":
		if pending {
			return e.h.auth.request.AppName
		}
		return e.authRequest().AppName
	case "page":
		if e.h.auth != nil && e.h.auth.caller == e.in.model.Package {
			return e.h.authPage()
		}
	case "id":
		return e.in.authID
	case "result":
		return e.in.authResult
	}
	return ""
}

func (e *env) partner() world.Partner {
	if e.memo == nil {
		return e.h.lab.Partner()
	}
	if e.memo.partner == nil {
		p := e.h.lab.Partner()
		e.memo.partner = &p
	}
	return *e.memo.partner
}

func (e *env) authRequest() world.AuthRequest {
	if e.memo == nil {
		return e.h.lab.AuthRequest()
	}
	if e.memo.request == nil {
		r := e.h.lab.AuthRequest()
		e.memo.request = &r
	}
	return *e.memo.request
}
