package appium

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// capabilities are by their names without the vendor's prefix.
type capabilities map[string]any

// standard are the capabilities of the W3C specification, which have no prefix.
var standard = []string{
	"browserName", "browserVersion", "platformName", "acceptInsecureCerts", "pageLoadStrategy", "proxy", "setWindowRect",
	"timeouts", "strictFileInteractability", "unhandledPromptBehavior", "userAgent", "webSocketUrl",
}

const vendor = "appium:"

// newSession reads the capabilities of a request and picks the first set that
// fits. Source: W3C WebDriver, "Processing capabilities".
func newSession(body []byte) (capabilities, error) {
	refuse := func(format string, args ...any) error {
		return wrong(notCreated, "A new session could not be created. Details: "+format, args...)
	}
	var in struct {
		Capabilities json.RawMessage `json:"capabilities"`
	}
	if err := json.Unmarshal(body, &in); err != nil || len(in.Capabilities) == 0 || string(in.Capabilities) == "null" {
		return nil, refuse("Session capabilities format must comply to the W3C standard. Make sure your client is up to date. See https://www.w3.org/TR/webdriver/#new-session for more details.")
	}
	var form struct {
		AlwaysMatch map[string]any   `json:"alwaysMatch"`
		FirstMatch  []map[string]any `json:"firstMatch"`
	}
	if err := json.Unmarshal(in.Capabilities, &form); err != nil {
		return nil, refuse("The capabilities argument was not valid for the following reason(s): %v", err)
	}
	if len(form.FirstMatch) == 0 {
		form.FirstMatch = []map[string]any{{}}
	}
	always, err := bare(form.AlwaysMatch)
	if err != nil {
		return nil, err
	}
	var why error
	for _, m := range form.FirstMatch {
		first, err := bare(m)
		if err == nil {
			err = disjoint(always, first)
		}
		if err == nil {
			both := maps.Clone(always)
			maps.Copy(both, first)
			if err = both.check(); err == nil {
				return both, nil
			}
		}
		if why == nil {
			why = err
		}
	}
	return nil, why
}

// bare takes the prefixes off, and the options out of appium:options.
func bare(in map[string]any) (capabilities, error) {
	out := capabilities{}
	var unprefixed []string
	for name, v := range in {
		rest, prefixed := strings.CutPrefix(name, vendor)
		switch {
		case name == vendor+"options":
			inner, ok := v.(map[string]any)
			if !ok {
				return nil, wrong(notCreated, "A new session could not be created. Details: The appium:options capability must be an object")
			}
			for n, v := range inner {
				out[strings.TrimPrefix(n, vendor)] = v
			}
		case prefixed:
			if _, taken := out[rest]; !taken {
				out[rest] = v
			}
		case strings.Contains(name, ":"):
			out[name] = v
		case isStandard(name):
			out[name] = v
		default:
			unprefixed = append(unprefixed, name)
		}
	}
	if len(unprefixed) > 0 {
		slices.Sort(unprefixed)
		return nil, wrong(invalidArgument, "All non-standard capabilities should have a vendor prefix. The following capabilities did not have one: %s", strings.Join(unprefixed, ","))
	}
	return out, nil
}

func isStandard(name string) bool {
	return slices.ContainsFunc(standard, func(s string) bool { return strings.EqualFold(s, name) })
}

func disjoint(a, b capabilities) error {
	for name := range b {
		if _, twice := a[name]; twice {
			return wrong(invalidArgument, "property '%s' should not exist on both primary and secondary object", name)
		}
	}
	return nil
}

// check finds what no session can be made of.
func (c capabilities) check() error {
	invalid := func(format string, args ...any) error {
		return wrong(notCreated, "A new session could not be created. Details: Session capabilities were not valid for the following reason(s): "+format, args...)
	}
	platform, automation := c.text("platformName"), c.text("automationName")
	switch {
	case platform == "":
		return wrong(invalidArgument, "'platformName' can't be blank")
	case automation == "":
		return wrong(invalidArgument, "'automationName' can't be blank")
	case !strings.EqualFold(platform, "Android"), !strings.EqualFold(automation, "UiAutomator2"):
		return original("Could not find a driver for automationName '%s' and platformName '%s'. Have you installed a driver that supports those capabilities?", automation, platform)
	}
	for _, name := range []string{"udid", "appPackage", "appActivity", "appWaitPackage", "appWaitActivity", "deviceName", "orientation"} {
		if v, ok := c[name]; ok && v != nil {
			if _, fits := v.(string); !fits {
				return invalid("'%s' must be of type string", name)
			}
		}
	}
	for _, name := range []string{"noReset", "fullReset", "forceAppLaunch", "autoLaunch", "dontStopAppOnReset", "shouldTerminateApp"} {
		if _, err := c.flag(name, false); err != nil {
			return invalid("'%s' must be of type boolean", name)
		}
	}
	if n, ok := c["newCommandTimeout"]; ok && n != nil {
		if f, ok := n.(float64); !ok || f < 0 || math.IsInf(f, 0) {
			return invalid("'newCommandTimeout' must be of type number")
		}
	}
	if c.text("app") != "" {
		return original("The embedded server installs no apps: leave 'app' out and give 'appPackage'")
	}
	if c.on("noReset", false) && c.on("fullReset", false) {
		return invalid("The 'noReset' and 'fullReset' capabilities are mutually exclusive and should not both be set to true")
	}
	if c.on("fullReset", false) {
		return original("Full reset requires an app capability, use fastReset if app is not provided")
	}
	return nil
}

func (c capabilities) text(name string) string { s, _ := c[name].(string); return s }

// flag reads a truth value, which some clients send as text.
func (c capabilities) flag(name string, fallback bool) (bool, error) {
	switch v := c[name].(type) {
	case nil:
		return fallback, nil
	case bool:
		return v, nil
	case string:
		return strconv.ParseBool(v)
	}
	return false, strconv.ErrSyntax
}

func (c capabilities) on(name string, fallback bool) bool {
	v, err := c.flag(name, fallback)
	return err == nil && v
}

// settings are those given as capabilities: appium:settings[NAME], or an
// object.
func (c capabilities) settings() map[string]any {
	out := map[string]any{}
	if group, ok := c["settings"].(map[string]any); ok {
		maps.Copy(out, group)
	}
	for name, v := range c {
		if rest, ok := strings.CutPrefix(name, "settings["); ok {
			if rest, ok = strings.CutSuffix(rest, "]"); ok {
				out[rest] = v
			}
		}
	}
	return out
}
