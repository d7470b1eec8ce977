package uiautomator

import (
	"context"
	"strings"

	"ffscert/drivers/virtual/ui"
)

func (e *Engine) findOne(ctx context.Context, _ []string, body []byte) (any, error) {
	var q query
	if err := decode(body, &q); err != nil {
		return nil, err
	}
	return e.one(ctx, q)
}

func (e *Engine) findOneBelow(ctx context.Context, ids []string, body []byte) (any, error) {
	var q query
	if err := decode(body, &q); err != nil {
		return nil, err
	}
	q.Context = ids[0]
	return e.one(ctx, q)
}

func (e *Engine) one(ctx context.Context, q query) (any, error) {
	found, err := e.locate(ctx, q, false)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, noSuchElement()
	}
	q = q.native()
	return e.model(found[0].n, found[0].selector, &q), nil
}

func (e *Engine) findAll(ctx context.Context, _ []string, body []byte) (any, error) {
	var q query
	if err := decode(body, &q); err != nil {
		return nil, err
	}
	return e.many(ctx, q)
}

func (e *Engine) findAllBelow(ctx context.Context, ids []string, body []byte) (any, error) {
	var q query
	if err := decode(body, &q); err != nil {
		return nil, err
	}
	q.Context = ids[0]
	return e.many(ctx, q)
}

func (e *Engine) many(ctx context.Context, q query) (any, error) {
	found, err := e.locate(ctx, q, true)
	if err != nil {
		if isCode(err, codeNoSuchElement) && q.Strategy == "-android uiautomator" {
			// A statement that finds nothing adds nothing.
			return []any{}, nil
		}
		return nil, err
	}
	out := make([]any, len(found))
	for i, m := range found {
		out[i] = e.model(m.n, nil, nil)
	}
	return out, nil
}

func isCode(err error, code string) bool {
	e, ok := err.(*Error)
	return ok && e != nil && e.Code == code
}

func (e *Engine) activeElement(ctx context.Context, _ []string, _ []byte) (any, error) {
	if err := e.charge(ctx, ui.OpFind); err != nil {
		return nil, err
	}
	n := e.focused()
	if n == nil {
		return nil, noSuchElement()
	}
	return e.model(n, nil, nil), nil
}

func (e *Engine) focused() *node {
	for _, w := range look(e.h).everywhere() {
		if n := w.first(func(n *node) bool { return n.Focused }); n != nil {
			return n
		}
	}
	return nil
}

// onNode is a handler that reads something of an element.
func (e *Engine) onNode(read func(*node) (any, error)) handler {
	return func(ctx context.Context, ids []string, _ []byte) (any, error) {
		if err := e.charge(ctx, ui.OpAttribute); err != nil {
			return nil, err
		}
		n, err := e.element(ctx, ids[0])
		if err != nil {
			return nil, err
		}
		return read(n)
	}
}

func (e *Engine) readAttribute(ctx context.Context, ids []string, _ []byte) (any, error) {
	return e.onNode(func(n *node) (any, error) { return e.attribute(n, ids[1]) })(ctx, ids, nil)
}

// acting charges for an action and returns the element that it is done to.
func (e *Engine) acting(ctx context.Context, id string) (*node, error) {
	if err := e.charge(ctx, ui.OpAction); err != nil {
		return nil, err
	}
	return e.element(ctx, id)
}

// centre is the point that a click on an element touches.
func centre(n *node) (point, error) {
	if n.Bounds.Empty() {
		return point{}, fail(codeInvalidState, "The element has no visible area on the screen")
	}
	x, y := n.Bounds.Center()
	return point{float64(x), float64(y)}, nil
}

func (e *Engine) clickElement(ctx context.Context, ids []string, _ []byte) (any, error) {
	n, err := e.acting(ctx, ids[0])
	if err != nil {
		return nil, err
	}
	at, err := centre(n)
	if err != nil {
		return nil, err
	}
	if err := e.tap(ctx, at, tapTime); err != nil {
		return nil, err
	}
	return nil, e.waitIdle(ctx)
}

func (e *Engine) clearElement(ctx context.Context, ids []string, _ []byte) (any, error) {
	n, err := e.acting(ctx, ids[0])
	if err != nil {
		return nil, err
	}
	// What cannot be edited is left alone without an error, as UiObject2.clear does.
	e.h.SetText(n.Key, "", true)
	return nil, nil
}

func (e *Engine) typeText(ctx context.Context, ids []string, body []byte) (any, error) {
	var in struct {
		ElementID string   `json:"elementId"`
		Text      *string  `json:"text"`
		Replace   flexBool `json:"replace"`
		Value     flexText `json:"value"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	text := string(in.Value)
	if in.Text != nil {
		text = *in.Text
	}
	if len(ids) > 0 {
		in.ElementID = ids[0]
	}
	var n *node
	if in.ElementID != "" {
		var err error
		if n, err = e.acting(ctx, in.ElementID); err != nil {
			return nil, err
		}
	} else {
		if err := e.charge(ctx, ui.OpAction); err != nil {
			return nil, err
		}
		if n = e.focused(); n == nil {
			return nil, noSuchElement()
		}
	}
	enter := false
	for _, end := range []string{"\n", `\n`} {
		if t, ok := strings.CutSuffix(text, end); ok {
			text, enter = t, true
			break
		}
	}
	if !e.h.SetText(n.Key, text, bool(in.Replace)) {
		return nil, fail(codeInvalidState, "Cannot set the element to '%s'. Did you interact with the correct element?", clip(text))
	}
	if enter {
		e.h.Key(keyEnter, 0, false)
	}
	return nil, nil
}

func (e *Engine) source(ctx context.Context, _ []string, _ []byte) (any, error) {
	if err := e.charge(ctx, ui.OpSource); err != nil {
		return nil, err
	}
	if err := e.waitIdle(ctx); err != nil {
		return nil, err
	}
	return xmlOf(look(e.h).document(e.set)), nil
}

func (e *Engine) firstVisible(ctx context.Context, ids []string, _ []byte) (any, error) {
	if err := e.charge(ctx, ui.OpFind); err != nil {
		return nil, err
	}
	n, err := e.element(ctx, ids[0])
	if err != nil {
		return nil, err
	}
	for _, k := range n.kids {
		if k.Displayed {
			return e.model(k, nil, nil), nil
		}
	}
	return nil, noSuchElement()
}

func (e *Engine) back(ctx context.Context, _ []string, _ []byte) (any, error) {
	if err := e.charge(ctx, ui.OpAction); err != nil {
		return nil, err
	}
	e.h.Key(keyBack, 0, false)
	return nil, nil
}

func (e *Engine) pressKey(long bool) handler {
	return func(ctx context.Context, _ []string, body []byte) (any, error) {
		var in struct {
			KeyCode   *flexInt `json:"keycode"`
			MetaState flexInt  `json:"metastate"`
		}
		if err := decode(body, &in); err != nil {
			return nil, err
		}
		if in.KeyCode == nil {
			return nil, fail(codeInvalidArgument, "'keycode' is mandatory")
		}
		if err := e.charge(ctx, ui.OpAction); err != nil {
			return nil, err
		}
		e.h.Key(int(*in.KeyCode), int(in.MetaState), long)
		return nil, nil
	}
}
