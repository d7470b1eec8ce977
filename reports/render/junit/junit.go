// Package junit writes the matrix as JUnit XML for the tools of continuous
// integration, in the form of Jenkins' schema.
//
// A case is a suite, its scenarios are the test cases. Only what failed is a
// failure; blocked is an error; what waits for review, was not run, does not
// apply or was waived is skipped, with the reason: nothing but passed and
// warning looks as if it had passed. The attempts, their causes and their
// evidence are properties of the suite, because that schema gives test cases
// none. It knows the matrix only.
package junit

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/safe"
)

// Render writes the matrix. The same matrix always gives the same bytes.
func Render(w io.Writer, m matrix.Matrix) error {
	x := &writer{Writer: bufio.NewWriterSize(w, 1<<16)}
	suites := suitesOf(m)
	var all totals
	for _, s := range suites {
		all.add(s.totals)
	}
	x.WriteString(xml.Header)
	x.open("testsuites", "name", render.Headline(m)+" · "+m.Run.Product.DeviceName+" · "+render.Plan(m), "tests", strconv.Itoa(all.tests),
		"failures", strconv.Itoa(all.failures), "errors", strconv.Itoa(all.errors), "time", seconds(all.time))
	for i, s := range suites {
		s.write(x, m, i)
	}
	x.close("testsuites")
	if err := x.Flush(); err != nil {
		return fmt.Errorf("write the JUnit file: %w", err)
	}
	return nil
}

// suite is a case of the plan, a local scenario, or the run itself.
type suite struct {
	name, group, id string
	properties      func(*writer)
	tests           []test
	started         time.Time
	totals
}

// test is a test case.
type test struct {
	name, outcome, kind, message, text string
	time                               time.Duration
}

// The outcomes, as the elements that say so; a test case without one passed.
const (
	passed  = ""
	failure = "failure"
	failed  = "error"
	skipped = "skipped"
)

type totals struct {
	tests, failures, errors, skipped int
	time                             time.Duration
}

func (t *totals) add(o totals) {
	t.tests += o.tests
	t.failures += o.failures
	t.errors += o.errors
	t.skipped += o.skipped
	t.time += o.time
}

func suitesOf(m matrix.Matrix) []suite {
	var list []suite
	for i := range m.Cases {
		list = append(list, caseSuite(m, &m.Cases[i]))
	}
	for i := range m.Local {
		list = append(list, localSuite(m, &m.Local[i]))
	}
	if m.Run.State != journal.Finished || len(list) == 0 {
		// Otherwise a run that was interrupted before its failures would look well.
		message := "the run is " + string(m.Run.State)
		if len(list) == 0 {
			message += ", and no case was run"
		}
		list = append(list, suite{name: "the run", group: "run", id: "run", started: m.Run.StartedUTC, properties: func(*writer) {},
			tests: []test{{name: "The run comes to its end", outcome: failed, kind: string(certification.NotRun), message: message}}})
	}
	for i := range list {
		list[i].count(m)
	}
	return list
}

func (s *suite) count(m matrix.Matrix) {
	if s.started.IsZero() {
		s.started = m.Run.StartedUTC
	}
	for _, t := range s.tests {
		s.totals.tests++
		s.totals.time += t.time
		switch t.outcome {
		case failure:
			s.failures++
		case failed:
			s.errors++
		case skipped:
			s.skipped++
		}
	}
}

func caseSuite(m matrix.Matrix, c *matrix.Case) suite {
	s := suite{name: c.ID + " " + c.Title, group: c.Group, id: c.ID, started: firstStart(c.AttemptList)}
	waived := c.Verdict == certification.Waived
	for _, sc := range c.Scenarios {
		t := testOf(sc.Scenario, sc.Verdict, sc.Cause, sc.Message, attemptsOf(c.AttemptList, sc.Scenario))
		if waived && t.outcome != passed {
			t = test{name: sc.Scenario, outcome: skipped, text: c.Message, time: t.time}
		}
		s.tests = append(s.tests, t)
	}
	if len(c.Scenarios) == 0 {
		s.tests = []test{testOf(c.Title, c.Verdict, c.Cause, c.Message, nil)}
	}
	s.properties = func(x *writer) {
		x.property("scope", "case")
		x.property("case", c.ID)
		x.property("group", c.Group)
		x.property("requirement", c.Requirement)
		x.property("method", string(c.Method))
		x.property("waiver", render.Waivers(m, c.ID))
		x.result(c.Verdict, c.Cause, c.Message, c.Flaky, c.Attempts, c.Rate, c.SetupTime, c.Phases, c.Findings)
		for i, sc := range c.Scenarios {
			prefix := ""
			if len(c.Scenarios) > 1 {
				prefix = fmt.Sprintf("scenario.%d.", i+1)
				x.property(prefix+"name", sc.Scenario)
			}
			x.attempts(prefix, attemptsOf(c.AttemptList, sc.Scenario))
		}
	}
	return s
}

func localSuite(m matrix.Matrix, l *matrix.Scenario) suite {
	return suite{name: "local: " + l.Scenario, group: "local", id: certification.LocalCase, started: firstStart(l.AttemptList),
		tests: []test{testOf(l.Scenario, l.Verdict, l.Cause, l.Message, l.AttemptList)},
		properties: func(x *writer) {
			x.property("scope", "local: outside the plan, it does not enter its verdict")
			x.result(l.Verdict, l.Cause, l.Message, l.Flaky, l.Attempts, l.Rate, l.SetupTime, l.Phases, l.Findings)
			x.attempts("", l.AttemptList)
		}}
}

// attemptsOf are those of one scenario: the list holds them one scenario after
// the other.
func attemptsOf(list []matrix.Attempt, scenario string) []matrix.Attempt {
	from := 0
	for from < len(list) && list[from].Scenario != scenario {
		from++
	}
	to := from
	for to < len(list) && list[to].Scenario == scenario {
		to++
	}
	return list[from:to]
}

func firstStart(list []matrix.Attempt) (first time.Time) {
	for i := range list {
		if t := list[i].StartedUTC; first.IsZero() || t.Before(first) {
			first = t
		}
	}
	return first
}

// mostReasons bounds the attempts whose reasons stand in a failure's text; all
// are among the properties.
const mostReasons = 50

func testOf(name string, v certification.Verdict, cause certification.Cause, message string, list []matrix.Attempt) test {
	t := test{name: name, message: message, kind: string(v)}
	if cause != "" {
		t.kind = string(cause)
	}
	for i := range list {
		t.time += max(list[i].FinishedUTC.Sub(list[i].StartedUTC), 0)
	}
	switch v {
	case certification.Passed, certification.Warning:
		if v == certification.Warning {
			t.text = "warning: " + message
		}
		return t
	case certification.Review, certification.NotRun, certification.NotApplicable, certification.Waived:
		t.outcome, t.text = skipped, render.Words(string(v))+": "+message
		return t
	case certification.Failed:
		t.outcome = failure
	default:
		t.outcome = failed
	}
	var lines []string
	for i := range list {
		if a := &list[i]; a.Verdict != certification.Passed {
			if len(lines) == mostReasons {
				lines = append(lines, "… (the properties have the rest)")
				break
			}
			lines = append(lines, fmt.Sprintf("#%d %s %s %s", a.N, a.Verdict, render.Trouble(*a), strings.Join(a.Evidence, " ")))
		}
	}
	t.text = strings.Join(lines, "\n")
	return t
}

func (s *suite) write(x *writer, m matrix.Matrix, number int) {
	name := s.name
	if marks := render.Marks(m); len(marks) > 0 {
		name = strings.Join(marks, " ") + " · " + name
	}
	x.open("testsuite", "name", name, "package", s.group, "id", strconv.Itoa(number), "timestamp", s.started.UTC().Format("2006-01-02T15:04:05"),
		"hostname", "localhost", "tests", strconv.Itoa(s.totals.tests), "failures", strconv.Itoa(s.failures), "errors", strconv.Itoa(s.errors),
		"skipped", strconv.Itoa(s.skipped), "time", seconds(s.totals.time))
	x.open("properties")
	x.run(m)
	s.properties(x)
	x.close("properties")
	for _, t := range s.tests {
		t.write(x, s.id)
	}
	x.close("testsuite")
}

func (t test) write(x *writer, class string) {
	x.open("testcase", "classname", class, "name", t.name, "time", seconds(t.time))
	switch t.outcome {
	case failure, failed:
		x.element(t.outcome, t.text, "type", t.kind, "message", t.message)
	case skipped:
		x.element(skipped, t.text)
	default:
		if t.text != "" {
			x.element("system-out", t.text)
		}
	}
	x.close("testcase")
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// longest bounds a text, in runes.
const longest = 10_000

// clean keeps out what XML cannot hold, with everything else that is no text.
func clean(s string) string { return safe.Text(s, longest) }
