package handset_test

import (
	"testing"
	"time"

	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/world"
)

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
	r.wait(13 * time.Second) // 16 s since the start: it looks by itself after 20
	r.world.Delete(id)
	r.one("text=Bedroom lamp") // stale until the app looks again

	w, h, _, _ := r.Size()
	r.swipe(w/2, h*45/100, w/2, h*52/100) // too short to refresh
	r.wait(700 * time.Millisecond)
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

func TestATouchThatACardInterruptedDoesNothing(t *testing.T) {
	r := newRig(t, handset.NoProfile(), func(c *world.Config) { c.Provisioner.ReadyAfter = 0 })
	r.tap("desc=Tab, Devices")
	r.tap("text=First plug")
	r.tap("class=android.widget.Switch")
	// Where the card's first button will be.
	x, y := 540, 1960
	r.Touch(ui.Pointer{Kind: ui.PointerDown, X: x, Y: y})
	r.wait(90 * time.Second)
	if b := r.one("id=FullScreenTakeover::PrimaryButton").Bounds; !b.Contains(x, y) {
		t.Fatalf("the button is at %v", b)
	}
	r.Touch(ui.Pointer{Kind: ui.PointerUp, X: x, Y: y})
	r.one("id=FullScreenTakeover::PrimaryButton")
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

func TestEveryTabLeadsBackHome(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	r.tap("desc=Tab, More")
	if n := r.one("desc=Tab, More"); !n.Selected || r.one("desc=Tab, Devices").Selected {
		t.Fatal("the wrong tab is selected")
	}
	r.Key(4, 0, false)
	r.none("id=devicePageHeader")
	r.one("text=Amazon Alexa")
}

func TestClearingDataSignsOut(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.ClearData(alexa)
	r.Launch(alexa, "", false)
	r.none("desc=Tab, Devices")
	r.tap("text=SIGN IN")
	r.one("desc=Tab, Devices")
}

func TestTheOldReleaseWorksAsItsScriptsExpect(t *testing.T) {
	r := newPhone(t, handset.NoProfile(), "alexa-2021", nil)
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
