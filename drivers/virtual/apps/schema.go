package apps

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// JSONSchema is the JSON Schema of a model, for editors.
func JSONSchema() ([]byte, error) {
	r := &jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: false, ExpandedStruct: false}
	s := r.Reflect(&Model{})
	s.ID = "https://ffscert.invalid/schemas/app-v1.json"
	s.Title = "ffscert app model"
	s.Definitions["Action"] = (&jsonschema.Reflector{FieldNameTag: "yaml", DoNotReference: true}).Reflect(&Action{})
	s.Definitions["Action"].Version = ""
	return json.MarshalIndent(s, "", "  ")
}
