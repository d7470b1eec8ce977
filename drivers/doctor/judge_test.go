package doctor

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
)

// well is a testbed of which nothing bad can be said.
func well() Facts {
	at := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	return Facts{
		Names:   testbed.Names{Device: "First light", DevicePlug: "First plug", ProvisionerPlug: "Second plug", Provisioner: "Echo Dot"},
		UDID:    "SERIAL",
		Server:  known(drivers.ServerStatus{Ready: true, Version: "3.8.0"}, nil),
		Phone:   known(drivers.PhoneInfo{UDID: "SERIAL", Manufacturer: "Maker", Model: "M", Platform: "Android", PlatformVersion: "14", Automation: "Appium 3.8.0, UiAutomator2"}, nil),
		Methods: known(needed(), nil),
		Info:    known(drivers.DeviceInfo{Locale: "en_US"}, nil),
		Locked:  known(false, nil),
		Battery: known(drivers.Battery{Level: 1, State: drivers.BatteryFull}, nil),
		Storage: known(int64(20<<30), nil),
		Time:    known(Times{at, at, at.Add(time.Second)}, nil),
		Driver:  AppFact{ID: "driver", Package: driverPackage, Code: known(int64(278), nil), Version: known("10.6.6", nil)},
		Apps: []AppFact{{ID: "alexa", Package: "a.b", Code: known(int64(7), nil), Version: known("2023.23", nil), Map: "m.yaml", MapVersions: "all versions", Covered: true},
			{ID: "partner", Package: "own", Code: known(int64(3), nil), Version: known("1.0", nil), Map: "own.yaml", MapVersions: "all versions", Covered: true}},
		Commands: nil,
		Survey: known(Survey{SignedIn: known(true, nil), Devices: known([]Listed{
			{Name: "First light"}, {Name: "First plug", Count: 1}, {Name: "Second plug", Count: 1}, {Name: "Echo Dot", Count: 1}}, nil)}, nil),
	}
}

func line(t *testing.T, lines []Line, check string) Line {
	t.Helper()
	for _, l := range lines {
		if l.Check == check {
			return l
		}
	}
	t.Fatalf("nothing is said of %s: %+v", check, lines)
	return Line{}
}

func TestNothingIsWrong(t *testing.T) {
	lines := Judge(well())
	seen := map[string]bool{}
	for _, l := range lines {
		assert.Equal(t, OK, l.Status, "%+v", l)
		assert.False(t, seen[l.Check], "%s is said twice", l.Check)
		seen[l.Check] = true
	}
	assert.Equal(t, OK, Worst(lines))
	for _, check := range []string{"endpoint", "driver", "phone", "serial", "locale", "screen", "battery", "storage", "clock", "alexa_app",
		"permissions", "signed_in", "device_plug", "provisioner_plug", "provisioner", "device", "names", "power", "lease"} {
		assert.True(t, seen[check], "nothing is said of %s", check)
	}
}

func TestWorst(t *testing.T) {
	assert.Equal(t, Error, Worst(nil), "nothing was checked")
	assert.Equal(t, Warning, Worst([]Line{{Status: OK}, {Status: Warning}}))
	assert.Equal(t, Error, Worst([]Line{{Status: Error}, {Status: Warning}}))
	assert.Equal(t, Status("?"), Worst([]Line{{Status: "?"}, {Status: Warning}}), "what is not known is never harmless")
}

func TestJudgements(t *testing.T) {
	failed := errors.New("it broke")
	refused := &drivers.WebDriverError{Status: 500, Code: "unknown error", Message: "Potentially insecure feature 'uiautomator2:adb_shell' has not been enabled."}
	strange := &drivers.WebDriverError{Status: 404, Code: drivers.CodeUnknownCommand}
	at := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	clock := func(phone, took time.Duration) func(*Facts) {
		return func(f *Facts) { f.Time = known(Times{at.Add(phone), at, at.Add(took)}, nil) }
	}
	web := func(path string, driver, browser Known[string]) func(*Facts) {
		return func(f *Facts) {
			f.Web = &WebFact{Chromedriver{Path: path}, driver, browser, known(int64(807810833), nil)}
		}
	}
	list := func(change func(l []Listed)) func(*Facts) {
		return func(f *Facts) { change(f.Survey.Value.Devices.Value) }
	}
	for _, c := range []struct {
		name   string
		change func(*Facts)
		check  string
		want   Status
		says   string // a part of message and hint
	}{
		{"version 2", func(f *Facts) { f.Server.Value.Version = "2.19.0" }, "endpoint", Warning, "tested with Appium 3"},
		{"no version", func(f *Facts) { f.Server.Value.Version = "" }, "endpoint", Warning, "unknown"},
		{"newer version", func(f *Facts) { f.Server.Value.Version = "10.0.1" }, "endpoint", OK, "10.0.1"},

		{"no server on the phone", func(f *Facts) { f.Driver.Code = unknown[int64](ErrNotInstalled) }, "driver", Warning, "unknown"},
		{"version code only", func(f *Facts) { f.Driver.Version = unknown[string](refused) }, "driver", OK, "version code 278"},
		{"driver too old", func(f *Facts) { f.Methods.Value = needed()[1:] }, "driver", Error, "mobile: activateApp"},
		{"driver does not tell", func(f *Facts) { f.Methods = unknown[[]string](strange) }, "driver", Warning, "unknown"},

		{"another serial", func(f *Facts) { f.Phone.Value.UDID = "OTHER" }, "serial", Error, `"OTHER"`},
		{"no serial configured", func(f *Facts) { f.UDID = "" }, "serial", Warning, "udid"},

		{"locked", func(f *Facts) { f.Locked.Value = true }, "screen", Error, "locked"},
		{"lock unknown", func(f *Facts) { f.Locked = unknown[bool](failed) }, "screen", Warning, "unknown: it broke"},

		{"other language", func(f *Facts) { f.Info.Value.Locale = "de_DE" }, "locale", Warning, "de_DE"},
		{"no language", func(f *Facts) { f.Info.Value.Locale = "" }, "locale", Warning, "unknown"},
		{"language unknown", func(f *Facts) { f.Info = unknown[drivers.DeviceInfo](failed) }, "locale", Warning, "unknown"},

		{"battery half", func(f *Facts) { f.Battery.Value = drivers.Battery{Level: 0.5, State: drivers.BatteryDischarging} }, "battery", OK, "50 %"},
		{"battery low", func(f *Facts) { f.Battery.Value = drivers.Battery{Level: 0.49, State: drivers.BatteryDischarging} }, "battery", Warning, "49 %"},
		{"battery low and charging", func(f *Facts) { f.Battery.Value = drivers.Battery{Level: 0.3, State: drivers.BatteryCharging} }, "battery", OK, "charging"},
		{"battery empty", func(f *Facts) { f.Battery.Value = drivers.Battery{Level: 0.1, State: drivers.BatteryNotCharging} }, "battery", Error, "plug the phone in"},
		{"battery empty and charging", func(f *Facts) { f.Battery.Value = drivers.Battery{Level: 0.1, State: drivers.BatteryCharging} }, "battery", Warning, "10 %"},
		{"battery low, charging unknown", func(f *Facts) { f.Battery.Value = drivers.Battery{Level: 0.2, State: drivers.BatteryUnknown} }, "battery", Warning, "unknown"},
		{"battery unknown", func(f *Facts) { f.Battery = unknown[drivers.Battery](failed) }, "battery", Warning, "unknown"},

		{"storage low", func(f *Facts) { f.Storage.Value = 1<<30 - 1 }, "storage", Warning, "1.0 GiB"},
		{"storage full", func(f *Facts) { f.Storage.Value = 100 << 20 }, "storage", Error, "0.1 GiB"},
		{"storage refused", func(f *Facts) { f.Storage = unknown[int64](refused) }, "storage", Warning, "--allow-insecure=uiautomator2:adb_shell"},

		{"clock in step", clock(0, 0), "clock", OK, "agrees"},
		{"clock cut to the second", clock(-time.Second, 0), "clock", OK, "agrees"},
		{"clock read slowly", clock(20*time.Second, 30*time.Second), "clock", OK, "agrees"},
		{"clock a little ahead", clock(9*time.Second, 0), "clock", OK, "9s ahead"},
		{"clock ahead", clock(11*time.Second, time.Second), "clock", Warning, "10s ahead"},
		{"clock behind", clock(-31*time.Second, 0), "clock", Warning, "30s behind"},
		{"clock wrong", clock(-time.Hour, 0), "clock", Error, "network"},
		{"clock unknown", func(f *Facts) { f.Time = unknown[Times](failed) }, "clock", Warning, "unknown"},

		{"app missing", func(f *Facts) { f.Apps[0].Code = unknown[int64](ErrNotInstalled) }, "alexa_app", Error, "not installed"},
		{"app unknown", func(f *Facts) { f.Apps[0].Code = unknown[int64](failed) }, "alexa_app", Warning, "unknown"},
		{"version's name unknown", func(f *Facts) { f.Apps[0].Version = unknown[string](refused) }, "alexa_app", Warning, "version code 7"},
		{"not covered", func(f *Facts) { f.Apps[0].Covered = false }, "alexa_app", Warning, "the nearest is used, m.yaml"},
		{"own app missing", func(f *Facts) { f.Apps[1].Code = unknown[int64](ErrNotInstalled) }, "partner_app", Error, "own is not installed"},
		{"chromedriver fits", web("/c", known("156.0.1", nil), known("156.0.8078.108", nil)), "web_pages", OK, "156.0.1 fits"},
		{"chromedriver is another", web("/c", known("120.0", nil), known("156.0.8078.108", nil)), "web_pages", Warning, "the major version 156"},
		{"no chromedriver", web("", unknown[string](errUnspecified), known("156.0", nil)), "web_pages", Warning, "unknown"},
		{"chromedriver elsewhere", web("/c", unknown[string](errElsewhere), known("156.0", nil)), "web_pages", Warning, "another machine"},
		{"chromedriver broken", web("/c", unknown[string](failed), known("156.0", nil)), "web_pages", Warning, "it broke"},
		{"browser's code fits", web("/c", known("156.0.8078.1", nil), unknown[string](refused)), "web_pages", OK, "by its version code 807810833"},
		{"browser unknown", web("/c", known("156.0", nil), unknown[string](refused)), "web_pages", Warning, "unknown"},
		{"no browser", web("/c", known("156.0", nil), unknown[string](ErrNotInstalled)), "web_pages", Warning, "no com.android.chrome"},
		{"own app not configured", func(f *Facts) { f.Apps = f.Apps[:1] }, "partner_app", Warning, "screens.partner"},

		{"denied", func(f *Facts) {
			f.Permissions.Value = []string{"android.permission.BLUETOOTH_SCAN", "android.permission.CAMERA"}
		}, "permissions", Warning, "for BLUETOOTH_SCAN"},
		{"denied what does not matter", func(f *Facts) { f.Permissions.Value = []string{"android.permission.CAMERA"} }, "permissions", OK, ""},
		{"permissions unknown", func(f *Facts) { f.Permissions = unknown[[]string](failed) }, "permissions", Warning, "unknown"},

		{"signed out", func(f *Facts) { f.Survey.Value = Survey{SignedIn: known(false, nil)} }, "signed_in", Error, "sign in with"},
		{"covered", func(f *Facts) { f.Survey.Value = Survey{Covered: "\"Try it\""} }, "signed_in", Error, "Try it"},
		{"not reached", func(f *Facts) { f.Survey = unknown[Survey](failed) }, "signed_in", Error, "it broke"},
		{"account unknown", func(f *Facts) { f.Survey.Value.SignedIn = unknown[bool](failed) }, "signed_in", Warning, "unknown"},
		{"list not read", func(f *Facts) { f.Survey.Value.Devices = unknown[[]Listed](failed) }, "devices", Warning, "unknown"},
		{"plug missing", list(func(l []Listed) { l[1].Count = 0 }), "device_plug", Error, "register it"},
		{"plug spelled otherwise", list(func(l []Listed) { l[1].Count, l[1].Like = 0, []string{"first plug"} }), "device_plug", Error, `"first plug"`},
		{"plug twice", list(func(l []Listed) { l[2].Count = 2 }), "provisioner_plug", Error, "2 times"},
		{"provisioner missing", list(func(l []Listed) { l[3].Count = 0 }), "provisioner", Error, "not listed"},
		{"device left over", list(func(l []Listed) { l[0].Count = 1 }), "device", Warning, "already"},
		{"device twice", list(func(l []Listed) { l[0].Count = 2 }), "device", Error, "by hand"},
		{"another with the device's name", list(func(l []Listed) { l[0].Like = []string{"FIRST LIGHT"} }), "device", Error, "FIRST LIGHT"},

		{"same names", func(f *Facts) {
			f.Names.Provisioner, f.Survey.Value.Devices.Value[3].Name = "first  LIGHT", "first  LIGHT"
		}, "names", Error, "first  LIGHT"},
		{"no name", func(f *Facts) { f.Names.DevicePlug, f.Survey.Value.Devices.Value[1].Name = " ", " " }, "names", Error, "no name"},
		{"program missing", func(f *Facts) { f.Commands = []CommandFact{{Command{"First plug", "relay"}, "", failed}} }, "power", Error, "First plug"},
		{"program there", func(f *Facts) { f.Commands = []CommandFact{{Command{"First plug", "relay"}, "/bin/relay", nil}} }, "power", OK, "/bin/relay"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := well()
			c.change(&f)
			l := line(t, Judge(f), c.check)
			assert.Equal(t, c.want, l.Status, "%+v", l)
			assert.Contains(t, l.Message+" "+l.Hint, c.says)
			if l.Status != OK {
				others := 0
				for _, o := range Judge(f) {
					if o.Status != OK && o.Check != c.check {
						others++
					}
				}
				assert.Zero(t, others, "one thing is wrong, and more is said: %+v", Judge(f))
			}
		})
	}
}

// What was not looked at because something before it is wrong is said once, and
// is never ok.
func TestWhatIsNotLookedAt(t *testing.T) {
	busy := &certification.Trouble{Code: certification.RigBusy, Message: "the phone is leased", Hint: "wait"}
	wrong := &certification.Trouble{Code: certification.RigWrongPhone, Message: "the phone is not it"}
	gone := &certification.Trouble{Code: certification.RigPhone, Message: "the phone is not connected"}
	for _, c := range []struct {
		name   string
		change func(*Facts)
		check  string
	}{
		{"no server", func(f *Facts) {
			f.Server, f.Phone = unknown[drivers.ServerStatus](gone), unknown[drivers.PhoneInfo](errNoServer)
		}, "endpoint"},
		{"not ready", func(f *Facts) { f.Server.Value.Ready, f.Phone = false, unknown[drivers.PhoneInfo](errNotReady) }, "endpoint"},
		{"leased", func(f *Facts) { f.Lease, f.Phone = busy, unknown[drivers.PhoneInfo](errLeased) }, "lease"},
		{"no phone", func(f *Facts) { f.Phone = unknown[drivers.PhoneInfo](gone) }, "phone"},
		{"wrong phone", func(f *Facts) { f.Phone = unknown[drivers.PhoneInfo](wrong) }, "serial"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := well()
			c.change(&f)
			lines := Judge(f)
			assert.Equal(t, Error, line(t, lines, c.check).Status)
			assert.Equal(t, Warning, line(t, lines, "phone_and_apps").Status)
			for _, l := range lines {
				assert.NotContains(t, []string{"screen", "battery", "alexa_app", "signed_in", "device"}, l.Check)
			}
		})
	}
	f := well()
	f.Lease = busy
	f.Phone = unknown[drivers.PhoneInfo](errLeased)
	assert.Equal(t, OK, line(t, Judge(f), "endpoint").Status, "the server may be asked while another run has the phone")
	assert.True(t, f.Answers())
	f.Server = unknown[drivers.ServerStatus](gone)
	assert.False(t, f.Answers())
}

func TestReadingTexts(t *testing.T) {
	for _, c := range []struct {
		out  string
		want int64 // -1: an error
	}{
		{"Filesystem     1K-blocks     Used Available Use% Mounted on\n/dev/block/dm-5 115000000 20000000  95000000  18% /data\n", 95000000 << 10},
		{"Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/block/mapper/very-long\n 1000 400 600 40% /data\n", 600 << 10},
		{"Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/x 1000 400 0 100% /data\n", 0},
		{"Filesystem 1K-blocks Used Available Use% Mounted on\n", -1},
		{"Filesystem Size Used Avail Use% Mounted on\n/dev/x 110G 20G 90G 18% /data\n", -1},
		{"/dev/x 1000 400 -600 40% /data\n", -1},
		{"", -1},
	} {
		got, err := freeBytes(c.out)
		if c.want < 0 {
			assert.Error(t, err, c.out)
			continue
		}
		require.NoError(t, err, c.out)
		assert.Equal(t, c.want, got)
	}
}

func FuzzFreeBytes(f *testing.F) {
	f.Add("Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/x 1000 400 600 40% /data\n")
	f.Add("a b c d% 1%")
	f.Fuzz(func(t *testing.T, out string) {
		if n, err := freeBytes(out); n < 0 || err != nil && n != 0 {
			t.Fatal(n, err)
		}
	})
}
