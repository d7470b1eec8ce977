package screen

import "ffscert/drivers"

// TopAt is the topmost element at p: what would take a touch there, or what
// hides everything that would. It is nil where nothing is.
//
// Windows are asked from the highest down; in a window the child that is drawn
// last is asked first. An empty layout that merely lies there lets touches
// through; a layout that holds something covers the area of what it holds.
func (t *Tree) TopAt(p drivers.Point) *Node {
	for _, w := range t.Windows {
		if n := w.topAt(p); n != nil {
			return n
		}
		// A window takes all touches on its area. The system's own windows
		// may be larger than what they show.
		if w.Displayed && w.Package != systemUI && w.Bounds.Contains(p) {
			return w
		}
	}
	return nil
}

// systemUI draws the status and navigation bars, and the clock that changes by
// itself.
const systemUI = "com.android.systemui"

func (n *Node) topAt(p drivers.Point) *Node {
	if !n.Displayed || !n.Bounds.Contains(p) {
		return nil
	}
	var top *Node
	best := 0
	for i := len(n.children) - 1; i >= 0; i-- {
		c := n.children[i]
		if top != nil && c.DrawOrder <= best {
			continue
		}
		if hit := c.topAt(p); hit != nil {
			top, best = hit, c.DrawOrder
		}
	}
	if top != nil {
		return top
	}
	if n.solid() || n.content.contains(p) {
		return n
	}
	return nil
}

// solid tells whether n by itself shows something or takes touches.
func (n *Node) solid() bool {
	return n.touchable() || n.Scrollable || n.Text != "" || n.ContentDesc != "" || n.kind() == "ImageView"
}

func (n *Node) touchable() bool { return n.Clickable || n.LongClickable || n.Checkable }

// taker is the element that answers a touch on n: n, or the nearest around it
// that is made for touches.
func (n *Node) taker() *Node {
	for ; n != nil; n = n.parent {
		if n.touchable() {
			return n
		}
	}
	return nil
}

// OnTopAt tells whether a touch at p reaches n: what is topmost there is n,
// lies in n, or hands its touches to the same element as n does.
func (t *Tree) OnTopAt(n *Node, p drivers.Point) bool {
	if n == nil || !n.Displayed || !n.Bounds.Contains(p) {
		return false
	}
	top := t.TopAt(p)
	if top == nil {
		return false
	}
	if n.Has(top) || (top.Has(n) && !n.solid()) {
		return true
	}
	taker := n.taker()
	return taker != nil && taker == top.taker()
}

// ownContent is the area that n by itself fills with something to see or touch.
func (n *Node) ownContent() area {
	if n.Displayed && n.solid() {
		return area(n.Bounds)
	}
	return area{}
}

// area is a rectangle that may be empty; the empty one joins with everything.
type area drivers.Rect

func (a area) union(b area) area {
	if a.Width <= 0 || a.Height <= 0 {
		return b
	}
	if b.Width <= 0 || b.Height <= 0 {
		return a
	}
	left, top := min(a.X, b.X), min(a.Y, b.Y)
	right, bottom := max(a.X+a.Width, b.X+b.Width), max(a.Y+a.Height, b.Y+b.Height)
	return area{X: left, Y: top, Width: right - left, Height: bottom - top}
}

func (a area) contains(p drivers.Point) bool { return drivers.Rect(a).Contains(p) }
