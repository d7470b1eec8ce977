package matrix

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

var update = flag.Bool("update", false, "write the golden files anew")

const schemaFile = "matrix.schema.json"

func enum[T ~string](values ...T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}

// reflected is the schema of [Matrix] as its types say it.
func reflected(t *testing.T, open bool) []byte {
	t.Helper()
	r := &jsonschema.Reflector{
		AllowAdditionalProperties: open,
		Anonymous:                 true,
		Mapper: func(of reflect.Type) *jsonschema.Schema {
			switch of {
			case reflect.TypeFor[certification.Verdict]():
				return enum(certification.Passed, certification.Failed, certification.Warning, certification.Review, certification.Blocked,
					certification.NotRun, certification.NotApplicable, certification.Waived)
			case reflect.TypeFor[certification.Cause]():
				return enum(append(causes[:], "")...)
			case reflect.TypeFor[certification.Method]():
				return enum(certification.Automated, certification.Evidence, certification.Attended)
			case reflect.TypeFor[certification.Severity]():
				return enum(certification.SeverityFail, certification.SeverityReview, certification.SeverityWarning, certification.SeverityInfo)
			case reflect.TypeFor[journal.State]():
				return enum(journal.Running, journal.Finished, journal.Interrupted)
			}
			return nil
		},
	}
	for base, path := range map[string]string{"ffscert/reports/matrix": "./", "ffscert/reports/journal": "../journal", "ffscert/features/certification": "../../features/certification"} {
		if err := r.AddGoComments(base, path); err != nil {
			t.Fatal(err)
		}
	}
	s := r.Reflect(&Matrix{})
	s.Title = "matrix.json of ffscert: " + Schema
	if p, ok := s.Definitions["Matrix"].Properties.Get("schema"); ok {
		p.Const = Schema
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func TestThePublishedSchemaIsCurrent(t *testing.T) {
	want := reflected(t, true)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(JSONSchema(), want) {
		t.Errorf("%s is not what the types say; -update writes it anew", schemaFile)
	}
}

func compile(t *testing.T, schema []byte) *validator.Schema {
	t.Helper()
	doc, err := validator.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("matrix.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("matrix.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate holds a matrix against the published schema and against the strict
// one, which knows every field.
func validate(t *testing.T, m Matrix) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
		t.Fatal(err)
	}
	for _, open := range []bool{true, false} {
		doc, err := validator.UnmarshalJSON(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := compile(t, reflected(t, open)).Validate(doc); err != nil {
			t.Errorf("%v\n%s", err, b.String())
		}
	}
}

func TestMatricesAreValid(t *testing.T) {
	for name, run := range map[string]journal.Record{
		"empty":   {State: journal.Running},
		"passed":  run(20, "pppppppppppppppppppp"),
		"failed":  run(20, "pppfbbfffr"),
		"nothing": run(20, ""),
	} {
		t.Run(name, func(t *testing.T) { validate(t, Of(run)) })
	}
	rich := run(2, "pf")
	rich.Plan.Cases = append(rich.Plan.Cases, certification.Case{ID: "left-out", Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}})
	rich.Scopes = append(rich.Scopes, journal.Scope{Case: certification.LocalCase, Required: 1, Scenarios: []string{"l"}})
	rich.Testbeds = []journal.Testbed{{Name: "b", Simulated: true}}
	a := &rich.Attempts[0]
	a.SetupTime = &certification.Bracket{Value: 2, Lo: 1, Hi: 3}
	a.Phases = []certification.Phase{{Name: "x", Seconds: 1}}
	a.Findings = []certification.Finding{{Rule: "R", Severity: certification.SeverityInfo, Message: "m"}}
	validate(t, Of(rich))
}

func TestTheSchemaRefusesWhatIsNoMatrix(t *testing.T) {
	s := compile(t, JSONSchema())
	for name, change := range map[string]func(map[string]any){
		"another schema": func(m map[string]any) { m["schema"] = "ffscert/matrix/v2" },
		"no summary":     func(m map[string]any) { delete(m, "summary") },
		"a new verdict":  func(m map[string]any) { m["summary"].(map[string]any)["verdict"] = "splendid" },
		"null cases":     func(m map[string]any) { m["cases"] = nil },
		"a wrong time":   func(m map[string]any) { m["run"].(map[string]any)["started_utc"] = "yesterday" },
	} {
		var b bytes.Buffer
		if err := Write(&b, Of(run(1, "p"))); err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(any(doc)); err != nil {
			t.Fatal(err)
		}
		change(doc)
		if s.Validate(any(doc)) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
