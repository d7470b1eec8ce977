package screen_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

var update = flag.Bool("update", false, "write the golden files anew")

func alexa(t testing.TB) *screen.Map {
	t.Helper()
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	m, err := screen.Choose(maps, "alexa", "Android", "2023.23")
	require.NoError(t, err)
	return m
}

func TestBuiltInAlexaMap(t *testing.T) {
	m := alexa(t)
	assert.Equal(t, "com.amazon.dee.app", m.Application().Package)
	assert.Equal(t, "com.amazon.dee.app.Launcher", m.Application().Activity)
	for path, want := range map[string]string{
		"home.tab_devices":       `-android uiautomator=new UiSelector().className("android.widget.LinearLayout").description("Tab, Devices")`,
		"devices.header":         `-android uiautomator=new UiSelector().className("android.view.View").resourceId("devicePageHeader")`,
		"devices.list":           `-android uiautomator=new UiSelector().className("android.widget.ScrollView").instance(0)`,
		"device.edit":            `-android uiautomator=new UiSelector().className("android.widget.Button").description("Edit")`,
		"device.back":            `-android uiautomator=new UiSelector().className("android.widget.Button").description("Back")`,
		"device.unresponsive":    `-android uiautomator=new UiSelector().className("android.widget.TextView").text("Device is unresponsive")`,
		"plug.switch":            `class name=android.widget.Switch`,
		"settings.delete":        `-android uiautomator=new UiSelector().className("android.widget.Button").description("Delete")`,
		"delete_confirm.confirm": `-android uiautomator=new UiSelector().className("android.widget.Button").text("DELETE")`,
		"card.primary":           `-android uiautomator=new UiSelector().className("android.widget.Button").resourceId("FullScreenTakeover::PrimaryButton")`,
	} {
		e, err := m.Element(path)
		require.NoError(t, err)
		assert.Contains(t, e.Note(), "[O]", path)
		l, err := e.Locators()
		require.NoError(t, err)
		assert.Equal(t, want, l[0].String(), path)
	}
	tile, err := m.Element("devices.tile")
	require.NoError(t, err)
	l, err := tile.Locators(`Tom's "light"`)
	require.NoError(t, err)
	assert.Equal(t, `-android uiautomator=new UiSelector().className("android.widget.TextView").text("Tom's \"light\"")`, l[0].String())
	anywhere, err := tile.Any("灯")
	require.NoError(t, err)
	assert.Equal(t, 3, strings.Count(anywhere.Value, "new UiSelector()"))
}

func TestElementsOnATree(t *testing.T) {
	m := alexa(t)
	tree := parse(t, devicesPage)
	assert.Equal(t, []string{"devices"}, m.Which(tree))

	tile, err := m.Element("devices.tile")
	require.NoError(t, err)
	match, err := tile.In(tree, "First plug")
	require.NoError(t, err)
	require.Len(t, match.Nodes, 1)
	assert.Equal(t, 0, match.Rank)
	assert.Empty(t, match.Warning())

	match, err = tile.In(tree, "First")
	require.NoError(t, err)
	assert.False(t, match.Found(), "a name is the whole name")

	elsewhere := parse(t, strings.ReplaceAll(devicesPage, "com.amazon.dee.app", "com.example"))
	assert.False(t, tile.On(elsewhere, "First plug"), "another app's text is no tile")
	assert.Empty(t, m.Which(elsewhere))

	drifted := parse(t, strings.ReplaceAll(devicesPage, `class="android.widget.TextView"`, `class="android.view.View"`))
	match, err = tile.In(drifted, "First plug")
	require.NoError(t, err)
	assert.True(t, match.Fallback())
	assert.Contains(t, match.Warning(), "devices.tile")
	assert.Contains(t, match.Warning(), `- {text: "{name}"}`)

	covered := parse(t, strings.Replace(devicesPage, "  </android.widget.FrameLayout>\n</hierarchy>",
		`<b class="android.widget.Button" package="com.amazon.dee.app" resource-id="FullScreenTakeover::PrimaryButton" bounds="[0,0][9,9]"/></android.widget.FrameLayout></hierarchy>`, 1))
	assert.Equal(t, []string{"card", "devices"}, m.Which(covered), "what covers comes first")
}

func TestMapRefusesWrongQuestions(t *testing.T) {
	m := alexa(t)
	for _, c := range []struct {
		path string
		args []string
		want certification.Code
		says string
	}{
		{"devices.tiel", nil, certification.DefUnknownElement, `did you mean "devices.tile"?`},
		{"device", nil, certification.DefUnknownElement, "known:"},
		{"nowhere.tile", nil, certification.DefUnknownElement, "known:"},
		{"devices.tile", nil, certification.DefUnknownElement, "takes a name"},
		{"devices.header", []string{"x"}, certification.DefUnknownElement, "takes nothing"},
		{"devices.tile", []string{" "}, certification.DefNames, "empty name"},
	} {
		e, err := m.Element(c.path)
		if err == nil {
			_, err = e.Locators(c.args...)
		}
		trouble := certification.TroubleOf(err)
		require.NotNil(t, trouble, c.path)
		assert.Equal(t, c.want, trouble.Code)
		assert.Equal(t, certification.CauseDefinition, trouble.Cause)
		assert.Contains(t, trouble.Message+trouble.Hint, c.says)
	}
	_, err := m.Screen("devises")
	assert.ErrorContains(t, err, "has no screen")
}

const smallMap = `version: 1
app: mine
package: com.example
platform: android
app_versions: {from: "1.9", to: "1.23"}
screens:
  first:
    shown_by: [title]
    elements:
      title:
        locators:
          - {text: Hello}
      any:
        locators:
          - {xpath: "//a[1]"}
          - {text: There, package: android}
`

func TestMapErrorsNameFileAndLine(t *testing.T) {
	m, err := screen.LoadMap("my.yaml", []byte(smallMap))
	require.NoError(t, err)
	e, err := m.Element("first.any")
	require.NoError(t, err)
	l, err := e.Locators()
	require.NoError(t, err)
	assert.Equal(t, "xpath=//a[1]", l[0].String())

	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":          {"app: mine", "apq: mine", `my.yaml:2: unknown field "apq"`},
		"wrong type":           {"version: 1", "version: one", "my.yaml:1: "},
		"broken YAML":          {"screens:", "screens: [", "my.yaml:"},
		"duplicate key":        {"app: mine", "app: mine\napp: yours", "my.yaml:3: "},
		"another version":      {"version: 1", "version: 2", "my.yaml:1: version: must be 1"},
		"another platform":     {"platform: android", "platform: windows", "my.yaml:4: platform: must be android or ios"},
		"range backwards":      {`from: "1.9"`, `from: "1.24"`, "my.yaml:5: app_versions: from 1.24 comes after to 1.23"},
		"unknown reference":    {"[title]", "[titel]", "my.yaml:8: screens.first.shown_by[0]: there is no element first.titel; did you mean first.title?"},
		"nothing shows it":     {"    shown_by: [title]\n", "", "my.yaml:8: screens.first: shown_by is missing"},
		"asks for nothing":     {"{text: Hello}", "{package: a}", "my.yaml:12: screens.first.elements.title.locators[0]: asks for nothing"},
		"unknown placeholder":  {"{text: Hello}", `{text: "{name}"}`, "my.yaml:12: screens.first.elements.title.locators[0]: {name} is not what the element takes"},
		"takes and not used":   {"      any:", "      any:\n        takes: name", "does not use {name}: it would match any"},
		"raw with a name":      {"      any:", "      any:\n        takes: name", "cannot be put into xpath"},
		"raw with fields":      {`"//a[1]"}`, `"//a[1]", text: a}`, "stand alone"},
		"shown by raw only":    {"{text: Hello}", `{xpath: "//a"}`, "cannot be judged"},
		"no locators":          {"          - {text: Hello}\n", "", "title: locators is missing"},
		"name of a screen":     {"  first:", "  First Screen:", "lower case words"},
		"negative instance":    {"{text: Hello}", "{text: Hello, instance: -1}", "instance: must be 0 or more"},
		"shown by what it may": {"text: Hello}\n", "text: \"{name}\"}\n        takes: name\n", "takes a name, so it cannot show a screen"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := screen.LoadMap("my.yaml", []byte(strings.Replace(smallMap, c.old, c.new, 1)))
			var me *screen.MapError
			require.ErrorAs(t, err, &me)
			assert.Contains(t, err.Error(), c.want)
		})
	}
	_, err = screen.LoadMap("my.yaml", nil)
	assert.Error(t, err)
}

func TestChooseByVersion(t *testing.T) {
	m, err := screen.LoadMap("my.yaml", []byte(smallMap))
	require.NoError(t, err)
	for version, want := range map[string]bool{"": true, "1.9": true, "1.10.3": true, "1.23": true, "1.8": false, "1.24": false, "2": false} {
		got, err := screen.Choose([]*screen.Map{m}, "mine", "android", version)
		assert.Equal(t, want, err == nil, version)
		assert.Equal(t, want, got != nil, version)
	}
	_, err = screen.Choose([]*screen.Map{m}, "yours", "android", "")
	assert.Equal(t, certification.CauseDefinition, certification.TroubleOf(err).Cause)
}

func TestSchemaIsCurrent(t *testing.T) {
	const file = "maps/map.schema.json"
	have, err := json.MarshalIndent(screen.MapSchema(), "", "  ")
	require.NoError(t, err)
	have = append(have, '\n')
	if *update {
		require.NoError(t, os.WriteFile(file, have, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(have), "run go test ./drivers/screen -update")

	c := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(have)))
	require.NoError(t, err)
	require.NoError(t, c.AddResource("map.json", doc))
	schema, err := c.Compile("map.json")
	require.NoError(t, err)
	for _, source := range []string{readFile(t, "maps/alexa-android.yaml"), smallMap} {
		var v any
		require.NoError(t, yaml.Unmarshal([]byte(source), &v))
		b, err := json.Marshal(v)
		require.NoError(t, err)
		inst, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(inst))
	}
}

func readFile(t *testing.T, name string) string {
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

func FuzzLoadMap(f *testing.F) {
	f.Add([]byte(smallMap))
	f.Add([]byte("screens: {a: {shown_by: [b.c], elements: {b: null}}}"))
	f.Add([]byte("screens:\n  a: &x\n    elements: *x"))
	f.Add([]byte("- 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := screen.LoadMap("f.yaml", data)
		if err != nil {
			var me *screen.MapError
			if !errors.As(err, &me) {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		tree, _ := screen.Parse("<hierarchy/>")
		m.Which(tree)
	})
}

func TestMapTellsWhatItHolds(t *testing.T) {
	m, err := screen.LoadMap("my.yaml", []byte(smallMap))
	require.NoError(t, err)
	assert.Equal(t, []string{"my.yaml", "mine", "android", "1.9 to 1.23"}, []string{m.File(), m.App(), m.Platform(), m.Versions()})
	s, err := m.Screen("first")
	require.NoError(t, err)
	assert.Equal(t, "first", s.Title())
	assert.False(t, s.Covers())
	assert.Equal(t, "text", strings.Split(s.Locators()[0].Value, "().")[1][:4], "asked for by its first element: %v", s.Locators())
	var names []string
	for _, e := range s.Elements() {
		names = append(names, e.Path())
	}
	assert.Equal(t, []string{"first.any", "first.title"}, names)

	anyElement, err := m.Element("first.any")
	require.NoError(t, err)
	queries, err := anyElement.Queries()
	require.NoError(t, err)
	assert.Equal(t, []screen.Query{{Text: "There", Package: "android"}}, queries, "what is for the server only is left out")
	system := parse(t, `<hierarchy><a package="android" text="There"/><a package="com.other" text="Hello"/></hierarchy>`)
	assert.True(t, anyElement.On(system), "a locator may name another package")
	assert.False(t, s.ShownOn(system), "another app's text does not show the screen")

	for file, want := range map[string]string{`app_versions: {from: "1.9", to: "1.23"}`: "1.9 to 1.23", `app_versions: {from: "2"}`: "2 and later",
		`app_versions: {to: "2"}`: "up to 2", `app_versions: {}`: "all versions"} {
		m, err := screen.LoadMap("my.yaml", []byte(strings.Replace(smallMap, `app_versions: {from: "1.9", to: "1.23"}`, file, 1)))
		require.NoError(t, err)
		assert.Equal(t, want, m.Versions())
	}
}
