package adb_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestClient uses the phone with the ordinary adb client.
func TestClient(t *testing.T) {
	r := plain.For(t)
	p := newPhone(t)
	serial := r.Attach(t, p.addr)
	adb := func(args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		out, err := r.ADB(ctx, append([]string{"-s", serial}, args...)...)
		return string(out), err
	}
	must := func(t *testing.T, args ...string) string {
		t.Helper()
		out, err := adb(args...)
		require.NoError(t, err)
		return out
	}

	t.Run("identity", func(t *testing.T) {
		list, err := r.ADB(t.Context(), "devices", "-l")
		require.NoError(t, err)
		assert.Regexp(t, serial+` +device product:ffscert_virtual model:Virtual_Phone device:ffscert_virtual`, string(list))
		assert.Equal(t, serial+"\n", must(t, "shell", "getprop", "ro.serialno"))
		assert.Contains(t, must(t, "shell", "getprop"), "[ro.serialno]: ["+serial+"]")
		assert.Contains(t, must(t, "features"), "shell_v2")
		assert.Equal(t, "device\n", must(t, "get-state"))
	})
	t.Run("status and errors", func(t *testing.T) {
		_, err := adb("shell", "exit 3")
		assert.ErrorContains(t, err, "exit status 3")
		out, err := adb("shell", "nosuchtool --now")
		assert.Empty(t, out)
		assert.ErrorContains(t, err, "/system/bin/sh: nosuchtool: inaccessible or not found")
		assert.ErrorContains(t, err, "exit status 127")
	})
	t.Run("push and pull", func(t *testing.T) {
		dir := t.TempDir()
		big := bytes.Repeat([]byte("0123456789abcdef"), 200<<10) // several messages
		require.NoError(t, os.WriteFile(filepath.Join(dir, "big"), big, 0o644))
		require.NoError(t, os.Mkdir(filepath.Join(dir, "tree"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tree", "a"), []byte("A"), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tree", "b"), nil, 0o600))
		must(t, "push", filepath.Join(dir, "big"), "/sdcard/Download/big")
		must(t, "push", filepath.Join(dir, "tree"), "/data/local/tmp/")
		assert.Equal(t, "3276800\n", must(t, "shell", "stat -c %s /storage/emulated/0/Download/big"))
		assert.Equal(t, "a\nb\n", must(t, "shell", "ls /data/local/tmp/tree"))
		must(t, "pull", "/sdcard/Download/big", filepath.Join(dir, "back"))
		back, err := os.ReadFile(filepath.Join(dir, "back"))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(big, back))
		must(t, "pull", "/data/local/tmp/tree", filepath.Join(dir, "tree2"))
		a, err := os.ReadFile(filepath.Join(dir, "tree2", "a"))
		require.NoError(t, err)
		assert.Equal(t, "A", string(a))
		_, err = adb("pull", "/sdcard/missing", dir)
		assert.Error(t, err)
		_, err = adb("push", filepath.Join(dir, "big"), "/system/big")
		assert.ErrorContains(t, err, "Read-only file system")
		assert.Contains(t, must(t, "ls", "/sdcard/Download"), "big")
	})
	t.Run("install", func(t *testing.T) {
		apk := filepath.Join(t.TempDir(), "app.apk")
		require.NoError(t, os.WriteFile(apk, makeAPK(t, "com.example.app", "1.2.3", 42), 0o644))
		assert.Contains(t, must(t, "install", "-r", apk), "Success")
		assert.Contains(t, must(t, "shell", "pm list packages -3 --show-versioncode com.example"), "package:com.example.app versionCode:42")
		assert.Contains(t, must(t, "shell", "dumpsys package com.example.app"), "versionName=1.2.3")
		path := strings.TrimPrefix(strings.TrimSpace(must(t, "shell", "pm path com.example.app")), "package:")
		must(t, "pull", path, apk+".back")
		assert.Contains(t, must(t, "uninstall", "com.example.app"), "Success")
		_, err := adb("uninstall", "com.example.app")
		assert.Error(t, err)
		require.NoError(t, os.WriteFile(apk, []byte("no package"), 0o644))
		_, err = adb("install", apk)
		assert.ErrorContains(t, err, "INSTALL_PARSE_FAILED_NOT_APK")
	})
	t.Run("screen", func(t *testing.T) {
		img, err := png.Decode(strings.NewReader(must(t, "exec-out", "screencap", "-p")))
		require.NoError(t, err)
		assert.Equal(t, 1080, img.Bounds().Dx())
		must(t, "shell", "am", "start-activity", "-W", "-n", alexa+"/.Launcher")
		assert.Contains(t, must(t, "exec-out", "uiautomator", "dump", "/dev/tty"), `content-desc="Tab, Devices"`)
		must(t, "shell", "uiautomator", "dump")
		assert.Contains(t, must(t, "shell", "cat /sdcard/window_dump.xml | grep -c 'Tab, Home'"), "1")
	})
	t.Run("a log that stays open", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		defer cancel()
		out, err := r.ADB(ctx, "-s", serial, "logcat", "-v", "threadtime")
		assert.Error(t, err, "it ended by itself")
		assert.Contains(t, string(out), "--------- beginning of main")
		must(t, "logcat", "-c")
		must(t, "shell", "log", "-t", "mine", "hello there")
		assert.Regexp(t, `^--------- beginning of main\n\d\d-\d\d .* I mine    : hello there\n$`, must(t, "logcat", "-d", "-s", "mine"))
	})
	t.Run("forward is closed for other ports", func(t *testing.T) {
		must(t, "forward", "tcp:0", "tcp:1")
		must(t, "forward", "--remove-all")
	})
	t.Run("reboot", func(t *testing.T) {
		short := newPhone(t)
		s := r.Attach(t, short.addr)
		_, err := r.ADB(t.Context(), "-s", s, "reboot")
		require.NoError(t, err)
		require.Eventually(t, func() bool { return short.Connections() == 0 }, 5*time.Second, 10*time.Millisecond)
		short.Restore()
		_, err = r.Connect(t.Context(), short.addr)
		require.NoError(t, err)
		front, err := r.ADB(t.Context(), "-s", s, "shell", "dumpsys activity | grep mResumedActivity")
		require.NoError(t, err)
		assert.NotContains(t, string(front), alexa)
	})
}

// makeAPK is the smallest package that a phone takes: a compiled manifest.
func makeAPK(t testing.TB, name, version string, code uint32) []byte {
	t.Helper()
	texts := []string{"manifest", "package", "versionName", "versionCode", name, version}
	var data, offsets []byte
	for _, s := range texts {
		offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(data)))
		data = binary.LittleEndian.AppendUint16(data, uint16(len(s)))
		for _, c := range s {
			data = binary.LittleEndian.AppendUint16(data, uint16(c))
		}
		data = append(data, 0, 0)
	}
	le := binary.LittleEndian
	pool := le.AppendUint16(nil, 1)
	pool = le.AppendUint16(pool, 28)
	for _, w := range []uint32{uint32(28 + len(offsets) + len(data)), uint32(len(texts)), 0, 0, uint32(28 + len(offsets)), 0} {
		pool = le.AppendUint32(pool, w)
	}
	pool = append(append(pool, offsets...), data...)
	elem := le.AppendUint16(nil, 0x0102)
	elem = le.AppendUint16(elem, 16)
	for _, w := range []uint32{36 + 3*20, 1, 0xffffffff, 0xffffffff, 0} {
		elem = le.AppendUint32(elem, w)
	}
	for _, h := range []uint16{20, 20, 3, 0, 0, 0} {
		elem = le.AppendUint16(elem, h)
	}
	attr := func(key, text uint32, kind byte, number uint32) {
		for _, w := range []uint32{0xffffffff, key, text} {
			elem = le.AppendUint32(elem, w)
		}
		elem = append(elem, 8, 0, 0, kind)
		elem = le.AppendUint32(elem, number)
	}
	attr(1, 4, 3, 4)
	attr(2, 5, 3, 5)
	attr(3, 0xffffffff, 0x10, code)
	xml := le.AppendUint16(nil, 3)
	xml = le.AppendUint16(xml, 8)
	xml = le.AppendUint32(xml, uint32(8+len(pool)+len(elem)))
	xml = append(append(xml, pool...), elem...)

	var out bytes.Buffer
	z := zip.NewWriter(&out)
	f, err := z.Create("AndroidManifest.xml")
	require.NoError(t, err)
	_, err = f.Write(xml)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return out.Bytes()
}
