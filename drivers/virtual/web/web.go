// Package web lets the pages that the virtual phone's apps show in a WebView, or
// in a Custom Tab, be shown by real Chromium processes, one per package, so that
// automation enters them as it does on a phone in USB debugging: through a socket
// of the phone behind which the DevTools protocol is spoken.
//
// What a page says and does is the app's model alone: its document is made of
// the same nodes as the native tree, and what is done in it is done in the model.
// Nothing of it reaches the internet. It knows nothing of adb, of Appium or of
// certification.
package web

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"ffscert/drivers/virtual/ui"
)

// Options say which Chromium is used, and for which phone.
type Options struct {
	// Executable is a path, such as [Find] gives.
	Executable string
	// Density is the screen's, in dots per inch.
	Density int
	// Width and Height of the screen are in pixels.
	Width, Height int
	// Log is told what goes wrong, and of processes at debug level; nil is silence.
	Log logrus.FieldLogger
}

// Browsers are the Chromium processes of a phone. Close them.
type Browsers struct {
	phone ui.Web
	opts  Options
	log   logrus.FieldLogger

	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}

	// tending lets one at a time bring the processes in line with the phone.
	tending sync.Mutex
	mu      sync.Mutex
	all     map[string]*browser // by package
	closed  bool
}

// look is how often the phone is asked what it shows.
const look = 100 * time.Millisecond

// New begins to watch a phone: as soon as an app shows a page, and not before,
// its Chromium starts.
func New(phone ui.Web, o Options) *Browsers {
	b := &Browsers{phone: phone, opts: o, log: o.Log, done: make(chan struct{}), all: map[string]*browser{}}
	if b.log == nil {
		quiet := logrus.New()
		quiet.SetOutput(io.Discard)
		b.log = quiet
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	go b.watch()
	return b
}

func (b *Browsers) watch() {
	defer close(b.done)
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-tick.C:
			b.tend(b.ctx)
		}
	}
}

// Close ends all processes.
func (b *Browsers) Close() {
	b.cancel()
	<-b.done
	b.tending.Lock()
	defer b.tending.Unlock()
	b.mu.Lock()
	all := b.all
	b.all, b.closed = nil, true
	b.mu.Unlock()
	for _, br := range all {
		br.close()
	}
}

// tend brings the processes in line with what the apps show.
func (b *Browsers) tend(ctx context.Context) {
	b.tending.Lock()
	defer b.tending.Unlock()
	if b.closed || b.ctx.Err() != nil {
		return
	}
	pages := b.phone.WebPages()
	for _, p := range pages {
		br, err := b.of(ctx, p)
		if err == nil {
			err = br.show(ctx, p)
		}
		if err != nil && ctx.Err() == nil && br.complain(err) {
			b.log.WithError(err).WithField("package", p.Package).Warn("the page of an app cannot be shown by Chromium")
		}
	}
	b.mu.Lock()
	all := maps.Clone(b.all)
	b.mu.Unlock()
	for pkg, br := range all {
		if !slices.ContainsFunc(pages, func(p ui.WebPage) bool { return p.Package == pkg }) {
			br.leave(ctx)
		}
	}
}

// of is the browser of a package, started if it does not run. One that died is
// started anew for the app's next page, and not before.
func (b *Browsers) of(ctx context.Context, p ui.WebPage) (*browser, error) {
	b.mu.Lock()
	br := b.all[p.Package]
	b.mu.Unlock()
	if br != nil && br.fit(p) {
		return br, nil
	}
	if br != nil {
		br.close()
	}
	br, err := b.start(ctx, p)
	b.mu.Lock()
	b.all[p.Package] = br
	b.mu.Unlock()
	return br, err
}

func (b *Browsers) start(ctx context.Context, p ui.WebPage) (*browser, error) {
	hosts := hostsOf(p.URL)
	br := &browser{pkg: p.Package, began: p.PID, hosts: hosts}
	k, err := newKeys(hosts)
	if err != nil {
		return br, err
	}
	if br.site, err = newSite(p.Package, b.phone, b.opts.Density, k.certificate); err != nil {
		return br, err
	}
	dp := func(n int) int { return n * 160 / max(b.opts.Density, 1) }
	began := time.Now()
	br.process, err = launch(ctx, setup{executable: b.opts.Executable, language: p.Language, width: dp(b.opts.Width), height: dp(b.opts.Height),
		rules: rules(hosts, br.site.addr), key: k.spki})
	if err != nil {
		return br, err
	}
	b.log.WithFields(logrus.Fields{"package": p.Package, "pid": br.process.cmd.Process.Pid, "took": time.Since(began)}).Debug("Chromium started")
	br.cdp = newCDP(br.process.in, br.process.out, br.loaded, br.gone)
	return br, br.cdp.call(ctx, "", "Target.setDiscoverTargets", map[string]any{"discover": true}, nil)
}

// hostsOf are the hosts under which a page and what it leads to are found:
// Amazon's, and that of the maker to which it redirects.
func hostsOf(address string) []string {
	hosts := []string{"www.amazon.com"}
	add := func(raw string) string {
		u, err := url.Parse(raw)
		if err != nil {
			return ""
		}
		if h := u.Hostname(); h != "" && !slices.Contains(hosts, h) && plainHost(h) {
			hosts = append(hosts, h)
		}
		return u.Query().Get("redirect_uri")
	}
	add(add(address))
	return hosts
}

// plainHost tells whether a host can stand in a resolver rule and a certificate.
func plainHost(h string) bool {
	return strings.Trim(h, "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" && net.ParseIP(h) == nil && !strings.HasPrefix(h, ".")
}

// rules let Chromium find these hosts at that address, and nothing else.
func rules(hosts []string, addr string) string {
	var list []string
	for _, h := range hosts {
		list = append(list, "MAP "+h+" "+addr)
	}
	return strings.Join(append(list, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"), ", ")
}

// The names of the sockets that Chromium opens on a phone. [O] chromedriver and
// Appium look for them in /proc/net/unix.
const (
	chromeSocket  = "chrome_devtools_remote"
	webviewSocket = "webview_devtools_remote_"
)

// chromePackage is a browser by itself: its socket has a name of its own.
const chromePackage = "com.android.chrome"

func socketOf(pkg string, pid int) string {
	if pkg == chromePackage {
		return chromeSocket
	}
	return webviewSocket + strconv.Itoa(pid)
}

// socketTime is how long is waited for a page that is being loaded, before its
// socket is listed.
const socketTime = 15 * time.Second

// Sockets are the names of the sockets that are open now: of each app that shows
// a page, once Chromium has loaded it.
func (b *Browsers) Sockets(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, socketTime)
	defer cancel()
	b.tend(ctx)
	var names []string
	for _, p := range b.phone.WebPages() {
		b.mu.Lock()
		br := b.all[p.Package]
		b.mu.Unlock()
		if br != nil && br.ready(ctx) {
			names = append(names, socketOf(p.Package, p.PID))
		}
	}
	return names
}

// Dial connects to a socket by its name.
func (b *Browsers) Dial(ctx context.Context, name string) (net.Conn, error) {
	for _, p := range b.phone.WebPages() {
		if socketOf(p.Package, p.PID) != name {
			continue
		}
		b.mu.Lock()
		br := b.all[p.Package]
		b.mu.Unlock()
		if br == nil || !br.alive() {
			break
		}
		var d net.Dialer
		return d.DialContext(ctx, "tcp", br.process.addr)
	}
	return nil, fmt.Errorf("there is no socket %q", name)
}

// Processes are the process numbers, on this machine, of the Chromium processes
// that run, by the phone's package.
func (b *Browsers) Processes() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string]int{}
	for pkg, br := range b.all {
		if br.alive() {
			all[pkg] = br.process.cmd.Process.Pid
		}
	}
	return all
}
