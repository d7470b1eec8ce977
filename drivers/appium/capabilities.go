package appium

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
)

// ours are the capabilities that this driver answers for, without prefix and
// in lower case. Clearing the Alexa app's data signs the account out; and the
// phone must say by itself which one it is.
var ours = []string{
	"noreset", "fullreset", "fastreset", "enforceappinstall", "uninstallotherpackages", "clearsystemfiles",
	"platformname", "udid", "newcommandtimeout", "apppackage", "appactivity",
	"deviceudid", "devicemanufacturer", "devicemodel",
}

// Validate tells whether the options can be used; the error is a
// *certification.Trouble of the definition.
func (o Options) Validate() error {
	wrong := func(format string, args ...any) error {
		return &certification.Trouble{Code: certification.DefConfiguration, Cause: certification.CauseDefinition,
			Message: fmt.Sprintf(format, args...), Hint: "correct the phone's part of the configuration"}
	}
	if _, _, err := parseEndpoint(o.Endpoint); err != nil {
		return wrong("the endpoint of the phone %s", err)
	}
	if d := o.Settings.SnapshotMaxDepth; d < 0 || d > 500 {
		return wrong("snapshotMaxDepth %d is not between 1 and 500", d)
	}
	if name := refused(o.Capabilities); name != "" {
		return wrong("the capability %s is set by ffscert itself, and cannot be changed", clip(safe(name), 100))
	}
	return nil
}

// refused finds a capability of ours, in vendor's groups such as
// appium:options, too.
func refused(caps map[string]any) string {
	for name, value := range caps {
		bare := strings.ToLower(name[strings.LastIndexByte(name, ':')+1:])
		if slices.Contains(ours, bare) {
			return name
		}
		group, ok := value.(map[string]any)
		if !ok || bare == "settings" {
			continue
		}
		if inner := refused(group); inner != "" {
			return name + "." + inner
		}
	}
	return ""
}

// capabilities are what a session is asked for. The configuration's come
// first, so that none of them can take the place of one of ours.
func (o Options) capabilities() map[string]any {
	caps := map[string]any{
		"appium:automationName":             "UiAutomator2",
		"appium:suppressKillServer":         true, // the adb server is shared with the other phones of a farm
		"appium:skipLogcatCapture":          true,
		"appium:ignoreHiddenApiPolicyError": true,
		// Pages of the web come and go: a chromedriver whose page has gone is of no
		// more use for the next one.
		"appium:recreateChromeDriverSessions": true,
	}
	if o.App.Package != "" {
		// A session begins on the app's first page, whoever drove it before.
		caps["appium:forceAppLaunch"] = true
		// Launchers hand over to another activity at once.
		caps["appium:appWaitActivity"] = "*"
	}
	for name, value := range o.Capabilities {
		caps[withPrefix(name)] = value
	}
	caps["platformName"] = "Android"
	caps["appium:noReset"] = true
	caps["appium:newCommandTimeout"] = int(o.NewCommandTimeout / time.Second)
	if o.UDID != "" {
		caps["appium:udid"] = o.UDID
	}
	if o.App.Package != "" {
		caps["appium:appPackage"] = o.App.Package
	}
	if o.App.Activity != "" {
		caps["appium:appActivity"] = o.App.Activity
	}
	set := func(name string, value any) {
		if _, given := caps["appium:settings["+name+"]"]; !given {
			caps["appium:settings["+name+"]"] = value
		}
	}
	set("waitForIdleTimeout", max(0, o.Settings.WaitForIdle.Milliseconds()))
	set("snapshotMaxDepth", o.Settings.SnapshotMaxDepth)
	set("enableMultiWindows", !o.Settings.ActiveWindowOnly)
	set("allowInvisibleElements", o.Settings.AllowInvisible)
	// A find then tells at once what was found, and where.
	set("shouldUseCompactResponses", false)
	set("elementResponseAttributes", "text,rect")
	return caps
}

// w3cCapabilities need no vendor's prefix.
var w3cCapabilities = []string{"browserName", "browserVersion", "platformName", "acceptInsecureCerts", "pageLoadStrategy", "proxy",
	"setWindowRect", "timeouts", "strictFileInteractability", "unhandledPromptBehavior", "userAgent", "webSocketUrl"}

func withPrefix(name string) string {
	if strings.Contains(name, ":") || slices.Contains(w3cCapabilities, name) {
		return name
	}
	return "appium:" + name
}

// parseEndpoint splits an address; the errors never show it.
func parseEndpoint(endpoint string) (*url.URL, *url.Userinfo, error) {
	u, err := url.Parse(strings.TrimSpace(endpoint))
	switch {
	case endpoint == "":
		return &url.URL{}, nil, fmt.Errorf("is missing")
	case err != nil:
		return &url.URL{}, nil, fmt.Errorf("is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return &url.URL{}, nil, fmt.Errorf("must begin with http:// or https://")
	case u.Hostname() == "":
		return &url.URL{}, nil, fmt.Errorf("names no host")
	}
	user := u.User
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, user, nil
}
