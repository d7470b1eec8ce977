package act

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

// mostParts bounds how far a page is scrolled, in swipes.
const mostParts = 15

// Further looks at what a page has below the edge of the screen: it drags the
// page up, part by part, until nothing more comes, and leaves it at its end. part
// is told of each further part, and says whether the page is still the one.
// Whole tells that everything was seen: the page has come to its end, and each
// part begins in the one before.
func (h *Hand) Further(ctx context.Context, tree *screen.Tree, part func(*screen.Tree) (bool, error)) (whole bool, err error) {
	whole = true
	for range mostParts {
		next, did, err := h.scroll(ctx, tree, true)
		if err != nil {
			return false, err
		}
		if !did {
			return whole, nil
		}
		whole = whole && overlap(tree, next)
		if on, err := part(next); err != nil || !on {
			return false, err
		}
		tree = next
	}
	return false, nil
}

// Reveal scrolls until the element is on the screen: down to the end of the
// page, and then up to its beginning. It tells whether it is.
func (h *Hand) Reveal(ctx context.Context, path string, args ...string) (bool, error) {
	e, err := h.Map.Element(path)
	if err != nil {
		return false, err
	}
	tree, err := h.Seen(ctx)
	if err != nil {
		return false, err
	}
	for _, down := range []bool{true, false} {
		for range mostParts {
			if ok, err := reachable(tree, e, args); err != nil || ok {
				return ok, err
			}
			next, did, err := h.scroll(ctx, tree, down)
			if err != nil {
				return false, err
			}
			if !did {
				break
			}
			tree = next
		}
	}
	return reachable(tree, e, args)
}

// Top scrolls back to the beginning of a page, and returns what is seen there.
func (h *Hand) Top(ctx context.Context, tree *screen.Tree) (*screen.Tree, error) {
	for range mostParts {
		next, did, err := h.scroll(ctx, tree, false)
		if err != nil || !did {
			return next, err
		}
		tree = next
	}
	return tree, nil
}

// smallestPart is how high, in pixels, what is left of an element at the edge of
// what scrolls has to be to be touched.
const smallestPart = 24

// reachable tells whether the element is on the screen, and not as a mere strip
// at the edge of what scrolls.
func reachable(tree *screen.Tree, e *screen.Element, args []string) (bool, error) {
	m, err := e.In(tree, args...)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(m.Nodes, func(n *screen.Node) bool {
		if !n.Displayed || n.Bounds.Width <= 0 || n.Bounds.Height <= 0 {
			return false
		}
		for p := n.Parent(); p != nil; p = p.Parent() {
			if p.Scrollable && (n.Bounds.Y+n.Bounds.Height >= p.Bounds.Y+p.Bounds.Height || n.Bounds.Y <= p.Bounds.Y) {
				return n.Bounds.Height >= smallestPart
			}
		}
		return true
	}), nil
}

// scroll drags what scrolls, by half its height, and waits until it rests. It
// tells whether anything has changed.
func (h *Hand) scroll(ctx context.Context, tree *screen.Tree, down bool) (*screen.Tree, bool, error) {
	in := scroller(tree)
	if in == nil {
		return tree, false, nil
	}
	x, low, high := in.Bounds.Center().X, in.Bounds.Y+in.Bounds.Height*3/4, in.Bounds.Y+in.Bounds.Height/4
	if !down {
		low, high = high, low
	}
	h.Forget()
	// Slowly: what is flung runs on, and past what nobody has seen then.
	if err := h.Phone.Swipe(ctx, drivers.Point{X: x, Y: low}, drivers.Point{X: x, Y: high}, time.Second); err != nil {
		return nil, false, err
	}
	next, err := h.Look(ctx)
	if err != nil {
		return nil, false, err
	}
	err = drivers.Poll(ctx, h.Clock, drivers.Wait{For: "the page to rest", Timeout: ChangeWithin, Every: lookEvery}, func(ctx context.Context) error {
		again, err := h.Look(ctx)
		if err != nil {
			return err
		}
		rests := again.Fingerprint() == next.Fingerprint()
		next = again
		if !rests {
			return drivers.ErrNotYet
		}
		return nil
	})
	var late *drivers.TimeoutError
	if err != nil && !errors.As(err, &late) {
		return nil, false, err
	}
	return next, next.Fingerprint() != tree.Fingerprint(), nil
}

// scroller is the largest thing on the screen that scrolls up and down; nil if
// there is none.
func scroller(tree *screen.Tree) *screen.Node {
	var largest *screen.Node
	tree.Each(func(n *screen.Node) bool {
		if n.Scrollable && n.Displayed && !strings.HasSuffix(n.Class, "HorizontalScrollView") &&
			(largest == nil || n.Bounds.Width*n.Bounds.Height > largest.Bounds.Width*largest.Bounds.Height) {
			largest = n
		}
		return true
	})
	return largest
}

// overlap tells whether something in what scrolls is on both of two parts: then
// nothing lies between them.
func overlap(before, after *screen.Tree) bool {
	words := func(t *screen.Tree) map[string]bool {
		all := map[string]bool{}
		in := scroller(t)
		t.Each(func(n *screen.Node) bool {
			if in != nil && n.Displayed && n.Text+n.ContentDesc != "" && len(n.Children()) == 0 && in.Has(n) {
				all[n.Text+n.ContentDesc] = true
			}
			return true
		})
		return all
	}
	seen := words(before)
	for w := range words(after) {
		if seen[w] {
			return true
		}
	}
	return false
}
