package suite

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/features/certification"
)

// aPlan has one case of each kind; the first three have a scenario.
func aPlan() (certification.Plan, []Scenario) {
	k := func(id string, m certification.Method) certification.Case {
		return certification.Case{ID: id, Method: m, Criterion: certification.Criterion{Kind: certification.All, Attempts: 2}}
	}
	p := certification.Plan{ID: "p", Cases: []certification.Case{k("RUN", certification.Automated), k("NOT", certification.Automated),
		k("PERSON", certification.Attended), k("BARE", certification.Automated), k("FILE", certification.Evidence)}}
	p.Cases[1].NotApplicable = "the product has no partner app: there is none"
	p.Cases[2].Adapted = "the product has no partner app: nobody can follow it"
	var all []Scenario
	for _, c := range p.Cases[:3] {
		all = append(all, Scenario{File: c.ID + ".feature", Line: 3, ScenarioLine: 3, Name: c.ID, Tags: []string{"@t"}, Cases: []string{c.ID}})
	}
	return p, all
}

func ids(cases []certification.Case) []string {
	var list []string
	for _, c := range cases {
		list = append(list, c.ID)
	}
	return list
}

func TestAWholePlanHoldsWhatNoScenarioCarriesOut(t *testing.T) {
	p, all := aPlan()
	jobs, err := Select(p, all, Selection{}, nil)
	require.NoError(t, err)
	require.Len(t, jobs, 1, "neither an inapplicable case nor one that a person decides is carried out")
	bare := Unscripted(p, all, Selection{})
	require.Equal(t, []string{"NOT", "PERSON", "BARE", "FILE"}, ids(bare))
	scopes := ScopesOf(p, jobs, bare)
	var order []string
	for _, s := range scopes {
		order = append(order, s.Case)
		require.NotNil(t, s.Scenarios)
	}
	require.Equal(t, []string{"RUN", "NOT", "PERSON", "BARE", "FILE"}, order)
	require.False(t, Partial(p, all, jobs))
	require.False(t, LeavesOut(p, scopes))
}

func TestSelectionsOfWhatNoScenarioCarriesOut(t *testing.T) {
	p, all := aPlan()
	sel := Selection{Cases: []string{"FILE", "PERSON"}}
	jobs, err := Select(p, all, sel, nil)
	require.NoError(t, err)
	require.Empty(t, jobs)
	bare := Unscripted(p, all, sel)
	require.Equal(t, []string{"PERSON", "FILE"}, ids(bare))
	require.True(t, LeavesOut(p, ScopesOf(p, jobs, bare)))

	_, err = Select(p, all, Selection{Cases: []string{"NOT"}}, nil)
	require.ErrorContains(t, err, "the case NOT does not apply: the product has no partner app")
	_, err = Select(p, all, Selection{Files: []string{"NOT.feature"}}, nil)
	require.ErrorContains(t, err, "the case NOT does not apply")
	_, err = Select(p, all, Selection{Files: []string{"PERSON.feature"}}, nil)
	require.ErrorContains(t, err, "no scenario can carry out the case PERSON")
	_, err = Select(p, all, Selection{Tags: "@nobody"}, nil)
	require.ErrorContains(t, err, "nothing is selected")

	jobs, err = Select(p, all, Selection{Tags: "@t"}, nil)
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	require.Empty(t, Unscripted(p, all, Selection{Tags: "@t"}))
	require.True(t, LeavesOut(p, ScopesOf(p, jobs, nil)), "a run without the evidence cases is partial")
}
