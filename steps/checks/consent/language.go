package consent

import (
	"strings"
	"sync"
	"unicode"

	"github.com/pemistahl/lingua-go"
	"golang.org/x/text/language"
)

// identifier names the language of a text by lingua's models. They are large,
// and loaded for the first text that nothing cheaper could decide.
type identifier struct {
	languages []lingua.Language
	once      sync.Once
	detector  lingua.LanguageDetector
}

func newIdentifier(codes []string) *identifier {
	id := &identifier{}
	for _, c := range codes {
		id.languages = append(id.languages, lingua.GetLanguageFromIsoCode639_1(lingua.GetIsoCode639_1FromValue(strings.ToUpper(c))))
	}
	return id
}

// sure returns the language of a text if the models are certain that it is
// another one than own: at least 0.9 for it, and at most 0.03 for own.
func (id *identifier) sure(text, own string) (string, bool) {
	id.once.Do(func() {
		id.detector = lingua.NewLanguageDetectorBuilder().FromLanguages(id.languages...).Build()
	})
	best, bestValue, ownValue := "", 0.0, 0.0
	for _, v := range id.detector.ComputeLanguageConfidenceValues(text) {
		code := strings.ToLower(v.Language().IsoCode639_1().String())
		if code == own {
			ownValue = v.Value()
		} else if v.Value() > bestValue {
			best, bestValue = code, v.Value()
		}
	}
	return best, bestValue >= 0.9 && ownValue <= 0.03
}

// languageOf is the language of a locale: de for de-AT.
func languageOf(locale string) string {
	t, err := language.Parse(locale)
	if err != nil {
		return ""
	}
	b, _ := t.Base()
	return b.String()
}

// languageName is the English name of a language, for messages.
func languageName(code string) string {
	switch code {
	case "de":
		return "German"
	case "en":
		return "English"
	case "es":
		return "Spanish"
	case "fr":
		return "French"
	case "it":
		return "Italian"
	case "ja":
		return "Japanese"
	}
	return code
}

// foreign tells whether a text, from which names and brands have been taken, is
// surely not in the language own, and in which one it seems to be. Short texts
// are decided by the labels that the packs know, sentences by their function
// words, and what is left, from five words, by the models.
func (a *Auditor) foreign(text, own string) (string, bool) {
	plain := label(text)
	if plain == "" {
		return "", false
	}
	latin, unspacedLetters, kana, other := scripts(plain)
	if own == "ja" {
		if unspacedLetters > 0 || latin < 3 {
			return "", false
		}
		for _, code := range a.languages {
			if code != "ja" && (a.packs[code].Labels.whole(plain) || a.packs[code].Privacy.in(plain)) {
				return code, true
			}
		}
		if len(strings.Fields(plain)) < 3 {
			return "", false // a name, perhaps
		}
		return a.mostWords(plain, own), true
	}
	switch letters := latin + unspacedLetters + other; {
	case kana > 0 && 3*unspacedLetters > letters:
		return "ja", true
	case 3*unspacedLetters > letters:
		return "a language of Chinese characters", true
	case 2*other > letters:
		return "another script", true
	}
	if p := a.packs[own]; p.Labels.whole(plain) || p.Allow.whole(plain) || p.Refuse.whole(plain) {
		return "", false
	}
	for _, code := range a.languages {
		if p := a.packs[code]; code != own && code != "ja" && (p.Labels.whole(plain) || p.Allow.whole(plain) || p.Refuse.whole(plain)) {
			return code, true
		}
	}
	mine := a.words(plain, own)
	best, most := "", 0
	for _, code := range a.languages {
		if n := a.words(plain, code); code != own && n > most {
			best, most = code, n
		}
	}
	words := len(strings.Fields(plain))
	switch {
	case mine > 0 && mine >= most:
		return "", false
	case most >= 2 && most >= 2*mine+1:
		return best, true
	case words < 3 || mine > 0:
		return "", false
	case most == 1 && words < 5 || most == 0 && words < 5:
		if words >= 4 || most == 1 {
			return a.identify.sure(plain, own)
		}
		return "", false
	}
	return a.identify.sure(plain, own)
}

// words counts the function words of a language in a text.
func (a *Auditor) words(text, code string) int {
	n := 0
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' }) {
		if a.packs[code].common[w] {
			n++
		}
	}
	return n
}

func (a *Auditor) mostWords(text, own string) string {
	best, most := "another language", 0
	for _, code := range a.languages {
		if n := a.words(text, code); code != own && n > most {
			best, most = code, n
		}
	}
	return best
}

// scripts counts letters: Latin ones, those of scripts that do not part words,
// the kana among them, and others.
func scripts(s string) (latin, unspacedLetters, kana, other int) {
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー':
			kana++
			unspacedLetters++
		case unspaced(r):
			unspacedLetters++
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.IsLetter(r):
			other++
		}
	}
	return latin, unspacedLetters, kana, other
}
