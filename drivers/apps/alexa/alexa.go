// Package alexa is what one does in the Alexa app: open the devices page,
// switch a plug, watch for a new device, see whether one answers, delete one.
//
// It knows screens by the names of the app's screen map, and no locator; it
// knows nothing of scenarios or verdicts.
package alexa

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Notice is something that was noticed by the way.
type Notice = act.Notice

// App is the Alexa app on one phone. It is used by one goroutine at a time.
type App struct {
	// Notice is told what is noticed by the way; may be nil.
	Notice func(Notice)

	hand *act.Hand
	app  drivers.App
	// carded is true once a device came up on a card; cardless, once one was
	// found by its tile alone: the list is refreshed more often then.
	carded, cardless bool
	// dismissed are the last cards that were dismissed: the device may have
	// come up on one while something else was being done.
	dismissed []dismissedCard
}

type dismissedCard struct {
	tree *screen.Tree
	at   time.Time
}

// mostDismissed bounds how many cards are remembered.
const mostDismissed = 8

// New is the app on that phone, with its screen map.
func New(phone drivers.Phone, clock drivers.Clock, m *screen.Map) *App {
	a := &App{app: m.Application()}
	a.hand = &act.Hand{Phone: phone, Clock: clock, Map: m, Clear: a.clear,
		Notice: func(n Notice) {
			if a.Notice != nil {
				a.Notice(n)
			}
		}}
	return a
}

// SameName tells whether two names are the same to a person: equal after
// Unicode normalisation and case folding, without spaces around them.
func SameName(a, b string) bool { return fold(a) == fold(b) }

func fold(s string) string {
	return cases.Fold().String(norm.NFC.String(strings.Join(strings.Fields(s), " ")))
}

// The bounds of finding one's way.
const (
	mostMoves  = 14 // from wherever the app is to the devices page
	mostSwipes = 40 // through the devices list
)

// OpenDevices finds the way to the devices page from whatever is shown: it
// dismisses cards and questions, goes back from other pages, brings the app to
// the front and, if nothing else helps, starts it again.
func (a *App) OpenDevices(ctx context.Context) (*screen.Tree, error) {
	restarted, unknown, lastPage := false, 0, ""
	for move := 0; move < mostMoves; move++ {
		tree, err := a.hand.Seen(ctx)
		if err != nil {
			return nil, err
		}
		page, err := a.page(tree)
		if err != nil {
			return nil, err
		}
		switch page {
		case "devices":
			return tree, nil
		case "home":
			err = a.hand.Tap(ctx, "home.tab_devices")
		case "card", "found_page", "set_up_error", "delete_confirm":
			_, err = a.clear(ctx, tree)
		case "device", "plug", "settings":
			err = a.hand.Back(ctx)
		case "elsewhere":
			a.note("NAVIGATION", "the Alexa app was not in front: it was opened")
			a.hand.Forget()
			if err = a.hand.Phone.Activate(ctx, a.app); err == nil {
				err = a.awaitApp(ctx)
			}
		default:
			unknown++
			switch {
			case unknown == 1:
				// It may only be on its way.
				a.hand.Forget()
				err = a.hand.Until(ctx, "a page that is known", 3*time.Second, func(t *screen.Tree) error {
					if p, err := a.page(t); err != nil || p != "" {
						return err
					}
					return drivers.ErrNotYet
				})
				if isTimeout(err) {
					err = nil
				}
			case unknown <= 3:
				a.note("NAVIGATION", "the Alexa app shows a page that the map does not know: went back")
				if err = a.hand.Back(ctx); certification.TroubleOf(err) != nil && certification.TroubleOf(err).Code == certification.AppNothingChanged {
					err = nil
				}
			case !restarted:
				restarted = true
				unknown = 1
				err = a.restart(ctx)
			default:
				return nil, lost(tree)
			}
		}
		if err != nil {
			if restarted || certification.TroubleOf(err).Cause != certification.CauseAlexaApp {
				return nil, err
			}
			restarted = true
			if err := a.restart(ctx); err != nil {
				return nil, err
			}
		}
		lastPage = page
	}
	return nil, &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseAlexaApp,
		Message: fmt.Sprintf("did not reach the devices page of the Alexa app in %d moves; the last page was %q", mostMoves, lastPage),
		Hint:    "see the picture of what was there"}
}

func isTimeout(err error) bool {
	_, ok := err.(*drivers.TimeoutError)
	return ok
}

func lost(tree *screen.Tree) error {
	return &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseAlexaApp,
		Message: "the screen shows something that the map of the Alexa app does not know (" + strings.Join(tree.Packages(), ", ") + ")",
		Hint:    "see the picture of what was there; if it is a new release of the app, its screen map needs new locators"}
}

func (a *App) restart(ctx context.Context) error {
	a.note("NAVIGATION", "the Alexa app was started again to find the way to the devices page")
	a.hand.Forget()
	if err := a.hand.Phone.Terminate(ctx, a.app); err != nil {
		return err
	}
	if err := a.hand.Phone.Activate(ctx, a.app); err != nil {
		return err
	}
	return a.awaitApp(ctx)
}

// awaitApp waits until the app is in front.
func (a *App) awaitApp(ctx context.Context) error {
	err := a.hand.Until(ctx, "the Alexa app to come to the front", 20*time.Second, func(t *screen.Tree) error {
		if !a.inFront(t) {
			return drivers.ErrNotYet
		}
		return nil
	})
	if isTimeout(err) {
		return &certification.Trouble{Code: certification.AppNotInForeground, Cause: certification.CauseAlexaApp,
			Message: "the Alexa app does not come to the front", Err: err, Hint: "see whether it is installed and signed in"}
	}
	return err
}

func (a *App) inFront(t *screen.Tree) bool {
	for _, p := range t.Packages() {
		if p == a.app.Package {
			return true
		}
	}
	return false
}

// page names what is shown: a screen of the map, what covers others first;
// "elsewhere" if the app is not in front, "" if the map does not know it.
func (a *App) page(t *screen.Tree) (string, error) {
	if !a.inFront(t) {
		return "elsewhere", nil
	}
	shown := a.hand.Map.Which(t)
	for _, name := range shown {
		s, err := a.hand.Map.Screen(name)
		if err != nil {
			return "", err
		}
		if s.Covers() {
			return name, nil
		}
	}
	for _, name := range []string{"devices", "plug", "device", "settings", "home"} {
		for _, s := range shown {
			if s == name {
				return name, nil
			}
		}
	}
	return "", nil
}

// clear takes away a card or a question that lies over the app. What was there
// is noted, with its words.
func (a *App) clear(ctx context.Context, tree *screen.Tree) (bool, error) {
	page, err := a.page(tree)
	if err != nil {
		return false, err
	}
	switch page {
	case "card":
		a.note("CARD-DISMISSED", "dismissed a card: "+words(tree))
		a.dismissed = append(a.dismissed, dismissedCard{tree, a.hand.Clock.Now()})
		if len(a.dismissed) > mostDismissed {
			a.dismissed = a.dismissed[1:]
		}
		for _, button := range []string{"card.secondary", "card.primary"} {
			if there, err := a.hand.On(tree, button); err != nil {
				return false, err
			} else if there {
				return true, a.hand.Tap(ctx, button)
			}
		}
		return true, a.hand.Back(ctx)
	case "delete_confirm":
		a.note("DIALOG-CANCELLED", "cancelled a question that was left open: "+words(tree))
		if there, err := a.hand.On(tree, "delete_confirm.cancel"); err == nil && there {
			return true, a.hand.Tap(ctx, "delete_confirm.cancel")
		}
		return true, a.hand.Back(ctx)
	case "found_page", "set_up_error":
		a.note("PAGE-LEFT", "left a page that covers others: "+words(tree))
		return true, a.hand.Back(ctx)
	}
	return false, nil
}

// words are the texts on the topmost window, shortened, for records.
func words(t *screen.Tree) string {
	var texts []string
	if len(t.Windows) > 0 {
		t.Each(func(n *screen.Node) bool {
			if t.Windows[0].Has(n) && n.Displayed && n.Text != "" {
				texts = append(texts, "\""+n.Text+"\"")
			}
			return len(texts) < 6
		})
	}
	s := []rune(strings.Join(texts, ", "))
	if len(s) > 200 {
		s = append(s[:199], '…')
	}
	return string(s)
}

func (a *App) note(rule, text string) { a.hand.Notice(Notice{Rule: rule, Text: text}) }
