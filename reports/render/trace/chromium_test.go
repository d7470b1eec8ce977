package trace_test

import (
	"context"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ffscert/reports/render"
	"ffscert/reports/render/html"
	"ffscert/reports/render/trace"
)

var shots = flag.String("shots", "", "folder into which pictures of the page are put, for people")

// browser starts Debian's browser, or another one of its family. A machine that has
// none skips; where everything is set up, that is a failure.
func browser(t testing.TB) context.Context {
	t.Helper()
	bin := ""
	for _, name := range []string{"chromium", "chromium-headless-shell", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			bin = path
			break
		}
	}
	if bin == "" {
		const missing = "no Chromium is installed, so nobody looked at the page: apt-get install chromium"
		if os.Getenv("FFSCERT_REQUIRE_REAL") == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1300, 1000), chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log("Chromium did not end well: ", err)
		}
		end()
	})
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal("Chromium did not start: ", err)
	}
	return ctx
}

// tab is a page that is open, and what it complained of or asked for.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu      sync.Mutex
	trouble []string
}

// visit opens a file of the disk in a tab of its own.
func visit(t testing.TB, ctx context.Context, file, fragment string) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	p := &tab{t: t, ctx: ctx}
	err := chromedp.Listen(ctx, func(event any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if u := e.Request.URL; !strings.HasPrefix(u, "data:") && !strings.HasSuffix(strings.Split(u, "#")[0], ".html") {
				p.trouble = append(p.trouble, "asked for "+u)
			}
		case *log.EventEntryAdded:
			p.trouble = append(p.trouble, e.Entry.Text)
		case *cdpruntime.EventExceptionThrown:
			p.trouble = append(p.trouble, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
		case *cdpruntime.EventConsoleAPICalled:
			p.trouble = append(p.trouble, string(e.Type))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	call(p, cdpruntime.Enable, cdp.Empty{})
	p.do(chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.ToSlash(file), Fragment: fragment}).String()))
	return p
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

func call[P, R any](p *tab, c cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, c, params); err != nil {
		p.t.Fatal(err)
	}
}

// eval answers a question about the page.
func eval[T any](p *tab, question string) T {
	p.t.Helper()
	answer, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](question, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", question, err)
	}
	return answer
}

// holds fails the test unless something comes true soon.
func (p *tab) holds(what, question string) {
	p.t.Helper()
	if !eval[bool](p, `new Promise(done => { const end = Date.now() + 10000; const look = () => { let ok = false; try { ok = !!(`+question+`) } catch (e) {} if (ok || Date.now() > end) done(ok); else setTimeout(look, 30) }; look() })`) {
		p.t.Errorf("%s: not so: %s", what, question)
	}
}

// quiet fails the test if the page asked for anything or complained.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.trouble) > 0 {
		p.t.Errorf("the page complains: %q", p.trouble)
	}
}

// keep puts a picture of the page where a person wants to see it.
func (p *tab) keep(name string) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	data, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name), data, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
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
	ctx := browser(t)
	dir := folder(t, trace.Mixed(t))
	page := filepath.Join(dir, trace.FileName)
	t.Run("a failed attempt opens from the matrix to its trace", func(t *testing.T) {
		p := visit(t, ctx, filepath.Join(dir, "matrix.html"), "")
		p.do(chromedp.Click(chromedp.CSS(`a.cell.v-failed`)), chromedp.Click(chromedp.CSS(`details[open] a.trace`)))
		p.holds("the trace is open", `document.title.startsWith('Trace') && document.querySelector('main h1').innerText.includes('attempt 7')`)
		p.holds("SIMULATED stands at the top", `[...document.querySelectorAll('.bar .stamp')].some(e => e.checkVisibility() && e.innerText === 'SIMULATED')`)
		p.holds("the film strip has its pictures", `[...document.querySelectorAll('.film img')].length === 3 && [...document.querySelectorAll('.film img')].every(i => i.naturalWidth === 320)`)
		p.holds("what failed is open, and nothing else", `[...document.querySelectorAll('.step button[aria-expanded=true] .name')].map(e => e.innerText).join() === 'the Alexa app shows the device by its exact name within 300 seconds'`)
		p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.open:not([hidden]) .pair').scrollIntoView()`)) // they are loaded when looked at
		p.holds("pictures before and after", `[...document.querySelectorAll('.open:not([hidden]) .pair img')].length === 2 && [...document.querySelectorAll('.open:not([hidden]) .pair img')].every(i => i.naturalWidth === 320)`)
		p.holds("what changed", `document.querySelector('.diff .less').innerText.includes('First plug') && document.querySelector('.diff .more').innerText.includes('Switch')`)
		p.holds("what was waited for", `document.querySelector('.open:not([hidden]) table').innerText.includes('"First light" to be listed') && document.querySelector('.open:not([hidden]) table').innerText.includes('late')`)
		p.holds("the log of that time", `[...document.querySelectorAll('.open:not([hidden]) .log')].some(e => e.innerText.includes('ADVERTISING') && !e.innerText.includes('without a time'))`)
		p.do(chromedp.Click(chromedp.CSS(`.open:not([hidden]) details.fold:last-of-type > summary`)))
		p.holds("the commands", `document.querySelector('.open:not([hidden])').innerText.includes('404 no such element') && document.querySelector('.open:not([hidden])').innerText.includes('490')`)
		p.holds("the bars tell the time", `(b => { const w = e => e.getBoundingClientRect().width; const t = document.querySelector('.step.failed .track'); return w(t.querySelector('i')) > 0.7 * w(t) && w(t.querySelector('i')) < w(t) })()`)
		p.holds("what decided", `document.querySelector('.decided').innerText.includes('the plug answered')`)
		p.do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0)`))
		p.keep("trace.png")
		p.do(chromedp.Click(chromedp.CSS(`a.back`)))
		p.holds("the way back", `document.title.startsWith('FAILED')`)
		p.quiet()
	})
	t.Run("keys alone lead through it", func(t *testing.T) {
		p := visit(t, ctx, page, "")
		p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.film button').focus()`), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter))
		p.holds("a picture leads to its step", `document.activeElement.matches('.step > button[aria-expanded=true]') && document.activeElement.innerText.includes('switched off')`)
		p.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
		p.holds("the arrow leads to the next step, Enter opens it", `document.activeElement.innerText.includes('provisioner') && document.activeElement.getAttribute('aria-expanded') === 'true'`)
		p.holds("its address is kept", `location.hash.endsWith('/s3')`)
		p.do(chromedp.KeyEvent(kb.Enter))
		p.holds("Enter closes it", `document.activeElement.getAttribute('aria-expanded') === 'false'`)
		p.do(chromedp.Click(chromedp.CSS(`.turn button:last-child`)))
		p.holds("the next attempt, and the focus with it", `document.activeElement.tagName === 'H1'`)
		p.holds("one stop of the Tab key in the steps", `document.querySelectorAll('.step > button[tabindex="0"]').length === 1`)
		p.quiet()
	})
	t.Run("an attempt that passed has its steps, and says what was not kept", func(t *testing.T) {
		p := visit(t, ctx, page, "")
		p.do(chromedp.Click(chromedp.CSS(`nav a.v-passed`)))
		p.holds("it says so", `document.querySelector('main').innerText.includes('only the steps are kept') && document.querySelectorAll('.step').length >= 7 && !document.querySelector('.film')`)
		p.quiet()
	})
	t.Run("an address that leads nowhere says so", func(t *testing.T) {
		p := visit(t, ctx, page, "nobody~1~1/s9")
		p.holds("it says so", `document.querySelector('main').innerText.includes('not on this page')`)
		p.quiet()
	})
	t.Run("without a script the list can be read", func(t *testing.T) {
		p := visit(t, ctx, page, "")
		call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		p.do(chromedp.Reload())
		call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
		p.holds("it can", `document.querySelector('nav a.v-failed').innerText.includes('was not set up') && document.querySelector('noscript p').checkVisibility()`)
	})
	t.Run("it fits a phone, in the dark", func(t *testing.T) {
		p := visit(t, ctx, page, "")
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile), chromedp.Reload())
		p.holds("it is as wide as the phone", `document.documentElement.scrollWidth <= 390`)
		p.holds("a step has room for its words", `[...document.querySelectorAll('.step .name')].every(e => e.getBoundingClientRect().width > 120)`)
		p.holds("it is dark", `getComputedStyle(document.body).backgroundColor === 'rgb(17, 20, 24)'`)
		p.keep("trace-phone.png")
		p.quiet()
	})
	t.Run("on paper the attempt is shown, and each page is marked", func(t *testing.T) {
		p := visit(t, ctx, page, "")
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		p.holds("the list is not printed, the trace is", `!document.querySelector('nav').checkVisibility() && document.querySelector('.diff').checkVisibility()`)
		p.holds("marked", `getComputedStyle(document.querySelector('.watermark')).position === 'fixed' && document.querySelector('.watermark').innerText.includes('SIMULATED')`)
		p.quiet()
	})
	t.Run("text from outside does nothing", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), trace.FileName)
		if err := os.WriteFile(file, []byte(trace.HostilePage(t)), 0o644); err != nil {
			t.Fatal(err)
		}
		p := visit(t, ctx, file, "")
		for range 3 {
			p.do(chromedp.Evaluate[chromedp.Void](`for (const e of document.querySelectorAll('.step > button[aria-expanded=false], .fold:not([open]) > summary')) e.click()`))
			p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.turn button:last-child').click()`))
		}
		if eval[bool](p, `'pwned' in window`) {
			t.Error("it ran a script")
		}
		p.holds("it is shown as text", `document.querySelector('nav').innerText.includes('onerror=window.pwned=1')`)
		p.quiet()
	})
	t.Run("the page may not load anything, whatever gets into it", func(t *testing.T) {
		p := visit(t, ctx, page, "")
		p.holds("it is stopped", `new Promise(r => { addEventListener('securitypolicyviolation', e => r(e.effectiveDirective === 'img-src')); new Image().src = 'http://127.0.0.1:1/x.png' })`)
	})
}

// BenchmarkOpen opens a page with 500 traced attempts from the disk until it is
// loaded whole, and until its first trace is shown. The page must be open in 2 s.
func BenchmarkOpen(b *testing.B) {
	ctx := browser(b)
	dir := folder(b, trace.Many(b, 500))
	info, err := os.Stat(filepath.Join(dir, trace.FileName))
	if err != nil {
		b.Fatal(err)
	}
	loaded, shown := 0.0, 0.0
	b.ResetTimer()
	for range b.N {
		p := visit(b, ctx, filepath.Join(dir, trace.FileName), "")
		p.holds("the pictures are there", `[...document.querySelectorAll('.film img')].some(i => i.naturalWidth === 320)`)
		loaded += eval[float64](p, `performance.getEntriesByType('navigation')[0].loadEventEnd`)
		shown += eval[float64](p, `performance.getEntriesByName('first-contentful-paint')[0].startTime`)
		p.quiet()
	}
	b.ReportMetric(loaded/float64(b.N), "ms-loaded")
	b.ReportMetric(shown/float64(b.N), "ms-shown")
	b.ReportMetric(float64(info.Size())/1e6, "MB")
}
