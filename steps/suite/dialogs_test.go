package suite_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// Dialogs that are known are answered and told of; the attempt goes on. One
// that nobody has described blocks it, with its picture, and nothing of it is
// touched.
func TestDialogsOverTheApps(t *testing.T) {
	for _, c := range []struct {
		kind    string
		fault   func(*world.Faults)
		verdict certification.Verdict
		cause   certification.Cause
		code    certification.Code
		how     string // the button, as the world heard of it
	}{
		{"permission", func(f *world.Faults) { f.PermissionDialog = 1 }, certification.Passed, "", "", "Allow"},
		{"rating", func(f *world.Faults) { f.RatingDialog = 1 }, certification.Passed, "", "", "NOT NOW"},
		{"update", func(f *world.Faults) { f.UpdatePrompt = 1 }, certification.Passed, "", "", "LATER"},
		{"battery", func(f *world.Faults) { f.BatteryDialog = 1 }, certification.Passed, "", "", "No thanks"},
		{"unknown", func(f *world.Faults) { f.UnknownDialog = 1 }, certification.Blocked, certification.CauseRig, certification.AppUnknownDialog, ""},
	} {
		for _, plan := range []struct{ id, protocol, item string }{
			{"mss-wifi-default", "mss-wifi", "3P2-DE-02"}, {"wss-wifi-default", "wss-wifi", "FFS-OWN-01"},
		} {
			t.Run(c.kind+"/"+plan.item, func(t *testing.T) {
				w := world.Defaults()
				w.Protocol = plan.protocol
				c.fault(&w.Faults)
				l := newLab(t, 1, w, handset.PhoneProfile())
				a := l.runCase(t, plan.id, plan.item, 1)[0]
				why := a.Message
				told := false
				for _, o := range a.Observations {
					why += "\n" + o.What
					if strings.HasPrefix(o.What, "answered the "+c.kind+" dialog") {
						told = true
						require.Len(t, o.Evidence, 2, "a picture and a page source")
					}
				}
				events := l.events.all()
				answered := strings.Contains(events, `"event":"dialog_answered"`)
				shown := strings.Contains(events, `"event":"dialog_shown"`)
				require.True(t, shown)
				require.Equal(t, c.code, a.Code, why)
				require.Equal(t, c.cause, a.Cause, why)
				require.Equal(t, c.verdict, a.Verdict, why)
				require.Equal(t, c.how != "", answered, why)
				require.Equal(t, c.how != "", told, why)
				if c.how != "" {
					require.Contains(t, events, `"how":"`+c.how+`"`)
				} else {
					require.NotEmpty(t, a.Evidence)
				}
			})
		}
	}
}
