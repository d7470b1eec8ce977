package power_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/power"
	"ffscert/features/certification"
)

func TestCommandSwitches(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "on with spaces")
	c := power.Command{Socket: "relay 1", OnArgs: []string{"touch", mark}, OffArgs: []string{"rm", mark}, Clock: drivers.RealClock{}}
	at, err := c.On(t.Context())
	if err != nil || at.To.Before(at.From) {
		t.Fatal(at, err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Off(t.Context()); err != nil {
		t.Fatal(err)
	}
	// It is off already: rm fails, and the rig is to blame, in its own words.
	_, err = c.Off(t.Context())
	trouble := certification.TroubleOf(err)
	if trouble == nil || trouble.Code != certification.RigPlug || trouble.Cause != certification.CauseRig || !strings.Contains(strings.Join(trouble.Evidence, ""), "No such file") {
		t.Fatalf("%#v", trouble)
	}
}

func TestCommandEndsInTime(t *testing.T) {
	c := power.Command{Socket: "relay 1", OnArgs: []string{"sleep", "60"}, Clock: drivers.RealClock{}, Timeout: 50 * time.Millisecond}
	if _, err := c.On(t.Context()); certification.TroubleOf(err).Code != certification.RigPlug {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.On(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := (power.Command{Socket: "x", OnArgs: []string{"no-such-program-here"}, Clock: drivers.RealClock{}}).On(t.Context()); certification.TroubleOf(err).Code != certification.RigPlug {
		t.Fatal(err)
	}
}
