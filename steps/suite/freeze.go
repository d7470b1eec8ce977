package suite

import (
	"strings"

	"ffscert/reports/journal"
)

// Freeze is what of the jobs' scenarios is kept in the journal's header, so
// that a run is continued with the same ones or not at all. Tags are left out:
// what they select is compared as such.
func Freeze(jobs []Job) []journal.FrozenScenario {
	list := make([]journal.FrozenScenario, 0, len(jobs))
	for _, j := range jobs {
		s := j.Scenario
		f := journal.FrozenScenario{Case: j.Case.ID, Scenario: s.Title(), File: s.File, Line: s.Line, Name: s.Name}
		for _, st := range s.Steps {
			f.Steps = append(f.Steps, journal.FrozenStep{Line: st.Line, Text: st.frozen()})
		}
		f.Seal()
		list = append(list, f)
	}
	return list
}

// frozen is the sentence with all that belongs to it.
func (s Step) frozen() string {
	var b strings.Builder
	b.WriteString(s.Text)
	if s.Doc != nil {
		b.WriteString("\n\"\"\"" + s.MediaType + "\n" + *s.Doc + "\n\"\"\"")
	}
	for _, row := range s.Rows {
		b.WriteString("\n|")
		for _, cell := range row {
			b.WriteString(" " + cellEscapes.Replace(cell) + " |")
		}
	}
	return b.String()
}
