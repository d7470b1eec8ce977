package act

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Pages that every app has, beside those of its map.
const (
	Elsewhere = "elsewhere" // the app is not in front
	Unknown   = ""          // the map does not know what is shown
)

// The bounds of finding one's way.
const (
	mostMoves   = 14 // from wherever the app is to its goal
	startWithin = 20 * time.Second
)

// Guide finds the way to one page of an app, its goal, from whatever is shown:
// it goes back from what the map does not know, brings the app to the front
// and, if nothing else helps, starts it again, once.
type Guide struct {
	Hand *Hand
	App  drivers.App
	Name string // what people call the app, such as "the Alexa app"
	Goal string // the page to get to, by its name in the map
	// Order are the screens of the map that are pages, the first that is shown
	// being where the app is; screens that cover others go before them.
	Order []string
	// Move makes one move from a page of the map towards the goal. A page that
	// it does not know is handled is answered with false.
	Move func(ctx context.Context, page string, tree *screen.Tree) (known bool, err error)
	// Away, if not nil, is asked for a move when the app is not in front; it
	// tells whether it made one. Otherwise the app is opened.
	Away func(ctx context.Context, tree *screen.Tree) (moved bool, err error)
	// Cause is who is to blame when the way is not found, and Crashed when the
	// app's process is gone although nobody ended it.
	Cause, Crashed certification.Cause
}

// Page names what is shown: a screen of the map, what covers others first;
// [Elsewhere] if the app is not in front, [Unknown] if the map does not know it.
func (g *Guide) Page(t *screen.Tree) (string, error) {
	if !g.InFront(t) {
		return Elsewhere, nil
	}
	g.Hand.eyes().front = g.Hand.Map.PackageOn(t)
	shown := g.Hand.Map.Which(t)
	for _, name := range shown {
		s, err := g.Hand.Map.Screen(name)
		if err != nil {
			return "", err
		}
		if s.Covers() {
			return g.recognised(t, name), nil
		}
	}
	for _, name := range g.Order {
		if slices.Contains(shown, name) {
			return g.recognised(t, name), nil
		}
	}
	return Unknown, nil
}

// recognised tells of the fallbacks by which a page was recognised.
func (g *Guide) recognised(t *screen.Tree, page string) string {
	if s, err := g.Hand.Map.Screen(page); err == nil {
		for _, m := range s.Fallbacks(t) {
			g.Hand.Fallback(m)
		}
	}
	return page
}

// InFront tells whether a window of the app is on the screen, or of an app that
// shows its screens.
func (g *Guide) InFront(t *screen.Tree) bool { return g.Hand.Map.PackageOn(t) != "" }

// Find finds the way to the goal and returns what is seen there.
func (g *Guide) Find(ctx context.Context) (*screen.Tree, error) {
	return g.FindBefore(ctx, time.Time{})
}

// FindBefore is [Guide.Find] with a moment, on the hand's clock, after which no
// further move is made; zero sets none. The last move may end later.
func (g *Guide) FindBefore(ctx context.Context, late time.Time) (*screen.Tree, error) {
	restarted, unknown, lastPage := false, 0, ""
	moves := 0
	for ; moves < mostMoves && (late.IsZero() || g.Hand.Clock.Now().Before(late)); moves++ {
		tree, err := g.Hand.Seen(ctx)
		if err != nil {
			return nil, err
		}
		page, err := g.Page(tree)
		if err != nil {
			return nil, err
		}
		known := false
		switch page {
		case g.Goal:
			return tree, nil
		case Elsewhere:
			known = true
			err = g.comeBack(ctx, tree)
		case Unknown:
		default:
			known, err = g.Move(ctx, page, tree)
		}
		if !known && err == nil {
			unknown++
			switch {
			case unknown == 1:
				err = g.settle(ctx) // it may only be on its way
			case unknown <= 3:
				g.Note("NAVIGATION", g.Name+" shows a page that the map does not know: went back")
				if err = g.Hand.Back(ctx); certification.TroubleOf(err) != nil && certification.TroubleOf(err).Code == certification.AppNothingChanged {
					err = nil
				}
			case !restarted:
				restarted = true
				unknown = 1
				err = g.restart(ctx)
			default:
				return nil, g.lost(tree)
			}
		}
		if err != nil {
			if t := certification.TroubleOf(err); restarted || t.Cause != g.Cause || t.Code == certification.AppCrashed || mistaken(err) {
				return nil, err
			}
			restarted = true
			if err := g.restart(ctx); err != nil {
				return nil, err
			}
		}
		lastPage = page
	}
	return nil, g.trouble(certification.AppUnknownScreen,
		fmt.Sprintf("did not reach the %s of %s in %d moves; the last page was %q", g.goal(), g.Name, moves, lastPage),
		"see the picture of what was there")
}

// comeBack makes a move from outside of the app.
func (g *Guide) comeBack(ctx context.Context, tree *screen.Tree) error {
	if g.Away != nil {
		if moved, err := g.Away(ctx, tree); err != nil || moved {
			return err
		}
	}
	if err := g.Crash(ctx); err != nil {
		return err
	}
	g.Note("NAVIGATION", g.Name+" was not in front: it was opened")
	return g.Open(ctx)
}

// Open brings the app to the front.
func (g *Guide) Open(ctx context.Context) error {
	g.Hand.Forget()
	if err := g.Hand.Phone.Activate(ctx, g.App); err != nil {
		return err
	}
	g.Hand.eyes().front = g.App.Package
	return g.await(ctx)
}

// Crash is an error if the app was in front when it was last looked at, and
// its process is gone now.
func (g *Guide) Crash(ctx context.Context) error {
	if g.Hand.eyes().front != g.App.Package {
		return nil
	}
	state, err := g.Hand.Phone.QueryAppState(ctx, g.App)
	if err != nil || state != drivers.AppNotRunning {
		return err
	}
	g.Hand.eyes().front = "" // it is said once
	return g.crashed()
}

// Left tells that the app leaves the front because it was asked to: it has not
// ended by itself.
func (g *Guide) Left() {
	if e := g.Hand.eyes(); e.front == g.App.Package {
		e.front = ""
	}
}

func (g *Guide) crashed() error {
	return &certification.Trouble{Code: certification.AppCrashed, Cause: g.Crashed,
		Message: g.Name + " has ended by itself: its process is gone", Hint: "see the phone's log of that time (adb logcat -b crash)"}
}

// settle waits a little for a page that is known.
func (g *Guide) settle(ctx context.Context) error {
	g.Hand.Forget()
	err := g.Hand.Until(ctx, "a page that is known", 3*time.Second, func(t *screen.Tree) error {
		if p, err := g.Page(t); err != nil || p != Unknown {
			return err
		}
		return drivers.ErrNotYet
	})
	if isTimeout(err) {
		return nil
	}
	return err
}

func (g *Guide) restart(ctx context.Context) error {
	g.Note("NAVIGATION", g.Name+" was started again to find the way to the "+g.goal())
	g.Hand.Forget()
	g.Hand.eyes().front = ""
	if err := g.Hand.Phone.Terminate(ctx, g.App); err != nil {
		return err
	}
	return g.Open(ctx)
}

// await waits until the app is in front.
func (g *Guide) await(ctx context.Context) error {
	err := g.Hand.Until(ctx, g.Name+" to come to the front", startWithin, func(t *screen.Tree) error {
		if !g.InFront(t) {
			return drivers.ErrNotYet
		}
		return nil
	})
	if isTimeout(err) {
		if err := g.Crash(ctx); err != nil {
			return err
		}
		return &certification.Trouble{Code: certification.AppNotInForeground, Cause: g.Cause,
			Message: g.Name + " does not come to the front", Err: err, Hint: "see whether it is installed and signed in"}
	}
	return err
}

func (g *Guide) lost(tree *screen.Tree) error {
	return g.trouble(certification.AppUnknownScreen,
		"the screen shows something that the map of "+g.Name+" does not know ("+strings.Join(tree.Packages(), ", ")+")",
		"see the picture of what was there; if it is a new release of the app, its screen map needs new locators")
}

func (g *Guide) trouble(code certification.Code, message, hint string) error {
	return &certification.Trouble{Code: code, Cause: g.Cause, Message: message, Hint: hint}
}

func (g *Guide) goal() string {
	if s, err := g.Hand.Map.Screen(g.Goal); err == nil && s.Title() != "" {
		return s.Title()
	}
	return g.Goal + " page"
}

// Note tells what was noticed by the way.
func (g *Guide) Note(rule, text string) { g.Hand.tell(rule, text, false) }

func isTimeout(err error) bool {
	var late *drivers.TimeoutError
	return errors.As(err, &late)
}

// Words are the texts on the topmost window, shortened, for records.
func Words(t *screen.Tree) string { return topWords(t, 6, 200) }

// AllWords are the texts on the topmost window, for records in which each of
// them may matter.
func AllWords(t *screen.Tree) string { return topWords(t, 60, 2000) }

func topWords(t *screen.Tree, texts, runes int) string {
	if len(t.Windows) == 0 {
		return ""
	}
	return words(t, t.Windows[0], texts, runes)
}

func words(t *screen.Tree, in *screen.Node, texts, runes int) string {
	var found []string
	t.Each(func(n *screen.Node) bool {
		if in.Has(n) && n.Displayed && n.Text != "" && !n.Password {
			found = append(found, "\""+n.Text+"\"")
		}
		return len(found) < texts
	})
	s := []rune(strings.Join(found, ", "))
	if len(s) > runes {
		s = append(s[:runes-1], '…')
	}
	return string(s)
}
