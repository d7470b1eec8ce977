package consent

import (
	"image"
	"image/color"
	"math"
)

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

// spread is how the pixels of a tile spread over colours and luminance. Colours
// are put together in bins, by the upper bits of each channel.
type spread struct {
	colours [1 << (3 * bits)]uint16 // pixels, by bin
	sums    [1 << (3 * bits)]uint32 // of their steps, by bin
	bins    []uint16                // that have pixels
	steps   [steps]uint16           // pixels, by step
	mode    int                     // the bin with most pixels
}

const bits = 4

// add counts n pixels of a colour.
func (s *spread) add(c color.RGBA, step, n int) {
	b := int(c.R>>bits)<<(2*bits) | int(c.G>>bits)<<bits | int(c.B>>bits)
	if s.colours[b] == 0 {
		s.bins = append(s.bins, uint16(b))
	}
	s.colours[b] += uint16(n)
	s.sums[b] += uint32(step * n)
	s.steps[step] += uint16(n)
	if s.colours[b] > s.colours[s.mode] {
		s.mode = b
	}
}

// mean is the mean luminance of a bin.
func (s *spread) mean(bin int) float64 { return ofStep(int(s.sums[bin] / uint32(s.colours[bin]))) }

// extent is the range of steps in a line or a tile.
type extent struct{ lowest, highest int }

func (e *extent) add(step int) { e.lowest, e.highest = min(e.lowest, step), max(e.highest, step) }

// count counts the pixels of a tile, stretch by stretch of one colour, and returns
// the extent of each line.
func (l *light) count(c *canvas, area image.Rectangle, s *spread) (extents [tileSide]extent) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		line, of := c.line(y, area.Min.X, area.Max.X), extent{lowest: steps}
		add := func(pixel uint32, n int) {
			colour := c.colour(pixel)
			step := l.step(colour)
			s.add(colour, step, n)
			of.add(step)
		}
		pixel, n := c.pixel(line), area.Dx()
		if !c.plain(line) {
			n = 0
			for i := 0; i < len(line); i += c.size {
				if p := c.pixel(line[i:]); p != pixel {
					add(pixel, n)
					pixel, n = p, 0
				}
				n++
			}
		}
		add(pixel, n)
		extents[y-area.Min.Y] = of
	}
	return extents
}

// tile measures a part of a text's area, and marks the rows that have ink.
func (l *light) tile(c *canvas, area image.Rectangle, rows []bool) tile {
	if c.blank(area) {
		return tile{}
	}
	s := spread{bins: make([]uint16, 0, 64)}
	extents := l.count(c, area, &s)
	total, all := area.Dx()*area.Dy(), extent{lowest: steps}
	for _, e := range extents[:area.Dy()] {
		all.add(e.lowest)
		all.add(e.highest)
	}
	back := s.mean(s.mode)
	dark, bright := limits(back)
	var below, above int
	for step := all.lowest; step <= all.highest; step++ {
		switch n := int(s.steps[step]); {
		case step < dark:
			below += n
		case step > bright:
			above += n
		}
	}
	t := tile{ink: max(below, above)}
	if t.ink*200 < total {
		return s.byColour(total)
	}
	need := max(t.ink*3/100, 3)
	sum := 0
	if below >= above {
		for step := all.lowest; step < dark; step++ {
			if sum += int(s.steps[step]); sum >= need {
				t.ratio = ratio(ofStep(step), back)
				break
			}
		}
	} else {
		for step := all.highest; step > bright; step-- {
			if sum += int(s.steps[step]); sum >= need {
				t.ratio = ratio(ofStep(step), back)
				break
			}
		}
	}
	for i := range area.Dy() {
		if extents[i].lowest < dark || extents[i].highest > bright {
			rows[i] = true
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

// byColour measures a text that is as light as what is behind it, and can only
// be told by its colour: the contrast is then close to 1.
func (s *spread) byColour(total int) tile {
	apart := func(a, b int) int {
		d := 0
		for shift := 0; shift <= 2*bits; shift += bits {
			d = max(d, abs(a>>shift&15-b>>shift&15))
		}
		return d
	}
	second := -1
	for _, bin := range s.bins {
		b := int(bin)
		if apart(b, s.mode) < 4 {
			continue
		}
		if second < 0 || s.colours[b] > s.colours[second] || s.colours[b] == s.colours[second] && b < second {
			second = b
		}
	}
	if second < 0 || int(s.colours[second])*50 < total {
		return tile{}
	}
	return tile{ratio: ratio(s.mean(second), s.mean(s.mode)), ink: int(s.colours[second])}
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
