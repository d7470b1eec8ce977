package matrix

import (
	"fmt"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// WaiverState says what has become of a waiver in a run.
type WaiverState string

// The states. Expired and unneeded ones are errors to be cleaned up.
const (
	WaiverApplied  WaiverState = "applied"  // the case would be failed or in review, and is waived
	WaiverExpired  WaiverState = "expired"  // its last day is before the end of the run
	WaiverUnneeded WaiverState = "unneeded" // the case passed
	WaiverPending  WaiverState = "pending"  // the case was not judged: not selected, not run, blocked
)

// Waiver is an agreed exception with what has become of it.
type Waiver struct {
	certification.Waiver
	State   WaiverState `json:"state"`
	Message string      `json:"message"`
}

// Error tells whether the waiver has to be cleaned up.
func (w Waiver) Error() bool { return w.State == WaiverExpired || w.State == WaiverUnneeded }

// WaiverErrors are the waivers that have to be cleaned up.
func (m Matrix) WaiverErrors() []Waiver {
	var list []Waiver
	for _, w := range m.Waivers {
		if w.Error() {
			list = append(list, w)
		}
	}
	return list
}

// waive applies the run's waivers to its cases. What was failed or waits for
// review becomes waived; a blocked case says nothing about the product, and
// stays blocked.
func waive(run journal.Record, cases []Case) []Waiver {
	list := []Waiver{}
	at := lastMoment(run)
	for _, w := range run.Waivers {
		r := Waiver{Waiver: w, State: WaiverPending, Message: "the case was not judged in this run"}
		for i := range cases {
			if cases[i].ID == w.Case {
				r = cases[i].waive(w, at)
			}
		}
		if w.ExpiredAt(at) {
			r.State = WaiverExpired
			r.Message = "expired after " + oneLine(w.Expires) + ": remove it, or agree on it again"
		}
		list = append(list, r)
	}
	return list
}

func (c *Case) waive(w certification.Waiver, at time.Time) Waiver {
	r := Waiver{Waiver: w, State: WaiverPending, Message: "the case is " + string(c.Verdict)}
	switch c.Verdict {
	case certification.Failed, certification.Review:
		if w.ExpiredAt(at) {
			c.Message += fmt.Sprintf("; its waiver expired after %s", oneLine(w.Expires))
			return r
		}
		was := c.Verdict
		c.Verdict = certification.Waived
		c.Message = fmt.Sprintf("waived until %s by %s (%s): %s; it would be %s: %s", oneLine(w.Expires), oneLine(w.Owner), oneLine(w.Reference), oneLine(w.Reason), was, c.Message)
		r.State, r.Message = WaiverApplied, fmt.Sprintf("it would be %s", was)
	case certification.Passed, certification.Warning:
		r.State, r.Message = WaiverUnneeded, "the case passes without it: remove it"
	}
	return r
}

// lastMoment is when the run ended, or the last that is known of it.
func lastMoment(run journal.Record) time.Time {
	if !run.Ended.IsZero() {
		return run.Ended
	}
	last := run.Created
	for i := range run.Attempts {
		if f := run.Attempts[i].Finished; f.After(last) {
			last = f
		}
	}
	return last
}
