package config

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed ffscert.schema.json
var schemaJSON []byte

// Schema is the JSON Schema (draft 2020-12) of ffscert.yaml, for editors. It
// is generated from the types of this package.
func Schema() []byte { return bytes.Clone(schemaJSON) }

// schemaURL stands for the embedded schema; nothing is fetched.
const schemaURL = "ffscert.schema.json"

// durationPattern is the schema's for what [time.ParseDuration] reads.
const durationPattern = `^([0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h))+$`

const durationHint = "write a number and a unit: 500ms, 60s, 5m"

// schema reports where the document departs from the schema.
func (t *tree) schema() {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		panic("the embedded schema is broken: " + err.Error())
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaURL, doc); err != nil {
		panic("the embedded schema is broken: " + err.Error())
	}
	compiled, err := compiler.Compile(schemaURL)
	if err != nil {
		panic("the embedded schema is broken: " + err.Error())
	}
	err = compiled.Validate(t.root)
	if ve, ok := err.(*jsonschema.ValidationError); ok {
		t.departures(ve, doc)
	} else if err != nil {
		t.report(err.Error(), "")
	}
}

// departures walks the tree of a validation error down to its leaves.
func (t *tree) departures(e *jsonschema.ValidationError, doc any) {
	switch k := e.ErrorKind.(type) {
	case *kind.OneOf:
		t.branch(e, k, doc)
		return
	case *kind.Required:
		for _, key := range k.Missing {
			t.report("is missing", firstSentence(described(property(subschema(doc, e.SchemaURL), key))), child(e.InstanceLocation, key)...)
		}
		return
	case *kind.AdditionalProperties:
		known := slices.Sorted(maps.Keys(properties(subschema(doc, e.SchemaURL))))
		for _, key := range k.Properties {
			t.unknown(child(e.InstanceLocation, key), key, known)
		}
		return
	}
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			t.departures(cause, doc)
		}
		return
	}
	text, hint := departure(e.ErrorKind, subschema(doc, e.SchemaURL))
	if n := len(e.InstanceLocation); n > 0 && isSecret(e.InstanceLocation[n-1]) {
		return // said already, without its value
	}
	t.report(text, hint, e.InstanceLocation...)
}

// branch picks, of alternatives that all fail, the one that was meant: that of
// the right type.
func (t *tree) branch(e *jsonschema.ValidationError, k *kind.OneOf, doc any) {
	for _, cause := range e.Causes {
		if !wrongType(cause, len(e.InstanceLocation)) {
			t.departures(cause, doc)
			return
		}
	}
	if at := e.InstanceLocation; len(at) == 2 && at[0] == "screens" {
		t.report("must be the path of a screen map, or a list of them", "", at...)
		return
	}
	t.report("must be alexa or a mapping", "leave it away to switch the plugs in the Alexa app", e.InstanceLocation...)
}

func wrongType(e *jsonschema.ValidationError, depth int) bool {
	if _, ok := e.ErrorKind.(*kind.Type); ok && len(e.InstanceLocation) == depth {
		return true
	}
	return slices.ContainsFunc(e.Causes, func(c *jsonschema.ValidationError) bool { return wrongType(c, depth) })
}

func (t *tree) unknown(at []string, key string, known []string) {
	if isSecret(key) {
		return // said already
	}
	hint := "known here: " + strings.Join(known, ", ")
	if len(t.problems) > maxProblems {
		hint = "" // nobody will read it
	} else if k := nearest(key, known); k != "" {
		hint = "did you mean " + k + "?"
	}
	t.report("unknown key", hint, at...)
}

// departure says in words what a keyword of the schema found.
func departure(k jsonschema.ErrorKind, schema map[string]any) (text, hint string) {
	if schema["pattern"] == durationPattern {
		switch k := k.(type) {
		case *kind.Type:
			return "is " + typeName(k.Got) + ", must be a duration", durationHint
		case *kind.Pattern:
			if strings.HasPrefix(k.Got, "-") {
				return quote(k.Got) + " is negative", durationHint
			}
			return quote(k.Got) + " is not a duration", durationHint
		}
	}
	switch k := k.(type) {
	case *kind.Type:
		want := make([]string, len(k.Want))
		for i, w := range k.Want {
			want[i] = typeName(w)
		}
		if k.Got == "null" {
			return "is empty, must be " + strings.Join(want, " or "), ""
		}
		if slices.Contains(k.Want, "string") && k.Got != "object" && k.Got != "array" {
			hint = "put it in quotes"
		}
		return "is " + typeName(k.Got) + ", must be " + strings.Join(want, " or "), hint
	case *kind.Enum:
		if s, ok := k.Got.(string); ok && slices.Contains(notYet, s) && slices.Contains(k.Want, any(string(PowerAlexa))) {
			return quote(s) + " is not supported yet", "use alexa, or command_on and command_off"
		}
		want := make([]string, len(k.Want))
		for i, w := range k.Want {
			if want[i] = fmt.Sprint(w); want[i] == "" {
				want[i] = "empty"
			}
		}
		return "is " + given(k.Got) + ", must be " + alternatives(want), ""
	case *kind.Minimum:
		return "is " + decimal(k.Got) + ", must be at least " + decimal(k.Want), ""
	case *kind.Maximum:
		return "is " + decimal(k.Got) + ", must be at most " + decimal(k.Want), ""
	case *kind.MinLength, *kind.MinItems:
		return "is empty", firstSentence(described(schema))
	case *kind.MaxLength:
		return fmt.Sprintf("is longer than %d characters", k.Want), ""
	case *kind.MaxItems:
		return fmt.Sprintf("has %d entries, at most %d are read", k.Got, k.Want), ""
	case *kind.Pattern:
		return quote(k.Got) + " has characters that are not allowed here", firstSentence(described(schema))
	}
	return k.LocalizedString(message.NewPrinter(language.English)), ""
}

// given is a value of the file as it is repeated in a message.
func given(v any) string {
	if s, ok := v.(string); ok {
		return quote(s)
	}
	return shorten(fmt.Sprint(v))
}

// decimal is a number as people write it.
func decimal(r *big.Rat) string {
	if r.IsInt() {
		return shorten(r.Num().String())
	}
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func alternatives(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// typeName is JSON Schema's type in the words of somebody who writes YAML.
func typeName(t string) string {
	switch t {
	case "string":
		return "text"
	case "number":
		return "a number"
	case "integer":
		return "a whole number"
	case "boolean":
		return "true or false"
	case "array":
		return "a list"
	case "object":
		return "a mapping"
	case "null":
		return "empty"
	}
	return t
}

// subschema is the part of the schema that an error's URL points to.
func subschema(doc any, url string) map[string]any {
	_, fragment, _ := strings.Cut(url, "#")
	for token := range strings.SplitSeq(strings.TrimPrefix(fragment, "/"), "/") {
		if token == "" {
			continue
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch d := doc.(type) {
		case map[string]any:
			doc = d[token]
		case []any:
			var i int
			if _, err := fmt.Sscan(token, &i); err != nil || i < 0 || i >= len(d) {
				return nil
			}
			doc = d[i]
		default:
			return nil
		}
	}
	m, _ := doc.(map[string]any)
	return m
}

func properties(schema map[string]any) map[string]any {
	m, _ := schema["properties"].(map[string]any)
	return m
}

func property(schema map[string]any, key string) map[string]any {
	m, _ := properties(schema)[key].(map[string]any)
	return m
}

func described(schema map[string]any) string {
	s, _ := schema["description"].(string)
	return s
}

// firstSentence is a description as a hint.
func firstSentence(s string) string {
	s, _, _ = strings.Cut(s, ". ")
	return strings.TrimSuffix(s, ".")
}
