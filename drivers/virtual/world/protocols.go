package world

import "time"

// protocols are the protocols that the lab speaks, by the name that plans use.
//
// What is public, and what is ours:
//
//   - Where deletion resets a device, that a BSS device is not eligible again
//     until it was removed and reset, the states and log lines of WSS over Wi-Fi
//     and the reasons of failure of WSS over BLE: DOMAIN §4 and §5. That a
//     set-up over BLE ends after 300 s, and that a device advertises for up to
//     seven days, was observed for WSS over BLE only.
//   - The states of MSS follow the commissioning flow of the Matter Core
//     Specification (chapter "Commissioning"); its reasons that concern the
//     network are the NetworkCommissioningStatusEnum.
//   - The names of the states of ZSS, BSS and WSS over BLE are ours. They follow
//     the Zigbee Base Device Behavior Specification (network steering; its
//     reasons are commissioning statuses) and the Mesh Profile Specification
//     (provisioning protocol; its reasons are the error codes of "Provisioning
//     Failed"). What Amazon adds to either is not public.
//   - All shares of time, and every log line that is not WSS over Wi-Fi's state,
//     credentials, reconnecting or terminal line, are ours.
//
// START_PIN_BASED_SETUP of WSS is left out: it belongs to the set-up by barcode.
func protocols() map[string]protocol {
	return map[string]protocol{
		"wss-wifi":   wssWiFi(),
		"wss-ble":    wssBLE(),
		"zss":        zss(),
		"bss":        bss(),
		"mss-wifi":   mssWiFi(),
		"mss-thread": mssThread(),
	}
}

func wssWiFi() protocol {
	return protocol{
		title: "WSS over Wi-Fi",
		wifi:  true,
		idle:  "NOT_PROVISIONED",
		states: []protocolState{
			{name: "CONNECTING_TO_SETUP_NETWORK", begin: 0, after: "Connected to setup network"},
			{name: "START_PROVISIONING", begin: 0.2},
			{name: "COMPUTE_CONFIGURATION", begin: 0.35},
			{name: "POST_WIFI_SCAN_DATA", begin: 0.4, after: "Total credentials found: {credentials}"},
			{name: "GET_WIFI_LIST", begin: 0.55},
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
		asking:   "GET_WIFI_LIST",
		joining:  "CONNECTING_TO_USER_NETWORK",
		notFound: "AP_NOT_FOUND", refused: "AUTH_FAILED",
		setUpNetwork: "CONNECTING_TO_SETUP_NETWORK",
		log: protocolLog{
			state:   "Execute Wi-Fi provisionee state %s",
			failure: "Wi-Fi provisionee failed: %s",
			refused: refusedLine, reported: reportedLine,
			none: "Failed to connect to a user network, reconnecting to setup network",
			end:  "Ffs Wi-Fi provisionee task reached terminal state",
		},
	}
}

// The lines with which devices that join Wi-Fi tell of a network that refused
// them; they are ours. See [World.LogPatterns].
const (
	refusedLine  = "user network %q refused: %s"
	reportedLine = "reported to the cloud: user network %q refused: %s"
)

func wssBLE() protocol {
	return protocol{
		title: "WSS over BLE",
		wifi:  true,
		idle:  "ADVERTISING",
		states: []protocolState{
			{name: "BLE_CONNECTED", begin: 0},
			{name: "SECURE_SESSION_ESTABLISHED", begin: 0.2},
			{name: "WIFI_SCAN_POSTED", begin: 0.4, after: "credentials received: {credentials}"},
			{name: "CONNECTING_TO_USER_NETWORK", begin: 0.55},
			{name: "CONNECTED_TO_USER_NETWORK", begin: 0.85},
		},
		done: "PROVISIONED", failed: "PROVISIONING_FAILED",
		failures: []protocolFailure{
			{"SECURE_SESSION_ESTABLISHED", "INTERNAL_ERROR"},
			{"CONNECTING_TO_USER_NETWORK", "AP_NOT_FOUND"},
			{"CONNECTING_TO_USER_NETWORK", "AUTH_FAILED"},
			{"CONNECTING_TO_USER_NETWORK", "IP_FAILURE"},
			{"CONNECTED_TO_USER_NETWORK", "BEHIND_CAPTIVE_PORTAL"},
			{"CONNECTED_TO_USER_NETWORK", "LIMITED_CONNECTIVITY"},
		},
		asking:   "WIFI_SCAN_POSTED",
		joining:  "CONNECTING_TO_USER_NETWORK",
		notFound: "AP_NOT_FOUND", refused: "AUTH_FAILED",
		timeout: 300 * time.Second, timedOut: "PROVISIONING_TIMEOUT",
		advertises: 7 * 24 * time.Hour,
		log: protocolLog{
			state:   "BLE provisionee state %s",
			failure: "BLE provisioning failed: %s",
			refused: refusedLine, reported: reportedLine,
			silent: "advertising ended",
		},
	}
}

func zss() protocol {
	return protocol{
		title: "ZSS",
		idle:  "FACTORY_NEW",
		states: []protocolState{
			{name: "NETWORK_STEERING", begin: 0},
			{name: "BEACON_RECEIVED", begin: 0.2},
			{name: "ASSOCIATED", begin: 0.4},
			{name: "NETWORK_KEY_RECEIVED", begin: 0.55},
			{name: "LINK_KEY_EXCHANGED", begin: 0.7},
			{name: "INTERVIEWED", begin: 0.85},
		},
		done: "ON_NETWORK",
		failures: []protocolFailure{
			{"NETWORK_STEERING", "NO_SCAN_RESPONSE"},
			{"BEACON_RECEIVED", "NO_NETWORK"},
			{"ASSOCIATED", "NOT_PERMITTED"},
			{"NETWORK_KEY_RECEIVED", "TCLK_EX_FAILURE"},
			{"INTERVIEWED", "NO_IDENTIFY_QUERY_RESPONSE"},
		},
		joining:      "ASSOCIATED",
		resetByAlexa: true,
		log:          protocolLog{state: "zigbee commissioning state %s", failure: "zigbee commissioning failed: %s"},
	}
}

func bss() protocol {
	return protocol{
		title: "BSS",
		idle:  "UNPROVISIONED_BEACON",
		states: []protocolState{
			{name: "PROVISIONING_INVITED", begin: 0},
			{name: "CAPABILITIES_SENT", begin: 0.1},
			{name: "PUBLIC_KEYS_EXCHANGED", begin: 0.25},
			{name: "AUTHENTICATED", begin: 0.45},
			{name: "PROVISIONING_DATA_RECEIVED", begin: 0.6},
			{name: "CONFIGURED", begin: 0.8},
		},
		done: "NODE",
		failures: []protocolFailure{
			{"CAPABILITIES_SENT", "INVALID_FORMAT"},
			{"PUBLIC_KEYS_EXCHANGED", "UNEXPECTED_PDU"},
			{"AUTHENTICATED", "CONFIRMATION_FAILED"},
			{"PROVISIONING_DATA_RECEIVED", "DECRYPTION_FAILED"},
			{"PROVISIONING_DATA_RECEIVED", "CANNOT_ASSIGN_ADDRESSES"},
			{"CONFIGURED", "OUT_OF_RESOURCES"},
		},
		joining:      "PROVISIONING_DATA_RECEIVED",
		resetByAlexa: true,
		onceOnly:     true,
		log:          protocolLog{state: "mesh provisioning state %s", failure: "mesh provisioning failed: %s"},
	}
}

func mssWiFi() protocol {
	return protocol{
		title: "MSS over Wi-Fi",
		wifi:  true,
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
		log: protocolLog{state: "commissioning state %s", failure: "commissioning failed: %s",
			refused: refusedLine, reported: reportedLine},
	}
}

// mssThread is Matter over Thread: the network is that of the commissioner's
// border router, so that no Wi-Fi matters.
func mssThread() protocol {
	p := mssWiFi()
	p.title, p.wifi = "MSS over Thread", false
	p.states[5].name, p.joining = "CONNECTING_TO_THREAD_NETWORK", "CONNECTING_TO_THREAD_NETWORK"
	for i, f := range p.failures {
		if f.state == "CONNECTING_TO_USER_NETWORK" {
			p.failures[i].state = "CONNECTING_TO_THREAD_NETWORK"
		}
	}
	p.log.refused, p.log.reported = "", ""
	return p
}
