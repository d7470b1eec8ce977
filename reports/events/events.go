// Package events is what `ffscert run --json` says while a run goes on: events,
// one on each line, for programs that watch it. README.md beside it tells what
// each of them means; events.schema.json is made of these types.
//
// It knows nothing of how a run is carried out or shown. The record of a run is
// its journal: events may be lost with their reader, attempts are not.
package events

import (
	_ "embed"
	"time"

	"ffscert/features/certification"
)

// Schema names what the lines look like. Fields and events may be added to it.
const Schema = "ffscert/events/v1"

//go:embed events.schema.json
var schemaJSON []byte

// JSONSchema is the published JSON Schema of one line.
func JSONSchema() []byte { return append([]byte(nil), schemaJSON...) }

// Name is the name of an event.
type Name string

// The events.
const (
	PhoneAwaitedName    Name = "phone_awaited"
	RunStartedName      Name = "run_started"
	RunContinuedName    Name = "run_continued"
	AttemptStartedName  Name = "attempt_started"
	StepStartedName     Name = "step_started"
	QuestionAskedName   Name = "question_asked"
	QuestionEndedName   Name = "question_ended"
	AttemptFinishedName Name = "attempt_finished"
	TestbedMendingName  Name = "testbed_mending"
	TestbedIdleName     Name = "testbed_idle"
	TestbedStoppedName  Name = "testbed_stopped"
	StatusName          Name = "status"
	RunInterruptingName Name = "run_interrupting"
	RunEndedName        Name = "run_ended"
)

// Event is one of the types below.
type Event interface {
	name() Name
	head() *Head
}

// Head is what every event has.
type Head struct {
	// Schema is ffscert/events/v1.
	Schema string `json:"schema"`
	// Event is the event's name.
	Event Name `json:"event"`
	// Seq counts the events of a process from 1, without a gap.
	Seq int `json:"seq"`
	// UTC is when it happened, in real time, also where the testbed's own time is
	// simulated.
	UTC time.Time `json:"utc"`
	// Run is the run's id; it is missing before the run has one.
	Run string `json:"run,omitempty"`
}

func (h *Head) head() *Head { return h }

// Count is how many attempts there are of all scenarios together.
type Count struct {
	// Made are recorded, whatever came of them, in earlier sessions of the run, too.
	Made int `json:"made"`
	// Done are those of them that count, or wait for a review.
	Done int `json:"done"`
	// Blocked are those of them that were blocked: they are made again.
	Blocked int `json:"blocked"`
	// ToGo are still needed if all of them count, those under way included. It
	// grows if attempts are blocked, and falls to 0 where a case can no longer pass.
	ToGo int `json:"to_go"`
	// TimeToEnd is what the rest will take of real time, in seconds, by what
	// attempts have taken so far; null while nothing can be said.
	TimeToEnd *float64 `json:"time_to_end_s" jsonschema:"nullable"`
	// TimeToEndIs tells what that is worth: estimate; at_least if more is to be
	// done than was measured; unknown.
	TimeToEndIs Worth `json:"time_to_end_is"`
}

// Worth is what an estimate is worth.
type Worth string

// What an estimate is worth.
const (
	Guess   Worth = "estimate"
	AtLeast Worth = "at_least"
	Unknown Worth = "unknown"
)

// Attempt names an attempt.
type Attempt struct {
	Testbed string `json:"testbed"`
	// Case is the case's id, or local for a scenario outside every plan.
	Case string `json:"case"`
	// Scenario is file:line and its name.
	Scenario string `json:"scenario"`
	// N counts the attempts of the scenario from 1, blocked ones included.
	N int `json:"n"`
}

// PhoneAwaited says that a phone is waited for that another run has. It comes
// before the run has an id.
type PhoneAwaited struct {
	Head
	Testbed string `json:"testbed"`
	// Message says who has it.
	Message string `json:"message"`
	// Longest is how long it is waited for at the most, in seconds.
	Longest float64 `json:"longest_s"`
}

// RunStarted says that a run begins, as run_started, or goes on, as
// run_continued.
type RunStarted struct {
	Head
	// Simulated tells that a testbed is simulated: no proof for a certification.
	Simulated bool `json:"simulated"`
	// Partial tells that less is carried out than the plan asks for.
	Partial bool `json:"partial"`
	// Selection is what was asked for, for people; empty for all of the plan.
	Selection string `json:"selection"`
	Plan      Plan   `json:"plan"`
	// Testbeds are what carries it out.
	Testbeds []Testbed `json:"testbeds"`
	// Recorded is how many attempts a run that goes on has already.
	Recorded int `json:"recorded,omitempty"`
	// Attempts is how many there are when it begins.
	Attempts Count `json:"attempts"`
}

// Plan names a plan.
type Plan struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Testbed names a testbed.
type Testbed struct {
	Name string `json:"name"`
	// Phone is the phone's manufacturer and model, as it says them.
	Phone string `json:"phone"`
	// Simulated tells that it is no real one.
	Simulated bool `json:"simulated"`
}

// AttemptStarted says that an attempt begins.
type AttemptStarted struct {
	Head
	Attempt
	// Of is how many counted attempts of the scenario are required; N may become
	// larger if some are blocked.
	Of int `json:"of"`
}

// StepStarted says that a sentence of the scenario is begun.
type StepStarted struct {
	Head
	Attempt
	// Step counts the sentences of the scenario from 1, Steps is how many it has.
	Step  int `json:"step"`
	Steps int `json:"steps"`
	// Text is the sentence.
	Text string `json:"text"`
}

// QuestionAsked says that a person at the terminal is asked, and waited for.
type QuestionAsked struct {
	Head
	Testbed string `json:"testbed"`
	Text    string `json:"text"`
}

// QuestionEnded says that the question is no longer put.
type QuestionEnded struct {
	Head
	Testbed string `json:"testbed"`
	// Answered is false if nobody answered in time.
	Answered bool `json:"answered"`
}

// AttemptFinished says that an attempt has ended and is recorded.
type AttemptFinished struct {
	Head
	Attempt
	// Simulated tells that it was made on a simulated testbed.
	Simulated bool                  `json:"simulated"`
	Verdict   certification.Verdict `json:"verdict"`
	// Cause is who is to blame; missing if it passed. So are code, message, hint.
	Cause   certification.Cause `json:"cause,omitempty"`
	Code    certification.Code  `json:"code,omitempty"`
	Message string              `json:"message,omitempty"`
	Hint    string              `json:"hint,omitempty"`
	// SetupTime is missing if the device was not seen to be set up. It is of the
	// testbed's time.
	SetupTime *certification.Bracket `json:"setup_time_s,omitempty"`
	// Started and Finished are of the testbed's own time, as in matrix.json: where
	// it is simulated, they are not when it really happened.
	Started  time.Time `json:"started_utc"`
	Finished time.Time `json:"finished_utc"`
	// Took is how long it took of real time, in seconds.
	Took     float64 `json:"took_s"`
	Attempts Count   `json:"attempts"`
}

// TestbedMending says that something is mended after a blocked attempt.
type TestbedMending struct {
	Head
	Testbed string `json:"testbed"`
	// Code is that of the blocked attempt.
	Code certification.Code `json:"code,omitempty"`
}

// TestbedIdle says that nothing is left to do for a testbed.
type TestbedIdle struct {
	Head
	Testbed string `json:"testbed"`
}

// TestbedStopped says that a testbed is taken out of the run, because too many
// of its attempts were blocked in a row. The rest is of the last of them.
type TestbedStopped struct {
	Head
	Testbed string              `json:"testbed"`
	Cause   certification.Cause `json:"cause"`
	Code    certification.Code  `json:"code"`
	Message string              `json:"message"`
	Hint    string              `json:"hint"`
}

// Status says how far the run is. It comes every half minute.
type Status struct {
	Head
	Attempts Count `json:"attempts"`
	Testbeds []Now `json:"testbeds"`
}

// Now is what a testbed is about.
type Now struct {
	Testbed string `json:"testbed"`
	// State is ready (between attempts), attempt, asking (an attempt in which a
	// person is asked), mending, idle (nothing left to do) or out_of_run.
	State string `json:"state"`
	// Since is when that began, in real time; of an attempt, when it began.
	Since time.Time `json:"since_utc"`
	// Case, Scenario and N are of the attempt.
	Case     string `json:"case,omitempty"`
	Scenario string `json:"scenario,omitempty"`
	N        int    `json:"n,omitempty"`
	// Step is the sentence that is carried out; missing before the first.
	Step *StepNow `json:"step,omitempty"`
	// WaitsFor is what is waited for, and WaitsSince since when; missing if nothing is.
	WaitsFor   string     `json:"waits_for,omitempty"`
	WaitsSince *time.Time `json:"waits_since_utc,omitempty"`
	// Last are the verdicts of the last attempts here, ten at the most, the newest last.
	Last []certification.Verdict `json:"last"`
}

// StepNow is the sentence that is carried out.
type StepNow struct {
	Step  int       `json:"step"`
	Steps int       `json:"steps"`
	Text  string    `json:"text"`
	Since time.Time `json:"since_utc"`
}

// RunInterrupting says that the run was interrupted and closes its sessions.
type RunInterrupting struct {
	Head
	Attempts Count `json:"attempts"`
}

// RunEnded is the last event of a run. It is missing if its process was killed.
type RunEnded struct {
	Head
	// State is finished; or interrupted, and the run can be continued.
	State string `json:"state"`
	// Verdict is that of the run, as in matrix.json; missing if the journal could
	// not be read any more.
	Verdict   certification.Verdict `json:"verdict,omitempty"`
	Simulated bool                  `json:"simulated"`
	Partial   bool                  `json:"partial"`
	// Status is the exit status of the process.
	Status int `json:"exit_status"`
	// Message is why the run could not go on; missing if nothing kept it from that.
	Message string `json:"message,omitempty"`
	// Cases is how many cases have which verdict.
	Cases map[certification.Verdict]int `json:"cases"`
	// Attempts is how many there are at the end.
	Attempts Count `json:"attempts"`
}

func (*PhoneAwaited) name() Name    { return PhoneAwaitedName }
func (*AttemptStarted) name() Name  { return AttemptStartedName }
func (*StepStarted) name() Name     { return StepStartedName }
func (*QuestionAsked) name() Name   { return QuestionAskedName }
func (*QuestionEnded) name() Name   { return QuestionEndedName }
func (*AttemptFinished) name() Name { return AttemptFinishedName }
func (*TestbedMending) name() Name  { return TestbedMendingName }
func (*TestbedIdle) name() Name     { return TestbedIdleName }
func (*TestbedStopped) name() Name  { return TestbedStoppedName }
func (*Status) name() Name          { return StatusName }
func (*RunInterrupting) name() Name { return RunInterruptingName }
func (*RunEnded) name() Name        { return RunEndedName }

func (r *RunStarted) name() Name {
	if r.Event == RunContinuedName {
		return RunContinuedName
	}
	return RunStartedName
}
