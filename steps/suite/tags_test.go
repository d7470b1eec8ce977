package suite

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTagExpressions(t *testing.T) {
	for _, c := range []struct {
		expr string
		tags string
		want bool
	}{
		{"@wss", "@wss @slow", true},
		{"@wss", "@zss", false},
		{"not @slow", "@wss", true},
		{"not not @slow", "@slow", true},
		{"@wss and not (@slow or @attended)", "@wss", true},
		{"@wss and not (@slow or @attended)", "@wss @attended", false},
		{"@a or @b and @c", "@a", true}, // and binds tighter than or
		{"(@a or @b) and @c", "@a", false},
		{`@name\ with\ spaces`, "@x", false},
		{`@paren\(s\)`, "@paren(s)", true},
		{"@case:3P2-DE-02", "@case:3P2-DE-02", true},
	} {
		e, err := ParseTags(c.expr)
		require.NoError(t, err, c.expr)
		require.Equal(t, c.want, e.Match(strings.Fields(c.tags)), "%s on %s", c.expr, c.tags)
	}
}

func TestWrongTagExpressionsSayWhere(t *testing.T) {
	for expr, want := range map[string]string{
		"":                                 "it is empty",
		"   ":                              "it is empty",
		"wss":                              `character 1: "wss" is no tag`,
		"@a @b":                            `character 4: "@b" is too much here`,
		"@a and":                           "a tag is missing at the end",
		"and @a":                           `character 1: a tag is expected, not "and"`,
		"(@a":                              "a closing parenthesis is missing",
		"@a)":                              `character 3: ")" is too much here`,
		"@a && @b":                         `"&&" is no tag`,
		"@a,@b or ~@c":                     `"~@c" is no tag`,
		`@a\`:                              "nothing follows the backslash",
		strings.Repeat("(", 100000) + "@a": "nested too deeply",
	} {
		_, err := ParseTags(expr)
		require.ErrorContains(t, err, want, "%.40q", expr)
		require.ErrorContains(t, err, "hint:")
	}
}

func FuzzParseTags(f *testing.F) {
	f.Add("@wss and not (@slow or @attended)")
	f.Add(`@a\ b or ((`)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseTags(text)
		if err == nil {
			e.Match([]string{"@a"})
		}
	})
}
