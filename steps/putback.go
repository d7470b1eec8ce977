package steps

import (
	"context"
	"time"

	"ffscert/drivers"
)

// Settle puts back what an earlier attempt, or an earlier run, has left changed
// about networks or account. An attempt begins with it: until it succeeds,
// nothing that is tried on the testbed proves anything.
func (a *Attempt) Settle(ctx context.Context) error {
	s := a.Bed.Network.Arranged()
	if s == "" {
		return nil
	}
	if err := a.Bed.Network.Restore(ctx); err != nil {
		return err
	}
	a.Observe("the testbed was still in the situation " + string(s) + " from before: it was put back")
	return nil
}

// Ending is how a scenario ended.
type Ending int

// The endings.
const (
	Whole   Ending = iota // with its last sentence
	Broken                // before, with an error
	Stopped               // before, because somebody wants to go home
)

// PutBack undoes what a scenario has left changed: networks and account, the
// provisioner's power, and, if it broke off, the device, which is removed where
// it is listed and loses its power. Only a scenario that changed networks,
// account or provisioner is followed up. What cannot be undone is a warning; it
// is tried again before the next attempt.
func (a *Attempt) PutBack(ctx context.Context, end Ending) {
	trouble := func(what string, err error) {
		if err != nil {
			a.warn("NET-PUT-BACK", what+": "+err.Error())
		}
	}
	if s := a.Bed.Network.Arranged(); s != "" {
		err := a.Bed.Network.Restore(ctx)
		if err == nil {
			a.Observe("the scenario ended before it put back the situation " + string(s) + ": it was put back")
		}
		trouble("networks and account could not be put back", err)
	}
	if a.provisionerOff {
		trouble("the provisioner could not be switched on again", a.provisionerBack(ctx, end))
	}
	if end != Broken || !a.disturbed {
		return
	}
	trouble("the device could not be removed", a.removeWherever(ctx))
	if a.powered != nil {
		_, err := a.Bed.DevicePower.Off(ctx)
		if err == nil {
			a.powered = nil
		}
		trouble("the device could not be switched off", err)
	}
}

func (a *Attempt) provisionerBack(ctx context.Context, end Ending) error {
	at, err := a.Bed.ProvisionerPower.On(ctx)
	if err != nil {
		return err
	}
	a.provisionerOff = false
	a.Observe("the scenario ended before it switched the provisioner on again: it was switched on")
	if end == Stopped || at.Already {
		return nil
	}
	return drivers.Hold(ctx, a.Bed.Clock, "the provisioner starts", a.Bed.Timing.ProvisionerReady, a.keepAlive)
}

// removeWherever removes the device where it is listed: in the maker's own app,
// which resets it, else in the Alexa app.
func (a *Attempt) removeWherever(ctx context.Context) error {
	name := a.Bed.Names.Device
	if err := a.Bed.Names.MayDelete(name); err != nil {
		return err
	}
	if p := a.Bed.Partner; p != nil {
		// A list that was fetched before the device was there lacks it.
		listed, err := p.ListsWithin(ctx, name, refreshedWithin)
		if err == nil && listed {
			a.Observe("the scenario ended with the device in the partner app: it is removed")
			err = p.Remove(ctx, name)
		}
		if err != nil {
			return err
		}
	}
	listed, err := a.Bed.Alexa.Lists(ctx, name)
	if err != nil || !listed {
		return err
	}
	if gone, err := a.Bed.Alexa.GoneWithin(ctx, name, refreshedWithin); err != nil || gone {
		return err
	}
	a.Observe("the scenario ended with the device in the Alexa app: it is removed")
	return a.Bed.Alexa.Delete(ctx, name)
}

// Within is how long [Attempt.PutBack] may take, on the wall clock.
func (e Ending) Within() time.Duration {
	if e == Stopped {
		return time.Minute
	}
	return 10 * time.Minute
}
