package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"ffscert/cmd/internal/config"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// profile is what of the configured product decides which cases apply.
func profile(c *config.Config) catalog.Profile {
	p := c.Product
	out := catalog.Profile{Features: certification.Features{}, DeviceType: p.DeviceTypeID, Hardware: p.Hardware, Firmware: p.Firmware, ReferenceAPID: p.ReferenceAPID}
	if p.PartnerApp != nil {
		out.Features[certification.PartnerApp] = *p.PartnerApp
	}
	if p.InnerBarcode != nil {
		out.Features[certification.InnerBarcode] = *p.InnerBarcode
	}
	if p.SDK != nil {
		out.Features[certification.SDK] = p.SDK.Integrated
		out.SDKName = p.SDK.Name
	}
	if d := p.Derivative; d != nil {
		out.Derivative = &catalog.Derivative{Kind: catalog.DerivativeKind(d.Kind), Original: catalog.Original{DeviceType: d.Original.DeviceTypeID,
			Hardware: d.Original.Hardware, Firmware: d.Original.Firmware, Protocol: d.Original.Protocol}}
	}
	return out
}

// planFor is the plan as it applies to the configured product. A derivative
// that is refused is an error of the configuration; the plan is then the one
// that is needed, in full.
func planFor(cat *catalog.Catalog, c *config.Config, id string) (certification.Plan, error) {
	plan, err := findPlan(cat, id)
	if err != nil {
		return plan, err
	}
	plan, err = profile(c).Apply(plan)
	var refused *catalog.DerivativeError
	if errors.As(err, &refused) {
		return plan, usagef("%w\n  hint: %s", refused, refused.Hint())
	}
	return plan, err
}

// warnProduct says on stderr what of the product does not fit the plan.
func warnProduct(s *state, c *config.Config, plan certification.Plan) {
	if s.quiet {
		return
	}
	for _, w := range profile(c).Warnings(plan) {
		fmt.Fprintln(s.Stderr, "warning: "+printable(w))
	}
}

// recordedProduct is the product as the journal keeps it.
func recordedProduct(c *config.Config) journal.Product {
	p := c.Product
	out := journal.Product{DeviceName: p.DeviceName, Brand: p.Brand, Model: p.Model, Firmware: p.Firmware, Hardware: p.Hardware,
		DeviceTypeID: p.DeviceTypeID, DeviceType: p.DeviceType, APID: p.APID, ReferenceAPID: p.ReferenceAPID,
		PartnerApp: p.PartnerApp, InnerBarcode: p.InnerBarcode}
	if p.SDK != nil {
		out.SDK = &journal.SDK{Integrated: p.SDK.Integrated, Name: p.SDK.Name, Certified: p.SDK.Certified}
	}
	if d := p.Derivative; d != nil {
		out.OriginalDeviceType, out.OriginalHardware = d.Original.DeviceTypeID, d.Original.Hardware
		out.OriginalFirmware, out.OriginalProtocol = d.Original.Firmware, d.Original.Protocol
	}
	return out
}

// derivative is the kind of derivative that is certified, empty for none.
func derivative(c *config.Config) string {
	if c.Product.Derivative == nil {
		return ""
	}
	return c.Product.Derivative.Kind
}

// shown is a path as the user would write it, seen from the working folder.
func (s *state) shown(path string) string {
	if rel, err := filepath.Rel(s.Dir, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}
