// Package ui is what the rooms of the virtual phone share: the tree of nodes
// that an accessibility service sees, and the handset that is looked at and
// touched.
//
// It knows nothing of worlds, apps or protocols.
package ui

import (
	"context"
	"image"
	"time"
)

// Rect is an area in pixels; Right and Bottom lie outside, as Android counts.
type Rect struct{ Left, Top, Right, Bottom int }

// Width is in pixels.
func (r Rect) Width() int { return r.Right - r.Left }

// Height is in pixels.
func (r Rect) Height() int { return r.Bottom - r.Top }

// Empty tells whether there is no area.
func (r Rect) Empty() bool { return r.Right <= r.Left || r.Bottom <= r.Top }

// Contains tells whether the point lies inside.
func (r Rect) Contains(x, y int) bool {
	return x >= r.Left && x < r.Right && y >= r.Top && y < r.Bottom
}

// Intersect is the area that both share; it may be empty.
func (r Rect) Intersect(o Rect) Rect {
	i := Rect{max(r.Left, o.Left), max(r.Top, o.Top), min(r.Right, o.Right), min(r.Bottom, o.Bottom)}
	if i.Empty() {
		return Rect{}
	}
	return i
}

// Center is the point in the middle.
func (r Rect) Center() (x, y int) { return (r.Left + r.Right) / 2, (r.Top + r.Bottom) / 2 }

// Node is an AccessibilityNodeInfo, by the names of UiAutomator2's page source.
type Node struct {
	// Key says which node this is across snapshots: the same thing keeps its
	// key while it is on the screen; a thing that left and came back has
	// another one. Unique within a snapshot.
	Key string

	Class, Package, Text, ContentDesc, ResourceID, Hint string
	// Bounds is the visible part on the screen, clipped by what scrolls.
	Bounds Rect

	Clickable, LongClickable, Checkable, Checked, Enabled bool
	Focusable, Focused, Scrollable, Selected, Password    bool
	Displayed                                             bool
	// Unfocused: the window of which this is the root never takes the input
	// focus, as one that an app draws over others.
	Unfocused bool

	// Look is how the node is painted; nil paints text only.
	Look *Look

	Children []*Node
}

// Look is what a painter needs beyond the attributes. Colours are #rrggbb.
type Look struct {
	Background string
	Foreground string
	TextSize   int // sp; 0 is 16
	Bold       bool
	Icon       string // a named drawing, such as "plug", "light", "switch-on", "back"
	Border     string // a line around the area
	Radius     int    // roundness of the corners in dp
	Align      string // where the text stands: start (also ""), center, end
	Caption    string // words that are part of the picture: painted, and not in the tree
	// Frame is the whole area, of which Bounds is the visible part; Inner is
	// where the text stands in it.
	Frame, Inner Rect
}

// Walk visits n and everything below it in document order; visit returning
// false leaves the node's children out.
func (n *Node) Walk(visit func(*Node) bool) {
	if !visit(n) {
		return
	}
	for _, c := range n.Children {
		c.Walk(visit)
	}
}

// PointerKind is what a finger did.
type PointerKind int

// What a finger can do.
const (
	PointerDown PointerKind = iota
	PointerMove
	PointerUp
	PointerCancel
)

// Pointer is one event of one finger. The time is that of the handset's clock
// when it arrives.
type Pointer struct {
	Kind PointerKind
	ID   int
	X, Y int
}

// Process is a running process, as ps shows it.
type Process struct {
	PID, UID int
	Name     string // the package
}

// AppState is Appium's number for the state of an app: 0 not installed, 1 not
// running, 3 in the background, 4 in the foreground.
type AppState int

// Handset is the phone that an automation server or adb sits on. All methods
// may be called from any goroutine.
type Handset interface {
	// Windows are the roots of what is shown now, the lowest first: the app,
	// dialogs above it, the system bars if they count. The tree is a snapshot
	// that belongs to the caller. Source order is draw order.
	Windows() []*Node
	// Size is the screen in pixels in the current rotation; bar heights in pixels.
	Size() (width, height, statusBar, navigationBar int)
	Density() int // dots per inch
	// Rotation is 0 to 3, counted as android.view.Surface does.
	Rotation() int
	SetRotation(r int)

	// Touch hands one pointer event to the phone. Taps, long presses, drags,
	// flings and pull-downs are recognised from the stream and its times.
	Touch(p Pointer)
	// Key presses an Android key code; a long press if long.
	Key(code, metaState int, long bool)
	// SetText replaces (or adds to) the text of an editable node. It reports
	// whether the node is there and editable.
	SetText(key, text string, replace bool) bool
	// Focus gives a node the input focus.
	Focus(key string) bool
	// KeyboardShown tells whether the soft keyboard is up.
	KeyboardShown() bool
	HideKeyboard()

	// Screenshot paints what is shown. ok is false where the screen is secure.
	Screenshot() (img image.Image, ok bool)

	// Prop is a system property, as getprop prints it ("" if unknown).
	Prop(name string) string
	// Props lists all properties.
	Props() map[string]string

	// Installed lists the packages with version code and name.
	Installed() []Package
	// Launch starts (or brings to the front) a package; activity may be empty.
	// restart ends it first, as `am start -S` does. It reports an error text as
	// Android's activity manager would, or "".
	Launch(pkg, activity string, restart bool) string
	ForceStop(pkg string)
	AppState(pkg string) AppState
	Processes() []Process
	// Foreground is the package and activity in front.
	Foreground() (pkg, activity string)
	// ClearData is `pm clear`.
	ClearData(pkg string)
	// Awake tells whether the screen is on; Locked whether the keyguard is up.
	Awake() bool
	Locked() bool
	Wake()
	// Online is false while the phone is unplugged.
	Online() bool

	// Clipboard, as Appium reads and writes it.
	Clipboard() string
	SetClipboard(s string)

	// Clock is the handset's time; automation sleeps on it for latencies and
	// for the duration of gestures.
	Clock() Clock
	// Latency is what an operation costs on this phone beyond the work itself.
	Latency(op Operation) time.Duration
	// IdleIn is how long until the screen stops changing by itself (animations);
	// 0 when idle.
	IdleIn() time.Duration
}

// Links is a phone that opens addresses.
type Links interface {
	// OpenLink brings a package to the front at an address, as an intent with
	// the action VIEW does. The result is that of Launch.
	OpenLink(pkg, url string) string
}

// Package is an installed package.
type Package struct {
	Name, VersionName string
	VersionCode       int
	Activity          string // launcher activity, fully qualified; "" if none
	System            bool
}

// Operation names what latency is asked for.
type Operation string

// The operations that cost time on a real phone.
const (
	OpSource     Operation = "source"
	OpFind       Operation = "find"
	OpXPath      Operation = "xpath" // a find that dumps the tree first
	OpAction     Operation = "action"
	OpAttribute  Operation = "attribute"
	OpScreenshot Operation = "screenshot"
	OpLaunch     Operation = "launch"
)

// Clock is the handset's time: wall time, or virtual time that moves when
// somebody sleeps.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Web is what a [Handset] may have beside: apps that show a page of the web in
// an android.webkit.WebView.
type Web interface {
	// WebPages are the pages that apps show now, in front or not, sorted by
	// package. They belong to the caller.
	WebPages() []WebPage
	// Submit fills in fields of a package's page, by their keys, and then, unless
	// press is empty, does what a tap on the node of that key does. ok is false,
	// and nothing happens, where one of them is not there any more.
	Submit(pkg string, fields map[string]string, press string) (s Submitted, ok bool)
}

// WebPage is a page as an app shows it in its WebView.
type WebPage struct {
	Package string
	PID     int
	URL     string
	// Language is the phone's, such as de-DE.
	Language   string
	Background string // #rrggbb
	// Root is the WebView with all that is in it, also what does not fit on the
	// screen.
	Root *Node
	// Fields is what is in the editable nodes, by key, passwords in clear.
	Fields map[string]string
}

// Submitted is what came of [Web.Submit].
type Submitted struct {
	// Redirect is where the page sends the browser; "" if it stays where it is.
	Redirect string
}
