// Package uitest is a small handset for tests of what sits on a ui.Handset: one
// app with a list that scrolls, a field to type into and a dialog. It knows
// nothing of worlds and app models.
package uitest

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"sync"
	"time"

	"ffscert/drivers/virtual/ui"
)

// Package names of the phone.
const (
	App   = "com.amazon.dee.app"
	Other = "com.example.other"
)

// Geometry of the list, in pixels.
const (
	Width, Height = 1080, 2160
	StatusBar     = 66
	NavBar        = 132
	listTop       = 300
	listBottom    = 1700
	rowHeight     = 200
)

// Clock is virtual time without a queue.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	Sleeps int
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep moves the time.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
	c.Sleeps++
	return nil
}

// Touch is a pointer event with its time.
type Touch struct {
	ui.Pointer
	At time.Duration // since the handset was made
}

// Handset is the phone. Its fields may be set before it is used.
type Handset struct {
	Rows   []string
	Dialog string // "", "alert" or "permission"
	Extra  []*ui.Node
	Costs  map[ui.Operation]time.Duration
	Busy   time.Time // until when the screen moves by itself
	Secure bool
	Gone   bool // unplugged

	clock *Clock
	start time.Time

	mu       sync.Mutex
	rotation int
	offset   int // how far the list is scrolled
	gen      int // counts the starts of the app; part of every key
	field    string
	focus    string
	touches  []Touch
	keys     []string
	clicked  []string
	down     map[int]ui.Pointer
	clip     string
	state    map[string]ui.AppState
	cleared  []string
	launched []string
	launchAs string
}

// New is a handset that shows the list "Row 0" to "Row 19".
func New() *Handset {
	h := &Handset{clock: &Clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, down: map[int]ui.Pointer{},
		state: map[string]ui.AppState{App: 4, Other: 1}}
	h.start = h.clock.now
	for i := range 20 {
		h.Rows = append(h.Rows, fmt.Sprintf("Row %d", i))
	}
	return h
}

// Touches are the events so far.
func (h *Handset) Touches() []Touch {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Touch(nil), h.touches...)
}

// Clicked are the resource ids or texts of what was tapped.
func (h *Handset) Clicked() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.clicked...)
}

// Keys are the key codes pressed: "4", "26+1" with a meta state, "3 long".
func (h *Handset) Keys() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.keys...)
}

// Field is the text of the field.
func (h *Handset) Field() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.field
}

// Cleared are the packages whose data was cleared.
func (h *Handset) Cleared() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.cleared...)
}

// Launched are the starts: "pkg/activity", with " -S" for a restart.
func (h *Handset) Launched() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.launched...)
}

// Replace gives everything on the screen a new identity.
func (h *Handset) Replace() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gen++
}

func box(l, t, r, b int) ui.Rect { return ui.Rect{Left: l, Top: t, Right: r, Bottom: b} }

// Windows draws the screen.
func (h *Handset) Windows() []*ui.Node {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := func(s string) string { return fmt.Sprintf("%d.%s", h.gen, s) }
	node := func(k, class string, b ui.Rect, kids ...*ui.Node) *ui.Node {
		return &ui.Node{Key: key(k), Class: class, Package: App, Bounds: b, Enabled: true, Displayed: true, Children: kids}
	}
	header := node("header", "android.view.View", box(0, 100, 1080, 220))
	header.ResourceID, header.Text = "devicePageHeader", "Devices"
	plus := node("plus", "android.widget.ImageButton", box(900, 100, 1060, 220))
	plus.ResourceID, plus.ContentDesc, plus.Clickable = App+":id/home_header_quick_add", `Add "new" <device> & more`, true
	field := node("field", "android.widget.EditText", box(0, 220, 1080, 300))
	field.Text, field.Hint, field.Focusable, field.Focused, field.Clickable = h.field, "Search", true, h.focus == field.Key, true
	list := node("list", "android.widget.ScrollView", box(0, listTop, 1080, listBottom))
	list.Scrollable = true
	clip := list.Bounds
	for i, text := range h.Rows {
		top := listTop + i*rowHeight - h.offset
		visible := box(0, top, 1080, top+rowHeight).Intersect(clip)
		if visible.Empty() {
			continue // recycled, as a list does with what is out of sight
		}
		t := node(fmt.Sprintf("row%d.text", i), "android.widget.TextView", visible)
		t.Text = text
		icon := node(fmt.Sprintf("row%d.icon", i), "android.widget.ImageView", visible)
		icon.ContentDesc = "icon of " + text
		row := node(fmt.Sprintf("row%d", i), "android.view.ViewGroup", visible, icon, t)
		row.Clickable = true
		list.Children = append(list.Children, row)
	}
	hidden := node("hidden", "android.widget.TextView", ui.Rect{})
	hidden.Text, hidden.Displayed = "invisible", false
	inner := node("inner", "com.example.Outer$Inner", box(0, 1700, 200, 1800))
	inner.Text = "bad \x01 char \n tab"
	tab := node("tab", "android.widget.LinearLayout", box(540, 1900, 1080, 2028))
	tab.ContentDesc, tab.Clickable, tab.Selected = "Tab, Devices", true, true
	frame := node("frame", "android.widget.FrameLayout", box(0, 0, 1080, 2160), header, plus, field, list, hidden, inner, tab)
	frame.Children = append(frame.Children, h.Extra...)
	bar := &ui.Node{Key: "bar", Class: "android.widget.FrameLayout", Package: "com.android.systemui", Bounds: box(0, 0, 1080, StatusBar), Enabled: true, Displayed: true}
	out := []*ui.Node{frame}
	if h.Dialog != "" {
		out = append(out, h.dialog(node))
	}
	return append(out, bar)
}

func (h *Handset) dialog(node func(string, string, ui.Rect, ...*ui.Node) *ui.Node) *ui.Node {
	button := func(k, id, text string, l int) *ui.Node {
		b := node(k, "android.widget.Button", box(l, 1300, l+200, 1400))
		b.ResourceID, b.Text, b.Clickable = id, text, true
		return b
	}
	var kids []*ui.Node
	part := func(k, id, text string, top int) {
		n := node(k, "android.widget.TextView", box(200, top, 880, top+80))
		n.ResourceID, n.Text = id, text
		kids = append(kids, n)
	}
	if h.Dialog == "permission" {
		const pkg = "com.android.permissioncontroller:id/"
		part("p.message", pkg+"permission_message", "Allow Alexa to find nearby devices?", 900)
		kids = append(kids, button("p.deny", pkg+"permission_deny_button", "Don't allow", 200),
			button("p.allow", pkg+"permission_allow_button", "Allow", 600))
	} else {
		part("a.title", "android:id/alertTitle", "Delete device", 800)
		part("a.message", "android:id/message", "Are you sure?", 900)
		kids = append(kids, button("a.no", "android:id/button2", "CANCEL", 200), button("a.yes", "android:id/button1", "DELETE", 600))
	}
	content := node("content", "android.widget.FrameLayout", box(180, 780, 900, 1420), kids...)
	content.ResourceID = "android:id/content"
	return content
}

// Size is fixed, turned when rotated.
func (h *Handset) Size() (int, int, int, int) {
	if h.Rotation()%2 == 1 {
		return Height, Width, StatusBar, NavBar
	}
	return Width, Height, StatusBar, NavBar
}

// Density is 440 dpi.
func (h *Handset) Density() int { return 440 }

// Rotation as set.
func (h *Handset) Rotation() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rotation
}

// SetRotation turns the phone.
func (h *Handset) SetRotation(r int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rotation = r
}

// Touch records, scrolls the list by drags and notes taps.
func (h *Handset) Touch(p ui.Pointer) {
	h.mu.Lock()
	h.touches = append(h.touches, Touch{p, h.clock.Now().Sub(h.start)})
	from, had := h.down[p.ID]
	switch p.Kind {
	case ui.PointerDown:
		h.down[p.ID] = p
	case ui.PointerMove:
		if had && len(h.down) == 1 && p.Y != from.Y {
			if from.Y >= listTop && from.Y < listBottom {
				h.offset = min(max(h.offset+from.Y-p.Y, 0), max(len(h.Rows)*rowHeight-(listBottom-listTop), 0))
			}
			from.X, from.Y, from.Kind = p.X, p.Y, ui.PointerMove
			h.down[p.ID] = from
		}
	case ui.PointerUp:
		delete(h.down, p.ID)
		h.mu.Unlock()
		if had && from.Kind == ui.PointerDown && abs(p.X-from.X)+abs(p.Y-from.Y) < 20 {
			h.tapped(p.X, p.Y)
		}
		return
	case ui.PointerCancel:
		delete(h.down, p.ID)
	}
	h.mu.Unlock()
}

func abs(i int) int { return max(i, -i) }

func (h *Handset) tapped(x, y int) {
	windows := h.Windows()
	top := windows[0]
	if len(windows) > 2 {
		top = windows[1]
	}
	name := ""
	top.Walk(func(n *ui.Node) bool {
		if n.Displayed && n.Bounds.Contains(x, y) {
			for _, s := range []string{n.ResourceID, n.Text, n.ContentDesc} {
				if s != "" {
					name = s
					break
				}
			}
			if n.Class == "android.widget.EditText" {
				h.Focus(n.Key)
			}
		}
		return true
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clicked = append(h.clicked, name)
	if top != windows[0] {
		h.Dialog = ""
	}
}

// Key records.
func (h *Handset) Key(code, meta int, long bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := fmt.Sprint(code)
	if meta != 0 {
		s += fmt.Sprintf("+%d", meta)
	}
	if long {
		s += " long"
	}
	h.keys = append(h.keys, s)
	if code == 3 {
		h.state[App] = 3
	}
}

// SetText edits the field.
func (h *Handset) SetText(key, text string, replace bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if key != fmt.Sprintf("%d.field", h.gen) {
		return false
	}
	if replace {
		h.field = ""
	}
	h.field += text
	return true
}

// Focus puts the focus on a node.
func (h *Handset) Focus(key string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.focus = key
	return true
}

// KeyboardShown while something has the focus.
func (h *Handset) KeyboardShown() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.focus != ""
}

// HideKeyboard takes the focus away.
func (h *Handset) HideKeyboard() { h.Focus("") }

// Screenshot is one colour with a blue header.
func (h *Handset) Screenshot() (image.Image, bool) {
	if h.Secure {
		return nil, false
	}
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	for y := 100; y < 220; y++ {
		for x := range Width {
			img.SetRGBA(x, y, color.RGBA{B: 255, A: 255})
		}
	}
	return img, true
}

// Prop knows what a session asks for.
func (h *Handset) Prop(name string) string { return h.Props()[name] }

// Props of the phone.
func (h *Handset) Props() map[string]string {
	return map[string]string{
		"ro.product.manufacturer": "ffscert-virtual", "ro.product.model": "Test", "ro.product.brand": "ffscert",
		"ro.build.version.sdk": "33", "ro.build.version.release": "13", "ro.serialno": "test-1",
	}
}

// Installed are two apps.
func (h *Handset) Installed() []ui.Package {
	return []ui.Package{
		{Name: App, Activity: App + ".Launcher", VersionName: "2023.23", VersionCode: 1},
		{Name: Other, Activity: Other + ".Main", VersionName: "1", VersionCode: 1},
	}
}

// Launch brings an app to the front.
func (h *Handset) Launch(pkg, activity string, restart bool) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.state[pkg]; !ok {
		return "Error: Activity class {" + pkg + "/" + activity + "} does not exist."
	}
	for p, s := range h.state {
		if s == 4 && p != pkg {
			h.state[p] = 3
		}
	}
	h.state[pkg] = 4
	s := pkg + "/" + activity
	if restart {
		s += " -S"
		h.gen++
		h.offset = 0
	}
	h.launched = append(h.launched, s)
	h.launchAs = activity
	return ""
}

// ForceStop ends an app.
func (h *Handset) ForceStop(pkg string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.state[pkg]; ok {
		h.state[pkg] = 1
	}
}

// AppState as launched and stopped.
func (h *Handset) AppState(pkg string) ui.AppState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state[pkg]
}

// Processes are the running apps.
func (h *Handset) Processes() []ui.Process { return []ui.Process{{PID: 100, UID: 10001, Name: App}} }

// Foreground is the app in front, or the launcher.
func (h *Handset) Foreground() (string, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for p, s := range h.state {
		if s == 4 {
			if h.launchAs != "" {
				return p, h.launchAs
			}
			return p, p + ".Launcher"
		}
	}
	return "com.android.launcher3", "com.android.launcher3.Launcher"
}

// ClearData records and stops.
func (h *Handset) ClearData(pkg string) {
	h.mu.Lock()
	h.cleared = append(h.cleared, pkg)
	h.mu.Unlock()
	h.ForceStop(pkg)
}

// Awake always.
func (h *Handset) Awake() bool { return true }

// Locked never.
func (h *Handset) Locked() bool { return false }

// Wake does nothing.
func (h *Handset) Wake() {}

// Online unless unplugged.
func (h *Handset) Online() bool { return !h.Gone }

// Clipboard as set.
func (h *Handset) Clipboard() string { return h.clip }

// SetClipboard sets it.
func (h *Handset) SetClipboard(s string) { h.clip = s }

// Clock is the handset's.
func (h *Handset) Clock() ui.Clock { return h.clock }

// Time is the clock with its counters.
func (h *Handset) Time() *Clock { return h.clock }

// Latency as set.
func (h *Handset) Latency(op ui.Operation) time.Duration { return h.Costs[op] }

// IdleIn until Busy.
func (h *Handset) IdleIn() time.Duration { return max(h.Busy.Sub(h.clock.Now()), 0) }

var _ ui.Handset = (*Handset)(nil)
