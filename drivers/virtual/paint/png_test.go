package paint_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/paint"
	"ffscert/drivers/virtual/ui"
)

// What is written is what was painted, pixel for pixel: with few colours, with
// exactly as many as a palette holds, with more, and where it is transparent.
func TestPicturesAreWrittenAsTheyAre(t *testing.T) {
	many := func(colours int) *image.RGBA {
		img := image.NewRGBA(image.Rect(0, 0, 70, 40))
		for i := range 70 * 40 {
			n := i % colours
			img.SetRGBA(i%70, i/70, color.RGBA{uint8(n), uint8(n >> 8), 7, 255})
		}
		return img
	}
	screenful := paint.New().Paint(screen(leaf("First light", ui.Look{Background: "#0c7b93", Radius: 12}, ui.Rect{Left: 101, Top: 200, Right: 402, Bottom: 260})))
	seeThrough := many(3)
	seeThrough.SetRGBA(69, 39, color.RGBA{1, 1, 1, 128})
	for name, c := range map[string]struct {
		img   *image.RGBA
		index bool
	}{
		"a screen":              {screenful, true},
		"a part of it":          {screenful.SubImage(image.Rect(95, 190, 240, 250)).(*image.RGBA), true},
		"one colour":            {many(1), true},
		"as many as there may":  {many(256), true},
		"one more":              {many(257), false},
		"not opaque":            {seeThrough, false},
		"one pixel":             {image.NewRGBA(image.Rect(3, 4, 4, 5)), false},
		"one pixel with colour": {many(2).SubImage(image.Rect(1, 0, 2, 1)).(*image.RGBA), true},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, paint.WritePNG(&b, c.img))
			got, err := png.Decode(&b)
			require.NoError(t, err)
			_, index := got.(*image.Paletted)
			require.Equal(t, c.index, index)
			at := c.img.Bounds()
			require.Equal(t, at.Size(), got.Bounds().Size())
			for y := range at.Dy() {
				for x := range at.Dx() {
					want := color.NRGBAModel.Convert(c.img.At(at.Min.X+x, at.Min.Y+y))
					if have := color.NRGBAModel.Convert(got.At(x, y)); have != want {
						t.Fatalf("%d,%d is %v instead of %v", x, y, have, want)
					}
				}
			}
		})
	}
}

func BenchmarkWritePNG(b *testing.B) {
	img := paint.New().Paint(screen(leaf("First light", ui.Look{Background: "#0c7b93", Radius: 12}, ui.Rect{Left: 101, Top: 200, Right: 402, Bottom: 260})))
	for b.Loop() {
		if err := paint.WritePNG(bytes.NewBuffer(nil), img); err != nil {
			b.Fatal(err)
		}
	}
}
