package alexa

import (
	"context"
	"errors"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// How long a device's page is looked at before the app is believed to call the
// device responsive: it may first have to ask the device, and says so only
// then. The time is ours.
const (
	bannerWithin = 10 * time.Second
	bannerLooks  = 2 * time.Second
)

// Responsive opens the device's page and tells whether the app calls it
// responsive, and goes on doing so for ten seconds. since is when it was first
// seen to do so.
func (a *App) Responsive(ctx context.Context, name string) (yes bool, since time.Time, err error) {
	a.hand.Forget()
	silent := false
	err = drivers.Poll(ctx, a.hand.Clock, drivers.Wait{For: "the app to say whether \"" + name + "\" answers", Timeout: bannerWithin, Every: bannerLooks},
		func(ctx context.Context) error {
			a.hand.Forget()
			tree, err := a.OpenDevice(ctx, name)
			if err != nil {
				return err
			}
			if silent, err = a.hand.On(tree, "device.unresponsive"); err != nil || silent {
				return err
			}
			if since.IsZero() {
				since = a.hand.Clock.Now()
			}
			return drivers.ErrNotYet
		})
	var looked *drivers.TimeoutError
	if errors.As(err, &looked) {
		err = nil
	}
	return err == nil && !silent, since, err
}

// Delete deletes the device with exactly that name. Whoever calls it has made
// sure that it may be deleted.
func (a *App) Delete(ctx context.Context, name string) error {
	err := a.confirmDeletion(ctx, name)
	if t := certification.TroubleOf(err); t != nil && t.Code == certification.AppElementMissing {
		// A card that came up on the way took the question with it.
		a.note("DELETE-REPEATED", "did not get to the end of deleting \""+name+"\" ("+err.Error()+"): begun again")
		a.hand.Forget()
		err = a.confirmDeletion(ctx, name)
	}
	if err != nil {
		return err
	}
	return a.hand.Until(ctx, "the devices page after the deletion", act.AppearWithin, func(t *screen.Tree) error {
		page, err := a.page(t)
		if err != nil || page == "devices" || page == "overview" || page == "home" || page == "card" {
			return err
		}
		return act.NotYet(&certification.Trouble{Code: certification.AppNothingChanged, Cause: certification.CauseAlexaApp,
			Message: "confirmed the deletion of \"" + name + "\", and its page stays", Hint: "see whether the app shows an error"})
	})
}

func (a *App) confirmDeletion(ctx context.Context, name string) error {
	if _, err := a.OpenDevice(ctx, name); err != nil {
		return err
	}
	for _, button := range []string{"device.edit", "settings.delete", "delete_confirm.confirm"} {
		if err := a.hand.Tap(ctx, button); err != nil {
			return err
		}
	}
	return nil
}

// wholeLook is which of the looks at a plug are at the whole screen: one every
// four and a half seconds, by which a plug has usually answered. A page source takes long,
// and a plug that answers meanwhile has a wide bracket.
const wholeLook = 30

// The times of a plug.
const (
	plugAnswers = 10 * time.Second       // from a tap to the plug's answer
	plugLooks   = 150 * time.Millisecond // the moment of switching is where set-up times begin
)

// Switch switches a plug on its page and waits for its answer. The result says
// when it switched.
func (a *App) Switch(ctx context.Context, plug string, on bool) (drivers.Switched, error) {
	tree, err := a.OpenDevice(ctx, plug)
	if err != nil {
		return drivers.Switched{}, err
	}
	if silent, err := a.hand.On(tree, "device.unresponsive"); err != nil {
		return drivers.Switched{}, err
	} else if silent {
		return drivers.Switched{}, plugTrouble(plug, "is unresponsive", nil)
	}
	want := "plug.switch_off"
	if on {
		want = "plug.switch_on"
	}
	is, err := a.hand.On(tree, want)
	if err != nil {
		return drivers.Switched{}, err
	}
	if is {
		now := a.hand.Clock.Now()
		return drivers.Switched{From: now, To: now, Already: true}, nil
	}
	for try := 1; ; try++ {
		var tapped time.Time
		if err := a.hand.TapOnce(ctx, func() { tapped = a.hand.Clock.Now() }, "plug.switch"); err != nil {
			return drivers.Switched{}, err
		}
		switched, err := a.awaitSwitch(ctx, want, tapped)
		if err == nil {
			return switched, nil
		}
		var late *drivers.TimeoutError
		if !errors.As(err, &late) {
			return drivers.Switched{}, err
		}
		if try == 2 {
			return drivers.Switched{}, plugTrouble(plug, "was tapped twice and does not switch", err)
		}
		// A dialog may have hidden that it did: a second tap would switch it back.
		tree, lerr := a.hand.Look(ctx)
		if lerr != nil {
			return drivers.Switched{}, lerr
		}
		if cleared, err := a.clear(ctx, tree); err != nil {
			return drivers.Switched{}, err
		} else if cleared {
			if tree, err = a.OpenDevice(ctx, plug); err != nil {
				return drivers.Switched{}, err
			}
		}
		if is, err := a.hand.On(tree, want); err != nil || is {
			return drivers.Switched{From: tapped, To: a.hand.Clock.Now()}, err
		}
		a.note("PLUG-REPEATED", "the plug \""+plug+"\" did not switch within 10 s: tapped again")
	}
}

func plugTrouble(plug, what string, err error) error {
	return &certification.Trouble{Code: certification.RigPlug, Cause: certification.CauseRig,
		Message: "the plug \"" + plug + "\" " + what, Err: err, Hint: "see whether the plug has power and Wi-Fi, and try it by hand in the Alexa app"}
}

// awaitSwitch waits until the switch shows what is wanted. The result lies
// between the last look that did not show it, or the tap, and the first one
// that did. One narrow question is asked, and from time to time the whole screen
// is looked at.
func (a *App) awaitSwitch(ctx context.Context, want string, tapped time.Time) (drivers.Switched, error) {
	e, err := a.hand.Map.Element(want)
	if err != nil {
		return drivers.Switched{}, err
	}
	ask, err := e.Any()
	if err != nil {
		return drivers.Switched{}, err
	}
	at := drivers.Switched{From: tapped}
	looks, sure := 0, tapped
	err = drivers.Poll(ctx, a.hand.Clock, drivers.Wait{For: "the plug to answer", Timeout: plugAnswers, Every: plugLooks}, func(ctx context.Context) error {
		began := a.hand.Clock.Now()
		looks++
		// From time to time the whole screen is looked at: a card that covers the
		// page hides the answer.
		if looks%wholeLook == 0 {
			tree, err := a.hand.Look(ctx)
			if err != nil {
				return err
			}
			if ok, err := a.hand.On(tree, want); err != nil || ok {
				at.To = a.hand.Clock.Now()
				return err
			}
			// A card may have come up over the page.
			if cleared, err := a.clear(ctx, tree); err != nil {
				return err
			} else if cleared {
				at.From = sure // what was asked since then may have been hidden
			} else {
				at.From, sure = began, began
			}
			return drivers.ErrNotYet
		}
		found, err := a.hand.Phone.FindAll(ctx, ask)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			at.From = began
			return drivers.ErrNotYet
		}
		at.To = a.hand.Clock.Now()
		a.hand.Forget()
		return nil
	})
	return at, err
}

// PlugIsOn opens a plug's page and tells whether it is on. A plug that is
// unresponsive is a trouble of the rig.
func (a *App) PlugIsOn(ctx context.Context, plug string) (bool, error) {
	tree, err := a.OpenDevice(ctx, plug)
	if err != nil {
		return false, err
	}
	if silent, err := a.hand.On(tree, "device.unresponsive"); err != nil {
		return false, err
	} else if silent {
		return false, plugTrouble(plug, "is unresponsive", nil)
	}
	if on, err := a.hand.On(tree, "plug.switch_on"); err != nil || on {
		return on, err
	}
	if off, err := a.hand.On(tree, "plug.switch_off"); err != nil || off {
		return false, err
	}
	return false, plugTrouble(plug, "says neither on nor off", nil)
}

// CardsSince are the words of the cards that were dismissed since then.
func (a *App) CardsSince(since time.Time) []string {
	var said []string
	for _, card := range a.dismissed {
		if !card.at.Before(since) {
			said = append(said, act.Words(card.tree))
		}
	}
	return said
}
