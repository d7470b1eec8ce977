package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ffscert": func() { os.Exit(Main(system())) },
	})
}

// The command line as its users use it: every script runs the real commands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                scriptCommands(),
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
