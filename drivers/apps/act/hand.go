// Package act touches an app the way a careful person does: it looks, makes
// sure that there is exactly one thing of the kind that it wants to touch, that
// the thing can be touched and rests, touches it, and sees to it that something
// changed.
//
// It knows screen maps and phones, and no particular app.
package act

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/dialogs"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// The times of a careful person.
const (
	AppearWithin = 10 * time.Second       // an element that is expected
	ChangeWithin = 5 * time.Second        // something, after a touch
	lookEvery    = 500 * time.Millisecond // while waiting: at most two commands a second
	freshFor     = 2 * time.Second        // how long a look at the screen may be relied on
)

// Notice is something that was noticed by the way.
type Notice struct {
	Rule    string // such as "SCREEN-FALLBACK"
	Text    string
	Warning bool // worth a warning in the matrix
	// Evidence are paths of pictures and page sources that were kept.
	Evidence []string
}

// Hand looks at one app on one phone and touches it. It is used by one
// goroutine at a time.
type Hand struct {
	Phone  drivers.Phone
	Clock  drivers.Clock
	Map    *screen.Map
	Notice func(Notice) // may be nil
	// Clear, if not nil, is asked to take away what lies over the app. It tells
	// whether it did something.
	Clear func(ctx context.Context, seen *screen.Tree) (bool, error)
	// Eyes are shared by the hands of all apps on one phone: what one of them
	// touches, the others must not believe to be as it was. Nil means eyes of
	// its own.
	Eyes *Eyes
	// Cause is who is to blame when an element is not what the map says;
	// [certification.CauseAlexaApp] if empty.
	Cause certification.Cause

	clearing bool
}

// Eyes remember the last look at a phone. They are used by one goroutine at a
// time.
type Eyes struct {
	// Dialogs are what may lie over an app, and how it is answered; nil answers
	// nothing, and lets unknown windows be.
	Dialogs *dialogs.Book
	// Keep takes a picture and the page source of what is there, and returns
	// the paths under which they are kept; may be nil.
	Keep func(ctx context.Context, name string) []string
	// Lenient is set before an attempt has begun: that an app had ended by
	// itself is nobody's trouble then.
	Lenient bool

	apps     []*Guide       // those that share the eyes
	answered map[string]int // how often, by dialog
	dealing  bool

	last   *screen.Tree
	lastAt time.Time
	// front is the package of the app that was last seen in front.
	front string
	told  map[string]bool // fallbacks: each is said once
}

// Close forgets everything that was seen: who looks next starts anew.
func (e *Eyes) Close() { e.last, e.front = nil, "" }

func (h *Hand) eyes() *Eyes {
	if h.Eyes == nil {
		h.Eyes = &Eyes{}
	}
	return h.Eyes
}

// Look takes a snapshot of the screen. Dialogs that lie over the app are
// answered before, by policy; one that is not known is an error.
func (h *Hand) Look(ctx context.Context) (*screen.Tree, error) {
	source, err := h.Phone.Source(ctx)
	if err != nil {
		h.Forget()
		return nil, err
	}
	tree, err := screen.Parse(source)
	if err != nil {
		h.Forget()
		return nil, &certification.Trouble{Code: certification.RigServer, Cause: certification.CauseRig,
			Message: "the page source cannot be read", Err: err, Hint: "see whether the Appium server and its driver are sound"}
	}
	e := h.eyes()
	e.last, e.lastAt = tree, h.Clock.Now()
	if tree, err = h.uncover(ctx, tree); err != nil {
		h.Forget()
	}
	return tree, err
}

// Seen is the last snapshot if nothing was touched since and it is fresh; else
// a new one.
func (h *Hand) Seen(ctx context.Context) (*screen.Tree, error) {
	if e := h.eyes(); e.last != nil && h.Clock.Now().Sub(e.lastAt) < freshFor {
		return e.last, nil
	}
	return h.Look(ctx)
}

// Forget makes the next Seen look anew.
func (h *Hand) Forget() { h.eyes().last = nil }

func (h *Hand) tell(rule, text string, warning bool) {
	if h.Notice != nil {
		h.Notice(Notice{Rule: rule, Text: text, Warning: warning})
	}
}

// On tells whether the element is on the tree, and notes a fallback that had
// to be used for it.
func (h *Hand) On(tree *screen.Tree, path string, args ...string) (bool, error) {
	e, err := h.Map.Element(path)
	if err != nil {
		return false, err
	}
	m, err := e.In(tree, args...)
	h.Fallback(m)
	return m.Found(), err
}

// Fallback tells of a match if a fallback had to be used for it; once for each,
// as long as the eyes are the same.
func (h *Hand) Fallback(m screen.Match) {
	if !m.Fallback() {
		return
	}
	e := h.eyes()
	if e.told == nil {
		e.told = map[string]bool{}
	}
	if text := m.Warning(); !e.told[text] {
		e.told[text] = true
		h.tell("SCREEN-FALLBACK", text, true)
	}
}

// Shows tells whether a screen of the map is shown.
func (h *Hand) Shows(tree *screen.Tree, name string) (bool, error) {
	s, err := h.Map.Screen(name)
	if err != nil {
		return false, err
	}
	return s.ShownOn(tree), nil
}

// target is an element that may be touched.
type target struct {
	node    *screen.Node
	locator drivers.Locator
}

// judge finds exactly one element that can be touched, on a snapshot.
func (h *Hand) judge(tree *screen.Tree, e *screen.Element, args []string) (target, error) {
	m, err := e.In(tree, args...)
	if err != nil {
		return target{}, err
	}
	var shown []*screen.Node
	for _, n := range m.Nodes {
		if n.Displayed && n.Bounds.Width > 0 && n.Bounds.Height > 0 {
			shown = append(shown, n)
		}
	}
	name := named(e, args)
	switch {
	case len(shown) == 0:
		return target{}, h.trouble(certification.AppElementMissing, name+" is not on the screen",
			"see the picture of what was there; after a new release of the app, its screen map may need a new locator")
	case len(shown) > 1:
		return target{}, h.trouble(certification.AppAmbiguous, fmt.Sprintf("%d elements are %s: it cannot be told which is meant", len(shown), name),
			"give every device a name of its own")
	}
	n := shown[0]
	if !n.Enabled {
		return target{}, h.trouble(certification.AppElementMissing, name+" is there, but disabled", "see the picture of what was there")
	}
	if p := n.Bounds.Center(); !tree.OnTopAt(n, p) {
		over := "something"
		if top := tree.TopAt(p); top != nil {
			over = fmt.Sprintf("%q", top.Label())
		}
		return target{}, h.trouble(certification.AppCovered, over+" lies over "+name, "see the picture of what was there")
	}
	h.Fallback(m)
	q := m.Query
	return target{n, q.Locator()}, nil
}

func named(e *screen.Element, args []string) string {
	if len(args) > 0 {
		return e.Path() + " \"" + args[0] + "\""
	}
	return e.Path()
}

func (h *Hand) trouble(code certification.Code, message, hint string) error {
	cause := h.Cause
	if cause == "" {
		cause = certification.CauseAlexaApp
	}
	return &certification.Trouble{Code: code, Cause: cause, Message: message, Hint: hint}
}

// mistaken tells whether nothing that is tried again can mend it: the map lacks
// an element, or it takes something else; something lies over the app that is
// not to be touched.
func mistaken(err error) bool {
	switch certification.TroubleOf(err).Code {
	case certification.DefUnknownElement, certification.DefNames, certification.AppUnknownDialog, certification.AppDialogStays, certification.AppMustUpdate:
		return true
	}
	return false
}

// notYet wraps what is still missing, for [drivers.Poll].
func notYet(err error) error { return errors.Join(drivers.ErrNotYet, err) }

// missing is the trouble that a wait ended with.
func missing(err error) error {
	var late *drivers.TimeoutError
	var t *certification.Trouble
	if errors.As(err, &late) && errors.As(late.LastErr, &t) {
		return t
	}
	return err
}

// hold waits until the element can be touched and rests, and returns the
// server's handle for it and the snapshot on which it was judged.
func (h *Hand) hold(ctx context.Context, e *screen.Element, args []string) (drivers.Element, *screen.Tree, error) {
	var handle drivers.Element
	var judged *screen.Tree
	ask, err := e.Any(args...)
	if err != nil {
		return handle, nil, err
	}
	first := true
	err = drivers.Poll(ctx, h.Clock, drivers.Wait{For: named(e, args), Timeout: AppearWithin, Every: lookEvery}, func(ctx context.Context) error {
		if !first && h.eyes().last == nil {
			// Wait narrow: ask for this one thing before the whole screen is read.
			found, err := h.Phone.FindAll(ctx, ask)
			if err != nil {
				return err
			}
			if len(found) == 0 && !h.mayClear() {
				return notYet(h.trouble(certification.AppElementMissing, named(e, args)+" is not on the screen", ""))
			}
		}
		first = false
		tree, err := h.Seen(ctx)
		if err != nil {
			return err
		}
		t, err := h.judge(tree, e, args)
		if err != nil {
			h.Forget()
			if mistaken(err) {
				return err
			}
			if cleared, cerr := h.clear(ctx, tree); cerr != nil {
				return cerr
			} else if cleared {
				h.Forget()
			}
			return notYet(err)
		}
		handle, err = h.Phone.Find(ctx, t.locator)
		if drivers.NoSuchElement(err) || drivers.StaleElement(err) {
			h.Forget()
			return notYet(h.trouble(certification.AppMoving, named(e, args)+" comes and goes", "see whether the app is busy"))
		}
		if err != nil {
			return err
		}
		place, err := h.place(ctx, handle)
		if drivers.StaleElement(err) || err == nil && place != t.node.Bounds {
			h.Forget()
			return notYet(h.trouble(certification.AppMoving, named(e, args)+" does not come to rest", "see whether the app is busy, or switch animations off"))
		}
		judged = tree
		return err
	})
	return handle, judged, missing(err)
}

// place is where the element was when it was found.
func (h *Hand) place(ctx context.Context, e drivers.Element) (drivers.Rect, error) {
	if e.Seen != nil {
		return e.Seen.Rect, nil
	}
	return h.Phone.Rect(ctx, e)
}

func (h *Hand) mayClear() bool { return h.Clear != nil && !h.clearing }

func (h *Hand) clear(ctx context.Context, tree *screen.Tree) (bool, error) {
	if !h.mayClear() {
		return false, nil
	}
	h.clearing = true
	defer func() { h.clearing = false }()
	return h.Clear(ctx, tree)
}

// Tap touches an element, with proof: something on the screen must change
// after it. If nothing does, it is touched once more, which is noted.
func (h *Hand) Tap(ctx context.Context, path string, args ...string) error {
	e, err := h.Map.Element(path)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		handle, before, err := h.hold(ctx, e, args)
		if err != nil {
			return err
		}
		if err := h.click(ctx, handle); err != nil {
			if drivers.StaleElement(err) && try == 1 {
				continue
			}
			return err
		}
		changed, err := h.changed(ctx, before, named(e, args))
		if err != nil || changed {
			return err
		}
		if try == 2 {
			return h.trouble(certification.AppNothingChanged, "tapped "+named(e, args)+" twice, and nothing changed",
				"see whether the app hangs; the attempt is repeated")
		}
		h.tell("TAP-REPEATED", "tapped "+named(e, args)+", and nothing changed: tapped again", false)
	}
}

// TapOnce touches an element once and asks for no proof: for a switch, whose
// state the caller watches, and which a second touch would switch back. at is
// called just before the touch.
func (h *Hand) TapOnce(ctx context.Context, at func(), path string, args ...string) error {
	e, err := h.Map.Element(path)
	if err != nil {
		return err
	}
	handle, _, err := h.hold(ctx, e, args)
	if err != nil {
		return err
	}
	at()
	return h.click(ctx, handle)
}

func (h *Hand) click(ctx context.Context, e drivers.Element) error {
	h.Forget()
	return h.Phone.Click(ctx, e)
}

// Changed waits until the screen differs from what it was, after something was
// done to it.
func (h *Hand) Changed(ctx context.Context, before *screen.Tree, after string) (bool, error) {
	return h.changed(ctx, before, after)
}

// changed waits until the screen differs from what it was.
func (h *Hand) changed(ctx context.Context, before *screen.Tree, after string) (bool, error) {
	err := drivers.Poll(ctx, h.Clock, drivers.Wait{For: "something to change after " + after, Timeout: ChangeWithin, Every: lookEvery},
		func(ctx context.Context) error {
			tree, err := h.Look(ctx)
			if err != nil {
				return err
			}
			if tree.Fingerprint() == before.Fingerprint() {
				return drivers.ErrNotYet
			}
			return nil
		})
	var late *drivers.TimeoutError
	if errors.As(err, &late) {
		return false, nil
	}
	return err == nil, err
}

// Back presses the system's back key, with proof. A dialog that came up in
// that moment takes the key: if nothing has changed, it is pressed once more,
// which is noted.
func (h *Hand) Back(ctx context.Context) error {
	for try := 1; ; try++ {
		before, err := h.Seen(ctx)
		if err != nil {
			return err
		}
		h.Forget()
		if err := h.Phone.Back(ctx); err != nil {
			return err
		}
		changed, err := h.changed(ctx, before, "the back key")
		if err != nil || changed {
			return err
		}
		if try == 2 {
			return h.trouble(certification.AppNothingChanged, "pressed the back key twice, and nothing changed", "see whether the app hangs")
		}
		h.tell("BACK-REPEATED", "pressed the back key, and nothing changed: pressed again", false)
	}
}

// Until looks until a judgement of the snapshot holds.
func (h *Hand) Until(ctx context.Context, what string, within time.Duration, judge func(*screen.Tree) error) error {
	first := true
	err := drivers.Poll(ctx, h.Clock, drivers.Wait{For: what, Timeout: within, Every: lookEvery}, func(ctx context.Context) error {
		look := h.Look
		if first {
			look = h.Seen
		}
		first = false
		tree, err := look(ctx)
		if err != nil {
			return err
		}
		return judge(tree)
	})
	return missing(err)
}

// TimedOut tells whether an error says that nothing came of waiting.
func TimedOut(err error) bool { return isTimeout(err) }

// NotYet marks an error as a reason to look again; for [Hand.Until].
func NotYet(err error) error { return notYet(err) }
