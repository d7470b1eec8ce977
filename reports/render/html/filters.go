package html

import (
	"slices"
	"strings"
)

// filters are what the cases can be filtered by: what occurs in them. They are
// worked by the page's script, and kept in its address.
type filters struct {
	Shown    bool // filtering two cases helps nobody
	Cases    int
	Verdicts []choice
	Causes   []choice
	Groups   []string
}

// choice is a value as the address has it, and in words.
type choice struct {
	Value string
	mark
	N int
}

// localGroup is the group of what is outside the plan.
const localGroup = "Local scenarios"

// fewCases are seen at once.
const fewCases = 3

func filtersOf(v *view) filters {
	var f filters
	add := func(list []choice, c choice) []choice {
		if i := slices.IndexFunc(list, func(o choice) bool { return o.Value == c.Value }); i >= 0 {
			list[i].N++
			return list
		}
		c.N = 1
		return append(list, c)
	}
	one := func(c caseView) {
		f.Cases++
		f.Verdicts = add(f.Verdicts, choice{Value: strings.TrimPrefix(c.Class, "v-"), mark: c.mark})
		for _, cause := range strings.Fields(c.Causes) {
			f.Causes = add(f.Causes, choice{Value: cause, mark: mark{Word: words(cause)}})
		}
		if !slices.Contains(f.Groups, c.Group) {
			f.Groups = append(f.Groups, c.Group)
		}
	}
	for _, g := range v.Groups {
		for _, c := range g.Cases {
			one(c)
		}
	}
	for _, c := range v.Local {
		one(c)
	}
	slices.SortStableFunc(f.Verdicts, func(a, b choice) int { return rank(a) - rank(b) })
	f.Shown = f.Cases > fewCases
	return f
}

// rank puts the worst verdict first, as the counts do.
func rank(c choice) int {
	order := [...]string{"unknown", "failed", "blocked", "not-run", "review", "warning", "waived", "passed", "not-applicable"}
	return slices.Index(order[:], c.Value)
}
