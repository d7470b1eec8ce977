package paint

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"
)

// shape is a part of a drawing, in a square of 24 by 24.
type shape struct {
	kind string // disc, ring, bar (a rounded rectangle), line, poly
	n    []float32
}

// drawings are the named drawings. What is not among them is a ring.
func drawings() map[string][]shape {
	house := shape{"poly", []float32{12, 3, 22, 12, 19, 12, 19, 21, 14, 21, 14, 15, 10, 15, 10, 21, 5, 21, 5, 12, 2, 12}}
	gear := []shape{{"ring", []float32{12, 12, 6.5, 3}}}
	for i := range 8 {
		s, c := math.Sincos(float64(i) * math.Pi / 4)
		gear = append(gear, shape{"line", []float32{12 + 6*float32(c), 12 + 6*float32(s), 12 + 9.5*float32(c), 12 + 9.5*float32(s), 3}})
	}
	gift := []shape{{"bar", []float32{4, 11, 16, 10, 1}}, {"bar", []float32{3, 7, 18, 3.5, 1}}, {"ring", []float32{9, 5, 2.6, 1.4}}, {"ring", []float32{15, 5, 2.6, 1.4}}}
	found := []shape{{"ring", []float32{12, 12, 9.5, 1.8}}, {"line", []float32{7.5, 12.5, 11, 16, 2}}, {"line", []float32{11, 16, 17, 8.5, 2}}}
	return map[string][]shape{
		"alexa":         {{"ring", []float32{12, 11.5, 9.5, 2.6}}, {"line", []float32{12, 20, 12, 23, 2.6}}},
		"light":         {{"disc", []float32{12, 9.5, 6.5}}, {"bar", []float32{9.2, 14.5, 5.6, 3, 0.5}}, {"bar", []float32{9.2, 18.2, 5.6, 1.4, 0.7}}, {"bar", []float32{10.2, 20.3, 3.6, 1.4, 0.7}}},
		"plug":          {{"line", []float32{9, 2.5, 9, 8, 2}}, {"line", []float32{15, 2.5, 15, 8, 2}}, {"bar", []float32{6, 7.5, 12, 6, 1}}, {"disc", []float32{12, 13.2, 5.2}}, {"line", []float32{12, 17, 12, 22, 2.2}}},
		"switch_device": {{"bar", []float32{6, 2, 12, 20, 2.5}}},
		"echo":          {{"bar", []float32{5, 5, 14, 14, 6}}, {"bar", []float32{4, 13.5, 16, 2, 1}}},
		"thermostat":    {{"ring", []float32{12, 12, 9.5, 2}}, {"line", []float32{12, 12, 16, 8, 2}}, {"disc", []float32{12, 12, 2}}},
		"lock":          {{"bar", []float32{5, 10.5, 14, 10.5, 2}}, {"ring", []float32{12, 9, 5, 2}}},
		"sensor":        {{"disc", []float32{12, 12, 3}}, {"ring", []float32{12, 12, 6.5, 1.4}}, {"ring", []float32{12, 12, 10.3, 1.4}}},
		"tv":            {{"bar", []float32{2, 4, 20, 13, 1.5}}, {"bar", []float32{8, 18.5, 8, 2, 1}}},
		"home":          {house},
		"chat":          {{"bar", []float32{3, 4, 18, 13, 3}}, {"poly", []float32{6, 15, 13, 15, 6, 22}}},
		"play":          {{"poly", []float32{6, 3, 21, 12, 6, 21}}},
		"devices":       {{"bar", []float32{3, 3, 8, 8, 2}}, {"bar", []float32{13, 3, 8, 8, 2}}, {"bar", []float32{3, 13, 8, 8, 2}}, {"bar", []float32{13, 13, 8, 8, 2}}},
		"more":          {{"line", []float32{4, 6, 20, 6, 2}}, {"line", []float32{4, 12, 20, 12, 2}}, {"line", []float32{4, 18, 20, 18, 2}}},
		"back":          {{"line", []float32{15, 4, 7.5, 12, 2.2}}, {"line", []float32{7.5, 12, 15, 20, 2.2}}},
		"gear":          gear,
		"trash":         {{"poly", []float32{5.5, 8, 18.5, 8, 17.5, 22, 6.5, 22}}, {"bar", []float32{4, 4.5, 16, 2, 1}}, {"bar", []float32{9, 2.5, 6, 2.5, 1}}},
		"person":        {{"disc", []float32{12, 8, 4.5}}, {"bar", []float32{4, 14, 16, 12, 6}}},
		"found_device":  found,
		"other_product": found,
		"promotion":     gift,
		"plus":          {{"line", []float32{12, 4, 12, 20, 2.4}}, {"line", []float32{4, 12, 20, 12, 2.4}}},
		"close":         {{"line", []float32{5, 5, 19, 19, 2.2}}, {"line", []float32{19, 5, 5, 19, 2.2}}},
		"check":         {{"line", []float32{5, 12, 10, 18, 2.6}}, {"line", []float32{10, 18, 19, 6, 2.6}}},
		"browser":       {{"ring", []float32{12, 12, 9.5, 2}}, {"ring", []float32{12, 12, 4, 2}}, {"line", []float32{12, 7, 20.5, 7, 2}}},
		"spinner":       {{"ring", []float32{12, 12, 10, 2.4}}},
		"nav-back":      {{"poly", []float32{18, 2, 18, 22, 3, 12}}},
		"nav-home":      {{"disc", []float32{12, 12, 10}}},
		"nav-recents":   {{"bar", []float32{3, 3, 18, 18, 2}}},
		"all":           {{"bar", []float32{3, 3, 8, 8, 4}}, {"bar", []float32{13, 3, 8, 8, 4}}, {"bar", []float32{3, 13, 8, 8, 4}}, {"bar", []float32{13, 13, 8, 8, 4}}},
	}
}

// icon paints a drawing into the largest square in the middle of an area.
func (c *canvas) icon(name string, area, clip image.Rectangle, col color.RGBA, on, onPlate bool) {
	if name == "switch" && !onPlate {
		c.toggle(area, clip, on)
		return
	}
	if name == "switch" {
		name = "switch_device"
	}
	side := min(area.Dx(), area.Dy())
	if onPlate {
		side = side * 55 / 100
	}
	if side < 2 {
		return
	}
	at := image.Pt(area.Min.X+(area.Dx()-side)/2, area.Min.Y+(area.Dy()-side)/2)
	k := iconKey{name, side}
	m := c.fonts.icons[k]
	if m == nil {
		shapes, ok := c.fonts.drawings[name]
		if !ok {
			shapes = []shape{{"ring", []float32{12, 12, 9, 2}}}
		}
		m = drawing(shapes, side)
		if len(c.fonts.icons) < 500 {
			c.fonts.icons[k] = m
		}
	}
	if name == "alexa" {
		col = color.RGBA{0x31, 0xc4, 0xf3, 255}
	}
	c.mask(m, at, clip, col)
}

type iconKey struct {
	name string
	side int
}

// toggle paints a switch.
func (c *canvas) toggle(area, clip image.Rectangle, on bool) {
	h := min(c.dp(32), area.Dy())
	w := h * 7 / 4
	track := image.Rect(0, 0, w, h).Add(image.Pt(area.Min.X+(area.Dx()-w)/2, area.Min.Y+(area.Dy()-h)/2))
	col, thumb := color.RGBA{0xb4, 0xbf, 0xc9, 255}, track
	thumb.Max.X = thumb.Min.X + h
	if on {
		col = colour(accent)
		thumb = image.Rect(track.Max.X-h, track.Min.Y, track.Max.X, track.Max.Y)
	}
	c.round(track, clip, h/2, col)
	c.round(thumb.Inset(c.dp(3)), clip, h/2, white)
}

func drawing(shapes []shape, side int) *image.Alpha {
	m := image.NewAlpha(image.Rect(0, 0, side, side))
	k := float32(side) / 24
	for _, s := range shapes {
		z := vector.NewRasterizer(side, side)
		n := make([]float32, len(s.n))
		for i, v := range s.n {
			n[i] = v * k
		}
		switch s.kind {
		case "disc":
			circle(z, n[0], n[1], n[2], false)
		case "ring":
			circle(z, n[0], n[1], n[2]+n[3]/2, false)
			circle(z, n[0], n[1], n[2]-n[3]/2, true)
		case "bar":
			bar(z, n[0], n[1], n[2], n[3], n[4])
		case "line":
			line(z, n[0], n[1], n[2], n[3], n[4])
		case "poly":
			z.MoveTo(n[0], n[1])
			for i := 2; i+1 < len(n); i += 2 {
				z.LineTo(n[i], n[i+1])
			}
			z.ClosePath()
		}
		z.Draw(m, m.Bounds(), image.Opaque, image.Point{})
	}
	return m
}

// circle goes round the other way for a hole.
func circle(z *vector.Rasterizer, x, y, r float32, hole bool) {
	const corners = 48
	for i := range corners + 1 {
		a := 2 * math.Pi * float64(i) / corners
		if hole {
			a = -a
		}
		s, c := math.Sincos(a)
		if i == 0 {
			z.MoveTo(x+r*float32(c), y+r*float32(s))
		} else {
			z.LineTo(x+r*float32(c), y+r*float32(s))
		}
	}
	z.ClosePath()
}

func bar(z *vector.Rasterizer, x, y, w, h, r float32) {
	z.MoveTo(x+r, y)
	z.LineTo(x+w-r, y)
	z.QuadTo(x+w, y, x+w, y+r)
	z.LineTo(x+w, y+h-r)
	z.QuadTo(x+w, y+h, x+w-r, y+h)
	z.LineTo(x+r, y+h)
	z.QuadTo(x, y+h, x, y+h-r)
	z.LineTo(x, y+r)
	z.QuadTo(x, y, x+r, y)
	z.ClosePath()
}

func line(z *vector.Rasterizer, x1, y1, x2, y2, width float32) {
	d := float32(math.Hypot(float64(x2-x1), float64(y2-y1)))
	if d == 0 {
		return
	}
	nx, ny := -(y2-y1)/d*width/2, (x2-x1)/d*width/2
	z.MoveTo(x1+nx, y1+ny)
	z.LineTo(x2+nx, y2+ny)
	z.LineTo(x2-nx, y2-ny)
	z.LineTo(x1-nx, y1-ny)
	z.ClosePath()
}
