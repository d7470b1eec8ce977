package consent

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

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
// surely not in the language own, and in which one it seems to be: by its
// script, by the labels that the packs know, and by function words (the, and,
// with), of which every sentence has some. Statistical models were weighed and
// left out: they would make the program four times as large, and had a say in
// two texts of two hundred.
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
		// Two words of Latin letters may be a name; with a function word they are not.
		words := len(strings.Fields(plain))
		other, n := a.mostWords(plain, own)
		return other, words >= 3 || words == 2 && n > 0
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
	if other, n := a.mostWords(plain, own); n >= 2 {
		return other, true
	}
	return "", false // too little to tell
}

// anotherLanguage is one of which no word is known.
const anotherLanguage = "another language"

// mostWords is the language that has the most to say for a text against own, and
// how much: its function words that own does not have, a letter that own does not
// have, and against it, twice, own's words that it does not have.
func (a *Auditor) mostWords(text, own string) (string, int) {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' })
	best, most := anotherLanguage, 0
	for _, code := range a.languages {
		if code == own {
			continue
		}
		theirs, mine := 0, 0
		for _, w := range words {
			is, isOwn := a.packs[code].common[w], a.packs[own].common[w]
			switch {
			case is && !isOwn:
				theirs++
			case isOwn && !is:
				mine++
			}
		}
		if strings.ContainsFunc(text, func(r rune) bool {
			return strings.ContainsRune(letterOf(code), r) && !strings.ContainsRune(letterOf(own), r)
		}) {
			theirs++
		}
		if n := theirs - 2*mine; n > most {
			best, most = code, n
		}
	}
	return best, most
}

// letterOf are the letters of a language beyond those of English.
func letterOf(code string) string {
	switch code {
	case "de":
		return "äöüß"
	case "es":
		return "áéíñóúü¿¡"
	case "fr":
		return "àâæçéèêëîïôœùûüÿ"
	case "it":
		return "àèéìíîòóùú"
	}
	return ""
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
