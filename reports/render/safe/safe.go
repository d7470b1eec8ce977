// Package safe makes text that came from outside harmless for whoever reads it:
// names of devices, words from a screen, error messages of a server.
//
// It knows nothing of where the text is shown; markup is escaped by the
// renderers, each for its own.
package safe

import (
	"strings"
	"unicode"
)

const zeroWidthJoiner = '\u200d'

// Text returns s on one line, cut after longest runes: white space of every
// kind becomes a blank; what is not printable (controls, escape, bidi overrides
// and isolates, zero-width and private characters, bytes that are no text)
// becomes a visible replacement character, but for the joiner of emoji.
func Text(s string, longest int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > longest {
			b.WriteRune('…')
			break
		}
		switch {
		case unicode.IsSpace(r), unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp):
			b.WriteRune(' ')
		case unicode.IsPrint(r), r == zeroWidthJoiner:
			b.WriteRune(r)
		default:
			b.WriteRune(unicode.ReplacementChar)
		}
	}
	return strings.TrimSpace(b.String())
}
