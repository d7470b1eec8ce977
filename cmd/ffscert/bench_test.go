package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ffscert/features"
	"ffscert/steps"
	"ffscert/steps/suite"
)

// BenchmarkHelp is the whole process of `ffscert --help`.
func BenchmarkHelp(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "ffscert")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		if err := exec.Command(bin, "--help").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck reads and checks the built-in features.
func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		all, problems := suite.Load(suite.Source{FS: features.Files})
		if len(problems)+len(suite.Check(all, steps.Vocabulary(), suite.Known{})) > 0 {
			b.Fatal("the built-in features are not sound")
		}
	}
}

// BenchmarkCheckThousand is the whole of `ffscert check` on a thousand
// scenarios of ten steps, half of whose sentences differ from all others, and a
// tenth of which nobody understands.
func BenchmarkCheckThousand(b *testing.B) {
	dir := b.TempDir()
	mine := filepath.Join(dir, "mine")
	if err := os.Mkdir(mine, 0o755); err != nil {
		b.Fatal(err)
	}
	n := 0
	for f := range 50 {
		var text strings.Builder
		fmt.Fprintf(&text, "Feature: f%d\n", f)
		for s := range 20 {
			fmt.Fprintf(&text, "  Scenario: s%d\n", s)
			for range 5 {
				n++
				fmt.Fprintf(&text, "    Given the device is switched off\n    Then the Alexa app shows \"device %d\"\n", n)
			}
			fmt.Fprintf(&text, "    And the Alexa app shwos device %d\n", n)
		}
		if err := os.WriteFile(filepath.Join(mine, fmt.Sprintf("f%d.feature", f)), []byte(text.String()), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		var out bytes.Buffer
		s := &state{Args: []string{"check", "--features", "mine"}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard, Dir: dir, Getenv: os.Getenv,
			Signals: func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }}
		if status := Main(s); status != exitFailed || strings.Count(out.String(), "no step understands") != 1000 {
			b.Fatalf("status %d\n%.500s", status, out.String())
		}
	}
}
