package suite_test

import (
	"fmt"
	"slices"
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

// What tells a page may lie below the screen itself: many scopes push the answers
// there, and letters larger than Android's largest the field for the code.
func TestAPageThatIsToldByWhatIsBelowTheScreen(t *testing.T) {
	t.Parallel()
	w := world.Defaults()
	for i := range 12 {
		w.Partner.Scopes = append(w.Partner.Scopes, fmt.Sprintf("test::thing%d:read", i))
	}
	for name, l := range map[string]lab{
		"allow":   newLab(t, 1, w, handset.NoProfile()),
		"browser": newLab(t, 1, world.Defaults(), handset.NoProfile(), func(v *virtual.Config) { v.FontScale = 3 }),
	} {
		l.bed.Phone = blind{l.phone, l.phone}
		l.bed.Declared.Scopes = w.Partner.Scopes
		if name == "browser" {
			l.bed.Declared.Scopes = world.Defaults().Partner.Scopes
		}
		for j, a := range l.walk(t, "@journey:"+name) {
			a.judgedBy(t, "", "en-US")
			require.Equal(t, certification.Review, a.Verdict, "%s: %s", j, a.Message)
			require.True(t, slices.ContainsFunc(a.capture.Screens, func(s consent.Screen) bool { return s.Role == consent.Consent && s.Continues }))
		}
	}
}
