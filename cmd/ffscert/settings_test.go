package main

import (
	"strings"
	"testing"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/virtual/world"
)

// The record of a run goes into the packet: what makes one-time codes does not.
func TestSettingsHoldNoSeedOfCodes(t *testing.T) {
	w := world.Defaults()
	w.Account.TOTPSeed = "PLANTEDPLANTED22"
	var names []string
	for _, s := range settingsOf(config.Testbed{Name: "lab", Virtual: &config.Virtual{Config: w}}) {
		names = append(names, s.Name)
		if strings.Contains(s.Value, w.Account.TOTPSeed) {
			t.Errorf("%s holds the seed", s.Name)
		}
	}
	if !strings.Contains(strings.Join(names, " "), "virtual.account.signed_in") {
		t.Errorf("the account is not recorded at all: %v", names)
	}
}
