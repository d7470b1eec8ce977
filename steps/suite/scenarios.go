// Package suite turns feature files and a plan into attempts: it selects
// scenarios, expands them, leases testbeds, carries every attempt out in a
// godog run of its own, classifies how it ended and records it.
//
// It knows no phone and no report format: what it acts on are testbeds, what
// it leaves is a journal.
package suite

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

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
	Cases        []string // ids of its @case: tags, each once
	Steps        []Step

	// Broken is true for what was made out of a file that cannot be parsed: its
	// sentences can be checked, and nothing else.
	Broken bool

	tagLines []int  // where Tags stand
	spans    []span // the lines that select it, see [Selection]
}

// Step is one sentence of a scenario.
type Step struct {
	Text      string
	Line      int
	Rows      [][]string // a data table, if any
	Doc       *string    // a doc string, if any
	MediaType string
}

// lineOf is where a tag of the scenario stands.
func (s Scenario) lineOf(tag string) int {
	if i := slices.Index(s.Tags, tag); i >= 0 && i < len(s.tagLines) && s.tagLines[i] > 0 {
		return s.tagLines[i]
	}
	return s.ScenarioLine
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
// replaces one of an earlier source: that with the same path, or else those
// with the same name. What cannot be read or parsed is a problem, with file and
// line; everything else is still returned.
func Load(sources ...Source) ([]Scenario, []Problem) {
	var files []file
	var problems []Problem
	for _, src := range sources {
		mine, wrong := src.files()
		problems = append(problems, wrong...)
		files = append(replace(files, mine), mine...)
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

// file is one feature file of a source.
type file struct {
	source Source
	path   string
}

// files are the feature files of a source. A folder that cannot be read is a
// problem; the others are still looked at.
func (s Source) files() ([]file, []Problem) {
	var mine []file
	var problems []Problem
	_ = fs.WalkDir(s.FS, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			problems = append(problems, Problem{File: shown(s, p), Message: "the folder cannot be read: " + err.Error(), Hint: "see whether it is there and may be read"})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.Type()&fs.ModeSymlink != 0:
			if info, err := fs.Stat(s.FS, p); err == nil && info.IsDir() {
				problems = append(problems, Problem{File: shown(s, p), Warning: true, Message: "this is a link to a folder, and is not followed",
					Hint: "name the folder itself with --features, or put its files here"})
				return nil
			}
			fallthrough
		default:
			if !d.IsDir() && strings.EqualFold(path.Ext(p), ".feature") {
				mine = append(mine, file{s, p})
			}
		}
		return nil
	})
	return mine, problems
}

// HasFeatures tells whether a source has any feature file, or a folder that
// cannot be read.
func (s Source) HasFeatures() bool {
	files, problems := s.files()
	return len(files)+len(problems) > 0
}

// replace takes out of old what is replaced by files of later.
func replace(old, later []file) []file {
	paths, names := map[string]bool{}, map[string]bool{}
	for _, f := range old {
		paths[f.path] = true
	}
	gone := map[string]bool{}
	for _, f := range later {
		if paths[f.path] {
			gone[f.path] = true
		} else {
			names[path.Base(f.path)] = true
		}
	}
	var kept []file
	for _, f := range old {
		if !gone[f.path] && !names[path.Base(f.path)] {
			kept = append(kept, f)
		}
	}
	return kept
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
