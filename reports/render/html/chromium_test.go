package html

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
	cdppage "github.com/chromedp/cdproto/page"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ffscert/reports/journal"
)

var shots = flag.String("shots", "", "folder into which pictures of the page are put, for people")

// chromium is Debian's browser, or another one of its family. A machine that
// has none skips; where everything is set up, that is a failure.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "no Chromium is installed, so nobody looked at the page: apt-get install chromium"
	if os.Getenv("FFSCERT_REQUIRE_REAL") == "1" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// browser starts one Chromium for a test.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1200, 900), chromedp.WSURLReadTimeout(time.Minute))
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
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	errors   []string
}

// open writes a run's page as a run does, and opens it from the disk.
func open(t *testing.T, ctx context.Context, rec journal.Record, fragment string) *tab {
	t.Helper()
	dir := t.TempDir()
	files := folder(t)
	for name, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "matrix.html")
	if err := os.WriteFile(path, []byte(render(t, rec, Options{Folder: os.DirFS(dir)})), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	p := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), Fragment: fragment}).String()
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	call(p, cdpruntime.Enable, cdp.Empty{})
	p.do(chromedp.Navigate(address))
	return p
}

func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "data:") && !strings.HasSuffix(strings.Split(u, "#")[0], "/matrix.html") {
			p.requests = append(p.requests, u)
		}
	case *log.EventEntryAdded:
		p.errors = append(p.errors, e.Entry.Text)
	case *cdpruntime.EventExceptionThrown:
		p.errors = append(p.errors, e.ExceptionDetails.Text)
	case *cdpruntime.EventConsoleAPICalled:
		p.errors = append(p.errors, string(e.Type))
	case *cdppage.EventJavascriptDialogOpening:
		p.errors = append(p.errors, "dialog "+e.Message)
	}
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// get runs an action that returns something.
func get[T any](p *tab, a chromedp.Action[T]) T {
	p.t.Helper()
	answer, err := chromedp.Run(p.ctx, a)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer
}

// call sends a command of the protocol.
func call[P, R any](p *tab, c cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, c, params); err != nil {
		p.t.Fatal(err)
	}
}

// eval answers a question about the page.
func eval[T any](p *tab, question string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](question))
}

// click clicks as a person does: with the mouse, in the middle.
func (p *tab) click(css string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(css)))
}

// quiet fails the test if the page asked for anything or complained.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) > 0 {
		p.t.Errorf("the page asked for %q", p.requests)
	}
	if len(p.errors) > 0 {
		p.t.Errorf("the page complains: %q", p.errors)
	}
}

// keep puts a picture of the page where a person wants to see it.
func (p *tab) keep(name string) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	data := get(p, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(*shots, name), data, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// isOpen asks whether an attempt is open, and everything around it.
const isOpen = `(id => {
	for (let e = document.getElementById(id); e; e = e.parentElement) if (e.tagName === 'DETAILS' && !e.open) return false;
	return document.getElementById(id).getBoundingClientRect().height > 50;
})`

func TestInChromium(t *testing.T) {
	ctx := browser(t)
	t.Run("the page opens from the disk and needs nothing else", func(t *testing.T) {
		p := open(t, ctx, mixed(), "")
		if got := eval[string](p, `document.querySelector('h1').innerText`); !strings.Contains(got, "FAILED") || !strings.Contains(got, "First light") {
			t.Errorf("the page begins with %q", got)
		}
		for _, word := range []string{"SIMULATED", "PARTIAL"} {
			if !eval[bool](p, `[...document.querySelectorAll('.bar .stamp')].some(e => e.checkVisibility() && e.innerText === '`+word+`')`) {
				t.Errorf("%s does not stand at the top", word)
			}
		}
		if eval[bool](p, isOpen+`('a7')`) {
			t.Error("attempts are open before anybody has asked")
		}
		p.keep("desktop.png")
		p.click(`a.cell[href="#a7"]`)
		p.do(chromedp.WaitVisible(chromedp.CSS(`#a7 .s-failed`)))
		if !eval[bool](p, isOpen+`('a7')`) {
			t.Error("a click does not open the attempt")
		}
		if n := eval[int](p, `[...document.querySelectorAll('#a7 .shot svg')].filter(e => e.getBoundingClientRect().height > 100).length`); n != 1 {
			t.Errorf("%d pictures are shown with it", n)
		}
		p.keep("open.png")
		p.do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 1e6)`))
		if top := eval[float64](p, `document.querySelector('.bar').getBoundingClientRect().top`); top != 0 {
			t.Errorf("the verdict has gone with the scrolling, to %v", top)
		}
		p.quiet()
	})
	t.Run("a passed attempt opens, too, though it is folded away", func(t *testing.T) {
		p := open(t, ctx, mixed(), "")
		p.click(`a.cell[href="#a2"]`)
		if !eval[bool](p, isOpen+`('a2')`) {
			t.Error("it does not")
		}
		p.quiet()
	})
	t.Run("keys alone reach every attempt", func(t *testing.T) {
		p := open(t, ctx, mixed(), "")
		tabs := 0
		for !eval[bool](p, `document.activeElement.matches('a.cell')`) {
			if tabs++; tabs > 20 {
				t.Fatal("twenty tabs do not reach the strip")
			}
			p.do(chromedp.KeyEvent(kb.Tab))
		}
		// The first stop is the first attempt that did not pass, the fifth.
		p.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter))
		if !eval[bool](p, isOpen+`('a7')`) {
			t.Errorf("Enter on a cell does not open its attempt; the focus is on %q", eval[string](p, `document.activeElement.outerHTML.slice(0, 200)`))
		}
		if !eval[bool](p, `document.activeElement.tagName === 'SUMMARY' && document.activeElement.parentElement.open`) {
			t.Error("the focus does not follow")
		}
		p.do(chromedp.KeyEvent(kb.Enter))
		if eval[bool](p, isOpen+`('a7')`) {
			t.Error("Enter does not close it again")
		}
		p.quiet()
	})
	t.Run("a link leads to an attempt", func(t *testing.T) {
		p := open(t, ctx, mixed(), "a14")
		if !eval[bool](p, isOpen+`('a14')`) {
			t.Error("it does not")
		}
		p.quiet()
	})
	t.Run("without a script everything can still be read", func(t *testing.T) {
		p := open(t, ctx, passed(1), "")
		call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		p.do(chromedp.Reload())
		p.click(`a.cell[href="#a1"]`)
		call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
		if !eval[bool](p, isOpen+`('a1')`) {
			t.Error("it cannot")
		}
	})
	t.Run("it fits a phone, in the dark", func(t *testing.T) {
		p := open(t, ctx, mixed(), "")
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile))
		p.click(`a.cell[href="#a7"]`)
		if w := eval[int](p, `document.documentElement.scrollWidth`); w > 390 {
			t.Errorf("it is %d pixels wide", w)
		}
		if w := eval[int](p, `Math.round(Math.min(...[...document.querySelectorAll('.glance td:nth-child(2), .case h3, .message, .s-text')].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().width)))`); w < 150 {
			t.Errorf("a text has %d pixels only", w)
		}
		if c := eval[string](p, `getComputedStyle(document.body).backgroundColor`); c != "rgb(17, 20, 24)" {
			t.Errorf("in the dark it is %s", c)
		}
		p.keep("phone-dark.png")
		p.do(chromedp.EmulateViewport(1200, 900))
		p.keep("desktop-dark.png")
		p.quiet()
	})
	t.Run("on paper each page is marked and what failed is open", func(t *testing.T) {
		p := open(t, ctx, mixed(), "")
		p.do(chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event('beforeprint'))`))
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		if !eval[bool](p, isOpen+`('a7')`) || eval[bool](p, isOpen+`('a2')`) {
			t.Error("what failed is not open, or what passed is")
		}
		if !eval[bool](p, `getComputedStyle(document.querySelector('.watermark')).position === 'fixed' && document.querySelector('.watermark').innerText.includes('SIMULATED')`) {
			t.Error("the pages are not marked")
		}
		paper := get(p, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground(), chromedp.PDFPreferCSSPageSize()))
		if len(paper) < 10_000 {
			t.Errorf("the paper has %d bytes", len(paper))
		}
		if *shots != "" {
			if err := os.WriteFile(filepath.Join(*shots, "paper.pdf"), paper, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		p.quiet()
	})
	t.Run("text from outside does nothing", func(t *testing.T) {
		p := open(t, ctx, hostile(), "")
		p.do(chromedp.Evaluate[chromedp.Void](`for (const e of document.querySelectorAll('details, a.cell, .shot')) e.tagName === 'DETAILS' ? e.open = true : e.click()`))
		if eval[bool](p, `'pwned' in window`) {
			t.Error("it ran a script")
		}
		p.quiet()
	})
	t.Run("the page may not load anything, whatever gets into it", func(t *testing.T) {
		p := open(t, ctx, passed(1), "")
		got := get(p, chromedp.Evaluate[string](`new Promise(r => {
			addEventListener('securitypolicyviolation', e => r(e.effectiveDirective));
			new Image().src = 'http://127.0.0.1:1/x.png';
			setTimeout(() => r('nothing'), 10000);
		})`, chromedp.EvalAwaitPromise))
		if got != "img-src" {
			t.Errorf("it was stopped by %s", got)
		}
		if eval[bool](p, `document.body.insertAdjacentHTML('beforeend', '<b id="bad" onclick="window.pwned=1">'), document.getElementById('bad').click(), 'pwned' in window`) {
			t.Error("a script in an attribute ran")
		}
	})
	t.Run("ten thousand attempts open", func(t *testing.T) {
		p := open(t, ctx, many(), "")
		p.click(`a.cell[href="#a9994"]`)
		if !eval[bool](p, isOpen+`('a9994')`) {
			t.Error("the last failure does not open")
		}
		t.Logf("loaded after %.0f ms", eval[float64](p, `performance.getEntriesByType('navigation')[0].loadEventEnd`))
		p.quiet()
	})
}

// TestPassedInChromium looks at a run that is as it should be.
func TestPassedInChromium(t *testing.T) {
	p := open(t, browser(t), passed(20), "")
	if got := eval[string](p, `document.querySelector('h1').innerText`); !strings.HasPrefix(got, "PASSED") {
		t.Errorf("the page begins with %q", got)
	}
	if !eval[bool](p, `document.querySelector('.buttons').hidden`) {
		t.Error("there is a button to open what did not pass, and nothing to open")
	}
	p.keep("passed.png")
	p.quiet()
}
