// Package alexa is what one does in the Alexa app: open the devices page,
// switch a plug, watch for a new device, see whether one answers, delete one.
//
// It knows screens by the names of the app's screen map, and no locator; it
// knows nothing of scenarios or verdicts.
package alexa

import (
	"context"
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

	hand  *act.Hand
	guide *act.Guide
	// carded is true once a device came up on a card; cardless, once one was
	// found by its tile alone: the list is refreshed more often then.
	carded, cardless bool
	// dismissed are the last cards and pages that were dismissed: the device may
	// have come up on one while something else was being done.
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
	a := &App{}
	a.hand = &act.Hand{Phone: phone, Clock: clock, Map: m, Clear: a.clear,
		Notice: func(n Notice) {
			if a.Notice != nil {
				a.Notice(n)
			}
		}}
	a.guide = &act.Guide{Hand: a.hand, App: m.Application(), Name: "the Alexa app", Goal: "devices",
		Order: []string{"devices", "plug", "device", "settings", "overview", "home", "signed_out"}, Move: a.move,
		Cause: certification.CauseAlexaApp, Crashed: certification.CauseAlexaApp}
	return a
}

// Share makes the app look with the eyes of the phone's other apps.
func (a *App) Share(eyes *act.Eyes) { a.guide.Share(eyes) }

// SameName tells whether two names are the same to a person: equal after
// Unicode normalisation and case folding, without spaces around them.
func SameName(a, b string) bool { return fold(a) == fold(b) }

func fold(s string) string {
	return cases.Fold().String(norm.NFC.String(strings.Join(strings.Fields(s), " ")))
}

// mostSwipes bounds the swipes through the devices list.
const mostSwipes = 40

// OpenDevices finds the way to the devices page from whatever is shown: it
// dismisses cards and questions, goes back from other pages, brings the app to
// the front and, if nothing else helps, starts it again.
func (a *App) OpenDevices(ctx context.Context) (*screen.Tree, error) { return a.guide.Find(ctx) }

// OpenDevicesBefore is [App.OpenDevices] with a moment at which the way must
// have been found.
func (a *App) OpenDevicesBefore(ctx context.Context, late time.Time) (*screen.Tree, error) {
	return a.guide.FindBefore(ctx, late)
}

// Map is the app's screen map.
func (a *App) Map() *screen.Map { return a.hand.Map }

// Use makes the app be read with another screen map.
func (a *App) Use(m *screen.Map) {
	a.hand.Map, a.guide.App = m, m.Application()
	a.hand.Forget()
}

// move makes one move towards the devices page.
func (a *App) move(ctx context.Context, page string, tree *screen.Tree) (bool, error) {
	switch page {
	case "home":
		return true, a.hand.Tap(ctx, "home.tab_devices")
	case "overview":
		return true, a.allDevices(ctx, tree)
	case "card", "found_page", "set_up_error", "delete_confirm":
		_, err := a.clear(ctx, tree)
		return true, err
	case "device", "plug", "settings":
		return true, a.hand.Back(ctx)
	case "signed_out":
		return true, &certification.Trouble{Code: certification.RigSignedOut, Cause: certification.CauseRig,
			Message: "the Alexa app is signed out", Evidence: []string{"the app shows " + act.Words(tree)},
			Hint: "sign the phone's Alexa app in to the test account by hand; ffscert never does"}
	}
	return false, nil
}

// allDevices goes from the page of the kinds of devices, which older releases
// have, to the page of all of them: its button may be out of sight.
func (a *App) allDevices(ctx context.Context, tree *screen.Tree) error {
	if there, err := a.hand.On(tree, "overview.all_devices"); err != nil {
		return err
	} else if there {
		return a.hand.Tap(ctx, "overview.all_devices")
	}
	row, err := a.area(tree, "overview.row")
	if err != nil {
		return err
	}
	b := row.Bounds
	a.hand.Forget()
	return a.hand.Phone.Swipe(ctx, drivers.Point{X: b.X + b.Width*85/100, Y: b.Y + b.Height/2}, drivers.Point{X: b.X + b.Width*15/100, Y: b.Y + b.Height/2}, 500*time.Millisecond)
}

// page names what is shown, as [act.Guide.Page] does.
func (a *App) page(t *screen.Tree) (string, error) { return a.guide.Page(t) }

// clear takes away a card or a question that lies over the app. What was there
// is noted, with its words.
func (a *App) clear(ctx context.Context, tree *screen.Tree) (bool, error) {
	page, err := a.page(tree)
	if err != nil {
		return false, err
	}
	switch page {
	case "card":
		a.note("CARD-DISMISSED", "dismissed a card: "+act.Words(tree))
		a.remember(tree)
		for _, button := range []string{"card.secondary", "card.primary"} {
			if there, err := a.hand.On(tree, button); err != nil {
				return false, err
			} else if there {
				return true, a.hand.Tap(ctx, button)
			}
		}
		return true, a.hand.Back(ctx)
	case "delete_confirm":
		a.note("DIALOG-CANCELLED", "cancelled a question that was left open: "+act.Words(tree))
		if there, err := a.hand.On(tree, "delete_confirm.cancel"); err == nil && there {
			return true, a.hand.Tap(ctx, "delete_confirm.cancel")
		}
		return true, a.hand.Back(ctx)
	case "found_page", "set_up_error":
		a.note("PAGE-LEFT", "left a page that covers others: "+act.Words(tree))
		a.remember(tree)
		return true, a.hand.Back(ctx)
	}
	return false, nil
}

// remember keeps what was dismissed.
func (a *App) remember(tree *screen.Tree) {
	a.dismissed = append(a.dismissed, dismissedCard{tree, a.hand.Clock.Now()})
	if len(a.dismissed) > mostDismissed {
		a.dismissed = a.dismissed[1:]
	}
}

func (a *App) note(rule, text string) { a.hand.Notice(Notice{Rule: rule, Text: text}) }

// Visit is the app as its pages are named by the map.
func (a *App) Visit() act.Visit {
	return act.Visit{Guide: a.guide, Dismiss: []string{"card"},
		Guarded: []string{"settings.delete", "delete_confirm.confirm", "plug.switch", "plug.switch_on", "plug.switch_off"}}
}

// Open brings the app to the front, with whatever page it was left on.
func (a *App) Open(ctx context.Context) error { return a.guide.Open(ctx) }
