package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"golang.org/x/text/language"

	"ffscert/drivers/virtual/world"
)

// Latency names a profile of what an operation costs on the virtual phone.
type Latency string

// The profiles.
const (
	LatencyPhone Latency = "phone" // the figures of a real phone
	LatencyNone  Latency = "none"
)

// Virtual is a simulated lab with a simulated phone. Names of device, plugs
// and provisioner that it does not give are those of the product and the
// testbed, its seed is the file's; for the rest there is a default.
type Virtual struct {
	// Latency is what an operation costs on the simulated phone: "phone" (the
	// figures of a real one, the default) or "none".
	Latency Latency `yaml:"latency,omitempty" json:"latency" jsonschema:"enum=phone,enum=none"`
	// Locale of the simulated phone, such as en-US (the default), de-DE or
	// ja-JP; the built-in Alexa apps speak English, German and Japanese.
	Locale string `yaml:"locale,omitempty" json:"locale,omitempty"`
	// FontScale is how much larger than designed the letters on the simulated
	// phone are, as its settings have it: 1.0 (the default) to 3.0; Android's
	// largest is 2.0. Smaller ones go down to 0.5.
	FontScale float64 `yaml:"font_scale,omitempty" json:"font_scale,omitempty" jsonschema:"minimum=0.5,maximum=3"`
	// App is the model of the Alexa app: the name of a built-in one, or the
	// path of a YAML file, relative to this file. By default
	// alexa-2023.23.
	App string `yaml:"app,omitempty" json:"app,omitempty"`
	// PartnerApp is the model of the maker's own app, in the same way; by
	// default the built-in demonstration, "partner-demo".
	PartnerApp string `yaml:"partner_app,omitempty" json:"partner_app,omitempty"`
	// Replay is a folder of recorded traffic, that of a run with --record or one
	// file of it, relative to this file. Instead of a simulated lab, what was
	// recorded answers, and is the clock: waits cost nothing.
	Replay       string `yaml:"replay,omitempty" json:"replay,omitempty"`
	world.Config `yaml:",inline"`
	// ProtocolGiven tells whether the file gives the lab's protocol; otherwise
	// it is that of the plan.
	ProtocolGiven bool `yaml:"-" json:"-"`
}

func defaultVirtual() *Virtual {
	lab := world.Defaults()
	// The devices list, the new device included, fits on the screen: scripts
	// that never scroll while they wait find it, too.
	lab.Others = lab.Others[:4]
	return &Virtual{Latency: LatencyPhone, Config: lab}
}

// UnmarshalYAML keeps the default of what is not given.
func (v *Virtual) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Virtual
	p := plain(*defaultVirtual())
	if err := unmarshal(&p); err != nil {
		return err
	}
	*v = Virtual(p)
	return nil
}

// completeVirtual hands names to the simulated lab, where the file gives none
// for it.
func (t *tree) completeVirtual(c *Config, b *Testbed, tokens []string) {
	v := b.Virtual
	v.ProtocolGiven = t.has(slices.Concat(tokens, []string{"virtual", "protocol"})...)
	for _, n := range []struct {
		to   *string
		from string
		at   []string
	}{
		{&v.Device.Name, c.Product.DeviceName, []string{"device", "name"}},
		{&v.Plugs.Device.Name, b.Plugs.Device, []string{"plugs", "device", "name"}},
		{&v.Plugs.Provisioner.Name, b.Plugs.Provisioner, []string{"plugs", "provisioner", "name"}},
		{&v.Provisioner.Name, b.Provisioner, []string{"provisioner", "name"}},
	} {
		at := slices.Concat(tokens, []string{"virtual"}, n.at)
		switch {
		case n.from == "":
		case !t.has(at...):
			*n.to = n.from
		case !SameName(*n.to, n.from):
			p := t.at(at...)
			c.Warnings = append(c.Warnings, Problem{File: t.file, Line: p.line, Field: p.field,
				Text: "the lab's name " + quote(*n.to) + " is not the one that the run looks for, " + quote(n.from),
				Hint: "leave it away unless that is what you want to try"})
		}
	}
	if !t.has(slices.Concat(tokens, []string{"virtual", "others"})...) {
		// The default household must not be in the way of the names given.
		v.Others = slices.DeleteFunc(v.Others, func(o world.OtherDevice) bool {
			return slices.ContainsFunc([]string{v.Device.Name, v.Plugs.Device.Name, v.Plugs.Provisioner.Name, v.Provisioner.Name},
				func(name string) bool { return SameName(name, o.Name) })
		})
	}
}

// completeSeed makes the seed one: what an attempt meets depends on the run's
// seed, and not on the testbed that happens to carry it out. A virtual testbed
// may give it instead of the file's top, and must not contradict.
func (t *tree) completeSeed(c *Config) {
	given := t.has("seed")
	for i, b := range c.Testbeds {
		at := []string{"testbeds", strconv.Itoa(i), "virtual", "seed"}
		switch {
		case b.Virtual == nil || !t.has(at...):
		case b.Virtual.Seed > math.MaxInt64:
			t.report(fmt.Sprintf("is %d, must be at most %d", b.Virtual.Seed, math.MaxInt64), "", at...)
		case !given:
			c.Seed, given = int64(b.Virtual.Seed), true
		case c.Seed != int64(b.Virtual.Seed):
			t.report(fmt.Sprintf("is %d, and another seed of this file is %d", b.Virtual.Seed, c.Seed), "a run has one seed: keep that of the top", at...)
		}
	}
	if c.Seed >= 0 {
		c.SetSeed(c.Seed)
	}
}

// judgeVirtual says what the simulated lab itself has to say of its configuration.
func (t *tree) judgeVirtual(v *Virtual, tokens []string) {
	if _, err := language.Parse(v.Locale); v.Locale != "" && err != nil {
		t.report(quote(v.Locale)+" is no locale", "write it like en-US, de-DE or ja-JP", slices.Concat(tokens, []string{"virtual", "locale"})...)
	}
	err := v.Config.Validate()
	if err == nil {
		return
	}
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, err := range all {
		var fe *world.FieldError
		if !errors.As(err, &fe) {
			t.report(err.Error(), "", slices.Concat(tokens, []string{"virtual"})...)
			continue
		}
		at := slices.Concat(tokens, []string{"virtual"}, splitField(fe.Field))
		if at[len(at)-1] == "name" && !t.has(at...) {
			continue // a name of the testbed's, and said there
		}
		t.report(fe.Problem, "", at...)
	}
}

// SetSeed replaces the seed, that of virtual testbeds included; seed ≥ 0.
func (c *Config) SetSeed(seed int64) {
	c.Seed = seed
	for i := range c.Testbeds {
		if v := c.Testbeds[i].Virtual; v != nil {
			v.Seed = uint64(seed)
		}
	}
}
