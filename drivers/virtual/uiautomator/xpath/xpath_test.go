package xpath

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree is written as one element a line, indented; "name id a=b" has the
// attributes id and a.
func tree(text string) *Node {
	doc := &Node{}
	stack := []*Node{doc}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		depth := len(line) - len(strings.TrimLeft(line, " "))
		f := strings.Fields(line)
		attrs := []Attr{{"id", f[1]}}
		for _, a := range f[2:] {
			k, v, _ := strings.Cut(a, "=")
			attrs = append(attrs, Attr{k, strings.ReplaceAll(v, "_", " ")})
		}
		n := &Node{Name: f[0], Parent: stack[depth], Attributes: func() []Attr { return attrs }, Data: f[1]}
		stack[depth].Children = append(stack[depth].Children, n)
		stack = append(stack[:depth+1], n)
	}
	doc.Number()
	return doc
}

const sample = `
r r
 a a1 n=1 t=one on=true
  b b1 t=x
  b b2 t=y
  c c1 t=_x__y_
 a a2 n=2 t=two on=false
  b b3 t=x
   b b4 t=y
 d d1 n=10 t=Three
`

func ids(t *testing.T, x string, from func(*Node) *Node) string {
	t.Helper()
	e, err := Compile(x)
	require.NoError(t, err, x)
	at := tree(sample)
	if from != nil {
		at = from(at)
	}
	nodes, err := e.Select(context.Background(), at)
	require.NoError(t, err, x)
	var out []string
	for _, n := range nodes {
		out = append(out, n.Data.(string))
	}
	return strings.Join(out, " ")
}

func TestSelect(t *testing.T) {
	for x, want := range map[string]string{
		"/r": "r", "/*": "r", "//b": "b1 b2 b3 b4", "/r/a/b": "b1 b2 b3", "/": "", "//nothing": "", "r/a": "a1 a2", "*": "r", ".//c": "c1",
		// Positions count from each node for itself, along the axis.
		"//b[1]": "b1 b3 b4", "(//b)[1]": "b1", "//b[2]": "b2", "(//b)[last()]": "b4", "//b[last()]": "b2 b3 b4", "(//b)[position()<3]": "b1 b2",
		"//a/b[@t='y'][1]": "b2", "//*[@t='y'][1]": "b2 b4", "(//*[@t='y'])[2]": "b4", "//a[2]/b[1]": "b3", "//b[position()=last()-1]": "b1",
		"//*[@id='c1']/preceding-sibling::b[1]": "b2", "//*[@id='c1']/preceding-sibling::b[last()]": "b1", "(//*[@id='c1']/preceding-sibling::b)[1]": "b1",
		"//*[@id='b4']/ancestor::*[1]": "b3", "//*[@id='b4']/ancestor::*[last()]": "r", "//*[@id='b4']/ancestor::a": "a2", "//c/following::b[1]": "b3",
		"//*[@id='b3']/preceding::b[1]": "b2", "//*[@id='b3']/preceding::*": "a1 b1 b2 c1", "//*[@id='a1']/following::*": "a2 b3 b4 d1",
		"//a[not(@on='false')][1]/b": "b1 b2", "//b[not(@t='x')][position()=1]": "b2 b4", "/r/*[3]": "d1", "//a[b[2]]": "a1", "//a[count(b)>1]": "a1",
		// Axes and abbreviations.
		"//b4": "", "//*[@id='b4']/..": "b3", "//*[@id='b4']/../..": "a2", "//b/parent::a": "a1 a2", "//a/descendant::b": "b1 b2 b3 b4", "//a/descendant-or-self::*": "a1 b1 b2 c1 a2 b3 b4",
		"//a/child::c": "c1", "//b/self::b[@t='x']": "b1 b3", "//c/following-sibling::*": "", "//b[@id='b1']/following-sibling::*[1]": "b2", "//b/ancestor-or-self::b": "b1 b2 b3 b4",
		"//@n/..": "a1 a2 d1", "//@*[.='y']/parent::b": "b2 b4", "//b/attribute::t/..": "b1 b2 b3 b4", "//node()[@t='two']": "a2", "//element(a)": "a1 a2", "//text()": "", "//a/@n": "", "//a/namespace::*": "",
		// Sets.
		"//c | //a | //c": "a1 c1 a2", "//b intersect //*[@t='x']": "b1 b3", "//b except //*[@t='x']": "b2 b4", "(//a | //d)/@n/..": "a1 a2 d1",
		// Comparisons cast as XPath 2.0 does.
		"//*[@n=1]": "a1", "//*[@n>1]": "a2 d1", "//*[@n>=2 and @n<10]": "a2", "//*[@n='10']": "d1", "//*[@on=true()]": "a1", "//*[@on=false()]": "a2", "//*[@on]": "a1 a2", "//*[@n!=1]": "a2 d1",
		"//*[@t=('one','two')]": "a1 a2", "//*[@n eq '2']": "a2", "//*[@n ge 2]": "a2 d1", "//*[@n = 1 to 5]": "a1 a2", "//*[1=1.0]/c": "c1", "//*[@t='one' or @t='Three']": "a1 d1", "//*[@t='x' and ../@n=2]": "b3",
		"//*[@n+1=3]": "a2", "//*[@n*5=10]": "a2", "//*[@n div 2=1]": "a2", "//*[@n mod 2=1]": "a1", "//*[-@n=-2]": "a2", "//*[@n idiv 3=3]": "d1", "//*[@n - 1 = 1]": "a2",
		// Functions.
		"//*[contains(@t,'n')]": "a1", "//*[starts-with(@t,'t')]": "a2", "//*[ends-with(@t,'e')]": "a1 d1", "//*[fn:contains(@t,'wo')]": "a2", "//*[matches(@t,'^t')]": "a2", "//*[matches(@t,'^T','i')]": "a2 d1",
		"//*[lower-case(@t)='three']": "d1", "//*[upper-case(@t)='ONE']": "a1", "//*[translate(@t,'one','ONE')='ONE']": "a1", "//*[translate(@t,'T','')='hree']": "d1", "//*[normalize-space(@t)='x y']": "c1",
		"//*[string-length(@t)=5]": "d1", "//*[string-length(normalize-space(@t))=3]": "a1 c1 a2", "//*[substring(@t,2)='wo']": "a2", "//*[substring(@t,2,2)='hr']": "d1", "//*[substring-before(@t,'e')='on']": "a1", "//*[substring-after(@t,'Th')='ree']": "d1",
		"//*[concat(@id,'-',@n)='a2-2']": "a2", "//*[name()='c']": "c1", "//*[local-name()='d']": "d1", "//*[self::c or self::d]": "c1 d1", "//*[number(@n)>5]": "d1", "//*[sum(//@n)=13]/c": "c1", "//*[exists(@on)]": "a1 a2", "//*[empty(@t)]": "r",
		"//*[replace(@t,'o','0')='0ne']": "a1", "//*[string(@n)='1']": "a1", "//*[boolean(@on)]": "a1 a2", "//*[floor(@n div 3)=3]": "d1", "//*[ceiling(@n div 4)=3]": "d1", "//*[round(@n div 4)=3]": "d1", "//*[abs(@n - 3)=1]": "a2", "//*[@n=max(//@n)]": "d1", "//*[@n=min(//@n)]": "a1",
		"//*[string-join(b/@t,'+')='x+y']": "a1", "//*[tokenize(normalize-space(@t),' ')='y']": "b2 c1 b4", "//*[count(.//b)=2]": "a1 a2", "//*[last()=3]": "a1 b1 b2 c1 a2 d1"[:0] + "a1 b1 b2 c1 a2 d1", "//*[position()=3]": "c1 d1", "//*[@t=concat('tw',\"o\")]": "a2", "//*[@t='it''s']": "",
		// Values of XPath 2.0.
		"//*[if (@n) then @n=1 else @t='y']": "a1 b2 b4", "//*[some $x in b/@t satisfies $x='y']": "a1 b3", "//a[every $x in b/@t satisfies $x='x']": "a2", "for $x in //a return $x/b": "b1 b2 b3", "//*[distinct-values(b/@t)='y']": "a1 b3", "reverse(//a)": "a1 a2",
		"count(//b)": "", "'text'": "", "1+1": "", "//a[1]/string(@t)": "", "//*[.='']/c": "c1", "id-is-not-a-function": "", "//*[not(@t)]": "r", "//*[()]": "", "//*[@or='x' or @and='y' or @div]": "", "//*[ @t = 'one' ]": "a1", "\n//a\n/\nc": "c1",
	} {
		assert.Equal(t, want, ids(t, x, nil), x)
	}
}

func TestSelectFromANode(t *testing.T) {
	a2 := func(doc *Node) *Node { return doc.Children[0].Children[1] }
	for x, want := range map[string]string{
		".": "a2", "b": "b3", "./b": "b3", ".//b": "b3 b4", "..": "r", "//c": "c1", "/r/d": "d1", "./../d": "d1", "following-sibling::*": "d1",
		"preceding-sibling::*/b[1]": "b1", "@n/..": "a2", "*[1]": "b3", "self::node()": "a2", "(.|..)": "r a2",
	} {
		assert.Equal(t, want, ids(t, x, a2), x)
	}
}

func TestErrors(t *testing.T) {
	for _, x := range []string{
		"", " ", "//", "//*[", "//*[]", "//*[@]", "//a/", "a b", "//*[@t='x]", "foo()", "contains(@t)", "contains('a','b','c','d')", "//wrong::a", "ns:a", "//*)", "(//a", "$", "1..2", "@@a", "if (1) then 2", "some $x in 1",
		"!", "//a[1", "a::b::c", "a|", "a or", "= 1", "'", strings.Repeat("(", MaxNesting+1), strings.Repeat("a/", MaxLength), "//*[" + strings.Repeat("not(", 300) + "1" + strings.Repeat(")", 300) + "]",
	} {
		_, err := Compile(x)
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, "%.40q", x)
		assert.NotEmpty(t, syntax.Error())
		assert.GreaterOrEqual(t, syntax.Offset, 0)
	}
	for _, x := range []string{"//*[$x]", "//*[matches(@t,'(')]", "'a'/b", "//a | 1", "//*[matches(@t,'a','q')]", "('a')/@t"} {
		e, err := Compile(x)
		require.NoError(t, err, x)
		_, err = e.Select(context.Background(), tree(sample))
		assert.Error(t, err, x)
	}
}

func TestEvaluationIsBounded(t *testing.T) {
	doc := &Node{}
	root := &Node{Name: "r", Parent: doc}
	doc.Children = []*Node{root}
	for range 2000 {
		root.Children = append(root.Children, &Node{Name: "a", Parent: root})
	}
	doc.Number()
	e, err := Compile("//*[count(//*[count(//*)>1])>1]")
	require.NoError(t, err)
	_, err = e.Select(context.Background(), doc)
	assert.ErrorIs(t, err, ErrBudget)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = e.Select(ctx, doc)
	assert.True(t, errors.Is(err, context.Canceled), err)
	for _, x := range []string{"1 to 1000000000", "//*[string-join(for $x in //*, $y in //* return 'a')]", "replace('" + strings.Repeat("a", 4000) + "','','" + strings.Repeat("b", 4000) + "')"} {
		e, err := Compile(x)
		require.NoError(t, err)
		_, err = e.Select(context.Background(), doc)
		assert.Error(t, err, "%.60s", x)
	}
}

func FuzzSelect(f *testing.F) {
	for _, s := range []string{
		"//*[@t='x'][1]/..", "(//a|//b)[last()]/@n", "//*[contains(lower-case(@t),'e') and not(@n>1)]", "if (1) then //a else ()", "for $x in //a return $x", "1 to 5", "-1", "//*[@n mod 2 = 1]", "a[", "..", ".5", "'it''s'", "substring('abc', 2, 1)",
	} {
		f.Add(s)
	}
	doc := tree(sample)
	f.Fuzz(func(t *testing.T, s string) {
		e, err := Compile(s)
		if err != nil {
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			return
		}
		nodes, err := e.Select(context.Background(), doc)
		if err != nil {
			return
		}
		for i, n := range nodes {
			if i > 0 && nodes[i-1].order >= n.order {
				t.Fatal("not in document order: " + fmt.Sprint(nodes))
			}
		}
	})
}
