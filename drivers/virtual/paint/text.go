package paint

import (
	"image"
	"strings"
	"sync"
	"unicode"

	"github.com/hajimehoshi/bitmapfont/v3"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// lineSpacing is the height of a line as a multiple of the text size.
const lineSpacing = 1.35

// maxText bounds what is measured and painted of one text, in runes.
const maxText = 2000

// maxRemembered bounds the texts whose measures are remembered, in bytes.
const maxRemembered = 500

// typefaces are the fonts, with what was learnt about them. Latin, Greek and
// Cyrillic come from the Go fonts, everything else from a bitmap font; what
// both lack is a box.
type typefaces struct {
	mu       sync.Mutex
	regular  *sfnt.Font
	bold     *sfnt.Font
	buf      sfnt.Buffer
	advances map[advanceKey]float64
	faces    map[faceKey]font.Face
	glyphs   map[glyphKey]*glyph
	icons    map[iconKey]*image.Alpha
	drawings map[string][]shape
	measured map[textKey]measured
}

// textKey is a text that was measured.
type textKey struct {
	text     string
	px       float64
	bold     bool
	maxWidth int
}

type measured struct {
	lines []string
	width int
}

type advanceKey struct {
	r    rune
	bold bool
}

type faceKey struct {
	px   int
	bold bool
}

func newTypefaces() *typefaces {
	// The fonts are part of the library: they cannot fail to parse.
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic("paint: " + err.Error())
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		panic("paint: " + err.Error())
	}
	return &typefaces{regular: regular, bold: bold,
		advances: map[advanceKey]float64{}, faces: map[faceKey]font.Face{}, glyphs: map[glyphKey]*glyph{},
		icons: map[iconKey]*image.Alpha{}, drawings: drawings(), measured: map[textKey]measured{}}
}

func (t *typefaces) font(bold bool) *sfnt.Font {
	if bold {
		return t.bold
	}
	return t.regular
}

// inFont tells whether the vector fonts have the rune.
func (t *typefaces) inFont(r rune, bold bool) bool {
	i, err := t.font(bold).GlyphIndex(&t.buf, r)
	return err == nil && i != 0
}

// advance is the width of a rune as a multiple of the text size.
func (t *typefaces) advance(r rune, bold bool) float64 {
	k := advanceKey{r, bold}
	if a, ok := t.advances[k]; ok {
		return a
	}
	a := 0.0
	switch {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r):
	case t.inFont(r, bold):
		f := t.font(bold)
		i, _ := f.GlyphIndex(&t.buf, r)
		const unit = 1000
		if w, err := f.GlyphAdvance(&t.buf, i, fixed.I(unit), font.HintingNone); err == nil {
			a = float64(w) / 64 / unit
		}
	default:
		a = 1
		if w, ok := bitmapfont.Face.GlyphAdvance(r); ok {
			a = float64(w.Round()) / bitmapEm
		}
	}
	t.remember(func() { t.advances[k] = a }, len(t.advances))
	return a
}

// bitmapEm is the height of the bitmap font's letters in its own pixels.
const bitmapEm = 12

// remember keeps caches from growing without bound: names come from outside.
func (t *typefaces) remember(keep func(), size int) {
	const limit = 20000
	if size >= limit {
		clear(t.advances)
		clear(t.glyphs)
		clear(t.measured)
	}
	keep()
}

func (t *typefaces) width(s string, px float64, bold bool) float64 {
	w := 0.0
	for _, r := range s {
		w += t.advance(r, bold)
	}
	return w * px
}

// Measure breaks a text into lines no wider than maxWidth pixels (0 is no
// limit) and returns them with the width of the longest, rounded up, and the
// height of one line. px is the text size in pixels. The lines must not be
// changed: every look at the phone measures the same texts, so that what was
// measured is remembered.
func (p *Painter) Measure(text string, px float64, bold bool, maxWidth int) (lines []string, width, lineHeight int) {
	t := p.fonts
	t.mu.Lock()
	defer t.mu.Unlock()
	text = cut(text)
	k := textKey{text, px, bold, maxWidth}
	m, ok := t.measured[k]
	if !ok {
		m.lines = t.breakLines(text, px, bold, float64(maxWidth))
		w := 0.0
		for _, l := range m.lines {
			w = max(w, t.width(l, px, bold))
		}
		m.width = int(w + 0.999)
		if len(text) <= maxRemembered {
			t.remember(func() { t.measured[k] = m }, len(t.measured))
		}
	}
	return m.lines, m.width, int(px*lineSpacing + 0.5)
}

// cut bounds a text.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	if r := []rune(text); len(r) > maxText {
		return string(r[:maxText])
	}
	return text
}

func (t *typefaces) breakLines(text string, px float64, bold bool, maxWidth float64) []string {
	text = cut(text)
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		if maxWidth <= 0 || t.width(paragraph, px, bold) <= maxWidth {
			lines = append(lines, paragraph)
			continue
		}
		line, w := "", 0.0
		for _, word := range strings.SplitAfter(paragraph, " ") {
			ww := t.width(word, px, bold)
			if line != "" && w+t.width(strings.TrimRight(word, " "), px, bold) > maxWidth {
				lines = append(lines, strings.TrimRight(line, " "))
				line, w = "", 0
			}
			if ww <= maxWidth {
				line, w = line+word, w+ww
				continue
			}
			// A word that is wider than the line is broken anywhere.
			for _, r := range word {
				a := t.advance(r, bold) * px
				if line != "" && w+a > maxWidth {
					lines = append(lines, line)
					line, w = "", 0
				}
				line, w = line+string(r), w+a
			}
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}
