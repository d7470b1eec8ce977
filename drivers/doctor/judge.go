package doctor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/alexa"
)

// The bars. They are this project's own: Amazon names none.
const (
	batteryLow   = 0.50 // warning, unless it is being charged
	batteryEmpty = 0.15 // error, unless it is being charged; else warning

	storageLow  = 1 << 30   // bytes; warning
	storageFull = 200 << 20 // bytes; error: apps fail to start and to update

	clockOff   = 10 * time.Second // warning: times in evidence do not agree
	clockWrong = 5 * time.Minute  // error: signing in and TLS fail
)

// needed are the extension commands that a run cannot do without.
func needed() []string {
	return []string{"mobile: activateApp", "mobile: getCurrentPackage", "mobile: pressKey", "mobile: queryAppState", "mobile: terminateApp"}
}

// Judge says of each check whether it is well, in the order in which things
// depend on each other. What is not known is a warning with the reason.
func Judge(f Facts) []Line {
	var j judge
	j.names(f)
	j.power(f.Commands)
	j.lease(f.Lease)
	j.endpoint(f.Server)
	if !unasked(f.Phone.Err) {
		j.phone(f)
	}
	if f.Phone.Err != nil {
		text, _ := why(f.Phone.Err)
		if !unasked(f.Phone.Err) {
			text = "no session was opened"
		}
		j.warn("phone_and_apps", "unknown: screen, locale, battery, storage, clock, apps and devices were not looked at ("+text+")", "correct what is above, and run doctor again")
		return j.lines
	}
	j.driver(f)
	j.screen(f.Locked)
	j.locale(f.Info, f.Apps)
	j.battery(f.Battery)
	j.storage(f.Storage)
	j.clock(f.Time)
	own := false
	for _, a := range f.Apps {
		j.app(a)
		own = own || a.ID == ownApp
	}
	if !own {
		j.warn(ownApp+"_app", "unknown: no screen map of the maker's own app is configured", "give its path as screens.partner; cases that need the app cannot be run without")
	}
	j.web(f.Web)
	j.permissions(f.Permissions)
	j.survey(f.Survey, f.Names)
	return j.lines
}

type judge struct{ lines []Line }

func (j *judge) say(status Status, check, message, hint string) {
	j.lines = append(j.lines, Line{Check: check, Status: status, Message: message, Hint: hint})
}
func (j *judge) ok(check, message string)         { j.say(OK, check, message, "") }
func (j *judge) warn(check, message, hint string) { j.say(Warning, check, message, hint) }
func (j *judge) err(check, message, hint string)  { j.say(Error, check, message, hint) }

// unknown is a warning with the reason.
func (j *judge) unknown(check string, err error, hint string) {
	text, more := why(err)
	if hint == "" {
		hint = more
	}
	j.warn(check, "unknown: "+text, hint)
}

func (j *judge) names(f Facts) {
	all := append([]string{f.Names.Device}, f.Names.Others()...)
	for i, n := range all {
		if strings.TrimSpace(n) == "" {
			j.err("names", "a device of the testbed has no name", "give the device, both plugs and the provisioner their names in the Alexa app")
			return
		}
		for _, before := range all[:i] {
			if alexa.SameName(n, before) {
				j.err("names", fmt.Sprintf("two devices are called %q", n), "rename one of them: the device under test is deleted by its name")
				return
			}
		}
	}
	j.ok("names", fmt.Sprintf("%q, %q, %q and %q differ", all[0], all[1], all[2], all[3]))
}

func (j *judge) power(commands []CommandFact) {
	if len(commands) == 0 {
		j.ok("power", "the Alexa app switches both plugs")
		return
	}
	var paths []string
	for _, c := range commands {
		if c.Err != nil {
			j.err("power", fmt.Sprintf("the program that switches %q is not there: %s", c.Socket, clip(c.Err.Error(), maxText)), "correct power in the configuration, or install the program")
			return
		}
		if !slices.Contains(paths, c.Path) {
			paths = append(paths, c.Path)
		}
	}
	j.ok("power", "programs are there: "+strings.Join(paths, ", ")+" (not run)")
}

func (j *judge) lease(err error) {
	if err == nil {
		j.ok("lease", "no other run has the phone")
		return
	}
	text, hint := why(err)
	j.err("lease", text, hint)
}

// appiumMajor is the oldest major version of Appium that this project is
// tested with.
const appiumMajor = 3

func (j *judge) endpoint(s Known[drivers.ServerStatus]) {
	if s.Err != nil {
		if unasked(s.Err) {
			j.unknown("endpoint", s.Err, "")
			return
		}
		text, hint := why(s.Err)
		j.err("endpoint", text, hint)
		return
	}
	var major int
	_, scanErr := fmt.Sscanf(s.Value.Version, "%d", &major)
	said := "Appium " + s.Value.Version
	switch {
	case !s.Value.Ready:
		j.err("endpoint", "the server answers that it is not ready: "+clip(s.Value.Message, maxText), "see whether the Grid has a node that is up")
	case scanErr != nil:
		j.warn("endpoint", "the server answers; its version is unknown: it does not say one", "a Grid does not; see on its nodes that Appium is 3 or newer")
	case major < appiumMajor:
		j.warn("endpoint", said+" answers; ffscert is tested with Appium 3", "npm install -g appium@3")
	default:
		j.ok("endpoint", said+" answers")
	}
}

func (j *judge) phone(f Facts) {
	if f.Phone.Err != nil {
		if wrongPhone(f.Phone.Err) {
			text, hint := why(f.Phone.Err)
			j.err("serial", text, hint)
			return
		}
		text, hint := why(f.Phone.Err)
		j.err("phone", text, hint)
		return
	}
	p := f.Phone.Value
	name := strings.TrimSpace(p.Manufacturer + " " + p.Model)
	if name == "" {
		name = "a phone that does not say what it is"
	}
	said := fmt.Sprintf("online, a session opens: %s, %s %s, %d × %d", name, p.Platform, p.PlatformVersion, p.Width, p.Height)
	if p.Simulated {
		said += " (SIMULATED)"
	}
	j.ok("phone", said)
	switch {
	case f.UDID == "":
		j.warn("serial", fmt.Sprintf("the phone is %q; the configuration does not say which it should be", p.UDID), "set udid")
	case p.UDID != f.UDID:
		j.err("serial", fmt.Sprintf("the phone is %q, and the configuration says %q", p.UDID, f.UDID), "see `adb devices`, and correct udid")
	default:
		j.ok("serial", p.UDID+", as configured")
	}
}

func (j *judge) driver(f Facts) {
	if f.Methods.Err != nil {
		j.unknown("driver", f.Methods.Err, "")
		return
	}
	var lacks []string
	for _, n := range needed() {
		if !slices.Contains(f.Methods.Value, n) {
			lacks = append(lacks, n)
		}
	}
	if len(lacks) > 0 {
		j.err("driver", "the driver does not know "+strings.Join(lacks, ", "), "appium driver update uiautomator2")
		return
	}
	said := f.Phone.Value.Automation + " knows all commands that a run needs"
	switch {
	case f.Driver.Code.Err != nil:
		text, _ := why(f.Driver.Code.Err)
		j.warn("driver", said+"; its version is unknown: its server on the phone: "+text, "see `appium driver list --installed` where the server runs")
	case f.Driver.Version.Err != nil:
		// The code is a version, too: it says exactly which server it is.
		j.ok("driver", fmt.Sprintf("%s; its server on the phone has version code %d", said, f.Driver.Code.Value))
	default:
		j.ok("driver", fmt.Sprintf("%s; its server on the phone is %s (%d)", said, f.Driver.Version.Value, f.Driver.Code.Value))
	}
}

func (j *judge) screen(locked Known[bool]) {
	switch {
	case locked.Err != nil:
		j.unknown("screen", locked.Err, "")
	case locked.Value:
		j.err("screen", "the screen is off or locked", "unlock it, set its lock to none, and let it stay on while it is charged (developer options)")
	default:
		j.ok("screen", "on and unlocked")
	}
}

func (j *judge) locale(info Known[drivers.DeviceInfo], apps []AppFact) {
	l := info.Value.Locale
	switch {
	case info.Err != nil:
		j.unknown("locale", info.Err, "")
		return
	case l == "":
		j.warn("locale", "unknown: the phone does not say it", "see the phone's language settings")
		return
	}
	var wordless []string
	for _, a := range apps {
		switch {
		case a.Wordless:
			wordless = append(wordless, fmt.Sprintf("%s (it has %s)", a.Map, strings.Join(a.Languages, ", ")))
		case len(a.Languages) == 0 && !strings.HasPrefix(strings.ToLower(l), "en"):
			wordless = append(wordless, a.Map+" (it knows no languages: its words are of one)")
		}
	}
	if len(wordless) > 0 {
		j.warn("locale", l+": no words for it in the screen maps "+strings.Join(wordless, ", "),
			"set the phone to one of these languages, or add the words to a screen map of your own (texts)")
		return
	}
	j.ok("locale", l)
}

func (j *judge) battery(b Known[drivers.Battery]) {
	if b.Err != nil {
		j.unknown("battery", b.Err, "")
		return
	}
	charged := b.Value.State == drivers.BatteryCharging || b.Value.State == drivers.BatteryFull
	said := fmt.Sprintf("%.0f %%, %s", 100*b.Value.Level, batteryWord(b.Value.State))
	const plug = "plug the phone in: a run takes hours"
	switch {
	case b.Value.Level < batteryEmpty && !charged:
		j.err("battery", said, plug)
	case b.Value.Level < batteryEmpty, b.Value.Level < batteryLow && !charged:
		j.warn("battery", said, plug)
	default:
		j.ok("battery", said)
	}
}

func batteryWord(s drivers.BatteryState) string {
	switch s {
	case drivers.BatteryCharging:
		return "charging"
	case drivers.BatteryDischarging:
		return "discharging"
	case drivers.BatteryNotCharging:
		return "not charging"
	case drivers.BatteryFull:
		return "full"
	}
	return "whether it is charging is unknown"
}

func (j *judge) storage(s Known[int64]) {
	if s.Err != nil {
		j.unknown("storage", s.Err, "")
		return
	}
	said := fmt.Sprintf("%.1f GiB are free", float64(s.Value)/(1<<30))
	switch {
	case s.Value < storageFull:
		j.err("storage", said, "free some: apps do not start without")
	case s.Value < storageLow:
		j.warn("storage", said, "free some")
	default:
		j.ok("storage", said)
	}
}

// clock judges the least difference that the readings allow: the phone's time
// is cut to seconds, and it was read some time between two looks.
func (j *judge) clock(t Known[Times]) {
	if t.Err != nil {
		j.unknown("clock", t.Err, "")
		return
	}
	var off time.Duration
	ahead := t.Value.Phone.Sub(t.Value.After)
	behind := t.Value.Before.Sub(t.Value.Phone.Add(time.Second))
	said := "the phone agrees with this computer"
	switch {
	case ahead > 0:
		off, said = ahead, "the phone is %s ahead of this computer"
	case behind > 0:
		off, said = behind, "the phone is %s behind this computer"
	}
	if off > 0 {
		said = fmt.Sprintf(said, off.Round(time.Second))
	}
	const hint = "let both take the time from the network"
	switch {
	case off >= clockWrong:
		j.err("clock", said, hint)
	case off >= clockOff:
		j.warn("clock", said, hint)
	default:
		j.ok("clock", said)
	}
}

// ownApp is what screen maps call the maker's own app.
const ownApp = "partner"

func (j *judge) app(a AppFact) {
	check := a.ID + "_app"
	switch {
	case errors.Is(a.Code.Err, ErrNotInstalled):
		j.err(check, a.Package+" is not installed", "install it on the phone")
		return
	case a.Code.Err != nil:
		j.unknown(check, a.Code.Err, "")
		return
	}
	code := fmt.Sprintf("version code %d", a.Code.Value)
	if a.Code.Value == 0 {
		code = "no version code"
	}
	if a.Version.Err != nil {
		text, hint := why(a.Version.Err)
		j.warn(check, fmt.Sprintf("%s is installed, %s; whether the map %s (%s) covers it is unknown: %s", a.Package, code, a.Map, a.MapVersions, text), hint)
		return
	}
	if !a.Covered {
		j.warn(check, fmt.Sprintf("%s %s is installed, which no map is meant for: the nearest is used, %s, for %s", a.Package, a.Version.Value, a.Map, a.MapVersions),
			"see whether it fits with `ffscert screens check`, have one made with `ffscert screens learn`, or install a release that is covered")
		return
	}
	j.ok(check, fmt.Sprintf("%s %s (%s); the map %s is for %s", a.Package, a.Version.Value, code, a.Map, a.MapVersions))
}

func (j *judge) permissions(denied Known[[]string]) {
	if denied.Err != nil {
		j.unknown("permissions", denied.Err, "")
		return
	}
	var matter []string
	for _, p := range denied.Value {
		short := strings.TrimPrefix(p, "android.permission.")
		if slices.Contains(asked(), short) {
			matter = append(matter, short)
		}
	}
	if len(matter) > 0 {
		j.warn("permissions", "the Alexa app may ask in the midst of a run for "+strings.Join(matter, ", "), "open the app by hand once and answer, or grant them in the phone's settings")
		return
	}
	j.ok("permissions", "the Alexa app has what it asks for during a set-up")
}

// asked are the permissions that an app needs to set a device up nearby.
// Source: Android's guide "Request Bluetooth / nearby Wi-Fi permissions".
func asked() []string {
	return []string{"ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "BLUETOOTH_CONNECT", "BLUETOOTH_SCAN", "NEARBY_WIFI_DEVICES", "POST_NOTIFICATIONS"}
}
