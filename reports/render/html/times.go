package html

import (
	"fmt"
	"math"
	"slices"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
)

// timesView is the plot of the set-up times of a case: one mark for each attempt
// in its order, with the bracket in which the time lies.
type timesView struct {
	Text   string // all of it in words
	Hint   string // how to read it
	Points []point
	Losses []loss
	Median string // its height
	Ticks  []tick // of the axis of time
	Radius string
	Many   bool
}

// point is an attempt, or several of them where there are many.
type point struct {
	X, Y, Lo, Hi string
	Title        string
}

// loss is an attempt without a set-up time, which failed.
type loss struct {
	mark
	X, Title string
}

const (
	plotTop    = 18.0  // pixels, where the axis ends
	plotBottom = 110.0 // where it begins
	mostPoints = 120   // drawn one by one
)

func timesOf(list []matrix.Attempt, s *matrix.SetupTime) *timesView {
	if s == nil {
		return nil
	}
	var top float64
	timed := 0
	least := math.Inf(1)
	for i := range list {
		if b := list[i].SetupTime; b != nil {
			timed++
			top, least = max(top, b.Hi, b.Value), min(least, b.Value)
		}
	}
	if timed < 2 || !(top > 0) || math.IsInf(top, 0) {
		return nil
	}
	v := &timesView{Radius: "2.5", Text: fmt.Sprintf("Set-up times of %s: the shortest %.1f s, half within %.1f s, nine in ten within %.1f s, the longest %.1f s; each is known to within %.1f s.",
		plural(timed, "attempt"), least, s.P50, s.P90, s.Max, s.Uncertainty)}
	end, step := niceAxis(top)
	y := func(seconds float64) string {
		return fmt.Sprintf("%.1f", plotBottom-(plotBottom-plotTop)*min(max(seconds, 0), end)/end)
	}
	for t := 0.0; t <= end+step/2; t += step {
		v.Ticks = append(v.Ticks, tick{y(t), fmt.Sprintf("%g", t)})
	}
	v.Median = y(s.P50)
	size := blockSize(len(list), mostPoints)
	x := func(first, n int) string {
		return fmt.Sprintf("%.2f%%", 100*(float64(first)+float64(n)/2)/float64(len(list)))
	}
	switch {
	case size > 1:
		v.Many, v.Radius = true, "2"
		v.Hint = fmt.Sprintf("A mark is the median of %d attempts in a row; its line reaches from their shortest to their longest.", size)
	default:
		v.Hint = "A mark is an attempt, in their order; the box around it is the bracket in which the time lies. The dashed line is the median."
	}
	for i := 0; i < len(list); i += size {
		block := list[i:min(i+size, len(list))]
		if size == 1 {
			v.one(block[0], x(i, 1), y)
			continue
		}
		v.several(block, x(i, len(block)), y)
	}
	return v
}

func (v *timesView) one(a matrix.Attempt, x string, y func(float64) string) {
	if b := a.SetupTime; b != nil {
		v.Points = append(v.Points, point{x, y(b.Value), y(b.Lo), y(b.Hi), fmt.Sprintf("attempt %d: %.1f s, not before %.1f s, not after %.1f s", a.N, b.Value, b.Lo, b.Hi)})
		return
	}
	if m := markOf(a.Verdict); a.Verdict != certification.Passed {
		v.Losses = append(v.Losses, loss{m, x, fmt.Sprintf("attempt %d: %s, no set-up time", a.N, m.Word)})
	}
}

func (v *timesView) several(block []matrix.Attempt, x string, y func(float64) string) {
	var values []float64
	lo, hi := math.Inf(1), 0.0
	for i := range block {
		if b := block[i].SetupTime; b != nil {
			values = append(values, b.Value)
			lo, hi = min(lo, b.Lo), max(hi, b.Hi)
		}
	}
	if len(values) == 0 {
		return
	}
	slices.Sort(values)
	median := values[(len(values)-1)/2]
	v.Points = append(v.Points, point{x, y(median), y(lo), y(hi), fmt.Sprintf("attempts %d to %d: median %.1f s, from %.1f s to %.1f s", block[0].N, block[len(block)-1].N, median, lo, hi)})
}

// niceAxis is an end of the axis that is no less than top, and the distance of
// its ticks.
func niceAxis(top float64) (end, step float64) {
	power := math.Pow(10, math.Floor(math.Log10(top)))
	for _, f := range []float64{0.2, 0.5, 1, 2, 5} {
		if step = f * power; math.Ceil(top/step) <= 4 {
			break
		}
	}
	return math.Ceil(top/step) * step, step
}

// blockSize is how many attempts in a row share a place, so that there are no
// more than most places.
func blockSize(n, most int) int { return max((n+most-1)/most, 1) }
