package partner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// State is what the app says of a device.
type State string

// The states.
const (
	Online  State = "online"
	Offline State = "offline"
)

const (
	mostSwipes = 40 // through the list
	lookEvery  = 2 * time.Second
)

// Lists tells whether the app lists a device of exactly that name. It looks
// through the whole list, from its top, as it is shown now.
func (a *App) Lists(ctx context.Context, name string) (bool, error) {
	a.hand.Forget()
	found, err := a.find(ctx, name)
	return found, a.why(ctx, err)
}

// ListsWithin waits until the app lists the device; it refreshes the list.
func (a *App) ListsWithin(ctx context.Context, name string, within time.Duration) (bool, error) {
	return a.until(ctx, quote(name)+" in the partner app", within, func(ctx context.Context) (bool, error) {
		return a.refreshedFind(ctx, name)
	})
}

// GoneWithin waits until the app no longer lists the device.
func (a *App) GoneWithin(ctx context.Context, name string, within time.Duration) (bool, error) {
	return a.until(ctx, quote(name)+" to leave the partner app", within, func(ctx context.Context) (bool, error) {
		found, err := a.refreshedFind(ctx, name)
		return !found, err
	})
}

// OnlineWithin opens the device's page and waits until the app calls it online;
// otherwise the state is what the page said last. A page that says neither is
// an error.
func (a *App) OnlineWithin(ctx context.Context, name string, within time.Duration) (State, error) {
	var state State
	_, err := a.until(ctx, quote(name)+" to be online in the partner app", within, func(ctx context.Context) (bool, error) {
		s, err := a.state(ctx, name)
		state = s
		return s == Online, err
	})
	return state, err
}

func (a *App) state(ctx context.Context, name string) (State, error) {
	a.hand.Forget()
	if err := a.openDevice(ctx, name); err != nil {
		return "", err
	}
	var state State
	err := a.hand.Until(ctx, "the state of "+quote(name), act.AppearWithin, func(t *screen.Tree) error {
		online, err := a.hand.On(t, "device.online")
		if err != nil {
			return err
		}
		offline, err := a.hand.On(t, "device.offline")
		if err != nil {
			return err
		}
		if online == offline {
			return act.NotYet(&certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseDefinition,
				Message: "the partner app's page of " + quote(name) + " shows " + map[bool]string{true: "both", false: "neither"}[online] + " device.online and device.offline",
				Hint:    "correct the two elements in the app's screen map"})
		}
		state = Offline
		if online {
			state = Online
		}
		return nil
	})
	return state, err
}

// Remove removes the device with exactly that name. Whoever calls it has made
// sure that it may be removed; that it is this device's page is made sure here.
func (a *App) Remove(ctx context.Context, name string) error {
	return a.why(ctx, a.remove(ctx, name))
}

func (a *App) remove(ctx context.Context, name string) error {
	a.hand.Forget()
	if err := a.openDevice(ctx, name); err != nil {
		return err
	}
	if err := a.hand.Tap(ctx, "device.remove"); err != nil {
		return err
	}
	if err := a.hand.Tap(ctx, "remove_confirm.confirm"); err != nil {
		return err
	}
	return a.hand.Until(ctx, "the list after the removal", act.AppearWithin, func(t *screen.Tree) error {
		page, err := a.guide.Page(t)
		if err != nil || page == "home" || page == "message" {
			return err
		}
		return act.NotYet(&certification.Trouble{Code: certification.AppNothingChanged, Cause: certification.CauseDefinition,
			Message: "confirmed the removal of " + quote(name) + " in the partner app, and its page stays", Hint: "see whether the app shows an error"})
	})
}

// openDevice opens the page of the device with exactly that name.
func (a *App) openDevice(ctx context.Context, name string) error {
	if tree, err := a.hand.Seen(ctx); err != nil {
		return err
	} else if ok, err := a.onPageOf(tree, name); err != nil || ok {
		return err
	}
	found, err := a.find(ctx, name)
	if err != nil {
		return err
	}
	if !found {
		return &certification.Trouble{Code: certification.PartnerNotListed, Cause: certification.CausePartnerApp,
			Message: "the partner app lists no device " + quote(name), Hint: "see whether it shows the device under exactly the name that the Alexa app shows"}
	}
	if err := a.hand.Tap(ctx, "home.tile", name); err != nil {
		return err
	}
	return a.hand.Until(ctx, "the page of "+quote(name), act.AppearWithin, func(t *screen.Tree) error {
		ok, err := a.onPageOf(t, name)
		if err != nil || ok {
			return err
		}
		return act.NotYet(&certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
			Message: "tapping the entry of " + quote(name) + " in the partner app did not open its page", Hint: "see the picture of what was there"})
	})
}

// onPageOf tells whether the page of exactly that device is shown, with nothing
// over it.
func (a *App) onPageOf(tree *screen.Tree, name string) (bool, error) {
	page, err := a.guide.Page(tree)
	if err != nil || page != "device" {
		return false, err
	}
	return a.hand.On(tree, "device.title", name)
}

// refreshedFind pulls the list down, as people refresh it, and looks through it.
func (a *App) refreshedFind(ctx context.Context, name string) (bool, error) {
	tree, err := a.OpenHome(ctx)
	if err != nil {
		return false, err
	}
	if err := a.hand.Drag(ctx, tree, 30, 70); err != nil {
		return false, err
	}
	return a.find(ctx, name)
}

// find looks for the device through the whole list and leaves it on the screen.
func (a *App) find(ctx context.Context, name string) (bool, error) {
	for _, down := range []bool{true, false} {
		for swipe := 0; ; swipe++ {
			if swipe == mostSwipes {
				return false, &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseDefinition,
					Message: fmt.Sprintf("the partner app's list did not come to an end in %d swipes", mostSwipes), Hint: "remove devices that are not needed from the account"}
			}
			tree, err := a.OpenHome(ctx)
			if err != nil {
				return false, err
			}
			if found, err := a.hand.On(tree, "home.tile", name); err != nil || found {
				return found, err
			}
			if !act.Scrolls(tree) {
				return false, nil
			}
			before := shown(tree)
			from, to := 75, 35
			if !down {
				from, to = to, from
			}
			if err := a.hand.Drag(ctx, tree, from, to); err != nil {
				return false, err
			}
			if tree, err = a.OpenHome(ctx); err != nil {
				return false, err
			}
			if slices.Equal(shown(tree), before) {
				break // the end of the list in this direction
			}
		}
	}
	return false, nil
}

// entry is a text of the page and where it stands.
type entry struct {
	text string
	top  int
}

// shown are the texts of the page: what stays the same when nothing moves.
func shown(tree *screen.Tree) []entry {
	var found []entry
	tree.Each(func(n *screen.Node) bool {
		if n.Displayed && n.Text != "" {
			found = append(found, entry{n.Text, n.Bounds.Y})
		}
		return true
	})
	return found
}

// until looks until look says yes; false if the time is up before.
func (a *App) until(ctx context.Context, what string, within time.Duration, look func(context.Context) (bool, error)) (bool, error) {
	err := drivers.Poll(ctx, a.hand.Clock, drivers.Wait{For: what, Timeout: within, Every: lookEvery}, func(ctx context.Context) error {
		ok, err := look(ctx)
		if err == nil && !ok {
			return drivers.ErrNotYet
		}
		return err
	})
	var late *drivers.TimeoutError
	if errors.As(err, &late) {
		return false, nil
	}
	return err == nil, a.why(ctx, err)
}
