package consent

import (
	"errors"
	"fmt"
	"image/color"
	"regexp"
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// A page's document is kept as FILE.html, the serialised DOM. What a recorder
// knows of the computed styles it writes into attributes of the elements:
//
//	data-computed-color, data-computed-background-color   rgb(…) or rgba(…)
//	data-computed-font-size                               in CSS pixels: 16px
//	data-computed-font-weight                             400, 700, bold
//	data-scope                                            the scope that an element stands for
//
// Without them, style attributes count, with what they inherit; a style sheet
// in the document is applied as far as its selectors go. What is neither
// recorded nor written is unknown, and not judged.

// document is what the rules need of a page's document.
type document struct {
	prose    []string // texts outside of controls, in order
	controls []control
	links    []string
	ticks    []tick
	scopes   map[string]bool // data-scope
	styled   []styled
}

// styled is a text with its computed colours.
type styled struct {
	says       string
	foreground color.RGBA
	background color.RGBA
	size       float64 // CSS pixels; 0 if unknown
	bold       bool
}

// The bounds of a document.
const (
	maxElements = 20_000
	maxDOMDepth = 400
)

// CheckHTML says what is wrong with a page's document: it is too large, or
// nested too deep. Documents are lenient; an empty one is none.
func CheckHTML(source string) error {
	_, err := parseHTML(source)
	return err
}

func parseHTML(source string) (*html.Node, error) {
	if strings.TrimSpace(source) == "" {
		return nil, nil
	}
	if err := countTags(source); err != nil {
		return nil, err
	}
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return nil, errors.New("it cannot be read: " + err.Error())
	}
	return root, nil
}

// countTags bounds a document before a tree is made of it: what is nested
// deeply costs the parser time and memory beyond its size.
func countTags(source string) error {
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(1 << 20)
	elements, depth := 0, 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); errors.Is(err, html.ErrBufferExceeded) {
				return errors.New("one of its tokens is longer than 1 MiB")
			}
			return nil
		case html.StartTagToken:
			elements++
			if name, _ := z.TagName(); !void(string(name)) {
				depth++
			}
		case html.SelfClosingTagToken:
			elements++
		case html.EndTagToken:
			depth = max(depth-1, 0)
		}
		if elements > maxElements {
			return fmt.Errorf("it has more than %d elements", maxElements)
		}
		if depth > maxDOMDepth {
			return fmt.Errorf("its elements are nested more than %d deep", maxDOMDepth)
		}
	}
}

func void(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li", "option", "dt", "dd", "tr", "td", "th":
		return true
	}
	return false
}

// readDocument reads a document; nil if there is none.
func readDocument(source string) *document {
	root, err := parseHTML(source)
	if root == nil || err != nil {
		return nil
	}
	sheet := readSheet(root)
	d := &document{scopes: map[string]bool{}}
	d.visit(root, style{background: color.RGBA{255, 255, 255, 255}, backgroundKnown: true, foreground: color.RGBA{0, 0, 0, 255}, foregroundKnown: true, size: 16}, sheet, 0)
	return d
}

// style is what an element's text looks like, as far as it is known.
type style struct {
	foreground, background           color.RGBA
	foregroundKnown, backgroundKnown bool
	size                             float64
	bold, hidden                     bool
}

func (d *document) visit(n *html.Node, st style, sheet map[*html.Node]declarations, depth int) {
	if depth > maxDOMDepth+50 {
		return
	}
	if n.Type == html.ElementNode {
		switch n.Data {
		case "script", "style", "template", "noscript", "head", "svg":
			return
		}
		st = st.of(n, sheet[n])
		if st.hidden {
			return
		}
		if scope := attribute(n, "data-scope"); scope != "" {
			d.scopes[scope] = true
		}
		if d.control(n) {
			d.texts(n, st, sheet, depth)
			return
		}
	}
	if n.Type == html.TextNode {
		d.text(n.Data, st)
		if says := strings.Join(strings.Fields(n.Data), " "); says != "" {
			d.prose = append(d.prose, says)
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		d.visit(c, st, sheet, depth+1)
	}
}

// texts records the styles of the texts in a control.
func (d *document) texts(n *html.Node, st style, sheet map[*html.Node]declarations, depth int) {
	if depth > maxDOMDepth+50 {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			d.text(c.Data, st)
		case html.ElementNode:
			if inner := st.of(c, sheet[c]); !inner.hidden {
				d.texts(c, inner, sheet, depth+1)
			}
		}
	}
}

func (d *document) text(data string, st style) {
	says := strings.Join(strings.Fields(data), " ")
	if says != "" && st.foregroundKnown && st.backgroundKnown {
		d.styled = append(d.styled, styled{says, st.foreground, st.background, st.size, st.bold})
	}
}

// control records what can be tapped, and tells whether n is such a thing.
func (d *document) control(n *html.Node) bool {
	says := attribute(n, "aria-label")
	if says == "" {
		says = strings.Join(strings.Fields(goquery.NewDocumentFromNode(n).Text()), " ")
	}
	role := attribute(n, "role")
	switch {
	case n.Data == "input":
		switch attribute(n, "type") {
		case "submit", "button":
			says = attribute(n, "value")
		case "checkbox", "radio":
			if _, checked := find(n, "checked"); checked {
				_, disabled := find(n, "disabled")
				d.ticks = append(d.ticks, tick{says: attribute(n, "name"), enabled: !disabled})
			}
			return false
		default:
			return true
		}
		d.controls = append(d.controls, control{label: says, named: []string{says}, button: true})
	case n.Data == "button" || role == "button":
		d.controls = append(d.controls, control{label: says, named: []string{says}, button: true})
	case n.Data == "a" && attribute(n, "href") != "" || role == "link":
		d.controls = append(d.controls, control{label: says, named: []string{says}})
		d.links = append(d.links, says)
	default:
		return false
	}
	return true
}

func attribute(n *html.Node, name string) string {
	v, _ := find(n, name)
	return v
}

func find(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val), true
		}
	}
	return "", false
}

// of is the style of an element in one of that style.
func (st style) of(n *html.Node, sheet declarations) style {
	var inline declarations
	if s := attribute(n, "style"); s != "" {
		inline = parseDeclarations(s)
	}
	if _, hidden := find(n, "hidden"); hidden {
		st.hidden = true
	}
	switch n.Data {
	case "b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th":
		st.bold = true
	case "button", "input":
		// A browser paints these in colours of its own.
		st.foregroundKnown, st.backgroundKnown = false, false
	case "a":
		if _, is := find(n, "href"); is {
			st.foregroundKnown = false
		}
	}
	switch n.Data {
	case "h1":
		st.size *= 2
	case "h2":
		st.size *= 1.5
	case "h3":
		st.size *= 1.17
	}
	get := func(name string) string {
		if v := attribute(n, "data-computed-"+name); v != "" {
			return v
		}
		if v := inline[name]; v != "" {
			return v
		}
		return sheet[name]
	}
	st.colours(get)
	if v := get("font-size"); v != "" {
		st.size = fontSize(v, st.size)
	}
	switch v := get("font-weight"); v {
	case "":
	case "bold", "bolder":
		st.bold = true
	default:
		w, err := strconv.Atoi(v)
		st.bold = err == nil && w >= 700
	}
	if get("display") == "none" || get("visibility") == "hidden" {
		st.hidden = true
	}
	return st
}

func (st *style) colours(get func(string) string) {
	if v := get("background-image"); v != "" && v != "none" {
		st.backgroundKnown = false
	}
	for _, name := range []string{"background", "background-color"} {
		v := get(name)
		if v == "" {
			continue
		}
		c, alpha, ok := parseColour(v)
		switch {
		case !ok:
			st.backgroundKnown = st.backgroundKnown && (v == "none" || v == "inherit")
		case alpha >= 1:
			st.background, st.backgroundKnown = c, true
		case alpha > 0:
			st.background = over(c, alpha, st.background)
		}
	}
	if v := get("color"); v != "" && v != "inherit" {
		c, alpha, ok := parseColour(v)
		st.foreground, st.foregroundKnown = over(c, alpha, st.background), ok
	}
	if v := get("opacity"); v != "" {
		if f, err := strconv.ParseFloat(v, 64); err == nil && f >= 0 && f < 1 {
			st.foreground = over(st.foreground, f, st.background)
		}
	}
}

var length = regexp.MustCompile(`^([0-9]*\.?[0-9]+)(px|pt|em|rem|%)$`)

// fontSize is in CSS pixels; 0 if it cannot be known.
func fontSize(v string, parent float64) float64 {
	m := length.FindStringSubmatch(v)
	if m == nil {
		return 0
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return 0
	}
	switch m[2] {
	case "pt":
		return f * 4 / 3
	case "em":
		return f * parent
	case "rem":
		return f * 16
	case "%":
		return f * parent / 100
	}
	return f
}
