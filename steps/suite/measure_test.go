package suite_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// On a usual phone a set-up time is known to half a second either way, and its
// phases say where the time went.
func TestSetUpTimesAreKnownToHalfASecond(t *testing.T) {
	attempts := newLab(t, 1, world.Defaults(), handset.PhoneProfile()).runCase(t, "mss-wifi-default", "3P2-DE-02", 12)
	require.Len(t, attempts, 12)
	for _, a := range attempts {
		require.Equal(t, certification.Passed, a.Verdict, a.Message)
		require.LessOrEqual(t, a.SetupTime.Hi-a.SetupTime.Lo, 1.0, "#%d", a.ID.N)
	}
}

func TestThePhasesOfASetUp(t *testing.T) {
	a := newLab(t, 1, world.Defaults(), handset.PhoneProfile()).runCase(t, "mss-wifi-default", "FFS-APP-01", 1)[0]
	require.Equal(t, certification.Passed, a.Verdict, a.Message)
	var names []string
	for _, p := range a.Phases {
		names = append(names, p.Name)
		require.GreaterOrEqual(t, p.Seconds, 0.0, p.Name)
	}
	require.Equal(t, []string{"provisioner restarted", "powered → discovered", "discovered → named", "named → responsive", "responsive → in the partner app"}, names)
}
