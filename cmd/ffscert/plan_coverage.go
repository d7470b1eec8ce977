package main

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ffscert/features/certification"
	"ffscert/steps/suite"
)

func newPlanCoverageCmd(s *state) *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "coverage [ID]",
		Short: "Tell which cases of a plan have a scenario, and which do not",
		Long: `coverage lists the cases of a plan, that of the configuration by default, with
the scenarios that carry them out. A case that is attended, judged by evidence or
does not apply to the product needs none. Exit status: 0 every other case has a scenario, 1 one has none,
2 usage or configuration.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("coverage takes one plan, not %d\n  hint: see `ffscert plan coverage --help`", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := s.config()
			if err != nil {
				return err
			}
			cat, err := s.catalog(c)
			if err != nil {
				return err
			}
			id := c.Plan
			if len(args) == 1 {
				id = args[0]
			}
			plan, err := planFor(cat, c, id)
			if err != nil {
				return err
			}
			scenarios, problems, err := loadFeatures(s, c, dir)
			if err != nil {
				return err
			}
			if err := refuse(problems); err != nil {
				return err
			}
			return coverageOf(plan, scenarios).print(s, asJSON)
		},
	}
	cmd.Flags().StringVar(&dir, "features", "", "`DIR` of feature files, added to the built-in ones")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// coverage is what carries out the cases of a plan.
type coverage struct {
	Schema string `json:"schema"`
	Plan   string `json:"plan"`
	// Covered and Uncovered count the cases that have a scenario and those that
	// need one and have none; Without those that need none and have none.
	Covered   int            `json:"covered"`
	Uncovered int            `json:"uncovered"`
	Without   int            `json:"without"`
	Cases     []caseCoverage `json:"cases"`
}

type caseCoverage struct {
	ID     string               `json:"id"`
	Group  string               `json:"group"`
	Title  string               `json:"title"`
	Method certification.Method `json:"method"`
	// Needs tells whether the case needs a scenario: one that is attended or
	// judged by evidence, because the plan says so, does not.
	Needs bool `json:"needs_scenario"`
	// NotApplicable is why the case does not apply to the product; it needs no
	// scenario then.
	NotApplicable string           `json:"not_applicable,omitempty"`
	Covered       bool             `json:"covered"`
	Scenarios     []scenarioAtLine `json:"scenarios"`
}

type scenarioAtLine struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Name string `json:"name"`
}

func coverageOf(plan certification.Plan, scenarios []suite.Scenario) coverage {
	by := map[string][]scenarioAtLine{}
	for _, sc := range scenarios {
		id := sc.Case(plan)
		by[id] = append(by[id], scenarioAtLine{sc.File, sc.Line, sc.Name})
	}
	cov := coverage{Schema: "ffscert/coverage/v1", Plan: plan.ID, Cases: []caseCoverage{}}
	methods := settled(plan, scenarios)
	for i, k := range plan.Cases {
		c := caseCoverage{ID: k.ID, Group: k.Group, Title: k.Title, Method: methods.Cases[i].Method,
			Needs: k.NotApplicable == "" && (k.Method == "" || k.Method == certification.Automated), NotApplicable: k.NotApplicable, Scenarios: append([]scenarioAtLine{}, by[k.ID]...)}
		c.Covered = len(c.Scenarios) > 0
		switch {
		case c.Covered:
			cov.Covered++
		case c.Needs:
			cov.Uncovered++
		default:
			cov.Without++
		}
		cov.Cases = append(cov.Cases, c)
	}
	return cov
}

func (cov coverage) print(s *state, asJSON bool) error {
	if asJSON {
		if err := writeJSON(s, cov); err != nil {
			return err
		}
	} else if err := cov.table(s); err != nil {
		return err
	}
	if cov.Uncovered > 0 {
		return &statusError{exitFailed, nil}
	}
	return nil
}

func (cov coverage) table(s *state) error {
	t := plainTable()
	t.AppendHeader(table.Row{"Case", "Group", "Title", "Method", "Scenario"})
	for _, c := range cov.Cases {
		var at []string
		for _, sc := range c.Scenarios {
			at = append(at, fmt.Sprintf("%s:%d", sc.File, sc.Line))
		}
		switch {
		case c.NotApplicable != "":
			at = append(at, "does not apply")
		case !c.Covered && c.Needs:
			at = []string{"NONE, tag one with @case:" + c.ID}
		case !c.Covered:
			at = []string{"none needed"}
		case !c.Needs:
			at = append(at, "(the plan says "+string(c.Method)+": it brings evidence, and does not decide)")
		}
		t.AppendRow(table.Row{c.ID, printable(shortTitle(c.Group)), printable(shortTitle(c.Title)), c.Method, printable(strings.Join(at, "\n"))})
	}
	_, err := fmt.Fprintf(s.Stdout, "%s\n\nplan %s: %d cases, %d with a scenario, %d without one that need it, %d without one that need none\n",
		t.Render(), cov.Plan, len(cov.Cases), cov.Covered, cov.Uncovered, cov.Without)
	return err
}

func shortTitle(s string) string {
	if r := []rune(s); len(r) > 48 {
		return string(r[:47]) + "…"
	}
	return s
}
