package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Starter says what a new configuration file is about; what is empty keeps
// what the sample has.
type Starter struct {
	Sample          string // SampleVirtual or SampleRealPhone
	Schema          string // path of the JSON Schema as seen from the file; "" leaves its line out
	Plan            string
	DeviceName      string
	Endpoint        string // these two for a real phone only
	UDID            string
	DevicePlug      string
	ProvisionerPlug string
	Provisioner     string
}

// Text is the file: the sample with what was given in its places. It is not
// checked; see [Parse].
func (s Starter) Text() ([]byte, error) {
	text, ok := Sample(s.Sample)
	if !ok {
		return nil, fmt.Errorf("there is no sample %q", s.Sample)
	}
	for _, given := range []string{s.Schema, s.Plan, s.DeviceName, s.Endpoint, s.UDID, s.DevicePlug, s.ProvisionerPlug, s.Provisioner} {
		if !utf8.ValidString(given) {
			return nil, fmt.Errorf("%q is not text in UTF-8", given)
		}
	}
	f := filler{text: string(text)}
	f.line(`# yaml-language-server: \$schema=\S+\n#\n`, s.schemaLine())
	f.value("plan: ", "mss-wifi-default", s.Plan)
	f.value("  device_name: ", "First light", s.DeviceName)
	if s.Sample == SampleVirtual {
		f.line(` Copy this file as ffscert\.yaml, then: ffscert run`, " Try: ffscert run")
		f.line(`(?m)^  - name: virtual\n`, "${0}"+s.virtualNames())
		return []byte(f.text), f.err
	}
	f.line(` Copy this file as ffscert\.yaml\n# and put in what is yours\.`, "\n# Look at it with: ffscert doctor")
	// What a sample says of its product must not end up in somebody's report.
	f.line(`(?m)^  (brand|model|firmware): `, "  # ${1}: ")
	f.line(`(?m)^      capabilities:\n        appium:adbPort: 5037\n`, "      # capabilities:\n      #   appium:adbPort: 5037\n")
	f.line(`(?m)^      command_timeouts:\n        source: 60s\n`, "      # command_timeouts:\n      #   source: 60s\n")
	f.value("      endpoint: ", "http://127.0.0.1:4723", s.Endpoint)
	f.value("      udid: ", "R58M123ABC", s.UDID)
	f.value("      device: ", "First plug", s.DevicePlug)
	f.value("      provisioner: ", "Second plug", s.ProvisionerPlug)
	f.value("    provisioner: ", "Echo Dot", s.Provisioner)
	return []byte(f.text), f.err
}

func (s Starter) schemaLine() string {
	if s.Schema == "" {
		return ""
	}
	return "# yaml-language-server: $$schema=" + strings.ReplaceAll(s.Schema, "$", "$$") + "\n#\n"
}

// virtualNames are the lines for names that differ from the built-in ones.
func (s Starter) virtualNames() string {
	var b strings.Builder
	if s.DevicePlug != "" || s.ProvisionerPlug != "" {
		b.WriteString("    # By their names in the Alexa app.\n    plugs:\n")
		for _, p := range [][2]string{{"device", or(s.DevicePlug, DefaultDevicePlug)}, {"provisioner", or(s.ProvisionerPlug, DefaultProvisionerPlug)}} {
			b.WriteString("      " + p[0] + ": " + scalar(p[1]) + "\n")
		}
	}
	if s.Provisioner != "" {
		b.WriteString("    provisioner: " + scalar(s.Provisioner) + "\n")
	}
	return strings.ReplaceAll(b.String(), "$", "$$")
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// filler changes a sample, and notices when the sample is not what it expects.
type filler struct {
	text string
	err  error
}

func (f *filler) line(pattern, replacement string) {
	re := regexp.MustCompile(pattern)
	if !re.MatchString(f.text) && f.err == nil {
		f.err = fmt.Errorf("the sample has no %s", pattern)
	}
	f.text = re.ReplaceAllString(f.text, replacement)
}

// value replaces the value of the one line that begins with key.
func (f *filler) value(key, old, value string) {
	if value == "" {
		return
	}
	from := "\n" + key + old
	if strings.Count(f.text, from) != 1 {
		if f.err == nil {
			f.err = fmt.Errorf("the sample has not one %s%s", key, old)
		}
		return
	}
	f.text = strings.Replace(f.text, from, "\n"+key+scalar(value), 1)
}

var plainScalar = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*([ -][A-Za-z0-9]+)*$`)

// scalar is a text as YAML: as it is if it cannot be taken for anything else,
// in double quotes otherwise. JSON's escapes are YAML's, too (YAML 1.2, 5.7).
func scalar(s string) string {
	words := []string{"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"}
	if plainScalar.MatchString(s) && !slices.Contains(words, strings.ToLower(s)) {
		return s
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""` // no text fails
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Parse reads the text of a configuration file that is to be written to path,
// by the rules of [Load].
func Parse(path string, data []byte) (*Config, error) { return parse(path, data) }
