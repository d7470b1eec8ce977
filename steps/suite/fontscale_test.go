package suite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/steps/checks/consent"
)

// A text that fits as it was designed and is cut off where a customer has made
// letters larger is found where the journey is walked at that font scale, and
// the capture says at which it was.
func TestATextThatOnlyLargeLettersCut(t *testing.T) {
	t.Parallel()
	const designed, bounded = `You can unlink the accounts at any time on the page Account.", look:`, `You can unlink the accounts at any time on the page Account.", height: 130, look:`
	demo, err := os.ReadFile("../../drivers/virtual/apps/models/partner-demo.yaml")
	require.NoError(t, err)
	model := filepath.Join(t.TempDir(), "partner.yaml")
	require.Contains(t, string(demo), designed)
	require.NoError(t, os.WriteFile(model, []byte(strings.Replace(string(demo), designed, bounded, 1)), 0o644))
	for _, scale := range []float64{1, 2} {
		t.Run(fmt.Sprint(scale), func(t *testing.T) {
			t.Parallel()
			w := world.Defaults()
			a := newLab(t, 1, w, handset.NoProfile(), func(c *virtual.Config) { c.PartnerApp, c.FontScale = model, scale }).walk(t, "@journey:allow")[consent.Allow]
			require.Equal(t, scale, a.capture.FontScale)
			var cut []string
			for _, f := range a.report.Findings {
				if f.Rule == "LWA-CLIPPED" {
					cut = append(cut, f.Message)
				}
			}
			if scale == 1 {
				require.Empty(t, cut)
				return
			}
			require.Len(t, cut, 1)
			require.Contains(t, cut[0], "“Amazon will ask you to let Lumen take part in Frustration-Free Setup.")
			require.Contains(t, cut[0], "at font scale 2.0")
		})
	}
}
