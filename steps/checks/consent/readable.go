package consent

import (
	"strings"
	"unicode"
)

// prose is what the readability of a text rests on.
type counts struct {
	words, sentences, syllables int
	longest                     int // words of the longest sentence
	longestSays                 string
}

// flesch is the reading ease of an English text (R. Flesch, 1948): 100 is very
// easy, below 30 very difficult. It may leave the range of 0 to 100.
func (c counts) flesch() float64 {
	if c.words == 0 || c.sentences == 0 {
		return 0
	}
	return 206.835 - 1.015*float64(c.words)/float64(c.sentences) - 84.6*float64(c.syllables)/float64(c.words)
}

// count counts the words, sentences and syllables of English texts; each text
// ends a sentence.
func count(texts []string) counts {
	var c counts
	for _, t := range texts {
		for _, sentence := range sentences(t) {
			n := 0
			for _, w := range strings.Fields(sentence) {
				if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
					n++
					c.syllables += syllables(w)
				}
			}
			if n == 0 {
				continue
			}
			c.words += n
			c.sentences++
			if n > c.longest {
				c.longest, c.longestSays = n, sentence
			}
		}
	}
	return c
}

// sentences parts a text where a sentence ends: not after an abbreviation, and
// not within a number or a name such as Node.js.
func sentences(t string) []string {
	var all []string
	runes := []rune(t)
	from := 0
	for i, r := range runes {
		if !strings.ContainsRune(".!?;:", r) {
			continue
		}
		if i+1 < len(runes) && !unicode.IsSpace(runes[i+1]) && !strings.ContainsRune(`"”')`, runes[i+1]) {
			continue
		}
		if r == ':' || r == ';' {
			continue // a part of the sentence
		}
		if r == '.' && abbreviation(string(runes[from:i+1])) {
			continue
		}
		all = append(all, strings.TrimSpace(string(runes[from:i+1])))
		from = i + 1
	}
	if rest := strings.TrimSpace(string(runes[from:])); rest != "" {
		all = append(all, rest)
	}
	return all
}

func abbreviation(s string) bool {
	last := strings.ToLower(s[strings.LastIndexAny(s, " \n\t(")+1:])
	switch last {
	case "e.g.", "i.e.", "etc.", "vs.", "mr.", "mrs.", "ms.", "dr.", "st.", "no.", "approx.", "inc.", "ltd.", "u.s.", "u.k.":
		return true
	}
	return false
}

// syllables estimates the syllables of an English word from its letters: groups
// of vowels, without the silent ones at its end. A number counts as one.
func syllables(word string) int {
	total := 0
	for _, part := range strings.FieldsFunc(strings.ToLower(word), func(r rune) bool { return r == '-' || r == '/' || r == '‑' }) {
		w := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, strings.TrimSuffix(strings.TrimSuffix(part, "'s"), "’s"))
		total += syllablesOf(w)
	}
	return max(total, 1)
}

func syllablesOf(w string) int {
	if w == "" {
		return 0
	}
	n, before := 0, false
	for i := range len(w) {
		v := strings.IndexByte("aeiouy", w[i]) >= 0 && !(w[i] == 'y' && i == 0)
		if v && !before {
			n++
		}
		before = v
	}
	consonant := func(i int) bool { return i >= 0 && i < len(w) && strings.IndexByte("aeiouy", w[i]) < 0 }
	switch {
	case strings.HasSuffix(w, "le") && len(w) > 2 && consonant(len(w)-3):
		// ta-ble: the e is heard
	case strings.HasSuffix(w, "e") && consonant(len(w)-2):
		n--
	case strings.HasSuffix(w, "es") && len(w) > 3 && consonant(len(w)-3) && !strings.HasSuffix(w, "les") && strings.IndexByte("sxzcgh", w[len(w)-3]) < 0:
		n--
	case strings.HasSuffix(w, "ed") && len(w) > 3 && consonant(len(w)-3) && w[len(w)-3] != 't' && w[len(w)-3] != 'd':
		n--
	}
	for _, hiatus := range []string{"eing", "ying", "uing", "iet", "eo", "iou", "ual", "uous", "dual", "oing", "science", "idea", "area"} {
		if strings.Contains(w, hiatus) && !strings.Contains(w, "tious") && !strings.Contains(w, "cious") && !strings.Contains(w, "people") {
			n++
			break
		}
	}
	return max(n, 1)
}
