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

// authorization is a request to Amazon that waits in the browser.
type authorization struct {
	caller, browser string // packages
	request         world.AuthRequest
	asked           time.Time
}

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

// requestAuthorization shows Amazon's pages in a browser. A phone without that
// browser tells the app so as if the customer had left.
func (h *Handset) requestAuthorization(in *instance, browser string) {
	h.auths++
	in.authID, in.authResult = strconv.Itoa(h.auths), ""
	m := h.model(browser)
	if m == nil {
		in.authResult = cancelled
		return
	}
	h.end(browser) // a page that is open there is not this one
	h.auth = &authorization{caller: in.model.Package, browser: browser, request: h.lab.AuthRequest(), asked: h.clock.Now()}
	h.start(m)
}

// answerAuthorization is what the customer does in the browser; how is allow,
// deny or cancel. The browser's page closes, and the app is back.
func (h *Handset) answerAuthorization(how string) {
	if h.auth == nil {
		return
	}
	caller := h.model(h.auth.caller)
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

// endAuthorization closes the browser's page and tells the app what came of it.
func (h *Handset) endAuthorization(result string) {
	browser := h.auth.browser
	h.settleAuthorization(result)
	h.end(browser)
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
	switch name {
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
