// Package messages writes the matrix as Cucumber messages, one JSON object per
// line, for Cucumber's own HTML formatter and whatever else reads them.
//
// Every attempt is a test case of its own, never a retry of another one: of
// retries Cucumber shows the last, and a rerun must not hide a failure. The
// feature files are those of the matrix (a feature per case, a scenario per
// attempt), not those that were carried out, which the journal does not keep;
// so the keyword of each step is the neutral "*". A last line of each scenario
// says what the attempt is worth: Cucumber has no blocked, review or waived.
//
// It knows the run as [render.Source] has it, and evidence in the run's folder.
package messages

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/cucumber/messages/go/v21"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/safe"
)

// protocol is that of the types that are written.
const protocol = "21.0.1"

// Render writes the run. The same run always gives the same bytes.
func Render(w io.Writer, s render.Source) error {
	out := bufio.NewWriterSize(w, 1<<16)
	e := json.NewEncoder(out)
	p := &writer{out: e, source: s, find: render.NewFinder(s), ended: end(s.Matrix), attached: map[string]bool{}}
	p.all()
	if p.err == nil {
		p.err = out.Flush()
	}
	if p.err != nil {
		return fmt.Errorf("write Cucumber messages: %w", p.err)
	}
	return nil
}

// writer keeps the first error.
type writer struct {
	out      *json.Encoder
	source   render.Source
	find     *render.Finder
	ended    time.Time // of the run
	ids      int
	attached map[string]bool // evidence that was taken in
	taken    int             // bytes of it
	err      error
}

func (p *writer) put(e messages.Envelope) {
	if p.err == nil {
		p.err = p.out.Encode(&e)
	}
}

func (p *writer) id() string {
	p.ids++
	return strconv.Itoa(p.ids)
}

func (p *writer) all() {
	m := p.source.Matrix
	p.put(messages.Envelope{Meta: &messages.Meta{ProtocolVersion: protocol,
		Implementation: &messages.Product{Name: clean("ffscert · " + render.Headline(m)), Version: clean(m.Run.ToolVersion)},
		Runtime:        &messages.Product{Name: clean(render.Plan(m)), Version: clean("run " + m.Run.ID)},
		Os:             &messages.Product{Name: clean(testbeds(m))}, Cpu: &messages.Product{Name: clean(m.Run.Product.DeviceName)}}})
	p.put(messages.Envelope{TestRunStarted: &messages.TestRunStarted{Timestamp: stamp(m.Run.StartedUTC)}})
	p.feature(runFeature(m))
	for i := range m.Cases {
		p.feature(caseFeature(m, &m.Cases[i]))
	}
	for i := range m.Local {
		p.feature(localFeature(m, &m.Local[i]))
	}
	p.put(messages.Envelope{TestRunFinished: &messages.TestRunFinished{Success: succeeded(m), Message: clean(render.Headline(m)), Timestamp: stamp(p.ended)}})
}

// testbeds stand where Cucumber shows the machine.
func testbeds(m matrix.Matrix) string {
	s := ""
	for i, t := range m.Run.Testbeds {
		if i > 0 {
			s += ", "
		}
		s += t.Name
		if t.Simulated {
			s += " (SIMULATED)"
		}
	}
	if s == "" {
		return "no testbed"
	}
	return s
}

// succeeded follows the exit status of a run.
func succeeded(m matrix.Matrix) bool {
	v := m.Outcome()
	return v == certification.Passed || v == certification.Warning || v == certification.Waived
}

// end is the end of the run, or the last that is known of it.
func end(m matrix.Matrix) time.Time {
	if m.Run.FinishedUTC != nil {
		return *m.Run.FinishedUTC
	}
	last := m.Run.StartedUTC
	for i := range m.Cases {
		for _, a := range m.Cases[i].AttemptList {
			if a.FinishedUTC.After(last) {
				last = a.FinishedUTC
			}
		}
	}
	return last
}

// statusOf never makes anything look passed that is not: failed > pending >
// skipped > passed, and the worst of the steps decides. Blocked is pending,
// because it is to be attempted again; Cucumber's ambiguous and undefined would
// speak of step definitions.
func statusOf(v certification.Verdict) messages.TestStepResultStatus {
	switch v {
	case certification.Passed, certification.Warning:
		return messages.TestStepResultStatus_PASSED
	case certification.Failed:
		return messages.TestStepResultStatus_FAILED
	case certification.NotRun, certification.NotApplicable, certification.Waived:
		return messages.TestStepResultStatus_SKIPPED
	}
	return messages.TestStepResultStatus_PENDING // review, blocked, and what nobody knows
}

func stamp(t time.Time) *messages.Timestamp {
	if t.Year() < 1970 {
		t = time.Unix(0, 0)
	}
	s := messages.GoTimeToTimestamp(t)
	return &s
}

func duration(seconds float64) *messages.Duration {
	seconds = min(max(seconds, 0), 1e9)
	d := messages.GoDurationToDuration(time.Duration(seconds * 1e9))
	return &d
}

// longest bounds a text, in runes.
const longest = 2000

func clean(s string) string { return safe.Text(s, longest) }
