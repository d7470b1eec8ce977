// Package partner is what one does in the maker's own app: see whether a device
// is there, remove it, follow the maker's own set-up, begin to link the Amazon
// account.
//
// Which app that is, is data: a screen map that keeps to [Contract]. The package
// knows screens by the contract's names and no locator; it knows nothing of
// scenarios or verdicts. Where the app is not as its map says, the map is to
// blame (cause definition), never the product; what the app itself does wrong
// is told by whoever asks.
package partner

import (
	"context"
	"strconv"
	"strings"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Account is what the maker's app is signed in with.
type Account struct {
	User     string
	Password string // kept out of every log
}

// App is the maker's app on one phone. It is used by one goroutine at a time.
type App struct {
	// Notice is told what is noticed by the way; may be nil.
	Notice func(act.Notice)
	// Account is what the app is signed in with when it is found signed out;
	// without a user it is not signed in.
	Account Account
	// Leave, if not nil, takes away a page of another app that this one has
	// opened, such as Amazon's. It tells whether it did something.
	Leave func(ctx context.Context, seen *screen.Tree) (bool, error)
	// Handed, if not nil, tells whether Amazon's pages are shown, whatever app
	// shows them: it may be this one.
	Handed func(seen *screen.Tree) bool
	// Watch, if not nil, is told of the pages on the way to Amazon and back,
	// while they are shown and before anything on them is touched.
	Watch func(ctx context.Context, page string)
	// Below, if not nil, is told of each further part of a page that is longer
	// than the screen, once it was scrolled there; and Whole, at the end of it,
	// whether all of the page was shown.
	Below func(ctx context.Context, page string)
	Whole func(page string, whole bool)

	hand  *act.Hand
	guide *act.Guide
}

// New is the app on that phone, with its screen map.
func New(phone drivers.Phone, clock drivers.Clock, m *screen.Map) *App {
	a := &App{}
	a.hand = &act.Hand{Phone: phone, Clock: clock, Map: m, Clear: a.clear, Cause: certification.CauseDefinition,
		Notice: func(n act.Notice) {
			if a.Notice != nil {
				a.Notice(n)
			}
		}}
	a.guide = &act.Guide{Hand: a.hand, App: m.Application(), Name: "the partner app", Goal: "home",
		Order: []string{"sign_in", "explain", "own_set_up", "device", "account", "home"}, Move: a.move,
		Away: func(ctx context.Context, tree *screen.Tree) (bool, error) {
			if a.Leave == nil {
				return false, nil
			}
			return a.Leave(ctx, tree)
		},
		Cause: certification.CauseDefinition, Crashed: certification.CausePartnerApp}
	return a
}

// Share makes the app look with the eyes of the phone's other apps.
func (a *App) Share(eyes *act.Eyes) { a.guide.Share(eyes) }

// Shown tells whether a snapshot shows a page of the app that its map knows.
func (a *App) Shown(t *screen.Tree) bool {
	page, err := a.guide.Page(t)
	return err == nil && page != act.Elsewhere && page != act.Unknown
}

func (a *App) watch(ctx context.Context, page string) {
	if a.Watch != nil {
		a.Watch(ctx, page)
	}
}

// Map is the app's screen map.
func (a *App) Map() *screen.Map { return a.hand.Map }

// OpenHome finds the way to the app's list of devices from whatever is shown.
// If the app asks for it, it is signed in with the account.
func (a *App) OpenHome(ctx context.Context) (*screen.Tree, error) { return a.guide.Find(ctx) }

// move makes one move towards the list of devices.
func (a *App) move(ctx context.Context, page string, tree *screen.Tree) (bool, error) {
	switch page {
	case "sign_in":
		return true, a.signIn(ctx)
	case "explain":
		if a.has("explain.cancel") {
			return true, a.hand.Tap(ctx, "explain.cancel")
		}
		return true, a.hand.Back(ctx)
	case "remove_confirm", "message":
		_, err := a.clear(ctx, tree)
		return true, err
	case "device", "account":
		if back := page + ".back"; a.has(back) {
			return true, a.hand.Tap(ctx, back)
		}
		return true, a.hand.Back(ctx)
	case "own_set_up":
		a.guide.Note("NAVIGATION", "left the page of the partner app's own set-up: "+act.Words(tree))
		return true, a.hand.Back(ctx)
	}
	return false, nil
}

// SignedIn brings the app to the front and tells whether it is signed in.
func (a *App) SignedIn(ctx context.Context) (bool, error) {
	tree, err := a.hand.Seen(ctx)
	if err != nil {
		return false, err
	}
	page, err := a.guide.Page(tree)
	if err == nil && page == act.Elsewhere {
		if err = a.guide.Open(ctx); err == nil {
			if tree, err = a.hand.Look(ctx); err == nil {
				page, err = a.guide.Page(tree)
			}
		}
	}
	if err == nil && page == act.Unknown {
		// It may only be on its way.
		err = a.hand.Until(ctx, "a page of the partner app", act.AppearWithin, func(t *screen.Tree) error {
			p, err := a.guide.Page(t)
			if err == nil && (p == act.Unknown || p == act.Elsewhere) {
				return drivers.ErrNotYet
			}
			page = p
			return err
		})
	}
	return page != "sign_in", a.why(ctx, err)
}

// signIn fills in the sign-in page and waits for the next one.
func (a *App) signIn(ctx context.Context) error {
	if a.Account.User == "" {
		return &certification.Trouble{Code: certification.PartnerSignedOut, Cause: certification.CauseRig,
			Message: "the partner app is signed out", Hint: "sign it in by hand, or give the testbed accounts.partner in the configuration"}
	}
	a.guide.Note("SIGN-IN", "the partner app was signed out: it is signed in")
	if err := a.hand.Fill(ctx, a.Account.User, false, "sign_in.user"); err != nil {
		return err
	}
	if err := a.hand.Fill(ctx, a.Account.Password, true, "sign_in.password"); err != nil {
		return err
	}
	if err := a.hand.Tap(ctx, "sign_in.submit"); err != nil {
		return err
	}
	return a.hand.Until(ctx, "the page after signing in", act.AppearWithin, func(t *screen.Tree) error {
		page, err := a.guide.Page(t)
		if err != nil || page != "sign_in" && page != act.Unknown {
			return err
		}
		return act.NotYet(&certification.Trouble{Code: certification.PartnerSignedOut, Cause: certification.CauseRig,
			Message: "the partner app does not accept the account that it was given", Hint: "correct accounts.partner in the configuration"})
	})
}

// clear takes away a question or a notice that lies over the app. What was
// there is noted, with its words.
func (a *App) clear(ctx context.Context, tree *screen.Tree) (bool, error) {
	page, err := a.guide.Page(tree)
	if err != nil {
		return false, err
	}
	button := ""
	switch page {
	case "message":
		a.guide.Note("MESSAGE-CLOSED", "closed a notice of the partner app: "+act.Words(tree))
		button = "message.ok"
	case "remove_confirm":
		a.guide.Note("DIALOG-CANCELLED", "cancelled a question that was left open: "+act.Words(tree))
		button = "remove_confirm.cancel"
	default:
		return false, nil
	}
	if a.has(button) {
		return true, a.hand.Tap(ctx, button)
	}
	return true, a.hand.Back(ctx)
}

// has tells whether the map has an element that it need not have.
func (a *App) has(path string) bool {
	_, err := a.hand.Map.Element(path)
	return err == nil
}

// on tells whether an element that the map need not have is on the tree.
func (a *App) on(tree *screen.Tree, path string, args ...string) (bool, error) {
	if !a.has(path) {
		return false, nil
	}
	return a.hand.On(tree, path, args...)
}

// why looks for what lies behind an error: an app that has crashed shows no
// element, and that is not its map's fault.
func (a *App) why(ctx context.Context, err error) error {
	t := certification.TroubleOf(err)
	if err == nil || ctx.Err() != nil || t.Cause != certification.CauseDefinition {
		return err
	}
	switch t.Code {
	case certification.AppElementMissing, certification.AppUnknownScreen, certification.AppNothingChanged, certification.AppMoving, certification.AppNotInForeground:
	default:
		return err
	}
	if tree, lerr := a.hand.Look(ctx); lerr != nil || a.guide.InFront(tree) {
		return err
	}
	if crash := a.guide.Crash(ctx); crash != nil && certification.TroubleOf(crash).Code == certification.AppCrashed {
		return crash
	}
	return err
}

func quote(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "�")) }

// Visit is the app as its pages are named by the map.
func (a *App) Visit() act.Visit {
	return act.Visit{Guide: a.guide, Guarded: []string{"device.remove", "remove_confirm.confirm"}}
}

// Open brings the app to the front, with whatever page it was left on.
func (a *App) Open(ctx context.Context) error { return a.guide.Open(ctx) }

// Close ends the app; its data stay.
func (a *App) Close(ctx context.Context) error {
	a.hand.Forget()
	a.guide.Left()
	return a.hand.Phone.Terminate(ctx, a.guide.App)
}
