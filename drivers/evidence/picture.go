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
		for _, r := range l.secret {
			if l.width <= 0 || l.height <= 0 {
				return nil, "its scale is unknown, so a secret could not be painted over"
			}
			sx, sy := float64(cfg.Width)/float64(l.width), float64(cfg.Height)/float64(l.height)
			if math.Abs(sx-sy) > 0.1*max(sx, sy) {
				return nil, "the phone was turned meanwhile, so a secret could not be painted over"
			}
			areas = append(areas, image.Rect(
				int(math.Floor(float64(r.X)*sx))-margin, int(math.Floor(float64(r.Y)*sy))-margin,
				int(math.Ceil(float64(r.X+r.Width)*sx))+margin, int(math.Ceil(float64(r.Y+r.Height)*sy))+margin))
		}
	}
	if len(areas) == 0 {
		return data, ""
	}
	safe := image.NewRGBA(img.Bounds())
	draw.Draw(safe, safe.Bounds(), img, img.Bounds().Min, draw.Src)
	for _, a := range areas {
		draw.Draw(safe, a.Add(img.Bounds().Min), image.NewUniform(color.RGBA{0x60, 0x60, 0x60, 0xff}), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, safe); err != nil {
		return nil, "the painted picture cannot be written: " + err.Error()
	}
	return out.Bytes(), ""
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
