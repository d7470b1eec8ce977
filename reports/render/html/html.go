// Package html writes the matrix as one page for people: the verdict first, then
// the cases by group, each with its attempts as a strip of cells; an attempt
// opens to its steps, its pictures and its reason.
//
// The page is one file that needs nothing else: no server, no network, and no
// script but a short one of its own, without which it still shows everything. It
// knows a run's journal.Record and the pictures in the run's folder; it judges
// nothing itself and knows no clock, no phone and no command line.
package html

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// Options say where the page stands.
type Options struct {
	// Folder is the run's folder; pictures are taken from it into the page. Nil
	// leaves them out.
	Folder fs.FS
	// Base leads from the page to the run's folder, with slashes, such as
	// "../runs/20261122-161403-ab12"; empty when the page lies in that folder.
	Base string
	// Whole reads an attempt with its steps; nil if those of the record are whole.
	Whole func(certification.AttemptID) (certification.Attempt, error)
	// Shrunk is what pages of this run that were written before have left; nil
	// keeps nothing.
	Shrunk *Shrunk
	// SubmitBy is until when the result has to be submitted, where that is
	// another time than the run's own says: a packet of several runs counts from
	// the first of them.
	SubmitBy *time.Time
}

//go:embed page.gohtml
var pageSource string

//go:embed page.css
var styleSource string

//go:embed page.js
var scriptSource string

var page = template.Must(template.New("page").Parse(pageSource))

// Render writes the page of a run. The same record, folder and options always
// give the same bytes. Text that came from outside is escaped, and its control
// characters and bidi overrides are made visible; a picture is decoded and
// painted anew before it is taken in. A picture that cannot be is said to be
// missing, with the reason: that is no error.
func Render(w io.Writer, rec journal.Record, o Options) error {
	b := bufio.NewWriter(w)
	v := build(rec, o)
	err := errors.Join(page.Execute(b, v), v.builder.unread)
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
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
