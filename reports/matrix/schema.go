package matrix

import _ "embed"

//go:embed matrix.schema.json
var schemaJSON []byte

// JSONSchema is the JSON Schema of matrix.json, as it is published. It lets
// fields pass that it does not know, because fields may be added to v1.
func JSONSchema() []byte { return append([]byte(nil), schemaJSON...) }
