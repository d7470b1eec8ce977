package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ffscert/drivers/virtual/ui"
)

// document is a page as HTML, made of the very nodes that the native tree shows:
// there is no second set of pages that could say something else.
type document struct {
	// version tells documents apart; what is typed into one does not change it.
	version string
	html    []byte
	// keys are the nodes by the names that they have in the document.
	keys map[string]string
	// fields are the keys of those that take text.
	fields map[string]bool
}

// render makes the document of a page. density is in dots per inch: a CSS pixel
// is a dp. What is in its fields is in it, but for passwords.
func render(p ui.WebPage, density int) (*document, error) {
	d := &document{keys: map[string]string{}, fields: map[string]bool{}}
	for key := range p.Fields {
		d.fields[key] = true
	}
	empty := renderer{keys: map[string]string{}, density: max(density, 1), page: p}
	html, err := empty.document("")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(p.Root.Key+"\n"), html...))
	d.version = hex.EncodeToString(sum[:8])
	filled := renderer{keys: d.keys, density: max(density, 1), page: p, filled: true}
	d.html, err = filled.document(d.version)
	return d, err
}

type renderer struct {
	keys    map[string]string
	density int
	page    ui.WebPage
	filled  bool // whether fields have their values
	n       int
}

func (r *renderer) document(version string) ([]byte, error) {
	p := r.page
	var b bytes.Buffer
	err := pages().Execute(&b, struct {
		Language, Title, Background, Action, Version string
		Body                                         template.HTML
	}{p.Language, title(p.Root), safeColour(p.Background, "#ffffff"), p.URL, version, r.box(p.Root)})
	return b.Bytes(), err
}

func title(root *ui.Node) string {
	if root.Text != "" {
		return root.Text
	}
	return root.ContentDesc
}

// pages is the frame of every document. Its script tells the phone what is typed
// and which link was tapped.
func pages() *template.Template {
	return template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title>
<style>
*{box-sizing:border-box}
html{background:{{.Background}}}
body{margin:0;font-family:Roboto,"Noto Sans","Noto Sans CJK JP","DejaVu Sans",sans-serif;line-height:1.3;color:#000000}
h1,p,form{margin:0;padding:0}
h1{font-weight:400}
div,form{display:flex;flex-direction:column;min-width:0}
div.row{flex-direction:row}
input,button{font:inherit;border:0;border-radius:0;padding:0 12px;background:transparent;color:inherit;width:100%}
button{cursor:pointer}
input[type=checkbox]{width:20px;height:20px;padding:0;flex:none}
label{display:flex;align-items:center;gap:8px}
a{text-decoration:none;display:flex;align-items:center}
</style></head>
<body><form id="ap_form" method="post" action="{{.Action}}" novalidate autocomplete="off"><input type="hidden" name="v" value="{{.Version}}"><input type="hidden" name="l" value=""><input type="hidden" name="tap" value="">
{{.Body}}
</form>
<script>
(function(){
 var f=document.getElementById('ap_form'),n=0;
 f.addEventListener('input',function(e){
  if(!e.target.name||e.target.type==='checkbox'){return}
  var b=new URLSearchParams();b.set('v',f.elements.v.value);b.set('l',f.elements.l.value);b.set('typed',String(++n));b.set(e.target.name,e.target.value);
  fetch(f.action,{method:'POST',body:b,keepalive:true});
 });
 f.addEventListener('click',function(e){
  var t=e.target.closest('[data-tap]');
  if(!t){return}
  if(t.tagName==='A'){e.preventDefault()}
  f.elements.tap.value=t.getAttribute('data-tap');
  if(t.tagName!=='BUTTON'){f.submit()}
 });
})();
</script></body></html>
`))
}

// name is what a node is called in the document.
func (r *renderer) name(n *ui.Node) string {
	r.n++
	name := "e" + strconv.Itoa(r.n)
	r.keys[name] = n.Key
	return name
}

func (r *renderer) px(pixels int) string {
	return strconv.FormatFloat(float64(pixels)*160/float64(r.density), 'f', -1, 32) + "px"
}

// tag writes an element; inner is escaped already.
func tag(name string, attrs [][2]string, inner template.HTML) template.HTML {
	var b strings.Builder
	b.WriteString("<" + name)
	for _, a := range attrs {
		b.WriteString(" " + a[0] + `="` + template.HTMLEscapeString(a[1]) + `"`)
	}
	b.WriteString(">")
	if name != "input" && name != "img" {
		b.WriteString(string(inner) + "</" + name + ">")
	}
	return template.HTML(b.String()) //nolint:gosec // what came from outside was escaped
}

func text(s string) template.HTML { return template.HTML(template.HTMLEscapeString(s)) } //nolint:gosec // escaped

// box is a node with what is in it, in an area of its own. Where its children
// lie is kept: side by side, or below each other, with the same distances.
func (r *renderer) box(n *ui.Node) template.HTML {
	style := r.look(n)
	if len(n.Children) == 0 {
		return r.leaf(n, style)
	}
	row := sideBySide(n.Children)
	inner := n.Bounds
	if n.Look != nil && !n.Look.Inner.Empty() {
		inner = n.Look.Inner
	}
	var b strings.Builder
	at := inner
	for _, c := range n.Children {
		place := r.place(c, at, inner, row)
		b.WriteString(string(tag("div", [][2]string{{"style", place}}, r.box(c))))
		if row {
			at.Left = c.Bounds.Right
		} else {
			at.Top = c.Bounds.Bottom
		}
	}
	attrs := [][2]string{{"style", strings.Join(style, ";")}}
	if row {
		attrs = append(attrs, [2]string{"class", "row"})
	}
	if n.Clickable && n.Enabled {
		attrs = append(attrs, [2]string{"data-tap", r.name(n)}, [2]string{"role", "button"}, [2]string{"tabindex", "0"})
	}
	return tag("div", r.labelled(n, attrs), template.HTML(b.String())) //nolint:gosec // made of tags
}

// place is where a child lies beside what came before it.
func (r *renderer) place(c *ui.Node, at, inner ui.Rect, row bool) string {
	b := c.Bounds
	if row {
		grow := "none"
		if b.Width()*2 > inner.Width() {
			grow = "1 1 0"
		}
		align := "flex-start"
		if above, below := b.Top-inner.Top, inner.Bottom-b.Bottom; above > 0 && above-below < 4 && below-above < 4 {
			align = "center"
		}
		return fmt.Sprintf("margin-left:%s;width:%s;flex:%s;align-self:%s", r.px(max(b.Left-at.Left, 0)), r.px(b.Width()), grow, align)
	}
	return fmt.Sprintf("margin-top:%s;margin-left:%s;width:%s", r.px(max(b.Top-at.Top, 0)), r.px(max(b.Left-inner.Left, 0)), r.px(b.Width()))
}

func sideBySide(children []*ui.Node) bool {
	for i := 1; i < len(children); i++ {
		if a, b := children[i-1].Bounds, children[i].Bounds; b.Left < a.Right || b.Top >= a.Bottom {
			return false
		}
	}
	return len(children) > 1
}

// look are the declarations of what a node looks like.
func (r *renderer) look(n *ui.Node) []string {
	l := n.Look
	if l == nil {
		return nil
	}
	var s []string
	add := func(format string, args ...any) { s = append(s, fmt.Sprintf(format, args...)) }
	if c := safeColour(l.Background, ""); c != "" {
		add("background-color:%s", c)
	}
	if c := safeColour(l.Foreground, ""); c != "" {
		add("color:%s", c)
	}
	if c := safeColour(l.Border, ""); c != "" {
		add("border:1px solid %s", c)
	}
	if l.Radius > 0 {
		add("border-radius:%dpx", l.Radius)
	}
	size := l.TextSize
	if size == 0 {
		size = 16
	}
	if _, field := r.page.Fields[n.Key]; field || len(n.Children) == 0 && n.Text != "" {
		weight := 400
		if l.Bold {
			weight = 700
		}
		add("font-size:%dpx;font-weight:%d", size, weight)
	}
	if b, in := n.Bounds, l.Inner; !in.Empty() && in != b {
		add("padding:%s %s %s %s", r.px(max(in.Top-b.Top, 0)), r.px(max(b.Right-in.Right, 0)), r.px(max(b.Bottom-in.Bottom, 0)), r.px(max(in.Left-b.Left, 0)))
	}
	if slices.Contains([]string{"center", "end"}, l.Align) {
		add("text-align:%s", l.Align)
	}
	return s
}

func safeColour(c, otherwise string) string {
	if len(c) == 7 && c[0] == '#' && strings.Trim(c[1:], "0123456789abcdefABCDEF") == "" {
		return c
	}
	return otherwise
}

// labelled adds the id and the name for those who do not see the page.
func (r *renderer) labelled(n *ui.Node, attrs [][2]string) [][2]string {
	if n.ResourceID != "" {
		attrs = append(attrs, [2]string{"id", n.ResourceID})
	}
	if n.ContentDesc != "" && n.ContentDesc != n.Text {
		attrs = append(attrs, [2]string{"aria-label", n.ContentDesc})
	}
	return attrs
}

const headingSize = 24 // from here on a text is a heading, in dp

func (r *renderer) leaf(n *ui.Node, style []string) template.HTML {
	kind := n.Class[strings.LastIndexByte(n.Class, '.')+1:]
	height := "min-height:" + r.px(n.Bounds.Height())
	attrs := func(more ...[2]string) [][2]string {
		return r.labelled(n, append([][2]string{{"style", strings.Join(append(style, height), ";")}}, more...))
	}
	disabled := func(list [][2]string) [][2]string {
		if !n.Enabled {
			list = append(list, [2]string{"disabled", ""})
		}
		return list
	}
	_, field := r.page.Fields[n.Key]
	switch {
	case field:
		kind := "text"
		if n.Password {
			kind = "password"
		}
		list := attrs([2]string{"type", kind}, [2]string{"name", r.name(n)}, [2]string{"placeholder", n.Hint})
		if r.filled && !n.Password {
			list = append(list, [2]string{"value", r.page.Fields[n.Key]})
		}
		return tag("input", disabled(list), "")
	case n.Checkable:
		style = append(style, height)
		box := [][2]string{{"type", "checkbox"}, {"name", r.name(n)}}
		if n.Checked {
			box = append(box, [2]string{"checked", ""})
		}
		if n.Clickable {
			box = append(box, [2]string{"data-tap", box[1][1]})
		}
		return tag("label", r.labelled(n, [][2]string{{"style", strings.Join(style, ";")}}), tag("input", disabled(box), "")+text(n.Text))
	case kind == "Button":
		return tag("button", disabled(attrs([2]string{"type", "submit"}, [2]string{"data-tap", r.name(n)})), text(n.Text))
	case n.Clickable:
		if n.Look != nil && n.Look.Align == "center" {
			style = append(style, "justify-content:center")
		}
		return tag("a", attrs([2]string{"href", "#"}, [2]string{"data-tap", r.name(n)}, [2]string{"role", "link"}), text(n.Text))
	case strings.HasPrefix(kind, "Image"):
		return r.image(n)
	case n.Look != nil && n.Look.TextSize >= headingSize && n.Text != "":
		return tag("h1", attrs(), text(n.Text))
	case n.Text != "":
		return tag("p", attrs(), text(n.Text))
	}
	return tag("div", attrs(), "")
}

// image is a picture: words drawn, or a plain square. A page's picture has
// alternative text only if it says something.
func (r *renderer) image(n *ui.Node) template.HTML {
	says := n.Text
	if says == "" {
		says = n.ContentDesc
	}
	w, h := float64(n.Bounds.Width())*160/float64(r.density), float64(n.Bounds.Height())*160/float64(r.density)
	colour, size := "#0f1111", 16
	if n.Look != nil {
		colour = safeColour(n.Look.Foreground, colour)
		if n.Look.TextSize > 0 {
			size = n.Look.TextSize
		}
	}
	drawn := fmt.Sprintf(`<rect width="%.0f" height="%.0f" rx="4" fill="%s"/>`, w, h, colour)
	if n.Text != "" {
		drawn = fmt.Sprintf(`<text y="%d" font-family="sans-serif" font-weight="bold" font-size="%d" fill="%s">%s</text>`, size, size, colour, template.HTMLEscapeString(n.Text))
	}
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f">%s</svg>`, w, h, drawn)
	return tag("img", [][2]string{{"alt", says}, {"style", "width:" + r.px(n.Bounds.Width()) + ";height:" + r.px(n.Bounds.Height())},
		{"src", "data:image/svg+xml," + strings.ReplaceAll(url.QueryEscape(svg), "+", "%20")}}, "")
}
