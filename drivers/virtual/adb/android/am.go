package android

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ffscert/drivers/virtual/ui"
)

func (s *System) am(ctx context.Context, c *call) int {
	sub := c.arg(0)
	rest := c.rest(1)
	switch sub {
	case "start", "start-activity":
		return s.amStart(ctx, rest)
	case "start-service", "startservice", "start-foreground-service", "startfgservice":
		return s.amService(rest)
	case "stop-service", "stopservice":
		in := parseIntent(rest.args)
		c.print("Stopping service: %v\n", in)
		c.fail("Service not stopped: was not running.\n")
		return 0
	case "force-stop":
		for _, p := range operands(rest.args, "--user") {
			s.stop(p)
			s.log.add('I', "ActivityManager", "Force stopping "+p+" appid="+strconv.Itoa(s.uid(p))+" user=0: from pid 20098")
		}
		return 0
	case "kill":
		for _, p := range operands(rest.args, "--user") {
			if s.h.AppState(p) == appBackground {
				s.stop(p)
			}
		}
		return 0
	case "kill-all":
		for _, p := range s.h.Processes() {
			if s.h.AppState(p.Name) == appBackground {
				s.stop(p.Name)
			}
		}
		return 0
	case "broadcast":
		return s.broadcast(rest)
	case "instrument":
		return s.amInstrument(ctx, rest)
	case "stack", "task":
		return s.amStack(rest)
	case "get-current-user":
		c.print("0\n")
		return 0
	case "get-config":
		c.print("config: en-rUS-ldltr-sw411dp-w411dp-h843dp-%ddpi-port-notouch\n", s.h.Density())
		return 0
	case "get-standby-bucket":
		c.print("10\n")
		return 0
	case "send-trim-memory", "set-debug-app", "clear-debug-app", "switch-user", "idle-maintenance", "set-inactive",
		"set-standby-bucket", "wait-for-broadcast-idle", "wait-for-broadcast-barrier", "dismiss-keyguard", "compat",
		"set-watch-heap", "clear-watch-heap", "freeze", "unfreeze", "write", "screen-compat", "package-importance":
		return 0
	case "crash":
		for _, p := range operands(rest.args, "--user") {
			s.stop(p)
		}
		return 0
	case "", "help":
		c.print("Activity manager (activity) commands:\n  help\n      Print this help text.\n")
		return 0
	}
	c.fail("Unknown command: %s\n", sub)
	return 255
}

const (
	appBackground ui.AppState = 3
	appForeground ui.AppState = 4
)

// operands leaves switches out, and the values of those that have one.
func operands(args []string, valued ...string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		if slices.Contains(valued, args[i]) {
			i++
		} else if !strings.HasPrefix(args[i], "-") || len(args[i]) == 1 {
			out = append(out, args[i])
		}
	}
	return out
}

func (s *System) amStart(ctx context.Context, c *call) int {
	in := parseIntent(c.args)
	if in.unknown != "" {
		c.fail("Error: Unknown option: %s\n", in.unknown)
		return 1
	}
	if in.component == "" {
		s.resolve(&in)
	}
	pkg, class := splitComponent(in.component)
	if in.stop && pkg != "" {
		c.print("Stopping: %s\n", pkg)
	}
	c.print("Starting: %v\n", in)
	if in.component == "" {
		if in.data != "" || in.action != "" || in.pkg != "" {
			c.fail("Error: Activity not started, unable to resolve %v\n", in)
		} else {
			c.fail("Error: Intent does not match any activities: %v\n", in)
		}
		return 1
	}
	if pkg == pkgSettings {
		s.mu.Lock()
		s.helper = true
		s.mu.Unlock()
		return s.amStarted(c, in, pkg, class, "COLD", 120)
	}
	if s.isRemoved(pkg) {
		return noActivity(c, pkg, class)
	}
	front, frontActivity := s.h.Foreground()
	before := s.h.AppState(pkg)
	began := s.h.Clock().Now()
	if d := s.h.Latency(ui.OpLaunch); d > 0 {
		if err := s.h.Clock().Sleep(ctx, d); err != nil {
			return 1
		}
	}
	if trouble := s.h.Launch(pkg, class, in.stop); trouble != "" {
		if strings.Contains(trouble, "does not exist") {
			return noActivity(c, pkg, class)
		}
		c.fail("%s\n", strings.TrimRight(trouble, "\n"))
		return 1
	}
	if l, ok := s.h.(ui.Links); ok && in.data != "" {
		if trouble := l.OpenLink(pkg, in.data); trouble != "" {
			c.fail("%s\n", trouble)
			return 1
		}
	}
	s.log.add('I', "ActivityTaskManager", fmt.Sprintf("START u0 {%s} from uid 2000", strings.Trim(strings.TrimPrefix(in.String(), "Intent"), " {}")))
	state := "COLD"
	switch {
	case in.stop || before < appBackground:
	case front == pkg && frontActivity == class:
		state = "UNKNOWN (0)"
		c.print("Warning: Activity not started, intent has been delivered to currently running top-most instance.\n")
	case before == appForeground || before == appBackground:
		state = "HOT"
	}
	return s.amStarted(c, in, pkg, class, state, s.h.Clock().Now().Sub(began)/time.Millisecond)
}

func (s *System) amStarted(c *call, in intent, pkg, class, state string, ms time.Duration) int {
	if in.wait {
		ms = max(ms, 1)
		c.print("Status: ok\nLaunchState: %s\nActivity: %s/%s\nTotalTime: %d\nWaitTime: %d\nComplete\n",
			state, pkg, shortActivity(pkg, class), int64(ms), int64(ms)+3)
	}
	return 0
}

func noActivity(c *call, pkg, class string) int {
	c.fail("Error type 3\nError: Activity class {%s/%s} does not exist.\n", pkg, class)
	return 1
}

func (s *System) isRemoved(pkg string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.removed[pkg]
}

// resolve finds the component that an implicit intent means: the launcher's
// activity for a package (a link that is sent to a package opens it), the home
// screen, or the settings.
func (s *System) resolve(in *intent) {
	if in.pkg != "" {
		if p, ok := s.pkg(in.pkg); ok && p.Activity != "" {
			in.component = p.Name + "/" + p.Activity
		}
		return
	}
	want := ""
	switch {
	case slices.Contains(in.categories, "android.intent.category.HOME"):
		want = "launcher"
	case strings.HasPrefix(in.action, "android.settings."):
		want = "com.android.settings"
	}
	if want == "" {
		return
	}
	for _, p := range s.installed() {
		if strings.Contains(p.Name, want) && p.Activity != "" {
			in.component = p.Name + "/" + p.Activity
			return
		}
	}
}

func (s *System) amService(c *call) int {
	in := parseIntent(c.args)
	c.print("Starting service: %v\n", in)
	pkg, class := splitComponent(in.component)
	if _, ok := s.pkg(pkg); !ok {
		c.fail("Error: Not found; no service started.\n")
		return 255
	}
	if pkg == pkgSettings && strings.HasSuffix(class, ".LocationService") {
		s.mu.Lock()
		alt := in.extras["altitude"]
		if alt == "" {
			alt = "0.0"
		}
		s.location = in.extras["latitude"] + " " + in.extras["longitude"] + " " + alt
		s.mu.Unlock()
	}
	return 0
}

func (s *System) amInstrument(ctx context.Context, c *call) int {
	target, wait := "", false
	for i := 0; i < len(c.args); i++ {
		switch a := c.args[i]; {
		case a == "-e":
			i += 2
		case a == "-p" || a == "--user" || a == "--abi":
			i++
		case a == "-w":
			wait = true
		case !strings.HasPrefix(a, "-"):
			target = a
		}
	}
	pkg, _, _ := strings.Cut(target, "/")
	if pkg != pkgTest {
		pkg, class := splitComponent(target)
		c.fail("android.util.AndroidException: INSTRUMENTATION_FAILED: %s/%s\n", pkg, class)
		c.print("INSTRUMENTATION_STATUS: id=ActivityManagerService\nINSTRUMENTATION_STATUS: Error=Unable to find instrumentation info for: ComponentInfo{%s/%s}\nINSTRUMENTATION_STATUS_CODE: -1\n", pkg, class)
		return 1
	}
	return s.instrument(ctx, c, wait)
}

func (s *System) amStack(c *call) int {
	pkg, act := s.h.Foreground()
	w, h, _, _ := s.h.Size()
	c.print("RootTask id=1 bounds=[0,0][%d,%d] displayId=0 userId=0\n  configuration={1.0 en_US}\n  taskId=1: %s/%s bounds=[0,0][%d,%d] userId=0 visible=true topActivity=ComponentInfo{%s/%s}\n",
		w, h, pkg, act, w, h, pkg, act)
	return 0
}
