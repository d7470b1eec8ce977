package audit

import (
	"cmp"
	"slices"
)

// outcomes are those of rules as the page names them, the worst first.
var outcomes = [...]string{"fail", "review", "not run", "warn", "pass"}

// outcomeCount is how many rules had that outcome.
type outcomeCount struct {
	Outcome string
	N       int
}

// countsOf are the numbers of rules by outcome, the worst first; what did not
// occur is left out, but for failing and passing.
func countsOf(rules []ruleRow) []outcomeCount {
	var list []outcomeCount
	for _, o := range outcomes {
		n := 0
		for _, r := range rules {
			if r.Outcome == o {
				n++
			}
		}
		if n > 0 || o == "fail" || o == "pass" {
			list = append(list, outcomeCount{o, n})
		}
	}
	return list
}

// openOf are the rules that keep the verdict from being passed, the worst first:
// those that did not pass, and those that the journey requires and that were not
// run. An outcome that nobody knows is among them.
func openOf(rules []ruleRow) []ruleRow {
	var list []ruleRow
	for _, r := range rules {
		if r.Outcome != "pass" && (r.Outcome != "not run" || r.Required) {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b ruleRow) int {
		return cmp.Compare(slices.Index(outcomes[:], a.Outcome), slices.Index(outcomes[:], b.Outcome))
	})
	return list
}
