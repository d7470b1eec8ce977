// Package captures reads a recorded capture of a consent journey from a folder:
// capture.json, and for each screen FILE.xml and, if there are, FILE.png and
// FILE.html.
//
// What is in the folder is hostile until it has been read: sizes are bounded,
// names may not lead outside, nor may links. Every error names the file and, in
// capture.json, the field and the line. The package judges nothing.
package captures

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ffscert/drivers/screen"
	"ffscert/steps/checks/consent"
)

// The bounds of a capture. A real one is a fraction of each.
const (
	maxIndex   = 1 << 20   // capture.json, bytes
	maxSource  = 8 << 20   // a page source
	maxNodes   = 10_000    // elements in it
	maxText    = 64 << 10  // what they say, bytes
	maxPicture = 24 << 20  // a picture's file
	maxSide    = 8192      // a picture's width or height, pixels
	maxPixels  = 20 << 20  // a picture's pixels
	maxHTML    = 8 << 20   // a page's document
	maxScreens = 100       // screens of a capture
	maxTotal   = 256 << 20 // all files together
)

// Index is the name of the file that lists the screens.
const Index = "capture.json"

// Error says what is wrong with a capture.
type Error struct {
	File  string // inside the folder
	Line  int    // from 1; 0 if the whole file is meant
	Field string // of capture.json, such as screens[2].role; empty if none
	Wrong string
	Hint  string
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		b.WriteString(":" + strconv.Itoa(e.Line))
	}
	b.WriteString(": ")
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Wrong)
	if e.Hint != "" {
		b.WriteString("\n  hint: " + e.Hint)
	}
	return b.String()
}

// Read reads the capture in the folder dir. What is wrong with a file is an
// *[Error].
func Read(dir string) (consent.Capture, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return consent.Capture{}, fmt.Errorf("read the capture: %w", err)
	}
	defer root.Close()
	r := &reader{root: root}
	return r.capture()
}

type reader struct {
	root  *os.Root
	total int64
}

func (r *reader) capture() (consent.Capture, error) {
	data, err := r.file(Index, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return consent.Capture{}, &Error{File: Index, Wrong: "there is no such file in the folder", Hint: "a capture is a folder with capture.json and, for each screen, FILE.xml"}
	}
	if err != nil {
		return consent.Capture{}, err
	}
	c, err := decode(data)
	if err != nil {
		return consent.Capture{}, err
	}
	for i := range c.Screens {
		if err := r.screen(&c.Screens[i], i); err != nil {
			return consent.Capture{}, err
		}
	}
	return c, nil
}

func (r *reader) screen(s *consent.Screen, i int) error {
	field := fmt.Sprintf("screens[%d].file", i)
	if wrong := badName(s.File); wrong != "" {
		return &Error{File: Index, Field: field, Wrong: fmt.Sprintf("%s %s", show(s.File), wrong), Hint: "name the files of a screen without folder and extension, such as 01-explain"}
	}
	source, err := r.file(s.File+".xml", maxSource)
	if errors.Is(err, fs.ErrNotExist) {
		return &Error{File: Index, Field: field, Wrong: fmt.Sprintf("there is no file %s.xml", s.File), Hint: "every screen needs its page source, as UiAutomator dumps it"}
	}
	if err != nil {
		return err
	}
	// Counted before a tree is made of them.
	if n := bytes.Count(source, []byte("<")) - bytes.Count(source, []byte("</")); n > maxNodes+10 {
		return &Error{File: s.File + ".xml", Wrong: fmt.Sprintf("it has %d elements, more than %d: that is no screen", n-1, maxNodes)}
	}
	if s.Tree, err = screen.Parse(string(source)); err != nil {
		var p *screen.ParseError
		if errors.As(err, &p) {
			return &Error{File: s.File + ".xml", Line: p.Line, Wrong: p.Reason}
		}
		return fmt.Errorf("%s.xml: %w", s.File, err)
	}
	if n := s.Tree.Len(); n > maxNodes {
		return &Error{File: s.File + ".xml", Wrong: fmt.Sprintf("it has %d elements, more than %d: that is no screen", n, maxNodes)}
	} else if n == 0 {
		return &Error{File: s.File + ".xml", Wrong: "it has no elements", Hint: "dump the page source while the screen is shown"}
	}
	said := 0
	s.Tree.Each(func(n *screen.Node) bool {
		said += len(n.Text) + len(n.ContentDesc) + len(n.Hint)
		return true
	})
	if said > maxText {
		return &Error{File: s.File + ".xml", Wrong: fmt.Sprintf("its elements say %d bytes of text, more than %d: that is no screen", said, maxText)}
	}
	if s.Picture, err = r.optional(s.File+".png", maxPicture); err != nil {
		return err
	}
	if wrong := badPicture(s.Picture); s.Picture != nil && wrong != "" {
		return &Error{File: s.File + ".png", Wrong: wrong}
	}
	page, err := r.optional(s.File+".html", maxHTML)
	if err != nil {
		return err
	}
	if bytes.IndexByte(page, 0) >= 0 {
		return &Error{File: s.File + ".html", Wrong: "it holds a NUL character"}
	}
	s.HTML = strings.ToValidUTF8(string(page), "\ufffd")
	if err := consent.CheckHTML(s.HTML); err != nil {
		return &Error{File: s.File + ".html", Wrong: err.Error()}
	}
	return nil
}

func (r *reader) optional(name string, limit int64) ([]byte, error) {
	data, err := r.file(name, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// file reads a regular file inside the folder, bounded.
func (r *reader) file(name string, limit int64) ([]byte, error) {
	info, err := r.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		// A link that leads nowhere is not the same as no file.
		if _, e := r.root.Lstat(name); e == nil {
			return nil, &Error{File: name, Wrong: "it is a link that leads nowhere"}
		}
		return nil, err
	}
	if err != nil {
		return nil, &Error{File: name, Wrong: "it cannot be read: " + reason(err)}
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{File: name, Wrong: "it is no regular file"}
	}
	if info.Size() > limit {
		return nil, &Error{File: name, Wrong: fmt.Sprintf("it has %d bytes, more than %d", info.Size(), limit)}
	}
	f, err := r.root.Open(name)
	if err != nil {
		return nil, &Error{File: name, Wrong: "it cannot be read: " + reason(err)}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, &Error{File: name, Wrong: "it cannot be read: " + reason(err)}
	case int64(len(data)) > limit:
		return nil, &Error{File: name, Wrong: fmt.Sprintf("it has more than %d bytes", limit)}
	}
	if r.total += int64(len(data)); r.total > maxTotal {
		return nil, &Error{File: name, Wrong: fmt.Sprintf("with it the capture has more than %d bytes", int64(maxTotal))}
	}
	return data, nil
}

// reason is an error without the path, which the caller names.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// badName says why a name is no name of a file in the folder.
func badName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case len(name) > 120:
		return "is longer than 120 bytes"
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	case strings.ContainsAny(name, `/\:`) || !filepath.IsLocal(name):
		return "leads out of the folder, or into another one"
	case strings.HasPrefix(name, "."):
		return "begins with a dot"
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "holds a character that cannot be printed"
	}
	for _, ext := range []string{".xml", ".png", ".html"} {
		if strings.HasSuffix(strings.ToLower(name), ext) {
			return "has an extension"
		}
	}
	return ""
}

// badPicture says why data is no picture to be read; it looks at the header
// before any pixel is unpacked.
func badPicture(data []byte) string {
	if len(data) == 0 {
		return "it is empty"
	}
	cfg, err := png.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return "it is no PNG: " + err.Error()
	case cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > maxSide || cfg.Height > maxSide || cfg.Width*cfg.Height > maxPixels:
		return fmt.Sprintf("it has %d × %d pixels, more than %d each way or %d together", cfg.Width, cfg.Height, maxSide, maxPixels)
	}
	return ""
}

// show quotes foreign text, short and harmless for a terminal.
func show(s string) string {
	const most = 60
	if r := []rune(s[:min(len(s), 8*most)]); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.QuoteToGraphic(s)
}
