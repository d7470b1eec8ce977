// Package amazon is what one does on Amazon's own pages of Login with Amazon:
// sign in, read what the consent page asks for, allow or refuse, and take back
// what was allowed. The pages are those of a browser, or of an app of Amazon's.
//
// It knows the pages by the names of their screen map (app: amazon). How the
// pages are worded is not public: the words are data, and a guess until
// somebody has seen them. What is not recognised is never taken for a fault of
// the product.
package amazon

import (
	"context"
	"slices"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/onetime"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Account is the Amazon account of the test.
type Account struct {
	Email    string
	Password string // kept out of every log
}

// App is Amazon's pages on one phone. It is used by one goroutine at a time.
type App struct {
	// Notice is told what is noticed by the way; may be nil.
	Notice func(act.Notice)
	// Account is what is signed in with when the pages ask for it.
	Account Account
	// Codes are the one-time codes of the account; nil if nothing says where they
	// come from.
	Codes onetime.Source
	// Secret, if not nil, is told what must not be kept from now on.
	Secret func(words ...string)
	// Permissions is the address of the page on which a customer sees which apps
	// may do something, and takes it back; "" is [PermissionsPage].
	Permissions string
	// Makers, if not nil, tells whether a snapshot shows a page of the maker's own
	// app that its map knows.
	Makers func(seen *screen.Tree) bool
	// Watch, if not nil, is told of each page that is shown, before anything on
	// it is touched.
	Watch func(ctx context.Context, page string)
	// Below, if not nil, is told of each further part of a page that is longer
	// than the screen, once it was scrolled there; and Whole, at the end of it,
	// whether all of the page was shown.
	Below func(ctx context.Context, page string)
	Whole func(page string, whole bool)

	refused bool // the account's codes were, once too often

	hand  *act.Hand
	guide *act.Guide
}

// New is Amazon's pages on that phone, with their screen map.
func New(phone drivers.Phone, clock drivers.Clock, m *screen.Map) *App {
	a := &App{}
	a.hand = &act.Hand{Phone: phone, Clock: clock, Map: m, Cause: certification.CauseDefinition,
		Notice: func(n act.Notice) {
			if a.Notice != nil {
				a.Notice(n)
			}
		}}
	a.guide = &act.Guide{Hand: a.hand, App: m.Application(), Name: "Amazon's page", Goal: "consent",
		Order: []string{"no_connection", "error", "consent", "permissions", "code", "sign_in"}, Cause: certification.CauseDefinition, Crashed: certification.CauseRig}
	return a
}

// Share makes the pages be looked at with the eyes of the phone's other apps.
func (a *App) Share(eyes *act.Eyes) { a.guide.Share(eyes) }

// Map is the pages' screen map.
func (a *App) Map() *screen.Map { return a.hand.Map }

// Asked is what the consent page asks for, as it shows it.
type Asked struct {
	Scopes []string // ids of the scopes whose words were recognised
	Texts  string   // what the page says, shortened
	// Part says that not all of the page was seen.
	Part bool
}

// Has tells whether a scope was recognised.
func (a Asked) Has(scope string) bool { return slices.Contains(a.Scopes, scope) }

// FFSScope is the scope of Frustration-Free Setup. [O] It was seen in shipping
// apps; the guide names none.
const FFSScope = "frustration_free_setup::device:setup"

// scopes are those whose words a map may know, by the element that has them.
func scopes() []struct{ id, element string } {
	return []struct{ id, element string }{
		{FFSScope, "consent.ffs_scope"},
		{"alexa::skills:account_linking", "consent.linking_scope"},
		{"profile", "consent.profile_scope"},
	}
}

// Needed are the elements that a map of Amazon's pages must have.
func Needed() []string {
	return []string{"sign_in.email", "sign_in.password", "sign_in.submit", "consent.ffs_scope", "consent.allow", "consent.cancel", "error.text"}
}

// Missing are those of [Needed] that the map lacks; a nil map lacks all.
func Missing(m *screen.Map) []string {
	var missing []string
	for _, path := range Needed() {
		if m == nil {
			missing = append(missing, path)
		} else if e, err := m.Element(path); err != nil || e.Takes() != "" {
			missing = append(missing, path)
		}
	}
	return missing
}

const pageWithin = 20 * time.Second

// Consent goes on to the consent page, signing in if the pages ask for it, and
// reads what it asks for, down to the page's end.
func (a *App) Consent(ctx context.Context) (Asked, error) {
	var asked Asked
	seen, err := a.through(ctx, "consent")
	if err != nil {
		return asked, err
	}
	asked.Texts = act.AllWords(seen)
	if err := a.scopes(seen, &asked); err != nil {
		return asked, err
	}
	whole, err := a.hand.Further(ctx, seen, func(t *screen.Tree) (bool, error) {
		if page, err := a.page(t); err != nil || page != "consent" && page != act.Unknown {
			return false, err
		}
		if a.Below != nil {
			a.Below(ctx, "consent")
		}
		asked.Texts += " … " + act.AllWords(t)
		return true, a.scopes(t, &asked)
	})
	if a.Whole != nil {
		a.Whole("consent", whole)
	}
	asked.Part = !whole
	return asked, err
}

// scopes adds the scopes whose words a snapshot of the page shows.
func (a *App) scopes(seen *screen.Tree, asked *Asked) error {
	for _, s := range scopes() {
		if _, err := a.hand.Map.Element(s.element); err != nil || asked.Has(s.id) {
			continue // the map does not know how it is worded
		}
		on, err := a.hand.On(seen, s.element)
		if err != nil {
			return err
		}
		if on {
			asked.Scopes = append(asked.Scopes, s.id)
		}
	}
	return nil
}

// Allow gives the consent and waits until the page is left.
func (a *App) Allow(ctx context.Context) error { return a.answer(ctx, "consent.allow") }

// Refuse refuses it and waits until the page is left.
func (a *App) Refuse(ctx context.Context) error { return a.answer(ctx, "consent.cancel") }

func (a *App) answer(ctx context.Context, button string) error {
	if err := a.tap(ctx, button); err != nil {
		return err
	}
	return a.hand.Until(ctx, "Amazon's page to close", pageWithin, func(t *screen.Tree) error {
		page, err := a.page(t)
		if err != nil || page != "consent" {
			return err
		}
		return act.NotYet(a.trouble("answered Amazon's consent page, and it stays", "see the picture of what was there"))
	})
}

// Leave refuses or goes back if one of the pages was left open, so that the app
// that opened it comes back. It tells whether it did something.
func (a *App) Leave(ctx context.Context, seen *screen.Tree) (bool, error) {
	page, err := a.page(seen)
	if err != nil {
		return false, err
	}
	switch page {
	case "consent", "sign_in", "code", "error", "no_connection":
		a.guide.Note("PAGE-LEFT", "left Amazon's page that was open: "+act.Words(seen))
		return true, a.hand.Back(ctx)
	}
	return false, nil
}

// Cancel leaves Amazon's pages with the back key, without an answer. A page that
// was opened before comes back first, such as the sign-in page: it is left, too.
func (a *App) Cancel(ctx context.Context) error {
	const most = 4 // pages, one behind the other
	for range most {
		tree, err := a.hand.Look(ctx)
		if err != nil {
			return err
		}
		if page, err := a.page(tree); err != nil || page == act.Elsewhere {
			return err
		}
		if err := a.hand.Back(ctx); err != nil {
			return err
		}
	}
	return a.hand.Until(ctx, "Amazon's pages to close", act.AppearWithin, func(t *screen.Tree) error {
		if page, err := a.page(t); err != nil || page == act.Elsewhere {
			return err
		}
		return act.NotYet(a.trouble("the back key does not lead away from Amazon's pages", "see the picture of what was there"))
	})
}

// Stays looks at what has become of the consent page, and names the page that
// is there now: consent, error, or another one; [act.Elsewhere] if Amazon's
// pages are gone.
func (a *App) Stays(ctx context.Context) (page string, err error) {
	tree, err := a.hand.Look(ctx)
	if err != nil {
		return "", err
	}
	if page, err = a.page(tree); err == nil && page != act.Elsewhere {
		a.watch(ctx, page)
	}
	return page, err
}

// Page names the page that a snapshot shows: consent, sign_in, error, or
// [act.Elsewhere].
func (a *App) Page(t *screen.Tree) (string, error) { return a.page(t) }

// Shown tells whether a snapshot shows one of Amazon's pages, in whatever app.
func (a *App) Shown(t *screen.Tree) bool {
	page, err := a.page(t)
	return err == nil && page != act.Elsewhere && page != act.Unknown
}

// page is the page that a snapshot shows. What the maker's app is known to show
// is its own, whatever is like it.
func (a *App) page(t *screen.Tree) (string, error) {
	if a.Makers != nil && a.Makers(t) {
		return act.Elsewhere, nil
	}
	page, err := a.guide.Page(t)
	if err != nil || page != act.Unknown || !act.Scrolls(t) {
		return page, err
	}
	return a.partly(t)
}

// partly is the page whose part a snapshot shows, where what the map knows it by
// may have been scrolled off the screen.
func (a *App) partly(t *screen.Tree) (string, error) {
	for _, s := range append(scopes(), struct{ id, element string }{"", "sign_in.email"}, struct{ id, element string }{"", "sign_in.password"}) {
		on, err := a.on(t, s.element)
		if err != nil {
			return "", err
		}
		if on {
			page, _, _ := strings.Cut(s.element, ".")
			return page, nil
		}
	}
	return act.Unknown, nil
}

// tap scrolls to an element and touches it, with proof.
func (a *App) tap(ctx context.Context, path string, args ...string) error {
	if _, err := a.hand.Reveal(ctx, path, args...); err != nil {
		return err
	}
	return a.hand.Tap(ctx, path, args...)
}

// fill scrolls to a field and puts text into it.
func (a *App) fill(ctx context.Context, text string, path string) error {
	if _, err := a.hand.Reveal(ctx, path); err != nil {
		return err
	}
	return a.hand.Fill(ctx, text, path != "sign_in.email", path)
}

func (a *App) watch(ctx context.Context, page string) {
	if a.Watch != nil {
		a.Watch(ctx, page)
	}
}

func (a *App) trouble(message, hint string) error {
	return &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition, Message: message, Hint: hint}
}

// Visit is the pages as they are named by the map.
func (a *App) Visit() act.Visit { return act.Visit{Guide: a.guide} }
