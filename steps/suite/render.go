package suite

import (
	"slices"
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
			fence, escaped := fenceFor(*st.Doc)
			b.WriteString("      " + fence + st.MediaType + "\n")
			for _, line := range strings.Split(*st.Doc, "\n") {
				b.WriteString("      " + strings.ReplaceAll(line, fence, escaped) + "\n")
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

// fenceFor chooses what stands around a text block, so that an escaped fence in
// the text is not taken for one.
func fenceFor(text string) (fence, escaped string) {
	if strings.Contains(text, `\"\"\"`) {
		return "```", "\\`\\`\\`"
	}
	return `"""`, `\"\"\"`
}

var cellEscapes = strings.NewReplacer("\\", "\\\\", "|", "\\|", "\n", "\\n")

// readsBack tells whether what was written means exactly the scenario. What
// does not is not carried out: it would prove something else.
func readsBack(contents []byte, s Scenario) bool {
	again, problems := Parse("attempt.feature", contents)
	if len(Errors(problems)) > 0 || len(again) != 1 || len(again[0].Steps) != len(s.Steps) {
		return false
	}
	for i, st := range s.Steps {
		got := again[0].Steps[i]
		if got.Text != st.Text || (got.Doc == nil) != (st.Doc == nil) || st.Doc != nil && *got.Doc != *st.Doc ||
			!slices.EqualFunc(got.Rows, st.Rows, func(a, b []string) bool { return slices.Equal(a, b) }) {
			return false
		}
	}
	return true
}

// oneLine makes a single line of text.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}
