// Package audit writes the judgement of a consent journey as one page for
// people: the verdict, the rules, and each screen as the customer saw it, with
// a box around what was found. The page can be printed, and has room for the
// name of an auditor.
//
// It is one file that needs nothing else: no server, no network, no script. It
// judges nothing.
package audit

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"ffscert/steps/checks/consent"
)

//go:embed page.gohtml
var pageSource string

//go:embed page.css
var styleSource string

var page = template.Must(template.New("page").Parse(pageSource))

// Render writes the page of a report and the capture it judges. The same input
// always gives the same bytes. Text that came from outside is escaped; what a
// customer typed is painted over, and e-mail addresses are masked.
func Render(w io.Writer, r consent.Report, c consent.Capture, toolVersion string) error {
	b := bufio.NewWriter(w)
	err := page.Execute(b, build(r, c, toolVersion))
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// policy is the page's Content Security Policy: nothing is loaded from
// anywhere, and no style holds but the page's own and those of its boxes.
func policy() string {
	sum := sha256.Sum256([]byte(styleSource))
	return "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}
