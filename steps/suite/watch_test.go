package suite_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
	"ffscert/steps/suite"
)

// watched notes what a watcher is told, in its order.
type watched struct {
	mu  sync.Mutex
	all []string
}

func (w *watched) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, fmt.Sprintf(format, args...))
}

func (w *watched) Began(bed string, id certification.AttemptID, of int) {
	w.say("%s begins %s of %d", bed, id, of)
}
func (w *watched) Waiting(string, string, time.Duration) func() { return func() {} }
func (w *watched) Ended(_ string, a certification.Attempt)      { w.say("%s %s", a.ID, a.Verdict) }
func (w *watched) Stopped(bed string, _ certification.Attempt, _ string) {
	w.say("%s is out", bed)
}
func (w *watched) Step(_ string, n, of int, text string) { w.say("step %d/%d %s", n, of, text) }
func (w *watched) Idle(bed string)                       { w.say("%s is idle", bed) }
func (w *watched) Mending(bed string) func() {
	w.say("%s is mended", bed)
	return func() { w.say("%s was mended", bed) }
}
func (w *watched) Owes(all []suite.Owed) {
	for _, o := range all {
		w.say("%s: made %d, done %d, blocked %d, needed %d", o.Case, o.Made, o.Done, o.Blocked, o.Needed)
	}
}

func TestAWatcherIsToldHowFarARunIs(t *testing.T) {
	all, problems := suite.Parse("own.feature", []byte("Feature: f\n  @case:A\n  Scenario: s\n    * the device is switched off\n    * I switch the device on\n"))
	require.Empty(t, suite.Errors(problems))
	jobs := []suite.Job{{Case: rateJob(2).Case, Scenario: all[0], Required: 2}}
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	heard := &watched{}
	require.NoError(t, (&suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{l.bed}, Journal: newJournal(t, jobs), Listener: heard}).Do(t.Context()))
	require.Equal(t, []string{
		"A: made 0, done 0, blocked 0, needed 2",
		"door 1 begins A #1 of 2", "step 1/2 the device is switched off", "step 2/2 I switch the device on",
		"A: made 1, done 1, blocked 0, needed 1", "A #1 passed",
		"door 1 begins A #2 of 2", "step 1/2 the device is switched off", "step 2/2 I switch the device on",
		"A: made 2, done 2, blocked 0, needed 0", "A #2 passed", "door 1 is idle"}, heard.all)
}

// A blocked attempt is not done, and its testbed is mended, or taken out.
func TestAWatcherIsToldOfTestbedsThatAreMended(t *testing.T) {
	jobs := []suite.Job{rateJob(20)}
	heard := &watched{}
	plugs := func(context.Context) error {
		return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseRig, Message: "names"}
	}
	var stopped *suite.StoppedError
	require.ErrorAs(t, (&suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{brokenBed(t, "a", plugs)}, Journal: newJournal(t, jobs), Listener: heard,
		HealWithin: time.Millisecond, Breaker: 2}).Do(t.Context()), &stopped)
	require.Equal(t, []string{
		"A: made 0, done 0, blocked 0, needed 20",
		"a begins A #1 of 20", "A: made 1, done 0, blocked 1, needed 20", "A #1 blocked", "a is mended", "a was mended",
		"a begins A #2 of 20", "A: made 2, done 0, blocked 2, needed 20", "A #2 blocked", "a is out"}, heard.all)
}
