package suite

import (
	"fmt"
	"regexp"
	"strings"

	messages "github.com/cucumber/messages/go/v21"

	"ffscert/steps"
)

// traps finds what Gherkin accepts in silence and nobody means: a sentence
// that is taken for a description because its keyword is misspelt, and an
// outline without a single row. Both would never be carried out.
func traps(file string, doc *messages.GherkinDocument) []Problem {
	var problems []Problem
	var vocabulary []steps.Sentence
	described := func(text string, line int64) {
		for i, l := range strings.Split(text, "\n") {
			m := misspelt.FindStringSubmatch(strings.TrimSpace(l))
			if m == nil {
				continue
			}
			if vocabulary == nil {
				vocabulary = steps.Vocabulary()
			}
			for _, s := range vocabulary {
				if _, ok := s.Match(m[2]); ok {
					problems = append(problems, Problem{File: file, Line: int(line) + 1 + i,
						Message: fmt.Sprintf("%q is read as a description, not as a step, and would never be carried out", strings.TrimSpace(l)),
						Hint:    fmt.Sprintf("begin it with Given, When, Then, And or But instead of %q", m[1])})
					break
				}
			}
		}
	}
	scenario := func(s *messages.Scenario) {
		described(s.Description, s.Location.Line)
		rows := 0
		for _, e := range s.Examples {
			rows += len(e.TableBody)
		}
		if len(s.Examples) > 0 && rows == 0 {
			problems = append(problems, Problem{File: file, Line: int(s.Location.Line),
				Message: "the outline has no row in its examples: it would never be carried out", Hint: "add a row, or remove it"})
		}
	}
	background := func(b *messages.Background) {
		if b != nil {
			described(b.Description, b.Location.Line)
		}
	}
	described(doc.Feature.Description, doc.Feature.Location.Line)
	for _, c := range doc.Feature.Children {
		background(c.Background)
		if c.Scenario != nil {
			scenario(c.Scenario)
		}
		if c.Rule != nil {
			described(c.Rule.Description, c.Rule.Location.Line)
			for _, rc := range c.Rule.Children {
				background(rc.Background)
				if rc.Scenario != nil {
					scenario(rc.Scenario)
				}
			}
		}
	}
	return problems
}

// misspelt is a line whose rest after the first word may be a sentence.
var misspelt = regexp.MustCompile(`^(\S+)\s+(.+)$`)
