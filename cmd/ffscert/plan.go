package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ffscert/features/catalog"
	"ffscert/features/certification"
)

func newPlanCmd(s *state) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "List test plans, show one; import, cover and fill in Amazon's own sheet",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for plan\n  hint: use `ffscert plan list` or `ffscert plan show ID`", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPlanListCmd(s), newPlanShowCmd(s), newPlanImportCmd(s), newPlanCoverageCmd(s), newPlanFillCmd(s))
	return cmd
}

func newPlanListCmd(s *state) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the test plans",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := s.config()
			if err != nil {
				return err
			}
			cat, err := s.catalog(c)
			if err != nil {
				return err
			}
			plans := cat.Plans()
			if scenarios, _, err := loadFeatures(s, c, ""); err == nil {
				for i := range plans {
					plans[i] = settled(plans[i], scenarios)
				}
			}
			if asJSON {
				return writeJSON(s, listedPlans{"ffscert/plans/v1", plans})
			}
			t := plainTable()
			t.AppendHeader(table.Row{"Plan", "Amazon's name", "Version", "Radios", "Cases"})
			for _, p := range plans {
				t.AppendRow(table.Row{p.ID, p.Name + "\n  for: " + p.Target, p.Version, p.Radios, len(p.Cases)})
			}
			_, err = fmt.Fprintln(s.Stdout, t.Render())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func criterion(c certification.Criterion) string {
	if c.Kind == certification.Rate {
		return fmt.Sprintf("%.0f %% of %d attempts", 100*c.Target, c.Attempts)
	}
	if c.Attempts == 1 {
		return "one attempt, which must pass"
	}
	return fmt.Sprintf("all of %d attempts", c.Attempts)
}

// findPlan returns the plan or an error of usage with the nearest ids.
func findPlan(cat *catalog.Catalog, id string) (certification.Plan, error) {
	p, err := cat.Plan(id)
	var unknown *catalog.UnknownError
	if errors.As(err, &unknown) {
		hint := "see `ffscert plan list`"
		if len(unknown.Nearest) > 0 {
			hint = "did you mean " + strings.Join(unknown.Nearest, " or ") + "? " + hint
		}
		return p, usagef("unknown plan %q\n  hint: %s", id, hint)
	}
	return p, err
}

func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("%s needs %s\n  hint: see `%s --help`", cmd.CommandPath(), what, cmd.CommandPath())
		}
		return nil
	}
}

// refuseUnknown refuses cases that the plan does not have, and says which may have
// been meant.
func refuseUnknown(plan certification.Plan, cases []string) error {
	for _, id := range cases {
		if _, ok := plan.Case(id); ok {
			continue
		}
		near := catalog.UnknownCase(plan, id).Nearest
		if len(near) == 0 {
			return nil // what it has is said where it is selected
		}
		if strings.EqualFold(near[0], id) {
			near = near[:1]
		}
		return usagef("plan %s has no case %q\n  hint: did you mean %s? `ffscert plan show %s` lists what it has", plan.ID, id, strings.Join(near, " or "), plan.ID)
	}
	return nil
}

// listedPlans is what `plan list --json` says.
type listedPlans struct {
	Schema string               `json:"schema"`
	Plans  []certification.Plan `json:"plans"`
}

func writeJSON(s *state, v any) error {
	enc := safeJSON(s.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// plainTable is a table without a frame.
func plainTable() table.Writer {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	t.SetStyle(style)
	return t
}

// wrap breaks text into lines of at most width characters; lines after the
// first begin with indent.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	n := 0
	for i, w := range strings.Fields(text) {
		l := len([]rune(w))
		if i > 0 {
			if n+1+l > width {
				b.WriteString("\n" + indent)
				n = 0
			} else {
				b.WriteString(" ")
				n++
			}
		}
		b.WriteString(w)
		n += l
	}
	return b.String()
}
