package uiautomator

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/ui"
)

func elem(id string) map[string]string { return map[string]string{elementKey: id} }

func move(x, y, ms int) map[string]any {
	return map[string]any{"type": "pointerMove", "duration": ms, "x": x, "y": y, "origin": "viewport"}
}

func pause(ms int) map[string]any { return map[string]any{"type": "pause", "duration": ms} }

var (
	press = map[string]any{"type": "pointerDown", "button": 0}
	lift  = map[string]any{"type": "pointerUp", "button": 0}
)

func pointer(id string, items ...map[string]any) map[string]any {
	return map[string]any{"type": "pointer", "id": id, "parameters": map[string]string{"pointerType": "touch"}, "actions": items}
}

func perform(sources ...map[string]any) map[string]any { return map[string]any{"actions": sources} }

func TestActionsTap(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/actions", perform(pointer("f", move(810, 1964, 0), press, pause(50), lift)))
	assert.Equal(t, []string{"Tab, Devices"}, r.h.Clicked())
	tab := r.find("accessibility id", "Tab, Devices")
	to := map[string]any{"type": "pointerMove", "duration": 0, "x": 5, "y": -5, "origin": elem(tab)}
	r.must("POST", "/actions", perform(pointer("f", to, press, lift)))
	touches := r.h.Touches()
	assert.Equal(t, ui.Pointer{Kind: ui.PointerDown, X: 815, Y: 1959}, touches[len(touches)-2].Pointer)
}

func TestActionsSwipeIsInterpolatedInTime(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/actions", perform(pointer("f", move(500, 1500, 0), press, pause(100), move(500, 700, 800), lift)))
	touches := r.h.Touches()
	assert.Equal(t, ui.PointerDown, touches[0].Kind)
	last := touches[len(touches)-1]
	assert.Equal(t, ui.PointerUp, last.Kind)
	assert.Equal(t, 900*time.Millisecond, last.At-touches[0].At)
	moves := touches[1 : len(touches)-1]
	assert.InDelta(t, 50, len(moves), 3, "a move for every frame")
	for _, m := range moves {
		share := float64(m.At-touches[0].At-100*time.Millisecond) / float64(800*time.Millisecond)
		assert.InDelta(t, 1500-800*share, m.Y, 1)
	}
	assert.Equal(t, []string{"Row 4"}, r.all("class name", "android.widget.TextView", "")[:1], "800 pixels are four rows")
}

func TestLongMovesHaveBoundedFrames(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/actions", perform(pointer("f", move(500, 1500, 0), press, move(500, 700, 3_000_000), lift)))
	assert.LessOrEqual(t, len(r.h.Touches()), maxFrames+3)
	assert.LessOrEqual(t, r.h.Time().Sleeps, maxFrames+3)
}

func TestActionsWithTwoFingersAndRelativeMoves(t *testing.T) {
	r := newRig(t)
	by := map[string]any{"type": "pointerMove", "duration": 100, "x": 100, "y": 0, "origin": "pointer"}
	r.must("POST", "/actions", perform(
		pointer("a", move(100, 500, 0), press, by, lift),
		pointer("b", move(900, 500, 0), press, pause(200), lift),
		map[string]any{"type": "none", "id": "n", "actions": []any{pause(300)}}))
	ends := map[int]ui.Pointer{}
	var down int
	for _, e := range r.h.Touches() {
		if e.Kind == ui.PointerDown {
			down++
		}
		if e.Kind == ui.PointerUp {
			ends[e.ID] = e.Pointer
		}
	}
	assert.Equal(t, 2, down)
	assert.Equal(t, 200, ends[0].X)
	assert.Equal(t, 900, ends[1].X)
	assert.Equal(t, 300*time.Millisecond, r.h.Clock().Now().Sub(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
}

func TestActionsLeaveNoFingerBehind(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/actions", perform(pointer("f", move(500, 500, 0), press)))
	touches := r.h.Touches()
	assert.Equal(t, ui.PointerCancel, touches[len(touches)-1].Kind)
	assert.Empty(t, r.h.Clicked())
}

func TestKeyActions(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/element/"+r.find("class name", "android.widget.EditText")+"/click", nil)
	key := func(typ, v string) map[string]any { return map[string]any{"type": typ, "value": v} }
	r.must("POST", "/actions", perform(map[string]any{"type": "key", "id": "k", "actions": []any{
		key("keyDown", "h"), key("keyUp", "h"), key("keyDown", "\uE008"), key("keyDown", "i"), key("keyUp", "i"), key("keyUp", "\uE008"), key("keyDown", "灯"), key("keyDown", "\uE007"),
	}}))
	assert.Equal(t, "hI灯", r.h.Field())
	assert.Equal(t, []string{"66"}, r.h.Keys())
}

func TestBadActions(t *testing.T) {
	r := newRig(t)
	for name, body := range map[string]any{
		"none":             map[string]any{"actions": []any{}},
		"no actions":       map[string]any{},
		"no id":            perform(pointer("", press)),
		"twice the id":     perform(pointer("a", move(1, 1, 0)), pointer("a", move(1, 1, 0))),
		"unplaced":         perform(pointer("a", press, lift)),
		"relative first":   perform(pointer("a", map[string]any{"type": "pointerMove", "x": 1, "y": 1, "origin": "pointer"})),
		"negative time":    perform(pointer("a", move(1, 1, -1))),
		"too long":         perform(pointer("a", pause(math.MaxInt32))),
		"unknown item":     perform(pointer("a", map[string]any{"type": "wave"})),
		"unknown source":   perform(map[string]any{"type": "wheel", "id": "w", "actions": []any{}}),
		"unknown pointer":  perform(map[string]any{"type": "pointer", "id": "w", "parameters": map[string]string{"pointerType": "nose"}}),
		"no coordinates":   perform(pointer("a", map[string]any{"type": "pointerMove"})),
		"odd origin":       perform(pointer("a", map[string]any{"type": "pointerMove", "x": 1, "y": 1, "origin": 7})),
		"key without text": perform(map[string]any{"type": "key", "id": "k", "actions": []any{map[string]any{"type": "keyDown"}}}),
		"down twice":       perform(pointer("a", move(1, 1, 0), press, press)),
	} {
		assert.Equal(t, codeInvalidArgument, r.code("POST", "/actions", body), name)
	}
	assert.Empty(t, r.h.Touches())
	gone := map[string]any{"type": "pointerMove", "x": 1, "y": 1, "origin": elem("none")}
	assert.Equal(t, codeNoSuchElement, r.code("POST", "/actions", perform(pointer("a", gone))))
}

func TestGestures(t *testing.T) {
	r := newRig(t)
	list := elem(r.find("class name", "android.widget.ScrollView"))
	first := func() string { return r.all("class name", "android.widget.TextView", "")[0] }

	assert.Equal(t, true, r.must("POST", "/appium/gestures/scroll", map[string]any{"origin": list, "direction": "down", "percent": 1.0}))
	assert.NotEqual(t, "Row 0", first())
	assert.Equal(t, true, r.must("POST", "/appium/gestures/scroll", map[string]any{"origin": list, "direction": "up", "percent": 1.0}))
	assert.Equal(t, "Row 0", first())
	assert.Equal(t, false, r.must("POST", "/appium/gestures/scroll", map[string]any{"origin": list, "direction": "up", "percent": 1.0}), "nothing moves at the end")
	assert.Equal(t, true, r.must("POST", "/appium/gestures/fling", map[string]any{"origin": list, "direction": "down"}))
	r.must("POST", "/appium/gestures/swipe", map[string]any{"origin": list, "direction": "down", "percent": 1.0})
	assert.Equal(t, "Row 0", first())
	area := map[string]int{"left": 100, "top": 400, "width": 800, "height": 1000}
	r.must("POST", "/appium/gestures/swipe", map[string]any{"area": area, "direction": "up", "percent": 0.4, "speed": 1000})
	assert.Equal(t, "Row 2", first(), "400 pixels are two rows")
	r.must("POST", "/appium/gestures/drag", map[string]any{"origin": list, "end": map[string]int{"x": 540, "y": 1400}})
	assert.Equal(t, "Row 0", first())

	tab := elem(r.find("accessibility id", "Tab, Devices"))
	r.must("POST", "/appium/gestures/click", map[string]any{"origin": tab})
	r.must("POST", "/appium/gestures/click", map[string]any{"offset": map[string]int{"x": 810, "y": 1964}})
	r.must("POST", "/appium/gestures/click", map[string]any{"origin": tab, "offset": map[string]int{"x": 1, "y": 1}})
	r.must("POST", "/appium/gestures/double_click", map[string]any{"origin": tab})
	assert.Len(t, r.h.Clicked(), 5)
	before := len(r.h.Touches())
	r.must("POST", "/appium/gestures/long_click", map[string]any{"origin": tab, "duration": 1500})
	held := r.h.Touches()[before:]
	assert.InDelta(t, 1500*time.Millisecond, held[1].At-held[0].At, float64(50*time.Millisecond))

	before = len(r.h.Touches())
	r.must("POST", "/appium/gestures/pinch_close", map[string]any{"origin": list, "percent": 0.5})
	r.must("POST", "/appium/gestures/pinch_open", map[string]any{"origin": list, "percent": 0.5})
	fingers := map[int]bool{}
	for _, e := range r.h.Touches()[before:] {
		fingers[e.ID] = true
	}
	assert.Len(t, fingers, 2)

	for path, body := range map[string]any{
		"click":        map[string]any{},
		"drag":         map[string]any{"origin": tab},
		"swipe":        map[string]any{"origin": list, "direction": "sideways", "percent": 1},
		"scroll":       map[string]any{"origin": list, "direction": "down"},
		"fling":        map[string]any{"origin": list, "direction": "down", "speed": 1},
		"pinch_open":   map[string]any{"origin": list, "percent": 2},
		"pinch_close":  map[string]any{"percent": 1},
		"double_click": []int{1},
		"long_click":   map[string]any{"origin": tab, "duration": -1},
	} {
		assert.Equal(t, codeInvalidArgument, r.code("POST", "/appium/gestures/"+path, body), path)
	}
	assert.Equal(t, codeNoSuchElement, r.code("POST", "/appium/gestures/click", map[string]any{"origin": elem("none")}))
}

func TestUiSelectors(t *testing.T) {
	add := `Add "new" <device> & more`
	for _, c := range []struct {
		selector string
		want     []string
	}{
		{`new UiSelector().text("Row 3")`, rows(3, 4)},
		{`new UiSelector().text("Row 3");`, rows(3, 4)},
		{`UiSelector().text("Row 3")`, rows(3, 4)},
		{`.text("Row 3")`, rows(3, 4)},
		{`text("Row 3")`, rows(3, 4)},
		{"new  UiSelector()\n  .text( \"Row 3\" )\n", rows(3, 4)},
		{`new UiSelector().textContains("row 3")`, rows(3, 4)}, // without regard to case, as Android does
		{`new UiSelector().textStartsWith("ROW")`, rows(0, 7)},
		{`new UiSelector().textMatches("Row [12]")`, rows(1, 3)},
		{`new UiSelector().textMatches("Row")`, []string{}}, // the whole text
		{`new UiSelector().textMatches("Row \\d")`, []string{}},
		{`new UiSelector().textMatches("Row \d")`, rows(0, 7)},
		{`new UiSelector().description("Tab, Devices")`, []string{"Tab, Devices"}},
		{`new UiSelector().descriptionContains("devices")`, []string{"Tab, Devices"}},
		{`new UiSelector().descriptionStartsWith("tab")`, []string{"Tab, Devices"}},
		{`new UiSelector().descriptionMatches(".*, Dev.*")`, []string{"Tab, Devices"}},
		{`new UiSelector().description("Add \"new\" <device> & more")`, []string{add}},
		{`new UiSelector().resourceId("devicePageHeader")`, []string{"Devices"}},
		{`new UiSelector().resourceIdMatches(".*quick_add")`, []string{add}},
		{`new UiSelector().className("android.widget.TextView")`, rows(0, 7)},
		{`new UiSelector().className("android.widget.TextView").instance(2)`, rows(2, 3)},
		{`new UiSelector().className("android.widget.TextView").instance(99)`, []string{}},
		{`new UiSelector().classNameMatches(".*\.TextView").textContains("5")`, rows(5, 6)},
		{`new UiSelector().packageName("com.amazon.dee.app").text("Row 1")`, rows(1, 2)},
		{`new UiSelector().packageNameMatches("com\.amazon.*").text("Row 1")`, rows(1, 2)},
		{`new UiSelector().index(1).className("android.widget.TextView")`, rows(0, 7)},
		{`new UiSelector().selected(true)`, []string{"Tab, Devices"}},
		{`new UiSelector().scrollable(true)`, []string{"android.widget.ScrollView"}},
		{`new UiSelector().scrollable(true).childSelector(new UiSelector().text("Row 2"))`, rows(2, 3)},
		{`new UiSelector().text("Row 2").fromParent(new UiSelector().className("android.widget.ImageView"))`, []string{"icon of Row 2"}},
		{`new UiSelector().className("android.view.ViewGroup").instance(3).childSelector(new UiSelector().className("android.widget.TextView"))`, rows(3, 4)},
		{`new UiSelector().className("android.widget.ScrollView").childSelector(className("android.widget.TextView").instance(1))`, rows(1, 2)},
		{`new UiSelector().className("android.widget.ScrollView").childSelector(new UiSelector().className("android.view.ViewGroup").index(4)).childSelector(new UiSelector().index(1))`, rows(4, 5)},
		{`new UiSelector().checkable(false).checked(false).clickable(true).enabled(true).focusable(false).focused(false).longClickable(false).selected(true)`, []string{"Tab, Devices"}},
		{`new UiSelector().text("Row 5"); new UiSelector().text("a;b"); text("Row 1"); text("Row 5")`, []string{"Row 5", "Row 1"}},
		{`new UiSelector().text("invisible")`, []string{}},
		{`new UiSelector().text("bad ` + "\x01 char \n tab" + `")`, []string{"bad \x01 char \n tab"}},
	} {
		t.Run(c.selector, func(t *testing.T) {
			r := newRig(t)
			assert.Equal(t, c.want, r.all("-android uiautomator", c.selector, ""))
			if len(c.want) > 0 {
				assert.Equal(t, c.want[0], r.name(r.find("-android uiautomator", c.selector)))
			} else {
				assert.Equal(t, codeNoSuchElement, r.code("POST", "/element", find("-android uiautomator", c.selector, "")))
			}
		})
	}
}

func TestUiScrollable(t *testing.T) {
	const list = `new UiScrollable(new UiSelector().className("android.widget.ScrollView").instance(0))`
	for _, c := range []struct{ expression, want string }{
		{list + `.scrollIntoView(new UiSelector().text("Row 17").instance(0));`, "Row 17"},
		{`new UiScrollable(new UiSelector().scrollable(true)).scrollIntoView(text("Row 13"))`, "Row 13"},
		{`UiScrollable(scrollable(true)).setMaxSearchSwipes(9).scrollIntoView(new UiSelector().text("Row 13"))`, "Row 13"},
		{list + `.scrollTextIntoView("Row 19")`, "Row 19"},
		{list + `.scrollDescriptionIntoView("icon of Row 18")`, "icon of Row 18"},
		{list + `.setAsVerticalList().setSwipeDeadZonePercentage(0.2).scrollIntoView(new UiSelector().textContains("row 12"))`, "Row 12"},
		{list + `.getChildByText(new UiSelector().className("android.widget.TextView"), "Row 15")`, "Row 15"},
		{list + `.getChildByText(new UiSelector().className("android.view.ViewGroup"), "Row 15", true)`, "android.view.ViewGroup"},
		{list + `.getChildByDescription(new UiSelector().className("android.widget.ImageView"), "icon of Row 11")`, "icon of Row 11"},
		{list + `.getChildByInstance(new UiSelector().className("android.widget.TextView"), 3)`, "Row 3"},
		{list + `.scrollToEnd(10)`, "android.widget.ScrollView"},
		{list, "android.widget.ScrollView"},
		{`new UiScrollable(new UiSelector().text("no such list")).scrollIntoView(text("Devices"))`, "Devices"}, // what is there is not scrolled to
	} {
		t.Run(c.expression, func(t *testing.T) {
			r := newRig(t)
			assert.Equal(t, c.want, r.name(r.find("-android uiautomator", c.expression)))
			r = newRig(t)
			assert.Equal(t, []string{c.want}, r.all("-android uiautomator", c.expression, "")[:1])
		})
	}
}

func TestUiScrollableMoves(t *testing.T) {
	const list = `new UiScrollable(new UiSelector().scrollable(true))`
	r := newRig(t)
	top := func() string { return r.all("class name", "android.widget.TextView", "")[0] }
	r.find("-android uiautomator", list+".flingToEnd(10)")
	assert.Equal(t, "Row 13", top())
	r.find("-android uiautomator", list+".scrollToBeginning(10)")
	assert.Equal(t, "Row 0", top())
	r.find("-android uiautomator", list+".scrollForward()")
	one := top()
	assert.NotEqual(t, "Row 0", one)
	r.find("-android uiautomator", list+".flingForward().scrollForward(20).flingBackward().scrollBackward().scrollBackward().flingToBeginning(3)")
	assert.Equal(t, "Row 0", top())
	r.find("-android uiautomator", list+".setAsHorizontalList().scrollForward()")
	assert.Equal(t, "Row 0", top(), "sideways nothing moves")

	assert.Equal(t, codeNoSuchElement, r.code("POST", "/element", find("-android uiautomator", list+`.scrollIntoView(text("Row 99"))`, "")))
	assert.Equal(t, []string{}, r.all("-android uiautomator", list+`.scrollIntoView(text("Row 99"))`, ""))

	began := r.h.Clock().Now()
	assert.Equal(t, codeNoSuchElement, r.code("POST", "/element", find("-android uiautomator", `new UiScrollable(text("none")).scrollIntoView(text("Row 99"))`, "")))
	assert.Equal(t, 10*time.Second, r.h.Clock().Now().Sub(began), "waitForSelectorTimeout")

	for _, bad := range []string{
		list + ".scrollSideways()", list + ".scrollIntoView()", list + `.scrollIntoView("Row 1")`, list + `.scrollToEnd("x")`,
		"new UiScrollable()", "new UiScrollable(1, 2)", list + ".getChildByText(1)", list + "scrollForward()", `new UiScrollable("x")`,
	} {
		assert.Equal(t, codeInvalidSelector, r.code("POST", "/element", find("-android uiautomator", bad, "")), bad)
	}
}

func TestMobileScroll(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/gestures/scroll_to", map[string]any{"params": map[string]any{"strategy": "-android uiautomator", "selector": `text("Row 12")`}})
	assert.Contains(t, r.all("class name", "android.widget.TextView", ""), "Row 12")
	list := r.find("class name", "android.widget.ScrollView")
	r.must("POST", "/gestures/scroll_to", map[string]any{"origin": elem(list), "params": map[string]any{"strategy": "accessibility id", "selector": "icon of Row 2", "maxSwipes": 20}})
	assert.Contains(t, r.all("class name", "android.widget.TextView", ""), "Row 2")
	assert.Equal(t, codeInvalidArgument, r.code("POST", "/gestures/scroll_to", map[string]any{"params": map[string]any{"strategy": "xpath", "selector": "//*"}}))
	assert.Equal(t, codeNoSuchElement, r.code("POST", "/gestures/scroll_to", map[string]any{"params": map[string]any{"strategy": "class name", "selector": "x.Y"}}))
}

func TestElementCacheIsBounded(t *testing.T) {
	c := newElements()
	var first string
	for i := range maxElements + 10 {
		id := c.add(&node{Node: &ui.Node{Key: fmt.Sprint(i)}}, nil, nil)
		if i == 0 {
			first = id
		}
	}
	assert.Equal(t, maxElements, c.used.Len())
	assert.Len(t, c.byID, maxElements)
	assert.Len(t, c.byKey, maxElements)
	assert.NotContains(t, c.byID, first)
}

func FuzzUiAutomator(f *testing.F) {
	for _, s := range []string{
		`new UiSelector().text("a").childSelector(new UiSelector().index(1)).fromParent(enabled(true));`,
		`new UiScrollable(new UiSelector().scrollable(true)).setMaxSearchSwipes(2).scrollIntoView(text("x\"y"))`,
		`.text("`, `;;`, `new UiSelector(`, `text("a"); text("b")`, "new\nUiSelector().textMatches(\"(\")", `new UiSelector().instance(-1)`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		statements, err := parseUiAutomator(s)
		if (err == nil) == (len(statements) == 0) {
			t.Fatalf("%q: %d statements, error %v", s, len(statements), err)
		}
		if err != nil {
			require.Equal(t, codeInvalidSelector, err.Code)
			return
		}
		r := newRig(t)
		for _, x := range statements {
			_ = x.selector.String()
			r.e.shown(x.selector)
		}
	})
}
