package baseline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ffscert/steps/checks/consent"
)

func TestWhatIsApprovedIsReadAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "texts")
	if _, err := Open(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	s, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	lines := []string{"# not a header", "設定を開始", "Amazon will ask."}
	files, err := s.Approve("ja-JP", []consent.ScreenTexts{{Screen: "01 explain", Role: consent.Explain, Texts: lines}, {Screen: "02", Role: consent.Other}})
	if err != nil || !slices.Equal(files, []string{"ja-JP/01 explain.txt", "ja-JP/02.txt"}) {
		t.Fatal(files, err)
	}
	all, err := s.All("ja-JP")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := all.Approved("ja-JP", "01 explain"); !ok || !slices.Equal(got, lines) {
		t.Errorf("%q", got)
	}
	if got, ok := all.Approved("ja-JP", "02"); !ok || len(got) != 0 {
		t.Errorf("%q %t", got, ok)
	}
	if _, ok := all.Approved("de-DE", "02"); ok {
		t.Error("another language")
	}
	if !slices.Equal(all.Screens(), []string{"01 explain", "02"}) {
		t.Error(all.Screens())
	}
	if none, err := s.All("fr-FR"); err != nil || len(none.Screens()) != 0 {
		t.Error(none, err)
	}
}

// TestStrangeFilesAreRefused: errors name the file; nothing is read outside.
func TestStrangeFilesAreRefused(t *testing.T) {
	for name, text := range map[string]string{"no header": "Hello\n", "binary": header + "\x00", "not UTF-8": header + "\xff", "large": header + strings.Repeat("x", maxFile)} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "en-US"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "en-US", "01.txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.All("en-US"); err == nil || !strings.Contains(err.Error(), "en-US/01.txt") {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
	outside := filepath.Join(t.TempDir(), "en-US")
	if err := os.Mkdir(outside, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "en-US")); err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.All("en-US"); err == nil {
		t.Error("a link that leads outside is followed")
	}
	if _, err := s.Approve("en-US", []consent.ScreenTexts{{Screen: "01"}}); err == nil {
		t.Error("a link that leads outside is written through")
	}
}
