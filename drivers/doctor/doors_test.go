package doctor_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/doctor"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/adb/adbtest"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

var rig adbtest.Lazy

func TestMain(m *testing.M) {
	code := m.Run()
	if err := rig.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// truth is what the world says of itself.
type truth struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *truth) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

func (t *truth) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

type lab struct {
	*virtual.Lab
	subject doctor.Subject
	truth   *truth
}

// open sets a lab up behind one of its doors: 1 is the embedded endpoint on
// virtual time, 2 the real Appium on real time.
func open(t *testing.T, door int, c virtual.Config) lab {
	t.Helper()
	l := lab{truth: &truth{}}
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	m, err := screen.Choose(maps, "alexa", "android", "")
	require.NoError(t, err)
	own, err := screen.Choose(maps, "partner", "android", "")
	require.NoError(t, err)
	ln, err := virtual.Listen("127.0.0.1:0")
	require.NoError(t, err)
	c.Events = l.truth
	if door == 2 {
		c.Speed, c.Serial = 1, ln.Addr().String()
	}
	l.Lab, err = virtual.Open(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	o := appium.Options{App: m.Application()}
	if door == 1 {
		o.Endpoint, o.UDID = l.ServeAppium(ln), l.Serial()
	} else {
		real := rig.For(t)
		l.ServeADB(ln)
		o.Endpoint, o.UDID = real.AppiumURL, real.Attach(t, ln.Addr().String())
		o.Capabilities = map[string]any{"appium:adbPort": real.ADBPort}
	}
	phone := appium.New(o)
	t.Cleanup(func() { require.NoError(t, phone.Close(context.Background())) })
	w := c.World
	l.subject = doctor.Subject{UDID: o.UDID, Phone: phone, Clock: l.Clock, Alexa: m, Others: []*screen.Map{own},
		Names: testbed.Names{Device: w.Device.Name, DevicePlug: w.Plugs.Device.Name, ProvisionerPlug: w.Plugs.Provisioner.Name, Provisioner: w.Provisioner.Name}}
	return l
}

func notOK(lines []doctor.Line) map[string]doctor.Status {
	found := map[string]doctor.Status{}
	for _, l := range lines {
		if l.Status != doctor.OK {
			found[l.Check] = l.Status
		}
	}
	return found
}

func message(lines []doctor.Line, check string) string {
	for _, l := range lines {
		if l.Check == check {
			return l.Message
		}
	}
	return ""
}

func TestEmbeddedTestbedIsWell(t *testing.T) {
	l := open(t, 1, virtual.Config{World: world.Defaults(), Latency: handset.PhoneProfile()})
	before := l.truth.String()
	lines := doctor.Judge(doctor.Read(t.Context(), l.subject))
	assert.Empty(t, notOK(lines), "%+v", lines)
	assert.Contains(t, message(lines, "phone"), "SIMULATED")
	assert.Contains(t, message(lines, "alexa_app"), "2023.23")
	assert.Contains(t, message(lines, "driver"), "10.6.6")
	assert.Equal(t, before, l.truth.String(), "something was changed in the lab")
}

// The real Appium refuses commands on the phone: what needs them is unknown,
// and everything else is found out.
func TestRealAppium(t *testing.T) {
	l := open(t, 2, virtual.Config{World: world.Defaults(), Latency: handset.NoProfile()})
	before := l.truth.String()
	lines := doctor.Judge(doctor.Read(t.Context(), l.subject))
	assert.Equal(t, map[string]doctor.Status{"storage": doctor.Warning, "alexa_app": doctor.Warning, "partner_app": doctor.Warning}, notOK(lines), "%+v", lines)
	assert.Contains(t, message(lines, "storage"), "does not allow")
	assert.Contains(t, message(lines, "alexa_app"), "version code")
	assert.Contains(t, message(lines, "endpoint"), "Appium 3.")
	assert.Contains(t, message(lines, "driver"), "278")
	assert.Equal(t, before, l.truth.String(), "something was changed in the lab")
}

func TestWhatIsWrongIsSeen(t *testing.T) {
	id := func(l lab, name string) string {
		for _, d := range l.World.Devices() {
			if d.Name == name {
				return d.ID
			}
		}
		t.Fatalf("no device %q", name)
		return ""
	}
	powered := func(t *testing.T, l lab) {
		l.World.Switch(id(l, "First plug"), true)
		require.NoError(t, l.Clock.Sleep(t.Context(), 5*time.Minute))
	}
	for _, c := range []struct {
		name   string
		world  func(*world.Config)
		before func(*testing.T, lab)
		change func(*doctor.Subject)
		want   map[string]doctor.Status
	}{
		{name: "signed out", world: func(w *world.Config) { w.Account.SignedIn = false }, want: map[string]doctor.Status{"signed_in": doctor.Error}},
		{name: "device set up already", world: func(w *world.Config) { w.Device.FoundCard = false }, before: powered,
			want: map[string]doctor.Status{"device": doctor.Warning}},
		{name: "a card over the app", before: powered, want: map[string]doctor.Status{"signed_in": doctor.Error}},
		{name: "a dialog over the app", world: func(w *world.Config) { w.Faults.UnknownDialog, w.Device.FoundCard = 1, false }, before: powered,
			want: map[string]doctor.Status{"signed_in": doctor.Error}},
		{name: "names that are not there", change: func(s *doctor.Subject) { s.Names.DevicePlug, s.Names.Provisioner = "Third plug", "ECHO dot" },
			want: map[string]doctor.Status{"device_plug": doctor.Error, "provisioner": doctor.Error}},
		{name: "a long list", world: func(w *world.Config) {
			for i := range 30 {
				w.Others = append(w.Others, world.OtherDevice{Name: fmt.Sprintf("Another light %d", i), Kind: world.Light})
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := world.Defaults()
			if c.world != nil {
				c.world(&w)
			}
			l := open(t, 1, virtual.Config{World: w, Latency: handset.NoProfile()})
			if c.before != nil {
				c.before(t, l)
			}
			if c.change != nil {
				c.change(&l.subject)
			}
			before := l.truth.String()
			lines := doctor.Judge(doctor.Read(t.Context(), l.subject))
			if c.want == nil {
				c.want = map[string]doctor.Status{}
			}
			assert.Equal(t, c.want, notOK(lines), "%+v", lines)
			assert.Equal(t, before, l.truth.String(), "something was changed in the lab")
		})
	}
}

func TestNoServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := ln.Addr().String()
	require.NoError(t, ln.Close())
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	m, err := screen.Choose(maps, "alexa", "android", "")
	require.NoError(t, err)
	s := doctor.Subject{Names: testbed.Names{Device: "a", DevicePlug: "b", ProvisionerPlug: "c", Provisioner: "d"}, UDID: "x",
		Phone: appium.New(appium.Options{Endpoint: "http://" + addr}), Clock: drivers.RealClock{}, Alexa: m,
		Commands: []doctor.Command{{Socket: "b", Program: "ffscert-no-such-program"}}}
	f := doctor.Read(t.Context(), s)
	assert.False(t, f.Answers())
	assert.Equal(t, map[string]doctor.Status{"endpoint": doctor.Error, "phone_and_apps": doctor.Warning, "power": doctor.Error}, notOK(doctor.Judge(f)))

	// A phone that another run has is left alone; its server is asked.
	s.Lease = &certification.Trouble{Code: certification.RigBusy, Message: "the phone is leased by another run"}
	l := open(t, 1, virtual.Config{World: world.Defaults(), Latency: handset.NoProfile()})
	s.Phone, s.Commands = l.subject.Phone, nil
	lines := doctor.Judge(doctor.Read(t.Context(), s))
	assert.Equal(t, map[string]doctor.Status{"lease": doctor.Error, "phone_and_apps": doctor.Warning}, notOK(lines))
	assert.EqualValues(t, 1, s.Phone.Commands(), "only the server may be asked")

	// A phone without diagnostics is not called well.
	s.Lease, s.Phone = nil, silentPhone{s.Phone}
	lines = doctor.Judge(doctor.Read(t.Context(), s))
	assert.Equal(t, map[string]doctor.Status{"endpoint": doctor.Warning, "phone_and_apps": doctor.Warning}, notOK(lines))
}

// silentPhone tells nothing of itself.
type silentPhone struct{ drivers.Phone }

// A server that answers everything with nonsense must not make anything ok.
func TestNonsense(t *testing.T) {
	l := open(t, 1, virtual.Config{World: world.Defaults(), Latency: handset.NoProfile()})
	broken := errors.New("nonsense")
	l.subject.Phone = nonsense{l.subject.Phone, broken}
	lines := doctor.Judge(doctor.Read(t.Context(), l.subject))
	want := map[string]doctor.Status{}
	for _, check := range strings.Fields("driver screen locale battery storage clock alexa_app partner_app permissions") {
		want[check] = doctor.Warning
	}
	assert.Equal(t, want, notOK(lines))
}

type nonsense struct {
	drivers.Phone
	err error
}

func (n nonsense) ServerStatus(context.Context) (drivers.ServerStatus, error) {
	return drivers.ServerStatus{Ready: true, Version: "3.0.0"}, nil
}
func (n nonsense) Methods(context.Context) ([]string, error) { return nil, n.err }
func (n nonsense) DeviceInfo(context.Context) (drivers.DeviceInfo, error) {
	return drivers.DeviceInfo{}, n.err
}
func (n nonsense) Battery(context.Context) (drivers.Battery, error)         { return drivers.Battery{}, n.err }
func (n nonsense) DeviceTime(context.Context) (time.Time, error)            { return time.Time{}, n.err }
func (n nonsense) Locked(context.Context) (bool, error)                     { return false, n.err }
func (n nonsense) Shell(context.Context, string, ...string) (string, error) { return "", n.err }
func (n nonsense) Packages(context.Context) ([]drivers.InstalledPackage, error) {
	return nil, n.err
}
func (n nonsense) DeniedPermissions(context.Context, drivers.App) ([]string, error) {
	return nil, n.err
}
