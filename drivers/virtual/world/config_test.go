package world_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/world"
)

func decode(text string) (c world.Config, err error) {
	// goccy/go-yaml 1.19.2 panics on a tagged scalar where a list should be.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	c = world.Defaults()
	err = yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict())
	return c, err
}

func TestDefaultsAreValid(t *testing.T) {
	if err := world.Defaults().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsLeftOutKeepsItsDefault(t *testing.T) {
	c, err := decode(`
seed: 7
device:
  set_up_failure: 0.3
  set_up_time: {min: 0s, max: 1m30s}
plugs:
  device: {name: Lab plug}
others:
  - {name: Fridge, kind: switch, on: true}
faults: {promotion_card: 1}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := world.Defaults()
	want.Seed = 7
	want.Device.SetUpFailure = 0.3
	want.Device.SetUpTime = world.Range{Max: 90 * time.Second}
	want.Plugs.Device.Name = "Lab plug"
	want.Others = []world.OtherDevice{{Name: "Fridge", Kind: world.Switch, On: true}}
	want.Faults.PromotionCard = 1
	equal(t, c, want)
}

func TestWhatYAMLRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"device: {set_up_tme: 1}":             "set_up_tme",
		"provisioner: {ready_after: 45}":      "Duration",
		"provisioner: {ready_after: soon}":    "soon",
		"device: {set_up_failure: often}":     "float64",
		"seed: -1":                            "seed",
		"plugs: {device: {on: perhaps}}":      "bool",
		"faults: {meteorite: 0.5}":            "meteorite",
		"device: {name: a, name: b}":          "name",
		"others: [{name: a, colour: purple}]": "colour",
	} {
		_, err := decode(text)
		isTrue(t, err != nil && strings.Contains(strings.ToLower(err.Error()), strings.ToLower(want)), text, err)
	}
}

func TestValidateNamesTheField(t *testing.T) {
	for field, change := range map[string]func(*world.Config){
		"protocol":                     func(c *world.Config) { c.Protocol = "carrier-pigeon" },
		"account.email":                func(c *world.Config) { c.Account.Email = "nobody" },
		"account.name":                 func(c *world.Config) { c.Account.Name = "a\x00b" },
		"account.totp_seed":            func(c *world.Config) { c.Account.TOTPSeed = "not base32!" },
		"account.always_asks_code":     func(c *world.Config) { c.Account.TOTPSeed, c.Account.AlwaysAsksCode = "", true },
		"account.country":              func(c *world.Config) { c.Account.Country = "usa" },
		"wifi[0].ssid":                 func(c *world.Config) { c.WiFi[0].SSID = strings.Repeat("x", 33) },
		"wifi[0].saved":                func(c *world.Config) { c.WiFi[0].Saved = "maybe" },
		"wifi":                         func(c *world.Config) { c.WiFi = manyNetworks(51) },
		"device.name":                  func(c *world.Config) { c.Device.Name = " " },
		"device.kind":                  func(c *world.Config) { c.Device.Kind = "dragon" },
		"device.set_up_time.min":       func(c *world.Config) { c.Device.SetUpTime.Min = -1 },
		"device.set_up_time.max":       func(c *world.Config) { c.Device.SetUpTime.Max = time.Second },
		"device.late_set_up_time.max":  func(c *world.Config) { c.Device.Late.Max = 25 * time.Hour },
		"device.reconnect.max":         func(c *world.Config) { c.Device.Reconnect.Max = 0 },
		"device.answer.max":            func(c *world.Config) { c.Device.Answer.Max = 0 },
		"device.card_delay":            func(c *world.Config) { c.Device.CardDelay = -time.Second },
		"device.set_up_failure":        func(c *world.Config) { c.Device.SetUpFailure = 1.01 },
		"provisioner.name":             func(c *world.Config) { c.Provisioner.Name = strings.Repeat("ö", 201) },
		"provisioner.ready_after":      func(c *world.Config) { c.Provisioner.ReadyAfter = -1 },
		"plugs.answer.max":             func(c *world.Config) { c.Plugs.Answer.Max = 0 },
		"plugs.device.name":            func(c *world.Config) { c.Plugs.Device.Name = "first LIGHT" },
		"plugs.provisioner.name":       func(c *world.Config) { c.Plugs.Provisioner.Name = "a\xffb" },
		"others":                       func(c *world.Config) { c.Others = make([]world.OtherDevice, 1001) },
		"others[1].name":               func(c *world.Config) { c.Others[1].Name = "First light " },
		"others[6].name":               func(c *world.Config) { c.Others[6].Name = "Thermostat" },
		"others[2].kind":               func(c *world.Config) { c.Others[2].Kind = "" },
		"device.vanishes_after.max":    func(c *world.Config) { c.Device.Vanishes.Max = 0 },
		"partner.app_name":             func(c *world.Config) { c.Partner.AppName = "" },
		"partner.scopes":               func(c *world.Config) { c.Partner.Scopes = slices.Repeat([]string{"x"}, 51) },
		"partner.scopes[1]":            func(c *world.Config) { c.Partner.Scopes = []string{"x", "a\nb"} },
		"partner.ffs_scope":            func(c *world.Config) { c.Partner.FFSScope = "" },
		"partner.ffs_gives_up":         func(c *world.Config) { c.Partner.FFSGivesUp = -1 },
		"partner.own_set_up_delay.max": func(c *world.Config) { c.Partner.OwnSetUpDelay.Max = 0 },
		"partner.own_set_up_time.min":  func(c *world.Config) { c.Partner.OwnSetUpTime.Min = -1 },
		"partner.delay.max":            func(c *world.Config) { c.Partner.Delay.Max = 25 * time.Hour },
		"partner.others":               func(c *world.Config) { c.Partner.Others = manyOthers(1001) },
		"partner.others[0].kind":       func(c *world.Config) { c.Partner.Others = []world.OtherDevice{{Name: "a"}} },
		"partner.others[0].name":       func(c *world.Config) { c.Partner.Others = []world.OtherDevice{{Name: "first Light", Kind: world.TV}} },
		"faults.late_set_up":           func(c *world.Config) { c.Faults.LateSetUp = -0.1 },
		"faults.stale_tile":            func(c *world.Config) { c.Faults.StaleTile = math.NaN() },
	} {
		c := world.Defaults()
		change(&c)
		var wrong *world.FieldError
		err := c.Validate()
		if !errors.As(err, &wrong) || wrong.Field != field || wrong.Problem == "" {
			t.Errorf("%s: %v", field, err)
		}
		if _, err := world.New(c, clock.NewVirtual(epoch), nil); err == nil {
			t.Errorf("%s: a lab was made of it", field)
		}
	}
	// Everything is said at once.
	c := world.Defaults()
	c.Device.Name, c.Provisioner.ReadyAfter = "", -1
	err := c.Validate().Error()
	isTrue(t, strings.Contains(err, "device.name") && strings.Contains(err, "provisioner.ready_after"), err)
}

func manyOthers(n int) []world.OtherDevice {
	all := make([]world.OtherDevice, n)
	for i := range all {
		all[i] = world.OtherDevice{Name: fmt.Sprint("device ", i), Kind: world.TV}
	}
	return all
}

func manyNetworks(n int) []world.Network {
	all := make([]world.Network, n)
	for i := range all {
		all[i] = world.Network{SSID: "x", Saved: world.SavedNot}
	}
	return all
}

// A schema for editors can be made of the tags; the defaults keep it, and each
// key has a description.
func TestTheSchema(t *testing.T) {
	r := invopop.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true}
	schema := r.Reflect(&world.Config{})
	text, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	for name, def := range schema.Definitions {
		for p := def.Properties.Oldest(); p != nil; p = p.Next() {
			isTrue(t, p.Value.Description != "", name, p.Key, "has no description")
		}
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text string) error {
		b, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		return compiled.Validate(v)
	}
	defaults, err := yaml.Marshal(world.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if err := check(string(defaults)); err != nil {
		t.Errorf("%v\n%s", err, defaults)
	}
	again, err := decode(string(defaults))
	isTrue(t, err == nil, err)
	equal(t, again, world.Defaults())
	for _, wrong := range []string{"device: {set_up_failure: 2}", "device: {set_up_time: {min: 5, max: 6}}", "protocol: x", "devices: {}"} {
		isTrue(t, check(wrong) != nil, wrong)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("seed: 7\ndevice: {set_up_failure: 0.3, set_up_time: {min: 0s, max: 1s}}")
	f.Add("others: [{name: a, kind: tv}, {name: b, kind: echo}]\nfaults: {stale_tile: 1}")
	f.Add("wifi: []\naccount: {email: x@y, country: DE}")
	f.Add("device: null")
	f.Add("wifi: !tag text")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := decode(text)
		if err != nil || c.Validate() != nil {
			return
		}
		l := newLab(t, func(d *world.Config) { *d = c })
		l.BeginAttempt("c", 1)
		l.Switch("plug-device", true)
		l.pass(time.Minute)
		l.all()
	})
}
