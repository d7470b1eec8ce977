package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"time"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/features"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/steps"
	"ffscert/steps/suite"
)

func newCheckCmd(s *state) *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Find everything that is wrong and can be known without a phone",
		Long: `check reads the configuration, the plan and all feature files, and reports
syntax errors, sentences that no step or more than one step understands,
unknown cases, cases without a scenario, models of apps that cannot be used,
and what the screen map of the partner app lacks for which cases. Exit status 0: nothing is wrong;
1: something is; 2: the configuration cannot be used.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := s.config()
			if err != nil {
				return err
			}
			cat, err := catalog.Load()
			if err != nil {
				return err
			}
			plan, err := planFor(cat, c, c.Plan)
			if err != nil {
				return err
			}
			scenarios, problems, err := loadFeatures(s, firstOf(dir, c.Features))
			if err != nil {
				return err
			}
			problems = append(problems, suite.Check(scenarios, steps.Vocabulary(), knows(cat))...)
			problems = append(problems, uncovered(plan, scenarios)...)
			problems = append(problems, unfitting(s, c, plan)...)
			_, wrong, err := loadWaivers(c, cat, time.Now())
			if err != nil {
				return err
			}
			problems = append(problems, wrong...)
			maps, err := loadMaps(c)
			if err != nil {
				return err
			}
			problems = append(problems, unfit(c)...)
			problems = append(problems, lacking(c, maps, nil, plan, relevant(plan, scenarios, knows(cat)))...)
			return reportCheck(s, plan, scenarios, problems, asJSON)
		},
	}
	cmd.Flags().StringVar(&dir, "features", "", "`DIR` of feature files, added to the built-in ones")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// loadFeatures reads the built-in features and those below dir, if any.
func loadFeatures(s *state, dir string) ([]suite.Scenario, []suite.Problem, error) {
	sources := []suite.Source{{FS: features.Files}}
	if dir != "" {
		abs := s.path(dir)
		if info, err := os.Stat(abs); err != nil || !info.IsDir() {
			return nil, nil, usagef("--features %s: there is no such folder\n  hint: name a folder with *.feature files", dir)
		}
		sources = append(sources, suite.Source{FS: os.DirFS(abs), Prefix: filepath.ToSlash(dir)})
	}
	scenarios, problems := suite.Load(sources...)
	return scenarios, problems, nil
}

// knows tells whether a case id is in the catalogue.
func knows(cat *catalog.Catalog) func(string) bool {
	return func(id string) bool {
		_, err := cat.Case(id)
		return err == nil
	}
}

// relevant are the scenarios that a run of the plan carries out: those of its
// cases, and those that belong to no plan's.
func relevant(plan certification.Plan, scenarios []suite.Scenario, known func(string) bool) []suite.Scenario {
	var all []suite.Scenario
	for _, s := range scenarios {
		if s.Case(plan) == certification.LocalCase && slices.ContainsFunc(s.Cases, known) {
			continue // of another plan
		}
		if k, ok := plan.Case(s.Case(plan)); ok && (k.NotApplicable != "" || k.Adapted != "") {
			continue // no scenario may carry it out for this product
		}
		all = append(all, s)
	}
	return all
}

// unfitting finds what of the product does not fit the plan.
func unfitting(s *state, c *config.Config, plan certification.Plan) []suite.Problem {
	var problems []suite.Problem
	for _, w := range profile(c).Warnings(plan) {
		problems = append(problems, suite.Problem{File: s.shown(c.Path), Warning: true, Message: w})
	}
	return problems
}

// uncovered finds the cases of the plan that no scenario carries out.
func uncovered(plan certification.Plan, scenarios []suite.Scenario) []suite.Problem {
	covered := map[string]bool{}
	for _, s := range scenarios {
		covered[s.Case(plan)] = true
	}
	var problems []suite.Problem
	for _, c := range plan.Cases {
		if !covered[c.ID] && c.Method == certification.Automated && c.NotApplicable == "" {
			problems = append(problems, suite.Problem{File: "plan " + plan.ID, Warning: true,
				Message: "no scenario carries out the case " + c.ID + " (" + c.Title + ")",
				Hint:    "tag one with @case:" + c.ID})
		}
	}
	return problems
}

func reportCheck(s *state, plan certification.Plan, scenarios []suite.Scenario, problems []suite.Problem, asJSON bool) error {
	sort.SliceStable(problems, func(i, j int) bool {
		if problems[i].File != problems[j].File {
			return problems[i].File < problems[j].File
		}
		return problems[i].Line < problems[j].Line
	})
	wrong := len(suite.Errors(problems))
	if asJSON {
		type scenario struct {
			File string   `json:"file"`
			Line int      `json:"line"`
			Name string   `json:"name"`
			Case string   `json:"case"`
			Tags []string `json:"tags"`
		}
		out := struct {
			Schema    string          `json:"schema"`
			Plan      string          `json:"plan"`
			OK        bool            `json:"ok"`
			Scenarios []scenario      `json:"scenarios"`
			Problems  []suite.Problem `json:"problems"`
		}{"ffscert/check/v1", plan.ID, wrong == 0, []scenario{}, append([]suite.Problem{}, problems...)}
		for _, sc := range scenarios {
			out.Scenarios = append(out.Scenarios, scenario{sc.File, sc.Line, sc.Name, sc.Case(plan), append([]string{}, sc.Tags...)})
		}
		if err := writeJSON(s, out); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			kind := "error"
			if p.Warning {
				kind = "warning"
			}
			fmt.Fprintf(s.Stdout, "%s: %s\n", kind, printable(p.Error()))
		}
		fmt.Fprintf(s.Stdout, "plan %s: %d cases, %d scenarios, %d errors, %d warnings\n", plan.ID, len(plan.Cases), len(scenarios), wrong, len(problems)-wrong)
	}
	if wrong > 0 {
		return &statusError{exitFailed, nil}
	}
	return nil
}
