package catalog

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"ffscert/features/certification"
	"ffscert/features/yamlat"
)

// maxFile bounds a file of the catalogue, in bytes.
const maxFile = 1 << 20

// maxAttempts bounds the attempts that a case may ask for.
const maxAttempts = 10000

// variants of a plan.
var variants = []string{"default", "simplified"}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Problem is one thing that is wrong with the catalogue.
type Problem = yamlat.Problem

// Error is all that is wrong with a catalogue.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// caseFile is the form of a file under cases/.
type caseFile struct {
	Group string      `yaml:"group"`
	Cases []caseEntry `yaml:"cases"`
}

type caseEntry struct {
	ID          string         `yaml:"id"`
	Source      string         `yaml:"source"`
	Title       string         `yaml:"title"`
	Requirement string         `yaml:"requirement"`
	Method      string         `yaml:"method"`
	Criterion   criterionEntry `yaml:"criterion"`
	Needs       []string       `yaml:"needs"`
	Applies     []appliesEntry `yaml:"applies"`
	Evidence    string         `yaml:"evidence"`
	Note        string         `yaml:"note"`
}

// appliesEntry is a condition: one of protocols, variants and product.
type appliesEntry struct {
	Protocols []string `yaml:"protocols"`
	Variants  []string `yaml:"variants"`
	Product   string   `yaml:"product"`
	Otherwise string   `yaml:"otherwise"`
	Because   string   `yaml:"because"`
}

type criterionEntry struct {
	Kind     string  `yaml:"kind"`
	Target   float64 `yaml:"target"`
	Attempts int     `yaml:"attempts"`
}

// planFile is the form of a file under plans/.
type planFile struct {
	ID       string      `yaml:"id"`
	Name     string      `yaml:"name"`
	Target   string      `yaml:"target"`
	Version  string      `yaml:"version"`
	Protocol string      `yaml:"protocol"`
	Variant  string      `yaml:"variant"`
	Radios   string      `yaml:"radios"`
	Note     string      `yaml:"note"`
	Unknown  []string    `yaml:"unknown"`
	Cases    []planEntry `yaml:"cases"`
}

type planEntry struct {
	ID string `yaml:"id"`
	// Attempts replaces the case's own number.
	Attempts *int `yaml:"attempts"`
}

type defined[T any] struct {
	value T
	at    string // file:line
}

type loader struct {
	cases    map[string]defined[certification.Case]
	plans    map[string]defined[certification.Plan]
	problems []Problem
}

// files hands every YAML file of a folder to read.
func (l *loader) files(fsys fs.FS, dir string, read func(*document)) error {
	names, err := fs.Glob(fsys, dir+"/*.yaml")
	if err != nil {
		return fmt.Errorf("list %s of the catalogue: %w", dir, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("read the catalogue: %w", err)
		}
		if d := l.parse(name, data); d != nil {
			read(d)
		}
	}
	return nil
}

// document is a parsed file that can say on which line a field stands.
type document struct {
	*loader
	file *yamlat.File
	name string
}

func (l *loader) parse(name string, data []byte) *document { return l.parseWithin(name, data, maxFile) }

// parseWithin parses a file of at most longest bytes.
func (l *loader) parseWithin(name string, data []byte, longest int) *document {
	if len(data) > longest {
		l.problems = append(l.problems, Problem{File: name, Text: fmt.Sprintf("the file is larger than %d bytes", longest)})
		return nil
	}
	file, ok := yamlat.Parse(name, data)
	d := &document{loader: l, file: file, name: name}
	if d.moved(); !ok {
		return nil
	}
	return d
}

// moved takes what was found to be wrong with the file to that of the others.
func (d *document) moved() {
	d.problems = append(d.problems, d.file.Problems...)
	d.file.Problems = nil
}

func (d *document) decode(into any) bool {
	defer d.moved()
	return d.file.Decode(into)
}

// add reports a problem at a field, such as "cases[0].id".
func (d *document) add(field, format string, args ...any) {
	d.file.Add(field, format, args...)
	d.moved()
}

func (d *document) line(field string) int { return d.file.Line(field) }

// text reports a field that must not be empty.
func (d *document) text(field, value string) {
	if strings.TrimSpace(value) == "" {
		d.add(field, "is missing")
	}
}

func (d *document) oneOf(field, value string, allowed ...string) {
	for _, a := range allowed {
		if a == value {
			return
		}
	}
	d.add(field, "%q is not one of %s", value, strings.Join(allowed, ", "))
}

func (d *document) id(field, value string) bool {
	if !idPattern.MatchString(value) {
		d.add(field, "%q is no id: letters, digits, dots, dashes and underscores, at most 64", value)
		return false
	}
	return true
}

func (d *document) attempts(field string, n int) {
	if n < 1 || n > maxAttempts {
		d.add(field, "%d is not between 1 and %d", n, maxAttempts)
	}
}

func (l *loader) caseFile(d *document) {
	var f caseFile
	if !d.decode(&f) {
		return
	}
	d.text("group", f.Group)
	if len(f.Cases) == 0 {
		d.add("cases", "there is no case")
	}
	for i, e := range f.Cases {
		at := fmt.Sprintf("cases[%d]", i)
		d.oneOf(at+".source", e.Source, "amazon", "ffscert")
		d.text(at+".title", e.Title)
		d.text(at+".requirement", e.Requirement)
		d.oneOf(at+".method", e.Method, string(certification.Automated), string(certification.Evidence), string(certification.Attended))
		d.criterion(at+".criterion", e.Criterion)
		if byHand(e) {
			d.text(at+".evidence", e.Evidence)
		}
		if !d.id(at+".id", e.ID) {
			continue
		}
		if e.ID == certification.LocalCase {
			d.add(at+".id", "%q is the name of scenarios outside every plan", e.ID)
		}
		if other, ok := l.cases[e.ID]; ok {
			d.add(at+".id", "%q is defined already, at %s", e.ID, other.at)
			continue
		}
		for _, need := range e.Needs {
			d.oneOf(at+".needs", need, certification.NeedsSetUpTime)
		}
		l.cases[e.ID] = defined[certification.Case]{certification.Case{
			ID: e.ID, Group: f.Group, Title: e.Title, Requirement: e.Requirement, Method: certification.Method(e.Method),
			Criterion: certification.Criterion{Kind: certification.CriterionKind(e.Criterion.Kind), Target: e.Criterion.Target, Attempts: e.Criterion.Attempts},
			Source:    e.Source, Needs: e.Needs, Note: e.Note, Evidence: e.Evidence, Applies: d.applies(at+".applies", e.Applies),
		}, fmt.Sprintf("%s:%d", d.name, d.line(at+".id"))}
	}
}

func (d *document) criterion(at string, c criterionEntry) {
	d.oneOf(at+".kind", c.Kind, string(certification.All), string(certification.Rate))
	d.attempts(at+".attempts", c.Attempts)
	switch {
	case c.Kind == string(certification.Rate) && !(c.Target > 0 && c.Target <= 1):
		d.add(at+".target", "%v is not above 0 and at most 1", c.Target)
	case c.Kind == string(certification.All) && c.Target != 0:
		d.add(at+".target", "only a rate has a target")
	}
}

// byHand tells whether a file or a person decides a case, at least for some products.
func byHand(e caseEntry) bool {
	return e.Method != string(certification.Automated) || slices.ContainsFunc(e.Applies, func(a appliesEntry) bool { return a.Otherwise == string(certification.Attended) })
}

// applies reads the conditions of a case.
func (d *document) applies(at string, entries []appliesEntry) []certification.Condition {
	var all []certification.Condition
	for i, e := range entries {
		at := fmt.Sprintf("%s[%d]", at, i)
		kinds := 0
		for _, given := range []bool{len(e.Protocols) > 0, len(e.Variants) > 0, e.Product != ""} {
			if given {
				kinds++
			}
		}
		if kinds != 1 {
			d.add(at, "needs exactly one of protocols, variants, product")
		}
		for _, p := range e.Protocols {
			d.oneOf(at+".protocols", p, certification.Protocols()...)
		}
		for _, v := range e.Variants {
			d.oneOf(at+".variants", v, variants...)
		}
		if e.Product != "" {
			d.oneOf(at+".product", e.Product, string(certification.PartnerApp), string(certification.SDK), string(certification.InnerBarcode))
		}
		if e.Otherwise != "" {
			d.oneOf(at+".otherwise", e.Otherwise, string(certification.NotApplicable), string(certification.Attended))
		}
		d.text(at+".because", e.Because)
		c := certification.Condition{Protocols: e.Protocols, Variants: e.Variants, Product: certification.Feature(e.Product), Because: e.Because}
		if e.Otherwise == string(certification.Attended) {
			c.Otherwise = certification.Attended
		}
		all = append(all, c)
	}
	return all
}

func (l *loader) planFile(d *document) {
	var f planFile
	if !d.decode(&f) {
		return
	}
	d.text("name", f.Name)
	d.text("target", f.Target)
	d.text("version", f.Version)
	d.text("radios", f.Radios)
	d.oneOf("protocol", f.Protocol, certification.Protocols()...)
	d.oneOf("variant", f.Variant, variants...)
	if !d.id("id", f.ID) {
		return
	}
	if want := f.ID + ".yaml"; path.Base(d.name) != want {
		d.add("id", "the file of plan %q must be called %s", f.ID, want)
	}
	p := certification.Plan{ID: f.ID, Name: f.Name, Target: f.Target, Version: f.Version, Protocol: f.Protocol,
		Variant: f.Variant, Radios: f.Radios, Note: f.Note, Unknown: f.Unknown, Cases: []certification.Case{}}
	if len(f.Cases) == 0 {
		d.add("cases", "there is no case")
	}
	for i, e := range f.Cases {
		at := fmt.Sprintf("cases[%d]", i)
		k, ok := l.cases[e.ID]
		if !ok {
			d.add(at+".id", "%s", unknown("case", e.ID, slices.Sorted(maps.Keys(l.cases))))
			continue
		}
		if _, twice := p.Case(e.ID); twice {
			d.add(at+".id", "%q is selected twice", e.ID)
			continue
		}
		if e.Attempts != nil {
			d.attempts(at+".attempts", *e.Attempts)
			k.value.Criterion.Attempts = *e.Attempts
		}
		p.Cases = append(p.Cases, k.value)
	}
	l.plans[f.ID] = defined[certification.Plan]{p, fmt.Sprintf("%s:%d", d.name, d.line("id"))}
}
