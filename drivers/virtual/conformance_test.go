package virtual_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/phonetest"
	"ffscert/drivers/screen"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/adb/adbtest"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// oddNames are what customers call their devices, at worst.
var oddNames = []string{`Tom's "lamp"; new`, "灯 💡", `a\b\"c"`, "שלום עולם", "<b>&amp;</b>"}

// lastDevice is out of sight at first.
const lastDevice = "Zebra lamp"

func household() world.Config {
	c := world.Defaults()
	for _, name := range append(slices.Clone(oddNames), lastDevice) {
		c.Others = append(c.Others, world.OtherDevice{Name: name, Kind: world.Light})
	}
	return c
}

// open sets up a lab for the time of a test.
func open(t *testing.T, c virtual.Config) *virtual.Lab {
	t.Helper()
	lab, err := virtual.Open(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lab.Close()) })
	return lab
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := virtual.Listen("127.0.0.1:0")
	require.NoError(t, err)
	return ln
}

func alexaMap(t *testing.T) *screen.Map {
	t.Helper()
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	m, err := screen.Choose(maps, "alexa", "android", "2023.23")
	require.NoError(t, err)
	return m
}

// suiteLab is what the suite knows of a lab, with phones made by phone.
func suiteLab(t *testing.T, lab *virtual.Lab, phone func(*testing.T, string) drivers.Phone) (drivers.Phone, phonetest.Lab) {
	t.Helper()
	return phone(t, lab.Serial()), phonetest.Lab{UDID: lab.Serial(), Simulated: true, Clock: lab.Clock, Map: alexaMap(t),
		Devices: []string{"First plug", "Second plug", lastDevice}, OddNames: oddNames, Again: phone}
}

func newPhone(t *testing.T, o appium.Options) drivers.Phone {
	t.Helper()
	o.App = alexaMap(t).Application()
	p := appium.New(o)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Errorf("closing the phone: %v", err)
		}
	})
	return p
}

// Door 1, on virtual time, with and without the latency of a real phone.
func TestConformanceOfTheEmbeddedEndpoint(t *testing.T) {
	for name, latency := range map[string]handset.Profile{"instant": handset.NoProfile(), "like a phone": handset.PhoneProfile()} {
		t.Run(name, func(t *testing.T) {
			n := 0
			phonetest.Run(t, func(t *testing.T) (drivers.Phone, phonetest.Lab) {
				n++
				lab := open(t, virtual.Config{World: household(), Latency: latency, Serial: fmt.Sprint("virtual-", n)})
				endpoint := lab.ServeAppium(listen(t))
				return suiteLab(t, lab, func(t *testing.T, udid string) drivers.Phone {
					return newPhone(t, appium.Options{Endpoint: endpoint, UDID: udid, Clock: lab.Clock})
				})
			})
		})
	}
}

// Door 2: the real Appium, with the capabilities that save it work.
func TestConformanceOfTheRealAppium(t *testing.T) {
	var lazy adbtest.Lazy
	rig := lazy.For(t)
	t.Cleanup(func() { require.NoError(t, lazy.Close()) })
	phonetest.Run(t, func(t *testing.T) (drivers.Phone, phonetest.Lab) {
		ln := listen(t)
		lab := open(t, virtual.Config{World: household(), Latency: handset.NoProfile(), Serial: ln.Addr().String(), Speed: 1})
		lab.ServeADB(ln)
		rig.Attach(t, lab.Serial())
		return suiteLab(t, lab, func(t *testing.T, udid string) drivers.Phone {
			return newPhone(t, appium.Options{Endpoint: rig.AppiumURL, UDID: udid, Capabilities: extra(rig, udid)})
		})
	})
}

// extra are the rig's capabilities without those that the driver sets itself.
func extra(rig *adbtest.Rig, udid string) map[string]any {
	caps := rig.Capabilities(udid, true)
	for _, name := range []string{"platformName", "appium:udid", "appium:noReset"} {
		delete(caps, name)
	}
	return caps
}

// What the real Appium says when a phone's automation dies or its cable is
// pulled, and that the driver finds its way back.
func TestTheDriverSurvivesFaultsOfThePhone(t *testing.T) {
	var lazy adbtest.Lazy
	rig := lazy.For(t)
	t.Cleanup(func() { require.NoError(t, lazy.Close()) })
	ln := listen(t)
	lab := open(t, virtual.Config{World: household(), Latency: handset.NoProfile(), Serial: ln.Addr().String(), Speed: 1})
	device := lab.ServeADB(ln)
	rig.Attach(t, lab.Serial())
	p := newPhone(t, appium.Options{Endpoint: rig.AppiumURL, UDID: lab.Serial(), Capabilities: extra(rig, lab.Serial())})

	_, err := p.Source(t.Context())
	require.NoError(t, err)
	require.True(t, device.KillInstrumentation())
	code := func(err error) certification.Code {
		t.Helper()
		require.Error(t, err)
		trouble := certification.TroubleOf(err)
		require.Equal(t, certification.CauseRig, trouble.Cause, err)
		return trouble.Code
	}
	err = untilTrouble(t, lab, p)
	require.Equal(t, certification.RigSession, code(err), "%v", err)
	_, err = p.Source(t.Context())
	require.NoError(t, err, "opened anew")

	device.Drop()
	err = untilTrouble(t, lab, p)
	require.Contains(t, []certification.Code{certification.RigSession, certification.RigPhone}, code(err), "%v", err)
	device.Restore()
	_, err = rig.Connect(t.Context(), lab.Serial())
	require.NoError(t, err)
	_, err = p.Source(t.Context())
	require.NoError(t, err, "opened anew")
}

// untilTrouble asks until the server has noticed what happened, and gives its
// first error.
func untilTrouble(t *testing.T, lab *virtual.Lab, p drivers.Phone) error {
	t.Helper()
	var trouble error
	require.NoError(t, drivers.Poll(t.Context(), lab.Clock, drivers.Wait{For: "trouble", Timeout: 10 * time.Second, Every: 20 * time.Millisecond},
		func(ctx context.Context) error {
			if _, trouble = p.Source(ctx); trouble == nil {
				return drivers.ErrNotYet
			}
			return nil
		}))
	return trouble
}
