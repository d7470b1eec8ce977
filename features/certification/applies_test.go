package certification

import (
	"slices"
	"testing"
)

func conditional() Plan {
	return Plan{Protocol: "zss", Variant: "default", Radios: "Zigbee", Cases: []Case{
		{ID: "free", Method: Automated},
		{ID: "wifi", Method: Automated, Applies: []Condition{{Protocols: []string{"wss-wifi"}, Because: "it is about Wi-Fi"}}},
		{ID: "simple", Method: Automated, Applies: []Condition{{Variants: []string{"simplified"}, Because: "it is short"}}},
		{ID: "app", Method: Automated, Applies: []Condition{{Product: PartnerApp, Because: "there is none"}}},
		{ID: "person", Method: Automated, Applies: []Condition{{Product: PartnerApp, Otherwise: Attended, Because: "nobody can follow it"}}},
		{ID: "both", Method: Evidence, Applies: []Condition{{Product: SDK, Because: "no SDK"}, {Product: InnerBarcode, Because: "no barcode"}}},
	}}
}

func TestWhatIsNotSaidLeavesACaseIn(t *testing.T) {
	p := conditional().For(nil)
	for _, c := range p.Cases {
		if out := c.NotApplicable != ""; out != (c.ID == "wifi" || c.ID == "simple") || c.Adapted != "" {
			t.Errorf("%s: %q %q", c.ID, c.NotApplicable, c.Adapted)
		}
	}
	if got := p.Cases[1].NotApplicable; got != "the plan's protocol is zss (radios: Zigbee): it is about Wi-Fi" {
		t.Error(got)
	}
	if got := p.Cases[5].Undecided; !slices.Equal(got, []Feature{SDK, InnerBarcode}) {
		t.Error(got)
	}
}

func TestAProductWithoutAFeature(t *testing.T) {
	plan := conditional()
	p := plan.For(Features{PartnerApp: false, SDK: true, InnerBarcode: false})
	for id, want := range map[string]Case{
		"app":    {Method: Automated, NotApplicable: "the product has no partner app: there is none"},
		"person": {Method: Attended, Adapted: "the product has no partner app: nobody can follow it"},
		"both":   {Method: Evidence, NotApplicable: "the product has no inner barcode: no barcode"},
		"free":   {Method: Automated},
	} {
		c, _ := p.Case(id)
		if c.Method != want.Method || c.NotApplicable != want.NotApplicable || c.Adapted != want.Adapted || len(c.Undecided) != 0 {
			t.Errorf("%s: %+v", id, c)
		}
	}
	for _, c := range plan.Cases {
		if c.NotApplicable != "" || c.Adapted != "" || c.ID == "person" && c.Method != Automated {
			t.Errorf("the plan itself was changed: %+v", c)
		}
	}
	with := plan.For(Features{PartnerApp: true, SDK: true, InnerBarcode: true})
	for _, c := range with.Cases[3:] {
		if c.NotApplicable != "" || c.Adapted != "" {
			t.Errorf("%+v", c)
		}
	}
}
