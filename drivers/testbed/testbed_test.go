package testbed_test

import (
	"testing"

	"ffscert/drivers/testbed"
)

// Only the device under test can be deleted, and only if nothing else has a
// name that a person would call the same.
func TestTwoKeysForEveryDeletion(t *testing.T) {
	lab := testbed.Names{Device: "First light", DevicePlug: "First plug", ProvisionerPlug: "Second plug", Provisioner: "Echo Dot"}
	if err := lab.MayDelete("First light"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"", "First plug", "Second plug", "Echo Dot", "first light", "First light ", "Kitchen"} {
		if lab.MayDelete(name) == nil {
			t.Errorf("%q may be deleted", name)
		}
	}
	for _, device := range []string{"first PLUG", " Second  plug ", "ECHO DOT", "Caf\u00e9"} {
		clash := lab
		clash.Device = device
		if device == "Caf\u00e9" {
			clash.Provisioner = "cafe\u0301"
		}
		if clash.MayDelete(device) == nil {
			t.Errorf("%q may be deleted although another device has that name", device)
		}
	}
}
