package consent

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Change is a run of words that both texts have, or only one.
type Change struct {
	Kind ChangeKind `json:"kind"`
	Text string     `json:"text"`
}

// ChangeKind tells which of two texts has the words.
type ChangeKind string

// The kinds of change.
const (
	Same    ChangeKind = "same"
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
)

// Changes are the words of two texts, in order.
type Changes []Change

// maxWords bounds what is compared word by word; beyond, everything counts as
// changed.
const maxWords = 3000

// Diff compares the texts of a screen word by word.
func Diff(old, now []string) Changes {
	a, b := tokenise(old), tokenise(now)
	if len(a) > maxWords || len(b) > maxWords {
		return Changes{{Removed, strings.Join(a, " ")}, {Added, strings.Join(b, " ")}}
	}
	// The longest common subsequence: screens have some hundred words.
	width := len(b) + 1
	best := make([]uint16, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i] == b[k] {
				best[i*width+k] = best[(i+1)*width+k+1] + 1
			} else {
				best[i*width+k] = max(best[(i+1)*width+k], best[i*width+k+1])
			}
		}
	}
	var c Changes
	i, k := 0, 0
	for i < len(a) || k < len(b) {
		switch {
		case i < len(a) && k < len(b) && a[i] == b[k]:
			c = c.add(Same, a[i])
			i, k = i+1, k+1
		case i < len(a) && (k == len(b) || best[(i+1)*width+k] >= best[i*width+k+1]):
			c = c.add(Removed, a[i])
			i++
		default:
			c = c.add(Added, b[k])
			k++
		}
	}
	return c
}

func (c Changes) add(kind ChangeKind, w string) Changes {
	if n := len(c); n > 0 && c[n-1].Kind == kind {
		c[n-1].Text += " " + w
		return c
	}
	return append(c, Change{kind, w})
}

// tokenise parts texts into words; a line break is a word of its own, and so is
// each character of a script that does not part words.
func tokenise(lines []string) []string {
	var words []string
	for i, l := range lines {
		if i > 0 {
			words = append(words, "¶")
		}
		for _, w := range strings.FieldsFunc(l, unicode.IsSpace) {
			from := 0
			for at, r := range w {
				if unspaced(r) {
					if at > from {
						words = append(words, w[from:at])
					}
					words = append(words, string(r))
					from = at + len(string(r))
				}
			}
			if from < len(w) {
				words = append(words, w[from:])
			}
		}
	}
	return words
}

// Any tells whether anything differs.
func (c Changes) Any() bool {
	return slices.ContainsFunc(c, func(ch Change) bool { return ch.Kind != Same })
}

// Summary is the first changes in one line.
func (c Changes) Summary() string {
	var parts []string
	for _, ch := range c {
		if ch.Kind != Same && ch.Text != "¶" {
			parts = append(parts, fmt.Sprintf("%s %s", ch.Kind, quote(ch.Text)))
		}
	}
	if n := len(parts); n > 4 {
		parts = append(parts[:4], fmt.Sprintf("and %d more", n-4))
	}
	if len(parts) == 0 {
		return "other line breaks"
	}
	return strings.Join(parts, ", ")
}
