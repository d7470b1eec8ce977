package matrix

import (
	"math"
	"testing"

	"ffscert/features/certification"
)

func TestLowerBound(t *testing.T) {
	for _, tc := range []struct {
		passed, n int
		percent   float64
	}{
		{10, 10, 74.1}, {20, 20, 86.1}, {19, 20, 78.4}, {59, 59, 95.0}, {92, 93, 95.0}, {122, 124, 95.0},
		{100, 100, 97.0}, {95, 100, 89.8}, {0, 20, 0}, {0, 0, 0}, {1, 1, 5},
	} {
		if got := LowerBound(tc.passed, tc.n) * 100; math.Abs(got-tc.percent) > 0.05 {
			t.Errorf("%d/%d: %.2f %%, want %.1f %%", tc.passed, tc.n, got, tc.percent)
		}
	}
	for n := 1; n <= 200; n++ { // all passed: the n-th root of 5 %
		if got, want := LowerBound(n, n), math.Pow(0.05, 1/float64(n)); math.Abs(got-want) > 1e-9 {
			t.Errorf("%d/%d: %v, want %v", n, n, got, want)
		}
	}
	// By its definition: at the bound, as many passes or more have a chance of 5 %.
	for _, tc := range [][2]int{{19, 20}, {17, 20}, {3, 7}, {95, 100}, {1, 50}} {
		p := LowerBound(tc[0], tc[1])
		chance := 0.0
		for k := tc[0]; k <= tc[1]; k++ {
			chance += binomial(tc[1], k) * math.Pow(p, float64(k)) * math.Pow(1-p, float64(tc[1]-k))
		}
		if math.Abs(chance-0.05) > 1e-6 {
			t.Errorf("%d/%d: %v has a chance of %v", tc[0], tc[1], p, chance)
		}
	}
}

func TestTheReportedBoundIsNeverAboveTheExactOne(t *testing.T) {
	for n := 1; n <= 60; n++ {
		r := rateOf(certification.Criterion{Kind: certification.Rate, Target: 0.95}, Tally{Passed: n, Failed: n % 4})
		if exact := LowerBound(n, n+n%4); r.Lower95 > exact || exact-r.Lower95 > 1e-6 {
			t.Errorf("%d: %v is reported, %v is exact", n, r.Lower95, exact)
		}
	}
}

func binomial(n, k int) float64 {
	x := 1.0
	for i := 1; i <= k; i++ {
		x = x * float64(n-k+i) / float64(i)
	}
	return x
}

func TestMorePassesNeeded(t *testing.T) {
	for _, tc := range []struct {
		passed, n int
		target    float64
		more      int
		ok        bool
	}{
		{0, 0, 0.95, 59, true},
		{20, 20, 0.95, 39, true},
		{58, 58, 0.95, 1, true},
		{59, 59, 0.95, 0, true},
		{100, 100, 0.95, 0, true},
		{19, 20, 0.95, 73, true},  // 92/93
		{18, 20, 0.95, 104, true}, // 122/124
		{0, 0, 0.5, 5, true},
		{20, 20, 1, 0, false},
		{0, 1_000_000, 0.99, 0, false},
	} {
		more, ok := MorePassesNeeded(tc.passed, tc.n, tc.target)
		if more != tc.more || ok != tc.ok {
			t.Errorf("%d/%d for %v: %d %v, want %d %v", tc.passed, tc.n, tc.target, more, ok, tc.more, tc.ok)
		}
		if ok && LowerBound(tc.passed+more, tc.n+more) < tc.target-1e-9 {
			t.Errorf("%d/%d for %v: %d more do not prove it", tc.passed, tc.n, tc.target, more)
		}
	}
}

func TestSetupTime(t *testing.T) {
	bracket := func(v, lo, hi float64) certification.Bracket { return certification.Bracket{Value: v, Lo: lo, Hi: hi} }
	if s := setupTimeOf(nil); s != nil {
		t.Errorf("%+v of nothing", s)
	}
	var ten []certification.Bracket
	for i := 10; i >= 1; i-- {
		ten = append(ten, bracket(float64(i), float64(i)-0.25, float64(i)+0.25))
	}
	ten[3] = bracket(7, 6, 7.5)
	if s := *setupTimeOf(ten); s != (SetupTime{P50: 5, P90: 9, Max: 10, Uncertainty: 1.5}) {
		t.Errorf("%+v", s)
	}
	if s := *setupTimeOf([]certification.Bracket{bracket(3, 2, 4)}); s != (SetupTime{P50: 3, P90: 3, Max: 3, Uncertainty: 2}) {
		t.Errorf("%+v", s)
	}
}
