package xpath

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parser reads an expression by recursive descent, without a separate lexer:
// whether "*" or "and" is an operator follows from where it stands.
type parser struct {
	text  string
	at    int
	depth int
}

func parse(text string) (x expr, err error) {
	p := &parser{text: text}
	defer func() {
		if r := recover(); r != nil {
			syntax, ok := r.(*SyntaxError)
			if !ok {
				panic(r)
			}
			x, err = nil, syntax
		}
	}()
	x = p.list()
	p.space()
	if p.at < len(p.text) {
		p.fail("unexpected %q", clip(p.text[p.at:]))
	}
	return x, nil
}

func clip(s string) string {
	if len(s) > 20 {
		return strings.ToValidUTF8(s[:20], "") + "…"
	}
	return s
}

func (p *parser) fail(format string, args ...any) {
	panic(&SyntaxError{p.at, fmt.Sprintf(format, args...)})
}

// deeper bounds the recursion; call the function it returns on the way out.
func (p *parser) deeper() func() {
	if p.depth++; p.depth > MaxNesting {
		p.fail("the expression nests more than %d levels deep", MaxNesting)
	}
	return func() { p.depth-- }
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// has tells whether a mark comes next, without taking it.
func (p *parser) has(mark string) bool {
	p.space()
	return strings.HasPrefix(p.text[p.at:], mark)
}

func (p *parser) take(mark string) bool {
	if !p.has(mark) {
		return false
	}
	p.at += len(mark)
	return true
}

func (p *parser) need(mark string) {
	if !p.take(mark) {
		if p.at >= len(p.text) {
			p.fail("expected %q, but the expression ends", mark)
		}
		p.fail("expected %q, but saw %q", mark, clip(p.text[p.at:]))
	}
}

func nameRune(r rune, first bool) bool {
	if r == '_' || unicode.IsLetter(r) {
		return true
	}
	return !first && (r == '-' || r == '.' || r == '·' || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
}

// peekName is the name that comes next, "" if none does.
func (p *parser) peekName() string {
	p.space()
	end := p.at
	for end < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[end:])
		if !nameRune(r, end == p.at) {
			break
		}
		end += n
	}
	return p.text[p.at:end]
}

// word takes a name if it is exactly this one: an operator or keyword.
func (p *parser) word(w string) bool {
	if p.peekName() != w {
		return false
	}
	p.at += len(w)
	return true
}

func (p *parser) name() string {
	n := p.peekName()
	if n == "" {
		if p.at >= len(p.text) {
			p.fail("expected a name, but the expression ends")
		}
		p.fail("expected a name, but saw %q", clip(p.text[p.at:]))
	}
	p.at += len(n)
	return n
}

// list is a whole expression: one, or several with commas between.
func (p *parser) list() expr {
	first := p.single()
	if !p.has(",") {
		return first
	}
	l := listExpr{first}
	for p.take(",") {
		l = append(l, p.single())
	}
	return l
}

func (p *parser) single() expr {
	defer p.deeper()()
	start := p.at
	switch p.peekName() {
	case "if":
		p.word("if")
		if p.take("(") {
			x := &ifExpr{cond: p.list()}
			p.need(")")
			p.keyword("then")
			x.then = p.single()
			p.keyword("else")
			x.other = p.single()
			return x
		}
	case "some", "every", "for":
		w := p.name()
		if p.has("$") {
			return p.quantified(w)
		}
	}
	p.at = start
	return p.or()
}

func (p *parser) keyword(w string) {
	if !p.word(w) {
		p.fail("expected %q", w)
	}
}

func (p *parser) quantified(kind string) expr {
	x := &quantifiedExpr{kind: kind}
	for {
		p.need("$")
		x.vars = append(x.vars, p.name())
		p.keyword("in")
		x.in = append(x.in, p.single())
		if !p.take(",") {
			break
		}
	}
	if kind == "for" {
		p.keyword("return")
	} else {
		p.keyword("satisfies")
	}
	x.body = p.single()
	return x
}

func (p *parser) or() expr {
	x := p.and()
	for p.word("or") {
		x = &logicExpr{or: true, a: x, b: p.and()}
	}
	return x
}

func (p *parser) and() expr {
	x := p.comparison()
	for p.word("and") {
		x = &logicExpr{a: x, b: p.comparison()}
	}
	return x
}

func (p *parser) comparison() expr {
	x := p.sum()
	for {
		op := ""
		for _, o := range []string{"!=", "<=", ">=", "=", "<", ">"} {
			if p.take(o) {
				op = o
				break
			}
		}
		if op == "" {
			for w, o := range map[string]string{"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="} {
				if p.word(w) {
					op = o
					break
				}
			}
		}
		if op == "" {
			return x
		}
		x = &compareExpr{op: op, a: x, b: p.sum()}
	}
}

func (p *parser) sum() expr {
	x := p.product()
	for {
		switch {
		case p.take("+"):
			x = &numberExpr{'+', x, p.product()}
		case p.take("-"):
			x = &numberExpr{'-', x, p.product()}
		case p.word("to"):
			x = &rangeExpr{x, p.product()}
		default:
			return x
		}
	}
}

func (p *parser) product() expr {
	x := p.unary()
	for {
		switch {
		case p.take("*"):
			x = &numberExpr{'*', x, p.unary()}
		case p.word("div"):
			x = &numberExpr{'/', x, p.unary()}
		case p.word("idiv"):
			x = &numberExpr{'i', x, p.unary()}
		case p.word("mod"):
			x = &numberExpr{'%', x, p.unary()}
		default:
			return x
		}
	}
}

func (p *parser) unary() expr {
	negative := false
	for p.has("-") || p.has("+") {
		if p.take("-") {
			negative = !negative
		} else {
			p.take("+")
		}
	}
	x := p.union()
	if negative {
		return &numberExpr{'-', literal{0.0}, x}
	}
	return x
}

func (p *parser) union() expr {
	x := p.path()
	for {
		switch {
		case p.take("|"), p.word("union"):
			x = &setExpr{'|', x, p.path()}
		case p.word("intersect"):
			x = &setExpr{'&', x, p.path()}
		case p.word("except"):
			x = &setExpr{'-', x, p.path()}
		default:
			return x
		}
	}
}

func (p *parser) path() expr {
	defer p.deeper()()
	x := &pathExpr{}
	switch {
	case p.take("//"):
		x.absolute = true
		x.steps = append(x.steps, anyBelow(), p.step())
	case p.take("/"):
		x.absolute = true
		if !p.beginsStep() {
			return x
		}
		x.steps = append(x.steps, p.step())
	default:
		x.steps = append(x.steps, p.step())
	}
	for {
		switch {
		case p.take("//"):
			x.steps = append(x.steps, anyBelow(), p.step())
		case p.take("/"):
			x.steps = append(x.steps, p.step())
		default:
			if s, ok := x.steps[0].(*filterStep); ok && !x.absolute && len(x.steps) == 1 {
				return s
			}
			return x
		}
	}
}

func anyBelow() step { return &axisStep{axis: "descendant-or-self", test: nodeTest{kind: "node"}} }

func (p *parser) beginsStep() bool {
	p.space()
	return p.at < len(p.text) && (strings.IndexByte("@.*(\"'$", p.text[p.at]) >= 0 || p.peekName() != "" || p.text[p.at] >= '0' && p.text[p.at] <= '9')
}

var axes = map[string]bool{
	"child": true, "descendant": true, "descendant-or-self": true, "self": true, "parent": true, "ancestor": true, "ancestor-or-self": true,
	"following": true, "following-sibling": true, "preceding": true, "preceding-sibling": true, "attribute": true, "namespace": true,
}

// kinds are the tests that look like functions.
var kinds = map[string]bool{"node": true, "text": true, "comment": true, "processing-instruction": true, "element": true, "attribute": true, "document-node": true, "item": true}

func (p *parser) step() step {
	p.space()
	switch {
	case p.take(".."):
		return p.predicates(&axisStep{axis: "parent", test: nodeTest{kind: "node"}})
	case p.has(".") && !p.digitAt(p.at+1):
		p.at++
		return p.predicates(&axisStep{axis: "self", test: nodeTest{kind: "node"}})
	case p.take("@"):
		return p.predicates(&axisStep{axis: "attribute", test: p.test()})
	case p.has("*"):
		return p.predicates(&axisStep{axis: "child", test: p.test()})
	}
	if name := p.peekName(); name != "" {
		start := p.at
		p.at += len(name)
		if p.has("::") {
			if !axes[name] {
				p.at = start
				p.fail("there is no axis %q", name)
			}
			p.take("::")
			return p.predicates(&axisStep{axis: name, test: p.test()})
		}
		if p.has(":") && !p.has(":*") { // a prefix, such as that of fn:contains
			p.take(":")
			name = p.name()
		}
		called := p.has("(") && !kinds[name]
		p.at = start
		if !called {
			return p.predicates(&axisStep{axis: "child", test: p.test()})
		}
	}
	return p.predicates(&filterStep{x: p.primary()})
}

func (p *parser) digitAt(i int) bool {
	return i < len(p.text) && p.text[i] >= '0' && p.text[i] <= '9'
}

func (p *parser) predicates(s step) step {
	for p.take("[") {
		x := p.list()
		p.need("]")
		s.where(x)
	}
	return s
}

func (p *parser) test() nodeTest {
	if p.take("*") {
		if p.has(":") && !p.has("::") {
			p.take(":")
			return nodeTest{name: p.name()}
		}
		return nodeTest{name: "*"}
	}
	name := p.name()
	if kinds[name] && p.take("(") {
		t := nodeTest{kind: name}
		if !p.has(")") {
			if p.has("'") || p.has(`"`) {
				p.quoted()
			} else if t.name = "*"; !p.take("*") {
				t.name = p.name()
			}
		}
		p.need(")")
		return t
	}
	if p.has(":") && !p.has("::") {
		p.take(":")
		if p.take("*") {
			p.fail("there is no namespace %q", name)
		}
		p.name()
		p.fail("there is no namespace %q", name)
	}
	return nodeTest{name: name}
}

func (p *parser) primary() expr {
	p.space()
	if p.at >= len(p.text) {
		p.fail("the expression ends where a step or value is expected")
	}
	switch c := p.text[p.at]; {
	case c == '(':
		p.at++
		if p.take(")") {
			return listExpr{}
		}
		x := p.list()
		p.need(")")
		return group{x}
	case c == '\'' || c == '"':
		return literal{p.quoted()}
	case c == '$':
		p.at++
		return variable(p.name())
	case c == '.' || c >= '0' && c <= '9':
		return p.number()
	}
	start := p.at
	name := p.name()
	if p.has(":") {
		p.take(":")
		name = p.name()
	}
	if !p.take("(") {
		p.fail("expected \"(\" after %q", name)
	}
	x := &callExpr{name: name}
	if !p.take(")") {
		for {
			x.args = append(x.args, p.single())
			if p.take(")") {
				break
			}
			p.need(",")
		}
	}
	fn, ok := functions[name]
	switch {
	case !ok:
		p.at = start
		p.fail("there is no function %s()", name)
	case len(x.args) < fn.least || len(x.args) > fn.most:
		p.at = start
		p.fail("%s() does not take %d arguments", name, len(x.args))
	}
	x.do = fn.do
	return x
}

// quoted reads a string; a doubled quote stands for one.
func (p *parser) quoted() string {
	p.space()
	mark := p.text[p.at : p.at+1]
	var b strings.Builder
	for at := p.at + 1; ; {
		end := strings.Index(p.text[at:], mark)
		if end < 0 {
			p.fail("the string is not closed")
		}
		b.WriteString(p.text[at : at+end])
		at += end + 1
		if !strings.HasPrefix(p.text[at:], mark) {
			p.at = at
			return b.String()
		}
		b.WriteString(mark)
		at++
	}
}

func (p *parser) number() expr {
	end := p.at
	for end < len(p.text) && (p.text[end] == '.' || p.text[end] >= '0' && p.text[end] <= '9') {
		end++
	}
	n, err := strconv.ParseFloat(p.text[p.at:end], 64)
	if err != nil {
		p.fail("%q is not a number", clip(p.text[p.at:end]))
	}
	p.at = end
	return literal{n}
}
