package uiautomator

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"ffscert/drivers/virtual/ui"
)

// W3C actions. As on the server, every input source has a time line of its
// own: a pause or a move delays what comes after it in the same source only.
// Source: W3C WebDriver, "Actions"; the server's ActionsTokenizer.

// Bounds of one request.
const (
	maxSources = 20
	maxActions = 5000
	maxTotal   = time.Hour
)

type actionSource struct {
	Type       string `json:"type"`
	ID         string `json:"id"`
	Parameters struct {
		PointerType string `json:"pointerType"`
	} `json:"parameters"`
	Actions []actionItem `json:"actions"`
}

type actionItem struct {
	Type     string          `json:"type"`
	Duration *float64        `json:"duration"` // ms
	X        *float64        `json:"x"`
	Y        *float64        `json:"y"`
	Origin   json.RawMessage `json:"origin"`
	Value    string          `json:"value"`
}

func (e *Engine) actions(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Actions []actionSource `json:"actions"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if len(in.Actions) == 0 {
		return nil, fail(codeInvalidArgument, "Actions list cannot be empty")
	}
	if len(in.Actions) > maxSources {
		return nil, fail(codeInvalidArgument, "No more than %d input sources are supported", maxSources)
	}
	if err := e.charge(ctx, ui.OpAction); err != nil {
		return nil, err
	}
	var events []event
	seen := map[string]bool{}
	pointers := 0
	for _, src := range in.Actions {
		switch {
		case src.ID == "":
			return nil, fail(codeInvalidArgument, "All actions must have the id key set")
		case seen[src.ID]:
			return nil, fail(codeInvalidArgument, "The action id '%s' has one one or more duplicates", clip(src.ID))
		case len(src.Actions) > maxActions:
			return nil, fail(codeInvalidArgument, "'%s' action has more than %d items", clip(src.ID), maxActions)
		}
		seen[src.ID] = true
		var evs []event
		var err error
		switch src.Type {
		case "pointer":
			evs, err = e.pointerSource(ctx, src, pointers)
			pointers++
		case "key":
			evs, err = e.keySource(src)
		case "none":
			evs, err = noneSource(src)
		default:
			err = fail(codeInvalidArgument, "Only [none, pointer, key] values are supported for type key. '%s' is passed instead for action '%s'", clip(src.Type), clip(src.ID))
		}
		if err != nil {
			return nil, err
		}
		events = append(events, evs...)
	}
	return nil, e.play(ctx, events)
}

// lasts is the time of a pause or move. A move without a duration is a jump.
func (it actionItem) lasts(src actionSource, so time.Duration) (time.Duration, error) {
	if it.Duration == nil {
		return 0, nil
	}
	if *it.Duration < 0 {
		return 0, fail(codeInvalidArgument, "duration key cannot be negative for action item '%s' of action with id '%s'", clip(it.Type), clip(src.ID))
	}
	if *it.Duration > float64(maxTotal/time.Millisecond) || so+time.Duration(*it.Duration)*time.Millisecond > maxTotal {
		return 0, fail(codeInvalidArgument, "the action with id '%s' takes longer than %s", clip(src.ID), maxTotal)
	}
	return time.Duration(*it.Duration * float64(time.Millisecond)), nil
}

func unexpected(src actionSource, it actionItem, allowed string) *Error {
	return fail(codeInvalidArgument, "Only [%s] item type values are supported for action type '%s'. '%s' is passed instead for action '%s'",
		allowed, src.Type, clip(it.Type), clip(src.ID))
}

func (e *Engine) pointerSource(ctx context.Context, src actionSource, id int) ([]event, error) {
	if t := src.Parameters.PointerType; t != "" && !slices.Contains([]string{"mouse", "pen", "touch"}, t) {
		return nil, fail(codeInvalidArgument, "Only [mouse, pen, touch] values are supported for pointerType key. '%s' is passed instead for action '%s'", clip(t), clip(src.ID))
	}
	f := finger(id, point{})
	placed, down := false, false
	for i, it := range src.Actions {
		if it.Type == "pointerMove" && i+1 < len(src.Actions) && src.Actions[i+1].Type == "pointerCancel" {
			continue // a cancel undoes the item before it
		}
		switch it.Type {
		case "pause":
			d, err := it.lasts(src, f.now)
			if err != nil {
				return nil, err
			}
			f.hold(d)
		case "pointerMove":
			d, err := it.lasts(src, f.now)
			if err != nil {
				return nil, err
			}
			to, err := e.target(ctx, src, it, f.at, placed)
			if err != nil {
				return nil, err
			}
			placed = true
			if down {
				f.move(to, d)
			} else {
				// A finger in the air moves without being seen.
				f.hold(d).at = to
			}
		case "pointerDown":
			switch {
			case !placed:
				return nil, fail(codeInvalidArgument, "Action item pointerDown of the action '%s' should be preceded with at least one item having absolute coordinates", clip(src.ID))
			case down:
				return nil, fail(codeInvalidArgument, "You cannot perform two or more 'pointerDown' actions without a pause between them at %dms in '%s' chain", f.now.Milliseconds(), clip(src.ID))
			}
			f.down()
			down = true
		case "pointerUp":
			if down {
				f.up()
			}
			down = false
		case "pointerCancel":
			if down {
				f.put(ui.PointerCancel)
			}
			down = false
		default:
			return nil, unexpected(src, it, "pause, pointerDown, pointerUp, pointerMove, pointerCancel")
		}
	}
	if down {
		// No finger can stay on the screen after the request, as there is
		// nothing on the server that would remember it.
		f.put(ui.PointerCancel)
	}
	return f.events, nil
}

// target is where a pointerMove goes.
func (e *Engine) target(ctx context.Context, src actionSource, it actionItem, from point, placed bool) (point, error) {
	var dx, dy float64
	if it.X != nil {
		dx = *it.X
	}
	if it.Y != nil {
		dy = *it.Y
	}
	var origin string
	if len(it.Origin) == 0 || string(it.Origin) == "null" {
		origin = "viewport"
	} else if json.Unmarshal(it.Origin, &origin) != nil {
		origin = ""
	}
	switch origin {
	case "viewport":
		if it.X == nil || it.Y == nil {
			return point{}, fail(codeInvalidArgument, "Both coordinates must be be set for action item '%s' of action '%s'", it.Type, clip(src.ID))
		}
		return point{dx, dy}, nil
	case "pointer":
		if !placed {
			return point{}, fail(codeInvalidArgument, "The first item of the action '%s' must only use absolute coordinates", clip(src.ID))
		}
		return from.add(dx, dy), nil
	}
	var ref elementRef
	if err := json.Unmarshal(it.Origin, &ref); err != nil || ref == "" {
		return point{}, fail(codeInvalidArgument, "An unknown element '%s' is set for action item '%s' of action '%s'", clip(string(it.Origin)), it.Type, clip(src.ID))
	}
	n, err := e.element(ctx, string(ref))
	if err != nil {
		return point{}, err
	}
	if n.Bounds.Empty() {
		return point{}, fail(codeInvalidArgument, "The element with id '%s' has zero width/height in the action item '%s' of action '%s'", clip(string(ref)), it.Type, clip(src.ID))
	}
	x, y := n.Bounds.Center()
	return point{float64(x), float64(y)}.add(dx, dy), nil
}

func noneSource(src actionSource) ([]event, error) {
	var now time.Duration
	for _, it := range src.Actions {
		if it.Type != "pause" {
			return nil, unexpected(src, it, "pause")
		}
		d, err := it.lasts(src, now)
		if err != nil {
			return nil, err
		}
		now += d
	}
	return []event{{at: now, do: func() {}}}, nil
}

// keySource types: what can be printed goes into the focused field, the rest
// is a key of the phone.
func (e *Engine) keySource(src actionSource) ([]event, error) {
	var events []event
	var now time.Duration
	meta := 0
	for _, it := range src.Actions {
		switch it.Type {
		case "pause":
			d, err := it.lasts(src, now)
			if err != nil {
				return nil, err
			}
			now += d
			events = append(events, event{at: now, do: func() {}})
		case "keyDown", "keyUp":
			r := []rune(it.Value)
			if len(r) != 1 {
				return nil, fail(codeInvalidArgument, "value key must be one character for action item '%s' of action with id '%s'", it.Type, clip(src.ID))
			}
			if bit := metaBit(r[0]); bit != 0 {
				if it.Type == "keyDown" {
					meta |= bit
				} else {
					meta &^= bit
				}
				continue
			}
			if it.Type == "keyDown" {
				state := meta
				events = append(events, event{at: now, do: func() { e.typeRune(r[0], state) }})
			}
		default:
			return nil, unexpected(src, it, "pause, keyDown, keyUp")
		}
	}
	return events, nil
}

func (e *Engine) typeRune(r rune, meta int) {
	if code, ok := keyOf(r); ok {
		e.h.Key(code, meta, false)
		return
	}
	if meta&metaShiftOn != 0 {
		r = []rune(strings.ToUpper(string(r)))[0]
	}
	if n := e.focused(); n != nil {
		e.h.SetText(n.Key, string(r), false)
	}
}
