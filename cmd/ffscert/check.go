package main

import (
	"errors"
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

// checked is what `check --json` says.
type checked struct {
	Schema string `json:"schema"`
	Plan   string `json:"plan"`
	// OK is false if a problem keeps a run from starting.
	OK        bool              `json:"ok"`
	Scenarios []checkedScenario `json:"scenarios"`
	Problems  []suite.Problem   `json:"problems"`
}

type checkedScenario struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Name string `json:"name"`
	// Case is the case that it carries out, or local.
	Case string   `json:"case"`
	Tags []string `json:"tags"`
}

func newCheckCmd(s *state) *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Find everything that is wrong and can be known without a phone",
		Long: `check reads the configuration, the plan and all feature files, and reports
syntax errors, sentences that no step or more than one step understands, what
is filled in to them and makes no sense, unknown screens and elements, unknown
cases, cases without a scenario, models of apps that cannot be used, and what
the screen map of the partner app lacks for which cases. Exit status 0: nothing is wrong;
1: something is; 2: the configuration cannot be used.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := s.config()
			if err != nil {
				return err
			}
			cat, owns, err := s.plans(c)
			if err != nil {
				return err
			}
			plan, err := planFor(cat, c, c.Plan)
			if err != nil {
				return err
			}
			scenarios, problems, err := loadFeatures(s, c, dir)
			if err != nil {
				return err
			}
			problems = append(problems, unfitting(s, c, plan)...)
			problems = append(problems, uncovered(plan, owns, scenarios)...)
			plan = settled(plan, scenarios)
			_, wrong, err := loadWaivers(c, cat, time.Now())
			if err != nil {
				return err
			}
			problems = append(problems, wrong...)
			maps, err := loadMaps(c)
			if err != nil {
				return err
			}
			problems = append(problems, suite.Check(scenarios, steps.Vocabulary(), known(cat, plan, c, maps, nil))...)
			problems = append(problems, unfit(c)...)
			problems = append(problems, outsideMaps(c, maps)...)
			problems = append(problems, lacking(c, maps, nil, plan, relevant(plan, scenarios, knows(cat)))...)
			problems = append(problems, unarranged(c, nil, plan, relevant(plan, scenarios, knows(cat)))...)
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

// loadFeatures reads the built-in features and those below dir; if that is
// empty, those below the folder that the configuration names, if any.
func loadFeatures(s *state, c *config.Config, dir string) ([]suite.Scenario, []suite.Problem, error) {
	sources := []suite.Source{{FS: features.Files}}
	if from := firstOf(dir, c.Features); from != "" {
		src, err := featureFolder(s, from)
		if err != nil {
			return nil, nil, err
		}
		if dir == "" {
			src.Prefix = asConfigured(s, c, src.Prefix)
		}
		sources = append(sources, src)
	}
	scenarios, problems := suite.Load(sources...)
	return scenarios, problems, nil
}

// asConfigured is the folder as the configuration names it: where on the disk
// the project lies is nobody's business, and what an attempt meets by chance
// must not depend on it.
func asConfigured(s *state, c *config.Config, dir string) string {
	rel, err := filepath.Rel(filepath.Dir(s.path(c.Path)), filepath.FromSlash(dir))
	if err != nil || !filepath.IsLocal(rel) {
		return dir
	}
	return filepath.ToSlash(rel)
}

// featureFolder is the user's folder of feature files.
func featureFolder(s *state, dir string) (suite.Source, error) {
	abs := s.path(dir)
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return suite.Source{}, usagef("--features %s: there is no such folder\n  hint: name a folder with *.feature files", dir)
	case err != nil:
		return suite.Source{}, usagef("--features %s: %w", dir, err)
	case !info.IsDir():
		return suite.Source{}, usagef("--features %s: this is a file, not a folder\n  hint: name the folder that it is in; a single file is run with `ffscert run %s`", dir, dir)
	}
	src := suite.Source{FS: os.DirFS(abs), Prefix: filepath.ToSlash(filepath.Clean(dir))}
	if !src.HasFeatures() {
		return suite.Source{}, usagef("--features %s: there is no feature file in this folder or below it\n  hint: feature files are called *.feature", dir)
	}
	return src, nil
}

// known is what scenarios are checked against, on the testbeds of those names,
// all by default.
func known(cat *catalog.Catalog, plan certification.Plan, c *config.Config, m screenMaps, beds []string) suite.Known {
	k := suite.Known{
		Case: func(id string) (bool, []string) {
			if knows(cat)(id) {
				return true, nil
			}
			_, err := cat.Case(id)
			var unknown *catalog.UnknownError
			if errors.As(err, &unknown) {
				return false, unknown.Nearest
			}
			return false, nil
		},
		Plan:  func(id string) bool { _, ok := plan.Case(id); return ok },
		Facts: steps.Facts{Device: c.Product.DeviceName, Alexa: m.alexa, Amazon: m.amazon},
	}
	for _, b := range c.Testbeds {
		if p := m.partner(b); p != nil && (len(beds) == 0 || slices.Contains(beds, b.Name)) {
			k.Facts.Partner = p
		}
	}
	return k
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
		if s.Broken || s.Case(plan) == certification.LocalCase && slices.ContainsFunc(s.Cases, known) {
			continue // no scenario, or of another plan
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

// uncovered finds the cases of the plan that need a scenario and have none:
// also those of a plan of the user's that are attended only until they have one.
func uncovered(plan certification.Plan, owns []catalog.Own, scenarios []suite.Scenario) []suite.Problem {
	covered := map[string]bool{}
	for _, s := range scenarios {
		for _, id := range s.Cases {
			covered[id] = true
		}
	}
	at := func(id string) (file string, line int) { return "plan " + plan.ID, 0 }
	for _, o := range owns {
		if o.Plan.ID == plan.ID {
			at = func(id string) (string, int) { return o.Path, o.Line(id) }
		}
	}
	var problems []suite.Problem
	for _, c := range plan.Cases {
		if covered[c.ID] || c.NotApplicable != "" || c.Method != "" && c.Method != certification.Automated {
			continue
		}
		p := suite.Problem{Warning: true, Message: "no scenario carries out the case " + c.ID + " (" + c.Title + ")", Hint: "tag one with @case:" + c.ID}
		if c.Method == "" {
			p.Hint += ", or give it a method: until then, a person has to decide it"
		}
		p.File, p.Line = at(c.ID)
		problems = append(problems, p)
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
	scenarios = slices.DeleteFunc(slices.Clone(scenarios), func(s suite.Scenario) bool { return s.Broken })
	wrong := len(suite.Errors(problems))
	if asJSON {
		out := checked{"ffscert/check/v1", plan.ID, wrong == 0, []checkedScenario{}, append([]suite.Problem{}, problems...)}
		for _, sc := range scenarios {
			out.Scenarios = append(out.Scenarios, checkedScenario{sc.File, sc.Line, sc.Name, sc.Case(plan), append([]string{}, sc.Tags...)})
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
