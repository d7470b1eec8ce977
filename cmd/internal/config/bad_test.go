package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every file of testdata/bad is refused, with exactly the words that stand
// beside it. Look at a message as somebody who has to correct the file.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c, err := parse("ffscert.yaml", text)
			if err == nil {
				t.Fatalf("read as %+v", c)
			}
			var e *Error
			if !errors.As(err, &e) || len(e.Problems) == 0 {
				t.Fatalf("%T says nothing: %v", err, err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a secret is repeated: %v", err)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			got := []byte(err.Error() + "\n")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// Text that is made to hurt is refused before the YAML parser sees it.
func TestHostileText(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"brackets":     {strings.Repeat("[\n", 60_000), "f.yaml:501: more than 500 brackets are open"},
		"braces":       {strings.Repeat("{\n", 60_000), "f.yaml:501: more than 500 brackets are open"},
		"dashes":       {"a: 1\n" + strings.Repeat("- ", 60_000), "f.yaml:2: a line of more than 4096 bytes"},
		"large":        {strings.Repeat("# nothing\n", 20_000), "f.yaml: is larger than 128 KiB"},
		"deep":         {strings.Repeat("- ", 1000), "nested too deep; at most 32 levels are read"},
		"many at once": {strings.Repeat("x: 1\ny: 2\n", 1000), "f.yaml:53: more is wrong from this line on; correct these first"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse("f.yaml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %s", err, c.says)
			}
		})
	}
	path := write(t, strings.Repeat("# nothing\n", 20_000))
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "larger than 128 KiB") {
		t.Errorf("from a file: %v", err)
	}
}

// Files from other editors: a byte order mark, and lines that end as Windows has them.
func TestOtherEditors(t *testing.T) {
	good, _ := Sample(SampleVirtual)
	windows := "\ufeff" + strings.ReplaceAll(string(good), "\n", "\r\n")
	c, err := parse("f.yaml", []byte(windows))
	if err != nil {
		t.Fatal(err)
	}
	if c.Product.DeviceName != "First light" || c.Testbeds[0].Virtual.Device.SetUpFailure != 0 {
		t.Errorf("read as %+v", c)
	}
	bad := "version: 1\r\nplan: p\r\nproduct: {device_name: a}\r\n\r\nattempts: 0\r\ntestbeds: [{name: a, virtual: {}}]\r\n"
	_, err = parse("f.yaml", []byte(bad))
	if err == nil || err.Error() != "f.yaml:5: attempts: is 0, must be at least 1" {
		t.Errorf("err = %v", err)
	}
}
