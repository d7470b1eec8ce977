package android

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const latinIME = "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME"

func defaultSettings() map[string]map[string]string {
	return map[string]map[string]string{
		"global": {"window_animation_scale": "1.0", "transition_animation_scale": "1.0", "animator_duration_scale": "1.0",
			"airplane_mode_on": "0", "wifi_on": "1", "mobile_data": "1", "bluetooth_on": "1", "adb_enabled": "1",
			"stay_on_while_plugged_in": "7", "auto_time": "1", "device_provisioned": "1", "development_settings_enabled": "1"},
		"secure": {"default_input_method": latinIME, "enabled_input_methods": latinIME, "location_mode": "3",
			"location_providers_allowed": "gps,network", "show_ime_with_hard_keyboard": "0", "user_setup_complete": "1",
			"accessibility_enabled": "0", "lock_screen_show_notifications": "1"},
		"system": {"font_scale": "1.0", "screen_brightness": "102", "screen_off_timeout": "600000", "accelerometer_rotation": "0",
			"user_rotation": "0", "haptic_feedback_enabled": "1"},
	}
}

// maxSetting bounds what settings and properties remember, in bytes.
const maxSetting = 64 << 10

func (s *System) settingsCmd(_ context.Context, c *call) int {
	args := c.args
	for len(args) > 1 && args[0] == "--user" {
		args = args[2:]
	}
	if len(args) < 2 {
		c.fail("No command or namespace specified\n")
		return 255
	}
	verb, ns, rest := args[0], args[1], args[2:]
	s.readFontScale()
	if verb == "put" && ns == "system" && len(rest) > 1 && rest[0] == fontScale && !s.setFontScale(rest[1]) {
		c.fail("Bad arguments\n")
		return 255
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	space, ok := s.settings[ns]
	if !ok {
		c.fail("Invalid namespace '%s'\n", ns)
		return 255
	}
	if verb == "list" {
		for _, k := range slices.Sorted(maps.Keys(space)) {
			c.print("%s=%s\n", k, space[k])
		}
		return 0
	}
	if len(rest) == 0 {
		c.fail("Bad arguments\n")
		return 255
	}
	switch verb {
	case "get":
		if v, ok := space[rest[0]]; ok {
			c.print("%s\n", v)
		} else {
			c.print("null\n")
		}
	case "put":
		if len(rest) < 2 || len(rest[1]) > maxSetting {
			c.fail("Bad arguments\n")
			return 255
		}
		space[rest[0]] = rest[1]
	case "delete":
		n := 0
		if _, ok := space[rest[0]]; ok {
			n = 1
		}
		delete(space, rest[0])
		c.print("Deleted %d rows\n", n)
	case "reset":
	default:
		c.fail("Invalid command: %s\n", verb)
		return 255
	}
	return 0
}

// fontScale is the setting of how large letters are.
const fontScale = "font_scale"

// scaled is a phone whose letters can be made larger.
type scaled interface {
	FontScale() float64
	SetFontScale(scale float64) bool
}

// readFontScale takes the setting over from the phone.
func (s *System) readFontScale() {
	if h, ok := s.h.(scaled); ok {
		v := strconv.FormatFloat(h.FontScale(), 'f', -1, 64)
		if !strings.Contains(v, ".") {
			v += ".0"
		}
		s.putSetting("system", fontScale, v)
	}
}

// setFontScale hands the setting to the phone; false if it is out of the
// question. A phone that knows none remembers it only.
func (s *System) setFontScale(text string) bool {
	h, ok := s.h.(scaled)
	if !ok {
		return true
	}
	v, err := strconv.ParseFloat(text, 64)
	return err == nil && h.SetFontScale(v)
}

func (s *System) putSetting(ns, key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings[ns][key] = value
}

func (s *System) setting(ns, key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings[ns][key]
}

func (s *System) appopsCmd(_ context.Context, c *call) int {
	args := operands(c.args, "--user")
	if len(args) < 2 {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch args[0] {
	case "set":
		if len(args) >= 4 {
			if s.appops[args[1]] == nil {
				s.appops[args[1]] = map[string]string{}
			}
			s.appops[args[1]][args[2]] = args[3]
		}
	case "get":
		ops := s.appops[args[1]]
		if len(ops) == 0 {
			c.print("No operations.\n")
		}
		for _, k := range slices.Sorted(maps.Keys(ops)) {
			if len(args) < 3 || args[2] == k {
				c.print("%s: %s\n", k, ops[k])
			}
		}
	case "reset":
		delete(s.appops, args[1])
	}
	return 0
}

func (s *System) svc(_ context.Context, c *call) int {
	on := map[string]string{"enable": "1", "disable": "0"}[c.arg(1)]
	switch c.arg(0) {
	case "wifi":
		if on != "" {
			s.putSetting("global", "wifi_on", on)
		}
	case "data":
		if on != "" {
			s.putSetting("global", "mobile_data", on)
		}
	case "bluetooth":
		if on != "" {
			s.putSetting("global", "bluetooth_on", on)
		}
	case "power":
		if c.arg(1) == "reboot" {
			return s.reboot(context.Background(), c)
		}
	case "nfc", "usb", "system-server":
	default:
		c.fail("Available commands:\n    help     Show information about the subcommands\n    power    Control the power manager\n    data     Control mobile data connectivity\n    wifi     Control the Wi-Fi manager\n")
		return 1
	}
	return 0
}

func (s *System) imeCmd(_ context.Context, c *call) int {
	imes := []string{latinIME, pkgSettings + "/.AppiumIME", pkgSettings + "/.UnicodeIME", pkgSettings + "/.EmptyIME"}
	name := c.arg(1)
	switch c.arg(0) {
	case "list":
		for _, i := range imes {
			if slices.Contains(c.args, "-s") {
				c.print("%s\n", i)
			} else {
				pkg, class, _ := strings.Cut(i, "/")
				c.print("%s:\n  mId=%s mSettingsActivityName=null mIsVrOnly=false\n  Service:\n    packageName=%s\n    name=%s\n", i, i, pkg, class)
			}
		}
	case "enable":
		c.print("Input method %s: now enabled for user #0\n", name)
	case "disable":
		c.print("Input method %s: now disabled for user #0\n", name)
	case "set", "reset":
		if c.arg(0) == "reset" {
			name = latinIME
		}
		if !slices.Contains(imes, name) {
			c.fail("Error: Unknown id: %s\n", name)
			return 1
		}
		s.mu.Lock()
		s.ime = name
		s.mu.Unlock()
		s.putSetting("secure", "default_input_method", name)
		c.print("Input method %s selected for user #0\n", name)
	}
	return 0
}

func (s *System) wm(_ context.Context, c *call) int {
	switch c.arg(0) {
	case "size":
		if c.arg(1) == "" {
			w, h := s.natural()
			c.print("Physical size: %dx%d\n", w, h)
		}
	case "density":
		if c.arg(1) == "" {
			c.print("Physical density: %d\n", s.h.Density())
		}
	case "dismiss-keyguard":
		s.h.Wake()
	case "user-rotation", "set-user-rotation", "fixed-to-user-rotation", "folded-area", "dump-visible-window-views":
	default:
		c.fail("Unknown command: %s\n", c.arg(0))
		return 255
	}
	return 0
}

// monkey starts an app; it does not act at random here.
func (s *System) monkey(ctx context.Context, c *call) int {
	for i, a := range c.args {
		if a != "-p" || i+1 >= len(c.args) {
			continue
		}
		p, ok := s.pkg(c.args[i+1])
		if !ok || p.Activity == "" {
			c.print("** No activities found to run, monkey aborted.\n")
			return 252
		}
		if trouble := s.h.Launch(p.Name, p.Activity, false); trouble != "" {
			c.print("** Error: %s\n** monkey aborted.\n", trouble)
			return 251
		}
		c.print("Events injected: 1\n## Network stats: elapsed time=10ms (0ms mobile, 0ms wifi, 10ms not connected)\n")
		return 0
	}
	c.fail("usage: monkey [-p ALLOWED_PACKAGE [-p ALLOWED_PACKAGE] ...] COUNT\n")
	return 1
}

func (s *System) content(_ context.Context, c *call) int {
	switch c.arg(0) {
	case "query":
		c.print("No result found.\n")
	case "insert", "update", "delete", "call", "read":
	default:
		c.fail("usage: adb shell content [subcommand] [options]\n")
		return 1
	}
	return 0
}

// locksettings says that the phone has no lock.
func (s *System) locksettings(_ context.Context, c *call) int {
	switch c.arg(0) {
	case "", "help":
		c.print("lockSettings service commands:\n\n  help\n    Prints this help text.\n")
	case "get-disabled":
		c.print("true\n")
	case "verify":
		c.print("Lock credential verified successfully\n")
	case "clear":
		c.print("Lock credential cleared\n")
	case "set-disabled":
		c.print("Lock screen disabled set to %s\n", c.arg(1))
	case "set-pin", "set-password", "set-pattern":
		c.print("%s set to '%s'\n", strings.TrimPrefix(c.arg(0), "set-"), strings.Join(c.args[len(c.args)-1:], ""))
	default:
		c.fail("Unknown command: %s\n", c.arg(0))
		return 255
	}
	return 0
}

func (s *System) deviceConfig(_ context.Context, c *call) int {
	if c.arg(0) == "get" {
		c.print("null\n")
	}
	return 0
}

func (s *System) service(_ context.Context, c *call) int {
	names := slices.Sorted(maps.Keys(s.dumps()))
	switch c.arg(0) {
	case "list":
		c.print("Found %d services:\n", len(names))
		for i, n := range names {
			c.print("%d\t%s: [android.os.I%s]\n", i, n, n)
		}
	case "check":
		c.print("Service %s: %s\n", c.arg(1), pick(slices.Contains(names, c.arg(1)), "found", "not found"))
	case "call":
		if c.arg(1) == "alarm" && c.arg(2) == "3" && c.arg(3) == "s16" {
			s.mu.Lock()
			s.props["persist.sys.timezone"] = c.arg(4)
			s.mu.Unlock()
		}
		c.print("Result: Parcel(00000000 00000001   '........')\n")
	default:
		c.fail("Usage: service [-h|-?]\n       service list\n       service check SERVICE\n       service call SERVICE CODE ...\n")
		return 10
	}
	return 0
}

// cmd hands over to a system service.
func (s *System) cmd(ctx context.Context, c *call) int {
	for c.arg(0) == "-w" {
		c = c.rest(1)
	}
	rest := c.rest(1)
	sub := rest.arg(0)
	switch c.arg(0) {
	case "package":
		return s.pm(ctx, rest)
	case "activity":
		return s.am(ctx, rest)
	case "input":
		return s.input(ctx, rest)
	case "window":
		return s.wm(ctx, rest)
	case "settings":
		return s.settingsCmd(ctx, rest)
	case "appops":
		return s.appopsCmd(ctx, rest)
	case "lock_settings":
		return s.locksettings(ctx, rest)
	case "input_method":
		return s.imeCmd(ctx, rest)
	case "connectivity":
		if sub != "airplane-mode" {
			return 0
		}
		switch rest.arg(1) {
		case "enable":
			s.putSetting("global", "airplane_mode_on", "1")
		case "disable":
			s.putSetting("global", "airplane_mode_on", "0")
		default:
			c.print("%s\n", map[string]string{"1": "enabled", "0": "disabled"}[s.setting("global", "airplane_mode_on")])
		}
	case "wifi":
		switch sub {
		case "set-wifi-enabled":
			s.putSetting("global", "wifi_on", map[string]string{"enabled": "1", "disabled": "0"}[rest.arg(1)])
		case "status":
			c.print("Wifi is %s\nWifi scanning is always available\n", map[string]string{"1": "enabled", "0": "disabled"}[s.setting("global", "wifi_on")])
		}
	case "phone":
		if sub == "data" {
			s.putSetting("global", "mobile_data", map[string]string{"enable": "1", "disable": "0"}[rest.arg(1)])
		}
	case "bluetooth_manager":
		s.putSetting("global", "bluetooth_on", map[string]string{"enable": "1", "disable": "0"}[sub])
	case "location":
		switch sub {
		case "is-location-enabled":
			c.print("%t\n", s.setting("secure", "location_mode") != "0")
		case "set-location-enabled":
			s.putSetting("secure", "location_mode", map[string]string{"true": "3", "false": "0"}[rest.arg(1)])
		}
	case "uimode":
		if rest.arg(1) != "" {
			s.mu.Lock()
			s.night = rest.arg(1)
			s.mu.Unlock()
		}
		s.mu.Lock()
		night := s.night
		s.mu.Unlock()
		c.print("Night mode: %s\n", night)
	case "statusbar":
		if sub == "get-status-icons" {
			c.print("clock\nwifi\nbattery\n")
		}
	case "-l":
		for _, n := range []string{"activity", "appops", "bluetooth_manager", "connectivity", "input", "input_method", "location", "lock_settings",
			"notification", "package", "phone", "power", "settings", "statusbar", "uimode", "wifi", "window"} {
			c.print("  %s\n", n)
		}
	case "notification", "power", "deviceidle", "overlay", "jobscheduler", "display", "media_session", "role", "dropbox", "clipboard", "device_config", "thermalservice", "battery", "alarm", "netpolicy", "netstats", "nfc", "user":
	case "":
		c.fail("cmd: No service specified; use -l to list all running services. Use -w to start and wait.\n")
		return 20
	default:
		c.fail("cmd: Can't find service: %s\n", c.arg(0))
		return 20
	}
	return 0
}
