package suite_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/apps/amazon"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/network"
	"ffscert/drivers/onetime"
	"ffscert/drivers/power"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/adb/adbtest"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/steps/suite"
)

var rig adbtest.Lazy

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // the labs are many, and short-lived
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

// lab is a simulated testbed with what it wrote of its truth.
type lab struct {
	bed    *testbed.Testbed
	phone  *appium.Phone
	events *events
	wire   *wire
	world  *world.World
}

// events are the world's truth.
type events struct {
	mu  sync.Mutex
	buf bytes.Buffer
	// then, if not nil, is called with each line; it must not touch the world.
	then func(line []byte)
}

func (e *events) Write(p []byte) (int, error) {
	if e.then != nil {
		e.then(p)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.buf.Write(p)
}

func (e *events) all() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.buf.String()
}

// of returns the moments of one kind of event.
func (e *events) of(t testing.TB, kind string) []time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	var at []time.Time
	for s := bufio.NewScanner(bytes.NewReader(e.buf.Bytes())); s.Scan(); {
		var line struct {
			Event string    `json:"event"`
			UTC   time.Time `json:"utc"`
		}
		require.NoError(t, json.Unmarshal(s.Bytes(), &line))
		if line.Event == kind {
			at = append(at, line.UTC)
		}
	}
	return at
}

// wire notes when commands were sent.
type wire struct {
	mu sync.Mutex
	at []time.Time
}

func (w *wire) note(x appium.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = append(w.at, x.At)
}

func (w *wire) between(from, to time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, at := range w.at {
		if at.After(from) && at.Before(to) {
			n++
		}
	}
	return n
}

func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.at)
}

// fastWorld is the lab of DOMAIN.md §5 and nothing else, in which everything
// answers at once.
func fastWorld() world.Config {
	c := world.Defaults()
	c.Others = nil
	c.Plugs.Answer = world.Range{}
	c.Provisioner.ReadyAfter = 0
	c.Device.SetUpTime = world.Range{}
	c.Device.Reconnect = world.Range{}
	c.Device.Answer = world.Range{}
	return c
}

// newLab opens a lab with a testbed on one of its doors: 1 is the embedded
// endpoint on virtual time, 2 the real Appium over adb on real time.
func newLab(t testing.TB, door int, w world.Config, latency handset.Profile, change ...func(*virtual.Config)) lab {
	t.Helper()
	l := lab{events: &events{}, wire: &wire{}}
	// A quarter of a phone's pixels: much of a test's time goes into pictures.
	cfg := virtual.Config{World: w, Latency: latency, Events: l.events, Width: 540, Height: 1170, Density: 210}
	if door == 2 {
		cfg.Speed = 1
	}
	for _, c := range change {
		c(&cfg)
	}
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	m, err := screen.Choose(maps, "alexa", "android", "")
	require.NoError(t, err)
	o := appium.Options{App: m.Application(), Wire: l.wire.note}
	l.bed = &testbed.Testbed{Name: fmt.Sprintf("door %d", door),
		Names: testbed.Names{Device: w.Device.Name, DevicePlug: w.Plugs.Device.Name, ProvisionerPlug: w.Plugs.Provisioner.Name, Provisioner: w.Provisioner.Name}}
	ln, err := virtual.Listen("127.0.0.1:0")
	require.NoError(t, err)
	if door == 2 {
		cfg.Serial = ln.Addr().String()
	}
	v, err := virtual.Open(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, v.Close()) })
	l.bed.Clock, l.world = v.Clock, v.World
	var changes network.Lab
	changes, l.bed.Log = v.Network(), v.DeviceLog()
	if door == 2 { // as from outside
		control, err := virtual.Listen("127.0.0.1:0")
		require.NoError(t, err)
		address := v.ServeControl(control)
		changes, l.bed.Log = network.HTTP{URL: address + "/network"}, devicelog.HTTP(address+"/device-log")
	}
	l.bed.Network, err = network.NewKeeper(changes, "")
	require.NoError(t, err)
	l.bed.LogPatterns, err = v.LogPatterns().Compile()
	require.NoError(t, err)
	if door == 2 {
		// Lines from outside begin with their time.
		l.bed.LogPatterns.FailureReported = regexp.MustCompile(`reported to the cloud: user network`)
		l.bed.LogPatterns.NetworkRefused = regexp.MustCompile(`Z user network .* refused`)
	}
	o.Clock = v.Clock
	if door == 1 {
		o.Endpoint, o.UDID = v.ServeAppium(ln), v.Serial()
		l.bed.BeginAttempt = func(id certification.AttemptID) { v.BeginAttempt(id.Case, id.N) }
	} else {
		real := rig.For(t)
		v.ServeADB(ln)
		o.Endpoint, o.UDID = real.AppiumURL, real.Attach(t, ln.Addr().String())
		o.Capabilities = map[string]any{"appium:adbPort": real.ADBPort, "appium:chromedriverExecutable": chromedriver()}
	}
	if door == 2 {
		o.Capabilities["appium:systemPort"] = ownPort(t)
	}
	l.phone = appium.New(o)
	l.bed.Phone = l.phone
	l.bed.Alexa = alexa.New(l.phone, l.bed.Clock, m)
	l.bed.AlexaMaps = maps
	pm, err := screen.Choose(maps, "partner", "android", "")
	require.NoError(t, err)
	am, err := screen.Choose(maps, "amazon", "android", "")
	require.NoError(t, err)
	l.bed.Partner = partner.New(l.phone, l.bed.Clock, pm)
	l.bed.Partner.Account = partner.Account{User: "qa@example.com", Password: "simulated"}
	l.bed.Amazon = amazon.New(l.phone, l.bed.Clock, am)
	codes, err := onetime.NewTOTP(w.Account.TOTPSeed)
	require.NoError(t, err)
	codes.Now, codes.Clock = l.bed.Amazon.Time, l.bed.Clock
	l.bed.Amazon.Codes = codes
	l.bed.Declared = testbed.Declared{AppName: w.Partner.AppName, Scopes: w.Partner.Scopes}
	l.bed.Amazon.Account = amazon.Account{Email: "qa@example.com", Password: "simulated"}
	l.bed.DevicePower = power.Alexa{App: l.bed.Alexa, Plug: w.Plugs.Device.Name}
	l.bed.ProvisionerPower = power.Alexa{App: l.bed.Alexa, Plug: w.Plugs.Provisioner.Name}
	t.Cleanup(func() { require.NoError(t, l.bed.Close(context.Background())) })
	return l
}

// chromedriver is the one that is installed; what is not there is missed only by
// those who look into pages of the web.
func chromedriver() string {
	p, err := exec.LookPath("chromedriver")
	if err != nil {
		return "/usr/bin/chromedriver"
	}
	return p
}

// ownPort is a port of the computer that a phone has to itself: left to Appium,
// one that has just been given free may be another phone's already.
func ownPort(t testing.TB) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// run makes attempts of the provisioning case and returns them.
func (l lab) run(t testing.TB, attempts int) []certification.Attempt {
	t.Helper()
	return l.runCase(t, "mss-wifi-default", "3P2-DE-02", attempts)
}

// runCase makes attempts of one case of a plan and returns them.
func (l lab) runCase(t testing.TB, planID, caseID string, attempts int) []certification.Attempt {
	t.Helper()
	cat, err := catalog.Load()
	require.NoError(t, err)
	plan, err := cat.Plan(planID)
	require.NoError(t, err)
	all, problems := suite.Load(suite.Source{FS: features.Files})
	require.Empty(t, problems)
	jobs, err := suite.Select(plan, all, suite.Selection{Attempts: attempts, Cases: []string{caseID}}, nil)
	require.NoError(t, err)
	return l.runJobs(t, t.Context(), plan, jobs)
}

// runJobs makes what the jobs ask for and returns the attempts.
func (l lab) runJobs(t testing.TB, ctx context.Context, plan certification.Plan, jobs []suite.Job) []certification.Attempt {
	t.Helper()
	j, err := journal.Create(t.Context(), t.TempDir(), journal.Header{Created: time.Now().UTC(), Plan: plan, ToolVersion: "test",
		Product: journal.Product{DeviceName: l.bed.Names.Device}, Scopes: suite.Scopes(jobs)})
	require.NoError(t, err)
	defer j.Close()
	require.NoError(t, (&suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{l.bed}, Journal: j}).Do(ctx))
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	return rec.Attempts
}

// The provisioning scenario on both doors, three attempts each: it passes, and
// the world's own moment of set-up lies in every bracket.
func TestProvisioningOnBothDoors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		door    int
		latency handset.Profile
	}{{1, handset.PhoneProfile()}, {2, handset.NoProfile()}} {
		t.Run(fmt.Sprintf("door %d", c.door), func(t *testing.T) {
			t.Parallel()
			w := world.Defaults()
			if c.door == 2 {
				w = fastWorld()
				w.Device.SetUpTime = world.Range{Min: 500 * time.Millisecond, Max: 4 * time.Second}
			}
			l := newLab(t, c.door, w, c.latency)
			if c.door == 1 {
				l.bed.Timing = testbed.Timing{ProvisionerOff: 10 * time.Second, ProvisionerReady: 60 * time.Second}
			}
			attempts := l.run(t, 3)
			require.Len(t, attempts, 3)
			truth := l.events.of(t, world.EventDeviceSetUp)
			require.Len(t, truth, 3)
			for i, a := range attempts {
				require.Equal(t, certification.Passed, a.Verdict, "%s %s", a.Code, a.Message)
				require.True(t, a.Simulated)
				requireBracket(t, a, truth[i])
			}
		})
	}
}

func requireBracket(t testing.TB, a certification.Attempt, truth time.Time) {
	t.Helper()
	b := a.SetupTime
	require.NotNil(t, b)
	require.False(t, truth.Before(b.SetUpUTC.From), "the device was set up at %v, before the bracket %v", truth, b.SetUpUTC)
	require.False(t, truth.After(b.SetUpUTC.To), "the device was set up at %v, after the bracket %v", truth, b.SetUpUTC)
}

// A lab in which the device cannot be set up is the product's failure; one in
// which the provisioner has no power is not.
func TestWhoIsToBlameForAbsence(t *testing.T) {
	w := world.Defaults()
	w.Device.SetUpFailure = 1
	l := newLab(t, 1, w, handset.NoProfile())
	for _, a := range l.run(t, 1) {
		require.Equal(t, certification.Failed, a.Verdict)
		require.Equal(t, certification.CauseProduct, a.Cause)
		require.Equal(t, certification.ProductNotSetUp, a.Code)
		require.NotEmpty(t, a.Evidence)
	}

	l = newLab(t, 1, w, handset.NoProfile())
	l.bed.ProvisionerPower = stuck{l.bed.ProvisionerPower}
	for _, a := range l.run(t, 1) {
		require.Equal(t, certification.Blocked, a.Verdict, a.Message)
		require.Equal(t, certification.CauseRig, a.Cause)
	}
}

// stuck is a socket that stays off.
type stuck struct{ drivers.Power }

func (s stuck) On(ctx context.Context) (drivers.Switched, error) { return drivers.Switched{}, nil }

// Where the app shows no card, the tile counts, even if it lies below what the
// screen shows; where cards come while the list is looked through, they count.
// Either way the world's own moment lies in the bracket.
func TestFoundWithoutACardOrDuringAScan(t *testing.T) {
	for _, c := range []struct {
		name  string
		cards bool
		least time.Duration
	}{{"no card", false, 20 * time.Second}, {"late card", true, 50 * time.Second}} {
		t.Run(c.name, func(t *testing.T) {
			w := world.Defaults()
			w.Device.FoundCard = c.cards
			w.Device.SetUpTime = world.Range{Min: c.least, Max: c.least + 10*time.Second}
			for seed := range uint64(2) {
				w.Seed = seed
				l := newLab(t, 1, w, handset.PhoneProfile())
				l.bed.Timing = testbed.Timing{ProvisionerOff: 10 * time.Second, ProvisionerReady: 60 * time.Second}
				attempts := l.run(t, 3)
				truth := l.events.of(t, world.EventDeviceSetUp)
				require.Len(t, attempts, 3)
				require.Len(t, truth, 3)
				for i, a := range attempts {
					require.Equal(t, certification.Passed, a.Verdict, a.Message)
					requireBracket(t, a, truth[i])
					require.LessOrEqual(t, a.SetupTime.Lo, a.SetupTime.Value)
					require.LessOrEqual(t, a.SetupTime.Value, a.SetupTime.Hi)
				}
			}
		})
	}
}
