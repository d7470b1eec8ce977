package suite_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
	"ffscert/steps"
)

// requireFaultless makes sure that an attempt passed. The journeys of the
// consent may be left to a review, because the phone does not show which address
// was asked for, and for nothing else.
func requireFaultless(t testing.TB, a certification.Attempt) {
	t.Helper()
	if strings.HasPrefix(a.ID.Case, "FFS-LWA-") && a.Verdict == certification.Review {
		require.Equal(t, certification.CauseRig, a.Cause, a.Message)
		for _, f := range a.Findings {
			require.True(t, strings.HasPrefix(f.Message, steps.NotJudged), "%s: %s", f.Rule, f.Message)
		}
		return
	}
	require.Equal(t, certification.Passed, a.Verdict, "%s %s %s", a.ID, a.Code, a.Message)
}

// An account that is linked already is unlinked before it is asked for: what the
// rules cannot see in a Custom Tab is left to a person, and nothing else.
func TestAnAccountThatIsLinkedBefore(t *testing.T) {
	t.Parallel()
	w := world.Defaults()
	w.Partner.Linked = true
	a := newLab(t, 1, w, handset.NoProfile()).runCase(t, "mss-wifi-default", "FFS-LWA-01", 1)[0]
	require.Equal(t, certification.Review, a.Verdict, a.Message)
	require.Equal(t, certification.CauseRig, a.Cause)
	require.Empty(t, a.Code)
}

// A set-up that failed with a reason is reported with it.
func TestTheReasonOfAFailedSetUpIsTold(t *testing.T) {
	w := world.Defaults()
	w.Protocol, w.Faults.SetUpFails = "wss-wifi", 1
	w.WiFi[0].Saved = world.SavedWrong
	a := newLab(t, 1, w, handset.PhoneProfile()).runCase(t, "wss-wifi-default", "3P2-DE-02", 1)[0]
	require.Equal(t, certification.ProductNotSetUp, a.Code)
	require.Contains(t, a.Message, "AUTH_FAILED")
}

// A device that no longer answers is only to blame if what is around it still
// does; that it answered at the first glance is not enough.
func TestADeviceThatFallsSilentAfterAGlance(t *testing.T) {
	l := newLab(t, 1, world.Defaults(), handset.PhoneProfile())
	plug := ""
	for _, d := range l.world.Devices() {
		if d.Name == "First plug" {
			plug = d.ID
		}
	}
	require.NotEmpty(t, plug)
	l.events.then = func(line []byte) {
		if bytes.Contains(line, []byte(`"event":"device_set_up"`)) {
			l.bed.Clock.(*clock.Clock).AfterFunc(6*time.Second, func(time.Time) { l.world.Switch(plug, false) })
		}
	}
	a := l.runCase(t, "mss-wifi-default", "3P2-DE-02", 1)[0]
	require.Equal(t, certification.Blocked, a.Verdict, a.Message)
	require.Equal(t, certification.RigPlug, a.Code, a.Message)
	require.Equal(t, certification.CauseRig, a.Cause)
}

// The cases that need the maker's app and Amazon's pages, with the real Appium.
func TestPartnerCasesOnTheRealAppium(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ plan, id string }{
		{"wss-wifi-default", "FFS-OWN-01"},
		{"mss-wifi-default", "FFS-LWA-01"},
	} {
		t.Run(c.id, func(t *testing.T) {
			t.Parallel()
			w := fastWorld()
			w.Partner.SignedIn = false
			w.Partner.FFSGivesUp = time.Second
			w.Partner.OwnSetUpDelay = world.Range{}
			w.Partner.OwnSetUpTime = world.Range{Min: 3 * time.Second, Max: 3 * time.Second}
			w.Partner.Delay = world.Range{}
			if c.plan == "wss-wifi-default" {
				w.Protocol = "wss-wifi"
			}
			requireFaultless(t, newLab(t, 2, w, handset.NoProfile()).runCase(t, c.plan, c.id, 1)[0])
		})
	}
}
