package steps

import (
	"context"
	"fmt"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/apps/amazon"
	"ffscert/drivers/apps/partner"
	"ffscert/features/certification"
)

// linking is how far linking the Amazon account has come.
type linking struct {
	asked *amazon.Asked // what the consent page that is open asks for; nil if none is
}

func consentSentences() []Sentence {
	return []Sentence{
		sentence(ActorConsent, "the partner app is not linked to Amazon",
			"Makes sure that the maker's own app is not linked to the Amazon account; a link is ended.",
			"Given the partner app is not linked to Amazon",
			func(ctx context.Context, a *Attempt, _ []string) error {
				p, err := a.partner()
				if err != nil {
					return err
				}
				return p.Unlink(ctx)
			}).with(false, partner.SeeLink, partner.Unlink),

		sentence(ActorConsent, "the partner app is linked to Amazon",
			"Makes sure that the maker's own app is linked to the Amazon account; otherwise Login with Amazon is gone through, and allowed.",
			"Given the partner app is linked to Amazon",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.makeLinked(ctx) }).with(true, partner.SeeLink, partner.Link),

		sentence(ActorConsent, "the partner app offers Login with Amazon",
			"Makes sure that the maker's own app offers Login with Amazon, on its list of devices or on its account page.",
			"Then the partner app offers Login with Amazon",
			func(ctx context.Context, a *Attempt, _ []string) error {
				_, err := a.offered(ctx)
				return err
			}).with(false, partner.SeeLink),

		sentence(ActorConsent, "I begin to link my Amazon account in the partner app",
			"Taps Login with Amazon, goes on through the explanation, signs in where Amazon asks for it, and stops at Amazon's consent page.",
			"When I begin to link my Amazon account in the partner app",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.beginLink(ctx) }).with(true, partner.SeeLink, partner.Link),

		sentence(ActorConsent, "I begin to link my Amazon account through the Alexa app",
			"Taps Login with Amazon, goes on from the explanation in the Alexa app, if the maker's app offers that there, and stops at Amazon's consent page. "+
				"Whether it was the Alexa app that showed it is judged by the consent rules.",
			"When I begin to link my Amazon account through the Alexa app",
			func(ctx context.Context, a *Attempt, _ []string) error {
				return a.beginLinkIn(ctx, partner.Way{AlexaApp: true})
			}).with(true, partner.SeeLink, partner.Link),

		sentence(ActorConsent, "Amazon asks whether the app may use Frustration-Free Setup",
			"Makes sure that Amazon's consent page asks for the scope of Frustration-Free Setup, by the words that the map of "+
				"Amazon's pages has for it. If none of its words for any scope is on the page, that is not judged.",
			"Then Amazon asks whether the app may use Frustration-Free Setup",
			func(_ context.Context, a *Attempt, _ []string) error { return a.mustAskForFFS() }).with(true),

		sentence(ActorConsent, "Amazon's page shows the text {text}",
			"Makes sure that something on Amazon's page says exactly these words, apart from spaces. It may take ten seconds. If it does not, the attempt is blocked: "+
				"what Amazon shows is not the maker's fault.",
			`And Amazon's page shows the text "Wi-Fi passwords"`,
			func(ctx context.Context, a *Attempt, args []string) error {
				return pager{name: "page of Amazon", blame: certification.CauseDefinition, visit: func(a *Attempt) (act.Visit, error) {
					pages, err := a.amazon()
					if err != nil {
						return act.Visit{}, err
					}
					return pages.Visit(), nil
				}}.must(a, "does not show the text \""+args[0]+"\"", "", func(v act.Visit) (act.Sight, error) { return v.Text(ctx, args[0]) })
			}).with(true),

		sentence(ActorConsent, "I allow it on Amazon's page",
			"Gives the consent on Amazon's page.",
			"When I allow it on Amazon's page",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.answer(ctx, true) }).with(true),

		sentence(ActorConsent, "I refuse it on Amazon's page",
			"Refuses the consent on Amazon's page.",
			"When I refuse it on Amazon's page",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.answer(ctx, false) }).with(true),

		sentence(ActorConsent, "I leave Amazon's page with the back key",
			"Presses the phone's back key on Amazon's consent page, and on what comes back behind it, until Amazon's pages are gone. The consent is neither given nor refused.",
			"When I leave Amazon's page with the back key",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.cancelConsent(ctx) }).with(true),

		sentence(ActorConsent, "I leave Amazon's page unanswered for {seconds} seconds",
			"Lets Amazon's consent page be for so long, sees what has become of it, and leaves Amazon's pages with the back key if they are still there. "+
				"When Amazon's page expires is not public: whether it did is noted.",
			"When I leave Amazon's page unanswered for 900 seconds",
			func(ctx context.Context, a *Attempt, args []string) error {
				d, err := seconds(args[0])
				if err != nil {
					return err
				}
				return a.timeOutConsent(ctx, d)
			}).with(true),

		sentence(ActorConsent, "what the customer sees is recorded as the journey {journey}",
			"Keeps every screen that a customer sees on the way to Amazon's consent page and back, from here on: page source, picture, app in front, how long it is seen, taps. "+
				"E-mail addresses and passwords are masked.",
			`Given what the customer sees is recorded as the journey "refuse"`,
			func(ctx context.Context, a *Attempt, args []string) error {
				j, err := journey(args[0])
				if err != nil {
					return err
				}
				return a.record(ctx, j)
			}).with(true, partner.SeeLink),

		sentence(ActorConsent, "what the customer saw keeps to the consent rules",
			"Judges what was recorded by the rules of `ffscert consent audit`, and keeps it as a capture among the evidence. A rule that is broken fails the attempt; "+
				"words that are unclear, and rules that could not be judged, leave it to a review.",
			"Then what the customer saw keeps to the consent rules",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.mustKeepRules(ctx) }).with(true, partner.SeeLink),

		sentence(ActorConsent, "the partner app shows that it is linked",
			"Makes sure that the account page of the maker's own app says that it is linked to Amazon.",
			"Then the partner app shows that it is linked",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.mustBeLinked(ctx) }).with(false, partner.SeeLink),

		sentence(ActorConsent, "the partner app shows that it is not linked",
			"Makes sure that the account page of the maker's own app does not say that it is linked to Amazon.",
			"Then the partner app shows that it is not linked",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.mustNotBeLinked(ctx) }).with(false, partner.SeeLink),

		sentence(ActorConsent, "the partner app does not ask for Login with Amazon again",
			"Makes sure that the maker's own app, being linked, stays linked. Where it still offers Login with Amazon, that is a warning.",
			"And the partner app does not ask for Login with Amazon again",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.mustNotAskAgain(ctx) }).with(false, partner.SeeLink),
	}
}

// amazon is Amazon's pages, if the testbed has a map of them.
func (a *Attempt) amazon() (*amazon.App, error) {
	if a.Bed.Amazon == nil {
		return nil, &certification.Trouble{Code: certification.DefConfiguration, Cause: certification.CauseDefinition,
			Message: "there is no screen map of Amazon's pages", Hint: "give its path as screens.amazon in the configuration"}
	}
	return a.Bed.Amazon, nil
}

// offered makes sure that Login with Amazon is offered.
func (a *Attempt) offered(ctx context.Context) (partner.LinkState, error) {
	p, err := a.partner()
	if err != nil {
		return partner.LinkState{}, err
	}
	s, err := p.LinkState(ctx)
	if err != nil || s.Offered {
		return s, err
	}
	if s.Linked {
		return s, &certification.Trouble{Code: certification.DefStepOrder, Cause: certification.CauseDefinition,
			Message: "the partner app is linked to Amazon already, and need not offer it", Hint: "begin with \"the partner app is not linked to Amazon\""}
	}
	return s, &certification.Trouble{Code: certification.PartnerNoLogin, Cause: certification.CausePartnerApp,
		Message: "the partner app offers no Login with Amazon, neither on its list of devices nor on its account page, and is not linked",
		Hint:    "the guide asks that the app \"supports Login with Amazon, including the FFS scope\""}
}

func (a *Attempt) beginLink(ctx context.Context) error { return a.beginLinkIn(ctx, partner.Way{}) }

func (a *Attempt) beginLinkIn(ctx context.Context, way partner.Way) error {
	pages, err := a.amazon()
	if err != nil {
		return err
	}
	s, err := a.offered(ctx)
	if err != nil {
		return a.judgedToo(ctx, err, certification.PartnerNoLogin)
	}
	from := a.Bed.Clock.Now()
	if err := a.handOver(ctx, s.At, way); err != nil {
		return a.notAsked(ctx, err)
	}
	asked, err := pages.Consent(ctx)
	if err != nil {
		return a.notAsked(ctx, a.overlaid(ctx, err))
	}
	a.Observe("Amazon's consent page said: " + asked.Texts)
	a.link.asked = &asked
	if err := a.consentStays(ctx); err != nil {
		return err
	}
	a.phase("Login with Amazon → consent", from, a.Bed.Clock.Now())
	return nil
}

func (a *Attempt) mustAskForFFS() error {
	asked := a.link.asked
	switch {
	case asked == nil:
		return outOfOrder("Amazon asks whether the app may use Frustration-Free Setup", "I begin to link my Amazon account in the partner app")
	case asked.Has(amazon.FFSScope):
		return nil
	case asked.Part:
		return &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
			Message: "Amazon's consent page is longer than the screen, and was not seen down to its end: it cannot be told what it asks for",
			Hint:    "scroll it by hand, and see what is in the way; it said: " + asked.Texts}
	case len(asked.Scopes) == 0:
		// How the page is worded is not public: words that nobody has seen cannot
		// prove that something is missing.
		return &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
			Message: "Amazon's consent page has none of the words that its screen map knows for a scope: it cannot be told what it asks for",
			Hint:    "put the words of the page into consent.ffs_scope and its neighbours in a screen map of your own (screens.amazon); it said: " + asked.Texts}
	}
	return &certification.Trouble{Code: certification.PartnerNoScope, Cause: certification.CausePartnerApp,
		Message: "the partner app does not ask for the scope of Frustration-Free Setup: Amazon's consent page shows other scopes, and not this one",
		Hint:    "add " + amazon.FFSScope + " to the scopes that the app requests"}
}

func (a *Attempt) answer(ctx context.Context, allow bool) error {
	pages, err := a.amazon()
	if err != nil {
		return err
	}
	if a.link.asked == nil {
		return outOfOrder("I "+map[bool]string{true: "allow", false: "refuse"}[allow]+" it on Amazon's page", "I begin to link my Amazon account in the partner app")
	}
	a.link.asked = nil
	a.left(1)
	answer := pages.Refuse
	if allow {
		answer = pages.Allow
	}
	if err := answer(ctx); err != nil {
		a.untouched() // refusing may not be there at all
		return a.brokenRule(ctx, err, certification.AppElementMissing)
	}
	a.answered()
	if allow {
		return nil
	}
	return a.afterwards(ctx)
}

func (a *Attempt) cancelConsent(ctx context.Context) error {
	pages, err := a.amazon()
	if err != nil {
		return err
	}
	if a.link.asked == nil {
		return outOfOrder("I leave Amazon's page with the back key", "I begin to link my Amazon account in the partner app")
	}
	a.link.asked = nil
	a.left(0)
	if err := pages.Cancel(ctx); err != nil {
		return err
	}
	a.answered()
	return a.afterwards(ctx)
}

func (a *Attempt) timeOutConsent(ctx context.Context, d time.Duration) error {
	pages, err := a.amazon()
	if err != nil {
		return err
	}
	if a.link.asked == nil {
		return outOfOrder("I leave Amazon's page unanswered for … seconds", "I begin to link my Amazon account in the partner app")
	}
	a.link.asked = nil
	if err := drivers.Hold(ctx, a.Bed.Clock, "Amazon's consent page is left unanswered", d, a.keepAlive); err != nil {
		return err
	}
	page, err := pages.Stays(ctx)
	if err != nil {
		return err
	}
	switch page {
	case "consent":
		a.Observe(fmt.Sprintf("Amazon's consent page was still there after %.0f s", d.Seconds()))
	case act.Elsewhere:
		a.Observe(fmt.Sprintf("Amazon's pages were gone after %.0f s", d.Seconds()))
	default:
		a.Observe(fmt.Sprintf("Amazon's consent page had expired after %.0f s", d.Seconds()))
	}
	a.left(0)
	if err := pages.Cancel(ctx); err != nil {
		return err
	}
	a.answered()
	return a.afterwards(ctx)
}

func (a *Attempt) makeLinked(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	s, err := p.LinkState(ctx)
	if err != nil || s.Linked {
		return err
	}
	if err := a.beginLink(ctx); err != nil {
		return err
	}
	if err := a.answer(ctx, true); err != nil {
		return err
	}
	return a.mustBeLinked(ctx)
}

// linkedWithin is how long the app may take to show what the customer allowed.
const linkedWithin = 20 * time.Second

func (a *Attempt) mustBeLinked(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	linked, err := p.LinkedWithin(ctx, linkedWithin)
	if err == nil && !linked {
		err = &certification.Trouble{Code: certification.PartnerNotLinked, Cause: certification.CausePartnerApp,
			Message: "the consent was given, and the partner app does not show that it is linked", Hint: "see what the app does with the answer of Login with Amazon"}
	}
	return err
}

func (a *Attempt) mustNotBeLinked(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	s, err := p.LinkState(ctx)
	if err == nil && s.Linked {
		err = &certification.Trouble{Code: certification.PartnerNotLinked, Cause: certification.CausePartnerApp,
			Message: "the consent was refused, and the partner app shows that it is linked", Hint: "see what the app does with access_denied from Login with Amazon"}
	}
	return err
}

func (a *Attempt) mustNotAskAgain(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	s, err := p.LinkState(ctx)
	switch {
	case err != nil:
		return err
	case !s.Linked:
		return &certification.Trouble{Code: certification.PartnerAsksAgain, Cause: certification.CausePartnerApp,
			Message: "the partner app was linked to Amazon, and no longer says so", Hint: "see whether setting a device up ends the link"}
	case s.Offered:
		a.warn("LWA-OFFERED", "the partner app is linked, and still offers Login with Amazon")
	}
	return nil
}
