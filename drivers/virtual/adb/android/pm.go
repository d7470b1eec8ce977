package android

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"ffscert/drivers/virtual/ui"
)

func (s *System) pm(ctx context.Context, c *call) int {
	sub, rest := c.arg(0), c.rest(1)
	switch sub {
	case "list":
		return s.pmList(rest)
	case "path":
		for _, name := range operands(rest.args, "--user") {
			if p, ok := s.pkg(name); ok {
				c.print("package:%s\n", apkPath(p))
				return 0
			}
		}
		return 1
	case "install":
		return s.pmInstall(rest)
	case "uninstall":
		return s.pmUninstall(rest)
	case "clear":
		if names := operands(rest.args, "--user"); len(names) > 0 {
			if _, ok := s.pkg(names[0]); ok {
				s.stop(names[0])
				s.h.ClearData(names[0])
				s.mu.Lock()
				delete(s.granted, names[0])
				s.mu.Unlock()
				c.print("Success\n")
				return 0
			}
		}
		c.print("Failed\n")
		return 1
	case "grant", "revoke":
		return s.pmGrant(rest, sub == "grant")
	case "reset-permissions":
		s.mu.Lock()
		clear(s.granted)
		s.mu.Unlock()
		return 0
	case "dump":
		return s.dumpPackage(rest)
	case "resolve-activity", "query-activities":
		return s.pmResolve(rest)
	case "enable", "disable-user", "disable", "default-state", "hide", "unhide", "suspend", "unsuspend":
		name := strings.Join(operands(rest.args, "--user"), " ")
		if _, ok := s.pkg(name); !ok {
			c.fail("Error: java.lang.IllegalArgumentException: Unknown package: %s\n", name)
			return 255
		}
		c.print("Package %s new state: %s\n", name, strings.TrimSuffix(sub, "-user")+"d")
		return 0
	case "get-install-location":
		c.print("0[auto]\n")
		return 0
	case "trim-caches", "set-install-location", "compile", "bg-dexopt-job", "set-home-activity", "set-installer", "art":
		c.print("Success\n")
		return 0
	case "has-feature":
		c.print("true\n")
		return 0
	case "get-max-users":
		c.print("Maximum supported users: 4\n")
		return 0
	case "", "help":
		c.print("Package manager (package) commands:\n  help\n    Print this help text.\n")
		return 0
	}
	c.fail("Unknown command: %s\n", sub)
	return 255
}

// apkPath is where a package is installed.
func apkPath(p ui.Package) string {
	if p.System {
		return "/system/app/" + p.Name + "/" + p.Name + ".apk"
	}
	return "/data/app/~~" + hash(p.Name, "a") + "==/" + p.Name + "-" + hash(p.Name, "b") + "==/base.apk"
}

func (s *System) pmList(c *call) int {
	kind, rest := c.arg(0), c.rest(1)
	switch kind {
	case "packages", "package":
		has := func(f string) bool { return slices.Contains(rest.args, f) }
		filter := strings.Join(operands(rest.args, "--user", "--uid"), " ")
		for _, p := range s.installed() {
			if has("-3") && p.System || has("-s") && !p.System || has("-d") || !strings.Contains(p.Name, filter) {
				continue
			}
			c.print("package:")
			if has("-f") {
				c.print("%s=", apkPath(p))
			}
			c.print("%s", p.Name)
			if has("--show-versioncode") {
				c.print(" versionCode:%d", p.VersionCode)
			}
			if has("-i") {
				c.print("  installer=null")
			}
			if has("-U") {
				c.print(" uid:%d", s.uid(p.Name))
			}
			c.print("\n")
		}
		return 0
	case "instrumentation":
		if _, ok := s.pkg(pkgTest); ok {
			c.print("instrumentation:%s (target=%s)\n", testRunner, pkgServer)
		}
		return 0
	case "features":
		for _, f := range []string{"android.hardware.bluetooth_le", "android.hardware.touchscreen", "android.hardware.wifi"} {
			c.print("feature:%s\n", f)
		}
		return 0
	case "users":
		c.print("Users:\n\tUserInfo{0:Owner:4c13} running\n")
		return 0
	case "permissions", "permission-groups", "libraries", "sdks", "staged-sessions":
		return 0
	}
	c.fail("Error: unknown list type '%s'\n", kind)
	return 255
}

// maxAPK bounds an installed package, in bytes.
const maxAPK = MaxFile

// pmInstall takes a package from the input (`adb install`) or from a file.
func (s *System) pmInstall(c *call) int {
	size, name := int64(-1), ""
	for i := 0; i < len(c.args); i++ {
		next := func() string {
			if i+1 < len(c.args) {
				i++
				return c.args[i]
			}
			return ""
		}
		switch a := c.args[i]; {
		case a == "-S":
			n, err := strconv.ParseInt(next(), 10, 64)
			if err != nil {
				c.print("Failure [INSTALL_FAILED_INVALID_APK: bad size]\n")
				return 1
			}
			size = n
		case a == "-i" || a == "--user" || a == "--abi" || a == "-p" || a == "--install-location":
			next()
		case !strings.HasPrefix(a, "-"):
			name = a
		}
	}
	apk, err := s.takeAPK(c, size, name)
	if err != nil {
		c.print("Failure [%v]\n", err)
		return 1
	}
	p, err := readAPK(apk)
	if err != nil {
		c.print("Failure [INSTALL_PARSE_FAILED_NOT_APK: Failed to parse base.apk: %v]\n", err)
		return 1
	}
	s.mu.Lock()
	s.packages[p.Name] = &ownPackage{p, apk}
	delete(s.removed, p.Name)
	s.mu.Unlock()
	if err := s.files.Write(apkPath(p), apk, 0o644, s.h.Clock().Now()); err != nil {
		s.log.add('W', "PackageManager", "cannot keep "+p.Name+": "+err.Error())
	}
	c.print("Success\n")
	return 0
}

func (s *System) takeAPK(c *call, size int64, name string) ([]byte, error) {
	if size < 0 {
		data, err := s.read(name)
		if err != nil {
			return nil, errors.New("INSTALL_FAILED_INVALID_URI")
		}
		return data, nil
	}
	if size > maxAPK {
		return nil, errors.New("INSTALL_FAILED_INSUFFICIENT_STORAGE")
	}
	var b bytes.Buffer
	if n, err := io.Copy(&b, io.LimitReader(c.In, size)); err != nil || n < size {
		return nil, errors.New("INSTALL_FAILED_INVALID_APK: the package is cut")
	}
	return b.Bytes(), nil
}

func (s *System) pmUninstall(c *call) int {
	names := operands(c.args, "--user", "--versionCode")
	if len(names) == 0 {
		c.fail("Error: package name not specified\n")
		return 255
	}
	p, ok := s.pkg(names[0])
	if !ok {
		c.print("Failure [DELETE_FAILED_INTERNAL_ERROR]\n")
		return 1
	}
	s.stop(p.Name)
	s.mu.Lock()
	delete(s.packages, p.Name)
	s.removed[p.Name] = true
	delete(s.granted, p.Name)
	s.mu.Unlock()
	s.files.Remove(apkPath(p))
	c.print("Success\n")
	return 0
}

func (s *System) pmGrant(c *call, grant bool) int {
	names := operands(c.args, "--user")
	if len(names) < 2 {
		c.fail("Error: no package or permission specified\n")
		return 255
	}
	if _, ok := s.pkg(names[0]); !ok {
		c.fail("\nException occurred while executing '%s':\njava.lang.IllegalArgumentException: Unknown package: %s\n",
			pick(grant, "grant", "revoke"), names[0])
		return 255
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.granted[names[0]] == nil {
		s.granted[names[0]] = map[string]bool{}
	}
	for _, perm := range names[1:] {
		s.granted[names[0]][perm] = grant
	}
	return 0
}

func (s *System) pmResolve(c *call) int {
	var names []string
	for _, a := range operands(c.args, "--user", "-a", "-c", "-d", "-t", "-f", "--query-flags") {
		names = append(names, strings.Split(a, "/")[0])
	}
	in := parseIntent(slices.DeleteFunc(slices.Clone(c.args), func(a string) bool { return a == "--brief" || a == "--components" }))
	if len(names) == 0 {
		s.resolve(&in)
		if in.component == "" {
			c.print("No activity found\n")
			return 0
		}
		names = []string{strings.Split(in.component, "/")[0]}
	}
	p, ok := s.pkg(names[0])
	if !ok || p.Activity == "" {
		c.print("No activity found\n")
		return 0
	}
	if slices.Contains(c.args, "--brief") {
		c.print("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\n%s/%s\n", p.Name, shortActivity(p.Name, p.Activity))
		return 0
	}
	c.print("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\nActivityInfo:\n  name=%s\n  packageName=%s\n  enabled=true exported=true\n", p.Activity, p.Name)
	return 0
}
