package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrMissing is wrapped when no Chromium is installed here.
var ErrMissing = errors.New("no Chromium is installed")

// executables are the names of browsers that can be started without a screen,
// the leanest first.
func executables() []string {
	return []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}
}

// Find is the path of the Chromium that a phone uses: the one of that name, or
// the first that is installed. The error wraps [ErrMissing].
func Find(name string) (string, error) {
	names := executables()
	if name != "" {
		names = []string{name}
	}
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return filepath.Abs(behind(p))
		}
	}
	return "", fmt.Errorf("%w: looked for %s", ErrMissing, strings.Join(names, ", "))
}

// behind is the program that a script of Debian's starts, and does not become:
// the script's process is not Chromium's.
func behind(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return path
	}
	defer f.Close()
	head := make([]byte, 2)
	if _, err := io.ReadFull(f, head); err != nil || string(head) != "#!" {
		return path
	}
	if real, err := exec.LookPath(filepath.Join("/usr/lib/chromium", filepath.Base(path))); err == nil {
		return real
	}
	return path
}

// Version is the version of a Chromium, such as 156.0.8078.108.
func Version(ctx context.Context, executable string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, executable, "--version")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ask Chromium for its version: %w", err)
	}
	if m := versionWords.FindSubmatch(out); m != nil {
		return string(m[1]), nil
	}
	return "", errors.New("the Chromium does not say its version")
}

var versionWords = regexp.MustCompile(`\b(\d+(?:\.\d+){3})\b`)

const (
	// startTime is how long Chromium may take until its debugging port is open.
	startTime = 30 * time.Second
	// quitTime is how long it may take to end when it is told to.
	quitTime = 2 * time.Second
)

// process is a Chromium that runs.
type process struct {
	cmd  *exec.Cmd
	dir  string // its profile
	addr string // its debugging port, HOST:PORT
	// in and out are the pipes over which it is told what to do.
	in   *os.File
	out  *os.File
	done chan struct{}
	err  error
	stop sync.Once
}

// setup is what a Chromium is started with.
type setup struct {
	executable string
	language   string
	agent      string // the User-Agent; "" is its own
	width      int    // of the window in CSS pixels
	height     int
	rules      string // host-resolver-rules
	key        string // the SHA-256 of the key that is good for them
}

// launch starts a Chromium of its own profile, which ends with this process.
func launch(ctx context.Context, s setup) (*process, error) {
	dir, err := os.MkdirTemp("", "ffscert-web-")
	if err != nil {
		return nil, err
	}
	args := []string{"--headless", "--remote-debugging-port=0", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--no-startup-window", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-default-apps", "--disable-extensions", "--disable-breakpad", "--metrics-recording-only", "--password-store=basic",
		"--hide-scrollbars", "--mute-audio", "--user-data-dir=" + dir,
		fmt.Sprintf("--window-size=%d,%d", s.width, s.height), "--lang=" + s.language, "--accept-lang=" + s.language,
		"--host-resolver-rules=" + s.rules, "--ignore-certificate-errors-spki-list=" + s.key}
	if s.agent != "" {
		args = append(args, "--user-agent="+s.agent)
	}
	p := &process{dir: dir, done: make(chan struct{})}
	p.cmd = exec.Command(s.executable, args...)
	p.cmd.Dir = dir
	// It writes nothing outside of its folder.
	p.cmd.Env = append(withoutProxies(os.Environ()), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir, "TMPDIR="+dir)
	p.cmd.SysProcAttr = attributes()
	theirs, err := p.pipes()
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	started := make(chan error, 1)
	go func() {
		// What ends a process with its parent looks at the parent's thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
		}
		close(p.done)
	}()
	err = <-started
	theirs()
	if err != nil {
		p.in.Close()
		p.out.Close()
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	if err := p.await(ctx); err != nil {
		p.end()
		return nil, err
	}
	return p, nil
}

// pipes makes the pipes, as the file descriptors 3 (to Chromium) and 4 (from it).
// theirs closes Chromium's ends here, once it has them.
func (p *process) pipes() (theirs func(), err error) {
	read, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	in, write, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, read.Close(), out.Close())
	}
	p.in, p.out, p.cmd.ExtraFiles = in, out, []*os.File{read, write}
	return func() {
		read.Close()
		write.Close()
	}, nil
}

func withoutProxies(env []string) []string {
	var kept []string
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); !strings.HasSuffix(strings.ToLower(name), "_proxy") {
			kept = append(kept, e)
		}
	}
	return kept
}

// await waits for the debugging port, whose number is in a file of the profile.
func (p *process) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		port, err := readPort(filepath.Join(p.dir, "DevToolsActivePort"))
		if err == nil {
			p.addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
			return nil
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errUnfinished) {
			return err
		}
		select {
		case <-p.done:
			return fmt.Errorf("the Chromium ended at once: %v", p.err)
		case <-ctx.Done():
			return fmt.Errorf("the Chromium opens no debugging port: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

var errUnfinished = errors.New("not yet written")

func readPort(file string) (int, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	line, _, whole := strings.Cut(string(data), "\n")
	port, err := strconv.Atoi(line)
	if !whole || err != nil {
		return 0, errUnfinished
	}
	return port, nil
}

// alive tells whether it runs.
func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// end ends it and everything that it started, and removes its profile.
func (p *process) end() {
	p.stop.Do(func() {
		p.out.Close() // it ends by itself then
		terminate(p.cmd)
		t := time.NewTimer(quitTime)
		defer t.Stop()
		select {
		case <-p.done:
		case <-t.C:
		}
		// What it has started is of its group.
		kill(p.cmd)
		<-p.done
		p.in.Close()
		removeAll(p.dir)
	})
}

// removeAll removes a folder into which something that is just ending may still
// write.
func removeAll(dir string) {
	for range 20 {
		if os.RemoveAll(dir) == nil {
			return
		}
		runtime.Gosched()
	}
}

// keys is the phone's own certificate, for every host that it serves.
type keys struct {
	certificate tls.Certificate
	spki        string // SHA-256 of the public key, base64
}
