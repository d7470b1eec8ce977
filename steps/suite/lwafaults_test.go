package suite_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
	"ffscert/steps"
	"ffscert/steps/checks/consent"
)

// locales are those of the phones on which the consent is walked: the languages
// of the phrase packs.
func locales() []string { return []string{"en-US", "de-DE", "fr-FR", "es-ES", "it-IT", "ja-JP"} }

// japanese is the place of the language that is least like English.
const japanese = 5

// localesOf are those for the n-th of several tests: all, or one after the other
// where each takes long.
func localesOf(n int) []string {
	all := locales()
	if inAllLanguages {
		return all
	}
	return all[n%len(all):][:1]
}

// blind is a phone that takes no pictures: most rules do without, and most of
// the time goes into them.
type blind struct {
	drivers.Phone
	drivers.Diagnostics
}

func (blind) Screenshot(context.Context) ([]byte, error) { return nil, errors.New("no pictures") }

// phoneIn is a lab whose phone speaks a language.
func phoneIn(t testing.TB, locale string, pictures bool, w world.Config) lab {
	l := newLab(t, 1, w, handset.NoProfile(), func(v *virtual.Config) { v.Locale = locale })
	l.bed.Declared.AppName, l.bed.Declared.Scopes = w.Partner.AppName, w.Partner.Scopes
	if !pictures {
		l.bed.Phone = blind{l.phone, l.phone}
	}
	return l
}

// judgedBy makes sure that nothing was found but what rule finds, and that every
// text was seen in the phone's language.
func (w walked) judgedBy(t testing.TB, rule, locale string) {
	t.Helper()
	require.Equal(t, locale, w.report.Locale)
	for _, r := range w.report.Rules {
		if r.ID != rule {
			require.Contains(t, []consent.Outcome{consent.Pass, consent.NotRun}, r.Outcome, "%s: %s", r.ID, r.Why)
		}
	}
	for _, f := range w.Findings {
		if f.Rule != rule {
			require.True(t, strings.HasPrefix(f.Message, steps.NotJudged), "%s: %s", f.Rule, f.Message)
		}
	}
}

// Nothing is wrong with the simulated app and Amazon's pages in any language, on
// any journey.
func TestNothingIsFoundWhereNothingIsWrong(t *testing.T) {
	t.Parallel()
	for _, locale := range localesOf(japanese) {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			for tags, pictures := range map[string]bool{"@journey:allow or @journey:refuse": true, "@case:FFS-LWA-04 and not (@journey:allow or @journey:refuse)": false} {
				for j, w := range phoneIn(t, locale, pictures, world.Defaults()).walk(t, tags) {
					w.judgedBy(t, "", locale)
					require.Contains(t, []certification.Verdict{certification.Passed, certification.Review}, w.Verdict, "%s: %s", j, w.Message)
					for _, r := range w.report.Rules {
						if r.Outcome == consent.NotRun && r.Required {
							require.Contains(t, []string{"LWA-SCOPE", "LWA-ESSENTIAL", "LWA-URL"}, r.ID, "%s: %s", j, r.Why)
						}
					}
				}
			}
		})
	}
}

// seeded is how a fault of the way through Login with Amazon is found.
type seeded struct {
	journey  consent.Journey
	outcome  consent.Outcome
	only     string // a language, if the rule knows no other
	pictures bool   // it is seen on pictures alone
}

func seededFaults() map[world.LWAFault]seeded {
	return map[world.LWAFault]seeded{
		world.LWAOffered:        {journey: consent.Allow, outcome: consent.Fail},
		world.LWAOfferedAgain:   {journey: consent.Allow, outcome: consent.Warn},
		world.LWAButton:         {journey: consent.Allow, outcome: consent.Warn},
		world.LWAFlow:           {journey: consent.Refuse, outcome: consent.Review},
		world.LWAWebView:        {journey: consent.Refuse, outcome: consent.Fail},
		world.LWAReason:         {journey: consent.Allow, outcome: consent.Review},
		world.LWAUnexplained:    {journey: consent.Allow, outcome: consent.Fail},
		world.LWAOverlay:        {journey: consent.Refuse, outcome: consent.Fail},
		world.LWAOverlayGone:    {journey: consent.Refuse, outcome: consent.Fail},
		world.LWAIdentity:       {journey: consent.Allow, outcome: consent.Fail},
		world.LWAIdentityName:   {journey: consent.Allow, outcome: consent.Fail},
		world.LWARefuse:         {journey: consent.Refuse, outcome: consent.Fail},
		world.LWAProminence:     {journey: consent.Allow, outcome: consent.Warn, pictures: true},
		world.LWALabel:          {journey: consent.Allow, outcome: consent.Review},
		world.LWALabelTwice:     {journey: consent.Allow, outcome: consent.Review},
		world.LWAFallback:       {journey: consent.Refuse, outcome: consent.Fail},
		world.LWAFallbackBroken: {journey: consent.Refuse, outcome: consent.Fail},
		world.LWABaseline:       {journey: consent.Allow, outcome: consent.Review},
		world.LWALocale:         {journey: consent.Allow, outcome: consent.Review},
		world.LWAContrast:       {journey: consent.Allow, outcome: consent.Warn, pictures: true},
		world.LWATarget:         {journey: consent.Allow, outcome: consent.Warn},
		world.LWAClipped:        {journey: consent.Allow, outcome: consent.Warn},
		world.LWAReadable:       {journey: consent.Allow, outcome: consent.Warn, only: "en-US"},

		world.LWAScope:           {journey: consent.Allow, outcome: consent.Fail},
		world.LWAScopeMissing:    {journey: consent.Allow, outcome: consent.Fail},
		world.LWAScopeShown:      {journey: consent.Allow, outcome: consent.Fail},
		world.LWAEssentialTicked: {journey: consent.Allow, outcome: consent.Fail},
	}
}

// approved are the texts of a faultless journey.
type approved map[string][]string

func (a approved) Approved(_, screen string) ([]string, bool) {
	texts, ok := a[screen]
	return texts, ok
}

// Everything that the simulated app or page does wrong is found by the rule
// after which it is named, in every language, and by no other rule.
func TestEveryFaultOfTheJourneyIsFoundByItsRule(t *testing.T) {
	t.Parallel()
	table := seededFaults()
	for n, f := range world.LWAFaults() {
		if f.Hidden() {
			continue // in the request alone; see TestEveryFaultOfTheRequestIsFoundByItsRule
		}
		where := localesOf(n)
		if only := table[f].only; only != "" && !slices.Contains(where, only) {
			where = append(where, only)
		}
		for _, locale := range where {
			t.Run(string(f)+"/"+locale, func(t *testing.T) {
				t.Parallel()
				s, ok := table[f]
				require.True(t, ok, "nothing says how %s is found", f)
				w := world.Defaults()
				w.Partner.LWAFault = f
				all := phoneIn(t, locale, s.pictures, w).walk(t, "@journey:"+string(s.journey))
				require.Len(t, all, 1)
				for j, a := range all {
					if f == world.LWABaseline {
						a.report = againstApproved(t, locale, a.capture)
					}
					a.judgedBy(t, f.Rule(), locale)
					want := s.outcome
					if s.only != "" && s.only != locale {
						want = consent.NotRun
					}
					a.finds(t, j, f.Rule(), want)
				}
			})
		}
	}
}

// againstApproved judges a journey against the texts of the faultless one.
func againstApproved(t testing.TB, locale string, c consent.Capture) consent.Report {
	rules, err := consent.New()
	require.NoError(t, err)
	texts := approved{}
	good := phoneIn(t, locale, false, world.Defaults()).walk(t, "@journey:"+string(c.Journey))[c.Journey]
	for _, s := range rules.Texts(good.capture) {
		texts[s.Screen] = s.Texts
	}
	return rules.Judge(c, consent.Options{Baseline: texts})
}

// finds makes sure that a rule has that outcome, and that the attempt has the
// verdict for it. Some rules are never run on a phone without a web context,
// which leaves even a faultless attempt to a review.
func (w walked) finds(t testing.TB, j consent.Journey, rule string, want consent.Outcome) {
	t.Helper()
	for _, r := range w.report.Rules {
		if r.ID == rule {
			require.Equal(t, want, r.Outcome, "%s: %s", j, r.Why)
		}
	}
	if want != consent.Fail {
		require.Equal(t, certification.Review, w.Verdict, "%s: %s", j, w.Message)
		return
	}
	require.Equal(t, certification.Failed, w.Verdict, "%s: %s", j, w.Message)
	if w.Code != certification.ProductOwnSetUp && w.Code != certification.PartnerNoLogin {
		require.Equal(t, certification.PartnerConsent, w.Code, "%s: %s", j, w.Message)
		require.Equal(t, certification.CausePartnerApp, w.Cause)
		require.Contains(t, w.Message, rule)
	}
}

// The same through the real Appium, where windows, WebViews and their documents
// are real.
func TestWhoShowsAmazonsPagesOnTheRealAppium(t *testing.T) {
	needsWeb(t)
	for _, f := range []world.LWAFault{world.LWAWebView, world.LWAOverlay} {
		t.Run(string(f), func(t *testing.T) {
			w := fastWorld()
			w.Partner.LWAFault = f
			l := newLab(t, 2, w, handset.NoProfile(), func(c *virtual.Config) { c.Speed, c.Locale = 8, "de-DE" })
			a := l.walk(t, "@journey:allow")[consent.Allow]
			a.judgedBy(t, f.Rule(), "de-DE")
			a.finds(t, consent.Allow, f.Rule(), consent.Fail)
		})
	}
}
