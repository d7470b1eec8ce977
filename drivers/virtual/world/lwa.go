package world

import "slices"

// LWAFault is one thing that is wrong on the way through Login with Amazon. What
// it looks like is data of the models (field auth.wrong).
type LWAFault string

// The faults, each named after the rule of the consent audit that finds it.
const (
	LWAButton      LWAFault = "button"      // the button says something else
	LWAReason      LWAFault = "reason"      // the explanation does not say how to undo it
	LWAUnexplained LWAFault = "unexplained" // the app hands over without an explanation
	LWAIdentity    LWAFault = "identity"    // no privacy notice
	LWARefuse      LWAFault = "refuse"      // the consent cannot be refused
	LWAProminence  LWAFault = "prominence"  // refusing is small and faint
	LWALabel       LWAFault = "label"       // the label of refusing shames the customer
	LWALocale      LWAFault = "locale"      // a text in another language
	LWAContrast    LWAFault = "contrast"    // text that can hardly be seen
	LWATarget      LWAFault = "target"      // a button that can hardly be hit
	LWAClipped     LWAFault = "clipped"     // a text that is cut
	LWAReadable    LWAFault = "readable"    // a sentence without an end
)

// LWAFaults are all of them.
func LWAFaults() []LWAFault {
	return []LWAFault{LWAButton, LWAReason, LWAUnexplained, LWAIdentity, LWARefuse, LWAProminence, LWALabel, LWALocale, LWAContrast, LWATarget, LWAClipped, LWAReadable}
}

func (f LWAFault) known() bool { return f == "" || slices.Contains(LWAFaults(), f) }
