package consent

import (
	"strings"
	"testing"

	"ffscert/drivers/screen"
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
