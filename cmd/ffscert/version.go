package main

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func newVersionCmd(s *state) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return json.NewEncoder(s.Stdout).Encode(shownVersion{"ffscert/version/v1", version, runtime.Version()})
			}
			_, err := fmt.Fprintf(s.Stdout, "ffscert %s\n", version)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// shownVersion is what `version --json` says.
type shownVersion struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Go      string `json:"go"` // the version of Go that built it
}

// noArgs refuses arguments with an error of usage.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no argument, not %q\n  hint: see `%s --help`", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

// oneOf checks the value of a flag.
func oneOf(flag, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return usagef("--%s %s: not known here\n  hint: use one of %v", flag, value, allowed)
}
