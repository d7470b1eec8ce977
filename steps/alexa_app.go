package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/alexa"
	"ffscert/features/certification"
)

func alexaSentences() []Sentence {
	return []Sentence{
		sentence(ActorAlexaApp, "the device is new to the Alexa app",
			"Makes sure that the Alexa app does not list the device under test. One that an earlier attempt left behind is "+
				"switched on, removed (which resets it) and so made new.",
			"Given the device is new to the Alexa app",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.makeNew(ctx) }).removing(),

		sentence(ActorAlexaApp, "the Alexa app shows the device by its exact name within {seconds} seconds",
			"Waits until the Alexa app shows a card or a tile with exactly the name of the device under test, counted from the "+
				"moment it got power. Cards of anything else are dismissed and logged.",
			"Then the Alexa app shows the device by its exact name within 300 seconds",
			func(ctx context.Context, a *Attempt, args []string) error {
				limit, err := seconds(args[0])
				if err != nil {
					return err
				}
				return a.waitForDevice(ctx, limit)
			}),

		sentence(ActorAlexaApp, "the Alexa app says that the device is responsive",
			"Opens the device's page and makes sure that it carries the device's exact name and, for ten seconds, does not call it unresponsive.",
			"And the Alexa app says that the device is responsive",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.mustRespond(ctx) }),

		sentence(ActorAlexaApp, "the device still answers {seconds} seconds after it was found",
			"Waits until so many seconds have passed since the device was found, and makes sure that the Alexa app still lists it and "+
				"calls it responsive: a set-up that does not last is none.",
			"And the device still answers 90 seconds after it was found",
			func(ctx context.Context, a *Attempt, args []string) error {
				after, err := seconds(args[0])
				if err != nil {
					return err
				}
				return a.mustLast(ctx, after)
			}),

		sentence(ActorAlexaApp, "I delete the device in the Alexa app",
			"Deletes the device under test, and nothing else, in the Alexa app. For BSS, ZSS and MSS this resets the device.",
			"When I delete the device in the Alexa app",
			func(ctx context.Context, a *Attempt, _ []string) error {
				return a.deleteInAlexaApp(ctx)
			}),

		sentence(ActorAlexaApp, "I remove the device",
			"Removes the device under test, and nothing else, in the app whose removal resets it: the Alexa app for BSS, ZSS and "+
				"MSS, the maker's own app for WSS.",
			"When I remove the device",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.remove(ctx) }).removing(),

		sentence(ActorAlexaApp, "the Alexa app no longer lists the device",
			"Makes sure that the refreshed list of devices does not have the device under test any more.",
			"Then the Alexa app no longer lists the device",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.mustBeGone(ctx) }),
	}
}

// refreshedWithin is how long the app may take to show a refreshed list.
const refreshedWithin = 4 * time.Second

// leftoverAnswers is how long a device that was left behind may take to answer
// after it got power, before it is deleted anyway.
const leftoverAnswers = 60 * time.Second

func (a *Attempt) makeNew(ctx context.Context) error {
	name := a.Bed.Names.Device
	if err := a.Bed.Names.MayDelete(name); err != nil {
		return err
	}
	// The whole list is looked through: of what is there twice, the wrong one
	// might be switched or deleted.
	names := append([]string{name}, a.Bed.Names.Others()...)
	counts, err := a.Bed.Alexa.Census(ctx, names...)
	if err != nil {
		return err
	}
	for _, n := range names {
		if counts[n] > 1 {
			return alexa.Twins(n, counts[n])
		}
	}
	if counts[name] == 0 {
		a.absent = true
		return nil
	}
	// The app may still show what it fetched a while ago.
	if left, err := a.Bed.Alexa.GoneWithin(ctx, name, refreshedWithin); err != nil || left {
		a.absent = err == nil
		return err
	}
	a.Observe("the Alexa app lists \"" + name + "\" from before: it is deleted, so that the device is new")
	// What is listed may be only a name, and the device itself new: with a
	// provisioner around it would set itself up as soon as it has power.
	if _, err := a.Bed.ProvisionerPower.Off(ctx); err != nil {
		return err
	}
	if _, err := a.Bed.DevicePower.On(ctx); err != nil {
		return err
	}
	err = drivers.Poll(ctx, a.Bed.Clock, drivers.Wait{For: "the device of an earlier attempt to answer", Timeout: leftoverAnswers, Every: 5 * time.Second},
		func(ctx context.Context) error {
			ok, _, err := a.Bed.Alexa.Responsive(ctx, name)
			if err == nil && !ok {
				return drivers.ErrNotYet
			}
			return err
		})
	var late *drivers.TimeoutError
	if err != nil && !errors.As(err, &late) {
		return err
	}
	if err := a.removeLeftover(ctx); err != nil {
		return err
	}
	left, err := a.Bed.Alexa.GoneWithin(ctx, name, goneWithin)
	if err == nil && !left {
		err = &certification.Trouble{Code: certification.AppNothingChanged, Cause: certification.CauseAlexaApp,
			Message: "the Alexa app still lists \"" + name + "\" from before, although it was deleted",
			Hint:    "delete it by hand, reset the device, and run again"}
	}
	if err != nil {
		return err
	}
	// Off again, or it sets itself up as soon as the provisioner is back.
	if err := a.switchOff(ctx); err != nil {
		return err
	}
	return a.provisionerOn(ctx)
}

// remove removes the device where the protocol has it removed.
func (a *Attempt) remove(ctx context.Context) error {
	if a.Protocol.Removed == certification.RemovedInPartnerApp {
		return a.removeInPartnerApp(ctx)
	}
	return a.deleteInAlexaApp(ctx)
}

func (a *Attempt) deleteInAlexaApp(ctx context.Context) error {
	if err := a.Bed.Names.MayDelete(a.Bed.Names.Device); err != nil {
		return err
	}
	return a.vanished(ctx, a.Bed.Alexa.Delete(ctx, a.Bed.Names.Device))
}

// removeLeftover removes what an earlier attempt left behind. Where the
// partner app should have it and does not, it is at least deleted in the Alexa
// app; whether the device is new then will show.
func (a *Attempt) removeLeftover(ctx context.Context) error {
	if a.Protocol.Removed == certification.RemovedInPartnerApp {
		p, err := a.partner()
		if err != nil {
			return err
		}
		listed, err := p.Lists(ctx, a.Bed.Names.Device)
		if err != nil {
			return err
		}
		if listed {
			return a.removeInPartnerApp(ctx)
		}
		a.Observe("the partner app does not list \"" + a.Bed.Names.Device + "\" from before: it is deleted in the Alexa app, which may not reset it")
	}
	return a.Bed.Alexa.Delete(ctx, a.Bed.Names.Device)
}

func (a *Attempt) waitForDevice(ctx context.Context, limit time.Duration) error {
	if a.powered == nil {
		return outOfOrder("the Alexa app shows the device by its exact name within …", "I switch the device on")
	}
	name := a.Bed.Names.Device
	a.limit = limit
	left := limit - a.Bed.Clock.Now().Sub(a.powered.hi)
	if left <= 0 {
		left = time.Second
	}
	sight, err := a.Bed.Alexa.WatchFor(ctx, name, a.powered.lo, left)
	var late *drivers.TimeoutError
	if errors.As(err, &late) {
		// What was there instead is kept now: looking for who is to blame leads away.
		a.Observe("the device was not there when its time was up", a.Photograph(ctx, fmt.Sprintf("%s-%d-absent", a.ID.Case, a.ID.N))...)
		return a.blameForAbsence(ctx, limit)
	}
	if err != nil {
		return err
	}
	a.sighting = &sight
	a.phase("powered → discovered", a.powered.hi, sight.Discovered)
	a.phase("discovered → named", sight.Discovered, sight.With)
	switch earliest, latest := sight.Without.Sub(a.powered.hi), sight.With.Sub(a.powered.lo); {
	case latest <= limit:
		return nil
	case earliest > limit:
		return notInTime(name, limit, fmt.Sprintf("it came after %.0f s", earliest.Seconds()),
			fmt.Sprintf("the last look without it was %.1f s after it got power", earliest.Seconds()))
	default:
		return &certification.Trouble{Code: certification.ToolTooClose, Cause: certification.CauseTool,
			Message: fmt.Sprintf("cannot tell whether the device came within %.0f s: it came between %.1f and %.1f s",
				limit.Seconds(), earliest.Seconds(), latest.Seconds()),
			Hint: "the attempt is repeated; should this happen often, the device is at the edge of the limit or the list is too long to be watched"}
	}
}

// blameForAbsence decides who is to blame that the device did not appear. It
// is the product only if everything around it is seen to work: the provisioner
// and a control device answer, and the app refreshes its list.
func (a *Attempt) blameForAbsence(ctx context.Context, limit time.Duration) error {
	if err := a.Bed.Alexa.Refreshes(ctx); err != nil {
		return err
	}
	witnesses, err := a.surroundings(ctx, "the device did not appear")
	if err != nil {
		return err
	}
	a.Observe("the provisioner and the plugs answer, the device has power, and the list refreshes: the absence is the device's")
	detail := ""
	if cards := a.Bed.Alexa.CardsSince(a.powered.lo); len(cards) > 0 {
		detail = "meanwhile the app showed " + strings.Join(cards, "; ")
	}
	return notInTime(a.Bed.Names.Device, limit, detail, append(witnesses, "the devices list refreshes, and has no \""+a.Bed.Names.Device+"\"")...)
}

// surroundings is the trouble of what is around the device, if there is any:
// the provisioner and a control device do not answer, or the device has no
// power. what is what the device would otherwise be blamed for. Without a
// trouble, the lines say what was seen to be well.
func (a *Attempt) surroundings(ctx context.Context, what string) (well []string, err error) {
	n := a.Bed.Names
	for _, witness := range []struct{ name, is, hint string }{
		{n.Provisioner, "the provisioner", "see whether it has power and is online in the Alexa app"},
		{n.ProvisionerPlug, "the control plug", "see whether the plugs have Wi-Fi"},
	} {
		ok, _, err := a.Bed.Alexa.Responsive(ctx, witness.name)
		if err != nil {
			return nil, &certification.Trouble{Code: certification.RigProvisioner, Cause: certification.CauseRig,
				Message: what + ", and " + witness.is + " \"" + witness.name + "\" could not be asked", Err: err,
				Hint: "the device cannot be blamed while its surroundings are unknown; " + witness.hint}
		}
		if !ok {
			if err := a.labDown(ctx, what); err != nil {
				return nil, err
			}
			return nil, &certification.Trouble{Code: certification.RigProvisioner, Cause: certification.CauseRig,
				Message:  what + ", but " + witness.is + " \"" + witness.name + "\" is unresponsive, too",
				Hint:     witness.hint,
				Evidence: []string{"the Alexa app calls \"" + witness.name + "\" unresponsive"}}
		}
		well = append(well, "the Alexa app calls "+witness.is+" \""+witness.name+"\" responsive")
	}
	if socket, ok := a.Bed.DevicePower.(drivers.PowerState); ok {
		on, err := socket.IsOn(ctx)
		if err != nil {
			return nil, err
		}
		if !on {
			return nil, &certification.Trouble{Code: certification.RigPlug, Cause: certification.CauseRig,
				Message: what + ", but its plug \"" + a.Bed.DevicePower.Name() + "\" is off again", Hint: "see who switches it, and whether it answers late"}
		}
		well = append(well, "the plug \""+a.Bed.DevicePower.Name()+"\" says that it is on")
	}
	return well, nil
}

// labDown is the trouble of a testbed of which nothing answers, neither the
// provisioner nor a plug: what they share is the network, not the device.
func (a *Attempt) labDown(ctx context.Context, what string) error {
	n := a.Bed.Names
	var silent []string
	for _, name := range n.Others() {
		if name == n.ProvisionerPlug && name == n.DevicePlug {
			continue
		}
		ok, _, err := a.Bed.Alexa.Responsive(ctx, name)
		if err != nil || ok {
			return nil // then it is not all of them
		}
		silent = append(silent, "the Alexa app calls \""+name+"\" unresponsive")
	}
	return &certification.Trouble{Code: certification.NetLabDown, Cause: certification.CauseNetwork, Evidence: silent,
		Message: what + ", but neither the provisioner nor one of the plugs answers, either",
		Hint:    "see whether the Wi-Fi of the testbed is up and has internet"}
}

func notInTime(name string, limit time.Duration, detail string, decided ...string) error {
	msg := fmt.Sprintf("the device \"%s\" was not set up within %.0f s", name, limit.Seconds())
	if detail != "" {
		msg += " (" + detail + ")"
	}
	return &certification.Trouble{Code: certification.ProductNotSetUp, Cause: certification.CauseProduct, Message: msg, Evidence: decided,
		Hint: "the provisioner and the plugs answered: read the device's log of that time, and see whether the network's password is saved at Amazon, " +
			"the device is registered to the account, and Frustration-Free Setup is switched on in it"}
}

// vanished looks for what lies behind an error of a device that was seen to be
// set up: if the refreshed list no longer has it, and nobody has removed it,
// its set-up did not last.
func (a *Attempt) vanished(ctx context.Context, err error) error {
	var missing *alexa.NotListedError
	if err == nil || a.sighting == nil || !errors.As(err, &missing) || missing.Name != a.Bed.Names.Device {
		return err
	}
	if left, lerr := a.Bed.Alexa.GoneWithin(ctx, missing.Name, refreshedWithin); lerr != nil || !left {
		return err
	}
	return gone(missing.Name)
}

func gone(name string) error {
	return &certification.Trouble{Code: certification.ProductVanished, Cause: certification.CauseProduct,
		Message: "the Alexa app showed \"" + name + "\", and lists it no longer, although nobody removed it",
		Hint:    "read the device's log of that time: it may have left the network or reset itself"}
}

func (a *Attempt) mustRespond(ctx context.Context) error {
	since, err := a.answering(ctx)
	if err == nil && a.sighting != nil {
		a.phase("named → responsive", a.sighting.With, since)
		a.responsive = since
	}
	return err
}

// answering makes sure that the app calls the device responsive; since is when
// it was first seen to do so.
func (a *Attempt) answering(ctx context.Context) (since time.Time, err error) {
	name := a.Bed.Names.Device
	ok := false
	err = drivers.Poll(ctx, a.Bed.Clock, drivers.Wait{For: "the device to answer", Timeout: answersWithin, Every: 3 * time.Second},
		func(ctx context.Context) (err error) {
			if ok, since, err = a.Bed.Alexa.Responsive(ctx, name); err == nil && !ok {
				return drivers.ErrNotYet
			}
			return err
		})
	var late *drivers.TimeoutError
	if errors.As(err, &late) {
		err = nil
	}
	if err = a.vanished(ctx, err); err != nil {
		return since, err
	}
	if !ok {
		a.Observe("the Alexa app called \""+name+"\" unresponsive", a.Photograph(ctx, fmt.Sprintf("%s-%d-unresponsive", a.ID.Case, a.ID.N))...)
		// A device that has left the account looks like one that does not answer.
		if a.sighting != nil {
			if left, err := a.Bed.Alexa.GoneWithin(ctx, name, refreshedWithin); err != nil {
				return since, err
			} else if left {
				return since, gone(name)
			}
		}
		witnesses, err := a.surroundings(ctx, "the device does not answer")
		if err != nil {
			return since, err
		}
		return since, &certification.Trouble{Code: certification.ProductUnresponsive, Cause: certification.CauseProduct,
			Message: "the Alexa app says that \"" + name + "\" is unresponsive", Evidence: witnesses,
			Hint: "see whether the device keeps its Wi-Fi after set-up"}
	}
	return since, nil
}

// mustLast waits, and looks at the device again.
func (a *Attempt) mustLast(ctx context.Context, after time.Duration) error {
	if a.sighting == nil {
		return outOfOrder("the device still answers … seconds after it was found", "the Alexa app shows the device by its exact name within …")
	}
	left := after - a.Bed.Clock.Now().Sub(a.sighting.With)
	if err := drivers.Hold(ctx, a.Bed.Clock, "the device has to last", left, a.keepAlive); err != nil {
		return err
	}
	_, err := a.answering(ctx)
	return err
}

// answersWithin is how long a device that has just been set up may be called
// unresponsive.
const answersWithin = 15 * time.Second

// goneWithin is how long a deleted device may stay in the list.
const goneWithin = 15 * time.Second

func (a *Attempt) mustBeGone(ctx context.Context) error {
	name := a.Bed.Names.Device
	gone, err := a.Bed.Alexa.GoneWithin(ctx, name, goneWithin)
	if err != nil {
		return err
	}
	a.absent = gone
	if !gone {
		return &certification.Trouble{Code: certification.AppNothingChanged, Cause: certification.CauseAlexaApp,
			Message: "the Alexa app still lists \"" + name + "\" after it was deleted",
			Hint:    "see whether the app shows an error when a device is deleted"}
	}
	return nil
}
