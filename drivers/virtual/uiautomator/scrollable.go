package uiautomator

import (
	"context"
	"math"
	"time"

	"ffscert/drivers/virtual/ui"
)

// Constants of androidx.test.uiautomator.UiScrollable.
const (
	scrollSteps      = 55
	flingSteps       = 5
	stepTime         = 5 * time.Millisecond
	defaultSwipes    = 30
	defaultDeadZone  = 0.1
	selectorPoll     = time.Second
	maxSwipes        = 1000 // ours: more is taken for a mistake
	maxSearchedItems = 10_000
)

// scroller is a UiScrollable at work: a container that is found anew for every
// swipe.
type scroller struct {
	e          *Engine
	container  *selector
	horizontal bool
	swipes     int
	deadZone   float64
	last       *node // what the last getChild call returned
}

// evaluate runs the calls of a statement. It returns the selector that the
// statement stands for, or the very node if a getChild call found one.
func (e *Engine) evaluate(ctx context.Context, x expression) (*selector, *node, error) {
	if !x.scrollable {
		return x.selector, nil, nil
	}
	l := &scroller{e: e, container: x.selector, swipes: defaultSwipes, deadZone: defaultDeadZone}
	result := x.selector // a statement without a selector of its own stands for the container
	for _, c := range x.calls {
		target, err := l.do(ctx, c)
		if err != nil {
			return nil, nil, err
		}
		if target != nil {
			result = target
		}
	}
	return result, l.last, nil
}

// do makes one call and returns the selector that it looks for, if any.
func (l *scroller) do(ctx context.Context, c call) (*selector, error) {
	num := func(i, fallback int) int {
		if len(c.args) > i {
			return c.args[i].(int)
		}
		return fallback
	}
	var err error
	switch c.method {
	case "setAsVerticalList", "setAsHorizontalList":
		l.horizontal = c.method == "setAsHorizontalList"
	case "setMaxSearchSwipes":
		l.swipes = num(0, 0)
	case "setSwipeDeadZonePercentage":
		l.deadZone = c.args[0].(float64)
		if math.IsNaN(l.deadZone) {
			l.deadZone = defaultDeadZone
		}
	case "scrollIntoView":
		target := c.args[0].(*selector)
		return target, l.reach(ctx, target)
	case "scrollTextIntoView":
		target := newSelector().with(criterion{name: "text", text: c.args[0].(string)})
		return target, l.reach(ctx, target)
	case "scrollDescriptionIntoView":
		target := newSelector().with(criterion{name: "description", text: c.args[0].(string)})
		return target, l.reach(ctx, target)
	case "scrollForward":
		_, err = l.step(ctx, true, num(0, scrollSteps))
	case "scrollBackward":
		_, err = l.step(ctx, false, num(0, scrollSteps))
	case "flingForward":
		_, err = l.step(ctx, true, flingSteps)
	case "flingBackward":
		_, err = l.step(ctx, false, flingSteps)
	case "scrollToEnd":
		err = l.to(ctx, true, num(0, 0), num(1, scrollSteps))
	case "scrollToBeginning":
		err = l.to(ctx, false, num(0, 0), num(1, scrollSteps))
	case "flingToEnd":
		err = l.to(ctx, true, num(0, 0), flingSteps)
	case "flingToBeginning":
		err = l.to(ctx, false, num(0, 0), flingSteps)
	case "getChildByText", "getChildByDescription":
		err = l.childBy(ctx, c)
	case "getChildByInstance":
		err = l.childAt(ctx, c.args[0].(*selector), c.args[1].(int))
	}
	return nil, err
}

// reach scrolls until the target is there. What is on the screen already is
// not scrolled to, even if the container does not exist: the server's own
// short cut. Not to find it is no error here; the find that follows says so.
func (l *scroller) reach(ctx context.Context, target *selector) error {
	if l.e.shown(target) {
		return nil
	}
	return l.into(ctx, target)
}

// into is UiScrollable.scrollIntoView: from the beginning to the end.
func (l *scroller) into(ctx context.Context, target *selector) error {
	inside := l.container.then(target, false)
	if l.e.shown(inside) {
		return nil
	}
	if err := l.to(ctx, false, l.swipes, scrollSteps); err != nil {
		return err
	}
	for range min(l.swipes, maxSwipes) {
		if l.e.shown(inside) {
			return nil
		}
		more, err := l.step(ctx, true, scrollSteps)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func (l *scroller) to(ctx context.Context, forward bool, swipes, steps int) error {
	for range min(swipes, maxSwipes) {
		more, err := l.step(ctx, forward, steps)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// step makes one swipe and tells whether anything moved.
func (l *scroller) step(ctx context.Context, forward bool, steps int) (bool, error) {
	box, err := l.e.await(ctx, l.container)
	if err != nil {
		return false, err
	}
	before := look(l.e.h)
	from, to := l.line(box.Bounds, forward)
	d := time.Duration(min(max(steps, 1), 10_000)) * stepTime
	f := finger(0, from).down().move(to, d)
	if steps > flingSteps {
		f.hold(endPause) // so that nothing is flung past
	}
	if err := l.e.play(ctx, f.up().events); err != nil {
		return false, err
	}
	if err := l.e.settle(ctx, scrollSettle); err != nil {
		return false, err
	}
	return !look(l.e.h).same(before), nil
}

func (l *scroller) line(b ui.Rect, forward bool) (from, to point) {
	cx, cy := b.Center()
	if l.horizontal {
		inset := float64(int(float64(b.Width()) * l.deadZone))
		from, to = point{float64(b.Right) - inset, float64(cy)}, point{float64(b.Left) + inset, float64(cy)}
	} else {
		inset := float64(int(float64(b.Height()) * l.deadZone))
		from, to = point{float64(cx), float64(b.Bottom) - inset}, point{float64(cx), float64(b.Top) + inset}
	}
	if !forward {
		return to, from
	}
	return from, to
}

// childBy finds the item, below the container, that has the text (or the
// description) itself or in something below it.
func (l *scroller) childBy(ctx context.Context, c call) error {
	item, value := c.args[0].(*selector), c.args[1].(string)
	name := "text"
	if c.method == "getChildByDescription" {
		name = "description"
	}
	wanted := newSelector().with(criterion{name: name, text: value})
	if len(c.args) < 3 || c.args[2].(bool) {
		if err := l.into(ctx, newSelector().with(criterion{name: name + "Contains", text: value})); err != nil {
			return err
		}
	}
	box, err := l.e.await(ctx, l.container)
	if err != nil {
		return err
	}
	for _, n := range items(box, item) {
		if wanted.criteria[0].holds(n, n.index) || wanted.oneBelow(n) != nil {
			l.last = n
			return nil
		}
	}
	return noSuchElement()
}

func (l *scroller) childAt(ctx context.Context, item *selector, instance int) error {
	box, err := l.e.await(ctx, l.container)
	if err != nil {
		return err
	}
	found := items(box, item)
	if instance < 0 || instance >= len(found) {
		return noSuchElement()
	}
	l.last = found[instance]
	return nil
}

// items are the nodes below the container that match; nothing is looked for
// inside of a match.
func items(box *node, item *selector) []*node {
	var out []*node
	var walk func(n *node)
	walk = func(n *node) {
		for _, k := range n.kids {
			if !k.Displayed || len(out) >= maxSearchedItems {
				continue
			}
			if item.withInstance(-1).holds(k) {
				out = append(out, k)
				continue
			}
			walk(k)
		}
	}
	walk(box)
	return out
}

func (s *selector) holds(n *node) bool {
	for i := range s.criteria {
		if !s.criteria[i].holds(n, n.index) {
			return false
		}
	}
	return true
}

// shown tells whether the active window has a match now.
func (e *Engine) shown(s *selector) bool { return s.one(look(e.h).active) != nil }

// await returns the match, waiting for it as long as waitForSelectorTimeout
// says.
func (e *Engine) await(ctx context.Context, s *selector) (*node, error) {
	end := e.h.Clock().Now().Add(e.set.duration("waitForSelectorTimeout"))
	for {
		if n := s.one(look(e.h).active); n != nil {
			return n, nil
		}
		left := end.Sub(e.h.Clock().Now())
		if left <= 0 {
			return nil, fail(codeNoSuchElement, "%s", s)
		}
		if err := e.h.Clock().Sleep(ctx, min(left, selectorPoll)); err != nil {
			return nil, err
		}
	}
}
