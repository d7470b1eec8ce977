package world

import "time"

// fallBack is the device's answer to a zero-touch set-up that failed or never
// came: its own set-up starts by itself (DOMAIN §4: "If FFS fails, the device's
// own non-FFS set-up starts"). The device tells the maker's app why.
func (w *World) fallBack(reason string) {
	w.partner.ffsFailure = reason
	if w.withoutFallback() {
		return
	}
	w.partner.own = OwnSetUpOffered
	w.emit(Event{Event: EventOwnSetUpOffered, Device: w.cfg.Device.Name})
	w.ownLater(w.rnd.in("own_set_up_delay", w.cfg.Partner.OwnSetUpDelay), func() { w.runOwn("device") })
}

// withoutFallback is drawn once in an attempt, when it first matters.
func (w *World) withoutFallback() bool {
	if f := w.cfg.Partner.LWAFault; f == LWAFallback || f == LWAFallbackBroken {
		return true
	}
	p := &w.partner
	if p.noFallback == nil {
		struck := w.strikes(FaultPartnerNoFallback, w.cfg.Device.Name, AppPartner)
		p.noFallback = &struck
	}
	return *p.noFallback
}

// runOwn lets the own set-up run; how is who started it, customer or device.
func (w *World) runOwn(how string) {
	w.stopOwn()
	w.partner.own = OwnSetUpRunning
	w.emit(Event{Event: EventOwnSetUpStarted, Device: w.cfg.Device.Name, How: how})
	w.interrupt("own_set_up")
	w.ownLater(w.rnd.in("own_set_up_time", w.cfg.Partner.OwnSetUpTime), w.endOwn)
}

// ownLater schedules the next step. One that is due at once may schedule the
// one after it, which must stay the one that can be taken back.
func (w *World) ownLater(d time.Duration, step func()) {
	if d <= 0 {
		step()
		return
	}
	w.partner.ownNext = w.after(d, func() {
		w.partner.ownNext = nil
		step()
	})
}

// endOwn decides how the own set-up ends.
func (w *World) endOwn() {
	nearby := !w.protocol.wifi
	for _, n := range w.wifi {
		nearby = nearby || n.Nearby
	}
	switch {
	case !w.dut.powered:
		w.failOwn("device_not_powered")
	case w.withoutFallback():
		w.failOwn("fault")
	case !nearby: // the customer types the password, but there is nothing to join
		w.failOwn("no_network_nearby")
	default:
		w.partner.own = OwnSetUpDone
		w.dut.provisioned, w.dut.own, w.dut.online = true, true, true
		w.emit(Event{Event: EventOwnSetUpDone, Device: w.cfg.Device.Name})
		w.addPartner()
	}
}

func (w *World) failOwn(reason string) {
	w.stopOwn()
	w.partner.own = OwnSetUpFailed
	w.dut.failed = w.dut.powered
	w.emit(Event{Event: EventOwnSetUpFailed, Device: w.cfg.Device.Name, Reason: reason})
}

func (w *World) stopOwn() {
	if w.partner.ownNext != nil {
		w.partner.ownNext()
		w.partner.ownNext = nil
	}
}

// unpowerOwn is the device losing its power during its own set-up.
func (w *World) unpowerOwn() {
	switch w.partner.own {
	case OwnSetUpRunning:
		w.failOwn("device_unpowered")
	case OwnSetUpOffered:
		w.forgetOwn()
	}
}

// renewOwn is a device that is not set up getting power: it knows nothing of an
// own set-up before. What the customer has started waits for it.
func (w *World) renewOwn() {
	if w.partner.own != OwnSetUpRunning {
		w.forgetOwn()
	}
}

func (w *World) forgetOwn() {
	w.stopOwn()
	w.partner.ffsFailure = ""
	if w.partner.own != OwnSetUpNone {
		w.partner.own = OwnSetUpNone
		w.version.Add(1)
	}
}

// giveUpLater lets the device wait only so long for a zero-touch set-up. One
// that is under way then may go on; it is not waited for again.
func (w *World) giveUpLater() {
	if w.dut.provisioned || w.dut.failed {
		return
	}
	w.dut.givesUp = w.after(w.cfg.Partner.FFSGivesUp, func() {
		w.dut.givesUp, w.dut.impatient = nil, true
		w.consider()
	})
}

func (w *World) giveUpNever() {
	w.dut.impatient = false
	if w.dut.givesUp != nil {
		w.dut.givesUp()
		w.dut.givesUp = nil
	}
}

// giveUp is the end of a device's patience, while something is lacking. Without
// a set-up of its own it goes on waiting.
func (w *World) giveUp(lack string) {
	if w.withoutFallback() {
		return
	}
	w.dut.failed = true
	w.emit(Event{Event: EventGaveUp, Device: w.cfg.Device.Name, Reason: lack})
	w.fallBack(lack)
}
