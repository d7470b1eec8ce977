package handset_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/world"
)

// Letters grow with the font scale, and what they stand in with them; lines break
// where they did not before.
func TestLettersGrow(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	texts := func() (n, sum int) {
		for _, w := range r.Windows() {
			w.Walk(func(v *ui.Node) bool {
				if v.Text != "" && strings.HasSuffix(v.Class, "TextView") {
					n, sum = n+1, sum+v.Bounds.Height()
				}
				return true
			})
		}
		return n, sum
	}
	_, designed := texts()
	if !r.SetFontScale(2) || r.FontScale() != 2 {
		t.Fatal("the scale is not taken")
	}
	if n, large := texts(); n == 0 || large*2 < designed*3 {
		t.Errorf("%d texts are %d pixels high together, and were %d", n, large, designed)
	}
	for _, wrong := range []float64{0, -1, 3.5, math.NaN()} {
		if r.SetFontScale(wrong) || r.FontScale() != 2 {
			t.Errorf("%v is taken", wrong)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	clk := clock.NewVirtual(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	w, err := world.New(world.Defaults(), clk, nil)
	if err != nil {
		t.Fatal(err)
	}
	models, err := handset.BuiltinModels("")
	if err != nil {
		t.Fatal(err)
	}
	v := apps.DefaultVocabulary()
	v.Actions["fly"] = apps.ActionSpec{}
	flying, err := apps.Parse("fly.yaml", []byte(strings.ReplaceAll(playground, "{do: show, overlay: menu}", "fly")), v)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		cfg    handset.Config
		lab    handset.Lab
		models []*apps.Model
	}{
		"no lab":         {models: models},
		"no home screen": {lab: w, models: models[1:]},
		"an app twice":   {lab: w, models: append(models, models[2])},
		"no function":    {lab: w, models: append(models, flying)},
		"too small":      {lab: w, models: models, cfg: handset.Config{Width: 10, Height: 10}},
	} {
		if _, err := handset.New(c.cfg, c.lab, c.models, clk); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestEveryWordHasAFunction(t *testing.T) {
	v := apps.DefaultVocabulary()
	list := "on_start: ["
	for name := range v.Actions {
		v.Actions[name] = apps.ActionSpec{} // without its arguments
		list += "{do: " + name + ", when: account.email is nobody}, "
	}
	m, err := apps.Parse("all.yaml", []byte(strings.Replace(playground, "label:", list+"]\nlabel:", 1)), v)
	if err != nil {
		t.Fatal(err)
	}
	models, err := handset.BuiltinModels("")
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewVirtual(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	w, err := world.New(world.Defaults(), clk, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handset.New(handset.Config{}, w, append(models, m), clk); err != nil {
		t.Fatal(err)
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
	r := newRig(b, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	for b.Loop() {
		r.Windows()
	}
}

func BenchmarkScreenshot(b *testing.B) {
	r := newRig(b, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	for b.Loop() {
		r.Screenshot()
	}
}
