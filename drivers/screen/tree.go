// Package screen reads what is on a phone's screen: it parses a UiAutomator
// page source into an immutable tree, answers questions on that tree, and
// holds the screen maps, which say as data where the elements of an app are.
//
// It knows nothing of servers, sessions, steps or time: it is given a page
// source and judges it.
package screen

import (
	"strings"

	"ffscert/drivers"
)

// Tree is a page source as it was at one moment. It does not change, and may
// be read from several goroutines.
type Tree struct {
	// Windows are the roots of the windows, the highest first, as Android's
	// UiAutomation.getWindows orders them. A source that was taken without
	// enableMultiWindows has one.
	Windows []*Node
	// Width and Height are the screen's size in pixels; 0 if the source does
	// not say. Rotation is 0 to 3, as android.view.Surface counts.
	Width, Height, Rotation int
	// IOS tells that the page source is one of XCUITest.
	IOS bool

	nodes []Node // in document order
}

// Node is one element of a [Tree], by the names of UiAutomator2's page source.
// On iOS, Class is XCUITest's type, ResourceID the name, ContentDesc the label,
// Text the value, Displayed visible, and Package the bundle id, if the source
// names it; Bounds are in points. It is read only.
type Node struct {
	Class       string
	Text        string
	ContentDesc string
	ResourceID  string
	Package     string
	Hint        string
	// Bounds is the visible part, in pixels of the screen.
	Bounds drivers.Rect
	// Index is the place among its siblings as the source says it.
	Index int
	// DrawOrder is when its parent draws it, smaller first; where the source
	// does not say, it is the place in the document.
	DrawOrder int

	Clickable, LongClickable, Checkable, Checked, Enabled bool
	Focusable, Focused, Scrollable, Selected, Password    bool
	Displayed                                             bool

	parent   *Node
	children []*Node
	first    int  // own place in document order
	last     int  // place of the last node below it
	content  area // the area that it and what is below it fill
}

// Parent is the element around n; nil for the root of a window.
func (n *Node) Parent() *Node { return n.parent }

// Children are the elements in n, in document order. The slice must not be changed.
func (n *Node) Children() []*Node { return n.children }

// Has tells whether other is n itself or lies below it.
func (n *Node) Has(other *Node) bool {
	return other != nil && n.root() == other.root() && n.first <= other.first && other.first <= n.last
}

func (n *Node) root() *Node {
	for n.parent != nil {
		n = n.parent
	}
	return n
}

// Label is what a person would call the element: its text, else its
// description, else its id without the package, else its class's last word.
func (n *Node) Label() string {
	switch {
	case n.Text != "":
		return n.Text
	case n.ContentDesc != "":
		return n.ContentDesc
	case n.ResourceID != "":
		return n.ResourceID[strings.LastIndexByte(n.ResourceID, '/')+1:]
	}
	return n.kind()
}

// kind is the class without its package.
func (n *Node) kind() string {
	return strings.TrimPrefix(n.Class[strings.LastIndexByte(n.Class, '.')+1:], iosPrefix)
}

// Len is the number of elements.
func (t *Tree) Len() int { return len(t.nodes) }

// Each visits all elements in document order until visit returns false.
func (t *Tree) Each(visit func(*Node) bool) {
	for i := range t.nodes {
		if !visit(&t.nodes[i]) {
			return
		}
	}
}

// All returns the elements that match, in document order.
func (t *Tree) All(q Query) []*Node {
	var found []*Node
	nth := 0
	for i := range t.nodes {
		n := &t.nodes[i]
		if !q.Matches(n) {
			continue
		}
		if q.Instance == nil {
			found = append(found, n)
			continue
		}
		if nth == *q.Instance {
			return []*Node{n}
		}
		nth++
	}
	return found
}

// First returns the first element that matches, or nil.
func (t *Tree) First(q Query) *Node {
	if q.Instance != nil {
		if all := t.All(q); len(all) > 0 {
			return all[0]
		}
		return nil
	}
	for i := range t.nodes {
		if n := &t.nodes[i]; q.Matches(n) {
			return n
		}
	}
	return nil
}

// Packages are the packages of the windows, the highest window first.
func (t *Tree) Packages() []string {
	var packages []string
	for _, w := range t.Windows {
		packages = append(packages, w.Package)
	}
	return packages
}
