package handset_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/world"
)

const alexa = "com.amazon.dee.app"

type rig struct {
	*handset.Handset
	t     *testing.T
	world *world.World
	clock *clock.Clock
}

// newRig is a phone in a lab of its own, with the Alexa app in front.
func newRig(t *testing.T, p handset.Profile, change ...func(*world.Config)) *rig {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	cfg := world.Defaults()
	for _, f := range change {
		f(&cfg)
	}
	w, err := world.New(cfg, clk, nil)
	if err != nil {
		t.Fatal(err)
	}
	models, err := handset.BuiltinModels("")
	if err != nil {
		t.Fatal(err)
	}
	h, err := handset.New(handset.Config{Serial: "virtual-7", Profile: &p}, w, models, clk)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{h, t, w, clk}
	if msg := h.Launch(alexa, "", true); msg != "" {
		t.Fatal(msg)
	}
	r.wait(2 * time.Second)
	return r
}

func (r *rig) wait(d time.Duration) {
	if err := r.clock.Sleep(context.Background(), d); err != nil {
		r.t.Fatal(err)
	}
}

// find returns the nodes of the windows for which all of the conditions
// ("text=…", "desc=…", "id=…", "class=…") hold.
func (r *rig) find(conditions ...string) []*ui.Node {
	var found []*ui.Node
	for _, root := range r.Windows() {
		root.Walk(func(n *ui.Node) bool {
			for _, c := range conditions {
				k, v, _ := strings.Cut(c, "=")
				if map[string]string{"text": n.Text, "desc": n.ContentDesc, "id": n.ResourceID, "class": n.Class}[k] != v {
					return true
				}
			}
			found = append(found, n)
			return true
		})
	}
	return found
}

func (r *rig) one(conditions ...string) *ui.Node {
	r.t.Helper()
	found := r.find(conditions...)
	if len(found) != 1 {
		r.t.Fatalf("%d nodes with %v in\n%s", len(found), conditions, r.dump())
	}
	return found[0]
}

func (r *rig) none(conditions ...string) {
	r.t.Helper()
	if found := r.find(conditions...); len(found) > 0 {
		r.t.Fatalf("there is a node with %v in\n%s", conditions, r.dump())
	}
}

func (r *rig) dump() string {
	var b strings.Builder
	var show func(n *ui.Node, depth int)
	show = func(n *ui.Node, depth int) {
		fmt.Fprintf(&b, "%s%s id=%q text=%q desc=%q %v\n", strings.Repeat("  ", depth), n.Class, n.ResourceID, n.Text, n.ContentDesc, n.Bounds)
		for _, c := range n.Children {
			show(c, depth+1)
		}
	}
	for _, w := range r.Windows() {
		show(w, 0)
	}
	return b.String()
}

func (r *rig) tapAt(x, y int) {
	r.Touch(ui.Pointer{Kind: ui.PointerDown, X: x, Y: y})
	r.wait(50 * time.Millisecond)
	r.Touch(ui.Pointer{Kind: ui.PointerUp, X: x, Y: y})
	r.wait(time.Second)
}

func (r *rig) tap(conditions ...string) {
	r.t.Helper()
	x, y := r.one(conditions...).Bounds.Center()
	r.tapAt(x, y)
}

// swipe drags a finger for a second in small steps.
func (r *rig) swipe(x1, y1, x2, y2 int) {
	const steps = 50
	r.Touch(ui.Pointer{Kind: ui.PointerDown, X: x1, Y: y1})
	for i := 1; i <= steps; i++ {
		r.wait(time.Second / steps)
		r.Touch(ui.Pointer{Kind: ui.PointerMove, X: x1 + (x2-x1)*i/steps, Y: y1 + (y2-y1)*i/steps})
	}
	r.Touch(ui.Pointer{Kind: ui.PointerUp, X: x2, Y: y2})
}

func TestTheWayThroughTheAlexaApp(t *testing.T) {
	for _, p := range []struct {
		name    string
		profile handset.Profile
	}{{"none", handset.NoProfile()}, {"phone", handset.PhoneProfile()}} {
		t.Run(p.name, func(t *testing.T) {
			r := newRig(t, p.profile)
			r.tap("class=android.widget.LinearLayout", "desc=Tab, Devices")
			r.one("class=android.view.View", "id=devicePageHeader", "text=DEVICES")
			r.one("class=android.widget.ScrollView")
			r.tap("class=android.widget.TextView", "text=First plug")
			r.one("class=android.view.View", "text=First plug")
			sw := r.one("class=android.widget.Switch", "text=off")
			if !sw.Checkable || sw.Checked {
				t.Fatalf("the switch of a plug that is off: %+v", sw)
			}
			r.tap("class=android.widget.Switch")
			r.wait(5 * time.Second)
			if sw = r.one("class=android.widget.Switch", "text=on"); !sw.Checked {
				t.Fatal("the switch is on and not checked")
			}
			r.tap("class=android.widget.Button", "desc=Back")
			r.one("id=devicePageHeader")
		})
	}
}

func TestDeletingReturnsToTheListWithoutTheDevice(t *testing.T) {
	r := newRig(t, handset.PhoneProfile())
	r.tap("desc=Tab, Devices")
	r.tap("text=Hallway lamp")
	r.tap("desc=Edit")
	r.tap("class=android.widget.Button", "desc=Delete")
	r.none("class=android.widget.EditText") // the dialog is modal
	r.tapAt(20, 300)                        // beside the dialog
	r.tap("class=android.widget.Button", "text=CANCEL")
	r.one("class=android.widget.EditText", "text=Hallway lamp")
	if len(r.world.Devices()) != 10 {
		t.Fatal("CANCEL deleted something")
	}
	r.tap("class=android.widget.Button", "desc=Delete")
	r.tap("class=android.widget.Button", "text=DELETE")
	r.one("id=devicePageHeader")
	r.none("text=Hallway lamp")
	for _, d := range r.world.Devices() {
		if d.Name == "Hallway lamp" {
			t.Fatal("the account still has the device")
		}
	}
}

func TestTheListIsTheAppsOwnCopy(t *testing.T) {
	r := newRig(t, handset.PhoneProfile())
	r.tap("desc=Tab, Devices")
	id := ""
	for _, d := range r.world.Devices() {
		if d.Name == "Bedroom lamp" {
			id = d.ID
		}
	}
	r.wait(16*time.Second - 2*time.Second) // 17 s since the start, of 20
	r.world.Delete(id)
	r.one("text=Bedroom lamp") // stale until the app looks again

	w, h, _, _ := r.Size()
	r.swipe(w/2, h*45/100, w/2, h*55/100) // too short to refresh
	r.one("text=Bedroom lamp")
	r.swipe(w/2, h*30/100, w/2, h*70/100)
	r.one("class=android.widget.ProgressBar")
	r.wait(time.Second)
	r.none("text=Bedroom lamp")
	r.none("class=android.widget.ProgressBar")
}

func TestTheAppLooksByItselfAfterAWhile(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	r.world.Delete(r.world.Devices()[1].ID) // First plug
	r.one("text=First plug")
	r.wait(20 * time.Second)
	r.none("text=First plug")
}

func TestScrollingFollowsTheFinger(t *testing.T) {
	r := newRig(t, handset.NoProfile(), func(c *world.Config) {
		for i := range 20 {
			c.Others = append(c.Others, world.OtherDevice{Name: fmt.Sprintf("Lamp %02d", i), Kind: world.Light})
		}
	})
	r.tap("desc=Tab, Devices")
	list := r.one("class=android.widget.ScrollView")
	if !list.Scrollable {
		t.Fatal("a list that is longer than the screen must be scrollable")
	}
	r.none("text=Lamp 19")
	before := r.one("text=Bedroom lamp")
	r.swipe(540, 1500, 540, 1300)
	after := r.one("text=Bedroom lamp")
	if moved := before.Bounds.Top - after.Bounds.Top; moved != 200-21 { // less the slop of 8 dp
		t.Fatalf("the list moved by %d pixels", moved)
	}
	if before.Key != after.Key {
		t.Fatal("scrolling changed the key of a node")
	}
	x, y := after.Bounds.Center()
	for range 12 {
		r.swipe(540, 1900, 540, 600)
	}
	r.none("text=Bedroom lamp")
	last := r.one("text=Lamp 19")
	if !list.Bounds.Contains(last.Bounds.Center()) {
		t.Fatalf("the last tile %v is not inside the list %v", last.Bounds, list.Bounds)
	}
	offset := r.one("text=Lamp 19").Bounds
	r.swipe(540, 1900, 540, 600)
	if r.one("text=Lamp 19").Bounds != offset {
		t.Fatal("the list scrolls beyond its end")
	}
	for _, root := range r.Windows() {
		root.Walk(func(n *ui.Node) bool {
			if n.Bounds.Empty() || n.Bounds.Intersect(root.Bounds) != n.Bounds {
				t.Errorf("%s %q at %v is not on the screen", n.Class, n.Text, n.Bounds)
			}
			return true
		})
	}
	r.tapAt(x, y)
	r.none("class=android.view.View", "text=Bedroom lamp") // it is not there any more
}

func TestACardCoversEverythingUntilItIsAnswered(t *testing.T) {
	r := newRig(t, handset.PhoneProfile(), func(c *world.Config) { c.Provisioner.ReadyAfter = 0 })
	r.tap("desc=Tab, Devices")
	tile := r.one("text=Second plug").Bounds
	r.tap("text=First plug")
	r.tap("class=android.widget.Switch")
	r.wait(90 * time.Second)
	r.one("class=android.widget.Button", "id=FullScreenTakeover::PrimaryButton")
	r.one("class=android.widget.Button", "id=FullScreenTakeover::SecondaryButton")
	r.one("class=android.widget.ImageView", "id=FullScreenTakeover::PrimaryImage")
	r.one("class=android.widget.TextView", "text=First light")
	r.tapAt(tile.Center())
	r.none("class=android.widget.Switch")
	r.tap("id=FullScreenTakeover::SecondaryButton")
	r.none("id=FullScreenTakeover::PrimaryButton")
	r.one("class=android.view.View", "text=First plug") // the page that was open
	if _, ok := r.world.Card(); ok {
		t.Fatal("the card was not answered")
	}
	r.tap("desc=Back")
	r.swipe(540, 1800, 540, 400)
	r.one("class=android.widget.TextView", "text=First light") // fetched after the answer
}

func TestTapsDuringAnAnimationAreSwallowed(t *testing.T) {
	r := newRig(t, handset.PhoneProfile())
	r.tap("desc=Tab, Devices")
	x, y := r.one("text=First plug").Bounds.Center()
	r.Touch(ui.Pointer{Kind: ui.PointerDown, X: x, Y: y})
	r.Touch(ui.Pointer{Kind: ui.PointerUp, X: x, Y: y})
	if r.IdleIn() <= 0 {
		t.Fatal("a page that slides in is not idle")
	}
	moving := r.one("class=android.widget.Switch").Bounds
	bx, by := r.one("desc=Back").Bounds.Center()
	r.Touch(ui.Pointer{Kind: ui.PointerDown, X: bx, Y: by})
	r.Touch(ui.Pointer{Kind: ui.PointerUp, X: bx, Y: by})
	r.wait(time.Second)
	if r.IdleIn() != 0 {
		t.Fatal("not idle after a second")
	}
	if r.one("class=android.widget.Switch").Bounds == moving {
		t.Fatal("the page did not move")
	}
}

func TestBackAndHome(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	page := r.one("id=devicePageHeader").Key
	r.tap("text=Front door")
	if r.none("id=devicePageHeader"); len(r.find("text=Front door")) != 1 {
		t.Fatal(r.dump())
	}
	r.Key(4, 0, false)
	if again := r.one("id=devicePageHeader").Key; again == page {
		t.Fatal("a page that was left and came back has the key that it had")
	}
	r.Key(3, 0, false)
	if pkg, _ := r.Foreground(); pkg == alexa || r.AppState(alexa) != 3 {
		t.Fatal("the app is still in front")
	}
	r.tap("text=Amazon Alexa") // its icon
	r.one("id=devicePageHeader")
	r.Key(4, 0, false)
	r.none("id=devicePageHeader")
	if r.AppState(alexa) != 4 {
		t.Fatal("back from the devices page leads home")
	}
	r.Key(4, 0, false)
	if r.AppState(alexa) != 3 {
		t.Fatal("back from the home page leaves the app")
	}
	r.Launch(alexa, "", false)
	r.tap("desc=Tab, Devices")
	r.Launch(alexa, ".Launcher", true)
	r.none("id=devicePageHeader") // started anew
	r.ForceStop(alexa)
	if r.AppState(alexa) != 1 {
		t.Fatal("the app still runs")
	}
}

func TestLaunchSaysWhatIsWrong(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	for _, c := range []struct{ pkg, activity string }{{"com.example.none", ""}, {"com.example.none", "com.example.A"}, {alexa, "com.amazon.dee.app.Nothing"}} {
		if msg := r.Launch(c.pkg, c.activity, false); !strings.HasPrefix(msg, "Error") {
			t.Errorf("%v: %q", c, msg)
		}
	}
	if r.AppState(alexa) != 4 || r.AppState("com.example.none") != 0 {
		t.Fatal("a launch that failed changed something")
	}
}

func TestTyping(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	r.tap("text=First plug")
	r.tap("desc=Edit")
	field := r.one("class=android.widget.EditText", "text=First plug")
	if r.KeyboardShown() {
		t.Fatal("the keyboard is up without focus")
	}
	r.tap("class=android.widget.EditText")
	if !r.KeyboardShown() || !r.one("class=android.widget.EditText").Focused {
		t.Fatal("a tap on a text field focuses it")
	}
	if !r.SetText(field.Key, "Zwölf „Ampeln“ 灯", true) || !r.SetText(field.Key, "!", false) {
		t.Fatal("the field does not take text")
	}
	r.one("class=android.widget.EditText", "text=Zwölf „Ampeln“ 灯!")
	r.Key(67, 0, false)
	r.Key(29, 1, false)
	r.one("class=android.widget.EditText", "text=Zwölf „Ampeln“ 灯A")
	r.Key(4, 0, false)
	if r.KeyboardShown() {
		t.Fatal("back hides the keyboard")
	}
	r.one("class=android.widget.EditText")
	if r.SetText(r.one("desc=Delete").Key, "x", true) || r.Focus("nothing") {
		t.Fatal("what is not editable takes text")
	}
	r.Key(4, 0, false)
	if r.SetText(field.Key, "x", true) {
		t.Fatal("a field of a page that was left takes text")
	}
}

func TestTheOldReleaseWorksAsItsScriptsExpect(t *testing.T) {
	models, err := handset.BuiltinModels("alexa-2021")
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewVirtual(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	w, err := world.New(world.Defaults(), clk, nil)
	if err != nil {
		t.Fatal(err)
	}
	none := handset.NoProfile()
	h, err := handset.New(handset.Config{Profile: &none}, w, models, clk)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{h, t, w, clk}
	r.Launch(alexa, "", true)
	r.tap("desc=Tab, Devices")
	r.one("class=android.view.View", "text=DEVICES")
	r.none("desc=All Devices")
	r.swipe(756, 397, 324, 397) // 70 % to 30 % of the width, at 17 % of the height
	r.tap("class=android.widget.Button", "desc=All Devices")
	r.one("class=android.view.View", "text=ALL DEVICES")
	r.tap("class=android.widget.TextView", "text=First plug")
	r.one("class=android.view.View", "text=FIRST PLUG")
	r.tap("desc=Back")
	r.one("class=android.view.View", "text=ALL DEVICES")
}

func TestTwoFingersDoNothing(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	x, y := r.one("text=First plug").Bounds.Center()
	r.Touch(ui.Pointer{Kind: ui.PointerDown, ID: 0, X: x, Y: y})
	r.Touch(ui.Pointer{Kind: ui.PointerDown, ID: 1, X: x, Y: y + 100})
	r.Touch(ui.Pointer{Kind: ui.PointerMove, ID: 1, X: x, Y: y + 500})
	r.Touch(ui.Pointer{Kind: ui.PointerUp, ID: 0, X: x, Y: y})
	r.Touch(ui.Pointer{Kind: ui.PointerUp, ID: 1, X: x, Y: y})
	r.Touch(ui.Pointer{Kind: ui.PointerUp, ID: 5, X: x, Y: y})
	r.Touch(ui.Pointer{Kind: ui.PointerMove, ID: 5, X: x, Y: y})
	r.one("id=devicePageHeader")
	r.tap("text=First plug") // and the next finger works
	r.one("class=android.widget.Switch")
}

func TestTurningThePhone(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	r.SetRotation(1)
	w, h, _, _ := r.Size()
	if w != 2340 || h != 1080 {
		t.Fatalf("landscape is %d by %d", w, h)
	}
	r.one("id=devicePageHeader")
	r.tap("text=Echo Dot")
	r.one("class=android.view.View", "text=Echo Dot")
	if img, ok := r.Screenshot(); !ok || img.Bounds().Dx() != w || img.Bounds().Dy() != h {
		t.Fatal("the picture is not as large as the screen")
	}
}

func TestItSaysWhatItIs(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	if r.Prop("ro.product.manufacturer") != "ffscert-virtual" || r.Prop("ro.serialno") != "virtual-7" || r.Prop("ro.build.version.sdk") != "33" {
		t.Fatal(r.Props())
	}
	r.one("class=android.widget.FrameLayout", "id=android:id/content")
}

func TestClearingDataSignsOut(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.ClearData(alexa)
	r.Launch(alexa, "", false)
	r.none("desc=Tab, Devices")
	r.tap("text=SIGN IN")
	r.one("desc=Tab, Devices")
}

func TestScreenOff(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.Key(26, 0, false)
	if r.Awake() || len(r.Windows()) != 0 {
		t.Fatal("something is shown on a dark screen")
	}
	r.tapAt(500, 500)
	if _, ok := r.Screenshot(); !ok {
		t.Fatal("no picture")
	}
	r.Wake()
	r.one("desc=Tab, Devices")
}

func TestLatencyDependsOnTheSeedAlone(t *testing.T) {
	series := func() (list []time.Duration) {
		r := newRig(t, handset.PhoneProfile())
		for range 20 {
			list = append(list, r.Latency(ui.OpSource))
		}
		return list
	}
	a, b := series(), series()
	for i := range a {
		if a[i] != b[i] || a[i] < 300*time.Millisecond || a[i] > 500*time.Millisecond {
			t.Fatalf("%v\n%v", a, b)
		}
	}
	if r := newRig(t, handset.NoProfile()); r.Latency(ui.OpSource) != 0 {
		t.Fatal("a phone without latency has some")
	}
}

func TestManyHandsAtOnce(t *testing.T) {
	r := newRig(t, handset.PhoneProfile())
	done := make(chan struct{})
	work := []func(){
		func() { r.Windows() }, func() { r.Touch(ui.Pointer{Kind: ui.PointerDown, X: 900, Y: 2150}) },
		func() { r.Touch(ui.Pointer{Kind: ui.PointerUp, X: 900, Y: 2150}) }, func() { r.Key(4, 0, false) },
		func() { r.Launch(alexa, "", false) }, func() { r.wait(100 * time.Millisecond) }, func() { r.Foreground(); r.Processes(); r.IdleIn() },
		func() { r.Screenshot() },
	}
	for _, f := range work {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 10 {
				f()
			}
		}()
	}
	for range work {
		<-done
	}
	seen := map[string]bool{}
	for _, root := range r.Windows() {
		root.Walk(func(n *ui.Node) bool {
			if seen[n.Key] {
				t.Errorf("two nodes with the key %s", n.Key)
			}
			seen[n.Key] = true
			return true
		})
	}
}

func BenchmarkWindows(b *testing.B) {
	t := &testing.T{}
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	for b.Loop() {
		r.Windows()
	}
}

func BenchmarkScreenshot(b *testing.B) {
	t := &testing.T{}
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	for b.Loop() {
		r.Screenshot()
	}
}
