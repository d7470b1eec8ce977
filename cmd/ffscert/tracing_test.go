package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/render/pagetest"
)

// tracesIn are the traces of a run, by the number of the attempt.
func tracesIn(t *testing.T, runs string) (journal.Record, map[int]certification.Trace) {
	t.Helper()
	rec, dir, err := journal.Read(t.Context(), runs, journal.Latest)
	require.NoError(t, err)
	all := map[int]certification.Trace{}
	for _, a := range rec.Attempts {
		for _, p := range a.Evidence {
			if filepath.Ext(p) != certification.TraceExt {
				continue
			}
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p)))
			require.NoError(t, err)
			var tr certification.Trace
			require.NoError(t, json.Unmarshal(data, &tr))
			all[a.ID.N] = tr
		}
	}
	return rec, all
}

// While a set-up time is counted, nothing is asked of the phone for a trace: what
// is measured with traces is what would be measured without.
func TestTracesDoNotDisturbWhatIsMeasured(t *testing.T) {
	dir := t.TempDir()
	st, _, errs := testState(t, dir, "run", "--case", "3P2-DE-02", "--attempts", "4", "--seed", "3", "--trace", "all", "--quiet")
	require.Equal(t, exitPassed, Main(st), errs)
	rec, traces := tracesIn(t, filepath.Join(dir, "runs"))
	require.Len(t, traces, 4)
	for _, a := range rec.Attempts {
		tr := traces[a.ID.N]
		require.NotNil(t, a.SetupTime)
		from, to := a.SetupTime.PoweredUTC.From.Sub(tr.Started).Seconds(), a.SetupTime.SetUpUTC.To.Sub(tr.Started).Seconds()
		require.Greater(t, to, from)
		pictures, inside := 0, 0
		for _, c := range tr.Commands {
			if c.Name == "GET screenshot" {
				pictures++
				require.False(t, c.From >= from && c.From <= to, "attempt %d: a picture was taken at %.1f s, between %.1f and %.1f s", a.ID.N, c.From, from, to)
			}
			if c.From >= from && c.From <= to {
				inside++
			}
		}
		require.Greater(t, pictures, 3, "there is nothing to be seen of the rest")
		require.Positive(t, inside)
		require.Len(t, tr.Steps, len(a.Steps))
		for i, s := range tr.Steps {
			require.InDelta(t, a.Steps[i].Seconds, s.To-s.From, 0.002, "the look after a step is not counted to it")
		}
	}
}

// What a replay traces is what the recorded attempt did; recordings without traces
// are replayed without.
func TestTracesOfReplays(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for _, when := range []string{"failed", "off"} {
		dir := t.TempDir()
		lab := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\nseed: 7\ntestbeds:\n  - {name: v, virtual: {device: {set_up_failure: 1}}}\n"
		replay := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - {name: v, virtual: {replay: night/latest}}\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "lab.yaml"), []byte(lab), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "replay.yaml"), []byte(replay), 0o600))
		st, _, errs := testState(t, dir, "--config", "lab.yaml", "--runs", "night", "run", "--case", "3P2-DE-02", "--attempts", "1", "--record", "--trace", when, "--quiet")
		require.Equal(t, exitFailed, Main(st), errs)
		st, out, errs := testState(t, dir, "--config", "replay.yaml", "run", "--case", "3P2-DE-02", "--attempts", "1", "--quiet")
		require.Equal(t, exitFailed, Main(st), errs)
		require.NotContains(t, out.String(), "FFS-E608")
		_, night := tracesIn(t, filepath.Join(dir, "night"))
		_, day := tracesIn(t, filepath.Join(dir, "runs"))
		require.Contains(t, day, 1)
		if when == "off" {
			require.Empty(t, night)
			require.NotEmpty(t, day[1].LeftOut)
			continue
		}
		require.Equal(t, night[1].Pictures, day[1].Pictures)
		require.Equal(t, night[1].Trees, day[1].Trees)
		require.Equal(t, night[1].Steps, day[1].Steps)
		require.NotEmpty(t, night[1].Log)
	}
}

// What a run leaves opens from the disk: from the matrix page to the trace of what
// failed, with the phone's pictures.
func TestTraceOfARunInChromium(t *testing.T) {
	browser := pagetest.Start(t)
	dir := t.TempDir()
	lab := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\nseed: 7\ntestbeds:\n  - {name: lab, virtual: {device: {set_up_failure: 0.3}}}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(lab), 0o600))
	st, _, errs := testState(t, dir, "run", "--case", "3P2-DE-02", "--quiet")
	require.Equal(t, exitFailed, Main(st), errs)
	run, err := filepath.EvalSymlinks(filepath.Join(dir, "runs", "latest"))
	require.NoError(t, err)
	p := browser.Open(t, filepath.Join(run, "matrix.html"), "")
	p.Click(`a.cell.v-failed`)
	p.Do(chromedp.Click(chromedp.CSS(`details[open] a.trace`)), chromedp.WaitVisible(chromedp.CSS(`.film`)))
	require.Contains(t, pagetest.Eval[string](p, `document.querySelector('main h1').innerText`), "attempt 2")

	p = browser.Open(t, filepath.Join(run, "trace.html"), "")
	p.Do(chromedp.WaitVisible(chromedp.CSS(`.film`)))
	require.GreaterOrEqual(t, pagetest.Get(p, chromedp.Evaluate[int](`new Promise(done => { const all = [...document.querySelectorAll('.film img')]; const end = Date.now() + 10000;
		const look = () => all.every(i => i.naturalWidth) || Date.now() > end ? done(all.filter(i => i.naturalWidth === 320 && i.naturalHeight > 600).length) : setTimeout(look, 30); look() })`, chromedp.EvalAwaitPromise)), 5)
	require.Contains(t, pagetest.Eval[string](p, `document.querySelector('.step.failed .open').innerText`), "commissioning")
	p.Quiet()
}
