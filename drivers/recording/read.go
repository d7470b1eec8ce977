package recording

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The bounds of what is read: a recording may come from anywhere.
const (
	maxFile   = 128 << 20 // compressed
	maxText   = 512 << 20 // all lines together
	maxLine   = 96 << 20
	maxEvents = 200_000
	maxFiles  = 20_000
)

// Error says what is wrong with a recording.
type Error struct {
	File string
	Line int // 0 is the file as a whole
	What string
	Hint string
}

func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s: line %d", e.File, e.Line)
	}
	s := where + ": " + e.What
	if e.Hint != "" {
		s += "\n  hint: " + e.Hint
	}
	return s
}

// Library is a folder of recordings, or one of them. Attempts are read when they
// are asked for.
type Library struct {
	dir   string
	names []string
}

// Open finds the recordings at path: a run's folder, the folder "wire" in it, or
// one file.
func Open(path string) (*Library, error) {
	// A link such as runs/latest may point elsewhere before all is read.
	path, err := resolve(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, &Error{File: path, What: bottom(err)}
	}
	if !info.IsDir() {
		return &Library{filepath.Dir(path), []string{filepath.Base(path)}}, nil
	}
	if inner := filepath.Join(path, "wire"); isDir(inner) {
		path = inner
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, &Error{File: path, What: "the folder cannot be read: " + bottom(err)}
	}
	l := &Library{dir: path}
	for _, e := range entries {
		// A link may lead anywhere: it is none of the run's files.
		if e.Type().IsRegular() && strings.HasSuffix(e.Name(), Extension) {
			l.names = append(l.names, e.Name())
		}
	}
	switch {
	case len(l.names) == 0:
		return nil, &Error{File: path, What: "no recording is in the folder", Hint: "only runs with --record keep one, runs/<run>/wire/*" + Extension}
	case len(l.names) > maxFiles:
		return nil, &Error{File: path, What: fmt.Sprintf("%d recordings are more than are read", len(l.names))}
	}
	return l, nil
}

func resolve(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", &Error{File: path, What: "there is no recording: " + bottom(err), Hint: "name the folder of a run that was made with --record"}
	}
	return real, nil
}

func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

func bottom(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// Names are the names of the files.
func (l *Library) Names() []string { return slices.Clone(l.names) }

// Has tells whether there is a file of that name.
func (l *Library) Has(name string) bool { return slices.Contains(l.names, name) }

// Single tells whether one file was named.
func (l *Library) Single() bool { return len(l.names) == 1 }

// Load reads an attempt. Errors are *[Error].
func (l *Library) Load(name string) (*Attempt, error) {
	path := filepath.Join(l.dir, name)
	f, err := os.Open(path)
	if err != nil {
		return nil, &Error{File: path, What: bottom(err)}
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, &Error{File: path, What: fmt.Sprintf("it is no file of at most %d MB", maxFile>>20)}
	}
	return Read(path, f)
}

// Header reads an attempt's first line only.
func (l *Library) Header(name string) (Header, error) {
	path := filepath.Join(l.dir, name)
	f, err := os.Open(path)
	if err != nil {
		return Header{}, &Error{File: path, What: bottom(err)}
	}
	defer f.Close()
	lines, err := open(path, f, maxLine)
	if err != nil {
		return Header{}, err
	}
	return lines.header()
}

// Read reads an attempt; file is for messages. Errors are *[Error].
func Read(file string, r io.Reader) (*Attempt, error) { return read(file, r, maxLine) }

func read(file string, r io.Reader, longest int) (*Attempt, error) {
	lines, err := open(file, r, longest)
	if err != nil {
		return nil, err
	}
	a := &Attempt{File: file}
	if a.Header, err = lines.header(); err != nil {
		return nil, err
	}
	for {
		line, err := lines.next()
		if err != nil {
			return nil, err
		}
		if line == nil {
			return nil, lines.wrong("it ends before its end: the process that wrote it was killed, or the file was cut", "record the attempt again")
		}
		var kind struct {
			Kind string `json:"kind"`
		}
		if err := json.Unmarshal(line, &kind); err != nil {
			return nil, lines.wrong("it is not JSON: "+err.Error(), "the file was changed: copy it again from where it was recorded")
		}
		if kind.Kind == "end" {
			if err := json.Unmarshal(line, &a.End); err != nil {
				return nil, lines.wrong(err.Error(), "")
			}
			break
		}
		if len(a.Events) >= maxEvents {
			return nil, lines.wrong("it has more events than are read", "")
		}
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, lines.wrong(err.Error(), "the file was changed: copy it again from where it was recorded")
		}
		if err := e.check(len(a.Events)); err != nil {
			return nil, lines.wrong(err.Error(), "the file was changed: copy it again from where it was recorded")
		}
		if e.SameAs != nil {
			e.Response = a.Events[*e.SameAs].Response
		}
		a.Events = append(a.Events, e)
	}
	switch more, err := lines.next(); {
	case err != nil:
		return nil, err
	case more != nil:
		return nil, lines.wrong("something stands after the end", "")
	}
	if a.End.Events != len(a.Events) {
		return nil, &Error{File: file, What: fmt.Sprintf("%d events are missing", a.End.Events-len(a.Events)), Hint: "record the attempt again"}
	}
	if a.End.Incomplete != "" {
		return nil, &Error{File: file, What: "it is not complete, and cannot be replayed: " + a.End.Incomplete}
	}
	return a, nil
}

// lines reads a compressed file line by line, within bounds.
type lines struct {
	file string
	r    *bufio.Reader
	n    int
	left int64
	most int // of one line
}

func open(file string, r io.Reader, longest int) (*lines, error) {
	z, err := gzip.NewReader(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, &Error{File: file, What: "it is no recording: " + err.Error(), Hint: "recordings are runs/<run>/wire/*" + Extension}
	}
	return &lines{file: file, r: bufio.NewReaderSize(z, 64<<10), left: maxText, most: longest}, nil
}

func (l *lines) wrong(what, hint string) error {
	return &Error{File: l.file, Line: l.n, What: what, Hint: hint}
}

// next is the next line without its end; nil after the last one.
func (l *lines) next() ([]byte, error) {
	l.n++
	var line []byte
	for {
		part, err := l.r.ReadSlice('\n')
		line = append(line, part...)
		l.left -= int64(len(part))
		switch {
		case len(line) > l.most || l.left < 0:
			return nil, l.wrong("it is longer than is read", "is it a recording of ffscert?")
		case err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, nil
		case errors.Is(err, io.EOF):
			return line, nil
		default:
			return nil, l.wrong("it is damaged: "+err.Error(), "copy it again from where it was recorded")
		}
	}
}

func (l *lines) header() (Header, error) {
	line, err := l.next()
	if err != nil {
		return Header{}, err
	}
	var h Header
	if err := json.Unmarshal(line, &h); err != nil {
		return h, l.wrong("it does not begin like a recording: "+err.Error(), "recordings are runs/<run>/wire/*"+Extension)
	}
	switch {
	case h.Schema != Schema:
		return h, l.wrong(fmt.Sprintf("its schema is %.40q, and this version of ffscert reads %s", h.Schema, Schema), "replay it with the version of ffscert that recorded it")
	case h.Case == "" || h.Scenario == "" || h.N < 1:
		return h, l.wrong("case, scenario, n: they do not name an attempt", "")
	}
	return h, nil
}
