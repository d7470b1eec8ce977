package amazon

import (
	"context"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// mostPages bounds the pages on the way to one.
const mostPages = 8

// codeTries is how often a code is typed: the first may have ended meanwhile.
const codeTries = 2

// signingIn is how far signing in has come.
type signingIn struct {
	password bool // it was typed
	codes    int  // how many were
}

// through goes on to the page goal, signing in if the pages ask for it.
func (a *App) through(ctx context.Context, goal string) (*screen.Tree, error) {
	var done signingIn
	for range mostPages {
		page, tree, err := a.next(ctx, goal, done)
		if err != nil {
			return nil, err
		}
		a.watch(ctx, page)
		switch page {
		case "sign_in":
			done.password = true
			err = a.signIn(ctx)
		case "code":
			done.codes++
			err = a.enterCode(ctx, done.codes)
		default:
			return tree, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, a.trouble("Amazon's pages ask for one thing after the other", "sign in by hand")
}

// next waits for the page goal, or for one on the way to it that was not filled
// in yet.
func (a *App) next(ctx context.Context, goal string, done signingIn) (page string, seen *screen.Tree, err error) {
	title := goal
	if s, err := a.hand.Map.Screen(goal); err == nil && s.Title() != "" {
		title = s.Title()
	}
	// A page that nothing on the screen tells, and one that was scrolled for it.
	var unknown, scrolled screen.Fingerprint
	err = a.hand.Until(ctx, title, pageWithin, func(t *screen.Tree) error {
		var err error
		if page, err = a.page(t); err != nil {
			return err
		}
		if page == act.Unknown && act.Scrolls(t) {
			if now := t.Fingerprint(); now != unknown {
				unknown = now // it may be under way
			} else if now != scrolled {
				scrolled = now
				if page, t, err = a.further(ctx, t); err != nil {
					return err
				}
			}
		}
		seen = t
		switch page {
		case goal:
			return nil
		case "error":
			a.watch(ctx, page)
			return &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseNetwork,
				Message: "Amazon's page shows an error: " + act.Words(t), Hint: "see the picture; client id and redirect of the partner app may be wrong, or the network is"}
		case "no_connection":
			a.watch(ctx, page)
			return &certification.Trouble{Code: certification.NetPhoneOffline, Cause: certification.CauseNetwork,
				Message: "the phone has no network, the browser says so: " + act.Words(t), Hint: "see the phone's Wi-Fi and mobile data"}
		case "sign_in":
			if !done.password {
				return nil
			}
			return act.NotYet(a.trouble("Amazon's page does not go on after signing in", "correct accounts.amazon in the configuration, or sign in by hand"))
		case "code":
			if done.codes == 0 {
				return nil
			}
			return a.refusedYet(t, done.codes)
		}
		return act.NotYet(a.trouble(title+" did not come: the screen shows "+act.Words(t),
			"if consent was given before, take it back at Amazon (\"I take the permission back at Amazon\"); if the page looks different, its screen map needs new locators"))
	})
	return page, seen, err
}

// further looks for what tells a page below the edge of the screen, and goes back
// to the page's beginning.
func (a *App) further(ctx context.Context, t *screen.Tree) (page string, top *screen.Tree, err error) {
	page, last := act.Unknown, t
	if _, err = a.hand.Further(ctx, t, func(t *screen.Tree) (bool, error) {
		last = t
		page, err = a.page(t)
		return page == act.Unknown, err
	}); err != nil {
		return page, t, err
	}
	top, err = a.hand.Top(ctx, last)
	return page, top, err
}

// refusedYet is nil if the page has refused the code, and may be given another
// one.
func (a *App) refusedYet(t *screen.Tree, typed int) error {
	refused, err := a.on(t, "code.refused")
	if err != nil {
		return err
	}
	field, err := a.hand.Map.Element("code.code")
	if err != nil {
		return err
	}
	m, err := field.In(t)
	if err != nil {
		return err
	}
	// As long as the field holds what was typed, the page has not answered.
	for _, n := range m.Nodes {
		if n.Text != "" && n.Text != n.Hint {
			refused = false
		}
	}
	switch {
	case !refused:
		return act.NotYet(a.noCode("Amazon's page does not go on after the one-time code", "see the picture of what was there"))
	case typed >= codeTries:
		a.refused = true
		return a.noCode("Amazon refused the one-time code, and the next one, too",
			"see whether the secret, the command or the person of accounts.amazon.code is that of the account, and whether the phone's clock is right")
	}
	a.guide.Note("CODE-REFUSED", "Amazon refused the one-time code: the next one is typed")
	return nil
}

// on tells whether an element is on the tree; one that the map has not is not.
func (a *App) on(t *screen.Tree, path string) (bool, error) {
	if _, err := a.hand.Map.Element(path); err != nil {
		return false, nil
	}
	return a.hand.On(t, path)
}

func (a *App) signIn(ctx context.Context) error {
	if a.Account.Email == "" {
		return &certification.Trouble{Code: certification.PartnerSignedOut, Cause: certification.CauseRig,
			Message: "Amazon's page asks to sign in", Hint: "sign the phone's browser in by hand, or give the testbed accounts.amazon in the configuration"}
	}
	if err := a.fill(ctx, a.Account.Email, "sign_in.email"); err != nil {
		return err
	}
	if err := a.fill(ctx, a.Account.Password, "sign_in.password"); err != nil {
		return err
	}
	return a.tap(ctx, "sign_in.submit")
}

func (a *App) enterCode(ctx context.Context, n int) error {
	if a.Codes == nil {
		return a.noCode("Amazon's page asks for a one-time code, and nothing says where it comes from",
			"give accounts.amazon.code in the configuration: totp_env, totp_file, command or prompt; or sign in by hand, and let Amazon trust the browser")
	}
	if a.refused {
		// An account is precious: who goes on guessing is locked out.
		return a.noCode("Amazon has refused the account's one-time codes before: none is typed again in this run",
			"see whether the secret, the command or the person of accounts.amazon.code is that of the account, and whether the phone's clock is right")
	}
	code, err := a.Codes.Code(ctx)
	if err != nil {
		return err
	}
	if a.Secret != nil {
		a.Secret(code)
	}
	if err := a.fill(ctx, code, "code.code"); err != nil {
		return err
	}
	return a.tap(ctx, "code.submit")
}

func (a *App) noCode(message, hint string) error {
	return &certification.Trouble{Code: certification.RigOneTimeCode, Cause: certification.CauseRig, Message: message, Hint: hint}
}

// Time is the phone's own time, by which one-time codes are made: its clock is
// set by the network. A phone that does not tell it is believed to have the
// testbed's.
func (a *App) Time(ctx context.Context) (time.Time, error) {
	if d, ok := a.hand.Phone.(drivers.Diagnostics); ok {
		return d.DeviceTime(ctx)
	}
	return a.hand.Clock.Now(), nil
}

// noConnectionWithin is how long a browser may take to say that there is no
// network.
const noConnectionWithin = 10 * time.Second

// NoConnection waits for what a browser shows in the place of Amazon's page
// while the phone has no network. known is false if the map does not know what
// is shown.
func (a *App) NoConnection(ctx context.Context) (known bool, err error) {
	err = a.hand.Until(ctx, "what the browser says without a network", noConnectionWithin, func(t *screen.Tree) error {
		page, err := a.page(t)
		if err != nil {
			return err
		}
		switch page {
		case "no_connection":
			known = true
			return nil
		case "consent", "sign_in", "code":
			return &certification.Trouble{Code: certification.RigNetwork, Cause: certification.CauseRig,
				Message: "the phone was to have no network, and Amazon's page came: " + act.Words(t), Hint: "see how the testbed takes the phone's network away, Wi-Fi and mobile data"}
		}
		return drivers.ErrNotYet
	})
	if act.TimedOut(err) {
		err = nil
	}
	return known, err
}
