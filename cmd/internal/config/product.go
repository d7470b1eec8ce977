package config

import (
	"fmt"
	"unicode/utf8"
)

// maxProductText bounds what is said of the product, in characters.
const maxProductText = 200

// judgeProduct says what the schema cannot of the product.
func (t *tree) judgeProduct(c *Config) {
	p := c.Product
	at := []string{"product"}
	for _, f := range []struct{ key, text string }{{"brand", p.Brand}, {"model", p.Model}, {"firmware", p.Firmware}, {"hardware", p.Hardware},
		{"device_type_id", p.DeviceTypeID}, {"device_type", p.DeviceType}, {"apid", p.APID}, {"reference_apid", p.ReferenceAPID},
		{"amazon_customer_id", p.AmazonCustomerID}} {
		t.judgeText(f.text, child(at, f.key))
	}
	if s := p.SDK; s != nil {
		sdk := child(at, "sdk")
		t.judgeText(s.Name, child(sdk, "name"))
		if !s.Integrated && t.has(child(sdk, "integrated")...) {
			for _, f := range []struct {
				key   string
				given bool
			}{{"name", s.Name != ""}, {"certified", s.Certified}} {
				if f.given {
					t.report("is given, but integrated is false", "remove it, or write integrated: true", child(sdk, f.key)...)
				}
			}
		}
	}
	if p.PartnerApp != nil && !*p.PartnerApp && c.Screens.Partner != "" {
		where := t.at("product", "partner_app")
		c.Warnings = append(c.Warnings, Problem{File: t.file, Line: where.line, Field: where.field,
			Text: "is false, and screens.partner gives a map of such an app", Hint: "cases that need the app do not apply; write partner_app: true if there is one"})
	}
	if d := p.Derivative; d != nil {
		t.judgeDerivative(p, *d, child(at, "derivative"))
	}
}

func (t *tree) judgeDerivative(p Product, d Derivative, at []string) {
	original := child(at, "original")
	for _, f := range []struct{ key, text string }{{"device_type_id", d.Original.DeviceTypeID}, {"hardware", d.Original.Hardware}, {"firmware", d.Original.Firmware}} {
		t.judgeText(f.text, child(original, f.key))
	}
	if d.Kind != "product" {
		return
	}
	const compared = "a product derivative has the same hardware, firmware and protocol as the original device: both must be given to be compared"
	for _, f := range []struct {
		at    []string
		given bool
		why   string
	}{
		{child(original, "device_type_id"), d.Original.DeviceTypeID != "", "the report must name the Device Type of the original device"},
		{child(original, "hardware"), d.Original.Hardware != "", compared},
		{child(original, "firmware"), d.Original.Firmware != "", compared},
		{child(original, "protocol"), d.Original.Protocol != "", compared},
		{[]string{"product", "hardware"}, p.Hardware != "", compared},
		{[]string{"product", "firmware"}, p.Firmware != "", compared},
	} {
		if !f.given {
			t.report("is missing", f.why, f.at...)
		}
	}
}

func (t *tree) judgeText(text string, at []string) {
	if n := utf8.RuneCountInString(text); n > maxProductText {
		t.report(fmt.Sprintf("is longer than %d characters", maxProductText), "", at...)
	}
}
