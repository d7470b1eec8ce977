package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// The bounds of a survey.
const (
	startsWithin = 20 * time.Second // the app, until it shows a page that is known
	mostSwipes   = 40               // through the devices list
)

// surveyor looks through the Alexa app. It dismisses nothing and opens nothing
// but the devices page.
type surveyor struct {
	hand  *act.Hand
	app   drivers.App
	names []string
	found []Listed
}

// survey reads what the Alexa app shows: whether it is signed in, and which of
// the testbed's devices it lists.
func survey(ctx context.Context, s Subject) (Survey, error) {
	v := &surveyor{hand: &act.Hand{Phone: s.Phone, Clock: s.Clock, Map: s.Alexa}, app: s.Alexa.Application()}
	for _, n := range append([]string{s.Names.Device}, s.Names.Others()...) {
		v.names = append(v.names, n)
		v.found = append(v.found, Listed{Name: n})
	}
	return v.survey(ctx)
}

func (v *surveyor) survey(ctx context.Context) (Survey, error) {
	notSeen := errors.New("the devices page was not seen")
	result := Survey{SignedIn: unknown[bool](notSeen), Devices: unknown[[]Listed](notSeen)}
	if front, err := v.hand.Phone.CurrentPackage(ctx); err != nil {
		return result, err
	} else if front != v.app.Package {
		if err := v.hand.Phone.Activate(ctx, v.app); err != nil {
			return result, err
		}
	}
	tree, page, err := v.await(ctx, "a page of the Alexa app that is known", func(page string) bool { return page != "" })
	if err != nil {
		return result, err
	}
	switch page {
	case pageSignIn:
		result.SignedIn = known(false, nil)
		return result, nil
	case pageCovered:
		result.Covered = words(tree)
		return result, nil
	case "devices":
	default:
		if err := v.hand.Tap(ctx, "home.tab_devices"); err != nil {
			return result, err
		}
		if tree, page, err = v.await(ctx, "the devices page", func(page string) bool {
			return page == "devices" || page == pageOverview || page == pageCovered || page == pageSignIn
		}); err != nil {
			return result, err
		}
		if page == pageOverview {
			// Older releases show the kinds of devices first.
			way := alexa.New(v.hand.Phone, v.hand.Clock, v.hand.Map)
			if tree, err = way.OpenDevices(ctx); err != nil {
				return result, err
			}
			page = v.page(tree)
		}
		if page != "devices" {
			if page == pageSignIn {
				result.SignedIn = known(false, nil)
			} else {
				result.Covered = words(tree)
			}
			return result, nil
		}
	}
	result.SignedIn = known(true, nil)
	err = v.scan(ctx)
	result.Devices = known(v.found, err)
	return result, nil
}

// The pages beside those of the map.
const (
	pageSignIn  = "\x00sign-in"
	pageCovered = "\x00covered"
	// pageOverview is the map's own name for the page of the kinds of devices.
	pageOverview = "overview"
)

// page names what is shown; "" if it is not known.
func (v *surveyor) page(t *screen.Tree) string {
	if !slices.Contains(t.Packages(), v.app.Package) {
		return ""
	}
	shown := v.hand.Map.Which(t)
	for _, name := range shown {
		if s, err := v.hand.Map.Screen(name); err == nil && s.Covers() {
			return pageCovered
		}
	}
	if slices.Contains(shown, "devices") {
		return "devices"
	}
	if slices.Contains(shown, pageOverview) {
		return pageOverview
	}
	// The tab bar may be on other pages, too.
	if e, err := v.hand.Map.Element("home.tab_devices"); err == nil && e.On(t) {
		return "home"
	}
	if asksToSignIn(t) {
		return pageSignIn
	}
	return ""
}

// asksToSignIn tells whether a page asks for an account: it has a field for a
// password, or something to tap that says so. The words are those of the
// English app.
func asksToSignIn(t *screen.Tree) bool {
	found := false
	t.Each(func(n *screen.Node) bool {
		label := strings.ToLower(strings.TrimSpace(n.Label()))
		found = n.Displayed && (n.Password || n.Clickable && (label == "sign in" || label == "log in" || label == "sign-in"))
		return !found
	})
	return found
}

// await looks until a page is shown that will do.
func (v *surveyor) await(ctx context.Context, what string, will func(page string) bool) (tree *screen.Tree, page string, err error) {
	v.hand.Forget()
	err = v.hand.Until(ctx, what, startsWithin, func(t *screen.Tree) error {
		tree, page = t, v.page(t)
		if will(page) {
			return nil
		}
		return act.NotYet(&certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseAlexaApp,
			Message: "the screen shows something else than " + what + ": " + words(t),
			Hint:    "look at the phone; after a new release of the app its screen map may need new locators"})
	})
	return tree, page, err
}

// scan looks for the names through the devices list, from where it is to its
// end.
func (v *surveyor) scan(ctx context.Context) error {
	list, err := v.hand.Map.Element("devices.list")
	if err != nil {
		return err
	}
	// The list may have to be loaded first.
	err = v.hand.Until(ctx, "the devices list", act.AppearWithin, func(t *screen.Tree) error {
		if node := listOn(list, t); node != nil && len(texts(t, node)) > 0 {
			return nil
		}
		return act.NotYet(errors.New("the devices list stays empty"))
	})
	if err != nil {
		return err
	}
	var before []string
	for range mostSwipes {
		tree, err := v.hand.Look(ctx)
		if err != nil {
			return err
		}
		node := listOn(list, tree)
		if v.page(tree) != "devices" || node == nil {
			return errors.New("something else came up while the devices list was read: " + words(tree))
		}
		now := texts(tree, node)
		if err := v.note(tree, now); err != nil {
			return err
		}
		if slices.Equal(now, before) {
			return nil
		}
		before = now
		b := node.Bounds
		from, to := drivers.Point{X: b.X + b.Width/2, Y: b.Y + b.Height*75/100}, drivers.Point{X: b.X + b.Width/2, Y: b.Y + b.Height*25/100}
		v.hand.Forget()
		if err := v.hand.Phone.Swipe(ctx, from, to, 500*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("the devices list did not come to an end in %d swipes", mostSwipes)
}

// note counts the names on one snapshot.
func (v *surveyor) note(t *screen.Tree, texts []string) error {
	tile, err := v.hand.Map.Element("devices.tile")
	if err != nil {
		return err
	}
	for i := range v.found {
		l := &v.found[i]
		m, err := tile.In(t, l.Name)
		if err != nil {
			return err
		}
		count := 0
		for _, n := range m.Nodes {
			if n.Displayed {
				count++
			}
		}
		l.Count = max(l.Count, count)
		for _, text := range texts {
			if text != l.Name && alexa.SameName(text, l.Name) && !slices.Contains(l.Like, text) && len(l.Like) < 5 {
				l.Like = append(l.Like, clip(text, 100))
			}
		}
	}
	return nil
}

func listOn(list *screen.Element, t *screen.Tree) *screen.Node {
	m, err := list.In(t)
	if err != nil || !m.Found() {
		return nil
	}
	return m.Nodes[0]
}

// texts are those in the list, in the order of the document.
func texts(t *screen.Tree, list *screen.Node) []string {
	var all []string
	t.Each(func(n *screen.Node) bool {
		if n != list && list.Has(n) && n.Displayed && n.Text != "" {
			all = append(all, n.Text)
		}
		return true
	})
	return all
}

// words are the texts that are shown, shortened.
func words(t *screen.Tree) string {
	var all []string
	t.Each(func(n *screen.Node) bool {
		if n.Displayed && n.Text != "" && !n.Password {
			all = append(all, "\""+n.Text+"\"")
		}
		return len(all) < 6
	})
	if len(all) == 0 {
		return "(" + strings.Join(t.Packages(), ", ") + ", no text)"
	}
	return clip(strings.Join(all, ", "), 200)
}
