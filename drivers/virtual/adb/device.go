// Package adb is the door of the virtual phone through which the real Appium
// comes: it speaks the device's side of the adb protocol over TCP, so that an
// ordinary adb server connects to it, runs shell commands, moves files and
// forwards the port behind which a UiAutomator2 server answers.
//
// It moves bytes: messages, streams, services. What the phone answers to a
// shell command is the business of package android, what the UiAutomator2
// server answers that of the handler it is given. It knows nothing of apps,
// worlds or certification.
package adb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"ffscert/drivers/virtual/adb/android"
	"ffscert/drivers/virtual/ui"
)

// Options are what can be said about a phone behind adb. The zero value is
// good.
type Options struct {
	// Serial is what `getprop ro.serialno` answers. Tools take a phone's udid
	// from it, so it must be what `adb devices` lists: for a phone that is
	// connected by TCP that is the address, which is the default.
	Serial string
	// RebootTime is how long the phone is away after `adb reboot`, on the
	// handset's clock. 0 is 3 s.
	RebootTime time.Duration
	// Web are the sockets of apps that can be debugged; nil if there are none.
	Web Web
	// Log gets what happens on the wire, at debug level. nil logs nothing.
	Log logrus.FieldLogger
}

// Device is a phone that adb servers can connect to. Its methods may be
// called from any goroutine.
type Device struct {
	handset ui.Handset
	system  *android.System
	uia     http.Handler
	opts    Options
	log     logrus.FieldLogger

	links transports

	mu      sync.Mutex
	serial  string
	dropped bool
	back    context.CancelFunc // ends a reboot's absence; nil otherwise
	// While a listener is served:
	bridge  *bridge
	ctx     context.Context
	workers *sync.WaitGroup
}

// NewDevice makes a phone of a handset and of the handler that answers the
// UiAutomator2 server's HTTP requests. A handler with a method Reset() is told
// by it that the server's process has ended.
func NewDevice(h ui.Handset, uia http.Handler, opts Options) *Device {
	d := &Device{handset: h, uia: uia, opts: opts, log: opts.Log, serial: opts.Serial}
	if d.log == nil {
		quiet := logrus.New()
		quiet.SetOutput(io.Discard)
		d.log = quiet
	}
	if d.opts.RebootTime <= 0 {
		d.opts.RebootTime = 3 * time.Second
	}
	o := android.Options{Serial: d.Serial, Reboot: d.reboot}
	if opts.Web != nil {
		o.Sockets = opts.Web.Sockets
	}
	if r, ok := uia.(interface{ Reset() }); ok {
		o.ServerEnded = r.Reset
	}
	d.system = android.New(h, o)
	return d
}

// Serial is what `getprop ro.serialno` answers: [Options.Serial], or the
// address of the listener that was served last.
func (d *Device) Serial() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.serial
}

// ServeListener takes connections of adb servers until the context is done or
// the listener is closed, and returns when nothing of it runs any more. It
// closes the listener. The error is nil when the context ended it. A
// connection that breaks the protocol ends alone.
func (d *Device) ServeListener(ctx context.Context, ln net.Listener) error {
	d.mu.Lock()
	if d.bridge != nil {
		d.mu.Unlock()
		return errors.New("this phone is being served already")
	}
	if d.opts.Serial == "" {
		d.serial = ln.Addr().String()
	}
	ctx, cancel := context.WithCancel(ctx)
	var workers sync.WaitGroup
	b := newBridge(d.uia, d.system)
	d.bridge, d.ctx, d.workers = b, ctx, &workers
	d.mu.Unlock()

	workers.Go(func() { b.serve(ctx) })
	workers.Go(func() { d.watchCable(ctx) })
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer func() {
		cancel()
		stop()
		ln.Close()
		workers.Wait()
		d.system.KillInstrumentation()
		d.mu.Lock()
		d.bridge, d.ctx, d.workers = nil, nil, nil
		d.mu.Unlock()
	}()
	for {
		conn, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				continue
			}
			return fmt.Errorf("adb listener: %w", err)
		}
		if d.away() {
			conn.Close()
			continue
		}
		t := newTransport(ctx, d, conn)
		d.links.add(t)
		workers.Go(func() {
			defer d.links.remove(t)
			if err := t.serve(); err != nil {
				d.log.WithError(err).WithField("host", conn.RemoteAddr().String()).Debug("adb connection ended")
			}
		})
	}
}

// Drop unplugs the phone: every adb connection ends at once, and none is
// taken until [Device.Restore]. What ran through them ends, too.
func (d *Device) Drop() {
	d.mu.Lock()
	d.dropped = true
	d.mu.Unlock()
	d.links.cut()
}

// Restore plugs the phone in again. An adb server that lost it comes back by
// itself after a while, or at once by `adb disconnect` and `adb connect`.
func (d *Device) Restore() {
	d.mu.Lock()
	d.dropped = false
	if d.back != nil {
		d.back()
	}
	d.mu.Unlock()
}

// Connections counts the adb servers that are connected now.
func (d *Device) Connections() int { return int(d.links.n.Load()) }

// KillInstrumentation ends the UiAutomator2 server's process as a crash does.
// It reports whether there was one.
func (d *Device) KillInstrumentation() bool { return d.system.KillInstrumentation() }

// Instrumented tells whether the UiAutomator2 server's process runs.
func (d *Device) Instrumented() bool { return d.system.Instrumented() }

func (d *Device) away() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dropped || d.back != nil || !d.handset.Online()
}

// cableLook is how often the handset is asked whether it is still plugged in.
const cableLook = 250 * time.Millisecond

// watchCable ends the connections of a handset that went offline.
func (d *Device) watchCable(ctx context.Context) {
	tick := time.NewTicker(cableLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if d.links.n.Load() > 0 && d.away() {
				d.links.cut()
			}
		}
	}
}

// reboot ends what runs and keeps the phone away for a while. It is called
// by what serves a stream, while the listener is served.
func (d *Device) reboot() {
	d.mu.Lock()
	if d.back != nil || d.ctx == nil {
		d.mu.Unlock()
		return
	}
	ctx, back := context.WithCancel(d.ctx)
	d.back = back
	workers := d.workers
	d.mu.Unlock()
	d.system.Rebooted()
	d.links.cut()
	workers.Go(func() {
		defer back()
		// An error means that the phone was brought back, or is no longer served.
		_ = d.handset.Clock().Sleep(ctx, d.opts.RebootTime)
		d.mu.Lock()
		d.back = nil
		d.mu.Unlock()
	})
}

// banner is how the phone introduces itself: only features that are there.
func (d *Device) banner() string {
	prop := func(name string) string { return d.system.Prop(name) }
	return fmt.Sprintf("device::ro.product.name=%s;ro.product.model=%s;ro.product.device=%s;features=shell_v2,cmd",
		prop("ro.product.name"), prop("ro.product.model"), prop("ro.product.device"))
}
