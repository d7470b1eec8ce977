package screen

import (
	"fmt"
	"slices"
	"strings"
)

// Lesson says how a new map is learnt.
type Lesson struct {
	// From is the first version of the app that the new map is for.
	From string
	// Score is the least that a candidate must have to be proposed, and Lead by
	// how much it must be ahead of the next one; both from 0 to 1.
	Score, Lead float64
	// Names are those with which elements that take a name are looked for.
	Names []string
}

// The bars of a proposal, if nothing else is asked for.
const (
	DefaultScore = 0.75
	DefaultLead  = 0.1
)

// Proposal is a locator that a new map puts first.
type Proposal struct {
	Path    string  `json:"element"`
	Locator string  `json:"locator"`
	Score   float64 `json:"score"`
	Source  string  `json:"source"`
	Was     string  `json:"was"`  // the first locator so far
	Seen    string  `json:"seen"` // the element on the page
	How     string  `json:"how"`  // such as "found by fallback 2"
	spec    locatorSpec
}

// LeftOut is an element about which nothing was learnt, and why.
type LeftOut struct {
	Path   string `json:"element"`
	Reason string `json:"reason"`
}

// Learnt is what a walk through the app taught.
type Learnt struct {
	Proposals []Proposal `json:"proposals"`
	LeftOut   []LeftOut  `json:"left_out"`
	// Before and After are comparisons of the map with the sources, without and
	// with the proposals.
	Before Drift `json:"before"`
	After  Drift `json:"after"`
	// YAML is the new map.
	YAML []byte `json:"-"`
}

// Learn proposes a map for a new release from page sources of it. It changes
// nothing: a proposal is put first where an element was found by a fallback,
// or is missing and exactly one candidate is like it; each is checked against
// all sources. What is not sure is left out.
func (m *Map) Learn(sources []Source, l Lesson) (Learnt, error) {
	if !wellFormed(l.From) {
		return Learnt{}, fmt.Errorf("%s is no version of an app", quote(l.From))
	}
	learnt := Learnt{Proposals: []Proposal{}, LeftOut: []LeftOut{}, Before: m.Compare(sources, l.Names)}
	for _, r := range learnt.Before.Elements {
		e, err := m.Element(r.Path)
		if err != nil {
			return Learnt{}, err
		}
		leave := func(format string, args ...any) {
			learnt.LeftOut = append(learnt.LeftOut, LeftOut{r.Path, fmt.Sprintf(format, args...)})
		}
		var p *Proposal
		var reason string
		switch r.Status {
		case Found:
			continue
		case Fallback:
			p, reason = e.confirm(r, sources)
		case Missing:
			p, reason = e.guess(r, sources, l)
		case Ambiguous:
			reason = r.Note + " on " + r.Source
		case Absent:
			reason = "it is optional, and not on " + r.Source
		case Unseen:
			reason = "no source shows its screen"
		default:
			reason = r.Note
		}
		if p == nil {
			leave("%s", reason)
			continue
		}
		learnt.Proposals = append(learnt.Proposals, *p)
	}
	return learnt, m.write(&learnt, sources, l)
}

// confirm proposes the fallback that found an element, narrowed to the kind of
// element that it found.
func (e *Element) confirm(r ElementReport, sources []Source) (*Proposal, string) {
	spec := e.specs[r.Rank]
	if spec.Class == "" && spec.Instance == nil {
		spec.Class = r.node.Class
	}
	if spec.Instance != nil && r.Rank > 0 {
		// The n-th of a kind is only as good as the kind.
		spec.Class = r.node.Class
		if !e.holds(spec, r, sources) {
			spec = e.specs[r.Rank]
		}
	}
	if !e.holds(spec, r, sources) {
		return nil, fmt.Sprintf("%s found it on %s, but %s would match something else, too", e.specs[r.Rank], r.Source, spec)
	}
	score := 0.0
	for _, q := range e.queries(e.first(), e.args(r.name)) {
		score = max(score, q.likeness(r.node))
	}
	return &Proposal{Path: r.Path, Locator: spec.flow(), Score: round(score), Source: r.Source, Was: e.first().String(),
		Seen: r.node.describe(), How: fmt.Sprintf("found by fallback %d", r.Rank), spec: spec}, ""
}

// guess proposes a locator for the nearest candidate of an element that no
// locator found.
func (e *Element) guess(r ElementReport, sources []Source, l Lesson) (*Proposal, string) {
	if len(r.Candidates) == 0 {
		return nil, "nothing on " + r.Source + " is like it"
	}
	best := r.Candidates[0]
	if best.Score < l.Score {
		return nil, fmt.Sprintf("the nearest on %s, %s, has a score of %.2f, less than %.2f", r.Source, best.Node, best.Score, l.Score)
	}
	if len(r.Candidates) > 1 && best.Score-r.Candidates[1].Score < l.Lead {
		return nil, fmt.Sprintf("two on %s are like it: %s (%.2f) and %s (%.2f)", r.Source, best.Node, best.Score, r.Candidates[1].Node, r.Candidates[1].Score)
	}
	r.node = best.node
	for _, spec := range e.ways(r) {
		if e.holds(spec, r, sources) {
			return &Proposal{Path: r.Path, Locator: spec.flow(), Score: best.Score, Source: r.Source, Was: e.first().String(),
				Seen: best.Node, How: "nearest candidate", spec: spec}, ""
		}
	}
	return nil, fmt.Sprintf("no locator tells the nearest on %s, %s, from everything else", r.Source, best.Node)
}

// ways are locators for an element that was seen, those that hold in every
// language first.
func (e *Element) ways(r ElementReport) []locatorSpec {
	n, ios := r.node, e.m.ios()
	field := func(id, text, desc string) locatorSpec {
		s := locatorSpec{Class: n.Class}
		if ios {
			s.Name, s.Value, s.Label = id, text, desc
		} else {
			s.ID, s.Text, s.Desc = id, text, desc
		}
		return s
	}
	if e.takes != "" {
		var ways []locatorSpec
		slot := "{" + e.takes + "}"
		for _, f := range []struct {
			have string
			as   func(string) locatorSpec
		}{{n.Text, func(v string) locatorSpec { return field("", v, "") }}, {n.ContentDesc, func(v string) locatorSpec { return field("", "", v) }}} {
			switch {
			case SameText(f.have, r.name):
				ways = append(ways, f.as(slot))
			case sameWords(f.have, r.name) && f.have == upper(r.name):
				ways = append(ways, f.as("{"+e.takes+"|upper}"))
			}
		}
		return ways
	}
	var ways []locatorSpec
	if n.ResourceID != "" && !placeholder.MatchString(n.ResourceID) {
		ways = append(ways, field(n.ResourceID, "", ""))
	}
	for _, key := range sortedKeys(e.m.data.Texts) {
		for _, lang := range e.m.Languages() {
			for _, w := range e.m.data.Texts[key].In[lang] {
				if SameText(w, n.ContentDesc) {
					ways = append(ways, field("", "", "{"+key+"}"))
				} else if SameText(w, n.Text) {
					ways = append(ways, field("", "{"+key+"}", ""))
				}
			}
		}
	}
	if n.ContentDesc != "" && !placeholder.MatchString(n.ContentDesc) {
		ways = append(ways, field("", "", n.ContentDesc))
	}
	if n.Text != "" && !placeholder.MatchString(n.Text) {
		ways = append(ways, field("", n.Text, ""))
	}
	return ways
}

// holds tells whether a locator finds exactly the element that was seen, and
// nothing on pages on which the element was not found so far.
func (e *Element) holds(spec locatorSpec, r ElementReport, sources []Source) bool {
	try := *e
	try.specs = []locatorSpec{spec}
	for _, s := range sources {
		m, err := try.In(s.Tree, e.args(r.name)...)
		if err != nil {
			return false
		}
		var shown []*Node
		for _, n := range m.Nodes {
			if n.Displayed {
				shown = append(shown, n)
			}
		}
		switch {
		case s.Tree == r.tree:
			if len(shown) != 1 || shown[0] != r.node {
				return false
			}
		case len(shown) > 1:
			return false
		case len(shown) == 1 && e.shows() && !e.On(s.Tree, e.args(r.name)...) && s.Screen != e.screen:
			return false // it would make the map take that page for another one
		}
	}
	return true
}

// shows tells whether the element is one by which a screen is recognised.
func (e *Element) shows() bool {
	for _, s := range e.m.screens {
		if slices.ContainsFunc(s.shownBy, func(x *Element) bool { return x.Path() == e.Path() }) {
			return true
		}
	}
	return false
}

func (e *Element) args(name string) []string {
	if e.takes == "" {
		return nil
	}
	return []string{name}
}

func round(score float64) float64 { return float64(int(score*100+0.5)) / 100 }

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}
