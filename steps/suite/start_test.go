package suite_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

const (
	alexaApp   = "com.amazon.dee.app"
	partnerApp = "com.example.lumen"
	browserApp = "com.android.chrome"
)

// oddStart is something that a phone may show before an attempt begins.
type oddStart struct {
	name  string
	world func(*world.Config)
	make  func(t *testing.T, l lab)
	told  []string           // what has to be told of, so that the start was odd indeed
	code  certification.Code // of the trouble; "" if the start is reached
	real  bool               // tried on the real Appium, too
}

func oddStarts() []oddStart {
	ctx := context.Background()
	tap := func(t *testing.T, l lab, by drivers.Strategy, value string) {
		t.Helper()
		at := drivers.Locator{Using: by, Value: value}
		require.NoError(t, drivers.Poll(ctx, l.bed.Clock, drivers.Wait{For: at.String(), Timeout: 15 * time.Second, Every: 300 * time.Millisecond},
			func(ctx context.Context) error {
				e, err := l.bed.Phone.Find(ctx, at)
				if drivers.NoSuchElement(err) {
					return drivers.ErrNotYet
				}
				if err != nil {
					return err
				}
				return l.bed.Phone.Click(ctx, e)
			}))
		l.settle(t, time.Second)
	}
	text := func(s string) string { return `new UiSelector().text("` + s + `")` }
	open := func(pkg string) func(*testing.T, lab) {
		return func(t *testing.T, l lab) {
			require.NoError(t, l.bed.Phone.Activate(ctx, drivers.App{Package: pkg}))
			l.settle(t, 2*time.Second)
		}
	}
	page := func(buttons ...string) func(*testing.T, lab) {
		return func(t *testing.T, l lab) {
			tap(t, l, drivers.ByAccessibilityID, "Tab, Devices")
			for _, b := range buttons {
				if b == "Edit" || b == "Delete" {
					tap(t, l, drivers.ByAccessibilityID, b)
				} else {
					tap(t, l, drivers.ByUiAutomator, text(b))
				}
			}
		}
	}
	// The lab's dialogs come when the device gets power.
	dialog := func(t *testing.T, l lab) {
		l.world.Switch("plug-device", true)
		l.settle(t, 5*time.Second)
	}
	soon := func(f func(*world.Faults)) func(*world.Config) {
		return func(c *world.Config) {
			c.Device.SetUpTime = world.Range{Min: 1e9, Max: 2e9}
			c.Plugs.Provisioner.On = false // nothing else comes up
			f(&c.Faults)
		}
	}
	return []oddStart{
		{name: "home page", make: func(*testing.T, lab) {}},
		{name: "devices page", make: page()},
		{name: "a device's page", make: page("Second plug")},
		{name: "a device's settings", make: page("Second plug", "Edit")},
		{name: "a question whether to delete", told: []string{"cancelled a question"}, make: page("Second plug", "Edit", "Delete"), real: true},
		{name: "another app", told: []string{"was not in front"}, make: open("com.android.settings")},
		{name: "the partner app", told: []string{"was not in front"}, make: open(partnerApp)},
		{name: "a browser", told: []string{"was not in front"}, make: open(browserApp)},
		{name: "the phone's home screen", told: []string{"was not in front"}, make: func(t *testing.T, l lab) { require.NoError(t, l.bed.Phone.PressKey(ctx, drivers.KeyHome)) }},
		{name: "app not running", told: []string{"was not in front"}, make: func(t *testing.T, l lab) {
			require.NoError(t, l.bed.Phone.PressKey(ctx, drivers.KeyHome))
			require.NoError(t, l.bed.Phone.Terminate(ctx, drivers.App{Package: alexaApp}))
		}, real: true},
		{name: "screen off", told: []string{"woken"}, make: func(t *testing.T, l lab) { require.NoError(t, l.bed.Phone.PressKey(ctx, 223)) }, real: true},
		{name: "landscape", told: []string{"turned upright"}, make: func(t *testing.T, l lab) {
			page("Second plug")(t, l)
			require.NoError(t, l.bed.Phone.(drivers.Posture).Turn(ctx, drivers.Landscape))
		}, real: true},
		{name: "keyboard up in another app", told: []string{"keyboard was up", "was not in front"}, make: func(t *testing.T, l lab) {
			open(browserApp)(t, l)
			tap(t, l, drivers.ByID, "com.android.chrome:id/search_box_text")
			shown, err := l.bed.Phone.(drivers.Posture).KeyboardShown(ctx)
			require.NoError(t, err)
			require.True(t, shown)
		}, real: true},
		{name: "permission question", told: []string{"permission dialog"}, world: soon(func(f *world.Faults) { f.PermissionDialog = 1 }), make: dialog, real: true},
		{name: "rating prompt", told: []string{"rating dialog"}, world: soon(func(f *world.Faults) { f.RatingDialog = 1 }), make: dialog},
		{name: "update prompt", told: []string{"update dialog"}, world: soon(func(f *world.Faults) { f.UpdatePrompt = 1 }), make: dialog},
		{name: "battery warning", told: []string{"battery dialog"}, world: soon(func(f *world.Faults) { f.BatteryDialog = 1 }), make: dialog},
		{name: "three dialogs at once", told: []string{"permission dialog", "rating dialog", "battery dialog"}, world: soon(func(f *world.Faults) { f.PermissionDialog, f.RatingDialog, f.BatteryDialog = 1, 1, 1 }), make: dialog, real: true},
		{name: "the notice of an app that crashed", told: []string{"crash dialog", "was not in front"}, world: soon(func(f *world.Faults) { f.AlexaAppCrash = 1 }), make: dialog, real: true},
		{name: "a card", told: []string{"dismissed a card"}, world: func(c *world.Config) {
			c.Faults.PromotionCard = 1
			c.Device.SetUpTime = world.Range{Min: 1e9, Max: 2e9}
		}, make: func(t *testing.T, l lab) { dialog(t, l); l.settle(t, 20*time.Second) }},
		{name: "dialog over another app, screen off, landscape", told: []string{"woken", "turned upright", "battery dialog", "was not in front"}, world: soon(func(f *world.Faults) { f.BatteryDialog = 1 }), make: func(t *testing.T, l lab) {
			open("com.android.settings")(t, l)
			dialog(t, l)
			require.NoError(t, l.bed.Phone.(drivers.Posture).Turn(ctx, drivers.Landscape))
			require.NoError(t, l.bed.Phone.PressKey(ctx, 223))
		}, real: true},
		{name: "a dialog that nobody knows", world: soon(func(f *world.Faults) { f.UnknownDialog = 1 }), make: dialog,
			code: certification.AppUnknownDialog, real: true},
	}
}

// settle lets the phone's time go on.
func (l lab) settle(t *testing.T, d time.Duration) {
	t.Helper()
	require.NoError(t, drivers.Hold(t.Context(), l.bed.Clock, "the phone to be as odd as it shall be", d, nil))
}

// From whatever the phone shows, the way to the start is found, or it is said
// what was there.
func TestTheWayToTheStart(t *testing.T) {
	for _, c := range oddStarts() {
		t.Run(c.name, func(t *testing.T) { c.try(t, 1) })
	}
}

func TestTheWayToTheStartOnTheRealAppium(t *testing.T) {
	t.Parallel()
	for _, c := range oddStarts() {
		if c.real {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.try(t, 2)
			})
		}
	}
}

func (c oddStart) try(t *testing.T, door int) {
	w := fastWorld()
	if c.world != nil {
		c.world(&w)
	}
	l := newLab(t, door, w, handset.NoProfile())
	_, err := l.bed.Phone.Open(t.Context())
	require.NoError(t, err)
	l.settle(t, time.Second)
	c.make(t, l)

	var notices []string
	note := func(n act.Notice) { notices = append(notices, n.Text) }
	l.bed.Join()
	l.bed.Alexa.Notice = note
	began := l.bed.Clock.Now()
	err = l.bed.ToStart(t.Context(), note)
	require.Less(t, l.bed.Clock.Now().Sub(began), 4*time.Minute)
	if c.code != "" {
		require.Error(t, err)
		trouble := certification.TroubleOf(err)
		require.Equal(t, c.code, trouble.Code, err)
		require.False(t, trouble.Cause.MayFail(), "blocked, never failed")
		require.NotContains(t, l.events.all(), "dialog_answered", "it was touched")
		return
	}
	require.NoError(t, err, notices)
	source, err := l.bed.Phone.Source(t.Context())
	require.NoError(t, err)
	tree, err := screen.Parse(source)
	require.NoError(t, err)
	require.Equal(t, []string{"devices"}, l.bed.Alexa.Map().Which(tree), "%q\n%s", notices, source)
	for _, want := range c.told {
		require.True(t, slices.ContainsFunc(notices, func(n string) bool { return strings.Contains(n, want) }), "%q is not in %q", want, notices)
	}
	require.Less(t, tree.Width, tree.Height, "upright")
	require.NotContains(t, l.events.all(), `"event":"device_deleted"`)
}
