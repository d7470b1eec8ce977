package screen

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/xml"

	"ffscert/drivers"
)

// The bounds of what is accepted as a page source. A real screen has a few
// hundred elements; what is larger is not a screen.
const (
	MaxBytes = 64 << 20
	MaxDepth = 500
	MaxNodes = 200_000
	// maxAttributes is per element; UiAutomator2 writes about forty.
	maxAttributes = 200
)

// ParseError says what is wrong with a page source, and where.
type ParseError struct {
	Line   int // from 1
	Reason string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("page source, line %d: %s", e.Line, e.Reason)
}

// Parse reads a page source of UiAutomator2 (elements named by their class), of
// `uiautomator dump` (elements named node) or of XCUITest. Errors are *[ParseError].
// Document types and entities other than XML's own five and numeric ones are
// refused.
func Parse(source string) (*Tree, error) {
	if len(source) > MaxBytes {
		return nil, &ParseError{Line: 1, Reason: fmt.Sprintf("it has %d bytes, more than %d", len(source), MaxBytes)}
	}
	// The lexer marks the end with a NUL of its own, and writes into its input.
	buf := make([]byte, len(source), len(source)+1)
	copy(buf, source)
	p := &reader{source: source, names: make(map[string]string, 64)}
	if at := strings.IndexByte(source, 0); at >= 0 {
		p.at = at
		return nil, p.fail("it holds a NUL character")
	}
	p.in = parse.NewInputBytes(buf)
	p.lex = xml.NewLexer(p.in)
	return p.run()
}

// element is a node under construction; links are made when all are known,
// because the slice moves while it grows.
type element struct {
	Node
	parent   int
	children int
	drawSet  bool
}

type reader struct {
	source string
	in     *parse.Input
	lex    *xml.Lexer
	at     int // offset for errors, if not the lexer's

	tree     Tree
	elements []element
	open     []openTag
	rooted   bool
	names    map[string]string // classes, packages and ids repeat: one string each
}

type openTag struct {
	name    string
	element int // -1 for the hierarchy
}

func (p *reader) fail(format string, args ...any) error {
	at := p.at
	if p.in != nil {
		at = p.in.Offset()
	}
	at = min(at, len(p.source))
	return &ParseError{Line: 1 + strings.Count(p.source[:at], "\n"), Reason: fmt.Sprintf(format, args...)}
}

func (p *reader) run() (*Tree, error) {
	for {
		token, data := p.lex.Next()
		switch token {
		case xml.ErrorToken:
			return p.end()
		case xml.DOCTYPEToken:
			return nil, p.fail("a document type is not accepted")
		case xml.CommentToken, xml.CDATAToken, xml.TextToken:
			// Text between elements means nothing in a page source, but what
			// comes before the hierarchy shows that this is none.
			if !p.rooted && token == xml.TextToken && len(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))) > 0 {
				return nil, p.fail("it is not XML: it begins with %s", quote(string(data)))
			}
		case xml.StartTagPIToken:
			if err := p.skipInstruction(); err != nil {
				return nil, err
			}
		case xml.StartTagToken:
			if err := p.startTag(string(p.lex.Text())); err != nil {
				return nil, err
			}
		case xml.EndTagToken:
			if !bytes.HasSuffix(data, []byte(">")) {
				return nil, p.fail("it is cut off in an end tag")
			}
			if err := p.endTag(string(p.lex.Text())); err != nil {
				return nil, err
			}
		default:
			return nil, p.fail("unexpected %s", token)
		}
	}
}

func (p *reader) end() (*Tree, error) {
	if err := p.lex.Err(); err != nil && !errors.Is(err, io.EOF) {
		return nil, p.fail("%s", firstLine(err.Error()))
	}
	if len(p.open) > 0 {
		return nil, p.fail("it is cut off inside %s", quote(p.open[len(p.open)-1].name))
	}
	if !p.rooted {
		return nil, p.fail("it is empty")
	}
	if p.tree.IOS {
		p.finishIOS()
	}
	p.link()
	return &p.tree, nil
}

func (p *reader) skipInstruction() error {
	for {
		switch token, _ := p.lex.Next(); token {
		case xml.StartTagClosePIToken:
			return nil
		case xml.AttributeToken:
		default:
			return p.fail("it is cut off in a processing instruction")
		}
	}
}

func (p *reader) startTag(name string) error {
	if !nameOK(name) {
		return p.fail("%s is no name of an element", quote(name))
	}
	if len(p.open) >= MaxDepth {
		return p.fail("elements are nested more than %d deep", MaxDepth)
	}
	at := -1
	var el element
	switch {
	case len(p.open) == 0 && p.rooted:
		return p.fail("a second root element %s", quote(name))
	case len(p.open) == 0 && !strings.HasPrefix(name, iosPrefix):
		if name != "hierarchy" && name != "AppiumAUT" {
			return p.fail("not a UiAutomator page source: it begins with the element %s, not hierarchy (nor AppiumAUT, as on iOS)", quote(name))
		}
		p.rooted, p.tree.IOS = true, name == "AppiumAUT"
	default:
		if len(p.elements) >= MaxNodes {
			return p.fail("more than %d elements", MaxNodes)
		}
		at = len(p.elements)
		parent := -1
		if len(p.open) > 0 {
			parent = p.open[len(p.open)-1].element
		} else {
			p.rooted, p.tree.IOS = true, true
		}
		el = element{parent: parent}
		el.Enabled, el.Displayed = true, true
		if name != "node" {
			el.Class = p.intern([]byte(name))
		}
	}
	closed, err := p.attributes(at < 0, &el)
	if err != nil {
		return err
	}
	if at >= 0 {
		p.elements = append(p.elements, el)
	}
	if !closed {
		p.open = append(p.open, openTag{name, at})
	}
	return nil
}

// attributes reads up to the end of the start tag, and tells whether that
// closed the element, too.
func (p *reader) attributes(root bool, el *element) (closed bool, err error) {
	for count := 0; ; count++ {
		token, _ := p.lex.Next()
		switch token {
		case xml.StartTagCloseToken:
			return false, nil
		case xml.StartTagCloseVoidToken:
			return true, nil
		case xml.AttributeToken:
		default:
			return false, p.fail("it is cut off in a start tag")
		}
		if count >= maxAttributes {
			return false, p.fail("more than %d attributes in one element", maxAttributes)
		}
		name, quoted := p.lex.Text(), p.lex.AttrVal()
		if len(quoted) < 2 || (quoted[0] != '"' && quoted[0] != '\'') || quoted[len(quoted)-1] != quoted[0] {
			return false, p.fail("attribute %s has no value in quotes", quote(string(name)))
		}
		value := quoted[1 : len(quoted)-1]
		if root {
			p.rootAttribute(name, value)
			continue
		}
		read := p.attribute
		if p.tree.IOS {
			read = p.attributeOnIOS
		}
		if err := read(el, name, value); err != nil {
			return false, err
		}
	}
}

func (p *reader) rootAttribute(name, value []byte) {
	n, err := strconv.Atoi(string(value))
	if err != nil || n < 0 || n > maxPixels {
		return
	}
	switch string(name) {
	case "width":
		p.tree.Width = n
	case "height":
		p.tree.Height = n
	case "rotation":
		p.tree.Rotation = n % 4
	}
}

func (p *reader) attribute(el *element, name, value []byte) (err error) {
	switch string(name) {
	case "class":
		if el.Class, err = p.name(value); err == nil && el.Class == "" {
			el.Class = "android.view.View"
		}
	case "package":
		el.Package, err = p.name(value)
	case "resource-id":
		el.ResourceID, err = p.name(value)
	case "text":
		el.Text, err = p.text(value)
	case "content-desc":
		el.ContentDesc, err = p.text(value)
	case "hint":
		el.Hint, err = p.text(value)
	case "bounds":
		var ok bool
		if el.Bounds, ok = parseBounds(value); !ok {
			err = p.fail("bounds %s are not of the form [left,top][right,bottom]", quote(string(value)))
		}
	case "index":
		el.Index, _ = strconv.Atoi(string(value))
	case "drawing-order":
		if n, e := strconv.Atoi(string(value)); e == nil {
			el.DrawOrder, el.drawSet = n, true
		}
	case "clickable":
		el.Clickable = isTrue(value)
	case "long-clickable":
		el.LongClickable = isTrue(value)
	case "checkable":
		el.Checkable = isTrue(value)
	case "checked":
		el.Checked = isTrue(value)
	case "enabled":
		el.Enabled = isTrue(value)
	case "focusable":
		el.Focusable = isTrue(value)
	case "focused":
		el.Focused = isTrue(value)
	case "scrollable":
		el.Scrollable = isTrue(value)
	case "selected":
		el.Selected = isTrue(value)
	case "password":
		el.Password = isTrue(value)
	case "displayed", "visible-to-user":
		el.Displayed = isTrue(value)
	}
	return err
}

func (p *reader) endTag(name string) error {
	if len(p.open) == 0 {
		return p.fail("the end tag %s closes nothing", quote(name))
	}
	top := p.open[len(p.open)-1]
	if top.name != name {
		return p.fail("the end tag %s closes %s", quote(name), quote(top.name))
	}
	p.open = p.open[:len(p.open)-1]
	return nil
}

// link turns the elements into the tree.
func (p *reader) link() {
	t := &p.tree
	t.nodes = make([]Node, len(p.elements))
	for i := range p.elements {
		if parent := p.elements[i].parent; parent >= 0 {
			p.elements[parent].children++
		}
	}
	links := make([]*Node, 0, len(p.elements)) // all children, one allocation
	for i := range p.elements {
		el := &p.elements[i]
		n := &t.nodes[i]
		*n = el.Node
		n.first, n.last = i, i
		from := len(links)
		links = links[:from+el.children]
		n.children = links[from:from:len(links)]
		if el.parent < 0 {
			t.Windows = append(t.Windows, n)
			continue
		}
		n.parent = &t.nodes[el.parent]
		if !el.drawSet {
			n.DrawOrder = len(n.parent.children)
		}
		n.parent.children = append(n.parent.children, n)
	}
	for i := len(t.nodes) - 1; i >= 0; i-- {
		n := &t.nodes[i]
		n.content = n.ownContent().union(n.content)
		if n.parent != nil {
			n.parent.last = max(n.parent.last, n.last)
			n.parent.content = n.parent.content.union(n.content)
		}
	}
	p.elements = nil
}

func (p *reader) intern(b []byte) string {
	if s, ok := p.names[string(b)]; ok {
		return s
	}
	s := string(b)
	p.names[s] = s
	return s
}

func (p *reader) name(value []byte) (string, error) {
	if bytes.IndexByte(value, '&') < 0 && utf8.Valid(value) {
		return p.intern(value), nil
	}
	return p.text(value)
}

// text resolves the entities of an attribute's value.
func (p *reader) text(value []byte) (string, error) {
	if len(value) == 0 {
		return "", nil
	}
	if bytes.IndexByte(value, '&') < 0 {
		return strings.ToValidUTF8(string(value), "\ufffd"), nil
	}
	var b strings.Builder
	b.Grow(len(value))
	for len(value) > 0 {
		amp := bytes.IndexByte(value, '&')
		if amp < 0 {
			b.Write(value)
			break
		}
		b.Write(value[:amp])
		value = value[amp:]
		end := bytes.IndexByte(value[:min(len(value), 16)], ';')
		if end < 0 {
			return "", p.fail("an entity without its end: %s", quote(string(value)))
		}
		r, ok := entity(string(value[1:end]))
		if !ok {
			return "", p.fail("unknown entity %s", quote(string(value[:end+1])))
		}
		b.WriteRune(r)
		value = value[end+1:]
	}
	return strings.ToValidUTF8(b.String(), "\ufffd"), nil
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 {
		return 0, false
	}
	// Android writes a character beyond the first plane as two surrogates now
	// and then; half of one is shown as what it is: unknown.
	if !utf8.ValidRune(rune(n)) {
		return utf8.RuneError, n >= 0xd800 && n < 0xe000
	}
	return rune(n), true
}

// maxPixels bounds coordinates, so that sums of them cannot overflow.
const maxPixels = 1 << 24

// parseBounds reads "[left,top][right,bottom]"; edges may be negative.
func parseBounds(b []byte) (drivers.Rect, bool) {
	var edge [4]int
	for i := range edge {
		if i%2 == 0 {
			if len(b) == 0 || b[0] != '[' {
				return drivers.Rect{}, false
			}
			b = b[1:]
		}
		sign, n, digits := 1, 0, 0
		if len(b) > 0 && b[0] == '-' {
			sign, b = -1, b[1:]
		}
		for len(b) > 0 && b[0] >= '0' && b[0] <= '9' {
			if n = n*10 + int(b[0]-'0'); n > maxPixels {
				return drivers.Rect{}, false
			}
			b, digits = b[1:], digits+1
		}
		closing := byte(',')
		if i%2 == 1 {
			closing = ']'
		}
		if digits == 0 || len(b) == 0 || b[0] != closing {
			return drivers.Rect{}, false
		}
		b = b[1:]
		edge[i] = sign * n
	}
	if len(b) > 0 {
		return drivers.Rect{}, false
	}
	return drivers.Rect{X: edge[0], Y: edge[1], Width: max(0, edge[2]-edge[0]), Height: max(0, edge[3]-edge[1])}, true
}

func isTrue(b []byte) bool { return string(b) == "true" }

func nameOK(name string) bool {
	if name == "" || len(name) > 1000 {
		return false
	}
	c := name[0]
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= utf8.RuneSelf
}
