package virtual_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/dialogs"
	"ffscert/drivers/screen"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/adb/adbtest"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
)

// walker is a person who knows the apps by their screen maps only.
type walker struct {
	t     *testing.T
	lab   *virtual.Lab
	phone drivers.Phone
	maps  map[string]*screen.Map // by app
}

func newWalker(t *testing.T, lab *virtual.Lab, phone drivers.Phone) *walker {
	t.Helper()
	w := &walker{t: t, lab: lab, phone: phone, maps: map[string]*screen.Map{}}
	all, err := screen.BuiltIn()
	require.NoError(t, err)
	for _, m := range all {
		w.maps[m.App()] = m
	}
	return w
}

func (w *walker) open(app string) {
	w.t.Helper()
	require.NoError(w.t, w.phone.Activate(w.t.Context(), w.maps[app].Application()))
}

// sees waits until exactly that screen of the app is shown, with these
// elements (name, or name=value), each by its first locator.
func (w *walker) sees(app, name string, elements ...string) {
	w.t.Helper()
	m := w.maps[app]
	err := drivers.Poll(w.t.Context(), w.lab.Clock, drivers.Wait{For: name, Timeout: 30 * time.Second, Every: 200 * time.Millisecond}, func(ctx context.Context) error {
		src, err := w.phone.Source(ctx)
		if err != nil {
			return err
		}
		tree, err := screen.Parse(src)
		if err != nil {
			return err
		}
		if shown := m.Which(tree); len(shown) != 1 || shown[0] != name {
			return fmt.Errorf("shown is %v, not %s: %w\n%s", shown, name, drivers.ErrNotYet, words(tree))
		}
		for _, e := range elements {
			el, args := w.element(app, name+"."+e)
			match, err := el.In(tree, args...)
			if err != nil {
				return err
			}
			if match.Rank != 0 || len(match.Nodes) != 1 {
				return fmt.Errorf("%s.%s: %d nodes by locator %d: %w\n%s", name, e, len(match.Nodes), match.Rank, drivers.ErrNotYet, words(tree))
			}
		}
		return nil
	})
	require.NoError(w.t, err)
	w.wait(time.Second) // a page slides in first
}

// words are the labels of what is on the screen.
func words(t *screen.Tree) (all []string) {
	t.Each(func(n *screen.Node) bool {
		if n.Text+n.ContentDesc+n.ResourceID != "" {
			all = append(all, n.ResourceID+"|"+n.Label())
		}
		return true
	})
	return all
}

func (w *walker) element(app, path string) (*screen.Element, []string) {
	w.t.Helper()
	var args []string
	for i := range path {
		if path[i] == '=' {
			path, args = path[:i], []string{path[i+1:]}
			break
		}
	}
	el, err := w.maps[app].Element(path)
	require.NoError(w.t, err)
	return el, args
}

func (w *walker) find(app, path string) drivers.Element {
	w.t.Helper()
	el, args := w.element(app, path)
	locators, err := el.Locators(args...)
	require.NoError(w.t, err)
	found, err := w.phone.Find(w.t.Context(), locators[0])
	require.NoError(w.t, err, path)
	return found
}

func (w *walker) tap(app, path string) {
	w.t.Helper()
	require.NoError(w.t, w.phone.Click(w.t.Context(), w.find(app, path)), path)
}

func (w *walker) types(app, path, text string) {
	w.t.Helper()
	require.NoError(w.t, w.phone.Type(w.t.Context(), w.find(app, path), text, true), path)
}

// wait lets the lab's time pass.
func (w *walker) wait(d time.Duration) {
	w.t.Helper()
	require.NoError(w.t, w.lab.Clock.Sleep(w.t.Context(), d))
}

// link walks from the partner app to Amazon's consent page.
func (w *walker) link() {
	w.t.Helper()
	w.sees("partner", "explain", "text", "continue", "cancel", "back")
	w.tap("partner", "explain.continue")
	w.sees("amazon", "sign_in", "email", "password", "submit", "url_bar")
	w.types("amazon", "sign_in.email", "certification@example.com")
	w.types("amazon", "sign_in.password", "hunter2")
	w.tap("amazon", "sign_in.submit")
	app := w.lab.World.AuthRequest().AppName
	w.sees("amazon", "consent", "app_name="+app, "ffs_scope", "linking_scope", "scope=Set up your devices with Frustration-Free Setup", "allow", "cancel", "privacy", "url_bar")
}

// theWay goes through every screen of the partner app and of Amazon's pages.
func (w *walker) theWay() {
	w.open("partner")
	w.sees("partner", "sign_in", "user", "password", "submit", "login_with_amazon")
	w.types("partner", "sign_in.user", "somebody@example.com")
	w.types("partner", "sign_in.password", "hunter2")
	w.tap("partner", "sign_in.submit")
	w.sees("partner", "home", "header", "add_device", "account", "login_with_amazon", "empty")

	w.tap("partner", "home.login_with_amazon")
	w.link()
	w.tap("amazon", "consent.cancel")
	w.sees("partner", "message", "text", "ok")
	w.tap("partner", "message.ok")
	w.sees("partner", "home")

	w.tap("partner", "home.add_device")
	w.sees("partner", "own_set_up", "header", "start")
	require.NoError(w.t, w.phone.Back(w.t.Context()))
	w.sees("partner", "home")

	w.tap("partner", "home.account")
	w.sees("partner", "account", "header", "login_with_amazon", "sign_out", "back")
	w.tap("partner", "account.login_with_amazon")
	w.link()
	w.tap("amazon", "consent.allow")
	w.sees("partner", "account", "linked", "unlink")
	w.tap("partner", "account.back")

	w.lab.World.Switch("plug-device", true)
	w.wait(20 * time.Second)
	w.sees("partner", "home", "header", "tile=First light")
	w.tap("partner", "home.tile=First light")
	w.sees("partner", "device", "title=First light", "online", "remove", "back")
	w.tap("partner", "device.remove")
	w.sees("partner", "remove_confirm", "confirm", "cancel")
	w.tap("partner", "remove_confirm.confirm")
	w.sees("partner", "home", "empty")
	require.Empty(w.t, w.lab.World.PartnerDevices())
}

func quick() world.Config {
	c := world.Defaults()
	c.Partner.SignedIn = false
	c.Provisioner.ReadyAfter = 0
	c.Device.SetUpTime = world.Range{Min: time.Second, Max: time.Second}
	c.Plugs.Answer = world.Range{}
	return c
}

func TestTheMapsKnowThePartnerAppAndAmazonsPages(t *testing.T) {
	lab := open(t, virtual.Config{World: quick(), Latency: handset.PhoneProfile()})
	endpoint := lab.ServeAppium(listen(t))
	newWalker(t, lab, newPhone(t, appium.Options{Endpoint: endpoint, UDID: lab.Serial(), Clock: lab.Clock})).theWay()
}

func TestTheMapsKnowThemThroughTheRealAppium(t *testing.T) {
	var lazy adbtest.Lazy
	rig := lazy.For(t)
	t.Cleanup(func() { require.NoError(t, lazy.Close()) })
	ln := listen(t)
	lab := open(t, virtual.Config{World: quick(), Latency: handset.NoProfile(), Serial: ln.Addr().String(), Speed: 20})
	lab.ServeADB(ln)
	rig.Attach(t, lab.Serial())
	newWalker(t, lab, newPhone(t, appium.Options{Endpoint: rig.AppiumURL, UDID: lab.Serial(), Capabilities: extra(rig, lab.Serial())})).theWay()
}

func TestTheMapsKnowTheOwnSetUp(t *testing.T) {
	c := quick()
	c.Partner.SignedIn, c.Device.SetUpFailure = true, 1
	c.Partner.OwnSetUpDelay = world.Range{Min: 20 * time.Second, Max: 20 * time.Second}
	c.Partner.OwnSetUpTime = world.Range{Min: time.Minute, Max: time.Minute}
	lab := open(t, virtual.Config{World: c, Latency: handset.NoProfile()})
	w := newWalker(t, lab, newPhone(t, appium.Options{Endpoint: lab.ServeAppium(listen(t)), UDID: lab.Serial(), Clock: lab.Clock}))
	w.open("partner")
	w.tap("partner", "home.add_device")
	w.tap("partner", "own_set_up.start") // of a device without power
	w.sees("partner", "own_set_up", "header", "running")
	w.wait(time.Minute)
	w.sees("partner", "own_set_up", "header", "failed", "start", "close")
	w.tap("partner", "own_set_up.close")
	w.sees("partner", "home", "empty")

	lab.World.Switch("plug-device", true)
	w.wait(10 * time.Second)
	w.sees("partner", "own_set_up", "header", "offered", "start")
	w.wait(20 * time.Second)
	w.sees("partner", "own_set_up", "header", "running")
	w.wait(50 * time.Second)
	w.sees("partner", "own_set_up", "header", "done", "close")
	w.tap("partner", "own_set_up.close")
	w.sees("partner", "home", "tile=First light")
	lab.World.Switch("plug-device", false)
	w.wait(time.Second)
	w.tap("partner", "home.tile=First light")
	w.sees("partner", "device", "offline")
}

func TestAllDialogsAreDescribedButOne(t *testing.T) {
	book, err := dialogs.BuiltIn()
	require.NoError(t, err)
	for name, set := range map[string]func(*world.Faults){
		"permission": func(f *world.Faults) { f.PermissionDialog = 1 },
		"rating":     func(f *world.Faults) { f.RatingDialog = 1 },
		"update":     func(f *world.Faults) { f.UpdatePrompt = 1 },
		"battery":    func(f *world.Faults) { f.BatteryDialog = 1 },
		"crash":      func(f *world.Faults) { f.AlexaAppCrash = 1 },
		"unknown":    func(f *world.Faults) { f.UnknownDialog = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			c := quick()
			c.Plugs.Provisioner.On = false
			set(&c.Faults)
			lab := open(t, virtual.Config{World: c, Latency: handset.NoProfile()})
			w := newWalker(t, lab, newPhone(t, appium.Options{Endpoint: lab.ServeAppium(listen(t)), UDID: lab.Serial(), Clock: lab.Clock}))
			w.open("alexa")
			w.sees("alexa", "home")
			lab.World.Switch("plug-device", true)
			w.wait(time.Minute)
			src, err := w.phone.Source(t.Context())
			require.NoError(t, err)
			tree, err := screen.Parse(src)
			require.NoError(t, err)
			sight := book.Find(tree, []string{w.maps["alexa"].Application().Package}, nil)
			if name == "unknown" {
				require.NoError(t, w.nothingIsKnown())
				require.True(t, sight.Unknown())
				return
			}
			require.NotNil(t, sight.Dialog, words(tree))
			require.Equal(t, dialogs.Kind(name), sight.Dialog.Kind)
			choice, ok := book.Choose(tree, sight)
			require.True(t, ok)
			button, err := w.phone.Find(t.Context(), choice.Ask.Locator())
			require.NoError(t, err)
			require.NoError(t, w.phone.Click(t.Context(), button))
			if name == "crash" {
				w.open("alexa")
			}
			w.sees("alexa", "home")
		})
	}
}

func (w *walker) nothingIsKnown() error {
	src, err := w.phone.Source(w.t.Context())
	if err != nil {
		return err
	}
	tree, err := screen.Parse(src)
	if err != nil {
		return err
	}
	for app, m := range w.maps {
		if shown := m.Which(tree); len(shown) > 0 {
			err = errors.Join(err, fmt.Errorf("%s knows it as %v", app, shown))
		}
	}
	return err
}

func TestTheMapsKnowAmazonsErrorPage(t *testing.T) {
	c := quick()
	c.Partner.Scopes = nil
	lab := open(t, virtual.Config{World: c, Latency: handset.NoProfile()})
	w := newWalker(t, lab, newPhone(t, appium.Options{Endpoint: lab.ServeAppium(listen(t)), UDID: lab.Serial(), Clock: lab.Clock}))
	w.open("partner")
	w.tap("partner", "sign_in.login_with_amazon")
	w.tap("partner", "explain.continue")
	w.sees("amazon", "error", "text")
	require.NoError(t, w.phone.Back(t.Context()))
	w.sees("partner", "message", "text", "ok")
}
