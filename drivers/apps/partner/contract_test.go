package partner

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/screen"
)

var update = flag.Bool("update", false, "write the table of README.md anew")

func demo(t *testing.T) *screen.Map {
	t.Helper()
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	m, err := screen.Choose(maps, "partner", "android", "")
	require.NoError(t, err)
	return m
}

func TestDemonstrationMapSuppliesEverything(t *testing.T) {
	require.Empty(t, Missing(demo(t)))
}

func TestMissing(t *testing.T) {
	load := func(text string) *screen.Map {
		m, err := screen.LoadMap("own.yaml", []byte("version: 1\napp: partner\npackage: p\nplatform: android\nscreens:\n"+text))
		require.NoError(t, err)
		return m
	}
	paths := func(gaps []Gap) (all []string) {
		for _, g := range gaps {
			all = append(all, g.Path()+": "+g.Reason)
		}
		return all
	}
	home := "  home:\n    shown_by: [header]\n    elements:\n      header: {locators: [{id: h}]}\n"
	tile := "      tile: {takes: name, locators: [{text: \"{name}\"}]}\n"
	device := "  device:\n    shown_by: [online]\n    elements:\n      title: {takes: name, locators: [{text: \"{name}\"}]}\n" +
		"      online: {locators: [{id: on}]}\n      offline: {locators: [{id: off}]}\n"
	require.Empty(t, Missing(load(home+tile+device), See))
	require.Equal(t, []string{"home.tile: the element home.tile is missing"}, paths(Missing(load(home+device), See)))
	require.Equal(t, []string{"home.tile: home.tile must take name"},
		paths(Missing(load(home+"      tile: {locators: [{id: t}]}\n"+device), See)))
	require.Equal(t, []string{"device.title: the screen device is missing", "device.online: the screen device is missing", "device.offline: the screen device is missing"},
		paths(Missing(load(home+tile), See)))

	confirm := "  remove_confirm:\n    shown_by: [confirm]\n    elements:\n      confirm: {locators: [{id: c}]}\n      cancel: {locators: [{id: n}]}\n"
	remove := "      remove: {locators: [{id: r}]}\n"
	require.Equal(t, []string{"remove_confirm.confirm: the screen remove_confirm must have covers: true", "remove_confirm.cancel: the screen remove_confirm must have covers: true"},
		paths(Missing(load(home+tile+device+remove+confirm), Remove)))
	require.Empty(t, Missing(load(home+tile+device+remove+strings.Replace(confirm, "    shown_by", "    covers: true\n    shown_by", 1)), Remove))

	required := 0
	for _, p := range Contract() {
		if !p.Optional {
			required++
		}
	}
	require.Len(t, Missing(nil), required, "a map that does not exist lacks everything that is required")
}

func TestContractIsSound(t *testing.T) {
	known := map[Ability]bool{}
	for _, a := range Abilities() {
		known[a] = true
	}
	seen := map[string]bool{}
	for _, p := range Contract() {
		require.False(t, seen[p.Path()], "%s twice", p.Path())
		seen[p.Path()] = true
		require.NotEmpty(t, p.For, p.Path())
		require.NotEmpty(t, p.Abilities, p.Path())
		for _, a := range p.Abilities {
			require.True(t, known[a], "%s: ability %q", p.Path(), a)
		}
	}
}

// The page tells the contract as it is: go test ./drivers/apps/partner -update
// writes its table anew.
func TestReadmeTellsTheContract(t *testing.T) {
	const begin, end = "<!-- contract -->\n", "<!-- end of contract -->\n"
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(page), begin)
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	var table strings.Builder
	table.WriteString("| element | takes | what it is | needed to |\n|---|---|---|---|\n")
	for _, p := range Contract() {
		var abilities []string
		for _, a := range p.Abilities {
			abilities = append(abilities, "`"+string(a)+"`")
		}
		needed := strings.Join(abilities, " ")
		if len(p.Abilities) == len(Abilities()) {
			needed = "everything"
		}
		if p.Optional {
			needed = "optional: " + needed
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", p.Path(), p.Takes, p.For, needed)
	}
	want := before + begin + table.String() + end + after
	if *update {
		require.NoError(t, os.WriteFile("README.md", []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(page))
}
