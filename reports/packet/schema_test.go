package packet

import (
	"bytes"
	"flag"
	"testing"

	"github.com/invopop/jsonschema"

	"ffscert/reports/journal"
	"ffscert/reports/schematest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var published = schematest.Published{
	File: "manifest.schema.json", Title: "manifest.json of a packet: " + Schema, Types: []any{&Manifest{}},
	Comments: map[string]string{"ffscert/reports/packet": "./", "ffscert/reports/journal": "../journal", "ffscert/reports/matrix": "../matrix"},
	Fix: func(_ any, s *jsonschema.Schema) {
		field, _ := s.Properties.Get("schema")
		field.Const = Schema
	},
}

func TestThePublishedSchemaIsCurrent(t *testing.T) { published.IsCurrent(t, *update) }

func TestManifestsAreValid(t *testing.T) {
	check := published.Check(t)
	demo := good()
	demo.Demo = true
	yes := true
	each(&demo, func(r *journal.Record) {
		r.Header.Simulated = true
		r.Product = journal.Product{DeviceName: "x", Brand: "b", PartnerApp: &yes, SDK: &journal.SDK{Integrated: true}, Note: "n", DeviceType: "light"}
		r.Derivative = "product"
	})
	running := good()
	running.Runs[0].Record.State = journal.Running
	for _, in := range []Input{good(), demo, running} {
		for _, e := range entriesOf(t, build(t, in)) {
			if e.name != manifestName {
				continue
			}
			check.Valid(t, e.data)
			for was, is := range map[string]string{`"ffscert/packet/v1"`: `"ffscert/packet/v2"`, `"verdict": "passed"`: `"verdict": "splendid"`, `"files": [`: `"files": null, "x": [`, `"sha256": "`: `"sha256x": "`} {
				if changed := bytes.Replace(e.data, []byte(was), []byte(is), 1); !bytes.Equal(changed, e.data) {
					check.Refuses(t, changed)
				}
			}
		}
	}
}
