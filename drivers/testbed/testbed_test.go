package testbed_test

import (
	"errors"
	"testing"

	"ffscert/drivers/testbed"
	"ffscert/features/certification"
)

// Both keys are needed to delete or remove a device, in whichever app.
func TestMayDelete(t *testing.T) {
	names := testbed.Names{Device: "First light", DevicePlug: "First plug", ProvisionerPlug: "Second plug", Provisioner: "Echo Dot"}
	twin := names
	twin.Provisioner = "  first  LIGHT "
	for _, c := range []struct {
		names testbed.Names
		name  string
		may   bool
	}{
		{names, "First light", true},
		{names, "first light", false},
		{names, "First plug", false},
		{names, "Echo Dot", false},
		{names, "", false},
		{testbed.Names{}, "", false},
		{twin, "First light", false},
	} {
		err := c.names.MayDelete(c.name)
		if (err == nil) != c.may {
			t.Errorf("%q: %v, may be deleted: %v", c.name, err, c.may)
		}
		if err != nil && !errors.Is(err, &certification.Trouble{Code: certification.DefNames}) {
			t.Errorf("%q: %v has another code", c.name, err)
		}
	}
}
