package matrix

import (
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// mostNext bounds what is proposed: more than a few is no advice.
const mostNext = 4

// Next says what to do after a run, in a few sentences: what the attempts
// advise themselves, the worst first, and what the state of the run asks for.
// The words may come from outside: whoever shows them makes them harmless.
func Next(m Matrix) []string {
	var list []string
	for _, v := range []certification.Verdict{certification.Failed, certification.Blocked, certification.Review, certification.Warning} {
		for _, h := range hints(m, v) {
			if len(list) < mostNext {
				list = append(list, h)
			}
		}
	}
	for _, w := range m.WaiverErrors() {
		if len(list) < mostNext {
			list = append(list, "the waiver of "+oneLine(w.Case)+": "+w.Message)
		}
	}
	switch {
	case m.Run.State == journal.Running:
		list = append(list, "wait until the run has finished")
	case m.Run.State == journal.Interrupted:
		list = append(list, "this run did not come to its end: ffscert run --resume "+m.Run.ID+" goes on where it stopped")
	case m.Summary.Blocked > 0:
		list = append(list, "repair what blocked and run again; a blocked case says nothing about the product")
	case m.Summary.NotRun > 0:
		list = append(list, "run the cases that were not run")
	case m.Summary.Failed > 0 && len(list) == 0:
		list = append(list, "look at the reasons above and at the evidence in the run's folder")
	case m.Summary.Complete && certified(m.Summary.Verdict) && m.Run.Simulated:
		list = append(list, "run the same plan on a real phone")
	case m.Summary.Complete && certified(m.Summary.Verdict) && m.Run.SubmitByUTC != nil:
		list = append(list, "submit the result no later than "+m.Run.SubmitByUTC.Format("2006-01-02 15:04")+" UTC")
	case len(waiting(m)) > 0:
		list = append(list, "show what is missing for "+strings.Join(waiting(m), ", ")+": they stay under review until then")
	case certified(m.Summary.Verdict) && m.Run.Partial:
		list = append(list, "run the whole plan")
	}
	return list
}

// waiting are the ids of the cases for which nothing was shown yet.
func waiting(m Matrix) []string {
	var ids []string
	for _, c := range m.Cases {
		if c.Verdict == certification.Review && len(c.Scenarios) == 0 {
			ids = append(ids, oneLine(c.ID))
		}
	}
	return ids
}

func certified(v certification.Verdict) bool {
	return v == certification.Passed || v == certification.Warning || v == certification.Waived
}

// hints are what attempts with that verdict advise, each once, in their order.
func hints(m Matrix, v certification.Verdict) []string {
	seen := map[string]bool{}
	var list []string
	add := func(attempts []Attempt) {
		for _, a := range attempts {
			if h := shortened(a.Hint, longestHint); a.Verdict == v && h != "" && !seen[h] {
				seen[h] = true
				if a.Code != "" {
					h = oneLine(string(a.Code)) + ": " + h
				}
				list = append(list, h)
			}
		}
	}
	for _, c := range m.Cases {
		add(c.AttemptList)
	}
	for _, l := range m.Local {
		add(l.AttemptList)
	}
	return list
}

// longestHint bounds what is to be done, in runes: half of it is no help.
const longestHint = 500
