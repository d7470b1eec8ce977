package pagetest

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"slices"

	"github.com/chromedp/chromedp"
)

// MostPicture bounds a picture for the documentation, in bytes.
const MostPicture = 200_000

// Picture writes what the window shows into a file, as a small PNG for the
// documentation.
func (p *Page) Picture(file string) {
	p.t.Helper()
	img, err := png.Decode(bytes.NewReader(Get(p, chromedp.CaptureScreenshot())))
	if err != nil {
		p.t.Fatal(err)
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, reduced(img)); err != nil {
		p.t.Fatal(err)
	}
	if b.Len() > MostPicture {
		p.t.Errorf("%s has %d bytes: show less", file, b.Len())
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// reduced is a picture with the 256 colours of it that are seen most: a page
// has few, and shades of them at the edges of letters.
func reduced(img image.Image) *image.Paletted {
	type shade struct {
		c color.RGBA
		n int
	}
	counts := map[color.RGBA]int{}
	r := img.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			counts[rough(img.At(x, y))]++
		}
	}
	var all []shade
	for c, n := range counts {
		all = append(all, shade{c, n})
	}
	slices.SortFunc(all, func(a, b shade) int {
		return cmp.Or(b.n-a.n, int(a.c.R)-int(b.c.R), int(a.c.G)-int(b.c.G), int(a.c.B)-int(b.c.B))
	})
	var palette color.Palette
	for _, s := range all[:min(len(all), 256)] {
		palette = append(palette, s.c)
	}
	out := image.NewPaletted(r, palette)
	draw.Draw(out, r, img, r.Min, draw.Src)
	return out
}

// rough takes shades that nobody tells apart for one.
func rough(c color.Color) color.RGBA {
	v := color.RGBAModel.Convert(c).(color.RGBA)
	step := func(b uint8) uint8 { return uint8(min((int(b)+2)/4*4, 255)) }
	return color.RGBA{step(v.R), step(v.G), step(v.B), 255}
}
