package world

// protocol is what differs between the ways of Frustration-Free Setup. The
// machinery in setup.go is the same for all of them: another protocol is
// another value.
type protocol struct {
	title string
	// idle is the state of a factory-new device that has power and waits for a
	// provisioner.
	idle string
	// states are what a set-up goes through, in order, and at which share of its
	// time each begins; the first begins at 0. done is the state at its end.
	states []protocolState
	done   string
	// failures are the ways in which a set-up may end without success.
	failures []protocolFailure
	// joining is the state in which the customer's network is joined; notFound
	// and refused are the reasons of failure when none of the saved networks is
	// nearby, and when all of their passwords are wrong.
	joining           string
	notFound, refused string
	// resetByAlexa: deleting the device in the Alexa app resets it, if it can be
	// reached. Otherwise that is the partner app's to do.
	resetByAlexa bool
	// logState and logFailure are lines of the device's log, with a place for the
	// state or the reason.
	logState, logFailure string
}

type protocolState struct {
	name  string
	begin float64 // share of the set-up's time, 0 ≤ begin < 1
}

type protocolFailure struct {
	state  string // in which it happens
	reason string
}

// protocols are the protocols that the lab speaks, by the name that plans use.
//
// The states of MSS follow the commissioning flow of the Matter Core
// Specification (chapter "Commissioning"), their shares are a guess; the
// reasons that concern the network are its NetworkCommissioningStatusEnum. What
// a real device writes to its log differs from product to product.
func protocols() map[string]protocol {
	return map[string]protocol{
		"mss-wifi": {
			title: "MSS over Wi-Fi",
			idle:  "ADVERTISING",
			states: []protocolState{
				{"PASE_ESTABLISHED", 0},
				{"FAIL_SAFE_ARMED", 0.15},
				{"DEVICE_ATTESTED", 0.25},
				{"OPERATIONAL_CREDENTIALS_ADDED", 0.4},
				{"NETWORK_CONFIGURED", 0.5},
				{"CONNECTING_TO_USER_NETWORK", 0.6},
				{"CASE_ESTABLISHED", 0.85},
			},
			done: "COMMISSIONING_COMPLETE",
			failures: []protocolFailure{
				{"PASE_ESTABLISHED", "PASE_TIMEOUT"},
				{"DEVICE_ATTESTED", "ATTESTATION_FAILED"},
				{"CONNECTING_TO_USER_NETWORK", "NetworkNotFound"},
				{"CONNECTING_TO_USER_NETWORK", "AuthFailure"},
				{"CONNECTING_TO_USER_NETWORK", "IPV6Failed"},
				{"CASE_ESTABLISHED", "OtherConnectionFailure"},
			},
			joining:  "CONNECTING_TO_USER_NETWORK",
			notFound: "NetworkNotFound", refused: "AuthFailure",
			resetByAlexa: true,
			logState:     "commissioning state %s",
			logFailure:   "commissioning failed: %s",
		},
	}
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
