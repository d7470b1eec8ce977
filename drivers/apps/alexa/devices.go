package alexa

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// NotListedError says that the devices list has no such device.
type NotListedError struct{ Name string }

func (e *NotListedError) Error() string {
	return "the Alexa app lists no device \"" + e.Name + "\""
}

func notListed(name string) error {
	return &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseRig,
		Message: "a device is missing", Err: &NotListedError{name},
		Hint: "see whether it is registered to the account that the app is signed in to, and spelled in the configuration exactly as in the app"}
}

// OpenDevice opens the page of the device with exactly that name.
func (a *App) OpenDevice(ctx context.Context, name string) (*screen.Tree, error) {
	if tree, err := a.hand.Seen(ctx); err != nil {
		return nil, err
	} else if ok, err := a.onPageOf(tree, name); err != nil || ok {
		return tree, err
	}
	if _, err := a.OpenDevices(ctx); err != nil {
		return nil, err
	}
	found, err := a.scrollTo(ctx, name)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, notListed(name)
	}
	if err := a.hand.Tap(ctx, "devices.tile", name); err != nil {
		return nil, err
	}
	var page *screen.Tree
	err = a.hand.Until(ctx, "the page of "+name, act.AppearWithin, func(t *screen.Tree) error {
		ok, err := a.onPageOf(t, name)
		if err != nil {
			return err
		}
		if !ok {
			return act.NotYet(&certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseAlexaApp,
				Message: "tapping the tile of \"" + name + "\" did not open its page", Hint: "see the picture of what was there"})
		}
		page = t
		return nil
	})
	return page, err
}

// onPageOf tells whether the page of exactly that device is shown, with
// nothing over it.
func (a *App) onPageOf(tree *screen.Tree, name string) (bool, error) {
	page, err := a.page(tree)
	if err != nil || page != "device" && page != "plug" {
		return false, err
	}
	return a.hand.On(tree, "device.title", name)
}

// tile finds the device's tile on a snapshot of the devices page.
func (a *App) tile(tree *screen.Tree, name string) (bool, error) {
	page, err := a.page(tree)
	if err != nil || page != "devices" {
		return false, err
	}
	return a.hand.On(tree, "devices.tile", name)
}

// scrollTo looks for a tile through the whole list, downwards and then
// upwards, and leaves it on the screen.
func (a *App) scrollTo(ctx context.Context, name string) (bool, error) {
	for _, down := range []bool{true, false} {
		for swipe := 0; ; swipe++ {
			tree, err := a.devicesNow(ctx)
			if err != nil {
				return false, err
			}
			if found, err := a.tile(tree, name); err != nil || found {
				return found, err
			}
			list, err := a.list(tree)
			if err != nil {
				return false, err
			}
			if down && listEnds(tree, list) {
				break
			}
			if swipe == mostSwipes {
				return false, &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseAlexaApp,
					Message: fmt.Sprintf("the devices list did not come to an end in %d swipes", mostSwipes), Hint: "remove devices that are not needed from the account"}
			}
			before := tree.Fingerprint()
			if err := a.swipeList(ctx, list, down); err != nil {
				return false, err
			}
			tree, err = a.devicesNow(ctx)
			if err != nil {
				return false, err
			}
			if tree.Fingerprint() == before {
				break
			}
		}
		if tree, err := a.hand.Seen(ctx); err == nil && a.wholeList(tree) {
			break
		}
	}
	return false, nil
}

// devicesNow is a snapshot of the devices page; if something else came up
// meanwhile, the way back to it is found.
func (a *App) devicesNow(ctx context.Context) (*screen.Tree, error) {
	tree, err := a.hand.Seen(ctx)
	if err != nil {
		return nil, err
	}
	if page, err := a.page(tree); err != nil || page == "devices" {
		return tree, err
	}
	return a.OpenDevices(ctx)
}

func (a *App) list(tree *screen.Tree) (*screen.Node, error) {
	e, err := a.hand.Map.Element("devices.list")
	if err != nil {
		return nil, err
	}
	m, err := e.In(tree)
	if err != nil {
		return nil, err
	}
	if !m.Found() {
		return nil, &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseAlexaApp,
			Message: "the devices page has no list", Hint: "see the picture of what was there"}
	}
	return m.Nodes[0], nil
}

// listEnds tells whether the last thing in the list lies wholly above its
// lower edge: nothing can follow below it.
func listEnds(tree *screen.Tree, list *screen.Node) bool {
	bottom, any := 0, false
	for _, n := range leaves(tree, list) {
		any = true
		bottom = max(bottom, n.Bounds.Y+n.Bounds.Height)
	}
	return any && bottom+listMargin < list.Bounds.Y+list.Bounds.Height
}

// listMargin is how many pixels of the list must be empty to be its end.
const listMargin = 24

// wholeList tells whether the list shows everything that is in it.
func (a *App) wholeList(tree *screen.Tree) bool {
	list, err := a.list(tree)
	if err != nil || !listEnds(tree, list) {
		return false
	}
	for _, n := range leaves(tree, list) {
		if n.Bounds.Y <= list.Bounds.Y {
			return false // cut at the top: it was scrolled
		}
	}
	return true
}

func leaves(tree *screen.Tree, list *screen.Node) []*screen.Node {
	var found []*screen.Node
	tree.Each(func(n *screen.Node) bool {
		if n != list && list.Has(n) && len(n.Children()) == 0 && n.Displayed && n.Text != "" {
			found = append(found, n)
		}
		return true
	})
	return found
}

func (a *App) swipeList(ctx context.Context, list *screen.Node, down bool) error {
	b := list.Bounds
	from := drivers.Point{X: b.X + b.Width/2, Y: b.Y + b.Height*75/100}
	to := drivers.Point{X: from.X, Y: b.Y + b.Height*25/100}
	if !down {
		from, to = to, from
	}
	a.hand.Forget()
	return a.hand.Phone.Swipe(ctx, from, to, 500*time.Millisecond)
}

// pull drags the list down, as people refresh it.
func (a *App) pull(ctx context.Context, tree *screen.Tree) error {
	w, h := tree.Width, tree.Height
	if w == 0 || h == 0 {
		list, err := a.list(tree)
		if err != nil {
			return err
		}
		w, h = 2*list.Bounds.X+list.Bounds.Width, list.Bounds.Y+list.Bounds.Height
	}
	a.hand.Forget()
	return a.hand.Phone.Swipe(ctx, drivers.Point{X: w / 2, Y: h * 30 / 100}, drivers.Point{X: w / 2, Y: h * 70 / 100}, 300*time.Millisecond)
}

// Lists tells whether the refreshed list has a device of exactly that name. It
// looks through the whole list.
func (a *App) Lists(ctx context.Context, name string) (bool, error) {
	tree, err := a.OpenDevices(ctx)
	if err != nil {
		return false, err
	}
	if err := a.toTop(ctx); err != nil {
		return false, err
	}
	if err := a.pull(ctx, tree); err != nil {
		return false, err
	}
	return a.scrollTo(ctx, name)
}

// toTop scrolls to the beginning of the list, if it is not there.
func (a *App) toTop(ctx context.Context) error {
	for swipe := 0; swipe < mostSwipes; swipe++ {
		tree, err := a.devicesNow(ctx)
		if err != nil {
			return err
		}
		list, err := a.list(tree)
		if err != nil {
			return err
		}
		cut := false
		for _, n := range leaves(tree, list) {
			cut = cut || n.Bounds.Y <= list.Bounds.Y
		}
		if !cut {
			return nil
		}
		before := tree.Fingerprint()
		if err := a.swipeList(ctx, list, false); err != nil {
			return err
		}
		after, err := a.devicesNow(ctx)
		if err != nil {
			return err
		}
		if after.Fingerprint() == before {
			return nil
		}
	}
	return nil
}

// GoneWithin waits until the list no longer has the device, refreshing it.
func (a *App) GoneWithin(ctx context.Context, name string, within time.Duration) (bool, error) {
	err := drivers.Poll(ctx, a.hand.Clock, drivers.Wait{For: "\"" + name + "\" to leave the list", Timeout: within, Every: 2 * time.Second},
		func(ctx context.Context) error {
			listed, err := a.Lists(ctx, name)
			if err == nil && listed {
				return drivers.ErrNotYet
			}
			return err
		})
	var late *drivers.TimeoutError
	if errors.As(err, &late) {
		return false, nil
	}
	return err == nil, err
}

// LastListed tells whether the last snapshot of the devices page, if that is
// what was seen last, has the device.
func (a *App) LastListed(ctx context.Context, name string) (bool, error) {
	tree, err := a.OpenDevices(ctx)
	if err != nil {
		return false, err
	}
	return a.tile(tree, name)
}

// Refreshes makes sure that the app still answers: the devices page opens and
// can be refreshed, and its list is not empty.
func (a *App) Refreshes(ctx context.Context) error {
	tree, err := a.OpenDevices(ctx)
	if err != nil {
		return err
	}
	if err := a.pull(ctx, tree); err != nil {
		return err
	}
	return a.hand.Until(ctx, "the refreshed list", act.AppearWithin, func(t *screen.Tree) error {
		page, err := a.page(t)
		if err != nil {
			return err
		}
		if page == "devices" {
			if list, err := a.list(t); err == nil && len(leaves(t, list)) > 0 {
				return nil
			}
		}
		return act.NotYet(&certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseAlexaApp,
			Message: "the devices list of the Alexa app stays empty after a refresh", Hint: "see whether the phone has internet"})
	})
}
