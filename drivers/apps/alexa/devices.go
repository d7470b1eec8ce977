package alexa

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

// OpenDevice opens the page of the device with exactly that name. A touch that
// comes to nothing, or a card that comes up in that moment, is no reason to
// give up: it is begun again, twice at most, which is noted.
func (a *App) OpenDevice(ctx context.Context, name string) (*screen.Tree, error) {
	for try := 1; ; try++ {
		tree, err := a.openDevice(ctx, name)
		var closed *closedPageError
		if err == nil || try == 3 || !errors.As(err, &closed) {
			return tree, err
		}
		a.note("OPEN-REPEATED", "the page of \""+name+"\" did not open: begun again")
		a.hand.Forget()
	}
}

// closedPageError says that a tile was tapped, and its page did not come.
type closedPageError struct{ name string }

func (e *closedPageError) Error() string { return "the page of \"" + e.name + "\" did not come" }

func (a *App) openDevice(ctx context.Context, name string) (*screen.Tree, error) {
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
		return nil, twins(err, name)
	}
	var page *screen.Tree
	err = a.hand.Until(ctx, "the page of "+name, act.AppearWithin, func(t *screen.Tree) error {
		ok, err := a.onPageOf(t, name)
		if err != nil {
			return err
		}
		if !ok {
			// A card that comes up in that moment covers the page, or took the touch.
			if _, err := a.clear(ctx, t); err != nil {
				return err
			}
			return act.NotYet(&certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseAlexaApp, Err: &closedPageError{name},
				Message: "tapping the tile of \"" + name + "\" did not open its page", Hint: "see the picture of what was there"})
		}
		page = t
		return nil
	})
	return page, err
}

// twins is what lies behind an error of a tile of which there are several: the
// account has more than one device of that name, which is nobody's fault but
// who set the testbed up.
func twins(err error, name string) error {
	t := certification.TroubleOf(err)
	if t == nil || t.Code != certification.AppAmbiguous {
		return err
	}
	return twin(name, t.Message)
}

func twin(name, seen string) error {
	return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition, Evidence: []string{seen},
		Message: "the Alexa app lists more than one device named \"" + name + "\"",
		Hint:    "rename or delete the others in the Alexa app: which one is meant cannot be told, and none of them was touched"}
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
		if found, err := a.scan(ctx, name, down); err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// scan looks for a tile from where the list is to its end in one direction.
func (a *App) scan(ctx context.Context, name string, down bool) (bool, error) {
	for swipe := 0; swipe < mostSwipes; swipe++ {
		tree, err := a.devicesNow(ctx)
		if err != nil {
			return false, err
		}
		if found, err := a.tile(tree, name); err != nil || found {
			return found, err
		}
		list, err := a.list(tree)
		if err != nil || down && listEnds(tree, list) {
			return false, err
		}
		before := listed(tree, list)
		if len(before) == 0 {
			return false, emptyList()
		}
		if err := a.swipeList(ctx, list, down); err != nil {
			return false, err
		}
		if tree, err = a.devicesNow(ctx); err != nil {
			return false, err
		}
		if list, err = a.list(tree); err != nil {
			return false, err
		}
		if slices.Equal(listed(tree, list), before) {
			return a.tile(tree, name)
		}
	}
	return false, endlessList()
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

func (a *App) list(tree *screen.Tree) (*screen.Node, error) { return a.area(tree, "devices.list") }

// area is an element that holds others.
func (a *App) area(tree *screen.Tree, path string) (*screen.Node, error) {
	e, err := a.hand.Map.Element(path)
	if err != nil {
		return nil, err
	}
	m, err := e.In(tree)
	if err != nil {
		return nil, err
	}
	if !m.Found() {
		return nil, &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseAlexaApp,
			Message: path + " is not on the screen", Hint: "see the picture of what was there; after a new release of the app, its screen map may need a new locator"}
	}
	a.hand.Fallback(m)
	return m.Nodes[0], nil
}

// entry is a text of the list and where it stands.
type entry struct {
	text string
	top  int
}

// listed are the texts in the list from top to bottom: what stays the same
// when the list does not move.
func listed(tree *screen.Tree, list *screen.Node) []entry {
	var found []entry
	tree.Each(func(n *screen.Node) bool {
		if n != list && list.Has(n) && len(n.Children()) == 0 && n.Displayed && n.Text != "" {
			found = append(found, entry{n.Text, n.Bounds.Y})
		}
		return true
	})
	slices.SortStableFunc(found, func(a, b entry) int { return a.top - b.top })
	return found
}

// listEnds tells whether nothing can follow below: another entry, as far from
// the last one as any two neighbours are, would be on the screen. A list of
// which that cannot be said has to be swiped.
func listEnds(tree *screen.Tree, list *screen.Node) bool {
	entries := listed(tree, list)
	pitch := 0
	for i := 1; i < len(entries); i++ {
		pitch = max(pitch, entries[i].top-entries[i-1].top)
	}
	return pitch > 0 && entries[len(entries)-1].top+pitch+listMargin < list.Bounds.Y+list.Bounds.Height
}

// listMargin is how many pixels of the next entry would have to be seen.
const listMargin = 48

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
// looks through the whole list, from its top.
func (a *App) Lists(ctx context.Context, name string) (bool, error) {
	if err := a.refreshFromTop(ctx); err != nil {
		return false, err
	}
	return a.scan(ctx, name, true)
}

// refreshFromTop pulls the list down until that no longer moves it: then it is
// at its top, and refreshed.
func (a *App) refreshFromTop(ctx context.Context) error {
	for swipe := 0; swipe < mostSwipes; swipe++ {
		tree, err := a.OpenDevices(ctx)
		if err != nil {
			return err
		}
		list, err := a.list(tree)
		if err != nil {
			return err
		}
		before := listed(tree, list)
		if err := a.pull(ctx, tree); err != nil {
			return err
		}
		if tree, err = a.devicesNow(ctx); err != nil {
			return err
		}
		if list, err = a.list(tree); err != nil {
			return err
		}
		if slices.Equal(listed(tree, list), before) {
			return nil
		}
	}
	return &certification.Trouble{Code: certification.AppMoving, Cause: certification.CauseAlexaApp,
		Message: fmt.Sprintf("the devices list did not come to rest in %d refreshes", mostSwipes), Hint: "see the picture of what was there"}
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
			if list, err := a.list(t); err == nil && len(listed(t, list)) > 0 {
				return nil
			}
		}
		return act.NotYet(&certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseAlexaApp,
			Message: "the devices list of the Alexa app stays empty after a refresh", Hint: "see whether the phone has internet"})
	})
}
