package consent

import (
	"fmt"
	"maps"
	"slices"

	"ffscert/drivers/screen"
)

// wholePage is a page of Amazon's as the customer can see it: one screen, or
// several of a page that is longer than the screen, scrolled on. What is on any of
// them is on the page.
type wholePage struct {
	views []*view
	// unseen says that the page goes on below what was seen, and that no document
	// tells what comes there: what is missing may be there.
	unseen bool
}

// joinParts makes pages of the consent screens.
func (s *subject) joinParts() {
	for _, v := range s.consent {
		if n := len(s.pages); n > 0 && v.continues(s.pages[n-1].last()) {
			s.pages[n-1].views = append(s.pages[n-1].views, v)
			continue
		}
		s.pages = append(s.pages, &wholePage{views: []*view{v}})
	}
	for _, p := range s.pages {
		more := p.last().goesBelow()
		for _, v := range p.views {
			v.long = more || len(p.views) > 1
		}
		p.unseen = more && !p.askDocument()
	}
}

func (p *wholePage) first() *view { return p.views[0] }
func (p *wholePage) last() *view  { return p.views[len(p.views)-1] }

// lacks says that something may be on what was not seen of the page.
func (p *wholePage) lacks(j *judgement, format string, args ...any) {
	j.lacks("%s; the page goes on below the edge of %s, and that was not seen", fmt.Sprintf(format, args...), p.last().File)
}

// continues tells whether a screen is the page of the one before, scrolled on:
// because the recorder says so, or because the one before goes on below, nothing
// was tapped on it, and something is seen on both.
func (v *view) continues(before *view) bool {
	if v.Continues {
		return true
	}
	if v.at != before.at+1 || v.Package != before.Package || before.Taps == nil || *before.Taps != 0 || !before.goesBelow() {
		return false
	}
	seen := map[string]bool{}
	for _, t := range before.texts {
		seen[t.says] = true
	}
	return slices.ContainsFunc(v.texts, func(t text) bool { return seen[t.says] })
}

// goesBelow tells whether a page goes on below the screen. Where the recorder
// does not say so, something must show it: a text or a control that the lower edge
// of what scrolls cuts off, or one that lies below it. That something can be
// scrolled is no proof: a WebView often says so of a page that fits.
func (v *view) goesBelow() bool {
	if v.Ends != nil {
		return !*v.Ends
	}
	for _, root := range v.content() {
		if some(root, v.cutBelow) {
			return true
		}
	}
	return false
}

// cutBelow tells whether a node says or does something and reaches the lower
// edge of what scrolls, or lies below it.
func (v *view) cutBelow(n *screen.Node) bool {
	if len(n.Children()) > 0 || nodeLabel(n) == "" && !n.Clickable || kind(n) == "WebView" {
		return false
	}
	for p := n.Parent(); p != nil; p = p.Parent() {
		if !p.Scrollable || !p.Displayed || kind(p) == "HorizontalScrollView" {
			continue
		}
		edge, end := p.Bounds.Y+p.Bounds.Height, n.Bounds.Y+n.Bounds.Height
		if !n.Displayed || n.Bounds.Height <= 0 {
			return p.Bounds.Height > 0 && n.Bounds.Y >= edge-1
		}
		// What fills most of it is no line of the page.
		return end >= edge-1 && 2*n.Bounds.Height < p.Bounds.Height
	}
	return false
}

// askDocument takes what is not on the screens from the page's document. It
// tells whether there is one that is to be trusted: it has the controls that are
// seen.
func (p *wholePage) askDocument() bool {
	for _, v := range p.views {
		if v.dom == nil || len(v.dom.controls) == 0 {
			continue
		}
		known, said := map[string]bool{}, map[string]bool{}
		for _, c := range v.dom.controls {
			known[label(c.label)] = true
		}
		for _, says := range v.dom.prose {
			said[label(says)] = true
		}
		if !slices.ContainsFunc(v.texts, func(t text) bool { l := label(t.says); return said[l] || known[l] }) {
			continue
		}
		shown := map[string]bool{}
		for _, w := range p.views {
			for _, c := range w.controls {
				l := label(c.label)
				if l != "" && !known[l] {
					return false
				}
				shown[l] = true
			}
		}
		v.domToo = true
		for _, d := range v.dom.controls {
			if !shown[label(d.label)] {
				v.controls = append(v.controls, d)
			}
		}
		return true
	}
	return false
}

// readsDocument tells whether the page's document says what the tree does not
// show: all of it, or what lies below the screen.
func (v *view) readsDocument() bool { return v.dom != nil && (len(v.texts) == 0 || v.domToo) }

// choice finds the two answers on all parts of a page.
func (p *wholePage) choice() choice {
	all := *p.first()
	all.controls = p.controls()
	ch := all.choice()
	if p.unseen && ch.byPlace {
		ch.refuse, ch.byPlace = nil, false // the refusal may be below
	}
	return ch
}

// key tells a control on the parts of a page from others.
func (c control) key() string {
	if c.node == nil {
		return label(c.label)
	}
	return label(c.label) + "\x00" + c.node.Class + "\x00" + c.node.ResourceID
}

// cut tells whether only a part of a control is seen: its bounds are not its size.
func (c control) cut() bool { return c.node == nil || c.on.long && c.on.scrolledOff(c.node) }

// controls are those of all parts; of one that is on several, the first that is
// whole.
func (p *wholePage) controls() []control {
	var all []control
	before := map[string]int{}
	for _, v := range p.views {
		here := map[string]int{}
		for _, c := range v.controls {
			c.on = v
			at, known := before[c.key()]
			switch {
			case !known:
				here[c.key()] = len(all)
				all = append(all, c)
			case all[at].cut() && !c.cut():
				all[at] = c
			}
		}
		maps.Copy(before, here)
	}
	return all
}

// pageOf is the page of which a screen is a part; nil if it is none of Amazon's.
func (s *subject) pageOf(v *view) *wholePage {
	for _, p := range s.pages {
		if slices.Contains(p.views, v) {
			return p
		}
	}
	return nil
}

// cutText tells whether a text stands at the edge of a page that is scrolled:
// of its letters, some may be seen in part.
func (v *view) cutText(t text) bool { return v.long && v.scrolledOff(t.node) }
