package consent

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestFleschOfPublishedExamples uses the examples of Wikipedia, "Flesch-Kincaid
// readability tests", which gives the scores.
func TestFleschOfPublishedExamples(t *testing.T) {
	for _, x := range []struct {
		text string
		want float64
	}{
		{"The cat sat on the mat.", 116},
		{"This sentence, taken as a reading passage unto itself, is being used to prove a point.", 69},
		{"The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 37.5},
	} {
		if got := count([]string{x.text}).flesch(); math.Abs(got-x.want) > 0.5 {
			t.Errorf("%q: %.1f, not %.1f", x.text, got, x.want)
		}
	}
}

func TestSyllables(t *testing.T) {
	for word, want := range map[string]int{
		"cat": 1, "table": 2, "device": 2, "devices": 3, "setup": 2, "set-up": 2, "asked": 1, "wanted": 2, "password": 2, "network": 2, "automatically": 6,
		"being": 2, "account": 2, "Wi-Fi": 2, "Amazon": 3, "you": 1, "themselves": 2, "people": 2, "time": 1, "lights": 1, "permission": 3, "the": 1, "quiet": 2, "2": 1,
		"connected": 3, "reached": 1, "houses": 2, "changes": 2, "apples": 2, "readability": 5,
	} {
		if got := syllables(word); got != want {
			t.Errorf("%s has %d syllables, not %d", word, got, want)
		}
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string]int{
		"One. Two! Three?": 3, "Version 4.2.0 is here.": 1, "Use a lamp, e.g. a small one.": 1, "No end": 1, "": 0, "Wait… then go.": 1, "Node.js runs.": 1,
		"He said “Stop.” Then he left.": 2,
	} {
		if got := len(sentences(text)); got != want {
			t.Errorf("%q has %d sentences, not %d: %q", text, got, want, sentences(text))
		}
	}
}

// TestFleschFollowsItsFormula: more syllables, or longer sentences, are harder.
func TestFleschFollowsItsFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := counts{words: rapid.IntRange(1, 500).Draw(t, "words"), syllables: rapid.IntRange(1, 2000).Draw(t, "syllables")}
		c.sentences = rapid.IntRange(1, c.words).Draw(t, "sentences")
		more := c
		more.syllables++
		if more.flesch() >= c.flesch() {
			t.Fatal("more syllables are not harder")
		}
		if c.sentences > 1 {
			longer := c
			longer.sentences--
			if longer.flesch() >= c.flesch() {
				t.Fatal("longer sentences are not harder")
			}
		}
		want := 206.835 - 1.015*float64(c.words)/float64(c.sentences) - 84.6*float64(c.syllables)/float64(c.words)
		if math.Abs(c.flesch()-want) > 1e-9 {
			t.Fatalf("%v, not %v", c.flesch(), want)
		}
	})
}

// TestCountingNeverFails: whatever the text, counts are sane.
func TestCountingNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := count([]string{rapid.String().Draw(t, "text")})
		if c.syllables < c.words || c.longest > c.words || (c.words > 0) != (c.sentences > 0) {
			t.Fatalf("%+v", c)
		}
	})
}
