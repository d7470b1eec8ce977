package pagetest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ffscert/reports/render/readers"
)

// Check holds the page to what every page of ours has to be:
//
//   - axe finds nothing serious or critical in it, neither in the dark on a
//     phone nor in light on a desk;
//   - nothing in it runs out of the window, down to 320 pixels (WCAG 2.2, 1.4.10),
//     and nothing off the paper;
//   - it can be printed;
//   - it asks for nothing, and no script of it fails.
//
// The page is left as on a desk, in light. Where axe is not installed, the rest
// is looked at before the test skips.
func (p *Page) Check() {
	p.t.Helper()
	p.Fits()
	if pdf := p.Paper(); len(pdf) < 5000 || !strings.HasPrefix(string(pdf), "%PDF-") {
		p.t.Errorf("printed, the page has %d bytes", len(pdf))
	}
	p.Quiet()
	p.Size(360, 900)
	p.Look("dark")
	p.Axe("dark")
	p.Size(1200, 900)
	p.Look("light")
	p.Axe("light")
}

// Fits fails if something runs out of a window, however narrow, or off a paper.
// The page is left as on a desk, in light.
func (p *Page) Fits() {
	p.t.Helper()
	for _, width := range []int{320, 360, 768, 1200} {
		p.Size(width, 900)
		p.fits(width, "a window")
	}
	p.Look("print")
	const paper = 718 // CSS pixels of A4 between margins of 10 mm
	p.Size(paper, 1000)
	p.fits(paper, "a paper")
	p.Size(1200, 900)
	p.Look("light")
}

// fits fails if something runs out of the page, and names what does.
func (p *Page) fits(width int, what string) {
	p.t.Helper()
	if got := Eval[int](p, `document.documentElement.scrollWidth`); got > width {
		p.t.Errorf("in %s of %d pixels the page is %d wide: %s", what, width, got, Eval[string](p, `
			[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > `+strconv.Itoa(width+1)+`).slice(-3).map(e => e.outerHTML.slice(0, 150)).join(' | ')`))
	}
}

// Violation is what axe found.
type Violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

// Axe runs axe-core on the page as it stands, and fails for what is serious or
// critical; the rest is logged.
func (p *Page) Axe(look string) {
	p.t.Helper()
	if !Eval[bool](p, `'axe' in window`) {
		p.Do(chromedp.Evaluate[chromedp.Void](axe(p.t)))
	}
	// A transition would be judged half way.
	answer := Get(p, chromedp.Evaluate[string](`(async () => {
		await Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})));
		const found = await axe.run(document, { resultTypes: ['violations'] });
		return JSON.stringify(found.violations.map(v => ({ id: v.id, impact: v.impact, help: v.help,
			nodes: v.nodes.slice(0, 5).map(n => ({ html: n.html.slice(0, 200), failureSummary: n.failureSummary })) })));
	})()`, chromedp.EvalAwaitPromise))
	var found []Violation
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		p.t.Fatalf("axe says %.300s: %v", answer, err)
	}
	for _, v := range found {
		say := p.t.Logf
		if v.Impact == "serious" || v.Impact == "critical" {
			say = p.t.Errorf
		}
		for _, n := range v.Nodes {
			say("axe, %s: %s (%s): %s\n%s\n%s", look, v.ID, v.Impact, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

// axe is the source of axe-core, as npm installed it.
func axe(t testing.TB) string {
	t.Helper()
	file := filepath.Join(readers.Home(t), "node_modules", "axe-core", "axe.min.js")
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	return string(source)
}
