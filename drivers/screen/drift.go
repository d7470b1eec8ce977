package screen

import (
	"fmt"
	"slices"
	"strings"
)

// Source is a page source that a map is compared with.
type Source struct {
	Name string // a file's name, for people
	Tree *Tree
	// Screen is the screen that the source is said to show, such as "devices";
	// "" leaves it to the map to recognise it.
	Screen string
}

// ScreenOf reads from the name of a file which screen it shows: devices.xml or
// devices-2.xml is devices. "" if the map has no such screen.
func (m *Map) ScreenOf(file string) string {
	base := file[strings.LastIndexAny(file, `/\`)+1:]
	base, _, _ = strings.Cut(base, ".")
	base, _, _ = strings.Cut(base, "-")
	if _, err := m.Screen(base); err != nil {
		return ""
	}
	return base
}

// Status is what a comparison says of an element.
type Status string

// The statuses. Missing and ambiguous are drift.
const (
	Found     Status = "found"     // by its first locator
	Fallback  Status = "fallback"  // by another one
	Ambiguous Status = "ambiguous" // several elements match: none can be touched
	Missing   Status = "missing"
	Absent    Status = "absent"   // it is optional, and not there
	Unjudged  Status = "unjudged" // nothing can be said, see Note
	Unseen    Status = "unseen"   // no source shows its screen
)

// weight orders statuses: of several sources, the heaviest counts.
func (s Status) weight() int {
	return slices.Index([]Status{Unseen, Unjudged, Absent, Found, Fallback, Ambiguous, Missing}, s)
}

// Drift is what a comparison of a map with page sources found.
type Drift struct {
	Map      string          `json:"map"`
	App      string          `json:"app"`
	Platform string          `json:"platform"`
	Versions string          `json:"app_versions"`
	Sources  []SourceReport  `json:"sources"`
	Elements []ElementReport `json:"elements"`
}

// SourceReport says as which screens a source was recognised.
type SourceReport struct {
	Name string `json:"name"`
	// Screens are those that the map recognises; none if it recognises none.
	Screens []string `json:"screens"`
	// Named is the screen that the source's name says it shows; "" if none.
	Named string `json:"named,omitempty"`
	// Mistaken tells that the map does not recognise what the name says.
	Mistaken bool   `json:"mistaken"`
	Note     string `json:"note,omitempty"`
}

// ElementReport is what became of one element.
type ElementReport struct {
	Path       string      `json:"element"`
	Status     Status      `json:"status"`
	Source     string      `json:"source,omitempty"`  // where it was so
	Locator    string      `json:"locator,omitempty"` // that found it
	Rank       int         `json:"rank"`              // of that locator, from 0
	Note       string      `json:"note,omitempty"`
	Candidates []Candidate `json:"candidates,omitempty"`
	node       *Node
	tree       *Tree
	name       string // what the element was filled in with
}

// Candidate is something on a page that may be what is looked for.
type Candidate struct {
	Score float64 `json:"score"` // 0 to 1
	Node  string  `json:"element"`
	node  *Node
}

// Drifted tells whether something is missing, ambiguous, or not recognised as
// what it is named.
func (d Drift) Drifted() bool {
	return slices.ContainsFunc(d.Elements, func(e ElementReport) bool { return e.Status == Missing || e.Status == Ambiguous }) ||
		slices.ContainsFunc(d.Sources, func(s SourceReport) bool { return s.Mistaken })
}

// Seen tells whether any source was recognised, or named, as a screen of the map.
func (d Drift) Seen() bool {
	return slices.ContainsFunc(d.Sources, func(s SourceReport) bool { return len(s.Screens) > 0 || s.Named != "" })
}

// Count is how many elements have that status.
func (d Drift) Count(s Status) (n int) {
	for _, e := range d.Elements {
		if e.Status == s {
			n++
		}
	}
	return n
}

// Compare compares the map with page sources. names are those of devices and
// the like, with which elements that take a name are looked for; one that is on
// no page says nothing about the map.
func (m *Map) Compare(sources []Source, names []string) Drift {
	d := Drift{Map: m.file, App: m.App(), Platform: m.Platform(), Versions: m.Versions(), Sources: []SourceReport{}}
	shows := map[string][]Source{}
	for _, s := range sources {
		r := SourceReport{Name: s.Name, Screens: append([]string{}, m.Which(s.Tree)...), Named: s.Screen}
		judged := r.Screens
		switch {
		case s.Screen != "" && !slices.Contains(r.Screens, s.Screen):
			r.Mistaken = true
			r.Note = fmt.Sprintf("the map does not recognise it as %s", s.Screen)
			judged = []string{s.Screen}
		case len(r.Screens) == 0:
			r.Note = "the map recognises no screen of its own"
			if t := s.Tree; t.IOS != m.ios() {
				r.Note = "it is of another platform than the map"
			} else if !t.IOS && !slices.Contains(t.Packages(), m.data.Package) {
				r.Note = "it shows another app: " + clip(strings.Join(t.Packages(), ", "), 100)
			}
		}
		d.Sources = append(d.Sources, r)
		for _, name := range judged {
			shows[name] = append(shows[name], s)
		}
	}
	screens := slices.Clone(m.screens)
	slices.SortFunc(screens, func(a, b *Screen) int { return strings.Compare(a.name, b.name) })
	for _, s := range screens {
		for _, e := range s.elements {
			best := ElementReport{Path: e.Path(), Status: Unseen}
			for _, source := range shows[s.name] {
				if r := e.judge(source, names); r.Status.weight() > best.Status.weight() {
					best = r
				}
			}
			d.Elements = append(d.Elements, best)
		}
	}
	return d
}

// judge looks for the element on one page that shows its screen.
func (e *Element) judge(s Source, names []string) ElementReport {
	r := ElementReport{Path: e.Path(), Source: s.Name, tree: s.Tree}
	if e.first() == (locatorSpec{}) {
		r.Status, r.Note = Unjudged, "its locators are for the server only"
		return r
	}
	if e.takes == "" {
		e.judgeAs(&r, nil)
		return r
	}
	r.Status, r.Note = Unjudged, "it takes a "+e.takes+": none that was given is on the page"
	for _, name := range names {
		one := ElementReport{Path: r.Path, Source: r.Source, tree: r.tree, name: name}
		switch {
		case strings.TrimSpace(name) == "":
			continue
		case s.Tree.says(name):
			e.judgeAs(&one, []string{name})
		case e.On(s.Tree, name):
			e.judgeAs(&one, []string{name})
		default:
			continue
		}
		if one.Status.weight() > r.Status.weight() {
			r = one
		}
	}
	return r
}

func (e *Element) judgeAs(r *ElementReport, args []string) {
	m, err := e.In(r.tree, args...)
	if err != nil {
		r.Status, r.Note = Unjudged, err.Error()
		return
	}
	var shown []*Node
	for _, n := range m.Nodes {
		if n.Displayed && n.Bounds.Width > 0 && n.Bounds.Height > 0 {
			shown = append(shown, n)
		}
	}
	if m.Found() {
		r.Rank, r.Locator = m.Rank, e.specs[m.Rank].String()
	}
	switch {
	case len(shown) == 1 && m.Fallback():
		r.Status, r.node = Fallback, shown[0]
		r.Note = "not by " + e.first().String()
	case len(shown) == 1:
		r.Status, r.node = Found, shown[0]
	case len(shown) > 1:
		r.Status, r.Note = Ambiguous, fmt.Sprintf("%d elements match", len(shown))
		for _, n := range shown[:min(len(shown), mostCandidates)] {
			r.Candidates = append(r.Candidates, Candidate{1, n.describe(), n})
		}
	case e.optional:
		r.Status = Absent
	default:
		r.Status = Missing
		if len(m.Nodes) > 0 {
			r.Note = "it is there, but not displayed"
		}
		r.Candidates = e.candidates(r.tree, args)
	}
}

// says tells whether a text or description of the page is that name, in any
// case of letters.
func (t *Tree) says(name string) bool {
	said := false
	t.Each(func(n *Node) bool {
		said = n.Displayed && (sameWords(n.Text, name) || sameWords(n.ContentDesc, name) || t.IOS && sameWords(n.ResourceID, name))
		return !said
	})
	return said
}

// describe shows a node to people on one line, by the names of the map's fields.
func (n *Node) describe() string {
	q := Query{IOS: strings.HasPrefix(n.Class, iosPrefix), Class: clip(n.Class, 100), ID: n.ResourceID, Text: n.Text, Desc: n.ContentDesc}
	return q.String()
}
