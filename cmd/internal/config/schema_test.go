package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// generated is the schema of the types as they are.
func generated(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		ExpandedStruct:             true,
		Anonymous:                  true,
	}
	if err := r.AddGoComments("ffscert/cmd/internal/config", ".", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	r.LookupComment = func(typ reflect.Type, name string) string {
		id := typ.PkgPath() + "." + typ.Name()
		if name == "" {
			return paragraph(r.CommentMap[id])
		}
		comment := paragraph(r.CommentMap[id+"."+name])
		if f, ok := typ.FieldByName(name); ok {
			if key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); key != "" {
				comment = strings.Replace(comment, name, key, 1)
			}
		}
		return comment
	}
	duration := func() *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Pattern: durationPattern, Examples: []any{"60s"}}
	}
	word := func() *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Enum: []any{string(PowerAlexa)}}
	}
	// Types with a word as a short form: the word, or the mapping.
	short := map[reflect.Type]bool{reflect.TypeFor[Power](): true, reflect.TypeFor[Socket](): true}
	r.Mapper = func(typ reflect.Type) *jsonschema.Schema {
		if typ == reflect.TypeFor[time.Duration]() {
			return duration()
		}
		if typ.Kind() == reflect.Uint64 { // a seed; those of the file are int64
			return &jsonschema.Schema{Type: "integer", Minimum: "0", Maximum: "9223372036854775807"}
		}
		if short[typ] {
			delete(short, typ) // the mapping itself, next time
			inner := r.ReflectFromType(typ)
			short[typ] = true
			inner.Version = ""
			inner.Definitions = nil
			return &jsonschema.Schema{OneOf: []*jsonschema.Schema{word(), inner}}
		}
		return nil
	}
	s := r.Reflect(&Config{})
	s.Title = "ffscert.yaml"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// paragraph is a Go comment as editors show it: in one line, without the links
// of Go's documentation.
func paragraph(comment string) string {
	return strings.NewReplacer("\n", " ", "[", "", "]", "").Replace(comment)
}

func TestSchemaIsCurrent(t *testing.T) {
	got := generated(t)
	if *update {
		if err := os.WriteFile("ffscert.schema.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(got, Schema()) {
		t.Error("ffscert.schema.json is not what the types say: run go test ./cmd/internal/config -update")
	}
}
