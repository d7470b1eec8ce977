package alexa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Stop is a page at which a walk has stopped.
type Stop struct {
	// Screens are those of the map that the page is expected to be.
	Screens []string
	Source  string
}

// Walk is what was seen on a walk through the app.
type Walk struct {
	Stops []Stop
	// Notes say what was done otherwise than by the map, and why the walk ended
	// early, if it did.
	Notes []string
}

// A walk goes on without the map's help only where something is this like what
// it looks for, and this far ahead of everything else.
const (
	walkScore = 0.75
	walkLead  = 0.1
)

// settles is how long a page is given to come up.
const settles = 3 * time.Second

// Walk walks through the app and looks at its pages: the devices page, the page
// of that plug, its settings page, and the home page. It opens and goes back;
// it switches nothing, deletes nothing and asks no question that deletes. Where
// the map does not know the way any more, it takes the nearest candidate, and
// says so. An error is one of the phone.
func (a *App) Walk(ctx context.Context, plug string) (Walk, error) {
	w := walk{app: a}
	if err := w.run(ctx, plug); err != nil {
		if t := certification.TroubleOf(err); t.Cause != certification.CauseAlexaApp && t.Code != certification.AppElementMissing {
			return w.Walk, err
		}
		w.note("the walk ended early: %s", err)
	}
	return w.Walk, nil
}

type walk struct {
	Walk
	app *App
}

func (w *walk) note(format string, args ...any) {
	w.Notes = append(w.Notes, fmt.Sprintf(format, args...))
}

func (w *walk) run(ctx context.Context, plug string) error {
	if _, err := w.app.OpenDevices(ctx); err != nil {
		w.note("the map does not lead to the devices page: %s", err)
		if _, err := w.look(ctx, "home"); err != nil {
			return err
		}
		if err := w.open(ctx, "home.tab_devices"); err != nil {
			return err
		}
	}
	if _, err := w.look(ctx, "devices"); err != nil {
		return err
	}
	if err := w.open(ctx, "devices.tile", plug); err != nil {
		return err
	}
	if _, err := w.look(ctx, "device", "plug"); err != nil {
		return err
	}
	if err := w.open(ctx, "device.edit"); err == nil {
		if _, err := w.look(ctx, "settings"); err != nil {
			return err
		}
		if err := w.back(ctx); err != nil {
			return err
		}
	} else if ctx.Err() != nil {
		return err
	} else {
		w.note("the settings page was not looked at: %s", err)
	}
	for range 2 { // to the devices page, and to the home page
		if err := w.back(ctx); err != nil {
			return err
		}
	}
	tree, err := w.app.hand.Look(ctx)
	if err != nil {
		return err
	}
	// Older releases have a page between the two.
	if page, err := w.app.page(tree); err == nil && page == "overview" {
		if tree, err = w.look(ctx, "overview"); err != nil {
			return err
		}
		if err := w.back(ctx); err != nil {
			return err
		}
		before := tree.Fingerprint()
		if tree, err = w.app.hand.Look(ctx); err != nil {
			return err
		}
		if tree.Fingerprint() == before {
			w.note("the home page was not looked at: the back key leads nowhere")
			return nil
		}
	}
	if !w.app.guide.InFront(tree) || w.seen("devices", tree) {
		w.note("the home page was not looked at: the back key leads elsewhere")
		return nil
	}
	_, err = w.look(ctx, "home")
	return err
}

// seen tells whether the tree is still the page of that stop.
func (w *walk) seen(name string, tree *screen.Tree) bool {
	for _, s := range w.Stops {
		if slices.Contains(s.Screens, name) {
			if t, err := screen.Parse(s.Source); err == nil && t.Fingerprint() == tree.Fingerprint() {
				return true
			}
		}
	}
	return false
}

// look keeps the page that is shown, once it rests.
func (w *walk) look(ctx context.Context, names ...string) (*screen.Tree, error) {
	var kept string
	var last screen.Fingerprint
	var tree *screen.Tree
	err := drivers.Poll(ctx, w.app.hand.Clock, drivers.Wait{For: "the page to rest", Timeout: settles, Every: 500 * time.Millisecond}, func(ctx context.Context) error {
		source, err := w.app.hand.Phone.Source(ctx)
		if err != nil {
			return err
		}
		t, err := screen.Parse(source)
		if err != nil {
			return err
		}
		before := last
		kept, tree, last = source, t, t.Fingerprint()
		if before != last {
			return drivers.ErrNotYet
		}
		return nil
	})
	if err != nil && !isTimeout(err) {
		return nil, err
	}
	w.app.hand.Forget()
	w.Stops = append(w.Stops, Stop{Screens: names, Source: kept})
	return tree, nil
}

// open taps an element that leads to another page: by the map, or else the
// nearest candidate.
func (w *walk) open(ctx context.Context, path string, args ...string) error {
	h := w.app.hand
	e, err := h.Map.Element(path)
	if err != nil {
		return err
	}
	tree, err := h.Look(ctx)
	if err != nil {
		return err
	}
	if e.On(tree, args...) {
		return h.Tap(ctx, path, args...)
	}
	if path == "devices.tile" {
		if found, err := w.app.scrollTo(ctx, args[0]); err == nil && found {
			return h.Tap(ctx, path, args...)
		}
		if tree, err = h.Look(ctx); err != nil {
			return err
		}
	}
	n, score, lead := e.Nearest(tree, args...)
	if n == nil || score < walkScore || lead < walkLead || !harmless(h.Map, tree, n) {
		return &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseAlexaApp,
			Message: path + " is not on the screen, and nothing that may be tapped is enough like it"}
	}
	w.note("%s is not found by the map: tapped the nearest, %q (score %.2f)", path, n.Label(), score)
	h.Forget()
	if err := h.Phone.Tap(ctx, n.Bounds.Center()); err != nil {
		return err
	}
	changed, err := h.Changed(ctx, tree, path)
	if err == nil && !changed {
		err = &certification.Trouble{Code: certification.AppNothingChanged, Cause: certification.CauseAlexaApp,
			Message: "tapped the nearest to " + path + ", and nothing changed"}
	}
	return err
}

// harmless tells whether a tap on n neither switches nor deletes anything, as
// far as anybody can know: it is nothing that can be checked, and neither it
// nor what takes its touch is what the map deletes with.
func harmless(m *screen.Map, tree *screen.Tree, n *screen.Node) bool {
	for at := n; at != nil; at = at.Parent() {
		if at.Checkable {
			return false
		}
	}
	for _, path := range []string{"settings.delete", "delete_confirm.confirm", "plug.switch"} {
		e, err := m.Element(path)
		if err != nil {
			continue
		}
		if found, err := e.In(tree); err == nil && slices.ContainsFunc(found.Nodes, func(f *screen.Node) bool { return f.Has(n) || n.Has(f) }) {
			return false
		}
		if near, score, _ := e.Nearest(tree); near == n && score >= walkScore {
			return false
		}
	}
	return true
}

// back goes back, and does not insist.
func (w *walk) back(ctx context.Context) error {
	err := w.app.hand.Back(ctx)
	if t := certification.TroubleOf(err); t != nil && t.Code == certification.AppNothingChanged {
		return nil
	}
	return err
}

// Cards are the cards that were dismissed on the way, as they were.
func (a *App) Cards() []*screen.Tree {
	var trees []*screen.Tree
	for _, c := range a.dismissed {
		trees = append(trees, c.tree)
	}
	return trees
}

func isTimeout(err error) bool {
	var late *drivers.TimeoutError
	return errors.As(err, &late)
}
