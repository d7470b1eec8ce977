package suite

import (
	"fmt"
	"strings"
)

// TagExpression is a parsed Cucumber tag expression, such as
// "@wss and not (@slow or @attended)". godog's own filter knows only part of
// the language and selects nothing where it does not understand, so that
// selecting is done here.
type TagExpression struct {
	text string
	root tagNode
}

type tagNode interface {
	match(tags map[string]bool) bool
}

type (
	tagLeaf string
	tagNot  struct{ of tagNode }
	tagAnd  struct{ a, b tagNode }
	tagOr   struct{ a, b tagNode }
)

func (l tagLeaf) match(t map[string]bool) bool { return t[string(l)] }
func (n tagNot) match(t map[string]bool) bool  { return !n.of.match(t) }
func (n tagAnd) match(t map[string]bool) bool  { return n.a.match(t) && n.b.match(t) }
func (n tagOr) match(t map[string]bool) bool   { return n.a.match(t) || n.b.match(t) }

// Match tells whether the tags (with their @) satisfy the expression.
func (e TagExpression) Match(tags []string) bool {
	set := make(map[string]bool, len(tags))
	for _, t := range tags {
		set[t] = true
	}
	return e.root.match(set)
}

func (e TagExpression) String() string { return e.text }

// maxTagDepth bounds nesting, and so the parser's stack.
const maxTagDepth = 200

// ParseTags reads a tag expression: tags, "not", "and", "or", parentheses;
// "not" binds tightest, "or" loosest; in a tag, a backslash takes the next
// character as it is. The error says at which character the trouble is.
// Source: Cucumber, "Tag expressions".
func ParseTags(text string) (TagExpression, error) {
	p := &tagParser{text: text}
	if err := p.scan(); err != nil {
		return TagExpression{}, err
	}
	if len(p.tokens) == 0 {
		return TagExpression{}, p.fail(0, "it is empty")
	}
	root, err := p.or(0)
	if err != nil {
		return TagExpression{}, err
	}
	if p.at < len(p.tokens) {
		return TagExpression{}, p.fail(p.tokens[p.at].pos, fmt.Sprintf("%q is too much here", p.tokens[p.at].text))
	}
	return TagExpression{text: text, root: root}, nil
}

type tagToken struct {
	text   string
	pos    int
	symbol bool // an operator or parenthesis
}

type tagParser struct {
	text   string
	tokens []tagToken
	at     int
}

func (p *tagParser) fail(pos int, what string) error {
	return fmt.Errorf("tag expression %q, character %d: %s\n  hint: write it like \"@wss and not (@slow or @attended)\"", p.text, pos+1, what)
}

func (p *tagParser) scan() error {
	var word strings.Builder
	start, escaped, any := 0, false, false
	flush := func() error {
		if !any {
			return nil
		}
		w := word.String()
		any = false
		word.Reset()
		switch w {
		case "and", "or", "not":
			p.tokens = append(p.tokens, tagToken{w, start, true})
			return nil
		}
		if !strings.HasPrefix(w, "@") || len(w) < 2 {
			return p.fail(start, fmt.Sprintf("%q is no tag: a tag begins with @", w))
		}
		p.tokens = append(p.tokens, tagToken{w, start, false})
		return nil
	}
	pos := 0
	for i, r := range p.text {
		pos = i
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\':
			if !any {
				start, any = i, true
			}
			escaped = true
		case r == '(' || r == ')':
			if err := flush(); err != nil {
				return err
			}
			p.tokens = append(p.tokens, tagToken{string(r), i, true})
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			if err := flush(); err != nil {
				return err
			}
		default:
			if !any {
				start, any = i, true
			}
			word.WriteRune(r)
		}
	}
	if escaped {
		return p.fail(pos, "nothing follows the backslash")
	}
	return flush()
}

func (p *tagParser) next(symbol string) bool {
	if p.at < len(p.tokens) && p.tokens[p.at].symbol && p.tokens[p.at].text == symbol {
		p.at++
		return true
	}
	return false
}

func (p *tagParser) or(depth int) (tagNode, error) {
	a, err := p.and(depth)
	for err == nil && p.next("or") {
		var b tagNode
		if b, err = p.and(depth); err == nil {
			a = tagOr{a, b}
		}
	}
	return a, err
}

func (p *tagParser) and(depth int) (tagNode, error) {
	a, err := p.not(depth)
	for err == nil && p.next("and") {
		var b tagNode
		if b, err = p.not(depth); err == nil {
			a = tagAnd{a, b}
		}
	}
	return a, err
}

func (p *tagParser) not(depth int) (tagNode, error) {
	if depth > maxTagDepth {
		return nil, p.fail(0, "it is nested too deeply")
	}
	if p.next("not") {
		of, err := p.not(depth + 1)
		return tagNot{of}, err
	}
	if p.next("(") {
		inner, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.next(")") {
			return nil, p.fail(len(p.text), "a closing parenthesis is missing")
		}
		return inner, nil
	}
	if p.at >= len(p.tokens) {
		return nil, p.fail(len(p.text), "a tag is missing at the end")
	}
	t := p.tokens[p.at]
	if t.symbol {
		return nil, p.fail(t.pos, fmt.Sprintf("a tag is expected, not %q", t.text))
	}
	p.at++
	return tagLeaf(t.text), nil
}
