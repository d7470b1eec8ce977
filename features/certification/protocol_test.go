package certification_test

import (
	"testing"

	"ffscert/features/certification"
)

func TestProtocolOf(t *testing.T) {
	for id, want := range map[string]certification.Protocol{
		"mss-wifi":   {ID: "mss-wifi", RestartProvisioner: true, Removed: certification.RemovedInAlexaApp, WiFi: true},
		"bss":        {ID: "bss", RestartProvisioner: true, Removed: certification.RemovedInAlexaApp},
		"mss-thread": {ID: "mss-thread", RestartProvisioner: true, Removed: certification.RemovedInAlexaApp},
		"zss":        {ID: "zss", RestartProvisioner: true, Removed: certification.RemovedInAlexaApp},
		"wss-wifi":   {ID: "wss-wifi", Removed: certification.RemovedInPartnerApp, WiFi: true},
		"wss-ble":    {ID: "wss-ble", Removed: certification.RemovedInPartnerApp, WiFi: true},
		"":           {RestartProvisioner: true, Removed: certification.RemovedInAlexaApp},
	} {
		if got := certification.ProtocolOf(id); got != want {
			t.Errorf("%q: %+v, want %+v", id, got, want)
		}
	}
}
