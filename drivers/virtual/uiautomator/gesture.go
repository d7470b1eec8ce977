package uiautomator

import (
	"context"
	"math"
	"slices"
	"time"

	"ffscert/drivers/virtual/ui"
)

// Times and speeds of gestures. Speeds are in density-independent pixels per
// second, as in androidx.test.uiautomator.UiObject2.
const (
	tapTime       = 20 * time.Millisecond
	doubleTapGap  = 150 * time.Millisecond // half of Android's double-tap timeout
	longPressTime = 500 * time.Millisecond
	endPause      = 250 * time.Millisecond // a scroll holds still before it lets go, or it would fling

	swipeSpeed  = 5000
	scrollSpeed = 5000
	flingSpeed  = 7500
	dragSpeed   = 2500
	pinchSpeed  = 2500

	scrollSettle = time.Second
	flingSettle  = 5 * time.Second

	gestureMargin = 5 // pixels that UiObject2 keeps from an element's edge

	frame     = 16 * time.Millisecond // between two moves of a finger
	maxFrames = 120                   // of one move; longer ones have fewer per second
)

type point struct{ x, y float64 }

func (p point) add(dx, dy float64) point { return point{p.x + dx, p.y + dy} }

func (p point) distance(o point) float64 { return math.Hypot(p.x-o.x, p.y-o.y) }

// event is something done to the phone at a time after the gesture began: one
// pointer event, or do if that is set.
type event struct {
	at   time.Duration
	kind ui.PointerKind
	id   int
	p    point
	do   func()
}

// stroke is the way of one finger.
type stroke struct {
	events []event
	id     int
	now    time.Duration
	at     point
}

func finger(id int, at point) *stroke { return &stroke{id: id, at: at} }

func (s *stroke) put(k ui.PointerKind) *stroke {
	s.events = append(s.events, event{at: s.now, kind: k, id: s.id, p: s.at})
	return s
}

func (s *stroke) down() *stroke { return s.put(ui.PointerDown) }
func (s *stroke) up() *stroke   { return s.put(ui.PointerUp) }

func (s *stroke) hold(d time.Duration) *stroke {
	s.now += d
	return s
}

// move goes in a straight line; without a duration it jumps.
func (s *stroke) move(to point, d time.Duration) *stroke {
	from, began := s.at, s.now
	step := max(frame, d/maxFrames)
	for t := step; t < d; t += step {
		f := float64(t) / float64(d)
		s.now, s.at = began+t, point{from.x + (to.x-from.x)*f, from.y + (to.y-from.y)*f}
		s.put(ui.PointerMove)
	}
	s.now, s.at = began+d, to
	return s.put(ui.PointerMove)
}

// play does the events at their times on the handset's clock. If it is cut
// short, no finger stays on the screen.
func (e *Engine) play(ctx context.Context, events []event) error {
	slices.SortStableFunc(events, func(a, b event) int { return int(a.at - b.at) })
	var now time.Duration
	touching := map[int]ui.Pointer{}
	defer func() {
		for _, p := range touching {
			p.Kind = ui.PointerCancel
			e.h.Touch(p)
		}
	}()
	for _, ev := range events {
		if ev.at > now {
			if err := e.h.Clock().Sleep(ctx, ev.at-now); err != nil {
				return err
			}
			now = ev.at
		}
		if ev.do != nil {
			ev.do()
			continue
		}
		p := ui.Pointer{Kind: ev.kind, ID: ev.id, X: int(math.Round(ev.p.x)), Y: int(math.Round(ev.p.y))}
		switch ev.kind {
		case ui.PointerUp, ui.PointerCancel:
			delete(touching, ev.id)
		default:
			touching[ev.id] = p
		}
		e.h.Touch(p)
	}
	return nil
}

func (e *Engine) tap(ctx context.Context, at point, d time.Duration) error {
	return e.play(ctx, finger(0, at).down().hold(d).up().events)
}

// speed is pixels per second: what was asked for, or the default.
func (e *Engine) speed(asked *float64, dips float64) (float64, *Error) {
	if asked == nil {
		return dips * float64(e.h.Density()) / 160, nil
	}
	if *asked < 0 || math.IsNaN(*asked) {
		return 0, fail(codeInvalidArgument, "Speed cannot be negative")
	}
	return *asked, nil
}

func travel(a, b point, speed float64) time.Duration {
	if speed < 1 {
		speed = 1
	}
	// An hour is longer than anybody waits for a gesture.
	return time.Duration(min(a.distance(b)/speed, 3600) * float64(time.Second))
}

// direction is where the content goes or the finger moves.
type direction string

const (
	left  direction = "left"
	right direction = "right"
	up    direction = "up"
	down  direction = "down"
)

func (d direction) reverse() direction {
	return map[direction]direction{left: right, right: left, up: down, down: up}[d]
}

// swipeLine is the way of a finger across part of an area.
func swipeLine(a ui.Rect, d direction, percent float64) (from, to point) {
	cx, cy := a.Center()
	x, y := float64(cx), float64(cy)
	w, h := float64(a.Width())*percent, float64(a.Height())*percent
	switch d {
	case left:
		from = point{float64(a.Right), y}
		return from, from.add(-w, 0)
	case right:
		from = point{float64(a.Left), y}
		return from, from.add(w, 0)
	case up:
		from = point{x, float64(a.Bottom)}
		return from, from.add(0, -h)
	}
	from = point{x, float64(a.Top)}
	return from, from.add(0, h)
}

func (e *Engine) swipe(ctx context.Context, area ui.Rect, d direction, percent, speed float64, pause time.Duration) error {
	from, to := swipeLine(area, d, percent)
	return e.play(ctx, finger(0, from).down().move(to, travel(from, to, speed)).hold(pause).up().events)
}

// scroll moves the content by percent of the area, in whole areas at a time.
// It tells whether something moved each time, and so more may be there: the
// tree does not say where an end is before it is reached.
func (e *Engine) scroll(ctx context.Context, area ui.Rect, d direction, percent, speed float64) (more bool, err error) {
	for ; percent > 0; percent-- {
		before := look(e.h)
		if err := e.swipe(ctx, area, d.reverse(), min(percent, 1), speed, endPause); err != nil {
			return false, err
		}
		if err := e.settle(ctx, scrollSettle); err != nil {
			return false, err
		}
		if look(e.h).same(before) {
			return false, nil
		}
	}
	return true, nil
}

func (e *Engine) fling(ctx context.Context, area ui.Rect, d direction, speed float64) (more bool, err error) {
	before := look(e.h)
	if err := e.swipe(ctx, area, d.reverse(), 1, speed, 0); err != nil {
		return false, err
	}
	if err := e.settle(ctx, flingSettle); err != nil {
		return false, err
	}
	return !look(e.h).same(before), nil
}

// pinch moves two fingers on the diagonal of an area, towards each other or
// apart, over percent of the way.
func (e *Engine) pinch(ctx context.Context, area ui.Rect, open bool, percent, speed float64) error {
	cx, cy := area.Center()
	centre := point{float64(cx), float64(cy)}
	corner := point{float64(area.Right), float64(area.Top)}
	dx, dy := (corner.x-centre.x)*percent, (corner.y-centre.y)*percent
	var events []event
	for id, sign := range []float64{1, -1} {
		outer := centre.add((corner.x-centre.x)*sign, (corner.y-centre.y)*sign)
		inner := outer.add(-dx*sign, -dy*sign)
		if open {
			// Opening starts near the middle and goes as far as closing does.
			inner, outer = centre.add(dx*sign*0.1, dy*sign*0.1), centre.add(dx*sign, dy*sign)
			events = append(events, finger(id, inner).down().move(outer, travel(inner, outer, speed)).up().events...)
			continue
		}
		events = append(events, finger(id, outer).down().move(inner, travel(outer, inner, speed)).up().events...)
	}
	return e.play(ctx, events)
}

// settle waits until the screen stops moving by itself, for at most d.
func (e *Engine) settle(ctx context.Context, d time.Duration) error {
	for d > 0 {
		busy := min(e.h.IdleIn(), d)
		if busy <= 0 {
			break
		}
		if err := e.h.Clock().Sleep(ctx, busy); err != nil {
			return err
		}
		d -= busy
	}
	return ctx.Err()
}
