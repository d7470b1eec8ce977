package consent

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a picture of few colours, as screens are: stretches of one, and
// lines like the one above.
func drawn(t *rapid.T) *image.Paletted {
	w, h := rapid.IntRange(1, tileSide).Draw(t, "width"), rapid.IntRange(1, tileSide).Draw(t, "height")
	img := image.NewPaletted(image.Rect(0, 0, w, h), nil)
	for range rapid.IntRange(1, 6).Draw(t, "colours") {
		v := rapid.Uint32().Draw(t, "colour")
		img.Palette = append(img.Palette, color.RGBA{uint8(v), uint8(v >> 8), uint8(v >> 16), 255})
	}
	entry := rapid.IntRange(0, len(img.Palette)-1)
	for y := range h {
		if y > 0 && rapid.Bool().Draw(t, "as above") {
			copy(img.Pix[y*img.Stride:(y+1)*img.Stride], img.Pix[(y-1)*img.Stride:])
			continue
		}
		for x := 0; x < w; {
			i := uint8(entry.Draw(t, "entry"))
			for n := rapid.IntRange(1, w).Draw(t, "stretch"); n > 0 && x < w; n-- {
				img.Pix[y*img.Stride+x] = i
				x++
			}
		}
	}
	return img
}

func asPNG(t testing.TB, img image.Image) *canvas {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	c, err := decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestStretchesCountAsTheirPixelsDo holds the counting by stretches against a
// count of pixel after pixel, and the forms of a picture against each other.
func TestStretchesCountAsTheirPixelsDo(t *testing.T) {
	l := newLight()
	rapid.Check(t, func(rt *rapid.T) {
		img := drawn(rt)
		colours, opacity := image.NewRGBA(img.Rect), image.NewNRGBA(img.Rect)
		deep := image.NewRGBA64(img.Rect)
		var want spread
		lines := make([]extent, img.Rect.Dy())
		plain := true
		for y := range img.Rect.Dy() {
			lines[y] = extent{lowest: steps}
			for x := range img.Rect.Dx() {
				c := img.At(x, y).(color.RGBA)
				colours.Set(x, y, c)
				opacity.Set(x, y, c)
				deep.Set(x, y, c)
				want.add(c, l.step(c), 1)
				lines[y].add(l.step(c))
				plain = plain && c == img.At(0, 0).(color.RGBA)
			}
		}
		// Not opaque as a whole, so that it is written with its opacity.
		corner := opacity.NRGBAAt(0, 0)
		corner.A = 254
		opacity.SetNRGBA(0, 0, corner)
		for name, form := range map[string]image.Image{"palette": img, "colours": colours, "with opacity": opacity, "16 bits": deep} {
			c := asPNG(t, form)
			// Two entries of a palette may be the same colour.
			if c.blank(img.Rect) && !plain || !c.blank(img.Rect) && plain && name == "colours" {
				rt.Fatalf("%s: blank is %t", name, c.blank(img.Rect))
			}
			var got spread
			extents := l.count(c, img.Rect, &got)
			slices.Sort(got.bins)
			slices.Sort(want.bins)
			if got.colours != want.colours || got.sums != want.sums || got.steps != want.steps || got.mode != want.mode || !slices.Equal(got.bins, want.bins) {
				rt.Fatalf("%s: another spread", name)
			}
			if !slices.Equal(extents[:len(lines)], lines) {
				rt.Fatalf("%s: lines %v, not %v", name, extents[:len(lines)], lines)
			}
		}
	})
}
