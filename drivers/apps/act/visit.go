package act

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Visit is the app as somebody uses it who knows its pages by their names: it
// looks at the page that is shown and touches what is on it, and makes no move
// of its own to another page.
type Visit struct {
	Guide *Guide
	// Dismiss are the screens that come over a page by themselves and are put
	// away, unless they are what is asked for.
	Dismiss []string
	// Guarded are the elements that are not touched by their names, because
	// what they do is bound to conditions: each has a way of its own.
	Guarded []string
}

// Sight is what was seen in the app.
type Sight struct {
	Found bool
	// Pages are the screens of the map that are shown, what covers others first;
	// none if the map knows none of them.
	Pages []string
	// InFront tells whether the app is in front.
	InFront bool
	// Words are some of the texts that are shown, for people.
	Words string
}

// Known tells whether the app is in front with a page that its map knows: then
// what is missing is missing, and not only unknown.
func (s Sight) Known() bool { return s.InFront && len(s.Pages) > 0 }

// String says what was shown instead.
func (s Sight) String() string {
	switch {
	case !s.InFront:
		return "it is not in front"
	case len(s.Pages) == 0:
		return "it shows a page that its map does not know: " + s.Words
	}
	return "it shows \"" + strings.ReplaceAll(strings.Join(s.Pages, "\", \""), "_", " ") + "\": " + s.Words
}

// Page looks whether that screen is shown, until it is or its time is up. A
// screen on which something else lies is not shown.
func (v Visit) Page(ctx context.Context, name string) (Sight, error) {
	if _, err := v.Guide.Hand.Map.Screen(name); err != nil {
		return Sight{}, err
	}
	return v.look(ctx, "the page "+name+" of "+v.Guide.Name, func(_ *screen.Tree, s Sight) (bool, error) {
		over := v.cover(s.Pages)
		return (over == "" || over == name) && slices.Contains(s.Pages, name), nil
	}, name)
}

// Element looks whether an element is there, on its screen, until it is or its
// time is up.
func (v Visit) Element(ctx context.Context, path string) (Sight, error) {
	onScreen, _, _ := strings.Cut(path, ".")
	return v.look(ctx, path+" in "+v.Guide.Name, func(t *screen.Tree, s Sight) (bool, error) {
		if !slices.Contains(s.Pages, onScreen) {
			return false, nil
		}
		return v.Guide.Hand.On(t, path)
	}, onScreen)
}

// Text looks whether something of the app says exactly that, apart from spaces,
// until it does or its time is up.
func (v Visit) Text(ctx context.Context, text string) (Sight, error) {
	return v.look(ctx, "the text \""+text+"\" in "+v.Guide.Name, func(t *screen.Tree, _ Sight) (bool, error) {
		return v.says(t, text), nil
	}, "")
}

// NoText looks once whether nothing of the app says that.
func (v Visit) NoText(ctx context.Context, text string) (Sight, error) {
	t, err := v.Guide.Hand.Look(ctx)
	if err != nil {
		return Sight{}, err
	}
	s := v.sight(t)
	s.Found = v.says(t, text)
	return s, nil
}

func (v Visit) says(t *screen.Tree, text string) bool {
	want, found := spaceless(text), false
	t.Each(func(n *screen.Node) bool {
		found = n.Displayed && !n.Password && n.Package == v.Guide.Hand.Map.PackageOn(t) && (spaceless(n.Text) == want || spaceless(n.ContentDesc) == want)
		return !found
	})
	return found
}

func spaceless(s string) string { return strings.Join(strings.Fields(s), " ") }

// Tap touches an element of a screen that is shown, with proof. Guarded
// elements are refused, whatever they are called.
func (v Visit) Tap(ctx context.Context, path string) (Sight, error) {
	s, err := v.reach(ctx, path)
	if err != nil || !s.Found {
		return s, err
	}
	return s, v.Guide.Hand.Tap(ctx, path)
}

// Fill puts text that is not secret into an editable element of a screen that
// is shown.
func (v Visit) Fill(ctx context.Context, text, path string) (Sight, error) {
	e, err := v.Guide.Hand.Map.Element(path)
	if err != nil {
		return Sight{}, err
	}
	if e.Secret() {
		return Sight{}, &certification.Trouble{Code: certification.DefConfiguration, Cause: certification.CauseDefinition,
			Message: path + " holds a secret, which does not belong into a feature file", Hint: "give it as an account of the testbed in the configuration"}
	}
	s, err := v.reach(ctx, path)
	if err != nil || !s.Found {
		return s, err
	}
	return s, v.Guide.Hand.Fill(ctx, text, false, path)
}

// reach waits for the element and refuses one that is guarded.
func (v Visit) reach(ctx context.Context, path string) (Sight, error) {
	s, err := v.Element(ctx, path)
	if err != nil || !s.Found {
		return s, err
	}
	tree, err := v.Guide.Hand.Seen(ctx)
	if err != nil {
		return s, err
	}
	e, err := v.Guide.Hand.Map.Element(path)
	if err != nil {
		return s, err
	}
	m, err := e.In(tree)
	if err != nil {
		return s, err
	}
	for _, g := range v.Guarded {
		guarded, err := v.Guide.Hand.Map.Element(g)
		if err != nil {
			continue // the map has none
		}
		queries, err := guarded.Queries()
		if err != nil {
			continue // it takes a name
		}
		for _, q := range queries {
			if q.Package == "" {
				q.Package = v.Guide.Hand.Map.PackageOn(tree)
			}
			for _, n := range tree.All(q) {
				if slices.Contains(m.Nodes, n) {
					return s, &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition,
						Message: path + " is " + g + ", which is not touched by its name", Hint: "use the sentence that is meant for it, see `ffscert steps`"}
				}
			}
		}
	}
	return s, nil
}

// look looks until something is found or its time is up.
func (v Visit) look(ctx context.Context, what string, find func(*screen.Tree, Sight) (bool, error), keep string) (Sight, error) {
	var s Sight
	h := v.Guide.Hand
	first := true
	err := drivers.Poll(ctx, h.Clock, drivers.Wait{For: what, Timeout: AppearWithin, Every: lookEvery}, func(ctx context.Context) error {
		glance := h.Look
		if first {
			glance = h.Seen
		}
		first = false
		t, err := glance(ctx)
		if err != nil {
			return err
		}
		s = v.sight(t)
		found, err := find(t, s)
		if err != nil {
			return err
		}
		if s.Found = found && s.InFront; s.Found {
			return nil
		}
		if over := v.cover(s.Pages); over != keep && slices.Contains(v.Dismiss, over) {
			if _, err := h.clear(ctx, t); err != nil {
				return err
			}
			h.Forget()
		}
		return drivers.ErrNotYet
	})
	var late *drivers.TimeoutError
	if errors.As(err, &late) {
		err = nil
	}
	return s, err
}

func (v Visit) sight(t *screen.Tree) Sight {
	return Sight{Pages: v.Guide.Hand.Map.Which(t), InFront: v.Guide.InFront(t), Words: Words(t)}
}

// cover is the screen that lies over the others; "" if none does.
func (v Visit) cover(shown []string) string {
	for _, name := range shown {
		if s, err := v.Guide.Hand.Map.Screen(name); err == nil && s.Covers() {
			return name
		}
	}
	return ""
}
