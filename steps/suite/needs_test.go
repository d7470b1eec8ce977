package suite_test

import (
	"os"
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

// The page of the partner app says which cases need which of its abilities.
func TestPartnerPageTellsWhatCasesNeed(t *testing.T) {
	page, err := os.ReadFile("../../drivers/apps/partner/README.md")
	require.NoError(t, err)
	cat, err := catalog.Load()
	require.NoError(t, err)
	all, problems := suite.Load(suite.Source{FS: features.Files})
	require.Empty(t, problems)
	for _, plan := range cat.Plans() {
		for _, c := range plan.Cases {
			var needs []partner.Ability
			pages := false
			for _, s := range all {
				if s.Case(plan) == c.ID {
					n := suite.Needs(s, steps.Vocabulary(), certification.ProtocolOf(plan.Protocol))
					needs, pages = append(needs, n.Partner...), pages || n.Amazon
				}
			}
			var words []string
			for _, a := range partner.Abilities() {
				for _, n := range needs {
					if n == a {
						words = append(words, "`"+string(a)+"`")
						break
					}
				}
			}
			if pages {
				words = append(words, "Amazon's pages")
			}
			if len(words) == 0 {
				words = []string{"nothing"}
			}
			row := "| " + plan.ID + " | " + c.ID + " | " + strings.Join(words, " ") + " |\n"
			require.Contains(t, string(page), row)
		}
	}
}

func TestNeedsFollowTheProtocol(t *testing.T) {
	s := suite.Scenario{Steps: []suite.Step{{Text: "I remove the device"}, {Text: "the device has no power"}}}
	require.Empty(t, suite.Needs(s, steps.Vocabulary(), certification.ProtocolOf("mss-wifi")))
	require.Equal(t, []partner.Ability{partner.See, partner.Remove}, suite.Needs(s, steps.Vocabulary(), certification.ProtocolOf("wss-wifi")).Partner)
}
