// Package android is the userland of the virtual phone: what answers when
// somebody runs a command in its shell. It is as wide as what Appium's
// UiAutomator2 driver, chromedriver and people at a terminal ask, in the
// formats that they read.
//
// What is on the screen and which apps run it asks the handset; processes,
// packages, settings and files that belong to no app it keeps itself. It
// knows nothing of the adb protocol, of apps or of the world.
package android

import (
	"context"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ffscert/drivers/virtual/adb/shell"
	"ffscert/drivers/virtual/ui"
)

// The packages of Appium on a phone. They are there from the start, in the
// versions of appium-uiautomator2-driver 8.7.0, as on a phone that Appium has
// used before.
const (
	pkgServer   = "io.appium.uiautomator2.server"
	pkgTest     = "io.appium.uiautomator2.server.test"
	pkgSettings = "io.appium.settings"
	testRunner  = pkgTest + "/androidx.test.runner.AndroidJUnitRunner"
)

// Options are what a system is told when it is made.
type Options struct {
	// Serial answers `getprop ro.serialno`.
	Serial func() string
	// Reboot is called by the command of that name. It must not wait for it.
	Reboot func()
	// ServerEnded is called when the UiAutomator2 server's process has ended,
	// so that its session can be forgotten; may be nil.
	ServerEnded func()
	// Sockets names the abstract sockets that apps have opened for a debugger;
	// nil if no app does.
	Sockets func(context.Context) []string
}

// IO is what a command reads and writes.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	// Terminal says that a person types: what is typed is echoed.
	Terminal bool
}

// System is the userland. Its methods may be called from any goroutine.
type System struct {
	h     ui.Handset
	opts  Options
	files *Files
	log   *logcat
	boot  time.Time
	table map[string]command

	mu       sync.Mutex
	props    map[string]string // set by setprop
	settings map[string]map[string]string
	packages map[string]*ownPackage // installed beside the handset's
	removed  map[string]bool        // uninstalled from the handset
	granted  map[string]map[string]bool
	appops   map[string]map[string]string
	pids     map[string]int
	lastPID  int
	inst     *instrumentation
	helper   bool // io.appium.settings runs
	ime      string
	night    string
	location string
}

// ownPackage is a package that was installed through adb.
type ownPackage struct {
	ui.Package
	apk []byte
}

// New makes the userland of a handset.
func New(h ui.Handset, opts Options) *System {
	s := &System{
		h: h, opts: opts, boot: h.Clock().Now(),
		props: map[string]string{}, settings: defaultSettings(),
		packages: map[string]*ownPackage{}, removed: map[string]bool{},
		granted: map[string]map[string]bool{}, appops: map[string]map[string]string{},
		pids: map[string]int{}, lastPID: 20100, helper: true,
		ime: latinIME, night: "no", location: "0.0 0.0 0.0",
	}
	s.files = newFiles(func() time.Time { return h.Clock().Now().UTC() })
	s.log = newLogcat(h.Clock())
	s.log.add('I', "boot", "Boot completed")
	for _, p := range []ui.Package{
		{Name: pkgSettings, VersionName: "8.0.9", VersionCode: 191, Activity: pkgSettings + ".Settings"},
		{Name: pkgServer, VersionName: "10.6.6", VersionCode: 278},
		{Name: pkgTest, VersionName: "", VersionCode: 0},
		{Name: "com.android.shell", VersionName: "13", VersionCode: 33, System: true},
		{Name: "com.google.android.inputmethod.latin", VersionName: "13.1", VersionCode: 131, System: true},
	} {
		s.packages[p.Name] = &ownPackage{Package: p}
	}
	// The household's owner has answered what the apps asked for.
	runtime, _ := appPermissions()
	for _, p := range h.Installed() {
		if p.System {
			continue
		}
		s.granted[p.Name] = map[string]bool{}
		for _, perm := range runtime {
			s.granted[p.Name][perm] = true
		}
	}
	s.table = s.commands()
	return s
}

// Files are the phone's files.
func (s *System) Files() *Files { return s.files }

// Run carries out a command line, or what is typed if it is empty, and
// returns the exit status.
func (s *System) Run(ctx context.Context, stdio IO, line string) int {
	if strings.TrimSpace(line) == "" {
		return s.interactive(ctx, stdio)
	}
	sh := s.newShell()
	return sh.Run(ctx, shell.IO{In: stdio.In, Out: stdio.Out, Err: stdio.Err}, line)
}

func (s *System) newShell() *shell.Shell {
	return &shell.Shell{Host: s, Vars: map[string]string{
		"PATH": "/product/bin:/apex/com.android.runtime/bin:/system/bin:/vendor/bin", "HOME": "/", "USER": "shell",
		"SHELL": "/bin/sh", "TMPDIR": "/data/local/tmp", "ANDROID_ROOT": "/system", "ANDROID_DATA": "/data",
		"EXTERNAL_STORAGE": "/sdcard",
	}}
}

// Open is for the shell's redirections.
func (s *System) Open(name string) (io.ReadCloser, error) {
	data, err := s.read(name)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(strings.NewReader(string(data))), nil
}

// Create is for the shell's redirections.
func (s *System) Create(name string, appendTo bool) (io.WriteCloser, error) {
	return s.files.create(name, appendTo)
}

// Glob is for the shell's patterns.
func (s *System) Glob(pattern string) []string { return s.files.glob(pattern) }

// Prop is a system property: what setprop set, what the handset says, or what
// every phone has.
func (s *System) Prop(name string) string {
	if name == "ro.serialno" || name == "ro.boot.serialno" {
		return s.opts.Serial()
	}
	s.mu.Lock()
	v, ok := s.props[name]
	s.mu.Unlock()
	if ok {
		return v
	}
	if v := s.h.Prop(name); v != "" {
		return v
	}
	return s.commonProp(name)
}

func (s *System) commonProp(name string) string {
	switch name {
	case "ro.build.version.sdk":
		return "33"
	case "ro.build.version.release", "ro.build.version.release_or_codename":
		return "13"
	case "ro.product.manufacturer", "ro.product.brand", "ro.product.name", "ro.product.device":
		return "ffscert-virtual"
	case "ro.product.model":
		return "Virtual phone"
	case "sys.boot_completed", "dev.bootcomplete":
		return "1"
	case "init.svc.bootanim":
		return "stopped"
	case "init.svc.adbd", "init.svc.zygote":
		return "running"
	case "ro.sf.lcd_density":
		return strconv.Itoa(s.h.Density())
	case "ro.product.cpu.abi":
		return "arm64-v8a"
	case "ro.product.cpu.abilist":
		return "arm64-v8a,armeabi-v7a,armeabi"
	case "ro.product.locale", "persist.sys.locale":
		return "en-US"
	case "persist.sys.timezone":
		return "UTC"
	case "ro.build.characteristics":
		return "default"
	case "ro.build.type":
		return "user"
	case "ro.debuggable":
		return "0"
	case "ro.secure":
		return "1"
	case "sys.usb.state", "sys.usb.config":
		return "adb"
	}
	return ""
}

func (s *System) allProps() map[string]string {
	all := map[string]string{}
	for _, name := range []string{"ro.build.version.sdk", "ro.build.version.release", "ro.product.manufacturer",
		"ro.product.brand", "ro.product.name", "ro.product.device", "ro.product.model", "sys.boot_completed",
		"init.svc.bootanim", "init.svc.adbd", "init.svc.zygote", "ro.sf.lcd_density", "ro.product.cpu.abi",
		"ro.product.cpu.abilist", "ro.product.locale", "persist.sys.locale", "persist.sys.timezone",
		"ro.build.characteristics", "ro.build.type", "ro.debuggable", "ro.secure", "sys.usb.state"} {
		all[name] = s.commonProp(name)
	}
	for k, v := range s.h.Props() {
		if v != "" {
			all[k] = v
		}
	}
	s.mu.Lock()
	maps.Copy(all, s.props)
	s.mu.Unlock()
	all["ro.serialno"], all["ro.boot.serialno"] = s.opts.Serial(), s.opts.Serial()
	return all
}

// installed lists all packages by name.
// Installed are the packages, those of Appium included, sorted by name.
func (s *System) Installed() []ui.Package { return s.installed() }

func (s *System) installed() []ui.Package {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]ui.Package{}
	for name, p := range s.packages {
		all[name] = p.Package
	}
	for _, p := range s.h.Installed() {
		if !s.removed[p.Name] {
			all[p.Name] = p
		}
	}
	names := slices.Sorted(maps.Keys(all))
	out := make([]ui.Package, len(names))
	for i, n := range names {
		out[i] = all[n]
	}
	return out
}

func (s *System) pkg(name string) (ui.Package, bool) {
	for _, p := range s.installed() {
		if p.Name == name {
			return p, true
		}
	}
	return ui.Package{}, false
}

// uid is a package's user: stable, and different for each.
func (s *System) uid(name string) int {
	for _, p := range s.h.Processes() {
		if p.Name == name && p.UID > 0 {
			return p.UID
		}
	}
	h := 0
	for _, c := range []byte(name) {
		h = (h*31 + int(c)) & 0x3fff
	}
	return 10000 + h%9000
}

// hash is a stable hexadecimal number, as dumps give objects.
func hash(parts ...string) string {
	h := uint32(2166136261)
	for _, p := range parts {
		for _, c := range []byte(p) {
			h = (h ^ uint32(c)) * 16777619
		}
	}
	return strconv.FormatUint(uint64(h&0xfffffff|0x1000000), 16)
}

// Rebooted ends all that ran, as a restart of the phone does.
func (s *System) Rebooted() {
	s.KillInstrumentation()
	for _, p := range s.h.Installed() {
		if !p.System && s.h.AppState(p.Name) >= appBackground {
			s.h.ForceStop(p.Name)
		}
	}
	s.mu.Lock()
	s.boot = s.h.Clock().Now()
	clear(s.pids)
	s.mu.Unlock()
	s.log.clear()
	s.log.add('I', "boot", "Boot completed")
}
