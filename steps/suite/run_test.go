package suite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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
	open   func(context.Context) error
	source string // none if it is empty
}

func (p brokenPhone) Open(ctx context.Context) (drivers.PhoneInfo, error) {
	return drivers.PhoneInfo{}, p.open(ctx)
}
func (brokenPhone) Close(context.Context) error { return nil }
func (p brokenPhone) Source(context.Context) (string, error) {
	if p.source == "" {
		return "", errors.New("no")
	}
	return p.source, nil
}
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

// A run that is continued makes what is lacking: numbers that were given out and
// never recorded first, and nothing twice.
func TestARunGoesOnWhereItsJournalHasComeTo(t *testing.T) {
	jobs := []suite.Job{rateJob(4)}
	j := newJournal(t, jobs)
	id := func(n int) certification.AttemptID {
		return certification.AttemptID{Case: "A", Scenario: jobs[0].Scenario.Title(), N: n}
	}
	for _, n := range []int{1, 3} {
		require.NoError(t, j.Append(t.Context(), certification.Attempt{ID: id(n), Verdict: certification.Passed, Started: time.Now(), Finished: time.Now()}))
	}
	trouble := &certification.Trouble{Code: certification.ProductNotSetUp, Cause: certification.CauseProduct, Message: "not set up"}
	bed := brokenBed(t, "a", func(context.Context) error { return trouble })
	require.NoError(t, (&suite.Run{Jobs: jobs, Journal: j, Beds: []*testbed.Testbed{bed}}).Do(t.Context()))
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	// One failure ends a case of four with a target of 95 %.
	require.Len(t, rec.Attempts, 3)
	require.Equal(t, id(2), rec.Attempts[2].ID)
	require.NoError(t, (&suite.Run{Jobs: jobs, Journal: j, Beds: []*testbed.Testbed{bed}}).Do(t.Context()))
	rec, err = j.Record(t.Context())
	require.NoError(t, err)
	require.Len(t, rec.Attempts, 3, "nothing was owed any more")
}

// Evidence that cannot be written stops the run; the attempt is not lost.
func TestEvidenceThatCannotBeKeptStopsTheRun(t *testing.T) {
	jobs := []suite.Job{rateJob(5)}
	j := newJournal(t, jobs)
	require.NoError(t, os.WriteFile(filepath.Join(j.Dir(), "evidence"), nil, 0o644)) // where the folder belongs
	trouble := &certification.Trouble{Code: certification.RigPlug, Cause: certification.CauseRig, Message: "no"}
	bed := brokenBed(t, "a", func(context.Context) error { return trouble })
	p := bed.Phone.(brokenPhone)
	p.source = `<hierarchy rotation="0"><android.widget.FrameLayout package="x" class="android.widget.FrameLayout" bounds="[0,0][10,10]" displayed="true"/></hierarchy>`
	bed.Phone = p
	require.ErrorContains(t, (&suite.Run{Jobs: jobs, Journal: j, Beds: []*testbed.Testbed{bed}}).Do(t.Context()), "A #1 is recorded without all its evidence")
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	require.Len(t, rec.Attempts, 1)
}
