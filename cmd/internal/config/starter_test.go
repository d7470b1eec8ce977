package config

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile are names that are something else in YAML if they are not quoted, or
// that would break out of their line.
var hostile = []string{"true", "Off", "null", "12", "1e5", "~", "0x1F", "a: b", "a #b", "- a", "\"quoted\"", "it's", `back\slash`, "{a}", "[a]", "*a", "&a", "!a", "%a", "@a", "`a`",
	"Küche", "客厅的灯", "a\u2028b", "2024-01-01", "$1", "${0}x", "<<", "=", "?", "|", ">", "a,b", "Echo Dot (2)"}

func TestStarterKeepsWhatItIsGiven(t *testing.T) {
	for _, name := range hostile {
		t.Run(name, func(t *testing.T) {
			udid := strings.NewReplacer(" ", "", "\u2028", "").Replace(name)
			s := Starter{Sample: SampleRealPhone, Schema: "x.json", Plan: "wss-wifi-default", DeviceName: name, Endpoint: "https://grid.example:4444/wd/hub", UDID: udid,
				DevicePlug: name + " plug", ProvisionerPlug: name + " socket", Provisioner: name + " Echo"}
			text, err := s.Text()
			require.NoError(t, err)
			c, err := Parse("ffscert.yaml", text)
			require.NoError(t, err, string(text))
			b := c.Testbeds[0]
			assert.Equal(t, s.DeviceName, c.Product.DeviceName)
			assert.Equal(t, []string{s.UDID, s.Endpoint, s.DevicePlug, s.ProvisionerPlug, s.Provisioner, s.Plan},
				[]string{b.Phone.UDID, b.Phone.Endpoint, b.Plugs.Device, b.Plugs.Provisioner, b.Provisioner, c.Plan})
			assert.Empty(t, b.Phone.Capabilities)
			assert.Equal(t, Product{DeviceName: name}, c.Product, "the sample's product must not end up in a report")
			assert.True(t, strings.HasPrefix(string(text), "# yaml-language-server: $schema=x.json\n"))

			s.Sample, s.Schema = SampleVirtual, ""
			text, err = s.Text()
			require.NoError(t, err)
			c, err = Parse("ffscert.yaml", text)
			require.NoError(t, err, string(text))
			b = c.Testbeds[0]
			assert.Equal(t, []string{s.DeviceName, s.DevicePlug, s.ProvisionerPlug, s.Provisioner},
				[]string{c.Product.DeviceName, b.Plugs.Device, b.Plugs.Provisioner, b.Provisioner})
			assert.NotContains(t, string(text), "yaml-language-server")
		})
	}
}

func TestStarterWithoutAnswersIsTheSample(t *testing.T) {
	for _, sample := range []string{SampleVirtual, SampleRealPhone} {
		text, err := Starter{Sample: sample}.Text()
		require.NoError(t, err)
		_, err = Parse("ffscert.yaml", text)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "Copy this file")
		assert.NotContains(t, string(text), "\n  brand: ")
	}
	_, err := Starter{Sample: "other"}.Text()
	assert.Error(t, err)
}

func FuzzStarter(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Add("a\nb: c")
	f.Add("\xe8")
	f.Fuzz(func(t *testing.T, name string) {
		text, err := Starter{Sample: SampleRealPhone, DeviceName: name}.Text()
		if err != nil {
			require.False(t, utf8.ValidString(name))
			return
		}
		c, err := Parse("ffscert.yaml", text)
		if err == nil && name != "" {
			require.Equal(t, name, c.Product.DeviceName)
		}
	})
}
