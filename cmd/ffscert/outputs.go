package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ffscert/reports/render"
)

// output is a format that is to be written, and where.
type output struct {
	format render.Format
	path   string
}

// parseFormats reads the values of --format of `ffscert run`.
func parseFormats(s *state, args []string) ([]output, error) {
	var outputs []output
	for _, a := range args {
		name, path, ok := strings.Cut(a, ":")
		if !ok || path == "" {
			return nil, usagef("--format %s: a format and a path are needed\n  hint: write it like json:matrix.json", a)
		}
		f, err := formatOf(name)
		if err != nil {
			return nil, err
		}
		// A run may take hours: what cannot be written is said before it.
		out := output{f, path}
		if dir, err := os.Stat(filepath.Dir(filepath.Clean(s.path(path)))); err != nil || !dir.IsDir() {
			return nil, usagef("--format %s: there is no folder %s\n  hint: make it first", a, filepath.Dir(filepath.Clean(path)))
		}
		if err := s.mayWrite(out); err != nil {
			return nil, err
		}
		for _, o := range outputs {
			if filepath.Clean(s.path(o.path)) == filepath.Clean(s.path(path)) {
				return nil, usagef("--format %s: %s is written there already\n  hint: give each format a path of its own", a, o.format.Name)
			}
		}
		outputs = append(outputs, out)
	}
	return outputs, nil
}

// mayWrite refuses what would be written over something that is not ours to
// replace.
func (s *state) mayWrite(out output) error {
	path := filepath.Clean(s.path(out.path))
	if out.format.Folder != nil {
		return usage(ours(path, out.format))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return usagef("cannot write %s: it is a folder\n  hint: name a file", path)
	}
	return nil
}

// ours tells, with nil, that there is nothing at path, or nothing but files
// that the format has written itself.
func ours(path string, f render.Format) error {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("cannot write %s: %s is a folder of files, and this is no folder\n  hint: name another one", path, f.Name)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	foreign := ""
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		if !e.Type().IsRegular() {
			foreign = e.Name()
		}
	}
	if foreign == "" && len(names) > 0 {
		foreign = f.Foreign(names)
	}
	if foreign != "" {
		return fmt.Errorf("cannot write %s: it holds %q, which is of no earlier %s export, and the folder is replaced as a whole\n  hint: name a folder that is new or empty", path, foreign, f.Name)
	}
	return nil
}

// writeFolder writes a folder so that it is there whole or as it was. What an
// earlier export has left in it is replaced.
func writeFolder(path string, f render.Format, write func(dir string) error) (err error) {
	if err := ours(path, f); err != nil {
		return err
	}
	parent := filepath.Dir(path)
	fresh, err := os.MkdirTemp(parent, ".new-*")
	if err != nil {
		return cannotWrite(path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(fresh))
		}
	}()
	if err := write(fresh); err != nil {
		return cannotWrite(path, err)
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return cannotWrite(path, err)
	}
	old := fresh + ".old"
	switch err := os.Rename(path, old); {
	case errors.Is(err, os.ErrNotExist):
		old = ""
	case err != nil:
		return cannotWrite(path, err)
	}
	if err := os.Rename(fresh, path); err != nil {
		if old != "" {
			err = errors.Join(err, os.Rename(old, path))
		}
		return cannotWrite(path, err)
	}
	if old != "" {
		return os.RemoveAll(old)
	}
	return nil
}
