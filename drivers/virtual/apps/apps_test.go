package apps_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ffscert/drivers/virtual/apps"
)

var update = flag.Bool("update", false, "write app.schema.json anew")

func TestBuiltinModelsLoad(t *testing.T) {
	for _, want := range []string{"alexa-2023.23", "alexa-2021", "alexa-2024.16", "partner-demo", "browser", "system-dialogs", "launcher", "settings"} {
		if !slices.Contains(apps.Builtin(), want) {
			t.Errorf("no %s among %v", want, apps.Builtin())
		}
	}
	for _, name := range apps.Builtin() {
		m, err := apps.Load(name, apps.DefaultVocabulary())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.HasPrefix(name, "alexa") && (m.Package != "com.amazon.dee.app" || m.Activity != "com.amazon.dee.app.Launcher") {
			t.Errorf("%s is %s", name, m)
		}
	}
}

// small is a model that is right, and as short as possible.
const small = `schema: ffscert/app/v1
package: com.example.app
activity: com.example.app.Main
version_name: "1"
version_code: 1
label: Example
start: [{screen: main}]
screens:
  main:
    body:
      class: android.widget.LinearLayout
      children:
        - {class: android.widget.Button, text: "Hello {device.name}", when: device.kind is plug, tap: {do: open, screen: main}}
`

func TestAModelOfOnesOwn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := apps.Load(file, apps.DefaultVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	button := m.Screens["main"].Body.Children[0]
	if button.Tap[0].Do != "open" || button.When[0] != (apps.Condition{Field: "device.kind", Op: apps.OpIs, Value: "plug"}) {
		t.Fatalf("%+v", button)
	}
}

func TestWhatIsWrongIsSaidWithFileLineAndField(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		line           int
		field, message string
	}{
		{"unknown key", "label:", "lable:", 6, "", "lable"},
		{"wrong type", "version_code: 1", "version_code: one", 5, "", "int"},
		{"unknown key of an element", "text: \"Hello", "txt: \"Hello", 13, "", "txt"},
		{"unknown key of an action", "screen: main}}", "scren: main}}", 13, "", "scren"},
		{"unknown action", "do: open", "do: opne", 13, "screens.main.body.children[0].tap[0]", `"opne" is no action`},
		{"unknown screen", "tap: {do: open, screen: main}", "tap: {do: open, screen: other}", 13, "screens.main.body.children[0].tap[0].screen", `no screen "other"`},
		{"unknown start", "[{screen: main}]", "[{screen: nil}]", 7, "start[0].screen", `no screen "nil"`},
		{"unknown field", "{device.name}", "{device.nme}", 13, "screens.main.body.children[0].text", `"device.nme" is no field`},
		{"unknown field of a condition", "device.kind is plug", "device.sort is plug", 13, "screens.main.body.children[0].when[0]", `"device.sort" is no field`},
		{"not a condition", "device.kind is plug", "device.kind == plug", 13, "", "field op value"},
		{"wrong schema", "app/v1", "app/v9", 1, "schema", "ffscert/app/v1"},
		{"no package", "com.example.app\n", "app\n", 2, "package", "not an Android package"},
		{"wrong size", "text: \"Hello", "width: wide, text: \"Hello", 13, "", "fill, wrap"},
		{"wrong distances", "text: \"Hello", "pad: [1, 2, 3], text: \"Hello", 13, "", "3 distances"},
		{"wrong colour", "text: \"Hello", "look: {background: red}, text: \"Hello", 13, "screens.main.body.children[0].look.background", "#rrggbb"},
		{"wrong layout", "text: \"Hello", "layout: grid, text: \"Hello", 13, "screens.main.body.children[0].layout", "column, row, stack"},
		{"unknown part", "{class: android.widget.Button, text: \"Hello {device.name}\", when: device.kind is plug, tap: {do: open, screen: main}}", "{use: bar}", 13, "screens.main.body.children[0].use", `no part "bar"`},
		{"not YAML", "start: [", "start: [[", 0, "", ""},
		{"a key twice", "label: Example", "label: Example\nlabel: Again", 7, "", "already defined"},
		{"two documents", "schema:", "---\na: 1\n---\nschema:", 0, "", "one YAML document"},
		{"alias", "label: Example", "label: &a Example\nnote: *a", 6, "", "parts"},
		{"empty", small, "", 0, "", "one YAML document"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(small, c.old) {
				t.Fatalf("%q is not in the model", c.old)
			}
			_, err := apps.Parse("mine.yaml", []byte(strings.Replace(small, c.old, c.new, 1)), apps.DefaultVocabulary())
			var e *apps.Error
			if !errors.As(err, &e) {
				t.Fatalf("%v is no *apps.Error", err)
			}
			if e.File != "mine.yaml" || c.line != 0 && e.Line != c.line || e.Field != c.field || !strings.Contains(e.Message, c.message) {
				t.Fatalf("%+v", e)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %s", err)
			}
		})
	}
}

func TestAPartMustNotContainItself(t *testing.T) {
	model := small + "parts:\n  a: {children: [{use: b}]}\n  b: {children: [{use: a}]}\n"
	if _, err := apps.Parse("mine.yaml", []byte(model), apps.DefaultVocabulary()); err == nil || !strings.Contains(err.Error(), "contains itself") {
		t.Fatal(err)
	}
}

func TestLoadSaysWhatThereIs(t *testing.T) {
	if _, err := apps.Load("alexa-1999", apps.DefaultVocabulary()); err == nil || !strings.Contains(err.Error(), "alexa-2023.23") {
		t.Fatal(err)
	}
	if _, err := apps.Load(filepath.Join(t.TempDir(), "none.yaml"), apps.DefaultVocabulary()); !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		condition, value string
		holds            bool
	}{
		{"a.b is x", "x", true}, {"a.b is x", "y", false}, {"a.b is_not x", "y", true}, {"a.b is", "", true}, {"a.b is_not", "", false},
		{"a.b in x, y", "y", true}, {"a.b in x, y", "z", false}, {"a.b not_in x, y", "z", true}, {"a.b is two words", "two words", true},
	} {
		cond, err := apps.ParseCondition(c.condition)
		if err != nil {
			t.Fatal(err)
		}
		if cond.Holds(c.value) != c.holds {
			t.Errorf("%q with %q", c.condition, c.value)
		}
	}
}

// The schema is what editors use; it must accept what is shipped.
func TestSchema(t *testing.T) {
	want, err := apps.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("app.schema.json", append(want, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("app.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want)) {
		t.Error("app.schema.json is out of date: go test ./drivers/virtual/apps -update")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("app.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("app.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(source []byte) error {
		j, err := yaml.YAMLToJSON(source)
		if err != nil {
			return err
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
		if err != nil {
			return err
		}
		return schema.Validate(v)
	}
	for _, name := range apps.Builtin() {
		source, err := apps.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, wrong := range [][2]string{{"label:", "lable:"}, {"do: open", "done: open"}, {"class: android.widget.Button", "clas: x"}, {"is plug", "== plug"}} {
		if valid([]byte(strings.Replace(small, wrong[0], wrong[1], 1))) == nil {
			t.Errorf("the schema accepts %q", wrong[1])
		}
	}
	if !json.Valid(want) {
		t.Error("the schema is not JSON")
	}
}

func TestLanguages(t *testing.T) {
	v := apps.DefaultVocabulary()
	with := func(languages string) (*apps.Model, error) {
		return apps.Parse("x.yaml", []byte(small+"\nlanguages:\n"+languages), v)
	}
	m, err := with("  de: {\"{device.name} here\": \"hier {device.name}\", Edit: Bearbeiten}\n  pt-BR: {Edit: Editar}\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{{"de-DE", "Edit", "Bearbeiten"}, {"de_AT", "Edit", "Bearbeiten"}, {"en-US", "Edit", "Edit"}, {"pt-PT", "Edit", "Edit"},
		{"pt-BR", "Edit", "Editar"}, {"de", "{device.name} here", "hier {device.name}"}, {"de", "", ""}, {"", "Edit", "Edit"}} {
		if got := m.Say(c[0], c[1]); got != c[2] {
			t.Errorf("%s: %q is %q", c[0], c[1], got)
		}
	}
	for languages, want := range map[string]string{
		"  german: {a: b}\n":                    "is no language",
		"  de: {\"{device.name}\": \"name\"}\n": "uses the fields",
		"  de: [a]\n":                           "x.yaml:",
	} {
		if _, err := with(languages); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", languages, err)
		}
	}
	if apps.ForPeople("device.name") || apps.ForPeople("card.device") || !apps.ForPeople("card.title") {
		t.Error("names are not translated, titles are")
	}
}

// Every word of the vocabulary is in the document that explains models.
func TestTheDocumentNamesEveryWord(t *testing.T) {
	doc, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	v := apps.DefaultVocabulary()
	for name, spec := range v.Actions {
		if !bytes.Contains(doc, []byte("| `"+name+"`")) {
			t.Errorf("README.md lacks the action\n| `%s` | | %s |", name, spec.Doc)
		}
	}
	for name, text := range v.Fields {
		if !bytes.Contains(doc, []byte("| `"+name)) {
			t.Errorf("README.md lacks the field\n| `%s` | %s |", name, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("screens: {a: {body: {pad: [1], children: [{use: x}]}}}"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("start: {\n- [}"))
	for _, name := range apps.Builtin() {
		b, err := apps.Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	v := apps.DefaultVocabulary()
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := apps.Parse("x.yaml", b, v)
		var e *apps.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil {
			m.AllActions()
		}
	})
}

func TestFill(t *testing.T) {
	field := func(name string) string {
		if name == "empty" {
			return ""
		}
		return "<" + name + ">"
	}
	for in, want := range map[string]string{
		"": "", "Hello": "Hello", "{a}": "<a>", "Hello {device.name}!": "Hello <device.name>!", "{a}{b} c": "<a><b> c",
		"{empty}": "", "{empty} x": " x", "{}": "<>", "{a{b}": "{a<b>", "a}b": "a}b", "}{a}}": "}<a>}", "{a": "{a", "{{a}}": "{<a>}", "é{ü}日": "é<ü>日",
	} {
		if got := apps.Fill(in, field); got != want {
			t.Errorf("%q became %q instead of %q", in, got, want)
		}
	}
}
