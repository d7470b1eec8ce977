package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/apps/amazon"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/dialogs"
	"ffscert/drivers/screen"
	"ffscert/drivers/virtual/handset"
	"ffscert/features/certification"
	"ffscert/steps"
	"ffscert/steps/suite"
)

// screenMaps are the maps of a configuration.
type screenMaps struct {
	// alexas are the maps of the Alexa app for its versions; alexa is that for
	// the newest.
	alexas        []*screen.Map
	alexa, amazon *screen.Map
	// own is the map of the maker's app that the configuration names, nil if it
	// names none; demo is that of the virtual phone's demonstration app.
	own, demo *screen.Map
	// dialogs are what may lie over the apps.
	dialogs *dialogs.Book
}

// partner is the map of the maker's app on a testbed; nil if nobody has given
// one. A real phone has no default: every maker's app is another one.
func (m screenMaps) partner(b config.Testbed) *screen.Map {
	if m.own == nil && b.Virtual != nil {
		return m.demo
	}
	return m.own
}

func loadMaps(c *config.Config) (screenMaps, error) {
	var m screenMaps
	builtIn, err := screen.BuiltIn()
	if err != nil {
		return m, err
	}
	if m.alexas, err = mapsOfAlexa(c.Screens.Alexa, builtIn); err != nil {
		return m, err
	}
	choice, ok := screen.Pick(m.alexas, "alexa", "android", "")
	if !ok {
		return m, usagef("screens.alexa: none of the maps is for android: a run drives Android phones")
	}
	m.alexa = choice.Map
	for _, want := range []struct {
		app, path string
		into      *(*screen.Map)
	}{{"amazon", c.Screens.Amazon, &m.amazon}, {"partner", c.Screens.Partner, &m.own}} {
		switch {
		case want.path != "":
			*want.into, err = readMap(want.app, want.path)
		case want.app != "partner":
			*want.into, err = screen.Choose(builtIn, want.app, "android", "")
		}
		if err != nil {
			return m, err
		}
	}
	if m.demo, err = screen.Choose(builtIn, "partner", "android", ""); err != nil {
		return m, err
	}
	m.dialogs, err = loadDialogs(c.Screens.Dialogs)
	return m, err
}

// mapsOfAlexa are the maps that the configuration names, or else the built-in
// ones.
func mapsOfAlexa(files config.MapFiles, builtIn []*screen.Map) ([]*screen.Map, error) {
	if len(files) == 0 {
		return slices.DeleteFunc(slices.Clone(builtIn), func(m *screen.Map) bool { return m.App() != "alexa" }), nil
	}
	var list []*screen.Map
	for _, file := range files {
		m, err := openMap("alexa", file, builtIn)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	if err := screen.CheckRanges(list); err != nil {
		return nil, usagef("screens.alexa: %w\n  hint: correct app_versions, so that each range begins where the one before ends", err)
	}
	return list, nil
}

// openMap is a built-in map by its name, or the map of a file.
func openMap(app, name string, builtIn []*screen.Map) (*screen.Map, error) {
	if isMapPath(name) {
		return readMap(app, name)
	}
	var known []string
	for _, m := range builtIn {
		if app != "" && m.App() != app {
			continue
		}
		own := strings.TrimSuffix(m.File(), ".yaml")
		if own == name {
			return m, nil
		}
		known = append(known, own)
	}
	return nil, usagef("there is no built-in screen map %q\n  hint: there are %s; the path of a map of your own ends in .yaml", name, strings.Join(known, ", "))
}

// isMapPath tells the path of a map from the name of a built-in one.
func isMapPath(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml" || strings.ContainsAny(name, `/\`)
}

// outsideMaps finds simulated phones whose release of the Alexa app no map is
// meant for. What is on a real phone, only doctor can find out; a model that
// cannot be read is somebody else's business.
func outsideMaps(c *config.Config, m screenMaps) (problems []suite.Problem) {
	for _, b := range c.Testbeds {
		if b.Virtual == nil {
			continue
		}
		app, err := handset.Apps{Alexa: b.Virtual.App, Partner: b.Virtual.PartnerApp}.AlexaModel()
		if err != nil {
			continue
		}
		choice, ok := screen.Pick(m.alexas, "alexa", "android", app.VersionName)
		if w := choice.Warning(app.VersionName); ok && w != "" {
			problems = append(problems, suite.Problem{File: "testbed " + b.Name, Warning: true, Message: w,
				Hint: "have a map made with `ffscert screens learn`, or widen app_versions"})
		}
	}
	return problems
}

// loadDialogs are the built-in dialogs with those of a file, if there is one.
func loadDialogs(path string) (*dialogs.Book, error) {
	b, err := dialogs.BuiltIn()
	if err != nil || path == "" {
		return b, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("screens.dialogs: %w\n  hint: the path is relative to ffscert.yaml", err)
	}
	if b, err = b.With(path, data); err != nil {
		return nil, usage(err)
	}
	return b, nil
}

func readMap(app, path string) (*screen.Map, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("screens.%s: %w\n  hint: the path is relative to ffscert.yaml", app, err)
	}
	m, err := screen.LoadMap(path, data)
	if err != nil {
		return nil, usage(err)
	}
	if app != "" && m.App() != app {
		return nil, usagef("screens.%s: %s is a map of the app %q\n  hint: write app: %s into it", app, path, m.App(), app)
	}
	return m, nil
}

// unfit finds the models of apps that the virtual testbeds name and that cannot
// be used.
func unfit(c *config.Config) []suite.Problem {
	var problems []suite.Problem
	for _, b := range c.Testbeds {
		if b.Virtual == nil {
			continue
		}
		if _, err := (handset.Apps{Alexa: b.Virtual.App, Partner: b.Virtual.PartnerApp}).Models(); err != nil {
			problems = append(problems, suite.Problem{File: "testbed " + b.Name, Message: err.Error(),
				Hint: "virtual.app and virtual.partner_app are names of built-in models, or paths relative to ffscert.yaml"})
		}
	}
	return problems
}

// lacking finds what the screen maps of the testbeds lack for the scenarios,
// and which cases need it. That there is no map at all is a warning: cases that
// need none can be run.
func lacking(c *config.Config, m screenMaps, beds []string, plan certification.Plan, scenarios []suite.Scenario) []suite.Problem {
	protocol, vocabulary := certification.ProtocolOf(plan.Protocol), steps.Vocabulary()
	type need struct {
		who   string
		needs steps.Needs
	}
	var needs []need
	for _, s := range scenarios {
		n := need{s.Case(plan), suite.Needs(s, vocabulary, protocol)}
		if n.who == certification.LocalCase {
			n.who = s.Title()
		}
		needs = append(needs, n)
	}
	order := func(id string) int { // the plan's; scenarios of no case come last
		i := slices.IndexFunc(plan.Cases, func(c certification.Case) bool { return c.ID == id })
		if i < 0 {
			return len(plan.Cases)
		}
		return i
	}
	slices.SortStableFunc(needs, func(a, b need) int { return order(a.who) - order(b.who) })
	var problems []suite.Problem
	judged := map[*screen.Map]bool{}
	for _, b := range c.Testbeds {
		p := m.partner(b)
		if len(beds) > 0 && !slices.Contains(beds, b.Name) || judged[p] {
			continue
		}
		judged[p] = true
		gaps := map[string][]string{} // path → cases
		var found []partner.Gap
		var mapless []string
		for _, n := range needs {
			if !n.needs.PartnerApp() {
				continue
			}
			if p == nil {
				mapless = appendNew(mapless, n.who)
				continue
			}
			if len(n.needs.Partner) == 0 {
				continue // any page of the app; which one, its sentences say
			}
			for _, g := range partner.Missing(p, n.needs.Partner...) {
				if gaps[g.Path()] == nil {
					found = append(found, g)
				}
				gaps[g.Path()] = appendNew(gaps[g.Path()], n.who)
			}
		}
		if len(mapless) > 0 {
			problems = append(problems, suite.Problem{File: "testbed " + b.Name, Warning: true,
				Message: "there is no screen map of the partner app, which is needed by " + strings.Join(mapless, ", "),
				Hint:    "write one for the maker's own app and give its path as screens.partner, or select other cases with --case"})
		}
		for _, g := range found {
			problems = append(problems, suite.Problem{File: p.File(),
				Message: fmt.Sprintf("%s: %s; needed by %s", g.Path(), g.Reason, strings.Join(gaps[g.Path()], ", ")), Hint: "it is " + g.For})
		}
	}
	return append(problems, lackingAmazon(m.amazon, func(yield func(string)) {
		for _, n := range needs {
			if n.needs.Amazon {
				yield(n.who)
			}
		}
	})...)
}

// lackingAmazon finds what the map of Amazon's pages lacks.
func lackingAmazon(m *screen.Map, needs func(func(string))) []suite.Problem {
	var who []string
	needs(func(s string) { who = appendNew(who, s) })
	if len(who) == 0 {
		return nil
	}
	var problems []suite.Problem
	for _, path := range amazon.Missing(m) {
		problems = append(problems, suite.Problem{File: m.File(), Message: path + " is missing; needed by " + strings.Join(who, ", "),
			Hint: "copy it from the built-in map of Amazon's pages"})
	}
	return problems
}

// leaveOut leaves out the scenarios that need a partner app where a testbed has
// no screen map of one. The run is partial then, and says so.
func (p *plannedRun) leaveOut(s *state, c *config.Config, m screenMaps, beds []string) {
	mapless := false
	for _, b := range c.Testbeds {
		mapless = mapless || (len(beds) == 0 || slices.Contains(beds, b.Name)) && m.partner(b) == nil
	}
	if !mapless {
		return
	}
	protocol, vocabulary := certification.ProtocolOf(p.plan.Protocol), steps.Vocabulary()
	var kept []suite.Job
	var left []string
	for _, j := range p.jobs {
		if suite.Needs(j.Scenario, vocabulary, protocol).PartnerApp() {
			left = appendNew(left, j.Case.ID)
			continue
		}
		kept = append(kept, j)
	}
	if len(kept) == 0 || len(left) == 0 {
		return // nothing would be left: the run is refused with the reason
	}
	p.jobs, p.partial = kept, true
	p.without = "without " + strings.Join(left, ", ") + " (no screen map of the partner app)"
	if !s.quiet {
		fmt.Fprintln(s.Stderr, "warning: left out "+strings.Join(left, ", ")+": they need a screen map of the maker's own app, see screens.partner; the run is PARTIAL")
	}
}

// refuseLacking refuses a run that needs what the maps lack.
func refuseLacking(problems []suite.Problem) error {
	for i := range problems {
		problems[i].Warning = false
	}
	return refuse(problems)
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
