// Package schematest makes the JSON Schemas that are published out of the types
// that are written, and holds what is written against them. Only tests use it.
package schematest

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// Published is a schema that is published beside the code.
type Published struct {
	File  string // beside the test
	Title string
	// Types are what a document may be; one is the usual number.
	Types []any
	// Comments are the folders of the packages whose comments say what the fields
	// mean, by import path.
	Comments map[string]string
	// Enums are the values of other named texts than the usual ones.
	Enums map[reflect.Type][]string
	// Fix, if not nil, completes the schema of one type.
	Fix func(of any, s *jsonschema.Schema)
}

// verdicts, causes and other texts that stand in several schemas.
func enumOf(of reflect.Type) []string {
	switch of {
	case reflect.TypeFor[certification.Verdict]():
		return texts(certification.Passed, certification.Failed, certification.Warning, certification.Review, certification.Blocked,
			certification.NotRun, certification.NotApplicable, certification.Waived)
	case reflect.TypeFor[certification.Cause]():
		return texts(certification.CauseProduct, certification.CausePartnerApp, certification.CauseAlexaApp, certification.CauseRig,
			certification.CauseNetwork, certification.CauseDefinition, certification.CauseTool, "")
	case reflect.TypeFor[certification.Method]():
		return texts(certification.Automated, certification.Evidence, certification.Attended)
	case reflect.TypeFor[certification.Severity]():
		return texts(certification.SeverityFail, certification.SeverityReview, certification.SeverityWarning, certification.SeverityInfo)
	case reflect.TypeFor[journal.State]():
		return texts(journal.Running, journal.Finished, journal.Interrupted)
	}
	return nil
}

func texts[T ~string](all ...T) []string {
	var out []string
	for _, v := range all {
		out = append(out, string(v))
	}
	return out
}

// Made is the schema as the types say it. An open one lets fields pass that it
// does not know, as the published one does; a strict one does not.
func (p Published) Made(t testing.TB, open bool) []byte {
	t.Helper()
	named := map[string]reflect.Type{}
	r := &jsonschema.Reflector{AllowAdditionalProperties: open, Anonymous: true, Namer: func(of reflect.Type) string {
		name := of.Name()
		if other, there := named[name]; name != "" && there && other != of {
			name = path.Base(of.PkgPath()) + "." + name
		}
		if _, there := named[name]; !there {
			named[name] = of
		}
		return name
	}, Mapper: func(of reflect.Type) *jsonschema.Schema {
		values := p.Enums[of]
		if values == nil {
			values = enumOf(of)
		}
		if values == nil {
			return nil
		}
		s := &jsonschema.Schema{Type: "string"}
		for _, v := range values {
			s.Enum = append(s.Enum, v)
		}
		return s
	}}
	for pkg, dir := range p.Comments {
		if err := r.AddGoComments(pkg, dir); err != nil {
			t.Fatal(err)
		}
	}
	var whole *jsonschema.Schema
	for _, of := range p.Types {
		s := r.Reflect(of)
		name := reflect.TypeOf(of).Elem().Name()
		if p.Fix != nil {
			p.Fix(of, s.Definitions[name])
		}
		if len(p.Types) == 1 {
			whole = s
			break
		}
		if whole == nil {
			whole = &jsonschema.Schema{Version: s.Version, Definitions: jsonschema.Definitions{}}
		}
		for n, d := range s.Definitions {
			whole.Definitions[n] = d
		}
		whole.OneOf = append(whole.OneOf, &jsonschema.Schema{Ref: "#/$defs/" + name})
	}
	whole.Title = p.Title
	b, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// IsCurrent fails unless the published file is what the types say, or writes it
// anew.
func (p Published) IsCurrent(t testing.TB, update bool) {
	t.Helper()
	want := p.Made(t, true)
	if update {
		if err := os.WriteFile(p.File, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(p.File)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the types say; -update writes it anew", p.File)
	}
}

// Check holds documents against a schema.
type Check struct {
	file         string
	open, strict *validator.Schema
}

// Check makes the check of the published schema, and of the strict one, which
// knows every field.
func (p Published) Check(t testing.TB) Check {
	t.Helper()
	return Check{p.File, compiled(t, p.Made(t, true)), compiled(t, p.Made(t, false))}
}

// Valid fails unless a document is valid by both schemas.
func (c Check) Valid(t testing.TB, document []byte) {
	t.Helper()
	for _, s := range []*validator.Schema{c.open, c.strict} {
		if err := s.Validate(read(t, document)); err != nil {
			t.Errorf("%s: %v\n%s", c.file, err, document)
		}
	}
}

// Refuses fails if the published schema lets a document pass.
func (c Check) Refuses(t testing.TB, document []byte) {
	t.Helper()
	if c.open.Validate(read(t, document)) == nil {
		t.Errorf("%s lets pass: %s", c.file, document)
	}
}

func read(t testing.TB, document []byte) any {
	t.Helper()
	doc, err := validator.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	return doc
}

func compiled(t testing.TB, schema []byte) *validator.Schema {
	t.Helper()
	c := validator.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", read(t, schema)); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}
