package suite_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/secret"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/web"
	"ffscert/drivers/virtual/world"
	"ffscert/features"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/steps/checks/consent"
	"ffscert/steps/checks/consent/captures"
	"ffscert/steps/suite"
)

// walked is an attempt of a journey with what it recorded.
type walked struct {
	certification.Attempt
	capture consent.Capture
	report  consent.Report
	files   map[string]string // by name: what the folder holds
}

// walk walks the journeys whose tags fit, and reads what was recorded.
func (l lab) walk(t testing.TB, tags string) map[consent.Journey]walked {
	t.Helper()
	cat, err := catalog.Load()
	require.NoError(t, err)
	plan, err := cat.Plan("mss-wifi-default")
	require.NoError(t, err)
	all, problems := suite.Load(suite.Source{FS: features.Files})
	require.Empty(t, problems)
	jobs, err := suite.Select(plan, all, suite.Selection{Tags: tags}, nil)
	require.NoError(t, err)
	j, err := journal.Create(t.Context(), t.TempDir(), journal.Header{Created: time.Now().UTC(), Plan: plan, ToolVersion: "test",
		Product: journal.Product{DeviceName: l.bed.Names.Device}, Scopes: suite.Scopes(jobs)})
	require.NoError(t, err)
	defer j.Close()
	require.NoError(t, (&suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{l.bed}, Journal: j}).Do(context.WithoutCancel(t.Context())))
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	rules, err := consent.New()
	require.NoError(t, err)
	found := map[consent.Journey]walked{}
	for _, a := range rec.Attempts {
		w := walked{Attempt: a, files: map[string]string{}}
		for _, o := range a.Observations {
			for _, p := range o.Evidence {
				if filepath.Base(p) != captures.Index {
					continue
				}
				dir := filepath.Join(j.Dir(), filepath.Dir(p))
				w.capture, err = captures.Read(dir)
				require.NoError(t, err)
				names, err := os.ReadDir(dir)
				require.NoError(t, err)
				for _, n := range names {
					data, err := os.ReadFile(filepath.Join(dir, n.Name()))
					require.NoError(t, err)
					w.files[n.Name()] = string(data)
				}
			}
		}
		require.NotEmpty(t, w.capture.Screens, "%s %s: %s", a.ID, a.Code, a.Message)
		w.report = rules.Judge(w.capture, consent.Options{})
		found[w.capture.Journey] = w
	}
	return found
}

var address = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w+`)

// On the simulated phone nothing is wrong: every journey comes to its end, and
// what was recorded says who was in front and for how long. The address is
// hidden in a Custom Tab: that alone is for a person.
func TestTheJourneysWithoutAFault(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1, world.Defaults(), handset.PhoneProfile())
	const password = "Rosen-4711"
	l.bed.Amazon.Account.Password, l.bed.Partner.Account.Password = password, password
	account := world.Defaults().Account
	l.bed.Customer = secret.NewPerson(account.Name, account.Email)
	all := l.walk(t, "@case:FFS-LWA-04")
	require.Len(t, all, len(consent.Journeys()))
	roles := journeyRoles()
	hosts := map[consent.Journey]string{consent.SSO: "com.amazon.mShop.android.shopping", consent.AppToApp: "com.amazon.dee.app"}
	for j, w := range all {
		require.Equal(t, roles[j], rolesOf(w.capture), j)
		require.Empty(t, w.report.Findings, j)
		require.True(t, w.capture.Simulated)
		for _, r := range w.report.Rules {
			if r.Outcome == consent.NotRun && r.Required {
				require.Contains(t, []string{"LWA-SCOPE", "LWA-ESSENTIAL", "LWA-URL"}, r.ID, j)
			}
		}
		want := certification.Review
		if j == consent.Returning || j == consent.Offline { // nothing is asked for
			want = certification.Passed
		} else {
			require.Equal(t, certification.CauseRig, w.Cause, "%s: nobody is to blame for an address that is hidden", j)
			require.Equal(t, certification.CauseRig, w.report.Cause, j)
		}
		require.Equal(t, want, w.Verdict, "%s: %s %s", j, w.Code, w.Message)
		for name, data := range w.files {
			if !strings.HasSuffix(name, ".png") {
				require.NotRegexp(t, address, data, "%s: %s", j, name)
				require.NotContains(t, data, password, "%s: %s", j, name)
				require.False(t, l.bed.Customer.Holds(data), "%s: %s", j, name)
			}
		}
		record, err := json.Marshal(w.Attempt)
		require.NoError(t, err)
		require.NotContains(t, string(record), account.Name, j)
		require.NotContains(t, string(record), account.Email, j)
		if j != consent.Returning && j != consent.Offline {
			require.Contains(t, string(record), "Signed in as •••", "the page says it, and the record does not")
		}
		for _, s := range w.capture.Screens {
			require.NotEmpty(t, s.Picture, "%s: %s", j, s.File)
			require.NotNil(t, s.Dwell)
			require.Positive(t, *s.Dwell)
			switch s.Role {
			case consent.Consent, consent.SignIn:
				want := hosts[j]
				if want == "" {
					want = "com.android.chrome"
				}
				require.Equal(t, want, s.Package, "%s: %s", j, s.File)
			default:
				if !strings.Contains(s.File, "amazon") && !strings.Contains(s.File, "no-connection") {
					require.Equal(t, "com.example.lumen", s.Package, s.File)
				}
			}
		}
	}
	require.Greater(t, *all[consent.Timeout].capture.Screens[4].Dwell, 890.0, "the consent page was left unanswered")
	// Allowed: allow, returning, sso, browser, app-to-app, and revoked before and after.
	require.Len(t, l.events.of(t, world.EventAuthorized), 7)
	require.Len(t, l.events.of(t, world.EventRevoked), 1)
	require.Len(t, l.events.of(t, world.EventAuthorizationRefused), 1)
}

// journeyRoles are the roles of the screens of each journey, in their order.
func journeyRoles() map[consent.Journey]string {
	return map[consent.Journey]string{
		consent.Allow:     "other other explain signin consent other other",
		consent.Refuse:    "other other explain signin consent refused fallback other",
		consent.Cancel:    "other other explain signin consent refused fallback other",
		consent.Timeout:   "other other explain signin consent other refused fallback other",
		consent.Offline:   "other other explain other refused fallback other",
		consent.Returning: "other other",
		consent.SSO:       "other other explain consent other other",
		consent.Browser:   "other other explain signin signin consent other other",
		consent.AppToApp:  "other other explain consent other other",
		consent.Revoked:   "other other other explain signin consent other other",
	}
}

func rolesOf(c consent.Capture) string {
	var roles []string
	for _, s := range c.Screens {
		roles = append(roles, string(s.Role))
	}
	return strings.Join(roles, " ")
}

// What cannot be refused is the app's failure also where somebody wants to
// refuse it, and not the map's.
func TestAConsentThatCannotBeRefused(t *testing.T) {
	t.Parallel()
	w := world.Defaults()
	w.Partner.LWAFault = world.LWARefuse
	a := newLab(t, 1, w, handset.NoProfile()).walk(t, "@journey:refuse")[consent.Refuse]
	require.Equal(t, certification.Failed, a.Verdict, a.Message)
	require.Equal(t, certification.PartnerConsent, a.Code)
	require.Contains(t, a.Message, "LWA-REFUSE")
}

// Refusing that is hard to see is pressed all the same, and judged.
func TestAFaintRefusalIsPressed(t *testing.T) {
	t.Parallel()
	w := world.Defaults()
	w.Partner.LWAFault = world.LWAProminence
	a := newLab(t, 1, w, handset.NoProfile()).walk(t, "@journey:refuse")[consent.Refuse]
	require.Equal(t, certification.Review, a.Verdict, a.Message) // required rules are not run
	require.NotEmpty(t, a.report.Findings)
	for _, f := range a.report.Findings {
		require.Equal(t, "LWA-PROMINENCE", f.Rule)
	}
	i := slices.IndexFunc(a.report.Rules, func(r consent.RuleResult) bool { return r.ID == "LWA-FALLBACK" })
	require.Equal(t, consent.Pass, a.report.Rules[i].Outcome, a.report.Rules[i].Why)
}

// Through the real Appium the same screens are recorded, and with a real browser
// the requested address and the documents of Amazon's pages: nothing is left for
// a person.
func TestTheJourneysThroughTheRealAppium(t *testing.T) {
	needsWeb(t)
	w := fastWorld()
	w.Partner.OwnSetUpTime = world.Range{Min: time.Second, Max: 2 * time.Second}
	l := newLab(t, 2, w, handset.NoProfile())
	l.bed.Customer = secret.NewPerson(w.Account.Name, w.Account.Email)
	all := l.walk(t, "@journey:offline or @journey:sso or @journey:browser or @journey:revoked")
	require.Len(t, all, 4)
	for j, w := range all {
		require.Empty(t, w.report.Findings, j)
		require.Equal(t, journeyRoles()[j], rolesOf(w.capture), j)
		if j == consent.SSO {
			// Nobody looks into a WebView of the Shopping app.
			require.Equal(t, certification.Review, w.Verdict, "%s: %s %s", j, w.Code, w.Message)
			require.Contains(t, w.capture.Hidden, "offers no web context")
			require.Equal(t, certification.CauseRig, w.Cause, w.Message)
			continue
		}
		require.Equal(t, certification.Passed, w.Verdict, "%s: %s %s", j, w.Code, w.Message)
		if j == consent.Offline {
			continue // nothing of Amazon's is seen
		}
		for _, r := range w.report.Rules {
			if r.ID == "LWA-SCOPE" || r.ID == "LWA-ESSENTIAL" || r.ID == "LWA-URL" {
				require.Equal(t, consent.Pass, r.Outcome, "%s: %s: %s", j, r.ID, r.Why)
			}
		}
		require.Regexp(t, `^https://www\.amazon\.com/ap/oa\?client_id=`, w.capture.RequestedURL, j)
		for _, s := range w.capture.Screens {
			switch {
			case s.Role == consent.Consent, s.Role == consent.SignIn, strings.Contains(s.File, "amazon"):
				require.Equal(t, consent.Web, s.Context, "%s: %s", j, s.File)
				require.Contains(t, s.HTML, "data-computed-color", "%s: %s", j, s.File)
				require.False(t, l.bed.Customer.Holds(s.HTML), "%s: %s", j, s.File)
				if s.Role == consent.Consent {
					require.Contains(t, s.HTML, "Signed in as •••", "%s: %s", j, s.File)
				}
			default:
				require.Equal(t, consent.Native, s.Context, "%s: %s", j, s.File)
			}
		}
	}
}

// A rule about a fact that is broken is the partner app's failure, and nobody
// else's.
func TestABrokenRuleFailsTheCase(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	l.bed.Declared.AppName = "Somebody else's app"
	a := l.walk(t, "@journey:allow")[consent.Allow]
	require.Equal(t, certification.Failed, a.Verdict, a.Message)
	require.Equal(t, certification.CausePartnerApp, a.Cause)
	require.Equal(t, certification.PartnerConsent, a.Code)
	require.Contains(t, a.Message, "LWA-IDENTITY")
}

// What is wrong in the request alone is found where a real browser shows it, by
// its own rule and no other.
func TestEveryFaultOfTheRequestIsFoundByItsRule(t *testing.T) {
	needsWeb(t)
	for _, f := range world.LWAFaults() {
		if !f.Hidden() {
			continue
		}
		t.Run(string(f), func(t *testing.T) {
			w := fastWorld()
			w.Partner.LWAFault = f
			l := newLab(t, 2, w, handset.NoProfile(), func(c *virtual.Config) { c.Speed = 8 })
			a := l.walk(t, "@journey:allow")[consent.Allow]
			verdict := certification.Failed
			if f == world.LWAURLState || f == world.LWAURLPKCE {
				verdict = certification.Warning
			}
			require.NotEmpty(t, a.report.Findings)
			for _, found := range a.report.Findings {
				require.Equal(t, f.Rule(), found.Rule, found.Message)
			}
			require.Equal(t, verdict, a.Verdict, a.Message)
		})
	}
}

// needsWeb skips a test where web pages cannot be looked into.
func needsWeb(t testing.TB) {
	t.Helper()
	_, err := web.Find("")
	if err == nil {
		_, err = exec.LookPath("chromedriver")
	}
	switch {
	case err == nil:
	case os.Getenv("FFSCERT_REQUIRE_REAL") == "1":
		t.Fatal(err)
	default:
		t.Skipf("SKIPPED: %v", err)
	}
}
