// Package readers runs the programs of others for which we write: a format is
// right when they can read it. It is for tests only.
package readers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Node runs a script of ECMAScript in the folder where the npm packages of
// package.json are installed, with arguments, and returns what it printed. A
// machine that has none of them skips; where everything is set up, that is a failure.
func Node(t testing.TB, script string, args ...string) string {
	t.Helper()
	home := Home(t)
	out, err := command(home, append([]string{"--input-type=module", "-e", script, "--"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// Run runs a program of one of the packages.
func Run(t testing.TB, program string, args ...string) string {
	t.Helper()
	home := Home(t)
	out, err := command(home, append([]string{filepath.Join(home, "node_modules", ".bin", program)}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

func command(home string, args ...string) *exec.Cmd {
	c := exec.Command("node", args...)
	c.Dir = home
	return c
}

// Home is the folder where the packages are installed.
func Home(t testing.TB) string {
	t.Helper()
	home := os.Getenv("FFSCERT_READERS_HOME")
	if home != "" {
		if _, err := os.Stat(filepath.Join(home, "node_modules", "xmllint-wasm")); err == nil {
			return home
		}
	}
	const missing = "the programs that read our exports are not installed: run make setup, and set FFSCERT_READERS_HOME to .tools/readers"
	if os.Getenv("FFSCERT_REQUIRE_REAL") == "1" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}
