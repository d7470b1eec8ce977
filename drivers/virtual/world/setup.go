package world

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dut is the truth about the device under test, whatever the account shows.
type dut struct {
	powered bool
	// provisioned: it holds credentials and is not eligible until it is reset.
	provisioned bool
	id          string // in the account; empty while it is not registered
	set         int    // how many times it was set up in this attempt
	// failed and quiet last until it is powered anew: after a failed set-up, and
	// after a reset, it does not announce itself again.
	failed, quiet bool
	waits         string // what was last said to be lacking
	// own: it was set up by the maker's own set-up, and Amazon has not heard of it.
	own bool
	// online: the clouds that know it reach it.
	online bool
	// givesUp takes back that it becomes impatient: that it no longer waits for
	// what a zero-touch set-up lacks.
	givesUp      func()
	impatient    bool
	silenced     func() // takes back that it no longer announces itself
	trial        *trial
	reconnecting func()
	log          []LogLine
}

// trial is a set-up under way.
type trial struct {
	began  time.Time
	cancel []func()
	// networks are the customer's as they were when the set-up began, and
	// refused those that were tried in vain and not reported yet.
	networks []Network
	refused  []string
}

const maxLog = 1000

// powerDevice is what the first plug does.
func (w *World) powerDevice(on bool) {
	d := &w.dut
	if d.powered == on {
		return
	}
	d.powered = on
	if !on {
		w.emit(Event{Event: EventDeviceUnpowered, Device: w.cfg.Device.Name})
		w.interrupt("device_unpowered")
		w.giveUpNever()
		w.silenceNever()
		w.unpowerOwn()
		d.failed, d.quiet, d.waits = false, false, ""
		w.partner.ffsFailure = ""
		if d.reconnecting != nil {
			d.reconnecting()
			d.reconnecting = nil
		}
		w.reach(false)
		return
	}
	w.emit(Event{Event: EventDevicePowered, Device: w.cfg.Device.Name})
	if d.own && !w.cfg.Partner.OwnSetUpLasts && !w.protocol.onceOnly {
		if p := w.findPartner(idPartnerDUT); p != nil {
			w.dropPartner(p, "reset")
		}
		w.reset()
		d.quiet = false // it has only just got its power
	}
	w.disturb()
	if d.provisioned {
		if d.id == "" && !d.own {
			w.waits("not_reset")
		}
		d.reconnecting = w.after(w.rnd.in("reconnect", w.cfg.Device.Reconnect), func() {
			d.reconnecting = nil
			w.reach(true)
		})
		return
	}
	w.renewOwn()
	w.state(w.protocol.idle)
	if w.strikes(FaultProvisionerOff, w.cfg.Provisioner.Name, idProvisioner) {
		w.powerProvisioner(false)
	}
	w.consider()
	w.giveUpLater()
	w.silenceLater()
}

// reach says whether the clouds reach the device under test.
func (w *World) reach(yes bool) {
	yes = yes && !w.wifiDown
	w.dut.online = yes
	var changed string
	if d := w.findPartner(idPartnerDUT); d != nil && d.Responsive != yes {
		d.Responsive, changed = yes, d.ID
	}
	if d := w.find(w.dut.id); d != nil && d.Responsive != yes {
		d.Responsive, d.Pending, changed = yes, nil, d.ID
	}
	if changed == "" {
		return
	}
	event := EventDeviceUnresponsive
	if yes {
		event = EventDeviceResponsive
	}
	w.emit(Event{Event: event, Device: w.cfg.Device.Name, ID: changed})
}

// consider begins a set-up if nothing is lacking.
func (w *World) consider() {
	d := &w.dut
	if !d.powered || d.provisioned || d.failed || d.quiet || d.trial != nil || w.partner.own == OwnSetUpRunning {
		return
	}
	if lack := w.lacking(); lack != "" {
		w.waits(lack)
		if w.dut.impatient {
			w.giveUp(lack)
		}
		return
	}
	w.begin()
}

// waits records, once, why there is no set-up.
func (w *World) waits(lack string) {
	if lack != w.dut.waits {
		w.dut.waits = lack
		w.emit(Event{Event: EventSetUpWaits, Device: w.cfg.Device.Name, Reason: lack})
	}
}

// lacking is what zero-touch set-up needs and does not have (DOMAIN: a
// registered provisioner, the customer's network saved at Amazon, the device
// registered to the account, the account's switch on).
func (w *World) lacking() string {
	saved := !w.protocol.wifi
	for _, n := range w.wifi {
		saved = saved || n.Saved != SavedNot
	}
	switch a := w.account; {
	case w.wifiDown:
		return "wifi_down"
	case !a.DeviceRegistered:
		return "device_not_registered"
	case !a.FrustrationFreeSetup:
		return "frustration_free_setup_off"
	case w.protocol.onceOnly && w.stillRegistered():
		return "not_removed"
	case !saved:
		return "no_network_saved"
	case w.find(idProvisioner) == nil:
		return "provisioner_not_registered"
	case !w.prov.ready:
		return "provisioner_not_ready"
	case w.cfg.Partner.RequiresLink && !w.partner.linked:
		return "account_not_linked"
	case w.cfg.Partner.RequiresLink && !slices.Contains(w.partner.granted, w.cfg.Partner.FFSScope):
		return "ffs_scope_not_granted"
	}
	return ""
}

// begin draws how the set-up will go and lets it run.
func (w *World) begin() {
	d, name := &w.dut, w.cfg.Device.Name
	t := &trial{began: w.clk.Now(), networks: slices.Clone(w.wifi)}
	d.trial, d.waits = t, ""

	takes := w.rnd.in("set_up_time", w.cfg.Device.SetUpTime)
	late := w.rnd.in("late_set_up_time", w.cfg.Device.Late)
	failure := w.protocol.failures[w.rnd.stream("failure").IntN(len(w.protocol.failures))]
	fails := w.strikes(FaultSetUpFailure, name, idDUT)
	never := w.strikes(FaultSetUpNeverEnds, name, idDUT)
	said := w.strikes(FaultSetUpFails, name, idDUT)
	fails = fails || said
	if w.strikes(FaultLateSetUp, name, idDUT) {
		takes = late
	}
	w.intrude(FaultPromotionCard, takes, w.promotion)
	w.intrude(FaultOtherProductCard, takes, w.otherProduct)
	w.intrude(FaultUnrelatedCard, takes, w.unrelated)

	if state, reason := w.impossible(t); reason != "" {
		fails, failure = true, protocolFailure{state, reason}
	}
	share := func(x float64) time.Duration { return time.Duration(x * float64(takes)) }
	end := 1.0
	if fails || never {
		from, to := w.protocol.window(failure.state)
		end = (from + to) / 2
	}
	if limit := w.protocol.timeout; limit > 0 && share(end) > limit {
		fails, end = true, float64(limit)/float64(takes)
		failure = protocolFailure{w.protocol.at(end), w.protocol.timedOut}
	}
	var before protocolState
	for _, s := range w.protocol.states {
		if s.begin > end {
			break
		}
		passed := before
		w.during(t, share(s.begin), func() { w.enter(s.name, passed) })
		before = s
	}
	if never {
		return // it stays in the state that it has reached
	}
	if fails {
		w.during(t, share(end), func() {
			if said {
				w.setUpError(failure.reason)
			}
			w.fail(failure)
		})
		return
	}
	w.during(t, takes, func() { w.finish(takes) })
}

// enter is the device going on from one state to the next; before is empty at
// the first.
func (w *World) enter(state string, before protocolState) {
	if before.after != "" {
		w.note(strings.ReplaceAll(before.after, "{credentials}", strconv.Itoa(w.credentials())))
	}
	if before.name != "" && before.name == w.protocol.setUpNetwork {
		w.emit(Event{Event: EventSetUpNetworkJoined, Device: w.cfg.Device.Name, Name: w.setUpNetwork()})
	}
	if before.name == w.protocol.joining {
		w.report()
	}
	w.state(state)
	if state == w.protocol.joining {
		w.refusals()
	}
}

// during runs fn after d, unless the set-up has ended before.
func (w *World) during(t *trial, d time.Duration, fn func()) {
	t.cancel = append(t.cancel, w.after(d, fn))
}

// interrupt ends a set-up that is under way; it begins anew once everything is
// there again.
func (w *World) interrupt(reason string) {
	if w.dut.trial == nil {
		return
	}
	w.end()
	w.emit(Event{Event: EventSetUpInterrupted, Device: w.cfg.Device.Name, Reason: reason})
	if w.dut.powered {
		w.terminal(w.protocol.terminated)
		w.state(w.protocol.idle)
	}
	w.consider()
}

// terminal is a state in which a set-up ends; nothing if the protocol has none.
func (w *World) terminal(state string) {
	if state == "" {
		return
	}
	w.state(state)
	if w.protocol.log.end != "" {
		w.note(w.protocol.log.end)
	}
}

func (w *World) end() {
	for _, cancel := range w.dut.trial.cancel {
		cancel()
	}
	w.dut.trial = nil
}

func (w *World) fail(f protocolFailure) {
	if f.state == w.protocol.joining {
		w.joinNone(f.reason)
	}
	w.end()
	w.dut.failed = true
	w.note(fmt.Sprintf(w.protocol.log.failure, f.reason))
	w.terminal(w.protocol.failed)
	w.emit(Event{Event: EventSetUpFailed, Device: w.cfg.Device.Name, State: f.state, Reason: f.reason})
	w.fallBack(f.reason)
}

// finish registers the device with the account: the moment of set-up.
func (w *World) finish(took time.Duration) {
	w.end()
	d := &w.dut
	d.set++
	d.provisioned, d.id = true, fmt.Sprintf("dut-%d", d.set)
	w.giveUpNever()
	w.silenceNever()
	w.terminal(w.protocol.done)

	name := w.cfg.Device.Name
	if w.strikes(FaultWrongName, name, idDUT) {
		name = nextOrdinal(name)
	}
	name = w.freeName(name)
	reachable := !w.strikes(FaultUnresponsiveDevice, w.cfg.Device.Name, idDUT)
	registered := &device{answer: w.cfg.Device.Answer, chance: idDUT, Device: Device{ID: d.id, Name: name, Kind: w.cfg.Device.Kind,
		Responsive: reachable, On: true, RegisteredAt: w.clk.Now()}}
	w.devices = append(w.devices, registered)
	d.online = reachable
	seconds := took.Seconds()
	w.emit(Event{Event: EventDeviceSetUp, Device: w.cfg.Device.Name, ID: d.id, RegisteredAs: name, SetUpSeconds: &seconds})
	if !reachable {
		w.emit(Event{Event: EventDeviceUnresponsive, Device: w.cfg.Device.Name, ID: d.id})
	}
	set := d.set
	w.after(w.rnd.in("partner_delay", w.cfg.Partner.Delay), func() {
		if d.provisioned && d.set == set {
			w.addPartner()
		}
	})
	at := w.rnd.in("vanishes_after", w.cfg.Device.Vanishes)
	if w.strikes(FaultVanishes, w.cfg.Device.Name, idDUT) {
		w.after(at, func() { w.vanish(registered) })
	}
	if w.cfg.Device.FoundCard {
		w.after(w.cfg.Device.CardDelay, func() {
			if w.find(registered.ID) == registered && !registered.stale {
				w.found(registered)
			}
		})
	}
}

// vanish takes the device out of the account, which nobody asked for. The
// device knows nothing of it.
func (w *World) vanish(d *device) {
	if w.find(d.ID) != d || d.stale {
		return
	}
	w.emit(Event{Event: EventDeviceVanished, Device: w.cfg.Device.Name, ID: d.ID, RegisteredAs: d.Name})
	w.withdraw(d.ID)
	w.drop(d)
	if w.dut.id == d.ID {
		w.dut.id = ""
	}
}

// reset makes the device under test factory-new.
func (w *World) reset() {
	d := &w.dut
	d.provisioned, d.own, d.quiet = false, false, d.powered
	w.giveUpNever()
	w.silenceNever()
	w.forgetOwn()
	if d.trial != nil {
		w.end()
	}
	if d.reconnecting != nil {
		d.reconnecting()
		d.reconnecting = nil
	}
	w.emit(Event{Event: EventDeviceReset, Device: w.cfg.Device.Name})
	w.reach(false)
	d.id = ""
}

func (w *World) state(s string) {
	w.note(fmt.Sprintf(w.protocol.log.state, s))
	w.emit(Event{Event: EventDeviceState, Device: w.cfg.Device.Name, State: s})
}

// note writes to the device's log.
func (w *World) note(text string) {
	if len(w.dut.log) >= maxLog {
		w.dut.log = append(w.dut.log[:0:0], w.dut.log[1:]...)
	}
	w.dut.log = append(w.dut.log, LogLine{w.clk.Now(), text})
}
