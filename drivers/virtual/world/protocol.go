package world

import "time"

// protocol is what differs between the ways of Frustration-Free Setup. The
// machinery in setup.go is the same for all of them: another protocol is
// another value, see protocols.go.
type protocol struct {
	title string
	// wifi: the device joins the customer's Wi-Fi, with credentials that are
	// saved at Amazon. Otherwise it joins the network of the provisioner, and
	// the Wi-Fi networks of the lab do not matter.
	wifi bool
	// idle is the state of a factory-new device that has power and waits for a
	// provisioner.
	idle string
	// states are what a set-up goes through, in order, and at which share of its
	// time each begins; the first begins at 0. done is the state at its end.
	states []protocolState
	done   string
	// failures are the ways in which a set-up may end without success.
	failures []protocolFailure
	// asking is the state at whose end the device knows for which of the networks
	// that it sees there are credentials: without any the set-up fails there. ""
	// if it only fails when it joins one.
	asking string
	// joining is the state in which the network is joined; notFound and refused
	// are the reasons of failure when none of the saved networks is nearby, and
	// when all of their passwords are wrong.
	joining           string
	notFound, refused string
	// setUpNetwork is the state in which the provisioner's hidden network is
	// joined; "" if there is none.
	setUpNetwork string
	// failed and terminated are the states of a set-up that failed, and of one
	// that somebody else ended; "" if the device just stops.
	failed, terminated string
	// resetByAlexa: deleting the device in the Alexa app resets it, if it can be
	// reached. Otherwise that is the partner app's to do.
	resetByAlexa bool
	// onceOnly: a device that was set up is not eligible again until it was both
	// removed from the account and reset.
	onceOnly bool
	// timeout ends a set-up that takes longer, with the reason timedOut; 0 for
	// none.
	timeout  time.Duration
	timedOut string
	// advertises is how long a device that has power announces itself; 0 for as
	// long as it has power.
	advertises time.Duration
	log        protocolLog
}

// protocolLog are the lines of the device's log; "" for no line.
type protocolLog struct {
	state   string // with a place for the state
	failure string // of a set-up, with a place for the reason
	// refused and reported are written for each network that cannot be joined,
	// with places for its SSID and the reason: when it was tried, and when the
	// device has told the cloud of it.
	refused, reported string
	none              string // no network could be joined
	end               string // after done, failed and terminated
	silent            string // it no longer announces itself
}

type protocolState struct {
	name  string
	begin float64 // share of the set-up's time, 0 ≤ begin < 1
	// after is a line of the device's log at the state's end; {credentials}
	// stands for the number of credentials that the device got.
	after string
}

type protocolFailure struct {
	state  string // in which it happens
	reason string
}

// at is the state of a set-up when that share of its time has passed.
func (p protocol) at(share float64) string {
	state := p.states[0].name
	for _, s := range p.states {
		if s.begin <= share {
			state = s.name
		}
	}
	return state
}

// window is when a state begins and ends, as shares of the set-up's time.
func (p protocol) window(state string) (begin, end float64) {
	for i, s := range p.states {
		if s.name != state {
			continue
		}
		if i+1 < len(p.states) {
			return s.begin, p.states[i+1].begin
		}
		return s.begin, 1
	}
	return 0, 1
}
