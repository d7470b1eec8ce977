package yamlat

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const text = `name: Ada
list:
  - {case: A}
  - case: B
    deep:
      deeper: 1
`

type form struct {
	Name string `yaml:"name"`
	List []struct {
		Case string         `yaml:"case"`
		Deep map[string]int `yaml:"deep"`
	} `yaml:"list"`
}

func TestWhereAFieldStands(t *testing.T) {
	f, ok := Parse("f.yaml", []byte(text))
	require.True(t, ok)
	var in form
	require.True(t, f.Decode(&in))
	require.Equal(t, "B", in.List[1].Case)
	for field, want := range map[string]int{"name": 1, "list[0].case": 3, "list[1].deep.deeper": 6, "list[1].deep.nothing": 6, "list[1].missing": 4, "list[7].case": 3, "unknown": 0, "": 0, "list[": 3, "]": 0} {
		require.Equal(t, want, f.Line(field), field)
	}
	f.Add("list[1].case", "%q is wrong", "B")
	f.Add("", "all of it is")
	require.Equal(t, `f.yaml:4: list[1].case: "B" is wrong`, f.Problems[0].String())
	require.Equal(t, "f.yaml: all of it is", f.Problems[1].String())
}

func TestWhatIsNoSuchFile(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"no YAML":          {"a: [", "f.yaml:1: "},
		"an unknown field": {"name: Ada\nnmae: Bob\n", "f.yaml:2: unknown field"},
		"another kind":     {"name: Ada\nlist: 3\n", "f.yaml:2: "},
	} {
		f, ok := Parse("f.yaml", []byte(tc.text))
		if ok {
			ok = f.Decode(&form{})
		}
		require.False(t, ok, name)
		require.Len(t, f.Problems, 1, name)
		require.Contains(t, f.Problems[0].String(), tc.want, name)
		require.NotContains(t, f.Problems[0].String(), "\n", name)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{text, "a: [", "{", "- - -", "a: &a *a", "\x00", strings.Repeat("[", 50)} {
		f.Add(s, "list[0].case")
	}
	f.Fuzz(func(t *testing.T, data, field string) {
		if len(data) > 4000 || len(field) > 200 {
			return
		}
		in, ok := Parse("f.yaml", []byte(data))
		if ok {
			in.Decode(&form{})
		}
		if line := in.Line(field); line < 0 {
			t.Error(line)
		}
	})
}
