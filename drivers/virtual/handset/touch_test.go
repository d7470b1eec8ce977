package handset_test

import (
	"fmt"
	"testing"
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/world"
)

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

func TestAListThatShrinksStaysInPlace(t *testing.T) {
	r := newRig(t, handset.NoProfile(), func(c *world.Config) {
		for i := range 10 {
			c.Others = append(c.Others, world.OtherDevice{Name: fmt.Sprintf("Lamp %02d", i), Kind: world.Light})
		}
	})
	r.tap("desc=Tab, Devices")
	for range 3 {
		r.swipe(540, 1900, 540, 600)
	}
	r.one("text=Lamp 09")
	for i, d := range r.world.Devices() {
		if i > 11 {
			r.world.Delete(d.ID)
		}
	}
	r.wait(20 * time.Second)
	list, last := r.one("class=android.widget.ScrollView").Bounds, r.one("text=Lamp 01").Bounds
	if gap := list.Bottom - last.Bottom; gap < 0 || gap > 250 {
		t.Fatalf("%d pixels between the last tile and the end of the list", gap)
	}
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

func TestAppSwitch(t *testing.T) {
	r := newRig(t, handset.NoProfile())
	r.tap("desc=Tab, Devices")
	r.Key(187, 0, false)
	if pkg, _ := r.Foreground(); pkg == alexa {
		t.Fatal("the overview of apps does not come up")
	}
	r.Key(187, 0, false)
	r.one("id=devicePageHeader") // back where it was
	r.Key(3, 0, false)
	r.Key(187, 0, false) // from home: the overview, and then the app
	if pkg, _ := r.Foreground(); pkg == alexa {
		t.Fatal("one press is enough from home")
	}
	r.Key(187, 0, false)
	r.one("id=devicePageHeader")
	r.ForceStop(alexa)
	r.Key(187, 0, false)
	r.Key(187, 0, false) // no app is left to go to
	if pkg, _ := r.Foreground(); pkg == alexa {
		t.Fatal("an app that was stopped comes back")
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
	for _, hide := range []func(){func() { r.Key(4, 0, false) }, func() { r.Key(111, 0, false) }, r.HideKeyboard} {
		if !r.KeyboardShown() {
			t.Fatal("the keyboard is not up")
		}
		if hide(); r.KeyboardShown() {
			t.Fatal("the keyboard stays")
		}
		if !r.one("class=android.widget.EditText").Focused {
			t.Fatal("the field loses the focus with the keyboard")
		}
		r.tap("class=android.widget.EditText")
	}
	r.HideKeyboard()
	r.Key(30, 0, false) // keys reach the field without the keyboard
	r.one("class=android.widget.EditText", "text=Zwölf „Ampeln“ 灯Ab")
	r.one("class=android.widget.EditText")
	if r.SetText(r.one("desc=Delete").Key, "x", true) || r.Focus("nothing") {
		t.Fatal("what is not editable takes text")
	}
	r.Key(4, 0, false)
	if r.SetText(field.Key, "x", true) {
		t.Fatal("a field of a page that was left takes text")
	}
}

const playground = `schema: ffscert/app/v1
package: com.example.play
activity: com.example.play.Main
version_name: "1"
version_code: 1
label: Play
start: [{screen: main}]
screens:
  main:
    body:
      layout: stack
      children:
        - {class: android.widget.Button, text: below, width: 200, height: 100, tap: {do: open, screen: below}}
        - {class: android.widget.Button, text: above, width: 200, height: 50, tap: {do: open, screen: above}}
        - {class: android.widget.Button, text: off, width: 200, height: 50, margin: [200, 0, 0, 0], enabled: account.email is nobody, tap: {do: open, screen: above}}
        - {class: android.widget.Button, text: hold, width: 200, height: 50, margin: [300, 0, 0, 0], tap: {do: open, screen: above}, long_press: {do: show, overlay: menu}}
        - {class: android.widget.EditText, input: secret, password: true, hint: Password, width: 200, height: 50, margin: [400, 0, 0, 0]}
  above: {body: {children: [{class: android.widget.TextView, text: page above}]}}
  below: {body: {children: [{class: android.widget.TextView, text: page below}]}}
overlays:
  - {name: menu, body: {children: [{class: android.widget.TextView, text: a menu}]}}
`

func TestAnAppOfOnesOwn(t *testing.T) {
	m, err := apps.Parse("play.yaml", []byte(playground), apps.DefaultVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	r := newPhone(t, handset.NoProfile(), "", m)
	r.tap("text=Play") // its icon on the home screen
	x, y := r.one("text=above").Bounds.Center()
	r.tapAt(x, y)
	r.one("text=page above") // what is drawn last gets the touch
	r.Key(4, 0, false)
	r.tapAt(x, y+150)
	r.one("text=page below")
	r.Key(4, 0, false)
	if r.one("text=off").Enabled {
		t.Fatal("enabled")
	}
	r.tap("text=off")
	hold := r.one("text=hold")
	x, y = hold.Bounds.Center()
	if !hold.LongClickable {
		t.Fatal("not long-clickable")
	}
	r.Touch(ui.Pointer{Kind: ui.PointerDown, X: x, Y: y})
	r.wait(499 * time.Millisecond)
	r.none("text=a menu")
	r.wait(time.Millisecond)
	r.one("text=a menu") // while the finger is still down
	r.Touch(ui.Pointer{Kind: ui.PointerUp, X: x, Y: y})
	r.Key(4, 0, false)
	r.none("text=a menu")
	r.tap("text=hold")
	r.one("text=page above")
	r.Key(4, 0, false)
	field := r.one("class=android.widget.EditText", "text=Password")
	if !field.Password || !r.SetText(field.Key, "hunter2", true) {
		t.Fatal("no password field")
	}
	r.one("class=android.widget.EditText", "text=•••••••")
}
