// Package baseline keeps the approved texts of consent screens as files that a
// reviewer can read in a pull request: one per locale and screen,
// DIR/de-DE/02-consent.txt, a line per text.
//
// It knows no rules and no phone: it reads and writes.
package baseline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"ffscert/steps/checks/consent"
)

// maxFile bounds a stored file, in bytes.
const maxFile = 1 << 20

// Store is a folder of approved texts.
type Store struct {
	dir  string
	root *os.Root
}

// Open opens the folder; the error is [fs.ErrNotExist] if it is not there.
func Open(dir string) (*Store, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the approved texts: %w", err)
	}
	return &Store{dir, root}, nil
}

// Create opens the folder, and makes it if it is not there.
func Create(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of approved texts: %w", err)
	}
	return Open(dir)
}

// Close lets go of the folder.
func (s *Store) Close() error { return s.root.Close() }

// header is the first line of a file.
const header = "# approved texts, in reading order: "

func name(locale, screen string) string { return path.Join(locale, screen+".txt") }

// All reads the texts of a locale, so that they can be judged by. Errors name
// the file.
func (s *Store) All(locale string) (Texts, error) {
	t := Texts{locale: locale, screens: map[string][]string{}}
	dir, err := s.root.Open(locale)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return t, fmt.Errorf("read the approved texts: %w", err)
	}
	entries, err := dir.ReadDir(-1)
	if err = errors.Join(err, dir.Close()); err != nil {
		return t, fmt.Errorf("read the approved texts: %w", err)
	}
	for _, e := range entries {
		screen, ok := strings.CutSuffix(e.Name(), ".txt")
		if !ok || !e.Type().IsRegular() {
			continue
		}
		lines, err := s.read(name(locale, screen))
		if err != nil {
			return t, err
		}
		t.screens[screen] = lines
	}
	return t, nil
}

func (s *Store) read(file string) ([]string, error) {
	f, err := s.root.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the approved texts: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the approved texts: %w", err)
	case len(data) > maxFile:
		return nil, fmt.Errorf("%s/%s: it has more than %d bytes", s.dir, file, maxFile)
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return nil, fmt.Errorf("%s/%s: it is no text", s.dir, file)
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	if !strings.HasPrefix(text, header) {
		return nil, fmt.Errorf("%s/%s:1: it does not begin with %q\n  hint: `ffscert consent approve` writes it anew", s.dir, file, strings.TrimSpace(header))
	}
	_, text, _ = strings.Cut(text, "\n")
	lines := []string{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// Approve stores the texts of screens in a locale, and returns the files that
// were written, inside the folder.
func (s *Store) Approve(locale string, screens []consent.ScreenTexts) ([]string, error) {
	if err := s.root.Mkdir(locale, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("store the approved texts: %w", err)
	}
	var files []string
	for _, sc := range screens {
		file := name(locale, sc.Screen)
		var b strings.Builder
		fmt.Fprintf(&b, "%sscreen %s (%s), %s\n", header, sc.Screen, sc.Role, locale)
		for _, line := range sc.Texts {
			b.WriteString(line + "\n")
		}
		if err := s.write(file, b.String()); err != nil {
			return files, err
		}
		if !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	return files, nil
}

// write replaces a file as a whole.
func (s *Store) write(file, text string) (err error) {
	temp := file + ".new"
	defer func() {
		if err != nil {
			err = fmt.Errorf("store the approved texts: %w", errors.Join(err, ignoreMissing(s.root.Remove(temp))))
		}
	}()
	if err := s.root.WriteFile(temp, []byte(text), 0o644); err != nil {
		return err
	}
	return s.root.Rename(temp, file)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Texts are the approved texts of a locale.
type Texts struct {
	locale  string
	screens map[string][]string
}

// Approved implements [consent.Baseline].
func (t Texts) Approved(locale, screen string) ([]string, bool) {
	if locale != t.locale {
		return nil, false
	}
	lines, ok := t.screens[screen]
	return lines, ok
}

// Screens are the screens of which texts are stored, sorted.
func (t Texts) Screens() []string {
	var all []string
	for s := range t.screens {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

// Locale is the locale of the texts.
func (t Texts) Locale() string { return t.locale }
