package world

import "fmt"

// impossible says in which state and for what reason a set-up cannot but fail
// because of the customer's networks; reason is "" if it need not.
func (w *World) impossible(t *trial) (state, reason string) {
	if !w.protocol.wifi {
		return "", ""
	}
	state, reason = w.protocol.joining, w.protocol.notFound
	if w.protocol.asking != "" {
		state = w.protocol.asking
	}
	for _, n := range t.networks {
		switch {
		case !n.Nearby:
		case n.Saved == SavedRight:
			return "", ""
		case n.Saved == SavedWrong:
			state, reason = w.protocol.joining, w.protocol.refused
		}
	}
	return state, reason
}

// refusals are the networks that the device tries in vain before the one that
// takes it.
func (w *World) refusals() {
	if !w.protocol.wifi {
		return
	}
	t := w.dut.trial
	for _, n := range t.networks {
		if n.Nearby && n.Saved == SavedRight {
			return
		}
		if n.Nearby && n.Saved == SavedWrong {
			w.noteNetwork(w.protocol.log.refused, n.SSID, w.protocol.refused)
			w.emit(Event{Event: EventNetworkRefused, Device: w.cfg.Device.Name, Name: n.SSID, Reason: w.protocol.refused})
			t.refused = append(t.refused, n.SSID)
		}
	}
}

// report is the device telling the cloud of each network that it could not
// join (DOMAIN: Amazon's answer on bad credentials).
func (w *World) report() {
	t := w.dut.trial
	for _, ssid := range t.refused {
		if w.strikes(FaultNoFailureReport, w.cfg.Device.Name, idDUT) {
			continue
		}
		w.noteNetwork(w.protocol.log.reported, ssid, w.protocol.refused)
		w.emit(Event{Event: EventFailureReported, Device: w.cfg.Device.Name, Name: ssid, Reason: w.protocol.refused})
	}
	t.refused = nil
}

// joinNone is the device giving up to join a network.
func (w *World) joinNone(reason string) {
	if w.protocol.log.none != "" {
		w.note(w.protocol.log.none)
	}
	w.report()
}

func (w *World) noteNetwork(line, ssid, reason string) {
	if line != "" {
		w.note(fmt.Sprintf(line, ssid, reason))
	}
}

// setUpNetwork is the name of the hidden network that the provisioner opens for
// one device: 32 characters, the first two of them B0 (DOMAIN §4).
func (w *World) setUpNetwork() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	name := []byte("B0")
	r := w.rnd.stream("set_up_network")
	for len(name) < 32 {
		name = append(name, letters[r.IntN(len(letters))])
	}
	return string(name)
}

// credentials is how many credentials a device gets: it asks only for those of
// the networks that it sees.
func (w *World) credentials() int {
	n := 0
	for _, network := range w.dut.trial.networks {
		if network.Nearby && network.Saved != SavedNot {
			n++
		}
	}
	return n
}
