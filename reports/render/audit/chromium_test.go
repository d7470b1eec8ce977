package audit

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"ffscert/reports/render/pagetest"
)

var shots = flag.String("shots", "", "folder into which pictures of the page are put, for people")

func TestInChromium(t *testing.T) {
	b := pagetest.Start(t)
	for name, picture := range map[string]bool{"drawn": false, "with its picture": true} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "audit.html")
			if err := os.WriteFile(file, []byte(render(t, picture)), 0o644); err != nil {
				t.Fatal(err)
			}
			p := b.Open(t, file, "")
			p.Check()
			p.Keep(*shots, "audit.png")
			if n := pagetest.Eval[int](p, `document.querySelectorAll('.open li').length`); n == 0 {
				t.Error("it does not say what keeps it from passing")
			}
			if !pagetest.Eval[bool](p, `[...document.querySelectorAll('.open a, .jump a')].every(a => document.getElementById(a.hash.slice(1)))`) {
				t.Error("a link leads nowhere")
			}
		})
	}
}
