package consent

import (
	"slices"
	"strings"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

// view is a screen as the rules look at it.
type view struct {
	*Screen
	subject *subject
	at      int  // place in the journey
	amazon  bool // Amazon's sign-in or consent
	// page is the window in which the page is; front is its package.
	page  *screen.Node
	front string
	// above are windows and nodes of the partner app that lie over Amazon's page.
	above []*screen.Node
	// texts are what can be read, controls what can be tapped, in reading order.
	texts    []text
	controls []control
	dom      *document
	picture  measures
	// long says that the page is longer than the screen; domToo, that the document
	// tells what is below it.
	long, domToo bool
}

// text is a node that says something.
type text struct {
	node *screen.Node
	says string
	// control is the node around it (or itself) that takes touches; nil for prose.
	control *screen.Node
}

// control is a node that can be tapped.
type control struct {
	node  *screen.Node // nil if only the document has it
	label string
	// named are its texts one by one, such as text and description.
	named  []string
	button bool  // a button by its class, rather than a link
	on     *view // where it is; set only among the controls of a whole page
}

func (c control) bounds() drivers.Rect {
	if c.node == nil {
		return drivers.Rect{}
	}
	return c.node.Bounds
}

// newView reads a screen.
func newView(s *subject, sc *Screen, at int) *view {
	v := &view{Screen: sc, subject: s, at: at}
	v.dom = readDocument(sc.HTML)
	v.amazon = v.isAmazon()
	v.choosePage()
	v.read()
	return v
}

// isAmazon tells Amazon's pages from the app's own: the consent page always is,
// a sign-in page if another app shows it, or a web view with Amazon's form.
func (v *view) isAmazon() bool {
	switch {
	case v.Role == Consent:
		return true
	case v.Role != SignIn:
		return false
	case v.Package != v.subject.c.AppPackage:
		return true
	}
	found := v.dom != nil
	v.Tree.Each(func(n *screen.Node) bool {
		if kind(n) == "WebView" || strings.HasPrefix(n.ResourceID, "ap_") || n.ResourceID == "signInSubmit" || n.ResourceID == "auth-mfa-otpcode" {
			found = true
		}
		return !found
	})
	return found
}

func kind(n *screen.Node) string { return n.Class[strings.LastIndexByte(n.Class, '.')+1:] }

// choosePage finds the window in which the page is, and what lies over it.
func (v *view) choosePage() {
	app := v.subject.c.AppPackage
	best := -1
	for _, w := range v.Tree.Windows {
		if systemPackage(w.Package) || !w.Displayed {
			continue
		}
		score := 1
		walk(w, func(n *screen.Node) bool {
			l := label(nodeLabel(n))
			switch {
			case kind(n) == "WebView":
				score += 3
			case v.Role == Consent && n.Clickable && (v.subject.refuses(l) || v.subject.allows(l)):
				score += 10
			}
			return true
		})
		if v.amazon && packageOf(w) != app {
			score += 5
		}
		// The larger window is the page if nothing else tells.
		if score > best || score == best && area(w.Bounds) > area(v.page.Bounds) {
			best, v.page = score, w
		}
	}
	if v.page == nil {
		v.page = v.Tree.Windows[0]
	}
	if v.front = packageOf(v.page); v.front == "" {
		v.front = v.Package
	}
	if !v.amazon {
		return
	}
	for _, w := range v.Tree.Windows {
		if w != v.page && packageOf(w) == app && w.Displayed && overlaps(w.Bounds, v.page.Bounds) {
			v.above = append(v.above, w)
		}
	}
	if v.front == app {
		return
	}
	walk(v.page, func(n *screen.Node) bool {
		if n.Package == app && n.Displayed {
			v.above = append(v.above, n)
			return false
		}
		return true
	})
}

// packageOf is the package of a window: its root's, or that of most of its nodes.
func packageOf(w *screen.Node) string {
	if w.Package != "" {
		return w.Package
	}
	found := ""
	walk(w, func(n *screen.Node) bool {
		if n.Package != "" {
			found = n.Package
		}
		return found == ""
	})
	return found
}

func area(r drivers.Rect) int { return max(r.Width, 0) * max(r.Height, 0) }

func overlaps(a, b drivers.Rect) bool {
	return a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height
}

// walk visits a node and what is below it until visit returns false, which
// leaves the rest of that branch out. Depth is bounded by the parser.
func walk(n *screen.Node, visit func(*screen.Node) bool) {
	if !visit(n) {
		return
	}
	for _, c := range n.Children() {
		walk(c, visit)
	}
}

// read collects texts and controls of the page's content.
func (v *view) read() {
	for _, root := range v.content() {
		walk(root, func(n *screen.Node) bool {
			if !n.Displayed || slices.Contains(v.above, n) || v.browserBar(n) {
				return false
			}
			if n.Bounds.Width <= 0 || n.Bounds.Height <= 0 {
				return true
			}
			if says := nodeLabel(n); says != "" && kind(n) != "WebView" && !(kind(n) == "EditText" && n.Text != "" && n.Text != n.Hint) {
				v.texts = append(v.texts, text{n, says, taker(n)})
			}
			if n.Clickable && kind(n) != "WebView" && !v.wholePage(n) {
				v.controls = append(v.controls, newControl(n))
			}
			return true
		})
	}
	if v.dom != nil && v.amazon && len(v.texts) == 0 {
		v.controls = append(v.controls, v.dom.controls...)
	}
}

// content is where the page itself is: Amazon's page in its web view, if the
// tree shows what is in it; else all windows that are not the system's.
func (v *view) content() []*screen.Node {
	if v.amazon {
		var views []*screen.Node
		walk(v.page, func(n *screen.Node) bool {
			if kind(n) == "WebView" && len(n.Children()) > 0 {
				views = append(views, n)
				return false
			}
			return true
		})
		if len(views) > 0 {
			return views
		}
		return []*screen.Node{v.page}
	}
	var roots []*screen.Node
	for _, w := range v.Tree.Windows {
		if !systemPackage(packageOf(w)) {
			roots = append(roots, w)
		}
	}
	return roots
}

// browserBar tells whether a node is part of a browser rather than of a page.
func (v *view) browserBar(n *screen.Node) bool {
	if hostOf(v.front, v.subject.c.AppPackage) != hostBrowser {
		return false
	}
	id, ok := strings.CutPrefix(n.ResourceID, v.front+":id/")
	if !ok {
		return false
	}
	for _, part := range []string{"toolbar", "url", "location", "close_button", "menu", "security", "tab_switcher", "home_button", "control_container", "progress", "infobar", "origin", "title_bar", "action_bar"} {
		if strings.Contains(id, part) {
			return true
		}
	}
	return false
}

// wholePage tells whether a node that takes touches is a mere container.
func (v *view) wholePage(n *screen.Node) bool {
	return len(n.Children()) > 0 && 2*area(n.Bounds) > area(v.page.Bounds)
}

func nodeLabel(n *screen.Node) string {
	if t := strings.TrimSpace(n.Text); t != "" {
		return t
	}
	if t := strings.TrimSpace(n.ContentDesc); t != "" {
		return t
	}
	return strings.TrimSpace(n.Hint)
}

// taker is the node that answers a touch on n, if it is no large container.
func taker(n *screen.Node) *screen.Node {
	root := n
	for root.Parent() != nil {
		root = root.Parent()
	}
	for p := n; p != nil; p = p.Parent() {
		if p.Clickable || p.Checkable {
			if p != n && 3*area(p.Bounds) > area(root.Bounds) {
				return nil
			}
			return p
		}
	}
	return nil
}

func newControl(n *screen.Node) control {
	c := control{node: n, label: nodeLabel(n), button: strings.HasSuffix(kind(n), "Button")}
	for _, s := range []string{n.Text, n.ContentDesc} {
		if s = strings.TrimSpace(s); s != "" {
			c.named = append(c.named, s)
		}
	}
	if c.label != "" {
		return c
	}
	var parts []string
	for _, child := range n.Children() {
		walk(child, func(n *screen.Node) bool {
			if n.Clickable || !n.Displayed {
				return false
			}
			if l := nodeLabel(n); l != "" {
				parts = append(parts, l)
				c.named = append(c.named, l)
			}
			return true
		})
	}
	c.label = strings.Join(parts, " ")
	return c
}

// proseOf is what is said on the screen outside of controls, of the texts that
// are wanted: in normal form, one per line, so that a sentence does not run on
// into the next text.
func (v *view) proseOf(wanted func(text) bool) string {
	var b strings.Builder
	for _, t := range v.texts {
		if t.control == nil && wanted(t) {
			b.WriteString(normal(t.says) + ".\n")
		}
	}
	if v.readsDocument() {
		for _, s := range v.dom.prose {
			if wanted(text{says: s}) {
				b.WriteString(normal(s) + ".\n")
			}
		}
	}
	return b.String()
}

// evidence are the files that show the screen.
func (v *view) evidence() []string {
	var files []string
	if len(v.Picture) > 0 {
		files = append(files, v.File+".png")
	}
	return append(files, v.File+".xml")
}
