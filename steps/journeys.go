package steps

import (
	"context"
	"errors"
	"fmt"

	"ffscert/drivers"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/network"
	"ffscert/features/certification"
	"ffscert/steps/checks/consent"
)

// journeySentences are those of the ways through Login with Amazon that need
// more than the maker's app: a phone without a network, an app of Amazon's, a
// permission that was taken back.
func journeySentences() []Sentence {
	return []Sentence{
		sentence(ActorConsent, "the Amazon Shopping app is signed in",
			"Has the Amazon Shopping app signed in on the phone, so that it shows Amazon's pages and asks for no password (single sign-on). How that is done is said under network "+
				"in the configuration. Where nothing is said, an app that is on the phone is taken to be signed in, and one that is not blocks the attempt.",
			"Given the Amazon Shopping app is signed in",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.shopping(ctx, true) }).arranging(),

		sentence(ActorConsent, "nobody is signed in at Amazon",
			"Has neither the phone's browser nor the Amazon Shopping app signed in, so that Amazon asks for the e-mail address, the password and, if the account has them, a one-time code. "+
				"How that is done is said under network in the configuration. Where nothing is said, a phone without the Shopping app is taken as it is, and one that has it blocks the attempt.",
			"Given nobody is signed in at Amazon",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.shopping(ctx, false) }).arranging(),

		sentence(ActorConsent, "the phone has no network",
			"Takes the phone's network away, Wi-Fi and mobile data. How that is done is said under network in the configuration; where nothing is said, the attempt is blocked. "+
				"The Appium server must still reach the phone, by USB.",
			"Given the phone has no network",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.arrange(ctx, network.PhoneOffline) }).arranging(),

		sentence(ActorConsent, "I begin to link my Amazon account without a network",
			"Taps Login with Amazon, goes on through the explanation, sees what comes in the place of Amazon's page, and leaves it with the back key. A notice of the maker's own app is as good. "+
				"Should Amazon's page come all the same, the attempt is blocked: there is a network.",
			"When I begin to link my Amazon account without a network",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.beginLinkOffline(ctx) }).with(true, partner.SeeLink, partner.Link),

		sentence(ActorConsent, "I take the permission back at Amazon",
			"Opens Amazon's page of the apps that may do something by Login with Amazon, signs in where it asks for it, and takes the permission of the maker's app back, by its name in "+
				"product.login_with_amazon.app_name. Where that page has no such app, the attempt is blocked.",
			"When I take the permission back at Amazon",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.revoke(ctx) }).with(true),

		sentence(ActorConsent, "the partner app asks for Login with Amazon again",
			"Makes sure that the maker's own app no longer says that it is linked, and offers Login with Amazon. It may take twenty seconds.",
			"Then the partner app asks for Login with Amazon again",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.mustAskAgain(ctx) }).with(false, partner.SeeLink),
	}
}

// shoppingApp shows Amazon's pages where it is signed in (LWA's documentation
// for Android). [O] its package.
const shoppingApp = "com.amazon.mShop.android.shopping"

// shopping has the Shopping app signed in, or nothing at all. Where nobody has
// said how, the phone is taken as it is, if it can be right.
func (a *Attempt) shopping(ctx context.Context, signedIn bool) error {
	s := network.BrowserSignedOut
	if signedIn {
		s = network.ShoppingSignedIn
	}
	untold := network.None{}.Arrange(ctx, s)
	if a.Bed.Network != nil {
		err := a.Bed.Network.Arrange(ctx, s)
		if err == nil {
			fact, _ := network.FactOf(s)
			a.Observe("the testbed says that " + fact.Is)
		}
		if err == nil || certification.TroubleOf(err).Code != certification.DefConfiguration {
			return err
		}
		untold = err
	}
	state, err := a.Bed.Phone.QueryAppState(ctx, drivers.App{Package: shoppingApp})
	if err != nil {
		return err
	}
	if installed := state != drivers.AppNotInstalled; installed != signedIn {
		return untold
	}
	if signedIn {
		a.Observe("the Amazon Shopping app is on the phone, and is taken to be signed in: nothing says how the testbed signs it in")
	} else {
		a.Observe("the Amazon Shopping app is not on the phone; the browser is taken as it is: nothing says how the testbed signs it out")
	}
	return nil
}

// handOver begins to link, up to whatever is in front of the maker's app then.
func (a *Attempt) handOver(ctx context.Context, at string, way partner.Way) error {
	hand, err := a.Bed.Partner.BeginLink(ctx, at, way)
	switch {
	case err != nil:
		return err
	case hand.Notice:
		a.Observe("the partner app did not lead to Amazon, and says so")
	}
	if hand.Explained == "" {
		a.warn("LWA-REASON", "no page of the partner app explained what the permission is for before Amazon's page came")
	} else {
		a.Observe("before Amazon's page the partner app explained: " + hand.Explained)
	}
	return nil
}

// notAsked is why no consent page came: what was allowed once is not asked for
// again. Otherwise err stands.
func (a *Attempt) notAsked(ctx context.Context, err error) error {
	t := certification.TroubleOf(err)
	if t.Code != certification.AppUnknownScreen || t.Cause != certification.CauseDefinition {
		return err
	}
	if s, serr := a.Bed.Partner.LinkState(ctx); serr != nil || !s.Linked {
		return err
	}
	return &certification.Trouble{Code: certification.DefStepOrder, Cause: certification.CauseDefinition, Err: err,
		Message: "the partner app is linked now, and Amazon has shown no consent page: it was allowed before",
		Hint:    "begin with \"I take the permission back at Amazon\", or use a fresh account"}
}

func (a *Attempt) beginLinkOffline(ctx context.Context) error {
	pages, err := a.amazon()
	if err != nil {
		return err
	}
	s, err := a.offered(ctx)
	if err != nil {
		return a.judgedToo(ctx, err, certification.PartnerNoLogin)
	}
	from := a.Bed.Clock.Now()
	if err := a.handOver(ctx, s.At, partner.Way{NoNetwork: true}); err != nil {
		return err
	}
	known, err := pages.NoConnection(ctx)
	if err != nil {
		return err
	}
	if !known {
		a.Observe("the screen map of Amazon's pages does not know what is shown without a network (no_connection)")
	}
	a.saw(ctx, consent.Other, "no_connection")
	a.phase("Login with Amazon → no network", from, a.Bed.Clock.Now())
	a.left(0)
	if err := pages.Cancel(ctx); err != nil {
		return err
	}
	a.answered()
	return a.afterwards(ctx)
}

func (a *Attempt) revoke(ctx context.Context) error {
	pages, err := a.amazon()
	if err != nil {
		return err
	}
	name := a.Bed.Declared.AppName
	if name == "" {
		return &certification.Trouble{Code: certification.DefConfiguration, Cause: certification.CauseDefinition,
			Message: "it is not known under which name Amazon knows the partner app", Hint: "give product.login_with_amazon.app_name in the configuration"}
	}
	if watch := pages.Watch; watch != nil {
		// These pages are not those on which the app asks.
		pages.Watch = func(ctx context.Context, page string) {
			a.saw(ctx, consent.Other, "amazon_"+page)
			a.left(1)
			a.answered()
		}
		defer func() { pages.Watch = watch }()
	}
	from := a.Bed.Clock.Now()
	was, err := pages.Revoke(ctx, name)
	if err != nil {
		return err
	}
	if !was {
		return &certification.Trouble{Code: certification.DefStepOrder, Cause: certification.CauseDefinition,
			Message: fmt.Sprintf("Amazon's page lists no permission of %q that could be taken back", name),
			Hint:    "begin with \"the partner app is linked to Amazon\"; if Amazon knows the app under another name, correct product.login_with_amazon.app_name"}
	}
	a.Observe(fmt.Sprintf("the permission of %q was taken back at Amazon", name))
	a.phase("permission taken back", from, a.Bed.Clock.Now())
	return nil
}

func (a *Attempt) mustAskAgain(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	s, err := p.OffersWithin(ctx, linkedWithin)
	switch {
	case err != nil:
		return err
	case s.Linked:
		return &certification.Trouble{Code: certification.PartnerKeepsLink, Cause: certification.CausePartnerApp,
			Message: fmt.Sprintf("the permission was taken back at Amazon, and the partner app still says %.0f s later that it is linked", linkedWithin.Seconds()),
			Hint:    "see what the app does when Amazon refuses its token (invalid_grant)"}
	case !s.Offered:
		return &certification.Trouble{Code: certification.PartnerNoLogin, Cause: certification.CausePartnerApp, Err: errors.New("neither on its list of devices nor on its account page"),
			Message: "the permission was taken back at Amazon, and the partner app does not offer Login with Amazon again", Hint: "see what the app shows once it is not linked any more"}
	}
	return nil
}
