package table

import (
	"fmt"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

func (p *page) summary(m matrix.Matrix) {
	if hasRate(m) {
		p.line(2, "proven: exact lower bound of the rate, with 95 % confidence; +n: passes in a row that would prove the target")
	}
	if len(m.NotSelected) > 0 {
		p.line(2, "not selected: "+clean(strings.Join(m.NotSelected, ", ")))
	}
	s := m.Summary
	var counts []string
	for _, n := range []struct {
		count int
		what  certification.Verdict
	}{{s.Failed, certification.Failed}, {s.Blocked, certification.Blocked}, {s.NotRun, certification.NotRun}, {s.Review, certification.Review},
		{s.Warning, certification.Warning}, {s.Waived, certification.Waived}, {s.Passed, certification.Passed}, {s.NotApplicable, certification.NotApplicable}} {
		if n.count > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n.count, words(string(n.what))))
		}
	}
	verdict := p.paint(colorOf(m.Outcome()), strings.ToUpper(words(string(m.Outcome()))))
	line := "Verdict: " + verdict
	if len(m.Cases) == 0 && len(m.Local) > 0 {
		line += " (local scenarios only)"
	}
	if len(counts) > 0 {
		line += " · cases: " + strings.Join(counts, ", ")
	}
	line += fmt.Sprintf(" · %d tests executed", m.Run.TestsExecuted)
	for _, mark := range marks(m) {
		line += " · " + mark
	}
	p.line(2, line)
	for _, n := range next(m) {
		p.line(6, "Next: "+n)
	}
}

// marks repeats, beside the verdict, what must not be overlooked.
func marks(m matrix.Matrix) []string {
	var list []string
	if m.Run.Simulated {
		list = append(list, "SIMULATED")
	}
	if m.Run.Partial {
		list = append(list, "PARTIAL")
	}
	switch m.Run.State {
	case journal.Running:
		list = append(list, "STILL RUNNING")
	case journal.Interrupted:
		list = append(list, "INTERRUPTED")
	}
	if !m.Summary.Complete && len(list) == 0 {
		list = append(list, "NOT COMPLETE")
	}
	return list
}

func hasRate(m matrix.Matrix) bool {
	for _, c := range m.Cases {
		if c.Rate != nil {
			return true
		}
	}
	return false
}

// mostNext bounds what is proposed: more than a few is no advice.
const mostNext = 4

// next says what to do: what the attempts advise themselves, the worst first,
// and what the state of the run asks for.
func next(m matrix.Matrix) []string {
	var list []string
	for _, v := range []certification.Verdict{certification.Failed, certification.Blocked, certification.Review, certification.Warning} {
		for _, h := range hints(m, v) {
			if len(list) < mostNext {
				list = append(list, h)
			}
		}
	}
	switch {
	case m.Run.State == journal.Running:
		list = append(list, "wait until the run has finished")
	case m.Run.State == journal.Interrupted:
		list = append(list, "this run did not come to its end: run again")
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
	case certified(m.Summary.Verdict) && m.Run.Partial:
		list = append(list, "run the whole plan")
	}
	return list
}

func certified(v certification.Verdict) bool {
	return v == certification.Passed || v == certification.Warning || v == certification.Waived
}

// hints are what attempts with that verdict advise, each once, in their order.
func hints(m matrix.Matrix, v certification.Verdict) []string {
	seen := map[string]bool{}
	var list []string
	add := func(attempts []matrix.Attempt) {
		for _, a := range attempts {
			if h := clean(a.Hint); a.Verdict == v && h != "" && !seen[h] {
				seen[h] = true
				if a.Code != "" {
					h = clean(string(a.Code)) + ": " + h
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
