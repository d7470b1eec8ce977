package suite_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// fallbacks are the elements for which a fallback had to be used, sorted.
func fallbacks(a certification.Attempt) []string {
	var paths []string
	for _, f := range a.Findings {
		if f.Rule == "SCREEN-FALLBACK" {
			path, _, _ := strings.Cut(f.Message, " ")
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths
}

// The whole provisioning scenario passes on every release of the Alexa app, in
// every language, with warnings exactly where fallbacks were used.
func TestEveryReleaseInEveryLanguage(t *testing.T) {
	drifted := []string{"card.primary", "card.secondary", "delete_confirm.confirm", "device.edit", "device.title", "devices.header",
		"devices.list", "devices.tile", "home.tab_devices", "settings.delete"}
	for _, release := range []struct {
		app       string
		fallbacks []string
	}{{"alexa-2021", nil}, {"alexa-2023.23", nil}, {"alexa-2024.16", drifted}} {
		for _, locale := range []string{"en-US", "de-DE", "ja-JP"} {
			for _, card := range []bool{true, false} {
				name, attempts := release.app+" "+locale, 1
				if locale == "en-US" {
					attempts = 2
				}
				if !card {
					if locale == "de-DE" {
						continue
					}
					name += " without a card"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w := world.Defaults()
					w.Others = w.Others[:4] // the list fits on the screen
					w.Device.FoundCard = card
					l := newLab(t, 1, w, handset.PhoneProfile(), func(c *virtual.Config) { c.App, c.Locale = release.app, locale })
					for _, a := range l.run(t, attempts) { // each begins on the home page
						require.Equal(t, release.fallbacks, fallbacks(a), "%+v", a)
						want := certification.Passed
						if release.fallbacks != nil {
							want = certification.Warning
						}
						require.Equal(t, want, a.Verdict, "%s %s", a.Code, a.Message)
						require.NotNil(t, a.SetupTime)
						require.Less(t, a.SetupTime.Hi-a.SetupTime.Lo, 20*time.Second.Seconds())
					}
				})
			}
		}
	}
}

// The newest release through the real Appium, in another language: the map is
// found without the version, which the server does not tell.
func TestANewReleaseThroughTheRealAppium(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2, fastWorld(), handset.NoProfile(), func(c *virtual.Config) { c.App, c.Locale = "alexa-2024.16", "ja-JP" })
	for _, a := range l.run(t, 1) {
		require.Equal(t, certification.Warning, a.Verdict, "%s %s", a.Code, a.Message)
		require.Contains(t, fallbacks(a), "home.tab_devices")
		require.NotContains(t, a.Message, "SCREEN-MAP")
	}
}
