package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/rendertest"
)

// source is a run as the page reads it.
func source(rec journal.Record, files fstest.MapFS) render.Source {
	return render.Source{Record: rec, Matrix: matrix.Of(rec), Folder: files}
}

func write(t testing.TB, s render.Source, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := Render(&b, s, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// keep puts a trace into the folder and into the attempt's evidence.
func keep(t testing.TB, files fstest.MapFS, a *certification.Attempt, trace any) {
	t.Helper()
	data, err := json.Marshal(trace)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("evidence/%064x%s", len(files)+1, certification.TraceExt)
	files[name] = &fstest.MapFile{Data: data}
	a.Evidence = append(a.Evidence, name)
}

// small is a picture with a look of its own.
func small(t testing.TB, n int) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 320, 693), color.Palette{color.Gray{0xee}, color.RGBA{uint8(n * 37), uint8(n * 91), 0x90, 0xff}, color.Black})
	for y := range 693 {
		for x := range 320 {
			if y > 60+40*(n%10) && y < 90+40*(n%10) && x > 20 {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func at(f float64) *float64 { return &f }
func tree(i int) *int       { return &i }

// failed is the trace of an attempt that failed in its fifth step.
func failed(t testing.TB, a *certification.Attempt, pictures ...[]byte) certification.Trace {
	t.Helper()
	tr := certification.Trace{Schema: certification.TraceSchema, Case: a.ID.Case, Scenario: a.ID.Scenario, N: a.ID.N, Started: a.Started, Seconds: 395,
		Trees: []certification.TraceTree{
			{At: 1, Lines: []string{"FrameLayout [0,0 1080×2340]", ` TextView "Echo Dot" [0,100 1080×90]`, ` TextView "First plug" [0,200 1080×90]`, ` Button desc="Back" clickable [0,63 147×147]`}},
			{At: 90, Lines: []string{"FrameLayout [0,0 1080×2340]", ` TextView "Echo Dot" [0,100 1080×90]`, ` Switch "on" checked [414,830 252×168]`, ` Button desc="Back" clickable [0,63 147×147]`}}},
		Waits: []certification.TraceWait{{Step: 5, For: `"First light" to be listed`, From: 86, To: 386, Longest: 300, Looks: 490, Outcome: "late"},
			{Step: 3, For: "the provisioner starts", From: 20, To: 80, Longest: 60, Outcome: "paused"}},
		Commands: []certification.TraceCommand{{Step: 0, From: 0, To: 0.4, Name: "GET source", Outcome: "200", Count: 1, Total: 0.4, Most: 0.4},
			{Step: 5, From: 86, To: 386, Name: "POST elements", Detail: `-android uiautomator=new UiSelector().text("First light")`, Outcome: "200", Count: 490, Total: 39.2, Most: 0.1},
			{Step: 5, From: 386, To: 387, Name: "POST element", Detail: "id=x", Outcome: "404 no such element", Count: 1, Total: 0.1, Most: 0.1}},
		Log: []certification.TraceLine{{At: at(88), Text: "commissioning state ADVERTISING"}, {Text: "a line without a time"}}}
	begin := 1.0
	for i, s := range a.Steps {
		if s.Status == "skipped" {
			break
		}
		step := certification.TraceStep{From: begin, To: begin + s.Seconds, Before: tree(0), After: tree(0)}
		if i == 4 {
			step.After = tree(1)
		}
		tr.Steps = append(tr.Steps, step)
		begin = step.To + 1
	}
	for i, data := range pictures {
		p := certification.TracePicture{Step: certification.Place(i%4 + 1), At: float64(i) + 0.5, Type: "image/png", Width: 320, Height: 693, Data: data}
		if i == len(pictures)-1 {
			p.Step, p.At = 5, 387
		}
		tr.Pictures = append(tr.Pictures, p)
	}
	return tr
}

// mixed is a run with every verdict, of which those that did not pass are traced.
func mixed(t testing.TB) render.Source {
	rec, files := rendertest.Mixed(), fstest.MapFS{}
	for i := range rec.Attempts {
		if a := &rec.Attempts[i]; Worth(a.Verdict) {
			keep(t, files, a, failed(t, a, small(t, i), small(t, i+1), small(t, 99)))
		}
	}
	return source(rec, files)
}

// many is a run of n failed attempts, each with six pictures of the size that
// those of a phone have, and with page sources as long as those of the Alexa app.
func many(t testing.TB, n int) render.Source {
	rec, files := rendertest.Passed(n), fstest.MapFS{}
	rng := rand.New(rand.NewPCG(1, 2))
	tiny := small(t, 3)
	for i := range rec.Attempts {
		a := &rec.Attempts[i]
		rendertest.Spoil(a, certification.CauseProduct, certification.ProductNotSetUp, "not set up", "read the log")
		var pictures [][]byte
		for range 6 {
			noise := make([]byte, 8_000+rng.IntN(4_000)) // no two phones show the same
			for j := range noise {
				noise[j] = byte(rng.Uint32())
			}
			pictures = append(pictures, append(bytes.Clone(tiny), noise...))
		}
		tr := failed(t, a, pictures...)
		for k := range 8 {
			var lines []string
			for l := range 250 {
				lines = append(lines, fmt.Sprintf("%sTextView \"word %d\" #id_%d clickable [0,%d 1080×90]", strings.Repeat(" ", l%12), l*k%300, l, l*9))
			}
			lines = append(lines, fmt.Sprintf(`TextView "it is %s"`, a.Started.Add(time.Duration(k)*time.Minute).Format("15:04")))
			tr.Trees = append(tr.Trees, certification.TraceTree{At: float64(k), Lines: lines})
		}
		for k := range 80 {
			tr.Commands = append(tr.Commands, certification.TraceCommand{Step: 5, From: float64(k), To: float64(k) + 0.1, Name: "POST element", Detail: fmt.Sprintf("id=com.example:id/thing_%d", k), Outcome: "200", Count: 1, Total: 0.1, Most: 0.1})
		}
		keep(t, files, a, tr)
	}
	return source(rec, files)
}
