package suite

import (
	"strings"
	"testing"
	"unicode"

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
		// Cucumber's own test data.
		{`@x\(1\) or @y\(2\)`, "@y(2)", true},
		{`@x\\ or @y\\\) or @z\\`, `@x\`, true},
		{`@x\\ or @y\\\) or @z\\`, `@y\)`, true},
		{`@x\\ or @y\\\) or @z\\`, `@z\`, true},
		{`@x\\ or @y\\\) or @z\\`, `@x @y) @z`, false},
		{`@\\x or @y`, `@\x`, true},
		{"@x or(@y) ", "@y", true},
		{"not @a or @b and not @c or not @d or @e and @f", "@a @b @c @d @e", false},
		{"not @a or @b and not @c or not @d or @e and @f", "@a @d @e @f", true},
		{"not (@a and @b)", "@a", true},
		{"not(@a)and(not(@b))", "@c", true},
		{"\u00a0@a\tor\u3000@b\n", "@b", true},
		{"@日本語 and not @ä", "@日本語", true},
	} {
		e, err := ParseTags(c.expr)
		require.NoError(t, err, c.expr)
		require.Equal(t, c.want, e.Match(strings.Fields(c.tags)), "%s on %s", c.expr, c.tags)
	}
	e, err := ParseTags(`@x\  or @y`)
	require.NoError(t, err)
	require.True(t, e.Match([]string{"@x "}))
}

func TestWrongTagExpressionsSayWhere(t *testing.T) {
	for expr, want := range map[string]string{
		"":                                  "it is empty",
		"   ":                               "it is empty",
		"wss":                               `character 1: "wss" is no tag`,
		"@":                                 `character 1: "@" is no tag`,
		"@a @b":                             `character 4: and or or is expected, not "@b"`,
		"@a @b or":                          `character 4: and or or is expected, not "@b"`,
		"@a and (@b not)":                   `character 12: and, or or a closing parenthesis is expected, not "not"`,
		"@a and (@b @c) or":                 `character 12: and, or or a closing parenthesis is expected, not "@c"`,
		"@a and":                            "character 7: a tag is missing at the end",
		"@a not @b":                         `character 4: and or or is expected, not "not"`,
		"and @a":                            `character 1: a tag is expected, not "and"`,
		"or or":                             `character 1: a tag is expected, not "or"`,
		"@a and or":                         `character 8: a tag is expected, not "or"`,
		"()":                                `character 2: a tag is expected, not ")"`,
		"(@a":                               "character 1: a closing parenthesis is missing for this one",
		"( ( @a and @b )":                   "character 1: a closing parenthesis is missing for this one",
		"@a)":                               "character 3: no parenthesis was opened for this one",
		"( @a and @b ) )":                   "character 15: no parenthesis was opened for this one",
		"@a && @b":                          `character 4: "&&" is no tag: tags are combined with and, or and not`,
		"@a AND @b":                         `character 4: "AND" is written in lower case`,
		"@a,@b":                             "character 3: a comma does not combine tags",
		"(@a ,@b)":                          "character 5: a comma does not combine tags",
		"~@c":                               `"~@c" is no tag`,
		`@x or @\y or @z`:                   `character 9: a backslash stands before 'y'`,
		`@x\ or @y`:                         `character 8: and or or is expected, not "@y"`,
		`@a\`:                               "character 3: nothing follows the backslash",
		"@ä and ö":                          `character 8: "ö" is no tag`,
		strings.Repeat("(", 100000) + "@a":  "nested too deeply",
		strings.Repeat("not ", 1000) + "@a": "nested too deeply",
	} {
		_, err := ParseTags(expr)
		require.ErrorContains(t, err, want, "%.40q", expr)
		require.ErrorContains(t, err, "hint:")
		require.Less(t, len(err.Error()), 1000)
	}
}

// show writes an expression with all its parentheses.
func show(n tagNode) string {
	switch n := n.(type) {
	case tagNot:
		return "not ( " + show(n.of) + " )"
	case tagAnd:
		return "( " + show(n.a) + " and " + show(n.b) + " )"
	case tagOr:
		return "( " + show(n.a) + " or " + show(n.b) + " )"
	case tagLeaf:
		var b strings.Builder
		for _, r := range string(n) {
			if r == '(' || r == ')' || r == '\\' || unicode.IsSpace(r) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
		return b.String()
	}
	return "?"
}

// leaves are the tags of an expression.
func leaves(n tagNode) []string {
	switch n := n.(type) {
	case tagNot:
		return leaves(n.of)
	case tagAnd:
		return append(leaves(n.a), leaves(n.b)...)
	case tagOr:
		return append(leaves(n.a), leaves(n.b)...)
	case tagLeaf:
		return []string{string(n)}
	}
	return nil
}

func FuzzParseTags(f *testing.F) {
	for _, s := range []string{"@wss and not (@slow or @attended)", `@a\ b or ((`, `@x\\ or @y\\\) or @z\\`, "not(@a)and(not(@b))", "@ä\u00a0or @日本"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseTags(text)
		if err != nil {
			return
		}
		written := show(e.root)
		again, err := ParseTags(written)
		if err != nil {
			if strings.Contains(err.Error(), "nested too deeply") {
				return // parentheses that were not needed before
			}
			t.Fatalf("%q, written as %q: %v", text, written, err)
		}
		tags := leaves(e.root)
		for i := range min(1<<min(len(tags), 6), 64) {
			var on []string
			for j, tag := range tags {
				if i>>min(j, 5)&1 == 1 {
					on = append(on, tag)
				}
			}
			if e.Match(on) != again.Match(on) {
				t.Fatalf("%q and %q differ on %q", text, written, on)
			}
		}
	})
}
