package consent

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"pgregory.net/rapid"
)

func hex(t testing.TB, s string) color.RGBA {
	t.Helper()
	c, alpha, ok := parseColour(s)
	if !ok || alpha != 1 {
		t.Fatal(s)
	}
	return c
}

// TestContrastOfPublishedExamples uses published ratios: WCAG 2.2's definition
// (21:1 for black on white) and W3C's and WebAIM's examples of greys and colours.
func TestContrastOfPublishedExamples(t *testing.T) {
	for _, x := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#767676", "#ffffff", 4.54}, {"#777777", "#ffffff", 4.47}, {"#949494", "#ffffff", 3.03},
		{"#959595", "#ffffff", 2.99}, {"#ff0000", "#ffffff", 3.99}, {"#0000ff", "#ffffff", 8.59}, {"#008000", "#ffffff", 5.13}, {"#ffff00", "#000000", 19.55}, {"#595959", "#ffffff", 7},
	} {
		got := contrast(hex(t, x.a), hex(t, x.b))
		if math.Abs(math.Floor(got*100)/100-x.want) > 0.011 {
			t.Errorf("%s on %s: %.3f, not %.2f", x.a, x.b, got, x.want)
		}
	}
}

func TestContrastIsARatio(t *testing.T) {
	any := rapid.Custom(func(t *rapid.T) color.RGBA {
		return color.RGBA{rapid.Byte().Draw(t, "r"), rapid.Byte().Draw(t, "g"), rapid.Byte().Draw(t, "b"), 255}
	})
	white, black := color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}
	rapid.Check(t, func(t *rapid.T) {
		a, b := any.Draw(t, "a"), any.Draw(t, "b")
		r := contrast(a, b)
		switch {
		case r != contrast(b, a):
			t.Fatal("not symmetrical")
		case r < 1 || r > 21:
			t.Fatal("out of range", r)
		case math.Abs(contrast(a, a)-1) > 1e-12:
			t.Fatal("a colour on itself")
		case math.Abs(contrast(a, white)*contrast(a, black)-21) > 1e-9:
			// (1.05 / (L + 0.05)) · ((L + 0.05) / 0.05) = 21 for every colour.
			t.Fatal("white and black do not complement each other")
		}
	})
}

func TestColoursAsCSSWritesThem(t *testing.T) {
	for s, want := range map[string]string{
		"#fff": "255 255 255 1.00", "#12345680": "18 52 86 0.50", "rgb(1, 2, 3)": "1 2 3 1.00", "rgba(1,2,3,0.5)": "1 2 3 0.50", "rgb(100% 0% 0% / 50%)": "255 0 0 0.50",
		"transparent": "0 0 0 0.00", " White ": "255 255 255 1.00", "#12": "", "rgb(1,2)": "", "rgb(a,b,c)": "", "var(--x)": "", "": "", "#gggggg": "",
	} {
		c, alpha, ok := parseColour(s)
		got := ""
		if ok {
			got = fmt.Sprintf("%d %d %d %.2f", c.R, c.G, c.B, alpha)
		}
		if got != want {
			t.Errorf("%q: %q, not %q", s, got, want)
		}
	}
}

// write paints smoothed text on a background.
func write(t testing.TB, back image.Image, fore color.RGBA, px float64) *canvas {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 600, 120))
	draw.Draw(img, img.Bounds(), back, image.Point{}, draw.Src)
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: px, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(fore), Face: face, Dot: fixed.P(10, 60)}
	d.DrawString("Link your account with Amazon")
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

// TestMeasuringSmoothedText holds what is measured on a picture against what was
// painted: half-tones at the edges of letters must not count.
func TestMeasuringSmoothedText(t *testing.T) {
	l := newLight()
	for _, px := range []float64{22, 28, 36, 48} {
		for _, x := range [][2]string{{"#000000", "#ffffff"}, {"#767676", "#ffffff"}, {"#b4b2c4", "#f5f4fb"}, {"#ffffff", "#4b3fb5"}, {"#565959", "#ffffff"}, {"#fffbe0", "#ffffff"}, {"#dddddd", "#111111"}} {
			want := contrast(hex(t, x[0]), hex(t, x[1]))
			got := l.measure(write(t, image.NewUniform(hex(t, x[1])), hex(t, x[0]), px), image.Rect(0, 20, 600, 80)).ratio
			if want < noticed {
				continue
			}
			if got > want*1.04 || got < want*0.93 {
				t.Errorf("%s on %s at %v px: measured %.2f, painted %.2f", x[0], x[1], px, got, want)
			}
		}
	}
}

// gradient runs from one grey to another.
type gradient struct{ from, to uint8 }

func (gradient) ColorModel() color.Model { return color.RGBAModel }
func (gradient) Bounds() image.Rectangle { return image.Rect(0, 0, 600, 120) }
func (g gradient) At(x, _ int) color.Color {
	v := uint8(int(g.from) + (int(g.to)-int(g.from))*x/600)
	return color.RGBA{v, v, v, 255}
}

// TestMeasuringOnAGradient: the part of the text that is hard to read counts.
func TestMeasuringOnAGradient(t *testing.T) {
	l := newLight()
	area := image.Rect(0, 20, 600, 80)
	if got := l.measure(write(t, gradient{200, 255}, color.RGBA{0, 0, 0, 255}, 36), area).ratio; got < 10 {
		t.Errorf("black on a light gradient: measured %.2f", got)
	}
	if got := l.measure(write(t, gradient{20, 250}, color.RGBA{255, 255, 255, 255}, 36), area).ratio; got > 4.5 {
		t.Errorf("white on a gradient that ends in white: measured %.2f", got)
	}
}

func TestTextOfTheSameLightness(t *testing.T) {
	got := newLight().measure(write(t, image.NewUniform(color.RGBA{255, 0, 0, 255}), color.RGBA{0, 140, 0, 255}, 36), image.Rect(0, 20, 600, 80))
	if got.ratio == 0 || got.ratio > 2 { // the half-tones between them are darker than both
		t.Errorf("green on red: measured %.2f", got.ratio)
	}
	if got := newLight().measure(write(t, image.NewUniform(color.White), color.RGBA{255, 255, 255, 255}, 36), image.Rect(0, 20, 600, 80)); got.ratio != 0 {
		t.Errorf("nothing to see: measured %.2f", got.ratio)
	}
}
