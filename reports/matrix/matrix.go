// Package matrix computes the pass/fail matrix of a run from its journal:
// verdicts, rates and their confidence, set-up times, and who is to blame.
//
// Everything in it is a pure function of a journal.Record. It knows no clock,
// no phone and no rendering; only WriteFile touches the disk. What the
// scheduler decides while a run goes on (is it enough, is it hopeless) it asks
// here too, so that the two never disagree.
package matrix

import (
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// Schema names the form of matrix.json. Fields may be added to it; a change of
// meaning makes v2.
const Schema = "ffscert/matrix/v1"

// Matrix is the result of a run, as matrix.json holds it.
type Matrix struct {
	Schema  string  `json:"schema"`
	Run     Run     `json:"run"`
	Summary Summary `json:"summary"`
	// Cases are the plan's cases that were selected, in the plan's order; those
	// that do not apply to the product are among them, with the reason as message.
	Cases []Case `json:"cases"`
	// Local are scenarios that belong to no case of the plan. They never enter
	// the summary's verdict.
	Local []Scenario `json:"local"`
	// NotSelected are the ids of the plan's cases that this run left out.
	NotSelected []string `json:"not_selected"`
	// Waivers are the exceptions that the run knew, with what became of them.
	Waivers []Waiver `json:"waivers"`
}

// Run says what was run.
type Run struct {
	ID        string        `json:"id"`
	State     journal.State `json:"state"`
	Simulated bool          `json:"simulated"`
	// Selection is what the user asked for, "all" for the whole plan.
	Selection string `json:"selection"`
	// Partial is true for less than the whole plan with the plan's attempts.
	Partial  bool   `json:"partial"`
	Plan     Plan   `json:"plan"`
	Protocol string `json:"protocol"`
	Variant  string `json:"variant"`
	// Derivative is "", "marketplace" or "product" (guide, "Derivative Certification").
	Derivative       string            `json:"derivative"`
	Product          journal.Product   `json:"product"`
	Testbeds         []journal.Testbed `json:"testbeds"`
	AmazonCustomerID string            `json:"amazon_customer_id"`
	StartedUTC       time.Time         `json:"started_utc"`
	// FinishedUTC is null until the run has finished.
	FinishedUTC *time.Time `json:"finished_utc" jsonschema:"nullable"`
	// TestsExecuted is the number of attempts on the plan's cases, blocked ones included.
	TestsExecuted int `json:"tests_executed"`
	// SubmitByUTC is seven days after the end of the test (guide, "Timeline");
	// null until the run has finished.
	SubmitByUTC *time.Time `json:"submit_by_utc" jsonschema:"nullable"`
	Seed        int64      `json:"seed"`
	ToolVersion string     `json:"tool_version"`
	// AsOfUTC is when a run that was going on was looked at; null once it has
	// come to an end. If its process has died since, only `ffscert matrix` knows.
	AsOfUTC *time.Time `json:"as_of_utc" jsonschema:"nullable"`
	// Sessions are the stretches of the run: one, and another for each time
	// that it was continued.
	Sessions []Session `json:"sessions"`
	// TakenOut are the testbeds that were taken out of the run, in the order in
	// which that happened; a run that is continued tries them again.
	TakenOut []TakenOut `json:"taken_out"`
}

// TakenOut is a testbed on which too many attempts in a row were blocked.
type TakenOut struct {
	Testbed       string    `json:"testbed"`
	AtUTC         time.Time `json:"at_utc"`
	BlockedInARow int       `json:"blocked_in_a_row"`
	// Case, Scenario and Attempt are those of the last of these attempts; the
	// rest is what it said.
	Case     string              `json:"case"`
	Scenario string              `json:"scenario"`
	Attempt  int                 `json:"attempt"`
	Cause    certification.Cause `json:"cause"`
	Code     certification.Code  `json:"code"`
	Message  string              `json:"message"`
	Hint     string              `json:"hint"`
}

// Session is a stretch of a run between two interruptions.
type Session struct {
	N          int       `json:"n"`
	StartedUTC time.Time `json:"started_utc"`
	// EndedUTC is null while the session goes on, and if its process died.
	EndedUTC *time.Time `json:"ended_utc" jsonschema:"nullable"`
	// End is how it ended: died means that its process was killed.
	End         SessionEnd `json:"end"`
	ToolVersion string     `json:"tool_version"`
	// Attempts is how many were recorded in it.
	Attempts int `json:"attempts"`
	// Changes are what was changed about the testbeds before it began.
	Changes []Change `json:"changes"`
	// Remarks are what a reader must know of it.
	Remarks []string `json:"remarks"`
}

// SessionEnd is how a session ended.
type SessionEnd string

// The ends of a session.
const (
	SessionRunning     SessionEnd = "running"
	SessionFinished    SessionEnd = "finished"
	SessionInterrupted SessionEnd = "interrupted"
	SessionDied        SessionEnd = "died"
)

// Change is something about a testbed that differs from the session before.
type Change struct {
	Testbed string `json:"testbed"`
	// Field is empty if the testbed came or went as a whole.
	Field string `json:"field"`
	Was   string `json:"was"` // empty for what was not there
	Is    string `json:"is"`  // empty for what is not there
}

// Plan names the plan.
type Plan struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Summary is the run in one line. The numbers count cases.
type Summary struct {
	// Verdict is the worst of the selected cases; not_run if there is none.
	Verdict certification.Verdict `json:"verdict"`
	// Complete is true if the run has finished, is not partial, and no case is
	// blocked, was not run, or waits for evidence of which there is none.
	Complete      bool `json:"complete"`
	Passed        int  `json:"passed"`
	Failed        int  `json:"failed"`
	Warning       int  `json:"warning"`
	Review        int  `json:"review"`
	Blocked       int  `json:"blocked"`
	NotRun        int  `json:"not_run"`
	NotApplicable int  `json:"not_applicable"`
	Waived        int  `json:"waived"`
	// LocalVerdict is the worst of the local scenarios, not_applicable if there is none.
	LocalVerdict certification.Verdict `json:"local_verdict"`
}

// Case is one row of the matrix.
type Case struct {
	ID          string                `json:"id"`
	Group       string                `json:"group"`
	Title       string                `json:"title"`
	Requirement string                `json:"requirement"`
	Method      certification.Method  `json:"method"`
	Verdict     certification.Verdict `json:"verdict"`
	// Cause is empty when the case passed.
	Cause   certification.Cause `json:"cause"`
	Message string              `json:"message"`
	// Attempts sums up those of all scenarios of the case.
	Attempts Attempts `json:"attempts"`
	// Rate is null where the criterion is that all attempts pass. With several
	// scenarios it is that of the worst.
	Rate *RateResult `json:"rate" jsonschema:"nullable"`
	// SetupTime is null if the device was never seen to be set up.
	SetupTime *SetupTime `json:"setup_time_s" jsonschema:"nullable"`
	// Phases are the named parts of the attempts, in the order in which they
	// first occurred; empty if none was measured.
	Phases []PhaseSummary `json:"phases"`
	// Flaky is true if all attempts must pass and they disagree: some passed and
	// others failed, were blocked or wait for review. Such a case is never plain
	// passed.
	Flaky bool `json:"flaky"`
	// Scenarios are the parts of the case. Each has to meet the criterion.
	Scenarios   []ScenarioSummary `json:"scenarios"`
	AttemptList []Attempt         `json:"attempt_list"`
	Findings    []Finding         `json:"findings"`
	// Reviews are the answers of people, the oldest first.
	Reviews []Review `json:"reviews"`
}

// ScenarioSummary is the result of one scenario of a case.
type ScenarioSummary struct {
	Scenario  string                `json:"scenario"`
	Verdict   certification.Verdict `json:"verdict"`
	Cause     certification.Cause   `json:"cause"`
	Message   string                `json:"message"`
	Attempts  Attempts              `json:"attempts"`
	Rate      *RateResult           `json:"rate" jsonschema:"nullable"`
	SetupTime *SetupTime            `json:"setup_time_s" jsonschema:"nullable"`
	Phases    []PhaseSummary        `json:"phases"`
	Flaky     bool                  `json:"flaky"`
}

// Scenario is a local scenario with its attempts.
type Scenario struct {
	ScenarioSummary
	AttemptList []Attempt `json:"attempt_list"`
	Findings    []Finding `json:"findings"`
}

// Attempts counts attempts. Counted = Passed + Warning + Failed.
type Attempts struct {
	PlanRequired int `json:"plan_required"`
	Required     int `json:"required"`
	Counted      int `json:"counted"`
	Passed       int `json:"passed"`
	Warning      int `json:"warning"`
	Failed       int `json:"failed"`
	Blocked      int `json:"blocked"`
	Review       int `json:"review"`
}

// RateResult is the share of counted attempts that passed, 0 to 1.
type RateResult struct {
	// Observed is null if nothing was counted.
	Observed *float64 `json:"observed" jsonschema:"nullable"`
	Target   float64  `json:"target"`
	// Lower95 is the exact one-sided 95 % lower bound (Clopper-Pearson).
	Lower95 float64 `json:"lower95"`
	// MorePassesNeeded is how many more passes in a row would prove the target
	// with 95 % confidence; null where no number of them can.
	MorePassesNeeded *int `json:"more_passes_needed" jsonschema:"nullable"`
}

// SetupTime sums up the set-up times of the counted attempts, in seconds.
type SetupTime struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	Max float64 `json:"max"`
	// Uncertainty is the width of the widest bracket.
	Uncertainty float64 `json:"uncertainty"`
}

// PhaseSummary sums up one named part of the counted attempts, in seconds.
type PhaseSummary struct {
	Name string `json:"name"`
	// Attempts is the number of attempts in which it was measured.
	Attempts int     `json:"attempts"`
	P50      float64 `json:"p50"`
	P90      float64 `json:"p90"`
	Max      float64 `json:"max"`
}

// Attempt is one attempt.
type Attempt struct {
	N           int                    `json:"n"`
	Scenario    string                 `json:"scenario"`
	Testbed     string                 `json:"testbed"`
	Verdict     certification.Verdict  `json:"verdict"`
	Cause       certification.Cause    `json:"cause"`
	Code        certification.Code     `json:"code"`
	Message     string                 `json:"message"`
	Hint        string                 `json:"hint"`
	StartedUTC  time.Time              `json:"started_utc"`
	FinishedUTC time.Time              `json:"finished_utc"`
	SetupTime   *certification.Bracket `json:"setup_time_s" jsonschema:"nullable"`
	Phases      []certification.Phase  `json:"phases"`
	Evidence    []string               `json:"evidence"`
	// DecidedBy are the lines that decided who is to blame; empty when passed.
	DecidedBy []string `json:"decided_by"`
}

// Finding is a rule's judgement.
type Finding struct {
	Rule     string                 `json:"rule"`
	Severity certification.Severity `json:"severity"`
	Message  string                 `json:"message"`
	Evidence []string               `json:"evidence"`
}
