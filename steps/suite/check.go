package suite

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"ffscert/features/certification"
	"ffscert/steps"
)

// Known is what scenarios are checked against. What is not known is not
// checked.
type Known struct {
	// Case tells whether a case id exists in the catalogue, and which ids are
	// most like it; nil knows them all.
	Case func(id string) (known bool, nearest []string)
	// Plan tells whether a case is one of the plan's; nil asks for none.
	Plan func(id string) bool
	// Facts are what is known of the testbed.
	Facts steps.Facts
}

// Check finds everything that is wrong with scenarios and can be known without
// a phone: sentences that no step or more than one step understands, what is
// filled in to them and makes no sense, a table or text block that no step
// takes or that is missing, case ids that nobody knows, and scenarios that claim
// more than one case of the plan.
func Check(scenarios []Scenario, vocabulary []steps.Sentence, known Known) []Problem {
	c := checker{vocabulary: vocabulary, known: known, judged: map[string]judgement{}, reported: map[string]bool{}}
	for _, s := range scenarios {
		for _, st := range s.Steps {
			c.step(s, st)
		}
		if !s.Broken {
			c.cases(s)
			c.tags(s)
		}
	}
	return c.problems
}

type checker struct {
	vocabulary []steps.Sentence
	finder     *steps.Finder
	known      Known
	judged     map[string]judgement // a sentence is judged once, however often it occurs
	reported   map[string]bool
	problems   []Problem
}

// judgement is what a sentence is worth.
type judgement struct {
	below   steps.Below
	problem *Problem
}

// say reports a problem once: a background stands before many scenarios.
func (c *checker) say(p Problem) {
	key := fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Message)
	if !c.reported[key] {
		c.reported[key] = true
		c.problems = append(c.problems, p)
	}
}

func (c *checker) step(s Scenario, st Step) {
	j, ok := c.judged[st.Text]
	if !ok {
		j = c.judge(st.Text)
		c.judged[st.Text] = j
	}
	if j.problem != nil {
		p := *j.problem
		p.File, p.Line = s.File, st.Line
		p.Message += s.inRow()
		c.say(p)
		return
	}
	if s.Broken {
		return
	}
	p := Problem{File: s.File, Line: st.Line}
	short := "the sentence \"" + clip(st.Text) + "\" "
	switch {
	case j.below == steps.BelowNothing && (st.Doc != nil || st.Rows != nil):
		p.Message, p.Hint = short+"takes neither a table nor a text block", "remove what stands below it"
	case j.below == steps.BelowTable && st.Rows == nil:
		p.Message, p.Hint = short+"needs a table below it", "see its example in `ffscert steps`"
	case j.below == steps.BelowText && (st.Doc == nil || strings.TrimSpace(*st.Doc) == ""):
		p.Message, p.Hint = short+"needs a text block below it, between \"\"\" and \"\"\"", "see its example in `ffscert steps`"
	case j.below == steps.BelowTable:
		for _, r := range st.Rows {
			if len(r) == 0 || strings.TrimSpace(r[0]) == "" {
				p.Message, p.Hint = short+"has an empty name in the first column of its table", "fill it in, or remove the row"
			}
		}
	}
	if p.Message != "" {
		c.say(p)
	}
}

func (c *checker) judge(text string) judgement {
	var j judgement
	var understood []string
	for _, v := range c.vocabulary {
		args, ok := v.Match(text)
		if !ok {
			continue
		}
		understood = append(understood, v.Text)
		j.below = v.Below
		if err := v.Judge(args, c.known.Facts); err != nil {
			var t *certification.Trouble
			j.problem = &Problem{Message: err.Error()}
			if errors.As(err, &t) {
				j.problem.Hint = t.Hint
			}
		}
	}
	switch len(understood) {
	case 1:
		return j
	case 0:
		return judgement{problem: c.unknown(text)}
	default:
		return judgement{problem: &Problem{Message: "more than one step understands \"" + clip(text) + "\": \"" + strings.Join(understood, "\", \"") + "\"",
			Hint: "word it so that only one of them fits"}}
	}
}

func (c *checker) unknown(text string) *Problem {
	if c.finder == nil {
		c.finder = steps.NewFinder(c.vocabulary)
	}
	p := &Problem{Message: "no step understands \"" + clip(text) + "\"", Hint: "see `ffscert steps` for the sentences that are known"}
	if straight := c.finder.Straight(text); straight != "" {
		p.Hint = "write straight quotation marks: " + clip(straight)
	} else if near := c.finder.Nearest(clip(text)); len(near) > 0 {
		p.Hint = "did you mean \"" + strings.Join(near, "\" or \"") + "\"?"
	}
	return p
}

// cases judges the @case: tags of a scenario.
func (c *checker) cases(s Scenario) {
	var ofPlan []string
	for _, id := range s.Cases {
		line := s.lineOf("@case:" + id)
		if c.known.Plan != nil && c.known.Plan(id) {
			if ofPlan = append(ofPlan, id); len(ofPlan) == 2 {
				c.say(Problem{File: s.File, Line: line, Message: fmt.Sprintf("the scenario claims two cases of the plan, %s and %s: it would count for the first alone", ofPlan[0], ofPlan[1]),
					Hint: "write a scenario for each"})
			}
		}
		if c.known.Case == nil || id == "" {
			continue
		}
		known, nearest := c.known.Case(id)
		if known {
			continue
		}
		p := Problem{File: s.File, Line: line, Warning: true,
			Message: "no plan knows the case \"" + clip(id) + "\": the scenario will be reported as " + certification.LocalCase,
			Hint:    "see `ffscert plan list` and `ffscert plan show ID` for the cases that there are"}
		if len(nearest) > 0 {
			p.Hint = "did you mean " + strings.Join(nearest, " or ") + "? " + p.Hint
		}
		c.say(p)
	}
}

// tags finds tags that were meant to name a case, and do not.
func (c *checker) tags(s Scenario) {
	for _, t := range s.Tags {
		if t != "@case:" && (strings.HasPrefix(t, "@case:") || !almostCase.MatchString(t)) {
			continue
		}
		c.say(Problem{File: s.File, Line: s.lineOf(t), Warning: true, Message: "the tag \"" + clip(t) + "\" names no case: the scenario will be reported as " + certification.LocalCase,
			Hint: "write it like @case:3P2-DE-02"})
	}
}

// almostCase is a tag that looks like one that names a case.
var almostCase = regexp.MustCompile(`(?i)^@+cases?([:=]|$)`)

// longestShown bounds what is shown of a sentence, in characters.
const longestShown = 200

func clip(s string) string {
	r := []rune(s)
	if len(r) <= longestShown {
		return s
	}
	return string(r[:longestShown-1]) + "…"
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
