package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/screen"
)

func newScreensCheckCmd(s *state) *cobra.Command {
	var o screensOptions
	cmd := &cobra.Command{
		Use:   "check [MAP…]",
		Short: "Compare screen maps with a phone, or with a folder of page sources",
		Long: `check compares screen maps with what an app shows, and says of every element of
every screen that was seen whether it is found, found by a fallback, ambiguous
or missing, with the nearest candidates and their scores. MAP is the path of a
map, or the name of a built-in one; by default it is the map that a run would
use.

With --testbed it walks through the Alexa app: the devices page, the page of
the device's plug, its settings, the home page. It switches and deletes nothing.

Exit status 0: nothing is missing or ambiguous; 1: something is, or no page was
recognised; 2: usage; 3: the phone does not answer.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.valid(); err != nil {
				return err
			}
			return runScreensCheck(cmd.Context(), s, o, args)
		},
	}
	o.flags(cmd)
	return cmd
}

func runScreensCheck(ctx context.Context, s *state, o screensOptions, args []string) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	given, err := openMaps(s, args)
	if err != nil {
		return err
	}
	if o.testbed != "" && len(given) > 1 {
		return usagef("give one map for a walk on a testbed")
	}
	var own *screen.Map
	if len(given) > 0 {
		own = given[0]
	}
	l, err := o.look(ctx, s, c, own)
	if err != nil {
		return err
	}
	if len(given) == 0 {
		if given, err = usualMaps(c, l); err != nil {
			return err
		}
	}
	drifts := []screen.Drift{}
	drifted, seen := false, false
	for _, m := range given {
		d := m.For(l.locale).Compare(named(m, l.sources), l.names)
		drifts = append(drifts, d)
		drifted, seen = drifted || d.Drifted(), seen || d.Seen()
	}
	if o.asJSON {
		if err := writeJSON(s, checkedMaps{"ffscert/screens-check/v1", drifted || !seen, append([]string{}, l.notes...), drifts}); err != nil {
			return err
		}
	} else if err := printDrifts(s, drifts, l.notes); err != nil {
		return err
	}
	if !seen {
		return &statusError{exitFailed, fmt.Errorf("no page was recognised as a screen of the map: nothing was checked")}
	}
	if drifted {
		return &statusError{exitFailed, nil}
	}
	return nil
}

// openMaps are the maps that the command line names.
func openMaps(s *state, args []string) ([]*screen.Map, error) {
	builtIn, err := screen.BuiltIn()
	if err != nil {
		return nil, err
	}
	var maps []*screen.Map
	for _, a := range args {
		if !isMapPath(a) {
			m, err := openMap("", a, builtIn)
			if err != nil {
				return nil, err
			}
			maps = append(maps, m)
			continue
		}
		data, err := os.ReadFile(s.path(a))
		if err != nil {
			return nil, usagef("there is no screen map %s that can be read\n  hint: %w", a, err)
		}
		m, err := screen.LoadMap(a, data)
		if err != nil {
			return nil, usage(err)
		}
		maps = append(maps, m)
	}
	return maps, nil
}

// usualMaps are those that a run would use: on a phone, the one that is meant
// for it; for page sources, those of the apps that they show.
func usualMaps(c *config.Config, l looked) ([]*screen.Map, error) {
	if l.fit != nil {
		return []*screen.Map{l.fit}, nil
	}
	m, err := loadMaps(c)
	if err != nil {
		return nil, err
	}
	all := []*screen.Map{m.alexa, m.amazon, m.own}
	if m.own == nil {
		all[2] = m.demo
	}
	shown := slices.DeleteFunc(all, func(m *screen.Map) bool {
		return !slices.ContainsFunc(l.sources, func(s screen.Source) bool {
			return slices.Contains(s.Tree.Packages(), m.Application().Package)
		})
	})
	if len(shown) == 0 {
		return []*screen.Map{m.alexa}, nil
	}
	return shown, nil
}

func printDrifts(s *state, drifts []screen.Drift, notes []string) error {
	for _, n := range notes {
		fmt.Fprintln(s.Stderr, printable(oneLine(n)))
	}
	for i, d := range drifts {
		if i > 0 {
			fmt.Fprintln(s.Stdout)
		}
		fmt.Fprintf(s.Stdout, "map %s: %s on %s, %s\n\n", printable(oneLine(d.Map)), d.App, d.Platform, d.Versions)
		rows := [][]string{{"SOURCE", "RECOGNISED AS"}}
		for _, src := range d.Sources {
			as := strings.Join(src.Screens, ", ")
			if as == "" {
				as = "none"
			}
			if src.Note != "" {
				as += " (" + src.Note + ")"
			}
			rows = append(rows, []string{src.Name, as})
		}
		if err := columns(s, rows); err != nil {
			return err
		}
		fmt.Fprintln(s.Stdout)
		if err := printElements(s, d); err != nil {
			return err
		}
	}
	return nil
}

func printElements(s *state, d screen.Drift) error {
	rows := [][]string{{"STATUS", "ELEMENT", "SOURCE", "FOUND BY, OR WHAT IS LIKE IT"}}
	var unseen []string
	for _, e := range d.Elements {
		if e.Status == screen.Unseen {
			name, _, _ := strings.Cut(e.Path, ".")
			unseen = appendNew(unseen, name)
			continue
		}
		said := e.Locator
		if e.Note != "" {
			said = strings.TrimPrefix(said+"; "+e.Note, "; ")
		}
		if e.Status == screen.Missing && len(e.Candidates) == 0 {
			said = strings.TrimPrefix(said+"; nothing is like it", "; ")
		}
		rows = append(rows, []string{string(e.Status), e.Path, e.Source, said})
		for _, c := range e.Candidates {
			rows = append(rows, []string{"", "", "", fmt.Sprintf("%.2f  %s", c.Score, c.Node)})
		}
	}
	if len(rows) > 1 {
		if err := columns(s, rows); err != nil {
			return err
		}
	}
	if len(unseen) > 0 {
		fmt.Fprintf(s.Stdout, "not looked at, because no source shows it: %s\n", strings.Join(unseen, ", "))
	}
	fmt.Fprintf(s.Stdout, "%d found, %d by a fallback, %d ambiguous, %d missing\n", d.Count(screen.Found), d.Count(screen.Fallback), d.Count(screen.Ambiguous), d.Count(screen.Missing))
	return nil
}

// checkedMaps is what `screens check --json` says.
type checkedMaps struct {
	Schema string `json:"schema"`
	// Drifted is true if something of a map is not as the app is.
	Drifted bool `json:"drifted"`
	// Notes say what could not be looked at.
	Notes []string       `json:"notes"`
	Maps  []screen.Drift `json:"maps"`
}
