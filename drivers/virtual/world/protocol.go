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
	// setUpNetwork is the state in which the provisioner's hidden network is
	// joined; "" if there is none.
	setUpNetwork string
	// failed and terminated are the states of a set-up that failed, and of one
	// that somebody else ended; "" if the device just stops.
	failed, terminated string
	// resetByAlexa: deleting the device in the Alexa app resets it, if it can be
	// reached. Otherwise that is the partner app's to do.
	resetByAlexa bool
	// logState and logFailure are lines of the device's log, with a place for the
	// state or the reason.
	logState, logFailure string
	// logRefused is written for each network that cannot be joined, logEnd after
	// done, failed and terminated; "" for no line.
	logRefused, logEnd string
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

// protocols are the protocols that the lab speaks, by the name that plans use.
//
// The states of MSS follow the commissioning flow of the Matter Core
// Specification (chapter "Commissioning"), their shares are a guess; the
// reasons that concern the network are its NetworkCommissioningStatusEnum. What
// a real device writes to its log differs from product to product.
//
// The states and log lines of WSS are those observed in a published device
// (DOMAIN §4); START_PIN_BASED_SETUP is left out, which belongs to the set-up by
// barcode. The shares, the line that names the reason, and that the reasons are
// those published for WSS over BLE are guesses.
func protocols() map[string]protocol {
	return map[string]protocol{
		"mss-wifi": {
			title: "MSS over Wi-Fi",
			idle:  "ADVERTISING",
			states: []protocolState{
				{name: "PASE_ESTABLISHED", begin: 0},
				{name: "FAIL_SAFE_ARMED", begin: 0.15},
				{name: "DEVICE_ATTESTED", begin: 0.25},
				{name: "OPERATIONAL_CREDENTIALS_ADDED", begin: 0.4},
				{name: "NETWORK_CONFIGURED", begin: 0.5},
				{name: "CONNECTING_TO_USER_NETWORK", begin: 0.6},
				{name: "CASE_ESTABLISHED", begin: 0.85},
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
		"wss-wifi": {
			title: "WSS over Wi-Fi",
			idle:  "NOT_PROVISIONED",
			states: []protocolState{
				{name: "CONNECTING_TO_SETUP_NETWORK", begin: 0, after: "Connected to setup network"},
				{name: "START_PROVISIONING", begin: 0.2},
				{name: "COMPUTE_CONFIGURATION", begin: 0.35},
				{name: "POST_WIFI_SCAN_DATA", begin: 0.4},
				{name: "GET_WIFI_LIST", begin: 0.55, after: "Total credentials found: {credentials}"},
				{name: "CONNECTING_TO_USER_NETWORK", begin: 0.65},
				{name: "CONNECTED_TO_USER_NETWORK", begin: 0.9},
			},
			done: "DONE", failed: "FAILURE", terminated: "TERMINATED",
			failures: []protocolFailure{
				{"CONNECTING_TO_SETUP_NETWORK", "AP_NOT_FOUND"},
				{"START_PROVISIONING", "INTERNAL_ERROR"},
				{"CONNECTING_TO_USER_NETWORK", "AUTH_FAILED"},
				{"CONNECTING_TO_USER_NETWORK", "IP_FAILURE"},
				{"CONNECTED_TO_USER_NETWORK", "BEHIND_CAPTIVE_PORTAL"},
				{"CONNECTED_TO_USER_NETWORK", "LIMITED_CONNECTIVITY"},
			},
			joining:  "CONNECTING_TO_USER_NETWORK",
			notFound: "AP_NOT_FOUND", refused: "AUTH_FAILED",
			setUpNetwork: "CONNECTING_TO_SETUP_NETWORK",
			logState:     "Execute Wi-Fi provisionee state %s",
			logFailure:   "Wi-Fi provisionee failed: %s",
			logRefused:   "Failed to connect to a user network, reconnecting to setup network",
			logEnd:       "Ffs Wi-Fi provisionee task reached terminal state",
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
