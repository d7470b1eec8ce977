package consent

import (
	"strings"

	"ffscert/drivers/screen"
)

// firstText is what a node or something in it says first; else its class.
func firstText(n *screen.Node) string {
	found := ""
	walk(n, func(n *screen.Node) bool {
		if found == "" {
			found = nodeLabel(n)
		}
		return found == ""
	})
	if found == "" {
		found = kind(n)
	}
	return found
}

// some tells whether there is a node in n that is so, and looks no further then.
func some(n *screen.Node, is func(*screen.Node) bool) bool {
	if is(n) {
		return true
	}
	for _, c := range n.Children() {
		if some(c, is) {
			return true
		}
	}
	return false
}

// busy tells whether the screen shows that something is under way.
func (v *view) busy() bool {
	busy := false
	v.Tree.Each(func(n *screen.Node) bool {
		busy = busy || n.Displayed && strings.Contains(kind(n), "Progress")
		return !busy
	})
	for _, t := range v.texts {
		if t.control == nil && ellipsis(t.says) && v.subject.underWay(t.says) {
			return true
		}
	}
	return busy
}

// underWay tells whether a text says that something goes on: Connecting …
func (s *subject) underWay(says string) bool {
	t := normal(says)
	if len([]rune(t)) > 60 {
		return false
	}
	return s.anyPack(func(p *pack) bool { return p.Progress.in(t) })
}

// ellipsis tells whether a text ends in three dots.
func ellipsis(says string) bool {
	says = strings.TrimSpace(says)
	return strings.HasSuffix(says, "…") || strings.HasSuffix(says, "...") || strings.HasSuffix(says, "⋯")
}
