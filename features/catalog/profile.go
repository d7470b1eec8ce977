package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ffscert/features/certification"
)

// Profile is what of a product decides which cases of a plan apply to it.
type Profile struct {
	Features certification.Features
	// DeviceType, Hardware and Firmware are compared with those of the original
	// by a derivative; they may be empty otherwise.
	DeviceType, Hardware, Firmware string
	ReferenceAPID                  string
	SDKName                        string
	Derivative                     *Derivative // nil for a first certification
}

// DerivativeKind is one of the guide's two kinds of derivative.
type DerivativeKind string

// The kinds (guide, "Derivative Certification").
const (
	// Marketplace: the certified device itself, in another marketplace.
	Marketplace DerivativeKind = "marketplace"
	// Product: another device with the same chipset, firmware and protocol.
	Product DerivativeKind = "product"
)

// Derivative is a certification that rests on one that is there already.
type Derivative struct {
	Kind     DerivativeKind
	Original Original
}

// Original is the certified device; what is not known is empty.
type Original struct{ DeviceType, Hardware, Firmware, Protocol string }

// barcodeGroup is the name of the group that every derivative tests, and
// rerunCase the case that a marketplace derivative reruns; both are Amazon's.
const (
	barcodeGroup = "Barcode"
	rerunCase    = "3P2-DE-02"
)

// Apply returns the plan for the product: cases that do not apply say why.
// A derivative that the guide does not accept as one is a *[DerivativeError],
// with the plan as it is for a first certification.
func (p Profile) Apply(plan certification.Plan) (certification.Plan, error) {
	plan = plan.For(p.Features)
	if p.Derivative == nil {
		return plan, nil
	}
	if reasons := p.refusals(plan); len(reasons) > 0 {
		return plan, &DerivativeError{Kind: p.Derivative.Kind, Reasons: reasons}
	}
	for i := range plan.Cases {
		c := &plan.Cases[i]
		if p.Derivative.selects(*c) || c.NotApplicable != "" {
			continue
		}
		c.Undecided = nil
		c.NotApplicable = `a product derivative is tested with the group "Barcode" alone (guide, "Derivative Certification")`
		if p.Derivative.Kind == Marketplace {
			c.NotApplicable = `a marketplace derivative is tested with the group "Barcode" and ` + rerunCase + ` alone (guide, "Derivative Certification")`
		}
	}
	return plan, nil
}

// selects tells whether a derivative has to be tested with the case.
func (d Derivative) selects(c certification.Case) bool {
	return strings.EqualFold(strings.TrimSpace(c.Group), barcodeGroup) || d.Kind == Marketplace && c.ID == rerunCase
}

// DerivativeError says why a derivative is refused.
type DerivativeError struct {
	Kind    DerivativeKind
	Reasons []string
}

func (e *DerivativeError) Error() string {
	return fmt.Sprintf("product.derivative: a %s derivative is refused, the full plan is needed:\n  - %s", e.Kind, strings.Join(e.Reasons, "\n  - "))
}

// Hint says what to do.
func (e *DerivativeError) Hint() string {
	return "correct the product, or remove product.derivative and run the full plan"
}

// refusals are the reasons against a derivative. What cannot be compared is one
// for a product derivative: the guide asks for the same hardware, firmware and
// protocol, and nothing says so.
func (p Profile) refusals(plan certification.Plan) []string {
	d, o := p.Derivative, p.Derivative.Original
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	compare := func(field, what, ours, theirs, oursAt string, same func(a, b string) (bool, string)) {
		if strings.TrimSpace(theirs) == "" && d.Kind == Marketplace {
			return
		}
		missing := false
		for _, f := range []struct{ at, value string }{{field, theirs}, {oursAt, ours}} {
			if strings.TrimSpace(f.value) == "" {
				add("%s is missing: it must be known whether the %s is the same", f.at, what)
				missing = true
			}
		}
		if ok, why := same(ours, theirs); !ok && !missing {
			add("the %s differs%s: %q, and %q of the certified device", what, why, ours, theirs)
		}
	}
	if d.Kind == Product {
		switch {
		case strings.TrimSpace(o.DeviceType) == "":
			add("product.derivative.original.device_type_id is missing: the report must name the Device Type of the original device")
		case sameText(p.DeviceType, o.DeviceType):
			add("product.device_type_id is that of the original device, %q: a product derivative needs a new Device Type", o.DeviceType)
		}
	}
	text := func(a, b string) (bool, string) { return sameText(a, b), "" }
	compare("product.derivative.original.hardware", "hardware", p.Hardware, o.Hardware, "product.hardware", text)
	compare("product.derivative.original.firmware", "firmware's major version", p.Firmware, o.Firmware, "product.firmware", sameMajor)
	compare("product.derivative.original.protocol", "protocol", plan.Protocol, o.Protocol, "the plan's protocol", text)
	if !slices.ContainsFunc(plan.Cases, func(c certification.Case) bool { return strings.EqualFold(strings.TrimSpace(c.Group), barcodeGroup) }) {
		add(`the plan %s has no case of the group "Barcode", with which a derivative is tested`, plan.ID)
	}
	if _, ok := plan.Case(rerunCase); !ok && d.Kind == Marketplace {
		add("the plan %s has no case %s, with which a marketplace derivative is tested", plan.ID, rerunCase)
	}
	return all
}

// sameText compares what people write, without regard to case and spaces.
func sameText(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// version is a version whose major part is beyond doubt: 1, v2.0, 1.4.2-rc1.
var version = regexp.MustCompile(`^[vV]?0*([0-9]+)($|[.+_\- ])`)

// sameMajor compares the major parts of two versions. Where one cannot be told,
// only the same text is the same.
func sameMajor(a, b string) (same bool, why string) {
	if sameText(a, b) {
		return true, ""
	}
	x, y := version.FindStringSubmatch(strings.TrimSpace(a)), version.FindStringSubmatch(strings.TrimSpace(b))
	if x == nil || y == nil {
		return false, ", or cannot be told (write it like 1.4.2)"
	}
	return x[1] == y[1], ""
}

// ack finds Amazon's Alexa Connect Kit in the name of an SDK.
var ack = regexp.MustCompile(`(?i)\b(ack|alexa connect kit)\b`)

// Warnings are what of the profile does not fit the plan and does not keep it
// from being run.
func (p Profile) Warnings(plan certification.Plan) []string {
	var all []string
	if plan.Variant == "simplified" && p.ReferenceAPID == "" {
		all = append(all, "product.reference_apid is missing: the plan "+plan.ID+" is for a product on a certified reference design, and Amazon gives a Reference APID to it at the product's registration")
	}
	if plan.ID == "wss-ble-default" && ack.MatchString(p.SDKName) {
		all = append(all, fmt.Sprintf("product.sdk.name is %q: the guide names the plan wss-ble-simplified for ACK SDK devices, and wss-ble-default for others", p.SDKName))
	}
	if d := p.Derivative; d != nil {
		if d.Kind == Product && strings.TrimSpace(p.DeviceType) == "" {
			all = append(all, "product.device_type_id is missing: a product derivative needs a new Device Type")
		}
		if d.Kind == Marketplace && d.Original == (Original{}) {
			all = append(all, "product.derivative.original is missing: nothing can be compared with the certified device; other hardware, another major firmware version or another protocol needs the full plan")
		}
	}
	return all
}
