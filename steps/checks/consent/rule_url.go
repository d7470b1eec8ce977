package consent

import (
	"net/url"
	"strings"

	"ffscert/drivers"
)

// judgeURL is LWA-URL. Source: LWA documentation, authorization request
// (response_type code, https redirect_uri, state and PKCE with S256
// recommended); RFC 9700, section 2.1; RFC 8252, sections 6 to 8; RFC 7636.
func judgeURL(s *subject, j *judgement) {
	if s.c.RequestedURL == "" {
		j.lacks("%s", s.c.unseen())
		return
	}
	if s.badURL != nil {
		j.find(Fail, nil, drivers.Rect{}, "%s", s.badURL)
		return
	}
	once := func(name string) string {
		if n := len(s.request[name]); n > 1 {
			j.find(Fail, nil, drivers.Rect{}, "the parameter %s is there %d times", name, n)
		}
		return s.request.Get(name)
	}
	switch t := once("response_type"); t {
	case "code":
		j.pass("response_type is code")
	case "":
		j.find(Fail, nil, drivers.Rect{}, "response_type is missing; it has to be code")
	default:
		j.find(Fail, nil, drivers.Rect{}, "response_type is %s; it has to be code", quote(t))
	}
	if wrong := badRedirect(once("redirect_uri")); wrong != "" {
		j.find(Fail, nil, drivers.Rect{}, "%s", wrong)
	} else {
		j.pass("the redirect is https or the app's own scheme")
	}
	if once("state") == "" {
		j.find(Warn, nil, drivers.Rect{}, "state is missing: the answer cannot be tied to the request")
	} else {
		j.pass("state is there")
	}
	challenge, method := once("code_challenge"), once("code_challenge_method")
	switch {
	case challenge == "":
		j.find(Warn, nil, drivers.Rect{}, "there is no code_challenge: PKCE is not used")
	case method != "S256":
		j.find(Warn, nil, drivers.Rect{}, "code_challenge_method is %s; it should be S256", quote(method))
	default:
		j.pass("PKCE with S256")
	}
}

// badRedirect says what is wrong with a redirect_uri: it has to be https, or a
// scheme that no browser and no system takes for its own.
func badRedirect(uri string) string {
	if uri == "" {
		return "redirect_uri is missing"
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" {
		return "redirect_uri " + quote(uri) + " is no absolute address"
	}
	switch scheme := strings.ToLower(u.Scheme); scheme {
	case "https":
		if u.Hostname() == "" {
			return "redirect_uri " + quote(uri) + " has no host"
		}
	case "http", "ftp", "file", "data", "javascript", "about", "blob", "content", "intent", "ws", "wss", "mailto", "tel", "sms", "urn":
		return "redirect_uri has the scheme " + scheme + "; it has to be https or the app's own"
	}
	return ""
}
