package screen_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/screen"
)

const driftMap = `version: 1
app: mine
package: p
platform: android
app_versions: {to: "1"}
texts:
  edit: {in: {en: Edit, de: Bearbeiten}}
screens:
  list:
    shown_by: [header]
    elements:
      header:
        locators:
          - {class: a.Header, id: "p:id/list_header"}
          - {id: listHeader}
      tile:
        takes: name
        locators: [{class: a.Tile, text: "{name}"}]
      tab:
        locators: [{class: a.Tab, desc: "Tab, Devices"}]
      extra:
        optional: true
        locators: [{id: extra}]
  page:
    shown_by: [edit]
    elements:
      edit:
        locators:
          - {class: a.Button, desc: "{edit}"}
      server:
        locators: [{xpath: "//a"}]
`

func shows(nodes ...string) string {
	var b strings.Builder
	b.WriteString(`<hierarchy>`)
	for i, n := range nodes {
		b.WriteString(`<n package="p" bounds="[0,` + string(rune('0'+i)) + `0][100,` + string(rune('0'+i)) + `9]" ` + n + `/>`)
	}
	return b.String() + `</hierarchy>`
}

func statusOf(d screen.Drift) map[string]screen.Status {
	all := map[string]screen.Status{}
	for _, e := range d.Elements {
		all[e.Path] = e.Status
	}
	return all
}

func TestCompare(t *testing.T) {
	m, err := screen.LoadMap("my.yaml", []byte(driftMap))
	require.NoError(t, err)
	source := func(name, screenName string, nodes ...string) screen.Source {
		return screen.Source{Name: name, Screen: screenName, Tree: parse(t, shows(nodes...))}
	}
	good := []string{`class="a.Header" resource-id="p:id/list_header"`, `class="a.Tile" text="Lamp"`, `class="a.Tab" content-desc="Tab, Devices"`}

	d := m.Compare([]screen.Source{source("x.xml", "", good...), source("y.xml", "", `class="a.Button" content-desc="Bearbeiten"`)}, []string{"Lamp", "Plug"})
	assert.Equal(t, map[string]screen.Status{"list.header": screen.Found, "list.tile": screen.Found, "list.tab": screen.Found, "list.extra": screen.Absent,
		"page.edit": screen.Found, "page.server": screen.Unjudged}, statusOf(d))
	assert.Equal(t, []string{"list"}, d.Sources[0].Screens)
	assert.False(t, d.Drifted())

	// The heaviest of several pages counts.
	d = m.Compare([]screen.Source{source("x.xml", "", good...),
		source("list-2.xml", "list", `class="a.View" resource-id="listHeader"`, `class="a.View" text="Lamp"`, `class="a.View" content-desc="Tab, Devicez"`)}, []string{"Lamp"})
	assert.Equal(t, map[string]screen.Status{"list.header": screen.Fallback, "list.tile": screen.Missing, "list.tab": screen.Missing, "list.extra": screen.Absent,
		"page.edit": screen.Unseen, "page.server": screen.Unseen}, statusOf(d))
	assert.True(t, d.Drifted())
	for _, e := range d.Elements {
		switch e.Path {
		case "list.tile":
			require.NotEmpty(t, e.Candidates)
			assert.Equal(t, `{class: a.View, text: "Lamp"}`, e.Candidates[0].Node)
			assert.InDelta(t, 0.86, e.Candidates[0].Score, 0.15)
		case "list.tab":
			require.Len(t, e.Candidates, 1)
			assert.Contains(t, e.Candidates[0].Node, "Tab, Devicez")
		}
	}

	d = m.Compare([]screen.Source{source("x.xml", "", append(good, good[2])...)}, nil)
	assert.Equal(t, screen.Ambiguous, statusOf(d)["list.tab"])
	assert.Equal(t, screen.Unjudged, statusOf(d)["list.tile"], "no name is given")
	assert.True(t, d.Drifted())

	// Not recognised: by its name it is looked at nevertheless.
	d = m.Compare([]screen.Source{source("list.xml", "list", good[1])}, []string{"Lamp"})
	assert.True(t, d.Sources[0].Mistaken)
	assert.Equal(t, screen.Missing, statusOf(d)["list.header"])
	assert.True(t, d.Drifted())
	d = m.Compare([]screen.Source{source("q.xml", "", good[1])}, []string{"Lamp"})
	assert.False(t, d.Seen())
	assert.Contains(t, d.Sources[0].Note, "recognises no screen")
	d = m.Compare([]screen.Source{{Name: "o.xml", Tree: parse(t, `<hierarchy><a package="other"/></hierarchy>`)}}, nil)
	assert.Contains(t, d.Sources[0].Note, "another app: other")

	// What is not displayed is not found.
	hidden := source("x.xml", "", good...)
	hidden.Tree = parse(t, strings.Replace(shows(good...), `class="a.Tab"`, `class="a.Tab" displayed="false"`, 1))
	assert.Equal(t, screen.Missing, statusOf(m.Compare([]screen.Source{hidden}, nil))["list.tab"])
}

func TestScreenOfAFile(t *testing.T) {
	m, err := screen.LoadMap("my.yaml", []byte(driftMap))
	require.NoError(t, err)
	for file, want := range map[string]string{"list.xml": "list", "list-2.xml": "list", "a/b/page-old.xml": "page", "other.xml": "", "list_2.xml": "", "": "", "page": "page"} {
		assert.Equal(t, want, m.ScreenOf(file), file)
	}
}

func TestLearn(t *testing.T) {
	m, err := screen.LoadMap("my.yaml", []byte(driftMap))
	require.NoError(t, err)
	hostile := "x\nscreens: {}\n# \u2028 \x1b"
	sources := []screen.Source{
		{Name: "list.xml", Screen: "list", Tree: parse(t, shows(`class="a.View" resource-id="listHeader"`, `class="a.View" text="Lamp"`,
			`class="a.Group" clickable="true" content-desc="Tab, Device" resource-id="p:id/tab_devices"`, `class="a.Group" content-desc="Tab, Play"`))},
		{Name: "pa\nge.xml", Screen: "page", Tree: parse(t, shows(`class="a.Group" content-desc="Bearbeiten" text="`+strings.ReplaceAll(hostile, "\x1b", "")+`"`))},
	}
	lesson := screen.Lesson{From: "2", Score: screen.DefaultScore, Lead: screen.DefaultLead, Names: []string{"Lamp"}}
	l, err := m.Learn(sources, lesson)
	require.NoError(t, err)
	got := map[string]string{}
	for _, p := range l.Proposals {
		got[p.Path] = p.Locator
	}
	assert.Equal(t, map[string]string{
		"list.header": `{class: a.View, id: "listHeader"}`,
		"list.tile":   `{class: a.View, text: "{name}"}`,
		"list.tab":    `{class: a.Group, id: "p:id/tab_devices"}`,
		"page.edit":   `{class: a.Group, desc: "{edit}"}`,
	}, got, "%+v", l.LeftOut)
	assert.True(t, l.Before.Drifted())
	assert.False(t, l.After.Drifted())
	assert.Zero(t, l.After.Count(screen.Fallback))
	text := string(l.YAML)
	assert.Contains(t, text, "# learnt: nearest candidate, score 0.")
	assert.Contains(t, text, "# - list.extra: it is optional")
	learnt, err := screen.LoadMap("new.yaml", l.YAML)
	require.NoError(t, err)
	assert.Equal(t, "2 and later", learnt.Versions())
	assert.Equal(t, []string{"list"}, learnt.Which(sources[0].Tree))
	again, err := learnt.Learn(sources, lesson)
	require.NoError(t, err)
	assert.Empty(t, again.Proposals, "there is nothing more to learn")

	// What is not sure is left out.
	left := func(l screen.Learnt, path string) string {
		i := slices.IndexFunc(l.LeftOut, func(o screen.LeftOut) bool { return o.Path == path })
		require.GreaterOrEqual(t, i, 0, "%s %+v", path, l)
		return l.LeftOut[i].Reason
	}
	two := screen.Source{Name: "list.xml", Screen: "list", Tree: parse(t, shows(`class="a.View" resource-id="listHeader"`,
		`class="a.Group" clickable="true" content-desc="Tab, Device"`, `class="a.Group" clickable="true" content-desc="Tab, Devics"`, `class="a.View" text="Lamp"`, `class="a.View" text="Lamp"`))}
	l, err = m.Learn([]screen.Source{two}, lesson)
	require.NoError(t, err)
	assert.Contains(t, left(l, "list.tab"), "two on list.xml are like it")
	assert.Contains(t, left(l, "list.tile"), "two on list.xml are like it")
	assert.True(t, l.After.Drifted())
	lesson.Score = 0.99
	l, err = m.Learn(sources, lesson)
	require.NoError(t, err)
	assert.Contains(t, left(l, "list.tab"), "less than 0.99")
	_, err = m.Learn(sources, screen.Lesson{From: "newest"})
	assert.Error(t, err)
}

// A proposal must not make another page look like the screen.
func TestLearnKeepsScreensApart(t *testing.T) {
	m, err := screen.LoadMap("my.yaml", []byte(driftMap))
	require.NoError(t, err)
	sources := []screen.Source{
		{Name: "list.xml", Screen: "list", Tree: parse(t, shows(`class="a.View" resource-id="listHeaders"`))},
		{Name: "page.xml", Screen: "page", Tree: parse(t, shows(`class="a.View" resource-id="listHeaders"`, `class="a.Button" content-desc="Edit"`))},
	}
	l, err := m.Learn(sources, screen.Lesson{From: "2", Score: 0.5})
	require.NoError(t, err)
	for _, p := range l.Proposals {
		assert.NotEqual(t, "list.header", p.Path, "it would show the list on the page, too")
	}
}

// What was learnt from the built-in maps reads as they do.
func TestEveryMapCanBeWritten(t *testing.T) {
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	for _, m := range maps {
		l, err := m.Learn(nil, screen.Lesson{From: "3000"})
		require.NoError(t, err)
		again, err := screen.LoadMap(m.File(), l.YAML)
		require.NoError(t, err)
		require.Equal(t, len(m.Screens()), len(again.Screens()))
		for _, s := range m.Screens() {
			for _, e := range s.Elements() {
				same, err := again.Element(e.Path())
				require.NoError(t, err)
				var args []string
				if e.Takes() != "" {
					args = []string{"x"}
				}
				want, _ := e.Queries(args...)
				got, _ := same.Queries(args...)
				assert.Equal(t, want, got, e.Path())
				assert.Equal(t, e.Note(), same.Note())
				assert.Equal(t, e.Optional(), same.Optional())
				assert.Equal(t, e.Secret(), same.Secret())
			}
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add([]byte(driftMap), shows(`class="a.Group" content-desc="Edi"`), "Lamp")
	f.Add([]byte(iosMap), iosPage, `Tom's "light"`)
	f.Fuzz(func(t *testing.T, data []byte, source, name string) {
		m, err := screen.LoadMap("f.yaml", data)
		if err != nil {
			return
		}
		tree, err := screen.Parse(source)
		if err != nil {
			return
		}
		var sources []screen.Source
		for _, s := range m.Screens() {
			sources = append(sources, screen.Source{Name: "s.xml", Tree: tree, Screen: s.Name()})
		}
		if _, err := m.Learn(sources, screen.Lesson{From: "2", Score: 0.5, Names: []string{name}}); err != nil {
			t.Error(err)
		}
	})
}
