package world

// network is why none of the networks can be joined, or "".
func (w *World) network() string {
	reason := w.protocol.notFound
	for _, n := range w.cfg.WiFi {
		switch {
		case !n.Nearby:
		case n.Saved == SavedRight:
			return ""
		case n.Saved == SavedWrong:
			reason = w.protocol.refused
		}
	}
	return reason
}

// refusals are the networks that the device tries in vain before the one that
// takes it; it reports each (DOMAIN: Amazon's answer on bad credentials).
func (w *World) refusals() {
	for _, n := range w.cfg.WiFi {
		if n.Nearby && n.Saved == SavedRight {
			return
		}
		if n.Nearby && n.Saved == SavedWrong {
			w.refuse()
			w.emit(Event{Event: EventNetworkRefused, Device: w.cfg.Device.Name, Name: n.SSID})
		}
	}
}

func (w *World) refuse() {
	if w.protocol.logRefused != "" {
		w.note(w.protocol.logRefused)
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
	for _, network := range w.cfg.WiFi {
		if network.Nearby && network.Saved != SavedNot {
			n++
		}
	}
	return n
}
