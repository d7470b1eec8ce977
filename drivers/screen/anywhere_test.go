package screen_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/screen"
)

// Pages of the web are recognised in whatever app shows them in a WebView, if
// more than the word on one button speaks for it.
func TestPagesOfTheWebInAnyApp(t *testing.T) {
	m, err := screen.LoadMap("web.yaml", []byte(`
version: 1
app: amazon
package: com.android.chrome
hosts: [com.amazon.shopping]
anywhere: true
platform: android
screens:
  consent:
    shown_by: [allow]
    elements:
      allow: {locators: [{class: android.widget.Button, text: Allow}]}
      cancel: {locators: [{class: android.widget.Button, text: Cancel}]}
`))
	require.NoError(t, err)
	page := func(pkg, class string, labels ...string) *screen.Tree {
		var b strings.Builder
		b.WriteString(`<hierarchy rotation="0"><android.widget.FrameLayout class="android.widget.FrameLayout" package="` + pkg + `" bounds="[0,0][100,100]" displayed="true">` +
			`<` + class + ` class="` + class + `" package="` + pkg + `" bounds="[0,0][100,100]" displayed="true">`)
		for _, l := range labels {
			b.WriteString(`<android.widget.Button class="android.widget.Button" package="` + pkg + `" text="` + l + `" bounds="[0,0][50,50]" displayed="true" clickable="true"/>`)
		}
		b.WriteString(`</` + class + `></android.widget.FrameLayout></hierarchy>`)
		tree, err := screen.Parse(b.String())
		require.NoError(t, err)
		return tree
	}
	const web, other = "android.webkit.WebView", "android.widget.LinearLayout"
	for _, c := range []struct {
		tree *screen.Tree
		want string
	}{
		{page("com.android.chrome", web, "Allow"), "com.android.chrome"},
		{page("com.amazon.shopping", web, "Orders"), "com.amazon.shopping"},
		{page("com.amazon.shopping", other, "Orders"), ""},
		{page("org.example.viewer", web, "Allow", "Cancel"), "org.example.viewer"},
		{page("org.example.viewer", web, "Allow"), ""},
		{page("org.example.viewer", web, "Cancel", "OK"), ""},
		{page("org.example.viewer", other, "Allow", "Cancel"), ""},
	} {
		require.Equal(t, c.want, m.PackageOn(c.tree))
		allow, err := m.Element("consent.allow")
		require.NoError(t, err)
		require.Equal(t, c.want != "" && c.want != "com.amazon.shopping", allow.On(c.tree), c.want)
	}
	require.Equal(t, "com.android.chrome", m.Application().Package, "looking changes nothing")
	strict, err := screen.LoadMap("strict.yaml", []byte("version: 1\napp: amazon\npackage: com.android.chrome\nplatform: android\nscreens:\n  consent:\n    shown_by: [allow]\n    elements:\n      allow: {locators: [{text: Allow}]}\n      cancel: {locators: [{text: Cancel}]}\n"))
	require.NoError(t, err)
	require.Empty(t, strict.PackageOn(page("org.example.viewer", web, "Allow", "Cancel")))
}
