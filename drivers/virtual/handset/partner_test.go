package handset_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/world"
)

const (
	lumen   = "com.example.lumen"
	browser = "com.android.chrome"
	lwa     = "id=" + lumen + ":id/login_with_amazon"
)

// newLumen is a phone with the partner app in front.
func newLumen(t testing.TB, p handset.Profile, change ...func(*world.Config)) *rig {
	t.Helper()
	r := newPhone(t, p, "", nil, change...)
	r.open()
	return r
}

func (r *rig) open() {
	r.t.Helper()
	if msg := r.Launch(lumen, "", true); msg != "" {
		r.t.Fatal(msg)
	}
	r.wait(2 * time.Second)
}

// enter types into the field of that id, as automation does.
func (r *rig) enter(id, text string) {
	r.t.Helper()
	if !r.SetText(r.one("id="+id).Key, text, true) {
		r.t.Fatalf("cannot type into %s", id)
	}
}

func (r *rig) inFront(pkg string) {
	r.t.Helper()
	if got, _ := r.Foreground(); got != pkg || r.AppState(pkg) != 4 {
		r.t.Fatalf("%s is in front, not %s", got, pkg)
	}
	for _, w := range r.Windows() {
		w.Walk(func(n *ui.Node) bool {
			if n.Package != pkg {
				r.t.Fatalf("a node of %s while %s is in front", n.Package, pkg)
			}
			return true
		})
	}
}

// setUp lets the device under test be set up by zero-touch.
func (r *rig) setUp() {
	r.world.Switch("plug-device", true)
	r.wait(2 * time.Minute)
}

func ready(c *world.Config) { c.Provisioner.ReadyAfter = 0 }

func signedOut(c *world.Config) { c.Partner.SignedIn = false }

func TestSigningInToThePartnerApp(t *testing.T) {
	r := newLumen(t, handset.PhoneProfile(), signedOut)
	r.tap("id=com.example.lumen:id/submit")
	r.one("id=com.example.lumen:id/sign_in_error")
	r.enter("com.example.lumen:id/user", "somebody@example.com")
	r.enter("com.example.lumen:id/password", "S3cret!")
	n := r.one("id=com.example.lumen:id/password")
	if !n.Password || n.Text != "•••••••" {
		t.Fatalf("the password is not masked: %q", n.Text)
	}
	if strings.Contains(r.dump(), "S3cret") {
		t.Fatal("the password is in the tree")
	}
	r.tap("id=com.example.lumen:id/submit")
	r.one("id=com.example.lumen:id/home_title")
	if !r.world.Partner().SignedIn {
		t.Fatal("the maker's cloud does not know of it")
	}
	r.one("id=com.example.lumen:id/empty")
	r.tap("desc=Account")
	r.tap("text=Sign out")
	r.one("id=com.example.lumen:id/submit")
	if r.one("id=com.example.lumen:id/password").Text != "Password" {
		t.Fatal("the password is still there")
	}
}

func TestThePartnerAppShowsAndRemovesTheDevice(t *testing.T) {
	for _, protocol := range []string{"mss-wifi", "wss-wifi"} {
		t.Run(protocol, func(t *testing.T) {
			r := newLumen(t, handset.PhoneProfile(), ready, func(c *world.Config) {
				c.Protocol = protocol
				c.Partner.Others = []world.OtherDevice{{Name: "Porch light", Kind: world.Light, Unresponsive: true}}
			})
			r.none("text=First light")
			r.setUp()
			r.tap("text=First light")
			r.one("id=com.example.lumen:id/device_title", "text=First light")
			r.one("id=com.example.lumen:id/state", "text=Online")
			r.tap("id=com.example.lumen:id/remove")
			r.one("id=android:id/message", "text=First light is reset and leaves your home. You can set it up again later.")
			r.tap("text=Cancel")
			if len(r.world.PartnerDevices()) != 2 {
				t.Fatal("Cancel removed something")
			}
			r.tap("id=com.example.lumen:id/remove")
			r.tap("text=Remove")
			r.one("id=com.example.lumen:id/home_title")
			r.none("text=First light")
			if slices.ContainsFunc(r.world.Devices(), func(d world.Device) bool { return d.Name == "First light" }) {
				t.Fatal("the Amazon account still has it")
			}
			r.tap("text=Porch light")
			r.one("id=com.example.lumen:id/state", "text=Offline")
			r.tap("desc=Back")
			r.one("id=com.example.lumen:id/home_title")
		})
	}
}

func TestADevicePageClosesWhenTheDeviceHasGone(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), ready)
	r.setUp()
	r.tap("text=First light")
	r.tap("id=com.example.lumen:id/remove")
	r.world.BeginAttempt("case", 2)
	r.one("id=com.example.lumen:id/home_title")
}

func TestConsentIsGivenInTheBrowser(t *testing.T) {
	for name, p := range map[string]handset.Profile{"none": handset.NoProfile(), "phone": handset.PhoneProfile()} {
		t.Run(name, func(t *testing.T) {
			r := newLumen(t, p)
			button := r.one(lwa)
			if button.ContentDesc != "Login with Amazon" || button.Text != "" {
				t.Fatalf("the button is %+v", button)
			}
			r.tap(lwa)
			r.one("id=com.example.lumen:id/explain_text")
			r.tap("id=com.example.lumen:id/explain_continue")
			r.inFront(browser)
			if bar := r.one("id=com.android.chrome:id/url_bar"); bar.Text != "www.amazon.com" {
				t.Fatalf("the bar shows %q", bar.Text)
			}
			r.tap("id=signInSubmit")
			r.one("text=Enter your email and your password")
			r.enter("ap_email", "certification@example.com")
			r.enter("ap_password", "hunter2")
			if n := r.one("id=ap_password"); !n.Password || strings.Contains(r.dump(), "hunter2") {
				t.Fatal("the password can be read")
			}
			r.tap("id=signInSubmit")
			r.one("text=Example Home")
			r.one("text=Set up your devices with Frustration-Free Setup")
			r.one("text=Link its skill with your Alexa account")
			r.tap("class=android.widget.Button", "text=Allow")
			r.inFront(lumen)
			r.one("id=com.example.lumen:id/home_title")
			r.none(lwa)
			if got := r.world.Partner(); !got.Linked || !slices.Contains(got.Scopes, "frustration_free_setup::device:setup") {
				t.Fatalf("%+v", got)
			}
			if r.AppState(browser) != 1 {
				t.Fatal("the browser's page is still open")
			}
			r.tap("desc=Account")
			r.one("id=com.example.lumen:id/linked")
			r.none(lwa)
			r.tap("id=com.example.lumen:id/unlink")
			r.one(lwa)
			if r.world.Partner().Linked {
				t.Fatal("still linked")
			}
		})
	}
}

// toConsent walks from the partner app to Amazon's consent page.
func (r *rig) toConsent() {
	r.t.Helper()
	r.tap(lwa)
	r.tap("id=com.example.lumen:id/explain_continue")
	r.enter("ap_email", "certification@example.com")
	r.enter("ap_password", "hunter2")
	r.tap("id=signInSubmit")
	r.one("text=Allow")
}

func TestWithoutConsentTheAppSaysSoAndGoesOn(t *testing.T) {
	for name, leave := range map[string]func(r *rig){
		"refused":      func(r *rig) { r.toConsent(); r.tap("class=android.widget.Button", "text=Cancel") },
		"tab closed":   func(r *rig) { r.toConsent(); r.tap("desc=Close tab") },
		"back":         func(r *rig) { r.toConsent(); r.Key(4, 0, false) },
		"not signed":   func(r *rig) { r.tap(lwa); r.tap("id=com.example.lumen:id/explain_continue"); r.Key(4, 0, false) },
		"app reopened": func(r *rig) { r.toConsent(); r.Launch(lumen, "", false) },
		"browser dies": func(r *rig) { r.toConsent(); r.ForceStop(browser); r.Launch(lumen, "", false) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newLumen(t, handset.PhoneProfile())
			leave(r)
			r.wait(time.Second)
			r.inFront(lumen)
			r.one("id=com.example.lumen:id/message")
			r.none("id=com.example.lumen:id/explain_text") // the notice is modal
			r.tap("text=OK")
			r.none("id=com.example.lumen:id/message")
			r.one(lwa) // still offered
			if r.world.Partner().Linked {
				t.Fatal("linked all the same")
			}
			r.tap("desc=Add device")
			r.one("id=com.example.lumen:id/set_up_start")
			// Again: it is another request, and another notice.
			r.Key(4, 0, false)
			r.wait(time.Second)
			r.toConsent()
			r.tap("class=android.widget.Button", "text=Cancel")
			r.one("id=com.example.lumen:id/message")
		})
	}
}

func TestAnAppThatStartsAnewHasForgottenWhatItAsked(t *testing.T) {
	r := newLumen(t, handset.NoProfile())
	r.toConsent()
	r.Launch(lumen, "", true)
	r.one("id=com.example.lumen:id/home_title")
	r.none("id=com.example.lumen:id/message")
	r.Launch(browser, "", false)
	r.none("text=Allow")
	r.one("id=com.android.chrome:id/search_box_text")
}

func TestLoginWithAmazonSignsIn(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), signedOut)
	r.toConsent()
	r.tap("text=Allow")
	r.one("id=com.example.lumen:id/home_title")
	if p := r.world.Partner(); !p.SignedIn || !p.Linked {
		t.Fatalf("%+v", p)
	}
}

func TestThePartnerAppsFaultsShow(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), func(c *world.Config) { c.Faults.PartnerNoLogin = 1 })
	r.none(lwa)
	r.tap("desc=Account")
	r.none(lwa)
	r.none("id=com.example.lumen:id/linked")

	r = newLumen(t, handset.NoProfile(), func(c *world.Config) { c.Faults.PartnerNoScope = 1 })
	r.toConsent()
	r.one("text=Link its skill with your Alexa account")
	r.none("text=Set up your devices with Frustration-Free Setup")

	r = newLumen(t, handset.NoProfile(), ready, func(c *world.Config) { c.Faults.PartnerNoFallback, c.Device.SetUpFailure = 1, 1 })
	r.setUp()
	r.one("id=com.example.lumen:id/home_title")
}

func TestTheOwnSetUpComesUpByItself(t *testing.T) {
	r := newLumen(t, handset.PhoneProfile(), ready, func(c *world.Config) { c.Device.SetUpFailure = 1 })
	r.world.Switch("plug-device", true)
	seen := map[string]bool{}
	for range 400 {
		r.wait(500 * time.Millisecond)
		for _, id := range []string{"offered", "running", "done", "failed"} {
			if len(r.find("id=com.example.lumen:id/set_up_"+id)) > 0 {
				r.one("id=com.example.lumen:id/set_up_title")
				seen[id] = true
			}
		}
		if seen["done"] {
			break
		}
	}
	if !seen["offered"] || !seen["running"] || !seen["done"] || seen["failed"] {
		t.Fatalf("seen: %v\n%s", seen, r.dump())
	}
	r.tap("id=com.example.lumen:id/set_up_close")
	r.one("id=com.example.lumen:id/home_title")
	r.tap("text=First light")
	r.one("text=Online")
	r.open() // the customer was told
	r.one("id=com.example.lumen:id/home_title")

	// The next time it is news again, also if it ended while the app was away.
	r.Launch(alexa, "", true)
	r.world.BeginAttempt("case", 2)
	r.wait(time.Second)
	r.Windows()
	r.world.Switch("plug-device", true)
	r.wait(4 * time.Minute)
	r.Launch(lumen, "", false)
	r.wait(time.Second)
	r.tap("id=com.example.lumen:id/set_up_close")
	r.one("text=First light")

	// And in an app that was ended meanwhile.
	r.ForceStop(lumen)
	r.world.BeginAttempt("case", 3)
	r.Windows()
	r.world.Switch("plug-device", true)
	r.wait(4 * time.Minute)
	r.open()
	r.one("id=com.example.lumen:id/set_up_done")
}

func TestTheCustomerStartsTheOwnSetUp(t *testing.T) {
	r := newLumen(t, handset.PhoneProfile(), func(c *world.Config) { c.Plugs.Provisioner.On = false })
	r.world.Switch("plug-device", true)
	r.wait(5 * time.Second)
	r.tap("desc=Add device")
	r.one("id=com.example.lumen:id/set_up_title")
	r.tap("id=com.example.lumen:id/set_up_start")
	r.one("id=com.example.lumen:id/set_up_running")
	r.Key(4, 0, false) // it goes on in the background
	r.none("id=com.example.lumen:id/set_up_running")
	r.wait(time.Minute)
	r.one("id=com.example.lumen:id/set_up_done") // and is back with the news
	r.tap("id=com.example.lumen:id/set_up_close")
	r.one("text=First light")
}

func TestAnOwnSetUpThatFailsCanBeTriedAgain(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), func(c *world.Config) { c.Plugs.Provisioner.On = false })
	r.tap("desc=Add device")
	r.tap("id=com.example.lumen:id/set_up_start") // without power
	r.wait(time.Minute)
	r.one("id=com.example.lumen:id/set_up_failed")
	r.world.Switch("plug-device", true)
	r.wait(5 * time.Second)
	r.tap("id=com.example.lumen:id/set_up_start")
	r.wait(time.Minute)
	r.one("id=com.example.lumen:id/set_up_done")
}

func TestAnAppThatAsksForNothingSeesAmazonsError(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), func(c *world.Config) { c.Partner.Scopes = nil })
	r.tap(lwa)
	r.tap("id=com.example.lumen:id/explain_continue")
	r.inFront(browser)
	r.none("id=ap_email")
	r.one("text=We're sorry! An error occurred when we tried to process your request.")
	r.tap("desc=Close tab")
	r.one("id=com.example.lumen:id/message")
}

func TestASecurePageCannotBePictured(t *testing.T) {
	src, err := apps.Source("partner-demo")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(string(src), "  account:\n    close_when:", "  account:\n    secure: true\n    close_when:", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	models, err := handset.Apps{Partner: file}.Models()
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewVirtual(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	w, err := world.New(world.Defaults(), clk, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := handset.NoProfile()
	h, err := handset.New(handset.Config{Profile: &p}, w, models, clk)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{h, t, w, clk}
	r.open()
	if _, ok := r.Screenshot(); !ok {
		t.Fatal("the list of devices may be seen")
	}
	r.tap("desc=Account")
	if img, ok := r.Screenshot(); ok || img != nil {
		t.Fatal("the page can be pictured")
	}
	r.one("id=com.example.lumen:id/account_title") // the tree still tells
	r.tap("desc=Back")
	if _, ok := r.Screenshot(); !ok {
		t.Fatal("still refused after the page was left")
	}
}

func TestOnlyAnAppCanBeTheMakersApp(t *testing.T) {
	for _, name := range []string{"launcher", "system-dialogs", "no-such-app"} {
		if _, err := (handset.Apps{Partner: name}).Models(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// The reason that the device gives for Frustration-Free Setup not working is on
// the page of the maker's own set-up.
func TestThePartnerAppSaysWhyFrustrationFreeSetUpFailed(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), ready, func(c *world.Config) {
		c.Protocol = "wss-ble"
		c.WiFi[0].Saved = world.SavedWrong
		c.Partner.OwnSetUpDelay = world.Range{Min: time.Hour, Max: time.Hour}
	})
	r.setUp()
	r.one("id=com.example.lumen:id/set_up_offered")
	r.one("id=com.example.lumen:id/why", "text=It said: AUTH_FAILED")
}
