package world_test

import (
	"testing"
	"time"

	"ffscert/drivers/virtual/world"
)

const (
	linking = "alexa::skills:account_linking"
	ffs     = "frustration_free_setup::device:setup"
)

// patient gives the maker's cloud and the own set-up fixed times.
func patient(c *world.Config) {
	instant(c)
	c.Partner.Delay = world.Range{Min: 2 * time.Second, Max: 2 * time.Second}
	c.Partner.OwnSetUpDelay = world.Range{Min: time.Second, Max: time.Second}
	c.Partner.OwnSetUpTime = world.Range{Min: 20 * time.Second, Max: 20 * time.Second}
}

func (l *lab) partnerLight() (world.Device, bool) {
	l.t.Helper()
	for _, d := range l.PartnerDevices() {
		if d.Name == "First light" {
			again, ok := l.PartnerDevice(d.ID)
			isTrue(l.t, ok)
			equal(l.t, again, d)
			return d, true
		}
	}
	return world.Device{}, false
}

func TestThePartnerCloudKnowsTheDeviceAfterZeroTouch(t *testing.T) {
	l := newLab(t, patient)
	equal(t, l.Partner(), world.Partner{SignedIn: true, OwnSetUp: world.OwnSetUpNone})
	l.Switch(l.id("First plug"), true)
	l.pass(1999 * time.Millisecond)
	equal(t, len(l.PartnerDevices()), 0)
	l.pass(time.Millisecond)
	light, there := l.partnerLight()
	isTrue(t, there && light.Responsive && light.Kind == world.Light)
	equal(t, l.one(world.EventPartnerDeviceAdded).T, 2.0)

	// It is the device that cannot be reached, not one of its clouds.
	l.Switch(l.id("First plug"), false)
	light, _ = l.partnerLight()
	isTrue(t, !light.Responsive)
	l.one(world.EventDeviceUnresponsive)
	l.Switch(l.id("First plug"), true)
	light, _ = l.partnerLight()
	isTrue(t, light.Responsive)
	l.pass(time.Hour)
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpNone, "nothing has failed")

	l = newLab(t, with(patient, func(c *world.Config) { c.Faults.UnresponsiveDevice = 1 }))
	l.Switch(l.id("First plug"), true)
	l.pass(time.Minute)
	light, there = l.partnerLight()
	isTrue(t, there && !light.Responsive)
}

func TestRemovalResetsTheDeviceOrDoesNot(t *testing.T) {
	for _, c := range []struct {
		protocol, where                string
		inAccount, inPartner, wasReset bool
	}{
		{"mss-wifi", "alexa", false, false, true},
		{"mss-wifi", "partner", false, false, true},
		{"wss-wifi", "alexa", false, true, false},
		{"wss-wifi", "partner", false, false, true},
	} {
		t.Run(c.protocol+" "+c.where, func(t *testing.T) {
			l := newLab(t, with(patient, func(cfg *world.Config) { cfg.Protocol = c.protocol }))
			l.Switch(l.id("First plug"), true)
			l.pass(2 * time.Second)
			known, _ := l.partnerLight()
			if c.where == "alexa" {
				l.Delete(l.id("First light"))
			} else {
				l.PartnerRemove(known.ID)
				equal(t, l.one(world.EventDeviceDeleted).How, "partner_app")
				equal(t, l.one(world.EventPartnerDeviceRemoved).How, "partner_app")
			}
			_, there := l.has("First light")
			equal(t, there, c.inAccount)
			_, there = l.partnerLight()
			equal(t, there, c.inPartner)
			equal(t, len(l.of(world.EventDeviceReset)) == 1, c.wasReset)
			_, shown := l.Card()
			isTrue(t, !shown, "the card of a removed device is withdrawn")

			// Only what was reset can be provisioned again.
			l.Switch(l.id("First plug"), false)
			l.Switch(l.id("First plug"), true)
			l.pass(time.Minute)
			_, there = l.has("First light")
			equal(t, there, c.wasReset)
			if !c.wasReset {
				equal(t, l.one(world.EventSetUpWaits).Reason, "not_reset")
				l.PartnerRemove(known.ID)
				l.Switch(l.id("First plug"), false)
				l.Switch(l.id("First plug"), true)
				_, there = l.has("First light")
				isTrue(t, there, "removed where it counts, it is set up again")
			}
			isTrue(t, len(l.PartnerDevices()) <= 1)
		})
	}
}

func TestRemovingWhatCannotBeReachedDoesNotResetIt(t *testing.T) {
	l := newLab(t, with(patient, func(c *world.Config) {
		c.Protocol = "wss-wifi"
		c.Partner.Others = []world.OtherDevice{{Name: "Porch light", Kind: world.Light, On: true}}
	}))
	l.Switch(l.id("First plug"), true)
	l.pass(time.Minute)
	l.Switch(l.id("First plug"), false)
	known, _ := l.partnerLight()
	l.PartnerRemove(known.ID)
	l.PartnerRemove("nobody")
	equal(t, len(l.of(world.EventDeviceReset)), 0)
	_, there := l.has("First light")
	isTrue(t, !there)
	// Another device of the maker's is none of the lab's business.
	equal(t, l.PartnerDevices()[0].Name, "Porch light")
	l.PartnerRemove(l.PartnerDevices()[0].ID)
	equal(t, len(l.PartnerDevices()), 0)
	equal(t, len(l.of(world.EventDeviceReset)), 0)
}

func TestAStaleTileAfterRemovalInThePartnerApp(t *testing.T) {
	l := newLab(t, with(patient, func(c *world.Config) { c.Faults.StaleTile = 1 }))
	l.Switch(l.id("First plug"), true)
	l.pass(time.Minute)
	known, _ := l.partnerLight()
	l.PartnerRemove(known.ID)
	tile, there := l.has("First light")
	isTrue(t, there && !tile.Responsive)
	l.one(world.EventDeviceReset)
}

func TestOwnSetUpStartsByItself(t *testing.T) {
	for name, change := range map[string]func(*world.Config){
		"failed":            func(c *world.Config) { c.Device.SetUpFailure = 1 },
		"no network":        func(c *world.Config) { c.WiFi[0].Saved = world.SavedWrong },
		"provisioner off":   func(c *world.Config) { c.Plugs.Provisioner.On = false },
		"device not preset": func(c *world.Config) { c.Account.DeviceRegistered = false },
		"not linked":        func(c *world.Config) { c.Partner.RequiresLink = true },
		"linked without scope": func(c *world.Config) {
			c.Partner.RequiresLink, c.Partner.Linked, c.Partner.Scopes = true, true, []string{linking}
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, with(patient, change))
			l.Switch(l.id("First plug"), true)
			if name != "failed" && name != "no network" {
				l.pass(119 * time.Second)
				equal(t, l.Partner().OwnSetUp, world.OwnSetUpNone)
				l.pass(time.Second)
				isTrue(t, l.one(world.EventGaveUp).Reason != "")
			}
			equal(t, l.Partner().OwnSetUp, world.OwnSetUpOffered)
			l.pass(time.Second)
			equal(t, l.Partner().OwnSetUp, world.OwnSetUpRunning)
			equal(t, l.one(world.EventOwnSetUpStarted).How, "device")
			l.StartOwnSetUp()
			l.one(world.EventOwnSetUpStarted) // it runs already
			l.pass(20 * time.Second)
			equal(t, l.Partner().OwnSetUp, world.OwnSetUpDone)
			l.one(world.EventOwnSetUpDone)
			light, there := l.partnerLight()
			isTrue(t, there && light.Responsive)
			_, there = l.has("First light")
			isTrue(t, !there, "Amazon has never heard of it")
			// The provisioner being back is too late.
			l.Switch(l.id("Second plug"), false)
			l.Switch(l.id("Second plug"), true)
			l.pass(time.Hour)
			equal(t, len(l.of(world.EventDeviceSetUp)), 0)
			l.StartOwnSetUp()
			equal(t, l.Partner().OwnSetUp, world.OwnSetUpDone, "it is set up already")

			l.PartnerRemove(light.ID)
			l.one(world.EventDeviceReset)
			equal(t, l.Partner().OwnSetUp, world.OwnSetUpNone)
			equal(t, len(l.PartnerDevices()), 0)
		})
	}
}

func TestWhetherOwnSetUpLasts(t *testing.T) {
	for _, lasts := range []bool{false, true} {
		l := newLab(t, with(patient, func(c *world.Config) { c.Partner.OwnSetUpLasts = lasts }))
		l.Switch(l.id("Second plug"), false)
		l.Switch(l.id("First plug"), true)
		l.pass(3 * time.Minute)
		equal(t, l.Partner().OwnSetUp, world.OwnSetUpDone)
		l.Switch(l.id("Second plug"), true)
		l.Switch(l.id("First plug"), false)
		light, _ := l.partnerLight()
		isTrue(t, light.ID != "" && !light.Responsive)
		l.Switch(l.id("First plug"), true)
		equal(t, len(l.of(world.EventDeviceReset)) == 1, !lasts)
		l.pass(time.Minute)
		_, there := l.has("First light")
		equal(t, there, !lasts)
		light, _ = l.partnerLight()
		isTrue(t, light.Responsive && len(l.PartnerDevices()) == 1)
		equal(t, len(l.of(world.EventSetUpWaits)), 1, "a device of the maker's lacks nothing")
	}
}

func TestOwnSetUpThatIsDisturbed(t *testing.T) {
	failing := with(patient, func(c *world.Config) { c.Device.SetUpFailure = 1 })
	l := newLab(t, failing)
	l.Switch(l.id("First plug"), true)
	l.pass(10 * time.Second)
	l.Switch(l.id("First plug"), false)
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpFailed)
	equal(t, l.one(world.EventOwnSetUpFailed).Reason, "device_unpowered")
	l.pass(time.Hour)
	equal(t, len(l.PartnerDevices()), 0)
	l.Switch(l.id("First plug"), true)
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpOffered, "powered anew, everything begins anew")
	l.Switch(l.id("First plug"), false)
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpNone)
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventOwnSetUpStarted)), 1)

	// There is nothing to join.
	l = newLab(t, with(patient, func(c *world.Config) { c.WiFi[0].Nearby = false }))
	l.Switch(l.id("First plug"), true)
	l.pass(time.Minute)
	equal(t, l.one(world.EventOwnSetUpFailed).Reason, "no_network_nearby")
	l.StartOwnSetUp()
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpRunning, "the customer may try again")

	// A reset ends it.
	l = newLab(t, failing)
	l.Switch(l.id("First plug"), true)
	l.pass(10 * time.Second)
	l.FactoryReset()
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpNone)
	l.pass(time.Hour)
	equal(t, len(l.PartnerDevices()), 0)
}

func TestTheCustomerStartsOwnSetUp(t *testing.T) {
	slow := with(patient, func(c *world.Config) { c.Device.SetUpTime = world.Range{Min: time.Minute, Max: time.Minute} })
	l := newLab(t, slow)
	l.Switch(l.id("First plug"), true)
	l.pass(10 * time.Second)
	l.StartOwnSetUp()
	equal(t, l.one(world.EventOwnSetUpStarted).How, "customer")
	equal(t, l.one(world.EventSetUpInterrupted).Reason, "own_set_up")
	l.pass(time.Hour)
	l.one(world.EventOwnSetUpDone)
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)

	// The app is opened first, and then the device gets power.
	l = newLab(t, slow)
	l.StartOwnSetUp()
	l.pass(5 * time.Second)
	l.Switch(l.id("First plug"), true)
	l.pass(time.Hour)
	l.one(world.EventOwnSetUpDone)
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)

	// It never gets power; later it does, and is set up by zero-touch.
	l = newLab(t, slow)
	l.StartOwnSetUp()
	l.pass(20 * time.Second)
	equal(t, l.one(world.EventOwnSetUpFailed).Reason, "device_not_powered")
	l.Switch(l.id("First plug"), true)
	l.pass(time.Minute)
	l.one(world.EventDeviceSetUp)

	// It does not wait for the moment at which the device would begin by itself.
	l = newLab(t, with(patient, func(c *world.Config) { c.Device.SetUpFailure = 1 }))
	l.Switch(l.id("First plug"), true)
	l.StartOwnSetUp()
	l.pass(time.Hour)
	equal(t, l.one(world.EventOwnSetUpStarted).How, "customer")
	l.one(world.EventOwnSetUpDone)
}

// One that gives up does not take the provisioner back that comes a moment
// later, and one that is in its own set-up has nothing to give up.
func TestGivingUp(t *testing.T) {
	l := newLab(t, patient)
	l.Switch(l.id("Second plug"), false)
	l.Switch(l.id("First plug"), true)
	l.pass(2 * time.Minute)
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpOffered)
	l.Switch(l.id("Second plug"), true)
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)
	l.one(world.EventOwnSetUpDone)
	// Powered anew, it is patient again.
	l.Switch(l.id("Second plug"), false)
	l.Switch(l.id("First plug"), false)
	l.Switch(l.id("First plug"), true)
	l.pass(119 * time.Second)
	l.one(world.EventGaveUp)
	l.pass(time.Second)
	equal(t, len(l.of(world.EventGaveUp)), 2)

	l = newLab(t, with(patient, func(c *world.Config) { c.Partner.OwnSetUpTime = world.Range{Min: time.Hour, Max: time.Hour} }))
	l.Switch(l.id("Second plug"), false)
	l.Switch(l.id("First plug"), true)
	l.StartOwnSetUp()
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventGaveUp)), 0)
	l.one(world.EventOwnSetUpDone)

	// A set-up that is under way when the time is over, and then loses its
	// provisioner, is not waited for once more.
	l = newLab(t, with(patient, func(c *world.Config) {
		c.Device.SetUpTime = world.Range{Min: 5 * time.Minute, Max: 5 * time.Minute}
	}))
	l.Switch(l.id("First plug"), true)
	l.pass(3 * time.Minute)
	l.Switch(l.id("Second plug"), false)
	equal(t, l.one(world.EventGaveUp).Reason, "provisioner_not_ready")
	l.pass(time.Minute)
	l.one(world.EventOwnSetUpDone)

	// What failed stays so until it is powered anew.
	l = newLab(t, with(patient, func(c *world.Config) { c.Faults.PartnerNoFallback = 1 }))
	l.Switch(l.id("Second plug"), false)
	l.Switch(l.id("First plug"), true)
	l.StartOwnSetUp()
	l.pass(time.Minute)
	l.one(world.EventOwnSetUpFailed)
	l.Switch(l.id("Second plug"), true)
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)
	l.Switch(l.id("First plug"), false)
	l.Switch(l.id("First plug"), true)
	l.one(world.EventDeviceSetUp)

	// Without a set-up of its own, it waits on.
	l = newLab(t, with(patient, func(c *world.Config) { c.Faults.PartnerNoFallback = 1 }))
	l.Switch(l.id("Second plug"), false)
	l.Switch(l.id("First plug"), true)
	l.pass(time.Hour)
	l.Switch(l.id("Second plug"), true)
	l.one(world.EventDeviceSetUp)
}

// The maker's cloud hears of the set-up that stands, not of one before it.
func TestThePartnerCloudHearsOfTheLatestSetUp(t *testing.T) {
	l := newLab(t, patient)
	l.Switch(l.id("First plug"), true)
	l.pass(time.Second)
	l.FactoryReset()
	l.Switch(l.id("First plug"), false)
	l.Switch(l.id("First plug"), true)
	equal(t, len(l.of(world.EventDeviceSetUp)), 2)
	l.pass(1500 * time.Millisecond)
	equal(t, len(l.PartnerDevices()), 0)
	l.pass(500 * time.Millisecond)
	equal(t, len(l.PartnerDevices()), 1)
	l.one(world.EventPartnerDeviceAdded)
}

func TestWithoutFallback(t *testing.T) {
	l := newLab(t, with(patient, func(c *world.Config) {
		c.Faults.PartnerNoFallback = 1
		c.WiFi[0].Saved = world.SavedWrong
	}))
	l.Switch(l.id("First plug"), true)
	l.one(world.EventSetUpFailed)
	l.pass(time.Hour)
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpNone)
	equal(t, l.one(world.EventFault).Name, "partner_no_fallback")
	l.StartOwnSetUp()
	l.pass(time.Minute)
	equal(t, l.Partner().OwnSetUp, world.OwnSetUpFailed)
	equal(t, l.one(world.EventOwnSetUpFailed).Reason, "fault")
	l.one(world.EventFault) // drawn once in an attempt
}

func TestTheCustomerConsents(t *testing.T) {
	l := newLab(t, with(patient, func(c *world.Config) { c.Partner.RequiresLink = true }))
	r := l.AuthRequest()
	equal(t, r.Scopes, []string{linking, ffs})
	equal(t, r.Shown, r.Scopes)
	isTrue(t, r.AppName == "Example Home" && r.Expires == 10*time.Minute && r.Offered && r.Wrong == "")
	l.Switch(l.id("First plug"), true)
	equal(t, l.one(world.EventSetUpWaits).Reason, "account_not_linked")
	l.Authorize(false)
	equal(t, l.Partner().Linked, false)
	equal(t, l.one(world.EventAuthorizationRefused).Scopes, []string{linking, ffs})
	l.Authorize(true)
	equal(t, l.Partner().Scopes, []string{linking, ffs})
	equal(t, l.one(world.EventAuthorized).Scopes, []string{linking, ffs})
	isTrue(t, l.Partner().Linked && !l.AuthRequest().Offered, "what is linked is not offered again")
	l.one(world.EventDeviceSetUp)

	l.Partner().Scopes[0] = "x" // a copy
	equal(t, l.Partner().Scopes[0], linking)
	l.PartnerUnlink()
	l.PartnerUnlink()
	l.one(world.EventUnlinked)
	isTrue(t, !l.Partner().Linked && l.Partner().Scopes == nil && l.AuthRequest().Offered)

	// Linked from the start, for the second device.
	l = newLab(t, with(patient, func(c *world.Config) { c.Partner.RequiresLink, c.Partner.Linked = true, true }))
	equal(t, l.Partner().Scopes, []string{linking, ffs})
	l.Switch(l.id("First plug"), true)
	l.one(world.EventDeviceSetUp)
}

func TestWhatThePartnerAppLacks(t *testing.T) {
	l := newLab(t, with(patient, func(c *world.Config) { c.Faults.PartnerNoLogin = 1 }))
	isTrue(t, !l.AuthRequest().Offered)
	equal(t, l.AuthRequest().Scopes, []string{linking, ffs})
	l.BeginAttempt("c", 1)
	isTrue(t, !l.AuthRequest().Offered)
	equal(t, len(l.of(world.EventFault)), 2, "drawn anew in every attempt")

	l = newLab(t, with(patient, func(c *world.Config) { c.Faults.PartnerNoScope, c.Partner.RequiresLink = 1, true }))
	equal(t, l.AuthRequest().Scopes, []string{linking})
	equal(t, l.AuthRequest().Shown, []string{linking})
	l.Authorize(true)
	equal(t, l.Partner().Scopes, []string{linking})
	l.Switch(l.id("First plug"), true)
	equal(t, l.one(world.EventSetUpWaits).Reason, "ffs_scope_not_granted")
}

func TestSigningInToThePartnerApp(t *testing.T) {
	l := newLab(t, with(patient, func(c *world.Config) { c.Partner.SignedIn = false }))
	before := l.Version()
	l.PartnerSignOut()
	l.PartnerSignIn("")
	isTrue(t, !l.Partner().SignedIn && l.Version() == before)
	l.PartnerSignIn("somebody@example.com")
	l.PartnerSignIn("somebody@example.com")
	isTrue(t, l.Partner().SignedIn && l.Version() == before+1)
	l.PartnerSignOut()
	isTrue(t, !l.Partner().SignedIn && l.Version() == before+2)
	l.PartnerSignIn("somebody@example.com")
	l.BeginAttempt("c", 1)
	isTrue(t, !l.Partner().SignedIn, "as configured")
}
