package screen

import (
	"fmt"
	"slices"
	"strings"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// Map says where the elements of one app are, for a range of its versions. It
// is made by [LoadMap] and does not change.
type Map struct {
	file    string
	data    mapFile
	screens []*Screen // screens that cover others first, then by name
	locale  string    // of the phone; "" is not known
}

// File is the name that the map was loaded by.
func (m *Map) File() string { return m.file }

// App is the app's short name, such as "alexa".
func (m *Map) App() string { return m.data.App }

// Application is the package and activity of the app.
func (m *Map) Application() drivers.App {
	return drivers.App{Package: m.data.Package, Activity: m.data.Activity}
}

// Labels are what the app is called under its icon.
func (m *Map) Labels() []string { return slices.Clone(m.data.Labels) }

// Packages are the app's own package, and those of other apps that show the same
// screens.
func (m *Map) Packages() []string { return append([]string{m.data.Package}, m.data.Hosts...) }

// PackageOn is the package that shows the app's screens on the tree: its own, or
// else one of the others; "" if none is there. A map of pages of the web is shown
// by one of the others while that has a WebView, besides pages of its own, and by
// any app that has one of the map's screens in a WebView.
func (m *Map) PackageOn(t *Tree) string {
	there := t.Packages()
	if slices.Contains(there, m.data.Package) {
		return m.data.Package
	}
	web := m.data.Anywhere && !t.IOS
	for _, p := range m.data.Hosts {
		if slices.Contains(there, p) && (!web || showsWeb(t, p)) {
			return p
		}
	}
	if !web {
		return ""
	}
	for _, p := range there {
		if showsWeb(t, p) && m.in(p).showsSurely(t) {
			return p
		}
	}
	return ""
}

func showsWeb(t *Tree, pkg string) bool {
	return len(t.All(Query{Class: "android.webkit.WebView", Package: pkg})) > 0
}

// in is the map for one package alone.
func (m *Map) in(pkg string) *Map {
	data := m.data
	data.Package, data.Hosts, data.Anywhere = pkg, nil, false
	c := &Map{file: m.file, data: data, locale: m.locale}
	c.take(m)
	return c
}

// showsSurely tells whether one of the screens is shown, and not by the word on
// one button alone, which other pages have as well.
func (m *Map) showsSurely(t *Tree) bool {
	for _, s := range m.screens {
		if s.covers || !s.ShownOn(t) {
			continue
		}
		found := 0
		for _, e := range s.elements {
			if e.takes == "" && e.On(t) {
				found++
			}
		}
		if found >= 2 {
			return true
		}
	}
	return false
}

// Platform is "android" or "ios".
func (m *Map) Platform() string { return m.data.Platform }

func (m *Map) ios() bool { return m.data.Platform == "ios" }

func (m *Map) span() span { return m.data.Versions.span() }

// Covers tells whether the map is meant for that version of the app. An
// unknown (empty) version is covered.
func (m *Map) Covers(version string) bool {
	if version == "" {
		return true
	}
	return m.span().covers(versionNumbers(version))
}

// Versions shows the range for people, such as "2022.1 to 2024.9".
func (m *Map) Versions() string {
	from, to := m.data.Versions.From, m.data.Versions.To
	switch {
	case from == "" && to == "":
		return "all versions"
	case to == "":
		return from + " and later"
	case from == "":
		return "up to " + to
	}
	return from + " to " + to
}

// Screens are all screens, those that cover others first.
func (m *Map) Screens() []*Screen { return slices.Clone(m.screens) }

// Screen returns the screen with that name. An unknown one is a
// *certification.Trouble with [certification.DefUnknownElement] and the names
// that are there.
func (m *Map) Screen(name string) (*Screen, error) {
	var names []string
	for _, s := range m.screens {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return nil, m.unknown("screen", name, names)
}

// Element returns the element at a path such as "devices.tile". Errors are as
// for [Map.Screen].
func (m *Map) Element(path string) (*Element, error) {
	screenName, name, ok := strings.Cut(path, ".")
	if !ok {
		return nil, m.unknown("element", path, m.paths())
	}
	s, err := m.Screen(screenName)
	if err != nil {
		return nil, m.unknown("element", path, m.paths())
	}
	for _, e := range s.elements {
		if e.name == name {
			return e, nil
		}
	}
	return nil, m.unknown("element", path, m.paths())
}

func (m *Map) paths() []string {
	var paths []string
	for _, s := range m.screens {
		for _, e := range s.elements {
			paths = append(paths, e.Path())
		}
	}
	return paths
}

func (m *Map) unknown(kind, name string, known []string) error {
	hint := "known: " + strings.Join(known, ", ")
	if near := nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return &certification.Trouble{Code: certification.DefUnknownElement, Cause: certification.CauseDefinition,
		Message: fmt.Sprintf("the screen map %s has no %s %s", m.file, kind, quote(name)), Hint: hint}
}

// Fallbacks are the elements by which the screen is recognised on the tree and
// that were found by a fallback.
func (s *Screen) Fallbacks(t *Tree) []Match {
	var found []Match
	for _, e := range s.shownBy {
		if m, err := e.In(t); err == nil && m.Fallback() {
			found = append(found, m)
		}
	}
	return found
}

// Which names the screens that are shown, those that cover others first. None
// means that the app shows something that the map does not know.
func (m *Map) Which(t *Tree) []string {
	var names []string
	for _, s := range m.screens {
		if s.ShownOn(t) {
			names = append(names, s.name)
		}
	}
	return names
}

// Screen is one page, card or dialog of an app.
type Screen struct {
	name     string
	covers   bool
	title    string
	elements []*Element
	shownBy  []*Element
	without  []*Element
}

// Name is the name in the map; Title is what people call the screen.
func (s *Screen) Name() string  { return s.name }
func (s *Screen) Title() string { return s.title }

// Covers tells whether the screen lies over others: a card, a dialog.
func (s *Screen) Covers() bool { return s.covers }

// Elements are the elements of the screen, by name.
func (s *Screen) Elements() []*Element { return slices.Clone(s.elements) }

// ShownOn tells whether the tree shows the screen: everything that it is shown
// by is there, and nothing that it is without.
func (s *Screen) ShownOn(t *Tree) bool {
	for _, e := range s.shownBy {
		if !e.On(t) {
			return false
		}
	}
	for _, e := range s.without {
		if e.On(t) {
			return false
		}
	}
	return true
}

// ShownIn tells whether the tree shows the screen, in that window of it.
func (s *Screen) ShownIn(t *Tree, window *Node) bool {
	if !s.ShownOn(t) {
		return false
	}
	for _, e := range s.shownBy {
		m, err := e.In(t)
		if err == nil && slices.ContainsFunc(m.Nodes, window.Has) {
			return true
		}
	}
	return false
}

// Secrets are the nodes of the tree that the map marks as secret.
func (m *Map) Secrets(t *Tree) []*Node {
	var nodes []*Node
	for _, s := range m.screens {
		for _, e := range s.elements {
			if !e.secret || e.takes != "" {
				continue
			}
			// Every locator counts: what is secret must not slip through a
			// better match of another.
			for _, spec := range e.specs {
				if spec.raw() != nil {
					continue
				}
				for _, q := range e.queries(spec, nil) {
					nodes = append(nodes, t.All(e.on(t, q))...)
				}
			}
		}
	}
	return nodes
}

// Locators are the narrow questions for the server whose answer shows that the
// screen is there: those of the first element that it is shown by.
func (s *Screen) Locators() []drivers.Locator {
	l, _ := s.shownBy[0].Locators()
	return l
}

// Element is one element of a screen, with its ranked locators.
type Element struct {
	screen string
	name   string
	takes  string
	note   string
	// optional: it is not always there while its screen is.
	optional bool
	secret   bool
	specs    []locatorSpec
	m        *Map
}

// Path is screen and name, such as "devices.tile".
func (e *Element) Path() string { return e.screen + "." + e.name }

// Takes is the name of what the locators need, such as "name"; "" if nothing.
func (e *Element) Takes() string { return e.takes }

// Note is what the map says about where the locators are known from.
func (e *Element) Note() string { return e.note }

// Optional tells whether the element may be missing while its screen is shown.
func (e *Element) Optional() bool { return e.optional }

// Secret tells whether what is in the element must not be kept.
func (e *Element) Secret() bool { return e.secret }

// Queries are the ranked locators as questions for a [Tree], the best first;
// args is the value that the element takes, if it takes one. Locators that are
// written for the server only are left out.
func (e *Element) Queries(args ...string) ([]Query, error) {
	if err := e.checkArgs(args); err != nil {
		return nil, err
	}
	var queries []Query
	for _, s := range e.specs {
		if s.raw() == nil {
			queries = append(queries, e.queries(s, args)...)
		}
	}
	return queries, nil
}

// First are the questions of the best locator that can be judged: several if it
// uses texts, or if the name can be encoded in several ways.
func (e *Element) First(args ...string) ([]Query, error) {
	if err := e.checkArgs(args); err != nil {
		return nil, err
	}
	for _, s := range e.specs {
		if s.raw() == nil {
			return e.queries(s, args), nil
		}
	}
	return nil, nil
}

// Locators are the ranked locators as questions for the server, the best first.
func (e *Element) Locators(args ...string) ([]drivers.Locator, error) {
	if err := e.checkArgs(args); err != nil {
		return nil, err
	}
	var locators []drivers.Locator
	for _, s := range e.specs {
		if raw := s.raw(); raw != nil {
			locators = append(locators, *raw)
			continue
		}
		for _, q := range e.queries(s, args) {
			locators = append(locators, q.Locator())
		}
	}
	return locators, nil
}

// Any is one question for the server for whatever locator of the element
// matches. It is for FindAll, as [AnyOf] says.
func (e *Element) Any(args ...string) (drivers.Locator, error) {
	queries, err := e.Queries(args...)
	if err != nil {
		return drivers.Locator{}, err
	}
	if len(queries) == 0 {
		l, err := e.Locators(args...)
		return l[0], err
	}
	return AnyOf(queries...), nil
}

func (e *Element) checkArgs(args []string) error {
	want := 0
	if e.takes != "" {
		want = 1
	}
	if len(args) != want {
		return &certification.Trouble{Code: certification.DefUnknownElement, Cause: certification.CauseDefinition,
			Message: fmt.Sprintf("the element %s takes %s, and was given %d values", e.Path(), takesWords(e.takes), len(args))}
	}
	// An empty name would match every element.
	if want == 1 && strings.TrimSpace(args[0]) == "" {
		return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition,
			Message: fmt.Sprintf("the element %s was asked for with an empty %s", e.Path(), e.takes)}
	}
	return nil
}

func takesWords(takes string) string {
	if takes == "" {
		return "nothing"
	}
	return "a " + takes
}

// first is the best locator that can be judged.
func (e *Element) first() locatorSpec {
	for _, s := range e.specs {
		if s.raw() == nil {
			return s
		}
	}
	return locatorSpec{}
}

// Match is what an element's locators found on a tree.
type Match struct {
	Element *Element
	Nodes   []*Node // in document order
	// Rank is the place of the locator that matched, from 0; more than 0 is a
	// fallback, which is worth a warning.
	Rank  int
	Query Query
}

// Found tells whether anything matched.
func (m Match) Found() bool { return len(m.Nodes) > 0 }

// Fallback tells whether a locator other than the first had to be used.
func (m Match) Fallback() bool { return m.Found() && m.Rank > 0 }

// Warning says, for a fallback, what happened and how to mend the map; else it
// is empty.
func (m Match) Warning() string {
	if !m.Fallback() {
		return ""
	}
	e := m.Element
	return fmt.Sprintf("%s was found by fallback %d, %s, not by %s; if this release of the app is here to stay, put this first under %s in %s:\n- %s",
		e.Path(), m.Rank, e.specs[m.Rank], e.first(), e.Path(), e.m.file, e.specs[m.Rank].flow())
}

// In finds the element on a tree: the first ranked locator that matches
// anything wins. Only elements of the map's app count, unless a locator names
// another package. No match is no error.
func (e *Element) In(t *Tree, args ...string) (Match, error) {
	if err := e.checkArgs(args); err != nil {
		return Match{}, err
	}
	match := Match{Element: e, Rank: -1}
	if t.IOS != e.m.ios() {
		return match, nil
	}
	for rank, s := range e.specs {
		if s.raw() != nil {
			continue
		}
		for _, q := range e.queries(s, args) {
			q = e.on(t, q)
			nodes := t.All(q)
			if len(nodes) == 0 {
				continue
			}
			if !match.Found() {
				match.Rank, match.Query = rank, q
			}
			for _, n := range nodes {
				if !slices.Contains(match.Nodes, n) {
					match.Nodes = append(match.Nodes, n)
				}
			}
		}
		if match.Found() {
			slices.SortFunc(match.Nodes, func(a, b *Node) int { return a.first - b.first })
			return match, nil
		}
	}
	return match, nil
}

// on is a question of the element for that tree: only elements of the app
// count. iOS names the app in newer page sources only.
func (e *Element) on(t *Tree, q Query) Query {
	if q.Package == "" && (!t.IOS || len(t.Windows) > 0 && t.Windows[0].Package != "") {
		if q.Package = e.m.PackageOn(t); q.Package == "" {
			q.Package = e.m.data.Package
		}
	}
	return q
}

// On tells whether the element is on the tree.
func (e *Element) On(t *Tree, args ...string) bool {
	m, err := e.In(t, args...)
	return err == nil && m.Found()
}
