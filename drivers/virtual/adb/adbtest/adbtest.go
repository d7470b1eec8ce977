// Package adbtest starts the real parts that drive a virtual phone: an adb
// server and an Appium server, each on a free port of its own, and stops them
// again in the order that they can bear. It is for tests and benchmarks.
//
// FFSCERT_APPIUM_HOME names the npm folder in which appium and
// appium-uiautomator2-driver are installed, FFSCERT_ADB the adb binary.
//
// It knows nothing of what is tested.
package adbtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Options say where the real parts are. The zero value asks the environment.
type Options struct {
	// AppiumHome is the npm folder; "" is FFSCERT_APPIUM_HOME.
	AppiumHome string
	// ADB is the adb binary; "" is FFSCERT_ADB, or the adb of the PATH.
	ADB string
	// NoAppium starts the adb server only.
	NoAppium bool
	// LogLevel is Appium's; "" is "info".
	LogLevel string
}

// ErrMissing is wrapped when a real part is not installed here.
var ErrMissing = errors.New("not installed")

// Rig is an adb server and an Appium server that run.
type Rig struct {
	AppiumURL string // such as http://127.0.0.1:40123; "" without Appium
	ADBPort   int

	adb    string
	home   string // scratch
	env    []string
	server *process // adb
	appium *process
	run    func() (*process, error) // starts Appium
	client *http.Client
}

// startTime is how long a server may take until it answers.
const startTime = 60 * time.Second

// Start starts the real parts. An error wraps [ErrMissing] if there is nothing
// to start. Whoever gets a rig closes it.
func Start(ctx context.Context, o Options) (*Rig, error) {
	r := &Rig{client: &http.Client{Transport: &http.Transport{Proxy: nil}}}
	var err error
	if r.adb, err = findADB(o.ADB); err != nil {
		return nil, err
	}
	appium := ""
	if !o.NoAppium {
		if o.AppiumHome == "" {
			o.AppiumHome = os.Getenv("FFSCERT_APPIUM_HOME")
		}
		if appium, err = findAppium(o.AppiumHome); err != nil {
			return nil, err
		}
	}
	if r.home, err = os.MkdirTemp("", "ffscert-rig-"); err != nil {
		return nil, err
	}
	if err := r.start(ctx, o, appium); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func findADB(name string) (string, error) {
	if name == "" {
		name = os.Getenv("FFSCERT_ADB")
	}
	if name == "" {
		name = "adb"
	}
	p, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("adb (%s) is %w: install it, or name it in FFSCERT_ADB", name, ErrMissing)
	}
	return filepath.Abs(p)
}

func findAppium(home string) (string, error) {
	if home == "" {
		return "", fmt.Errorf("the real Appium is %w: FFSCERT_APPIUM_HOME names the npm folder that holds it", ErrMissing)
	}
	bin := filepath.Join(home, "node_modules", ".bin", "appium")
	if _, err := os.Stat(bin); err != nil {
		return "", fmt.Errorf("the real Appium is %w: there is no %s", ErrMissing, bin)
	}
	return filepath.Abs(bin)
}

func (r *Rig) start(ctx context.Context, o Options, appium string) error {
	// Appium wants an SDK; a link to adb is enough of one.
	tools := filepath.Join(r.home, "sdk", "platform-tools")
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(r.adb, filepath.Join(tools, "adb")); err != nil {
		return err
	}
	var err error
	if r.ADBPort, err = freePort(); err != nil {
		return err
	}
	r.env = append(os.Environ(), "HOME="+r.home, "ANDROID_HOME="+filepath.Join(r.home, "sdk"), "ANDROID_SDK_ROOT=",
		"ADB_MDNS=0", "ANDROID_SERIAL=", "ANDROID_ADB_SERVER_PORT="+strconv.Itoa(r.ADBPort))
	r.server, err = launch(r.env, r.home, "adb.log", r.adb, "-P", strconv.Itoa(r.ADBPort), "server", "nodaemon")
	if err != nil {
		return err
	}
	err = await(ctx, r.server, func() bool {
		c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(r.ADBPort)))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	if err != nil {
		return fmt.Errorf("adb server: %w", err)
	}
	if o.NoAppium {
		return nil
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	level := o.LogLevel
	if level == "" {
		level = "info"
	}
	home, err := filepath.Abs(filepath.Join(filepath.Dir(appium), "..", ".."))
	if err != nil {
		return err
	}
	r.AppiumURL = "http://127.0.0.1:" + strconv.Itoa(port)
	r.run = func() (*process, error) {
		env := append(r.env[:len(r.env):len(r.env)], "APPIUM_HOME="+home)
		return launch(env, r.home, "appium.log", appium, "server", "--address", "127.0.0.1", "--port", strconv.Itoa(port),
			"--use-drivers", "uiautomator2", "--allow-insecure", "*:session_discovery", "--log-no-colors", "--log-timestamp", "--log-level", level)
	}
	return r.startAppium(ctx)
}

func (r *Rig) startAppium(ctx context.Context) error {
	var err error
	if r.appium, err = r.run(); err != nil {
		return err
	}
	err = await(ctx, r.appium, func() bool {
		var v struct{ Ready bool }
		return r.Request(ctx, http.MethodGet, "/status", nil, &v) == nil && v.Ready
	})
	if err != nil {
		return fmt.Errorf("appium server: %w\n%s", err, r.AppiumLog())
	}
	return nil
}

// Close ends all sessions, then Appium, then the adb server. It ends nothing
// that it did not start.
func (r *Rig) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	r.EndSessions(ctx, "")
	if r.appium != nil {
		r.appium.stop(20 * time.Second)
	}
	if r.server != nil {
		r.server.stop(5 * time.Second)
	}
	r.client.CloseIdleConnections()
	return os.RemoveAll(r.home)
}

// ADB runs adb against this rig's server and gives its output. An error holds
// what it said.
func (r *Rig) ADB(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, r.adb, append([]string{"-P", strconv.Itoa(r.ADBPort)}, args...)...)
	cmd.Env = r.env
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("adb %s: %w: %s%s", strings.Join(args, " "), err, errOut.String(), out)
	}
	return out, nil
}

// Connect makes a phone known to the adb server, also if it was lost before,
// and gives its serial.
func (r *Rig) Connect(ctx context.Context, addr string) (string, error) {
	if strings.HasPrefix(addr, ":") {
		addr = "127.0.0.1" + addr
	}
	_, _ = r.ADB(ctx, "disconnect", addr) // it may be known and offline
	out, err := r.ADB(ctx, "connect", addr)
	if err != nil {
		return "", err
	}
	if !strings.Contains(string(out), "connected to ") || strings.Contains(string(out), "failed") {
		return "", fmt.Errorf("adb connect %s: %s", addr, bytes.TrimSpace(out))
	}
	_, err = r.ADB(ctx, "-s", addr, "wait-for-device")
	return addr, err
}

// Disconnect makes the adb server forget a phone, once its sessions ended.
func (r *Rig) Disconnect(ctx context.Context, serial string) error {
	r.EndSessions(ctx, serial)
	_, err := r.ADB(ctx, "disconnect", serial)
	return err
}

// Capabilities are what a session on that phone needs at least; thrifty adds
// those that save Appium work. Both are without an app.
func (r *Rig) Capabilities(serial string, thrifty bool) map[string]any {
	caps := map[string]any{"platformName": "Android", "appium:automationName": "UiAutomator2", "appium:udid": serial,
		"appium:adbPort": r.ADBPort, "appium:noReset": true}
	if thrifty {
		for _, c := range []string{"skipServerInstallation", "skipDeviceInitialization", "skipUnlock", "skipLogcatCapture",
			"ignoreHiddenApiPolicyError", "suppressKillServer"} {
			caps["appium:"+c] = true
		}
	}
	return caps
}

// AppiumLog is the end of what Appium logged.
func (r *Rig) AppiumLog() string {
	b, _ := os.ReadFile(filepath.Join(r.home, "appium.log"))
	if len(b) > 8<<10 {
		b = b[len(b)-8<<10:]
	}
	return string(b)
}

// RestartAppium kills the Appium server as a crash does, and starts it again at
// the same address after a while. Its sessions are lost.
func (r *Rig) RestartAppium(ctx context.Context, after time.Duration) error {
	if err := r.appium.kill(); err != nil {
		return err
	}
	t := time.NewTimer(after)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
	}
	return r.startAppium(ctx)
}
