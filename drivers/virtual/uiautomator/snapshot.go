package uiautomator

import (
	"slices"
	"strings"

	"ffscert/drivers/virtual/ui"
)

// node is a ui.Node with what a tree walk needs. The tree is immutable once it
// is built.
type node struct {
	*ui.Node
	parent *node
	index  int // among the parent's children, invisible ones counted
	kids   []*node
}

// screen is what the handset showed at one moment: every window, complete.
type screen struct {
	windows []*node // lowest first, as the handset gives them
	active  *node   // the window that has the input; nil if there is none
	width   int
	height  int // of the whole screen
	navBar  int
	turned  int // rotation, 0 to 3
}

func look(h ui.Handset) *screen {
	s := &screen{turned: h.Rotation()}
	s.width, s.height, _, s.navBar = h.Size()
	for _, w := range h.Windows() {
		if w != nil {
			s.windows = append(s.windows, adopt(w, nil, len(s.windows)))
		}
	}
	for _, w := range slices.Backward(s.windows) {
		if !s.decoration(w) {
			s.active = w
			break
		}
	}
	if s.active == nil && len(s.windows) > 0 {
		s.active = s.windows[len(s.windows)-1]
	}
	return s
}

// decoration tells whether a window never takes the input focus: the system
// bars, the soft keyboard, and what an app draws over others.
func (s *screen) decoration(w *node) bool {
	if w.Unfocused {
		return true
	}
	if strings.Contains(w.Package, "inputmethod") {
		return true
	}
	return w.Package == "com.android.systemui" && w.Bounds.Height()*3 < s.height
}

func adopt(n *ui.Node, parent *node, index int) *node {
	out := &node{Node: n, parent: parent, index: index}
	if len(n.Children) > 0 {
		out.kids = make([]*node, 0, len(n.Children))
		for i, c := range n.Children {
			if c != nil {
				out.kids = append(out.kids, adopt(c, out, i))
			}
		}
	}
	return out
}

// roots are the windows that a search covers: the active one, or all with the
// topmost first.
func (s *screen) roots(multi bool) []*node {
	if multi {
		out := slices.Clone(s.windows)
		slices.Reverse(out)
		return out
	}
	if s.active == nil {
		return nil
	}
	return []*node{s.active}
}

// everywhere are all windows, the active one first.
func (s *screen) everywhere() []*node {
	if s.active == nil {
		return nil
	}
	out := []*node{s.active}
	for _, w := range slices.Backward(s.windows) {
		if w != s.active {
			out = append(out, w)
		}
	}
	return out
}

// find returns the node with that key, visible or not, in any window.
func (s *screen) find(key string) *node {
	for _, w := range s.windows {
		if n := w.first(func(n *node) bool { return n.Key == key }); n != nil {
			return n
		}
	}
	return nil
}

// first is the first node in document order for which ok holds, n included.
func (n *node) first(ok func(*node) bool) *node {
	if ok(n) {
		return n
	}
	for _, k := range n.kids {
		if m := k.first(ok); m != nil {
			return m
		}
	}
	return nil
}

// visible visits the nodes that a search sees, in document order: invisible
// ones are left out with everything below them. visit returning false ends
// the walk.
func (n *node) visible(visit func(*node) bool) bool {
	if !visit(n) {
		return false
	}
	for _, k := range n.kids {
		if k.Displayed && !k.visible(visit) {
			return false
		}
	}
	return true
}

// size is the number of nodes of all windows.
func (s *screen) size() int {
	var count func(*node) int
	count = func(n *node) int {
		c := 1
		for _, k := range n.kids {
			c += count(k)
		}
		return c
	}
	total := 0
	for _, w := range s.windows {
		total += count(w)
	}
	return total
}

// same tells whether two screens show the same things at the same places.
func (s *screen) same(o *screen) bool {
	if len(s.windows) != len(o.windows) {
		return false
	}
	for i, w := range s.windows {
		if !w.same(o.windows[i]) {
			return false
		}
	}
	return true
}

func (n *node) same(o *node) bool {
	if n.Key != o.Key || n.Bounds != o.Bounds || n.Displayed != o.Displayed || n.Text != o.Text || len(n.kids) != len(o.kids) {
		return false
	}
	for i, k := range n.kids {
		if !k.same(o.kids[i]) {
			return false
		}
	}
	return true
}
