package readers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Page is a page that is open in Chromium.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu      sync.Mutex
	trouble []string
}

// Browser starts one Chromium, Debian's or another one of its family, for a
// test. A machine that has none skips; where everything is set up, that is a
// failure. It finds no host but those of this machine.
func Browser(t testing.TB) context.Context {
	t.Helper()
	var bin string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
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
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1200, 900), chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
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

// Open opens a page of a folder in Chromium, through a server: programs such as
// Allure load parts of theirs by themselves.
func Open(t testing.TB, folder, page string) *Page {
	t.Helper()
	ctx := Browser(t)
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(server.Close)
	p := &Page{t: t, ctx: ctx}
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*runtime.EventExceptionThrown); ok {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.trouble = append(p.trouble, e.ExceptionDetails.Text)
		}
	})
	if err == nil {
		_, err = chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	}
	if err == nil {
		err = chromedp.Do(ctx, chromedp.Navigate(server.URL+"/"+page))
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Wait waits until an expression of JavaScript is true. A page that has not
// come that far in a while is loaded once more: on a machine that is busy, a
// program on a page may give up on a part of its own.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	for try := 1; ; try++ {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`new Promise(done => {
			const end = Date.now() + 30000;
			const look = () => { let ok = false; try { ok = !!(`+expression+`) } catch (e) {} if (ok || Date.now() > end) done(ok); else setTimeout(look, 100) };
			look();
		})`, chromedp.EvalAwaitPromise))
		if err == nil && ok {
			return
		}
		if try == 3 {
			p.t.Fatalf("%s: %v\nthe page says:\n%s\n%s", expression, err, p.Text(), strings.Join(p.trouble, "\n"))
		}
		if err := chromedp.Do(p.ctx, chromedp.Reload()); err != nil {
			p.t.Fatal(err)
		}
	}
}

// Eval is a text that JavaScript makes.
func (p *Page) Eval(expression string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return s
}

// Text is all text that the page shows.
func (p *Page) Text() string { return p.Eval("document.body.innerText") }

// Quiet fails if a script of the page has failed.
func (p *Page) Quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.trouble) > 0 {
		p.t.Error(strings.Join(p.trouble, "\n"))
	}
}

// Keep puts a picture of the page, a PNG, into a file, for people.
func (p *Page) Keep(file string) {
	p.t.Helper()
	if file == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
