package alexa

import (
	"context"
	"errors"
	"slices"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

// Sight is a device that was seen to come up in the app.
type Sight struct {
	Without time.Time // when the last look that did not have it began
	With    time.Time // when the first look that had it was answered
	// Discovered is when the app was first seen to show something new, which
	// turned out to be the device; not after With.
	Discovered time.Time
	Card       bool // by a card; else by its tile
}

// How often one looks while waiting for a device: looks and refreshes together
// stay below two commands a second.
const (
	watchEvery   = 600 * time.Millisecond
	refreshEvery = 5600 * time.Millisecond
	// Where an app shows no cards, only a refreshed list can have the device.
	cardlessEvery = 1100 * time.Millisecond
	scanRarely    = 120 * time.Second
	scanSometimes = 50 * time.Second
	scanOften     = 3 * time.Second
)

// WatchFor waits until the app shows a card or a tile with exactly that name.
// since is a moment at which the device cannot have been there. Anything else
// that comes up is dismissed and noted. When the time is up, the whole list is
// looked through once more; then it is a *[drivers.TimeoutError].
func (a *App) WatchFor(ctx context.Context, name string, since time.Time, within time.Duration) (Sight, error) {
	w := watch{app: a, name: name, since: since, without: since, refreshed: since, scanned: since}
	if err := w.prepare(ctx); err != nil {
		return Sight{}, err
	}
	every := watchEvery
	if a.cardless {
		every = cardlessEvery
	}
	err := drivers.Poll(ctx, a.hand.Clock, drivers.Wait{For: "\"" + name + "\" in the Alexa app", Timeout: within, Every: every}, w.look)
	var late *drivers.TimeoutError
	if !errors.As(err, &late) {
		return w.seen(), err
	}
	listed, lerr := a.Lists(ctx, name)
	if lerr != nil {
		return Sight{}, lerr
	}
	if seen, merr := w.missedCard(); merr != nil || seen {
		return w.seen(), merr
	}
	if listed {
		now := a.hand.Clock.Now()
		return Sight{Without: w.scanned, With: now, Discovered: now}, nil
	}
	return Sight{}, err
}

// seen is the sight with the moment of the discovery.
func (w *watch) seen() Sight {
	s := w.sight
	s.Discovered = s.With
	if !w.discovered.IsZero() {
		s.Discovered = earlier(w.discovered, s.With)
	}
	return s
}

// watch is one wait for one device.
type watch struct {
	app  *App
	name string
	ask  drivers.Locator
	page *screen.Tree // the devices page as it was when the watch began
	// witness is the header of that page, asked for with everything else: as
	// long as it is seen, nothing covers the page and hides the device.
	witness *screen.Node

	since     time.Time // before it, the device cannot have been there
	without   time.Time // the last look without a card or tile began
	refreshed time.Time // the last refresh whose list did not have it began
	pulled    time.Time // the refresh that has not been looked at yet; zero if none
	nextPull  time.Time
	scanned   time.Time // the last look through the whole list began
	nextScan  time.Time
	whole     bool // the list ends on the screen
	// discovered is when the look that is judged found something; zero if
	// nothing has come up.
	discovered time.Time
	sight      Sight
}

// prepare makes the one question that is asked again and again, and goes to
// the devices page unless a card is there already.
func (w *watch) prepare(ctx context.Context) error {
	a := w.app
	var queries []screen.Query
	for _, part := range []struct {
		path string
		args []string
	}{{"devices.tile", []string{w.name}}, {"card.primary", nil}, {"found_page.page", nil}, {"set_up_error.page", nil}} {
		e, err := a.hand.Map.Element(part.path)
		if err != nil {
			return err
		}
		q, err := e.Queries(part.args...)
		if err != nil {
			return err
		}
		if part.path != "devices.tile" && part.path != "card.primary" {
			if q, err = e.First(part.args...); err != nil {
				return err
			}
		}
		queries = append(queries, q...)
	}
	defer func() { w.ask = screen.AnyOf(queries...) }()
	if seen, err := w.missedCard(); err != nil || seen {
		return err
	}
	tree, err := a.hand.Seen(ctx)
	if err != nil {
		return err
	}
	if page, err := a.page(tree); err != nil {
		return err
	} else if page == "card" {
		if seen, err := w.judge(tree, a.hand.Clock.Now()); err != nil || seen {
			return err
		}
	}
	opening := a.hand.Clock.Now()
	if w.page, err = a.openAbove(ctx, w); err != nil {
		return err
	}
	if w.page != nil {
		if q, ok := w.see(w.page); ok {
			queries = append(queries, q)
		}
	}
	w.nextPull = a.hand.Clock.Now().Add(refreshEvery)
	if a.cardless {
		w.nextPull = a.hand.Clock.Now()
	}
	// Opening the page fetches the list: a look without the device counts from there.
	w.pulled = opening
	if list, err := a.list(w.page); err == nil {
		w.whole = listEnds(w.page, list)
	}
	w.nextScan = a.hand.Clock.Now().Add(a.scanEvery())
	return nil
}

// openAbove goes to the devices page; a card with the name that comes up on
// the way is not dismissed.
func (a *App) openAbove(ctx context.Context, w *watch) (*screen.Tree, error) {
	tree, err := a.hand.Seen(ctx)
	if err != nil {
		return nil, err
	}
	page, err := a.page(tree)
	if err != nil {
		return nil, err
	}
	if page == "device" || page == "plug" || page == "settings" {
		if err := a.hand.Back(ctx); err != nil {
			return nil, err
		}
		if tree, err = a.hand.Seen(ctx); err != nil {
			return nil, err
		}
		if page, err = a.page(tree); err != nil {
			return nil, err
		}
	}
	if page == "devices" {
		return tree, nil
	}
	if page == "card" {
		if seen, err := w.judge(tree, a.hand.Clock.Now()); err != nil || seen {
			return tree, err
		}
	}
	return a.OpenDevices(ctx)
}

func (w *watch) look(ctx context.Context) error {
	a := w.app
	if !w.sight.With.IsZero() {
		return nil
	}
	if seen, err := w.missedCard(); err != nil || seen {
		return err
	}
	began := a.hand.Clock.Now()
	found, err := a.hand.Phone.FindAll(ctx, w.ask)
	if err != nil {
		return err
	}
	answered := a.hand.Clock.Now()
	bare, err := w.bare(ctx, found)
	if err != nil {
		return err
	}
	if bare {
		w.missed(began)
		return w.refresh(ctx)
	}
	if len(found) == 0 {
		// Something lies over the page. What was pulled may have been that.
		w.pulled, w.nextPull = time.Time{}, answered
	}
	if len(found) > 0 {
		w.discovered = answered
	}
	tree, err := a.hand.Look(ctx)
	if err != nil {
		return err
	}
	with := a.hand.Clock.Now()
	// If the first answer carries the name, it was there when the question was
	// answered.
	if slices.ContainsFunc(found, func(e drivers.Element) bool { return e.Seen != nil && screen.SameText(e.Seen.Text, w.name) }) {
		with = answered
	}
	seen, err := w.judge(tree, with)
	if err != nil || seen {
		return err
	}
	w.discovered = time.Time{} // it was something else
	page, err := a.page(tree)
	if err != nil {
		return err
	}
	if page == "devices" {
		w.see(tree)
		w.missed(began)
		return w.refresh(ctx)
	}
	if _, err := a.clear(ctx, tree); err != nil {
		return err
	}
	if _, err := a.openAbove(ctx, w); err != nil {
		return err
	}
	return drivers.ErrNotYet
}

// see notes where the page's header is, and returns the question for it.
func (w *watch) see(page *screen.Tree) (screen.Query, bool) {
	e, err := w.app.hand.Map.Element("devices.header")
	if err != nil {
		return screen.Query{}, false // the map shows the page by something else
	}
	m, err := e.In(page)
	if err != nil || !m.Found() {
		return screen.Query{}, false
	}
	w.witness = m.Nodes[0]
	return m.Query, true
}

// bare tells whether the answer shows the devices page and nothing that is
// waited for.
func (w *watch) bare(ctx context.Context, found []drivers.Element) (bool, error) {
	if w.witness == nil {
		return len(found) == 0, nil
	}
	if len(found) != 1 {
		return false, nil
	}
	if s := found[0].Seen; s != nil {
		return s.Rect == w.witness.Bounds, nil
	}
	place, err := w.app.hand.Phone.Rect(ctx, found[0])
	if drivers.StaleElement(err) {
		return false, nil
	}
	return place == w.witness.Bounds, err
}

// refresh pulls the list down when that is due. It follows a look at once, so
// that the next look is not late because of it. A list that is longer than the
// screen is looked through from time to time: where no card comes, the tile
// may be out of sight.
func (w *watch) refresh(ctx context.Context) error {
	a := w.app
	now := a.hand.Clock.Now()
	if !now.Before(w.nextScan) && !w.whole {
		return w.scan(ctx)
	}
	if now.Before(w.nextPull) || w.page == nil {
		return drivers.ErrNotYet
	}
	w.pulled = now
	if err := a.pull(ctx, w.page); err != nil {
		return err
	}
	w.nextPull = now.Add(refreshEvery)
	if a.cardless {
		w.nextPull = now
	}
	return drivers.ErrNotYet
}

// scan looks through the whole refreshed list.
func (w *watch) scan(ctx context.Context) error {
	a := w.app
	began := a.hand.Clock.Now()
	listed, err := a.Lists(ctx, w.name)
	if err != nil {
		return err
	}
	if seen, err := w.missedCard(); err != nil || seen {
		return err
	}
	if listed {
		w.sight = Sight{Without: w.scanned, With: a.hand.Clock.Now()}
		a.cardless = !a.carded
		return nil
	}
	w.scanned = began
	if err := a.refreshFromTop(ctx); err != nil {
		return err
	}
	tree, err := a.devicesNow(ctx)
	if err != nil {
		return err
	}
	list, err := a.list(tree)
	if err != nil {
		return err
	}
	w.page, w.whole = tree, listEnds(tree, list)
	w.pulled = time.Time{}
	w.nextPull = a.hand.Clock.Now().Add(refreshEvery)
	w.nextScan = a.hand.Clock.Now().Add(a.scanEvery())
	return drivers.ErrNotYet
}

// scanEvery is how often a list that is longer than the screen is looked
// through: rarely where cards are known to come, often where none does.
func (a *App) scanEvery() time.Duration {
	switch {
	case a.carded:
		return scanRarely
	case a.cardless:
		return scanOften
	}
	return scanSometimes
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// missedCard looks whether a card that was dismissed since the watch began
// named the device.
func (w *watch) missedCard() (bool, error) {
	for _, card := range w.app.dismissed {
		if card.at.Before(w.since) {
			continue
		}
		if seen, err := w.judge(card.tree, card.at); err != nil || seen {
			return seen, err
		}
	}
	return false, nil
}

// missed notes a look that did not have the device.
func (w *watch) missed(began time.Time) {
	w.without = began
	if !w.pulled.IsZero() {
		w.refreshed, w.pulled = w.pulled, time.Time{}
	}
}

// judge decides on a snapshot whether the device is there: on a card, or as
// exactly one tile.
func (w *watch) judge(tree *screen.Tree, with time.Time) (bool, error) {
	a := w.app
	page, err := a.page(tree)
	if err != nil {
		return false, err
	}
	switch page {
	case "card":
		on, err := a.hand.On(tree, "card.device_name", w.name)
		if err != nil || !on {
			return false, err
		}
		w.sight = Sight{Without: earlier(w.without, with), With: with, Card: true}
		a.carded = true
		return true, nil
	case "devices":
		on, err := a.tile(tree, w.name)
		if err != nil || !on {
			return false, err
		}
		// A tile comes with a refresh: since the last one that did not have it,
		// the device may have been there unseen.
		w.sight = Sight{Without: w.refreshed, With: with}
		a.cardless = !a.carded
		return true, nil
	}
	return false, nil
}
