package packet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// Shortfalls are all reasons for which no packet can be made of the runs, the
// age of the tests excepted; see [Campaign.TooOld].
func (c *Campaign) Shortfalls() []Shortfall {
	list := c.simulated()
	list = append(list, c.unfinished()...)
	list = append(list, c.apart...)
	list = append(list, c.product()...)
	list = append(list, c.oldPlan()...)
	list = append(list, c.notFinal()...)
	list = append(list, c.barcodes()...)
	if c.SheetNeeded && c.Sheet == nil {
		list = append(list, Shortfall{"sheet", "the plan was imported from Amazon's sheet: give the sheet with --sheet, so that it is filled in"})
	}
	return list
}

// TooOld are the runs that ended more than seven days before a moment.
func (c *Campaign) TooOld(now time.Time) []Shortfall {
	var list []Shortfall
	for _, r := range c.Runs {
		if by := r.Record.Ended.Add(submitWithin); r.Record.State == journal.Finished && now.After(by) {
			list = append(list, Shortfall{"age", fmt.Sprintf("run %s ended on %s UTC: its tests are older than 7 days, and had to be submitted by %s UTC (guide, \"Timeline\"); run them again",
				r.Record.ID, minute(r.Record.Ended), minute(by))})
		}
	}
	return list
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func (c *Campaign) simulated() []Shortfall {
	var list []Shortfall
	for _, r := range c.Runs {
		if r.Record.Simulated() {
			list = append(list, Shortfall{"simulated", fmt.Sprintf("run %s was simulated, and proves nothing for a certification", r.Record.ID)})
		}
	}
	return list
}

func (c *Campaign) unfinished() []Shortfall {
	var list []Shortfall
	for _, r := range c.Runs {
		switch r.Record.State {
		case journal.Finished:
		case journal.Running:
			list = append(list, Shortfall{"state", fmt.Sprintf("run %s is still going on", r.Record.ID)})
		default:
			list = append(list, Shortfall{"state", fmt.Sprintf("run %s was interrupted: ffscert run --resume %s goes on with it", r.Record.ID, r.Record.ID)})
		}
	}
	return list
}

func (c *Campaign) product() []Shortfall {
	var list []Shortfall
	if strings.TrimSpace(c.Joined.AmazonCustomerID) == "" {
		list = append(list, Shortfall{"customer-id", "the Amazon customer ID is missing: product.amazon_customer_id in the configuration of the run (guide, \"Certification Steps\")"})
	}
	if strings.TrimSpace(c.Joined.Product.Firmware) == "" {
		list = append(list, Shortfall{"firmware", "the firmware that was tested is not said: product.firmware in the configuration of the run"})
	}
	if c.Joined.Derivative == "product" && c.Joined.Product.OriginalDeviceType == "" {
		list = append(list, Shortfall{"derivative", "the Device Type of the original device is missing (guide, \"Derivative process\")"})
	}
	return list
}

// oldPlan compares the plan of the runs with that of the catalogue.
func (c *Campaign) oldPlan() []Shortfall {
	p := c.Joined.Plan
	bad := func(format string, args ...any) []Shortfall {
		return []Shortfall{{"plan", fmt.Sprintf(format, args...)}}
	}
	switch {
	case c.Newest == nil:
		return bad("the catalogue does not know the plan %s", p.ID)
	case c.Newest.Version != p.Version:
		return bad("the plan %s is version %s, the newest one that the catalogue knows is %s: run that one", p.ID, p.Version, c.Newest.Version)
	case c.Newer != "":
		return bad("the plan %s (version %s) is not the newest one that the catalogue knows for %s: %s", p.ID, p.Version, p.Protocol, c.Newer)
	}
	var list []Shortfall
	for _, k := range c.Newest.Cases {
		was, ok := p.Case(k.ID)
		switch {
		case !ok:
			list = append(list, bad("the plan %s has had no case %s when it was run: run it again", p.ID, k.ID)...)
		case was.Criterion != k.Criterion:
			list = append(list, bad("the criterion of %s has changed since it was run", k.ID)...)
		case was.NotApplicable != "" && k.NotApplicable == "":
			list = append(list, bad("%s applies to the product now, and did not when it was run", k.ID)...)
		}
	}
	return list
}

// notFinal are the cases that are neither passed nor waived.
func (c *Campaign) notFinal() []Shortfall {
	var list []Shortfall
	for _, id := range c.Matrix.NotSelected {
		if k, _ := c.Joined.Plan.Case(id); k.NotApplicable == "" {
			list = append(list, Shortfall{"partial", fmt.Sprintf("%s was in none of the runs: they do not add up to the whole plan", id)})
		}
	}
	for _, k := range c.Matrix.Cases {
		switch k.Verdict {
		case certification.Passed, certification.Warning, certification.Waived, certification.NotApplicable:
		default:
			list = append(list, Shortfall{string(k.Verdict), fmt.Sprintf("%s is %s: %s", k.ID, strings.ReplaceAll(string(k.Verdict), "_", " "), shortened(k.Message))})
		}
		scope, _ := c.Joined.Scope(k.ID)
		for _, s := range c.Scenarios[k.ID] {
			if k.Verdict != certification.NotApplicable && !slices.Contains(scope.Scenarios, s) && len(k.AttemptList) > 0 {
				list = append(list, Shortfall{"partial", fmt.Sprintf("%s: the scenario %q was in none of the runs", k.ID, shortened(s))})
			}
		}
	}
	for _, w := range c.Matrix.WaiverErrors() {
		list = append(list, Shortfall{"waiver", fmt.Sprintf("the waiver of %s is %s: %s", w.Case, w.State, shortened(w.Message))})
	}
	return list
}

// barcodeGroup is the one public name of a group of Amazon's.
const barcodeGroup = "Barcode"

// barcodes asks for a picture with its size for every case of the group Barcode
// that is decided by evidence, and for one picture in any case (guide,
// "Certification Steps": images and dimensions).
func (c *Campaign) barcodes() []Shortfall {
	pictures := c.Barcodes()
	var list []Shortfall
	for _, k := range c.Matrix.Cases {
		if !strings.EqualFold(strings.TrimSpace(k.Group), barcodeGroup) || k.Method != certification.Evidence ||
			k.Verdict == certification.NotApplicable || k.Verdict == certification.Waived {
			continue
		}
		if !slices.ContainsFunc(pictures, func(b Barcode) bool { return b.Case == k.ID }) {
			list = append(list, Shortfall{"barcode", fmt.Sprintf("%s: the picture of the barcode with its width and height in mm is missing: ffscert review", k.ID)})
		}
	}
	if len(pictures) == 0 && len(list) == 0 {
		list = append(list, Shortfall{"barcode", "no picture of a barcode with its width and height in mm was shown: ffscert review (guide, \"Certification Steps\")"})
	}
	return list
}
