package handset

import (
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/ui"
)

// gesture is what a finger has done since it came down.
type gesture struct {
	active   bool
	id       int  // the finger
	fingers  int  // how many are down
	dead     bool // nothing comes of it any more
	dragging bool
	held     bool // the long press has happened

	window   string // key of the window that was touched
	x, y     int
	at       time.Time
	long     string // key of the view that is pressed for long
	vertical string // keys of the scrollers below the finger
	sideways string
	bar      int // key code of the navigation bar's button; 0 if none
	sliding  string
	origin   int // the scroll offset when the drag began
	over     int // how far the list was dragged beyond its top, in pixels
	grace    int // the slop, with the sign of the drag
}

// swallow lets nothing come of the touch that is under way.
func (g *gesture) swallow() { g.dead = true }

// Touch hands one pointer event to the phone; see [ui.Handset].
func (h *Handset) Touch(p ui.Pointer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	if !h.awake {
		h.touch = gesture{}
		return
	}
	g := &h.touch
	switch p.Kind {
	case ui.PointerDown:
		if g.active && g.fingers > 0 && p.ID != g.id {
			// No app of the phone knows a gesture of two fingers.
			g.fingers++
			g.dead = true
			return
		}
		h.down(p)
	case ui.PointerMove:
		if g.active && p.ID == g.id && !g.dead {
			h.move(p)
		}
	case ui.PointerUp:
		if !g.active {
			return
		}
		if p.ID != g.id || g.fingers > 1 {
			g.fingers--
			if g.fingers <= 0 {
				h.touch = gesture{}
			}
			return
		}
		done := *g
		h.touch = gesture{}
		if !done.dead {
			h.up(&done, p)
		}
	case ui.PointerCancel:
		h.touch = gesture{}
	}
}

func (h *Handset) down(p ui.Pointer) {
	in := h.front()
	h.touch = gesture{active: true, fingers: 1, id: p.ID, x: p.X, y: p.Y, at: h.clock.Now()}
	g := &h.touch
	w, ht := h.size()
	if p.Y >= ht-h.dp(navigationBarDP) {
		g.bar = []int{keyBack, keyHome, keyRecents}[min(max(p.X, 0)*3/w, 2)]
		return
	}
	if h.animating(in) || p.Y < h.dp(statusBarDP) || h.keyboardShown() && h.keyboardArea().Contains(p.X, p.Y) {
		g.dead = true
		return
	}
	top := h.touchable(p.X, p.Y)
	g.window = top.key
	if !top.bounds.Contains(p.X, p.Y) {
		g.dead = true // beside a dialog
		return
	}
	h.aim(top.root, p.X, p.Y, g)
	if g.long != "" {
		h.lookIn(longPressAfter)
	}
}

// aim notes what lies below the finger: the innermost view that takes a long
// press, and the innermost scrollers.
func (h *Handset) aim(v *view, x, y int, g *gesture) {
	if !v.clip.Contains(x, y) {
		return
	}
	if len(v.el.LongPress) > 0 && v.enabled {
		g.long = v.key
	}
	if v.scrollable {
		if v.el.Scroll == "horizontal" {
			g.sideways = v.key
		} else {
			g.vertical = v.key
		}
	}
	for _, c := range v.children {
		h.aim(c, x, y, g)
	}
}

func (h *Handset) move(p ui.Pointer) {
	g := &h.touch
	dx, dy := p.X-g.x, p.Y-g.y
	slop := h.dp(touchSlopDP)
	if g.bar != 0 || g.held {
		return
	}
	if !g.dragging {
		switch {
		case abs(dy) > slop && abs(dy) >= abs(dx) && g.vertical != "":
			g.sliding, g.grace = g.vertical, sign(dy)*slop
		case abs(dx) > slop && abs(dx) > abs(dy) && g.sideways != "":
			g.sliding, g.grace = g.sideways, sign(dx)*slop
		default:
			return
		}
		g.dragging = true
		if v := h.touched(g.sliding); v != nil {
			g.origin = min(v.env.page.scroll[v.key], v.scrollMax())
		}
	}
	v := h.touched(g.sliding)
	if v == nil {
		g.dead = true
		return
	}
	d := dy
	if v.el.Scroll == "horizontal" {
		d = dx
	}
	wanted := g.origin - (d - g.grace)
	v.env.page.scroll[v.key] = min(max(wanted, 0), v.scrollMax())
	g.over = max(-wanted, 0)
}

func (h *Handset) up(g *gesture, p ui.Pointer) {
	_, ht := h.size()
	switch {
	case g.bar != 0:
		if p.Y >= ht-h.dp(navigationBarDP) {
			h.key(g.bar)
		}
	case g.held:
	case g.dragging:
		if v := h.touched(g.sliding); v != nil && float64(g.over) >= pullShare*float64(ht)-float64(h.dp(touchSlopDP)) {
			h.run(v.env, v.el.Pull)
		}
	default:
		h.tap(g, p)
	}
}

// tap does what a tap at that point does: the innermost view that takes taps
// and lies below both where the finger came down and where it went up gets it.
func (h *Handset) tap(g *gesture, p ui.Pointer) {
	top := h.touchable(g.x, g.y)
	if top.key != g.window {
		return
	}
	v := handler(top.root, g.x, g.y)
	if v == nil || !v.clip.Contains(p.X, p.Y) || !v.enabled || h.lab.TapLost() {
		return
	}
	if v.el.Input != "" {
		v.env.page.focus, v.env.page.hidden = v.key, false
	}
	h.run(v.env, v.el.Tap)
}

// handler is the view that takes a touch at a point: of those drawn there the
// last one that is clickable, as Android asks them.
func handler(v *view, x, y int) *view {
	if !v.clip.Contains(x, y) {
		return nil
	}
	for i := len(v.children) - 1; i >= 0; i-- {
		if c := handler(v.children[i], x, y); c != nil {
			return c
		}
	}
	if v.clickable() {
		return v
	}
	return nil
}

// longPress happens while the finger is still down, as soon as somebody looks.
func (h *Handset) longPress(now time.Time) {
	g := &h.touch
	if !g.active || g.dead || g.dragging || g.held || g.long == "" || now.Sub(g.at) < longPressAfter {
		return
	}
	if v := h.touched(g.long); v != nil {
		g.held = true
		h.run(v.env, v.el.LongPress)
		return
	}
	g.dead = true
}

// touched is the view of that key in the window on top, if the touch began there.
func (h *Handset) touched(key string) *view {
	top := h.touchable(h.touch.x, h.touch.y)
	if top.key != h.touch.window && h.touch.active {
		return nil
	}
	return top.root.find(key)
}

// act does a list of actions for the page in front.
func (h *Handset) act(list apps.Actions) {
	in := h.front()
	h.run(&env{h: h, in: in, page: in.top(), parts: in.top().from}, list)
}

func abs(n int) int { return max(n, -n) }

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}
