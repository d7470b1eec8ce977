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

// walks are the scripts that make a great many attempts one after the other. They
// run the command as users build it: races in what they do are found by the
// scripts of one or two attempts, and by the tests of the packages.
func walks() []string {
	return []string{"failing", "consent", "wholeplan", "words", "exports", "derivative", "packet_sheet", "dialogs"}
}
