package tracing

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/evidence"
	"ffscert/drivers/secret"
	"ffscert/features/certification"
)

var id = certification.AttemptID{Case: "3P2-DE-02", Scenario: "a.feature:7 It works", N: 3}

// clock is put forward by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                                 { return c.now }
func (c *clock) Sleep(_ context.Context, d time.Duration) error { c.now = c.now.Add(d); return nil }

// rig is a phone of which a tracer hears; every command takes 100 ms.
type rig struct {
	drivers.Phone
	*Tracer
	clock  *clock
	screen string // the page source
	png    []byte
	fails  map[string]error
	asked  []string
	t      *testing.T
}

func newRig(t *testing.T) *rig {
	c := &clock{time.Date(2026, 11, 22, 16, 14, 3, 0, time.UTC)}
	r := &rig{Tracer: &Tracer{Clock: c}, clock: c, screen: page("one"), png: picture(t), t: t, fails: map[string]error{}}
	r.Begin(id)
	return r
}

func (r *rig) exchange(method, path, request string, status int, response string) {
	at := r.clock.now
	r.clock.now = at.Add(100 * time.Millisecond)
	r.asked = append(r.asked, path)
	r.Wire(appium.Exchange{At: at, Lasted: 100 * time.Millisecond, Method: method, Path: "/session/abcdefgh/" + path, Request: []byte(request), Status: status, Response: []byte(response)})
}

func (r *rig) Source(context.Context) (string, error) {
	if err := r.fails["source"]; err != nil {
		return "", err
	}
	r.exchange("GET", "source", "", 200, value(r.t, r.screen))
	return r.screen, nil
}

func (r *rig) Screenshot(context.Context) ([]byte, error) {
	if err := r.fails["screenshot"]; err != nil {
		return nil, err
	}
	r.exchange("GET", "screenshot", "", 200, value(r.t, base64.StdEncoding.EncodeToString(r.png)))
	return r.png, nil
}

func (r *rig) tap() { r.exchange("POST", "element/1/click", "{}", 200, `{"value":null}`) }

func (r *rig) finish(log ...drivers.LogLine) *certification.Trace {
	var known secret.Masker
	known.Add("s3cr3t-word")
	return r.Finish(&evidence.Camera{Known: &known}, &known, []string{"ada@lumen.example"}, log)
}

func value(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"value": v})
	require.NoError(t, err)
	return string(b)
}

func page(words string, more ...string) string {
	return `<hierarchy width="100" height="200"><n class="a.TextView" package="p" text="` + words + `" bounds="[0,100][90,120]"/>` +
		`<n class="a.TextView" package="com.android.systemui" text="16:14" bounds="[0,0][20,10]"/>` + strings.Join(more, "") + `</hierarchy>`
}

const code = `<n class="android.widget.EditText" package="p" resource-id="p:id/otp_code" text="914-275" bounds="[10,20][60,40]"/>`

func picture(t testing.TB) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 100, 200))
	for y := range 200 {
		for x := range 100 {
			img.Set(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), 200, 255})
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

func TestAnAttempt(t *testing.T) {
	r := newRig(t)
	ctx := r.Context(t.Context())
	r.exchange("POST", "element", `{"using":"id","value":"x"}`, 404, `{"value":{"error":"no such element","message":"m"}}`)
	r.StepBegan()
	r.tap()
	_, err := r.Source(ctx)
	require.NoError(t, err)
	r.StepEnded()
	require.NoError(t, r.Look(ctx, r))
	r.Looked()
	r.StepBegan()
	err = drivers.Poll(ctx, r.clock, drivers.Wait{For: "the second page", Timeout: 10 * time.Second, Every: time.Second}, func(context.Context) error {
		r.exchange("POST", "elements", `{"using":"id","value":"y"}`, 200, `{"value":[]}`)
		return drivers.ErrNotYet
	})
	require.Error(t, err)
	require.NoError(t, drivers.Hold(ctx, r.clock, "the plug stays off", 2*time.Second, nil))
	r.screen = page("two")
	_, err = r.Source(ctx)
	require.NoError(t, err)
	r.StepEnded()
	_, err = r.Screenshot(ctx)
	require.NoError(t, err)
	_, err = r.Source(ctx)
	require.NoError(t, err)
	r.Ended()
	r.exchange("POST", "back", "{}", 200, `{"value":null}`)
	got := r.finish(drivers.LogLine{Text: "2026-11-22T16:14:05Z up"}, drivers.LogLine{Text: "no time"}, drivers.LogLine{Text: "told", At: r.clock.now})

	require.Equal(t, certification.TraceSchema, got.Schema)
	require.Equal(t, []string{"3P2-DE-02", "a.feature:7 It works", "3"}, []string{got.Case, got.Scenario, fmt.Sprint(got.N)})
	require.Len(t, got.Steps, 2)
	require.Nil(t, got.Steps[0].Before, "nothing was seen before")
	require.Equal(t, got.Steps[0].After, got.Steps[1].Before)
	require.NotEqual(t, *got.Steps[1].Before, *got.Steps[1].After)
	require.Equal(t, []string{`TextView "two" [0,100 90×20]`}, got.Trees[*got.Steps[1].After].Lines, "the system's bars are left out")
	require.Equal(t, 0.1, got.Steps[0].From)
	require.Equal(t, 0.3, got.Steps[0].To, "the look at its end is not the step's")

	require.Len(t, got.Pictures, 2)
	require.Equal(t, certification.Place(1), got.Pictures[0].Step)
	require.Equal(t, certification.Place(2), got.Pictures[1].Step, "the picture of the end belongs to the last step")

	require.Len(t, got.Waits, 2)
	w := got.Waits[0]
	require.Equal(t, "the second page", w.For)
	require.Equal(t, "late", w.Outcome)
	require.Equal(t, 11, w.Looks)
	require.InDelta(t, 10, w.To-w.From, 0.2)
	require.Equal(t, "paused", got.Waits[1].Outcome)
	require.Zero(t, got.Waits[1].Looks)

	var names []string
	for _, c := range got.Commands {
		names = append(names, fmt.Sprintf("%d %s %s %s ×%d", c.Step, c.Name, c.Detail, c.Outcome, c.Count))
	}
	require.Equal(t, []string{"0 POST element id=x 404 no such element ×1", "1 POST element/:id/click  200 ×1", "1 GET source  200 ×1", "1 GET screenshot  200 ×1", "1 GET source  200 ×1",
		"2 POST elements id=y 200 ×11", "2 GET source  200 ×1", "2 GET screenshot  200 ×1", "2 GET source  200 ×1", "-1 POST back  200 ×1"}, names)

	require.Equal(t, 2.0, *got.Log[0].At)
	require.Nil(t, got.Log[1].At)
	require.NotNil(t, got.Log[2].At)
	require.Empty(t, got.LeftOut)
	require.Nil(t, r.finish(), "it is over")
}

// The phone is asked for nothing that is there already, and for nothing at all
// where that would not be answered.
func TestLooksAreFew(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	require.NoError(t, r.Look(ctx, r))
	require.Empty(t, r.asked, "nothing was done yet")
	r.tap()
	require.NoError(t, r.Look(ctx, r))
	require.Equal(t, []string{"element/1/click", "source", "screenshot", "source"}, r.asked)
	require.NoError(t, r.Look(ctx, r))
	require.Len(t, r.asked, 4, "nothing was sent since")
	r.tap()
	require.NoError(t, r.Look(ctx, r))
	require.Equal(t, "source", r.asked[len(r.asked)-1], "the screen is the same")
	require.Len(t, r.asked, 6)
	r.screen = page("another")
	r.tap()
	_, err := r.Source(ctx)
	require.NoError(t, err)
	require.NoError(t, r.Look(ctx, r))
	require.Equal(t, []string{"element/1/click", "source", "screenshot", "source"}, r.asked[6:], "what was seen last is taken")
	r.Quiet = true
	r.tap()
	n := len(r.asked)
	require.NoError(t, r.Look(ctx, r))
	require.Len(t, r.asked, n)
}

// A phone says only once that its session is lost: that must not be swallowed.
func TestALostSessionIsTold(t *testing.T) {
	lost := &certification.Trouble{Code: certification.RigSession, Message: "lost"}
	for _, where := range []string{"source", "screenshot"} {
		r := newRig(t)
		r.tap()
		r.fails[where] = fmt.Errorf("look: %w", lost)
		require.ErrorIs(t, r.Look(t.Context(), r), lost)
		r = newRig(t)
		r.tap()
		r.fails[where] = errors.New("refused")
		require.NoError(t, r.Look(t.Context(), r))
	}
}

// What is secret is nowhere, and what a screen taught is secret everywhere, also
// in what came before.
func TestSecrets(t *testing.T) {
	r := newRig(t)
	ctx := r.Context(t.Context())
	r.StepBegan()
	r.exchange("POST", "element", `{"using":"xpath","value":"//*[@text='914-275' or 's3cr3t-word' or 'ada@lumen.example']"}`, 500, value(t, map[string]string{"error": "no 914-275", "message": "m"}))
	r.exchange("POST", "element/1/value", `{"text":"typed by hand","value":["t"]}`, 200, `{"value":null}`)
	require.NoError(t, drivers.Poll(ctx, r.clock, drivers.Wait{For: "914-275", Timeout: time.Second, Every: time.Second}, func(context.Context) error { return nil }))
	r.screen = page("you typed 914-275, s3cr3t-word", code)
	require.NoError(t, r.Look(ctx, r))
	r.StepEnded()
	got := r.finish(drivers.LogLine{Text: "pin 914-275 s3cr3t-word"})
	data, err := json.Marshal(got)
	require.NoError(t, err)
	for _, word := range []string{"914-275", "s3cr3t", "typed by hand", "ada@lumen"} {
		require.NotContains(t, string(data), word)
	}
	require.Contains(t, string(data), "otp_code")
	require.Len(t, got.Pictures, 1)
	img, _, err := image.Decode(bytes.NewReader(got.Pictures[0].Data))
	require.NoError(t, err)
	grey := color.RGBAModel.Convert(img.At(30, 30)).(color.RGBA)
	require.InDelta(t, 0x60, grey.R, 8)
	require.Equal(t, img.At(30, 30), img.At(12, 22))
	require.Equal(t, img.At(30, 30), img.At(58, 38))
}

// A picture of which nobody knows what is secret is left out, and that is said.
func TestPicturesThatCannotBeMadeSafe(t *testing.T) {
	for why, play := range map[string]func(r *rig){
		"no page source was taken right before and after": func(r *rig) {
			r.Source(t.Context())
			r.Screenshot(t.Context())
			r.tap()
			r.Source(t.Context())
		},
		"no page source was taken right before": func(r *rig) { // a page of the web says nothing of the phone's screen
			r.exchange("POST", "context", `{"name":"WEBVIEW_chrome"}`, 200, `{"value":null}`)
			r.screen = "<html><body><p>top secret</p></body></html>"
			r.Source(t.Context())
			r.Screenshot(t.Context())
			r.Source(t.Context())
			r.StepBegan()
			r.StepEnded()
			r.exchange("POST", "context", `{"name":"NATIVE_APP"}`, 200, `{"value":null}`)
		},
		"cannot be read": func(r *rig) {
			r.png = r.png[:80]
			r.Source(t.Context())
			r.Screenshot(t.Context())
			r.Source(t.Context())
		},
		"a page source of the same moment cannot be read": func(r *rig) {
			r.screen = "<hierarchy><n text='top secret"
			r.Source(t.Context())
			r.Screenshot(t.Context())
			r.Source(t.Context())
			r.StepBegan()
			r.StepEnded()
		},
	} {
		r := newRig(t)
		play(r)
		got := r.finish()
		require.Empty(t, got.Pictures, why)
		require.Contains(t, strings.Join(got.LeftOut, "\n"), why)
		data, err := json.Marshal(got)
		require.NoError(t, err)
		require.NotContains(t, string(data), "top secret")
	}
}

func TestBounds(t *testing.T) {
	r := newRig(t)
	for i := range 40 {
		r.screen = page(fmt.Sprint("page ", i))
		r.tap()
		require.NoError(t, r.Look(t.Context(), r))
	}
	for i := range 3000 {
		r.exchange("GET", fmt.Sprint("thing", i), "", 200, "{}")
	}
	got := r.finish(make([]drivers.LogLine, 1000)...)
	require.Len(t, got.Pictures, mostPictures)
	require.Equal(t, 0.2, got.Pictures[0].At, "the first one stays")
	require.Len(t, got.Commands, mostKept)
	require.Len(t, got.Log, mostLines)
	require.Len(t, got.LeftOut, 3)
}

func TestARoundThatRepeatsItself(t *testing.T) {
	var list []certification.TraceCommand
	for range 50 {
		for _, name := range []string{"a", "b", "b", "c"} {
			list = fold(append(list, certification.TraceCommand{Name: name, Count: 1, Total: 1, Most: 1}))
		}
	}
	var got []string
	sum := 0
	for _, c := range list {
		got = append(got, c.Name)
		sum += c.Count
	}
	require.Equal(t, []string{"a", "b", "c"}, got)
	require.Equal(t, 200, sum)
}

func TestNoTracer(t *testing.T) {
	var tr *Tracer
	tr.Begin(id)
	tr.StepBegan()
	tr.StepEnded()
	tr.Looked()
	tr.Ended()
	tr.Wire(appium.Exchange{})
	require.NoError(t, tr.Look(t.Context(), nil))
	require.Equal(t, t.Context(), tr.Context(t.Context()))
	require.Nil(t, tr.Finish(nil, nil, nil, nil))
	tr.Drop()
}

func FuzzWire(f *testing.F) {
	f.Add("/session/x/source", []byte(`{"using":"id"}`), []byte(`{"value":"<hierarchy/>"}`), 200)
	f.Add("/session/x/screenshot", []byte(nil), []byte(`{"value":"iVBORw0KGgo="}`), 200)
	f.Fuzz(func(t *testing.T, path string, request, response []byte, status int) {
		c := &clock{time.Unix(0, 0)}
		tr := &Tracer{Clock: c}
		tr.Begin(id)
		tr.StepBegan()
		for _, p := range []string{path, "/session/x/source", path, "/session/x/screenshot", "/session/x/source"} {
			tr.Wire(appium.Exchange{At: c.now, Method: "GET", Path: p, Request: request, Response: response, Status: status})
		}
		tr.StepEnded()
		var known secret.Masker
		got := tr.Finish(&evidence.Camera{Known: &known}, &known, nil, []drivers.LogLine{{Text: string(request)}})
		if _, err := json.Marshal(got); err != nil {
			t.Fatal(err)
		}
	})
}
