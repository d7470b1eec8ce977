// Package certification holds the words of Frustration-Free Setup
// certification as types: plans, cases, attempts, verdicts, causes, findings.
//
// It knows nothing of phones, files or reports, and imports the standard
// library only, so that every other package can share its words.
package certification

import (
	"strconv"
	"time"
)

// Method tells how a case is judged.
type Method string

// The methods. Attended and evidence cases without their evidence are
// [Review], never [Passed].
const (
	Automated Method = "automated" // a scenario decides
	Evidence  Method = "evidence"  // a file decides: a capture, a picture
	Attended  Method = "attended"  // a person decides
)

// CriterionKind tells how the attempts of a case make its verdict.
type CriterionKind string

const (
	// All means that every attempt must pass.
	All CriterionKind = "all"
	// Rate means that (passed + warning) ÷ counted must reach the target.
	Rate CriterionKind = "rate"
)

// Criterion is the bar that a case has to clear.
type Criterion struct {
	Kind CriterionKind `json:"kind"`
	// Target is the share of attempts that must pass, 0 < Target ≤ 1; only
	// for [Rate]. The guide asks for 0.95 ("Device Details").
	Target float64 `json:"target,omitempty"`
	// Attempts is the number of counted attempts that the plan requires, ≥ 1.
	Attempts int `json:"attempts"`
}

// Case is one thing that is judged.
type Case struct {
	ID    string `json:"id"`
	Group string `json:"group"`
	Title string `json:"title"`
	// Requirement is the sentence of the guide that the case serves.
	Requirement string    `json:"requirement"`
	Method      Method    `json:"method"`
	Criterion   Criterion `json:"criterion"`
	// Steps and Expected are what a sheet says to do and to see; empty for
	// built-in cases.
	Steps    string `json:"steps,omitempty"`
	Expected string `json:"expected,omitempty"`
	// Needs are what an attempt must have measured to count as passed, such as
	// [NeedsSetUpTime]: a scenario that measures nothing proves nothing.
	Needs []string `json:"needs,omitempty"`
	// Evidence is what must be shown where a file or a person decides.
	Evidence string `json:"evidence,omitempty"`
	// Applies are the conditions under which the case applies; all must hold.
	Applies []Condition `json:"applies,omitempty"`
	// NotApplicable is why the case does not apply to the product, in one line;
	// empty where it applies. The catalogue never fills it in: see [Plan.For].
	NotApplicable string `json:"not_applicable,omitempty"`
	// Adapted is why Method is not the one of the catalogue for this product;
	// empty where nothing was adapted.
	Adapted string `json:"adapted,omitempty"`
	// Undecided are features on which it depends whether the case applies, and
	// of which the product's profile does not say whether it has them. The case
	// applies meanwhile.
	Undecided []Feature `json:"undecided,omitempty"`
	// Source says whose case this is: "amazon" for a published id, "ffscert"
	// for one of ours, "amazon sheet" for one of a sheet that was imported, "own"
	// for one that the user wrote.
	Source string `json:"source"`
	// Note holds what must be said about the case, such as where a number
	// comes from that the guide does not name.
	Note string `json:"note,omitempty"`
}

// NeedsSetUpTime is the need of a case for the set-up time of its attempts.
const NeedsSetUpTime = "set_up_time"

// Plan is one of Amazon's test plans: it selects cases.
type Plan struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Target   string `json:"target"`
	Version  string `json:"version"`
	Protocol string `json:"protocol"` // such as "mss-wifi"
	Variant  string `json:"variant"`  // "default" or "simplified"
	Radios   string `json:"radios"`
	Note     string `json:"note,omitempty"`
	// Unknown lists what of Amazon's own sheet for this plan is not known.
	Unknown []string `json:"unknown,omitempty"`
	Cases   []Case   `json:"cases"`
}

// Case returns the plan's case with that id.
func (p Plan) Case(id string) (Case, bool) {
	for _, c := range p.Cases {
		if c.ID == id {
			return c, true
		}
	}
	return Case{}, false
}

// Observation is a fact read from the world, with its evidence.
type Observation struct {
	What     string    `json:"what"`
	At       time.Time `json:"at_utc"`
	Evidence []string  `json:"evidence,omitempty"` // paths inside the run's folder
}

// Severity is how much a finding weighs.
type Severity string

// The severities, the heaviest first.
const (
	SeverityFail    Severity = "fail"
	SeverityReview  Severity = "review"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// Finding is a rule's judgement of observations.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Evidence []string `json:"evidence"`
}

// Bracket is a moment that was seen from both sides, in seconds since the
// device was powered: Lo is the last look without, Hi the first look with what
// was waited for. Lo ≤ Value ≤ Hi.
type Bracket struct {
	Value float64 `json:"value"`
	Lo    float64 `json:"lo"`
	Hi    float64 `json:"hi"`
	// PoweredUTC and SetUpUTC are the two moments themselves, each seen from
	// both sides. Lo and Hi hold whatever the true moments inside them were:
	// Lo = SetUpUTC.From − PoweredUTC.To, Hi = SetUpUTC.To − PoweredUTC.From.
	PoweredUTC Span `json:"powered_utc"`
	SetUpUTC   Span `json:"set_up_utc"`
}

// Span is a stretch of time in which a moment lies.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Phase is a named part of an attempt, in seconds.
type Phase struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"s"`
}

// Step is one sentence of a scenario as it was carried out.
type Step struct {
	Text     string   `json:"text"`
	Location string   `json:"location"` // file:line in the feature file
	Status   string   `json:"status"`   // passed, failed, skipped
	Seconds  float64  `json:"s"`
	Message  string   `json:"message,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
}

// AttemptID names an attempt within a run.
type AttemptID struct {
	Case     string // the case's id, or [LocalCase] for a scenario outside every plan
	Scenario string // "file.feature:line name"; line is the outline row's if there is one
	N        int    // 1, 2, 3 …; blocked attempts use up a number, too
}

func (id AttemptID) String() string {
	return id.Case + " #" + strconv.Itoa(id.N)
}

// LocalCase is the case of a scenario that is tied to no case of the plan. It
// is reported as local and never enters the plan's verdict.
const LocalCase = "local"

// Attempt is one execution of one scenario on one testbed.
type Attempt struct {
	ID      AttemptID
	Testbed string
	Verdict Verdict
	Cause   Cause  // empty when passed
	Code    Code   // empty when passed
	Message string // one line for people; empty when passed
	Hint    string // what to do next
	// DecidedBy are the lines that decided who is to blame; empty when passed.
	DecidedBy []string
	Started   time.Time
	Finished  time.Time
	// SetupTime is nil when the device was not seen to be set up.
	SetupTime    *Bracket
	Phases       []Phase
	Steps        []Step
	Findings     []Finding
	Observations []Observation
	Evidence     []string // paths inside the run's folder, with slashes
	Simulated    bool
	// TookOut is the number of blocked attempts in a row, this one the last, after
	// which the testbed was taken out of the run; 0 if it was not.
	TookOut int
}

// Waiver is an exception from a case that was agreed with Amazon's contact for
// the maker (guide, "Device Details": "Exceptions to specific requirements may
// be possible, so ask your PoC").
type Waiver struct {
	Case   string `json:"case"`
	Reason string `json:"reason"`
	// Reference says where the agreement can be read, such as the date of an e-mail.
	Reference string `json:"reference"`
	Owner     string `json:"owner"` // who answers for it on the maker's side
	// Expires is the last day on which it holds, "2027-03-01", in UTC.
	Expires string `json:"expires"`
}

// DateLayout is the form of [Waiver.Expires].
const DateLayout = "2006-01-02"

// ExpiredAt tells whether the waiver no longer holds at t. One without a date
// that can be read never holds.
func (w Waiver) ExpiredAt(t time.Time) bool {
	last, err := time.Parse(DateLayout, w.Expires)
	return err != nil || !t.UTC().Before(last.AddDate(0, 0, 1))
}
