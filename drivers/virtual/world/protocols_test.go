package world_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/world"
)

func speaking(protocol string) func(*world.Config) {
	return func(c *world.Config) {
		c.Protocol = protocol
		c.Plugs.Answer = world.Range{}
		c.Device.SetUpTime = world.Range{Min: 100 * time.Second, Max: 100 * time.Second}
		c.Partner.OwnSetUpTime = world.Range{Min: 10 * time.Second, Max: 10 * time.Second}
	}
}

func (l *lab) states() []string {
	var all []string
	for _, e := range l.of(world.EventDeviceState) {
		all = append(all, e.State)
	}
	return all
}

// What differs between the protocols, from the outside: states, whether the
// customer's Wi-Fi matters, and who resets the device.
func TestTheProtocols(t *testing.T) {
	for _, c := range []struct {
		protocol, first, last, removed string
		wifi                           bool
	}{
		{"wss-wifi", "NOT_PROVISIONED", "DONE", "partner", true},
		{"wss-ble", "ADVERTISING", "PROVISIONED", "partner", true},
		{"zss", "FACTORY_NEW", "ON_NETWORK", "alexa", false},
		{"bss", "UNPROVISIONED_BEACON", "NODE", "alexa", false},
		{"mss-wifi", "ADVERTISING", "COMMISSIONING_COMPLETE", "alexa", true},
		{"mss-thread", "ADVERTISING", "COMMISSIONING_COMPLETE", "alexa", false},
	} {
		t.Run(c.protocol, func(t *testing.T) {
			l := newLab(t, speaking(c.protocol))
			l.Switch(l.id("First plug"), true)
			l.pass(2 * time.Minute)
			states := l.states()
			equal(t, []string{states[0], states[len(states)-1]}, []string{c.first, c.last})
			isTrue(t, len(states) >= 6, states)
			for _, s := range states {
				isTrue(t, strings.Contains(strings.Join(l.logged(), "\n"), s), s, "is in the log")
			}
			known, there := l.partnerLight()
			isTrue(t, there)
			l.Delete(l.id("First light"))
			equal(t, len(l.of(world.EventDeviceReset)) == 1, c.removed == "alexa")
			if c.removed == "partner" {
				l.PartnerRemove(known.ID)
				l.one(world.EventDeviceReset)
			}

			// Without a saved network, only a device that joins Wi-Fi is helpless.
			l = newLab(t, with(speaking(c.protocol), func(c *world.Config) { c.WiFi = nil }))
			l.Switch(l.id("First plug"), true)
			l.pass(10 * time.Minute)
			equal(t, len(l.of(world.EventDeviceSetUp)) == 0, c.wifi)
			if c.wifi {
				equal(t, l.one(world.EventOwnSetUpFailed).Reason, "no_network_nearby")
			}
		})
	}
}

// Each reason of each protocol comes up, in the log, in the events and in the
// maker's app; the device then sets itself up the maker's way.
func TestTheReasonsOfFailure(t *testing.T) {
	want := map[string][]string{
		"wss-wifi":   {"AP_NOT_FOUND", "AUTH_FAILED", "BEHIND_CAPTIVE_PORTAL", "INTERNAL_ERROR", "IP_FAILURE", "LIMITED_CONNECTIVITY"},
		"wss-ble":    {"AP_NOT_FOUND", "AUTH_FAILED", "BEHIND_CAPTIVE_PORTAL", "INTERNAL_ERROR", "IP_FAILURE", "LIMITED_CONNECTIVITY"},
		"zss":        {"NO_IDENTIFY_QUERY_RESPONSE", "NO_NETWORK", "NO_SCAN_RESPONSE", "NOT_PERMITTED", "TCLK_EX_FAILURE"},
		"bss":        {"CANNOT_ASSIGN_ADDRESSES", "CONFIRMATION_FAILED", "DECRYPTION_FAILED", "INVALID_FORMAT", "OUT_OF_RESOURCES", "UNEXPECTED_PDU"},
		"mss-wifi":   {"ATTESTATION_FAILED", "AuthFailure", "IPV6Failed", "NetworkNotFound", "OtherConnectionFailure", "PASE_TIMEOUT"},
		"mss-thread": {"ATTESTATION_FAILED", "AuthFailure", "IPV6Failed", "NetworkNotFound", "OtherConnectionFailure", "PASE_TIMEOUT"},
	}
	equal(t, len(want), len(world.Protocols()))
	for protocol, reasons := range want {
		t.Run(protocol, func(t *testing.T) {
			var seen []string
			for n := range 80 {
				l := newLab(t, with(speaking(protocol), func(c *world.Config) {
					c.Device.SetUpFailure = 1
					c.Partner.OwnSetUpDelay = world.Range{Min: time.Minute, Max: time.Minute}
				}))
				l.BeginAttempt("c", n)
				l.Switch(l.id("First plug"), true)
				l.pass(101 * time.Second)
				failed := l.one(world.EventSetUpFailed)
				equal(t, l.Partner().FFSFailure, failed.Reason)
				isTrue(t, slices.ContainsFunc(l.logged(), func(s string) bool { return strings.HasSuffix(s, "failed: "+failed.Reason) }), l.logged())
				if !slices.Contains(seen, failed.Reason) {
					seen = append(seen, failed.Reason)
				}
				l.pass(2 * time.Minute)
				l.one(world.EventOwnSetUpDone)
				l.Switch(l.id("First plug"), false)
				equal(t, l.Partner().FFSFailure, "")
			}
			slices.SortFunc(seen, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
			slices.SortFunc(reasons, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
			equal(t, seen, reasons)
		})
	}
}

func TestASetUpOverBLETimesOut(t *testing.T) {
	slow := func(c *world.Config) {
		c.Device.SetUpTime = world.Range{Min: 400 * time.Second, Max: 400 * time.Second}
	}
	l := newLab(t, with(speaking("wss-ble"), slow))
	l.Switch(l.id("First plug"), true)
	l.pass(299 * time.Second)
	equal(t, len(l.of(world.EventSetUpFailed)), 0)
	l.pass(time.Second)
	failed := l.one(world.EventSetUpFailed)
	equal(t, failed.State+" "+failed.Reason, "CONNECTING_TO_USER_NETWORK PROVISIONING_TIMEOUT")
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)
	l.one(world.EventOwnSetUpDone)

	l = newLab(t, with(speaking("wss-wifi"), slow))
	l.Switch(l.id("First plug"), true)
	l.pass(401 * time.Second)
	l.one(world.EventDeviceSetUp)
}

func TestADeviceOverBLEAdvertisesForAWeek(t *testing.T) {
	lacking := func(c *world.Config) {
		c.Plugs.Provisioner.On = false
		c.Faults.PartnerNoFallback = 1 // it would give up and set itself up before
	}
	l := newLab(t, with(speaking("wss-ble"), lacking))
	l.Switch(l.id("First plug"), true)
	l.pass(7*24*time.Hour - time.Minute)
	equal(t, len(l.of(world.EventAdvertisingEnded)), 0)
	l.pass(2 * time.Minute)
	l.one(world.EventAdvertisingEnded)
	isTrue(t, slices.Contains(l.logged(), "advertising ended"))
	l.Switch(l.id("Second plug"), true)
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)
	// Power makes it begin anew.
	l.Switch(l.id("First plug"), false)
	l.pass(time.Minute)
	l.Switch(l.id("First plug"), true)
	l.pass(3 * time.Minute)
	l.one(world.EventDeviceSetUp)

	// One that loses its power in time is not told that its week is over.
	l = newLab(t, with(speaking("wss-ble"), lacking))
	l.Switch(l.id("First plug"), true)
	l.pass(time.Hour)
	l.Switch(l.id("First plug"), false)
	l.pass(8 * 24 * time.Hour)
	equal(t, len(l.of(world.EventAdvertisingEnded)), 0)
}

// BSS: once set up, not eligible again until removed and reset.
func TestABSSDeviceIsEligibleOnce(t *testing.T) {
	again := func(l *lab) {
		l.Switch(l.id("First plug"), false)
		l.pass(time.Minute)
		l.Switch(l.id("First plug"), true)
		l.pass(3 * time.Minute)
	}
	for protocol, eligible := range map[string]bool{"bss": false, "zss": true} {
		l := newLab(t, speaking(protocol))
		l.Switch(l.id("First plug"), true)
		l.pass(2 * time.Minute)
		l.FactoryReset() // and not removed
		again(l)
		equal(t, len(l.of(world.EventDeviceSetUp)) == 2, eligible, protocol)
		if !eligible {
			equal(t, l.one(world.EventSetUpWaits).Reason, "not_removed")
		}
		l.Delete(l.id("First light"))
		l.FactoryReset()
		again(l)
		isTrue(t, len(l.of(world.EventDeviceSetUp)) >= 2, protocol)
	}

	// Removed while it could not be reached, it is not reset.
	l := newLab(t, speaking("bss"))
	l.Switch(l.id("First plug"), true)
	l.pass(2 * time.Minute)
	l.Switch(l.id("First plug"), false)
	l.pass(time.Minute)
	l.Delete(l.id("First light"))
	again(l)
	l.one(world.EventDeviceSetUp)

	// What its own set-up gave it lasts, too.
	l = newLab(t, with(speaking("bss"), func(c *world.Config) { c.Account.DeviceRegistered = false }))
	l.Switch(l.id("First plug"), true)
	l.pass(5 * time.Minute)
	l.one(world.EventOwnSetUpDone)
	again(l)
	l.one(world.EventOwnSetUpDone)
	known, there := l.partnerLight()
	isTrue(t, there && known.Responsive)
}

func TestSituations(t *testing.T) {
	for _, c := range []struct {
		situation       world.Situation
		wifiOnly, setUp bool
		refused         []string
		waits, fails    string
	}{
		{situation: world.FirstPasswordWrong, wifiOnly: true, setUp: true, refused: []string{"Former router"}},
		{situation: world.OnlyPasswordWrong, wifiOnly: true, refused: []string{"Certification Lab"}, fails: "AUTH_FAILED"},
		{situation: world.NetworkNotNearby, wifiOnly: true, fails: "AP_NOT_FOUND"},
		{situation: world.DeviceNotRegistered, waits: "device_not_registered"},
		{situation: world.FFSSwitchedOff, waits: "frustration_free_setup_off"},
	} {
		for _, protocol := range world.Protocols() {
			t.Run(string(c.situation)+" "+protocol, func(t *testing.T) {
				l := newLab(t, speaking(protocol))
				wifi := protocol == "wss-wifi" || protocol == "wss-ble" || protocol == "mss-wifi"
				err := l.Arrange(c.situation)
				if c.wifiOnly && !wifi {
					isTrue(t, err != nil && strings.Contains(err.Error(), "knows no Wi-Fi"), err)
					equal(t, l.Situation(), "")
					return
				}
				isTrue(t, err == nil, err)
				equal(t, l.one(world.EventSituation).Name, string(c.situation))
				equal(t, l.Account().FrustrationFreeSetup, c.situation != world.FFSSwitchedOff)
				l.Switch(l.id("First plug"), true)
				l.pass(5 * time.Minute)
				equal(t, len(l.of(world.EventDeviceSetUp)) == 1, c.setUp)
				equal(t, len(l.of(world.EventOwnSetUpDone)) == 0, c.setUp, "the maker's own set-up takes over")
				var refused, reported []string
				for _, e := range l.of(world.EventNetworkRefused) {
					refused = append(refused, e.Name)
				}
				for _, e := range l.of(world.EventFailureReported) {
					reported = append(reported, e.Name)
				}
				equal(t, refused, c.refused)
				equal(t, reported, c.refused)
				if c.waits != "" {
					equal(t, l.one(world.EventSetUpWaits).Reason, c.waits)
				}
				if c.fails != "" && strings.HasPrefix(protocol, "wss") {
					equal(t, l.one(world.EventSetUpFailed).Reason, c.fails)
				}
				noticed, told := l.LogPatterns()
				for _, p := range []string{noticed, told} {
					n := 0
					for _, line := range l.DeviceLog() {
						if p != "" && regexp.MustCompile(p).MatchString(line.Text) {
							n++
						}
					}
					equal(t, n, len(c.refused), p)
				}

				// Put back, everything is as usual.
				l.Settle()
				l.Settle()
				equal(t, l.one(world.EventSettled).Name, string(c.situation))
				equal(t, l.Situation(), "")
				if known, there := l.partnerLight(); there {
					l.PartnerRemove(known.ID)
				}
				l.Switch(l.id("First plug"), false)
				l.pass(time.Minute)
				l.Switch(l.id("First plug"), true)
				l.pass(3 * time.Minute)
				_, there := l.has("First light")
				isTrue(t, there)
			})
		}
	}

	l := newLab(t, nil)
	isTrue(t, l.Arrange("flood") != nil)
	isTrue(t, l.Arrange(world.FFSSwitchedOff) == nil)
	l.BeginAttempt("c", 1)
	equal(t, l.Situation(), "", "an attempt depends on nothing before it")
	isTrue(t, l.Account().FrustrationFreeSetup)
	l = newLab(t, func(c *world.Config) { c.WiFi[0].Nearby = false })
	isTrue(t, l.Arrange(world.OnlyPasswordWrong) != nil)
}

func TestANetworkThatIsNotNearbyGivesNoCredentials(t *testing.T) {
	l := newLab(t, speaking("wss-wifi"))
	isTrue(t, l.Arrange(world.NetworkNotNearby) == nil)
	l.Switch(l.id("First plug"), true)
	l.pass(2 * time.Minute)
	isTrue(t, slices.Contains(l.logged(), "Total credentials found: 0"), l.logged())
	equal(t, l.one(world.EventSetUpFailed).State, "GET_WIFI_LIST")
	isTrue(t, !slices.Contains(l.states(), "CONNECTING_TO_USER_NETWORK"))
}

func TestADeviceThatDoesNotReport(t *testing.T) {
	l := newLab(t, with(speaking("wss-wifi"), func(c *world.Config) { c.Faults.NoFailureReport = 1 }))
	isTrue(t, l.Arrange(world.FirstPasswordWrong) == nil)
	l.Switch(l.id("First plug"), true)
	l.pass(2 * time.Minute)
	l.one(world.EventDeviceSetUp)
	l.one(world.EventNetworkRefused)
	equal(t, len(l.of(world.EventFailureReported)), 0)
}
