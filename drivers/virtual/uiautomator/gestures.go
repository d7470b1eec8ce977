package uiautomator

import (
	"context"
	"strings"
	"time"

	"ffscert/drivers/virtual/ui"
)

// gesture is the body of the gesture routes; each uses what it needs.
type gesture struct {
	Origin    *elementRef `json:"origin"`
	Offset    *xy         `json:"offset"`
	Start     *xy         `json:"start"`
	End       *xy         `json:"end"`
	Area      *area       `json:"area"`
	Direction string      `json:"direction"`
	Percent   *float64    `json:"percent"`
	Speed     *float64    `json:"speed"`
	Duration  *float64    `json:"duration"` // ms
}

type xy struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

type area struct {
	Left   float64 `json:"left"`
	Top    float64 `json:"top"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// gestureOf reads a body and returns the element that it names, if any.
func (e *Engine) gestureOf(ctx context.Context, body []byte) (gesture, *node, error) {
	var g gesture
	if err := decode(body, &g); err != nil {
		return g, nil, err
	}
	if err := e.charge(ctx, ui.OpAction); err != nil {
		return g, nil, err
	}
	if g.Origin == nil || *g.Origin == "" {
		return g, nil, nil
	}
	n, err := e.element(ctx, string(*g.Origin))
	return g, n, err
}

// spot is the point that a click gesture means: an offset from the element's
// top left corner or from the screen's, or the element's middle.
func (g gesture) spot(n *node) (point, error) {
	switch {
	case n == nil && g.Offset == nil:
		return point{}, fail(codeInvalidArgument, "Click offset coordinates must be provided if element is not set")
	case n == nil:
		return point{g.Offset.X, g.Offset.Y}, nil
	case g.Offset == nil:
		return centre(n)
	}
	return point{float64(n.Bounds.Left), float64(n.Bounds.Top)}.add(g.Offset.X, g.Offset.Y), nil
}

func (e *Engine) gestureClick(ctx context.Context, _ []string, body []byte) (any, error) {
	return nil, e.pressGesture(ctx, body, func(at point, _ gesture) error { return e.tap(ctx, at, tapTime) })
}

func (e *Engine) gestureDoubleClick(ctx context.Context, _ []string, body []byte) (any, error) {
	return nil, e.pressGesture(ctx, body, func(at point, _ gesture) error {
		return e.play(ctx, finger(0, at).down().hold(tapTime).up().hold(doubleTapGap).down().hold(tapTime).up().events)
	})
}

func (e *Engine) gestureLongClick(ctx context.Context, _ []string, body []byte) (any, error) {
	return nil, e.pressGesture(ctx, body, func(at point, g gesture) error {
		d := longPressTime
		if g.Duration != nil {
			if *g.Duration < 0 || *g.Duration > 3_600_000 {
				return fail(codeInvalidArgument, "Long click duration cannot be negative or longer than an hour")
			}
			d = time.Duration(*g.Duration * float64(time.Millisecond))
		}
		// What is injected arrives a moment later than asked for, on a real phone too.
		return e.tap(ctx, at, d+tapTime)
	})
}

func (e *Engine) pressGesture(ctx context.Context, body []byte, press func(point, gesture) error) error {
	g, n, err := e.gestureOf(ctx, body)
	if err != nil {
		return err
	}
	at, err := g.spot(n)
	if err != nil {
		return err
	}
	return press(at, g)
}

func (e *Engine) gestureDrag(ctx context.Context, _ []string, body []byte) (any, error) {
	g, n, err := e.gestureOf(ctx, body)
	if err != nil {
		return nil, err
	}
	if g.End == nil {
		return nil, fail(codeInvalidArgument, "End coordinates must be provided")
	}
	var from point
	switch {
	case g.Start != nil && n != nil:
		from = point{float64(n.Bounds.Left) + g.Start.X, float64(n.Bounds.Top) + g.Start.Y}
	case g.Start != nil:
		from = point{g.Start.X, g.Start.Y}
	case n != nil:
		if from, err = centre(n); err != nil {
			return nil, err
		}
	default:
		return nil, fail(codeInvalidArgument, "Start coordinates must be provided if element is not set")
	}
	speed, serr := e.speed(g.Speed, dragSpeed)
	if serr != nil {
		return nil, serr
	}
	to := point{g.End.X, g.End.Y}
	// A drag picks up what it drags by pressing long.
	return nil, e.play(ctx, finger(0, from).down().hold(longPressTime+tapTime).move(to, travel(from, to, speed)).hold(endPause).up().events)
}

// field is where a moving gesture takes place: the element without its margin,
// or the area that was given.
func (g gesture) field(n *node) (ui.Rect, error) {
	if n != nil {
		b := n.Bounds
		if b.Empty() {
			return b, fail(codeInvalidState, "The element has no visible area on the screen")
		}
		in := ui.Rect{Left: b.Left + gestureMargin, Top: b.Top + gestureMargin, Right: b.Right - gestureMargin, Bottom: b.Bottom - gestureMargin}
		if in.Empty() {
			return b, nil
		}
		return in, nil
	}
	if g.Area == nil {
		return ui.Rect{}, fail(codeInvalidArgument, "Gesture area must be provided if element is not set")
	}
	a := g.Area
	const far = 1e6
	if a.Width < 0 || a.Height < 0 || max(a.Left, a.Top, a.Width, a.Height) > far || min(a.Left, a.Top) < -far {
		return ui.Rect{}, fail(codeInvalidArgument, "Gesture area is not on the screen")
	}
	return ui.Rect{Left: int(a.Left), Top: int(a.Top), Right: int(a.Left + a.Width), Bottom: int(a.Top + a.Height)}, nil
}

func (g gesture) where() (direction, error) {
	switch d := direction(strings.ToLower(g.Direction)); d {
	case left, right, up, down:
		return d, nil
	}
	return "", fail(codeInvalidArgument, "Unknown gesture direction '%s'. It must be one of [up, down, left, right]", clip(g.Direction))
}

// part is the percentage of the area; 1 is all of it.
func (g gesture) part(most float64) (float64, error) {
	if g.Percent == nil {
		return 0, fail(codeInvalidArgument, "Percent must be provided")
	}
	if p := *g.Percent; p >= 0 && p <= most {
		return p, nil
	}
	if most == 1 {
		return 0, fail(codeInvalidArgument, "Percent must be between 0.0f and 1.0f")
	}
	return 0, fail(codeInvalidArgument, "Percent must be greater than 0.0f and at most %g", most)
}

// moving are the parts that swipe, scroll and fling share.
func (e *Engine) moving(ctx context.Context, body []byte, dips float64) (g gesture, field ui.Rect, d direction, speed float64, err error) {
	g, n, err := e.gestureOf(ctx, body)
	if err != nil {
		return
	}
	if field, err = g.field(n); err != nil {
		return
	}
	if d, err = g.where(); err != nil {
		return
	}
	speed, serr := e.speed(g.Speed, dips)
	if serr != nil {
		err = serr
	}
	return
}

func (e *Engine) gestureSwipe(ctx context.Context, _ []string, body []byte) (any, error) {
	g, field, d, speed, err := e.moving(ctx, body, swipeSpeed)
	if err != nil {
		return nil, err
	}
	part, err := g.part(1)
	if err != nil {
		return nil, err
	}
	return nil, e.swipe(ctx, field, d, part, speed, 0)
}

// maxAreas is how many areas one scroll may be long.
const maxAreas = 100

func (e *Engine) gestureScroll(ctx context.Context, _ []string, body []byte) (any, error) {
	g, field, d, speed, err := e.moving(ctx, body, scrollSpeed)
	if err != nil {
		return nil, err
	}
	part, err := g.part(maxAreas)
	if err != nil {
		return nil, err
	}
	return value(e.scroll(ctx, field, d, part, speed))
}

// minFling is Android's least fling velocity, in density-independent pixels
// per second.
const minFling = 50

func (e *Engine) gestureFling(ctx context.Context, _ []string, body []byte) (any, error) {
	_, field, d, speed, err := e.moving(ctx, body, flingSpeed)
	if err != nil {
		return nil, err
	}
	if least := minFling * float64(e.h.Density()) / 160; speed < least {
		return nil, fail(codeInvalidArgument, "Speed %g is less than the minimum fling velocity %g", speed, least)
	}
	return value(e.fling(ctx, field, d, speed))
}

func value(v any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (e *Engine) gesturePinch(open bool) handler {
	return func(ctx context.Context, _ []string, body []byte) (any, error) {
		g, n, err := e.gestureOf(ctx, body)
		if err != nil {
			return nil, err
		}
		field, err := g.field(n)
		if err != nil {
			return nil, err
		}
		part, err := g.part(1)
		if err != nil {
			return nil, err
		}
		speed, serr := e.speed(g.Speed, pinchSpeed)
		if serr != nil {
			return nil, serr
		}
		return nil, e.pinch(ctx, field, open, part, speed)
	}
}

// scrollTo is "mobile: scroll": it scrolls the first scrollable view until an
// element is there.
func (e *Engine) scrollTo(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Origin *elementRef `json:"origin"`
		Params struct {
			Strategy  string   `json:"strategy"`
			Selector  string   `json:"selector"`
			MaxSwipes *flexInt `json:"maxSwipes"`
		} `json:"params"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if err := e.charge(ctx, ui.OpFind); err != nil {
		return nil, err
	}
	var target *selector
	switch in.Params.Strategy {
	case "accessibility id":
		target = newSelector().with(criterion{name: "description", text: in.Params.Selector})
	case "class name":
		target = newSelector().with(criterion{name: "className", text: in.Params.Selector})
	case "-android uiautomator":
		statements, err := parseUiAutomator(in.Params.Selector)
		if err != nil {
			return nil, err
		}
		s, _, eerr := e.evaluate(ctx, statements[0])
		if eerr != nil {
			return nil, eerr
		}
		target = s
	default:
		return nil, fail(codeInvalidArgument, "Unsupported strategy: '%s'. The only supported strategies are: [accessibility id, class name, -android uiautomator].", clip(in.Params.Strategy))
	}
	l := &scroller{e: e, container: newSelector().with(criterion{name: "scrollable", flag: true}), swipes: defaultSwipes, deadZone: defaultDeadZone}
	if in.Params.MaxSwipes != nil {
		l.swipes = int(*in.Params.MaxSwipes)
	}
	if in.Origin != nil && *in.Origin != "" {
		n, err := e.element(ctx, string(*in.Origin))
		if err != nil {
			return nil, err
		}
		l.container = exactly(n)
	}
	if err := l.reach(ctx, target); err != nil {
		return nil, err
	}
	if !e.shown(target) {
		return nil, noSuchElement()
	}
	return nil, nil
}

// exactly is a selector that describes a node by what it is, as the server
// does where it needs one for a node.
func exactly(n *node) *selector {
	s := newSelector()
	text := func(name, v string) {
		if v != "" {
			s = s.with(criterion{name: name, text: v})
		}
	}
	text("className", n.Class)
	text("packageName", n.Package)
	text("resourceId", n.ResourceID)
	text("description", n.ContentDesc)
	text("text", n.Text)
	s = s.with(criterion{name: "scrollable", flag: n.Scrollable})
	return s.with(criterion{name: "index", num: n.index})
}

// scrollBackTo drags from one element to another, the old way to scroll.
func (e *Engine) scrollBackTo(ctx context.Context, ids []string, _ []byte) (any, error) {
	a, err := e.acting(ctx, ids[0])
	if err != nil {
		return nil, err
	}
	b, err := e.element(ctx, ids[1])
	if err != nil {
		return nil, err
	}
	from, err := centre(a)
	if err != nil {
		return nil, err
	}
	to, err := centre(b)
	if err != nil {
		return nil, err
	}
	return nil, e.play(ctx, finger(0, from).down().move(to, scrollSteps*stepTime).hold(endPause).up().events)
}
