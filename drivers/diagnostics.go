package drivers

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Diagnostics is what a [Phone] may tell beyond what a run needs, for whoever
// wants to know whether everything is in place. It is optional: a Phone that
// cannot tell does not implement it. Nothing of it changes the phone. Errors
// are those of [Phone]; see also [NotAllowed] and [UnknownToServer].
type Diagnostics interface {
	// ServerStatus asks the server for its state, without a session (W3C
	// "Status").
	ServerStatus(ctx context.Context) (ServerStatus, error)
	// Methods lists the extension commands that the driver offers, such as
	// "mobile: pressKey", sorted.
	Methods(ctx context.Context) ([]string, error)
	// DeviceInfo is what the phone says of its settings.
	DeviceInfo(ctx context.Context) (DeviceInfo, error)
	Battery(ctx context.Context) (Battery, error)
	// DeviceTime is the phone's clock, cut to whole seconds.
	DeviceTime(ctx context.Context) (time.Time, error)
	// Locked tells whether the screen is off or locked.
	Locked(ctx context.Context) (bool, error)
	// Packages lists the installed packages, sorted by name.
	Packages(ctx context.Context) ([]InstalledPackage, error)
	// DeniedPermissions lists what the app asked for and was not given, sorted.
	DeniedPermissions(ctx context.Context, a App) ([]string, error)
	// Shell runs one command on the phone and returns what it prints. Servers
	// refuse it unless they were told to allow it: see [NotAllowed].
	Shell(ctx context.Context, command string, args ...string) (string, error)
}

// ServerStatus is what a server says of itself.
type ServerStatus struct {
	// Ready tells whether it takes new sessions. An Appium server always does;
	// a Grid says so when a node is up.
	Ready   bool
	Version string // such as "3.8.0"; "" if it does not say
	Message string
}

// DeviceInfo is a phone's settings; what it does not say is empty.
type DeviceInfo struct {
	Locale   string // such as "en_US"
	TimeZone string // such as "Europe/Berlin"
}

// Battery is a phone's battery.
type Battery struct {
	Level float64 // 0 to 1
	State BatteryState
}

// BatteryState is Android's BatteryManager.BATTERY_STATUS.
type BatteryState int

// The states.
const (
	BatteryUnknown     BatteryState = 1
	BatteryCharging    BatteryState = 2
	BatteryDischarging BatteryState = 3
	BatteryNotCharging BatteryState = 4
	BatteryFull        BatteryState = 5
)

// InstalledPackage is an installed package with Android's version code; 0 if
// the phone does not say.
type InstalledPackage struct {
	Package     string
	VersionCode int64
}

// NotAllowed tells whether err says that the server would have to be told to
// allow the command. Source: Appium's guide "Security", insecure features.
func NotAllowed(err error) bool {
	var e *WebDriverError
	return errors.As(err, &e) && strings.Contains(e.Message, "insecure feature")
}

// UnknownToServer tells whether err says that the server has no such command.
func UnknownToServer(err error) bool {
	return hasCode(err, CodeUnknownCommand) || hasCode(err, CodeUnknownMethod) || hasCode(err, CodeUnsupportedOp)
}
