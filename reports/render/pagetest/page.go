// Package pagetest opens the pages that we write in a real Chromium, from the
// disk and without a network, and holds each of them to the same conditions; see
// [Page.Check]. It is for tests only, and knows no page in particular.
package pagetest

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ffscert/reports/render/readers"
)

// Browser is a Chromium that runs.
type Browser struct{ ctx context.Context }

// Start starts one Chromium for a test. A machine that has none skips; where
// everything is set up, that is a failure.
func Start(t testing.TB) *Browser {
	t.Helper()
	return &Browser{readers.Browser(t)}
}

// Page is a page that is open in a tab of its own, and what it complained of or
// asked for.
type Page struct {
	t       testing.TB
	ctx     context.Context
	address string // without what follows the #

	mu       sync.Mutex
	requests []string
	errors   []string
}

// Open opens a file from the disk. fragment is what follows the # in the
// address, encoded already; empty for none.
func (b *Browser) Open(t testing.TB, file, fragment string) *Page {
	t.Helper()
	file, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := chromedp.NewContext(b.ctx)
	t.Cleanup(end)
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(file)}
	p := &Page{t: t, ctx: ctx, address: address.String()}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	Call(p, network.Enable, network.EnableParams{})
	Call(p, log.Enable, cdp.Empty{})
	Call(p, runtime.Enable, cdp.Empty{})
	if fragment != "" {
		fragment = "#" + fragment
	}
	p.Do(chromedp.Navigate(p.address + fragment))
	return p
}

func (p *Page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		u, _, _ := strings.Cut(e.Request.URL, "#")
		// A picture may lie beside the page.
		beside := e.Type == network.ResourceTypeImage && strings.HasPrefix(u, p.address[:strings.LastIndex(p.address, "/")+1])
		if !strings.HasPrefix(u, "data:") && u != p.address && !beside {
			p.requests = append(p.requests, u)
		}
	case *log.EventEntryAdded:
		p.errors = append(p.errors, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		p.errors = append(p.errors, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		p.errors = append(p.errors, "console."+string(e.Type))
	case *page.EventJavascriptDialogOpening:
		p.errors = append(p.errors, "dialog "+e.Message)
	}
}

// Do carries out actions such as [chromedp.KeyEvent].
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// Get carries out an action that returns something.
func Get[T any](p *Page, a chromedp.Action[T]) T {
	p.t.Helper()
	answer, err := chromedp.Run(p.ctx, a)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer
}

// Call sends a command of the DevTools protocol.
func Call[P, R any](p *Page, c cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, c, params); err != nil {
		p.t.Fatal(err)
	}
}

// Eval answers a question about the page, an expression of JavaScript.
func Eval[T any](p *Page, question string) T {
	p.t.Helper()
	return Get(p, chromedp.Evaluate[T](question))
}

// Click clicks as a person does: with the mouse, in the middle.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.Do(chromedp.Click(chromedp.CSS(css)))
}

// Keys presses keys, one after the other, as a keyboard does: what a key writes
// comes with its press, so that a page can prevent it.
func (p *Page) Keys(keys string) {
	p.t.Helper()
	for _, r := range keys {
		var press *input.DispatchKeyEventParams
		for _, e := range kb.Encode(r) {
			switch e.Type {
			case kb.KeyDown:
				press = e
			case kb.KeyChar:
				press.Text, press.UnmodifiedText = e.Text, e.UnmodifiedText
			default:
				Call(p, input.DispatchKeyEvent, *press)
				Call(p, input.DispatchKeyEvent, *e)
			}
		}
	}
}

// Size gives the page a window of that size, in CSS pixels; one narrower than
// a tablet is a phone's.
func (p *Page) Size(width, height int) {
	p.t.Helper()
	if width < 600 {
		p.Do(chromedp.EmulateViewport(int64(width), int64(height), chromedp.EmulateScale(2), chromedp.EmulateMobile))
		return
	}
	p.Do(chromedp.EmulateViewport(int64(width), int64(height)))
}

// Look says what the system of the reader prefers: "light" or "dark", on screen
// or, as "print", on paper.
func (p *Page) Look(like string) {
	p.t.Helper()
	media := emulation.SetEmulatedMediaParams{Media: "print"}
	if like != "print" {
		media = emulation.SetEmulatedMediaParams{Media: "screen", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: like}}}
	}
	Call(p, emulation.SetEmulatedMedia, media)
}

// Script switches the page's own script on or off, and loads the page anew.
func (p *Page) Script(on bool) {
	p.t.Helper()
	Call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	if !on {
		p.Do(chromedp.Reload())
	}
}

// Paper is the page as a PDF of A4, as it is printed.
func (p *Page) Paper() []byte {
	p.t.Helper()
	return Get(p, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground(), chromedp.PDFPreferCSSPageSize()))
}

// Quiet fails the test if the page has asked for anything or complained.
func (p *Page) Quiet() {
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

// Keep puts a picture of the whole page where a person wants to see it; an
// empty folder wants none.
func (p *Page) Keep(folder, name string) {
	p.t.Helper()
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, name), Get(p, chromedp.FullScreenshot(100)), 0o644); err != nil {
		p.t.Fatal(err)
	}
}
