package suite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
)

// DefaultBreaker is how many blocked attempts in a row stop a testbed.
const DefaultBreaker = 4

// The looks at a testbed that is being waited for.
const (
	healEvery    = 5 * time.Second
	networkEvery = 15 * time.Second
)

// StoppedError says that a run could not go on: every testbed was taken out of
// it. What was recorded stands, and the run can be resumed.
type StoppedError struct {
	Beds []string // the testbeds
	// Last is the attempt that decided for the last of them.
	Last certification.Attempt
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("no testbed is left: %s stopped after too many blocked attempts in a row; the last one said: %s %s",
		strings.Join(e.Beds, ", "), e.Last.Code, e.Last.Message)
}

// Hint is what to do.
func (e *StoppedError) Hint() string { return whatToDo(e.Last) }

func whatToDo(a certification.Attempt) string {
	hint := a.Hint
	if hint != "" {
		hint += "; "
	}
	return hint + "see `ffscert explain " + string(a.Code) + "`, mend the testbed and resume the run"
}

// medic looks after one testbed between the attempts of a run: it mends what
// can be mended from here, and gives the testbed up when that does not help.
// What it did stands in the record of the next attempt.
type medic struct {
	run *Run
	bed *testbed.Testbed
	row int      // blocked attempts in a row
	did []string // since the last attempt
}

// note hands what was done since the last attempt to the one that came then.
func (m *medic) note(a *certification.Attempt) {
	var all []certification.Observation
	for _, what := range m.did {
		all = append(all, certification.Observation{What: "before this attempt: " + what, At: a.Started})
	}
	a.Observations = append(all, a.Observations...)
	m.did = nil
}

// judge tells whether the testbed is to be given up after the attempt, and
// says so in its record. A blocked attempt for which the scenario or the tool
// is to blame says nothing of the testbed.
func (m *medic) judge(a *certification.Attempt) (stop bool) {
	switch {
	case a.Verdict != certification.Blocked:
		m.row = 0
		return false
	case a.Cause == certification.CauseDefinition || a.Cause == certification.CauseTool:
		return false
	}
	m.row++
	limit := m.run.Breaker
	if limit == 0 {
		limit = DefaultBreaker
	}
	if limit < 0 || m.row < limit {
		return false
	}
	a.TookOut = m.row
	a.Observations = append(a.Observations, certification.Observation{At: a.Finished,
		What: fmt.Sprintf("the testbed %s is taken out of the run: %d blocked attempts in a row; %s", m.bed.Name, m.row, whatToDo(*a))})
	return true
}

// heal mends what the blocked attempt points at. It takes a bounded time; if
// nothing helps, the next attempt says so.
func (m *medic) heal(ctx context.Context, a certification.Attempt) {
	if a.Verdict != certification.Blocked || m.run.HealWithin <= 0 || ctx.Err() != nil {
		return
	}
	defer m.run.watcher().Mending(m.bed.Name)()
	if m.run.Listener != nil {
		ctx = drivers.WithObserver(ctx, observer{m.run.Listener, m.bed.Name})
	}
	switch {
	case a.Code == certification.RigServer || a.Code == certification.RigSession || a.Code == certification.RigPhone || a.Code == certification.RigTimeout:
		m.reconnect(ctx)
	case a.Code == certification.RigProvisioner:
		m.restartProvisioner(ctx)
	case a.Cause == certification.CauseNetwork:
		m.awaitNetwork(ctx)
	case a.Cause == certification.CauseAlexaApp || a.Code == certification.RigPlug:
		m.restartApp(ctx)
	}
}

func (m *medic) did1(what string, err error) {
	if err != nil {
		what += ", which failed: " + err.Error()
	}
	m.did = append(m.did, what)
}

// reconnect gives the phone a new session, and a server or phone that went
// away the time to come back. A session that was just opened may die of what
// ended the one before it: it has to answer twice, some seconds apart.
func (m *medic) reconnect(ctx context.Context) {
	m.did1("the session was ended", m.bed.Phone.Close(ctx))
	from := m.bed.Clock.Now()
	plugged, answered := false, false
	err := drivers.Poll(ctx, m.bed.Clock, drivers.Wait{For: "the phone to come back", Timeout: m.run.HealWithin, Every: healEvery},
		func(ctx context.Context) error {
			_, err := m.bed.Phone.Open(ctx)
			if err == nil {
				_, err = m.bed.Phone.Source(ctx) // asks the phone itself
			}
			switch {
			case ctx.Err() != nil, err == nil && answered:
				return err
			case err == nil:
				answered = true
				return drivers.ErrNotYet
			}
			answered = false
			if m.bed.Reconnect != nil {
				rerr := m.bed.Reconnect(ctx)
				if !plugged || rerr == nil {
					m.did1("the phone was connected again (phone.reconnect)", rerr)
				}
				plugged = true
			}
			return errors.Join(drivers.ErrNotYet, err)
		})
	m.did1(fmt.Sprintf("a new session was asked for, for %.0f s", m.bed.Clock.Now().Sub(from).Seconds()), lastOf(err))
}

// restartApp ends the Alexa app; the next attempt starts it anew. Its data is
// never touched: that would sign the account out.
func (m *medic) restartApp(ctx context.Context) {
	m.did1("the Alexa app was ended, so that it starts anew", m.bed.Phone.Terminate(ctx, m.bed.Alexa.Map().Application()))
}

// restartProvisioner takes its power and gives it back.
func (m *medic) restartProvisioner(ctx context.Context) {
	m.bed.Join()
	alive := func(ctx context.Context) error { return m.bed.Phone.KeepAlive(ctx) }
	_, err := m.bed.ProvisionerPower.Off(ctx)
	if err == nil {
		err = drivers.Hold(ctx, m.bed.Clock, "the provisioner stays without power", m.bed.Timing.ProvisionerOff, alive)
	}
	if err == nil {
		_, err = m.bed.ProvisionerPower.On(ctx)
	}
	if err == nil {
		err = drivers.Hold(ctx, m.bed.Clock, "the provisioner starts", m.bed.Timing.ProvisionerReady, alive)
	}
	m.did1("the provisioner was switched off and on", err)
}

// awaitNetwork waits until the app can be used again.
func (m *medic) awaitNetwork(ctx context.Context) {
	from := m.bed.Clock.Now()
	err := drivers.Poll(ctx, m.bed.Clock, drivers.Wait{For: "the network to come back", Timeout: m.run.HealWithin, Every: networkEvery},
		func(ctx context.Context) error {
			m.bed.Join() // a dialog may be answered anew
			err := m.bed.ToStart(ctx, nil)
			if err == nil {
				err = m.bed.Alexa.Refreshes(ctx)
			}
			if err == nil || ctx.Err() != nil {
				return err
			}
			return errors.Join(drivers.ErrNotYet, err)
		})
	m.did1(fmt.Sprintf("the network was waited for, for %.0f s", m.bed.Clock.Now().Sub(from).Seconds()), lastOf(err))
}

// lastOf is what a wait was waiting for in vain.
func lastOf(err error) error {
	var late *drivers.TimeoutError
	if !errors.As(err, &late) || late.LastErr == nil {
		return err
	}
	if t := certification.TroubleOf(late.LastErr); t != nil && t.Code != certification.ToolUnclassified {
		return t
	}
	return late.LastErr
}
