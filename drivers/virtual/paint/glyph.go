package paint

import (
	"image"

	"golang.org/x/image/font"
)

type glyphKey struct {
	r    rune
	px   int
	bold bool
}

// glyph is a rune as a mask, relative to the point on the base line.
type glyph struct {
	mask  *image.Alpha
	at    image.Point
	empty bool
}

var _ = font.HintingNone
