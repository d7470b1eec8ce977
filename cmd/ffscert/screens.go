package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/screen"
)

func newScreensCmd(s *state) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "screens",
		Short: "Screen maps: which there are, whether they still fit, and a new one for a new release",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for screens\n  hint: use list, check or learn", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newScreensListCmd(s), newScreensCheckCmd(s), newScreensLearnCmd(s))
	return cmd
}

// listedMaps is what `screens list --json` says.
type listedMaps struct {
	Schema string      `json:"schema"`
	Maps   []listedMap `json:"maps"`
}

// listedMap is one line of `screens list`.
type listedMap struct {
	Name      string   `json:"name"`
	Own       bool     `json:"own"` // of the configuration, not built in
	App       string   `json:"app"`
	Platform  string   `json:"platform"`
	Versions  string   `json:"app_versions"`
	Package   string   `json:"package"`
	Languages []string `json:"languages"`
	Screens   []string `json:"screens"`
}

func newScreensListCmd(s *state) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print the screen maps: the built-in ones and those of the configuration",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := s.config()
			if err != nil {
				return err
			}
			builtIn, err := screen.BuiltIn()
			if err != nil {
				return err
			}
			m, err := loadMaps(c)
			if err != nil {
				return err
			}
			own := append(slices.Clone(m.alexas), m.amazon)
			if m.own != nil {
				own = append(own, m.own)
			}
			all := builtIn
			for _, o := range own {
				if !slices.ContainsFunc(builtIn, func(b *screen.Map) bool { return b.File() == o.File() }) {
					all = append(all, o)
				}
			}
			return printMaps(s, all, len(builtIn), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func printMaps(s *state, all []*screen.Map, builtIn int, asJSON bool) error {
	list := []listedMap{}
	for i, m := range all {
		l := listedMap{Name: m.File(), Own: i >= builtIn, App: m.App(), Platform: m.Platform(), Versions: m.Versions(),
			Package: m.Application().Package, Languages: append([]string{}, m.Languages()...)}
		if !l.Own {
			l.Name = strings.TrimSuffix(l.Name, ".yaml")
		}
		for _, sc := range m.Screens() {
			l.Screens = append(l.Screens, sc.Name())
		}
		slices.Sort(l.Screens)
		list = append(list, l)
	}
	if asJSON {
		return writeJSON(s, listedMaps{"ffscert/screens/v1", list})
	}
	rows := [][]string{{"MAP", "APP", "PLATFORM", "VERSIONS OF THE APP", "LANGUAGES", "SCREENS"}}
	for _, l := range list {
		languages := strings.Join(l.Languages, " ")
		if languages == "" {
			languages = "-"
		}
		rows = append(rows, []string{l.Name, l.App, l.Platform, l.Versions, languages, fmt.Sprint(len(l.Screens))})
	}
	return columns(s, rows)
}

// screensOptions are what check and learn have in common.
type screensOptions struct {
	testbed, sources, locale, save string
	names                          []string
	interactive, asJSON            bool
}

func (o *screensOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.testbed, "testbed", "", "walk through the app on the phone of this testbed, by its `NAME`")
	f.StringVar(&o.sources, "sources", "", "`DIR` of page sources (*.xml); devices.xml or devices-2.xml is taken for the screen devices")
	f.BoolVar(&o.interactive, "interactive", false, "with --testbed: ask for each screen, instead of walking")
	f.StringVar(&o.save, "save", "", "with --testbed: keep the page sources in `DIR`")
	f.StringVar(&o.locale, "locale", "", "with --sources: the phone's `LOCALE`, such as de-DE (default: any language)")
	f.StringArrayVar(&o.names, "name", nil, "`NAME` of a device, beside those of the configuration; may be repeated")
	f.BoolVar(&o.asJSON, "json", false, "as JSON")
}

func (o *screensOptions) valid() error {
	switch {
	case o.testbed == "" && o.sources == "":
		return usagef("what is the map to be compared with?\n  hint: give --testbed NAME, or --sources DIR")
	case o.testbed != "" && o.sources != "":
		return usagef("--testbed and --sources exclude each other\n  hint: give one of them")
	case o.testbed == "" && (o.interactive || o.save != ""):
		return usagef("--interactive and --save go with --testbed")
	case o.sources == "" && o.locale != "":
		return usagef("--locale goes with --sources\n  hint: a phone says its language itself")
	}
	return nil
}

// looked is what maps are compared with.
type looked struct {
	sources []screen.Source
	names   []string
	notes   []string
	// Of a phone.
	fit     *screen.Map // the map that is meant for it
	version string      // of its Alexa app; "" is not known
	locale  string
}

// look reads page sources: from a folder, or from a phone.
func (o *screensOptions) look(ctx context.Context, s *state, c *config.Config, own *screen.Map) (looked, error) {
	l := looked{names: slices.Clone(o.names), locale: o.locale}
	add := func(names ...string) {
		for _, n := range names {
			if n != "" && !slices.Contains(l.names, n) {
				l.names = append(l.names, n)
			}
		}
	}
	add(c.Product.DeviceName)
	for _, b := range c.Testbeds {
		if o.testbed == "" || b.Name == o.testbed {
			add(b.Plugs.Device, b.Plugs.Provisioner, b.Provisioner)
		}
	}
	var err error
	if o.sources != "" {
		l.sources, err = readSources(s.path(o.sources), o.sources)
		return l, err
	}
	return l, o.visit(ctx, s, c, own, &l)
}

// mostSources bounds the files of a folder.
const mostSources = 2000

// readSources reads the page sources of a folder. Which screen each shows is
// left to the maps.
func readSources(dir, said string) ([]screen.Source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, usagef("--sources %s: there is no such folder\n  hint: name a folder of page sources, such as runs/latest/evidence", said)
	}
	var sources []screen.Source
	var broken []string
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.EqualFold(filepath.Ext(e.Name()), ".xml") {
			continue
		}
		if len(sources)+len(broken) == mostSources {
			return nil, usagef("--sources %s: more than %d page sources", said, mostSources)
		}
		t, err := readSource(filepath.Join(dir, e.Name()))
		if err != nil {
			broken = append(broken, fmt.Sprintf("%s: %s", filepath.Join(said, e.Name()), err))
			continue
		}
		sources = append(sources, screen.Source{Name: e.Name(), Tree: t})
	}
	switch {
	case len(broken) > 0:
		return nil, usagef("%s\n  hint: take the page source again, or remove the file", strings.Join(broken, "\n"))
	case len(sources) == 0:
		return nil, usagef("--sources %s: there is no *.xml in it\n  hint: save page sources there, as Appium's inspector or a run (evidence) writes them", said)
	}
	sort.Slice(sources, func(i, j int) bool { return sources[i].Name < sources[j].Name })
	return sources, nil
}

func readSource(path string) (*screen.Tree, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > screen.MaxBytes {
		return nil, fmt.Errorf("it has %d bytes, more than %d", info.Size(), screen.MaxBytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return screen.Parse(string(data))
}

// named says of each source which screen of the map its file's name tells.
func named(m *screen.Map, sources []screen.Source) []screen.Source {
	all := slices.Clone(sources)
	for i := range all {
		if all[i].Screen == "" {
			all[i].Screen = m.ScreenOf(all[i].Name)
		} else if _, err := m.Screen(all[i].Screen); err != nil {
			all[i].Screen = ""
		}
	}
	return all
}
