package handset

import (
	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/ui"
)

// unbounded is how much room there is along a scroller.
const unbounded = 1 << 24

// layout gives every view of a window its place. dx and dy is how far the
// window is from its place while it slides in.
func (h *Handset) layout(w *window, area ui.Rect, dx, dy int) {
	wrap := w.overlay != nil && !w.overlay.Fullscreen
	if wrap {
		aw := area.Width() - 2*h.dp(24)
		h.measure(w.root, aw, area.Height()-2*h.dp(24), false, false)
		left := area.Left + (area.Width()-w.root.w)/2 + dx
		top := area.Top + (area.Height()-w.root.h)/2 + dy
		if w.overlay.Floating {
			top = area.Top + aligned(w.root.el.AlignY, area.Height()-w.root.h)
		}
		w.bounds = ui.Rect{Left: left, Top: top, Right: left + w.root.w, Bottom: top + w.root.h}.Intersect(area)
		h.place(w.root, left, top, w.bounds)
		return
	}
	h.measure(w.root, area.Width(), area.Height(), true, true)
	w.root.w, w.root.h = area.Width(), area.Height()
	h.place(w.root, area.Left+dx, area.Top+dy, area)
}

// measure decides how large a view wants to be. fillW and fillH say what a
// size that is left out means.
func (h *Handset) measure(v *view, availW, availH int, fillW, fillH bool) {
	el := v.el
	padX, padY := h.dp(el.Pad.Left)+h.dp(el.Pad.Right), h.dp(el.Pad.Top)+h.dp(el.Pad.Bottom)
	w, knownW := h.fixed(el.Width, availW, fillW)
	ht, knownH := h.fixed(el.Height, availH, fillH)
	inW, inH := availW-padX, availH-padY
	if knownW {
		inW = w - padX
	}
	if knownH {
		inH = ht - padY
	}
	inW, inH = max(inW, 0), max(inH, 0)
	cw, ch := 0, 0
	switch {
	case len(v.children) == 0:
		cw, ch = h.leaf(v, inW)
	case el.Scroll == "horizontal":
		cw, ch = h.line(v, unbounded, inH, true, knownH)
		v.content = cw
	case el.Scroll == "vertical":
		cw, ch = h.line(v, inW, unbounded, false, knownW)
		v.content = ch
	case el.Layout == "row":
		cw, ch = h.line(v, inW, inH, true, knownH)
	case el.Layout == "stack":
		cw, ch = h.stack(v, inW, inH, knownW, knownH)
	default:
		cw, ch = h.line(v, inW, inH, false, knownW)
	}
	if !knownW {
		w = min(cw+padX, availW)
	}
	if !knownH {
		ht = min(ch+padY, availH)
	}
	v.w, v.h = max(w, 0), max(ht, 0)
}

// fixed is a size that does not depend on the content, if it is one.
func (h *Handset) fixed(s apps.Size, avail int, fill bool) (int, bool) {
	switch s.Kind {
	case apps.SizeDP:
		return h.dp(s.DP), true
	case apps.SizeFill:
		return avail, avail < unbounded
	case apps.SizeWrap:
		return 0, false
	}
	return avail, fill && avail < unbounded
}

// leaf is the size of a text or a drawing.
func (h *Handset) leaf(v *view, availW int) (w, ht int) {
	size, bold := 0, false
	if l := v.el.Look; l != nil {
		size, bold = l.Size, l.Bold
	}
	text := v.text
	if text == "" {
		text = v.hint
	}
	if text == "" && v.el.Look != nil {
		text = v.env.say(v.el.Look.Caption)
	}
	if text == "" && v.icon != "" {
		return h.dp(24), h.dp(24)
	}
	if text == "" {
		return 0, 0
	}
	lines, w, lineHeight := h.painter.Measure(text, float64(h.dp(h.textSize(size))), bold, min(availW, unbounded-1))
	return w, lineHeight * len(lines)
}

// line measures children one after the other, along a row or a column. What is
// left over is shared by those that fill.
func (h *Handset) line(v *view, availW, availH int, row, knownAcross bool) (w, ht int) {
	room := availH
	if row {
		room = availW
	}
	room -= max(len(v.children)-1, 0) * h.dp(v.el.Gap)
	var fillers []*view
	for _, c := range v.children {
		mx, my := h.margins(c)
		along := c.el.Height
		if row {
			along = c.el.Width
		}
		if along.Kind == apps.SizeFill && room < unbounded/2 {
			fillers = append(fillers, c)
			if row {
				room -= mx
			} else {
				room -= my
			}
			continue
		}
		if row {
			h.measure(c, max(room-mx, 0), max(availH-my, 0), false, false)
			room -= c.w + mx
		} else {
			h.measure(c, max(availW-mx, 0), max(room-my, 0), knownAcross, false)
			room -= c.h + my
		}
	}
	for i, c := range fillers {
		mx, my := h.margins(c)
		share := max(room/(len(fillers)-i), 0)
		room -= share
		if row {
			h.measure(c, share, max(availH-my, 0), true, false)
		} else {
			h.measure(c, max(availW-mx, 0), share, knownAcross, true)
		}
	}
	for i, c := range v.children {
		mx, my := h.margins(c)
		gap := h.dp(v.el.Gap)
		if i == 0 {
			gap = 0
		}
		if row {
			w, ht = w+c.w+mx+gap, max(ht, c.h+my)
		} else {
			w, ht = max(w, c.w+mx), ht+c.h+my+gap
		}
	}
	return w, ht
}

func (h *Handset) stack(v *view, availW, availH int, knownW, knownH bool) (w, ht int) {
	for _, c := range v.children {
		mx, my := h.margins(c)
		h.measure(c, max(availW-mx, 0), max(availH-my, 0), knownW, false)
		w, ht = max(w, c.w+mx), max(ht, c.h+my)
	}
	return w, ht
}

func (h *Handset) margins(v *view) (x, y int) {
	m := v.el.Margin
	return h.dp(m.Left) + h.dp(m.Right), h.dp(m.Top) + h.dp(m.Bottom)
}

// place puts a view at a point, and what it holds inside it.
func (h *Handset) place(v *view, x, y int, clip ui.Rect) {
	v.frame = ui.Rect{Left: x, Top: y, Right: x + v.w, Bottom: y + v.h}
	v.clip = v.frame.Intersect(clip)
	el := v.el
	inner := ui.Rect{Left: x + h.dp(el.Pad.Left), Top: y + h.dp(el.Pad.Top), Right: x + v.w - h.dp(el.Pad.Right), Bottom: y + v.h - h.dp(el.Pad.Bottom)}
	row := el.Layout == "row" && el.Scroll != "vertical" || el.Scroll == "horizontal"
	offset := 0
	if el.Scroll != "" {
		v.scrollable = v.scrollMax() > 0 || len(el.Pull) > 0
		if !v.env.whole {
			offset = min(max(v.env.page.scroll[v.key], 0), v.scrollMax())
		}
	}
	at := inner
	if row {
		at.Left -= offset
	} else {
		at.Top -= offset
	}
	for _, c := range v.children {
		m := c.el.Margin
		cx, cy := at.Left+h.dp(m.Left), at.Top+h.dp(m.Top)
		mx, my := h.margins(c)
		switch {
		case el.Layout == "stack" && el.Scroll == "":
			cx += aligned(c.el.AlignX, inner.Width()-c.w-mx)
			cy += aligned(c.el.AlignY, inner.Height()-c.h-my)
		case row:
			cy += aligned(c.el.AlignY, inner.Height()-c.h-my)
			at.Left += c.w + mx + h.dp(el.Gap)
		default:
			cx += aligned(c.el.AlignX, inner.Width()-c.w-mx)
			at.Top += c.h + my + h.dp(el.Gap)
		}
		h.place(c, cx, cy, v.clip)
	}
}

func aligned(how string, room int) int {
	switch how {
	case "center":
		return room / 2
	case "end":
		return room
	}
	return 0
}

// scrollMax is how far the content can be scrolled, in pixels.
func (v *view) scrollMax() int {
	size := v.h
	if v.el.Scroll == "horizontal" {
		size = v.w
	}
	h := v.env.h
	if v.el.Scroll == "horizontal" {
		size -= h.dp(v.el.Pad.Left) + h.dp(v.el.Pad.Right)
	} else {
		size -= h.dp(v.el.Pad.Top) + h.dp(v.el.Pad.Bottom)
	}
	return max(v.content-size, 0)
}
