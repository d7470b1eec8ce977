package handset_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
)

func TestDialogsLieAboveTheAppUntilTheyAreAnswered(t *testing.T) {
	for _, c := range []struct {
		kind            string
		fault           func(*world.Faults)
		accept, decline string // ids
		pkg             string // of the window
		inFront         string
		own             bool // the Alexa app's: not above others
	}{
		{"permission", func(f *world.Faults) { f.PermissionDialog = 1 }, "com.android.permissioncontroller:id/permission_allow_button",
			"com.android.permissioncontroller:id/permission_deny_button", "com.google.android.permissioncontroller", "com.google.android.permissioncontroller", false},
		{"rating", func(f *world.Faults) { f.RatingDialog = 1 }, "android:id/button1", "android:id/button2", alexa, alexa, true},
		{"update", func(f *world.Faults) { f.UpdatePrompt = 1 }, "android:id/button1", "android:id/button2", alexa, alexa, true},
		{"battery", func(f *world.Faults) { f.BatteryDialog = 1 }, "android:id/button1", "android:id/button2", "com.android.systemui", alexa, false},
		{"unknown", func(f *world.Faults) { f.UnknownDialog = 1 }, "com.example.vendor.tips:id/proceed", "", "com.example.vendor.tips", alexa, false},
	} {
		t.Run(c.kind, func(t *testing.T) {
			for _, id := range []string{c.accept, c.decline, "back"} {
				if id == "" {
					continue
				}
				r := newRig(t, handset.NoProfile(), func(cfg *world.Config) {
					c.fault(&cfg.Faults)
					cfg.Plugs.Provisioner.On = false // nothing else happens
				})
				r.tap("desc=Tab, Devices")
				r.world.Switch("plug-device", true)
				r.wait(time.Minute)
				if c.own {
					r.Launch(lumen, "", true)
					r.one("id=com.example.lumen:id/home_title")
					r.Launch(alexa, "", false)
				}
				r.none("id=devicePageHeader")
				if got := r.Windows()[0].Package; got != c.pkg {
					t.Fatalf("the window on top is of %s", got)
				}
				if got, _ := r.Foreground(); got != c.inFront || r.AppState(c.inFront) != 4 {
					t.Fatalf("%s is in front", got)
				}
				d := r.world.Dialogs()
				if len(d) != 1 || len(r.find("text="+d[0].Title)) != 1 {
					t.Fatalf("%+v is not what is shown:\n%s", d, r.dump())
				}
				if id == "back" {
					r.Key(4, 0, false)
				} else {
					r.tap("id=" + id)
				}
				r.one("id=devicePageHeader")
				r.inFront(alexa)
				if len(r.world.Dialogs()) != 0 {
					t.Fatal("the lab still has it")
				}
			}
		})
	}
}

func TestTheLabLearnsWhichButtonWasTapped(t *testing.T) {
	clk := clock.NewVirtual(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	cfg := world.Defaults()
	cfg.Faults.PermissionDialog = 1
	var events bytes.Buffer
	w, err := world.New(cfg, clk, &events)
	if err != nil {
		t.Fatal(err)
	}
	models, err := handset.BuiltinModels("")
	if err != nil {
		t.Fatal(err)
	}
	p := handset.NoProfile()
	h, err := handset.New(handset.Config{Profile: &p}, w, models, clk)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{h, t, w, clk}
	w.Switch("plug-device", true)
	r.wait(time.Minute)
	r.tap("id=com.android.permissioncontroller:id/permission_deny_button") // above the home screen, too
	if !strings.Contains(events.String(), `"how":"Don't allow"`) {
		t.Fatal(events.String())
	}
}

func TestAnAppThatCrashesIsGoneAndTheSystemSaysSo(t *testing.T) {
	for _, c := range []struct {
		pkg, label string
		fault      func(*world.Faults)
	}{
		{alexa, "Amazon Alexa", func(f *world.Faults) { f.AlexaAppCrash = 1 }},
		{lumen, "Lumen", func(f *world.Faults) { f.PartnerAppCrash = 1 }},
	} {
		t.Run(c.label, func(t *testing.T) {
			r := newPhone(t, handset.PhoneProfile(), "", nil, func(cfg *world.Config) { c.fault(&cfg.Faults) })
			r.Launch(c.pkg, "", true)
			r.wait(time.Second)
			r.world.Switch("plug-device", true)
			r.wait(time.Minute)
			r.one("id=android:id/alertTitle", "text="+c.label+" keeps stopping")
			if r.AppState(c.pkg) != 1 {
				t.Fatal("the app still runs")
			}
			for _, p := range r.Processes() {
				if p.Name == c.pkg {
					t.Fatal("its process is still there")
				}
			}
			if r.Windows()[0].Package != "android" {
				t.Fatal("the notice is not the system's")
			}
			// It lies above whatever is opened.
			r.Launch(c.pkg, "", false)
			r.wait(time.Second)
			r.tap("id=android:id/aerr_close")
			r.inFront(c.pkg) // once, and not again
			r.wait(time.Minute)
			r.inFront(c.pkg)
		})
	}
}

func TestOnlyAnAppInFrontCrashes(t *testing.T) {
	r := newPhone(t, handset.NoProfile(), "", nil, func(c *world.Config) {
		c.Faults.PartnerAppCrash, c.Plugs.Provisioner.On = 1, false
	})
	r.Launch(alexa, "", true)
	r.world.Switch("plug-device", true)
	r.wait(time.Minute)
	r.one("desc=Tab, Devices")
	r.Launch(lumen, "", true)
	r.one("text=Lumen keeps stopping")
	r.Key(4, 0, false)
	r.none("text=Lumen keeps stopping")
}

func TestWhoOwnsTheDialogsIsInstalled(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	want := map[string]bool{lumen: true, browser: true, "com.google.android.permissioncontroller": true, "com.example.vendor.tips": true, "android": true}
	seen := map[string]bool{}
	for _, p := range r.Installed() {
		if seen[p.Name] {
			t.Errorf("%s twice", p.Name)
		}
		seen[p.Name] = true
		delete(want, p.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	// The icons of the home screen, and no dialogs among them.
	r.Key(3, 0, false)
	for _, label := range []string{"Amazon Alexa", "Lumen", "Chrome", "Settings"} {
		if n := r.one("text=" + label); n.Bounds.Right > 1080 {
			t.Errorf("%s is beyond the edge: %v", label, n.Bounds)
		}
	}
	r.none("text=System dialogs")
	if msg := r.Launch("android", "", false); !strings.HasPrefix(msg, "Error") {
		t.Errorf("the system's dialogs can be started: %q", msg)
	}
}

func TestAModelOfDialogsHasNoScreens(t *testing.T) {
	src, err := apps.Source("system-dialogs")
	if err != nil {
		t.Fatal(err)
	}
	for old, bad := range map[string]string{
		"dialogs: true":                   "dialogs: true\nstart: [{screen: x}]",
		"    when: dialog.kind is rating": "",
		"package: com.android.systemui":   "package: nonsense",
	} {
		if !strings.Contains(string(src), old) {
			t.Fatalf("%q is not in the model", old)
		}
		if _, err := apps.Parse("d.yaml", []byte(strings.Replace(string(src), old, bad, 1)), apps.DefaultVocabulary()); err == nil {
			t.Errorf("%q: accepted", bad)
		}
	}
}
