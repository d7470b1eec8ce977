package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// plain is the folder with the command as users build it: without the race
// detector, which makes it ten times slower. It is built once, when the first
// test asks for it.
var plain = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ffscert-plain-")
	if err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "ffscert"), ".").CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", fmt.Errorf("build the command: %w\n%s", err, out)
	}
	plainDir = dir
	return dir, nil
})

// plainDir is removed after the tests.
var plainDir string

// raced are the scripts in which the command runs under the race detector, too,
// if the tests do: those in which most goes on at the same time. The others run
// the command as users build it; what they prove is what it says.
func raced() []string {
	return []string{"run", "resume", "serve"}
}
