// Package safe makes text that came from outside harmless for whoever reads it:
// names of devices, words from a screen, error messages of a server.
//
// It knows nothing of where the text is shown; markup is escaped by the
// renderers, each for its own.
package safe

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
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

// Lines returns s with its lines and tabs; whatever else is not printable becomes
// a visible replacement character, as in [Text].
func Lines(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == zeroWidthJoiner || unicode.IsPrint(r) {
			return r
		}
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return unicode.ReplacementChar
	}, s)
}

// JSON returns JSON that means the same, with everything escaped that is not
// printable: a terminal that shows it neither obeys it nor turns it around.
func JSON(b []byte) []byte {
	if !bytes.ContainsFunc(b, func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' && r != '\t' && r != '\r' }) {
		return b
	}
	var out bytes.Buffer
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case unicode.IsPrint(r) || r == '\n' || r == '\t' || r == '\r':
			out.Write(b[:size])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		b = b[size:]
	}
	return out.Bytes()
}

// Markdown returns s as [Text] does, with every character escaped that could be
// markup to CommonMark, or to HTML in it.
func Markdown(s string, longest int) string {
	var b strings.Builder
	for i, r := range Text(s, longest) {
		if strings.ContainsRune("\\`*_{}[]<>()#|!~&@$", r) || i == 0 && strings.ContainsRune("-+=:", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
