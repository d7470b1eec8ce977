package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/secret"
	"ffscert/features/certification"
	"ffscert/reports/events"
	"ffscert/reports/journal"
	"ffscert/steps/suite"
)

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *safeBuffer) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.b.String()
	s.b.Reset()
	return text
}

func showing(s *state, out, err *safeBuffer) {
	s.Stdout, s.Stderr, s.log, s.secrets = out, err, logrus.New(), new(secret.Masker)
	s.log.SetOutput(err)
	if s.Getenv == nil {
		s.Getenv = func(string) string { return "" }
	}
}

func owed(done, needed int) []suite.Owed {
	return []suite.Owed{{Case: "A", Scenario: "s", Made: done, Done: done, Needed: needed}}
}

var theRun = shown{header: journal.Header{ID: "r", Plan: certification.Plan{ID: "p"}}, testbeds: []journal.Testbed{{Name: "bench"}}}

// Without a terminal there is a line when something changed, and every minute
// how far the run is; while a person is asked there is nothing.
func TestPlainLinesComeEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s state
		var out, err safeBuffer
		showing(&s, &out, &err)
		p := newShower(&s, nil, theRun)
		defer p.Close()
		p.Owes(owed(0, 3))
		require.Equal(t, "run r: 3 attempts of plan p\n", err.take())
		p.Began("bench", certification.AttemptID{Case: "A", Scenario: "s", N: 1}, 3)
		time.Sleep(30 * time.Second)
		p.Step("bench", 1, 2, "I switch the\x1b[2J device on")
		done := p.Waiting("bench", "the device", time.Minute)
		require.Empty(t, err.take())
		time.Sleep(31 * time.Second)
		require.Equal(t, "0 of 3 attempts done, 3 to go, time left unknown\n  bench: A #1/3 for 1:00, 1/2 0:30 I switch the\ufffd[2J device on · waits 0:30: the device\n", err.take())
		done()
		_, answered := p.asking("bench", "Is it on?")
		time.Sleep(90 * time.Second)
		require.Empty(t, err.take(), "nothing comes between a question and its answer")
		answered(true)
		require.Contains(t, err.take(), "a person is asked")
		p.Owes(owed(1, 2))
		p.Ended("bench", certification.Attempt{ID: certification.AttemptID{Case: "A", Scenario: "s", N: 1}, Verdict: certification.Failed, Cause: certification.CauseProduct, Message: "never seen"})
		require.Equal(t, "A #1 failed (product) never seen\n", err.take())
		time.Sleep(time.Minute)
		require.Equal(t, "1 of 3 attempts done, 2 to go, about 5 min left\n  bench: ready for 0:29; last failed ✗\n", err.take())
		p.Close()
		time.Sleep(time.Hour)
		require.Empty(t, err.take())
		require.Empty(t, out.take())
	})
}

// At a terminal the block is drawn anew, and what did not pass stands above it.
func TestABlockAtATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := state{Terminal: true, Size: func() (int, int) { return 60, 20 }, Getenv: func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }}
		var out, err safeBuffer
		showing(&s, &out, &err)
		p := newShower(&s, nil, theRun)
		defer p.Close()
		p.Owes(owed(0, 2))
		p.Began("bench", certification.AttemptID{Case: "A", Scenario: "s", N: 1}, 2)
		time.Sleep(time.Second)
		require.Contains(t, err.take(), "0/2 done, 2 to go, time left unknown\n")
		p.Owes(owed(1, 1))
		p.Ended("bench", certification.Attempt{ID: certification.AttemptID{Case: "A", Scenario: "s", N: 1}, Verdict: certification.Passed})
		s.log.Warn("a log line")
		time.Sleep(1100 * time.Millisecond)
		shownNow := err.take()
		require.NotContains(t, shownNow, "A #1 passed", "the block says it")
		require.Contains(t, shownNow, "bench ready 0:01 ✓ passed")
		require.Contains(t, shownNow, "a log line")
		require.NotContains(t, shownNow, "\x1b[3", "NO_COLOR")
		p.Ended("bench", certification.Attempt{ID: certification.AttemptID{Case: "A", Scenario: "s", N: 2}, Verdict: certification.Blocked, Cause: certification.CauseRig, Message: "no\x1b[2J phone"})
		require.Contains(t, err.take(), "A #2 blocked (rig) no\ufffd[2J phone\n")
		p.Close()
		require.True(t, strings.HasSuffix(err.take(), "\x1b[J"), "the block is taken away")
	})
}

// Where events go to the terminal that lines go to, too, there is no block.
func TestEventsComeEveryHalfMinute(t *testing.T) {
	for _, screen := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := state{Terminal: true, Screen: screen}
			var out, err safeBuffer
			showing(&s, &out, &err)
			p := newShower(&s, events.NewWriter(&out, time.Now), theRun)
			defer p.Close()
			require.Equal(t, !screen, p.live)
			p.Owes(owed(0, 2))
			p.Began("bench", certification.AttemptID{Case: "A", Scenario: "s", N: 1}, 2)
			p.Step("bench", 1, 2, "t")
			done := p.Waiting("bench", "the device", time.Minute)
			defer done()
			out.take()
			time.Sleep(31 * time.Second)
			require.Regexp(t, `^\{"schema":"ffscert/events/v1","event":"status".*"state":"attempt","since_utc":"2000-01-01T00:00:00Z","case":"A","scenario":"s","n":1,"step":\{"step":1,"steps":2,"text":"t",.*"waits_for":"the device".*\n$`, out.take())
		})
	}
}

func TestTheLocaleDecidesAboutMarks(t *testing.T) {
	for _, tc := range []struct {
		all, lang string
		want      bool
	}{{"", "", true}, {"", "de_DE.UTF-8", true}, {"", "C", false}, {"POSIX", "de_DE.UTF-8", false}, {"C.utf8", "C", true}, {"", "ja_JP.eucJP", false}} {
		got := unicodeTerminal(func(name string) string { return map[string]string{"LC_ALL": tc.all, "LANG": tc.lang}[name] })
		require.Equal(t, tc.want, got, "%+v", tc)
	}
}
