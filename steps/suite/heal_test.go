package suite_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/steps/suite"
)

// stops notes which testbeds were taken out of a run.
type stops struct {
	mu   sync.Mutex
	beds []string
	hint string
}

func (*stops) Began(string, certification.AttemptID, int)   {}
func (*stops) Waiting(string, string, time.Duration) func() { return func() {} }
func (*stops) Ended(string, certification.Attempt)          {}
func (s *stops) Stopped(bed string, _ certification.Attempt, hint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beds, s.hint = append(s.beds, bed), hint
}

func offline(context.Context) error {
	return &certification.Trouble{Code: certification.RigPhone, Cause: certification.CauseRig, Message: "offline", Hint: "plug it in"}
}

// Several blocked attempts in a row take a testbed out of the run, which is
// told, on record, and can be resumed; attempts that nobody can make are left.
func TestTheBreakerStopsATestbed(t *testing.T) {
	jobs := []suite.Job{rateJob(20)}
	j := newJournal(t, jobs)
	heard := &stops{}
	err := (&suite.Run{Jobs: jobs, Journal: j, Listener: heard, Beds: []*testbed.Testbed{brokenBed(t, "a", offline)}}).Do(t.Context())
	var stopped *suite.StoppedError
	require.ErrorAs(t, err, &stopped)
	require.Equal(t, []string{"a"}, stopped.Beds)
	require.Contains(t, stopped.Hint(), "plug it in")
	require.Contains(t, err.Error(), "FFS-E405")
	require.Equal(t, []string{"a"}, heard.beds)
	require.Contains(t, heard.hint, "resume")
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	require.Len(t, rec.Attempts, suite.DefaultBreaker)
	for i, a := range rec.Attempts {
		require.Equal(t, i == suite.DefaultBreaker-1, len(a.Observations) > 0 && contains(a, "taken out of the run"))
		require.Equal(t, i == suite.DefaultBreaker-1, a.TookOut == suite.DefaultBreaker)
		require.NotEmpty(t, a.DecidedBy)
	}
}

func contains(a certification.Attempt, what string) bool {
	for _, o := range a.Observations {
		if strings.Contains(o.What, what) {
			return true
		}
	}
	return false
}

// A testbed that breaks does not end the run of the others.
func TestTheRunGoesOnOnOtherTestbeds(t *testing.T) {
	jobs := []suite.Job{rateJob(12)}
	j := newJournal(t, jobs)
	heard := &stops{}
	// The second one is blocked by its scenario, which says nothing of the testbed.
	fine := func(context.Context) error {
		return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition, Message: "names"}
	}
	err := (&suite.Run{Jobs: jobs, Journal: j, Listener: heard, Breaker: 2, Beds: []*testbed.Testbed{brokenBed(t, "broken", offline), brokenBed(t, "sound", fine)}}).Do(t.Context())
	require.NoError(t, err, "one testbed was left")
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	by := map[string]int{}
	for _, a := range rec.Attempts {
		by[a.Testbed]++
	}
	require.LessOrEqual(t, by["broken"], 2)
	require.NotZero(t, by["sound"])
	require.NotContains(t, heard.beds, "sound")
}

// Without a limit no testbed is taken out.
func TestTheBreakerCanBeOff(t *testing.T) {
	jobs := []suite.Job{rateJob(20)}
	j := newJournal(t, jobs)
	require.NoError(t, (&suite.Run{Jobs: jobs, Journal: j, Breaker: -1, Beds: []*testbed.Testbed{brokenBed(t, "a", offline)}}).Do(t.Context()))
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	require.Greater(t, len(rec.Attempts), suite.DefaultBreaker)
}
