package certification

// Remover is the app in which the customer removes a device so that it is
// reset.
type Remover string

// The apps.
const (
	RemovedInAlexaApp   Remover = "alexa_app"
	RemovedInPartnerApp Remover = "partner_app"
)

// Protocol holds what differs between the protocols of Frustration-Free Setup
// in how an attempt is made; ACK devices are those of WSS over BLE (Simplified).
// Scenarios are the same for all: their sentences ask here.
type Protocol struct {
	ID string // as plans name it, such as "mss-wifi"
	// RestartProvisioner: the provisioner is restarted before an attempt. [O]
	// Amazon's published scripts do so for BSS, ZSS and MSS; for WSS it only has
	// to be on.
	RestartProvisioner bool
	// Removed is where removing the device resets it. [O] Deleting it in the
	// Alexa app does so for BSS, ZSS and MSS, not for WSS.
	Removed Remover
	// WiFi: the device joins the customer's Wi-Fi, with credentials that are saved
	// at Amazon. The others join the network of their provisioner or border
	// router ("Test Plans" in the guide, by the radios of each protocol).
	WiFi bool
}

// Protocols are the ids of the protocols, as plans name them.
func Protocols() []string {
	return []string{"wss-wifi", "wss-ble", "zss", "bss", "mss-wifi", "mss-thread"}
}

// ProtocolOf returns the facts of a protocol. One that is not known is treated
// with the greatest care: the provisioner is restarted, and the device is
// removed in the Alexa app.
func ProtocolOf(id string) Protocol {
	p := Protocol{ID: id, RestartProvisioner: true, Removed: RemovedInAlexaApp}
	switch id {
	case "wss-wifi", "wss-ble":
		p.RestartProvisioner = false
		p.Removed = RemovedInPartnerApp
		p.WiFi = true
	case "mss-wifi":
		p.WiFi = true
	}
	return p
}
