package android

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ffscert/drivers/virtual/ui"
)

func (s *System) dumpsys(_ context.Context, c *call) int {
	if c.arg(0) == "-t" {
		c = c.rest(2)
	}
	dumps := s.dumps()
	if c.arg(0) == "-l" || c.arg(0) == "" {
		c.print("Currently running services:\n")
		for _, n := range slices.Sorted(maps.Keys(dumps)) {
			c.print("  %s\n", n)
		}
		return 0
	}
	if dump, ok := dumps[c.arg(0)]; ok {
		dump(c.rest(1))
		return 0
	}
	c.print("Can't find service: %s\n", c.arg(0))
	return 0
}

func (s *System) dumps() map[string]func(*call) {
	fixed := func(text string) func(*call) { return func(c *call) { c.print("%s", text) } }
	return map[string]func(*call){
		"package":            func(c *call) { s.dumpPackage(c) },
		"window":             s.dumpWindow,
		"activity":           s.dumpActivity,
		"power":              s.dumpPower,
		"deviceidle":         s.dumpDeviceIdle,
		"input_method":       s.dumpInputMethod,
		"battery":            s.dumpBattery,
		"display":            s.dumpDisplay,
		"SurfaceFlinger":     s.dumpSurfaceFlinger,
		"meminfo":            s.dumpMeminfo,
		"cpuinfo":            s.dumpCPU,
		"input":              s.dumpInput,
		"notification":       fixed("Current Notification Manager state:\n  Notification List:\n"),
		"wifi":               fixed("Wi-Fi is enabled\nStay-awake conditions: 3\nmInIdleMode false\n"),
		"connectivity":       fixed("NetworkProviders for:\nActive default network: 100\n"),
		"trust":              s.dumpTrust,
		"statusbar":          fixed("mDisabled1=0x0\n"),
		"audio":              fixed("Audio Service:\n- STREAM_MUSIC:\n   Muted: false\n"),
		"location":           fixed("Location Manager State:\n"),
		"alarm":              fixed("Current Alarm Manager state:\n"),
		"usagestats":         fixed("user=0\n"),
		"telephony.registry": fixed("last known state:\n  mCallState=0\n"),
		"netstats": fixed("Active interfaces:\nXt stats:\n  Pending bytes: 0\n  History since boot:\n  ident=[{type=1, networkId=\"virtual\", metered=false}] uid=-1 set=ALL tag=0x0\n" +
			"    NetworkStatsHistory: bucketDuration=3600\n      st=1483984800 rb=0 rp=0 tb=0 tp=0 op=0\n"),
		"gfxinfo": fixed("Applications Graphics Acceleration Info:\nUptime: 1 Realtime: 1\n"),
	}
}

// focus is the window and activity in front, in the forms of the dumps.
func (s *System) focus() (window, record string) {
	if s.h.Locked() {
		return "Window{4d1f2a3 u0 NotificationShade}", s.record(s.h.Foreground())
	}
	pkg, act := s.h.Foreground()
	if pkg == "" {
		return "null", "null"
	}
	return "Window{" + hash(pkg, act, "w") + " u0 " + pkg + "/" + act + "}", s.record(pkg, act)
}

func (s *System) record(pkg, act string) string {
	if pkg == "" {
		return "null"
	}
	return "ActivityRecord{" + hash(pkg, act) + " u0 " + pkg + "/" + shortActivity(pkg, act) + " t" + strconv.Itoa(s.uid(pkg)%100+1) + "}"
}

// natural is the screen in its natural orientation.
func (s *System) natural() (w, h int) {
	w, h, _, _ = s.h.Size()
	if s.h.Rotation()%2 == 1 {
		w, h = h, w
	}
	return w, h
}

func (s *System) dumpWindow(c *call) {
	switch c.arg(0) {
	case "displays", "d":
		s.dumpDisplays(c)
	case "windows", "w", "visible", "visible-apps":
		s.dumpWindows(c)
	case "policy", "p":
		s.dumpPolicy(c)
	default:
		s.dumpPolicy(c)
		s.dumpDisplays(c)
		s.dumpWindows(c)
	}
}

func (s *System) dumpDisplays(c *call) {
	nw, nh := s.natural()
	w, h, status, nav := s.h.Size()
	window, record := s.focus()
	c.print("WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)\n  Display: mDisplayId=0 (organized)\n")
	c.print("    init=%dx%d %ddpi cur=%dx%d app=%dx%d rng=%dx%d-%dx%d\n    deferred=false mLayoutNeeded=false\n\n",
		nw, nh, s.h.Density(), w, h, w, h-status-nav, min(w, h), min(w, h), max(w, h), max(w, h))
	c.print("  mLayoutSeq=1204\n  mCurrentFocus=%s\n  mFocusedApp=%s\n\n", window, record)
	c.print("  DisplayRotation\n    mCurrentAppOrientation=SCREEN_ORIENTATION_UNSPECIFIED\n    mLastOrientation=-1\n    mRotation=%d mDeferredRotationPauseCount=0\n    mUserRotation=ROTATION_%d\n",
		s.h.Rotation(), 90*s.h.Rotation())
}

func (s *System) dumpWindows(c *call) {
	w, h, status, nav := s.h.Size()
	window, record := s.focus()
	c.print("WINDOW MANAGER WINDOWS (dumpsys window windows)\n")
	bar := func(n int, name, kind string, top, bottom int) {
		c.print("  Window #%d Window{%s u0 %s}:\n    mDisplayId=0 rootTaskId=1 mSession=Session{1a2b3c 1480:u0a10140} mClient=android.os.BinderProxy@8d2f\n"+
			"    mOwnerUid=10140 showForAllUsers=true package=com.android.systemui appop=NONE\n"+
			"    mAttrs={(0,0)(fillx%d) gr=TOP CENTER_VERTICAL ty=%s fmt=TRANSLUCENT}\n"+
			"    Requested w=%d h=%d mLayoutSeq=1204\n    Frames: parent=[0,0][%d,%d] display=[0,0][%d,%d] frame=[0,%d][%d,%d] last=[0,%d][%d,%d]\n"+
			"    mHasSurface=true isReadyForDisplay()=true mViewVisibility=0x0 isOnScreen=true isVisible=true\n\n",
			n, hash(name), name, bottom-top, kind, w, bottom-top, w, h, w, h, top, w, bottom, top, w, bottom)
	}
	if nav > 0 {
		bar(0, "NavigationBar0", "NAVIGATION_BAR", h-nav, h)
	}
	if status > 0 {
		bar(1, "StatusBar", "STATUS_BAR", 0, status)
	}
	if window != "null" {
		c.print("  Window #2 %s:\n    mDisplayId=0 rootTaskId=1\n    mActivityRecord=%s\n    Frames: parent=[0,0][%d,%d] frame=[0,0][%d,%d]\n    mHasSurface=true isReadyForDisplay()=true mViewVisibility=0x0\n\n",
			window, record, w, h, w, h)
	}
	c.print("  mCurrentFocus=%s\n  mFocusedApp=%s\n  mInputMethodWindow=Window{%s u0 InputMethod}\n", window, record, hash("ime"))
}

func (s *System) dumpPolicy(c *call) {
	on := "SCREEN_STATE_ON"
	if !s.h.Awake() {
		on = "SCREEN_STATE_OFF"
	}
	c.print("WINDOW MANAGER POLICY STATE (dumpsys window policy)\n    mSafeMode=false mSystemReady=true mSystemBooted=true\n"+
		"    mAwake=%t\n    mScreenOnEarly=%t mScreenOnFully=%t\n    mKeyguardDrawComplete=true mWindowManagerDrawComplete=true\n"+
		"    mShowingLockscreen=%t mShowingDream=false mDreamingLockscreen=%t\n"+
		"    KeyguardServiceDelegate\n      showing=%t\n      inputRestricted=%t\n      screenState=%s\n      interactiveState=INTERACTIVE_STATE_AWAKE\n"+
		"      KeyguardStateMonitor\n        mIsShowing=%t\n        mSimSecure=false\n        mInputRestricted=%t\n        mCurrentUserId=0\n",
		s.h.Awake(), s.h.Awake(), s.h.Awake(), s.h.Locked(), s.h.Locked(), s.h.Locked(), s.h.Locked(), on, s.h.Locked(), s.h.Locked())
}

func (s *System) dumpActivity(c *call) {
	switch c.arg(0) {
	case "processes", "p":
		c.print("ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)\n  All known processes:\n")
		for _, p := range s.processes() {
			if p.uid < 1000 || p.name == "adbd" || strings.HasPrefix(p.name, "logd") {
				continue
			}
			rec := "ProcessRecord{" + hash(p.name, strconv.Itoa(p.pid)) + " " + strconv.Itoa(p.pid) + ":" + p.name + "/" + strings.Replace(userName(p.uid), "_", "", 1) + "}"
			c.print("  *APP* UID %d %s\n    user #0 uid=%d gids={}\n    dir=/data/app\n    packageList={%s}\n", p.uid, rec, p.uid, p.name)
		}
	case "services", "s":
		s.dumpServices(c.rest(1))
	case "top":
		s.dumpTop(c)
	case "broadcasts", "b", "providers", "prov", "intents", "i", "permissions", "lastanr", "exit-info":
		c.print("  (nothing)\n")
	default:
		_, record := s.focus()
		c.print("ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\nDisplay #0 (activities from top to bottom):\n  * Task{%s #1 type=standard}\n    topResumedActivity=%s\n    * Hist  #0: %s\n\n  ResumedActivity: %s\n    mResumedActivity: %s\n    mFocusedApp=%s\n",
			hash(record), record, record, record, record, record)
	}
}

// dumpTop names the activity in front, as scripts grep it: "ACTIVITY PKG/CLASS".
func (s *System) dumpTop(c *call) {
	pkg, act := s.h.Foreground()
	if pkg == "" {
		c.print("  (nothing)\n")
		return
	}
	pid := 0
	for _, p := range s.processes() {
		if p.name == pkg {
			pid = p.pid
		}
	}
	c.print("TASK %s id=1 userId=0\n  ACTIVITY %s %s pid=%d\n    Local Activity %s State:\n      mResumed=true mStopped=false mFinished=false\n",
		pkg, pkg+"/"+shortActivity(pkg, act), hash(pkg, act), pid, hash(act))
}

func (s *System) dumpServices(c *call) {
	s.mu.Lock()
	running := s.helper
	s.mu.Unlock()
	c.print("ACTIVITY MANAGER SERVICES (dumpsys activity services)\n")
	name := c.arg(0)
	if !running || name != "" && name != pkgSettings && name != pkgSettings+"/.ForegroundService" {
		c.print("  (nothing)\n")
		return
	}
	c.print("  User 0 active services:\n  * ServiceRecord{%s u0 %s/.ForegroundService}\n    intent={act=start cmp=%s/.ForegroundService}\n    packageName=%s\n    processName=%s\n    isForeground=true foregroundId=1 foregroundNoti=Notification(channel=main_channel)\n",
		hash(pkgSettings), pkgSettings, pkgSettings, pkgSettings, pkgSettings)
}

func (s *System) dumpPower(c *call) {
	state, display := "Awake", "ON"
	if !s.h.Awake() {
		state, display = "Asleep", "OFF"
	}
	c.print("POWER MANAGER (dumpsys power)\n\nPower Manager State:\n  mDirty=0x0\n  mWakefulness=%s\n  mWakefulnessChanging=false\n  mIsPowered=true\n  mPlugType=2\n  mBatteryLevel=100\n  mStayOn=true\n\nDisplay Power: state=%s\n", state, display)
}

func (s *System) dumpDeviceIdle(c *call) {
	if c.arg(0) == "whitelist" {
		for _, a := range c.args[1:] {
			if p, ok := strings.CutPrefix(a, "+"); ok {
				c.print("Added: %s\n", p)
			} else if p, ok := strings.CutPrefix(a, "-"); ok {
				c.print("Removed: %s\n", p)
			}
		}
		if len(c.args) == 1 {
			c.print("system,com.android.shell,2000\nuser,%s,%d\n", pkgSettings, s.uid(pkgSettings))
		}
		return
	}
	c.print("  Settings:\n  Whitelist (except idle) system apps:\n    com.android.shell\n  mLightEnabled=false  mDeepEnabled=false\n  mState=ACTIVE mLightState=ACTIVE\n")
}

func (s *System) dumpInputMethod(c *call) {
	s.mu.Lock()
	ime := s.ime
	s.mu.Unlock()
	up := s.h.KeyboardShown()
	c.print("Current Input Method Manager state:\n  Input Methods: mMethodMapUpdateCount=1\n  mCurMethodId=%s\n  mCurId=%s mHaveConnection=true mBoundToMethod=true\n  mShowRequested=%t mShowExplicitlyRequested=false mShowForced=false mInputShown=%t\n  mSystemReady=true mInteractive=true\n\nInput method service state for %s:\n  mWindowVisible=%t\n  mIsInputViewShown=%t\n", ime, ime, up, up, ime, up, up)
}

func (s *System) dumpBattery(c *call) {
	switch c.arg(0) {
	case "set", "unplug", "reset":
		return
	}
	c.print("Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  Wireless powered: false\n  Max charging current: 500000\n  Charge counter: 3000000\n  status: 5\n  health: 2\n  present: true\n  level: 100\n  scale: 100\n  voltage: 4350\n  temperature: 250\n  technology: Li-ion\n")
}

func (s *System) dumpDisplay(c *call) {
	w, h, _, _ := s.h.Size()
	nw, nh := s.natural()
	c.print("DISPLAY MANAGER (dumpsys display)\n  mScreenState=%s\nDisplay Devices: size=1\n  DisplayDeviceInfo{\"Built-in Screen\": uniqueId=\"local:0\", %d x %d, modeId 1, density %d, touch INTERNAL, rotation %d, type INTERNAL, FLAG_DEFAULT_DISPLAY}\n"+
		"  mBaseDisplayInfo=DisplayInfo{\"Built-in Screen\", displayId 0, real %d x %d, largest app %d x %d, 60.0 fps}\n  mViewports=[DisplayViewport{type=INTERNAL, valid=true, displayId=0, uniqueId='local:0', orientation=%d, logicalFrame=Rect(0, 0 - %d, %d), physicalFrame=Rect(0, 0 - %d, %d), deviceWidth=%d, deviceHeight=%d}]\n",
		pick(s.h.Awake(), "ON", "OFF"), nw, nh, s.h.Density(), s.h.Rotation(), nw, nh, max(w, h), max(w, h), s.h.Rotation(), w, h, w, h, w, h)
}

// displayID is the number of the only screen.
const displayID = "4619827259835644672"

func (s *System) dumpSurfaceFlinger(c *call) {
	if c.arg(0) == "--display-id" {
		c.print("Display %s (HWC display 0): port=0 pnpId=FFS displayName=\"Built-in Screen\"\n", displayID)
		return
	}
	w, h, _, _ := s.h.Size()
	c.print("Build configuration: [sf]\nDisplay %s\n  resolution: %dx%d\n  SurfaceOrientation: %d\n", displayID, w, h, s.h.Rotation())
}

func (s *System) dumpInput(c *call) {
	w, h, _, _ := s.h.Size()
	c.print("INPUT MANAGER (dumpsys input)\n\nInput Reader State:\n  Device 2: touchscreen\n    SurfaceWidth: %dpx\n    SurfaceHeight: %dpx\n    SurfaceOrientation: %d\n", w, h, s.h.Rotation())
}

func (s *System) dumpTrust(c *call) {
	c.print("Trust manager state:\n User \"Owner\" (id=0, flags=0x4c13) (current): trusted=0, trustManaged=0, deviceLocked=%d, strongAuthRequired=0x0\n",
		pick(s.h.Locked(), 1, 0))
}

func (s *System) dumpMeminfo(c *call) {
	for _, p := range s.processes() {
		if len(c.args) > 0 && c.arg(0) != p.name && c.arg(0) != strconv.Itoa(p.pid) {
			continue
		}
		if len(c.args) == 0 {
			c.print("    142,000K: %s (pid %d)\n", p.name, p.pid)
			continue
		}
		c.print("Applications Memory Usage (in Kilobytes):\nUptime: 100000 Realtime: 100000\n\n** MEMINFO in pid %d [%s] **\n"+
			"                   Pss  Private  Private  SwapPss      Rss     Heap     Heap     Heap\n                 Total    Dirty    Clean    Dirty    Total     Size    Alloc     Free\n"+
			"                ------   ------   ------   ------   ------   ------   ------   ------\n"+
			"  Native Heap    20000    19900       40        0    22000    30000    25000     4000\n  Dalvik Heap    10000     9900       10        0    15000    14000     7000     7000\n"+
			"   EGL mtrack    12000    12000        0        0    12000\n    GL mtrack     8000     8000        0        0     8000\n        TOTAL    90000    70000     9000        0   142000    44000    32000    11000\n\n", p.pid, p.name)
		return
	}
	if len(c.args) > 0 {
		c.print("No process found for: %s\n", c.arg(0))
	}
}

func (s *System) dumpCPU(c *call) {
	c.print("Load: 1.0 / 1.0 / 1.0\nCPU usage from 10000ms to 0ms ago:\n")
	for _, p := range s.processes() {
		c.print("  1.5%% %d/%s: 1%% user + 0.5%% kernel / faults: 10 minor\n", p.pid, p.name)
	}
	c.print("2.0%% TOTAL: 1.2%% user + 0.8%% kernel\n")
}

// appPermissions are what the packages ask for here: the first are dangerous
// ones, which are granted while the app runs, the others come with it.
func appPermissions() (runtime, install []string) {
	return []string{"android.permission.ACCESS_FINE_LOCATION", "android.permission.BLUETOOTH_CONNECT", "android.permission.BLUETOOTH_SCAN",
			"android.permission.CAMERA", "android.permission.POST_NOTIFICATIONS", "android.permission.RECORD_AUDIO"},
		[]string{"android.permission.ACCESS_NETWORK_STATE", "android.permission.INTERNET"}
}

func (s *System) dumpPackage(c *call) int {
	name := c.arg(0)
	if name == "packages" || name == "--user" {
		name = c.arg(1)
	}
	list := s.installed()
	if name != "" {
		list = slices.DeleteFunc(list, func(p ui.Package) bool { return p.Name != name })
		if len(list) == 0 {
			c.print("Unable to find package: %s\n", name)
			return 0
		}
	}
	c.print("Activity Resolver Table:\n  Non-Data Actions:\n")
	for _, p := range list {
		if p.Activity != "" {
			c.print("      android.intent.action.MAIN:\n        %s %s/%s filter %s\n          Action: \"android.intent.action.MAIN\"\n          Category: \"android.intent.category.LAUNCHER\"\n",
				hash(p.Name, "a"), p.Name, shortActivity(p.Name, p.Activity), hash(p.Name, "f"))
		}
	}
	c.print("\nPackages:\n")
	runtime, install := appPermissions()
	for _, p := range list {
		uid := s.uid(p.Name)
		c.print("  Package [%s] (%s):\n    userId=%d\n    pkg=Package{%s %s}\n    codePath=%s\n    versionCode=%d minSdk=26 targetSdk=33\n    versionName=%s\n    flags=[ HAS_CODE ALLOW_CLEAR_USER_DATA ]\n    dataDir=/data/user/0/%s\n    firstInstallTime=2024-01-01 00:00:00\n    lastUpdateTime=2024-01-01 00:00:00\n",
			p.Name, hash(p.Name), uid, hash(p.Name, "p"), p.Name, apkPath(p), p.VersionCode, p.VersionName, p.Name)
		c.print("    requested permissions:\n")
		for _, perm := range slices.Concat(install, runtime) {
			c.print("      %s\n", perm)
		}
		c.print("    install permissions:\n")
		for _, perm := range install {
			c.print("      %s: granted=true\n", perm)
		}
		c.print("    User 0: ceDataInode=%d installed=true hidden=false suspended=false distractionFlags=0 stopped=false notLaunched=false enabled=0 instant=false virtual=false\n      runtime permissions:\n", uid)
		s.mu.Lock()
		state := maps.Clone(s.granted[p.Name])
		s.mu.Unlock()
		all := slices.Clone(runtime)
		for perm := range state {
			if !slices.Contains(all, perm) && !slices.Contains(install, perm) {
				all = append(all, perm)
			}
		}
		slices.Sort(all)
		for _, perm := range all {
			c.print("        %s: granted=%t, flags=[ USER_SENSITIVE_WHEN_GRANTED]\n", perm, state[perm])
		}
	}
	return 0
}
