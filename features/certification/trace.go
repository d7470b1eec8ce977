package certification

import "time"

// TraceSchema names the form of a [Trace] in a file. Fields may be added; a
// change of meaning makes v2.
const TraceSchema = "ffscert/trace/v1"

// TraceExt ends the name of a file that holds a [Trace].
const TraceExt = ".trace"

// Trace is how an attempt went, moment by moment: what a person needs who was
// not there. Times are seconds on the testbed's clock since the attempt began.
// What is secret is not in it.
type Trace struct {
	Schema   string    `json:"schema"`
	Case     string    `json:"case"`
	Scenario string    `json:"scenario"`
	N        int       `json:"n"`
	Started  time.Time `json:"started_utc"`
	Seconds  float64   `json:"s"`
	// Steps are those that were begun, in their order.
	Steps    []TraceStep    `json:"steps,omitempty"`
	Waits    []TraceWait    `json:"waits,omitempty"`
	Commands []TraceCommand `json:"commands,omitempty"`
	Pictures []TracePicture `json:"pictures,omitempty"`
	// Trees are page sources, one line an element, each different one once.
	Trees []TraceTree `json:"trees,omitempty"`
	// Log are lines of the device's log since the device got power.
	Log []TraceLine `json:"log,omitempty"`
	// LeftOut says, each in one line, what is not in the trace and why.
	LeftOut []string `json:"left_out,omitempty"`
}

// Place is where in the attempt something happened: the number of the step from
// 1, 0 for the way to the start, [AfterTheEnd] for what came after the last step.
type Place int

// AfterTheEnd is the place of what is done when the scenario has ended, such as
// putting networks back.
const AfterTheEnd Place = -1

// TraceStep is the time of a step, and what was on the screen before and after
// it: places in [Trace.Trees], from 0.
type TraceStep struct {
	From   float64 `json:"from"`
	To     float64 `json:"to"`
	Before *int    `json:"before,omitempty"`
	After  *int    `json:"after,omitempty"`
}

// TraceWait is something that was waited for.
type TraceWait struct {
	Step    Place   `json:"step"`
	For     string  `json:"for"`
	From    float64 `json:"from"`
	To      float64 `json:"to"`
	Longest float64 `json:"longest"` // that it would have been waited
	Looks   int     `json:"looks"`   // 0 for a pause
	// Outcome is "came", "late", "paused", or the error that ended it.
	Outcome string `json:"outcome"`
}

// TraceCommand is a command to the phone's server, or several that repeated one
// another: then From is when the first one began, To when the last one ended.
type TraceCommand struct {
	Step    Place   `json:"step"`
	From    float64 `json:"from"`
	To      float64 `json:"to"`
	Name    string  `json:"name"`             // such as "POST element"
	Detail  string  `json:"detail,omitempty"` // such as the locator
	Outcome string  `json:"outcome"`          // "200", "404 no such element", "timeout"
	// Count is how often it was sent, Total and Most how long it took.
	Count int     `json:"count"`
	Total float64 `json:"total"`
	Most  float64 `json:"most"`
}

// TracePicture is a picture of the screen, made small.
type TracePicture struct {
	Step   Place   `json:"step"`
	At     float64 `json:"at"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Type   string  `json:"type"` // image/png or image/jpeg
	Data   []byte  `json:"data"`
}

// TraceTree is a page source.
type TraceTree struct {
	At    float64  `json:"at"` // when it was seen first
	Lines []string `json:"lines"`
}

// TraceLine is a line of the device's log. At is when it was written, if it
// says so itself.
type TraceLine struct {
	At   *float64 `json:"at,omitempty"`
	Text string   `json:"text"`
}
