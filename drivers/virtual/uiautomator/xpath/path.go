package xpath

// step is one part of a path.
type step interface {
	where(x expr)
	from(ev *evaluation, f focus) seq
}

type pathExpr struct {
	absolute bool
	steps    []step
}

func (x *pathExpr) eval(ev *evaluation, f focus) seq {
	at := seq{f.at}
	if f.item != nil {
		at = seq{f.item}
	}
	if x.absolute {
		root := f.at.n
		for root.Parent != nil {
			root = root.Parent
		}
		at = seq{ref{root, none}}
	}
	for i, s := range x.steps {
		if i == 0 && !x.absolute {
			at = s.from(ev, f)
			if _, ok := s.(*axisStep); ok && len(at) > 0 && is[ref](at[0]) {
				at = items(ordered(nodes(ev, at)))
			}
			continue
		}
		var out []ref
		for j, it := range at {
			r, ok := it.(ref)
			if !ok {
				ev.fail("a step of a path follows the value %q", text(it))
			}
			v := s.from(ev, focus{at: r, pos: j + 1, size: len(at), vars: f.vars})
			if i == len(x.steps)-1 && len(v) > 0 && !is[ref](v[0]) {
				return v // a path may end in a value
			}
			out = append(out, nodes(ev, v)...)
		}
		at = items(ordered(out))
	}
	return at
}

// filterStep is a value with predicates, which count over the whole of it.
type filterStep struct {
	x     expr
	preds []expr
}

func (s *filterStep) where(x expr) { s.preds = append(s.preds, x) }

func (s *filterStep) eval(ev *evaluation, f focus) seq { return s.from(ev, f) }

func (s *filterStep) from(ev *evaluation, f focus) seq {
	v := s.x.eval(ev, f)
	for _, p := range s.preds {
		v = keep(ev, v, p, f.vars)
	}
	return v
}

// keep is a predicate: a number is a position, all else a condition.
func keep(ev *evaluation, v seq, p expr, vars *binding) seq {
	out := make(seq, 0, min(len(v), 16))
	for i, it := range v {
		ev.step()
		f := focus{pos: i + 1, size: len(v), vars: vars}
		if r, ok := it.(ref); ok {
			f.at = r
		} else {
			f.item = it
		}
		if f.item != nil {
			f.at = ref{&Node{}, none}
		}
		got := p.eval(ev, f)
		hit := false
		if n, ok := single(got); ok {
			hit = n == float64(i+1)
		} else {
			hit = truth(got)
		}
		if hit {
			out = append(out, it)
		}
	}
	return out
}

func single(s seq) (float64, bool) {
	if len(s) != 1 {
		return 0, false
	}
	n, ok := s[0].(float64)
	return n, ok
}

// axisStep walks an axis. Its predicates count along the axis, from each node
// for itself: "//a[1]" is every a that is the first of its parent.
type axisStep struct {
	axis  string
	test  nodeTest
	preds []expr
}

func (s *axisStep) where(x expr) { s.preds = append(s.preds, x) }

// nodeTest is a name ("*" for any) or a kind such as node().
type nodeTest struct{ kind, name string }

func (t nodeTest) holds(r ref) bool {
	switch t.kind {
	case "":
		return (r.attr != none || r.n.Parent != nil) && (t.name == "*" || t.name == r.name())
	case "node", "item":
		return true
	case "element":
		return r.attr == none && r.n.Parent != nil && (t.name == "" || t.name == "*" || t.name == r.n.Name)
	case "attribute":
		return r.attr != none && (t.name == "" || t.name == "*" || t.name == r.name())
	case "document-node":
		return r.n.Parent == nil
	}
	return false // there are no texts, comments and instructions
}

func (s *axisStep) from(ev *evaluation, f focus) seq {
	if f.item != nil {
		if s.axis == "self" && (s.test.kind == "node" || s.test.kind == "item") {
			return seq{f.item}
		}
		ev.fail("the axis %s is taken from a value", s.axis)
	}
	var out seq
	add := func(r ref) {
		ev.step()
		if s.test.holds(r) {
			out = append(out, r)
		}
	}
	s.walk(f.at, add)
	for _, p := range s.preds {
		out = keep(ev, out, p, f.vars)
	}
	return out
}

// walk visits the axis from the nearest node on.
func (s *axisStep) walk(at ref, add func(ref)) {
	n := at.n
	el := func(n *Node) { add(ref{n, none}) }
	switch s.axis {
	case "self":
		add(at)
		return
	case "parent":
		if at.attr != none {
			el(n)
		} else if n.Parent != nil {
			el(n.Parent)
		}
		return
	case "ancestor-or-self":
		add(at)
		fallthrough
	case "ancestor":
		if at.attr != none {
			el(n)
		}
		for p := n.Parent; p != nil; p = p.Parent {
			el(p)
		}
		return
	case "following":
		if at.attr != none {
			for _, c := range n.Children {
				below(c, el)
			}
		}
		for ; n.Parent != nil; n = n.Parent {
			for _, c := range n.Parent.Children[n.pos+1:] {
				below(c, el)
			}
		}
		return
	case "preceding":
		for ; n.Parent != nil; n = n.Parent {
			for i := n.pos - 1; i >= 0; i-- {
				belowBackwards(n.Parent.Children[i], el)
			}
		}
		return
	}
	if at.attr != none {
		if s.axis == "descendant-or-self" {
			add(at)
		}
		return // an attribute has nothing below or beside it
	}
	switch s.axis {
	case "child":
		for _, c := range n.Children {
			el(c)
		}
	case "descendant":
		for _, c := range n.Children {
			below(c, el)
		}
	case "descendant-or-self":
		below(n, el)
	case "following-sibling":
		if n.Parent != nil {
			for _, c := range n.Parent.Children[n.pos+1:] {
				el(c)
			}
		}
	case "preceding-sibling":
		if n.Parent != nil {
			for i := n.pos - 1; i >= 0; i-- {
				el(n.Parent.Children[i])
			}
		}
	case "attribute":
		for i := range n.attributes() {
			add(ref{n, i})
		}
	}
}

func below(n *Node, visit func(*Node)) {
	visit(n)
	for _, c := range n.Children {
		below(c, visit)
	}
}

func belowBackwards(n *Node, visit func(*Node)) {
	for i := len(n.Children) - 1; i >= 0; i-- {
		belowBackwards(n.Children[i], visit)
	}
	visit(n)
}
