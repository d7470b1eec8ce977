package suite_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/steps/suite"
)

// brokenPhone answers every session with an error.
type brokenPhone struct {
	drivers.Phone
	open func(context.Context) error
}

func (p brokenPhone) Open(ctx context.Context) (drivers.PhoneInfo, error) {
	return drivers.PhoneInfo{}, p.open(ctx)
}
func (brokenPhone) Close(context.Context) error                { return nil }
func (brokenPhone) Source(context.Context) (string, error)     { return "", errors.New("no") }
func (brokenPhone) Screenshot(context.Context) ([]byte, error) { return nil, errors.New("no") }

func brokenBed(t *testing.T, name string, open func(context.Context) error) *testbed.Testbed {
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	p := brokenPhone{open: open}
	return &testbed.Testbed{Name: name, Clock: drivers.RealClock{}, Phone: p, Alexa: alexa.New(p, drivers.RealClock{}, maps[0])}
}

func rateJob(required int) suite.Job {
	return suite.Job{Case: certification.Case{ID: "A", Method: certification.Automated,
		Criterion: certification.Criterion{Kind: certification.Rate, Target: 0.95, Attempts: required}},
		Scenario: suite.Scenario{File: "f.feature", Line: 2, Name: "s", Steps: []suite.Step{{Text: "the device has no power", Line: 3}}}, Required: required}
}

func newJournal(t *testing.T, jobs []suite.Job) *journal.Journal {
	j, err := journal.Create(t.Context(), t.TempDir(), journal.Header{Created: time.Now().UTC(), ToolVersion: "test",
		Plan:   certification.Plan{ID: "p", Name: "p", Version: "1", Cases: []certification.Case{jobs[0].Case}},
		Scopes: suite.Scopes(jobs), Product: journal.Product{DeviceName: "x"}})
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	return j
}

// A rig that is broken ends the run after a limited number of attempts, each
// of which stays on record with a number of its own.
func TestBlockedAttemptsAreRepeatedALimitedNumberOfTimes(t *testing.T) {
	trouble := &certification.Trouble{Code: certification.RigPhone, Cause: certification.CauseRig, Message: "offline"}
	jobs := []suite.Job{rateJob(4)}
	j := newJournal(t, jobs)
	beds := []*testbed.Testbed{
		brokenBed(t, "a", func(context.Context) error { return trouble }),
		brokenBed(t, "b", func(context.Context) error { return trouble }),
	}
	require.NoError(t, (&suite.Run{Jobs: jobs, Beds: beds, Journal: j}).Do(t.Context()))
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, rec.Attempts)
	require.LessOrEqual(t, len(rec.Attempts), matrix.MaxAttempts(matrix.Rules{Criterion: jobs[0].Case.Criterion, Required: 4}))
	numbers := map[int]bool{}
	for _, a := range rec.Attempts {
		require.Equal(t, certification.Blocked, a.Verdict)
		require.Equal(t, certification.RigPhone, a.Code)
		require.False(t, numbers[a.ID.N], "number %d twice", a.ID.N)
		numbers[a.ID.N] = true
	}
}

// An error that nobody foresaw is the tool's, never the product's.
func TestUnforeseenErrorsBlameTheTool(t *testing.T) {
	jobs := []suite.Job{rateJob(1)}
	j := newJournal(t, jobs)
	require.NoError(t, (&suite.Run{Jobs: jobs, Journal: j, Beds: []*testbed.Testbed{
		brokenBed(t, "a", func(context.Context) error { return errors.New("surprise") })}}).Do(t.Context()))
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	require.Equal(t, certification.CauseTool, rec.Attempts[0].Cause)
	require.Equal(t, certification.Blocked, rec.Attempts[0].Verdict)
}

// An attempt that was cut off is not an attempt: it is not recorded, and the
// run says that it was stopped.
func TestWhatIsCutOffIsNotRecorded(t *testing.T) {
	jobs := []suite.Job{rateJob(5)}
	j := newJournal(t, jobs)
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	bed := brokenBed(t, "a", func(ctx context.Context) error {
		once.Do(cancel)
		<-ctx.Done()
		return ctx.Err()
	})
	require.ErrorIs(t, (&suite.Run{Jobs: jobs, Journal: j, Beds: []*testbed.Testbed{bed}}).Do(ctx), context.Canceled)
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	require.Empty(t, rec.Attempts)
}
