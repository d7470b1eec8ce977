package steps

import (
	"regexp"
	"strings"
)

// Finder finds the sentences that resemble a text. It is made once for many
// texts.
type Finder struct {
	all   []Sentence
	words []map[string]bool
}

// NewFinder prepares a vocabulary for searching.
func NewFinder(vocabulary []Sentence) *Finder {
	f := &Finder{all: vocabulary}
	for _, s := range vocabulary {
		f.words = append(f.words, wordSet(s.Text))
	}
	return f
}

// Nearest are up to three sentences that resemble text most, the best first.
func (f *Finder) Nearest(text string) []string {
	type scored struct {
		text  string
		score float64
	}
	var best []scored
	words := wordSet(text)
	for i, s := range f.all {
		score := alike(words, f.words[i])
		if score < 0.4 {
			continue
		}
		at := len(best)
		for at > 0 && best[at-1].score < score {
			at--
		}
		best = append(best, scored{})
		copy(best[at+1:], best[at:])
		best[at] = scored{s.Text, score}
	}
	var texts []string
	for i, b := range best {
		if i == 3 || b.score < best[0].score*0.75 {
			break
		}
		texts = append(texts, b.text)
	}
	return texts
}

// Straight is the text with straight quotation marks instead of typographic
// ones, if it is a sentence then; else it is empty.
func (f *Finder) Straight(text string) string {
	straight := typographic.Replace(text)
	if straight == text {
		return ""
	}
	for _, s := range f.all {
		if _, ok := s.Match(straight); ok {
			return straight
		}
	}
	return ""
}

var typographic = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "＂", `"`, "‘", "'", "’", "'")

// alike is Dice's coefficient of two sets of words, which count by how much they
// say; a word that differs by one letter counts half.
func alike(a, b map[string]bool) float64 {
	common := 0.0
	for w := range a {
		switch {
		case b[w]:
			common += says(w)
		case len(w) > 3 && oneLetterOff(w, b):
			common += says(w) / 2
		}
	}
	if common == 0 {
		return 0
	}
	return 2 * common / (weight(a) + weight(b))
}

func weight(words map[string]bool) (sum float64) {
	for w := range words {
		sum += says(w)
	}
	return sum
}

// says is how much a word says about the sentence that it is in.
func says(word string) float64 {
	if small[word] {
		return 0.25
	}
	return 1
}

func oneLetterOff(w string, in map[string]bool) bool {
	for o := range in {
		if d := len(o) - len(w); d >= -1 && d <= 1 && oneEdit(w, o) {
			return true
		}
	}
	return false
}

// oneEdit tells whether two words differ by one letter: another one, one more,
// one less, or two that changed places.
func oneEdit(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	j := 0
	for j < len(a)-i && j < len(b)-i && a[len(a)-1-j] == b[len(b)-1-j] {
		j++
	}
	ra, rb := a[i:len(a)-j], b[i:len(b)-j]
	return len(ra) <= 1 && len(rb) <= 1 || len(ra) == 2 && len(rb) == 2 && ra[0] == rb[1] && ra[1] == rb[0]
}

// filled is what was filled in, which says nothing about the sentence.
var filled = regexp.MustCompile(`[“”„«»"](?:[^“”„«»"\\]|\\.)*[“”„«»"]|\{[a-z_]+\}|[-+]?\d+(?:[.,]\d+)?`)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	text = strings.ToLower(text)
	blank := func(s string) string {
		if s == "{seconds}" || s[0] >= '0' && s[0] <= '9' || s[0] == '-' || s[0] == '+' {
			return " {number} "
		}
		return " {quoted} "
	}
	for _, w := range strings.FieldsFunc(plain(filled.ReplaceAllStringFunc(text, blank)), func(r rune) bool {
		return !(r == '{' || r == '}' || r == '-' || r == '\'' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	}) {
		set[w] = true
	}
	return set
}
