package world_test

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var epoch = time.Date(2025, 3, 1, 22, 0, 0, 0, time.UTC)

// lab is a world on virtual time with its event file.
type lab struct {
	t   testing.TB
	clk *clock.Clock
	*world.World
	events *bytes.Buffer
}

func newLab(t testing.TB, change func(*world.Config)) *lab {
	t.Helper()
	cfg := world.Defaults()
	if change != nil {
		change(&cfg)
	}
	l := &lab{t: t, clk: clock.NewVirtual(epoch), events: &bytes.Buffer{}}
	w, err := world.New(cfg, l.clk, l.events)
	if err != nil {
		t.Fatal(err)
	}
	l.World = w
	return l
}

// instant takes every delay of the lab away.
func instant(c *world.Config) {
	c.Device.SetUpTime, c.Device.Reconnect, c.Device.Answer = world.Range{}, world.Range{}, world.Range{}
	c.Plugs.Answer, c.Provisioner.ReadyAfter = world.Range{}, 0
	c.Partner.Delay, c.Partner.OwnSetUpDelay = world.Range{}, world.Range{}
}

// with combines changes.
func with(changes ...func(*world.Config)) func(*world.Config) {
	return func(c *world.Config) {
		for _, change := range changes {
			change(c)
		}
	}
}

func (l *lab) pass(d time.Duration) {
	l.t.Helper()
	if err := l.clk.Sleep(context.Background(), d); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) id(name string) string {
	l.t.Helper()
	for _, d := range l.Devices() {
		if d.Name == name {
			return d.ID
		}
	}
	l.t.Fatalf("%q is not in the account", name)
	return ""
}

func (l *lab) has(name string) (world.Device, bool) {
	for _, d := range l.Devices() {
		if d.Name == name {
			return d, true
		}
	}
	return world.Device{}, false
}

// plug switches a plug and waits until it has answered.
func (l *lab) plug(name string, on bool) {
	l.t.Helper()
	id := l.id(name)
	l.Switch(id, on)
	for range 100 {
		if d, _ := l.Device(id); d.Pending == nil {
			return
		}
		l.pass(50 * time.Millisecond)
	}
	l.t.Fatalf("%s did not answer", name)
}

func (l *lab) all() []world.Event {
	l.t.Helper()
	var events []world.Event
	for _, line := range strings.SplitAfter(l.events.String(), "\n") {
		if line == "" {
			continue
		}
		dec := json.NewDecoder(strings.NewReader(line))
		dec.DisallowUnknownFields()
		var e world.Event
		if err := dec.Decode(&e); err != nil || !strings.HasSuffix(line, "}\n") {
			l.t.Fatalf("line %q: %v", line, err)
		}
		events = append(events, e)
	}
	return events
}

// of are the events of one name.
func (l *lab) of(name string) []world.Event {
	l.t.Helper()
	var some []world.Event
	for _, e := range l.all() {
		if e.Event == name {
			some = append(some, e)
		}
	}
	return some
}

// one is the only event of that name.
func (l *lab) one(name string) world.Event {
	l.t.Helper()
	some := l.of(name)
	if len(some) != 1 {
		l.t.Fatalf("%d events %s, want one; all:\n%s", len(some), name, l.events)
	}
	return some[0]
}

// story is the names of what happened, with state and reason.
func (l *lab) story() []string {
	l.t.Helper()
	var s []string
	for _, e := range l.all() {
		words := e.Event
		for _, w := range []string{e.State, e.Reason} {
			if w != "" {
				words += " " + w
			}
		}
		s = append(s, words)
	}
	return s
}

func equal[T any](t testing.TB, got, want T, what ...any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v %v", got, want, what)
	}
}

func isTrue(t testing.TB, ok bool, what ...any) {
	t.Helper()
	if !ok {
		t.Error(append([]any{"not so"}, what...)...)
	}
}

func TestTheUsualLab(t *testing.T) {
	l := newLab(t, nil)
	var names []string
	for i, d := range l.Devices() {
		names = append(names, d.Name)
		isTrue(t, d.Responsive, d.Name)
		isTrue(t, d.RegisteredAt.Before(epoch), d.Name)
		if i > 0 {
			isTrue(t, l.Devices()[i-1].RegisteredAt.Before(d.RegisteredAt), d.Name)
		}
		again, ok := l.Device(d.ID)
		isTrue(t, ok)
		equal(t, again, d)
	}
	equal(t, names, []string{"Echo Dot", "First plug", "Second plug", "Hallway lamp", "Bedroom lamp", "Kitchen speaker",
		"Living room TV", "Thermostat", "Front door", "Garage switch"})
	first, _ := l.has("First plug")
	second, _ := l.has("Second plug")
	isTrue(t, !first.On && second.On && first.Kind == world.Plug)
	_, shown := l.Card()
	isTrue(t, !shown)
	equal(t, l.Account(), world.Account{SignedIn: true, Email: "certification@example.com", Name: "Robin Sample", Country: "US", FrustrationFreeSetup: true})
	l.pass(time.Hour)
	equal(t, l.story(), []string{"lab_started"}, "nothing happens by itself")
}

func TestOneAttemptAsInTheLab(t *testing.T) {
	l := newLab(t, nil)
	l.BeginAttempt("3P2-DE-02", 3)

	l.plug("Second plug", false)
	echo, _ := l.has("Echo Dot")
	isTrue(t, !echo.Responsive)
	l.pass(10 * time.Second)
	l.plug("Second plug", true)
	l.pass(44 * time.Second)
	isTrue(t, len(l.of(world.EventProvisionerReady)) == 0)
	l.pass(time.Second)
	on, ready := l.one(world.EventProvisionerOn), l.one(world.EventProvisionerReady)
	equal(t, ready.T-on.T, 45.0)
	echo, _ = l.has("Echo Dot")
	isTrue(t, echo.Responsive)

	l.plug("First plug", true)
	asked, switched := l.of(world.EventPlugAsked)[2], l.of(world.EventPlugSwitched)[2]
	isTrue(t, switched.T-asked.T >= 0.5 && switched.T-asked.T <= 3, switched.T-asked.T)
	_, there := l.has("First light")
	isTrue(t, !there)
	l.pass(45 * time.Second)
	powered, setUp := l.one(world.EventDevicePowered), l.one(world.EventDeviceSetUp)
	equal(t, powered.T, switched.T)
	isTrue(t, setUp.T-powered.T >= 20 && setUp.T-powered.T <= 45, setUp.T-powered.T)
	isTrue(t, *setUp.SetUpSeconds-(setUp.T-powered.T) < 1e-6)
	light, there := l.has("First light")
	isTrue(t, there && light.Responsive && light.Kind == world.Light && light.ID == setUp.ID)
	equal(t, light.RegisteredAt.Format(time.RFC3339Nano), setUp.UTC)
	equal(t, l.Devices()[len(l.Devices())-1], light, "the newest is the last")
	equal(t, setUp.Device+"/"+setUp.RegisteredAs+"/"+setUp.Case, "First light/First light/3P2-DE-02")
	equal(t, setUp.Attempt, 3)
	card, shown := l.Card()
	isTrue(t, shown && card.Kind == world.CardFoundDevice && card.DeviceID == light.ID && card.DeviceName == "First light")
	equal(t, l.one(world.EventCardShown).UTC, setUp.UTC)
	l.AnswerCard(card.ID, world.AnswerPrimary)
	_, shown = l.Card()
	isTrue(t, !shown)
	equal(t, l.one(world.EventCardAnswered).How, "primary")

	l.Delete(light.ID)
	_, there = l.has("First light")
	isTrue(t, !there)
	l.one(world.EventDeviceDeleted)
	l.one(world.EventDeviceReset)
	l.pass(10 * time.Minute)
	isTrue(t, len(l.of(world.EventDeviceSetUp)) == 1, "a reset device is quiet until it is powered anew")

	l.plug("First plug", false)
	l.plug("First plug", true)
	l.pass(45 * time.Second)
	again, there := l.has("First light")
	isTrue(t, there && again.ID != light.ID)
}

func TestTheStatesOfASetUp(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) {
		c.Device.SetUpTime = world.Range{Min: 100 * time.Second, Max: 100 * time.Second}
	}))
	l.Switch(l.id("First plug"), true)
	l.pass(100 * time.Second)
	var states []string
	var at []float64
	for _, e := range l.of(world.EventDeviceState) {
		states, at = append(states, e.State), append(at, e.T)
	}
	equal(t, states, []string{"ADVERTISING", "PASE_ESTABLISHED", "FAIL_SAFE_ARMED", "DEVICE_ATTESTED", "OPERATIONAL_CREDENTIALS_ADDED",
		"NETWORK_CONFIGURED", "CONNECTING_TO_USER_NETWORK", "CASE_ESTABLISHED", "COMMISSIONING_COMPLETE"})
	equal(t, at, []float64{0, 0, 15, 25, 40, 50, 60, 85, 100})
	equal(t, l.one(world.EventDeviceSetUp).T, 100.0)
	log := l.DeviceLog()
	equal(t, len(log), len(states))
	equal(t, log[2], world.LogLine{At: epoch.Add(15 * time.Second), Text: "commissioning state FAIL_SAFE_ARMED"})
}

func TestEverythingAtOnce(t *testing.T) {
	l := newLab(t, instant)
	l.plug("Second plug", false)
	l.plug("Second plug", true)
	l.Switch(l.id("First plug"), true)
	light, there := l.has("First light")
	isTrue(t, there && light.Responsive)
	card, shown := l.Card()
	isTrue(t, shown && card.DeviceID == light.ID)
	l.Delete(light.ID)
	_, shown = l.Card()
	isTrue(t, !shown, "the card of a deleted device is withdrawn")
	l.Switch(l.id("First plug"), false)
	equal(t, l.clk.Now(), epoch)
	for i := range 20 {
		l.BeginAttempt("c", i+1)
		l.Switch(l.id("First plug"), true)
		_, there := l.has("First light")
		isTrue(t, there, i)
	}
}

func TestSetUpCountsFromWhoIsReadyLast(t *testing.T) {
	fixed := func(c *world.Config) {
		instant(c)
		c.Provisioner.ReadyAfter = 45 * time.Second
		c.Device.SetUpTime = world.Range{Min: 30 * time.Second, Max: 30 * time.Second}
		c.Partner.FFSGivesUp = time.Hour
	}
	l := newLab(t, fixed)
	l.plug("Second plug", false)
	l.plug("First plug", true)
	equal(t, l.one(world.EventSetUpWaits).Reason, "provisioner_not_ready")
	l.pass(5 * time.Minute)
	l.plug("Second plug", true)
	l.pass(45 * time.Second)
	isTrue(t, len(l.of(world.EventDeviceSetUp)) == 0)
	l.pass(30 * time.Second)
	equal(t, l.one(world.EventDeviceSetUp).T-l.one(world.EventProvisionerReady).T, 30.0)

	// Either of them losing its power on the way begins it anew.
	for _, plug := range []string{"First plug", "Second plug"} {
		l := newLab(t, fixed)
		l.plug("First plug", true)
		l.pass(29 * time.Second)
		l.plug(plug, false)
		l.pass(5 * time.Minute)
		isTrue(t, len(l.of(world.EventDeviceSetUp)) == 0, plug)
		l.one(world.EventSetUpInterrupted)
		l.plug(plug, true)
		l.pass(75 * time.Second)
		equal(t, *l.one(world.EventDeviceSetUp).SetUpSeconds, 30.0)
	}
	// A provisioner that loses its power while it starts is not ready later.
	l = newLab(t, fixed)
	l.plug("Second plug", false)
	l.plug("Second plug", true)
	l.pass(44 * time.Second)
	l.plug("Second plug", false)
	l.pass(time.Minute)
	equal(t, len(l.of(world.EventProvisionerReady)), 0)
}

func TestWhatASetUpNeeds(t *testing.T) {
	for reason, change := range map[string]func(*world.Config){
		"device_not_registered":      func(c *world.Config) { c.Account.DeviceRegistered = false },
		"frustration_free_setup_off": func(c *world.Config) { c.Account.FrustrationFreeSetup = false },
		"no_network_saved":           func(c *world.Config) { c.WiFi[0].Saved = world.SavedNot },
		"provisioner_not_ready":      func(c *world.Config) { c.Plugs.Provisioner.On = false },
	} {
		l := newLab(t, with(instant, change))
		l.Switch(l.id("First plug"), true)
		l.pass(time.Hour)
		_, there := l.has("First light")
		isTrue(t, !there, reason)
		equal(t, l.one(world.EventSetUpWaits).Reason, reason)
	}
	l := newLab(t, instant)
	l.Delete(l.id("Echo Dot"))
	l.Switch(l.id("First plug"), true)
	equal(t, l.one(world.EventSetUpWaits).Reason, "provisioner_not_registered")

	l = newLab(t, nil)
	l.plug("First plug", true)
	l.Delete(l.id("Echo Dot"))
	l.pass(time.Hour)
	equal(t, l.one(world.EventSetUpInterrupted).Reason, "provisioner_deleted")
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)
}

func TestSavedNetworks(t *testing.T) {
	right := world.Network{SSID: "right", Saved: world.SavedRight, Nearby: true}
	wrong := world.Network{SSID: "wrong", Saved: world.SavedWrong, Nearby: true}
	far := world.Network{SSID: "far", Saved: world.SavedRight}
	other := world.Network{SSID: "other", Saved: world.SavedNot, Nearby: true}
	for _, c := range []struct {
		name    string
		wifi    []world.Network
		refused int
		reason  string
	}{
		{"right", []world.Network{right}, 0, ""},
		{"the first one wrong", []world.Network{wrong, right}, 1, ""},
		{"a wrong one that is not tried", []world.Network{right, wrong}, 0, ""},
		{"only wrong", []world.Network{wrong}, 1, "AuthFailure"},
		{"not nearby", []world.Network{far, other}, 0, "NetworkNotFound"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, with(instant, func(cfg *world.Config) { cfg.WiFi = c.wifi }))
			l.Switch(l.id("First plug"), true)
			equal(t, len(l.of(world.EventNetworkRefused)), c.refused)
			_, there := l.has("First light")
			equal(t, there, c.reason == "")
			if c.reason != "" {
				failed := l.one(world.EventSetUpFailed)
				equal(t, failed.State+" "+failed.Reason, "CONNECTING_TO_USER_NETWORK "+c.reason)
			}
		})
	}
}

func TestADeviceWithoutPower(t *testing.T) {
	l := newLab(t, nil)
	l.plug("First plug", true)
	l.pass(45 * time.Second)
	light := l.id("First light")
	l.Switch(light, false) // asked, and then the power goes before it answers …
	l.plug("First plug", false)
	d, ok := l.Device(light)
	isTrue(t, ok && !d.Responsive && d.Pending == nil)
	l.Switch(light, false)
	l.one(world.EventDeviceUnresponsive)
	equal(t, l.of(world.EventAskedInVain)[len(l.of(world.EventAskedInVain))-1].Reason, "unresponsive")
	l.plug("First plug", true)
	l.pass(5 * time.Second)
	d, _ = l.Device(light)
	isTrue(t, d.Responsive, "it connects again")
	equal(t, len(l.of(world.EventDeviceSetUp)), 1, "and is not set up again")

	// Deleted while it cannot be reached, it is not reset.
	l.plug("First plug", false)
	l.Delete(light)
	equal(t, len(l.of(world.EventDeviceReset)), 0)
	l.plug("First plug", true)
	l.pass(time.Hour)
	_, there := l.has("First light")
	isTrue(t, !there)
	equal(t, l.one(world.EventSetUpWaits).Reason, "not_reset")
	l.FactoryReset()
	l.plug("First plug", false)
	l.plug("First plug", true)
	l.pass(45 * time.Second)
	_, there = l.has("First light")
	isTrue(t, there)
}

// An answer that was on its way when the power went must not count for what is
// asked later.
func TestAnAnswerIsForItsOwnQuestion(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Device.Answer = world.Range{Min: time.Second, Max: time.Second} }))
	l.Switch(l.id("First plug"), true)
	light := l.id("First light")
	l.Switch(light, false)
	l.Switch(l.id("First plug"), false)
	l.Switch(l.id("First plug"), true)
	l.pass(500 * time.Millisecond)
	l.Switch(light, false)
	l.pass(600 * time.Millisecond)
	d, _ := l.Device(light)
	isTrue(t, d.Pending != nil && d.On, d)
	l.pass(400 * time.Millisecond)
	d, _ = l.Device(light)
	isTrue(t, d.Pending == nil && !d.On, d)
}

// A provisioner that comes back finds nothing to do with a device that is set
// up, nor with one that was reset and has not been powered anew.
func TestTheProvisionerComesBack(t *testing.T) {
	l := newLab(t, instant)
	cycle := func() {
		l.Switch(l.id("Second plug"), false)
		l.Switch(l.id("Second plug"), true)
		l.pass(time.Minute)
	}
	l.Switch(l.id("First plug"), true)
	cycle()
	l.one(world.EventDeviceSetUp)
	l.Delete(l.id("First light"))
	cycle()
	l.one(world.EventDeviceSetUp)
}

// slowClock calls even what was taken back, as a real clock does when both
// happen at the same moment.
type slowClock struct{ *clock.Clock }

func (c slowClock) AfterFunc(d time.Duration, fn func(time.Time)) func() {
	c.Clock.AfterFunc(d, fn)
	return func() {}
}

func TestWhatWasTakenBackDoesNotHappen(t *testing.T) {
	l := &lab{t: t, clk: clock.NewVirtual(epoch), events: &bytes.Buffer{}}
	w, err := world.New(world.Defaults(), slowClock{l.clk}, l.events)
	if err != nil {
		t.Fatal(err)
	}
	l.World = w
	l.plug("First plug", true)
	l.pass(time.Second)
	l.plug("First plug", false)
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)
	l.plug("First plug", true)
	l.BeginAttempt("c", 1)
	l.pass(time.Hour)
	equal(t, len(l.of(world.EventDeviceSetUp)), 0)
}

func TestAPlugThatHasNotAnswered(t *testing.T) {
	l := newLab(t, nil)
	plug := l.id("First plug")
	l.Switch(plug, true)
	d, _ := l.Device(plug)
	isTrue(t, d.Pending != nil && *d.Pending && !d.On)
	*d.Pending = false // a copy
	l.Switch(plug, false)
	equal(t, l.one(world.EventAskedInVain).Reason, "pending")
	l.pass(3 * time.Second)
	d, _ = l.Device(plug)
	isTrue(t, d.On && d.Pending == nil)
	l.Switch("nobody", true)
	l.Delete("nobody")
	_, ok := l.Device("nobody")
	isTrue(t, !ok)
}

func TestATakenNameGetsTheNextOrdinal(t *testing.T) {
	for _, c := range []struct{ name, taken, want string }{
		{"First light", "first LIGHT", "Second light"},
		{"First light", "Something", "First light"},
		{"Lamp", "Lamp", "Lamp 2"},
		{"Lamp 2", "Lamp 2", "Lamp 3"},
		{"Tenth light", "Tenth light", "Tenth light 2"},
		{"First", "First", "First 2"},
		{"Café", "Cafe\u0301", "Café 2"},
	} {
		l := newLab(t, with(instant, func(cfg *world.Config) { cfg.Device.Name = c.name }))
		// Names differ when a lab is made; a customer renames afterwards.
		world.Rename(l.World, "home-1", c.taken)
		l.Switch(l.id("First plug"), true)
		setUp := l.one(world.EventDeviceSetUp)
		equal(t, setUp.RegisteredAs, c.want)
		equal(t, setUp.Device, c.name)
	}
}

func TestCardsAreAnsweredOneAfterTheOther(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) {
		c.Device.SetUpTime = world.Range{Min: time.Minute, Max: time.Minute}
		c.Device.CardDelay = 10 * time.Second
		c.Faults.PromotionCard, c.Faults.OtherProductCard = 1, 1
	}))
	l.Switch(l.id("First plug"), true)
	l.pass(2 * time.Minute)
	kinds := map[string]bool{}
	for range 3 {
		c, shown := l.Card()
		isTrue(t, shown)
		kinds[c.Kind] = true
		l.AnswerCard("card-99", world.AnswerBack)
		l.AnswerCard(c.ID, world.AnswerSecondary)
		l.AnswerCard(c.ID, world.AnswerSecondary)
	}
	_, shown := l.Card()
	isTrue(t, !shown)
	equal(t, kinds, map[string]bool{"promotion": true, "other_product": true, "found_device": true})
	equal(t, len(l.of(world.EventCardShown)), 3)
	equal(t, len(l.of(world.EventCardAnswered)), 3)

	l = newLab(t, with(instant, func(c *world.Config) { c.Device.FoundCard = false }))
	l.Switch(l.id("First plug"), true)
	_, shown = l.Card()
	isTrue(t, !shown)

	l = newLab(t, with(instant, func(c *world.Config) { c.Device.CardDelay = time.Second }))
	l.Switch(l.id("First plug"), true)
	_, shown = l.Card()
	isTrue(t, !shown)
	l.Delete(l.id("First light"))
	l.pass(time.Minute)
	_, shown = l.Card()
	isTrue(t, !shown, "no card for a device that was deleted before")
}

func TestVersionGrowsWithEveryChange(t *testing.T) {
	l := newLab(t, nil)
	before := l.Version()
	l.Switch(l.id("First plug"), true)
	pending := l.Version()
	isTrue(t, pending > before)
	isTrue(t, l.Version() == pending, "looking changes nothing")
	l.pass(3 * time.Second)
	isTrue(t, l.Version() > pending)
}
