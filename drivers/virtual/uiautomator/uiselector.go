package uiautomator

import (
	"fmt"
	"regexp"
	"strings"
)

// criterion is one condition of a UiSelector. A later one of the same name
// replaces the earlier one, as in androidx.test.uiautomator.
type criterion struct {
	name string
	text string
	flag bool
	num  int
	re   *regexp.Regexp
}

// selector is a UiSelector. At most one of child and parent is used to go on,
// child first.
type selector struct {
	criteria []criterion
	instance int // -1 if not given
	child    *selector
	parent   *selector // fromParent
}

func newSelector() *selector { return &selector{instance: -1} }

// with returns a copy with one more condition.
func (s *selector) with(c criterion) *selector {
	out := *s
	out.criteria = nil
	for _, have := range s.criteria {
		if have.name != c.name {
			out.criteria = append(out.criteria, have)
		}
	}
	out.criteria = append(out.criteria, c)
	return &out
}

func (s *selector) withInstance(n int) *selector {
	out := *s
	out.instance = n
	return &out
}

// then hangs sub under the last selector of the chain.
func (s *selector) then(sub *selector, fromParent bool) *selector {
	out := *s
	switch {
	case s.child != nil:
		out.child = s.child.then(sub, fromParent)
	case s.parent != nil:
		out.parent = s.parent.then(sub, fromParent)
	case fromParent:
		out.parent = sub
	default:
		out.child = sub
	}
	return &out
}

func (s *selector) String() string {
	var parts []string
	for _, c := range s.criteria {
		v := c.text
		switch c.name {
		case "index":
			v = fmt.Sprint(c.num)
		default:
			if c.text == "" && c.re == nil {
				v = fmt.Sprint(c.flag)
			}
		}
		parts = append(parts, strings.ToUpper(c.name)+"="+clip(v))
	}
	if s.instance >= 0 {
		parts = append(parts, fmt.Sprintf("INSTANCE=%d", s.instance))
	}
	if s.child != nil {
		parts = append(parts, "CHILD="+s.child.String())
	}
	if s.parent != nil {
		parts = append(parts, "PARENT="+s.parent.String())
	}
	return "UiSelector[" + strings.Join(parts, ", ") + "]"
}

func (c *criterion) holds(n *node, index int) bool {
	switch c.name {
	case "text":
		return n.Text == c.text
	case "textContains":
		return strings.Contains(strings.ToLower(n.Text), strings.ToLower(c.text))
	case "textStartsWith":
		return strings.HasPrefix(strings.ToLower(n.Text), strings.ToLower(c.text))
	case "textMatches":
		return c.re.MatchString(n.Text)
	case "description":
		return n.ContentDesc != "" && n.ContentDesc == c.text
	case "descriptionContains":
		return n.ContentDesc != "" && strings.Contains(strings.ToLower(n.ContentDesc), strings.ToLower(c.text))
	case "descriptionStartsWith":
		return n.ContentDesc != "" && strings.HasPrefix(strings.ToLower(n.ContentDesc), strings.ToLower(c.text))
	case "descriptionMatches":
		return n.ContentDesc != "" && c.re.MatchString(n.ContentDesc)
	case "className":
		return n.Class == c.text
	case "classNameMatches":
		return c.re.MatchString(n.Class)
	case "packageName":
		return n.Package == c.text
	case "packageNameMatches":
		return c.re.MatchString(n.Package)
	case "resourceId":
		return n.ResourceID != "" && n.ResourceID == c.text
	case "resourceIdMatches":
		return n.ResourceID != "" && c.re.MatchString(n.ResourceID)
	case "index":
		return index == c.num
	case "checkable":
		return n.Checkable == c.flag
	case "checked":
		return n.Checked == c.flag
	case "clickable":
		return n.Clickable == c.flag
	case "enabled":
		return n.Enabled == c.flag
	case "focusable":
		return n.Focusable == c.flag
	case "focused":
		return n.Focused == c.flag
	case "longClickable":
		return n.LongClickable == c.flag
	case "scrollable":
		return n.Scrollable == c.flag
	case "selected":
		return n.Selected == c.flag
	}
	return false
}

// search is one look for one selector. It counts the instances that were
// passed over, for each selector of the chain, over the whole search.
type search struct {
	passed map[*selector]int
	left   int // nodes that may still be looked at
}

// maxLooks ends a search whose fromParent calls lead round in circles.
const maxLooks = 3_000_000

func newSearch() *search { return &search{passed: map[*selector]int{}, left: maxLooks} }

// matches is UiSelector.isMatchFor: the first `instance` matches are passed
// over; every later one counts.
func (f *search) matches(s *selector, n *node, index int) bool {
	for i := range s.criteria {
		if !s.criteria[i].holds(n, index) {
			return false
		}
	}
	if s.instance > f.passed[s] {
		f.passed[s]++
		return false
	}
	return true
}

// find is QueryController.findNodeRegularRecursive.
func (f *search) find(s *selector, from *node, index int) *node {
	if f.left--; f.left < 0 {
		return nil
	}
	if f.matches(s, from, index) {
		switch {
		case s.child != nil:
			s = s.child
		case s.parent != nil:
			s = s.parent
			if from = from.parent; from == nil {
				return nil
			}
		default:
			return from
		}
	}
	for _, k := range from.kids {
		if !k.Displayed {
			continue
		}
		if m := f.find(s, k, k.index); m != nil {
			return m
		}
	}
	return nil
}

// one is the first match at or below a node.
func (s *selector) one(root *node) *node {
	if root == nil {
		return nil
	}
	return newSearch().find(s, root, 0)
}

// oneBelow is the first match below a node, which itself does not count:
// UiObject.getChild.
func (s *selector) oneBelow(root *node) *node {
	f := newSearch()
	for _, k := range root.kids {
		if k.Displayed {
			if m := f.find(s, k, k.index); m != nil {
				return m
			}
		}
	}
	return nil
}

// all enumerates as the server does: by asking for one instance after the
// other until there is none. A selector that has an instance of its own gives
// one element at most.
func (s *selector) all(one func(*selector) *node, most int) []*node {
	if s.instance >= 0 {
		if n := one(s); n != nil {
			return []*node{n}
		}
		return nil
	}
	var out []*node
	seen := map[*node]bool{}
	for i := range most {
		n := one(s.withInstance(i))
		if n == nil {
			break
		}
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}
