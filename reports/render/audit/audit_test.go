package audit

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ffscert/drivers/screen"
	"ffscert/steps/checks/consent"
)

const hostile = `</text></svg><script>alert(1)</script>"'&lt;`

// sample is a hostile capture: whatever it says must not become markup.
func sample(t *testing.T, picture bool) (consent.Report, consent.Capture) {
	t.Helper()
	tree, err := screen.Parse(`<hierarchy><node class="android.webkit.WebView" package="com.android.chrome" bounds="[0,0][200,400]">
<node class="android.view.View" text="Signed in as jane@example.com" bounds="[0,0][200,20]"/>
<node class="android.widget.EditText" text="hunter2" bounds="[0,100][200,150]"/>
<node class="android.view.View" text="&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;" bounds="[0,160][200,200]"/>
<node class="android.widget.Button" text="Allow" clickable="true" bounds="[0,300][40,320]"/></node></hierarchy>`)
	if err != nil {
		t.Fatal(err)
	}
	c := consent.Capture{Locale: "en-US", Journey: consent.Allow, AppName: hostile, AppPackage: "com.example.lumen", Density: 160,
		Screens: []consent.Screen{{File: "01-" + hostile, Role: consent.Consent, Package: hostile, Tree: tree}}}
	if picture {
		img := image.NewRGBA(image.Rect(0, 0, 200, 400))
		draw.Draw(img, img.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(img, image.Rect(0, 100, 200, 150), image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		c.Screens[0].Picture = b.Bytes()
	}
	a, err := consent.New()
	if err != nil {
		t.Fatal(err)
	}
	return a.Judge(c, consent.Options{}), c
}

func render(t *testing.T, picture bool) string {
	t.Helper()
	r, c := sample(t, picture)
	var b bytes.Buffer
	if err := Render(&b, r, c, "v1"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNothingFromOutsideBecomesMarkup(t *testing.T) {
	for _, picture := range []bool{false, true} {
		page := render(t, picture)
		for _, secret := range []string{"jane@example.com", "hunter2", "<script", "http://", "https://"} {
			if strings.Contains(page, secret) {
				t.Errorf("the page holds %q", secret)
			}
		}
		z := html.NewTokenizer(strings.NewReader(page))
		for {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			token := z.Token()
			if kind == html.StartTagToken && (token.Data == "script" || token.Data == "link" || token.Data == "iframe" || token.Data == "object") {
				t.Errorf("the page has an element %s", token.Data)
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || (a.Key == "href" || a.Key == "src") && !(token.Data == "a" && strings.HasPrefix(a.Val, "#")) && !strings.HasPrefix(a.Val, "data:image/png;base64,") {
					t.Errorf("%s %s=%q", token.Data, a.Key, a.Val)
				}
			}
		}
	}
}

func TestThePageSaysWhatWasFound(t *testing.T) {
	page := render(t, true)
	for _, want := range []string{consent.RuleSet, "LWA-REFUSE", "LWA-READABLE", "Signature", "failed", "What keeps it from passing", `<a href="#LWA-REFUSE">`, `class="box s-`, "data:image/png;base64,", "en-US"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if page != render(t, true) {
		t.Error("the same report gives two pages")
	}
	if strings.Contains(render(t, false), "data:image") {
		t.Error("a picture out of nothing")
	}
}

func TestASimulatedPhoneIsSaidToBeOne(t *testing.T) {
	r, c := sample(t, false)
	r.Simulated = true
	var b bytes.Buffer
	if err := Render(&b, r, c, ""); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "SIMULATED") {
		t.Error("the page does not say SIMULATED")
	}
}

// TestWhatWasTypedIsPaintedOver decodes the picture of the page.
func TestWhatWasTypedIsPaintedOver(t *testing.T) {
	_, c := sample(t, true)
	url, _, why := picture(&c.Screens[0], 200)
	if why != "" || url == "" {
		t.Fatal(why)
	}
	img := decodeURL(t, string(url))
	if got := color.RGBAModel.Convert(img.At(100, 125)).(color.RGBA); got.R != 0x60 || got.G != 0x60 {
		t.Errorf("the field shows %v", got)
	}
	if got := color.RGBAModel.Convert(img.At(100, 250)).(color.RGBA); got.R != 255 {
		t.Errorf("what is not secret shows %v", got)
	}
}

// The page says how large the phone's letters were and where each screen was
// looked at, or that it is not known.
func TestThePageSaysHowItWasLookedAt(t *testing.T) {
	r, c := sample(t, false)
	page := func() string {
		var b bytes.Buffer
		if err := Render(&b, r, c, "v1"); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if p := page(); !strings.Contains(p, "<dt>Font scale</dt><dd>not known</dd>") || strings.Contains(p, " · web</span>") {
		t.Error("what is not known is not said to be so")
	}
	c.FontScale, c.Screens[0].Context = 1.3, consent.Web
	if p := page(); !strings.Contains(p, "<dt>Font scale</dt><dd>1.3</dd>") || !strings.Contains(p, " · web</span>") {
		t.Error("the font scale or the context is not shown")
	}
}
