package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ffscert/drivers/virtual/apps"
)

// modelLine is a built-in model as `ffscert virtual apps` shows it.
type modelLine struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	Package   string   `json:"package"`
	Version   string   `json:"version"`
	Screens   int      `json:"screens"`
	Languages []string `json:"languages"` // beside English
}

func newVirtualAppsCmd(s *state) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "apps [NAME]",
		Short: "List the built-in models of apps, or print one",
		Long: `apps lists the models of apps that the virtual phone has. With a name it prints
the model as it is: copy it to begin a model of your own, and name that in
ffscert.yaml as virtual.app or virtual.partner_app.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				if !slices.Contains(apps.Builtin(), args[0]) {
					return usagef("there is no built-in model %q\n  hint: there are: %s", args[0], strings.Join(apps.Builtin(), ", "))
				}
				source, err := apps.Source(args[0])
				if err == nil {
					_, err = s.Stdout.Write(source)
				}
				return err
			}
			lines := []modelLine{}
			for _, name := range apps.Builtin() {
				m, err := apps.Load(name, apps.DefaultVocabulary())
				if err != nil {
					return err
				}
				l := modelLine{Name: name, Label: m.Label, Package: m.Package, Version: m.VersionName, Screens: len(m.Screens), Languages: []string{}}
				for language := range m.Languages {
					l.Languages = append(l.Languages, language)
				}
				slices.Sort(l.Languages)
				lines = append(lines, l)
			}
			if asJSON {
				return writeJSON(s, listedModels{"ffscert/apps/v1", lines})
			}
			t := plainTable()
			t.AppendHeader(table.Row{"Name", "App", "Package", "Version", "Languages"})
			for _, l := range lines {
				t.AppendRow(table.Row{l.Name, l.Label, l.Package, l.Version, strings.Join(append([]string{"en"}, l.Languages...), ", ")})
			}
			_, err := fmt.Fprintln(s.Stdout, t.Render())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// listedModels is what `virtual apps --json` says.
type listedModels struct {
	Schema string      `json:"schema"`
	Apps   []modelLine `json:"apps"`
}
