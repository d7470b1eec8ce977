package recording_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/evidence"
	"ffscert/drivers/recording"
	"ffscert/drivers/secret"
	"ffscert/features/certification"
)

var id = certification.AttemptID{Case: "3P2-DE-02", Scenario: "a.feature:7 It works", N: 3}

// clock is put forward by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                                 { return c.now }
func (c *clock) Sleep(_ context.Context, d time.Duration) error { c.now = c.now.Add(d); return nil }

type rig struct {
	*recording.Recorder
	clock *clock
	t     *testing.T
}

func newRig(t *testing.T, secrets ...string) rig {
	var m secret.Masker
	m.Add(secrets...)
	c := &clock{time.Date(2026, 11, 22, 16, 14, 3, 0, time.UTC)}
	return rig{&recording.Recorder{Tool: "v1", Testbed: "bench", Endpoint: "https://me:hush-hush@farm.example/wd/hub?key=hush-hush", Clock: c, Secrets: &m,
		Rules: func() recording.Rules { return &evidence.Camera{Known: &m} }}, c, t}
}

func (r rig) exchange(method, path, request string, status int, response string) {
	at := r.clock.now
	r.clock.now = at.Add(100 * time.Millisecond)
	r.Wire(appium.Exchange{At: at, Lasted: 100 * time.Millisecond, Method: method, Path: path, Request: []byte(request), Status: status, Response: []byte(response)})
}

// finish ends the attempt and returns its file, its text, and the attempt as it
// is read again.
func (r rig) finish() (leftOut []string, text string, a *recording.Attempt) {
	r.t.Helper()
	var data []byte
	path, leftOut, err := r.Finish(certification.Attempt{ID: id, Verdict: certification.Failed, Cause: certification.CauseProduct, Code: certification.ProductNotSetUp, Message: "late"},
		func(name string, b []byte) (string, error) { data = b; return "wire/" + name, nil })
	require.NoError(r.t, err)
	require.Equal(r.t, "wire/"+recording.Name(id), path)
	z, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(r.t, err)
	plain, err := io.ReadAll(z)
	require.NoError(r.t, err)
	a, err = recording.Read("file", bytes.NewReader(data))
	if err != nil {
		require.NotEmpty(r.t, leftOut)
	}
	return leftOut, string(plain), a
}

func value(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"value": v})
	require.NoError(t, err)
	return string(b)
}

func TestWhatIsRecordedIsReadAgain(t *testing.T) {
	r := newRig(t)
	r.exchange("POST", "/session", `{}`, 200, `{"value":{"sessionId":"0f7b9a3c-session","capabilities":{"deviceUDID":"R58"}}}`)
	r.Begin(id)
	for range 3 {
		r.exchange("GET", "/session/0f7b9a3c-session/source", "", 200, value(t, "<hierarchy/>"))
	}
	r.exchange("GET", "/session/0f7b9a3c-session/timeouts", "", 404, "no JSON: \xff")
	r.Wire(appium.Exchange{At: r.clock.now, Method: "GET", Path: "/status", Err: errors.New("x"), Failure: appium.FailureTimeout, Detail: "i/o timeout"})
	plug := r.Socket(broken{})
	_, err := plug.On(t.Context())
	require.Error(t, err)
	leftOut, text, a := r.finish()
	require.Empty(t, leftOut)
	require.NotContains(t, text, "0f7b9a3c")
	require.NotContains(t, text, "hush-hush")
	require.Equal(t, "https://farm.example/wd/hub", a.Header.Endpoint)
	require.Equal(t, id, a.ID())
	require.Len(t, a.Events, 6)
	require.Equal(t, "/session/:id/source", a.Events[0].Path)
	require.Equal(t, 1, strings.Count(text, "hierarchy"), "what is the same is kept once")
	require.Equal(t, a.Events[0].Response, a.Events[2].Response)
	require.Equal(t, 200*time.Millisecond, a.Events[2].At)
	require.Equal(t, "no JSON: \xff", string(*a.Events[3].Response))
	require.Equal(t, appium.FailureTimeout, a.Events[4].Failure)
	require.Equal(t, certification.RigPlug, a.Events[5].Power.Error.Code)
	require.Equal(t, certification.ProductNotSetUp, a.End.Code)
	require.Contains(t, string(a.Header.Session), "R58")
}

type broken struct{}

func (broken) Name() string { return "First plug" }
func (broken) On(context.Context) (drivers.Switched, error) {
	return drivers.Switched{}, &certification.Trouble{Code: certification.RigPlug, Cause: certification.CauseRig, Message: "dead"}
}
func (broken) Off(context.Context) (drivers.Switched, error) { return drivers.Switched{}, nil }

const field = `<hierarchy width="100" height="200"><n class="android.widget.EditText" package="p" resource-id="p:id/otp_code" text="914-275" bounds="[10,20][60,40]"/></hierarchy>`

// A code that a field showed is taken out of everything, before and after.
func TestWhatAFieldShowed(t *testing.T) {
	r := newRig(t, "s3cr3t-word")
	r.Begin(id)
	r.exchange("POST", "/session/abcdefgh/element", `{"using":"id","value":"otp"}`, 200, `{"value":{"ELEMENT":"1","text":"914-275","rect":{}}}`)
	r.exchange("GET", "/session/abcdefgh/source", "", 200, value(t, field))
	r.exchange("GET", "/session/abcdefgh/element/1/text", "", 500, value(t, map[string]string{"error": "unknown error", "message": "no 914-275, and s3cr3t-word, " + base64.StdEncoding.EncodeToString([]byte("s3cr3t-word"))}))
	// A page that cannot be parsed: nobody knows what is secret on it.
	r.exchange("GET", "/session/abcdefgh/source", "", 200, value(t, `<hierarchy><n text="top secret" content-desc='also'/><n text="cut`))
	_, text, a := r.finish()
	for _, word := range []string{"914-275", "s3cr3t", "czNjcjN0", "top secret", "also", "cut"} {
		require.NotContains(t, text, word)
	}
	require.Contains(t, string(*a.Events[1].Response), "otp_code")
}

func TestPictures(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 100, 200))
	for y := range 200 {
		for x := range 100 {
			img.Set(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), 200, 255})
		}
	}
	var buf bytes.Buffer
	require.NoError(t, png.Encode(&buf, img))
	shot := value(t, base64.StdEncoding.EncodeToString(buf.Bytes()))
	r := newRig(t)
	r.Begin(id)
	r.exchange("GET", "/session/abcdefgh/source", "", 200, value(t, field))
	r.exchange("GET", "/session/abcdefgh/screenshot", "", 200, shot)
	r.exchange("GET", "/session/abcdefgh/source", "", 200, value(t, field))
	r.exchange("POST", "/session/abcdefgh/back", "{}", 200, value(t, nil))
	r.exchange("GET", "/session/abcdefgh/screenshot", "", 200, shot)
	leftOut, _, a := r.finish()
	require.Equal(t, []string{"the picture was left out of the recording: no page source was taken right before and after it, so nobody knows what must be painted over"}, leftOut)
	var v struct{ Value []byte }
	require.NoError(t, json.Unmarshal(*a.Events[1].Response, &v))
	kept, err := png.Decode(bytes.NewReader(v.Value))
	require.NoError(t, err)
	require.Equal(t, kept.At(12, 22), kept.At(58, 38), "the code is painted over")
	require.Equal(t, img.At(5, 5), kept.At(5, 5))
	require.Equal(t, 500, a.Events[4].Status)
	require.Contains(t, string(*a.Events[4].Response), "unable to capture screen")
}

func TestWhatIsNotWhole(t *testing.T) {
	r := newRig(t)
	r.Begin(id)
	r.Wire(appium.Exchange{At: r.clock.now, Method: "GET", Path: "/status", Err: context.Canceled})
	leftOut, _, a := r.finish()
	require.Nil(t, a)
	require.Contains(t, leftOut[0], "stopped from outside")
}

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return buf.Bytes()
}

const (
	header = `{"schema":"ffscert/wire/v1","case":"C","scenario":"S","n":1}` + "\n"
	event  = `{"kind":"http","method":"GET","path":"/session/:id/source","status":200,"response":{"json":{"value":"x"}}}` + "\n"
	end    = `{"kind":"end","events":1,"verdict":"passed"}` + "\n"
)

func TestWhatIsWrongWithARecording(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"empty":          {"", "file: line 1: it does not begin like a recording"},
		"no JSON":        {"x\n", "line 1: it does not begin"},
		"another schema": {`{"schema":"ffscert/wire/v9","case":"C","scenario":"S","n":1}`, "this version of ffscert reads ffscert/wire/v1"},
		"no attempt":     {`{"schema":"ffscert/wire/v1"}`, "they do not name an attempt"},
		"cut":            {header + event, "it ends before its end"},
		"events missing": {header + end, "1 events are missing"},
		"after the end":  {header + event + end + end, "something stands after the end"},
		"broken line":    {header + "{\n" + end, "line 2: it is not JSON"},
		"unknown kind":   {header + `{"kind":"http2"}` + "\n" + end, `line 2: kind: "http2" is not known`},
		"no method":      {header + `{"kind":"http","path":"/x","status":200}` + "\n" + end, "method, path"},
		"no path":        {header + `{"kind":"http","method":"GET","path":"http://x","status":200}` + "\n" + end, "method, path"},
		"no status":      {header + `{"kind":"http","method":"GET","path":"/x"}` + "\n" + end, "status, failure"},
		"status":         {header + `{"kind":"http","method":"GET","path":"/x","status":99}` + "\n" + end, "99 is none"},
		"refers forward": {header + `{"kind":"http","method":"GET","path":"/x","status":200,"same_as":0}` + "\n" + end, "0 is no earlier event"},
		"too long":       {header + `{"kind":"http","at_ns":9000000000000000000}` + "\n" + end, "no attempt takes that long"},
		"no socket":      {header + `{"kind":"power"}` + "\n" + end, "names no socket"},
		"incomplete":     {header + event + `{"kind":"end","events":1,"incomplete":"too much"}`, "cannot be replayed: too much"},
		"negative":       {header + event + `{"kind":"end","events":-1}`, "events are missing"},
		"a wrong type":   {header + `{"kind":"http","status":"200"}` + "\n" + end, "line 2: json"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := recording.Read("file", bytes.NewReader(zipped(t, c.text)))
			require.ErrorContains(t, err, c.says)
		})
	}
	_, err := recording.Read("file", bytes.NewReader(zipped(t, header+event+end)))
	require.NoError(t, err)
	_, err = recording.Read("file", strings.NewReader("PK\x03\x04"))
	require.ErrorContains(t, err, "it is no recording")
	whole := zipped(t, header+event+end)
	_, err = recording.Read("file", bytes.NewReader(whole[:len(whole)-12]))
	require.ErrorContains(t, err, "damaged")
}

// A small file that becomes a huge one is not read to its end.
func TestBombs(t *testing.T) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	fmt.Fprint(z, header)
	z.Write(make([]byte, 1<<20))
	require.NoError(t, z.Close())
	_, err := recording.ReadWithin("file", &buf, 1<<18)
	require.ErrorContains(t, err, "line 2: it is longer than is read")
}

func TestOpen(t *testing.T) {
	run := t.TempDir()
	wire := filepath.Join(run, "wire")
	require.NoError(t, os.Mkdir(wire, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(wire, "a.jsonl.gz"), zipped(t, header+event+end), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(wire, "notes.txt"), nil, 0o600))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(wire, "b.jsonl.gz")))
	for _, path := range []string{run, wire, filepath.Join(wire, "a.jsonl.gz")} {
		l, err := recording.Open(path)
		require.NoError(t, err)
		require.Equal(t, []string{"a.jsonl.gz"}, l.Names())
		_, err = l.Load("a.jsonl.gz")
		require.NoError(t, err)
	}
}

func TestNamesLeadNowhereElse(t *testing.T) {
	for _, c := range []string{"../../etc/passwd", "", "ä/\\\x00", strings.Repeat("x", 500), "a b"} {
		name := recording.Name(certification.AttemptID{Case: c, Scenario: "../x", N: 1})
		require.Equal(t, filepath.Base(name), name)
		require.Regexp(t, `^[A-Za-z0-9_-]{1,100}\.jsonl\.gz$`, name)
	}
	require.NotEqual(t, recording.Name(certification.AttemptID{Case: "a/b", N: 1}), recording.Name(certification.AttemptID{Case: "a_b", N: 1}))
}

// FuzzRead: what is read is within bounds, or an error that names the file.
func FuzzRead(f *testing.F) {
	f.Add(header + event + end)
	f.Add(header + `{"kind":"power","power":{"socket":"a"}}` + "\n" + end)
	f.Add(header + `{"kind":"http","method":"GET","path":"/x","status":200,"response":{"base64":"AA=="}}` + "\n" + end)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := recording.Read("file", bytes.NewReader(zipped(t, text)))
		if err != nil {
			var e *recording.Error
			require.True(t, errors.As(err, &e))
			require.True(t, strings.HasPrefix(err.Error(), "file: "))
			return
		}
		require.Len(t, a.Events, a.End.Events)
	})
}
