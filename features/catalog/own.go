package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"ffscert/features/certification"
)

// OwnSchema names the form of a plan's file of the user's. It is the file's
// first key, by which such a file is known.
const OwnSchema = "ffscert/plan/v1"

// SourceSheet is the source of cases that come from Amazon's own sheet.
const SourceSheet = "amazon sheet"

// OwnFile is a plan of the user's, as its file holds it: what a built-in plan
// says, and its cases in full.
type OwnFile struct {
	Schema   string    `yaml:"schema"`
	ID       string    `yaml:"id"`
	Name     string    `yaml:"name"`
	Target   string    `yaml:"target,omitempty"`
	Version  string    `yaml:"version"`
	Protocol string    `yaml:"protocol"`
	Variant  string    `yaml:"variant"`
	Radios   string    `yaml:"radios,omitempty"`
	Note     string    `yaml:"note,omitempty"`
	Sheet    *OwnSheet `yaml:"sheet,omitempty"`
	Cases    []OwnCase `yaml:"cases"`
}

// Fill gives name, protocol and variant where there is none yet.
func (f *OwnFile) Fill(name, protocol, variant string) {
	for _, v := range []struct {
		to        *string
		otherwise string
	}{{&f.Name, name}, {&f.Protocol, protocol}, {&f.Variant, variant}} {
		if *v.to == "" {
			*v.to = v.otherwise
		}
	}
}

// OwnSheet is the workbook from which a plan was made.
type OwnSheet struct {
	File   string            `yaml:"file"`
	SHA256 string            `yaml:"sha256"`
	Tabs   []string          `yaml:"tabs,omitempty"` // those that --tab named
	Map    map[string]string `yaml:"map,omitempty"`  // those headings that --map gave
}

// OwnCase is a case of the user's. One of which nothing but the id is given is
// the built-in case of that id.
type OwnCase struct {
	ID          string `yaml:"id"`
	Group       string `yaml:"group,omitempty"`
	Source      string `yaml:"source,omitempty"`
	Title       string `yaml:"title,omitempty"`
	Requirement string `yaml:"requirement,omitempty"`
	Steps       string `yaml:"steps,omitempty"`
	Expected    string `yaml:"expected,omitempty"`
	// Method may be left out: the case is automated as soon as a scenario
	// carries it out, and attended until then.
	Method    string        `yaml:"method,omitempty"`
	Criterion *OwnCriterion `yaml:"criterion,omitempty"`
	// Attempts replaces a built-in case's own number.
	Attempts *int     `yaml:"attempts,omitempty"`
	Needs    []string `yaml:"needs,omitempty"`
	Note     string   `yaml:"note,omitempty"`
	At       *OwnCell `yaml:"at,omitempty"`
}

// OwnCriterion is the bar of a case; by default one attempt, which must pass.
type OwnCriterion struct {
	Kind     string  `yaml:"kind"`
	Target   float64 `yaml:"target,omitempty"`
	Attempts int     `yaml:"attempts"`
}

// OwnCell is where a case stands in its sheet.
type OwnCell struct {
	Tab     string `yaml:"tab"`
	Row     int    `yaml:"row"`
	Written string `yaml:"written,omitempty"` // the id as the sheet has it, where it differs
}

// Own is a plan of the user's that was read.
type Own struct {
	Path string // of its file
	File OwnFile
	Plan certification.Plan

	doc *document
}

// Line is where the case stands in the file, from 1; 0 if it is not there.
func (o Own) Line(id string) int {
	for i, c := range o.File.Cases {
		if c.ID == id && o.doc != nil {
			return o.doc.line(fmt.Sprintf("cases[%d].id", i))
		}
	}
	return 0
}

var schemaLine = regexp.MustCompile(`(?m)^\{?["']?schema["']?:[ \t]*["']?` + regexp.QuoteMeta(OwnSchema) + `["']?([ \t]*(#.*)?\r?$|,)`)

// IsOwn tells whether a file says of itself that it is a plan of the user's.
func IsOwn(data []byte) bool {
	return len(data) <= maxOwn && schemaLine.Match(bytes.TrimPrefix(data, []byte("\ufeff")))
}

// maxOwn bounds a plan of the user's, in bytes; maxLead what may nest in it, for
// the parser's time grows with the square of that.
const (
	maxOwn  = 2 << 20
	maxLead = 1000
)

// ParseOwn reads a plan of the user's. base holds the built-in cases. An error
// is an *[Error] and names file, line and field.
func ParseOwn(path string, data []byte, base *Catalog) (own Own, err error) {
	defer func() {
		// The parser of the library is not ours to trust with foreign input.
		if r := recover(); r != nil {
			own, err = Own{}, &Error{Problems: []Problem{{File: path, Text: "is not YAML that can be read"}}}
		}
	}()
	if p := textTrouble(path, data); p != nil {
		return Own{}, &Error{Problems: []Problem{*p}}
	}
	l := &loader{cases: map[string]defined[certification.Case]{}, plans: map[string]defined[certification.Plan]{}}
	own = Own{Path: path}
	if d := l.parseOwn(path, data); d != nil && d.decode(&own.File) {
		own.Plan, own.doc = d.ownPlan(own.File, base), d
	}
	if len(l.problems) > 0 {
		return Own{}, &Error{Problems: l.problems}
	}
	return own, nil
}

func textTrouble(path string, data []byte) *Problem {
	open := 0
	for i, line := range bytes.Split(data, []byte("\n")) {
		rest := bytes.TrimLeft(line, " \t-?:[{abcdefghijklmnopqrstuvwxyz_")
		lead := line[:len(line)-len(rest)]
		open += bytes.Count(lead, []byte("[")) + bytes.Count(lead, []byte("{"))
		switch {
		case bytes.IndexByte(line, 0) >= 0:
			return &Problem{File: path, Line: i + 1, Text: "is not text in UTF-8"}
		case len(lead) > maxLead, open > maxLead:
			return &Problem{File: path, Line: i + 1, Text: "is nested too deeply for a plan"}
		}
	}
	return nil
}

func (l *loader) parseOwn(path string, data []byte) *document {
	if len(bytes.TrimSpace(data)) == 0 {
		l.problems = append(l.problems, Problem{File: path, Text: "is empty"})
		return nil
	}
	// The bound of built-in files is below what a plan with its steps needs.
	return l.parseWithin(path, data, maxOwn)
}

func (d *document) ownPlan(f OwnFile, base *Catalog) certification.Plan {
	if f.Schema != OwnSchema {
		d.add("schema", "%q is not %s", f.Schema, OwnSchema)
	}
	d.text("name", f.Name)
	d.text("version", f.Version)
	d.oneOf("protocol", f.Protocol, certification.Protocols()...)
	d.oneOf("variant", f.Variant, variants...)
	if d.id("id", f.ID) {
		if _, err := base.Plan(f.ID); err == nil {
			d.add("id", "%q is the id of a built-in plan: give yours another one", f.ID)
		}
	}
	if f.Sheet != nil {
		d.text("sheet.file", f.Sheet.File)
		d.text("sheet.sha256", f.Sheet.SHA256)
	}
	p := certification.Plan{ID: f.ID, Name: f.Name, Target: f.Target, Version: f.Version, Protocol: f.Protocol, Variant: f.Variant,
		Radios: f.Radios, Note: f.Note, Cases: []certification.Case{}}
	if len(f.Cases) == 0 {
		d.add("cases", "there is no case")
	}
	seen := map[string]bool{}
	for i, e := range f.Cases {
		at := fmt.Sprintf("cases[%d]", i)
		if !d.id(at+".id", e.ID) {
			continue
		}
		switch {
		case e.ID == certification.LocalCase:
			d.add(at+".id", "%q is the name of scenarios outside every plan", e.ID)
		case seen[e.ID]:
			d.add(at+".id", "%q is there twice", e.ID)
		default:
			seen[e.ID] = true
			p.Cases = append(p.Cases, d.ownCase(at, e, base))
		}
	}
	return p
}

func (d *document) ownCase(at string, e OwnCase, base *Catalog) certification.Case {
	if e.Title == "" && e.Group == "" && e.Criterion == nil && e.Method == "" && e.Steps == "" && e.Expected == "" {
		k, err := base.Case(e.ID)
		var unknown *UnknownError
		if errors.As(err, &unknown) {
			d.add(at+".id", "%s; a case of your own needs a group and a title", unknown)
		}
		if e.Attempts != nil {
			d.attempts(at+".attempts", *e.Attempts)
			k.Criterion.Attempts = *e.Attempts
		}
		return k
	}
	d.text(at+".title", e.Title)
	d.text(at+".group", e.Group)
	if e.Method != "" {
		d.oneOf(at+".method", e.Method, string(certification.Automated), string(certification.Evidence), string(certification.Attended))
	}
	c := OwnCriterion{Kind: string(certification.All), Attempts: 1}
	if e.Criterion != nil {
		c = *e.Criterion
		d.criterion(at+".criterion", criterionEntry(c))
	}
	if e.Attempts != nil {
		d.add(at+".attempts", "belongs to a case's criterion; here it only replaces the number of a built-in case")
	}
	for _, need := range e.Needs {
		d.oneOf(at+".needs", need, certification.NeedsSetUpTime)
	}
	source := e.Source
	if source == "" {
		source = "own"
	}
	requirement := e.Requirement
	if requirement == "" {
		requirement = firstText(e.Expected, e.Title)
	}
	return certification.Case{ID: e.ID, Group: e.Group, Title: e.Title, Requirement: requirement, Method: certification.Method(e.Method),
		Criterion: certification.Criterion{Kind: certification.CriterionKind(c.Kind), Target: c.Target, Attempts: c.Attempts},
		Steps:     e.Steps, Expected: e.Expected, Source: source, Needs: e.Needs, Note: e.Note}
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// With adds plans of the user's. Two of the same id are an error.
func (c *Catalog) With(owns []Own) (*Catalog, error) {
	all := &Catalog{plans: c.Plans(), cases: slices.Clone(c.cases)}
	at := map[string]string{}
	known := map[string]bool{}
	for _, k := range c.cases {
		known[k.ID] = true
	}
	var problems []Problem
	for _, o := range owns {
		if before, twice := at[o.Plan.ID]; twice {
			problems = append(problems, Problem{File: o.Path, Field: "id", Text: fmt.Sprintf("%q is the plan of %s already", o.Plan.ID, before)})
			continue
		}
		at[o.Plan.ID] = o.Path
		all.plans = append(all.plans, o.Plan)
		for _, k := range o.Plan.Cases {
			if !known[k.ID] {
				known[k.ID] = true
				all.cases = append(all.cases, k)
			}
		}
	}
	if len(problems) > 0 {
		return nil, &Error{Problems: problems}
	}
	slices.SortFunc(all.cases, func(a, b certification.Case) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(all.plans, func(a, b certification.Plan) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

// Write is the file's text. Reading it gives the same plan.
func (f OwnFile) Write() ([]byte, error) {
	const head = `# A plan of your own. ffscert finds it in the folder "plans" beside ffscert.yaml, or in the one that "plans:" there names.
#
# Change what you like. For each case:
#   method     automated, evidence or attended; left out, a case is automated as soon as a scenario is tagged with it
#              (@case:ID), and attended until then
#   criterion  kind all or rate; rate has a target (0 to 1); attempts is the required number of counted attempts
#   at         where it stands in the sheet; "ffscert plan fill" writes its result there
`
	for _, options := range [][]yaml.EncodeOption{
		{yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true)},
		{yaml.IndentSequence(true)},
		{yaml.JSON()}, // ugly, and good for every text
	} {
		body, err := yaml.MarshalWithOptions(f, options...)
		if err != nil {
			return nil, fmt.Errorf("write the plan: %w", err)
		}
		if f.reads(body) {
			return append([]byte(head), body...), nil
		}
	}
	return nil, errors.New("write the plan: a text in it cannot be written as YAML")
}

// reads tells whether a text reads back as f.
func (f OwnFile) reads(body []byte) (same bool) {
	defer func() {
		if recover() != nil {
			same = false
		}
	}()
	var back OwnFile
	if err := yaml.UnmarshalWithOptions(body, &back, yaml.Strict()); err != nil {
		return false
	}
	a, errA := yaml.MarshalWithOptions(f, yaml.JSON())
	b, errB := yaml.MarshalWithOptions(back, yaml.JSON())
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// Cases are all cases, as they are before any plan adapts them, ordered by id.
func (c *Catalog) Cases() []certification.Case { return slices.Clone(c.cases) }
