package uiautomator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ffscert/drivers/virtual/uiautomator/xpath"
)

// document is the page source of a screen: /hierarchy with the windows in it.
func (s *screen) document(set *settings) *xpath.Node {
	doc := &xpath.Node{}
	root := []xpath.Attr{
		{Name: "index", Value: "0"}, {Name: "class", Value: "hierarchy"},
		{Name: "rotation", Value: strconv.Itoa(s.turned)},
		{Name: "width", Value: strconv.Itoa(s.width)},
		{Name: "height", Value: strconv.Itoa(s.height - s.navBar)},
	}
	h := &xpath.Node{Name: "hierarchy", Parent: doc, Attributes: func() []xpath.Attr { return root }}
	doc.Children = []*xpath.Node{h}
	b := builder{set.int("snapshotMaxDepth"), set.bool("allowInvisibleElements"), set.traversable()}
	for _, w := range s.roots(set.bool("enableMultiWindows")) {
		h.Children = append(h.Children, b.build(w, h, 1))
	}
	return doc
}

// below is the document of a search that starts at a node: it holds that node
// and nothing else, as the server does while limitXPathContextScope is on.
func below(n *node, set *settings) *xpath.Node {
	doc := &xpath.Node{}
	b := builder{set.int("snapshotMaxDepth"), set.bool("allowInvisibleElements"), set.traversable()}
	doc.Children = []*xpath.Node{b.build(n, doc, 0)}
	return doc
}

type builder struct {
	maxDepth  int
	invisible bool
	always    []*regexp.Regexp // classes whose invisible children are shown
}

func (b *builder) build(n *node, parent *xpath.Node, depth int) *xpath.Node {
	el := &xpath.Node{Name: tagName(n.Class), Parent: parent, Data: n, Attributes: n.safeAttrs}
	if depth >= b.maxDepth || len(n.kids) == 0 {
		return el
	}
	through := b.invisible || slices.ContainsFunc(b.always, func(re *regexp.Regexp) bool { return re.MatchString(n.Class) })
	el.Children = make([]*xpath.Node, 0, len(n.kids))
	for _, k := range n.kids {
		if k.Displayed || through {
			el.Children = append(el.Children, b.build(k, el, depth+1))
		}
	}
	return el
}

// safeAttrs are the attributes as XML can carry them: what it cannot becomes
// "?", in the source and in what XPath compares.
func (n *node) safeAttrs() []xpath.Attr {
	attrs := n.attrs(make([]xpath.Attr, 0, 32))
	for i := range attrs {
		attrs[i].Value = safe(attrs[i].Value)
	}
	return attrs
}

// attrs are the attributes in the order of the server's dump. What is null on
// Android has no attribute at all.
func (n *node) attrs(to []xpath.Attr) []xpath.Attr {
	add := func(name, value string) { to = append(to, xpath.Attr{Name: name, Value: value}) }
	flag := func(name string, v bool) { add(name, strconv.FormatBool(v)) }
	some := func(name, value string) {
		if value != "" {
			add(name, value)
		}
	}
	add("index", strconv.Itoa(n.index))
	some("package", n.Package)
	some("class", n.Class)
	add("text", n.Text)
	some("content-desc", n.ContentDesc)
	some("resource-id", n.ResourceID)
	flag("checkable", n.Checkable)
	flag("checked", n.Checked)
	flag("clickable", n.Clickable)
	flag("enabled", n.Enabled)
	flag("focusable", n.Focusable)
	flag("focused", n.Focused)
	flag("long-clickable", n.LongClickable)
	flag("password", n.Password)
	flag("scrollable", n.Scrollable)
	flag("selected", n.Selected)
	add("bounds", n.boundsText())
	flag("displayed", n.Displayed)
	some("hint", n.Hint)
	add("a11y-important", "true")
	add("screen-reader-focusable", "false")
	add("drawing-order", strconv.Itoa(n.index+1))
	add("showing-hint", "false")
	add("text-entry-key", "false")
	add("dismissable", "false")
	add("a11y-focused", "false")
	add("heading", "false")
	add("live-region", "0")
	add("context-clickable", "false")
	add("content-invalid", "false")
	return to
}

func (n *node) boundsText() string {
	b := n.Bounds
	buf := make([]byte, 0, 32)
	buf = append(buf, '[')
	buf = strconv.AppendInt(buf, int64(b.Left), 10)
	buf = append(buf, ',')
	buf = strconv.AppendInt(buf, int64(b.Top), 10)
	buf = append(buf, "]["...)
	buf = strconv.AppendInt(buf, int64(b.Right), 10)
	buf = append(buf, ',')
	buf = strconv.AppendInt(buf, int64(b.Bottom), 10)
	return string(append(buf, ']'))
}

// xmlOf writes the page source in the form of Android's serializer: single
// quotes in the declaration, two spaces a level.
func xmlOf(doc *xpath.Node) string {
	var b strings.Builder
	b.Grow(64 << 10)
	b.WriteString("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n")
	for _, c := range doc.Children {
		write(&b, c, 0)
	}
	return b.String()
}

func write(b *strings.Builder, el *xpath.Node, level int) {
	indent(b, level)
	b.WriteByte('<')
	b.WriteString(el.Name)
	for _, a := range el.Attributes() {
		b.WriteByte(' ')
		b.WriteString(a.Name)
		b.WriteString(`="`)
		escape(b, a.Value)
		b.WriteByte('"')
	}
	if len(el.Children) == 0 {
		b.WriteString(" />\n")
		return
	}
	b.WriteString(">\n")
	for _, c := range el.Children {
		write(b, c, level+1)
	}
	indent(b, level)
	b.WriteString("</")
	b.WriteString(el.Name)
	b.WriteString(">\n")
}

func indent(b *strings.Builder, level int) {
	for range level {
		b.WriteString("  ")
	}
}

// escape writes an attribute value.
func escape(b *strings.Builder, s string) {
	from := 0
	for i := range len(s) {
		var with string
		switch s[i] {
		case '&':
			with = "&amp;"
		case '<':
			with = "&lt;"
		case '>':
			with = "&gt;"
		case '"':
			with = "&quot;"
		case '\n', '\r', '\t':
			with = "&#" + strconv.Itoa(int(s[i])) + ";"
		default:
			continue
		}
		b.WriteString(s[from:i])
		b.WriteString(with)
		from = i + 1
	}
	b.WriteString(s[from:])
}

// legal tells whether XML 1.0 can carry the character. Source: XML 1.0 §2.2.
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// safe replaces what XML cannot carry by "?".
func safe(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		if legal(r) {
			return r
		}
		return '?'
	}, strings.ToValidUTF8(s, "?"))
}

const defaultTag = "android.view.View"

// tagName makes an element name of a class name: the marks of inner classes
// become dots, and what no XML name may hold an underscore.
func tagName(class string) string {
	if plainName(class) {
		return class
	}
	var b strings.Builder
	dot := true // a leading dot is dropped
	for _, r := range strings.ToValidUTF8(class, "?") {
		switch r {
		case '$', '@', '#', '&', '.':
			if !dot && b.Len() > 0 {
				b.WriteByte('.')
			}
			dot = true
			continue
		}
		dot = false
		switch {
		case b.Len() == 0 && !nameStart(r):
			// The server drops what cannot begin a name.
		case nameStart(r) || r == '-' || r >= '0' && r <= '9' || r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040:
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	name := strings.Trim(b.String(), ".")
	if name == "" {
		return defaultTag
	}
	return name
}

func plainName(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '.' && c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return true
}

func nameStart(r rune) bool {
	switch {
	case r == '_', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z',
		r >= 0xC0 && r <= 0xD6, r >= 0xD8 && r <= 0xF6, r >= 0xF8 && r <= 0x2FF,
		r == 0x200C, r == 0x200D, r >= 0x2070 && r <= 0x218F, r >= 0x2C00 && r <= 0x2FEF,
		r >= 0x3001 && r <= 0xD7FF, r >= 0xF900 && r <= 0xFDCF, r >= 0xFDF0 && r < 0xFFFD, r >= 0x10000:
		return true
	}
	return false
}
