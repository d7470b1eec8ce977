// Package consent judges what a customer saw while a maker's app asked for
// Login with Amazon (LWA): twenty rules over the screens of one journey.
//
// The rules are pure. They are given a [Capture], recorded from a run or read
// from a folder, and return a [Report]; they know no phone, no file, no clock
// and no command line. What counts as a word for something is data, one phrase
// pack per language in packs/. A rule on facts may fail; a judgement on words
// gives at most a review. What could not be judged is said to be not run, with
// the reason, and is never a pass.
package consent

import (
	"slices"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// RuleSet is the version of the rules and of the phrase packs. It changes
// whenever the same capture may be judged differently.
const RuleSet = "2026.3"

// Schema names the form of a [Report] as JSON.
const Schema = "ffscert/consent/v1"

// Outcome is what a rule says about a capture.
type Outcome string

// The outcomes of a rule.
const (
	Pass   Outcome = "pass"
	Fail   Outcome = "fail"
	Warn   Outcome = "warn"
	Review Outcome = "review"
	NotRun Outcome = "not_run"
)

// weight orders what findings make of a rule's outcome.
func (o Outcome) weight() int {
	switch o {
	case Pass, "":
		return 0
	case NotRun:
		return 1
	case Warn:
		return 2
	case Review:
		return 3
	}
	return 4
}

func (o Outcome) severity() certification.Severity {
	switch o {
	case Warn:
		return certification.SeverityWarning
	case Review:
		return certification.SeverityReview
	}
	return certification.SeverityFail
}

// Report is the judgement of one capture.
type Report struct {
	Schema string `json:"schema"`
	// Verdict is failed, review, warning or passed. A rule that the journey
	// requires and that could not be judged makes it review.
	Verdict certification.Verdict `json:"verdict"`
	// Cause is partner_app; rig where the verdict rests on nothing but rules that
	// could not be judged, for which nobody is to blame; or empty where it is
	// passed.
	Cause certification.Cause `json:"cause,omitempty"`
	// RuleSet is the version of the rules that judged.
	RuleSet string  `json:"ruleset"`
	Locale  string  `json:"locale"`
	Journey Journey `json:"journey"`
	AppName string  `json:"app_name"`
	// Simulated says that the screens are those of a simulated phone: no proof
	// for a certification.
	Simulated bool         `json:"simulated,omitempty"`
	Rules     []RuleResult `json:"rules"`
	Findings  []Finding    `json:"findings"`
}

// RuleResult is what one rule says.
type RuleResult struct {
	ID      string  `json:"id"`
	Outcome Outcome `json:"outcome"`
	// Why is one sentence: what was found, measured, or missing.
	Why string `json:"why"`
	// Required tells whether the journey requires the rule to be judged.
	Required bool `json:"required"`
}

// Finding is a rule's judgement of one place on one screen.
type Finding struct {
	Rule     string                 `json:"rule"`
	Severity certification.Severity `json:"severity"`
	// Screen is the file name of the screen in the capture, without extension;
	// empty where the finding is about the journey as a whole.
	Screen  string `json:"screen"`
	Message string `json:"message"`
	// Bounds is the place in pixels of the screen; null where there is none.
	Bounds *Bounds `json:"bounds"`
	// Evidence are the files of the capture that show it.
	Evidence []string `json:"evidence"`
}

// Bounds is an area in pixels of the screen.
type Bounds struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

func boundsOf(r drivers.Rect) *Bounds {
	if r.Width <= 0 || r.Height <= 0 {
		return nil
	}
	return &Bounds{r.X, r.Y, r.Width, r.Height}
}

// Options are what a judgement rests on besides the capture.
type Options struct {
	// Baseline holds the approved texts; nil if none are stored.
	Baseline Baseline
}

// Baseline knows the texts that were approved for a screen in a language. Ok is
// false where nothing is stored.
type Baseline interface {
	Approved(locale, screen string) (texts []string, ok bool)
}

// Judge applies all rules to a capture. The same capture always gives the same
// report.
func (a *Auditor) Judge(c Capture, o Options) Report {
	r := Report{Schema: Schema, RuleSet: RuleSet, Locale: c.Locale, Journey: c.Journey, AppName: c.AppName, Simulated: c.Simulated,
		Findings: []Finding{}}
	s := newSubject(a, c, o)
	s.measure()
	for _, rule := range rules() {
		j := judgement{rule: rule, subject: s}
		rule.judge(s, &j)
		r.Rules = append(r.Rules, RuleResult{ID: rule.ID, Outcome: j.outcome(), Why: mask(j.why()), Required: rule.requiredIn(c.Journey)})
		for _, f := range j.findings {
			f.Message = mask(f.Message)
			r.Findings = append(r.Findings, f)
		}
	}
	r.Verdict = verdict(r.Rules)
	r.Cause = cause(r.Verdict, r.Rules)
	return r
}

// cause is who is to blame for a verdict: the rig, if no rule that was judged
// makes it what it is.
func cause(v certification.Verdict, rules []RuleResult) certification.Cause {
	if v == certification.Passed {
		return ""
	}
	judged := slices.DeleteFunc(slices.Clone(rules), func(r RuleResult) bool { return r.Outcome == NotRun })
	if len(judged) == 0 || verdict(judged) != v {
		return certification.CauseRig
	}
	return certification.CausePartnerApp
}

// verdict rolls the outcomes up: fail → failed, review → review, warn →
// warning; a required rule that was not run → review. Without any rule nothing
// was judged.
func verdict(rules []RuleResult) certification.Verdict {
	parts := make([]certification.Verdict, 0, len(rules))
	for _, r := range rules {
		switch r.Outcome {
		case Pass:
			parts = append(parts, certification.Passed)
		case Warn:
			parts = append(parts, certification.Warning)
		case Review:
			parts = append(parts, certification.Review)
		case NotRun:
			if r.Required {
				parts = append(parts, certification.Review)
			}
		default:
			parts = append(parts, certification.Failed)
		}
	}
	return certification.Worst(parts...)
}
