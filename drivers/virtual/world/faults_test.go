package world_test

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"ffscert/drivers/virtual/world"
)

func TestASetUpThatFails(t *testing.T) {
	reasons := map[string]bool{}
	for n := range 60 {
		l := newLab(t, with(instant, func(c *world.Config) {
			c.Device.SetUpFailure = 1
			c.Device.SetUpTime = world.Range{Min: time.Minute, Max: time.Minute}
			c.Partner.OwnSetUpTime = world.Range{Min: 24 * time.Hour, Max: 24 * time.Hour}
		}))
		l.BeginAttempt("c", n)
		l.Switch(l.id("First plug"), true)
		l.pass(time.Hour)
		equal(t, len(l.of(world.EventDeviceSetUp)), 0)
		failed := l.one(world.EventSetUpFailed)
		reasons[failed.Reason] = true
		equal(t, l.one(world.EventFault).Name, "set_up_failure")
		states := l.of(world.EventDeviceState)
		equal(t, states[len(states)-1].State, failed.State, "it stops in the state in which it failed")
		isTrue(t, failed.T < 60)
		log := l.DeviceLog()
		equal(t, log[len(log)-1].Text, "commissioning failed: "+failed.Reason)

		// The provisioner coming back changes nothing; power does.
		l.plug("Second plug", false)
		l.plug("Second plug", true)
		l.pass(time.Hour)
		equal(t, len(l.of(world.EventSetUpFailed)), 1)
		l.plug("First plug", false)
		l.plug("First plug", true)
		l.pass(time.Hour)
		equal(t, len(l.of(world.EventSetUpFailed)), 2)
	}
	equal(t, len(reasons), 6, "every reason comes up")
}

// A set-up that never ends stays where it is: no reason, no card, and the
// maker's own set-up does not start. Power makes it begin anew.
func TestASetUpThatNeverEnds(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) {
		c.Faults.SetUpNeverEnds = 1
		c.Device.SetUpTime = world.Range{Min: time.Minute, Max: time.Minute}
	}))
	l.Switch(l.id("First plug"), true)
	l.pass(24 * time.Hour)
	equal(t, l.one(world.EventFault).Name, "set_up_never_ends")
	for _, what := range []string{world.EventDeviceSetUp, world.EventSetUpFailed, world.EventCardShown, world.EventOwnSetUpStarted} {
		equal(t, len(l.of(what)), 0, what)
	}
	l.plug("First plug", false)
	l.plug("First plug", true)
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventFault)), 2)
}

func TestASetUpThatFailsAndSaysWhy(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Faults.SetUpFails = 1 }))
	l.Switch(l.id("First plug"), true)
	l.pass(time.Minute)
	failed := l.one(world.EventSetUpFailed)
	card, shown := l.Card()
	isTrue(t, shown)
	equal(t, card.Kind, world.CardSetUpError)
	equal(t, card.Text, "Setting up failed: "+failed.Reason)
	equal(t, l.one(world.EventFault).Name, "set_up_fails")
}

func TestAFailureThatTakesNoTime(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Device.SetUpFailure = 1 }))
	for n := range 10 {
		l.BeginAttempt("c", n)
		l.events.Reset()
		l.Switch(l.id("First plug"), true)
		states := l.of(world.EventDeviceState)
		equal(t, states[len(states)-1].State, l.one(world.EventSetUpFailed).State)
	}
}

// failing are the attempts in which the set-up fails.
func failing(t *testing.T, p float64, attempts int) []int {
	l := newLab(t, with(instant, func(c *world.Config) { c.Device.SetUpFailure = p }))
	var failed []int
	for n := range attempts {
		l.BeginAttempt("3P2-DE-02", n+1)
		l.Switch(l.id("First plug"), true)
		if _, there := l.has("First light"); !there {
			failed = append(failed, n+1)
		}
	}
	return failed
}

func TestFailuresComeAsOftenAsConfigured(t *testing.T) {
	const attempts = 1000
	var before []int
	for _, p := range []float64{0, 0.05, 0.3, 0.9, 1} {
		failed := failing(t, p, attempts)
		// Five standard deviations.
		isTrue(t, math.Abs(float64(len(failed))-p*attempts) <= 5*math.Sqrt(p*(1-p)*attempts), p, len(failed))
		for _, n := range before {
			isTrue(t, slices.Contains(failed, n), "attempt", n, "failed at a lower probability than", p)
		}
		before = failed
	}
}

func TestSetUpTimesAreDrawnUniformly(t *testing.T) {
	l := newLab(t, nil)
	var sum, lo, hi = 0.0, 1e9, 0.0
	const attempts = 600
	for n := range attempts {
		l.BeginAttempt("c", n)
		l.plug("First plug", true)
		l.pass(45 * time.Second)
		s := *l.of(world.EventDeviceSetUp)[0].SetUpSeconds
		l.events.Reset()
		sum, lo, hi = sum+s, min(lo, s), max(hi, s)
	}
	isTrue(t, lo >= 20 && lo < 21 && hi <= 45 && hi > 44, lo, hi)
	isTrue(t, math.Abs(sum/attempts-32.5) < 5*25/math.Sqrt(12*attempts), sum/attempts)
}

func TestLateSetUp(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Faults.LateSetUp = 1 }))
	l.Switch(l.id("First plug"), true)
	l.pass(300 * time.Second)
	_, there := l.has("First light")
	isTrue(t, !there)
	l.pass(100 * time.Second)
	_, there = l.has("First light")
	isTrue(t, there)
	equal(t, l.one(world.EventFault).Name, "late_set_up")
}

func TestUnresponsiveDevice(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Faults.UnresponsiveDevice = 1 }))
	l.Switch(l.id("First plug"), true)
	light, there := l.has("First light")
	isTrue(t, there && !light.Responsive)
	l.one(world.EventDeviceUnresponsive)
	l.Switch(l.id("First plug"), false)
	l.Switch(l.id("First plug"), true)
	light, _ = l.has("First light")
	isTrue(t, light.Responsive)
}

func TestPlugThatIgnoresATap(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Faults.PlugIgnores = 1 }))
	l.Switch(l.id("First plug"), true)
	plug, _ := l.has("First plug")
	isTrue(t, !plug.On && plug.Pending == nil)
	equal(t, l.one(world.EventAskedInVain).Reason, "fault")
	equal(t, l.one(world.EventFault).Device, "First plug")

	// A lamp is no plug.
	l.Switch(l.id("Bedroom lamp"), true)
	l.pass(time.Second)
	lamp, _ := l.has("Bedroom lamp")
	isTrue(t, lamp.On)
}

func TestWrongName(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Faults.WrongName = 1 }))
	l.Switch(l.id("First plug"), true)
	_, there := l.has("First light")
	isTrue(t, !there)
	_, there = l.has("Second light")
	isTrue(t, there)
	card, _ := l.Card()
	equal(t, card.DeviceName, "Second light")
	setUp := l.one(world.EventDeviceSetUp)
	equal(t, setUp.Device+"/"+setUp.RegisteredAs, "First light/Second light")
}

func TestStaleTile(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Faults.StaleTile = 1 }))
	l.Switch(l.id("First plug"), true)
	light := l.id("First light")
	l.Delete(light)
	tile, there := l.Device(light)
	isTrue(t, there && !tile.Responsive)
	l.one(world.EventDeviceReset)
	l.pass(29 * time.Second)
	_, there = l.Device(light)
	isTrue(t, there)
	// What is set up meanwhile finds its name taken.
	l.Switch(l.id("First plug"), false)
	l.Switch(l.id("First plug"), true)
	_, there = l.has("Second light")
	isTrue(t, there)
	l.pass(61 * time.Second)
	_, there = l.Device(light)
	isTrue(t, !there)
	l.one(world.EventStaleTileVanished)
	_, there = l.has("Second light")
	isTrue(t, there)

	// Deleting it once more helps.
	l.BeginAttempt("c", 1)
	l.Switch(l.id("First plug"), true)
	light = l.id("First light")
	l.Delete(light)
	l.Delete(light)
	_, there = l.Device(light)
	isTrue(t, !there)
}

// Every field of Faults must be in the registry and be able to strike.
func TestEveryFaultStrikes(t *testing.T) {
	fields := reflect.TypeFor[world.Faults]()
	for i := range fields.NumField() {
		name := fields.Field(i).Tag.Get("yaml")
		l := newLab(t, with(instant, func(c *world.Config) {
			reflect.ValueOf(&c.Faults).Elem().Field(i).SetFloat(1)
			// Its occasion is a zero-touch set-up that does not come.
			c.Account.DeviceRegistered = name != "partner_no_fallback"
			// Here it is a network that refuses the device.
			if name == "no_failure_report" {
				c.WiFi = append([]world.Network{{SSID: "old", Saved: world.SavedWrong, Nearby: true}}, c.WiFi...)
			}
		}))
		l.Switch(l.id("First plug"), true)
		l.pass(10 * time.Minute)
		if _, there := l.has("First light"); there {
			l.Delete(l.id("First light"))
		}
		equal(t, l.one(world.EventFault).Name, name)
	}
}

func TestADeviceVanishesLater(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) {
		c.Faults.Vanishes = 1
		c.Device.Vanishes = world.Range{Min: 10 * time.Second, Max: 10 * time.Second}
	}))
	l.Switch(l.id("First plug"), true)
	l.pass(9 * time.Second)
	light, there := l.has("First light")
	isTrue(t, there && light.Responsive)
	l.pass(time.Second)
	_, there = l.has("First light")
	isTrue(t, !there)
	_, shown := l.Card()
	isTrue(t, !shown, "its card goes with it")
	equal(t, l.one(world.EventDeviceVanished).ID, light.ID)
	equal(t, len(l.of(world.EventDeviceReset)), 0, "the device knows nothing of it")
	equal(t, len(l.PartnerDevices()), 1, "nor does the maker's cloud")
	l.Switch(l.id("First plug"), false)
	l.Switch(l.id("First plug"), true)
	equal(t, l.one(world.EventSetUpWaits).Reason, "not_reset")

	// One that was deleted before does not vanish, too.
	l.BeginAttempt("c", 1)
	l.Switch(l.id("First plug"), true)
	l.Delete(l.id("First light"))
	l.pass(time.Minute)
	equal(t, len(l.of(world.EventDeviceVanished)), 1)
}

func TestAProvisionerThatDies(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) {
		c.Faults.ProvisionerOff = 1
		c.Provisioner.ReadyAfter = 45 * time.Second
		c.Partner.FFSGivesUp = time.Hour
	}))
	l.Switch(l.id("First plug"), true)
	echo, _ := l.has("Echo Dot")
	isTrue(t, !echo.Responsive)
	plug, _ := l.has("Second plug")
	isTrue(t, plug.On, "its plug does not know")
	l.one(world.EventProvisionerOff)
	l.pass(10 * time.Minute)
	equal(t, l.one(world.EventSetUpWaits).Reason, "provisioner_not_ready")
	l.Switch(l.id("Second plug"), false)
	l.Switch(l.id("Second plug"), true)
	l.pass(time.Minute)
	l.one(world.EventDeviceSetUp)
}

func TestAnUnrelatedCard(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Faults.UnrelatedCard, c.Device.FoundCard = 1, false }))
	l.Switch(l.id("First plug"), true)
	l.pass(5 * time.Second)
	card, shown := l.Card()
	isTrue(t, shown && card.Kind == world.CardUnrelated && card.DeviceName == "" && card.DeviceID == "", card)
}
