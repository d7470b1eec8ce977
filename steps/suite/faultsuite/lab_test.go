package faultsuite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/apps/amazon"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/power"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/steps/suite"
)

// shared is what all labs read and none changes.
type shared struct {
	alexa, partner, amazon *screen.Map
	catalog                *catalog.Catalog
	scenarios              []suite.Scenario
}

func load(t testing.TB) *shared {
	t.Helper()
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	s := &shared{}
	for app, to := range map[string]**screen.Map{"alexa": &s.alexa, "partner": &s.partner, "amazon": &s.amazon} {
		*to, err = screen.Choose(maps, app, "android", "")
		require.NoError(t, err)
	}
	s.catalog, err = catalog.Load()
	require.NoError(t, err)
	var problems []suite.Problem
	s.scenarios, problems = suite.Load(suite.Source{FS: features.Files})
	require.Empty(t, problems)
	return s
}

// event is a line of the world's truth.
type event struct {
	Event        string    `json:"event"`
	UTC          time.Time `json:"utc"`
	Attempt      int       `json:"attempt"`
	Name         string    `json:"name"`
	Reason       string    `json:"reason"`
	RegisteredAs string    `json:"registered_as"`
}

// truth is what really happened.
type truth struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	then func(line []byte) // must not touch the world
}

func (e *truth) Write(p []byte) (int, error) {
	if e.then != nil {
		e.then(p)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.buf.Write(p)
}

// of are the events of one kind in an attempt.
func (e *truth) of(t testing.TB, kind string, attempt int) []event {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []event
	for s := bufio.NewScanner(bytes.NewReader(e.buf.Bytes())); s.Scan(); {
		var line event
		require.NoError(t, json.Unmarshal(s.Bytes(), &line))
		if line.Event == kind && line.Attempt == attempt {
			all = append(all, line)
		}
	}
	return all
}

// lab is a testbed on one of the doors, with a fault in it.
type lab struct {
	*shared
	bed    *testbed.Testbed
	lab    *virtual.Lab
	truth  *truth
	proxy  *proxy
	chance *rand.Rand
	plan   string
	// heal is how long a run waits for what has gone away.
	heal time.Duration
	// restarted is told when a server that was killed runs again.
	restarted chan error
}

// realSpeed is how fast the world runs where the real Appium drives the phone:
// most of an attempt is waiting.
const realSpeed = 3

// limits are short enough for a test that waits for one of them.
func limits() appium.Limits {
	return appium.Limits{Session: 60 * time.Second, Source: 3 * time.Second, Close: 3 * time.Second}
}

// open makes the lab of a fault.
func open(t testing.TB, s *shared, f fault, seed uint64, door *door) *lab {
	t.Helper()
	l := &lab{shared: s, truth: &truth{}, restarted: make(chan error, 1), chance: rand.New(rand.NewPCG(seed, uint64(len(f.name)))), plan: f.plan, heal: 2 * time.Minute}
	w := world.Defaults()
	latency := handset.PhoneProfile()
	w.Device.SetUpTime = world.Range{Min: 8 * time.Second, Max: 20 * time.Second}
	if seed%2 == 0 {
		w.Others = w.Others[:4] // the devices list ends on the screen
	}
	if door != nil {
		w, latency = door.world(), handset.NoProfile()
	}
	w.Seed = seed
	if l.plan == "" {
		l.plan = mss
	}
	if l.plan == wss {
		w.Protocol = "wss-wifi"
	}
	if f.world != nil {
		f.world(&w)
	}
	if f.latency != nil {
		f.latency(&latency)
	}
	cfg := virtual.Config{World: w, Latency: latency, Events: l.truth}
	ln, err := virtual.Listen("127.0.0.1:0")
	require.NoError(t, err)
	if door != nil {
		cfg.Speed, cfg.Serial = realSpeed, ln.Addr().String()
	}
	v, err := virtual.Open(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, v.Close()) })
	l.lab = v
	o := appium.Options{App: s.alexa.Application(), Clock: v.Clock, Limits: limits()}
	l.bed = &testbed.Testbed{Name: "bench", Clock: v.Clock,
		Names: testbed.Names{Device: w.Device.Name, DevicePlug: w.Plugs.Device.Name, ProvisionerPlug: w.Plugs.Provisioner.Name, Provisioner: w.Provisioner.Name},
		BeginAttempt: func(id certification.AttemptID) {
			v.BeginAttempt(id.Case, id.N)
		}}
	if door == nil {
		o.Endpoint, o.UDID = v.ServeAppium(ln), v.Serial()
		l.bed.Timing = testbed.Timing{ProvisionerOff: 10 * time.Second, ProvisionerReady: 60 * time.Second}
	} else {
		door.attach(t, l, ln, &o)
	}
	skip := 0
	if f.wire != nil && f.wire.within > 0 {
		skip = l.chance.IntN(f.wire.within)
	}
	l.proxy = newProxy(t, l, o.Endpoint, f.wire, skip)
	o.Endpoint = l.proxy.URL
	l.truth.then = func(line []byte) {
		if bytes.Contains(line, []byte(`"event":"device_powered"`)) {
			l.proxy.arm()
		}
	}
	if f.options != nil {
		f.options(&o)
	}
	phone := appium.New(o)
	l.bed.Phone = phone
	l.bed.Alexa = alexa.New(phone, l.bed.Clock, s.alexa)
	l.bed.Partner = partner.New(phone, l.bed.Clock, s.partner)
	l.bed.Partner.Account = partner.Account{User: "qa@example.com", Password: "simulated"}
	l.bed.Amazon = amazon.New(phone, l.bed.Clock, s.amazon)
	l.bed.Amazon.Account = amazon.Account{Email: "qa@example.com", Password: "simulated"}
	l.bed.DevicePower = power.Alexa{App: l.bed.Alexa, Plug: w.Plugs.Device.Name}
	l.bed.ProvisionerPower = power.Alexa{App: l.bed.Alexa, Plug: w.Plugs.Provisioner.Name}
	if f.bed != nil {
		f.bed(t, l)
	}
	t.Cleanup(func() { _ = l.bed.Close(context.Background()) }) // its server may be dead on purpose
	return l
}

// outcome is a run that has ended.
type outcome struct {
	attempts []certification.Attempt
	err      error
}

// breaker is how many blocked attempts in a row end a run here.
const breaker = 2

// mostAttempts is what a case of one attempt is given, see matrix.MaxAttempts.
const mostAttempts = 4

// run makes one counted attempt of the case, and as many blocked ones as the
// run allows.
func (l *lab) run(t testing.TB, caseID string, dir string) outcome {
	t.Helper()
	plan, err := l.catalog.Plan(l.plan)
	require.NoError(t, err)
	jobs, err := suite.Select(plan, l.scenarios, suite.Selection{Attempts: 1, Cases: []string{caseID}}, nil)
	require.NoError(t, err)
	j, err := journal.Create(t.Context(), dir, journal.Header{Created: time.Now().UTC(), Plan: plan, ToolVersion: "test",
		Product: journal.Product{DeviceName: l.bed.Names.Device}, Scopes: suite.Scopes(jobs), BlockedShare: 0.9})
	require.NoError(t, err)
	defer j.Close()
	out := outcome{err: (&suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{l.bed}, Journal: j, BlockedShare: 0.9, Breaker: breaker, HealWithin: l.heal}).Do(t.Context())}
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	out.attempts = rec.Attempts
	return out
}

// clockThat jumps: its wall clock and its measured time go apart once the
// device has power.
type clockThat struct {
	drivers.Clock
	mu   sync.Mutex
	skew time.Duration
	once bool
}

func (c *clockThat) Skew(_, _ time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	skew := c.skew
	if c.once {
		c.skew = 0
	}
	return skew
}
