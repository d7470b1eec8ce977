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
	for _, w := range m.Waivers {
		p.line(4, fmt.Sprintf("waiver of %s, %s: %s (until %s, %s, %s)", clean(w.Case), words(string(w.State)), clean(w.Message), clean(w.Expires), clean(w.Owner), clean(w.Reference)))
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
	for _, n := range matrix.Next(m) {
		p.line(6, "Next: "+clean(n))
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
