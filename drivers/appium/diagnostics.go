package appium

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/features/certification"
)

var _ drivers.Diagnostics = (*Phone)(nil)

// The bounds of lists and texts that a server gives.
const (
	mostListed = 5000
	mostShell  = 256 << 10 // bytes
)

// ServerStatus asks the server for its state, within ten seconds.
func (p *Phone) ServerStatus(ctx context.Context) (drivers.ServerStatus, error) {
	s, err := p.status(ctx)
	return drivers.ServerStatus(s), err
}

// Methods lists the driver's extension commands. Source: Appium's inspector
// commands, GET /session/:id/appium/extensions.
func (p *Phone) Methods(ctx context.Context) ([]string, error) {
	var v struct {
		Rest struct {
			Driver map[string]json.RawMessage `json:"driver"`
		} `json:"rest"`
	}
	if err := p.get(ctx, "/appium/extensions", "appium/extensions", p.options.Limits.Other, &v); err != nil {
		return nil, err
	}
	var names []string
	for name := range v.Rest.Driver {
		names = append(names, clip(safe(name), 100))
	}
	if len(names) == 0 {
		return nil, senseless("lists no command")
	}
	slices.Sort(names)
	return names[:min(len(names), mostListed)], nil
}

// DeviceInfo asks for "mobile: deviceInfo".
func (p *Phone) DeviceInfo(ctx context.Context) (drivers.DeviceInfo, error) {
	var v struct {
		Locale   plain `json:"locale"`
		TimeZone plain `json:"timeZone"`
	}
	err := p.mobile(ctx, "deviceInfo", struct{}{}, &v)
	return drivers.DeviceInfo{Locale: clip(safe(string(v.Locale)), 60), TimeZone: clip(safe(string(v.TimeZone)), 60)}, err
}

// Battery asks for "mobile: batteryInfo".
func (p *Phone) Battery(ctx context.Context) (drivers.Battery, error) {
	var v struct {
		Level *float64 `json:"level"`
		State int      `json:"state"`
	}
	if err := p.mobile(ctx, "batteryInfo", struct{}{}, &v); err != nil {
		return drivers.Battery{}, err
	}
	if v.Level == nil || math.IsNaN(*v.Level) || *v.Level < 0 || *v.Level > 1 {
		return drivers.Battery{}, senseless("gives no level of the battery between 0 and 1")
	}
	b := drivers.Battery{Level: *v.Level, State: drivers.BatteryState(v.State)}
	if b.State < drivers.BatteryUnknown || b.State > drivers.BatteryFull {
		b.State = drivers.BatteryUnknown
	}
	return b, nil
}

// DeviceTime asks for "mobile: getDeviceTime".
func (p *Phone) DeviceTime(ctx context.Context) (time.Time, error) {
	var v plain
	if err := p.mobile(ctx, "getDeviceTime", struct{}{}, &v); err != nil {
		return time.Time{}, err
	}
	text := strings.TrimSpace(string(v))
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, senseless("gives a time that cannot be read: " + strconv.Quote(clip(safe(text), 60)))
}

// Locked asks for "mobile: isLocked".
func (p *Phone) Locked(ctx context.Context) (bool, error) {
	var v *bool
	if err := p.mobile(ctx, "isLocked", struct{}{}, &v); err != nil {
		return false, err
	}
	if v == nil {
		return false, senseless("does not say whether the screen is locked")
	}
	return *v, nil
}

// Packages asks for "mobile: listApps".
func (p *Phone) Packages(ctx context.Context) ([]drivers.InstalledPackage, error) {
	var v map[string]struct {
		VersionCode json.Number `json:"versionCode"`
	}
	if err := p.mobile(ctx, "listApps", struct{}{}, &v); err != nil {
		return nil, err
	}
	var list []drivers.InstalledPackage
	for name, app := range v {
		code, _ := app.VersionCode.Int64() // old phones do not say it
		list = append(list, drivers.InstalledPackage{Package: clip(safe(name), 255), VersionCode: max(code, 0)})
	}
	if len(list) == 0 {
		return nil, senseless("lists no package")
	}
	slices.SortFunc(list, func(a, b drivers.InstalledPackage) int { return strings.Compare(a.Package, b.Package) })
	return list[:min(len(list), mostListed)], nil
}

// DeniedPermissions asks for "mobile: getPermissions".
func (p *Phone) DeniedPermissions(ctx context.Context, a drivers.App) ([]string, error) {
	var v []string
	err := p.mobile(ctx, "getPermissions", struct {
		Type    string `json:"type"`
		Package string `json:"appPackage"`
	}{"denied", a.Package}, &v)
	var list []string
	for _, name := range v[:min(len(v), mostListed)] {
		list = append(list, clip(safe(name), 200))
	}
	slices.Sort(list)
	return slices.Compact(list), err
}

// Shell asks for "mobile: shell".
func (p *Phone) Shell(ctx context.Context, command string, args ...string) (string, error) {
	var out string
	if args == nil {
		args = []string{}
	}
	err := p.do(ctx, request{method: http.MethodPost, path: "/execute/sync", name: "POST execute/sync mobile: shell", limit: p.options.Limits.Other,
		body: script("mobile: shell", struct {
			Command string   `json:"command"`
			Args    []string `json:"args"`
		}{command, args})}, &out)
	if len(out) > mostShell {
		out = out[:mostShell]
	}
	return out, err
}

func senseless(why string) error {
	return &certification.Trouble{Code: certification.RigServer, Cause: certification.CauseRig,
		Message: "the Appium server's answer " + why, Hint: "is the UiAutomator2 driver current?"}
}
