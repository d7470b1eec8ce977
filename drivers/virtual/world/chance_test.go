package world_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ffscert/drivers/virtual/world"
)

// act does one thing of those that a person could do.
func (l *lab) act(what, which int, wait time.Duration) {
	devices := l.Devices()
	d := devices[which%len(devices)]
	switch what {
	case 0, 1, 2:
		l.Switch(l.Devices()[which%3].ID, what != 0) // the lab's own: they matter most
	case 3:
		l.Delete(d.ID)
	case 4:
		if c, ok := l.Card(); ok {
			l.AnswerCard(c.ID, world.AnswerPrimary)
		}
	case 5:
		l.FactoryReset()
	case 6:
		l.Switch(d.ID, !d.On)
	case 7:
		l.StartOwnSetUp()
	case 8:
		if known := l.PartnerDevices(); len(known) > 0 {
			l.PartnerRemove(known[which%len(known)].ID)
		}
	case 9:
		l.Authorize(which%2 == 0)
	case 10:
		l.PartnerUnlink()
		l.PartnerSignOut()
		l.PartnerSignIn("somebody@example.com")
	case 11:
		if open := l.Dialogs(); len(open) > 0 {
			l.AnswerDialog(open[which%len(open)].ID, open[0].Buttons[0])
		}
		l.CrashDue([]string{world.AppAlexa, world.AppPartner}[which%2])
	}
	l.pass(wait)
}

// since is what happened after the last attempt_began, with times relative to
// it, as one text per event.
func (l *lab) since() []string {
	var out []string
	var began time.Time
	for _, e := range l.all() {
		at, err := time.Parse(time.RFC3339Nano, e.UTC)
		if err != nil {
			l.t.Fatal(err)
		}
		if e.Event == world.EventAttemptBegan {
			began, out = at, nil
		}
		on := "-"
		if e.On != nil {
			on = fmt.Sprint(*e.On)
		}
		out = append(out, fmt.Sprint(at.Sub(began), " ", e.Event, e.Case, e.Attempt, e.Device, e.ID, e.RegisteredAs, on, e.State, e.Reason, e.Card, e.Kind, e.How, e.Name, e.App, e.Scopes))
	}
	return out
}

func TestAnAttemptDependsOnNothingBeforeIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		n := rapid.IntRange(1, 100).Draw(rt, "attempt")
		p := rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(rt, "p")
		protocol := rapid.SampledFrom(world.Protocols()).Draw(rt, "protocol")
		link, lasts := rapid.Bool().Draw(rt, "requires link"), rapid.Bool().Draw(rt, "own set-up lasts")
		type action struct {
			What, Which int
			Wait        time.Duration
		}
		draw := func(name string) []action {
			return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) action {
				return action{rapid.IntRange(0, 11).Draw(rt, "what"), rapid.IntRange(0, 12).Draw(rt, "which"),
					time.Duration(rapid.IntRange(0, 60_000).Draw(rt, "ms")) * time.Millisecond}
			}), 0, 15).Draw(rt, name)
		}
		before, script := draw("before"), draw("script")
		make := func() *lab {
			return newLab(t, func(c *world.Config) {
				c.Seed, c.Protocol = seed, protocol
				c.Device.SetUpFailure = p
				c.Partner.RequiresLink, c.Partner.OwnSetUpLasts = link, lasts
				c.Faults = everyFault(p)
				c.Faults.PlugIgnores /= 2
				c.Faults.ProvisionerOff /= 2
			})
		}
		run := func(l *lab, actions []action) {
			for _, a := range actions {
				l.act(a.What, a.Which, a.Wait)
			}
		}
		fresh := make()
		fresh.BeginAttempt("case", n)
		run(fresh, script)

		used := make()
		run(used, before)
		used.BeginAttempt("other", n)
		run(used, before)
		used.BeginAttempt("case", n)
		run(used, script)

		a, b := fresh.since(), used.since()
		if fmt.Sprint(a) != fmt.Sprint(b) {
			rt.Fatalf("attempt %d differs:\n%q\n%q", n, a, b)
		}
		da, db := fresh.Devices(), used.Devices()
		for i := range da {
			if i >= len(db) || da[i].ID != db[i].ID || da[i].Name != db[i].Name || da[i].On != db[i].On || da[i].Responsive != db[i].Responsive {
				rt.Fatalf("devices differ: %v, %v", da, db)
			}
		}
		equal(t, fresh.Partner(), used.Partner())
		equal(t, fresh.AuthRequest(), used.AuthRequest())
		equal(t, fresh.Dialogs(), used.Dialogs())
		invariants(rt, used)
	})
}

// everyFault has the same probability for all of them.
func everyFault(p float64) world.Faults {
	var f world.Faults
	for i, v := 0, reflect.ValueOf(&f).Elem(); i < v.NumField(); i++ {
		v.Field(i).SetFloat(p)
	}
	return f
}

// invariants hold in every event file.
func invariants(t *rapid.T, l *lab) {
	var last float64
	powered, ready, own := false, true, false
	for i, e := range l.all() {
		if e.Seq != uint64(i+1) {
			t.Fatalf("line %d has seq %d", i+1, e.Seq)
		}
		if e.T < last {
			t.Fatalf("seq %d goes back in time", e.Seq)
		}
		last = e.T
		switch e.Event {
		case world.EventAttemptBegan:
			powered, ready, own = false, true, false
		case world.EventDevicePowered:
			powered = true
		case world.EventDeviceUnpowered:
			powered = false
		case world.EventProvisionerOff:
			ready = false
		case world.EventProvisionerReady:
			ready = true
		case world.EventDeviceSetUp:
			if !powered || !ready || own {
				t.Fatalf("seq %d: set up with device powered %v, provisioner ready %v, own set-up running %v", e.Seq, powered, ready, own)
			}
		case world.EventOwnSetUpStarted:
			own = true
		case world.EventOwnSetUpFailed:
			own = false
		case world.EventOwnSetUpDone:
			if !powered || !own {
				t.Fatalf("seq %d: own set-up done with device powered %v, running %v", e.Seq, powered, own)
			}
			own = false
		case world.EventDeviceReset:
			own = false
		}
	}
	if p := l.Partner(); (p.OwnSetUp == world.OwnSetUpRunning) != own {
		t.Fatalf("the own set-up is %s, and running by the events: %v", p.OwnSetUp, own)
	}
	if len(l.PartnerDevices()) > 1 {
		t.Fatalf("the maker's cloud knows the device twice: %v", l.PartnerDevices())
	}
	names := map[string]bool{}
	for _, d := range l.Devices() {
		if d.ID == "twin-1" || d.ID == "leftover-1" {
			continue // another device's name is what they are for
		}
		if names[d.Name] {
			t.Fatalf("two devices are called %q", d.Name)
		}
		names[d.Name] = true
	}
}

func TestSeedCaseAndAttemptAllMatter(t *testing.T) {
	took := func(seed uint64, caseID string, n int) float64 {
		l := newLab(t, with(instant, func(c *world.Config) {
			c.Seed = seed
			c.Device.SetUpTime = world.Range{Max: 24 * time.Hour}
		}))
		l.BeginAttempt(caseID, n)
		l.Switch(l.id("First plug"), true)
		l.pass(25 * time.Hour)
		return *l.one(world.EventDeviceSetUp).SetUpSeconds
	}
	seen := map[float64]string{}
	for _, c := range []struct {
		seed   uint64
		caseID string
		n      int
	}{{1, "a", 1}, {2, "a", 1}, {1, "b", 1}, {1, "a", 2}, {1, "a1", 1}, {1, "", 1}} {
		s := took(c.seed, c.caseID, c.n)
		if other, twice := seen[s]; twice {
			t.Errorf("%v takes as long as %s", c, other)
		}
		seen[s] = fmt.Sprint(c)
		equal(t, took(c.seed, c.caseID, c.n), s, "again")
	}
}

// Faults of the same probability must not strike together.
func TestConcernsAreIndependent(t *testing.T) {
	l := newLab(t, with(instant, func(c *world.Config) { c.Faults.WrongName, c.Faults.UnresponsiveDevice = 0.5, 0.5 }))
	count := map[string]int{}
	for n := range 200 {
		l.BeginAttempt("c", n)
		l.events.Reset()
		l.Switch(l.id("First plug"), true)
		both := ""
		for _, e := range l.of(world.EventFault) {
			both += e.Name + " "
		}
		count[both]++
	}
	isTrue(t, len(count) == 4, count)
	for both, n := range count {
		isTrue(t, n > 20, both, n)
	}
}

// One more draw in one place shifts no other.
func TestConcernsDoNotDisturbEachOther(t *testing.T) {
	setUp := func(taps int) float64 {
		l := newLab(t, nil)
		l.BeginAttempt("c", 1)
		for range taps {
			l.plug("Bedroom lamp", true)
			l.plug("Second plug", true)
		}
		l.plug("First plug", true)
		l.pass(time.Minute)
		return *l.one(world.EventDeviceSetUp).SetUpSeconds
	}
	equal(t, setUp(7), setUp(0))
}
