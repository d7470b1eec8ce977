package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/features/catalog"
	"ffscert/features/certification"
)

func newPlanShowCmd(s *state) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a test plan with its cases, and which of them apply",
		Long: `show prints a test plan with its cases: the sentence of the guide that each
serves, how it is judged, and whether it applies to the product that the
configuration describes, with the reason if it does not. Without a
configuration only the plan decides.

Exit status 2, with the plan in full, if the configuration asks for a
derivative that is none.`,
		Args: exactly(1, "the id of a plan"),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := s.config()
			if err != nil {
				return err
			}
			cat, err := s.catalog(c)
			if err != nil {
				return err
			}
			if _, err := findPlan(cat, args[0]); err != nil {
				return err
			}
			plan, refused := planFor(cat, c, args[0])
			if scenarios, _, err := loadFeatures(s, c, ""); err == nil {
				plan = settled(plan, scenarios)
			}
			show := shownAs(c, plan, refused)
			if asJSON {
				err = writeJSON(s, show)
			} else {
				_, err = fmt.Fprint(s.Stdout, show.text())
			}
			if err == nil {
				warnProduct(s, c, plan)
			}
			return errors.Join(err, refused)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// shownPlan is a plan as it applies to a product.
type shownPlan struct {
	Schema string `json:"schema"`
	certification.Plan
	// Configuration is the file that describes the product; empty for none.
	Configuration string `json:"configuration"`
	Derivative    string `json:"derivative"`
	// DerivativeRefused is why the configured derivative is none.
	DerivativeRefused string      `json:"derivative_refused,omitempty"`
	Applicable        int         `json:"applicable"` // the number of cases that apply
	Cases             []shownCase `json:"cases"`
}

type shownCase struct {
	certification.Case
	Applicable bool `json:"applicable"`
	// Reason is why the case does not apply, or why it is judged otherwise.
	Reason string `json:"reason"`
}

func shownAs(c *config.Config, plan certification.Plan, refused error) shownPlan {
	show := shownPlan{Schema: "ffscert/plan/v1", Plan: plan, Derivative: derivative(c), Cases: []shownCase{}}
	if c.Path != "" {
		show.Configuration = filepath.Base(c.Path)
	}
	var e *catalog.DerivativeError
	if errors.As(refused, &e) {
		show.DerivativeRefused = strings.Join(e.Reasons, "; ")
	}
	for _, k := range plan.Cases {
		show.Cases = append(show.Cases, shownCase{Case: k, Applicable: k.NotApplicable == "", Reason: firstOf(k.NotApplicable, k.Adapted)})
		if k.NotApplicable == "" {
			show.Applicable++
		}
	}
	return show
}

func (p shownPlan) text() string {
	var b strings.Builder
	head := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-11s %s\n", name+":", wrap(printable(text), 72, strings.Repeat(" ", 12)))
		}
	}
	fmt.Fprintf(&b, "%s\n%s, version %s\n", printable(p.ID), printable(p.Name), printable(p.Version))
	head("for", p.Target)
	head("radios", p.Radios)
	head("note", p.Note)
	if len(p.Unknown) > 0 {
		head("not known", "of Amazon's sheet: "+strings.Join(p.Unknown, "; "))
	}
	if p.Configuration == "" {
		head("product", "not described, there is no ffscert.yaml: a case that depends on it applies")
	} else {
		head("product", "as "+p.Configuration+" describes it")
	}
	switch {
	case p.DerivativeRefused != "":
		head("derivative", p.Derivative+", refused: the full plan is needed")
	case p.Derivative != "":
		head("derivative", p.Derivative)
	}
	head("applies", fmt.Sprintf("%d of %d cases", p.Applicable, len(p.Cases)))
	for _, c := range p.Cases {
		fmt.Fprintf(&b, "\n%s  %s\n", printable(c.ID), printable(c.Title))
		line := func(name, text string) {
			if text != "" {
				fmt.Fprintf(&b, "  %-12s %s\n", name+":", wrap(printable(text), 72, strings.Repeat(" ", 15)))
			}
		}
		line("group", c.Group)
		line("requirement", c.Requirement)
		line("steps", c.Steps)
		line("expected", c.Expected)
		switch c.Method {
		case certification.Evidence:
			line("judged", "evidence: a file decides")
			line("needed", c.Evidence)
		case certification.Attended:
			line("judged", "attended: a person decides")
			line("needed", c.Evidence)
		default:
			line("judged", string(c.Method)+", "+criterion(c.Criterion))
		}
		line("applies", c.applies())
		line("note", c.Note)
	}
	return b.String()
}

// applies says whether the case applies, and on what it depends.
func (c shownCase) applies() string {
	if !c.Applicable {
		return "no, " + c.Reason
	}
	s := "yes"
	if c.Reason != "" {
		s += ", but judged by a person: " + c.Reason
	}
	for _, f := range c.Undecided {
		s += fmt.Sprintf("; whether the product has %s is not said (product.%s)", f.Words(), f)
	}
	return s
}
