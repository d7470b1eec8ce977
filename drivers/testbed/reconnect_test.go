package testbed_test

import (
	"strings"
	"testing"

	"ffscert/drivers/testbed"
	"ffscert/features/certification"
)

func TestTheCommandThatConnectsThePhone(t *testing.T) {
	if err := testbed.CommandReconnect([]string{"true"})(t.Context()); err != nil {
		t.Error(err)
	}
	err := testbed.CommandReconnect([]string{"sh", "-c", "echo no such hub; exit 3"})(t.Context())
	trouble := certification.TroubleOf(err)
	if trouble == nil || trouble.Code != certification.RigPhone || !strings.Contains(strings.Join(trouble.Deciders(), ""), "no such hub") {
		t.Errorf("%v", err)
	}
	if err := testbed.CommandReconnect([]string{"/no/such/program"})(t.Context()); certification.TroubleOf(err).Code != certification.RigPhone {
		t.Errorf("%v", err)
	}
}
