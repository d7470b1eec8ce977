// Package trends compares runs: how a case did from one run to the next, and what
// changed between two of them.
//
// It is a pure function of the runs' matrices. It knows no clock, no disk and no
// rendering.
package trends

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
)

// Schema names the form in which the history is published.
const Schema = "ffscert/runs/v1"

// Point is what a case did in one run.
type Point struct {
	Run     string                `json:"run"`
	At      time.Time             `json:"started_utc"`
	Verdict certification.Verdict `json:"verdict"`
	Cause   certification.Cause   `json:"cause"`
	// Firmware and Apps are what the run was made with; empty if not known.
	Firmware string   `json:"firmware"`
	Apps     []string `json:"app_versions"`
	// Rate is the share of counted attempts that passed, null if none was counted.
	Rate *float64 `json:"rate" jsonschema:"nullable"`
	// SetUp is the median of the set-up times in seconds, null if none was measured.
	SetUp     *float64 `json:"set_up_p50_s" jsonschema:"nullable"`
	Attempts  int      `json:"attempts"`
	Flaky     bool     `json:"flaky"`
	Simulated bool     `json:"simulated"`
}

// Case is the history of a case of one plan with one product.
type Case struct {
	Case    string `json:"case"`
	Title   string `json:"title"`
	Plan    string `json:"plan"`
	Product string `json:"product"`
	// Points are the runs in which it was judged, the oldest first.
	Points []Point `json:"points"`
	// Flips is how often the verdict went from good to failed or back, and
	// Flakiness their share of the times when it could have, 0 to 1.
	Flips     int     `json:"flips"`
	Flakiness float64 `json:"flakiness"`
}

// Of makes the history of all cases out of runs in any order. What was not run,
// does not apply, or was blocked says nothing about the product: it is a point,
// and no flip.
func Of(runs []matrix.Matrix) []Case {
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b matrix.Matrix) int {
		return cmp.Or(a.Run.StartedUTC.Compare(b.Run.StartedUTC), strings.Compare(a.Run.ID, b.Run.ID))
	})
	type key struct{ plan, product, caseID string }
	at := map[key]int{}
	list := []Case{}
	for _, m := range runs {
		for _, k := range m.Cases {
			id := key{m.Run.Plan.ID, m.Run.Product.DeviceName, k.ID}
			i, seen := at[id]
			if !seen {
				i = len(list)
				at[id] = i
				list = append(list, Case{Case: k.ID, Title: k.Title, Plan: id.plan, Product: id.product, Points: []Point{}})
			}
			list[i].Points = append(list[i].Points, pointOf(m, k))
		}
	}
	for i := range list {
		list[i].weigh()
	}
	return list
}

func pointOf(m matrix.Matrix, k matrix.Case) Point {
	p := Point{Run: m.Run.ID, At: m.Run.StartedUTC, Verdict: k.Verdict, Cause: k.Cause, Firmware: m.Run.Product.Firmware, Apps: Apps(m),
		Attempts: len(k.AttemptList), Flaky: k.Flaky, Simulated: m.Run.Simulated}
	if n := k.Attempts.Counted; n > 0 {
		rate := float64(k.Attempts.Passed+k.Attempts.Warning) / float64(n)
		p.Rate = &rate
	}
	if k.SetupTime != nil {
		p50 := k.SetupTime.P50
		p.SetUp = &p50
	}
	return p
}

// Apps are the versions of the Alexa app on the testbeds of a run, each once;
// empty if none is known.
func Apps(m matrix.Matrix) []string {
	list := []string{}
	for _, t := range m.Run.Testbeds {
		if t.AppVersion != "" && !slices.Contains(list, t.AppVersion) {
			list = append(list, t.AppVersion)
		}
	}
	slices.Sort(list)
	return list
}

func good(v certification.Verdict) bool {
	return v == certification.Passed || v == certification.Warning
}

func (c *Case) weigh() {
	var last certification.Verdict
	times := 0
	for _, p := range c.Points {
		if !good(p.Verdict) && p.Verdict != certification.Failed {
			continue
		}
		if last != "" {
			times++
			if good(last) != good(p.Verdict) {
				c.Flips++
			}
		}
		last = p.Verdict
	}
	if times > 0 {
		c.Flakiness = float64(c.Flips) / float64(times)
	}
}
