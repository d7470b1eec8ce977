package evidence

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
)

// The bounds of a picture. A phone's screen has some millions of pixels.
const (
	maxPixels = 40_000_000
	// nearly is how far two pixels of the same colour may be apart, of 255.
	nearly = 10
	// margin around what is painted over, in pixels of the picture.
	margin = 2
)

// paintOver paints what is secret over. why says why there is no picture.
func paintOver(data []byte, looks ...look) (picture []byte, why string) {
	cfg, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, "the screenshot is no PNG: " + err.Error()
	}
	if cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > maxPixels/max(cfg.Height, 1) {
		return nil, fmt.Sprintf("the screenshot has %d × %d pixels", cfg.Width, cfg.Height)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "the screenshot cannot be read: " + err.Error()
	}
	if c, one := oneColour(img); one {
		if c.R < 2*nearly && c.G < 2*nearly && c.B < 2*nearly {
			return nil, "the screenshot is black: the screen is off, or what it shows forbids pictures"
		}
		return nil, fmt.Sprintf("the screenshot shows nothing but one colour (#%02x%02x%02x)", c.R, c.G, c.B)
	}
	var areas []image.Rectangle
	for _, l := range looks {
		if len(l.secret) == 0 {
			continue
		}
		scales, ok := l.scales(cfg.Width, cfg.Height)
		if !ok {
			return nil, "its size is not that of the screen (it was turned, perhaps), so a secret could not be painted over"
		}
		for _, r := range l.secret {
			for _, s := range scales {
				areas = append(areas, image.Rect(
					int(math.Floor(float64(r.X)*s))-margin, int(math.Floor(float64(r.Y)*s))-margin,
					int(math.Ceil(float64(r.X+r.Width)*s))+margin, int(math.Ceil(float64(r.Y+r.Height)*s))+margin))
			}
		}
	}
	if len(areas) == 0 {
		return data, ""
	}
	var out bytes.Buffer
	if err := png.Encode(&out, cover(img, areas)); err != nil {
		return nil, "the painted picture cannot be written: " + err.Error()
	}
	return out.Bytes(), ""
}

// cover paints areas grey. The picture itself may be painted on; a palette with
// room for one more colour stays one.
func cover(img image.Image, areas []image.Rectangle) image.Image {
	grey := color.RGBA{0x60, 0x60, 0x60, 0xff}
	if p, ok := img.(*image.Paletted); ok && len(p.Palette) < 256 {
		p.Palette = append(p.Palette, grey)
		for _, a := range areas {
			a = a.Add(p.Rect.Min).Intersect(p.Rect)
			line := bytes.Repeat([]byte{uint8(len(p.Palette) - 1)}, a.Dx())
			for y := a.Min.Y; y < a.Max.Y; y++ {
				copy(p.Pix[p.PixOffset(a.Min.X, y):], line)
			}
		}
		return p
	}
	safe := image.NewRGBA(img.Bounds())
	draw.Draw(safe, safe.Bounds(), img, img.Bounds().Min, draw.Src)
	for _, a := range areas {
		draw.Draw(safe, a.Add(img.Bounds().Min), image.NewUniform(grey), image.Point{}, draw.Src)
	}
	return safe
}

// scales are the picture's pixels for one of the source's. Most pictures have
// the screen's own pixels; of one that was made smaller, what is known of its
// width and of its height may differ a little, because bars may be left out:
// then both count. ok is false if the picture has another shape.
func (l look) scales(width, height int) (scales []float64, ok bool) {
	if l.width <= 0 || l.height <= 0 {
		return nil, false
	}
	sx, sy := float64(width)/float64(l.width), float64(height)/float64(l.height)
	near := func(a, b float64) bool { return math.Abs(a-b) <= 0.15*max(a, b) }
	switch {
	case !near(sx, sy):
		return nil, false
	case near(sx, 1) && near(sy, 1) && (width == l.width || height == l.height):
		return []float64{1}, true
	case sx == sy:
		return []float64{sx}, true
	}
	return []float64{sx, sy}, true
}

// oneColour tells whether the picture shows (nearly) one colour only, apart
// from the bars at its top and bottom, which are shown even where an app
// forbids pictures.
func oneColour(img image.Image) (color.RGBA, bool) {
	b := img.Bounds()
	bar := b.Dy() / 15
	first := color.RGBAModel.Convert(img.At((b.Min.X+b.Max.X)/2, (b.Min.Y+b.Max.Y)/2)).(color.RGBA)
	for y := b.Min.Y + bar; y < b.Max.Y-bar; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			if apart(c.R, first.R) > nearly || apart(c.G, first.G) > nearly || apart(c.B, first.B) > nearly {
				return color.RGBA{}, false
			}
		}
	}
	return first, true
}

func apart(a, b uint8) int {
	if a > b {
		return int(a) - int(b)
	}
	return int(b) - int(a)
}
