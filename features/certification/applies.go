package certification

import (
	"slices"
	"strings"
)

// Feature is something that a product has or has not, and on which it depends
// whether a case applies.
type Feature string

// The features, by the name that they have in the product's profile.
const (
	PartnerApp   Feature = "partner_app"   // an app of the maker's own
	SDK          Feature = "sdk"           // an SDK is integrated for Frustration-Free Setup
	InnerBarcode Feature = "inner_barcode" // a barcode in the box that the customer scans
)

// Words name the feature in a sentence.
func (f Feature) Words() string {
	switch f {
	case PartnerApp:
		return "a partner app"
	case SDK:
		return "an SDK"
	case InnerBarcode:
		return "an inner barcode"
	}
	return string(f)
}

// Condition is one reason for which a case may not apply. Exactly one of
// Protocols, Variants and Product is given.
type Condition struct {
	Protocols []string `json:"protocols,omitempty"` // the plan's protocol must be one of these
	Variants  []string `json:"variants,omitempty"`  // the plan's variant must be one of these
	Product   Feature  `json:"product,omitempty"`   // the product must have this
	// Otherwise is what becomes of the case where the condition does not hold:
	// empty means that it does not apply, [Attended] that it applies, and that
	// a person decides it because no scenario can.
	Otherwise Method `json:"otherwise,omitempty"`
	// Because says in words why the condition matters.
	Because string `json:"because"`
}

// Features says which features a product has. What is not in it is not known,
// and a case that depends on it applies.
type Features map[Feature]bool

// For returns the plan for a product with those features: cases that do not
// apply say why, cases that a scenario cannot decide for it become attended.
// The plan itself is not changed.
func (p Plan) For(product Features) Plan {
	p.Cases = slices.Clone(p.Cases)
	for i := range p.Cases {
		c := &p.Cases[i]
		c.Undecided = nil
		for _, cond := range c.Applies {
			if _, known := product[cond.Product]; cond.Product != "" && !known {
				c.Undecided = append(c.Undecided, cond.Product)
			}
			why := cond.fails(p, product)
			switch {
			case why == "" || c.NotApplicable != "":
			case cond.Otherwise == Attended:
				c.Method, c.Adapted = Attended, why
			default:
				c.NotApplicable = why
			}
		}
	}
	return p
}

// fails says why the condition does not hold; empty where it does.
func (c Condition) fails(p Plan, product Features) string {
	var fact string
	switch {
	case len(c.Protocols) > 0 && !slices.Contains(c.Protocols, p.Protocol):
		fact = "the plan's protocol is " + p.Protocol + " (radios: " + p.Radios + ")"
	case len(c.Variants) > 0 && !slices.Contains(c.Variants, p.Variant):
		fact = "the plan's variant is " + p.Variant
	case c.Product != "":
		if has, known := product[c.Product]; has || !known {
			return ""
		}
		_, what, _ := strings.Cut(c.Product.Words(), " ")
		fact = "the product has no " + what
	default:
		return ""
	}
	return fact + ": " + c.Because
}
