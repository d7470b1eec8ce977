package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ffscert/features/certification"
)

func plan(t *testing.T, id string) certification.Plan {
	t.Helper()
	c, err := Load()
	noError(t, err)
	p, err := c.Plan(id)
	noError(t, err)
	return p
}

func applicable(p certification.Plan) []string {
	var ids []string
	for _, c := range p.Cases {
		if c.NotApplicable == "" {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// same is a product derivative that the guide accepts.
func same() Profile {
	return Profile{DeviceType: "NEW", Hardware: "ESP32-C3", Firmware: "2.4.0", Derivative: &Derivative{Kind: Product,
		Original: Original{DeviceType: "OLD", Hardware: "esp32-c3", Firmware: "v2.0", Protocol: "mss-wifi"}}}
}

func TestDerivativesSelectWhatTheGuideAsksFor(t *testing.T) {
	for _, id := range []string{"mss-wifi-default", "mss-wifi-simplified"} {
		p, err := same().Apply(plan(t, id))
		noError(t, err)
		equal(t, []string{"FFS-BAR-01", "FFS-BAR-02"}, applicable(p))
		again := same()
		again.Derivative.Kind = Marketplace
		p, err = again.Apply(plan(t, id))
		noError(t, err)
		equal(t, []string{"3P2-DE-02", "FFS-BAR-01", "FFS-BAR-02"}, applicable(p))
		again.Derivative.Original = Original{}
		again.Features = certification.Features{certification.InnerBarcode: false}
		p, err = again.Apply(plan(t, id))
		noError(t, err)
		equal(t, []string{"3P2-DE-02", "FFS-BAR-01"}, applicable(p))
		k, _ := p.Case("FFS-BAR-02")
		contains(t, k.NotApplicable, "no inner barcode")
	}
	for _, p := range must(Load()).Plans() {
		whole, err := Profile{}.Apply(p)
		noError(t, err)
		lost := slices.ContainsFunc(whole.Cases, func(c certification.Case) bool {
			return c.NotApplicable != "" && !strings.HasPrefix(c.NotApplicable, "the plan's protocol is "+p.Protocol)
		})
		if lost {
			t.Errorf("%s: an unknown product loses more than its protocol takes", p.ID)
		}
	}
}

func must(c *Catalog, err error) *Catalog {
	if err != nil {
		panic(err)
	}
	return c
}

func TestDerivativesThatAreNone(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Profile)
		want   string // of the reason; empty if it is accepted
	}{
		"as it must be":          {func(*Profile) {}, ""},
		"other hardware":         {func(p *Profile) { p.Hardware = "ESP32-C6" }, `the hardware differs: "ESP32-C6", and "esp32-c3" of the certified device`},
		"hardware by spaces":     {func(p *Profile) { p.Hardware = " ESP32-C3  " }, ""},
		"next major":             {func(p *Profile) { p.Firmware = "3.0.0" }, `the firmware's major version differs: "3.0.0", and "v2.0"`},
		"major with two digits":  {func(p *Profile) { p.Firmware = "20.4" }, "major version differs"},
		"other minor":            {func(p *Profile) { p.Firmware = "2.99-beta" }, ""},
		"leading zero":           {func(p *Profile) { p.Firmware = "02" }, ""},
		"no version":             {func(p *Profile) { p.Firmware = "ESP32-2.4" }, "cannot be told (write it like 1.4.2)"},
		"same text":              {func(p *Profile) { p.Firmware, p.Derivative.Original.Firmware = "build X", "BUILD X" }, ""},
		"other protocol":         {func(p *Profile) { p.Derivative.Original.Protocol = "wss-wifi" }, `the protocol differs: "mss-wifi", and "wss-wifi" of the certified device`},
		"no original type":       {func(p *Profile) { p.Derivative.Original.DeviceType = " " }, "product.derivative.original.device_type_id is missing"},
		"the old type":           {func(p *Profile) { p.DeviceType = "old" }, "needs a new Device Type"},
		"original hardware gone": {func(p *Profile) { p.Derivative.Original.Hardware = "" }, "product.derivative.original.hardware is missing"},
		"own hardware gone":      {func(p *Profile) { p.Hardware = "" }, "product.hardware is missing"},
		"original firmware gone": {func(p *Profile) { p.Derivative.Original.Firmware = "" }, "original.firmware is missing"},
		"original protocol gone": {func(p *Profile) { p.Derivative.Original.Protocol = "" }, "original.protocol is missing"},
		"marketplace, hardware":  {func(p *Profile) { p.Derivative.Kind, p.Hardware = Marketplace, "ESP32-C6" }, "the hardware differs"},
		"marketplace, unsaid":    {func(p *Profile) { p.Derivative.Kind, p.Hardware = Marketplace, "" }, "product.hardware is missing"},
		"marketplace, same type": {func(p *Profile) { p.Derivative.Kind, p.DeviceType = Marketplace, "OLD" }, ""},
		"marketplace, nothing":   {func(p *Profile) { p.Derivative.Kind, p.Derivative.Original, p.Hardware = Marketplace, Original{}, "" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := same()
			tc.change(&p)
			got, err := p.Apply(plan(t, "mss-wifi-default"))
			if tc.want == "" {
				noError(t, err)
				return
			}
			var e *DerivativeError
			if !errors.As(err, &e) {
				t.Fatalf("accepted: %v", err)
			}
			contains(t, err.Error(), tc.want)
			contains(t, err.Error(), "the full plan is needed")
			equal(t, len(got.Cases), len(applicable(got)))
		})
	}
	_, err := same().Apply(certification.Plan{ID: "mine", Protocol: "mss-wifi", Cases: []certification.Case{{ID: "X", Group: "Other"}}})
	if err == nil {
		t.Error("a plan without the group Barcode would be tested with nothing")
	}
}

// Whatever the versions are called, two that differ in the first number are not the same.
func TestOtherMajorsAreNeverTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.IntRange(0, 30).Draw(t, "a"), rapid.IntRange(0, 30).Draw(t, "b")
		rest := rapid.SampledFrom([]string{"", ".1", ".2.3", "-rc1", " beta", "_4", "x", "+5"})
		prefix := rapid.SampledFrom([]string{"", "v", "V", "0", "fw"})
		number := func(n int) string {
			return prefix.Draw(t, "prefix") + strings.Repeat("0", n%2) + string(rune('0'+n/10)) + string(rune('0'+n%10))
		}
		x, y := number(a)+rest.Draw(t, "rest"), number(b)+rest.Draw(t, "rest")
		if same, _ := sameMajor(x, y); same && a != b {
			t.Fatalf("%q and %q", x, y)
		}
	})
}

func TestWarnings(t *testing.T) {
	for name, tc := range map[string]struct {
		plan string
		p    Profile
		want string
	}{
		"simplified":             {"mss-wifi-simplified", Profile{}, "product.reference_apid is missing"},
		"simplified, with it":    {"mss-wifi-simplified", Profile{ReferenceAPID: "Ab1x"}, ""},
		"default":                {"mss-wifi-default", Profile{}, ""},
		"ACK on the other plan":  {"wss-ble-default", Profile{SDKName: "Ack SDK 4"}, "wss-ble-simplified"},
		"an SDK like it in name": {"wss-ble-default", Profile{SDKName: "Backpack SDK"}, ""},
		"nothing to compare":     {"zss", Profile{Derivative: &Derivative{Kind: Marketplace}}, "nothing can be compared"},
		"no Device Type":         {"zss", Profile{Derivative: &Derivative{Kind: Product}}, "product.device_type_id is missing"},
	} {
		got := strings.Join(tc.p.Warnings(plan(t, tc.plan)), "\n")
		if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
