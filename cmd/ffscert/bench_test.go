package main

import (
	"os/exec"
	"path/filepath"
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
