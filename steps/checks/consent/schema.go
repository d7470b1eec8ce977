package consent

import (
	"bytes"
	_ "embed"
)

//go:embed consent.schema.json
var schemaJSON []byte

// JSONSchema is the JSON Schema of a [Report], as it is published. It lets
// fields pass that it does not know, because fields may be added to v1.
func JSONSchema() []byte { return bytes.Clone(schemaJSON) }
