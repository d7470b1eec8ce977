package apps_test

import (
	"os"
	"regexp"
	"slices"
	"testing"
	"unicode"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/world"
)

// Everything that can be done wrong is in the document, with its rule.
func TestTheDocumentNamesEveryFault(t *testing.T) {
	doc, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range world.LWAFaults() {
		line := regexp.MustCompile("(?m)^\\| `" + string(f) + "` \\|.*`" + f.Rule() + "`")
		if !line.Match(doc) {
			t.Errorf("%s is not in the document with %s", f, f.Rule())
		}
	}
}

// What a customer sees on the way through Login with Amazon is said in each of
// the languages in which the audit judges words; nothing is left in English.
func TestWhatTheConsentShowsIsSaidInEveryLanguage(t *testing.T) {
	names := []string{"Lumen {app.version}", "Amazon", "www.amazon.com", "ERR_INTERNET_DISCONNECTED"} // alike in every language
	field := regexp.MustCompile(`\{[^}]*\}`)
	for _, name := range []string{"partner-demo", "browser", "shopping"} {
		m, err := apps.Load(name, apps.DefaultVocabulary())
		if err != nil {
			t.Fatal(err)
		}
		shown := map[string]bool{"Sign in using Amazon": true} // what auth.button may say
		say := func(text string) {
			if slices.Contains(names, text) || !slices.ContainsFunc([]rune(field.ReplaceAllString(text, "")), unicode.IsLetter) {
				return
			}
			shown[text] = true
			for _, lang := range []string{"de", "fr", "es", "it", "ja"} {
				if m.Languages[lang][text] == "" {
					t.Errorf("%s: %q is not said in %s", name, text, lang)
				}
			}
		}
		var element func(e *apps.Element)
		element = func(e *apps.Element) {
			say(e.Text)
			say(e.Desc)
			say(e.Hint)
			if e.Look != nil {
				say(e.Look.Caption)
			}
			for _, c := range e.Children {
				element(c)
			}
		}
		for _, s := range m.Screens {
			element(s.Body)
		}
		for _, o := range m.Overlays {
			element(o.Body)
		}
		for _, p := range m.Parts {
			element(p)
		}
		for _, a := range m.AllActions() {
			if a.Do == "set_input" {
				say(a.Value)
			}
		}
		if len(shown) < 3 {
			t.Errorf("%s: only %d texts were found", name, len(shown))
		}
		for lang, said := range m.Languages {
			for text := range said {
				if !shown[text] {
					t.Errorf("%s: %q is said in %s, and nowhere in the app", name, text, lang)
				}
			}
		}
	}
}
