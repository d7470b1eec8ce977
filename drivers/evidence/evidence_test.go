package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/evidence"
	"ffscert/drivers/screen"
	"ffscert/drivers/secret"
)

// phone shows one screen after the other; the last one stays.
type phone struct {
	sources []string
	picture []byte
	refuses error
	looks   int
}

func (p *phone) Source(context.Context) (string, error) {
	s := p.sources[min(p.looks, len(p.sources)-1)]
	p.looks++
	if s == "" {
		return "", errors.New("no source")
	}
	return s, nil
}

func (p *phone) Screenshot(context.Context) ([]byte, error) { return p.picture, p.refuses }

func picture(t testing.TB, w, h int, at func(x, y int) color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, at(x, y))
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// busy is a picture in which every pixel differs from its neighbours.
func busy(x, y int) color.Color { return color.RGBA{uint8(x * 7), uint8(y * 5), 200, 255} }

func source(nodes ...string) string {
	return `<hierarchy width="100" height="200"><f class="f" package="com.example.lumen" bounds="[0,0][100,200]">` + strings.Join(nodes, "") + `</f></hierarchy>`
}

const (
	password = `<n class="android.widget.EditText" package="com.example.lumen" text="hunter22" password="true" bounds="[10,20][60,40]"/>`
	shown    = `<n class="android.widget.EditText" package="com.example.lumen" resource-id="com.example.lumen:id/password" text="hunter22" bounds="[10,20][60,40]"/>`
	otp      = `<n class="android.widget.EditText" package="com.bank" resource-id="com.bank:id/otp_code" text="123456" bounds="[10,20][60,40]"/>`
	hinted   = `<n class="android.widget.EditText" package="com.bank" text="123456" hint="Verification code" bounds="[10,20][60,40]"/>`
	spoken   = `<n class="android.widget.TextView" package="com.bank" content-desc="you typed hunter22" bounds="[10,20][60,40]"/>`
	harmless = `<n class="android.widget.TextView" package="com.bank" resource-id="com.bank:id/opinion" text="shopping list" bounds="[10,50][60,70]"/>`
)

func camera(t testing.TB, p *phone, kept map[string][]byte) *evidence.Camera {
	t.Helper()
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	return &evidence.Camera{Phone: p, Maps: maps, Secrets: []string{"", "hunter22"}, Save: func(name string, data []byte) (string, error) {
		kept[name] = data
		return "evidence/" + name, nil
	}}
}

func TestWhatIsSecretIsNotKept(t *testing.T) {
	for name, nodes := range map[string][]string{
		"password field": {password}, "password that is shown": {shown}, "code by id": {otp}, "code by hint": {hinted}, "secret in another place": {spoken},
	} {
		t.Run(name, func(t *testing.T) {
			kept := map[string][]byte{}
			p := &phone{sources: []string{source(append(nodes, harmless)...)}, picture: picture(t, 200, 400, busy)}
			shot := camera(t, p, kept).Take(t.Context(), "x")
			require.Empty(t, shot.Lacks)
			require.Equal(t, []string{"evidence/x.xml", "evidence/x.png"}, shot.Paths)
			text := string(kept["x.xml"])
			require.NotContains(t, text, "hunter22")
			require.NotContains(t, text, "123456")
			require.Contains(t, text, "shopping list")
			_, err := screen.Parse(text)
			require.NoError(t, err)
			img, err := png.Decode(bytes.NewReader(kept["x.png"]))
			require.NoError(t, err)
			// The picture has twice the pixels that the source counts in.
			grey := img.At(30, 50)
			for y := range 400 {
				for x := range 200 {
					inside := x >= 18 && x < 122 && y >= 38 && y < 82
					if painted := img.At(x, y) == grey; painted != inside {
						t.Fatalf("%d,%d is painted over: %t", x, y, painted)
					}
				}
			}
		})
	}
}

// The customer's name is painted over where an element says it, in any case, and
// is in no attribute of the page source.
func TestWhoTheCustomerIsIsNotKept(t *testing.T) {
	kept := map[string][]byte{}
	named := `<n class="android.widget.TextView" package="com.bank" text="Hello, ADA &amp;#76;ovelace" pane-title="ada lovelace" bounds="[10,20][60,40]"/>`
	titled := `<n class="android.widget.TextView" package="com.bank" text="Account" pane-title="Ada Lovelace" bounds="[10,50][60,70]"/>`
	p := &phone{sources: []string{source(named, titled)}, picture: picture(t, 100, 200, busy)}
	c := camera(t, p, kept)
	c.Person = secret.NewPerson("Ada Lovelace")
	require.Empty(t, c.Take(t.Context(), "x").Lacks)
	require.False(t, c.Person.Holds(string(kept["x.xml"])), "%s", kept["x.xml"])
	require.Contains(t, string(kept["x.xml"]), "Account")
	_, err := screen.Parse(string(kept["x.xml"]))
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(kept["x.png"]))
	require.NoError(t, err)
	require.Equal(t, img.At(12, 22), img.At(50, 30))
	require.Equal(t, busy(30, 60), img.At(30, 60))
}

func TestPicturesWithoutSecretsStayAsTheyAre(t *testing.T) {
	kept := map[string][]byte{}
	p := &phone{sources: []string{source(harmless)}, picture: picture(t, 100, 200, busy)}
	shot := camera(t, p, kept).Take(t.Context(), "x")
	require.Empty(t, shot.Lacks)
	require.Equal(t, p.picture, kept["x.png"])
	require.Equal(t, p.sources[0], string(kept["x.xml"]))
}

// A password page that comes up between the first look and the picture is
// painted over, too.
func TestThePageThatComesUpMeanwhile(t *testing.T) {
	for _, sources := range [][]string{{source(harmless), source(password)}, {source(password), source(harmless)}} {
		kept := map[string][]byte{}
		p := &phone{sources: sources, picture: picture(t, 100, 200, busy)}
		require.Empty(t, camera(t, p, kept).Take(t.Context(), "x").Lacks)
		img, err := png.Decode(bytes.NewReader(kept["x.png"]))
		require.NoError(t, err)
		require.Equal(t, img.At(12, 22), img.At(50, 30))
	}
}

// A picture with a palette is painted over like any other, whether or not the
// palette has room for the grey; the rest of it stays as it is.
func TestPicturesWithAPalette(t *testing.T) {
	for _, colours := range []int{2, 255, 256} {
		palette := make(color.Palette, colours)
		for i := range palette {
			palette[i] = color.RGBA{uint8(i * 101), uint8(255 - i), 7, 255} // far apart: few of them are no single colour
		}
		img := image.NewPaletted(image.Rect(0, 0, 100, 200), palette)
		for i := range img.Pix {
			img.Pix[i] = uint8(i % colours)
		}
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, img))
		kept := map[string][]byte{}
		// One secret reaches beyond the picture.
		over := strings.ReplaceAll(strings.Replace(password, "hunter22", "hunter23", 1), "[10,20][60,40]", "[90,150][140,170]")
		p := &phone{sources: []string{source(password, over)}, picture: b.Bytes()}
		require.Empty(t, camera(t, p, kept).Take(t.Context(), "x").Lacks)
		got, err := png.Decode(bytes.NewReader(kept["x.png"]))
		require.NoError(t, err)
		for y := range 200 {
			for x := range 100 {
				want := img.At(x, y)
				if x >= 8 && x < 62 && y >= 18 && y < 42 || x >= 88 && y >= 148 && y < 172 {
					want = color.RGBA{0x60, 0x60, 0x60, 0xff}
				}
				if have := color.RGBAModel.Convert(got.At(x, y)); have != want {
					t.Fatalf("%d colours: %d,%d is %v instead of %v", colours, x, y, have, want)
				}
			}
		}
	}
}

// UiAutomator leaves the navigation bar out of the size that it gives.
func TestTheSizeWithoutTheBars(t *testing.T) {
	for _, size := range []string{`width="100" height="180"`, ``} {
		kept := map[string][]byte{}
		p := &phone{sources: []string{strings.Replace(source(password), `width="100" height="200"`, size, 1)}, picture: picture(t, 100, 200, busy)}
		require.Empty(t, camera(t, p, kept).Take(t.Context(), "x").Lacks)
		img, err := png.Decode(bytes.NewReader(kept["x.png"]))
		require.NoError(t, err)
		require.Equal(t, img.At(8, 18), img.At(61, 41))
		require.Equal(t, busy(7, 17), img.At(7, 17))
		require.Equal(t, busy(62, 42), img.At(62, 42))
	}
}

func TestPicturesThatCannotBeKept(t *testing.T) {
	secret, plain := source(password), source(harmless)
	good := picture(t, 100, 200, busy)
	one := func(c color.Color) []byte {
		return picture(t, 100, 200, func(_, y int) color.Color {
			if y < 10 || y > 190 { // the bars are shown all the same
				return busy(y, y)
			}
			return c
		})
	}
	for _, c := range []struct {
		name    string
		p       phone
		sources int // kept
		reason  string
	}{
		{"refused", phone{sources: []string{plain}, refuses: errors.New("unable to capture screen")}, 1, "refused the screenshot: unable to capture"},
		{"black", phone{sources: []string{plain}, picture: one(color.Black)}, 1, "is black"},
		{"nearly black", phone{sources: []string{plain}, picture: one(color.RGBA{6, 4, 5, 255})}, 1, "is black"},
		{"white", phone{sources: []string{plain}, picture: one(color.White)}, 1, "nothing but one colour (#ffffff)"},
		{"no PNG", phone{sources: []string{plain}, picture: []byte("GIF89a")}, 1, "no PNG"},
		{"cut off", phone{sources: []string{plain}, picture: good[:len(good)/2]}, 1, "cannot be read"},
		{"no source", phone{sources: []string{""}, picture: good}, 0, "nobody knows what must be painted over"},
		{"no second look", phone{sources: []string{plain, ""}, picture: good}, 1, "could not be looked at again"},
		{"turned", phone{sources: []string{secret}, picture: picture(t, 200, 100, busy)}, 1, "it was turned, perhaps"},
	} {
		t.Run(c.name, func(t *testing.T) {
			kept := map[string][]byte{}
			shot := camera(t, &c.p, kept).Take(t.Context(), "x")
			require.Contains(t, strings.Join(shot.Lacks, "\n"), c.reason)
			require.NotContains(t, kept, "x.png")
			require.Len(t, kept, c.sources)
			require.Len(t, shot.Paths, c.sources)
		})
	}
	require.Empty(t, (*evidence.Camera)(nil).Take(t.Context(), "x"))
}

func TestWhatCannotBeStoredIsSaid(t *testing.T) {
	c := camera(t, &phone{sources: []string{source(harmless)}, picture: picture(t, 100, 200, busy)}, nil)
	c.Save = func(string, []byte) (string, error) { return "", errors.New("disk full") }
	shot := c.Take(t.Context(), "x")
	require.Empty(t, shot.Paths)
	require.Contains(t, strings.Join(shot.Lacks, "\n"), "disk full")
}
