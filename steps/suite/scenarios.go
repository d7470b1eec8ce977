// Package suite turns feature files and a plan into attempts: it selects
// scenarios, expands them, leases testbeds, carries every attempt out in a
// godog run of its own, classifies how it ended and records it.
//
// It knows no phone and no report format: what it acts on are testbeds, what
// it leaves is a journal.
package suite

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"

	"ffscert/features/certification"
)

// maxFeatureBytes bounds one feature file.
const maxFeatureBytes = 4 << 20

// Scenario is one thing to carry out: a scenario, or one row of an outline,
// with its background.
type Scenario struct {
	File string // as the user wrote it, or the built-in path
	Line int    // of the scenario, or of the outline's row
	// ScenarioLine is the line of the scenario or outline itself.
	ScenarioLine int
	Name         string
	Tags         []string // with the @, inherited ones included
	Cases        []string // ids of its @case: tags
	Steps        []Step
}

// Step is one sentence of a scenario.
type Step struct {
	Text      string
	Line      int
	Rows      [][]string // a data table, if any
	Doc       *string    // a doc string, if any
	MediaType string
}

// Title names the scenario in records: file, line and name.
func (s Scenario) Title() string { return fmt.Sprintf("%s:%d %s", s.File, s.Line, s.Name) }

// Case is the id of the case that the scenario carries out, or
// [certification.LocalCase].
func (s Scenario) Case(plan certification.Plan) string {
	for _, id := range s.Cases {
		if _, ok := plan.Case(id); ok {
			return id
		}
	}
	return certification.LocalCase
}

// Problem is something wrong in a feature file.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Warning is true for what does not keep a run from starting.
	Warning bool `json:"warning,omitempty"`
}

func (p Problem) Error() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
	}
	s += ": " + p.Message
	if p.Hint != "" {
		s += "\n  hint: " + p.Hint
	}
	return s
}

// Source is a folder of feature files.
type Source struct {
	FS fs.FS
	// Prefix is put before every path where it is shown, such as the folder
	// that the user named.
	Prefix string
}

// Load reads the feature files of all sources. A file of a later source
// replaces one of an earlier source that has the same path or the same name.
// What cannot be read or parsed is a problem, with file and line; everything
// else is still returned.
func Load(sources ...Source) ([]Scenario, []Problem) {
	type file struct {
		source Source
		path   string
	}
	var files []file
	var problems []Problem
	for _, src := range sources {
		var mine []file
		err := fs.WalkDir(src.FS, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() && strings.HasSuffix(p, ".feature") {
				mine = append(mine, file{src, p})
			}
			return nil
		})
		if err != nil {
			problems = append(problems, Problem{File: shown(src, "."), Message: "cannot read the features folder: " + err.Error(),
				Hint: "name a folder that exists with --features"})
			continue
		}
		kept := files[:0]
		for _, old := range files {
			replaced := false
			for _, f := range mine {
				if f.path == old.path || path.Base(f.path) == path.Base(old.path) {
					replaced = true
				}
			}
			if !replaced {
				kept = append(kept, old)
			}
		}
		files = append(kept, mine...)
	}
	sort.SliceStable(files, func(i, j int) bool { return files[i].path < files[j].path })
	var scenarios []Scenario
	for _, f := range files {
		data, err := readBounded(f.source.FS, f.path)
		if err != nil {
			problems = append(problems, Problem{File: shown(f.source, f.path), Message: err.Error(), Hint: "see whether it can be read"})
			continue
		}
		found, wrong := Parse(shown(f.source, f.path), data)
		scenarios = append(scenarios, found...)
		problems = append(problems, wrong...)
	}
	return scenarios, problems
}

func shown(s Source, p string) string {
	if s.Prefix == "" {
		return p
	}
	return path.Join(s.Prefix, p)
}

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFeatureBytes {
		return nil, fmt.Errorf("the file has %d bytes, more than the %d that a feature file may have", info.Size(), maxFeatureBytes)
	}
	return fs.ReadFile(fsys, name)
}

// Parse reads one feature file. Everything that is wrong with it comes back as
// problems with their lines.
func Parse(name string, data []byte) ([]Scenario, []Problem) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	n := 0
	newID := func() string { n++; return strconv.Itoa(n) }
	doc, err := gherkin.ParseGherkinDocument(bytes.NewReader(data), newID)
	if err != nil {
		return nil, parseProblems(name, err)
	}
	if doc.Feature == nil {
		return nil, []Problem{{File: name, Line: 1, Message: "there is no feature in this file", Hint: "begin it with \"Feature: …\", or remove it"}}
	}
	lines := locate(doc)
	var scenarios []Scenario
	problems := traps(name, doc)
	for _, p := range gherkin.Pickles(*doc, name, newID) {
		s := Scenario{File: name, Name: p.Name}
		for _, id := range p.AstNodeIds {
			if l, ok := lines[id]; ok {
				if s.ScenarioLine == 0 {
					s.ScenarioLine = l
				}
				s.Line = l // the row's line comes last
			}
		}
		for _, t := range p.Tags {
			s.Tags = append(s.Tags, t.Name)
			if id, ok := strings.CutPrefix(t.Name, "@case:"); ok {
				s.Cases = append(s.Cases, id)
			}
		}
		for _, st := range p.Steps {
			step := Step{Text: st.Text}
			if len(st.AstNodeIds) > 0 {
				step.Line = lines[st.AstNodeIds[0]]
			}
			if a := st.Argument; a != nil {
				if a.DocString != nil {
					content := a.DocString.Content
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
			s.Steps = append(s.Steps, step)
		}
		if len(s.Steps) == 0 {
			problems = append(problems, Problem{File: name, Line: s.Line, Message: "the scenario has no steps: it would prove nothing",
				Hint: "write steps, or remove it"})
			continue
		}
		scenarios = append(scenarios, s)
	}
	return scenarios, problems
}

// locate maps the id of every scenario, outline row and step to its line.
func locate(doc *messages.GherkinDocument) map[string]int {
	lines := map[string]int{}
	steps := func(all []*messages.Step) {
		for _, s := range all {
			lines[s.Id] = int(s.Location.Line)
		}
	}
	scenario := func(s *messages.Scenario) {
		lines[s.Id] = int(s.Location.Line)
		steps(s.Steps)
		for _, e := range s.Examples {
			for _, r := range e.TableBody {
				lines[r.Id] = int(r.Location.Line)
			}
		}
	}
	for _, c := range doc.Feature.Children {
		if c.Background != nil {
			steps(c.Background.Steps)
		}
		if c.Scenario != nil {
			scenario(c.Scenario)
		}
		if c.Rule != nil {
			for _, rc := range c.Rule.Children {
				if rc.Background != nil {
					steps(rc.Background.Steps)
				}
				if rc.Scenario != nil {
					scenario(rc.Scenario)
				}
			}
		}
	}
	return lines
}

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
				p.Line, p.Message = n, text
			}
		}
		problems = append(problems, p)
	}
	if len(problems) == 0 {
		problems = []Problem{{File: name, Message: errors.Unwrap(err).Error()}}
	}
	return problems
}
