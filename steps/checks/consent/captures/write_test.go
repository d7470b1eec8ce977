package captures_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/screen"
	"ffscert/steps/checks/consent"
	"ffscert/steps/checks/consent/captures"
)

// What was written is read again as it was.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	source := `<hierarchy><node class="android.widget.TextView" package="com.example.lumen" text="Ä &quot;x&quot;" bounds="[0,0][100,50]"/></hierarchy>`
	tree, err := screen.Parse(source)
	require.NoError(t, err)
	dwell, taps, ends := 1.5, 2, true
	c := consent.Capture{Locale: "de-DE", Density: 420, FontScale: 1.3, Journey: consent.Refuse, DeclaredScopes: []string{"a::b"},
		RequestedURL: "https://www.amazon.com/ap/oa?scope=a::b&x=<y>", ScopeData: []byte(`{"profile":{"essential":false}}`), AppName: "Lumen", AppPackage: "com.example.lumen", Simulated: true,
		Screens: []consent.Screen{{File: "01-home", Role: consent.Other, Package: "com.example.lumen", Dwell: &dwell, Taps: &taps, HTML: "<p>x</p>", Context: consent.Web},
			{File: "02-consent", Role: consent.Consent, Package: "com.android.chrome", Gone: true},
			{File: "03-consent-part-2", Role: consent.Consent, Package: "com.android.chrome", Continues: true, Ends: &ends}}}
	files, err := captures.Files(c, func(int) []byte { return []byte(source) })
	require.NoError(t, err)
	dir := t.TempDir()
	for _, f := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
	}
	got, err := captures.Read(dir)
	require.NoError(t, err)
	for i := range got.Screens {
		require.Equal(t, tree.Fingerprint(), got.Screens[i].Tree.Fingerprint())
		got.Screens[i].Tree = nil
	}
	require.JSONEq(t, string(c.ScopeData), string(got.ScopeData))
	got.ScopeData = c.ScopeData
	require.Equal(t, c, got)

	c.RequestedURL, c.Hidden = "", "there is no chromedriver"
	files, err = captures.Files(c, func(int) []byte { return []byte(source) })
	require.NoError(t, err)
	for _, f := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
	}
	got, err = captures.Read(dir)
	require.NoError(t, err)
	require.Equal(t, c.Hidden, got.Hidden)

	c.Screens[0].File = "../x"
	_, err = captures.Files(c, func(int) []byte { return nil })
	require.ErrorContains(t, err, `"../x" cannot be the name`)
}
