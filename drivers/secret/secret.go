// Package secret takes secrets out of whatever is kept or shown: log lines,
// messages, records, page sources, traffic. It knows the words that are secret,
// and the forms in which a server, a page or a log repeats them.
//
// It knows nothing of who asks, and it keeps the words to itself: they can be
// put in, never read out.
package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Mask stands in the place of what was secret.
const Mask = "***"

// Least is the length, in bytes, below which a word is not masked everywhere:
// it would make every record unreadable, and hide what matters.
const Least = 4

// Masker masks the words that it was told. All methods may be called from any
// goroutine; a nil Masker masks nothing.
type Masker struct {
	mu    sync.RWMutex
	words []string
	forms [][]byte // of all words, the longest first
}

// Add tells words that are secret from now on. Words shorter than [Least] are
// left alone.
func (m *Masker) Add(words ...string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := false
	for _, w := range words {
		if len(w) < Least || slices.Contains(m.words, w) {
			continue
		}
		m.words = append(m.words, w)
		changed = true
	}
	if !changed {
		return
	}
	seen := map[string]bool{}
	m.forms = nil
	for _, w := range m.words {
		for _, f := range formsOf(w) {
			if len(f) >= Least && !seen[f] {
				seen[f] = true
				m.forms = append(m.forms, []byte(f))
			}
		}
	}
	slices.SortFunc(m.forms, func(a, b []byte) int { return len(b) - len(a) })
}

// AddLogin tells a password, and user and password as basic authentication
// sends them.
func (m *Masker) AddLogin(user, password string) {
	m.Add(password)
	if password != "" {
		m.Add(user + ":" + password)
	}
}

// Bytes is b without the secrets; b itself stays as it is.
func (m *Masker) Bytes(b []byte) []byte {
	if m == nil {
		return b
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.forms {
		if bytes.Contains(b, f) {
			b = bytes.ReplaceAll(b, f, []byte(Mask))
		}
	}
	return b
}

// Text is s without the secrets.
func (m *Masker) Text(s string) string {
	if m == nil {
		return s
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.forms {
		if strings.Contains(s, string(f)) {
			s = strings.ReplaceAll(s, string(f), Mask)
		}
	}
	return s
}

// Holds tells whether s shows a secret in any form.
func (m *Masker) Holds(s string) bool {
	if m == nil {
		return false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.ContainsFunc(m.forms, func(f []byte) bool { return strings.Contains(s, string(f)) })
}

// formsOf are the forms in which a word may be repeated: as it is, in JSON (by
// writers of either habit), in XML and HTML, in an address, in base64 at any
// place of a longer text, and each of these once more in JSON.
func formsOf(word string) []string {
	plain := []string{word, xmlEscape(word, "&quot;", "&apos;"), xmlEscape(word, "&#34;", "&#39;"),
		xmlEscape(word, `"`, "'"), xmlEscape(word, "&quot;", "'"),
		url.QueryEscape(word), url.PathEscape(word), strings.ReplaceAll(url.QueryEscape(word), "+", "%20"), lowerHex(url.QueryEscape(word)),
		strings.TrimPrefix((&url.URL{User: url.UserPassword("", word)}).User.String(), ":")}
	plain = append(plain, base64Forms(word)...)
	var all []string
	for _, p := range plain {
		all = append(all, p)
		for _, escape := range []bool{false, true} {
			for _, inner := range inJSON(p, escape) {
				all = append(all, inner)
				// A message that quotes a body, within a body.
				all = append(all, inJSON(inner, escape)...)
			}
		}
	}
	return all
}

// inJSON is a word as the inside of a JSON string, also with every character
// beyond ASCII escaped.
func inJSON(word string, escapeHTML bool) []string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(escapeHTML)
	if enc.Encode(word) != nil {
		return nil
	}
	quoted := strings.TrimSuffix(buf.String(), "\n")
	inner := quoted[1 : len(quoted)-1]
	forms := []string{inner, strings.ReplaceAll(inner, "/", `\/`)}
	var ascii strings.Builder
	for _, r := range inner {
		if r < 0x80 {
			ascii.WriteRune(r)
			continue
		}
		for _, u := range utf16Of(r) {
			ascii.WriteString(`\u` + hex4(u))
		}
	}
	return append(forms, ascii.String())
}

func utf16Of(r rune) []rune {
	if r < 0x10000 {
		return []rune{r}
	}
	r -= 0x10000
	return []rune{0xd800 + r>>10, 0xdc00 + r&0x3ff}
}

func hex4(r rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15]})
}

// lowerHex is a percent-encoded text with its hex digits in lower case.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			b[i+1], b[i+2] = lower(b[i+1]), lower(b[i+2])
		}
	}
	return string(b)
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'F' {
		return c + 'a' - 'A'
	}
	return c
}

func xmlEscape(s, quot, apos string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, quot, "'", apos).Replace(s)
}

// base64Forms are the characters that base64 of any longer text has where the
// word is in it: they depend on the word's place modulo three. What is too
// short to be telling is left out.
func base64Forms(word string) []string {
	var forms []string
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			if text := inBase64(enc, word, shift); len(text) >= 6 {
				forms = append(forms, text)
			}
		}
	}
	return forms
}

func inBase64(enc *base64.Encoding, word string, shift int) string {
	text := enc.EncodeToString(append(make([]byte, shift), word...))
	// The characters at both ends depend on what stands beside the word.
	first := []int{0, 2, 3}[shift]
	last := (shift + len(word)) * 8 / 6
	if last <= first {
		return ""
	}
	return text[first:last]
}
