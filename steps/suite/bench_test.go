package suite_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// BenchmarkAttempt measures, on the real Appium at door 2 and at speed 1, what
// the automation of one provisioning attempt costs when the device is set up at
// once and nothing takes time by itself.
func BenchmarkAttempt(b *testing.B) {
	l := newLab(b, 2, fastWorld(), handset.NoProfile())
	l.run(b, 1) // opens the session
	before := l.phone.Commands()
	b.ResetTimer()
	attempts := l.run(b, b.N)
	b.StopTimer()
	require.Len(b, attempts, b.N)
	var spent time.Duration
	for _, a := range attempts {
		require.Equal(b, certification.Passed, a.Verdict, a.Message)
		spent += a.Finished.Sub(a.Started)
	}
	b.ReportMetric(spent.Seconds()/float64(b.N), "s/attempt")
	b.ReportMetric(float64(l.phone.Commands()-before)/float64(b.N), "commands/attempt")
}

// BenchmarkWait measures the wait for a device on the real Appium: commands a
// second, how wide the bracket is, and how often the world's own moment of
// set-up lies outside of it (which must be never).
func BenchmarkWait(b *testing.B) {
	w := fastWorld()
	w.Device.SetUpTime = world.Range{Min: 4 * time.Second, Max: 9 * time.Second}
	l := newLab(b, 2, w, handset.NoProfile())
	b.ResetTimer()
	attempts := l.run(b, b.N)
	b.StopTimer()
	truth := l.events.of(b, world.EventDeviceSetUp)
	require.Len(b, truth, len(attempts))
	var waited, widest time.Duration
	sent, outside := 0, 0
	for i, a := range attempts {
		require.Equal(b, certification.Passed, a.Verdict, a.Message)
		t := a.SetupTime
		if truth[i].Before(t.SetUpUTC.From) || truth[i].After(t.SetUpUTC.To) {
			outside++
		}
		widest = max(widest, time.Duration((t.Hi-t.Lo)*float64(time.Second)))
		// From a second after power, when the way to the list is behind us.
		from := t.PoweredUTC.To.Add(time.Second)
		waited += t.SetUpUTC.From.Sub(from)
		sent += l.wire.between(from, t.SetUpUTC.From)
	}
	b.ReportMetric(float64(sent)/waited.Seconds(), "commands/s")
	b.ReportMetric(widest.Seconds(), "s-widest-bracket")
	b.ReportMetric(float64(outside), "outside")
}
