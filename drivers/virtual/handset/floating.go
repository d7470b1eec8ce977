package handset

import (
	"maps"
	"slices"
	"strconv"

	"ffscert/drivers/virtual/ui"
)

// floating are the windows that running apps draw over the app in front, the
// lowest first. They are not modal, and never take the input focus.
func (h *Handset) floating() []*window {
	w, ht := h.size()
	area := ui.Rect{Top: h.dp(statusBarDP), Right: w, Bottom: ht - h.dp(navigationBarDP)}
	var list []*window
	for _, pkg := range slices.Sorted(maps.Keys(h.running)) {
		in := h.running[pkg]
		e := &env{h: h, in: in, page: in.top(), memo: &memo{}}
		for _, o := range in.model.Overlays {
			if !o.Floating || !o.When.Holds(e.field) {
				continue
			}
			win := &window{key: pkg + "/" + strconv.Itoa(in.pid) + "/" + o.Name + "#" + e.instanceOf(o), name: o.Name, env: e, overlay: o, app: in, pkg: in.model.Package}
			if win.root = h.build(e, o.Body, win.key); win.root != nil {
				h.layout(win, area, 0, 0)
				list = append(list, win)
			}
		}
	}
	return list
}

// touchable is the window that takes a touch: the topmost one that floats there,
// or else the window on top of the app in front.
func (h *Handset) touchable(x, y int) *window {
	for _, w := range slices.Backward(h.floating()) {
		if w.bounds.Contains(x, y) {
			return w
		}
	}
	all := h.compose()
	return all[len(all)-1]
}
