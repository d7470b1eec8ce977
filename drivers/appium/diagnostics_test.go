package appium_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// Answers of a sound server, and of one that says what makes no sense: an
// answer that says nothing must never look like a fact.
func TestDiagnostics(t *testing.T) {
	const execute = "POST execute/sync"
	ctx := t.Context()
	for _, c := range []struct {
		name, command, value string // value as JSON
		ask                  func(drivers.Diagnostics) (any, error)
		want                 any // nil: a trouble
	}{
		{"methods", "GET appium/extensions", `{"rest":{"driver":{"mobile: b":{},"mobile: a":{}}}}`,
			func(d drivers.Diagnostics) (any, error) { return d.Methods(ctx) }, []string{"mobile: a", "mobile: b"}},
		{"no methods", "GET appium/extensions", `{"rest":{}}`,
			func(d drivers.Diagnostics) (any, error) { return d.Methods(ctx) }, nil},
		{"device", execute, `{"locale":"en_US","timeZone":"Etc/UTC","bluetooth":null}`,
			func(d drivers.Diagnostics) (any, error) { return d.DeviceInfo(ctx) }, drivers.DeviceInfo{Locale: "en_US", TimeZone: "Etc/UTC"}},
		{"battery", execute, `{"level":0.5,"state":3}`,
			func(d drivers.Diagnostics) (any, error) { return d.Battery(ctx) }, drivers.Battery{Level: 0.5, State: drivers.BatteryDischarging}},
		{"battery in a strange state", execute, `{"level":0.5,"state":99}`,
			func(d drivers.Diagnostics) (any, error) { return d.Battery(ctx) }, drivers.Battery{Level: 0.5, State: drivers.BatteryUnknown}},
		{"battery without level", execute, `{"state":3}`, func(d drivers.Diagnostics) (any, error) { return d.Battery(ctx) }, nil},
		{"battery in per cent", execute, `{"level":50}`, func(d drivers.Diagnostics) (any, error) { return d.Battery(ctx) }, nil},
		{"time", execute, `"2024-05-01T14:00:00+02:00"`,
			func(d drivers.Diagnostics) (any, error) { return d.DeviceTime(ctx) }, time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)},
		{"time as date gives it", execute, `"2024-05-01T14:00:00+0200\n"`,
			func(d drivers.Diagnostics) (any, error) { return d.DeviceTime(ctx) }, time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)},
		{"no time", execute, `"Invalid Date"`, func(d drivers.Diagnostics) (any, error) { return d.DeviceTime(ctx) }, nil},
		{"locked", execute, `true`, func(d drivers.Diagnostics) (any, error) { return d.Locked(ctx) }, true},
		{"not said whether locked", execute, `null`, func(d drivers.Diagnostics) (any, error) { return d.Locked(ctx) }, nil},
		{"packages", execute, `{"b":{"versionCode":7},"a":{"versionCode":null}}`,
			func(d drivers.Diagnostics) (any, error) { return d.Packages(ctx) }, []drivers.InstalledPackage{{Package: "a"}, {Package: "b", VersionCode: 7}}},
		{"no packages", execute, `{}`, func(d drivers.Diagnostics) (any, error) { return d.Packages(ctx) }, nil},
		{"permissions", execute, `["b","a","b"]`, func(d drivers.Diagnostics) (any, error) { return d.DeniedPermissions(ctx, alexa) }, []string{"a", "b"}},
		{"shell", execute, `"out\n"`, func(d drivers.Diagnostics) (any, error) { return d.Shell(ctx, "df") }, "out\n"},
		{"another shape", execute, `{"stdout":"out"}`, func(d drivers.Diagnostics) (any, error) { return d.Shell(ctx, "df") }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, "")
			s.on(c.command, 200, `{"value":`+c.value+`}`)
			got, err := c.ask(s.phone(t))
			if c.want == nil {
				assert.Equal(t, certification.CauseRig, trouble(t, err).Cause)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestRefusedDiagnostics(t *testing.T) {
	s := newServer(t, "")
	s.on("POST execute/sync", 500, `{"value":{"error":"unknown error","message":"An unknown server-side error occurred while processing the command. Original error: Potentially insecure feature 'uiautomator2:adb_shell' has not been enabled.","stacktrace":""}}`)
	p := s.phone(t)
	_, err := p.Shell(t.Context(), "df", "-k")
	assert.True(t, drivers.NotAllowed(err), "%v", err)
	assert.True(t, strings.Contains(s.last().body, `{"command":"df","args":["-k"]}`), s.last().body)
	s.on("POST execute/sync", 405, `{"value":{"error":"unknown method","message":"no","stacktrace":""}}`)
	_, err = p.Battery(t.Context())
	assert.True(t, drivers.UnknownToServer(err) && !drivers.NotAllowed(err), "%v", err)
	assert.False(t, drivers.NotAllowed(nil) || drivers.UnknownToServer(nil))

	// The server's state is asked without a session.
	other := newServer(t, "/wd/hub")
	q := other.phone(t)
	status, err := q.ServerStatus(t.Context())
	require.NoError(t, err)
	assert.Equal(t, drivers.ServerStatus{Ready: true, Version: "3.8.0", Message: "ready"}, status)
	assert.Equal(t, []string{"GET /status"}, other.seen())
}
