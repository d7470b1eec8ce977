package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ffscert/drivers/virtual/adb/adbtest"
)

// rig is the real Appium, for the tests that need it.
var rig adbtest.Lazy

func TestMain(m *testing.M) {
	testscript.Main(closing{m}, map[string]func(){
		"ffscert":       func() { os.Exit(Main(system())) },
		"keep-large":    keepLarge,
		"keep-evidence": keepEvidence,
	})
}

// closing stops the rig after the tests.
type closing struct{ m *testing.M }

func (c closing) Run() int {
	code := c.m.Run()
	os.RemoveAll(plainDir)
	if err := rig.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// The command line as its users use it: every script runs the real commands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                scriptCommands(),
		Setup: func(e *testscript.Env) error {
			script := strings.TrimPrefix(filepath.Base(e.WorkDir), "script-")
			if slices.Contains(raced(), script) {
				return nil
			}
			dir, err := plain()
			e.Setenv("PATH", dir+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return err
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
