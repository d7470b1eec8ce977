package screen

import (
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// textFile is a text of the app in several languages, as it is written.
type textFile struct {
	Note string              `yaml:"note,omitempty" json:"note,omitempty" jsonschema_description:"Where the words are known from."`
	In   map[string]wordings `yaml:"in" json:"in" jsonschema:"required,minProperties=1" jsonschema_description:"The words by language, such as en, de or pt-BR; several wordings of one language as a list."`
}

// wordings are what an app says for one thing in one language.
type wordings []string

// UnmarshalYAML reads one wording or a list of them.
func (w *wordings) UnmarshalYAML(n ast.Node) error {
	var list []string
	if n.Type() == ast.SequenceType {
		if err := yaml.NodeToValue(n, &list); err != nil {
			return err
		}
	} else {
		var one string
		if err := yaml.NodeToValue(n, &one); err != nil {
			return err
		}
		list = []string{one}
	}
	*w = list
	return nil
}

// MarshalYAML writes one wording without a list.
func (w wordings) MarshalYAML() (any, error) {
	if len(w) == 1 {
		return w[0], nil
	}
	return []string(w), nil
}

// JSONSchema describes wordings.
func (wordings) JSONSchema() *jsonschema.Schema {
	one := &jsonschema.Schema{Type: "string", MinLength: ptr(uint64(1))}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{one, {Type: "array", Items: one, MinItems: ptr(uint64(1))}}}
}

func ptr[T any](v T) *T { return &v }

// mostVariants bounds how many locators one that uses texts may stand for.
const mostVariants = 60

var languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

func (c *checker) texts() {
	for name, t := range c.m.data.Texts {
		field := "texts." + name
		if !nameForm.MatchString(name) {
			c.say(field, "a name is lower case words joined by underscores")
		}
		if len(t.In) == 0 {
			c.say(field, "in is missing: give the words by language")
		}
		for lang, words := range t.In {
			if !languageForm.MatchString(lang) {
				c.say(field+".in", "%s is no language: write it like de or pt-BR", quote(lang))
			}
			if len(words) == 0 || slices.Contains(words, "") {
				c.say(field+".in."+lang, "an empty text")
			}
			for _, w := range words {
				if placeholder.MatchString(w) {
					c.say(field+".in."+lang, "%s: placeholders are for locators", quote(w))
				}
			}
		}
	}
}

// Languages are those in which the map has texts, sorted; none if it needs none.
func (m *Map) Languages() []string {
	var all []string
	for _, t := range m.data.Texts {
		for lang := range t.In {
			if !slices.Contains(all, lang) {
				all = append(all, lang)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Speaks tells whether the map finds everything in that locale, such as de_DE:
// each of its texts has the language, or it has no texts.
func (m *Map) Speaks(locale string) bool {
	for _, t := range m.data.Texts {
		if t.in(locale) == nil {
			return false
		}
	}
	return true
}

// For is the map for a phone in that locale, such as de_DE: texts of other
// languages are not looked for. A text without that language, and every text if
// the locale is not known (""), is looked for in all its languages.
func (m *Map) For(locale string) *Map {
	if locale == m.locale {
		return m
	}
	c := &Map{file: m.file, data: m.data, locale: locale}
	c.take(m)
	return c
}

// take copies the screens of another map.
func (c *Map) take(m *Map) {
	moved := map[*Element]*Element{}
	for _, s := range m.screens {
		n := &Screen{name: s.name, covers: s.covers, title: s.title}
		for _, e := range s.elements {
			copied := *e
			copied.m = c
			moved[e] = &copied
			n.elements = append(n.elements, &copied)
		}
		c.screens = append(c.screens, n)
	}
	for i, s := range m.screens {
		for _, e := range s.shownBy {
			c.screens[i].shownBy = append(c.screens[i].shownBy, moved[e])
		}
		for _, e := range s.without {
			c.screens[i].without = append(c.screens[i].without, moved[e])
		}
	}
}

// in are the wordings in the language of a locale; nil if there are none.
func (t textFile) in(locale string) wordings {
	want := strings.ToLower(strings.ReplaceAll(locale, "_", "-"))
	for want != "" {
		for lang, words := range t.In {
			if strings.ToLower(lang) == want {
				return words
			}
		}
		want = want[:max(0, strings.LastIndexByte(want, '-'))]
	}
	return nil
}

// placeholderKey takes "{name|upper}" apart.
func placeholderKey(p string) (key, form string) {
	key, form, _ = strings.Cut(strings.Trim(p, "{}"), "|")
	return key, form
}

// variants counts the locators that one stands for, apart from names.
func (m *Map) variants(s locatorSpec) int {
	n, most := 0, 1
	for _, lang := range m.languagesOf(s) {
		each := 1
		for _, key := range m.textsIn(s) {
			if each *= len(m.words(key, lang)); each > 1000 {
				return each
			}
		}
		n += each
	}
	return max(n, most)
}

// textsIn are the texts that a locator uses.
func (m *Map) textsIn(s locatorSpec) (keys []string) {
	for _, p := range s.placeholders() {
		key, _ := placeholderKey(p)
		if _, ok := m.data.Texts[key]; ok && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// languagesOf are the languages in which a locator is looked for, in order; a
// single "" if it uses no text.
func (m *Map) languagesOf(s locatorSpec) []string {
	keys := m.textsIn(s)
	if len(keys) == 0 {
		return []string{""}
	}
	if m.locale != "" && !slices.ContainsFunc(keys, func(k string) bool { return m.data.Texts[k].in(m.locale) == nil }) {
		return []string{m.locale}
	}
	all := m.Languages()
	if i := slices.Index(all, "en"); i > 0 { // English first: the order of questions is the order of answers
		all = slices.Insert(slices.Delete(all, i, i+1), 0, "en")
	}
	return slices.DeleteFunc(all, func(lang string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return m.data.Texts[k].in(lang) == nil })
	})
}

func (m *Map) words(key, lang string) wordings { return m.data.Texts[key].in(lang) }

// queries are what a locator stands for: one question for each language,
// wording and spelling of the name. They are of one rank.
func (e *Element) queries(s locatorSpec, args []string) []Query {
	var names []string
	if e.takes != "" {
		names = spellings(args[0])
	} else {
		names = []string{""}
	}
	var all []Query
	for _, lang := range e.m.languagesOf(s) {
		choices := []map[string]string{{}}
		for _, key := range e.m.textsIn(s) {
			var more []map[string]string
			for _, chosen := range choices {
				for _, w := range e.m.words(key, lang) {
					next := map[string]string{key: w}
					for k, v := range chosen {
						next[k] = v
					}
					more = append(more, next)
				}
			}
			choices = more
		}
		for _, chosen := range choices {
			for _, name := range names {
				q := s.query(e.m.ios(), func(v string) string {
					return placeholder.ReplaceAllStringFunc(v, func(p string) string {
						key, form := placeholderKey(p)
						filled, ok := chosen[key]
						if !ok && e.takes != "" && key == e.takes {
							filled = name
						}
						if form == "upper" {
							filled = upper(filled)
						}
						return filled
					})
				})
				if !slices.Contains(all, q) {
					all = append(all, q)
				}
			}
		}
	}
	return all
}

func upper(s string) string { return cases.Upper(language.Und).String(s) }

// spellings are the ways in which one and the same text can be encoded: as it
// is given, composed, and decomposed. Unicode calls them canonically equivalent,
// and nobody can tell them apart on a screen.
func spellings(name string) []string {
	all := []string{name}
	for _, f := range []norm.Form{norm.NFC, norm.NFD} {
		if s := f.String(name); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// SameText tells whether two texts are the same, character by character, even
// if they are encoded in another way: é as one character, or as e with an
// accent. Case, spaces and everything else count.
func SameText(a, b string) bool { return a == b || norm.NFC.String(a) == norm.NFC.String(b) }
