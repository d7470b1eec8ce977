package handset

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/ui"
)

// Manufacturer is what the phone says of itself, so that nobody can mistake it
// for a real one.
const Manufacturer = "ffscert-virtual"

const release, sdk = "13", "33"

// Prop is a system property, "" if there is none of that name.
func (h *Handset) Prop(name string) string { return h.props()[name] }

// Props are all system properties.
func (h *Handset) Props() map[string]string { return h.props() }

func (h *Handset) props() map[string]string {
	lang, region, _ := strings.Cut(h.cfg.Locale, "-")
	return map[string]string{
		"ro.serialno":               h.cfg.Serial,
		"ro.boot.serialno":          h.cfg.Serial,
		"ro.product.manufacturer":   Manufacturer,
		"ro.product.brand":          Manufacturer,
		"ro.product.model":          h.cfg.Model,
		"ro.product.name":           "ffscert_virtual",
		"ro.product.device":         "ffscert_virtual",
		"ro.product.board":          "ffscert_virtual",
		"ro.hardware":               "ffscert_virtual",
		"ro.product.cpu.abi":        "x86_64",
		"ro.product.cpu.abilist":    "x86_64",
		"ro.build.version.sdk":      sdk,
		"ro.build.version.release":  release,
		"ro.build.version.codename": "REL",
		"ro.build.characteristics":  "default",
		"ro.build.type":             "userdebug",
		"ro.build.tags":             "test-keys",
		"ro.build.id":               "VIRTUAL",
		"ro.build.display.id":       "ffscert virtual phone",
		"ro.build.fingerprint":      Manufacturer + "/ffscert_virtual/ffscert_virtual:13/VIRTUAL/1:userdebug/test-keys",
		"ro.product.locale":         h.cfg.Locale,
		"persist.sys.locale":        h.cfg.Locale,
		"persist.sys.language":      lang,
		"persist.sys.country":       region,
		"persist.sys.timezone":      "Etc/UTC",
		"ro.sf.lcd_density":         strconv.Itoa(h.cfg.Density),
		"ro.debuggable":             "1",
		"ro.secure":                 "1",
		"ro.kernel.qemu":            "",
		"sys.boot_completed":        "1",
		"dev.bootcomplete":          "1",
		"init.svc.bootanim":         "stopped",
	}
}

// Installed are the packages, sorted by name.
func (h *Handset) Installed() []ui.Package {
	list := []ui.Package{
		{Name: "android", VersionName: release, VersionCode: 33, System: true},
		{Name: "com.android.systemui", VersionName: release, VersionCode: 33, System: true},
	}
	for _, m := range h.models {
		list = append(list, ui.Package{Name: m.Package, VersionName: m.VersionName, VersionCode: m.VersionCode, Activity: m.Activity, System: m.System})
	}
	for _, m := range h.dialogs {
		for _, o := range m.Overlays {
			if o.Package != "" && !slices.ContainsFunc(list, func(p ui.Package) bool { return p.Name == o.Package }) {
				list = append(list, ui.Package{Name: o.Package, VersionName: m.VersionName, VersionCode: m.VersionCode, System: true})
			}
		}
	}
	slices.SortFunc(list, func(a, b ui.Package) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (h *Handset) model(pkg string) *apps.Model {
	for _, m := range h.models {
		if m.Package == pkg {
			return m
		}
	}
	return nil
}

// Launch starts a package or brings it to the front; see [ui.Handset].
func (h *Handset) Launch(pkg, activity string, restart bool) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	m := h.model(pkg)
	if strings.HasPrefix(activity, ".") {
		activity = pkg + activity
	}
	switch {
	case m == nil && activity == "":
		return fmt.Sprintf("Error: Activity not started, unable to resolve Intent { act=android.intent.action.MAIN cat=[android.intent.category.LAUNCHER] pkg=%s }", pkg)
	case m == nil, activity != "" && activity != m.Activity && !slices.Contains(m.Activities, activity):
		return fmt.Sprintf("Error type 3\nError: Activity class {%s/%s} does not exist.", pkg, activity)
	}
	if restart {
		h.stop(pkg)
	}
	h.awake = true
	h.start(m)
	return ""
}

// ForceStop ends an app's process; if it was in front, the app before it is.
func (h *Handset) ForceStop(pkg string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	h.stop(pkg)
}

// ClearData ends an app and forgets what it knew: it is signed out.
func (h *Handset) ClearData(pkg string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.model(pkg) == nil {
		return
	}
	h.stop(pkg)
	out := false
	h.signedIn[pkg] = &out
}

// AppState is Appium's number for an app's state.
func (h *Handset) AppState(pkg string) ui.AppState {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	inFront, _ := h.foreground()
	switch {
	case pkg == inFront:
		return 4
	case pkg == "android" || pkg == "com.android.systemui":
		return 3
	case h.model(pkg) == nil:
		return 0
	case h.running[pkg] != nil:
		return 3
	}
	return 1
}

// Processes are those of the system and of the apps that run, by their number.
func (h *Handset) Processes() []ui.Process {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	list := []ui.Process{
		{PID: 1, UID: 0, Name: "init"},
		{PID: 1200, UID: 1000, Name: "system_server"},
		{PID: 1500, UID: 10100, Name: "com.android.systemui"},
	}
	for _, pkg := range slices.Sorted(maps.Keys(h.running)) {
		list = append(list, ui.Process{PID: h.running[pkg].pid, UID: uid(pkg), Name: pkg})
	}
	slices.SortFunc(list, func(a, b ui.Process) int { return a.PID - b.PID })
	return list
}

// uid is the same on every phone, as long as the package is.
func uid(pkg string) int {
	f := fnv.New32a()
	_, _ = f.Write([]byte(pkg))
	return 10200 + int(f.Sum32()%5000)
}

// Foreground is the package and activity in front; a dialog of another package
// counts if it is an activity of its own, as the question for a permission is.
func (h *Handset) Foreground() (pkg, activity string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	return h.foreground()
}

func (h *Handset) foreground() (pkg, activity string) {
	all := h.compose()
	if top := all[len(all)-1]; top.overlay != nil && top.overlay.Activity != "" {
		return top.pkg, top.overlay.Activity
	}
	in := h.front()
	return in.pkg(), in.model.Activity
}
