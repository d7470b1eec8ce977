package paint

import (
	"image"
	"image/color"
	"image/draw"
	"unicode"

	"github.com/hajimehoshi/bitmapfont/v3"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

type glyphKey struct {
	r    rune
	px   int
	bold bool
}

// glyph is a rune as a mask; at is its top left corner, relative to the point
// on the base line. The mask is nil where there is nothing to see.
type glyph struct {
	mask *image.Alpha
	at   image.Point
}

// glyph paints a rune once per size and remembers it.
func (t *typefaces) glyph(r rune, px int, bold bool) *glyph {
	k := glyphKey{r, px, bold}
	if g, ok := t.glyphs[k]; ok {
		return g
	}
	var g *glyph
	switch {
	case unicode.IsSpace(r) || t.advance(r, bold) == 0:
		g = &glyph{}
	case t.inFont(r, bold):
		g = t.vector(r, px, bold)
	default:
		g = bitmap(r, px)
	}
	t.remember(func() { t.glyphs[k] = g }, len(t.glyphs))
	return g
}

func (t *typefaces) vector(r rune, px int, bold bool) *glyph {
	k := faceKey{px, bold}
	face := t.faces[k]
	if face == nil {
		var err error
		// At 72 dpi a point is a pixel.
		face, err = opentype.NewFace(t.font(bold), &opentype.FaceOptions{Size: float64(px), DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return box(px)
		}
		t.faces[k] = face
	}
	rect, mask, at, _, ok := face.Glyph(fixed.Point26_6{}, r)
	if !ok {
		return box(px)
	}
	m := image.NewAlpha(image.Rectangle{Max: rect.Size()})
	draw.Draw(m, m.Bounds(), mask, at, draw.Src)
	return &glyph{m, rect.Min}
}

// bitmap enlarges a rune of the bitmap font.
func bitmap(r rune, px int) *glyph {
	rect, mask, at, _, ok := bitmapfont.Face.Glyph(fixed.Point26_6{}, r)
	if !ok {
		return box(px)
	}
	w, h := rect.Dx()*px/bitmapEm, rect.Dy()*px/bitmapEm
	m := image.NewAlpha(image.Rect(0, 0, w, h))
	seen := false
	for y := range h {
		for x := range w {
			if _, _, _, a := mask.At(at.X+x*bitmapEm/px, at.Y+y*bitmapEm/px).RGBA(); a > 0 {
				m.SetAlpha(x, y, color.Alpha{A: 255})
				seen = true
			}
		}
	}
	if !seen {
		return box(px)
	}
	return &glyph{m, image.Pt(rect.Min.X*px/bitmapEm, rect.Min.Y*px/bitmapEm)}
}

// box stands for what no font has.
func box(px int) *glyph {
	w, h, line := px*6/10, px*7/10, max(px/16, 1)
	m := image.NewAlpha(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			if x < line || y < line || x >= w-line || y >= h-line {
				m.SetAlpha(x, y, color.Alpha{A: 255})
			}
		}
	}
	return &glyph{m, image.Pt(px/10, -h)}
}
