package secret

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Person takes out of a text who the customer is: their names and addresses, in
// any case, with any space between the words, in the order of first or last name,
// and in whatever way a page or a log encodes the letters. It is used by any
// goroutine; a nil Person takes nothing out.
type Person struct {
	pattern *regexp.Regexp
	// plain are a part of each name that looks alike in whatever form the name is
	// written, unless letters are encoded; nil if one has no such part.
	plain []string
}

// LeastName is the length, in runes, below which a name is not looked for: it
// would be found in every other word.
const LeastName = 3

// NewPerson is the person of whom these are names and addresses. Nil if none of
// them can be looked for.
func NewPerson(words ...string) *Person {
	var alternatives, plain []string
	certain := true
	for _, w := range words {
		w = strings.TrimSpace(norm.NFC.String(w))
		if utf8.RuneCountInString(w) < LeastName {
			continue
		}
		part := plainest(w)
		plain, certain = append(plain, part), certain && part != ""
		for _, order := range orders(strings.Fields(w)) {
			if p := inWords(order); !slices.Contains(alternatives, p) {
				alternatives = append(alternatives, p)
			}
		}
	}
	if len(alternatives) == 0 {
		return nil
	}
	p, err := regexp.Compile(`(?i)` + strings.Join(alternatives, "|"))
	if err != nil {
		return nil // every part of it is quoted: it can always be compiled
	}
	if !certain {
		plain = nil
	}
	return &Person{p, plain}
}

// plainest is the longest part of a name in small letters that looks alike in
// every case and with every way to write accents.
func plainest(name string) string {
	longest := ""
	for _, part := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		alike := r >= 'a' && r <= 'z' && r != 'k' && r != 's' || r >= '0' && r <= '9' || unicode.Is(unicode.Han, r) // k and s have further forms
		return !alike
	}) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// encodes tells whether a text may encode letters: by an entity other than the
// five of XML, by a percent sign, or as JSON does.
func encodes(s string) bool {
	for {
		i := strings.IndexAny(s, "&%\\")
		if i < 0 || i+1 >= len(s) {
			return false
		}
		by, rest := s[i], s[i+1:]
		s = rest
		switch {
		case by == '\\' && rest[0] == 'u', by == '%' && strings.IndexByte("0123456789abcdefABCDEF", rest[0]) >= 0:
			return true
		case by == '&' && !slices.ContainsFunc([]string{"amp;", "lt;", "gt;", "quot;", "apos;", " "}, func(e string) bool { return strings.HasPrefix(rest, e) }):
			return true
		}
	}
}

// mayHold is false for most texts that do not say who the customer is, and is
// quicker than looking closely.
func (p *Person) mayHold(s string) bool {
	if p.plain == nil || encodes(s) {
		return true
	}
	small := strings.ToLower(s)
	return slices.ContainsFunc(p.plain, func(part string) bool { return strings.Contains(small, part) })
}

// Holds tells whether a text says who the customer is.
func (p *Person) Holds(s string) bool { return p != nil && p.mayHold(s) && p.pattern.MatchString(s) }

// Text is s without that.
func (p *Person) Text(s string) string {
	if p == nil || !p.mayHold(s) {
		return s
	}
	return p.pattern.ReplaceAllLiteralString(s, "•••")
}

// orders are the orders in which the words of a name are written: as given, and
// with the last word first.
func orders(words []string) [][]string {
	if len(words) < 2 || strings.Contains(words[0], "@") {
		return [][]string{words}
	}
	last := len(words) - 1
	return [][]string{words, append([]string{words[last]}, words[:last]...)}
}

// between is what may stand between the words of a name.
const between = `(?:[\s\v\x{85}\p{Z},]|&nbsp;|&#0*(?:160|32|44);|&#x0*(?:a0|20|2c);|%20|%2C|%C2%A0|\+|\\u00a0)`

func inWords(words []string) string {
	var parts []string
	apart := between + "+"
	for _, w := range words {
		var b strings.Builder
		for _, r := range w {
			b.WriteString(letter(r))
		}
		parts = append(parts, b.String())
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }) {
			apart = between + "*" // written without a space as well
		}
	}
	return strings.Join(parts, apart)
}

// letter is an expression for a letter, as it is and as it may be encoded: in
// HTML, in an address, in JSON, with its accent apart.
func letter(r rune) string {
	var forms []string
	add := func(s string) {
		if q := regexp.QuoteMeta(s); !slices.Contains(forms, q) {
			forms = append(forms, q)
		}
	}
	for _, x := range cases(r) {
		add(string(x))
		add(norm.NFD.String(string(x)))
		add(html.EscapeString(string(x)))
		for _, named := range entities(x) {
			add(named)
		}
		for _, n := range []string{fmt.Sprintf(`&#0*%d;`, x), fmt.Sprintf(`&#x0*%x;`, x), fmt.Sprintf(`\\u%04x`, x)} {
			if !slices.Contains(forms, n) {
				forms = append(forms, n)
			}
		}
		add(url.QueryEscape(string(x)))
	}
	return "(?:" + strings.Join(forms, "|") + ")"
}

// cases are a letter, small and capital: their encodings differ.
func cases(r rune) []rune {
	all := []rune{r}
	for _, x := range []rune{unicode.ToLower(r), unicode.ToUpper(r)} {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}

// entities are the names that HTML has for a letter with an accent, and for
// what stands in addresses.
func entities(r rune) []string {
	switch r {
	case '@':
		return []string{"&commat;"}
	case '.':
		return []string{"&period;"}
	case '-':
		return []string{"&hyphen;", "\u2010", "\u2011"}
	case '\'':
		return []string{"&apos;", "&rsquo;", "\u2019"}
	case 'ß':
		return []string{"&szlig;"}
	case 'ø':
		return []string{"&oslash;"}
	case 'Ø':
		return []string{"&Oslash;"}
	case 'æ':
		return []string{"&aelig;"}
	case 'Æ':
		return []string{"&AElig;"}
	}
	apart := []rune(norm.NFD.String(string(r)))
	if len(apart) != 2 {
		return nil
	}
	accents := map[rune]string{0x300: "grave", 0x301: "acute", 0x302: "circ", 0x303: "tilde", 0x308: "uml", 0x30a: "ring", 0x327: "cedil", 0x30c: "caron"}
	if name, ok := accents[apart[1]]; ok {
		return []string{"&" + string(apart[0]) + name + ";"}
	}
	return nil
}
