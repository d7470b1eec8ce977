// Package drivers says what a testbed can do, without saying how: a phone that
// is driven through accessibility trees, power that is cut and given, a log
// that is read, a clock that everybody asks for the time.
//
// It knows nothing of steps, scenarios or reports. Nothing in it, and nothing
// that implements it, does anything more once its context is cancelled.
package drivers

import (
	"context"
	"time"
)

// Strategy is a way to look for elements, by its name on the wire.
type Strategy string

// The strategies of the UiAutomator2 driver, and of the XCUITest driver.
const (
	ByID              Strategy = "id"
	ByAccessibilityID Strategy = "accessibility id"
	ByClassName       Strategy = "class name"
	ByXPath           Strategy = "xpath"
	ByUiAutomator     Strategy = "-android uiautomator"
	ByIOSPredicate    Strategy = "-ios predicate string"
	ByIOSClassChain   Strategy = "-ios class chain"
)

// Locator says where to look: one narrow question for the server.
type Locator struct {
	Using Strategy
	Value string
}

func (l Locator) String() string { return string(l.Using) + "=" + l.Value }

// Element is a server's handle for an element; it goes stale when the screen
// changes.
type Element struct {
	ID string
	// Seen is what the server said of the element when it found it, nil if it
	// said nothing (UiAutomator2's setting elementResponseAttributes).
	Seen *Seen
}

// Seen is an element's text and place at the moment when it was found.
type Seen struct {
	Text string
	Rect Rect
}

// Point is a place on the screen, in pixels from the top left.
type Point struct{ X, Y int }

// Rect is an area of the screen, in pixels.
type Rect struct{ X, Y, Width, Height int }

// Center is the point in the middle.
func (r Rect) Center() Point { return Point{r.X + r.Width/2, r.Y + r.Height/2} }

// Contains tells whether p lies inside.
func (r Rect) Contains(p Point) bool {
	return p.X >= r.X && p.X < r.X+r.Width && p.Y >= r.Y && p.Y < r.Y+r.Height
}

// PhoneInfo is what a session says about the phone that it drives.
type PhoneInfo struct {
	UDID            string // the serial that adb lists
	Manufacturer    string
	Model           string
	Platform        string // "Android"
	PlatformVersion string
	Width, Height   int // pixels
	Density         int // dots per inch
	// Simulated is recorded when the session starts, from what the phone says
	// of itself; no configuration can clear it.
	Simulated bool
	// Automation names the server and driver, such as "Appium 3.8.0, UiAutomator2".
	Automation string
}

// App names an application: package and, where it matters, activity.
type App struct{ Package, Activity string }

// AppState is W3C Appium's state of an application (mobile: queryAppState).
type AppState int

// The states.
const (
	AppNotInstalled        AppState = 0
	AppNotRunning          AppState = 1
	AppRunningBackgroundSu AppState = 2 // suspended
	AppRunningBackground   AppState = 3
	AppRunningForeground   AppState = 4
)

// KeyCode is Android's KeyEvent code.
type KeyCode int

// Key codes that the product uses.
const (
	KeyHome  KeyCode = 3
	KeyBack  KeyCode = 4
	KeyEnter KeyCode = 66
)

// Phone is a phone behind a W3C WebDriver / Appium endpoint. Every method
// takes a context and has a time limit of its own; every error is, or wraps,
// a *certification.Trouble. A Phone is used by one goroutine at a time;
// several Phones may be used in parallel.
//
// The session is opened at the first command and reused; a session that was
// lost is reported once as [certification.RigSession] and opened anew by the
// next command.
type Phone interface {
	// Open opens the session if there is none, and compares the phone with the
	// configuration. It says what the phone says of itself.
	Open(ctx context.Context) (PhoneInfo, error)
	// Close ends the session; closing twice is no error.
	Close(ctx context.Context) error
	// KeepAlive asks something cheap, so that no idle limit ends the session.
	KeepAlive(ctx context.Context) error

	// Source is the page source, as the server gives it.
	Source(ctx context.Context) (string, error)
	// Find returns the first match. No match is an error for which
	// [NoSuchElement] is true.
	Find(ctx context.Context, l Locator) (Element, error)
	// FindAll returns all matches; none is not an error.
	FindAll(ctx context.Context, l Locator) ([]Element, error)
	Click(ctx context.Context, e Element) error
	Rect(ctx context.Context, e Element) (Rect, error)
	Text(ctx context.Context, e Element) (string, error)
	// Attribute reads an attribute by UiAutomator2's name ("checked", "content-desc" …).
	Attribute(ctx context.Context, e Element, name string) (string, error)
	// Type sends text to an element; sensitive text is kept out of every log.
	Type(ctx context.Context, e Element, text string, sensitive bool) error
	Clear(ctx context.Context, e Element) error

	// Tap touches a point: the last resort, where there is no element.
	Tap(ctx context.Context, p Point) error
	// Swipe drags one finger from a to b in d (W3C actions).
	Swipe(ctx context.Context, a, b Point, d time.Duration) error
	PressKey(ctx context.Context, k KeyCode) error
	Back(ctx context.Context) error

	// Screenshot is a PNG.
	Screenshot(ctx context.Context) ([]byte, error)
	Activate(ctx context.Context, a App) error
	Terminate(ctx context.Context, a App) error
	QueryAppState(ctx context.Context, a App) (AppState, error)
	CurrentPackage(ctx context.Context) (string, error)

	// Commands counts the WebDriver commands sent since the phone was made.
	Commands() int64
}

// Links is a [Phone] that opens addresses.
type Links interface {
	// OpenLink opens an address in an app, which comes to the front.
	OpenLink(ctx context.Context, a App, url string) error
}

// Power gives power to a socket and takes it away. Both return when the
// socket has said that it switched, not when it was asked to.
type Power interface {
	// Name is the socket's name for people, such as "First plug".
	Name() string
	On(ctx context.Context) (Switched, error)
	Off(ctx context.Context) (Switched, error)
}

// PowerState is what a socket that can be asked says of itself. Not every
// [Power] can.
type PowerState interface {
	IsOn(ctx context.Context) (bool, error)
}

// DeviceLog is what the device under test writes about itself. Errors are, or
// wrap, a [certification.RigDeviceLog] trouble.
type DeviceLog interface {
	// Mark remembers what was written so far.
	Mark(ctx context.Context) error
	// Lines are those written since the mark, oldest first, bounded, and without
	// control characters. They may hold secrets.
	Lines(ctx context.Context) ([]string, error)
}

// LogLine is a line of a device's log, and when it was written; zero if that is
// not known.
type LogLine struct {
	At   time.Time
	Text string
}

// TimedLog is a [DeviceLog] that knows, beside its lines, when they were written.
// Not every one does.
type TimedLog interface {
	TimedLines(ctx context.Context) ([]LogLine, error)
}

// Switched says when a socket switched: not before From, not after To. If it
// was as asked already, both are the moment of asking.
type Switched struct {
	From, To time.Time
	Already  bool
}

// Clock is the only source of time. The embedded virtual testbed has a clock
// of its own, on which a pause costs nothing.
type Clock interface {
	// Now is UTC.
	Now() time.Time
	// Sleep pauses for d or until the context is done, whose error it returns
	// then. Only [Poll] and [Hold] call it.
	Sleep(ctx context.Context, d time.Duration) error
}
