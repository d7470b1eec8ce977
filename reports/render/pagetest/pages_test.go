package pagetest

import (
	"flag"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "make the pictures of the documentation anew: make pictures")

// configuration is a device that fails one set-up in ten, and an app whose
// customers can hardly see how to refuse.
const configuration = `version: 1
plan: mss-wifi-default
seed: 7
product:
  device_name: First light
  brand: Lumen
  model: L1
  firmware: 1.4.2
  amazon_customer_id: A1B2C3D4E5
testbeds:
  - name: lab-1
    virtual: {device: {set_up_failure: 0.1}, partner: {lwa_fault: prominence}}
`

// docs is where the pictures of the documentation are.
const docs = "../../../docs"

// shownPage is a page that the program writes, and what the documentation shows of it.
type shownPage struct {
	name   string
	file   string // in the folder in which the program ran
	at     string // fragment
	mark   string // what has to be read somewhere on it
	before string // JavaScript that makes it ready for the picture
	picture
}

// picture is one of the documentation.
type picture struct {
	file          string
	width, height int
}

// TestPages opens every page that the program writes, as it writes it, and
// with -update makes the pictures of the documentation.
func TestPages(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "ffscert")
	run := func(status int, program string, args ...string) {
		t.Helper()
		c := exec.Command(program, args...)
		if program == bin {
			c.Dir = dir
		}
		out, err := c.CombinedOutput()
		if c.ProcessState == nil || c.ProcessState.ExitCode() != status {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run(0, "go", "build", "-ldflags", "-X main.version=v0.1.0", "-o", bin, "ffscert/cmd/ffscert")
	if err := os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(configuration), 0o644); err != nil {
		t.Fatal(err)
	}
	run(1, bin, "run")
	run(0, bin, "packet", "build", "--demo", "--out", "packet.zip")
	run(1, bin, "--runs", "audits", "consent", "audit", "--journey", "allow", "--html", "audit.html")
	unzip(t, filepath.Join(dir, "packet.zip"), filepath.Join(dir, "packet"))

	b := Start(t)

	for _, s := range []shownPage{
		{"matrix", "runs/latest/matrix.html", "", "SIMULATED", "", picture{"matrix.png", 1200, 1060}},
		{"case", "runs/latest/matrix.html", "case-3P2-DE-02", "SIMULATED", `(() => {
			document.querySelector('details.attempt.v-failed').open = true;
			document.querySelector('#case-3P2-DE-02').closest('section').scrollIntoView();
			scrollBy(0, 24);
		})()`, picture{"case.png", 1200, 1180}},
		{"audit", "audit.html", "", "SIMULATED", `document.querySelector('.box').closest('article').scrollIntoView()`, picture{"audit.png", 1100, 760}},
		{"report", "packet/report.html", "", "DEMONSTRATION", "", picture{"report.png", 1100, 900}},
		{"trace", "runs/latest/trace.html", "", "SIMULATED", "", picture{"trace.png", 1200, 1300}},
	} {
		t.Run(s.name, func(t *testing.T) {
			p := b.Open(t, filepath.Join(dir, filepath.FromSlash(s.file)), s.at)
			if !Eval[bool](p, `document.body.innerText.includes('`+s.mark+`')`) {
				t.Errorf("the page does not say %s", s.mark)
			}
			if s.before != "" {
				p.Do(chromedp.Evaluate[chromedp.Void](s.before))
			}
			if s.name != "case" { // it is the matrix again
				p.Check()
			}
			if *update && s.picture.file != "" {
				p.Size(s.width, s.height)
				p.Do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0)`))
				if s.before != "" {
					p.Do(chromedp.Evaluate[chromedp.Void](s.before))
				}
				p.Picture(filepath.Join(docs, s.picture.file))
			}
		})
	}
}

// TestPictures holds the pictures of the documentation to what they may weigh,
// and to being shown.
func TestPictures(t *testing.T) {
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(docs + "/*.png")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d pictures, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer data.Close()
		img, err := png.Decode(data)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if _, ok := img.(*image.Paletted); !ok {
			t.Errorf("%s has no palette: make pictures", file)
		}
		if info, err := data.Stat(); err != nil || info.Size() > MostPicture {
			t.Errorf("%s has more than %d bytes, %v", file, MostPicture, err)
		}
		if !strings.Contains(string(readme), "](docs/"+filepath.Base(file)+")") {
			t.Errorf("the README does not show %s", file)
		}
	}
}
