package screen

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// quote shows foreign text in a message: short, on one line, nothing in it
// that a terminal would obey.
func quote(s string) string { return strconv.QuoteToGraphic(clip(s, 60)) }

func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	runes := 0
	for i := range s {
		if runes == most {
			return s[:i] + "…"
		}
		runes++
	}
	return s
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
