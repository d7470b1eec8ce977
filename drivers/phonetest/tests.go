package phonetest

import (
	"bytes"
	"context"
	"image/png"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

func testOpen(s *suite, t *testing.T) {
	info, err := s.phone.Open(t.Context())
	require.NoError(t, err)
	assert.Equal(t, s.lab.UDID, info.UDID)
	assert.Equal(t, "Android", info.Platform)
	assert.Equal(t, s.lab.Simulated, info.Simulated)
	assert.Positive(t, info.Width)
	assert.Positive(t, info.Height)
	assert.Positive(t, info.Density)
	for name, v := range map[string]string{"manufacturer": info.Manufacturer, "model": info.Model, "version": info.PlatformVersion} {
		assert.NotEmpty(t, v, name)
	}
	assert.Contains(t, info.Automation, "UiAutomator2")
	again, err := s.phone.Open(t.Context())
	require.NoError(t, err)
	assert.Equal(t, info, again)
}

func testKeepAlive(s *suite, t *testing.T) { require.NoError(t, s.phone.KeepAlive(t.Context())) }

func testCommandsCounted(s *suite, t *testing.T) {
	s.home(t)
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"keep alive", func() error { return s.phone.KeepAlive(t.Context()) }},
		{"source", func() error { _, err := s.phone.Source(t.Context()); return err }},
		{"find", func() error { _, err := s.phone.Find(t.Context(), s.locator(t, "home.tab_devices")); return err }},
		{"swipe", func() error {
			return s.phone.Swipe(t.Context(), drivers.Point{X: 500, Y: 900}, drivers.Point{X: 500, Y: 880}, 50*time.Millisecond)
		}},
		{"back", func() error { return s.phone.Back(t.Context()) }}, // the last: it leaves the app
	} {
		before := s.phone.Commands()
		require.NoError(t, c.do(), c.name)
		assert.Equal(t, before+1, s.phone.Commands(), c.name)
	}
}

func testSource(s *suite, t *testing.T) {
	tree := s.home(t)
	assert.Contains(t, tree.Packages(), s.lab.Map.Application().Package)
	assert.Contains(t, s.lab.Map.Which(tree), "home")
	info, err := s.phone.Open(t.Context())
	require.NoError(t, err)
	assert.Equal(t, info.Width, tree.Width)
	tree.Each(func(n *screen.Node) bool {
		assert.NotEmpty(t, n.Class)
		assert.NotEmpty(t, n.Package)
		return !t.Failed()
	})
	tab := s.node(t, tree, "home.tab_devices")
	assert.True(t, tree.OnTopAt(tab, tab.Bounds.Center()), "on top is %v", tree.TopAt(tab.Bounds.Center()))
}

func testStrategies(s *suite, t *testing.T) {
	tree := s.home(t)
	tab := s.node(t, tree, "home.tab_devices")
	for _, l := range []drivers.Locator{
		{Using: drivers.ByAccessibilityID, Value: tab.ContentDesc},
		{Using: drivers.ByXPath, Value: `//*[@content-desc="` + tab.ContentDesc + `"]`},
		{Using: drivers.ByXPath, Value: "//" + tab.Class + "[contains(@content-desc,'Devices')]"},
		{Using: drivers.ByUiAutomator, Value: `new UiSelector().description("` + tab.ContentDesc + `")`},
		{Using: drivers.ByUiAutomator, Value: `new UiSelector().className("` + tab.Class + `").descriptionContains("Devices");`},
	} {
		assert.Equal(t, tab.Bounds, s.rect(t, s.find(t, l)), l)
	}

	byClass, err := s.phone.FindAll(t.Context(), drivers.Locator{Using: drivers.ByClassName, Value: tab.Class})
	require.NoError(t, err)
	assert.Len(t, byClass, len(tree.All(screen.Query{Class: tab.Class})), "as many as in the source")

	var qualified *screen.Node
	tree.Each(func(n *screen.Node) bool {
		if strings.Contains(n.ResourceID, ":id/") && len(tree.All(screen.Query{ID: n.ResourceID})) == 1 {
			qualified = n
		}
		return qualified == nil
	})
	if assert.NotNil(t, qualified, "an element with a whole id") {
		assert.Equal(t, qualified.Bounds, s.rect(t, s.find(t, drivers.Locator{Using: drivers.ByID, Value: qualified.ResourceID})))
	}

	tree = s.devices(t)
	header := s.node(t, tree, "devices.header")
	for _, l := range []drivers.Locator{
		s.locator(t, "devices.header"),
		screen.Query{ID: header.ResourceID}.Locator(),
		{Using: drivers.ByXPath, Value: `//*[@resource-id="` + header.ResourceID + `"]`},
	} {
		assert.Equal(t, header.Bounds, s.rect(t, s.find(t, l)), l)
	}
}

func testNoSuchElement(s *suite, t *testing.T) {
	s.home(t)
	for _, l := range []drivers.Locator{
		{Using: drivers.ByID, Value: "com.example:id/nothing"},
		{Using: drivers.ByAccessibilityID, Value: "nothing like this"},
		{Using: drivers.ByClassName, Value: "com.example.Nothing"},
		{Using: drivers.ByXPath, Value: "//com.example.Nothing"},
		{Using: drivers.ByUiAutomator, Value: `new UiSelector().text("nothing like this")`},
	} {
		_, err := s.phone.Find(t.Context(), l)
		assert.True(t, drivers.NoSuchElement(err), "%v: %v", l, err)
		assert.Equal(t, certification.AppElementMissing, certification.TroubleOf(err).Code, l)
		all, err := s.phone.FindAll(t.Context(), l)
		assert.NoError(t, err, l)
		assert.Empty(t, all, l)
	}
}

func testInvalidSelector(s *suite, t *testing.T) {
	for _, l := range []drivers.Locator{
		{Using: drivers.ByXPath, Value: "//*["},
		{Using: drivers.ByUiAutomator, Value: `new UiSelector().nonsense("x")`},
		{Using: drivers.ByUiAutomator, Value: `hello`},
	} {
		_, err := s.phone.Find(t.Context(), l)
		var e *drivers.WebDriverError
		if assert.ErrorAs(t, err, &e, l.String()) {
			assert.Equal(t, drivers.CodeInvalidSelector, e.Code, "%v: %v", l, err)
			assert.Equal(t, certification.CauseDefinition, certification.TroubleOf(err).Cause)
		}
	}
}

func testUnion(s *suite, t *testing.T) {
	tree := s.devices(t)
	header := s.node(t, tree, "devices.header")
	for _, l := range []drivers.Locator{
		screen.AnyOf(screen.Query{Text: "nothing like this"}, screen.Query{ID: header.ResourceID}),
		screen.AnyOf(screen.Query{ID: header.ResourceID}, screen.Query{Desc: `no\thing`}),
		screen.AnyOf(screen.Query{ID: header.ResourceID}, screen.Query{ID: header.ResourceID}),
	} {
		all, err := s.phone.FindAll(t.Context(), l)
		require.NoError(t, err, l)
		if assert.Len(t, all, 1, l) {
			assert.Equal(t, header.Bounds, s.rect(t, all[0]), l)
		}
	}
}

func testOddNames(s *suite, t *testing.T) {
	if len(s.lab.OddNames) == 0 {
		t.Skip("the lab has no devices with odd names")
	}
	tile := s.element(t, "devices.tile")
	left := slices.Clone(s.lab.OddNames)
	tree := s.devices(t)
	for range 30 { // screens of the list
		left = slices.DeleteFunc(left, func(name string) bool {
			if !tile.On(tree, name) {
				return false
			}
			t.Run(name, func(t *testing.T) { s.oddName(t, tree, name) })
			return true
		})
		if len(left) == 0 {
			return
		}
		tree = s.scroll(t, tree)
	}
	require.Fail(t, "not in the list", "%q", left)
}

func (s *suite) oddName(t *testing.T, tree *screen.Tree, name string) {
	bounds := s.node(t, tree, "devices.tile", name).Bounds
	for _, l := range []drivers.Locator{
		s.locator(t, "devices.tile", name),
		screen.Query{Text: name}.Locator(),
		{Using: drivers.ByXPath, Value: xpathOf(name)},
	} {
		assert.Equal(t, bounds, s.rect(t, s.find(t, l)), l)
	}
	anyOf, err := s.element(t, "devices.tile").Any(name)
	require.NoError(t, err)
	all, err := s.phone.FindAll(t.Context(), anyOf)
	require.NoError(t, err)
	assert.Len(t, all, 1, anyOf)
	text, err := s.phone.Text(t.Context(), s.find(t, s.locator(t, "devices.tile", name)))
	require.NoError(t, err)
	assert.Equal(t, name, text)
}

func xpathOf(name string) string {
	parts := strings.Split(name, `"`)
	if len(parts) == 1 {
		return `//*[@text="` + name + `"]`
	}
	return `//*[@text=concat("` + strings.Join(parts, `",'"',"`) + `")]`
}

func testClick(s *suite, t *testing.T) {
	s.devices(t) // opens the page by a click
	front, err := s.phone.CurrentPackage(t.Context())
	require.NoError(t, err)
	assert.Equal(t, s.lab.Map.Application().Package, front)
	require.NoError(t, s.phone.Click(t.Context(), s.find(t, s.locator(t, "devices.tile", s.lab.Devices[0]))))
	tree := s.untilPage(t, "device")
	assert.True(t, s.element(t, "device.title").On(tree, s.lab.Devices[0]), "the page of the device that was clicked")
}

func testTap(s *suite, t *testing.T) {
	tree := s.home(t)
	require.NoError(t, s.phone.Tap(t.Context(), s.node(t, tree, "home.tab_devices").Bounds.Center()))
	s.untilPage(t, "devices")
}

func testRect(s *suite, t *testing.T) {
	tree := s.devices(t)
	seen := 0
	for _, name := range s.lab.Devices {
		if !s.element(t, "devices.tile").On(tree, name) {
			continue
		}
		seen++
		bounds, e := s.node(t, tree, "devices.tile", name).Bounds, s.find(t, s.locator(t, "devices.tile", name))
		assert.Equal(t, bounds, s.rect(t, e), name)
		if e.Seen != nil {
			assert.Equal(t, drivers.Seen{Text: name, Rect: bounds}, *e.Seen, "what a find tells at once")
		}
	}
	assert.Positive(t, seen)
}

func testAttributes(s *suite, t *testing.T) {
	tree := s.devices(t)
	name := s.lab.Devices[0]
	node := s.node(t, tree, "devices.tile", name)
	e := s.find(t, s.locator(t, "devices.tile", name))
	text, err := s.phone.Text(t.Context(), e)
	require.NoError(t, err)
	assert.Equal(t, name, text)
	b := node.Bounds
	for attribute, want := range map[string]string{
		"text": name, "className": node.Class, "class": node.Class, "package": node.Package,
		"enabled": strconv.FormatBool(node.Enabled), "clickable": strconv.FormatBool(node.Clickable), "checked": "false",
		"displayed": "true", "scrollable": "false",
		"bounds": "[" + strconv.Itoa(b.X) + "," + strconv.Itoa(b.Y) + "][" + strconv.Itoa(b.X+b.Width) + "," + strconv.Itoa(b.Y+b.Height) + "]",
	} {
		have, err := s.phone.Attribute(t.Context(), e, attribute)
		if assert.NoError(t, err, attribute) {
			assert.Equal(t, want, have, attribute)
		}
	}
	_, err = s.phone.Attribute(t.Context(), e, "no-such-attribute")
	assert.Error(t, err)
}

func testStale(s *suite, t *testing.T) {
	s.devices(t)
	header := s.find(t, s.locator(t, "devices.header"))
	require.NoError(t, s.phone.Click(t.Context(), s.find(t, s.locator(t, "devices.tile", s.lab.Devices[0]))))
	s.untilPage(t, "device")
	_, err := s.phone.Text(t.Context(), header)
	assert.True(t, drivers.StaleElement(err), "%v", err)
	assert.True(t, drivers.StaleElement(s.phone.Click(t.Context(), header)), "a click on it does nothing")
	assert.Contains(t, s.lab.Map.Which(s.untilPage(t, "device")), "device")
}

func testSwipe(s *suite, t *testing.T) {
	tree := s.devices(t)
	first, last := s.lab.Devices[0], s.lab.Devices[len(s.lab.Devices)-1]
	tile := s.element(t, "devices.tile")
	require.False(t, tile.On(tree, last), "%s is out of sight at first", last)
	tree = s.scrollTo(t, tree, last)
	assert.False(t, tile.On(tree, first), "%s has left", first)
	assert.True(t, s.element(t, "devices.header").On(tree), "the page is the same")
}

func testBack(s *suite, t *testing.T) {
	s.devices(t)
	require.NoError(t, s.phone.Click(t.Context(), s.find(t, s.locator(t, "devices.tile", s.lab.Devices[0]))))
	s.untilPage(t, "device")
	require.NoError(t, s.phone.Back(t.Context()))
	s.untilPage(t, "devices")
	require.NoError(t, s.phone.Click(t.Context(), s.find(t, s.locator(t, "devices.tile", s.lab.Devices[0]))))
	s.untilPage(t, "device")
	require.NoError(t, s.phone.PressKey(t.Context(), drivers.KeyBack))
	s.untilPage(t, "devices")
}

// untilState waits for a state of the app; a system takes its time.
func (s *suite) untilState(t *testing.T, want drivers.AppState) {
	t.Helper()
	var state drivers.AppState
	err := drivers.Poll(t.Context(), s.lab.Clock, drivers.Wait{For: "the app's state", Timeout: patience, Every: 250 * time.Millisecond},
		func(ctx context.Context) (err error) {
			if state, err = s.phone.QueryAppState(ctx, s.lab.Map.Application()); err != nil || state == want {
				return err
			}
			return drivers.ErrNotYet
		})
	require.NoError(t, err, "state %d, want %d", state, want)
}

func testHomeKey(s *suite, t *testing.T) {
	s.devices(t)
	require.NoError(t, s.phone.PressKey(t.Context(), drivers.KeyHome))
	s.untilState(t, drivers.AppRunningBackground)
	front, err := s.phone.CurrentPackage(t.Context())
	require.NoError(t, err)
	assert.NotEqual(t, s.lab.Map.Application().Package, front)
	require.NoError(t, s.phone.Activate(t.Context(), s.lab.Map.Application()))
	s.untilState(t, drivers.AppRunningForeground)
	s.untilPage(t, "devices") // it is where it was
}

func testLink(s *suite, t *testing.T) {
	links, ok := s.phone.(drivers.Links)
	if !ok {
		t.Skip("this phone opens no addresses")
	}
	s.devices(t)
	require.NoError(t, s.phone.PressKey(t.Context(), drivers.KeyHome))
	s.untilState(t, drivers.AppRunningBackground)
	require.NoError(t, links.OpenLink(t.Context(), s.lab.Map.Application(), "https://example.com/?q=a%20b&x=1"))
	s.untilState(t, drivers.AppRunningForeground)
	require.Error(t, links.OpenLink(t.Context(), drivers.App{Package: "com.example.none"}, "https://example.com/"), "there is no such app")
}

func testTerminate(s *suite, t *testing.T) {
	s.home(t)
	s.untilState(t, drivers.AppRunningForeground)
	require.NoError(t, s.phone.Terminate(t.Context(), s.lab.Map.Application()))
	s.untilState(t, drivers.AppNotRunning)
	require.NoError(t, s.phone.Terminate(t.Context(), s.lab.Map.Application()), "what does not run can be ended, too")
	require.NoError(t, s.phone.Activate(t.Context(), s.lab.Map.Application()))
	s.untilState(t, drivers.AppRunningForeground)
	s.untilPage(t, "home")
	state, err := s.phone.QueryAppState(t.Context(), drivers.App{Package: "com.example.not.there"})
	require.NoError(t, err)
	assert.Equal(t, drivers.AppNotInstalled, state)
}

func testScreenshot(s *suite, t *testing.T) {
	s.home(t)
	info, err := s.phone.Open(t.Context())
	require.NoError(t, err)
	b, err := s.phone.Screenshot(t.Context())
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	assert.Equal(t, info.Width, img.Bounds().Dx())
	assert.Equal(t, info.Height, img.Bounds().Dy())
	first, varied := img.At(0, 0), false
	for y := 0; y < img.Bounds().Dy() && !varied; y += 7 {
		for x := 0; x < img.Bounds().Dx(); x += 7 {
			varied = varied || img.At(x, y) != first
		}
	}
	assert.True(t, varied, "the picture shows something")
}

func testTyping(s *suite, t *testing.T) {
	s.devices(t)
	require.NoError(t, s.phone.Click(t.Context(), s.find(t, s.locator(t, "devices.tile", s.lab.Devices[0]))))
	s.untilPage(t, "device")
	require.NoError(t, s.phone.Click(t.Context(), s.find(t, s.locator(t, "device.edit"))))
	tree := s.untilPage(t, "settings")
	const class = "android.widget.EditText"
	if tree.First(screen.Query{Class: class}) == nil {
		t.Skip("no page with a text field")
	}
	field := s.find(t, drivers.Locator{Using: drivers.ByClassName, Value: class})
	require.NoError(t, s.phone.Clear(t.Context(), field))
	for _, words := range []string{"Lamp 2", "Grüße 灯"} {
		require.NoError(t, s.phone.Clear(t.Context(), field))
		require.NoError(t, s.phone.Type(t.Context(), field, words, true))
		have, err := s.phone.Text(t.Context(), field)
		require.NoError(t, err)
		assert.Equal(t, words, have)
	}
}

func testCancelled(s *suite, t *testing.T) {
	s.home(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before, start := s.phone.Commands(), time.Now()
	_, err := s.phone.Source(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, certification.ToolInterrupted, certification.TroubleOf(err).Code)
	assert.Equal(t, before, s.phone.Commands(), "nothing is sent")
	assert.Less(t, time.Since(start), time.Second)

	ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, err = s.phone.Source(ctx)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, s.phone.KeepAlive(t.Context()), "the session lives on")
}

func testCloseAndOpen(s *suite, t *testing.T) {
	s.devices(t)
	require.NoError(t, s.phone.Close(t.Context()))
	require.NoError(t, s.phone.Close(t.Context()), "closing twice is no error")
	_, err := s.phone.Open(t.Context())
	require.NoError(t, err)
	s.untilPage(t, "home") // a new session starts the app anew
}

func testLostSession(s *suite, t *testing.T) {
	s.home(t)
	other := s.lab.Again(t, s.lab.UDID)
	_, err := other.Open(t.Context())
	require.NoError(t, err, "a new session on the same phone ends the old one")
	_, err = s.phone.Source(t.Context())
	require.Error(t, err)
	assert.Equal(t, certification.RigSession, certification.TroubleOf(err).Code, "it is reported, once: %v", err)
	assert.Equal(t, certification.CauseRig, certification.TroubleOf(err).Cause)
	s.untilPage(t, "home") // opened anew by the next command
	_, err = other.Source(t.Context())
	assert.Equal(t, certification.RigSession, certification.TroubleOf(err).Code)
}

func testWrongPhone(s *suite, t *testing.T) {
	s.home(t)
	_, err := s.lab.Again(t, "no-such-phone").Open(t.Context())
	require.Error(t, err)
	trouble := certification.TroubleOf(err)
	assert.Contains(t, []certification.Code{certification.RigWrongPhone, certification.RigPhone, certification.RigSession}, trouble.Code, err)
	assert.Equal(t, certification.CauseRig, trouble.Cause)
}

func testParallel(s *suite, t *testing.T) {
	phone, lab := s.newPhone(t)
	s.home(t)
	other := &suite{phone: phone, lab: lab, newPhone: s.newPhone}
	other.home(t)
	done := make(chan error, 2)
	for _, s := range []*suite{s, other} {
		l := s.locator(t, "home.tab_devices")
		go func() {
			done <- func() error {
				for range 10 {
					if _, err := look(t.Context(), s.phone); err != nil {
						return err
					}
					if _, err := s.phone.Find(t.Context(), l); err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	assert.NoError(t, <-done)
	assert.NoError(t, <-done)
	mine, err := s.phone.Open(t.Context())
	require.NoError(t, err)
	theirs, err := phone.Open(t.Context())
	require.NoError(t, err)
	assert.Equal(t, lab.UDID, theirs.UDID)
	assert.Equal(t, s.lab.UDID, mine.UDID)
}
