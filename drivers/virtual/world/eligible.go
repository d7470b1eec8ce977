package world

import "slices"

// silenceLater lets the device announce itself for only so long.
func (w *World) silenceLater() {
	if d := w.protocol.advertises; d > 0 && !w.dut.provisioned {
		w.dut.silenced = w.after(d, func() {
			w.dut.silenced, w.dut.quiet = nil, true
			if w.dut.trial != nil || w.dut.provisioned {
				return
			}
			w.note(w.protocol.log.silent)
			w.emit(Event{Event: EventAdvertisingEnded, Device: w.cfg.Device.Name})
		})
	}
}

func (w *World) silenceNever() {
	if w.dut.silenced != nil {
		w.dut.silenced()
		w.dut.silenced = nil
	}
}

// stillRegistered tells whether the account has the device from an earlier
// set-up.
func (w *World) stillRegistered() bool {
	return slices.ContainsFunc(w.devices, func(d *device) bool { return d.chance == idDUT && !d.stale })
}
