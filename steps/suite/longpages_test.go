package suite_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
	"ffscert/steps/checks/consent"
)

// largeLetters is a lab whose phone shows letters twice as large as designed:
// pages are longer than its screen.
func largeLetters(t testing.TB, locale string, fault world.LWAFault, pictures bool) lab {
	w := world.Defaults()
	w.Partner.LWAFault = fault
	l := newLab(t, 1, w, handset.NoProfile(), func(v *virtual.Config) { v.FontScale, v.Locale = 2, locale })
	l.bed.Declared.AppName, l.bed.Declared.Scopes = w.Partner.AppName, w.Partner.Scopes
	if !pictures {
		l.bed.Phone = blind{l.phone, l.phone}
	}
	return l
}

// Where the consent page is longer than the screen, it is seen down to its end,
// and answered there: nothing is wrong, and nothing is found.
func TestAPageThatIsLongerThanTheScreen(t *testing.T) {
	t.Parallel()
	for locale, pictures := range map[string]bool{"en-US": true, "de-DE": false} {
		all := largeLetters(t, locale, "", pictures).walk(t, "@journey:allow or @journey:refuse")
		require.Len(t, all, 2)
		for j, w := range all {
			w.judgedBy(t, "", locale)
			require.Equal(t, certification.Review, w.Verdict, "%s: %s", j, w.Message) // no address on this door
			for _, r := range w.report.Rules {
				if r.Outcome == consent.NotRun && r.Required {
					require.Contains(t, []string{"LWA-SCOPE", "LWA-ESSENTIAL", "LWA-URL"}, r.ID, r.Why)
					require.Contains(t, r.Why, "the requested URL was not visible")
					require.NotContains(t, r.Why, "below")
				}
				if r.ID == "LWA-CLIPPED" {
					require.Equal(t, consent.Pass, r.Outcome)
					require.Contains(t, r.Why, "at font scale 2.0")
				}
			}
			var parts, ended, taps int
			for _, s := range w.capture.Screens {
				if s.Role != consent.Consent {
					continue
				}
				parts, taps = parts+1, taps+*s.Taps
				require.Equal(t, parts > 1, s.Continues, s.File)
				if s.Ends != nil && *s.Ends {
					ended++
				}
			}
			require.Greater(t, parts, 1, "the page fits: this test shows nothing")
			require.Equal(t, 1, ended)
			require.Equal(t, 1, taps, "scrolling is no tap")
		}
	}
}

// What is wrong with a page that is longer than the screen is found all the same.
func TestTheFaultOfAPageThatIsLongerThanTheScreen(t *testing.T) {
	t.Parallel()
	table := seededFaults()
	for _, fault := range []world.LWAFault{world.LWARefuse, world.LWAIdentity, world.LWAIdentityName, world.LWAProminence, world.LWALabel, world.LWAReason,
		world.LWAScopeMissing, world.LWAScopeShown, world.LWAEssentialTicked, world.LWAOverlay, world.LWAOverlayGone} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			s := table[fault]
			w := largeLetters(t, "en-US", fault, s.pictures).walk(t, "@journey:"+string(s.journey))[s.journey]
			w.judgedBy(t, fault.Rule(), "en-US")
			w.finds(t, s.journey, fault.Rule(), s.outcome)
		})
	}
}
