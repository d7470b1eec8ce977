package world

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// LWAFault is one thing that is wrong on the way through Login with Amazon. What
// it looks like is data of the models (field auth.wrong).
type LWAFault string

// The faults, each named after the rule of the consent audit that finds it.
const (
	LWAOffered        LWAFault = "offered"         // nothing leads to Amazon; as the fault partner_no_login
	LWAOfferedAgain   LWAFault = "offered_again"   // still there once the accounts are linked
	LWAButton         LWAFault = "button"          // the button says something else
	LWAFlow           LWAFault = "flow"            // Amazon's pages are shown by an app that nobody knows
	LWAWebView        LWAFault = "webview"         // … and by the partner app itself
	LWAReason         LWAFault = "reason"          // the explanation does not say how to undo it
	LWAUnexplained    LWAFault = "unexplained"     // the app hands over without an explanation
	LWAOverlay        LWAFault = "overlay"         // a window of the partner app lies above the consent
	LWAOverlayGone    LWAFault = "overlay_gone"    // the app takes the consent away by itself
	LWAIdentity       LWAFault = "identity"        // no privacy notice
	LWAIdentityName   LWAFault = "identity_name"   // the consent names somebody else
	LWARefuse         LWAFault = "refuse"          // the consent cannot be refused
	LWAProminence     LWAFault = "prominence"      // refusing is small and faint
	LWALabel          LWAFault = "label"           // the label of refusing shames the customer
	LWALabelTwice     LWAFault = "label_twice"     // the label of refusing says no twice
	LWAFallback       LWAFault = "fallback"        // nothing leads to the maker's own set-up
	LWAFallbackBroken LWAFault = "fallback_broken" // the maker's own set-up fails
	LWABaseline       LWAFault = "baseline"        // nothing is wrong, but a text is another one than before
	LWALocale         LWAFault = "locale"          // a text in another language
	LWAContrast       LWAFault = "contrast"        // text that can hardly be seen
	LWATarget         LWAFault = "target"          // a button that can hardly be hit
	LWAClipped        LWAFault = "clipped"         // a text that is cut
	LWAReadable       LWAFault = "readable"        // a sentence without an end

	// What only the request shows, or the page's document.
	LWAScope           LWAFault = "scope"            // asks for more than is declared
	LWAScopeMissing    LWAFault = "scope_missing"    // does not ask for Frustration-Free Setup
	LWAScopeShown      LWAFault = "scope_shown"      // the page shows more than was asked for
	LWAEssential       LWAFault = "essential"        // calls essential what is not declared
	LWAEssentialTicked LWAFault = "essential_ticked" // what is voluntary is ticked in advance
	LWAURL             LWAFault = "url"              // asks for a token instead of a code
	LWAURLRedirect     LWAFault = "url_redirect"     // the answer goes over plain HTTP
	LWAURLState        LWAFault = "url_state"        // no state
	LWAURLPKCE         LWAFault = "url_pkce"         // no PKCE
)

// LWAFaults are all of them.
func LWAFaults() []LWAFault {
	return []LWAFault{LWAOffered, LWAOfferedAgain, LWAButton, LWAFlow, LWAWebView, LWAReason, LWAUnexplained, LWAOverlay, LWAOverlayGone,
		LWAIdentity, LWAIdentityName, LWARefuse, LWAProminence, LWALabel, LWALabelTwice, LWAFallback, LWAFallbackBroken,
		LWABaseline, LWALocale, LWAContrast, LWATarget, LWAClipped, LWAReadable,
		LWAScope, LWAScopeMissing, LWAScopeShown, LWAEssential, LWAEssentialTicked, LWAURL, LWAURLRedirect, LWAURLState, LWAURLPKCE}
}

// Rule is the rule of the consent audit that finds the fault: the first word of
// its name, or what explains the others.
func (f LWAFault) Rule() string {
	if f == LWAUnexplained {
		return "LWA-REASON"
	}
	first, _, _ := strings.Cut(string(f), "_")
	return "LWA-" + strings.ToUpper(first)
}

// Hidden tells whether the fault is in the request alone, which no page shows:
// it is found only where the requested address can be seen.
func (f LWAFault) Hidden() bool {
	return slices.Contains([]LWAFault{LWAEssential, LWAURL, LWAURLRedirect, LWAURLState, LWAURLPKCE}, f)
}

// JSONSchema describes a fault to editors, which offer all of them.
func (LWAFault) JSONSchema() *jsonschema.Schema {
	var names []any
	for _, f := range LWAFaults() {
		names = append(names, string(f))
	}
	return &jsonschema.Schema{Type: "string", Enum: append(names, "")}
}

func (f LWAFault) known() bool { return f == "" || slices.Contains(LWAFaults(), f) }

// offers tells whether the partner app shows "Login with Amazon".
func (w *World) offers() bool {
	switch f := w.cfg.Partner.LWAFault; {
	case w.partner.noLogin, f == LWAOffered:
		return false
	case f == LWAOfferedAgain:
		return true
	}
	return !w.partner.linked
}

// shownName is under which name Amazon's page shows the app.
func (c PartnerConfig) shownName() string {
	if c.LWAFault == LWAIdentityName {
		return "Gizmo Cloud"
	}
	return c.AppName
}

// Scopes beyond those of an app that does it right. [C] profile and postal_code
// are scopes of Login with Amazon.
const (
	scopeProfile = "profile"
	scopePostal  = "postal_code"
)

// lwaClient is the identifier of a client that does not exist.
const lwaClient = "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef"

// authorizeEndpoint is where an app asks Amazon. Source: Login with Amazon,
// authorization request.
const authorizeEndpoint = "https://www.amazon.com/ap/oa"

// request completes what the partner app asks Amazon for, with what is wrong
// about it.
func (r *AuthRequest) complete(c PartnerConfig) {
	r.ClientID, r.ResponseType, r.RedirectURI, r.PKCE, r.Stated = lwaClient, "code", c.RedirectURI, true, true
	essential := map[string]bool{}
	for _, s := range r.Scopes {
		essential[s] = s == c.FFSScope
	}
	switch r.Wrong {
	case LWAScope:
		r.Scopes = append(r.Scopes, scopePostal)
	case LWAScopeMissing:
		r.Scopes = slices.DeleteFunc(r.Scopes, func(s string) bool { return s == c.FFSScope })
		delete(essential, c.FFSScope)
	case LWAEssential:
		essential[scopeProfile] = true
	case LWAEssentialTicked:
		for s := range essential {
			essential[s] = false
		}
	case LWAURL:
		r.ResponseType = "token"
	case LWAURLRedirect:
		if _, rest, ok := strings.Cut(r.RedirectURI, "://"); ok {
			r.RedirectURI = "http://" + rest
		}
	case LWAURLState:
		r.Stated = false
	case LWAURLPKCE:
		r.PKCE = false
	}
	r.Shown = slices.Clone(r.Scopes)
	if r.Wrong == LWAScopeShown {
		r.Shown = append(r.Shown, scopePostal)
	}
	r.ScopeData = scopeData(essential)
}

// scopeData marks scopes as essential or voluntary. Source: Login with Amazon,
// scope_data.
func scopeData(essential map[string]bool) string {
	type mark struct {
		Essential bool `json:"essential"`
	}
	marks := map[string]mark{}
	for s, is := range essential {
		marks[s] = mark{is}
	}
	data, err := json.Marshal(marks)
	if err != nil {
		return "" // texts and booleans can always be written
	}
	return string(data)
}

// Address is the address that the app opens: n tells this request from the
// others, so that each has a state and a challenge of its own.
func (r AuthRequest) Address(n int) string {
	q := url.Values{"client_id": {r.ClientID}, "scope": {strings.Join(r.Scopes, " ")}, "scope_data": {r.ScopeData}, "response_type": {r.ResponseType},
		"redirect_uri": {r.RedirectURI}}
	if r.Stated {
		q.Set("state", r.nonce("state", n)[:22])
	}
	if r.PKCE {
		q.Set("code_challenge", r.nonce("verifier", n))
		q.Set("code_challenge_method", "S256")
	}
	return authorizeEndpoint + "?" + q.Encode()
}

// Answer is where Amazon's page sends the browser once the customer has
// answered the request n.
func (r AuthRequest) Answer(n int, allowed bool) string {
	q := url.Values{}
	switch {
	case !allowed:
		q.Set("error", "access_denied")
		q.Set("error_description", "Access not permitted.")
	case r.ResponseType == "token":
		q.Set("access_token", "Atza|"+r.nonce("token", n))
		q.Set("token_type", "bearer")
	default:
		q.Set("code", r.nonce("code", n)[:20])
		q.Set("scope", strings.Join(r.Scopes, " "))
	}
	if r.Stated {
		q.Set("state", r.nonce("state", n)[:22])
	}
	by := "?"
	if r.ResponseType == "token" {
		by = "#"
	} else if strings.Contains(r.RedirectURI, "?") {
		by = "&"
	}
	return r.RedirectURI + by + q.Encode()
}

// nonce is a text of 43 characters that nobody guesses, and that is the same in
// each run of the same seed. As a challenge it is the SHA-256 of a verifier.
func (r AuthRequest) nonce(of string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %d", r.seed, of, n))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
