package uiautomator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"

	"ffscert/drivers/virtual/ui"
)

// Engine is one automation session on a handset: it knows its elements and its
// settings, and carries out one command at a time.
type Engine struct {
	h          ui.Handset
	appPackage string
	turn       chan struct{} // holds the turn
	set        *settings
	cache      *elements
	routes     []route
}

// NewEngine begins a session. appPackage is the package under test, which
// completes bare resource ids; it may be empty.
func NewEngine(h ui.Handset, appPackage string) *Engine {
	e := &Engine{h: h, appPackage: appPackage, turn: make(chan struct{}, 1), set: newSettings(), cache: newElements()}
	e.routes = e.table()
	return e
}

// handler carries out a command. ids are the variable parts of the path.
type handler func(ctx context.Context, ids []string, body []byte) (any, error)

type route struct {
	method  string
	pattern []string // "*" is variable
	do      handler
}

// Command carries out what a client of the server asks for below
// /session/:sessionId: path is such as "/element" or "/element/ID/click", body
// JSON or nothing. It returns a value for JSON. An error is an *[Error] unless
// ctx is done. Commands of several callers wait for one another.
func (e *Engine) Command(ctx context.Context, method, path string, body []byte) (any, error) {
	do, ids := e.match(method, path)
	if do == nil {
		return nil, fail(codeUnknownCommand, "The requested resource could not be found, or a request was received using an HTTP method that is not supported by the mapped resource")
	}
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	value, err := do(ctx, ids, body)
	return value, clean(err)
}

// clean makes an error one that can be answered: nil pointers are no errors.
func clean(err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		if e == nil {
			return nil
		}
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fail(codeUnknownError, "%v", err)
}

func (e *Engine) match(method, path string) (handler, []string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
next:
	for _, r := range e.routes {
		if r.method != method || len(r.pattern) != len(parts) {
			continue
		}
		var ids []string
		for i, p := range r.pattern {
			switch {
			case p == "*":
				id, err := url.PathUnescape(parts[i])
				if err != nil || id == "" {
					continue next
				}
				ids = append(ids, id)
			case p != parts[i]:
				continue next
			}
		}
		return r.do, ids
	}
	return nil, nil
}

// charge lets the time pass that an operation costs on this phone.
func (e *Engine) charge(ctx context.Context, op ui.Operation) error {
	if d := e.h.Latency(op); d > 0 {
		return e.h.Clock().Sleep(ctx, d)
	}
	return ctx.Err()
}

// waitIdle waits until the screen is idle, for waitForIdleTimeout at most.
func (e *Engine) waitIdle(ctx context.Context) error {
	return e.settle(ctx, e.set.duration("waitForIdleTimeout"))
}

// decode reads a body into v. Unknown keys are passed over, as the server does.
func decode(body []byte, v any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(v); err != nil {
		return fail(codeInvalidArgument, "The arguments passed to the command are either invalid or malformed: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fail(codeInvalidArgument, "The arguments passed to the command are either invalid or malformed")
	}
	return nil
}

// table lists the server's routes, without /session/:sessionId.
func (e *Engine) table() []route {
	var out []route
	add := func(method, pattern string, do handler) {
		out = append(out, route{method, strings.Split(strings.Trim(pattern, "/"), "/"), do})
	}
	get := func(pattern string, do handler) { add("GET", pattern, do) }
	post := func(pattern string, do handler) { add("POST", pattern, do) }

	post("/element", e.findOne)
	post("/elements", e.findAll)
	get("/element/active", e.activeElement)
	post("/element/*/element", e.findOneBelow)
	post("/element/*/elements", e.findAllBelow)
	post("/element/*/click", e.clickElement)
	post("/element/*/clear", e.clearElement)
	post("/element/*/value", e.typeText)
	post("/keys", e.typeText)
	get("/element/*/text", e.onNode(func(n *node) (any, error) { return n.Text, nil }))
	get("/element/*/name", e.onNode(func(n *node) (any, error) { return orNull(n.ContentDesc), nil }))
	get("/element/*/rect", e.onNode(func(n *node) (any, error) { return rectOf(n), nil }))
	get("/element/*/size", e.onNode(func(n *node) (any, error) {
		return map[string]int{"width": n.Bounds.Width(), "height": n.Bounds.Height()}, nil
	}))
	get("/element/*/location", e.onNode(func(n *node) (any, error) {
		return map[string]int{"x": n.Bounds.Left, "y": n.Bounds.Top}, nil
	}))
	get("/element/*/attribute/*", e.readAttribute)
	get("/element/*/screenshot", e.elementScreenshot)
	get("/screenshot/*", e.elementScreenshot)
	get("/appium/element/*/first_visible", e.firstVisible)
	post("/appium/element/*/scroll_to/*", e.scrollBackTo)

	get("/source", e.source)
	get("/screenshot", e.screenshot)
	post("/actions", e.actions)
	post("/back", e.back)
	post("/appium/device/press_keycode", e.pressKey(false))
	post("/appium/device/long_press_keycode", e.pressKey(true))

	post("/appium/gestures/click", e.gestureClick)
	post("/appium/gestures/double_click", e.gestureDoubleClick)
	post("/appium/gestures/long_click", e.gestureLongClick)
	post("/appium/gestures/drag", e.gestureDrag)
	post("/appium/gestures/swipe", e.gestureSwipe)
	post("/appium/gestures/scroll", e.gestureScroll)
	post("/appium/gestures/fling", e.gestureFling)
	post("/appium/gestures/pinch_open", e.gesturePinch(true))
	post("/appium/gestures/pinch_close", e.gesturePinch(false))
	post("/gestures/scroll_to", e.scrollTo)

	get("/alert/text", e.alertText)
	post("/alert/accept", e.answerAlert(true))
	post("/alert/dismiss", e.answerAlert(false))

	e.deviceRoutes(get, post)
	return out
}
