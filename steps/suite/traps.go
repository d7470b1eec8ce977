package suite

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"

	"ffscert/steps"
)

// traps finds what Gherkin accepts in silence and nobody means: a sentence or a
// scenario that is taken for a description because its keyword is misspelt, an
// outline without a single row, a column that is not there. All of them would
// never be carried out, or not as they were meant.
func traps(file string, doc *messages.GherkinDocument) []Problem {
	var problems []Problem
	var vocabulary []steps.Sentence
	dialect := gherkin.DialectsBuiltin().GetDialect(doc.Feature.Language)
	described := func(text string, line int64) {
		for i, l := range strings.Split(text, "\n") {
			if k := nearlyKeyword(l, dialect); k != "" {
				problems = append(problems, Problem{File: file, Line: int(line) + 1 + i,
					Message: fmt.Sprintf("%q is read as a description, and what follows would never be carried out", strings.TrimSpace(l)),
					Hint:    fmt.Sprintf("did you mean %q?", k+":")})
				continue
			}
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
	scenarios := 0
	scenario := func(s *messages.Scenario) {
		scenarios++
		described(s.Description, s.Location.Line)
		problems = append(problems, rowsAndColumns(file, s, dialect)...)
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
	if scenarios == 0 {
		problems = append(problems, Problem{File: file, Line: int(doc.Feature.Location.Line), Message: "there is no scenario in this file", Hint: "write one, or remove the file"})
	}
	return problems
}

// rowsAndColumns finds what is wrong with the rows and columns of an outline.
func rowsAndColumns(file string, s *messages.Scenario, dialect *gherkin.Dialect) []Problem {
	var problems []Problem
	say := func(line int64, warning bool, hint, format string, args ...any) {
		problems = append(problems, Problem{File: file, Line: int(line), Warning: warning, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	if len(s.Examples) == 0 {
		if dialect != nil && slices.Contains(dialect.ScenarioOutlineKeywords(), s.Keyword) {
			say(s.Location.Line, false, "add a table of examples, or call it a scenario", "the outline has no examples")
			return problems
		}
		for _, st := range s.Steps {
			for _, name := range columnsIn(st) {
				say(st.Location.Line, true, "add a table of examples with that column", "nothing fills <%s> in: the scenario has no examples", name)
			}
		}
		return problems
	}
	for _, e := range s.Examples {
		if len(e.TableBody) == 0 {
			say(e.Location.Line, false, "add a row, or remove it", "the outline has no row in its examples: it would never be carried out")
			continue
		}
		var names []string
		for _, c := range e.TableHeader.Cells {
			if slices.Contains(names, c.Value) {
				say(e.TableHeader.Location.Line, false, "give every column a name of its own", "two columns are called <%s>", c.Value)
			}
			names = append(names, c.Value)
		}
		for _, st := range s.Steps {
			for _, name := range columnsIn(st) {
				if !slices.Contains(names, name) {
					say(st.Location.Line, false, "the columns are: "+strings.Join(names, ", "), "no column of the examples at line %d fills <%s> in", e.Location.Line, name)
				}
			}
		}
	}
	return problems
}

// columnsIn are the names between < and > in a step.
func columnsIn(st *messages.Step) []string {
	texts := []string{st.Text}
	if st.DataTable != nil {
		for _, r := range st.DataTable.Rows {
			for _, c := range r.Cells {
				texts = append(texts, c.Value)
			}
		}
	}
	if st.DocString != nil {
		texts = append(texts, st.DocString.Content)
	}
	var names []string
	for _, t := range texts {
		for _, m := range column.FindAllStringSubmatch(t, -1) {
			if !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

var column = regexp.MustCompile(`<([^<>\s][^<>]*)>`)

// nearlyKeyword is the keyword that a line of a description was meant to begin
// with; empty for a line of prose.
func nearlyKeyword(line string, d *gherkin.Dialect) string {
	said, _, ok := strings.Cut(strings.TrimSpace(line), ":")
	if !ok || d == nil || said == "" || len(said) > 40 {
		return ""
	}
	for _, all := range [][]string{d.ScenarioKeywords(), d.ScenarioOutlineKeywords(), d.BackgroundKeywords(), d.RuleKeywords(), d.ExamplesKeywords()} {
		for _, k := range all {
			if r := []rune(k); len(r) >= 4 && nearly(strings.ToLower(said), strings.ToLower(k)) {
				return k
			}
		}
	}
	return ""
}

// nearly tells whether two words are the same but for two letters, or one in
// short words.
func nearly(a, b string) bool {
	x, y := []rune(a), []rune(b)
	most := 1
	if len(y) > 6 {
		most = 2
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(y)] <= most
}

// misspelt is a line whose rest after the first word may be a sentence.
var misspelt = regexp.MustCompile(`^(\S+)\s+(.+)$`)
