package appium

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"ffscert/drivers/virtual/ui"
)

const keyHome = 3

func installed(h ui.Handset, pkg string) bool {
	for _, p := range h.Installed() {
		if p.Name == pkg {
			return true
		}
	}
	return false
}

// launcher is the activity that a package starts with, "" if it has none.
func launcher(h ui.Handset, pkg string) string {
	for _, p := range h.Installed() {
		if p.Name == pkg {
			return p.Activity
		}
	}
	return ""
}

func (c *session) launch(ctx context.Context, pkg, activity string, restart bool) error {
	if d := c.h.Latency(ui.OpLaunch); d > 0 {
		if err := c.h.Clock().Sleep(ctx, d); err != nil {
			return err
		}
	}
	if why := c.h.Launch(pkg, activity, restart); why != "" {
		return original("Cannot start the '%s' application. Original error: %s", pkg, why)
	}
	return nil
}

func (c *session) activate(ctx context.Context, pkg string) error {
	if !installed(c.h, pkg) {
		return original("Cannot activate '%s'. Is the package installed?", pkg)
	}
	return c.launch(ctx, pkg, launcher(c.h, pkg), false)
}

// deepLink opens an address in a package.
func (c *session) deepLink(ctx context.Context, pkg, url string) error {
	links, ok := c.h.(ui.Links)
	if !ok || pkg == "" || !installed(c.h, pkg) {
		return original("Cannot open '%.200s': no package that is installed was named for it", url)
	}
	if err := c.launch(ctx, pkg, launcher(c.h, pkg), false); err != nil {
		return err
	}
	if why := links.OpenLink(pkg, url); why != "" {
		return original("%s", why)
	}
	return nil
}

// terminate reports whether the app was running.
func (c *session) terminate(pkg string) bool {
	if c.h.AppState(pkg) <= 1 {
		return false
	}
	c.h.ForceStop(pkg)
	return true
}

// background leaves the app for as long; below 0, for good.
func (c *session) background(ctx context.Context, seconds float64) error {
	pkg, _ := c.h.Foreground()
	c.h.Key(keyHome, 0, false)
	if seconds < 0 {
		return nil
	}
	if err := c.h.Clock().Sleep(ctx, time.Duration(min(seconds, 1e6)*float64(time.Second))); err != nil {
		return err
	}
	if launcher(c.h, pkg) == "" {
		return nil // it was the home screen that was left
	}
	return c.activate(ctx, pkg)
}

var component = regexp.MustCompile(`^([\w.]+)/([\w.$]+)$`)

// startActivity is "mobile: startActivity": an intent by component, or by
// package.
func (c *session) startActivity(ctx context.Context, args arguments) (any, error) {
	target := args.text("component")
	if target == "" {
		target = args.text("intent")
	}
	m := component.FindStringSubmatch(strings.TrimSpace(target))
	pkg, activity := args.text("package"), ""
	switch {
	case m != nil:
		pkg, activity = m[1], m[2]
		if strings.HasPrefix(activity, ".") {
			activity = pkg + activity
		}
	case pkg == "":
		return nil, original("Error: Intent { %s } cannot be resolved: give a component or a package", args.text("action"))
	}
	if err := c.launch(ctx, pkg, activity, args.flag("stop")); err != nil {
		return nil, err
	}
	return "Starting: Intent { cmp=" + pkg + "/" + activity + " }", nil
}

func (c *session) startActivityRoute(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		AppPackage  string `json:"appPackage"`
		AppActivity string `json:"appActivity"`
		DontStop    *bool  `json:"dontStopAppOnReset"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.AppPackage == "" || in.AppActivity == "" {
		return nil, missing("appPackage, appActivity")
	}
	if strings.HasPrefix(in.AppActivity, ".") {
		in.AppActivity = in.AppPackage + in.AppActivity
	}
	keep := c.asked.on("dontStopAppOnReset", false)
	if in.DontStop != nil {
		keep = *in.DontStop
	}
	return nil, c.launch(ctx, in.AppPackage, in.AppActivity, !keep)
}

// arguments are those of an execute method.
type arguments map[string]json.RawMessage

func (a arguments) text(name string) string {
	var s string
	if json.Unmarshal(a[name], &s) != nil {
		return strings.Trim(string(a[name]), `"`)
	}
	return s
}

func (a arguments) flag(name string) bool { return a.text(name) == "true" }

func (a arguments) number(name string, fallback float64) float64 {
	var n float64
	if raw, ok := a[name]; ok && json.Unmarshal([]byte(strings.Trim(string(raw), `"`)), &n) == nil && string(raw) != "null" {
		return n
	}
	return fallback
}
