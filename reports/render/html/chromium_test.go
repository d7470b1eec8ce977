package html

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/render/pagetest"
	"ffscert/reports/render/rendertest"
)

var shots = flag.String("shots", "", "folder into which pictures of the page are put, for people")

// open writes a run's page as a run does, and opens it from the disk.
func open(t *testing.T, b *pagetest.Browser, rec journal.Record, fragment string) *pagetest.Page {
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
	if err := os.WriteFile(path, []byte(rendered(t, rec, Options{Folder: os.DirFS(dir)})), 0o644); err != nil {
		t.Fatal(err)
	}
	return b.Open(t, path, fragment)
}

// isOpen asks whether an attempt is open, and everything around it.
func isOpen(p *pagetest.Page, id string) bool {
	return pagetest.Eval[bool](p, `(() => {
		for (let e = document.getElementById('`+id+`'); e; e = e.parentElement) if (e.tagName === 'DETAILS' && !e.open) return false;
		return document.getElementById('`+id+`').getBoundingClientRect().height > 10;
	})()`)
}

func TestInChromium(t *testing.T) {
	b := pagetest.Start(t)
	t.Run("the page opens from the disk and is as every page has to be", func(t *testing.T) {
		p := open(t, b, mixed(), "")
		p.Check()
		p.Keep(*shots, "desktop.png")
		p.Size(390, 844)
		p.Look("dark")
		if c := pagetest.Eval[string](p, `getComputedStyle(document.body).backgroundColor`); c != "rgb(17, 20, 24)" {
			t.Errorf("in the dark it is %s", c)
		}
		p.Keep(*shots, "phone-dark.png")
	})
	t.Run("with everything open it is, too", func(t *testing.T) {
		p := open(t, b, mixed(), "a7")
		p.Do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll('details')) d.open = true`))
		p.Check()
		p.Keep(*shots, "open.png")
	})
	t.Run("a click opens an attempt", func(t *testing.T) {
		p := open(t, b, mixed(), "")
		if got := pagetest.Eval[string](p, `document.querySelector('h1').innerText`); !strings.Contains(got, "FAILED") || !strings.Contains(got, "First light") {
			t.Errorf("the page begins with %q", got)
		}
		for _, word := range []string{"SIMULATED", "PARTIAL"} {
			if !pagetest.Eval[bool](p, `[...document.querySelectorAll('.bar .stamp')].some(e => e.checkVisibility() && e.innerText === '`+word+`')`) {
				t.Errorf("%s does not stand at the top", word)
			}
		}
		if isOpen(p, "a7") {
			t.Error("attempts are open before anybody has asked")
		}
		p.Click(`a.cell[href="#a7"]`)
		p.Do(chromedp.WaitVisible(chromedp.CSS(`#a7 .s-failed`)))
		if !isOpen(p, "a7") {
			t.Error("a click does not open the attempt")
		}
		if n := pagetest.Eval[int](p, `[...document.querySelectorAll('#a7 .shot svg')].filter(e => e.getBoundingClientRect().height > 100).length`); n != 1 {
			t.Errorf("%d pictures are shown with it", n)
		}
		p.Do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 1e6)`))
		if top := pagetest.Eval[float64](p, `document.querySelector('.bar').getBoundingClientRect().top`); top != 0 {
			t.Errorf("the verdict has gone with the scrolling, to %v", top)
		}
		p.Click(`a.cell[href="#a2"]`)
		if !isOpen(p, "a2") {
			t.Error("a passed attempt does not open, which is folded away")
		}
		p.Quiet()
	})
	t.Run("keys alone reach every attempt", func(t *testing.T) {
		p := open(t, b, mixed(), "")
		tabs := 0
		for !pagetest.Eval[bool](p, `document.activeElement.matches('a.cell')`) {
			if tabs++; tabs > 40 {
				t.Fatal("forty tabs do not reach the strip")
			}
			p.Keys(kb.Tab)
		}
		// The first stop is the first attempt that did not pass, the fifth.
		p.Keys(kb.ArrowRight + kb.ArrowRight + kb.Enter)
		if !isOpen(p, "a7") {
			t.Errorf("Enter on a cell does not open its attempt; the focus is on %q", pagetest.Eval[string](p, `document.activeElement.outerHTML.slice(0, 200)`))
		}
		if !pagetest.Eval[bool](p, `document.activeElement.tagName === 'SUMMARY' && document.activeElement.parentElement.open`) {
			t.Error("the focus does not follow")
		}
		p.Keys(kb.Enter)
		if isOpen(p, "a7") {
			t.Error("Enter does not close it again")
		}
		p.Quiet()
	})
	t.Run("a link leads to an attempt, another to a case", func(t *testing.T) {
		if p := open(t, b, mixed(), "a14"); !isOpen(p, "a14") {
			t.Error("the attempt is closed")
		}
		p := open(t, b, mixed(), "case-FFS-LWA-03")
		if y := pagetest.Eval[float64](p, `document.getElementById('case-FFS-LWA-03').getBoundingClientRect().top`); y < 0 || y > 200 {
			t.Errorf("the case is at %v", y)
		}
		p.Quiet()
	})
	t.Run("without a script everything can still be read", func(t *testing.T) {
		p := open(t, b, mixed(), "")
		p.Script(false)
		p.Click(`a.cell[href="#a7"]`)
		p.Script(true)
		if !isOpen(p, "a7") {
			t.Error("an attempt cannot")
		}
		if pagetest.Eval[bool](p, `document.querySelector('.filters').checkVisibility()`) {
			t.Error("there are filters that do nothing")
		}
	})
	t.Run("on paper each page is marked and what failed is open", func(t *testing.T) {
		p := open(t, b, mixed(), "")
		p.Script(false) // no script has to open it
		p.Look("print")
		p.Script(true)
		if h := pagetest.Eval[float64](p, `document.querySelector('#a7 .s-failed').getBoundingClientRect().height`); h < 10 {
			t.Error("what failed is not open")
		}
		if pagetest.Eval[bool](p, `document.querySelector('#a2').checkVisibility({ contentVisibilityAuto: true })`) {
			t.Error("what passed is open")
		}
		if !pagetest.Eval[bool](p, `getComputedStyle(document.querySelector('.watermark')).position === 'fixed' && document.querySelector('.watermark').innerText.includes('SIMULATED')`) {
			t.Error("the pages are not marked")
		}
		if *shots != "" {
			if err := os.WriteFile(filepath.Join(*shots, "paper.pdf"), p.Paper(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		p.Quiet()
	})
	for name, rec := range map[string]journal.Record{"markup": hostile(), "long": named(strings.Repeat("Lichterkettensteuerungszentrale", 12)),
		"another direction": named("\u202eאור ראשון — مصباح\u202c 灯 👩‍🔧"), "blanks": named("  a  b\t\n c  ")} {
		t.Run("text from outside does nothing: "+name, func(t *testing.T) {
			p := open(t, b, rec, "")
			p.Do(chromedp.Evaluate[chromedp.Void](`for (const e of document.querySelectorAll('details, a.cell, .shot')) e.tagName === 'DETAILS' ? e.open = true : e.click()`))
			if pagetest.Eval[bool](p, `'pwned' in window`) {
				t.Error("it ran a script")
			}
			p.Fits()
			p.Quiet()
			p.Keep(*shots, "hostile-"+strings.ReplaceAll(name, " ", "-")+".png")
		})
	}
	t.Run("the page may not load anything, whatever gets into it", func(t *testing.T) {
		p := open(t, b, passed(1), "")
		got := pagetest.Get(p, chromedp.Evaluate[string](`new Promise(r => {
			addEventListener('securitypolicyviolation', e => r(e.effectiveDirective));
			new Image().src = 'http://127.0.0.1:1/x.png';
			setTimeout(() => r('nothing'), 10000);
		})`, chromedp.EvalAwaitPromise))
		if got != "img-src" {
			t.Errorf("it was stopped by %s", got)
		}
		if pagetest.Eval[bool](p, `document.body.insertAdjacentHTML('beforeend', '<b id="bad" onclick="window.pwned=1">'), document.getElementById('bad').click(), 'pwned' in window`) {
			t.Error("a script in an attribute ran")
		}
	})
	t.Run("a run of many attempts opens", func(t *testing.T) {
		p := open(t, b, rendertest.Large(20_000), "")
		first := pagetest.Eval[string](p, `document.querySelector('a.cell:not(.v-passed)').hash.slice(1)`)
		p.Click(`a.cell:not(.v-passed)`)
		if !isOpen(p, first) {
			t.Errorf("the first failure, %s, does not open", first)
		}
		last := pagetest.Eval[string](p, `(e => { e.click(); return e.hash.slice(1) })([...document.querySelectorAll('a.cell')].at(-1))`)
		if !isOpen(p, last) {
			t.Errorf("the last attempt, %s, does not show", last)
		}
		// How long it takes depends on what else the machine does. A hundred thousand
		// attempts have 131,000 elements, and open in two seconds.
		n := pagetest.Eval[int](p, `document.querySelectorAll('*').length`)
		t.Logf("loaded after %.0f ms, %d elements", pagetest.Eval[float64](p, `performance.getEntriesByType('navigation')[0].loadEventEnd`), n)
		if n > 130_000 {
			t.Errorf("%d elements are too many", n)
		}
		p.Quiet()
	})
}

// named is a run in which everything that has a name has this one.
func named(s string) journal.Record {
	rec := mixed()
	rec.Product.DeviceName, rec.Product.Model = s, s
	rec.Plan.Name = s
	for i := range rec.Plan.Cases {
		k := &rec.Plan.Cases[i]
		k.Group, k.Title, k.Requirement = s, s, s
	}
	for i := range rec.Attempts {
		if rec.Attempts[i].Verdict != certification.Passed {
			rec.Attempts[i].Message, rec.Attempts[i].Hint = s, s
		}
	}
	return rec
}

// shownCases are the cases that can be seen, by their ids on the page.
func shownCases(p *pagetest.Page) string {
	return pagetest.Eval[string](p, `[...document.querySelectorAll('.case')].filter(e => e.checkVisibility()).map(e => e.id.replace('case-', '')).join(' ')`)
}

func TestFiltersInChromium(t *testing.T) {
	b := pagetest.Start(t)
	hash := func(p *pagetest.Page) string { return pagetest.Eval[string](p, `location.hash`) }
	back := func(p *pagetest.Page) {
		pagetest.Get(p, chromedp.Evaluate[bool](`new Promise(r => { addEventListener('hashchange', () => setTimeout(() => r(true)), { once: true }); history.back() })`, chromedp.EvalAwaitPromise))
	}
	const every = "3P2-DE-02 FFS-NET-01 FFS-LWA-03 FFS-PK-01 local-mine.feature~3a3~20Night~20light"
	t.Run("they stay in the address, and back leads back", func(t *testing.T) {
		p := open(t, b, mixed(), "")
		if got := shownCases(p); got != every {
			t.Fatalf("all cases are %s", got)
		}
		p.Click(`input[value="failed"]`)
		if got := shownCases(p); got != "3P2-DE-02 local-mine.feature~3a3~20Night~20light" || hash(p) != "#?verdict=failed" {
			t.Errorf("failed ones are %s, at %s", got, hash(p))
		}
		if got := pagetest.Eval[string](p, `document.querySelector('[role=status]').innerText`); got != "2 of 5 cases" {
			t.Errorf("it says %q", got)
		}
		p.Click(`input[value="warning"]`)
		if got := shownCases(p); got != "3P2-DE-02 FFS-LWA-03 local-mine.feature~3a3~20Night~20light" || hash(p) != "#?verdict=failed,warning" {
			t.Errorf("failed ones and warnings are %s, at %s", got, hash(p))
		}
		back(p)
		if got := shownCases(p); got != "3P2-DE-02 local-mine.feature~3a3~20Night~20light" || pagetest.Eval[bool](p, `document.querySelector('input[value="warning"]').checked`) {
			t.Errorf("after going back: %s", got)
		}
		p.Click(`a.cell[href="#a7"]`)
		if hash(p) != "#?verdict=failed&at=a7" {
			t.Errorf("a cell leads to %s", hash(p))
		}
		p.Click(`.filters [type=reset]`)
		if got := shownCases(p); got != every || hash(p) != "" && hash(p) != "#" {
			t.Errorf("after all: %s at %s", got, hash(p))
		}
		p.Quiet()
	})
	t.Run("a word is looked for", func(t *testing.T) {
		p := open(t, b, mixed(), "")
		p.Keys("/")
		p.Keys("e201 light")
		if got := shownCases(p); got != "3P2-DE-02" {
			t.Errorf("E201 light: %s", got)
		}
		if hash(p) != "#?q=e201+light" {
			t.Errorf("the address is %s", hash(p))
		}
		p.Keys("zz")
		if got := shownCases(p); got != "" || !pagetest.Eval[bool](p, `document.querySelector('.none-left').checkVisibility()`) {
			t.Errorf("nothing is like that, and yet: %q", got)
		}
		back(p)
		if got := shownCases(p); got != every {
			t.Errorf("what was typed is not one step: %s", got)
		}
		p.Quiet()
	})
	for fragment, want := range map[string]string{
		"?group=Login+with+Amazon":             "FFS-LWA-03",
		"?cause=rig":                           "3P2-DE-02", // an attempt of it
		"?cause=partner_app&verdict=warning":   "FFS-LWA-03",
		"?q=%3Cb%3E":                           "",
		"?verdict=failed&group=Barcode":        "",
		"?verdict=bogus&cause=x&group=nowhere": every,
		"?verdict=failed&at=case-FFS-LWA-03":   every, // the link is worth more than the filter
		"case-FFS-LWA-03":                      every,
		"%E0%A4%A":                             every,
		"?q=%":                                 "3P2-DE-02",
	} {
		t.Run("a link: "+fragment, func(t *testing.T) {
			p := open(t, b, mixed(), fragment)
			if got := shownCases(p); got != want {
				t.Errorf("%q is shown, not %q", got, want)
			}
			p.Quiet()
		})
	}
}

// TestPassedInChromium looks at a run that is as it should be.
func TestPassedInChromium(t *testing.T) {
	p := open(t, pagetest.Start(t), passed(20), "")
	if got := pagetest.Eval[string](p, `document.querySelector('h1').innerText`); !strings.HasPrefix(got, "PASSED") {
		t.Errorf("the page begins with %q", got)
	}
	// The time that is left is counted when the page is read.
	p.Do(chromedp.Evaluate[chromedp.Void](`Date.now = () => Date.parse('2026-11-27T19:14:03Z')`))
	if got := pagetest.Eval[string](p, `document.querySelector('.due').innerText`); !strings.HasSuffix(got, "left") && !strings.HasPrefix(got, "over since") {
		t.Errorf("the time left is %q", got)
	}
	p.Check()
	p.Keep(*shots, "passed.png")
	// What the drawing of the rate shows is where it has to be.
	var at struct{ Lower, Observed, Target, Right float64 }
	if err := json.Unmarshal([]byte(pagetest.Eval[string](p, `(() => {
		const x = (css) => { const r = document.querySelector('.proof ' + css).getBoundingClientRect(); return (r.left + r.right) / 2 };
		return JSON.stringify({ Lower: x('.i-cap'), Observed: x('.i-seen'), Target: x('.i-target'), Right: document.querySelector('.proof .i-proven').getBoundingClientRect().right });
	})()`)), &at); err != nil {
		t.Fatal(err)
	}
	// 86.1 %, 95 %, 100 %: the target lies where it divides the bar 64 to 36.
	if share := (at.Target - at.Lower) / (at.Right - at.Lower); share < 0.62 || share > 0.66 || at.Observed < at.Target {
		t.Errorf("the target divides the bar at %.2f: %+v", share, at)
	}
}
