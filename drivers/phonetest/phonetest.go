// Package phonetest is the conformance suite that every [drivers.Phone] must
// pass, whatever stands behind it: it is what the rest of the product relies on.
//
// The phone shows the Alexa app, real or virtual, with a household's devices.
// The suite opens pages and looks; it neither switches nor deletes anything.
package phonetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

// Lab is what the suite has to know about a phone.
type Lab struct {
	UDID      string        // as the phone says it
	Simulated bool          // what the phone has to say of itself
	Clock     drivers.Clock // the clock of the phone's world
	Map       *screen.Map   // of the Alexa app
	// Devices are names on the devices page; the list is longer than the
	// screen, and the last name is out of sight at first.
	Devices []string
	// OddNames are names on the devices page with quotes, emoji, other scripts.
	OddNames []string
	// Again makes another driver of the same phone, that asks for that udid.
	Again func(t *testing.T, udid string) drivers.Phone
}

// Maker makes a phone for a test, and closes it when the test ends. Each call
// gives a phone of its own.
type Maker func(t *testing.T) (drivers.Phone, Lab)

// Run runs the suite.
func Run(t *testing.T, newPhone Maker) {
	phone, lab := newPhone(t)
	require.GreaterOrEqual(t, len(lab.Devices), 3, "the suite needs names of devices")
	s := &suite{phone: phone, lab: lab, newPhone: newPhone}
	for _, c := range []struct {
		name string
		test func(*suite, *testing.T)
	}{
		{"open says who the phone is", testOpen},
		{"keep alive", testKeepAlive},
		{"commands are counted", testCommandsCounted},
		{"source parses", testSource},
		{"every strategy finds the same element", testStrategies},
		{"no such element", testNoSuchElement},
		{"invalid selector", testInvalidSelector},
		{"a union of questions", testUnion},
		{"odd names in locators", testOddNames},
		{"click opens a page", testClick},
		{"tap opens a page", testTap},
		{"rect equals the bounds in the source", testRect},
		{"text and attributes", testAttributes},
		{"an element of a page that was left is stale", testStale},
		{"swipe scrolls the list", testSwipe},
		{"back", testBack},
		{"home key and activate", testHomeKey},
		{"an address", testLink},
		{"terminate and state", testTerminate},
		{"screenshot", testScreenshot},
		{"typing", testTyping},
		{"a cancelled context", testCancelled},
		{"close and open again", testCloseAndOpen},
		{"a session that was ended from outside", testLostSession},
		{"another udid", testWrongPhone},
		{"phones in parallel", testParallel},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(s, t) })
	}
}

type suite struct {
	phone    drivers.Phone
	lab      Lab
	newPhone Maker
}

// patience is how long a page may take to open, on the lab's clock.
const patience = 20 * time.Second

// until looks at the screen until it is as wanted.
func (s *suite) until(t *testing.T, what string, wanted func(*screen.Tree) bool) *screen.Tree {
	t.Helper()
	var tree *screen.Tree
	err := drivers.Poll(t.Context(), s.lab.Clock, drivers.Wait{For: what, Timeout: patience, Every: 250 * time.Millisecond},
		func(ctx context.Context) error {
			now, err := look(ctx, s.phone)
			if err != nil {
				return err
			}
			tree = now
			if wanted(tree) {
				return nil
			}
			return drivers.ErrNotYet
		})
	if err != nil && tree != nil {
		t.Logf("shown: %v of %v", s.lab.Map.Which(tree), tree.Packages())
	}
	require.NoError(t, err)
	return tree
}

func look(ctx context.Context, phone drivers.Phone) (*screen.Tree, error) {
	source, err := phone.Source(ctx)
	if err != nil {
		return nil, err
	}
	return screen.Parse(source)
}

func (s *suite) untilPage(t *testing.T, name string) *screen.Tree {
	t.Helper()
	var last screen.Fingerprint
	// Twice the same: the page has come to rest.
	return s.until(t, "the page "+name, func(tree *screen.Tree) bool {
		same := tree.Fingerprint() == last
		last = tree.Fingerprint()
		which := s.lab.Map.Which(tree)
		return same && len(which) > 0 && slices.Contains(which, name)
	})
}

// home starts the app anew.
func (s *suite) home(t *testing.T) *screen.Tree {
	t.Helper()
	require.NoError(t, s.phone.Terminate(t.Context(), s.lab.Map.Application()))
	require.NoError(t, s.phone.Activate(t.Context(), s.lab.Map.Application()))
	return s.untilPage(t, "home")
}

// devices starts the app anew and opens the devices page.
func (s *suite) devices(t *testing.T) *screen.Tree {
	t.Helper()
	s.home(t)
	require.NoError(t, s.phone.Click(t.Context(), s.find(t, s.locator(t, "home.tab_devices"))))
	s.untilPage(t, "devices")
	return s.until(t, "the list of devices", func(tree *screen.Tree) bool { return s.element(t, "devices.tile").On(tree, s.lab.Devices[0]) })
}

func (s *suite) element(t *testing.T, path string) *screen.Element {
	t.Helper()
	e, err := s.lab.Map.Element(path)
	require.NoError(t, err)
	return e
}

func (s *suite) locator(t *testing.T, path string, args ...string) drivers.Locator {
	t.Helper()
	l, err := s.element(t, path).Locators(args...)
	require.NoError(t, err)
	return l[0]
}

func (s *suite) find(t *testing.T, l drivers.Locator) drivers.Element {
	t.Helper()
	e, err := s.phone.Find(t.Context(), l)
	require.NoError(t, err, l)
	return e
}

// node is the one element of the map on the tree.
func (s *suite) node(t *testing.T, tree *screen.Tree, path string, args ...string) *screen.Node {
	t.Helper()
	m, err := s.element(t, path).In(tree, args...)
	require.NoError(t, err)
	require.Len(t, m.Nodes, 1, "%s %v", path, args)
	return m.Nodes[0]
}

func (s *suite) rect(t *testing.T, e drivers.Element) drivers.Rect {
	t.Helper()
	r, err := s.phone.Rect(t.Context(), e)
	require.NoError(t, err)
	return r
}

// scrollTo swipes through the devices page until a tile is in sight.
func (s *suite) scrollTo(t *testing.T, tree *screen.Tree, name string) *screen.Tree {
	t.Helper()
	tile := s.element(t, "devices.tile")
	for range 30 {
		if tile.On(tree, name) {
			return tree
		}
		tree = s.scroll(t, tree)
	}
	require.Fail(t, fmt.Sprintf("%q is nowhere in the list", name))
	return nil
}

// scroll swipes the list of devices up by a third of its height.
func (s *suite) scroll(t *testing.T, tree *screen.Tree) *screen.Tree {
	t.Helper()
	list := s.node(t, tree, "devices.list").Bounds
	x := list.Center().X
	from, to := drivers.Point{X: x, Y: list.Y + list.Height*7/10}, drivers.Point{X: x, Y: list.Y + list.Height*4/10}
	require.NoError(t, s.phone.Swipe(t.Context(), from, to, 400*time.Millisecond))
	return s.untilPage(t, "devices")
}
