package apps

import (
	"regexp"
	"slices"
	"strings"
)

var languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// Say is a text of the model in the language of a locale, such as de-DE; the
// text itself where the model has no translation.
func (m *Model) Say(locale, text string) string {
	if len(m.Languages) == 0 || text == "" {
		return text
	}
	for want := strings.ReplaceAll(locale, "_", "-"); want != ""; want = want[:max(0, strings.LastIndexByte(want, '-'))] {
		if said, ok := m.Languages[want][text]; ok {
			return said
		}
	}
	return text
}

// ForPeople tells whether the value of a field is words for people, which
// have translations; names, ids and states that conditions ask for are not.
func ForPeople(field string) bool {
	switch field {
	case "card.title", "card.text", "card.primary", "card.secondary", "device.on_text", "device.state", "device.kind",
		"dialog.title", "dialog.text", "dialog.accept", "dialog.decline", "app.screen", "auth.button":
		return true
	}
	return false
}

func (c *checker) languages() {
	for _, lang := range sorted(c.m.Languages) {
		at := "languages." + lang
		if !languageForm.MatchString(lang) {
			c.fail(at, "%q is no language: write it like de or pt-BR", lang)
		}
		for _, text := range sorted(c.m.Languages[lang]) {
			said := c.m.Languages[lang][text]
			if want, have := fieldsIn(text), fieldsIn(said); !slices.Equal(want, have) {
				c.fail(at, "%q uses the fields %v, and what stands for it uses %v", text, want, have)
			}
		}
	}
}

// fieldsIn are the fields that a text uses, sorted.
func fieldsIn(text string) []string {
	var fields []string
	Fill(text, func(field string) string {
		fields = append(fields, "{"+field+"}")
		return ""
	})
	slices.Sort(fields)
	return slices.Compact(fields)
}
