package packet

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ffscert/reports/render/pagetest"
)

var shots = flag.String("shots", "", "folder into which pictures of the report are put, for people")

// unpacked writes the files of a packet into a folder.
func unpacked(t *testing.T, in Input) string {
	t.Helper()
	files, err := join(t, in).Files(newSpool(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content(t, f), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestInChromium(t *testing.T) {
	b := pagetest.Start(t)
	t.Run("the report", func(t *testing.T) {
		dir := unpacked(t, good())
		p := b.Open(t, filepath.Join(dir, "report.html"), "")
		if !pagetest.Eval[bool](p, `document.querySelector('figure img').naturalWidth === 4`) {
			t.Error("the picture of the barcode does not show")
		}
		if got := pagetest.Eval[string](p, `document.querySelector('.top').innerText`); !strings.Contains(got, "PASSED") || !strings.Contains(got, "no later than 2026-11-29 21:30:00 UTC") {
			t.Errorf("the report begins with %q", got)
		}
		p.Check()
		p.Keep(*shots, "report.png")
		// Its links lead to the case on the page of the matrix, which says the same
		// date.
		p.Click(`a[href="matrix.html#case-RATE"]`)
		p.Do(chromedp.WaitVisible(chromedp.CSS(`#case-RATE`)))
		if got := pagetest.Eval[string](p, `document.querySelector('.submit').innerText`); !strings.Contains(got, "2026-11-29 21:30 UTC") {
			t.Errorf("the matrix says %q", got)
		}
	})
	t.Run("a demonstration", func(t *testing.T) {
		in := good()
		in.Demo = true
		in.Runs[0].Record.Product.DeviceName = strings.Repeat("Lichterkettensteuerung", 20) + "</title><script>window.pwned=1</script>"
		for i := range in.Runs {
			in.Runs[i].Record.Header.Simulated = true
			in.Runs[i].Record.Product = in.Runs[0].Record.Product
		}
		dir := unpacked(t, in)
		for _, name := range []string{"report.html", "matrix.html"} {
			p := b.Open(t, filepath.Join(dir, name), "")
			if !pagetest.Eval[bool](p, `document.querySelector('.demo').checkVisibility() && document.querySelector('.demo').innerText.startsWith('DEMONSTRATION')`) {
				t.Errorf("%s does not say that it is one", name)
			}
			if !pagetest.Eval[bool](p, `[...document.querySelectorAll('.stamp')].some(e => e.innerText === 'SIMULATED' && e.checkVisibility())`) {
				t.Errorf("%s does not say that it was simulated", name)
			}
			if pagetest.Eval[bool](p, `'pwned' in window`) {
				t.Error("a name ran a script")
			}
			p.Check()
			p.Keep(*shots, "demo-"+name+".png")
		}
	})
}
