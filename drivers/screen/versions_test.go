package screen_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/screen"
)

// ranged is the small map for a range, by the name of its file.
func ranged(t *testing.T, file, versions string) *screen.Map {
	t.Helper()
	m, err := screen.LoadMap(file, []byte(strings.Replace(smallMap, `app_versions: {from: "1.9", to: "1.23"}`, "app_versions: {"+versions+"}", 1)))
	require.NoError(t, err)
	return m
}

func TestRangesFitTogether(t *testing.T) {
	for _, c := range []struct {
		ranges []string
		want   string // "" is well
	}{
		{[]string{`to: "2022"`, `from: "2023"`}, ""},
		{[]string{`from: "2023", to: "2023"`, `to: "2022"`, `from: "2024"`}, ""},
		{[]string{`from: "1.9", to: "1.23"`, `from: "1.24"`}, ""},
		{[]string{`to: "2022"`, `from: "2023.1"`}, "a.yaml and b.yaml: the app_versions of these maps of \"mine\", up to 2022 and 2023.1 and later, leave a gap"},
		{[]string{`to: "2023"`, `from: "2023.5"`}, "overlap"},
		{[]string{``, `from: "2"`}, "overlap"},
		{[]string{`from: "2"`, `from: "3"`}, "overlap"},
		{[]string{``, ``}, "overlap"},
		{[]string{`to: "1"`, `from: "3", to: "4"`, `from: "6"`}, "gap"},
		{[]string{`from: "5"`}, ""},
	} {
		var maps []*screen.Map
		for i, r := range c.ranges {
			maps = append(maps, ranged(t, string(rune('a'+i))+".yaml", r))
		}
		err := screen.CheckRanges(maps)
		if c.want == "" {
			assert.NoError(t, err, c.ranges)
			continue
		}
		assert.ErrorContains(t, err, c.want, c.ranges)
	}
	builtIn, err := screen.BuiltIn()
	require.NoError(t, err)
	require.NoError(t, screen.CheckRanges(builtIn))
}

func TestTheNearestMapIsPicked(t *testing.T) {
	maps := []*screen.Map{ranged(t, "b.yaml", `from: "2", to: "3"`), ranged(t, "a.yaml", `to: "1.5"`), ranged(t, "c.yaml", `from: "5", to: "6"`)}
	for version, want := range map[string]string{
		"0.1": "a.yaml", "1.5.9": "a.yaml", "2": "b.yaml", "3.99.1": "b.yaml", "5.0.0": "c.yaml", "6.7": "c.yaml", "": "c.yaml",
		"1.6": "a.yaml outside", "4": "b.yaml outside", "7": "c.yaml outside", "2.2.425620.0": "b.yaml", "strange": "c.yaml outside",
		"99999999999999999999": "c.yaml outside",
	} {
		c, ok := screen.Pick(maps, "mine", "ANDROID", version)
		require.True(t, ok)
		got := c.Map.File()
		if c.Outside {
			got += " outside"
			assert.Contains(t, c.Warning(version), "the nearest is used, "+c.Map.File())
		} else {
			assert.Empty(t, c.Warning(version))
		}
		assert.Equal(t, want, got, version)
	}
	_, ok := screen.Pick(maps, "yours", "android", "1")
	assert.False(t, ok)
	_, ok = screen.Pick(maps, "mine", "ios", "1")
	assert.False(t, ok)
	later := []*screen.Map{ranged(t, "later.yaml", `from: "5"`)}
	c, _ := screen.Pick(later, "mine", "android", "4")
	assert.True(t, c.Outside)
}

const wordyMap = `version: 1
app: mine
package: p
platform: android
texts:
  edit:
    in: {en: Edit, de: [Bearbeiten, Ändern], pt-BR: Editar, pt: Alterar}
  on:
    in: {en: "on", de: an}
screens:
  first:
    shown_by: [edit]
    elements:
      edit:
        locators:
          - {desc: "{edit}"}
          - {class: a.B, text: "{edit|upper}"}
      both:
        optional: true
        locators:
          - {text: "{edit}: {on}"}
      title:
        takes: name
        locators:
          - {text: "{name|upper}"}
`

func TestWordsByLanguage(t *testing.T) {
	m, err := screen.LoadMap("w.yaml", []byte(wordyMap))
	require.NoError(t, err)
	assert.Equal(t, []string{"de", "en", "pt", "pt-BR"}, m.Languages())
	for locale, speaks := range map[string]bool{"de": true, "de_DE": true, "en-US": true, "pt-BR": false, "ja": false, "": false} {
		assert.Equal(t, speaks, m.Speaks(locale), locale)
	}
	found := func(m *screen.Map, path, source string, args ...string) int {
		e, err := m.Element(path)
		require.NoError(t, err)
		match, err := e.In(parse(t, `<hierarchy><a package="p" `+source+`/></hierarchy>`), args...)
		require.NoError(t, err)
		return match.Rank
	}
	german := m.For("de_DE")
	for _, c := range []struct {
		m            *screen.Map
		path, source string
		want         int
	}{
		{m, "first.edit", `content-desc="Edit"`, 0}, {m, "first.edit", `content-desc="Ändern"`, 0}, {m, "first.edit", `content-desc="Alterar"`, 0},
		{m, "first.edit", `class="a.B" text="ÄNDERN"`, 1}, {m, "first.edit", `content-desc="{edit}"`, -1},
		{german, "first.edit", `content-desc="Bearbeiten"`, 0}, {german, "first.edit", `content-desc="Edit"`, -1},
		{m.For("pt-BR"), "first.edit", `content-desc="Editar"`, 0}, {m.For("pt-BR"), "first.edit", `content-desc="Alterar"`, -1},
		{m.For("pt-PT"), "first.edit", `content-desc="Alterar"`, 0}, {m.For("fr"), "first.edit", `content-desc="Bearbeiten"`, 0},
		{m, "first.both", `text="Ändern: an"`, 0}, {m, "first.both", `text="Edit: an"`, -1},
	} {
		assert.Equal(t, c.want, found(c.m, c.path, c.source), "%s %s", c.path, c.source)
	}
	assert.Equal(t, 0, found(m, "first.title", `text="STRASSE"`, "straße"))
	assert.True(t, german.Which(parse(t, `<hierarchy><a package="p" content-desc="Bearbeiten"/></hierarchy>`))[0] == "first")

	for name, c := range map[string]struct{ old, new, want string }{
		"no such text":       {`"{edit}: {on}"`, `"{edti}"`, "{edti} is neither what the element takes nor one of the texts"},
		"no such form":       {"{edit|upper}", "{edit|lower}", `there is no form "lower"`},
		"empty text":         {"Edit,", `"",`, "texts.edit.in.en: an empty text"},
		"no language":        {"en: Edit", "English: Edit", "is no language"},
		"placeholder inside": {"en: Edit", `en: "{on}"`, "placeholders are for locators"},
		"takes a text":       {"takes: name", "takes: edit", "edit is the name of one of the texts"},
	} {
		_, err := screen.LoadMap("w.yaml", []byte(strings.Replace(wordyMap, c.old, c.new, 1)))
		assert.ErrorContains(t, err, c.want, name)
	}
	many := strings.Replace(wordyMap, "en: Edit,", "en: ["+strings.Repeat("a, ", 70)+"b],", 1)
	_, err = screen.LoadMap("w.yaml", []byte(many))
	assert.ErrorContains(t, err, "at most 60")
}

func TestOneTextInTwoEncodings(t *testing.T) {
	e, err := alexa(t).Element("devices.tile")
	require.NoError(t, err)
	for _, c := range []struct{ asked, shown string }{{"Caf\u00e9", "Cafe\u0301"}, {"Cafe\u0301", "Caf\u00e9"}, {"e\u0301\u00e9", "\u00e9\u00e9"}} {
		m, err := e.In(parse(t, `<hierarchy><n class="android.widget.TextView" package="com.amazon.dee.app" text="`+c.shown+`"/></hierarchy>`), c.asked)
		require.NoError(t, err)
		require.True(t, m.Found(), "%q", c.asked)
		assert.Equal(t, c.shown, m.Query.Text, "it is asked for as it is written there")
		assert.Zero(t, m.Rank)
	}
	assert.False(t, e.On(parse(t, `<hierarchy><n class="android.widget.TextView" package="com.amazon.dee.app" text="cafe"/></hierarchy>`), "Cafe"))
	assert.True(t, screen.SameText("Caf\u00e9", "Cafe\u0301"))
	assert.False(t, screen.SameText("Cafe", "cafe"))
}
