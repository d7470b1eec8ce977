package matrix

import (
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"ffscert/features/certification"
)

// confidence is that of the lower bound.
const confidence = 0.95

// LowerBound is the exact one-sided 95 % lower confidence bound of a success
// rate after passed of n attempts: the rate at which so many passes or more
// have a chance of 5 %. It is 0 where nothing has passed.
//
// Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial
// limits illustrated in the case of the binomial", Biometrika 26 (1934).
func LowerBound(passed, n int) float64 {
	if passed <= 0 || passed > n {
		return 0
	}
	return distuv.Beta{Alpha: float64(passed), Beta: float64(n - passed + 1)}.Quantile(1 - confidence)
}

// proves tells whether the lower bound is at least target. It asks the
// distribution itself, not its inverse, and is so exact at the edge.
func proves(passed, n int, target float64) bool {
	return passed > 0 && mathext.RegIncBeta(float64(passed), float64(n-passed+1), target) <= 1-confidence
}

// mostPasses bounds [MorePassesNeeded]: nobody makes so many attempts.
const mostPasses = 1_000_000

// MorePassesNeeded is how many more passes in a row prove the target with 95 %
// confidence; ok is false where no number of them does, as for a target of 1,
// or where it would be more than a million.
func MorePassesNeeded(passed, n int, target float64) (more int, ok bool) {
	if !(target < 1) || !proves(passed+mostPasses, n+mostPasses, target) {
		return 0, false
	}
	return sort.Search(mostPasses, func(k int) bool { return proves(passed+k, n+k, target) }), true
}

// rateOf is nil unless the criterion is a rate.
func rateOf(c certification.Criterion, t Tally) *RateResult {
	if c.Kind != certification.Rate {
		return nil
	}
	good, n := t.Passed+t.Warning, t.Counted()
	r := &RateResult{Target: c.Target}
	if n > 0 {
		observed := float64(good) / float64(n)
		r.Observed = &observed
		// Cut to millionths, so that it is the same on every machine, and never above the bound.
		r.Lower95 = math.Floor(LowerBound(good, n)*1e6) / 1e6
	}
	if more, ok := MorePassesNeeded(good, n, c.Target); ok {
		r.MorePassesNeeded = &more
	}
	return r
}

// setupTimeOf sums up brackets; nil if there is none. Percentiles are by
// nearest rank, so that each is a time that was seen.
func setupTimeOf(brackets []certification.Bracket) *SetupTime {
	if len(brackets) == 0 {
		return nil
	}
	values := make([]float64, len(brackets))
	s := &SetupTime{}
	for i, b := range brackets {
		values[i] = b.Value
		s.Uncertainty = max(s.Uncertainty, b.Hi-b.Lo)
	}
	s.P50, s.P90, s.Max = percentiles(values)
	return s
}

// percentiles sorts the values, of which there is at least one.
func percentiles(values []float64) (p50, p90, most float64) {
	slices.Sort(values)
	rank := func(p float64) float64 {
		return values[max(int(math.Ceil(p*float64(len(values))-epsilon)), 1)-1]
	}
	return rank(0.5), rank(0.9), values[len(values)-1]
}

// phasesOf sums up the phases of the counted attempts of parts; never nil.
func phasesOf(parts ...*part) []PhaseSummary {
	list := []PhaseSummary{}
	at := map[string]int{}
	var values [][]float64
	for _, p := range parts {
		for i, a := range p.attempts {
			if !p.judged[i].Verdict.Counts() {
				continue
			}
			for _, ph := range a.Phases {
				k, seen := at[ph.Name]
				if !seen {
					k = len(list)
					at[ph.Name] = k
					list = append(list, PhaseSummary{Name: ph.Name})
					values = append(values, nil)
				}
				values[k] = append(values[k], ph.Seconds)
			}
		}
	}
	for k := range list {
		list[k].Attempts = len(values[k])
		list[k].P50, list[k].P90, list[k].Max = percentiles(values[k])
	}
	return list
}
