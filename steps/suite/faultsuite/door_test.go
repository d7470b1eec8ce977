package faultsuite

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/appium"
	"ffscert/drivers/virtual/adb"
	"ffscert/drivers/virtual/adb/adbtest"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// door is the real Appium, which all labs of the second door share.
type door struct {
	lazy adbtest.Lazy
	mu   sync.Mutex
	adbs map[*lab]*adb.Device
}

var theDoor = door{adbs: map[*lab]*adb.Device{}}

func (d *door) close() error { return d.lazy.Close() }

// world is the usual lab, in which everything answers soon: time is real here.
func (d *door) world() world.Config {
	c := world.Defaults()
	c.Others = nil
	c.Plugs.Answer = world.Range{Max: 100 * time.Millisecond}
	c.Provisioner.ReadyAfter = 0
	c.Device.SetUpTime = world.Range{Min: 500 * time.Millisecond, Max: 3 * time.Second}
	c.Device.Reconnect = world.Range{}
	c.Device.Answer = world.Range{}
	return c
}

// attach gives the lab's phone to the real Appium.
func (d *door) attach(t testing.TB, l *lab, ln net.Listener, o *appium.Options) {
	t.Helper()
	rig := d.lazy.For(t)
	device := l.lab.ServeADB(ln)
	d.mu.Lock()
	d.adbs[l] = device
	d.mu.Unlock()
	serial := rig.Attach(t, ln.Addr().String())
	o.Endpoint, o.UDID = rig.AppiumURL, serial
	// Each phone has a port of its own on the computer: left to Appium, one that
	// has just been given free may be another phone's already.
	own, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := own.Addr().(*net.TCPAddr).Port
	require.NoError(t, own.Close())
	o.Capabilities = map[string]any{"appium:adbPort": rig.ADBPort, "appium:systemPort": port}
	o.Limits.Source, o.Limits.Close = 30*time.Second, 20*time.Second
	l.heal = 30 * realSpeed * time.Second
	l.bed.Reconnect = func(ctx context.Context) error {
		_, err := rig.Connect(ctx, serial)
		return err
	}
}

// device is the phone of a lab as adb sees it.
func (d *door) device(l *lab) *adb.Device {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.adbs[l]
}

// realFaults are those of the table that are tried here, too, and those that
// only the real parts can have.
func realFaults() []fault {
	var all []fault
	for _, f := range faults() {
		if f.doors&real != 0 {
			all = append(all, f)
		}
	}
	// strike lets something happen at a drawn moment after the device got power.
	strike := func(what func(l *lab)) *wire {
		return &wire{within: 12, times: 1, do: func(p *proxy, w http.ResponseWriter, r *http.Request) {
			what(p.lab)
			p.forward(w, r, nil)
		}}
	}
	return append(all,
		fault{of: "phone", name: "instrumentation killed", case_: setUp, wire: strike(func(l *lab) { theDoor.device(l).KillInstrumentation() }),
			verdict: blocked, cause: rig, code: certification.RigSession, passes: true, doors: real},
		fault{of: "phone", name: "phone pulled off its cable and back", case_: setUp, wire: strike(func(l *lab) {
			d := theDoor.device(l)
			d.Drop()
			time.AfterFunc(2*time.Second, d.Restore)
		}), verdict: blocked, cause: rig, code: certification.RigSession, passes: true, doors: real, told: "connected again"},
	)
}

// TestFaultsOnTheRealAppium breaks testbeds that the real Appium drives.
func TestFaultsOnTheRealAppium(t *testing.T) {
	s := load(t)
	theDoor.lazy.For(t)
	var sum summary
	t.Run("all", func(t *testing.T) {
		for _, f := range realFaults() {
			for seed := range *realSeeds {
				t.Run(fmt.Sprintf("%s/%d", f.name, seed+1), func(t *testing.T) {
					t.Parallel()
					l := open(t, s, f, uint64(seed+1), &theDoor)
					sum.judge(t, f, l, l.run(t, f.case_, t.TempDir()))
				})
			}
		}
	})
	// Last, because it is everybody's: the server itself is killed.
	for seed := range *realSeeds {
		t.Run(fmt.Sprintf("Appium killed and started again/%d", seed+1), func(t *testing.T) {
			rig := theDoor.lazy.For(t)
			f := fault{of: "appium", name: "Appium killed and started again", case_: setUp, verdict: blocked, cause: certification.CauseRig, code: certification.RigServer,
				passes: true, doors: real, wire: &wire{within: 12, times: 1, do: func(p *proxy, w http.ResponseWriter, r *http.Request) {
					go func() { p.lab.restarted <- rig.RestartAppium(context.Background(), time.Second) }()
					hangUp(p, w, r)
				}}}
			l := open(t, s, f, uint64(seed+1), &theDoor)
			sum.judge(t, f, l, l.run(t, f.case_, t.TempDir()))
			require.NoError(t, <-l.restarted)
		})
	}
	sum.print("real Appium", *realSeeds)
}
