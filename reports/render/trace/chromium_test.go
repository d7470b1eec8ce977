package trace_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ffscert/reports/render"
	"ffscert/reports/render/html"
	"ffscert/reports/render/pagetest"
	"ffscert/reports/render/trace"
)

var shots = flag.String("shots", "", "folder into which pictures of the page are put, for people")

// tab is a page that is open.
type tab struct {
	*pagetest.Page
	t testing.TB
}

func visit(t testing.TB, b *pagetest.Browser, file, fragment string) tab {
	t.Helper()
	return tab{b.Open(t, file, fragment), t}
}

// run carries out a script on the page.
func (p tab) run(script string) {
	p.t.Helper()
	p.Do(chromedp.Evaluate[chromedp.Void](script))
}

// holds fails the test unless something comes true soon.
func (p tab) holds(what, question string) {
	p.t.Helper()
	ok := pagetest.Get(p.Page, chromedp.Evaluate[bool](`new Promise(done => { const end = Date.now() + 10000; const look = () => {
		let ok = false; try { ok = !!(`+question+`) } catch (e) {} if (ok || Date.now() > end) done(ok); else setTimeout(look, 30) }; look() })`, chromedp.EvalAwaitPromise))
	if !ok {
		p.t.Errorf("%s: not so: %s", what, question)
	}
}

// folder writes the pages of a run as a run does, traces first.
func folder(t testing.TB, s render.Source) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, f func(*os.File) error) {
		out, err := os.Create(filepath.Join(dir, name))
		if err == nil {
			err = f(out)
		}
		if err == nil {
			err = out.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write(trace.FileName, func(f *os.File) error { _, err := trace.Render(f, s, trace.Options{}); return err })
	write("matrix.html", func(f *os.File) error { return html.Render(f, s.Record, html.Options{Folder: os.DirFS(dir)}) })
	return dir
}

func TestInChromium(t *testing.T) {
	browser := pagetest.Start(t)
	dir := folder(t, trace.Mixed(t))
	page := filepath.Join(dir, trace.FileName)
	t.Run("a failed attempt opens from the matrix to its trace", func(t *testing.T) {
		p := visit(t, browser, filepath.Join(dir, "matrix.html"), "")
		p.Click(`a.cell.v-failed`)
		p.Do(chromedp.Click(chromedp.CSS(`details[open] a.trace`)), chromedp.WaitVisible(chromedp.CSS(`.film`)))
		p.holds("the trace is open", `document.title.startsWith('Trace') && document.querySelector('main h1').innerText.includes('attempt 7')`)
		p.holds("SIMULATED stands at the top", `[...document.querySelectorAll('.bar .stamp')].some(e => e.checkVisibility() && e.innerText === 'SIMULATED')`)
		p.holds("the film strip has its pictures", `[...document.querySelectorAll('.film img')].length === 3 && [...document.querySelectorAll('.film img')].every(i => i.naturalWidth === 320)`)
		p.holds("what failed is open, and nothing else", `[...document.querySelectorAll('.step button[aria-expanded=true] .name')].map(e => e.innerText).join() === 'the Alexa app shows the device by its exact name within 300 seconds'`)
		p.run(`document.querySelector('.open:not([hidden]) .pair').scrollIntoView()`) // they are loaded when looked at
		p.holds("pictures before and after", `[...document.querySelectorAll('.open:not([hidden]) .pair img')].length === 2 && [...document.querySelectorAll('.open:not([hidden]) .pair img')].every(i => i.naturalWidth === 320)`)
		p.holds("what changed", `document.querySelector('.diff .less').innerText.includes('First plug') && document.querySelector('.diff .more').innerText.includes('Switch')`)
		p.holds("what was waited for", `document.querySelector('.open:not([hidden]) table').innerText.includes('"First light" to be listed') && document.querySelector('.open:not([hidden]) table').innerText.includes('late')`)
		p.holds("the log of that time", `[...document.querySelectorAll('.open:not([hidden]) .log')].some(e => e.innerText.includes('ADVERTISING') && !e.innerText.includes('without a time'))`)
		p.Click(`.open:not([hidden]) details.fold:last-of-type > summary`)
		p.holds("the commands", `document.querySelector('.open:not([hidden])').innerText.includes('404 no such element') && document.querySelector('.open:not([hidden])').innerText.includes('490')`)
		p.holds("the bars tell the time", `(b => { const w = e => e.getBoundingClientRect().width; const t = document.querySelector('.step.failed .track'); return w(t.querySelector('i')) > 0.7 * w(t) && w(t.querySelector('i')) < w(t) })()`)
		p.holds("what decided", `document.querySelector('.decided').innerText.includes('the plug answered')`)
		p.run(`scrollTo(0, 0)`)
		p.Keep(*shots, "trace.png")
		p.Do(chromedp.Click(chromedp.CSS(`a.back`)), chromedp.WaitVisible(chromedp.CSS(`.strip`)))
		p.holds("the way back", `document.title.startsWith('FAILED')`)
	})
	t.Run("it is as every page of ours", func(t *testing.T) {
		p := visit(t, browser, page, "")
		p.run(`for (const e of document.querySelectorAll('.step > button[aria-expanded=false], .fold:not([open]) > summary')) e.click()`)
		p.run(`for (const e of document.querySelectorAll('.fold:not([open]) > summary')) e.click()`)
		p.Check()
	})
	t.Run("keys alone lead through it", func(t *testing.T) {
		p := visit(t, browser, page, "")
		p.run(`document.querySelector('.film button').focus()`)
		p.Keys(kb.ArrowRight + kb.Enter)
		p.holds("a picture leads to its step", `document.activeElement.matches('.step > button[aria-expanded=true]') && document.activeElement.innerText.includes('switched off')`)
		p.Keys(kb.ArrowDown + kb.Enter)
		p.holds("the arrow leads to the next step, Enter opens it", `document.activeElement.innerText.includes('provisioner') && document.activeElement.getAttribute('aria-expanded') === 'true'`)
		p.holds("its address is kept", `location.hash.endsWith('/s3')`)
		p.Keys(kb.Enter)
		p.holds("Enter closes it", `document.activeElement.getAttribute('aria-expanded') === 'false'`)
		p.Click(`.turn button:last-child`)
		p.holds("the next attempt, and the focus with it", `document.activeElement.tagName === 'H1'`)
		p.holds("one stop of the Tab key in the steps", `document.querySelectorAll('.step > button[tabindex="0"]').length === 1`)
		p.Quiet()
	})
	t.Run("an attempt that passed has its steps, and says what was not kept", func(t *testing.T) {
		p := visit(t, browser, page, "")
		p.holds("it is out of the way", `!document.querySelector('nav a.v-passed').checkVisibility() && document.querySelector('nav a.v-failed').checkVisibility()`)
		p.Click(`nav .filter`)
		p.Click(`nav a.v-passed`)
		p.holds("it says so", `document.querySelector('main').innerText.includes('only the steps are kept') && document.querySelectorAll('.step').length >= 7 && !document.querySelector('.film')`)
		p.Quiet()
	})
	t.Run("an address that leads nowhere says so", func(t *testing.T) {
		p := visit(t, browser, page, "nobody~1~1/s9%")
		p.holds("it says so", `document.querySelector('main').innerText.includes('not on this page')`)
		p.Quiet()
	})
	t.Run("without a script the list can be read", func(t *testing.T) {
		p := visit(t, browser, page, "")
		p.Script(false)
		p.Script(true)
		p.holds("it can", `document.querySelector('nav a.v-failed').innerText.includes('was not set up') && document.querySelector('noscript p').checkVisibility()`)
	})
	t.Run("it fits a phone, in the dark", func(t *testing.T) {
		p := visit(t, browser, page, "")
		p.Look("dark")
		p.Size(390, 844)
		p.Do(chromedp.Reload())
		p.holds("a step has room for its words", `[...document.querySelectorAll('.step .name')].every(e => e.getBoundingClientRect().width > 120)`)
		p.holds("it is dark", `getComputedStyle(document.body).backgroundColor === 'rgb(17, 20, 24)'`)
		p.Keep(*shots, "trace-phone.png")
		p.Quiet()
	})
	t.Run("on paper the attempt is shown, and each page is marked", func(t *testing.T) {
		p := visit(t, browser, page, "")
		p.Look("print")
		p.holds("the list is not printed, the trace is", `!document.querySelector('nav').checkVisibility() && document.querySelector('.diff').checkVisibility()`)
		p.holds("marked", `getComputedStyle(document.querySelector('.watermark')).position === 'fixed' && document.querySelector('.watermark').innerText.includes('SIMULATED')`)
		p.Quiet()
	})
	t.Run("text from outside does nothing", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), trace.FileName)
		if err := os.WriteFile(file, []byte(trace.HostilePage(t)), 0o644); err != nil {
			t.Fatal(err)
		}
		p := visit(t, browser, file, "")
		for range 3 {
			p.run(`for (const e of document.querySelectorAll('.step > button[aria-expanded=false], .fold:not([open]) > summary')) e.click()`)
			p.run(`document.querySelector('.turn button:last-child').click()`)
		}
		if pagetest.Eval[bool](p.Page, `'pwned' in window`) {
			t.Error("it ran a script")
		}
		p.holds("it is shown as text", `document.querySelector('nav').innerText.includes('onerror=window.pwned=1')`)
		p.Quiet()
	})
	t.Run("the page may not load anything, whatever gets into it", func(t *testing.T) {
		p := visit(t, browser, page, "")
		p.run(`addEventListener('securitypolicyviolation', e => { window.stopped = e.effectiveDirective }); new Image().src = 'http://127.0.0.1:1/x.png'`)
		p.holds("it is stopped", `window.stopped === 'img-src'`)
	})
}

// BenchmarkOpen opens a page with 500 traced attempts from the disk until it is
// loaded whole, and until its first trace is shown. The page must be open in 2 s.
func BenchmarkOpen(b *testing.B) {
	browser := pagetest.Start(b)
	dir := folder(b, trace.Many(b, 500))
	info, err := os.Stat(filepath.Join(dir, trace.FileName))
	if err != nil {
		b.Fatal(err)
	}
	loaded, shown := 0.0, 0.0
	b.ResetTimer()
	for range b.N {
		p := visit(b, browser, filepath.Join(dir, trace.FileName), "")
		p.holds("the pictures are there", `[...document.querySelectorAll('.film img')].some(i => i.naturalWidth === 320)`)
		loaded += pagetest.Eval[float64](p.Page, `performance.getEntriesByType('navigation')[0].loadEventEnd`)
		shown += pagetest.Eval[float64](p.Page, `performance.getEntriesByName('first-contentful-paint')[0].startTime`)
		p.Quiet()
	}
	b.ReportMetric(loaded/float64(b.N), "ms-loaded")
	b.ReportMetric(shown/float64(b.N), "ms-shown")
	b.ReportMetric(float64(info.Size())/1e6, "MB")
}
