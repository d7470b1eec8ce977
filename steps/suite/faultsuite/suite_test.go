package faultsuite

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers/appium"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/power"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
	"ffscert/steps/suite"
)

var (
	seeds     = flag.Int("seeds", defaultSeeds, "seeds of each fault on the embedded door")
	realSeeds = flag.Int("real-seeds", 1, "seeds of each fault on the real Appium")
	table     = flag.Bool("table", false, "print what came of each fault")
)

// provisions are the cases of which an attempt that passed must have seen a
// set-up.
var provisions = []string{setUp, inApp}

// TestMain lets garbage lie: the labs are many, and short-lived.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	flag.Parse()
	// On the real Appium time is real: most of it is spent waiting.
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		f.Value.Set(strconv.Itoa(4 * runtime.GOMAXPROCS(0)))
	}
	code := m.Run()
	if err := theDoor.close(); err != nil {
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

// TestFaults breaks the embedded testbed in every way that is known.
func TestFaults(t *testing.T) {
	s := load(t)
	var sum summary
	t.Run("all", func(t *testing.T) {
		for _, f := range faults() {
			if f.doors != 0 && f.doors&embedded == 0 {
				continue
			}
			for seed := range *seeds {
				t.Run(fmt.Sprintf("%s/%d", f.name, seed+1), func(t *testing.T) {
					t.Parallel()
					l := open(t, s, f, uint64(seed+1), nil)
					sum.judge(t, f, l, l.run(t, f.case_, t.TempDir()))
				})
			}
		}
	})
	sum.print("embedded testbed", *seeds)
	if n := len(faults()); n < 40 {
		t.Errorf("only %d faults: at least 40 are promised", n)
	}
}

// summary gathers what came of the faults.
type summary struct {
	mu    sync.Mutex
	lines map[string]*line
	order []string
}

type line struct {
	fault
	seen   map[string]int
	passed int // in the end
	runs   int
	wrong  int
}

// judge compares what came of a fault with what must, and with the truth.
func (s *summary) judge(t *testing.T, f fault, l *lab, out outcome) {
	t.Helper()
	defer func() { s.add(t, f, out) }()
	require.NotEmpty(t, out.attempts, "%v", out.err)
	require.LessOrEqual(t, len(out.attempts), mostAttempts, "the blocked attempts are not bounded")
	first, last := out.attempts[0], out.attempts[len(out.attempts)-1]
	why := describe(out.attempts)
	require.Equal(t, f.verdict, first.Verdict, why)
	require.Equal(t, f.cause, first.Cause, why)
	require.Equal(t, f.code, first.Code, why)
	if f.wire != nil {
		require.NotZero(t, l.proxy.times(), "the fault did not strike: %s", why)
	}
	for _, a := range out.attempts {
		require.True(t, a.Simulated || a.Code == certification.RigServer || a.Code == certification.RigSession || a.Code == certification.RigWrongPhone, why)
		if a.Verdict == certification.Failed {
			require.Equal(t, f.cause, a.Cause, "somebody was blamed who is not: %s", why)
		}
		if a.Verdict == certification.Passed {
			require.Empty(t, a.DecidedBy)
			l.passedTruly(t, f, a)
		} else {
			require.NotEmpty(t, a.DecidedBy, why)
			require.NotEmpty(t, strings.Join(a.DecidedBy, ""), why)
		}
	}
	var stopped *suite.StoppedError
	switch {
	case f.verdict == passed: // some cases want more than one attempt
		require.NoError(t, out.err)
		for _, a := range out.attempts {
			require.Equal(t, passed, a.Verdict, why)
		}
	case f.verdict == failed:
		require.Len(t, out.attempts, 1, why)
		require.NoError(t, out.err)
	case f.passes:
		require.Equal(t, passed, last.Verdict, why)
		require.NoError(t, out.err)
	case f.cause == definition || f.cause == tool:
		require.NotEqual(t, passed, last.Verdict, why)
	default:
		require.Equal(t, blocked, last.Verdict, why)
		require.Len(t, out.attempts, breaker, why)
		require.ErrorAs(t, out.err, &stopped)
		require.NotEmpty(t, stopped.Hint())
		require.Contains(t, last.Observations[len(last.Observations)-1].What, "is taken out of the run")
	}
	if f.told != "" {
		require.Contains(t, why, f.told)
	}
}

// passedTruly makes sure that an attempt that passed had a set-up in the truth,
// in time, and that its bracket holds it.
func (l *lab) passedTruly(t *testing.T, f fault, a certification.Attempt) {
	t.Helper()
	if !slices.Contains(provisions, f.case_) {
		return
	}
	ups := l.truth.of(t, world.EventDeviceSetUp, a.ID.N)
	on := l.truth.of(t, world.EventDevicePowered, a.ID.N)
	require.NotEmpty(t, ups, "a false pass: the device was never set up")
	require.NotEmpty(t, on)
	up, powered := ups[len(ups)-1], on[len(on)-1]
	require.Equal(t, l.bed.Names.Device, up.RegisteredAs, "a false pass: the device has another name")
	require.LessOrEqual(t, up.UTC.Sub(powered.UTC), 300*time.Second, "a false pass: the device was late")
	if a.SetupTime != nil {
		require.False(t, up.UTC.Before(a.SetupTime.SetUpUTC.From), "set up at %v, before the bracket %v", up.UTC, a.SetupTime.SetUpUTC)
		require.False(t, up.UTC.After(a.SetupTime.SetUpUTC.To), "set up at %v, after the bracket %v", up.UTC, a.SetupTime.SetUpUTC)
	}
}

func describe(all []certification.Attempt) string {
	var b strings.Builder
	for _, a := range all {
		fmt.Fprintf(&b, "\n#%d %s %s %s %s\n  decided by %q", a.ID.N, a.Verdict, a.Cause, a.Code, a.Message, a.DecidedBy)
		for _, o := range a.Observations {
			fmt.Fprintf(&b, "\n  %s", o.What)
		}
	}
	return b.String()
}

func (s *summary) add(t *testing.T, f fault, out outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lines == nil {
		s.lines = map[string]*line{}
	}
	ln := s.lines[f.name]
	if ln == nil {
		s.order = append(s.order, f.name)
		ln = &line{fault: f, seen: map[string]int{}}
		s.lines[f.name] = ln
	}
	ln.runs++
	if t.Failed() {
		ln.wrong++
	}
	if len(out.attempts) == 0 {
		ln.seen["nothing"]++
		return
	}
	a := out.attempts[0]
	ln.seen[strings.TrimSpace(fmt.Sprintf("%s %s %s", a.Verdict, a.Cause, a.Code))]++
	if out.attempts[len(out.attempts)-1].Verdict == passed {
		ln.passed++
	}
}

// print shows the table to whoever asked for it.
func (s *summary) print(where string, n int) {
	if !*table {
		return
	}
	fmt.Printf("\nFaults on the %s, %d seeds each\n\n", where, n)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tof\tfault\tmust give\tgave\tin the end")
	wrong, runs := 0, 0
	slices.SortFunc(s.order, func(a, b string) int {
		return cmp.Or(strings.Compare(s.lines[a].of, s.lines[b].of), strings.Compare(a, b))
	})
	for _, name := range s.order {
		ln := s.lines[name]
		f := ln.fault
		var gave []string
		for what, times := range ln.seen {
			gave = append(gave, fmt.Sprintf("%s ×%d", what, times))
		}
		slices.Sort(gave)
		mark, end := "ok", ""
		if ln.wrong > 0 {
			mark = "WRONG"
		}
		if f.verdict == blocked {
			end = fmt.Sprintf("passed again ×%d", ln.passed)
			if ln.passed == 0 {
				end = "testbed or case given up"
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", mark, f.of, f.name, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.verdict, f.cause, f.code)), strings.Join(gave, ", "), end)
		wrong, runs = wrong+ln.wrong, runs+ln.runs
	}
	w.Flush()
	fmt.Printf("\n%d faults, %d runs, %d wrong\n", len(s.lines), runs, wrong)
}

// useOtherPhone gives the testbed a phone with other options.
func useOtherPhone(l *lab, o appium.Options) {
	phone := appium.New(o)
	l.bed.Phone = phone
	l.bed.Alexa = alexa.New(phone, l.bed.Clock, l.alexa)
	l.bed.DevicePower = power.Alexa{App: l.bed.Alexa, Plug: l.bed.Names.DevicePlug}
	l.bed.ProvisionerPower = power.Alexa{App: l.bed.Alexa, Plug: l.bed.Names.ProvisionerPlug}
}
