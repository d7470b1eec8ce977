package faultsuite

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/power"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

const (
	mss, wss = "mss-wifi-default", "wss-wifi-default"

	setUp   = "3P2-DE-02"
	inApp   = "FFS-APP-01"
	ownFlow = "FFS-OWN-01"
	removal = "FFS-PROV-01"
	allow   = "FFS-LWA-01"
	refuse  = "FFS-LWA-02"
	second  = "FFS-LWA-03"

	passed  = certification.Passed
	failed  = certification.Failed
	blocked = certification.Blocked

	product    = certification.CauseProduct
	partnerApp = certification.CausePartnerApp
	alexaApp   = certification.CauseAlexaApp
	rig        = certification.CauseRig
	network    = certification.CauseNetwork
	definition = certification.CauseDefinition
	tool       = certification.CauseTool
)

// fault is one way in which a testbed breaks, and what must come of it: the
// verdict of the first attempt, who is to blame and why. Nothing else is right.
type fault struct {
	of    string // whose fault it is: world, apps, phone, appium, network, power, clock
	name  string
	plan  string // mss if empty
	case_ string

	world   func(*world.Config)
	latency func(*handset.Profile)
	wire    *wire
	options func(*appium.Options)
	bed     func(t testing.TB, l *lab)

	verdict certification.Verdict
	cause   certification.Cause
	code    certification.Code
	// passes says that the fault goes away: the attempt is made again and
	// passes, and the blocked one stays on record.
	passes bool
	// told is something that an observation must say; "" is nothing.
	told string
	// doors says where it is tried.
	doors doors
}

type doors int

const (
	embedded doors = 1 << iota // door 1
	real                       // door 2
	both     = embedded | real
)

// always and once set the probability of a fault: in every attempt, or in the first.
func always(p *float64) { *p = 1 }

func once(c *world.Config, p *float64) {
	*p = 1
	c.FaultsUntil = 1
}

func faults() []fault {
	return append(append(append(ofWorld(), ofApps()...), ofPhone()...), ofAppium()...)
}

func ofWorld() []fault {
	return []fault{
		{of: "world", name: "nothing is wrong", case_: setUp, verdict: passed, doors: both},
		{of: "world", name: "set-up fails without a word", case_: setUp, world: func(c *world.Config) { always(&c.Device.SetUpFailure) },
			verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "set-up fails without a word, with the maker's own app", case_: setUp, plan: wss, world: func(c *world.Config) { always(&c.Device.SetUpFailure) },
			verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "set-up never ends", case_: setUp, world: func(c *world.Config) { always(&c.Faults.SetUpNeverEnds) },
			verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "set-up fails with a reason", case_: setUp, plan: wss, world: func(c *world.Config) { always(&c.Faults.SetUpFails) },
			verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "set-up fails with a reason, seen in the maker's app", case_: inApp, plan: wss, world: func(c *world.Config) { always(&c.Faults.SetUpFails) },
			verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "set-up ends after the deadline", case_: setUp, world: func(c *world.Config) { always(&c.Faults.LateSetUp) },
			verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "set-up ends just after the deadline", case_: setUp, world: func(c *world.Config) {
			always(&c.Faults.LateSetUp)
			c.Device.Late = world.Range{Min: 306 * time.Second, Max: 310 * time.Second}
		}, verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "wrong name on the card", case_: setUp, world: func(c *world.Config) { always(&c.Faults.WrongName) },
			verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "unresponsive device", case_: setUp, world: func(c *world.Config) { always(&c.Faults.UnresponsiveDevice) },
			verdict: failed, cause: product, code: certification.ProductUnresponsive, doors: both},
		{of: "world", name: "unresponsive device is to be removed", case_: removal, world: func(c *world.Config) { always(&c.Faults.UnresponsiveDevice) },
			verdict: failed, cause: product, code: certification.ProductUnresponsive},
		{of: "world", name: "device vanishes at once", case_: setUp, world: func(c *world.Config) { always(&c.Faults.Vanishes) },
			verdict: failed, cause: product, code: certification.ProductVanished},
		{of: "world", name: "device vanishes after a minute", case_: inApp, world: func(c *world.Config) {
			always(&c.Faults.Vanishes)
			c.Device.Vanishes = world.Range{Min: 55 * time.Second, Max: 65 * time.Second}
		}, verdict: failed, cause: product, code: certification.ProductVanished},
		{of: "world", name: "no set-up of the maker's own", case_: ownFlow, world: func(c *world.Config) { always(&c.Faults.PartnerNoFallback) },
			verdict: failed, cause: product, code: certification.ProductNoFallback},
		{of: "world", name: "no set-up of the maker's own, with WSS", case_: ownFlow, plan: wss, world: func(c *world.Config) { always(&c.Faults.PartnerNoFallback) },
			verdict: failed, cause: product, code: certification.ProductNoFallback},
		{of: "world", name: "the maker's own set-up fails", case_: refuse, plan: wss, world: func(c *world.Config) { always(&c.Faults.PartnerNoFallback) },
			verdict: failed, cause: product, code: certification.ProductOwnSetUp},
		{of: "world", name: "another product's card", case_: setUp, world: func(c *world.Config) { always(&c.Faults.OtherProductCard) }, verdict: passed},
		{of: "world", name: "another product's card, with WSS", case_: inApp, plan: wss, world: func(c *world.Config) { always(&c.Faults.OtherProductCard) }, verdict: passed},
		{of: "world", name: "another product's card, and no set-up", case_: setUp, world: func(c *world.Config) {
			always(&c.Faults.OtherProductCard)
			always(&c.Faults.SetUpNeverEnds)
		}, verdict: failed, cause: product, code: certification.ProductNotSetUp, told: "Porch sensor"},
		{of: "world", name: "device of that name from before", case_: setUp, world: func(c *world.Config) { always(&c.Faults.LeftoverDevice) },
			verdict: passed, told: "from before"},
		{of: "world", name: "device of that name from before, and no set-up", case_: setUp, world: func(c *world.Config) {
			always(&c.Faults.LeftoverDevice)
			always(&c.Device.SetUpFailure)
		}, verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "world", name: "two devices of one name", case_: setUp, world: func(c *world.Config) { always(&c.Faults.DuplicateName) },
			verdict: blocked, cause: definition, code: certification.DefNames},
		{of: "world", name: "deleted device stays in the list", case_: setUp, world: func(c *world.Config) { always(&c.Faults.StaleTile) },
			verdict: blocked, cause: alexaApp, code: certification.AppNothingChanged},
		{of: "world", name: "provisioner dies", case_: setUp, world: func(c *world.Config) { once(c, &c.Faults.ProvisionerOff) },
			verdict: blocked, cause: rig, code: certification.RigProvisioner, passes: true, told: "the provisioner was switched off and on"},
		{of: "world", name: "provisioner dies again and again", case_: inApp, plan: wss, world: func(c *world.Config) { always(&c.Faults.ProvisionerOff) },
			verdict: blocked, cause: rig, code: certification.RigProvisioner},
		{of: "network", name: "the lab's Wi-Fi dies", case_: setUp, world: func(c *world.Config) { once(c, &c.Faults.LabWiFiDown) },
			verdict: blocked, cause: network, code: certification.NetLabDown, passes: true},
		{of: "network", name: "the phone has no internet", case_: setUp, world: func(c *world.Config) { once(c, &c.Faults.PhoneOffline) },
			verdict: blocked, cause: network, code: certification.NetPhoneOffline, passes: true, doors: both},
		{of: "network", name: "the app does not reach its cloud", case_: setUp, world: func(c *world.Config) { once(c, &c.Faults.CloudError) },
			verdict: blocked, cause: network, code: certification.NetCloud, passes: true},
		{of: "power", name: "plug ignores every tap", case_: setUp, world: func(c *world.Config) { always(&c.Faults.PlugIgnores) },
			verdict: blocked, cause: rig, code: certification.RigPlug},
		{of: "power", name: "plug ignores taps for a while", case_: setUp, world: func(c *world.Config) { once(c, &c.Faults.PlugIgnores) },
			verdict: blocked, cause: rig, code: certification.RigPlug, passes: true, doors: both},
		{of: "power", name: "command that switches fails", case_: setUp, bed: func(_ testing.TB, l *lab) {
			l.bed.DevicePower = power.Command{Socket: "First plug", OnArgs: []string{"false"}, OffArgs: []string{"false"}, Clock: l.bed.Clock}
		}, verdict: blocked, cause: rig, code: certification.RigPlug},
		{of: "power", name: "socket says on and gives no power", case_: setUp, bed: func(_ testing.TB, l *lab) {
			l.bed.DevicePower = liar{l.bed.DevicePower, l.bed.Clock}
		}, verdict: blocked, cause: rig, code: certification.RigPlug},
	}
}

// liar says that it has switched on, and has not.
type liar struct {
	drivers.Power
	clock drivers.Clock
}

func (p liar) On(context.Context) (drivers.Switched, error) {
	now := p.clock.Now()
	return drivers.Switched{From: now, To: now}, nil
}

func (p liar) IsOn(ctx context.Context) (bool, error) {
	return p.Power.(drivers.PowerState).IsOn(ctx)
}

func ofApps() []fault {
	return []fault{
		{of: "apps", name: "promotion card", case_: setUp, world: func(c *world.Config) { always(&c.Faults.PromotionCard) }, verdict: passed},
		{of: "apps", name: "card about nothing", case_: setUp, world: func(c *world.Config) { always(&c.Faults.UnrelatedCard) }, verdict: passed},
		{of: "apps", name: "every card at once, and no set-up", case_: setUp, world: func(c *world.Config) {
			always(&c.Faults.PromotionCard)
			always(&c.Faults.UnrelatedCard)
			always(&c.Faults.OtherProductCard)
			always(&c.Device.SetUpFailure)
		}, verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "apps", name: "rating dialog", case_: setUp, world: func(c *world.Config) { always(&c.Faults.RatingDialog) }, verdict: passed},
		{of: "apps", name: "permission dialog", case_: setUp, world: func(c *world.Config) { always(&c.Faults.PermissionDialog) }, verdict: passed, doors: both},
		{of: "apps", name: "offer to update the app", case_: setUp, world: func(c *world.Config) { always(&c.Faults.UpdatePrompt) }, verdict: passed},
		{of: "apps", name: "update wall", case_: setUp, world: func(c *world.Config) { always(&c.Faults.UpdateWall) },
			verdict: blocked, cause: alexaApp, code: certification.AppMustUpdate},
		{of: "apps", name: "signed-out Alexa app", case_: setUp, world: func(c *world.Config) { c.Account.SignedIn = false },
			verdict: blocked, cause: rig, code: certification.RigSignedOut, doors: both},
		{of: "apps", name: "Alexa app crashes", case_: setUp, world: func(c *world.Config) { always(&c.Faults.AlexaAppCrash) },
			verdict: blocked, cause: alexaApp, code: certification.AppCrashed},
		{of: "apps", name: "Alexa app crashes while a device is removed", case_: removal, plan: wss, world: func(c *world.Config) { always(&c.Faults.AlexaAppCrash) },
			verdict: blocked, cause: alexaApp, code: certification.AppCrashed},
		{of: "apps", name: "Alexa app crashes once", case_: setUp, world: func(c *world.Config) { once(c, &c.Faults.AlexaAppCrash) },
			verdict: blocked, cause: alexaApp, code: certification.AppCrashed, passes: true, told: "the Alexa app was ended", doors: both},
		{of: "apps", name: "Alexa app hangs for a moment (ANR)", case_: setUp, world: func(c *world.Config) { always(&c.Faults.NotResponding) },
			verdict: passed, told: "not_responding", doors: both},
		{of: "apps", name: "Alexa app hangs for ever (ANR)", case_: setUp, world: func(c *world.Config) { always(&c.Faults.AppHangs) },
			verdict: blocked, cause: alexaApp, code: certification.AppDialogStays},
		{of: "apps", name: "partner app crashes", case_: inApp, world: func(c *world.Config) { always(&c.Faults.PartnerAppCrash) },
			verdict: failed, cause: partnerApp, code: certification.AppCrashed},
		{of: "apps", name: "partner app crashes in its own set-up", case_: ownFlow, plan: wss, world: func(c *world.Config) { always(&c.Faults.PartnerAppCrash) },
			verdict: failed, cause: partnerApp, code: certification.AppCrashed},
		{of: "apps", name: "partner app is signed out", case_: inApp, world: func(c *world.Config) { c.Partner.SignedIn = false }, verdict: passed},
		{of: "apps", name: "account is linked before the second device", case_: second, plan: wss, world: func(c *world.Config) { c.Partner.Linked = true }, verdict: passed},
		{of: "apps", name: "no Login with Amazon to refuse", case_: refuse, plan: wss, world: func(c *world.Config) { always(&c.Faults.PartnerNoLogin) },
			verdict: failed, cause: partnerApp, code: certification.PartnerNoLogin},
		{of: "apps", name: "no Login with Amazon", case_: allow, world: func(c *world.Config) { always(&c.Faults.PartnerNoLogin) },
			verdict: failed, cause: partnerApp, code: certification.PartnerNoLogin},
		{of: "apps", name: "scope not asked for", case_: allow, world: func(c *world.Config) { always(&c.Faults.PartnerNoScope) },
			verdict: failed, cause: partnerApp, code: certification.PartnerNoScope},
		{of: "apps", name: "device vanishes from a second set-up", case_: second, plan: wss, world: func(c *world.Config) {
			always(&c.Faults.Vanishes)
			c.Device.Vanishes = world.Range{Min: time.Second, Max: time.Second}
		}, verdict: failed, cause: product, code: certification.ProductVanished},
		{of: "apps", name: "tap does nothing", case_: setUp, world: func(c *world.Config) { always(&c.Faults.TapLost) }, verdict: passed},
		{of: "apps", name: "no tap does anything", case_: setUp, wire: &wire{early: true, on: ends(http.MethodPost, "/click"), times: -1, do: nothing},
			verdict: blocked, cause: alexaApp, code: certification.AppNothingChanged},
	}
}

func ofPhone() []fault {
	return []fault{
		{of: "phone", name: "battery dialog", case_: setUp, world: func(c *world.Config) { always(&c.Faults.BatteryDialog) }, verdict: passed},
		{of: "phone", name: "dialog that nobody knows", case_: setUp, world: func(c *world.Config) { always(&c.Faults.UnknownDialog) },
			verdict: blocked, cause: rig, code: certification.AppUnknownDialog, doors: both},
		{of: "phone", name: "phone unplugged and back", case_: setUp, world: func(c *world.Config) { once(c, &c.Faults.PhoneUnplugged) },
			verdict: blocked, cause: rig, code: certification.RigSession, passes: true, told: "a new session was asked for"},
		{of: "phone", name: "slow page source", case_: setUp, latency: func(p *handset.Profile) { p.Source = 3 * time.Second }, verdict: passed},
		{of: "phone", name: "slow page source, and no set-up", case_: setUp, latency: func(p *handset.Profile) { p.Source = 3 * time.Second },
			world:   func(c *world.Config) { always(&c.Faults.SetUpNeverEnds) },
			verdict: failed, cause: product, code: certification.ProductNotSetUp},
		{of: "phone", name: "instrumentation crashes", case_: setUp, wire: &wire{within: 30, times: 1, do: fails(500, "unknown error",
			"'GET /source' cannot be proxied to UiAutomator2 server because the instrumentation process is not running (probably crashed)")},
			verdict: blocked, cause: rig, code: certification.RigSession, passes: true},
		{of: "phone", name: "phone offline for adb", case_: setUp, wire: &wire{within: 30, times: 1, do: fails(500, "unknown error",
			"Error executing adbExec. Original error: 'error: device offline'")},
			verdict: blocked, cause: rig, code: certification.RigPhone, passes: true},
		{of: "phone", name: "another phone answers", case_: setUp, options: func(o *appium.Options) { o.UDID, o.Capabilities = "", nil },
			wire: &wire{early: true, on: newSession, times: -1, do: changed(func(b []byte) []byte {
				return bytes.ReplaceAll(b, []byte(`"ffscert-virtual"`), []byte(`"another-phone"`))
			})},
			bed: func(t testing.TB, l *lab) {
				o := appium.Options{App: l.alexa.Application(), Clock: l.bed.Clock, Limits: limits(), Endpoint: l.proxy.URL, UDID: l.lab.Serial()}
				useOtherPhone(l, o)
			},
			verdict: blocked, cause: rig, code: certification.RigWrongPhone},
		{of: "clock", name: "computer sleeps, or its clock is put forward", case_: setUp, bed: func(_ testing.TB, l *lab) {
			l.bed.Clock = &clockThat{Clock: l.bed.Clock, skew: time.Hour, once: true}
		}, verdict: blocked, cause: tool, code: certification.ToolClock, passes: true},
		{of: "clock", name: "clock is put back", case_: setUp, bed: func(_ testing.TB, l *lab) {
			l.bed.Clock = &clockThat{Clock: l.bed.Clock, skew: -time.Hour}
		}, verdict: passed, told: "put back"},
	}
}

func ofAppium() []fault {
	transient := func(name string, code certification.Code, w wire) fault {
		if w.within == 0 {
			w.within = 30
		}
		return fault{of: "appium", name: name, case_: setUp, wire: &w, verdict: blocked, cause: rig, code: code, passes: true}
	}
	killed := transient("session killed", certification.RigSession, wire{times: 1, do: endSession})
	killed.doors = both
	noPicture := fault{of: "appium", name: "no pictures, and no set-up", case_: setUp, world: func(c *world.Config) { always(&c.Device.SetUpFailure) },
		wire:    &wire{on: ends(http.MethodGet, "/screenshot"), times: -1, do: fails(500, "unable to capture screen", "no")},
		verdict: failed, cause: product, code: certification.ProductNotSetUp}
	return []fault{
		killed,
		transient("Appium dies and is started again", certification.RigServer, wire{on: everything, times: 8, do: hangUp}),
		{of: "appium", name: "Appium dies for good", case_: setUp, wire: &wire{on: everything, within: 30, times: -1, do: hangUp},
			verdict: blocked, cause: rig, code: certification.RigServer},
		transient("answer is no JSON", certification.RigServer, wire{times: 1, do: answers(200, "\x00\x01 garbage <html>")}),
		transient("answer is empty", certification.RigServer, wire{times: 1, do: answers(200, "")}),
		transient("answer is cut off", certification.RigServer, wire{times: 1, do: cut}),
		transient("gateway does not reach the server", certification.RigServer, wire{times: 1, do: answers(502, "<html><h1>502 Bad Gateway</h1></html>")}),
		transient("server fails", certification.RigPhone, wire{times: 1, do: fails(500, "unknown error", "An unknown server-side error occurred")}),
		transient("page source does not come", certification.RigTimeout, wire{on: ends(http.MethodGet, "/source"), within: 3, times: 1, do: hangs}),
		transient("page source is torn", certification.RigServer, wire{on: ends(http.MethodGet, "/source"), within: 3, times: 1,
			do: answers(200, `{"value":"<hierarchy><node a="}`)}),
		transient("new session refused", certification.RigSession, wire{early: true, on: newSession, within: 1, times: 1,
			do: fails(500, "session not created", "A new session could not be created")}),
		{of: "appium", name: "element goes stale", case_: setUp, wire: &wire{early: true, on: ends(http.MethodPost, "/click"), within: 8, times: 1,
			do: fails(404, "stale element reference", "The element does not exist in DOM anymore")}, verdict: passed},
		noPicture,
	}
}
