package adb_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"testing"

	"go.uber.org/goleak"

	"ffscert/drivers/virtual/adb"
	"ffscert/drivers/virtual/adb/adbtest"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/uiautomator"
	"ffscert/drivers/virtual/world"
)

const alexa = "com.amazon.dee.app"

// real is the Appium that the tests share, plain an adb server without one.
var (
	real  adbtest.Lazy
	plain = adbtest.Lazy{Options: adbtest.Options{NoAppium: true}}
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, l := range []*adbtest.Lazy{&real, &plain} {
		if err := l.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// phone is a virtual phone with the Alexa app that listens on loopback.
type phone struct {
	*adb.Device
	*handset.Handset
	world *world.World
	addr  string
}

// newPhone serves a phone on real time, without latencies, for the test.
func newPhone(t testing.TB) *phone {
	t.Helper()
	clk := clock.NewReal(1)
	t.Cleanup(func() { clk.Close() })
	cfg := world.Defaults()
	w, err := world.New(cfg, clk, nil)
	if err != nil {
		t.Fatal(err)
	}
	models, err := handset.BuiltinModels("")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	profile := handset.Profile{}
	h, err := handset.New(handset.Config{Serial: ln.Addr().String(), Profile: &profile}, w, models, clk)
	if err != nil {
		t.Fatal(err)
	}
	p := &phone{adb.NewDevice(h, uiautomator.NewServer(h), adb.Options{}), h, w, ln.Addr().String()}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.ServeListener(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("ServeListener: %v", err)
		}
	})
	return p
}
