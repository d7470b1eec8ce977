package world

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Alexa numbers devices of one kind: the one after "First light" becomes
// "Second light" (DOMAIN.md §5). How it goes on after these is a guess.
func ordinals() []string {
	return []string{"First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"}
}

// nextOrdinal is the name that comes after name: "Second light" after "First
// light", "Lamp 2" after "Lamp", "Lamp 3" after "Lamp 2".
func nextOrdinal(name string) string {
	first, rest, _ := strings.Cut(name, " ")
	words := ordinals()
	for i, word := range words[:len(words)-1] {
		if strings.EqualFold(first, word) && rest != "" {
			return words[i+1] + " " + rest
		}
	}
	if i := strings.LastIndex(name, " "); i >= 0 {
		if n, err := strconv.Atoi(name[i+1:]); err == nil && n > 0 && n < 1_000_000 {
			return name[:i+1] + strconv.Itoa(n+1)
		}
	}
	return name + " 2"
}

// freeName is name, or what comes after it, once nothing in the account has it.
func (w *World) freeName(name string) string {
	for w.taken(name) {
		name = nextOrdinal(name)
	}
	return name
}

func (w *World) taken(name string) bool {
	for _, d := range w.devices {
		if sameName(d.Name, name) {
			return true
		}
	}
	return false
}

// sameName tells whether people, and Alexa, would take two names for one.
func sameName(a, b string) bool {
	return strings.EqualFold(norm.NFC.String(strings.TrimSpace(a)), norm.NFC.String(strings.TrimSpace(b)))
}
