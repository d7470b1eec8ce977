package html

import (
	"fmt"
	"math"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
)

// rateView is the rate of a case, drawn as an interval against its target: from
// the exact lower bound to 100 %, with what was observed as a point in it.
type rateView struct {
	mark         // of the case
	Case, Anchor string
	Text         string // all of it in words
	Short        string // what was observed
	Proven       string // the lower bound
	Target       string
	Drawn        bool // something was counted
	// From the left of the drawing, such as "42.00%".
	XObserved, XLower, XTarget string
	Width, Zone                string // of the interval, and of what is at least the target
	Ticks                      []tick
}

// tick is a number at an axis.
type tick struct{ At, Text string }

func rateOf(v certification.Verdict, r *matrix.RateResult) *rateView {
	if r == nil {
		return nil
	}
	target, lower := percentOf(r.Target), percentOf(r.Lower95)
	d := &rateView{mark: markOf(v), Target: fmt.Sprintf("%.3g %%", target)}
	words := "the target is " + d.Target
	if r.Observed == nil {
		d.Short, d.Text = "–", "nothing was counted; "+words
		return d
	}
	observed := percentOf(*r.Observed)
	d.Short, d.Proven = fmt.Sprintf("%.1f %%", observed), fmt.Sprintf("≥ %.1f %%", lower)
	d.Text = fmt.Sprintf("%.1f %% passed; %s; proven with 95 %% confidence: at least %.1f %%", observed, words, lower)
	if n := r.MorePassesNeeded; n != nil && *n > 0 {
		d.Text += fmt.Sprintf("; %s in a row would prove the target", plural2(*n, "more pass", "more passes"))
	}
	d.draw(observed, lower, target)
	return d
}

// draw puts the numbers on an axis that begins below the least of them.
func (d *rateView) draw(observed, lower, target float64) {
	from, step := axisFrom(min(observed, lower, target))
	x := func(v float64) float64 { return 5 + 90*(v-from)/(100-from) }
	at := func(v float64) string { return fmt.Sprintf("%.2f%%", x(v)) }
	d.Drawn = true
	d.XObserved, d.XLower, d.XTarget = at(observed), at(lower), at(target)
	d.Width, d.Zone = fmt.Sprintf("%.2f%%", x(100)-x(lower)), fmt.Sprintf("%.2f%%", x(100)-x(target))
	for v := from; v <= 100; v += step {
		d.Ticks = append(d.Ticks, tick{at(v), fmt.Sprintf("%.0f", v)})
	}
}

// axisFrom is where the axis begins, and the distance of its ticks.
func axisFrom(least float64) (from, step float64) {
	for _, a := range []struct{ from, step float64 }{{95, 1}, {90, 2}, {80, 5}, {60, 10}, {40, 10}} {
		if least >= a.from+(100-a.from)/20 {
			return a.from, a.step
		}
	}
	return 0, 20
}

func percentOf(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return min(max(x*100, 0), 100)
}

// worstRate is the rate that is drawn at the top of the page: the one of which
// the least is proven.
func worstRate(all []group) *rateView {
	var worst *rateView
	least := math.Inf(1)
	for _, g := range all {
		for _, c := range g.Cases {
			if c.Rate != nil && c.Rate.Drawn && c.lower < least {
				worst, least = c.Rate, c.lower
			}
		}
	}
	return worst
}
