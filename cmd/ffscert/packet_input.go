package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ffscert/cmd/internal/config"
	"ffscert/features/catalog"
	"ffscert/features/catalog/sheet"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/packet"
	"ffscert/reports/render/safe"
)

// campaign joins the runs and compares them with what is known now: the plan of
// the catalogue, the scenarios, Amazon's sheet. What is wrong with the sheet is
// returned beside it.
func (o packetOptions) campaign(s *state, c *config.Config, in packet.Input) (*packet.Campaign, []packet.Shortfall, error) {
	joined, err := packet.Join(in)
	if err != nil {
		return nil, nil, usage(err)
	}
	rec := joined.Joined
	cat, owns, err := s.plans(c)
	if err != nil {
		return nil, nil, err
	}
	if plan, err := cat.Plan(rec.Plan.ID); err == nil {
		if plan, err = profileOf(rec.Header).Apply(plan); err != nil {
			return nil, nil, usage(err)
		}
		joined.Newest, joined.Newer = &plan, newerPlan(cat, plan)
	}
	if joined.Scenarios, err = scenariosNow(s, c, joined); err != nil {
		return nil, nil, err
	}
	joined.SheetNeeded = slices.ContainsFunc(owns, func(w catalog.Own) bool { return w.Plan.ID == rec.Plan.ID && w.File.Sheet != nil })
	if o.fill.file == "" {
		return joined, nil, nil
	}
	wrong, err := o.fillSheet(s, c, joined)
	return joined, wrong, err
}

// profileOf is what of the product that was tested decides which cases apply.
func profileOf(h journal.Header) catalog.Profile {
	p := h.Product
	out := catalog.Profile{Features: certification.Features{}, DeviceType: p.DeviceTypeID, Hardware: p.Hardware, Firmware: p.Firmware, ReferenceAPID: p.ReferenceAPID}
	if p.PartnerApp != nil {
		out.Features[certification.PartnerApp] = *p.PartnerApp
	}
	if p.InnerBarcode != nil {
		out.Features[certification.InnerBarcode] = *p.InnerBarcode
	}
	if p.SDK != nil {
		out.Features[certification.SDK] = p.SDK.Integrated
	}
	if h.Derivative != "" {
		out.Derivative = &catalog.Derivative{Kind: catalog.DerivativeKind(h.Derivative), Original: catalog.Original{DeviceType: p.OriginalDeviceType,
			Hardware: p.OriginalHardware, Firmware: p.OriginalFirmware, Protocol: p.OriginalProtocol}}
	}
	return out
}

// newerPlan is another plan of the same protocol and variant with a higher
// version; empty if there is none.
func newerPlan(cat *catalog.Catalog, plan certification.Plan) string {
	for _, p := range cat.Plans() {
		if p.ID != plan.ID && p.Protocol == plan.Protocol && p.Variant == plan.Variant && compareVersions(p.Version, plan.Version) > 0 {
			return p.ID + ", version " + p.Version
		}
	}
	return ""
}

var versionPattern = regexp.MustCompile(`^[vV]?[0-9]{1,9}(\.[0-9]{1,9})*$`)

// compareVersions compares versions such as 1.2 and 1.10 part by part. Of those
// that are written in any other way neither is known to be the higher one.
func compareVersions(a, b string) int {
	if !versionPattern.MatchString(a) || !versionPattern.MatchString(b) {
		return 0
	}
	numbers := func(v string) (list []int) {
		for _, part := range strings.Split(strings.TrimLeft(v, "vV"), ".") {
			n, _ := strconv.Atoi(part) // the pattern allows digits only
			list = append(list, n)
		}
		for len(list) > 0 && list[len(list)-1] == 0 {
			list = list[:len(list)-1]
		}
		return list
	}
	return slices.Compare(numbers(a), numbers(b))
}

// scenariosNow are the scenarios that carry out each case of the plan, as the
// runs would find them now.
func scenariosNow(s *state, c *config.Config, joined *packet.Campaign) (map[string][]string, error) {
	folder, files := "", []string(nil) // without a folder of its own a run takes that of the configuration
	for _, r := range joined.Runs {
		if o := r.Record.Selection.Options; o != nil {
			folder = firstOf(o.Features, folder)
			files = append(files, o.Files...)
		}
	}
	scenarios, _, err := loadFeatures(s, c, folder)
	if err != nil {
		return nil, err
	}
	scenarios, _ = addFiles(s, scenarios, files)
	list := map[string][]string{}
	for _, sc := range scenarios {
		id := sc.Case(joined.Joined.Plan)
		list[id] = append(list[id], sc.Title())
	}
	return list, nil
}

// fillSheet fills Amazon's sheet in with the results of all runs.
func (o packetOptions) fillSheet(s *state, c *config.Config, joined *packet.Campaign) ([]packet.Shortfall, error) {
	words, err := parseWords(o.fill.words)
	if err != nil {
		return nil, err
	}
	data, err := readBounded(s.path(o.fill.file), sheet.MaxFile)
	if err != nil {
		return nil, usagef("%w\n  hint: name the test plan that you downloaded, an XLSX workbook", err)
	}
	options, _, err := o.fill.reading(s, c, joined.Matrix, data)
	if err != nil {
		return nil, err
	}
	book, err := sheet.Read(o.fill.file, data, options)
	if err != nil {
		return nil, usage(err)
	}
	filled, err := sheet.Fill(o.fill.file, data, book, entriesOf(joined.Matrix), sheet.FillOptions{Tester: safe.Text(o.fill.tester, 200), Words: words})
	if err != nil {
		return nil, usage(err)
	}
	joined.Sheet = filled.Data
	var wrong []packet.Shortfall
	for _, f := range filled.Findings {
		wrong = append(wrong, packet.Shortfall{Rule: "sheet", Message: f.String()})
	}
	if len(filled.Cells) == 0 {
		wrong = append(wrong, packet.Shortfall{Rule: "sheet", Message: o.fill.file + ": nothing could be filled in: none of its cases has a result in these runs"})
	}
	return wrong, nil
}
