package act_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

const testMap = `version: 1
app: alexa
package: com.example
platform: android
source: a test
screens:
  page:
    title: a page
    shown_by: [ok]
    elements:
      ok:
        locators:
          - {class: android.widget.Button, text: OK}
          - {text: Fine}
`

// thing is one element of the fake screen.
type thing struct {
	text     string
	x, y     int
	disabled bool
	class    string
}

func (b thing) xml() string {
	class := b.class
	if class == "" {
		class = "android.widget.Button"
	}
	return fmt.Sprintf(`<node class=%q package="com.example" text=%q clickable="true" enabled="%v" displayed="true" bounds="[%d,%d][%d,%d]"/>`,
		class, b.text, !b.disabled, b.x, b.y, b.x+100, b.y+50)
}

// fakePhone shows what show returns for the n-th source and obeys clicked.
type fakePhone struct {
	drivers.Phone
	show    func(source int) []thing
	clicked func(click int) error
	seen    bool // finds tell what they saw
	sources int
	clicks  int
	rects   int
	current []thing
}

func (p *fakePhone) Source(context.Context) (string, error) {
	p.current = p.show(p.sources)
	p.sources++
	var b strings.Builder
	b.WriteString(`<hierarchy rotation="0"><node class="android.widget.FrameLayout" package="com.example" displayed="true" enabled="true" bounds="[0,0][1000,2000]">`)
	for _, x := range p.current {
		b.WriteString(x.xml())
	}
	b.WriteString("</node></hierarchy>")
	return b.String(), nil
}

func (p *fakePhone) FindAll(context.Context, drivers.Locator) ([]drivers.Element, error) {
	return []drivers.Element{{ID: "1"}}, nil
}

func (p *fakePhone) Find(context.Context, drivers.Locator) (drivers.Element, error) {
	now := p.show(p.sources)
	if len(now) == 0 {
		return drivers.Element{}, &drivers.WebDriverError{Code: drivers.CodeNoSuchElement}
	}
	e := drivers.Element{ID: "1"}
	if p.seen {
		e.Seen = &drivers.Seen{Text: now[0].text, Rect: drivers.Rect{X: now[0].x, Y: now[0].y, Width: 100, Height: 50}}
	}
	return e, nil
}

func (p *fakePhone) Rect(context.Context, drivers.Element) (drivers.Rect, error) {
	p.rects++
	now := p.show(p.sources)
	return drivers.Rect{X: now[0].x, Y: now[0].y, Width: 100, Height: 50}, nil
}

func (p *fakePhone) Click(context.Context, drivers.Element) error {
	p.clicks++
	if p.clicked != nil {
		return p.clicked(p.clicks)
	}
	return nil
}

func (p *fakePhone) Back(context.Context) error { p.clicks++; return nil }

// steppedClock moves only when somebody sleeps.
type steppedClock struct{ now time.Time }

func (c *steppedClock) Now() time.Time { return c.now }
func (c *steppedClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(max(d, 0))
	return ctx.Err()
}

func hand(t *testing.T, p *fakePhone) (*act.Hand, *[]act.Notice) {
	t.Helper()
	m, err := screen.LoadMap("test.yaml", []byte(testMap))
	if err != nil {
		t.Fatal(err)
	}
	notices := &[]act.Notice{}
	return &act.Hand{Phone: p, Clock: &steppedClock{now: time.Unix(0, 0)}, Map: m,
		Notice: func(n act.Notice) { *notices = append(*notices, n) }}, notices
}

func code(err error) certification.Code {
	if err == nil {
		return ""
	}
	return certification.TroubleOf(err).Code
}

// after shows before until there were n clicks, then after.
func after(p *fakePhone, n int, before, then []thing) {
	p.show = func(int) []thing {
		if p.clicks >= n {
			return then
		}
		return before
	}
}

func TestTapWithProof(t *testing.T) {
	ok, other := []thing{{text: "OK", x: 10, y: 10}}, []thing{{text: "Next", x: 10, y: 10}}
	for _, c := range []struct {
		name    string
		show    func(p *fakePhone)
		want    certification.Code
		clicks  int
		notices string
	}{
		{"it works", func(p *fakePhone) { after(p, 1, ok, other) }, "", 1, ""},
		{"the first tap does nothing", func(p *fakePhone) { after(p, 2, ok, other) }, "", 2, "tapped again"},
		{"no tap does anything", func(p *fakePhone) { after(p, 99, ok, other) }, certification.AppNothingChanged, 2, "tapped again"},
		{"it is not there", func(p *fakePhone) { after(p, 0, nil, other) }, certification.AppElementMissing, 0, ""},
		{"there are two", func(p *fakePhone) {
			after(p, 1, []thing{{text: "OK", x: 10, y: 10}, {text: "OK", x: 10, y: 500}}, other)
		}, certification.AppAmbiguous, 0, ""},
		{"it is disabled", func(p *fakePhone) { after(p, 1, []thing{{text: "OK", x: 10, y: 10, disabled: true}}, other) }, certification.AppElementMissing, 0, ""},
		{"something lies over it", func(p *fakePhone) {
			after(p, 1, []thing{{text: "OK", x: 10, y: 10}, {text: "Rate this app", x: 0, y: 0, class: "android.widget.ImageView"}}, other)
		}, certification.AppCovered, 0, ""},
		{"by a fallback", func(p *fakePhone) { after(p, 1, []thing{{text: "Fine", x: 10, y: 10}}, other) }, "", 1, "fallback 1"},
		{"it comes to rest", func(p *fakePhone) {
			p.show = func(n int) []thing {
				if p.clicks > 0 {
					return other
				}
				return []thing{{text: "OK", x: 10 + max(0, 5-n)*20, y: 10}}
			}
		}, "", 1, ""},
		{"it never rests", func(p *fakePhone) {
			p.show = func(n int) []thing { return []thing{{text: "OK", x: 10 + n%7*20, y: 10}} }
		}, certification.AppMoving, 0, ""},
	} {
		for _, seen := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, seen %v", c.name, seen), func(t *testing.T) {
				p := &fakePhone{seen: seen}
				c.show(p)
				h, notices := hand(t, p)
				err := h.Tap(t.Context(), "page.ok")
				if code(err) != c.want || p.clicks != c.clicks {
					t.Errorf("%q after %d taps, want %q after %d: %v", code(err), p.clicks, c.want, c.clicks, err)
				}
				if seen && p.rects > 0 {
					t.Error("asked for a place that was told already")
				}
				if said := fmt.Sprint(*notices); c.notices == "" && len(*notices) > 0 || !strings.Contains(said, c.notices) {
					t.Errorf("notices: %s", said)
				}
			})
		}
	}
}

// A dialog that came up in the very moment takes the back key: it is pressed
// once more, and no more than that.
func TestBackWithProof(t *testing.T) {
	ok, other := []thing{{text: "OK", x: 10, y: 10}}, []thing{{text: "Next", x: 10, y: 10}}
	for _, c := range []struct {
		works, pressed int
		want           certification.Code
	}{{1, 1, ""}, {2, 2, ""}, {3, 2, certification.AppNothingChanged}} {
		p := &fakePhone{}
		after(p, c.works, ok, other)
		h, notices := hand(t, p)
		if err := h.Back(t.Context()); code(err) != c.want || p.clicks != c.pressed {
			t.Errorf("works at press %d: %q after %d, want %q after %d", c.works, code(err), p.clicks, c.want, c.pressed)
		}
		if said := fmt.Sprint(*notices); (c.pressed == 2) != strings.Contains(said, "pressed again") {
			t.Errorf("notices: %s", said)
		}
	}
}

// What lies over the app is taken away, and the tap goes on.
func TestTapClearsWhatIsInTheWay(t *testing.T) {
	p := &fakePhone{}
	cleared := false
	p.show = func(int) []thing {
		switch {
		case p.clicks > 0:
			return []thing{{text: "Next"}}
		case cleared:
			return []thing{{text: "OK", x: 10, y: 10}}
		}
		return []thing{{text: "Win a prize", x: 10, y: 10}}
	}
	h, _ := hand(t, p)
	h.Clear = func(context.Context, *screen.Tree) (bool, error) {
		cleared = true
		return true, nil
	}
	if err := h.Tap(t.Context(), "page.ok"); err != nil || p.clicks != 1 {
		t.Error(err, p.clicks)
	}
}

func TestTapEndsAtOnce(t *testing.T) {
	p := &fakePhone{show: func(int) []thing { return []thing{{text: "OK", x: 10, y: 10}} }}
	broken := errors.New("phone offline")
	p.clicked = func(int) error { return broken }
	h, _ := hand(t, p)
	if err := h.Tap(t.Context(), "page.ok"); !errors.Is(err, broken) || p.clicks != 1 {
		t.Error(err, p.clicks)
	}
	if err := h.Tap(t.Context(), "page.nothing"); code(err) != certification.DefUnknownElement {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Tap(ctx, "page.ok"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A switch is touched once, whatever follows.
func TestTapOnceTouchesOnce(t *testing.T) {
	p := &fakePhone{show: func(int) []thing { return []thing{{text: "OK", x: 10, y: 10}} }}
	h, _ := hand(t, p)
	told := 0
	if err := h.TapOnce(t.Context(), func() { told = p.clicks + 1 }, "page.ok"); err != nil || p.clicks != 1 || told != 1 {
		t.Error(err, p.clicks, told)
	}
}
