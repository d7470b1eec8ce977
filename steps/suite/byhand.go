package suite

import (
	"fmt"
	"slices"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// carriesOut tells whether a scenario may carry out the case: not if it does
// not apply to the product, nor if a person must decide it for this product
// because no scenario can.
func carriesOut(c certification.Case) bool { return c.NotApplicable == "" && c.Adapted == "" }

// Unscripted are the cases of the plan that a selection holds and that no job
// carries out, in the plan's order: evidence and attended cases, cases that do
// not apply to the product, and automated ones for which there is no scenario.
// They belong to the run: one that applies is under review or not run until
// something is shown for it. Selecting scenarios, by files or tags, selects
// none of them.
func Unscripted(plan certification.Plan, all []Scenario, sel Selection) []certification.Case {
	if len(sel.Files) > 0 || sel.Tags != "" {
		return nil
	}
	scripted := map[string]bool{}
	for _, s := range all {
		scripted[s.Case(plan)] = true
	}
	var list []certification.Case
	for _, c := range plan.Cases {
		wanted := len(sel.Cases) == 0 || slices.Contains(sel.Cases, c.ID)
		if wanted && (!scripted[c.ID] || !carriesOut(c)) {
			list = append(list, c)
		}
	}
	return list
}

// refuseInapplicable says why a case that was asked for by name cannot be run.
func refuseInapplicable(c certification.Case) error {
	if c.NotApplicable == "" {
		return nil
	}
	return &SelectionError{fmt.Sprintf("the case %s does not apply: %s", c.ID, c.NotApplicable), "`ffscert plan show` tells which cases apply and why"}
}

// refuseIdle says why a case is not carried out by the scenario that was asked for.
func refuseIdle(c certification.Case) error {
	if err := refuseInapplicable(c); err != nil {
		return err
	}
	return &SelectionError{fmt.Sprintf("no scenario can carry out the case %s: %s", c.ID, c.Adapted), "select it by --case: it waits for evidence then"}
}

// ScopesOf are what the run owes to each case, for the journal's header: to
// those that jobs carry out and to those that no scenario does, in the plan's
// order; local scenarios come last.
func ScopesOf(plan certification.Plan, jobs []Job, unscripted []certification.Case) []journal.Scope {
	scopes := Scopes(jobs)
	for _, c := range unscripted {
		scopes = append(scopes, journal.Scope{Case: c.ID, Required: c.Criterion.Attempts, Scenarios: []string{}})
	}
	at := func(s journal.Scope) int {
		i := slices.IndexFunc(plan.Cases, func(c certification.Case) bool { return c.ID == s.Case })
		if i < 0 {
			return len(plan.Cases)
		}
		return i
	}
	slices.SortStableFunc(scopes, func(a, b journal.Scope) int { return at(a) - at(b) })
	return scopes
}

// LeavesOut tells whether the scopes lack a case of the plan that applies to
// the product: the run is partial then.
func LeavesOut(plan certification.Plan, scopes []journal.Scope) bool {
	return slices.ContainsFunc(plan.Cases, func(c certification.Case) bool {
		return c.NotApplicable == "" && !slices.ContainsFunc(scopes, func(s journal.Scope) bool { return s.Case == c.ID })
	})
}
