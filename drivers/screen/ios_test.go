package screen_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

const iosPage = `<?xml version="1.0" encoding="UTF-8"?>
<AppiumAUT>
  <XCUIElementTypeApplication type="XCUIElementTypeApplication" name="Alexa" label="Alexa" enabled="true" visible="true" x="0" y="0" width="390" height="844" index="0">
    <XCUIElementTypeTable type="XCUIElementTypeTable" enabled="true" visible="true" x="0" y="100" width="390" height="600">
      <XCUIElementTypeCell type="XCUIElementTypeCell" name="Tom's &quot;light&quot;" label="Tom's &quot;light&quot;" enabled="true" visible="true" x="0" y="100" width="390" height="60">
        <XCUIElementTypeStaticText type="XCUIElementTypeStaticText" value="Tom's &quot;light&quot;" name="title" label="Tom's" enabled="true" visible="true" x="10" y="110" width="200" height="20"/>
      </XCUIElementTypeCell>
      <XCUIElementTypeCell type="XCUIElementTypeCell" name="Second" label="Second" enabled="false" visible="false" x="0" y="160.5" width="390" height="60"/>
    </XCUIElementTypeTable>
    <XCUIElementTypeSwitch type="XCUIElementTypeSwitch" name="power" label="Power" value="1" enabled="true" visible="true" x="10" y="720" width="50" height="30"/>
    <XCUIElementTypeSecureTextField type="XCUIElementTypeSecureTextField" name="pw" value="hunter2" enabled="true" visible="true" x="10" y="760" width="50" height="30"/>
  </XCUIElementTypeApplication>
</AppiumAUT>`

const iosMap = `version: 1
app: alexa
package: com.amazon.echo
platform: ios
screens:
  devices:
    shown_by: [list]
    elements:
      list:
        locators:
          - {class: XCUIElementTypeTable, visible: true}
      tile:
        takes: name
        locators:
          - {class: XCUIElementTypeCell, name: "{name}"}
          - {value: "{name}"}
          - {label_prefix: "{name}"}
      second:
        locators:
          - {class: XCUIElementTypeCell, instance: 1}
      power:
        locators:
          - {accessibility_id: power}
          - {predicate: 'label CONTAINS "ower"'}
          - {class_chain: "**/XCUIElementTypeSwitch[1]"}
`

func TestIOS(t *testing.T) {
	m, err := screen.LoadMap("ios.yaml", []byte(iosMap))
	require.NoError(t, err)
	assert.Equal(t, "ios", m.Platform())
	tree := parse(t, iosPage)
	assert.Equal(t, []string{"devices"}, m.Which(tree))
	assert.Equal(t, [2]int{390, 844}, [2]int{tree.Width, tree.Height})

	name := `Tom's "light"`
	tile, err := m.Element("devices.tile")
	require.NoError(t, err)
	match, err := tile.In(tree, name)
	require.NoError(t, err)
	require.Len(t, match.Nodes, 1)
	assert.Equal(t, drivers.Rect{X: 0, Y: 100, Width: 390, Height: 60}, match.Nodes[0].Bounds)
	assert.Contains(t, match.Query.String(), "name: ")
	locators, err := tile.Locators(name)
	require.NoError(t, err)
	assert.Equal(t, `-ios predicate string=type == "XCUIElementTypeCell" AND name == "Tom's \"light\""`, locators[0].String())
	assert.Equal(t, `-ios predicate string=value == "Tom's \"light\""`, locators[1].String())
	assert.Equal(t, `-ios predicate string=label BEGINSWITH "Tom's \"light\""`, locators[2].String())
	any, err := tile.Any(name)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(any.Value, ") OR ("))

	power, err := m.Element("devices.power")
	require.NoError(t, err)
	locators, err = power.Locators()
	require.NoError(t, err)
	assert.Equal(t, []drivers.Locator{{Using: "accessibility id", Value: "power"}, {Using: "-ios predicate string", Value: `label CONTAINS "ower"`},
		{Using: "-ios class chain", Value: "**/XCUIElementTypeSwitch[1]"}}, locators)
	match, err = power.In(tree)
	require.NoError(t, err)
	require.True(t, match.Found())
	assert.True(t, match.Nodes[0].Checked)

	second, err := m.Element("devices.second")
	require.NoError(t, err)
	match, err = second.In(tree)
	require.NoError(t, err)
	require.True(t, match.Found())
	assert.Equal(t, "Second", match.Nodes[0].ResourceID)
	assert.False(t, match.Nodes[0].Enabled || match.Nodes[0].Displayed)
	locators, err = second.Locators()
	require.NoError(t, err)
	assert.Equal(t, "-ios class chain=**/XCUIElementTypeCell[2]", locators[0].String())

	masked, areas, err := screen.Mask(iosPage, func(n *screen.Node) bool { return n.Password })
	require.NoError(t, err)
	assert.NotContains(t, masked, "hunter2")
	assert.Len(t, areas, 1)
	parse(t, masked)

	// Newer sources name the app; another app's elements do not count then.
	other := parse(t, strings.Replace(iosPage, `name="Alexa"`, `name="Alexa" bundleId="com.other"`, 1))
	assert.Empty(t, m.Which(other))
	own := parse(t, strings.Replace(iosPage, `name="Alexa"`, `name="Alexa" bundleId="com.amazon.echo"`, 1))
	assert.Equal(t, []string{"devices"}, m.Which(own))
	// The application may be the root itself, and maps of Android see nothing.
	bare := parse(t, strings.NewReplacer("<AppiumAUT>", "", "</AppiumAUT>", "").Replace(iosPage))
	assert.Equal(t, []string{"devices"}, m.Which(bare))
	assert.Empty(t, alexa(t).Which(bare))
	masked, _, err = screen.Mask(strings.NewReplacer("<AppiumAUT>", "", "</AppiumAUT>", "").Replace(iosPage), func(n *screen.Node) bool { return n.Password })
	require.NoError(t, err)
	assert.NotContains(t, masked, "hunter2")

	d := m.Compare([]screen.Source{{Name: "devices.xml", Tree: tree, Screen: "devices"}}, []string{name})
	assert.True(t, d.Drifted(), "the second cell is not displayed")
	assert.Equal(t, 3, d.Count(screen.Found))
}

func TestIOSMapsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"Android's field": {"{accessibility_id: power}", "{desc: power}", "desc: no field on ios"},
		"twice":           {"{accessibility_id: power}", "{accessibility_id: power, name: power}", "give one of them"},
		"raw with fields": {"{class_chain: ", "{class: a, class_chain: ", "class_chain stand alone"},
		"two raws":        {"{class_chain: ", "{predicate: a, class_chain: ", "predicate and class_chain exclude each other"},
		"iOS on Android":  {"platform: ios", "platform: android", "visible: no field on android"},
	} {
		_, err := screen.LoadMap("ios.yaml", []byte(strings.Replace(iosMap, c.old, c.new, 1)))
		assert.ErrorContains(t, err, c.want, name)
	}
	for _, q := range []struct {
		q    screen.Query
		want string
	}{
		{screen.Query{IOS: true, ID: `a\b"c` + "\n"}, "accessibility id=a\\b\"c\n"},
		{screen.Query{IOS: true, Class: "X", ID: `a\b"c` + "\n"}, `-ios predicate string=type == "X" AND name == "a\\b\"c\n"`},
		{screen.Query{IOS: true, ID: "a`b", Instance: new(int)}, "-ios class chain=**/*[`name == \"a``b\"`][1]"},
		{screen.Query{IOS: true, Class: "X"}, "class name=X"},
	} {
		assert.Equal(t, q.want, q.q.Locator().String())
	}
	mixed := screen.AnyOf(screen.Query{IOS: true, ID: "a"}, screen.Query{IOS: true, ID: "b", Instance: new(int)})
	assert.Equal(t, drivers.ByXPath, mixed.Using)
	assert.Contains(t, mixed.Value, "@name=")
	_, err := screen.Parse(`<AppiumAUT><XCUIElementTypeButton x="wide"/></AppiumAUT>`)
	assert.ErrorContains(t, err, "no place on a screen")
}
