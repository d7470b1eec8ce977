package consent

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"ffscert/drivers/screen"
	"ffscert/drivers/virtual/paint"
)

// BenchmarkOneScreen judges a consent page with its picture, as often as it
// would be: one screen has to be judged in under 50 ms.
func BenchmarkOneScreen(b *testing.B) {
	a := auditor(b)
	for _, lang := range []string{"en", "ja"} {
		w := faultless(lang, Allow)
		w.pages = w.pages[2:3]
		c := w.capture(b)
		b.Run(lang, func(b *testing.B) {
			for b.Loop() {
				a.Judge(c, Options{})
			}
		})
	}
}

// BenchmarkOnePhoneScreen judges a consent page with a picture of the size of a
// phone's screen, in the forms in which phones write them: that of the simulated
// one with a palette; colours with smooth edges; with an opacity; and a page
// of which a third is a photograph, in which no two pixels are alike.
func BenchmarkOnePhoneScreen(b *testing.B) {
	a := auditor(b)
	w := faultless("en", Allow)
	w.pages = w.pages[2:3]
	c := w.capture(b)
	small, err := png.Decode(bytes.NewReader(c.Screens[0].Picture))
	if err != nil {
		b.Fatal(err)
	}
	scaled := func(by draw.Scaler) *image.RGBA {
		img := image.NewRGBA(image.Rect(0, 0, 2*width, 2*height))
		by.Scale(img, img.Rect, small, small.Bounds(), draw.Src, nil)
		return img
	}
	forms := map[string]image.Image{"palette": scaled(draw.NearestNeighbor), "colours": scaled(draw.CatmullRom)}
	opacity, photo := scaled(draw.CatmullRom), scaled(draw.CatmullRom)
	opacity.Pix[3] = 254
	grain := rand.New(rand.NewPCG(1, 2))
	for i := range len(photo.Pix) / 3 {
		if i%4 < 3 {
			photo.Pix[i] -= uint8(grain.IntN(1 + int(photo.Pix[i])/16))
		}
	}
	photo.SetRGBA(0, 0, color.RGBA{254, 254, 254, 254})
	forms["opacity"], forms["photograph"] = opacity, photo
	for _, name := range []string{"palette", "colours", "opacity", "photograph"} {
		var data bytes.Buffer
		write := png.Encode
		if name == "palette" {
			write = paint.WritePNG
		}
		if err := write(&data, forms[name]); err != nil {
			b.Fatal(err)
		}
		c.Screens[0].Picture = data.Bytes()
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				a.Judge(c, Options{})
			}
		})
	}
}

// TestManyNodesAreJudgedInTime: as many elements as a capture may have do not
// make the rules slow.
func TestManyNodesAreJudgedInTime(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<hierarchy><node class="android.widget.FrameLayout" package="com.android.chrome" clickable="true" bounds="[0,0][1080,100]"><node class="android.webkit.WebView" bounds="[0,0][1080,2000]">`)
	for range 9_000 {
		b.WriteString(`<node class="android.view.View" text="set up" clickable="true" bounds="[0,0][100,100]"/>`)
	}
	b.WriteString("</node></node></hierarchy>")
	tree, err := screen.Parse(b.String())
	if err != nil {
		t.Fatal(err)
	}
	dwell := 1.0
	r := auditor(t).Judge(Capture{Locale: "de-DE", Journey: Allow, AppPackage: app, AppName: "Lumen", Density: 420,
		Screens: []Screen{{File: "a", Role: Consent, Package: chrome, Dwell: &dwell, Tree: tree}}}, Options{})
	if len(r.Rules) != 20 {
		t.Error(len(r.Rules))
	}
}
