package suite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/network"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/steps/suite"
)

// speaking is a lab whose device speaks a protocol, as the plans have it.
func speaking(protocol string) world.Config {
	w := fastWorld()
	w.Protocol = protocol
	w.Device.SetUpTime = world.Range{Min: 20 * time.Second, Max: 30 * time.Second}
	return w
}

// eachOnce are the jobs of a plan's automated cases, one attempt each.
func eachOnce(t testing.TB, planID string, cases ...string) (certification.Plan, []suite.Job) {
	t.Helper()
	cat, err := catalog.Load()
	require.NoError(t, err)
	plan, err := cat.Plan(planID)
	require.NoError(t, err)
	all, problems := suite.Load(suite.Source{FS: features.Files})
	require.Empty(t, problems)
	jobs, err := suite.Select(plan, all, suite.Selection{Cases: cases, Attempts: 1}, nil)
	require.NoError(t, err)
	applies := plan.For(certification.Features{})
	var kept []suite.Job
	for _, j := range jobs {
		if c, ok := applies.Case(j.Case.ID); ok && c.NotApplicable == "" {
			j.Required = 1
			kept = append(kept, j)
		}
	}
	return plan, kept
}

// asUsual makes sure that nothing is left changed.
func (l lab) asUsual(t testing.TB) {
	t.Helper()
	require.Empty(t, l.world.Situation(), "the situation is still there")
	require.Empty(t, l.bed.Network.Arranged())
	require.True(t, l.world.Account().FrustrationFreeSetup)
	for _, d := range append(l.world.Devices(), l.world.PartnerDevices()...) {
		require.NotEqual(t, "First light", d.Name, "the device is still there")
		if d.Name == "First plug" {
			require.False(t, d.On, "the device still has power")
		}
		if d.Name == "Second plug" || d.Name == "Echo Dot" {
			require.True(t, d.On, "%s has no power", d.Name)
		}
	}
}

// Every plan runs on the simulated testbed: each of its automated cases that
// apply, once. Where two plans share a protocol, the second makes do with
// provisioning, removal and one fallback.
func TestEveryPlan(t *testing.T) {
	cat, err := catalog.Load()
	require.NoError(t, err)
	require.Len(t, cat.Plans(), 10)
	for _, p := range cat.Plans() {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			var some []string
			if strings.HasSuffix(p.ID, "-simplified") {
				some = []string{"3P2-DE-02", "FFS-PROV-01", "FFS-OWN-03"}
			}
			plan, jobs := eachOnce(t, p.ID, some...)
			least := 9
			if certification.ProtocolOf(p.Protocol).WiFi {
				least = 12
			}
			if some != nil {
				least = len(some)
			}
			require.GreaterOrEqual(t, len(jobs), least)
			if p.ID != "mss-wifi-default" { // the journeys of the consent are the same in each
				jobs = slices.DeleteFunc(jobs, func(j suite.Job) bool { return j.Case.ID == "FFS-LWA-04" })
			}
			latency := handset.NoProfile()
			if p.ID == "mss-wifi-default" || p.ID == "wss-wifi-default" { // on a phone that takes its time
				latency = handset.PhoneProfile()
			}
			l := newLab(t, 1, speaking(p.Protocol), latency)
			attempts := l.runJobs(t, t.Context(), plan, jobs)
			for _, a := range attempts {
				requireFaultless(t, a)
			}
			require.True(t, len(attempts) == len(jobs), "%d attempts, none is made again", len(attempts))
			l.asUsual(t)
			most := 2 // times that a scenario itself wants the provisioner off, beside the journeys of the consent
			for _, j := range jobs {
				if j.Case.ID == "FFS-LWA-04" && slices.ContainsFunc(j.Scenario.Steps, func(s suite.Step) bool { return s.Text == "the provisioner is switched off" }) {
					most++
				}
			}
			require.Equal(t, certification.ProtocolOf(p.Protocol).RestartProvisioner, len(l.events.of(t, world.EventProvisionerOff)) > most)
		})
	}
}

// The situations on both doors: the world is in them when the device gets
// power, and everything is as usual at the end.
func TestNetworkScenarios(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		door int
		plan string
		id   string
	}{
		{1, "wss-wifi-default", "FFS-NET-01"}, {1, "wss-ble-simplified", "FFS-NET-02"}, {1, "mss-wifi-default", "FFS-NET-03"},
		{1, "zss", "FFS-OWN-02"}, {1, "bss", "FFS-OWN-03"},
		{2, "wss-wifi-default", "FFS-NET-02"},
	} {
		t.Run(c.id+" on door "+string(rune('0'+c.door)), func(t *testing.T) {
			t.Parallel()
			plan, jobs := eachOnce(t, c.plan, c.id)
			w := speaking(plan.Protocol)
			if c.door == 2 {
				w.Device.SetUpTime = world.Range{Min: time.Second, Max: time.Second}
				w.Partner.OwnSetUpTime = w.Device.SetUpTime
			}
			l := newLab(t, c.door, w, handset.NoProfile())
			attempts := l.runJobs(t, t.Context(), plan, jobs)
			require.Len(t, attempts, 1)
			a := attempts[0]
			require.Equal(t, certification.Passed, a.Verdict, "%s %s", a.Code, a.Message)
			l.asUsual(t)
			arranged, power, settled := l.events.of(t, world.EventSituation), l.events.of(t, world.EventDevicePowered), l.events.of(t, world.EventSettled)
			require.Len(t, arranged, 1)
			require.Len(t, settled, 1)
			require.True(t, arranged[0].Before(power[0]) && power[len(power)-1].Before(settled[0]))
			reported := strings.Contains(observed(a), "the device's log says that it has reported the network that refused it")
			require.Equal(t, c.id == "FFS-NET-01" || c.id == "FFS-NET-02", reported)
		})
	}
}

func observed(a certification.Attempt) string {
	var all []string
	for _, o := range a.Observations {
		all = append(all, o.What)
	}
	return strings.Join(all, "\n")
}

// What the device reported is only judged where something can be seen of it.
func TestWhatTheDeviceReported(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*lab, *world.Config)
		verdict certification.Verdict
		code    certification.Code
		cause   certification.Cause
		says    string
	}{
		"no log": {func(l *lab, _ *world.Config) { l.bed.Log = nil }, certification.Review, "", certification.CauseDefinition, "there is no log of the device"},
		"no pattern": {func(l *lab, _ *world.Config) { l.bed.LogPatterns = devicelog.Patterns{} }, certification.Review, "",
			certification.CauseDefinition, "it is not known how its log says so"},
		"a pattern that does not fit": {func(l *lab, _ *world.Config) {
			l.bed.LogPatterns, _ = devicelog.Texts{FailureReported: "xyz", NetworkRefused: "zyx"}.Compile()
		},
			certification.Review, "", certification.CauseDefinition, "says neither"},
		"a log that nobody writes": {func(l *lab, _ *world.Config) { l.bed.Log = devicelog.File("/nowhere/device.log") }, certification.Blocked,
			certification.RigDeviceLog, certification.CauseRig, "no line"},
		"a log that cannot be read": {func(l *lab, _ *world.Config) { l.bed.Log = devicelog.File(os.TempDir()) }, certification.Blocked,
			certification.RigDeviceLog, certification.CauseRig, "cannot be read"},
		"a device that does not report": {func(_ *lab, w *world.Config) { w.Faults.NoFailureReport = 1 }, certification.Failed,
			certification.ProductNoReport, certification.CauseProduct, "does not say within 30 s"},
	} {
		t.Run(name, func(t *testing.T) {
			w := speaking("wss-wifi")
			c.change(&lab{bed: &testbed.Testbed{}}, &w)
			l := newLab(t, 1, w, handset.NoProfile())
			c.change(&l, &w)
			plan, jobs := eachOnce(t, "wss-wifi-default", "FFS-NET-01")
			attempts := l.runJobs(t, t.Context(), plan, jobs)
			a := attempts[0]
			require.Equal(t, c.verdict, a.Verdict, a.Message)
			require.Equal(t, c.code, a.Code)
			require.Equal(t, c.cause, a.Cause)
			require.Contains(t, a.Message, c.says)
			l.asUsual(t)
		})
	}
}

// The device's log is kept as evidence, from the moment of power on, without
// what is secret in it.
func TestTheLogIsEvidence(t *testing.T) {
	l := newLab(t, 1, speaking("wss-wifi"), handset.NoProfile())
	l.bed.Partner.Account.Password = "cloud: user" // as if a device wrote it
	plan, jobs := eachOnce(t, "wss-wifi-default", "FFS-NET-01")
	dir := t.TempDir()
	j, err := journal.Create(t.Context(), dir, journal.Header{Created: time.Now().UTC(), Plan: plan, ToolVersion: "test", Scopes: suite.Scopes(jobs)})
	require.NoError(t, err)
	defer j.Close()
	require.NoError(t, (&suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{l.bed}, Journal: j}).Do(t.Context()))
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	for _, s := range rec.Attempts[0].Steps {
		if !strings.Contains(s.Text, "has reported") {
			continue
		}
		require.Len(t, s.Evidence, 1)
		text, err := os.ReadFile(filepath.Join(j.Dir(), s.Evidence[0]))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "Execute Wi-Fi provisionee state NOT_PROVISIONED\n"), "%s", text)
		require.Contains(t, string(text), "reported to the [redacted] network")
		require.NotContains(t, string(text), "cloud: user")
		require.NotContains(t, observed(rec.Attempts[0]), "cloud: user")
		return
	}
	t.Fatal("no step has looked at the log")
}

// lying says that it has done what it has not.
type lying struct{ network.Lab }

func (lying) Arrange(context.Context, network.Situation) error { return nil }

// A testbed that is not in the situation proves nothing.
func TestASituationThatIsNotThere(t *testing.T) {
	for id, want := range map[string]certification.Verdict{"FFS-NET-01": certification.Review, "FFS-NET-02": certification.Blocked, "FFS-OWN-03": certification.Blocked} {
		l := newLab(t, 1, speaking("wss-wifi"), handset.NoProfile())
		k, err := network.NewKeeper(lying{none{}}, "")
		require.NoError(t, err)
		l.bed.Network = k
		plan, jobs := eachOnce(t, "wss-wifi-default", id)
		a := l.runJobs(t, t.Context(), plan, jobs)[0]
		require.Equal(t, want, a.Verdict, "%s %s", id, a.Message)
		if want == certification.Blocked {
			require.Contains(t, a.Hint, "really got into the situation")
		}
		l.asUsual(t)
	}
}

type none struct{}

func (none) Arrange(context.Context, network.Situation) error { return nil }
func (none) Restore(context.Context, network.Situation) error { return nil }

func TestATestbedOfWhichNobodySaysHowItIsChanged(t *testing.T) {
	for _, k := range []func() *network.Keeper{
		func() *network.Keeper { return nil },
		func() *network.Keeper { k, _ := network.NewKeeper(network.None{}, ""); return k },
		func() *network.Keeper {
			k, _ := network.NewKeeper(network.Operator{Who: func() drivers.Operator { return nil }}, "")
			return k
		},
	} {
		l := newLab(t, 1, speaking("wss-wifi"), handset.NoProfile())
		l.bed.Network = k()
		plan, jobs := eachOnce(t, "wss-wifi-default", "FFS-OWN-03")
		for _, a := range l.runJobs(t, t.Context(), plan, jobs) {
			require.Equal(t, certification.Blocked, a.Verdict)
			require.Contains(t, a.Hint, "network.command")
		}
		require.Empty(t, l.events.of(t, world.EventDevicePowered))
	}
}

// A scenario that breaks off is followed up: networks, account, provisioner and
// device are as before, whichever way it ended.
func TestWhatABrokenScenarioLeavesIsPutBack(t *testing.T) {
	for _, id := range []string{"FFS-NET-01", "FFS-NET-02", "FFS-OWN-01", "FFS-OWN-02"} {
		t.Run(id, func(t *testing.T) {
			w := speaking("wss-wifi")
			w.Faults.PartnerNoFallback = 1 // the maker's own set-up never comes
			if id == "FFS-NET-01" {
				w.Faults.UnresponsiveDevice = 1
			}
			l := newLab(t, 1, w, handset.NoProfile())
			l.bed.Timing = testbed.Timing{ProvisionerReady: 60 * time.Second}
			plan, jobs := eachOnce(t, "wss-wifi-default", id)
			attempts := l.runJobs(t, t.Context(), plan, jobs)
			require.Len(t, attempts, 1)
			require.Equal(t, certification.Failed, attempts[0].Verdict, attempts[0].Message)
			require.Equal(t, certification.CauseProduct, attempts[0].Cause)
			require.Empty(t, attempts[0].Findings)
			l.asUsual(t)
		})
	}
}

// stopping calls the run off at the first wait for the maker's own set-up.
type stopping struct{ cancel func() }

func (stopping) Stopped(string, certification.Attempt, string) {}

func (stopping) Began(string, certification.AttemptID, int) {}
func (stopping) Ended(string, certification.Attempt)        {}
func (s stopping) Waiting(_, what string, _ time.Duration) func() {
	if strings.Contains(what, "own set-up to start") {
		s.cancel()
	}
	return func() {}
}

func TestARunThatIsStoppedPutsTheNetworkBack(t *testing.T) {
	for _, id := range []string{"FFS-NET-02", "FFS-OWN-01"} {
		l := newLab(t, 1, speaking("wss-wifi"), handset.NoProfile())
		plan, jobs := eachOnce(t, "wss-wifi-default", id)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		j, err := journal.Create(t.Context(), t.TempDir(), journal.Header{Created: time.Now().UTC(), Plan: plan, ToolVersion: "test", Scopes: suite.Scopes(jobs)})
		require.NoError(t, err)
		defer j.Close()
		err = (&suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{l.bed}, Journal: j, Listener: stopping{cancel}}).Do(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Empty(t, l.world.Situation())
		for _, d := range l.world.Devices() {
			if d.Name == "Second plug" {
				require.True(t, d.On, "the provisioner has no power")
			}
		}
	}
}

// sticky cannot be put back for a while.
type sticky struct {
	network.Lab
	fails int
}

func (s *sticky) Restore(ctx context.Context, x network.Situation) error {
	if s.fails--; s.fails >= 0 {
		return errors.New("the access point does not answer")
	}
	return s.Lab.Restore(ctx, x)
}

// As long as a testbed cannot be put back, nothing is tried on it: a device
// would be blamed for what the testbed lacks.
func TestATestbedThatCannotBePutBackIsNotUsed(t *testing.T) {
	l := newLab(t, 1, speaking("wss-wifi"), handset.NoProfile())
	l.bed.BeginAttempt = nil // as on a real testbed, what is changed stays
	k, err := network.NewKeeper(&sticky{Lab: worldLab{l.world}, fails: 4}, "")
	require.NoError(t, err)
	l.bed.Network = k
	plan, jobs := eachOnce(t, "wss-wifi-default", "FFS-OWN-03")
	_, more := eachOnce(t, "wss-wifi-default", "3P2-DE-02")
	attempts := l.runJobs(t, t.Context(), plan, append(jobs, more...))
	var story []string
	for _, a := range attempts {
		story = append(story, a.ID.Case+" "+string(a.Verdict)+" "+string(a.Code))
	}
	// The scenario itself, what follows it up, and two attempts fail to put it
	// back; the next one does, and those that make up for the blocked one.
	require.Equal(t, []string{"FFS-OWN-03 blocked FFS-E411", "FFS-OWN-03 blocked FFS-E411", "3P2-DE-02 blocked FFS-E411",
		"3P2-DE-02 passed ", "3P2-DE-02 passed ", "3P2-DE-02 passed "}, story)
	require.Contains(t, attempts[0].Message, "Frustration-Free Setup off")
	require.Contains(t, attempts[0].Hint, "switch Frustration-Free Setup on")
	require.Equal(t, "skipped", attempts[2].Steps[0].Status)
	l.asUsual(t)
}

type worldLab struct{ w *world.World }

func (l worldLab) Arrange(_ context.Context, s network.Situation) error {
	return l.w.Arrange(world.Situation(s))
}

func (l worldLab) Restore(context.Context, network.Situation) error {
	l.w.Settle()
	return nil
}
