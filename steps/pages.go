package steps

import (
	"context"
	"fmt"
	"strings"

	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// pager is an app whose pages are named in sentences.
type pager struct {
	actor Actor
	name  string // as sentences call it
	pages func(Facts) *screen.Map
	// visit is the app, or a trouble where there is no map of it.
	visit func(*Attempt) (act.Visit, error)
	// blame is who is to blame when the app is on a page that the map knows, and
	// that is not the one, or lacks something.
	blame certification.Cause
	needs Needs
	tap   string // an example of an element and its page
}

// sentences are those that every app has.
func (p pager) sentences() []Sentence {
	exampleElement, examplePage, _ := strings.Cut(p.tap, "@")
	element := func(args []string, f Facts) error { return judgeElement(p.pages(f), args[1], args[0]) }
	touch := func(args []string, f Facts) error {
		if err := element(args, f); err != nil {
			return err
		}
		return p.mayTouch(args[1], args[0])
	}
	all := []Sentence{
		sentence(p.actor, "the "+p.name+" is on its {screen} page",
			"Makes sure that the "+p.name+" is in front, on that page of its screen map, with nothing over it. It may take ten seconds. "+p.whoIsToBlame(),
			`Then the `+p.name+` is on its "`+examplePage+`" page`,
			func(ctx context.Context, a *Attempt, args []string) error {
				return p.must(a, "is not on its \""+args[0]+"\" page", certification.PartnerPage, func(v act.Visit) (act.Sight, error) {
					return v.Page(ctx, mapName(args[0]))
				})
			}).judged(func(args []string, f Facts) error { return judgeScreen(p.pages(f), args[0]) }),

		sentence(p.actor, "the "+p.name+" has {element} on its {screen} page",
			"Makes sure that the "+p.name+" is on that page of its screen map, and that the element is there. It may take ten seconds. "+p.whoIsToBlame(),
			`And the `+p.name+` has "`+exampleElement+`" on its "`+examplePage+`" page`,
			func(ctx context.Context, a *Attempt, args []string) error {
				return p.must(a, "does not have \""+args[0]+"\" on its \""+args[1]+"\" page", certification.PartnerText, func(v act.Visit) (act.Sight, error) {
					return v.Element(ctx, path(args))
				})
			}).judged(element),

		sentence(p.actor, "the "+p.name+" shows the text {text}",
			"Makes sure that something of the "+p.name+" that is on the screen says exactly these words, apart from spaces. It may take ten seconds. "+p.whoIsToBlame(),
			`And the `+p.name+` shows the text "Welcome"`,
			func(ctx context.Context, a *Attempt, args []string) error {
				return p.must(a, "does not show the text \""+args[0]+"\"", certification.PartnerText, func(v act.Visit) (act.Sight, error) {
					return v.Text(ctx, args[0])
				})
			}),

		sentence(p.actor, "the "+p.name+" does not show the text {text}",
			"Makes sure that nothing of the "+p.name+" that is on the screen says exactly these words now. The app must be in front, on a page that its screen map knows: "+
				"anything else proves nothing. "+p.whoIsToBlame(),
			`But the `+p.name+` does not show the text "Something went wrong"`,
			func(ctx context.Context, a *Attempt, args []string) error { return p.mustNotSay(ctx, a, args[0]) }),

		sentence(p.actor, "I tap {element} on the {screen} page of the "+p.name,
			"Taps the element, once that page is shown; something must change then. What deletes a device or switches a plug is refused: there are sentences for it.",
			`When I tap "`+exampleElement+`" on the "`+examplePage+`" page of the `+p.name,
			func(ctx context.Context, a *Attempt, args []string) error {
				return p.must(a, "does not have \""+args[0]+"\" on its \""+args[1]+"\" page", "", func(v act.Visit) (act.Sight, error) {
					return v.Tap(ctx, path(args))
				})
			}).judged(touch),
	}
	for i := range all {
		all[i] = all[i].needing(p.needs)
	}
	return all
}

func path(args []string) string { return mapName(args[1]) + "." + mapName(args[0]) }

func (p pager) whoIsToBlame() string {
	if p.blame.MayFail() {
		return "If it is on another page that the map knows, the app has failed; what the map does not know blames nobody."
	}
	return "If it does not, the attempt is blocked."
}

// must makes sure that something was found. code is that of an app that failed;
// without one, nobody fails for it.
func (p pager) must(a *Attempt, not string, code certification.Code, look func(act.Visit) (act.Sight, error)) error {
	v, err := p.visit(a)
	if err != nil {
		return err
	}
	s, err := look(v)
	if err != nil || s.Found {
		return err
	}
	return p.missing(s, not, code)
}

func (p pager) missing(s act.Sight, not string, code certification.Code) error {
	t := &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
		Message: fmt.Sprintf("the %s %s; %s", p.name, not, s), Hint: "see the picture of what was there, and whether the screen map knows the page"}
	switch {
	case !s.InFront:
		t.Code, t.Hint = certification.AppNotInForeground, "open the app before"
		if !p.blame.MayFail() {
			t.Cause = p.blame
		}
	case s.Known() && code != "":
		t.Cause, t.Hint = p.blame, "see the picture of what was there"
		t.Code = certification.AppElementMissing
		if p.blame == certification.CausePartnerApp {
			t.Code = code
		}
	}
	return t
}

func (p pager) mustNotSay(ctx context.Context, a *Attempt, text string) error {
	v, err := p.visit(a)
	if err != nil {
		return err
	}
	s, err := v.NoText(ctx, text)
	switch {
	case err != nil:
		return err
	case !s.Known():
		return p.missing(s, "cannot be asked whether it shows the text \""+text+"\"", "")
	case s.Found:
		return p.missing(s, "shows the text \""+text+"\"", certification.PartnerText)
	}
	return nil
}

// dangerous are words in an element's name that say that touching it takes
// something away for good.
var dangerous = []string{"delete", "remove", "deregister", "unregister", "reset", "erase", "factory"}

// mayTouch refuses what has a sentence of its own with conditions.
func (p pager) mayTouch(onScreen, element string) error {
	for _, w := range strings.Split(mapName(onScreen)+"_"+mapName(element), "_") {
		for _, d := range dangerous {
			if w == d && mapName(element) != "cancel" && mapName(element) != "back" {
				return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition,
					Message: "\"" + element + "\" on the \"" + onScreen + "\" page may not be tapped by its name: it may take something away for good",
					Hint:    "use \"I delete the device in the Alexa app\", \"I remove the device in the partner app\" or \"I remove the device\", which touch the device under test only"}
			}
		}
	}
	if p.actor == ActorAlexaApp && mapName(onScreen) == "plug" && strings.HasPrefix(mapName(element), "switch") {
		return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition,
			Message: "a plug may not be switched by tapping its switch: nobody would know since when the device has power",
			Hint:    "use \"I switch the device on\" and the other sentences of the device and the provisioner"}
	}
	return nil
}

// alexaPageSentences name pages and elements of the Alexa app.
func alexaPageSentences() []Sentence {
	p := pager{actor: ActorAlexaApp, name: "Alexa app", blame: certification.CauseAlexaApp, tap: "tab home@home",
		pages: func(f Facts) *screen.Map { return f.Alexa },
		visit: func(a *Attempt) (act.Visit, error) { return a.Bed.Alexa.Visit(), nil }}
	return append([]Sentence{
		sentence(ActorAlexaApp, "I open the Alexa app",
			"Brings the Alexa app to the front, with whatever page it was left on.",
			"When I open the Alexa app",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.Bed.Alexa.Open(ctx) }),

		sentence(ActorAlexaApp, "I open the list of devices in the Alexa app",
			"Brings the Alexa app to the front and finds the way to its devices page.",
			"When I open the list of devices in the Alexa app",
			func(ctx context.Context, a *Attempt, _ []string) error {
				_, err := a.Bed.Alexa.OpenDevices(ctx)
				return err
			}),

		sentence(ActorAlexaApp, "I refresh the list of devices in the Alexa app",
			"Pulls the list of devices down and makes sure that the Alexa app shows it again, not empty.",
			"When I refresh the list of devices in the Alexa app",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.Bed.Alexa.Refreshes(ctx) }),
	}, p.sentences()...)
}

// partnerPageSentences name pages and elements of the maker's own app.
func partnerPageSentences() []Sentence {
	p := pager{actor: ActorPartnerApp, name: "partner app", blame: certification.CausePartnerApp, tap: "add device@home", needs: Needs{AnyPage: true},
		pages: func(f Facts) *screen.Map { return f.Partner },
		visit: func(a *Attempt) (act.Visit, error) {
			app, err := a.partner()
			if err != nil {
				return act.Visit{}, err
			}
			return app.Visit(), nil
		}}
	fill := sentence(ActorPartnerApp, "I write {text} into {element} on the {screen} page of the partner app",
		"Writes the words into a field of the maker's own app, instead of what is in it. A field that the screen map calls secret is refused: "+
			"passwords belong into the configuration.",
		`When I write "qa@example.com" into "user" on the "sign in" page of the partner app`,
		func(ctx context.Context, a *Attempt, args []string) error {
			return p.must(a, "does not have \""+args[1]+"\" on its \""+args[2]+"\" page", "", func(v act.Visit) (act.Sight, error) {
				return v.Fill(ctx, args[0], path(args[1:]))
			})
		}).judged(func(args []string, f Facts) error {
		if err := judgeElement(f.Partner, args[2], args[1]); err != nil || f.Partner == nil {
			return err
		}
		if e, err := f.Partner.Element(path(args[1:])); err == nil && e.Secret() {
			return wrongValue("\""+args[1]+"\" holds a secret, which does not belong into a feature file", "give it as an account of the testbed in the configuration")
		}
		return nil
	})
	return append([]Sentence{
		sentence(ActorPartnerApp, "I open the partner app",
			"Brings the maker's own app to the front, with whatever page it was left on.",
			"When I open the partner app",
			func(ctx context.Context, a *Attempt, _ []string) error {
				app, err := a.partner()
				if err != nil {
					return err
				}
				return app.Open(ctx)
			}).needing(p.needs),

		sentence(ActorPartnerApp, "I close the partner app",
			"Ends the maker's own app, as a customer does who swipes it away; its data stay. The Alexa app is never ended.",
			"When I close the partner app",
			func(ctx context.Context, a *Attempt, _ []string) error {
				app, err := a.partner()
				if err != nil {
					return err
				}
				return app.Close(ctx)
			}).needing(p.needs),

		sentence(ActorPartnerApp, "I open the list of devices in the partner app",
			"Brings the maker's own app to the front and finds the way to its list of devices; it is signed in if it has to be.",
			"When I open the list of devices in the partner app",
			func(ctx context.Context, a *Attempt, _ []string) error {
				app, err := a.partner()
				if err != nil {
					return err
				}
				_, err = app.OpenHome(ctx)
				return err
			}).needing(p.needs),
	}, append(p.sentences(), fill.needing(p.needs))...)
}
