package partner

import (
	"context"
	"errors"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// LinkState is what the app says of its link to Amazon.
type LinkState struct {
	Linked bool
	// Offered tells whether Login with Amazon is offered, on the list or on the
	// account page; At is where.
	Offered bool
	At      string // path of the element, such as "account.login_with_amazon"
}

// LinkState looks at the list and at the account page.
func (a *App) LinkState(ctx context.Context) (LinkState, error) {
	s, err := a.linkState(ctx)
	return s, a.why(ctx, err)
}

func (a *App) linkState(ctx context.Context) (LinkState, error) {
	a.hand.Forget()
	var s LinkState
	tree, err := a.OpenHome(ctx)
	if err != nil {
		return s, err
	}
	if on, err := a.on(tree, "home.login_with_amazon"); err != nil {
		return s, err
	} else if on {
		s.Offered, s.At = true, "home.login_with_amazon"
	}
	a.watch(ctx, "home")
	if tree, err = a.openAccount(ctx); err != nil {
		return s, err
	}
	if s.Linked, err = a.hand.On(tree, "account.linked"); err != nil {
		return s, err
	}
	on, err := a.hand.On(tree, "account.login_with_amazon")
	if on {
		s.Offered, s.At = true, "account.login_with_amazon"
	}
	a.watch(ctx, "account")
	return s, err
}

// openAccount opens the account page, which is fetched anew.
func (a *App) openAccount(ctx context.Context) (*screen.Tree, error) {
	if _, err := a.OpenHome(ctx); err != nil {
		return nil, err
	}
	if err := a.hand.Tap(ctx, "home.account"); err != nil {
		return nil, err
	}
	var page *screen.Tree
	err := a.hand.Until(ctx, "the account page of the partner app", act.AppearWithin, func(t *screen.Tree) error {
		p, err := a.guide.Page(t)
		if err != nil {
			return err
		}
		if p != "account" {
			return act.NotYet(&certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
				Message: "home.account did not open the account page of the partner app", Hint: "correct home.account or account in the app's screen map"})
		}
		page = t
		return nil
	})
	return page, err
}

// LinkedWithin waits until the account page shows that the app is linked.
func (a *App) LinkedWithin(ctx context.Context, within time.Duration) (bool, error) {
	return a.until(ctx, "the partner app to be linked", within, func(ctx context.Context) (bool, error) {
		s, err := a.linkState(ctx)
		return s.Linked, err
	})
}

// OffersWithin waits until the app is not linked and offers to; otherwise the
// state is what it was last.
func (a *App) OffersWithin(ctx context.Context, within time.Duration) (LinkState, error) {
	var s LinkState
	_, err := a.until(ctx, "the partner app to ask again", within, func(ctx context.Context) (bool, error) {
		var err error
		s, err = a.linkState(ctx)
		return s.Offered && !s.Linked, err
	})
	return s, err
}

// Unlink ends the link, if there is one.
func (a *App) Unlink(ctx context.Context) error { return a.why(ctx, a.unlink(ctx)) }

func (a *App) unlink(ctx context.Context) error {
	s, err := a.linkState(ctx)
	if err != nil || !s.Linked {
		return err
	}
	a.guide.Note("UNLINKED", "the partner app was linked to Amazon: the link is ended")
	if err := a.hand.Tap(ctx, "account.unlink"); err != nil {
		return err
	}
	return a.hand.Until(ctx, "the link to end", act.AppearWithin, func(t *screen.Tree) error {
		linked, err := a.hand.On(t, "account.linked")
		if err == nil && linked {
			return act.NotYet(&certification.Trouble{Code: certification.AppNothingChanged, Cause: certification.CauseDefinition,
				Message: "account.unlink was tapped, and the partner app stays linked", Hint: "end the link by hand, or correct account.unlink in the app's screen map"})
		}
		return err
	})
}

// HandOver is how the app led to Amazon's pages.
type HandOver struct {
	// Explained are the words of the explanation that came before; empty if
	// none came.
	Explained string
	At        time.Time // when another app was seen in front
	// Notice says that the app handed nothing over, and showed a notice of its own.
	Notice bool
}

// Way is how the customer goes on from the explanation.
type Way struct {
	// AlexaApp: in the Alexa app, if the app offers that beside the usual way.
	AlexaApp bool
	// NoNetwork: the app may show a notice instead of handing over.
	NoNetwork bool
}

// BeginLink taps Login with Amazon and goes through the explanation, until
// another app is in front: Amazon's page in a browser, or an app of Amazon's.
// at is where it is offered, from [LinkState].
func (a *App) BeginLink(ctx context.Context, at string, way Way) (HandOver, error) {
	h, err := a.beginLink(ctx, at, way)
	return h, a.why(ctx, err)
}

func (a *App) beginLink(ctx context.Context, at string, way Way) (HandOver, error) {
	var h HandOver
	if at == "account.login_with_amazon" {
		if tree, err := a.hand.Seen(ctx); err != nil {
			return h, err
		} else if page, err := a.guide.Page(tree); err != nil {
			return h, err
		} else if page != "account" {
			if _, err := a.openAccount(ctx); err != nil {
				return h, err
			}
		}
	} else if _, err := a.OpenHome(ctx); err != nil {
		return h, err
	}
	if err := a.hand.Tap(ctx, at); err != nil {
		return h, err
	}
	err := a.hand.Until(ctx, "the hand-over to Amazon", handOverWithin, func(t *screen.Tree) error {
		page, err := a.guide.Page(t)
		if err != nil {
			return err
		}
		switch page {
		case act.Elsewhere:
			h.At = a.hand.Clock.Now()
			return nil
		case act.Unknown:
			if a.Handed != nil && a.Handed(t) {
				h.At = a.hand.Clock.Now()
				return nil
			}
		case "explain":
			h.Explained = act.AllWords(t)
			a.watch(ctx, "explain")
			if t, err = a.readOn(ctx, t, "explain", &h.Explained); err != nil {
				return err
			}
			on := "explain.continue"
			if way.AlexaApp {
				if other, err := a.on(t, "explain.alexa_app"); err != nil {
					return err
				} else if other {
					on = "explain.alexa_app"
				}
			}
			if _, err := a.hand.Reveal(ctx, on); err != nil {
				return err
			}
			if err := a.hand.Tap(ctx, on); err != nil {
				return err
			}
			return drivers.ErrNotYet
		case "message":
			if way.NoNetwork {
				h.Notice, h.At = true, a.hand.Clock.Now()
				return nil
			}
		}
		return act.NotYet(&certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
			Message: "the partner app did not lead to Amazon: it shows " + act.Words(t), Hint: "see the picture of what was there"})
	})
	if err == nil {
		if cerr := a.guide.Crash(ctx); cerr != nil {
			return h, cerr
		}
	}
	return h, err
}

// readOn reads a page that is longer than the screen down to its end, and adds
// what it says to words. It returns what is seen then.
func (a *App) readOn(ctx context.Context, seen *screen.Tree, page string, words *string) (*screen.Tree, error) {
	whole, err := a.hand.Further(ctx, seen, func(t *screen.Tree) (bool, error) {
		seen = t
		if p, err := a.guide.Page(t); err != nil || p != page && p != act.Unknown {
			return false, err
		}
		if a.Below != nil {
			a.Below(ctx, page)
		}
		*words += " … " + act.AllWords(t)
		return true, nil
	})
	if a.Whole != nil {
		a.Whole(page, whole)
	}
	return seen, err
}

// handOverWithin is how long the app may take until Amazon's page is there.
const handOverWithin = 20 * time.Second

// Returned waits until the app is back in front after Amazon's pages were left
// without a permission, and names the page that it shows then: the notice, if
// it has one. [act.Elsewhere] if it does not come back by itself.
func (a *App) Returned(ctx context.Context) (string, error) {
	page, err := a.returned(ctx)
	return page, a.why(ctx, err)
}

func (a *App) returned(ctx context.Context) (string, error) {
	page := act.Elsewhere
	var since time.Time // when another page than the notice was first seen
	err := drivers.Poll(ctx, a.hand.Clock, drivers.Wait{For: "the partner app to come back from Amazon's pages", Timeout: handOverWithin, Every: lookEvery},
		func(ctx context.Context) error {
			tree, err := a.hand.Look(ctx)
			if err != nil {
				return err
			}
			p, err := a.guide.Page(tree)
			if err != nil {
				return err
			}
			if p == act.Elsewhere || p == act.Unknown {
				since = time.Time{}
				return drivers.ErrNotYet
			}
			now := a.hand.Clock.Now()
			if since.IsZero() {
				since = now
			}
			page = p
			// A notice may come up a moment after the page below it.
			if p != "message" && now.Sub(since) < noticeWithin {
				return drivers.ErrNotYet
			}
			return nil
		})
	var late *drivers.TimeoutError
	if errors.As(err, &late) {
		err = nil
	}
	return page, err
}

// noticeWithin is how long a notice may take to come up over its page.
const noticeWithin = 3 * time.Second
