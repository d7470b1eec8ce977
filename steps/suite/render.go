package suite

import (
	"strings"
)

// oneScenario writes a feature that holds exactly this scenario, with its
// background and its outline row filled in, as input for a godog run of one
// attempt.
func oneScenario(s Scenario) []byte {
	var b strings.Builder
	b.WriteString("Feature: attempt\n\n  Scenario: ")
	b.WriteString(oneLine(s.Name))
	b.WriteString("\n")
	for _, st := range s.Steps {
		b.WriteString("    * ")
		b.WriteString(st.Text)
		b.WriteString("\n")
		if st.Doc != nil {
			fence := "\"\"\""
			b.WriteString("      " + fence + oneLine(st.MediaType) + "\n")
			for _, line := range strings.Split(*st.Doc, "\n") {
				b.WriteString("      " + strings.ReplaceAll(line, fence, `\"\"\"`) + "\n")
			}
			b.WriteString("      " + fence + "\n")
		}
		for _, row := range st.Rows {
			b.WriteString("      |")
			for _, cell := range row {
				b.WriteString(" " + cellEscapes.Replace(cell) + " |")
			}
			b.WriteString("\n")
		}
	}
	return []byte(b.String())
}

var cellEscapes = strings.NewReplacer("\\", "\\\\", "|", "\\|", "\n", "\\n")

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, s)
}
