package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"ffscert/cmd/internal/config"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/steps/suite"
)

// catalog holds the built-in plans and those of the user's.
func (s *state) catalog(c *config.Config) (*catalog.Catalog, error) {
	cat, _, err := s.plans(c)
	return cat, err
}

// plans are the built-in plans with those of the user's, and the latter by
// themselves, too.
func (s *state) plans(c *config.Config) (*catalog.Catalog, []catalog.Own, error) {
	builtIn, err := catalog.Load()
	if err != nil {
		return nil, nil, err
	}
	dir := s.plansDir(c)
	files, err := planFiles(dir)
	if err != nil {
		if c.Plans == "" && errors.Is(err, fs.ErrNotExist) {
			return builtIn, nil, nil
		}
		return nil, nil, usagef("the folder of your plans cannot be read: %w\n  hint: see plans: in the configuration", err)
	}
	var owns []catalog.Own
	var wrong []string
	for _, path := range files {
		data, err := readBounded(path, maxPlanFile)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		if c.Plans == "" && !catalog.IsOwn(data) {
			continue // a folder of that name may hold anything
		}
		own, err := catalog.ParseOwn(s.shown(path), data, builtIn)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		owns = append(owns, own)
	}
	if len(wrong) > 0 {
		return nil, nil, usage(errors.New(strings.Join(wrong, "\n")))
	}
	cat, err := builtIn.With(owns)
	return cat, owns, usage(err)
}

// maxPlanFile bounds a plan's file, in bytes.
const maxPlanFile = 4 << 20

// plansDir is the folder of the user's plans.
func (s *state) plansDir(c *config.Config) string {
	switch {
	case c.Plans != "":
		return s.path(c.Plans)
	case c.Path != "":
		return filepath.Join(filepath.Dir(s.path(c.Path)), config.DefaultPlans)
	}
	return s.path(config.DefaultPlans)
}

func planFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(e.Name(), ".") {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}

// readBounded reads a regular file of at most longest bytes.
func readBounded(path string, longest int64) ([]byte, error) {
	// Opening a pipe would wait for its other end.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a folder", path)
	} else if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is no regular file", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, longest+1))
	if err == nil && int64(len(data)) > longest {
		err = fmt.Errorf("%s: is larger than %d MiB", path, longest>>20)
	}
	return data, err
}

// settled gives every case of a plan its method: where the user's plan leaves
// it open, a case is automated if a scenario carries it out, and attended if
// none does.
func settled(plan certification.Plan, scenarios []suite.Scenario) certification.Plan {
	covered := map[string]bool{}
	for _, sc := range scenarios {
		covered[sc.Case(plan)] = true
	}
	plan.Cases = slices.Clone(plan.Cases)
	for i, c := range plan.Cases {
		switch {
		case c.Method != "":
		case covered[c.ID]:
			plan.Cases[i].Method = certification.Automated
		default:
			plan.Cases[i].Method = certification.Attended
		}
	}
	return plan
}
