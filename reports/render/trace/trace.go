// Package trace writes the traces of a run's attempts as one page: for each
// attempt a film strip and its steps as bars of time; a step opens to the pictures
// before and after it, what changed on the screen, what was waited for, the device's
// log of that time and the commands that were sent.
//
// The page is one file that needs nothing else, so that it can be handed on. It
// knows a run's journal.Record and the traces in the run's folder, and judges
// nothing itself; it knows no clock, no phone and no command line.
package trace

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/render"
)

// FileName is how the page is called in a run's folder.
const FileName = "trace.html"

// Bounds of a page.
const (
	mostBytes  = 46 << 20 // of attempts and pictures, as they stand on the page
	mostTraced = 1000     // attempts that did not simply pass
	mostPassed = 1000     // attempts that passed
)

//go:embed page.gohtml
var pageSource string

//go:embed page.css
var styleSource string

//go:embed page.js
var scriptSource string

var page = template.Must(template.New("page").Parse(pageSource))

// Anchor is the fragment by which the page shows an attempt: "trace.html#" and
// this. It depends on the attempt alone.
func Anchor(id certification.AttemptID) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, id.Case)
	sum := sha256.Sum256([]byte(id.Case + "\x00" + id.Scenario))
	return fmt.Sprintf("%.60s~%s~%d", plain, hex.EncodeToString(sum[:4]), id.N)
}

// Worth tells whether an attempt is worth a trace: it did not simply pass.
func Worth(v certification.Verdict) bool { return v != certification.Passed }

// Options choose attempts.
type Options struct {
	// Case and N choose the attempts of a case, and those with a number; "" and 0
	// choose all.
	Case string
	N    int
}

// Render writes the page of a run, and returns how many attempts are on it. The
// same source and options always give the same bytes. Text that came from outside
// is escaped, and its control characters and bidi overrides are made visible. What
// cannot be read, or does not fit, is said to be missing.
func Render(w io.Writer, s render.Source, o Options) (int, error) {
	v, err := build(s, o)
	if err != nil {
		return 0, err
	}
	b := bufio.NewWriter(w)
	if err := v.write(b); err != nil {
		return 0, fmt.Errorf("write the page of traces: %w", err)
	}
	return len(v.blocks), b.Flush()
}

// write writes what people see first: the list of attempts and what is known of
// them, then the script, and at last the pictures, which may take a moment.
func (v *view) write(b *bufio.Writer) error {
	if err := page.ExecuteTemplate(b, "head", v); err != nil {
		return err
	}
	block := func(id, kind string, data []byte) {
		fmt.Fprintf(b, "<script type=%q id=%q>%s</script>\n", kind, id, data)
	}
	words, err := json.Marshal(v.words.list)
	if err != nil {
		return err
	}
	block("words", "application/json", words)
	for i, data := range v.blocks {
		block(fmt.Sprintf("d%d", i), "application/json", data)
	}
	if err := page.ExecuteTemplate(b, "script", v); err != nil {
		return err
	}
	for _, p := range v.pictures.list {
		if p.kept {
			block(p.id, "text/plain", append([]byte(p.kind+";base64,"), p.encoded...))
		}
	}
	return page.ExecuteTemplate(b, "foot", v)
}

// policy is the page's Content Security Policy: nothing is loaded from
// anywhere, and no script or style runs but the page's own.
func policy() string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; img-src data:; style-src " + hash(styleSource) + "; script-src " + hash(scriptSource) + "; base-uri 'none'; form-action 'none'"
}
