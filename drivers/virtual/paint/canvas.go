package paint

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"strconv"

	"ffscert/drivers/virtual/ui"
)

// canvas is the picture that is being painted.
type canvas struct {
	img     *image.RGBA
	fonts   *typefaces
	density int
}

// block is how many pixels of a line are compared at once.
const block = 32

func newCanvas(s Screen, f *typefaces) *canvas {
	return &canvas{img: image.NewRGBA(image.Rect(0, 0, s.Width, s.Height)), fonts: f, density: s.Density}
}

func (c *canvas) dp(n int) int { return (n*c.density + 80) / 160 }

// colour reads #rrggbb; anything else is black.
func colour(s string) color.RGBA {
	if len(s) == 7 && s[0] == '#' {
		if n, err := strconv.ParseUint(s[1:], 16, 32); err == nil {
			return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
		}
	}
	return color.RGBA{A: 255}
}

func rectangle(r ui.Rect) image.Rectangle { return image.Rect(r.Left, r.Top, r.Right, r.Bottom) }

// fill paints an area in one colour.
func (c *canvas) fill(r image.Rectangle, col color.RGBA) {
	r = r.Intersect(c.img.Bounds())
	if r.Empty() {
		return
	}
	first := c.img.Pix[c.img.PixOffset(r.Min.X, r.Min.Y):][: 4*r.Dx() : 4*r.Dx()]
	for i := 0; i < len(first); i += 4 {
		first[i], first[i+1], first[i+2], first[i+3] = col.R, col.G, col.B, 255
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.img.Pix[c.img.PixOffset(r.Min.X, y):], first)
	}
}

// dim darkens everything painted so far. Most lines are like the one above
// them, most stretches of a line like the one before.
func (c *canvas) dim() {
	var above, dark []byte
	for y := range c.img.Rect.Dy() {
		line := c.img.Pix[y*c.img.Stride:][: 4*c.img.Rect.Dx() : 4*c.img.Rect.Dx()]
		if y > 0 && bytes.Equal(line, above) {
			copy(line, dark)
			continue
		}
		above, dark = append(above[:0], line...), line
		for x := 0; x < len(line); x += 4 * block {
			light, part := above[x:min(x+4*block, len(line))], line[x:min(x+4*block, len(line))]
			if x > 0 && bytes.Equal(light, above[x-4*block:x-4*block+len(light)]) {
				copy(part, line[x-4*block:])
				continue
			}
			for i, v := range light {
				if i%4 != 3 {
					part[i] = uint8(int(v) * 45 / 100)
				}
			}
		}
	}
}

// round paints an area with round corners, as far as it lies in clip.
func (c *canvas) round(r, clip image.Rectangle, radius int, col color.RGBA) {
	radius = min(radius, r.Dx()/2, r.Dy()/2)
	if radius <= 0 {
		c.fill(r.Intersect(clip), col)
		return
	}
	clip = clip.Intersect(c.img.Bounds())
	c.fill(image.Rect(r.Min.X, r.Min.Y+radius, r.Max.X, r.Max.Y-radius).Intersect(clip), col)
	for i := range radius {
		// How far the arc is from the edge in this line, measured at its middle.
		dy := float64(radius-i) - 0.5
		inset := float64(radius) - math.Sqrt(max(float64(radius*radius)-dy*dy, 0))
		whole := int(math.Ceil(inset))
		edge := uint8(255 * (float64(whole) - inset))
		for _, y := range []int{r.Min.Y + i, r.Max.Y - 1 - i} {
			if y < clip.Min.Y || y >= clip.Max.Y {
				continue
			}
			c.fill(image.Rect(r.Min.X+whole, y, r.Max.X-whole, y+1).Intersect(clip), col)
			for _, x := range []int{r.Min.X + whole - 1, r.Max.X - whole} {
				if whole > 0 && x >= clip.Min.X && x < clip.Max.X {
					c.blend(x, y, col, edge)
				}
			}
		}
	}
}

// shades are the steps from one colour to another at the edges of letters and
// plates. Nobody sees more; with so few, a screen gets by with a palette.
const shades = 15

// blend lays a colour over a pixel; the point must lie in the picture.
func (c *canvas) blend(x, y int, col color.RGBA, alpha uint8) {
	alpha = uint8((uint32(alpha)*shades + 127) / 255 * (255 / shades))
	p := c.img.Pix[c.img.PixOffset(x, y):][:3:3]
	a, b := uint32(alpha), uint32(255-alpha)
	p[0] = uint8((uint32(p[0])*b + uint32(col.R)*a) / 255)
	p[1] = uint8((uint32(p[1])*b + uint32(col.G)*a) / 255)
	p[2] = uint8((uint32(p[2])*b + uint32(col.B)*a) / 255)
}

// mask lays a colour through a mask.
func (c *canvas) mask(m *image.Alpha, at image.Point, clip image.Rectangle, col color.RGBA) {
	area := m.Bounds().Add(at).Intersect(clip).Intersect(c.img.Bounds())
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := m.Pix[m.PixOffset(area.Min.X-at.X, y-at.Y):]
		for x := area.Min.X; x < area.Max.X; x++ {
			if a := row[x-area.Min.X]; a > 0 {
				c.blend(x, y, col, a)
			}
		}
	}
}

// text paints lines into an area: in its vertical middle, aligned as said.
func (c *canvas) text(s string, area, clip image.Rectangle, px int, bold bool, align string, col color.RGBA) {
	if clip.Empty() || px <= 0 {
		return
	}
	lines := c.fonts.breakLines(s, float64(px), bold, float64(area.Dx()))
	lineHeight := int(float64(px)*lineSpacing + 0.5)
	y := area.Min.Y + (area.Dy()-lineHeight*len(lines))/2
	for _, line := range lines {
		if y > clip.Max.Y {
			return
		}
		x := float64(area.Min.X)
		room := float64(area.Dx()) - c.fonts.width(line, float64(px), bold)
		switch align {
		case "center":
			x += room / 2
		case "end":
			x += room
		}
		base := y + int(float64(px)*1.02)
		for _, r := range line {
			if g := c.fonts.glyph(r, px, bold); g.mask != nil {
				c.mask(g.mask, image.Pt(int(x+0.5), base).Add(g.at), clip, col)
			}
			x += c.fonts.advance(r, bold) * float64(px)
		}
		y += lineHeight
	}
}
