package suite_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/apps/partner"
	"ffscert/features"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/steps"
	"ffscert/steps/suite"
)

// The page of the partner app says which cases need which of its abilities, for
// the protocols whose devices are removed in the Alexa app and for the others.
func TestPartnerPageTellsWhatCasesNeed(t *testing.T) {
	page, err := os.ReadFile("../../drivers/apps/partner/README.md")
	require.NoError(t, err)
	cat, err := catalog.Load()
	require.NoError(t, err)
	all, problems := suite.Load(suite.Source{FS: features.Files})
	require.Empty(t, problems)
	rows := map[string]bool{}
	for _, plan := range cat.Plans() {
		plan, err := catalog.Profile{}.Apply(plan)
		require.NoError(t, err)
		for _, c := range plan.Cases {
			if c.NotApplicable != "" {
				continue
			}
			words := needsOf(plan, c, all)
			if words == "" {
				continue // no scenario carries it out
			}
			kind := "ZSS, BSS, MSS"
			switch {
			case strings.HasPrefix(plan.Protocol, "wss"):
				kind = "WSS"
			case c.Group == "Network": // passwords of Wi-Fi networks
				kind = "MSS for Wi-Fi"
			}
			row := "| " + kind + " | " + c.ID + " | " + words + " |\n"
			require.Contains(t, string(page), row, "plan %s", plan.ID)
			rows[row] = true
		}
	}
	count := 0
	for _, kind := range []string{"WSS", "ZSS, BSS, MSS", "MSS for Wi-Fi"} {
		count += strings.Count(string(page), "\n| "+kind+" |")
	}
	require.Equal(t, len(rows), count, "the page has a row too many")
}

func needsOf(plan certification.Plan, c certification.Case, all []suite.Scenario) string {
	var needs []partner.Ability
	pages, found := false, false
	for _, s := range all {
		if s.Case(plan) == c.ID {
			n := suite.Needs(s, steps.Vocabulary(), certification.ProtocolOf(plan.Protocol))
			needs, pages, found = append(needs, n.Partner...), pages || n.Amazon, true
		}
	}
	if !found {
		return ""
	}
	var words []string
	for _, a := range partner.Abilities() {
		if slices.Contains(needs, a) {
			words = append(words, "`"+string(a)+"`")
		}
	}
	if pages {
		words = append(words, "Amazon's pages")
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, " ")
}

func TestNeedsFollowTheProtocol(t *testing.T) {
	s := suite.Scenario{Steps: []suite.Step{{Text: "I remove the device"}, {Text: "the device has no power"}}}
	require.Empty(t, suite.Needs(s, steps.Vocabulary(), certification.ProtocolOf("mss-wifi")))
	require.Equal(t, []partner.Ability{partner.See, partner.Remove}, suite.Needs(s, steps.Vocabulary(), certification.ProtocolOf("wss-wifi")).Partner)
}
