package world_test

import (
	"net/url"
	"slices"
	"testing"

	"ffscert/drivers/virtual/world"
)

// askedFor is the request of a lab with a fault, as its address says it.
func askedFor(t *testing.T, f world.LWAFault, n int) (url.Values, world.AuthRequest) {
	t.Helper()
	r := newLab(t, with(func(c *world.Config) { c.Partner.LWAFault = f })).AuthRequest()
	u, err := url.Parse(r.Address(n))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, u.Scheme+"://"+u.Host+u.Path, "https://www.amazon.com/ap/oa")
	return u.Query(), r
}

func TestWhatTheAppAsksAmazonFor(t *testing.T) {
	q, r := askedFor(t, "", 1)
	equal(t, q.Get("response_type"), "code")
	equal(t, q.Get("scope"), linking+" "+ffs)
	equal(t, q.Get("redirect_uri"), "https://lumen.example.com/lwa")
	equal(t, q.Get("code_challenge_method"), "S256")
	equal(t, len(q.Get("code_challenge")), 43)
	equal(t, q.Get("scope_data"), `{"`+linking+`":{"essential":false},"`+ffs+`":{"essential":true}}`)
	again, _ := askedFor(t, "", 1)
	equal(t, again, q, "the same seed asks for the same")
	other, _ := askedFor(t, "", 2)
	isTrue(t, other.Get("state") != q.Get("state") && other.Get("code_challenge") != q.Get("code_challenge"), "each request has its own")

	answer, err := url.Parse(r.Answer(1, true))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, answer.Query().Get("state"), q.Get("state"))
	isTrue(t, answer.Host == "lumen.example.com" && answer.Query().Get("code") != "")
	refused, err := url.Parse(r.Answer(1, false))
	if err != nil {
		t.Fatal(err)
	}
	isTrue(t, refused.Query().Get("error") == "access_denied" && !refused.Query().Has("code"))
}

// Each fault changes what its rule looks at, and nothing else.
func TestWhatIsWrongWithTheRequest(t *testing.T) {
	right, _ := askedFor(t, "", 1)
	for f, params := range map[world.LWAFault][]string{
		world.LWAScope: {"scope"}, world.LWAScopeMissing: {"scope", "scope_data"}, world.LWAScopeShown: nil, world.LWAEssential: {"scope_data"},
		world.LWAEssentialTicked: {"scope_data"}, world.LWAURL: {"response_type"}, world.LWAURLRedirect: {"redirect_uri"},
		world.LWAURLState: {"state"}, world.LWAURLPKCE: {"code_challenge", "code_challenge_method"},
	} {
		q, r := askedFor(t, f, 1)
		for _, name := range []string{"client_id", "scope", "scope_data", "response_type", "redirect_uri", "state", "code_challenge", "code_challenge_method"} {
			equal(t, slices.Equal(q[name], right[name]), !slices.Contains(params, name), string(f), name)
		}
		equal(t, slices.Equal(r.Shown, r.Scopes), f != world.LWAScopeShown, string(f))
	}
	_, r := askedFor(t, world.LWAURL, 1)
	u, err := url.Parse(r.Answer(1, true))
	isTrue(t, err == nil && u.RawQuery == "" && u.Fragment != "", "a token is in the fragment")
}

func TestARedirectThatIsNoAddress(t *testing.T) {
	for _, bad := range []string{"", "lumen", "https://x/#y", "https://x\n"} {
		c := world.Defaults()
		c.Partner.RedirectURI = bad
		isTrue(t, c.Validate() != nil, bad)
	}
	c := world.Defaults()
	c.Partner.RedirectURI = "com.example.lumen:/lwa"
	isTrue(t, c.Validate() == nil)
}
