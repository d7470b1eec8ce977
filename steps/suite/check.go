package suite

import (
	"fmt"
	"strings"

	"ffscert/features/certification"
	"ffscert/steps"
)

// Check finds everything that is wrong with scenarios and can be known without
// a phone: sentences that no step or more than one step understands, a table
// or text block that no step takes, case ids that nobody knows, and scenarios
// that claim more than one case of the plan.
// known tells whether a case id exists in the catalogue; nil knows them all.
func Check(scenarios []Scenario, vocabulary []steps.Sentence, known func(id string) bool) []Problem {
	var problems []Problem
	judged := map[string]*Problem{} // a sentence is judged once, however often it occurs
	reported := map[string]bool{}
	for _, s := range scenarios {
		for _, st := range s.Steps {
			p, ok := judged[st.Text]
			if !ok {
				p = judgeSentence(st.Text, vocabulary)
				judged[st.Text] = p
			}
			where := fmt.Sprintf("%s:%d", s.File, st.Line)
			if reported[where+st.Text] {
				continue // a background step, seen with another scenario
			}
			if p != nil {
				reported[where+st.Text] = true
				q := *p
				q.File, q.Line = s.File, st.Line
				problems = append(problems, q)
			} else if st.Doc != nil || st.Rows != nil {
				reported[where+st.Text] = true
				problems = append(problems, Problem{File: s.File, Line: st.Line,
					Message: "the sentence \"" + st.Text + "\" takes neither a table nor a text block", Hint: "remove what stands below it"})
			}
		}
		for _, id := range s.Cases {
			where := fmt.Sprintf("%s:%d %s", s.File, s.ScenarioLine, id)
			if known == nil || known(id) || reported[where] {
				continue
			}
			reported[where] = true
			problems = append(problems, Problem{File: s.File, Line: s.ScenarioLine, Warning: true,
				Message: "no plan knows the case \"" + id + "\": the scenario will be reported as " + certification.LocalCase,
				Hint:    "see `ffscert plan list` and `ffscert plan show ID` for the cases that there are"})
		}
	}
	return problems
}

func judgeSentence(text string, vocabulary []steps.Sentence) *Problem {
	var understood []string
	for _, v := range vocabulary {
		if v.Pattern().MatchString(text) {
			understood = append(understood, v.Text)
		}
	}
	switch len(understood) {
	case 1:
		return nil
	case 0:
		p := &Problem{Message: "no step understands \"" + text + "\"", Hint: "see `ffscert steps` for the sentences that are known"}
		if near := steps.Nearest(vocabulary, text); len(near) > 0 {
			p.Hint = "did you mean \"" + strings.Join(near, "\" or \"") + "\"?"
		}
		return p
	default:
		return &Problem{Message: "more than one step understands \"" + text + "\": \"" + strings.Join(understood, "\", \"") + "\"",
			Hint: "word it so that only one of them fits"}
	}
}

// Errors are the problems that keep a run from starting.
func Errors(problems []Problem) []Problem {
	var errs []Problem
	for _, p := range problems {
		if !p.Warning {
			errs = append(errs, p)
		}
	}
	return errs
}
