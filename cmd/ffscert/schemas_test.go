package main

import (
	"fmt"
	"os"
	"path"
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/doctor"
	"ffscert/reports/schematest"
	"ffscert/reports/trends"
)

// schemas are the types of what commands say with --json, by the name of their
// schema. What others write has its schema beside it: matrix.json, events,
// manifests of packets, audits of consent.
func schemas() map[string]any {
	return map[string]any{
		"apps": &listedModels{}, "check": &checked{}, "code": &shownCode{}, "codes": &listedCodes{}, "consent-diff": &diffedScreens{}, "coverage": &coverage{},
		"doctor": &doctor.Report{}, "items": &listedItems{}, "packet-build": &builtPacket{}, "packet-verify": &verifiedPacket{}, "plan": &shownPlan{},
		"plans": &listedPlans{}, "runs": &history{}, "runs-compared": &comparedRuns{}, "screens": &listedMaps{}, "screens-check": &checkedMaps{},
		"version": &shownVersion{}, "virtual": &ready{},
	}
}

func schemaOf(name string) schematest.Published {
	comments := map[string]string{"ffscert/cmd/ffscert": "./"}
	for _, dir := range []string{"cmd/internal/explain", "drivers/doctor", "drivers/screen", "features/certification", "reports/journal", "reports/matrix", "reports/packet", "reports/trends", "steps/checks/consent", "steps/suite"} {
		comments[path.Join("ffscert", dir)] = "../../" + dir
	}
	return schematest.Published{
		File: "schemas/" + name + ".schema.json", Title: "ffscert/" + name + "/v1", Types: []any{schemas()[name]}, Comments: comments,
		Enums: map[reflect.Type][]string{
			reflect.TypeFor[trends.Kind]():   {string(trends.NewlyFailing), string(trends.Worse), string(trends.Slower), string(trends.Fixed), string(trends.Better), string(trends.Faster), string(trends.OnlyNow), string(trends.OnlyBefore)},
			reflect.TypeFor[doctor.Status](): {string(doctor.OK), string(doctor.Warning), string(doctor.Error)},
		},
		Fix: func(_ any, s *jsonschema.Schema) {
			field, _ := s.Properties.Get("schema")
			field.Const = "ffscert/" + name + "/v1"
		},
	}
}

func TestThePublishedSchemasAreCurrent(t *testing.T) {
	page, err := os.ReadFile("schemas/README.md")
	require.NoError(t, err)
	for name := range schemas() {
		schemaOf(name).IsCurrent(t, *update)
		require.Contains(t, string(page), "("+name+".schema.json)", "README.md does not link to it")
	}
	files, err := os.ReadDir("schemas")
	require.NoError(t, err)
	require.Len(t, files, len(schemas())+1, "a schema is of nothing that is said")
}

// cmdSpeaks holds a file against the published schema of that name, and against a
// strict one, which knows every field:
//
//	speaks runs stdout
func cmdSpeaks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || schemas()[args[0]] == nil {
		ts.Fatalf("usage: speaks SCHEMA FILE")
	}
	schemaOf(args[0]).Check(inScript{ts: ts}).Valid(inScript{ts: ts}, []byte(ts.ReadFile(args[1])))
}

// inScript is a test as a script's command has it.
type inScript struct {
	testing.TB
	ts *testscript.TestScript
}

func (inScript) Helper()                             {}
func (s inScript) Fatal(args ...any)                 { s.ts.Fatalf("%s", fmt.Sprint(args...)) }
func (s inScript) Fatalf(format string, args ...any) { s.ts.Fatalf(format, args...) }
func (s inScript) Errorf(format string, args ...any) { s.ts.Fatalf(format, args...) }
