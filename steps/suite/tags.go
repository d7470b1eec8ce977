package suite

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
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
// "not" binds tightest, "or" loosest. In a tag, a space, a parenthesis or a
// backslash stands after a backslash, and nothing else does. The error says at
// which character the trouble is. Stricter than Cucumber: an empty expression
// and a tag without its @ are refused, too, since both are slips.
// Source: Cucumber, "Tag expressions", and its test data.
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
		return TagExpression{}, p.fail(p.tokens[p.at].pos, tooMuch(p.tokens[p.at].text))
	}
	return TagExpression{text: text, root: root}, nil
}

func tooMuch(token string) string {
	if token == ")" {
		return "no parenthesis was opened for this one"
	}
	return fmt.Sprintf("and or or is expected, not %q", clip(token))
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

// fail says what is wrong at a place of the text, in bytes.
func (p *tagParser) fail(pos int, what string) error {
	return &SelectionError{fmt.Sprintf("tag expression \"%s\", character %d: %s", clip(p.text), utf8.RuneCountInString(p.text[:pos])+1, what),
		"write it like \"@wss and not (@slow or @attended)\""}
}

// scan cuts the text into tags, operators and parentheses.
func (p *tagParser) scan() error {
	var word strings.Builder
	start, inWord, escaped := 0, false, false
	for i, r := range p.text {
		special := r == '(' || r == ')' || r == '\\' || unicode.IsSpace(r)
		switch {
		case escaped:
			if !special {
				return p.fail(i, fmt.Sprintf("a backslash stands before %q, where none is needed", r))
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' || !special:
			if !inWord {
				start, inWord = i, true
			}
			if escaped = r == '\\'; !escaped {
				word.WriteRune(r)
			}
		default:
			if err := p.word(&word, &inWord, start); err != nil {
				return err
			}
			if r == '(' || r == ')' {
				p.tokens = append(p.tokens, tagToken{string(r), i, true})
			}
		}
	}
	if escaped {
		return p.fail(len(p.text)-1, "nothing follows the backslash")
	}
	return p.word(&word, &inWord, start)
}

// word ends a word, if there is one.
func (p *tagParser) word(word *strings.Builder, inWord *bool, start int) error {
	if !*inWord {
		return nil
	}
	w := word.String()
	word.Reset()
	*inWord = false
	switch w {
	case "and", "or", "not":
		p.tokens = append(p.tokens, tagToken{w, start, true})
		return nil
	}
	switch lower := strings.ToLower(w); {
	case lower == "and" || lower == "or" || lower == "not":
		return p.fail(start, fmt.Sprintf("%q is written in lower case", w))
	case w == "&&" || w == "||" || w == "!" || w == "&" || w == "|":
		return p.fail(start, fmt.Sprintf("%q is no tag: tags are combined with and, or and not", clip(w)))
	case strings.Contains(w, ","):
		return p.fail(start+strings.IndexByte(p.text[start:], ','), "a comma does not combine tags: write or, or and")
	case !strings.HasPrefix(w, "@") || len(w) < 2:
		return p.fail(start, fmt.Sprintf("%q is no tag: a tag begins with @", clip(w)))
	}
	p.tokens = append(p.tokens, tagToken{w, start, false})
	return nil
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
		return nil, p.fail(p.tokens[min(p.at, len(p.tokens)-1)].pos, "it is nested too deeply")
	}
	if p.next("not") {
		of, err := p.not(depth + 1)
		return tagNot{of}, err
	}
	if open := p.at; p.next("(") {
		inner, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.next(")") {
			if p.at < len(p.tokens) {
				return nil, p.fail(p.tokens[p.at].pos, fmt.Sprintf("and, or or a closing parenthesis is expected, not %q", clip(p.tokens[p.at].text)))
			}
			return nil, p.fail(p.tokens[open].pos, "a closing parenthesis is missing for this one")
		}
		return inner, nil
	}
	if p.at >= len(p.tokens) {
		return nil, p.fail(len(p.text), "a tag is missing at the end")
	}
	t := p.tokens[p.at]
	if t.symbol {
		return nil, p.fail(t.pos, fmt.Sprintf("a tag is expected, not %q", clip(t.text)))
	}
	p.at++
	return tagLeaf(t.text), nil
}
