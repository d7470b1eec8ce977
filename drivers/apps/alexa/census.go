package alexa

import (
	"context"
	"fmt"
	"slices"

	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Census looks through the whole refreshed list, from its top to its end, and
// counts the tiles that have exactly one of the names. What is found more than
// once cannot be told apart later: the list shows only a part of itself at a
// time.
func (a *App) Census(ctx context.Context, names ...string) (map[string]int, error) {
	if err := a.refreshFromTop(ctx); err != nil {
		return nil, err
	}
	places := map[string][]int{} // where tiles are, in pixels from the list's top
	scrolled := 0
	for swipe := 0; swipe < mostSwipes; swipe++ {
		tree, err := a.devicesNow(ctx)
		if err != nil {
			return nil, err
		}
		list, err := a.list(tree)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := a.locate(tree, list, name, scrolled, places); err != nil {
				return nil, err
			}
		}
		before := listed(tree, list)
		if len(before) == 0 {
			return nil, emptyList()
		}
		if listEnds(tree, list) {
			return counted(places), nil
		}
		if err := a.swipeList(ctx, list, true); err != nil {
			return nil, err
		}
		if tree, err = a.devicesNow(ctx); err != nil {
			return nil, err
		}
		if list, err = a.list(tree); err != nil {
			return nil, err
		}
		after := listed(tree, list)
		if slices.Equal(after, before) {
			return counted(places), nil
		}
		scrolled += moved(before, after, list.Bounds.Height/2)
	}
	return nil, endlessList()
}

// locate adds where the name's tiles are. A tile that the list's edge cuts is
// whole on the screen before or after this one; alone it only proves that there
// is one.
func (a *App) locate(tree *screen.Tree, list *screen.Node, name string, scrolled int, places map[string][]int) error {
	there, err := a.tile(tree, name)
	if err != nil || !there {
		return err
	}
	e, err := a.hand.Map.Element("devices.tile")
	if err != nil {
		return err
	}
	m, err := e.In(tree, name)
	if err != nil {
		return err
	}
	top, bottom := list.Bounds.Y, list.Bounds.Y+list.Bounds.Height
	for _, n := range m.Nodes {
		b := n.Bounds
		if !n.Displayed || b.Height <= 0 {
			continue
		}
		cut := b.Y <= top || b.Y+b.Height >= bottom
		at := b.Y - top + scrolled
		known := slices.ContainsFunc(places[name], func(p int) bool { return p-samePlace < at && at < p+samePlace })
		if !known && (!cut || len(places[name]) == 0) {
			places[name] = append(places[name], at)
		}
	}
	return nil
}

// samePlace is how far apart, in pixels, two looks may see one tile: entries
// are higher than that.
const samePlace = 60

func counted(places map[string][]int) map[string]int {
	counts := map[string]int{}
	for name, at := range places {
		counts[name] = len(at)
	}
	return counts
}

// moved is by how many pixels a list was scrolled: what most of the texts say
// that are on it once before and once after, or otherwise when none is.
func moved(before, after []entry, otherwise int) int {
	once := func(list []entry) map[string]int {
		tops, twice := map[string]int{}, map[string]bool{}
		for _, e := range list {
			if _, seen := tops[e.text]; seen {
				twice[e.text] = true
			}
			tops[e.text] = e.top
		}
		for t := range twice {
			delete(tops, t)
		}
		return tops
	}
	was, is := once(before), once(after)
	votes, best := map[int]int{}, 0
	by := otherwise
	for text, top := range was {
		now, ok := is[text]
		if !ok {
			continue
		}
		d := top - now
		if votes[d]++; votes[d] > best || votes[d] == best && d > by {
			best, by = votes[d], d
		}
	}
	return by
}

func emptyList() error {
	return &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseAlexaApp,
		Message: "the devices list of the Alexa app is empty, which proves nothing", Hint: "see whether the phone has internet and the app is signed in"}
}

func endlessList() error {
	return &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseAlexaApp,
		Message: fmt.Sprintf("the devices list did not come to an end in %d swipes", mostSwipes), Hint: "remove devices that are not needed from the account"}
}

// Twins is the trouble of a name that several devices of the account have.
func Twins(name string, n int) error {
	return twin(name, fmt.Sprintf("%d tiles of the list are named \"%s\"", n, name))
}
