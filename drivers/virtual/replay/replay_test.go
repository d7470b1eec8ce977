package replay_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/recording"
	"ffscert/drivers/virtual/replay"
	"ffscert/features/certification"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var id = certification.AttemptID{Case: "C", Scenario: "s.feature:1 S", N: 1}

// file writes a recording by hand: its lines after the header.
func file(t testing.TB, dir string, id certification.AttemptID, session string, lines ...string) string {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	h := recording.Header{Schema: recording.Schema, Case: id.Case, Scenario: id.Scenario, N: id.N, Started: time.Unix(int64(id.N), 0).UTC(),
		Endpoint: "http://farm.example:4723/wd/hub", Session: recording.Body(session)}
	b, err := json.Marshal(h)
	require.NoError(t, err)
	fmt.Fprintf(z, "%s\n%s\n", b, strings.Join(append(lines, fmt.Sprintf(`{"kind":"end","events":%d,"verdict":"failed"}`, len(lines))), "\n"))
	require.NoError(t, z.Close())
	path := filepath.Join(dir, recording.Name(id))
	require.NoError(t, os.WriteFile(path, buf.Bytes(), 0o600))
	return path
}

func event(at, took time.Duration, method, path, request, response string) string {
	status := 200
	if strings.Contains(response, `"error"`) {
		status = 500
	}
	if request != "" {
		request = `"request":{"json":` + request + `},`
	}
	return fmt.Sprintf(`{"kind":"http","at_ns":%d,"took_ns":%d,"method":%q,"path":"/session/:id%s",%s"status":%d,"response":{"json":%s}}`,
		at, took, method, path, request, status, response)
}

func find(at time.Duration, name, id string) string {
	return event(at, time.Second, "POST", "/element", `{"using":"id","value":"`+name+`"}`, `{"value":{"element-6066-11e4-a52e-4f735466cecf":"`+id+`"}}`)
}

const session = `{"value":{"sessionId":"abc","capabilities":{"deviceUDID":"R58","deviceManufacturer":"samsung","deviceModel":"SM-G991B","deviceScreenSize":"1080x2340"}}}`

func open(t testing.TB, path string) (*replay.Player, *appium.Phone) {
	t.Helper()
	p, err := replay.Open(path, false)
	require.NoError(t, err)
	phone := appium.New(appium.Options{Endpoint: p.Endpoint(), UDID: p.Serial(), Transport: p, Clock: p.Clock})
	t.Cleanup(func() {
		require.NoError(t, phone.Close(context.Background()))
		require.NoError(t, p.Close())
	})
	return p, phone
}

func source(at time.Duration, text string) string {
	return event(at, time.Second, "GET", "/source", "", `{"value":"`+text+`"}`)
}

func TestTheRecordingIsTheClock(t *testing.T) {
	dir := t.TempDir()
	file(t, dir, id, session,
		source(0, "a"), source(5*time.Second, "b"), find(7*time.Second, "x", "e1"),
		event(100*time.Second, 3*time.Second, "POST", "/element/e1/click", `{}`, `{"value":null}`), source(104*time.Second, "c"))
	p, phone := open(t, dir)
	p.Begin(id)
	start := p.Clock.Now()
	info, err := phone.Open(t.Context())
	require.NoError(t, err)
	require.True(t, info.Simulated)
	require.Equal(t, "R58", info.UDID)
	require.Equal(t, "REPLAYED SM-G991B", info.Model)
	look := func(want string, at time.Duration) {
		t.Helper()
		got, err := phone.Source(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, at, p.Clock.Now().Sub(start))
	}
	look("a", time.Second)
	look("b", 6*time.Second)
	look("b", 7*time.Second) // asked more often than then: the last answer again
	e, err := phone.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: "x"})
	require.NoError(t, err)
	require.NoError(t, phone.Click(t.Context(), e))
	require.Equal(t, 103*time.Second, p.Clock.Now().Sub(start))
	look("c", 105*time.Second)
	require.NoError(t, p.End())
	require.NoError(t, phone.Strayed())
}

// Looks may be left out, and an element may have another id: what it was found
// by counts.
func TestLooksAreTolerated(t *testing.T) {
	dir := t.TempDir()
	file(t, dir, id, session, find(0, "x", "e1"), source(time.Second, "a"), find(2*time.Second, "x", "e2"),
		event(3*time.Second, 0, "POST", "/element/e2/click", `{}`, `{"value":null}`))
	p, phone := open(t, dir)
	p.Begin(id)
	e, err := phone.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: "x"})
	require.NoError(t, err)
	require.Equal(t, "e1", e.ID)
	require.NoError(t, phone.Click(t.Context(), e))
	require.NoError(t, p.End())
}

func TestWhatWasNotRecordedIsNeverAnswered(t *testing.T) {
	click := event(3*time.Second, 0, "POST", "/element/e1/click", `{}`, `{"value":null}`)
	x := drivers.Element{ID: "e1"}
	for name, c := range map[string]struct {
		do   func(ctx context.Context, p *appium.Phone) error
		says string
	}{
		"another element": {func(ctx context.Context, p *appium.Phone) error { return p.Click(ctx, drivers.Element{ID: "e9"}) }, "POST /element/e9/click came, and the recording goes on with POST /element"},
		"another command": {func(ctx context.Context, p *appium.Phone) error { return p.Back(ctx) }, "POST /back came"},
		"another locator": {func(ctx context.Context, p *appium.Phone) error {
			_, err := p.Find(ctx, drivers.Locator{Using: drivers.ByID, Value: "y"})
			return err
		}, `{"using":"id","value":"y"} came`},
		"twice": {func(ctx context.Context, p *appium.Phone) error {
			if err := p.Click(ctx, x); err != nil {
				return err
			}
			return p.Click(ctx, x)
		}, "goes on with nothing more"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file(t, dir, id, session, find(0, "x", "e1"), click)
			p, phone := open(t, dir)
			p.Begin(id)
			err := c.do(t.Context(), phone)
			require.ErrorContains(t, err, c.says)
			tr := certification.TroubleOf(err)
			require.Equal(t, certification.ToolReplay, tr.Code)
			require.Equal(t, certification.Blocked, certification.VerdictOf(tr.Cause))
			// From then on nothing is answered, and it is remembered.
			_, err = phone.Find(t.Context(), drivers.Locator{Using: drivers.ByID, Value: "x"})
			require.Equal(t, certification.ToolReplay, certification.TroubleOf(err).Code)
			require.Error(t, phone.Strayed())
			require.NoError(t, phone.Strayed(), "it is told once")
			require.ErrorContains(t, p.End(), c.says)
		})
	}
}

func TestAnAttemptThatEndsEarly(t *testing.T) {
	dir := t.TempDir()
	file(t, dir, id, session, source(0, "a"), event(time.Second, 0, "POST", "/back", `{}`, `{"value":null}`), source(2*time.Second, "b"))
	p, phone := open(t, dir)
	p.Begin(id)
	_, err := phone.Source(t.Context())
	require.NoError(t, err)
	require.ErrorContains(t, p.End(), "1 commands did not come, the first of them POST /back")
	require.NoError(t, p.End())
}

func TestAttemptsThatAreNotThere(t *testing.T) {
	dir := t.TempDir()
	file(t, dir, id, session, source(0, "a"))
	two := id
	two.N = 2
	path := file(t, dir, two, session, source(0, "a"))
	p, phone := open(t, dir)
	other := id
	other.N = 3
	p.Begin(other)
	_, err := phone.Source(t.Context())
	require.ErrorContains(t, err, "attempt 3 of C is not recorded: there are 2 recordings")
	require.Error(t, p.End())
	// A file that says something else than its name.
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, recording.Name(id)), b, 0o600))
	p.Begin(id)
	_, err = phone.Source(t.Context())
	require.ErrorContains(t, err, "the recording is attempt 2 of C")
	require.NoError(t, os.WriteFile(filepath.Join(dir, recording.Name(id)), b[:len(b)/2], 0o600))
	p.Begin(id)
	_, err = phone.Source(t.Context())
	require.Equal(t, certification.ToolReplay, certification.TroubleOf(err).Code)
	require.Error(t, p.End())
}

// Whatever a recording says, the phone is a simulated one.
func TestNobodyTakesItForAPhone(t *testing.T) {
	for _, s := range []string{session, `{"sessionId":"a","status":0,"value":{"appium:deviceManufacturer":"Google","deviceUDID":"X"}}`,
		`{"value":{"sessionId":"a","capabilities":{"deviceManufacturer":"x","appium:deviceManufacturer":"y","DeviceManufacturer":"z"}}}`,
		`{"value":{"sessionId":"a","capabilities":null}}`, `{"value":[]}`, ``, `nonsense`,
		`{"value":{"sessionId":"a","capabilities":{"deviceManufacturer":"samsung","deviceManufacturer":"samsung"}}}`} {
		for _, inside := range []bool{false, true} {
			dir := t.TempDir()
			lines := []string{source(0, "a")}
			if inside && json.Valid([]byte(s)) {
				lines = append([]string{fmt.Sprintf(`{"kind":"http","method":"POST","path":"/session","status":200,"response":{"json":%s}}`, s)}, lines...)
			}
			file(t, dir, id, s, lines...)
			p, phone := open(t, dir)
			p.Begin(id)
			if info, err := phone.Open(t.Context()); err == nil {
				require.True(t, info.Simulated, s)
				require.Equal(t, "ffscert-virtual", info.Manufacturer)
				require.Contains(t, info.Automation, "ffscert-replay")
			} else {
				require.True(t, inside, "%v", err)
			}
		}
	}
}

// A request that brought no answer fails as it failed then, and at once.
func TestFailuresOfTheWire(t *testing.T) {
	for failure, code := range map[appium.Failure]certification.Code{appium.FailureTimeout: certification.RigTimeout, appium.FailureOther: certification.RigServer,
		appium.FailureDNS: certification.RigServer, appium.FailureTooLong: certification.RigServer} {
		dir := t.TempDir()
		file(t, dir, id, session, fmt.Sprintf(`{"kind":"http","took_ns":%d,"method":"GET","path":"/session/:id/source","failure":%q,"detail":"connection refused"}`, time.Minute, failure))
		p, phone := open(t, dir)
		p.Begin(id)
		began := time.Now()
		_, err := phone.Source(t.Context())
		require.Equal(t, code, certification.TroubleOf(err).Code)
		require.Less(t, time.Since(began), 10*time.Second)
		if failure == appium.FailureOther {
			require.EqualError(t, err, "the Appium server at farm.example:4723 does not answer: connection refused")
		}
		require.NoError(t, p.End())
	}
}

// Masked secrets match whatever is typed now.
func TestMaskedRequests(t *testing.T) {
	dir := t.TempDir()
	file(t, dir, id, session, event(0, 0, "POST", "/element/e/value", `{"text":"***"}`, `{"value":null}`))
	p, phone := open(t, dir)
	p.Begin(id)
	require.NoError(t, phone.Type(t.Context(), drivers.Element{ID: "e"}, "another password", true))
	require.NoError(t, p.End())
}

func TestSockets(t *testing.T) {
	dir := t.TempDir()
	lines := []string{`{"kind":"power","at_ns":1000000000,"took_ns":2000000000,"power":{"socket":"First plug","on":true,"from_ns":1000000000,"to_ns":2500000000}}`,
		`{"kind":"power","at_ns":4000000000,"power":{"socket":"First plug","on":false,"error":{"code":"FFS-E404","cause":"rig","message":"the relay is dead"}}}`}
	file(t, dir, id, session, lines...)
	p, _ := open(t, dir)
	p.Begin(id)
	start := p.Clock.Now()
	plug := p.Socket("First plug")
	w, err := plug.On(t.Context())
	require.NoError(t, err)
	require.Equal(t, drivers.Switched{From: start.Add(time.Second), To: start.Add(2500 * time.Millisecond)}, w)
	_, err = plug.Off(t.Context())
	require.EqualError(t, err, "the relay is dead")
	require.Equal(t, certification.RigPlug, certification.TroubleOf(err).Code)
	require.NoError(t, p.End())
	p.Begin(id)
	_, err = plug.Off(t.Context())
	require.ErrorContains(t, err, `socket "First plug" off came, and the recording goes on with socket "First plug" on`)
	require.Error(t, p.End())
}

// The endpoint goes from one attempt to the next, and begins again with the
// next client.
func TestTheEndpoint(t *testing.T) {
	dir := t.TempDir()
	two := id
	two.N = 2
	file(t, dir, two, session, event(0, 0, "GET", "/orientation", "", `{"value":"PORTRAIT"}`), event(0, 0, "GET", "/source", "", `{"value":"second"}`))
	file(t, dir, id, session, event(0, 0, "GET", "/orientation", "", `{"value":"PORTRAIT"}`), event(0, 0, "GET", "/source", "", `{"value":"first"}`))
	p, err := replay.Open(dir, true)
	require.NoError(t, err)
	defer p.Close()
	srv := httptest.NewServer(p)
	defer srv.Close()
	for range 2 {
		phone := appium.New(appium.Options{Endpoint: srv.URL + "/wd/hub", UDID: "R58"})
		for _, want := range []string{"first", "second"} {
			_, err := phone.Orientation(t.Context())
			require.NoError(t, err)
			got, err := phone.Source(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		require.ErrorContains(t, phone.Back(t.Context()), "goes on with nothing more")
		require.NoError(t, phone.Close(t.Context()))
	}
}

func TestTheEndpointKeepsSilence(t *testing.T) {
	dir := t.TempDir()
	file(t, dir, id, session, `{"kind":"http","method":"GET","path":"/session/:id/source","failure":"timeout"}`)
	p, err := replay.Open(dir, true)
	require.NoError(t, err)
	defer p.Close()
	srv := httptest.NewServer(p)
	defer srv.Close()
	phone := appium.New(appium.Options{Endpoint: srv.URL, Limits: appium.Limits{Source: 100 * time.Millisecond}})
	_, err = phone.Source(t.Context())
	require.Equal(t, certification.RigTimeout, certification.TroubleOf(err).Code)
	require.NoError(t, phone.Close(t.Context()))
}

func FuzzReplay(f *testing.F) {
	f.Add([]byte(`{"using":"id","value":"x"}`), "/session/1/element", "POST")
	f.Add([]byte(`{"text":"a***b"}`), "/session/1/element/e1/value", "POST")
	f.Add([]byte(``), "/session/1/source", "GET")
	f.Add([]byte(`{}`), "/session", "POST")
	dir := f.TempDir()
	file(f, dir, id, session, find(0, "x", "e1"), event(time.Second, 0, "POST", "/element/e1/value", `{"text":"a***b"}`, `{"value":null}`), source(2*time.Second, "a"))
	f.Fuzz(func(t *testing.T, body []byte, path, method string) {
		p, err := replay.Open(dir, false)
		require.NoError(t, err)
		defer p.Close()
		p.Begin(id)
		r, err := http.NewRequest(method, "http://x/", bytes.NewReader(body))
		if err != nil {
			return
		}
		r.URL.Path = path
		resp, err := p.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		var v struct{ Value json.RawMessage }
		if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 200 && p.End() == nil {
			t.Fatal("a request that was not recorded is forgotten")
		}
	})
}

func TestOpenErrors(t *testing.T) {
	empty := t.TempDir()
	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, "x"+recording.Extension), []byte("no gzip"), 0o600))
	for path, says := range map[string]string{empty: "no recording is in the folder", filepath.Join(empty, "nowhere"): "no such file", broken: "it is no recording"} {
		_, err := replay.Open(path, false)
		require.ErrorContains(t, err, says)
		var re *recording.Error
		require.True(t, errors.As(err, &re))
	}
}
