// Package appium drives a phone behind a W3C WebDriver endpoint with Appium's
// UiAutomator2 driver: an Appium server, a Grid before it, or the endpoint of
// the virtual testbed.
//
// It knows the wire and nothing of screens, steps or verdicts. Sources: W3C
// WebDriver; the documentation of Appium 3 and of its UiAutomator2 driver.
package appium

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"ffscert/drivers"
	"ffscert/drivers/secret"
)

// Options say which phone is driven, and how.
type Options struct {
	// Endpoint is the server's address, http or https. A path in it (/wd/hub)
	// is kept; a user and password are sent as basic authentication and shown
	// nowhere.
	Endpoint string
	// UDID is the serial that adb lists. If it is set, another phone is an error.
	UDID string
	// App is started with the session; empty means that no app is.
	App drivers.App
	// Capabilities are added to those of the session. Those that this driver
	// answers for (noReset, udid …) are refused, see [Options.Validate].
	Capabilities map[string]any
	// Settings of the UiAutomator2 driver; zero fields have the defaults of
	// [DefaultSettings].
	Settings Settings
	// NewCommandTimeout is how long the server keeps an idle session; 0 is 300 s.
	NewCommandTimeout time.Duration
	// Limits are per command; zero fields have the defaults of [DefaultLimits].
	Limits Limits
	// Clock gives the times of an [Exchange]; nil is the wall clock. Limits
	// are always on the wall clock: they bound a server, not the world.
	Clock drivers.Clock
	// Log is told of each command at debug level, and of sessions; nil is silence.
	Log logrus.FieldLogger
	// Secrets are what is shown nowhere; nil knows only what is secret of these
	// options and of what is typed. Both are added to it.
	Secrets *secret.Masker
	// Transport carries the requests; nil is HTTP with connections of the
	// phone's own.
	Transport http.RoundTripper
	// Wire, if not nil, is told of each exchange with the server, in order.
	Wire func(Exchange)
}

// Limits are the longest that a command may take, by kind.
type Limits struct {
	Session    time.Duration // opening a session
	Find       time.Duration
	Source     time.Duration
	Action     time.Duration // click, type, swipe, keys, starting and ending apps
	Screenshot time.Duration
	Other      time.Duration
	Close      time.Duration // ending a session, whatever becomes of it
}

// DefaultLimits are generous for a slow phone and still end a hang within an attempt.
func DefaultLimits() Limits {
	return Limits{Session: 120 * time.Second, Find: 30 * time.Second, Source: 60 * time.Second, Action: 30 * time.Second,
		Screenshot: 30 * time.Second, Other: 30 * time.Second, Close: 10 * time.Second}
}

func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ have, def *time.Duration }{{&l.Session, &d.Session}, {&l.Find, &d.Find}, {&l.Source, &d.Source},
		{&l.Action, &d.Action}, {&l.Screenshot, &d.Screenshot}, {&l.Other, &d.Other}, {&l.Close, &d.Close}} {
		if *f.have <= 0 {
			*f.have = *f.def
		}
	}
	return l
}

// Settings of the UiAutomator2 driver that decide what is seen and how long it
// takes; they are always set, so that no other client's settings are inherited.
type Settings struct {
	// WaitForIdle is how long the server waits for the screen to come to rest
	// before each look. Negative (the default) does not wait: whoever acts
	// looks twice instead.
	WaitForIdle time.Duration
	// SnapshotMaxDepth is where the tree is cut, 1 to 500.
	SnapshotMaxDepth int
	// ActiveWindowOnly leaves out all windows but the active one; what lies on
	// top of it is not seen then.
	ActiveWindowOnly bool
	// AllowInvisible shows elements that a person does not see.
	AllowInvisible bool
}

// DefaultSettings see all windows, do not wait, and cut at a depth that no
// known app reaches (the driver's own default is 70).
func DefaultSettings() Settings { return Settings{WaitForIdle: -1, SnapshotMaxDepth: 200} }

// Exchange is one request and its answer, for a recorder. What is secret is
// masked in it already.
type Exchange struct {
	N        int64 // as [Phone.Commands] counts
	At       time.Time
	Took     time.Duration // on the wall clock
	Lasted   time.Duration // on Options.Clock
	Method   string
	Path     string // below the endpoint
	Request  []byte
	Status   int // 0 if there was no answer
	Response []byte
	Err      error
	// Failure says why there was no answer, "" if there was one.
	Failure Failure
	// Detail is the innermost error's text of a failure.
	Detail string
}

// Phone implements [drivers.Phone].
type Phone struct {
	options Options
	invalid error    // what is wrong with the options, said by the first command
	base    *url.URL // without user and password
	user    *url.Userinfo
	clean   cleaner
	client  *http.Client
	own     *http.Transport

	commands atomic.Int64

	mu      sync.Mutex // guards the session, not the commands: those come one at a time
	session *session
	orphan  string // a session that was lost and may still occupy the phone
	strayed error  // what left a recording; see Strayed
}

var _ drivers.Phone = (*Phone)(nil)

// New makes a phone; nothing is sent before the first command. Options that
// are wrong are reported by the first command; [Options.Validate] tells earlier.
func New(o Options) *Phone {
	p := &Phone{invalid: o.Validate()}
	o.Limits = o.Limits.orDefaults()
	if o.Settings.WaitForIdle == 0 {
		o.Settings.WaitForIdle = DefaultSettings().WaitForIdle
	}
	if o.Settings.SnapshotMaxDepth == 0 {
		o.Settings.SnapshotMaxDepth = DefaultSettings().SnapshotMaxDepth
	}
	if o.NewCommandTimeout <= 0 {
		o.NewCommandTimeout = 300 * time.Second
	}
	if o.Clock == nil {
		o.Clock = drivers.RealClock{}
	}
	if o.Log == nil {
		o.Log = silent()
	}
	p.options = o
	p.base, p.user, _ = parseEndpoint(o.Endpoint)
	p.clean = newCleaner(o.Secrets, p.user, o.Capabilities)
	p.own, p.client = newClient()
	if o.Transport != nil {
		p.client.Transport = o.Transport
	}
	return p
}

// Commands counts the requests sent.
func (p *Phone) Commands() int64 { return p.commands.Load() }

// Close ends the session, if there is one, and frees the connections. It takes
// at most Limits.Close, even if ctx is done already. The phone may be used
// again afterwards.
func (p *Phone) Close(ctx context.Context) error {
	p.mu.Lock()
	s, orphan := p.session, p.orphan
	p.session, p.orphan = nil, ""
	p.mu.Unlock()
	defer p.own.CloseIdleConnections()
	if orphan != "" {
		_ = p.end(ctx, orphan)
	}
	if s == nil {
		return nil
	}
	return p.end(ctx, s.id)
}
