package virtual_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
)

// TestSerial: the phone that speaks adb answers the serial that it was given,
// or else the address that adb lists it by.
func TestSerial(t *testing.T) {
	for _, given := range []string{"BENCH-7", ""} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		lab := open(t, virtual.Config{World: household(), Latency: handset.NoProfile(), Serial: given, Speed: 1})
		device := lab.ServeADB(ln)
		want := given
		if given == "" {
			want = ln.Addr().String()
		}
		assert.Eventually(t, func() bool { return device.Serial() == want }, 5*time.Second, 10*time.Millisecond, "given %q: %q", given, device.Serial())
	}
}
