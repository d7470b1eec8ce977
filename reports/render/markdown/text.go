package markdown

import (
	"strings"

	"ffscert/reports/render/safe"
)

// The longest pieces of text, in runes.
const (
	wordLength = 120
	textLength = 300
)

// invisible keeps what is before it and after it apart and takes no room.
const invisible = "\u200b"

// text is text from outside as it may stand in a paragraph, a cell or a tag of
// HTML. Everything that could be markup is a character reference, which
// Markdown and HTML read alike. Mentions, references to issues and addresses
// are found by GitHub in the finished text, whatever was escaped: they are
// broken up by a character that is not seen.
func text(s string, longest int) string {
	s = safe.Text(s, longest)
	var b strings.Builder
	for i, r := range s {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&quot;")
		case '|', '`', '*', '_', '[', ']', '~', '\\', '$', '!', '{', '}', '=', '\'':
			writeReference(&b, r)
		case '@', '#':
			writeReference(&b, r)
			b.WriteString(invisible)
		case ':':
			b.WriteRune(r)
			if rest := s[i+1:]; strings.HasPrefix(rest, "//") || rest != "" && (rest[0]|0x20 >= 'a' && rest[0]|0x20 <= 'z' || rest[0] == '+') {
				b.WriteString(invisible) // an address, or :smile:
			}
		case '.':
			b.WriteRune(r)
			if i >= 3 && strings.EqualFold(s[i-3:i], "www") {
				b.WriteString(invisible)
			}
		case '-':
			b.WriteRune(r)
			if i >= 2 && strings.EqualFold(s[i-2:i], "gh") { // GH-1 is a reference
				b.WriteString(invisible)
			}
		case '+':
			writeReference(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func writeReference(b *strings.Builder, r rune) {
	const digits = "0123456789"
	b.WriteString("&#")
	if r >= 100 {
		b.WriteByte(digits[r/100])
	}
	b.WriteByte(digits[r/10%10])
	b.WriteByte(digits[r%10])
	b.WriteByte(';')
}
