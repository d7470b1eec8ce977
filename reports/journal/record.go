// Package journal keeps the durable record of a run: what was to be done, and
// every attempt that was made. An attempt is on the disk before Append returns,
// so that nothing that was reported is lost when something dies.
//
// It knows nothing of verdict rules, renderings or phones: whatever is reported
// is computed elsewhere, from a [Record] alone.
package journal

import (
	"time"

	"ffscert/features/certification"
)

// State is how far a run has come.
type State string

// The states.
const (
	Running State = "running"
	// Finished means that the run came to its end by itself, whatever its verdict.
	Finished State = "finished"
	// Interrupted means that the run was stopped, or that its process died: a
	// run that says running and that nobody writes to is read as interrupted.
	Interrupted State = "interrupted"
)

// Header is what is known of a run before its first attempt. It is frozen then.
type Header struct {
	// ID is given by [Create], such as "20261122-161403-ab12": UTC and a random
	// part. Run ids sort by time.
	ID      string    `json:"id"`
	Created time.Time `json:"created_utc"`
	// ToolVersion is that of the ffscert which made the run.
	ToolVersion string `json:"tool_version"`
	// Plan is the whole plan as it was on that day.
	Plan      certification.Plan `json:"plan"`
	Product   Product            `json:"product"`
	Selection Selection          `json:"selection"`
	// Derivative is "", "marketplace" or "product" (guide, "Derivative Certification").
	Derivative       string `json:"derivative,omitempty"`
	AmazonCustomerID string `json:"amazon_customer_id,omitempty"`
	Seed             int64  `json:"seed"`
	// Scopes say what the run owes to each selected case, in the order in which
	// they are run. A case of the plan that has no scope was not selected.
	Scopes []Scope `json:"scopes"`
	// Scenarios are the selected scenarios as they were, in the order of the
	// scopes; nil in a run of an older version, which did not keep them.
	Scenarios []FrozenScenario `json:"scenarios,omitempty"`
	// BlockedShare is the share of blocked attempts above which a case is
	// blocked, 0 < x < 1; 0 means the default, 0.25.
	BlockedShare float64 `json:"blocked_share,omitempty"`
	// StopWhenProven ends a rate case as soon as its target is proven with 95 %
	// confidence.
	StopWhenProven bool `json:"stop_when_proven,omitempty"`
	// Waivers are the exceptions that were agreed before the run.
	Waivers []certification.Waiver `json:"waivers,omitempty"`
	// Simulated marks a run that was simulated from the start. It is never
	// cleared; see [Record.Simulated].
	Simulated bool `json:"simulated"`
}

// Selection is what was asked to be run.
type Selection struct {
	// Text is the selection as the user gave it, such as "--case 3P2-DE-02"; empty for the whole plan.
	Text string `json:"text"`
	// Partial is true for everything less than the whole plan with the plan's
	// number of attempts. Such a run never becomes a packet by itself.
	Partial bool `json:"partial"`
	// Options are what was asked for, so that a run can be continued without
	// saying it again; nil in a run of an older version.
	Options *Options `json:"options,omitempty"`
}

// Options are the options of a run that say what is certified, and where. What
// was left to the configuration is empty.
type Options struct {
	Plan     string   `json:"plan,omitempty"`
	Cases    []string `json:"cases,omitempty"`
	Tags     string   `json:"tags,omitempty"`
	Files    []string `json:"files,omitempty"`
	Features string   `json:"features,omitempty"`
	Attempts int      `json:"attempts,omitempty"`
	Testbeds []string `json:"testbeds,omitempty"`
	Seed     *int64   `json:"seed,omitempty"`
}

// Scope is what a run owes to one case.
type Scope struct {
	// Case is the case's id, or [certification.LocalCase].
	Case string `json:"case"`
	// Required is the number of counted attempts each scenario needs in this run, ≥ 1.
	Required int `json:"required"`
	// Scenarios are the [certification.AttemptID.Scenario] that carry out the
	// case. One that was never run shows as not_run.
	Scenarios []string `json:"scenarios"`
}

// Product is the device under test as its maker describes it.
type Product struct {
	DeviceName   string `json:"device_name"` // exactly as the Alexa app shows it
	Brand        string `json:"brand,omitempty"`
	Model        string `json:"model,omitempty"`
	Firmware     string `json:"firmware,omitempty"`
	Hardware     string `json:"hardware,omitempty"`
	DeviceTypeID string `json:"device_type_id,omitempty"`
	APID         string `json:"apid,omitempty"` // advertised product id
	// OriginalDeviceType and ReferenceAPID are asked of derivatives and of
	// products on a certified reference design.
	OriginalDeviceType string `json:"original_device_type,omitempty"`
	OriginalHardware   string `json:"original_hardware,omitempty"`
	OriginalFirmware   string `json:"original_firmware,omitempty"`
	OriginalProtocol   string `json:"original_protocol,omitempty"`
	ReferenceAPID      string `json:"reference_apid,omitempty"`
	// DeviceType is the kind of device in words.
	DeviceType string `json:"device_type,omitempty"`
	// PartnerApp, InnerBarcode and SDK are missing where the profile does not say.
	PartnerApp   *bool  `json:"partner_app,omitempty"`
	InnerBarcode *bool  `json:"inner_barcode,omitempty"`
	SDK          *SDK   `json:"sdk,omitempty"`
	Note         string `json:"note,omitempty"`
}

// SDK is what a product integrates for Frustration-Free Setup.
type SDK struct {
	Integrated bool   `json:"integrated"`
	Name       string `json:"name,omitempty"`
	Certified  bool   `json:"certified"`
}

// Testbed is what carried out attempts. What is learnt only when a session
// starts is added by [Journal.SetTestbed].
type Testbed struct {
	Name            string `json:"name"`
	UDID            string `json:"udid,omitempty"`
	Manufacturer    string `json:"manufacturer,omitempty"`
	Model           string `json:"model,omitempty"`
	Platform        string `json:"platform,omitempty"`
	PlatformVersion string `json:"platform_version,omitempty"`
	AppVersion      string `json:"app_version,omitempty"` // of the Alexa app
	Automation      string `json:"automation,omitempty"`  // such as "Appium 3.8.0, UiAutomator2"
	Provisioner     string `json:"provisioner,omitempty"`
	DevicePlug      string `json:"device_plug,omitempty"`
	ProvisionerPlug string `json:"provisioner_plug,omitempty"`
	Simulated       bool   `json:"simulated"`
}

// Record is all that is known of a run at one moment.
type Record struct {
	Header
	State State
	// Ended is when the run finished or was interrupted, in UTC; zero while it
	// runs, and after its process died.
	Ended time.Time
	// AsOf is when a run that goes on was read, if whoever read it says so; it
	// is not stored.
	AsOf time.Time
	// Testbeds are as they were known last; those of each session are in Sessions.
	Testbeds []Testbed
	// Sessions are the stretches of the run, at least one, in their order.
	Sessions []Session
	// Attempts are in the order in which they were appended.
	Attempts []certification.Attempt
	// Reviews are what people have answered, in that order. They are kept in a
	// file of their own: a run can be reviewed while it goes on.
	Reviews []Review
}

// Simulated tells whether anything in the run was simulated. One simulated
// attempt or testbed marks the whole run.
func (r Record) Simulated() bool {
	if r.Header.Simulated {
		return true
	}
	for _, t := range r.Testbeds {
		if t.Simulated {
			return true
		}
	}
	for _, s := range r.Sessions {
		for _, g := range s.Rigs {
			if g.Simulated {
				return true
			}
		}
	}
	for i := range r.Attempts {
		if r.Attempts[i].Simulated {
			return true
		}
	}
	return false
}

// Scope returns what the run owes to that case.
func (h Header) Scope(caseID string) (Scope, bool) {
	for _, s := range h.Scopes {
		if s.Case == caseID {
			return s, true
		}
	}
	return Scope{}, false
}
