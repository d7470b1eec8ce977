package handset_test

import (
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
)

const shopping = "com.amazon.mShop.android.shopping"

// arrange brings the lab into a situation.
func (r *rig) arrange(s world.Situation) {
	r.t.Helper()
	if err := r.world.Arrange(s); err != nil {
		r.t.Fatal(err)
	}
}

// goOn begins to link, up to whoever shows Amazon's page.
func (r *rig) goOn(button string) {
	r.t.Helper()
	r.tap(lwa)
	r.tap("id=com.example.lumen:id/" + button)
	r.wait(time.Second)
}

func (r *rig) linked(want bool) {
	r.t.Helper()
	if got := r.world.Partner().Linked; got != want {
		r.t.Fatalf("linked: %t, not %t", got, want)
	}
}

// Where the Shopping app is signed in, it shows the consent, and nobody signs in.
// The Alexa app does if the maker's app leads to it, and stays as it was.
func TestTheConsentInAnAppOfAmazons(t *testing.T) {
	for name, c := range map[string]struct {
		situation world.Situation
		button    string
		pkg       string
	}{
		"shopping": {world.ShoppingSignedIn, "explain_continue", shopping},
		"alexa":    {"", "explain_alexa_app", alexa},
	} {
		t.Run(name, func(t *testing.T) {
			r := newLumen(t, handset.NoProfile())
			if c.situation != "" {
				r.arrange(c.situation)
			}
			r.goOn(c.button)
			r.inFront(c.pkg)
			r.none("id=ap_password")
			r.none("id=com.android.chrome:id/url_bar")
			r.one("text=Set up your devices with Frustration-Free Setup")
			r.one("class=android.webkit.WebView")
			r.tap("class=android.widget.Button", "text=Cancel")
			r.inFront(lumen)
			r.linked(false)
			r.tap("text=OK")
			r.goOn(c.button)
			r.tap("text=Allow")
			r.inFront(lumen)
			r.linked(true)
			// Amazon's app has run on, and shows its own page again.
			if r.AppState(c.pkg) != 3 {
				t.Fatalf("state %d", r.AppState(c.pkg))
			}
			r.Launch(c.pkg, "", false)
			r.none("text=Allow")
		})
	}
}

func TestTheBackKeyLeavesTheConsentInTheAlexaApp(t *testing.T) {
	r := newLumen(t, handset.NoProfile())
	r.goOn("explain_alexa_app")
	r.Key(4, 0, false)
	r.inFront(lumen)
	r.one("id=com.example.lumen:id/message")
	r.Launch(alexa, "", false)
	r.one("desc=Tab, Devices")
}

// The code page takes the account's code of now, and no other.
func TestTheCodeIsChecked(t *testing.T) {
	r := newLumen(t, handset.NoProfile())
	r.arrange(world.BrowserSignedOut)
	r.goOn("explain_continue")
	r.enter("ap_email", "certification@example.com")
	r.enter("ap_password", "hunter2")
	r.tap("id=signInSubmit")
	seed := world.Defaults().Account.TOTPSeed
	code := func(d time.Duration) string {
		c, err := totp.GenerateCode(seed, r.Clock().Now().Add(d))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, wrong := range []string{"", "12345", "abcdef", code(-2 * time.Minute), code(2 * time.Minute)} {
		r.enter("auth-mfa-otpcode", wrong)
		r.tap("id=auth-signin-button")
		r.one("id=auth-error-message-box")
		if got := r.one("id=auth-mfa-otpcode").Text; got != "" {
			t.Fatalf("%q is still there", got)
		}
	}
	r.enter("auth-mfa-otpcode", " "+code(-25*time.Second)) // it rolled over meanwhile
	r.tap("id=auth-signin-button")
	r.one("text=Allow")
}

func TestWithoutANetworkTheBrowserSaysSo(t *testing.T) {
	r := newLumen(t, handset.NoProfile())
	r.arrange(world.PhoneOffline)
	r.goOn("explain_continue")
	r.inFront(browser)
	r.one("text=No internet")
	r.none("text=Allow")
	r.Key(4, 0, false)
	r.inFront(lumen)
	r.one("id=com.example.lumen:id/message")
}

// What was allowed can be taken back at Amazon; the app asks again, and so does
// Amazon. A link that was ended in the app alone is another thing.
func TestTakingTheConsentBackAtAmazon(t *testing.T) {
	revoke := func(r *rig) {
		r.t.Helper()
		if why := r.OpenLink(browser, "https://www.amazon.com/ap/adam?x=1"); why != "" {
			r.t.Fatal(why)
		}
		r.tap("text=Remove")
		r.one("text=No app has access to your account.")
		r.open()
	}
	r := newLumen(t, handset.NoProfile(), func(c *world.Config) { c.Partner.Linked = true })
	r.none(lwa)
	revoke(r)
	r.linked(false)
	r.toConsent()
	r.tap("text=Allow")
	r.linked(true)

	r = newLumen(t, handset.NoProfile(), func(c *world.Config) { c.Partner.Linked, c.Partner.SeesRevocation = true, false })
	revoke(r)
	r.linked(true)
	r.none(lwa)

	r = newLumen(t, handset.NoProfile(), func(c *world.Config) { c.Partner.Linked, c.Partner.UnlinkRevokes = true, false })
	r.tap("desc=Account")
	r.tap("id=com.example.lumen:id/unlink")
	r.linked(false)
	r.tap(lwa)
	r.tap("id=com.example.lumen:id/explain_continue")
	r.enter("ap_email", "certification@example.com")
	r.enter("ap_password", "hunter2")
	r.tap("id=signInSubmit")
	r.inFront(lumen) // Amazon did not ask again
	r.linked(true)
}
