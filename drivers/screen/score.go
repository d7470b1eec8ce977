package screen

import (
	"math"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The bounds of candidates.
const (
	mostCandidates = 3
	mostLooked     = 5000 // elements of a page; a screen has a few hundred
	leastScore     = 0.4  // what is less like it is no candidate
	// nameless is the most that something scores of which nothing is known but
	// its kind.
	nameless = 0.5
	// Each rank of a locator counts a little less than the one before.
	rankFactor = 0.97
)

// Nearest is the candidate for an element on a page that is most like what its
// locators ask for. lead is by how much it is ahead of the next.
func (e *Element) Nearest(t *Tree, args ...string) (n *Node, score, lead float64) {
	if e.checkArgs(args) != nil {
		return nil, 0, 0
	}
	all := e.candidates(t, args)
	if len(all) == 0 {
		return nil, 0, 0
	}
	lead = all[0].Score
	if len(all) > 1 {
		lead -= all[1].Score
	}
	return all[0].node, all[0].Score, lead
}

// candidates are the elements on the page that are most like what the locators
// ask for, the best first.
func (e *Element) candidates(t *Tree, args []string) []Candidate {
	var all []Candidate
	var queries []Query
	var factors []float64
	factor := 1.0
	for _, s := range e.specs {
		if s.raw() == nil {
			for _, q := range e.queries(s, args) {
				queries, factors = append(queries, e.on(t, q)), append(factors, factor)
			}
		}
		factor *= rankFactor
	}
	looked := 0
	t.Each(func(n *Node) bool {
		if looked++; looked > mostLooked {
			return false
		}
		if !n.Displayed || n.Bounds.Width <= 0 || n.Bounds.Height <= 0 {
			return true
		}
		best := 0.0
		for i, q := range queries {
			if q.Package == "" || q.Package == n.Package {
				best = max(best, factors[i]*q.likeness(n))
			}
		}
		if best >= leastScore {
			all = append(all, Candidate{math.Round(best*100) / 100, n.describe(), n})
		}
		return true
	})
	slices.SortStableFunc(all, func(a, b Candidate) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	// What lies in a better candidate, or around it, is part of it: the label in
	// a tab is no rival of the tab.
	var apart []Candidate
	for _, c := range all {
		if !slices.ContainsFunc(apart, func(b Candidate) bool { return b.node.Has(c.node) || c.node.Has(b.node) }) {
			apart = append(apart, c)
		}
		if len(apart) == mostCandidates {
			break
		}
	}
	return apart
}

// likeness is how much n is like what the query asks for, from 0 to 1: the
// weighted mean over the fields that it asks for. What an element is called
// weighs more than of what kind it is.
func (q Query) likeness(n *Node) float64 {
	sum, weights, called := 0.0, 0.0, 0.0
	add := func(weight, like float64) { sum, weights = sum+weight*like, weights+weight }
	name := func(like float64) {
		add(3, like)
		called = max(called, like)
	}
	if q.Class != "" {
		add(0.5, likeClass(q.Class, n))
	}
	for _, want := range []string{q.ID, q.IDPrefix} {
		if want != "" {
			name(likeID(want, n.ResourceID))
		}
	}
	for _, f := range []struct {
		want        string
		same, other string
	}{{q.Text, n.Text, n.ContentDesc}, {q.Desc, n.ContentDesc, n.Text}, {q.Hint, n.Hint, n.Text},
		{q.TextPrefix, head(n.Text, q.TextPrefix), head(n.ContentDesc, q.TextPrefix)}, {q.DescPrefix, head(n.ContentDesc, q.DescPrefix), head(n.Text, q.DescPrefix)}} {
		if f.want != "" {
			name(max(likeText(f.want, f.same), 0.9*likeText(f.want, f.other)))
		}
	}
	for _, f := range []struct {
		want *bool
		have bool
	}{{q.Clickable, n.Clickable}, {q.Checkable, n.Checkable}, {q.Checked, n.Checked}, {q.Enabled, n.Enabled}, {q.Selected, n.Selected},
		{q.Scrollable, n.Scrollable}, {q.Focused, n.Focused}} {
		if f.want != nil {
			like := 0.0
			if *f.want == f.have {
				like = 1
			}
			add(0.5, like)
		}
	}
	switch {
	case weights == 0:
		return 0
	case called == 0:
		return min(nameless, sum/weights)
	}
	return sum / weights
}

// head is the part of a text that a prefix is compared with.
func head(s, prefix string) string {
	r := []rune(s)
	return string(r[:min(len(r), len([]rune(prefix)))])
}

// likeClass compares kinds: releases made ViewGroups of buttons.
func likeClass(want string, n *Node) float64 {
	switch kind := want[strings.LastIndexByte(want, '.')+1:]; {
	case want == n.Class:
		return 1
	case kind == n.kind():
		return 0.9
	case strings.Contains(kind, "Button") && n.taker() != nil, n.touchable(), strings.HasSuffix(kind, "View") && strings.HasSuffix(n.kind(), "View"):
		return 0.5
	}
	return 0
}

// likeID compares ids without their package.
func likeID(want, have string) float64 {
	if want == have {
		return 1
	}
	a, b := want[strings.LastIndexByte(want, '/')+1:], have[strings.LastIndexByte(have, '/')+1:]
	if a == b {
		return 0.95
	}
	return likeText(strings.ToLower(a), strings.ToLower(b))
}

// likeText is 1 for the same text, and falls fast with each difference.
func likeText(want, have string) float64 {
	switch {
	case have == "" || want == "":
		return 0
	case SameText(want, have):
		return 1
	case sameWords(want, have):
		return 0.95
	}
	if len(want) > 4*len(have) || len(have) > 4*len(want) {
		return 0
	}
	a, b := []rune(clip(norm.NFC.String(want), 200)), []rune(clip(norm.NFC.String(have), 200))
	ratio := 1 - float64(runeDistance(a, b))/float64(max(len(a), len(b)))
	return 0.95 * ratio * ratio
}

// sameWords tells whether two texts differ at most in case and spaces.
func sameWords(a, b string) bool {
	fold := func(s string) string {
		return cases.Fold().String(norm.NFC.String(strings.Join(strings.Fields(s), " ")))
	}
	return a != "" && b != "" && fold(a) == fold(b)
}

// runeDistance is Levenshtein's, by characters.
func runeDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
