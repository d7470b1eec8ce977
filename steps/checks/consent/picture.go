package consent

import (
	"image"
	"math"
	"slices"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

// measures are what a screen's picture says about texts.
type measures struct {
	done bool
	why  string // why there are none
	of   map[*screen.Node]measure
}

// measure is what the picture says about one text.
type measure struct {
	ratio float64 // of contrast; 0 if it cannot be told
	// height is that of the text's letters, from the top of the tallest to the
	// foot of the lowest in one line, in pixels of the screen; 0 if unknown.
	height float64
}

// scales a picture to the tree; ok is false if it shows another shape.
func (v *view) scale(c *canvas) (float64, bool) {
	w, h := v.Tree.Width, v.Tree.Height
	if w <= 0 || h <= 0 {
		for _, root := range v.Tree.Windows {
			w, h = max(w, root.Bounds.X+root.Bounds.Width), max(h, root.Bounds.Y+root.Bounds.Height)
		}
	}
	if w <= 0 || h <= 0 {
		return 0, false
	}
	sx, sy := float64(c.width)/float64(w), float64(c.height)/float64(h)
	// The source may leave the bars out, above or below.
	if math.Abs(sx-1) < 0.01 && sy > 0.99 && sy < 1.2 {
		return 1, true
	}
	return sx, math.Abs(sx-sy) <= 0.02*max(sx, sy)
}

// measured returns the measures of a screen's texts, taken once.
func (v *view) measured() *measures {
	m := &v.picture
	if m.done {
		return m
	}
	m.done = true
	if len(v.Picture) == 0 {
		m.why = "there is no picture of " + v.File
		return m
	}
	c, err := decode(v.Picture)
	if err != nil {
		m.why = "the picture of " + v.File + " cannot be read: " + err.Error()
		return m
	}
	s, ok := v.scale(c)
	if !ok {
		m.why = "the picture of " + v.File + " has another shape than the screen"
		return m
	}
	m.of = map[*screen.Node]measure{}
	l := v.subject.a.light
	for _, t := range v.texts {
		if _, done := m.of[t.node]; done || !v.painted(t) {
			continue
		}
		r := textArea(t)
		area := image.Rect(int(float64(r.X)*s), int(float64(r.Y)*s), int(float64(r.X+r.Width)*s), int(float64(r.Y+r.Height)*s)).Intersect(image.Rect(0, 0, c.width, c.height))
		got := l.measure(c, area)
		got.height /= s
		m.of[t.node] = got
	}
	return m
}

// textArea is where a text stands: its node, without the rounded corners and
// the line around a button.
func textArea(t text) drivers.Rect {
	r := t.node.Bounds
	if !t.node.Clickable && !t.node.Checkable {
		return r
	}
	dx, dy := min(r.Height/4, r.Width/6), r.Height/8
	return drivers.Rect{X: r.X + dx, Y: r.Y + dy, Width: r.Width - 2*dx, Height: r.Height - 2*dy}
}

// measure is the contrast of the text in an area with what is behind it. The
// area is measured in tiles, each with a background of its own, so that a
// gradient does not blur it; in a tile the background is the commonest colour,
// and the text is what differs most from it, apart from the outermost 3 %, so
// that the half-tones of smoothed edges do not count. The ratio is the one that
// at least 85 % of the text reaches.
func (l *light) measure(c *canvas, area image.Rectangle) measure {
	if area.Dx() < 4 || area.Dy() < 4 {
		return measure{}
	}
	var tiles []tile
	ink := 0
	rows := make([]bool, area.Dy())
	for y := area.Min.Y; y < area.Max.Y; y += tileSide {
		for x := area.Min.X; x < area.Max.X; x += tileSide {
			t := l.tile(c, image.Rect(x, y, min(x+tileSide, area.Max.X), min(y+tileSide, area.Max.Y)), rows[y-area.Min.Y:])
			if t.ink > 0 {
				tiles = append(tiles, t)
				ink += t.ink
			}
		}
	}
	if ink < 12 {
		return measure{}
	}
	slices.SortFunc(tiles, func(a, b tile) int {
		switch {
		case a.ratio < b.ratio:
			return -1
		case a.ratio > b.ratio:
			return 1
		}
		return 0
	})
	m := measure{height: float64(tallest(rows))}
	sum := 0
	for _, t := range tiles {
		m.ratio = t.ratio
		if sum += t.ink; sum*100 >= ink*15 {
			break
		}
	}
	return m
}

// tallest is the longest run of rows with ink.
func tallest(rows []bool) int {
	best, run := 0, 0
	for _, ink := range rows {
		if run++; !ink {
			run = 0
		}
		best = max(best, run)
	}
	return best
}
