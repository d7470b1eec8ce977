package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/world"
)

// write puts text into a file of its own.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffscert.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Load(write(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSamplesLoad(t *testing.T) {
	for _, name := range []string{SampleVirtual, SampleRealPhone} {
		t.Run(name, func(t *testing.T) {
			text, ok := Sample(name)
			if !ok {
				t.Fatal("no such sample")
			}
			if !strings.HasPrefix(string(text), "# yaml-language-server: $schema=../ffscert.schema.json\n") {
				t.Error("the sample does not point editors to the schema")
			}
			c, err := Load("samples/" + name + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Warnings) > 0 {
				t.Errorf("a sample must not warn: %v", c.Warnings)
			}
			if abs := filepath.Join("samples", "runs"); c.Runs != abs {
				t.Errorf("runs = %q, want %q, beside the file", c.Runs, abs)
			}
		})
	}
	if _, ok := Sample("../config"); ok {
		t.Error("a sample outside the folder")
	}
}

func TestRealPhoneSample(t *testing.T) {
	c, err := Load("samples/real-phone.yaml")
	if err != nil {
		t.Fatal(err)
	}
	alexa := Socket{Method: PowerAlexa}
	want := Testbed{
		Name: "bench-1",
		Phone: &Phone{Endpoint: "http://127.0.0.1:4723", UDID: "R58M123ABC",
			Capabilities:    map[string]any{"appium:adbPort": uint64(5037)},
			CommandTimeouts: CommandTimeouts{Source: time.Minute}},
		Plugs:       Plugs{Device: "First plug", Provisioner: "Second plug"},
		Provisioner: "Echo Dot",
		Power:       Power{alexa, alexa},
		Timing:      DefaultTiming(),
	}
	if got := c.Testbeds[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("testbed\n got %+v\nwant %+v", got, want)
	}
	if c.Plan != "mss-wifi-default" || c.Product.DeviceName != "First light" || c.Product.Firmware != "1.4.2" || c.Attempts != 0 {
		t.Errorf("config = %+v", c)
	}
}

// The defaults hold without a file, and a sample that changes nothing says the same.
func TestDefaultIsTheVirtualSample(t *testing.T) {
	c, err := Load("samples/virtual.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.Path, c.Runs = "", DefaultRuns
	if d := Default(); !reflect.DeepEqual(c, d) {
		t.Errorf("sample\n%+v\n%+v\ndefault\n%+v\n%+v", c, c.Testbeds[0].Virtual, d, d.Testbeds[0].Virtual)
	}
	if err := Default().Testbeds[0].Virtual.Validate(); err != nil {
		t.Error(err)
	}
}

const head = "version: 1\nplan: mss-wifi-default\nproduct: {device_name: My lamp}\n"

func TestVirtualKeepsDefaults(t *testing.T) {
	c := load(t, head+`
seed: 42
attempts: 3
testbeds:
  - name: lab
    provisioner: Kitchen speaker
    virtual:
      device: {set_up_failure: 1, set_up_time: {min: 1m30s, max: 2m}}
      faults: {plug_ignores: 0.25}
      wifi: [{ssid: A, saved: no, nearby: true}, {ssid: B, saved: right, nearby: true}]
  - name: other
    virtual: {seed: 42, latency: none, others: []}
`)
	v := c.Testbeds[0].Virtual
	want := defaultVirtual().Config
	want.Seed = 42
	want.Device.Name = "My lamp"
	want.Provisioner.Name = "Kitchen speaker"
	want.Device.SetUpFailure = 1
	want.Device.SetUpTime = world.Range{Min: 90 * time.Second, Max: 2 * time.Minute}
	want.Faults.PlugIgnores = 0.25
	want.WiFi = []world.Network{{SSID: "A", Saved: world.SavedNot, Nearby: true}, {SSID: "B", Saved: world.SavedRight, Nearby: true}}
	// The speaker of the default household makes room for ours.
	want.Others = append(want.Others[:2:2], want.Others[3:]...)
	if !reflect.DeepEqual(v.Config, want) {
		t.Errorf("world\n got %+v\nwant %+v", v.Config, want)
	}
	if v.Latency != LatencyPhone {
		t.Errorf("latency = %q", v.Latency)
	}
	if c.Attempts != 3 || c.Seed != 42 {
		t.Errorf("attempts %d, seed %d", c.Attempts, c.Seed)
	}
	second := c.Testbeds[1]
	if second.Virtual.Seed != 42 || second.Virtual.Latency != LatencyNone || len(second.Virtual.Others) != 0 {
		t.Errorf("second = %+v", second.Virtual)
	}
	if second.Plugs.Device != "First plug" || second.Provisioner != "Echo Dot" || second.Timing != DefaultTiming() {
		t.Errorf("second testbed = %+v", second)
	}
	c.SetSeed(77)
	if c.Seed != 77 || v.Seed != 77 || second.Virtual.Seed != 77 {
		t.Error("SetSeed left a seed behind")
	}
}

func TestSeedOfTheVirtualTestbed(t *testing.T) {
	c := load(t, head+"testbeds: [{name: a, virtual: {}}, {name: b, virtual: {seed: 7}}]\n")
	if c.Seed != 7 || c.Testbeds[0].Virtual.Seed != 7 || c.Testbeds[1].Virtual.Seed != 7 {
		t.Errorf("seeds %d, %d, %d", c.Seed, c.Testbeds[0].Virtual.Seed, c.Testbeds[1].Virtual.Seed)
	}
}

// A name that only the simulated lab gives is the testbed's.
func TestVirtualNamesReachTheTestbed(t *testing.T) {
	c := load(t, head+"testbeds: [{name: lab, virtual: {plugs: {device: {name: Left socket}}, provisioner: {name: Dot}}}]\n")
	b := c.Testbeds[0]
	if b.Plugs.Device != "Left socket" || b.Plugs.Provisioner != "Second plug" || b.Provisioner != "Dot" {
		t.Errorf("testbed = %+v", b)
	}
}

func TestPower(t *testing.T) {
	c := load(t, head+`
testbeds:
  - {name: a, virtual: {}}
  - {name: b, virtual: {}, power: alexa}
  - {name: c, virtual: {}, power: {device: {command_on: [relay, "1", "on"], command_off: [relay, "1", "off"]}}}
  - {name: d, virtual: {}, power: {provisioner: {command_on: ["on"], command_off: ["off"]}, device: alexa}}
`)
	alexa := Socket{Method: PowerAlexa}
	want := []Power{
		{alexa, alexa},
		{alexa, alexa},
		{Socket{PowerCommand, []string{"relay", "1", "on"}, []string{"relay", "1", "off"}}, alexa},
		{alexa, Socket{PowerCommand, []string{"on"}, []string{"off"}}},
	}
	for i, b := range c.Testbeds {
		if !reflect.DeepEqual(b.Power, want[i]) {
			t.Errorf("%s: %+v, want %+v", b.Name, b.Power, want[i])
		}
	}
}

func TestTiming(t *testing.T) {
	c := load(t, head+`
testbeds:
  - {name: a, virtual: {}, timing: {provisioner_ready: 2m}}
  - {name: b, virtual: {}, timing: {provisioner_off: 0s, provisioner_ready: 0s}}
`)
	want := DefaultTiming()
	want.ProvisionerReady = 2 * time.Minute
	if got := c.Testbeds[0].Timing; got != want {
		t.Errorf("a: %+v", got)
	}
	if got := c.Testbeds[1].Timing; got != (Timing{}) {
		t.Errorf("b: a simulated lab may take no time at all: %+v", got)
	}
}

func TestPathsAreBesideTheFile(t *testing.T) {
	path := write(t, head+"testbeds: [{name: a, virtual: {app: mine.yaml, partner_app: apps/own.yaml}}, {name: b, virtual: {app: alexa-2023.23, partner_app: partner-demo}}]\nfeatures: mine\nruns: ../out\nscreens: {alexa: /etc/alexa.yaml, dialogs: dialogs.yaml}\n")
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	if c.Features != filepath.Join(dir, "mine") || c.Runs != filepath.Join(dir, "../out") || c.Screens.Alexa[0] != "/etc/alexa.yaml" || c.Screens.Dialogs != filepath.Join(dir, "dialogs.yaml") {
		t.Errorf("features %q, runs %q, alexa %q, dialogs %q", c.Features, c.Runs, c.Screens.Alexa, c.Screens.Dialogs)
	}
	if a, b := c.Testbeds[0].Virtual.App, c.Testbeds[1].Virtual.App; a != filepath.Join(dir, "mine.yaml") || b != "alexa-2023.23" {
		t.Errorf("apps %q, %q: a path is beside the file, a name stays", a, b)
	}
	if a, b := c.Testbeds[0].Virtual.PartnerApp, c.Testbeds[1].Virtual.PartnerApp; a != filepath.Join(dir, "apps/own.yaml") || b != "partner-demo" {
		t.Errorf("partner apps %q, %q: a path is beside the file, a name stays", a, b)
	}
	if c.Path != path {
		t.Errorf("path = %q", c.Path)
	}
}

func TestWarnings(t *testing.T) {
	c := load(t, "version: 1\nplan: p\nproduct: {device_name: Third plug}\ntestbeds:\n  - name: a\n    virtual: {}\n    plugs:\n      device: first  PLUG\n      provisioner: Socket\n")
	if len(c.Warnings) != 1 {
		t.Fatalf("warnings: %v", c.Warnings)
	}
	w := c.Warnings[0]
	if w.Line != 8 || w.Field != "testbeds[0].plugs.device" || !strings.Contains(w.Text, "differ only in a number") {
		t.Errorf("warning: %v", w)
	}

	c = load(t, head+"testbeds: [{name: a, virtual: {device: {name: Lampe}}}]\n")
	if len(c.Warnings) != 1 || c.Warnings[0].Field != "testbeds[0].virtual.device.name" {
		t.Errorf("warnings: %v", c.Warnings)
	}
	if c.Testbeds[0].Virtual.Device.Name != "Lampe" {
		t.Error("the lab's own name must stay: somebody wants to see what happens")
	}
}

func TestNoFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "none.yaml: cannot be read: no such file or directory; name the") {
		t.Errorf("err = %v", err)
	}
	if _, err := Load(t.TempDir()); !errors.As(err, &e) {
		t.Errorf("a folder: %v", err)
	}
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte("s3cr3t\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ffscert.yaml")
	text := head + `
testbeds:
  - name: cloud
    provisioner: Echo
    plugs: {device: P1, provisioner: P2}
    phone:
      endpoint_env: HUB
      udid: X1
      capabilities:
        appium:language: de
        bstack:options: {userName: me, accessKey_file: key, accessToken_env: TOKEN}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HUB": "https://me:pw@hub.example:8080/wd/hub", "TOKEN": "tok"}
	lookup := func(k string) (string, bool) { v, ok := env[k]; return v, ok }
	got, err := c.Testbeds[0].Phone.Resolve(lookup)
	if err != nil {
		t.Fatal(err)
	}
	want := Connection{Endpoint: env["HUB"], UDID: "X1", Capabilities: map[string]any{"appium:language": "de",
		"bstack:options": map[string]any{"userName": "me", "accessKey": "s3cr3t", "accessToken": "tok"}}}
	slices.Sort(got.Secrets)
	want.Secrets = []string{"s3cr3t", "tok"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}

	steps := []struct {
		name   string
		change func()
		says   string
	}{
		{"variable not set", func() { delete(env, "TOKEN") }, "capabilities.bstack:options.accessToken_env: the environment variable TOKEN is not set"},
		{"no address", func() { env["HUB"] = "ftp://me:pw@host" }, "endpoint_env: the value of HUB is not an http or https address"},
		{"file not there", func() {
			env["HUB"], env["TOKEN"] = "http://h", "t"
			os.Remove(filepath.Join(dir, "key"))
		}, "capabilities.bstack:options.accessKey_file: open"},
	}
	for _, s := range steps {
		s.change()
		_, err := c.Testbeds[0].Phone.Resolve(lookup)
		if err == nil || !strings.Contains(err.Error(), s.says) {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: the error repeats the password: %v", s.name, err)
		}
	}
}
