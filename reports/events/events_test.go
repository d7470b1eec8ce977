package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"ffscert/features/certification"
	"ffscert/reports/schematest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var published = schematest.Published{
	File: "events.schema.json", Title: "One line of ffscert run --json: " + Schema,
	Types: []any{&PhoneAwaited{}, &RunStarted{}, &AttemptStarted{}, &StepStarted{}, &QuestionAsked{}, &QuestionEnded{}, &AttemptFinished{},
		&TestbedMending{}, &TestbedIdle{}, &TestbedStopped{}, &Status{}, &RunInterrupting{}, &RunEnded{}},
	Comments: map[string]string{"ffscert/reports/events": "./", "ffscert/features/certification": "../../features/certification"},
	Enums:    map[reflect.Type][]string{reflect.TypeFor[Worth](): {string(Guess), string(AtLeast), string(Unknown)}},
	Fix: func(of any, s *jsonschema.Schema) {
		schema, _ := s.Properties.Get("schema")
		schema.Const = Schema
		event, _ := s.Properties.Get("event")
		if _, ok := of.(*RunStarted); ok {
			event.Enum = []any{RunStartedName, RunContinuedName}
			return
		}
		event.Const = of.(Event).name()
		if _, ok := of.(*PhoneAwaited); !ok {
			s.Required = append(s.Required, "run")
		}
	},
}

func TestThePublishedSchemaIsCurrent(t *testing.T) { published.IsCurrent(t, *update) }

// one of each event, with as much in it as there can be.
func all() []Event {
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.FixedZone("elsewhere", 3600))
	left := 12.5
	a := Attempt{Testbed: "bench-1", Case: "3P2-DE-02", Scenario: "f.feature:7 s", N: 3}
	c := Count{Made: 3, Done: 2, Blocked: 1, ToGo: 18, TimeToEnd: &left, TimeToEndIs: Guess}
	continued := &RunStarted{Testbeds: []Testbed{{Name: "bench-1", Phone: "Fairphone 5"}}, Plan: Plan{"p", "P", "1"}, Recorded: 3, Attempts: c}
	continued.Event = RunContinuedName
	return []Event{
		&PhoneAwaited{Testbed: "bench-1", Message: "is leased", Longest: 60},
		&RunStarted{Simulated: true, Partial: true, Selection: "--case A", Testbeds: []Testbed{}, Attempts: Count{TimeToEndIs: Unknown}}, continued,
		&AttemptStarted{Attempt: a, Of: 20}, &StepStarted{Attempt: a, Step: 1, Steps: 7, Text: "I switch the device on"},
		&QuestionAsked{Testbed: "bench-1", Text: "Is it on?"}, &QuestionEnded{Testbed: "bench-1", Answered: true},
		&AttemptFinished{Attempt: a, Verdict: certification.Passed, SetupTime: &certification.Bracket{Value: 2, Lo: 1, Hi: 3}, Started: at.UTC(), Finished: at.UTC(), Took: 3, Attempts: c},
		&AttemptFinished{Attempt: a, Simulated: true, Verdict: certification.Blocked, Cause: certification.CauseRig, Code: "FFS-E405", Message: "m", Hint: "h", Attempts: c},
		&TestbedMending{Testbed: "bench-1", Code: "FFS-E405"}, &TestbedIdle{Testbed: "bench-1"},
		&TestbedStopped{Testbed: "bench-1", Cause: certification.CauseRig, Code: "FFS-E405", Message: "m", Hint: "h"},
		&Status{Attempts: c, Testbeds: []Now{{Testbed: "bench-1", State: "ready", Since: at.UTC(), Last: []certification.Verdict{}},
			{Testbed: "bench-2", State: "attempt", Since: at.UTC(), Case: "A", Scenario: "s", N: 1, Step: &StepNow{1, 2, "t", at.UTC()}, WaitsFor: "w", WaitsSince: &at, Last: []certification.Verdict{certification.Failed}}}},
		&RunInterrupting{Attempts: c},
		&RunEnded{State: "finished", Verdict: certification.Failed, Status: 1, Cases: map[certification.Verdict]int{certification.Failed: 1}, Attempts: c},
		&RunEnded{State: "interrupted", Status: 3, Message: "no room", Cases: map[certification.Verdict]int{}, Attempts: c},
	}
}

func TestEveryEventIsALineOfItsOwn(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.FixedZone("elsewhere", 3600))
	w := NewWriter(&out, func() time.Time { return at })
	w.SetRun("20261127-080000-abcd")
	check := published.Check(t)
	var names []string
	for i, e := range all() {
		out.Reset()
		w.Emit(e)
		line := out.Bytes()
		require.Equal(t, 1, bytes.Count(line, []byte("\n")))
		check.Valid(t, line)
		var head Head
		require.NoError(t, json.Unmarshal(line, &head))
		require.Equal(t, Head{Schema: Schema, Event: e.name(), Seq: i + 1, UTC: at.UTC(), Run: "20261127-080000-abcd"}, head)
		require.Contains(t, string(line), `"utc":"2026-11-27T08:00:00Z"`)
		names = append(names, string(e.name()))
		// What belongs to one event belongs to no other.
		for _, other := range []Name{"run_exploded", AttemptFinishedName, RunEndedName} {
			if other != e.name() {
				check.Refuses(t, bytes.Replace(line, []byte(`"event":"`+string(e.name())+`"`), []byte(`"event":"`+string(other)+`"`), 1))
			}
		}
		check.Refuses(t, bytes.Replace(line, []byte(`ffscert/events/v1`), []byte(`ffscert/events/v2`), 1))
		check.Refuses(t, bytes.Replace(line, []byte(`2026-11-27T08:00:00Z`), []byte(`yesterday`), 1))
	}
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, n := range names {
		require.Contains(t, string(page), "`"+n+"`", "README.md does not tell of it")
	}
	for _, e := range all() {
		for _, field := range jsonNames(reflect.TypeOf(e).Elem()) {
			require.Contains(t, string(page), "`"+field+"`", "README.md does not tell of a field of %s", e.name())
		}
	}
}

func jsonNames(of reflect.Type) []string {
	var all []string
	for i := range of.NumField() {
		f := of.Field(i)
		if f.Anonymous {
			all = append(all, jsonNames(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, name)
	}
	return all
}

// Whatever is in a text, a line is one line, and no terminal obeys it.
func TestWhatComesFromOutsideStaysInItsLine(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out, time.Now)
	w.SetRun("r")
	w.Emit(&QuestionAsked{Testbed: "b", Text: "a\x1b[2J\nb\u2028\u202e灯\xff"})
	require.Equal(t, 1, bytes.Count(out.Bytes(), []byte("\n")))
	require.NotContains(t, out.String(), "\x1b")
	require.NotContains(t, out.String(), "\u202e")
	published.Check(t).Valid(t, out.Bytes())
	var e QuestionAsked
	require.NoError(t, json.Unmarshal(out.Bytes(), &e))
	require.Equal(t, "a\x1b[2J\nb\u2028\u202e灯\ufffd", e.Text)
}

type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, errors.New("nobody reads") }

func TestAReaderThatHasGoneIsTold(t *testing.T) {
	w := NewWriter(gone{}, time.Now)
	w.Emit(&TestbedIdle{Testbed: "b"})
	w.Emit(&TestbedIdle{Testbed: "b"})
	require.ErrorContains(t, w.Err(), "nobody reads")
	var none *Writer
	none.SetRun("r")
	none.Emit(&TestbedIdle{})
	require.NoError(t, none.Err())
}

func TestEventsOfSeveralTestbedsAreNotMixed(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out, time.Now)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				w.Emit(&TestbedIdle{Testbed: "bench"})
			}
		})
	}
	all.Wait()
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	require.Len(t, lines, 400)
	for i, l := range lines {
		var e TestbedIdle
		require.NoError(t, json.Unmarshal(l, &e))
		require.Equal(t, i+1, e.Seq)
	}
}
