package config

import (
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"
)

// MapFiles are paths of screen maps, or names of built-in ones.
type MapFiles []string

// UnmarshalYAML reads one path or a list of them.
func (f *MapFiles) UnmarshalYAML(n ast.Node) error {
	if n.Type() == ast.SequenceType {
		var list []string
		if err := yaml.NodeToValue(n, &list); err != nil {
			return err
		}
		*f = list
		return nil
	}
	var one string
	if err := yaml.NodeToValue(n, &one); err != nil {
		return err
	}
	*f = MapFiles{one}
	return nil
}

// JSONSchema describes them for editors.
func (MapFiles) JSONSchema() *jsonschema.Schema {
	path := &jsonschema.Schema{Type: "string", MinLength: ptr(uint64(1))}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{path, {Type: "array", Items: path, MinItems: ptr(uint64(1)), MaxItems: ptr(uint64(50))}}}
}

func ptr[T any](v T) *T { return &v }
