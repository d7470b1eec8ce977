package android_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers/virtual/adb/android"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
)

const alexa = "com.amazon.dee.app"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type rig struct {
	t *testing.T
	*android.System
	h       *handset.Handset
	reboots int
}

func newRig(t *testing.T) *rig {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	w, err := world.New(world.Defaults(), clk, nil)
	require.NoError(t, err)
	models, err := handset.BuiltinModels("")
	require.NoError(t, err)
	h, err := handset.New(handset.Config{Profile: &handset.Profile{}}, w, models, clk)
	require.NoError(t, err)
	r := &rig{t: t, h: h}
	r.System = android.New(h, android.Options{Serial: func() string { return "127.0.0.1:6555" }, Reboot: func() { r.reboots++ }})
	return r
}

// sh runs a command line and gives output and errors together.
func (r *rig) sh(line string) (string, int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 10*time.Second)
	defer cancel()
	var out bytes.Buffer
	code := r.Run(ctx, android.IO{In: strings.NewReader(""), Out: &out, Err: &out}, line)
	require.NoError(r.t, ctx.Err(), line)
	return out.String(), code
}

func (r *rig) ok(line string) string {
	r.t.Helper()
	out, code := r.sh(line)
	require.Zero(r.t, code, "%s\n%s", line, out)
	return out
}

// TestAnswers: what tools ask, and the pattern by which they read the answer.
func TestAnswers(t *testing.T) {
	r := newRig(t)
	r.ok("am start-activity -W -n com.amazon.dee.app/.Launcher")
	for _, tc := range []struct{ ask, pattern string }{
		{"getprop ro.build.version.sdk", `^33\n$`},
		{"getprop ro.serialno", `^127\.0\.0\.1:6555\n$`},
		{"getprop ro.product.manufacturer", `^ffscert-virtual\n$`},
		{"getprop sys.boot_completed", `^1\n$`},
		{"getprop no.such.thing", `^\n$`},
		{"getprop", `(?m)^\[ro\.serialno\]: \[127\.0\.0\.1:6555\]$`},
		{"settings get secure default_input_method", `LatinIME\n$`},
		{"settings get global nothing", `^null\n$`},
		{"settings list system", `(?m)^font_scale=1\.0$`},
		{"pm list instrumentation", `^instrumentation:io\.appium\.uiautomator2\.server\.test/androidx\.test\.runner\.AndroidJUnitRunner \(target=io\.appium\.uiautomator2\.server\)\n$`},
		{"cmd package list packages --show-versioncode", `(?m)^package:com\.amazon\.dee\.app versionCode:\d+$`},
		{"pm list packages -3 dee", `^package:com\.amazon\.dee\.app\n$`},
		{"pm path " + alexa, `^package:/data/app/.*/base\.apk\n$`},
		{"cmd package resolve-activity --brief " + alexa, `(?m)^com\.amazon\.dee\.app/\.Launcher$`},
		{"dumpsys package io.appium.settings", `(?m)^\s*Package \[io\.appium\.settings\][^:]+:$`},
		{"dumpsys package io.appium.settings", `versionCode=191[\s\S]*versionName=8\.0\.9`},
		{"dumpsys package io.appium.uiautomator2.server", `versionCode=278[\s\S]*versionName=10\.6\.6`},
		{"dumpsys package no.such.app", `^Unable to find package: no\.such\.app\n$`},
		{"dumpsys package " + alexa, `(?m)^\s*requested permissions:\n\s+android\.permission\.`},
		{"dumpsys window displays", `(?m)^\s*mFocusedApp.+Record\{.*\scom\.amazon\.dee\.app/\.Launcher(\s[^\s/}]+)*\}`},
		{"dumpsys window displays", `(?m)^\s*mCurrentFocus.+\{.+\scom\.amazon\.dee\.app/com\.amazon\.dee\.app\.Launcher\b`},
		{"dumpsys window displays", `init=1080x2340 420dpi cur=1080x2340`},
		{"dumpsys window windows", `(?m)^\s+Window\s#\d+\sWindow\{[0-9a-f]+\s\w+\s(StatusBar)\}:$`},
		{"dumpsys window", `mScreenOnFully=true[\s\S]*KeyguardStateMonitor\s+mIsShowing=false`},
		{"dumpsys power", `(?m)^\s+mWakefulness=Awake$`},
		{"dumpsys activity processes", `ProcessRecord\{\w+\s+\d+:com\.amazon\.dee\.app/`},
		{"dumpsys activity services io.appium.settings", `isForeground=true`},
		{"dumpsys activity activities", `mResumedActivity: ActivityRecord\{\w+ u0 com\.amazon\.dee\.app/\.Launcher t\d+\}`},
		{"dumpsys activity top | grep ACTIVITY", `^  ACTIVITY com\.amazon\.dee\.app/\.Launcher \w+ pid=[1-9]\d*\n$`},
		{"while [[ -z $(getprop sys.boot_completed) ]]; do sleep 1; done; echo up", `^up\n$`},
		{"if [[ $(getprop no.such) != 1 ]]; then echo other; fi", `^other\n$`},
		{"for p in $(pm list packages -3); do echo $p; done | grep dee", `^package:com\.amazon\.dee\.app\n$`},
		{"dumpsys activity services io.appium.settings/.recorder.RecorderService", `\(nothing\)`},
		{"dumpsys input_method", `mInputShown=false[\s\S]*mIsInputViewShown=false`},
		{"dumpsys battery | grep level", `^  level: 100\n$`},
		{"dumpsys deviceidle whitelist +com.x", `^Added: com\.x\n$`},
		{"dumpsys SurfaceFlinger --display-id", `(?m)^Display\s+\d+\s+\(HWC\s+display\s+0\):.*displayName="[^"]*"`},
		{"dumpsys cpuinfo", `(?m)^.+/com\.amazon\.dee\.app:\D+[\d.]+%\s+user\s+\+\s+[\d.]+%\s+kernel`},
		{"dumpsys meminfo 'com.amazon.dee.app' | grep -E 'Native|Dalvik|EGL|GL|TOTAL'", `(?m)^\s+TOTAL(\s+\d+){8}$`},
		{"dumpsys nonsense", `^Can't find service: nonsense\n$`},
		{"ps --help", `(?m)^-A\b`},
		{"ps -A", `(?m)^USER\s+PID\s+PPID\s.*NAME\s*$`},
		{"ps -A", `(?m)^u0_a\d+\s+\d+\s.*\scom\.amazon\.dee\.app$`},
		{"ps | grep -v com.amazon | grep -c NAME", `^1\n$`},
		{"ps -o PID,NAME -p 1", `(?m)^1 init`},
		{"pidof com.amazon.dee.app", `^\d+\n$`},
		{"wm size", `^Physical size: 1080x2340\n$`},
		{"wm density", `^Physical density: 420\n$`},
		{"date +%Y-%m-%dT%T%z", `^2026-03-01T12:00:\d\d\+0000\n$`},
		{"date +%s", `^17723664\d\d\n$`},
		{"cat /proc/net/unix", `^Num\s+RefCount`},
		{"whoami; id -u", `^shell\n2000\n$`},
		{"ime list -s", `(?m)^io\.appium\.settings/\.AppiumIME$`},
		{"locksettings help && echo __PASS__", `__PASS__`},
		{"cmd wifi status", `Wifi is enabled`},
		{"cmd location is-location-enabled", `^true\n$`},
		{"service check package", `^Service package: found\n$`},
		{"logcat -d", `^--------- beginning of main\n\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ I `},
		{"am get-current-user", `^0\n$`},
		{"am broadcast -a io.appium.settings.sms.read -n io.appium.settings/.receivers.SmsReader", `result=-1, data="\{.*\}"`},
		{"am broadcast -a com.example.X", `(?m)^Broadcast completed: result=0$`},
		{"which sh ls", `^/system/bin/sh\n/system/bin/ls\n$`},
		{"cat /proc/$(pidof com.amazon.dee.app)/cmdline", `^com\.amazon\.dee\.app\x00$`},
	} {
		assert.Regexp(t, regexp.MustCompile(tc.pattern), r.ok(tc.ask), tc.ask)
	}
}

func TestRefusals(t *testing.T) {
	r := newRig(t)
	for _, tc := range []struct {
		line, says string
		code       int
	}{
		{"frobnicate --all", "/system/bin/sh: frobnicate: inaccessible or not found", 127},
		{"am start -n com.amazon.dee.app/.Nowhere", "Error: Activity class {com.amazon.dee.app/com.amazon.dee.app.Nowhere} does not exist.", 1},
		{"am start -n no.such.app/.Main", "does not exist", 1},
		{"am start -a com.example.X", "unable to resolve Intent", 1},
		{"am frobnicate", "Unknown command: frobnicate", 255},
		{"am instrument -w some.test/Runner", "Unable to find instrumentation info", 1},
		{"pm clear no.such.app", "Failed", 1},
		{"pm uninstall no.such.app", "Failure [DELETE_FAILED_INTERNAL_ERROR]", 1},
		{"pm grant no.such.app android.permission.CAMERA", "Unknown package", 255},
		{"pm install /sdcard/none.apk", "Failure [INSTALL_FAILED_INVALID_URI]", 1},
		{"cat /sdcard/none", "cat: /sdcard/none: No such file or directory", 1},
		{"mkdir /system/x", "Read-only file system", 1},
		{"mkdir /sdcard/a/b", "No such file or directory", 1},
		{"rm /sdcard/none", "No such file or directory", 1},
		{"kill 1", "Operation not permitted", 1},
		{"kill 31999", "No such process", 1},
		{"setprop ro.serialno x", "Failed to set property", 1},
		{"settings put nowhere a b", "Invalid namespace", 255},
		{"settings put system font_scale 9", "Bad arguments", 255},
		{"settings put system font_scale NaN", "Bad arguments", 255},
		{"input tap x y", "Invalid arguments", 255},
		{"[ a -eq b ]", "bad number", 2},
		{"cmd nonsense", "Can't find service: nonsense", 20},
		{"monkey -p no.such.app 1", "monkey aborted", 252},
		{"su -c id", "inaccessible or not found", 127},
	} {
		out, code := r.sh(tc.line)
		assert.Contains(t, out, tc.says, tc.line)
		assert.Equal(t, tc.code, code, tc.line)
	}
}

func TestAppLife(t *testing.T) {
	r := newRig(t)
	out := r.ok("am start-activity -W -n com.amazon.dee.app/com.amazon.dee.app.Launcher -S -a android.intent.action.MAIN -c android.intent.category.LAUNCHER -f 0x10200000")
	assert.Regexp(t, `^Stopping: com\.amazon\.dee\.app\nStarting: Intent \{ act=android\.intent\.action\.MAIN cat=\[android\.intent\.category\.LAUNCHER\] flg=0x10200000 cmp=com\.amazon\.dee\.app/\.Launcher \}\nStatus: ok\nLaunchState: COLD\nActivity: com\.amazon\.dee\.app/\.Launcher\nTotalTime: \d+\nWaitTime: \d+\nComplete\n$`, out)
	assert.EqualValues(t, 4, r.h.AppState(alexa))
	assert.Contains(t, r.ok("am start -W -n com.amazon.dee.app/.Launcher"), "intent has been delivered to currently running top-most instance")
	r.ok("input keyevent KEYCODE_HOME")
	assert.EqualValues(t, 3, r.h.AppState(alexa))
	assert.Contains(t, r.ok("am start -W -n com.amazon.dee.app/.Launcher"), "LaunchState: HOT")
	r.ok("am force-stop com.amazon.dee.app")
	assert.EqualValues(t, 1, r.h.AppState(alexa))
	r.ok("monkey -p com.amazon.dee.app -c android.intent.category.LAUNCHER 1")
	assert.EqualValues(t, 4, r.h.AppState(alexa))
	r.ok("kill $(pidof com.amazon.dee.app)")
	assert.EqualValues(t, 1, r.h.AppState(alexa))
	r.ok("am start com.amazon.dee.app")
	r.ok("input keyevent 3; am kill com.amazon.dee.app")
	assert.EqualValues(t, 1, r.h.AppState(alexa))

	// Appium's helper is started without being seen.
	r.ok("am start -n com.amazon.dee.app/.Launcher; am force-stop io.appium.settings")
	assert.NotContains(t, r.ok("dumpsys activity services io.appium.settings"), "isForeground=true")
	assert.NotContains(t, r.ok("ps -A"), "io.appium.settings")
	r.ok("am start-activity -n io.appium.settings/.Settings -a android.intent.action.MAIN -c android.intent.category.LAUNCHER")
	assert.Contains(t, r.ok("dumpsys activity services io.appium.settings"), "isForeground=true")
	assert.EqualValues(t, 4, r.h.AppState(alexa))

	r.ok("reboot")
	assert.Equal(t, 1, r.reboots)
	r.Rebooted()
	assert.EqualValues(t, 1, r.h.AppState(alexa))
}

func TestFingers(t *testing.T) {
	r := newRig(t)
	r.ok("am start -n com.amazon.dee.app/.Launcher")
	require.NoError(t, r.h.Clock().Sleep(t.Context(), 2*time.Second))
	dump := func() string { return r.ok("uiautomator dump /dev/tty") }
	tap := func(attribute string) {
		t.Helper()
		m := regexp.MustCompile(regexp.QuoteMeta(attribute) + `[^>]*bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"`).FindStringSubmatch(dump())
		require.NotNil(t, m, "no %s", attribute)
		var b [4]int
		for i := range b {
			fmt.Sscan(m[i+1], &b[i])
		}
		r.ok(fmt.Sprintf("input tap %d %d", (b[0]+b[2])/2, (b[1]+b[3])/2))
		require.NoError(t, r.h.Clock().Sleep(t.Context(), 2*time.Second))
	}
	tap(`content-desc="Tab, Devices"`)
	before := dump()
	assert.Contains(t, before, `resource-id="devicePageHeader"`)
	r.ok("input touchscreen swipe 540 1700 540 700 300")
	assert.NotEqual(t, before, dump(), "nothing moved")
	r.ok("input keyevent 4")
	r.ok("input text hello%sworld") // nothing has the focus, nothing happens
}

func TestScreencap(t *testing.T) {
	r := newRig(t)
	img, err := png.Decode(strings.NewReader(r.ok("screencap -p")))
	require.NoError(t, err)
	assert.Equal(t, 2340, img.Bounds().Dy())
	r.ok("screencap -p /sdcard/s.png && test -s /sdcard/s.png")
	assert.Equal(t, "\x89PNG", r.ok("cat /sdcard/s.png")[:4])
}

func TestRemembers(t *testing.T) {
	r := newRig(t)
	for _, tc := range []struct{ line, out string }{
		{"settings put global window_animation_scale 0; settings get global window_animation_scale", "0\n"},
		{"settings put system font_scale 1.3; settings get system font_scale", "1.3\n"},
		{"settings put system font_scale 2; settings get system font_scale", "2.0\n"},
		{"settings delete global window_animation_scale && settings get global window_animation_scale", "Deleted 1 rows\nnull\n"},
		{"setprop debug.x 'a b'; getprop debug.x", "a b\n"},
		{"svc wifi disable; settings get global wifi_on", "0\n"},
		{"cmd connectivity airplane-mode enable; cmd connectivity airplane-mode", "enabled\n"},
		{"ime set io.appium.settings/.EmptyIME >/dev/null; settings get secure default_input_method", "io.appium.settings/.EmptyIME\n"},
		{"pm grant com.amazon.dee.app android.permission.CAMERA; dumpsys package com.amazon.dee.app | grep CAMERA: | tr -d ' '", "android.permission.CAMERA:granted=true,flags=[USER_SENSITIVE_WHEN_GRANTED]\n"},
		{"appops set com.x android:mock_location allow; appops get com.x", "android:mock_location: allow\n"},
		{"cmd uimode night yes; cmd uimode night", "Night mode: yes\nNight mode: yes\n"},
		{"mkdir -p '/sdcard/a b/c' && echo x > '/sdcard/a b/c/d' && ls '/sdcard/a b'", "c\n"},
		{"cat /storage/emulated/0/a\\ b/c/d /mnt/sdcard/a\\ b/c/d", "x\nx\n"},
		{"touch /data/local/tmp/1 /data/local/tmp/2 && ls /data/local/tmp/* && rm -f /data/local/tmp/* && ls /data/local/tmp", "/data/local/tmp/1\n/data/local/tmp/2\n"},
		{"[ -e /data/local/tmp/x ] && echo __PASS__ || echo no", "no\n"},
		{"cp '/sdcard/a b/c/d' /data/local/tmp/x && [ -f /data/local/tmp/x ] && md5sum /data/local/tmp/x", "401b30e3b8b5d629635a5c613cdb7919  /data/local/tmp/x\n"},
		{"rm -rf '/sdcard/a b'; ls /sdcard | grep -c a.b", "0\n"},
		{"printf '%s=%d\\n' a 5", "a=5\n"},
		{"echo b a | tr ' ' '\\n' | sort | head -n 1", "a\n"},
		{"logcat -c; log -t x y; logcat -d -v raw -s x", "--------- beginning of main\ny\n"},
		{"service call alarm 3 s16 Europe/Berlin > /dev/null; date +%H%z", "13+0100\n"},
	} {
		out, _ := r.sh(tc.line)
		assert.Equal(t, tc.out, out, tc.line)
	}
	r.h.SetClipboard("grüße")
	assert.Contains(t, r.ok("am broadcast -n io.appium.settings/.receivers.ClipboardReceiver -a io.appium.settings.clipboard.get"),
		`result=-1, data="`+base64.StdEncoding.EncodeToString([]byte("grüße"))+`"`)
}

func TestInteractive(t *testing.T) {
	r := newRig(t)
	var out bytes.Buffer
	code := r.Run(t.Context(), android.IO{In: strings.NewReader("echo a\nX=1\necho $X\nexit 5\necho never\n"), Out: &out, Err: &out}, "")
	assert.Equal(t, "a\n1\n", out.String())
	assert.Equal(t, 5, code)
	out.Reset()
	r.Run(t.Context(), android.IO{In: strings.NewReader("echx\x7fo hi\r\x04"), Out: &out, Err: &out, Terminal: true}, "")
	assert.Equal(t, "ffscert_virtual:/ $ echx\b \bo hi\r\nhi\r\nffscert_virtual:/ $ ", out.String())
}

// TestSelfCall: a script that runs itself does not take the phone down.
func TestSelfCall(t *testing.T) {
	r := newRig(t)
	out, code := r.sh("echo 'sh /sdcard/x' > /sdcard/x; sh /sdcard/x")
	assert.NotZero(t, code)
	assert.Contains(t, out, "nested too deeply")
}

func TestPipedLogEnds(t *testing.T) {
	r := newRig(t)
	assert.Equal(t, "--------- beginning of main\n", r.ok("logcat | head -n 1"))
}

func FuzzSystem(f *testing.F) {
	for _, s := range []string{"dumpsys window | grep -E 'mCurrent|mFocused'", "am start -W -n a/.b --es k v --ez", "input swipe 1 2 3 4 50",
		"pm install -S 5 -r", "ps -o PID,NAME -p 1", "grep -n 'a\\|b' /sdcard/x", "printf %d%s a", "tail -n -5 x", "date +%Q%", "logcat -d -t 1 *:S"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, endless := range []string{"logcat", "sleep", "-w", "swipe", "drag", "tap"} {
			if strings.Contains(line, endless) {
				return
			}
		}
		r := newRig(t)
		r.Run(t.Context(), android.IO{In: strings.NewReader("in\nput\n"), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, line)
	})
}
