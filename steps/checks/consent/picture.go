package consent

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
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

// canvas is a picture whose pixels can be read fast.
type canvas struct {
	width, height int
	at            func(x, y int) color.RGBA
}

func decode(data []byte) (canvas, error) {
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return canvas{}, err
	}
	b := img.Bounds()
	c := canvas{width: b.Dx(), height: b.Dy()}
	switch m := img.(type) {
	case *image.RGBA:
		c.at = func(x, y int) color.RGBA {
			i := m.PixOffset(x+b.Min.X, y+b.Min.Y)
			return color.RGBA{m.Pix[i], m.Pix[i+1], m.Pix[i+2], 255}
		}
	case *image.NRGBA:
		c.at = func(x, y int) color.RGBA {
			i := m.PixOffset(x+b.Min.X, y+b.Min.Y)
			return color.RGBA{m.Pix[i], m.Pix[i+1], m.Pix[i+2], 255}
		}
	case *image.Paletted:
		palette := make([]color.RGBA, 256)
		for i, p := range m.Palette {
			palette[i] = color.RGBAModel.Convert(p).(color.RGBA)
		}
		c.at = func(x, y int) color.RGBA { return palette[m.Pix[m.PixOffset(x+b.Min.X, y+b.Min.Y)]] }
	default:
		c.at = func(x, y int) color.RGBA {
			return color.RGBAModel.Convert(img.At(x+b.Min.X, y+b.Min.Y)).(color.RGBA)
		}
	}
	return c, nil
}

// light turns pixels into steps of luminance, so that a picture can be measured
// without a power for each pixel.
type light struct {
	red, green, blue [256]uint32 // each channel's part of the luminance, of fine
	even             [fine + 1]uint16
}

const fine = 1 << 14

func newLight() *light {
	l := &light{}
	for i := range l.red {
		y := luminance(color.RGBA{uint8(i), uint8(i), uint8(i), 255}) * fine
		l.red[i], l.green[i], l.blue[i] = uint32(0.2126*y+0.5), uint32(0.7152*y+0.5), uint32(0.0722*y+0.5)
	}
	for i := range l.even {
		l.even[i] = uint16(math.Sqrt(float64(i)/fine)*(steps-1) + 0.5)
	}
	return l
}

const steps = 1024

// step is the luminance in steps that are even to the eye.
func (l *light) step(c color.RGBA) int {
	return int(l.even[min(l.red[c.R]+l.green[c.G]+l.blue[c.B], fine)])
}

// ofStep is the luminance in the middle of a step.
func ofStep(s int) float64 { f := float64(s) / (steps - 1); return f * f }

func ratio(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// The measuring of one tile.
const (
	tileSide = 56
	// noticed is the contrast from which a pixel counts as ink.
	noticed = 1.25
)

// tile is what a part of a text's area shows.
type tile struct {
	ratio float64
	ink   int
}

// scales a picture to the tree; ok is false if it shows another shape.
func (v *view) scale(c canvas) (float64, bool) {
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
	l := newLight()
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
func (l *light) measure(c canvas, area image.Rectangle) measure {
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

func (l *light) tile(c canvas, area image.Rectangle, rows []bool) tile {
	const bits = 4
	var colours [1 << (3 * bits)]uint16
	var steps [steps]uint16
	bin := func(p color.RGBA) int { return int(p.R>>bits)<<(2*bits) | int(p.G>>bits)<<bits | int(p.B>>bits) }
	total := area.Dx() * area.Dy()
	pixels := make([]uint16, 0, total)
	mode := 0
	var sums [1 << (3 * bits)]uint32
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			p := c.at(x, y)
			b, s := bin(p), l.step(p)
			colours[b]++
			sums[b] += uint32(s)
			steps[s]++
			pixels = append(pixels, uint16(s))
			if colours[b] > colours[mode] {
				mode = b
			}
		}
	}
	back := ofStep(int(sums[mode] / uint32(colours[mode])))
	dark, bright := limits(back)
	var below, above int
	for s, n := range steps {
		switch {
		case s < dark:
			below += int(n)
		case s > bright:
			above += int(n)
		}
	}
	t := tile{ink: max(below, above)}
	if t.ink*200 < total {
		return tileByColour(colours[:], sums[:], mode, total)
	}
	need := max(t.ink*3/100, 3)
	sum := 0
	if below >= above {
		for s := 0; s < dark; s++ {
			if sum += int(steps[s]); sum >= need {
				t.ratio = ratio(ofStep(s), back)
				break
			}
		}
	} else {
		for s := len(steps) - 1; s > bright; s-- {
			if sum += int(steps[s]); sum >= need {
				t.ratio = ratio(ofStep(s), back)
				break
			}
		}
	}
	for i, s := range pixels {
		if int(s) < dark || int(s) > bright {
			rows[i/area.Dx()] = true
		}
	}
	return t
}

// limits are the steps beyond which a pixel is noticed before a background.
func limits(back float64) (dark, bright int) {
	lo := (back+0.05)/noticed - 0.05
	hi := (back+0.05)*noticed - 0.05
	dark, bright = 0, steps
	if lo > 0 {
		dark = int(math.Sqrt(lo) * (steps - 1))
	}
	if hi < 1 {
		bright = int(math.Ceil(math.Sqrt(hi) * (steps - 1)))
	}
	return dark, bright
}

// tileByColour measures a text that is as light as what is behind it, and can
// only be told by its colour: the contrast is then close to 1.
func tileByColour(colours []uint16, sums []uint32, mode, total int) tile {
	apart := func(a, b int) int {
		d := 0
		for shift := 0; shift <= 8; shift += 4 {
			d = max(d, abs(a>>shift&15-b>>shift&15))
		}
		return d
	}
	second := -1
	for b, n := range colours {
		if n > 0 && apart(b, mode) >= 4 && (second < 0 || n > colours[second]) {
			second = b
		}
	}
	if second < 0 || int(colours[second])*50 < total {
		return tile{}
	}
	mean := func(b int) float64 { return ofStep(int(sums[b] / uint32(colours[b]))) }
	return tile{ratio: ratio(mean(second), mean(mode)), ink: int(colours[second])}
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
