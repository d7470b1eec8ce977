package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever stands in the file, it is read or refused with words: a line that
// exists, no control characters, no crash.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.yaml", "samples/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			t.Skip("larger files are only slower")
		}
		c, err := parse("f.yaml", text)
		if err == nil {
			if len(c.Testbeds) == 0 || c.Product.DeviceName == "" || c.Plan == "" {
				t.Fatalf("accepted without what a run needs: %+v", c)
			}
			for _, b := range c.Testbeds {
				if (b.Phone == nil) == (b.Virtual == nil) {
					t.Fatalf("testbed %q: phone and virtual, or neither", b.Name)
				}
				for _, other := range []string{b.Plugs.Device, b.Plugs.Provisioner, b.Provisioner} {
					if SameName(other, c.Product.DeviceName) {
						t.Fatalf("%q may be deleted instead of %q", other, c.Product.DeviceName)
					}
				}
			}
			return
		}
		var e *Error
		if !errors.As(err, &e) || len(e.Problems) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		lines := strings.Count(string(text), "\n") + strings.Count(string(text), "\r") + 1
		for _, p := range e.Problems {
			if p.Text == "" || p.Line < 0 || p.Line > lines {
				t.Errorf("of %d lines: %+v", lines, p)
			}
			if s := p.Error(); !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("not printable: %q", s)
			}
		}
	})
}
