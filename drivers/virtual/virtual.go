// Package virtual is the simulated testbed: a lab with a device under test, a
// provisioner and two plugs, and a phone with the Alexa app, good enough that a
// tool written for the real thing runs on it unchanged.
//
// It has two doors to the same phone: an Appium-compatible endpoint in this
// process, and a phone that speaks adb, which the real Appium drives. Nothing
// outside this folder knows that there is no phone, apart from what the phone
// says of itself.
package virtual

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"ffscert/drivers/virtual/adb"
	"ffscert/drivers/virtual/appium"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/uiautomator"
	"ffscert/drivers/virtual/web"
	"ffscert/drivers/virtual/world"
)

// Config says what the simulated testbed is like.
type Config struct {
	World   world.Config
	Latency handset.Profile // what an operation costs on the phone
	Serial  string          // "" is one that says that the phone is virtual
	App     string          // model of the Alexa app: a built-in one's name or a path; "" is alexa-2023.23
	// PartnerApp is the model of the maker's own app, likewise; "" is the
	// built-in demonstration.
	PartnerApp string
	// Locale is the phone's, such as de-DE; "" is en-US. The apps that know its
	// language speak it.
	Locale string
	// FontScale is how much larger than designed letters on the phone are; 0 is 1.
	FontScale float64
	// Width and Height of the screen in pixels, and its dots per inch; 0 is what
	// the handset has by default.
	Width, Height, Density int
	// Speed is how fast the world's time runs against the wall clock, > 0; 0
	// makes it virtual: it moves only when somebody waits.
	Speed  float64
	Events io.Writer // the world's truth as JSON lines; may be nil
	// Browser is the path of the Chromium that shows what apps show in a WebView,
	// behind adb; "" is the first that is installed, and [NoBrowser] is none.
	Browser string
	Log     logrus.FieldLogger // may be nil
	// NotBefore is when virtual time begins at the earliest, so that a record
	// that is continued never goes back in time; it is now by default.
	NotBefore time.Time
}

// NoBrowser as [Config.Browser] leaves web contexts away: pages are then seen in
// the native tree only.
const NoBrowser = "none"

// DefaultSerial is the serial of a virtual phone that is not given one.
const DefaultSerial = "ffscert-virtual"

// Lab is a running simulated testbed.
type Lab struct {
	World *world.World
	Phone *handset.Handset
	Clock *clock.Clock

	serial  string
	browser string // path of the Chromium; "" is none
	log     logrus.FieldLogger
	alexa   string // package of the Alexa app, which is in front when an attempt begins
	mu      sync.Mutex
	shut    []func()
}

// Open sets a lab up. Close it.
func Open(c Config) (*Lab, error) {
	if c.Serial == "" {
		c.Serial = DefaultSerial
	}
	now := time.Now().UTC()
	if now.Before(c.NotBefore) {
		now = c.NotBefore
	}
	clk := clock.NewVirtual(now)
	if c.Speed != 0 {
		if err := clock.CheckSpeed(c.Speed); err != nil {
			return nil, err
		}
		clk = clock.NewReal(c.Speed)
	}
	browser, err := findBrowser(c.Browser)
	if err != nil {
		clk.Close()
		return nil, err
	}
	events := c.Events
	if events == nil {
		events = io.Discard
	}
	w, err := world.New(c.World, clk, events)
	if err != nil {
		clk.Close()
		return nil, err
	}
	l := &Lab{World: w, Clock: clk, serial: c.Serial, browser: browser, log: c.Log}
	l.shut = append(l.shut, clk.Close, w.Close)
	models, err := handset.Apps{Alexa: c.App, Partner: c.PartnerApp}.Models()
	if err != nil {
		l.Close()
		return nil, err
	}
	for _, m := range models {
		if !m.Home && !m.Dialogs && !m.System && strings.HasPrefix(m.Package, "com.amazon.") {
			l.alexa = m.Package
		}
	}
	if l.Phone, err = handset.New(handset.Config{Serial: c.Serial, Locale: c.Locale, Profile: &c.Latency, Seed: c.World.Seed,
		FontScale: c.FontScale, Width: c.Width, Height: c.Height, Density: c.Density}, w, models, clk); err != nil {
		l.Close()
		return nil, err
	}
	if browser != "" && c.Speed != 0 { // on virtual time nobody comes through adb
		if v, err := web.Version(context.Background(), browser); err == nil {
			l.Phone.SetBrowserVersion(v)
		}
	}
	return l, nil
}

// findBrowser is the path of the Chromium of that name; "" is none. One that was
// not asked for need not be there.
func findBrowser(name string) (string, error) {
	if name == NoBrowser {
		return "", nil
	}
	path, err := web.Find(name)
	if err != nil && name == "" {
		return "", nil
	}
	return path, err
}

// Browser is the path of the Chromium that shows web pages behind adb; "" if
// there is none.
func (l *Lab) Browser() string { return l.browser }

// Serial is the phone's serial.
func (l *Lab) Serial() string { return l.serial }

// BeginAttempt puts the lab in its initial state for that attempt.
func (l *Lab) BeginAttempt(caseID string, n int) {
	l.World.BeginAttempt(caseID, n)
	l.Phone.BeginAttempt(l.alexa, caseID, n)
}

// ServeAppium opens door 1 on a listener: an Appium-compatible endpoint. It
// returns at once; the address is the listener's.
func (l *Lab) ServeAppium(ln net.Listener) (endpoint string) {
	srv := &http.Server{Handler: appium.New(l.Phone, appium.Options{AllowShell: true}), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(ln) // always returns an error; closing it is how it ends
	}()
	l.onClose(func() {
		srv.Close()
		<-done
	})
	return "http://" + ln.Addr().String()
}

// ServeADB opens door 2 on a listener: a phone that speaks adb. It returns at
// once.
func (l *Lab) ServeADB(ln net.Listener) *adb.Device {
	var opts adb.Options // without a serial, the phone answers its address
	if l.serial != DefaultSerial {
		opts.Serial = l.serial
	}
	opts.Log = l.log
	if l.browser != "" {
		width, height, _, _ := l.Phone.Size()
		browsers := web.New(l.Phone, web.Options{Executable: l.browser, Density: l.Phone.Density(), Width: width, Height: height, Log: l.log})
		l.onClose(browsers.Close)
		opts.Web = browsers
	}
	device := adb.NewDevice(l.Phone, uiautomator.NewServer(l.Phone), opts)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		device.ServeListener(ctx, ln) // ends with the lab
	}()
	l.onClose(func() {
		cancel()
		ln.Close()
		<-done
	})
	return device
}

func (l *Lab) onClose(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shut = append(l.shut, f)
}

// Close shuts the doors and ends the world. Closing twice is no error.
func (l *Lab) Close() error {
	l.mu.Lock()
	shut := l.shut
	l.shut = nil
	l.mu.Unlock()
	for i := len(shut) - 1; i >= 0; i-- {
		shut[i]()
	}
	return l.World.Err()
}

// Listen opens a port on this machine. The address must be a loopback one
// unless the caller says otherwise: whoever reaches the port drives the phone.
func Listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: write it like 127.0.0.1:4723", addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errors.New("the virtual phone listens on loopback addresses only, such as 127.0.0.1, not on " + addr)
	}
	return net.Listen("tcp", addr)
}
