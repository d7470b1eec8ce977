package suite_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/network"
	"ffscert/drivers/onetime"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/steps/suite"
)

// tagged makes the attempts of the scenarios whose tags fit.
func (l lab) tagged(t testing.TB, tags string) []certification.Attempt {
	t.Helper()
	cat, err := catalog.Load()
	require.NoError(t, err)
	plan, err := cat.Plan("mss-wifi-default")
	require.NoError(t, err)
	all, problems := suite.Load(suite.Source{FS: features.Files})
	require.Empty(t, problems)
	jobs, err := suite.Select(plan, all, suite.Selection{Tags: tags}, nil)
	require.NoError(t, err)
	return l.runJobs(t, t.Context(), plan, jobs)
}

// idle is a lab that says that it does something, and does nothing.
type idle struct{}

func (idle) Arrange(context.Context, network.Situation) error { return nil }
func (idle) Restore(context.Context, network.Situation) error { return nil }

// same gives the same code whenever it is asked.
type same string

func (s same) Code(context.Context) (string, error) { return string(s), nil }

var _ onetime.Source = same("")

// Whatever goes wrong on a journey ends with the verdict and the cause that are
// right for it; the product is never to blame.
func TestJourneysThatGoWrong(t *testing.T) {
	t.Parallel()
	still := func(l lab) { l.bed.Network, _ = network.NewKeeper(idle{}, "") }
	none := func(l lab) { l.bed.Network, _ = network.NewKeeper(network.None{}, "") }
	for name, c := range map[string]struct {
		journey string
		world   func(*world.Config)
		lab     func(lab)
		verdict certification.Verdict
		cause   certification.Cause
		code    certification.Code
		says    string
	}{
		"a wrong code": {"browser", nil, func(l lab) { l.bed.Amazon.Codes = same("000000") },
			certification.Blocked, certification.CauseRig, certification.RigOneTimeCode, "refused the one-time code, and the next one, too"},
		"no code": {"browser", nil, func(l lab) { l.bed.Amazon.Codes = nil },
			certification.Blocked, certification.CauseRig, certification.RigOneTimeCode, "nothing says where it comes from"},
		"a network after all": {"offline", nil, still,
			certification.Blocked, certification.CauseRig, certification.RigNetwork, "the phone was to have no network, and Amazon's page came"},
		"nobody takes the network away": {"offline", nil, none,
			certification.Blocked, certification.CauseDefinition, certification.DefConfiguration, "phone_offline"},
		"not signed in to the Shopping app": {"sso", nil, still,
			certification.Review, certification.CausePartnerApp, "", "the journey is sso, but Amazon's pages were shown by a browser"},
		"nobody signs the Shopping app out": {"browser", nil, none,
			certification.Blocked, certification.CauseDefinition, certification.DefConfiguration, "browser_signed_out"},
		"a link that is kept": {"revoked", func(c *world.Config) { c.Partner.SeesRevocation = false }, nil,
			certification.Failed, certification.CausePartnerApp, certification.PartnerKeepsLink, "still says"},
		"another name at Amazon": {"revoked", nil, func(l lab) { l.bed.Declared.AppName = "Somebody else's" },
			certification.Blocked, certification.CauseDefinition, certification.DefStepOrder, "lists no permission"},
		"no name": {"revoked", nil, func(l lab) { l.bed.Declared.AppName = "" },
			certification.Blocked, certification.CauseDefinition, certification.DefConfiguration, "under which name"},
		"allowed before": {"app_to_app", func(c *world.Config) { c.Partner.Linked, c.Partner.UnlinkRevokes = true, false }, nil,
			certification.Blocked, certification.CauseDefinition, certification.DefStepOrder, "it was allowed before"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world.Defaults()
			if c.world != nil {
				c.world(&w)
			}
			l := newLab(t, 1, w, handset.NoProfile())
			if c.lab != nil {
				c.lab(l)
			}
			a := l.tagged(t, "@journey:"+c.journey)[0]
			require.Equal(t, c.verdict, a.Verdict, "%s %s", a.Code, a.Message)
			require.Equal(t, c.cause, a.Cause, a.Message)
			require.Equal(t, c.code, a.Code, a.Message)
			require.Contains(t, a.Message, c.says)
			if c.verdict == certification.Blocked {
				require.NotEmpty(t, a.Hint)
			}
			require.False(t, strings.Contains(a.Message, "000000"))
		})
	}
}

// A code that ends while it is typed is refused, and the next one does.
func TestACodeThatRollsOver(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	l.bed.Amazon.Codes = &late{Source: l.bed.Amazon.Codes}
	a := l.tagged(t, "@journey:browser")[0]
	require.Equal(t, certification.Review, a.Verdict, "%s %s", a.Code, a.Message)
	require.Equal(t, certification.CauseRig, a.Cause)
	require.True(t, strings.Contains(observations(a), "Amazon refused the one-time code: the next one is typed"), observations(a))
}

// late gives a code that is not good any more, and good ones from then on.
type late struct {
	onetime.Source
	given bool
}

func (l *late) Code(ctx context.Context) (string, error) {
	if !l.given {
		l.given = true
		return "000000", nil
	}
	return l.Source.Code(ctx)
}

func observations(a certification.Attempt) string {
	var all []string
	for _, o := range a.Observations {
		all = append(all, o.What)
	}
	return strings.Join(all, "\n")
}
