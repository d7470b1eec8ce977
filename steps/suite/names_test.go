package suite_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	rendered "ffscert/reports/render/html"
	"ffscert/reports/render/table"
)

// names are device names of every kind that an account may have.
func names() map[string]string {
	return map[string]string{
		"apostrophe":        "Tom's light",
		"single quotes":     "The 'old' lamp",
		"double quotes":     `The "old" lamp`,
		"both quotes":       `Tom's "old" lamp`,
		"only quotes":       `'"'"`,
		"backslash":         `C:\light\`,
		"hyphens":           "Up-stairs – north — far",
		"locator language":  `").index(0);new UiSelector().text("x`,
		"xpath language":    `x" or "1"="1`,
		"braces":            "{name} {edit} [0]",
		"regular expr.":     ".*|^$(a+)+",
		"markup":            `<b>&amp;"lamp"</b>`,
		"percent":           "100% %s %d light",
		"emoji":             "Lamp 💡",
		"joined emoji":      "👩‍👩‍👧 lamp",
		"flags":             "🇯🇵🇩🇪 lamp",
		"skin and selector": "👍🏽 ❤️",
		"Japanese":          "リビングの照明",
		"Chinese":           "第一个灯",
		"Korean":            "거실 조명",
		"Arabic":            "مصباح غرفة 2",
		"Hebrew":            "אור ראשון",
		"mixed directions":  "Lamp מנורה 3",
		"accents":           "Café für Žofie",
		"stacked marks":     "z̵a̷l̴g̶o̸",
		"upper and lower":   "Straße ßẞ ﬁ İı",
		"100 characters":    strings.Repeat("Long name ", 9) + "1234567890",
		"100 wide":          strings.Repeat("灯", 100),
		"digits":            "007",
		"the words on, off": "on",
	}
}

// namedWorld is a fast lab whose device has that name.
func namedWorld(name string) world.Config {
	w := fastWorld()
	w.Device.Name = name
	return w
}

func TestEveryKindOfName(t *testing.T) {
	for kind, name := range names() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 1, namedWorld(name), handset.NoProfile())
			requireNamed(t, l, name)
		})
	}
}

// A name that the page itself says elsewhere cannot be told apart: nothing is
// touched, and nobody is blamed but the rig.
func TestANameThatThePageSays(t *testing.T) {
	l := newLab(t, 1, namedWorld("Devices"), handset.NoProfile())
	for _, a := range l.run(t, 1) {
		require.Equal(t, certification.Blocked, a.Verdict)
		// It is ambiguous, or what is tapped is no tile and leads nowhere.
		require.Contains(t, []certification.Code{certification.AppAmbiguous, certification.AppNothingChanged}, a.Code, a.Message)
	}
}

// The same text may be encoded in two ways; the Alexa app's is not ours to
// choose. That is no other name.
func TestANameInAnotherEncoding(t *testing.T) {
	for configured, shown := range map[string]string{"Caf\u00e9": "Cafe\u0301", "Cafe\u0301 2": "Caf\u00e9 2", "\u30ac\u30e9\u30b9": "\u30ab\u3099\u30e9\u30b9"} {
		l := newLab(t, 1, namedWorld(shown), handset.NoProfile())
		l.bed.Names.Device = configured
		requireNamed(t, l, configured)
	}
	// Another case is another name: the device never appears under its own.
	l := newLab(t, 1, namedWorld("first light"), handset.NoProfile())
	l.bed.Names.Device = "First light"
	for _, a := range l.run(t, 1) {
		require.NotEqual(t, certification.Passed, a.Verdict)
		require.NotEqual(t, certification.Warning, a.Verdict)
	}
}

// A few of them through the real Appium: all names of the testbed are odd.
func TestNamesThroughTheRealAppium(t *testing.T) {
	t.Parallel()
	w := namedWorld(names()["both quotes"] + " " + names()["joined emoji"])
	w.Plugs.Device.Name, w.Plugs.Provisioner.Name = names()["backslash"]+names()["locator language"], names()["Arabic"]
	w.Provisioner.Name = names()["100 characters"]
	l := newLab(t, 2, w, handset.NoProfile())
	requireNamed(t, l, w.Device.Name)
}

// requireNamed carries out the scenario and looks for the name in every report.
func requireNamed(t *testing.T, l lab, name string) {
	t.Helper()
	attempts := l.run(t, 1)
	require.Len(t, attempts, 1)
	require.Equal(t, certification.Passed, attempts[0].Verdict, "%s %s", attempts[0].Code, attempts[0].Message)
	require.NotNil(t, attempts[0].SetupTime)

	rec := journal.Record{Attempts: attempts}
	rec.Created, rec.Product = time.Unix(0, 0).UTC(), journal.Product{DeviceName: name}
	m := matrix.Of(rec)
	var out bytes.Buffer
	require.NoError(t, matrix.Write(&out, m))
	var read struct {
		Run struct {
			Product struct {
				DeviceName string `json:"device_name"`
			} `json:"product"`
		} `json:"run"`
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &read))
	assert.Equal(t, name, read.Run.Product.DeviceName)

	bare := func(s string) string {
		return strings.NewReplacer("\u2068", "", "\u2069", "", "\n", "", " ", "").Replace(s)
	}
	out.Reset()
	require.NoError(t, table.Render(&out, m, table.Options{}))
	assert.Contains(t, bare(out.String()), bare(name))
	assert.NotContains(t, out.String(), "\x1b")
	out.Reset()
	require.NoError(t, rendered.Render(&out, rec, rendered.Options{}))
	assert.Contains(t, bare(html.UnescapeString(out.String())), bare(name), fmt.Sprint(len(out.String())))
}
