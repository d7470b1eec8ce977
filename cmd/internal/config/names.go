package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxName bounds a name, in characters.
const maxName = 200

// SameName tells whether people, and Alexa, would take two names for one:
// they are equal after Unicode normalisation (NFC) and case folding, without
// regard to spaces around and doubled, and to characters that do not show.
func SameName(a, b string) bool { return canonical(a) == canonical(b) }

func canonical(name string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	folded := cases.Fold().String(norm.NFC.String(visible))
	return strings.Join(strings.Fields(norm.NFC.String(folded)), " ")
}

// nameTrouble is what is wrong with a name on its own, or "".
func nameTrouble(name string) string {
	switch {
	case canonical(name) == "":
		return "is missing"
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Sprintf("is longer than %d characters", maxName)
	case strings.ContainsFunc(name, unicode.IsControl):
		return "holds a control character"
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }):
		return "holds a character that changes the direction of writing"
	case strings.TrimSpace(name) != name:
		return "begins or ends with a space"
	}
	return ""
}

// stem is what Alexa counts on when it names the next device by itself: the
// name without its ordinal ("First plug", "plug 2" → "plug"). The words are
// those of English; elsewhere only digits are seen.
func stem(name string) string {
	ordinals := []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	words := strings.Fields(canonical(name))
	isOrdinal := func(w string) bool {
		return slices.Contains(ordinals, w) || strings.Trim(w, "0123456789.#") == "" ||
			strings.Trim(strings.TrimRight(w, "sthndr"), "0123456789") == "" && w[0] >= '0' && w[0] <= '9'
	}
	if len(words) > 1 && isOrdinal(words[0]) {
		words = words[1:]
	}
	if len(words) > 1 && isOrdinal(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// judgeNames checks the names of one testbed. The device under test is deleted
// by its name after every attempt: a name that is shared deletes the wrong thing.
func (t *tree) judgeNames(c *Config, b *Testbed, tokens []string) {
	type named struct {
		name, what string
		at         []string
	}
	all := []named{
		{c.Product.DeviceName, "the device under test", []string{"product", "device_name"}},
		{b.Plugs.Device, "the device's plug", child(child(tokens, "plugs"), "device")},
		{b.Plugs.Provisioner, "the provisioner's plug", child(child(tokens, "plugs"), "provisioner")},
		{b.Provisioner, "the provisioner", child(tokens, "provisioner")},
	}
	for i, n := range all {
		if text := nameTrouble(n.name); text != "" {
			hint := "give " + n.what + " its name in the Alexa app"
			if n.name != "" && text != "is missing" {
				hint = "write the name exactly as the Alexa app shows it"
			}
			t.report(text, hint, n.at...)
			continue
		}
		for _, before := range all[:i] {
			if SameName(n.name, before.name) {
				t.report(quote(n.name)+" is the name of "+before.what+", too",
					"rename one of them in the Alexa app: the device under test is deleted by its name, and must not be mistaken", n.at...)
				break
			}
		}
		if i > 0 && !SameName(n.name, c.Product.DeviceName) && stem(n.name) == stem(c.Product.DeviceName) {
			p := t.at(n.at...)
			c.Warnings = append(c.Warnings, Problem{File: t.file, Line: p.line, Field: p.field,
				Text: quote(n.name) + " and the device under test, " + quote(c.Product.DeviceName) + ", differ only in a number",
				Hint: "Alexa may give the next device " + n.what + "'s name; rename " + n.what})
		}
	}
}

// quote makes what does not show visible.
func quote(s string) string { return strconv.Quote(shorten(s)) }
