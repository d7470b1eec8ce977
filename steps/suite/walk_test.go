package suite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/screen"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
)

// changedApp is the Alexa app with something replaced in its model.
func changedApp(t *testing.T, replace ...string) string {
	t.Helper()
	source, err := apps.Source("alexa-2023.23")
	require.NoError(t, err)
	for i := 0; i < len(replace); i += 2 {
		require.Contains(t, string(source), replace[i])
	}
	path := filepath.Join(t.TempDir(), "changed.yaml")
	require.NoError(t, os.WriteFile(path, []byte(strings.NewReplacer(replace...).Replace(string(source))), 0o600))
	return path
}

// A walk looks at the app's pages, and changes nothing in the lab.
func TestAWalkChangesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		app   string
		pages []string
		notes []string
	}{
		"known": {"alexa-2023.23", []string{"devices", "device plug", "settings", "home"}, nil},
		"old":   {"alexa-2021", []string{"devices", "device plug", "settings", "overview", "home"}, nil},
		"a tab with another name": {changedApp(t, "desc: Tab, Devices", "desc: Tabs, Devices"), []string{"home", "devices", "device plug", "settings", "home"},
			[]string{"does not lead to the devices page", `home.tab_devices is not found by the map: tapped the nearest, "Tabs, Devices"`}},
		"a button that nothing is like": {changedApp(t, "desc: Edit,", "desc: Gear,"), []string{"devices", "device plug", "home"},
			[]string{"the settings page was not looked at: device.edit is not on the screen"}},
		// What looks like the button for the settings deletes: it is not touched.
		"a trap": {changedApp(t, "desc: Edit, width: 56, height: 56, pad: 17, tap: {do: open, screen: device_settings}", "desc: Delete, width: 56, height: 56, pad: 17, tap: [delete_device, back]"),
			[]string{"devices", "device plug", "home"}, []string{"device.edit is not on the screen, and nothing that may be tapped"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := world.Defaults()
			w.Others = w.Others[:4]
			l := newLab(t, 1, w, handset.NoProfile(), func(v *virtual.Config) { v.App = c.app })
			before := l.events.all()
			devices := len(l.world.Devices())
			_, err := l.bed.Fit(t.Context())
			require.NoError(t, err)
			l.bed.Join()
			walk, err := l.bed.Alexa.Walk(t.Context(), w.Plugs.Device.Name)
			require.NoError(t, err)
			var pages []string
			for _, s := range walk.Stops {
				pages = append(pages, strings.Join(s.Screens, " "))
				_, err := screen.Parse(s.Source)
				require.NoError(t, err)
			}
			require.Equal(t, before, l.events.all(), "something was changed in the lab")
			require.Len(t, l.world.Devices(), devices)
			require.Equal(t, c.pages, pages, walk.Notes)
			notes := strings.Join(walk.Notes, "\n")
			for _, want := range c.notes {
				require.Contains(t, notes, want)
			}
			if c.notes == nil {
				require.Empty(t, walk.Notes)
			}
		})
	}
}

// Which map is used is decided on the phone: by the release, visibly if none is
// meant for it, and by the language.
func TestTheMapIsChosenOnThePhone(t *testing.T) {
	for app, file := range map[string]string{"alexa-2021": "alexa-android-2021.yaml", "alexa-2023.23": "alexa-android.yaml", "alexa-2024.16": "alexa-android.yaml"} {
		l := newLab(t, 1, fastWorld(), handset.NoProfile(), func(v *virtual.Config) { v.App, v.Locale = app, "fr-FR" })
		f, err := l.bed.Fit(t.Context())
		require.NoError(t, err)
		require.Equal(t, file, f.Map.File())
		require.False(t, f.Outside)
		require.Len(t, f.Notes, 1)
		require.Contains(t, f.Notes[0].Text, "no words for the phone's language, fr")
		require.Equal(t, file, l.bed.Alexa.Map().File())
		sent := l.phone.Commands()
		_, err = l.bed.Fit(t.Context())
		require.NoError(t, err)
		require.Equal(t, sent, l.phone.Commands(), "it is asked once")
	}
	l := newLab(t, 1, fastWorld(), handset.NoProfile(), func(v *virtual.Config) { v.App = "alexa-2021" })
	l.bed.AlexaMaps = l.bed.AlexaMaps[1:] // without the one that is meant for it
	var rules []string
	for _, a := range l.run(t, 1) {
		for _, f := range a.Findings {
			rules = append(rules, f.Rule+" "+f.Message)
		}
	}
	require.NotEmpty(t, rules)
	require.Contains(t, rules[0], `SCREEN-MAP no screen map is meant for version "2.2.425620.0" of the app alexa: the nearest is used, alexa-android.yaml`)
}
