package suite

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
)

// longestLine bounds a line of a feature file, in bytes; the parser's own limit
// is a little more.
const longestLine = 60_000

// Parse reads one feature file. Everything that is wrong with it comes back as
// problems with their lines. What can be made out of a file with mistakes is
// returned, too, so that it can be checked; it must not be carried out.
func Parse(name string, data []byte) ([]Scenario, []Problem) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if p := unreadable(data); p != nil {
		p.File = name
		return nil, []Problem{*p}
	}
	ids := &counter{}
	doc, problems := parseLeniently(name, data, ids)
	if doc == nil || doc.Feature == nil {
		if len(problems) == 0 {
			problems = []Problem{{File: name, Line: 1, Message: "there is no feature in this file", Hint: "begin it with \"Feature: …\", or remove it"}}
		}
		return salvage(name, data), problems
	}
	at := locate(doc)
	problems = append(problems, traps(name, doc)...)
	var scenarios []Scenario
	for _, p := range gherkin.Pickles(*doc, name, ids.next) {
		s := Scenario{File: name, Name: oneLine(p.Name), spans: at.around}
		for _, id := range p.AstNodeIds {
			if l, ok := at.lines[id]; ok {
				if s.ScenarioLine == 0 {
					s.ScenarioLine = l
				}
				s.Line = l // the row's line comes last
				s.spans = append(slices.Clone(s.spans), at.spans[id]...)
			}
		}
		for _, t := range p.Tags {
			if slices.Contains(s.Tags, t.Name) {
				continue
			}
			s.Tags, s.tagLines = append(s.Tags, t.Name), append(s.tagLines, at.lines[t.AstNodeId])
			if id, ok := strings.CutPrefix(t.Name, "@case:"); ok {
				s.Cases = append(s.Cases, id)
			}
		}
		sound := true
		for _, st := range p.Steps {
			step := stepOf(st, at)
			if step.Text == "" {
				sound = false
				problems = append(problems, Problem{File: name, Line: step.Line, Message: "the sentence is empty" + s.inRow(), Hint: "write it, or remove its keyword"})
			}
			if i := strings.IndexFunc(step.Text, unicode.IsControl); i >= 0 {
				sound = false
				problems = append(problems, Problem{File: name, Line: step.Line,
					Message: fmt.Sprintf("the sentence \"%s\" holds a line break or another control character%s", clip(oneLine(step.Text)), s.inRow()), Hint: "write it without"})
			}
			s.Steps = append(s.Steps, step)
		}
		if len(s.Steps) == 0 {
			problems = append(problems, Problem{File: name, Line: s.Line, Message: "the scenario has no steps: it would prove nothing",
				Hint: "write steps, or remove it"})
			continue
		}
		if sound {
			scenarios = append(scenarios, s)
		}
	}
	return scenarios, problems
}

// inRow says which row of an outline is meant; empty outside of outlines.
func (s Scenario) inRow() string {
	if s.Line == s.ScenarioLine {
		return ""
	}
	return fmt.Sprintf(" (filled in from line %d)", s.Line)
}

type counter struct{ n int }

func (c *counter) next() string { c.n++; return strconv.Itoa(c.n) }

func stepOf(st *messages.PickleStep, at places) Step {
	step := Step{Text: strings.TrimSpace(st.Text)}
	if len(st.AstNodeIds) > 0 {
		step.Line = at.lines[st.AstNodeIds[0]]
	}
	if a := st.Argument; a != nil {
		if a.DocString != nil {
			content := strings.ReplaceAll(a.DocString.Content, "\r", "")
			step.Doc, step.MediaType = &content, a.DocString.MediaType
		}
		if a.DataTable != nil {
			for _, r := range a.DataTable.Rows {
				var cells []string
				for _, c := range r.Cells {
					cells = append(cells, c.Value)
				}
				step.Rows = append(step.Rows, cells)
			}
		}
	}
	return step
}

// unreadable finds what cannot be a feature file at all.
func unreadable(data []byte) *Problem {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return &Problem{Line: 1, Message: "the file is written in UTF-16", Hint: "save it as UTF-8"}
	}
	for i, line := range bytes.Split(data, []byte{'\n'}) {
		switch {
		case !utf8.Valid(line):
			return &Problem{Line: i + 1, Message: "the line is not valid UTF-8", Hint: "save the file as UTF-8"}
		case bytes.IndexByte(line, 0) >= 0:
			return &Problem{Line: i + 1, Message: "the line holds a NUL byte: this is no text", Hint: "see whether this is a feature file"}
		case len(line) > longestLine:
			return &Problem{Line: i + 1, Message: fmt.Sprintf("the line has %d bytes, more than the %d that a line may have", len(line), longestLine), Hint: "break it up"}
		}
	}
	return nil
}

// mostMistakes bounds how often a file with mistakes is read again.
const mostMistakes = 40

// parseLeniently parses a file; lines with mistakes are left out, so that the
// rest can be checked. doc is nil if nothing can be made of it.
func parseLeniently(name string, data []byte, ids *counter) (*messages.GherkinDocument, []Problem) {
	doc, err := gherkin.ParseGherkinDocument(bytes.NewReader(data), ids.next)
	if err == nil {
		return doc, nil
	}
	problems := parseProblems(name, err)
	if problems[0].Message == noFeature {
		return nil, problems[:1] // every line after it would be a mistake, too
	}
	lines := strings.Split(string(data), "\n")
	wrong := problems
	closed := false
	for range mostMistakes {
		changed := false
		for _, p := range wrong {
			switch {
			case p.Line >= 1 && p.Line <= len(lines) && strings.TrimSpace(lines[p.Line-1]) != "":
				lines[p.Line-1] = ""
				changed = true
			case p.Line >= len(lines) && !closed:
				lines = append(lines, `"""`) // a text block that is never closed
				closed, changed = true, true
			}
		}
		if !changed {
			break
		}
		doc, err := gherkin.ParseGherkinDocument(strings.NewReader(strings.Join(lines, "\n")), ids.next)
		if err == nil {
			return doc, problems
		}
		wrong = parseProblems(name, err) // of a line that was left out, or after one: not the user's
	}
	return nil, problems
}

// salvage reads the steps of a file that cannot be parsed, line by line, so that
// at least their sentences are checked.
func salvage(name string, data []byte) []Scenario {
	dialect := gherkin.DialectsBuiltin().GetDialect("en")
	s := Scenario{File: name, Line: 1, ScenarioLine: 1, Broken: true}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if m := languageLine.FindStringSubmatch(line); m != nil {
			if d := gherkin.DialectsBuiltin().GetDialect(m[1]); d != nil {
				dialect = d
			}
		}
		for _, k := range dialect.StepKeywords() {
			if text, ok := strings.CutPrefix(line, k); ok && !strings.Contains(text, "<") {
				s.Steps = append(s.Steps, Step{Text: strings.TrimSpace(text), Line: i + 1})
				break
			}
		}
	}
	if len(s.Steps) == 0 {
		return nil
	}
	return []Scenario{s}
}

var languageLine = regexp.MustCompile(`^#\s*language\s*:\s*([a-zA-Z_-]+)\s*$`)

// parseProblems takes gherkin's error, "(line:column): text" a line, apart.
func parseProblems(name string, err error) []Problem {
	var problems []Problem
	for _, line := range strings.Split(err.Error(), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line == "Parser errors:" {
			continue
		}
		p := Problem{File: name, Message: line, Hint: "see the Gherkin reference for what may stand here"}
		if at, text, ok := strings.Cut(strings.TrimPrefix(line, "("), "): "); ok && strings.HasPrefix(line, "(") {
			l, _, _ := strings.Cut(at, ":")
			if n, e := strconv.Atoi(l); e == nil {
				p.Line = n
				p.Message, p.Hint = explain(text)
			}
		}
		problems = append(problems, p)
	}
	if len(problems) == 0 {
		problems = []Problem{{File: name, Message: err.Error()}}
	}
	return problems
}

// explain puts gherkin's words into people's.
func explain(text string) (message, hint string) {
	expected, got, _ := strings.Cut(text, ", got ")
	switch {
	case strings.HasPrefix(text, "unexpected end of file"):
		return "the file ends too early", "here may stand: " + tokens(text[strings.Index(text, "expected: ")+len("expected: "):])
	case strings.Contains(expected, "#FeatureLine") && got != "":
		return noFeature, "write \"Feature: …\" before everything else"
	case strings.HasPrefix(expected, "expected: ") && got != "":
		return strconv.Quote(clip(strings.TrimSpace(strings.Trim(got, "'")))) + " cannot be read here", "here may stand: " + tokens(strings.TrimPrefix(expected, "expected: "))
	case strings.HasPrefix(text, "Language not supported"):
		return "the language " + strings.TrimPrefix(text, "Language not supported: ") + " is not known", "write its code, such as # language: de"
	case strings.HasPrefix(text, "inconsistent cell count"):
		return "the rows of the table have different numbers of cells", "give every row as many cells as the first; a | in a cell is written \\|"
	case strings.HasPrefix(text, "A tag may not contain whitespace"):
		return "a tag holds a space", "write tags like @case:3P2-DE-02 @slow"
	}
	return text, "see the Gherkin reference for what may stand here"
}

// noFeature is what is wrong with a file that begins with something else.
const noFeature = "the file does not begin with a feature"

// tokens names what a parser expects.
func tokens(list string) string {
	var words []string
	for _, t := range strings.Split(list, ", ") {
		w, ok := map[string]string{"#StepLine": "a step", "#TableRow": "a row of a table", "#DocStringSeparator": `a text block (""")`, "#TagLine": "tags",
			"#ScenarioLine": "a scenario", "#ExamplesLine": "examples", "#RuleLine": "a rule", "#BackgroundLine": "a background", "#FeatureLine": "a feature",
			"#Comment": "a comment", "#Language": "a language", "#EOF": "the end of the file"}[strings.TrimSpace(t)]
		if ok {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

// places are where the parts of a feature file stand.
type places struct {
	lines map[string]int    // of a scenario, row, step or tag, by its id
	spans map[string][]span // of a scenario or row, by its id
	// around are the lines that stand for every scenario of the file.
	around []span
}

// span is a stretch of lines.
type span struct{ from, to int }

func (s span) has(line int) bool { return line >= s.from && line <= s.to }

// locate finds where everything stands.
func locate(doc *messages.GherkinDocument) places {
	at := places{lines: map[string]int{}, spans: map[string][]span{}}
	f := doc.Feature
	at.around = []span{at.head(f.Location, f.Tags)}
	for _, c := range f.Children {
		if c.Background != nil {
			at.around = append(at.around, at.background(c.Background))
		}
	}
	for _, c := range f.Children {
		if c.Scenario != nil {
			at.scenario(c.Scenario, nil)
		}
		if c.Rule != nil {
			rule := []span{at.head(c.Rule.Location, c.Rule.Tags)}
			for _, rc := range c.Rule.Children {
				if rc.Background != nil {
					rule = append(rule, at.background(rc.Background))
				}
			}
			for _, rc := range c.Rule.Children {
				if rc.Scenario != nil {
					at.scenario(rc.Scenario, rule)
				}
			}
		}
	}
	return at
}

// head is a keyword's line with its tags.
func (at places) head(l *messages.Location, tags []*messages.Tag) span {
	s := span{int(l.Line), int(l.Line)}
	for _, t := range tags {
		at.lines[t.Id] = int(t.Location.Line)
		s.from = min(s.from, int(t.Location.Line))
	}
	return s
}

func (at places) background(b *messages.Background) span {
	return span{int(b.Location.Line), at.steps(b.Steps, int(b.Location.Line))}
}

// steps notes the lines of steps, and returns the last line that they take.
func (at places) steps(all []*messages.Step, last int) int {
	for _, s := range all {
		at.lines[s.Id] = int(s.Location.Line)
		last = max(last, int(s.Location.Line))
		if d := s.DocString; d != nil {
			last = max(last, int(d.Location.Line)+1)
			if d.Content != "" {
				last += strings.Count(d.Content, "\n") + 1
			}
		}
		if t := s.DataTable; t != nil && len(t.Rows) > 0 {
			last = max(last, int(t.Rows[len(t.Rows)-1].Location.Line))
		}
	}
	return last
}

func (at places) scenario(s *messages.Scenario, rule []span) {
	at.lines[s.Id] = int(s.Location.Line)
	whole := at.head(s.Location, s.Tags)
	whole.to = at.steps(s.Steps, whole.to)
	for _, e := range s.Examples {
		table := at.head(e.Location, e.Tags)
		if e.TableHeader != nil {
			table.to = int(e.TableHeader.Location.Line)
		}
		for _, r := range e.TableBody {
			table.to = int(r.Location.Line)
		}
		for _, r := range e.TableBody {
			line := int(r.Location.Line)
			at.lines[r.Id] = line
			at.spans[r.Id] = []span{{line, line}, table}
		}
		whole.to = max(whole.to, table.to)
	}
	at.spans[s.Id] = append(slices.Clone(rule), whole)
}
