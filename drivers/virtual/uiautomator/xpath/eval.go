package xpath

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

type literal struct{ v any }

func (x literal) eval(*evaluation, focus) seq { return seq{x.v} }

type variable string

func (x variable) eval(ev *evaluation, f focus) seq {
	for b := f.vars; b != nil; b = b.next {
		if b.name == string(x) {
			return b.is
		}
	}
	ev.fail("the variable $%s is not declared", string(x))
	return nil
}

// group is an expression in parentheses: positions count over all of it.
type group struct{ x expr }

func (x group) eval(ev *evaluation, f focus) seq { return x.x.eval(ev, f) }

type listExpr []expr

func (x listExpr) eval(ev *evaluation, f focus) seq {
	var out seq
	for _, e := range x {
		out = append(out, e.eval(ev, f)...)
		ev.step()
	}
	return out
}

type ifExpr struct{ cond, then, other expr }

func (x *ifExpr) eval(ev *evaluation, f focus) seq {
	if truth(x.cond.eval(ev, f)) {
		return x.then.eval(ev, f)
	}
	return x.other.eval(ev, f)
}

type quantifiedExpr struct {
	kind string // some, every or for
	vars []string
	in   []expr
	body expr
}

func (x *quantifiedExpr) eval(ev *evaluation, f focus) seq {
	var out seq
	some, every := false, true
	var bind func(i int, f focus)
	bind = func(i int, f focus) {
		ev.step()
		if i == len(x.vars) {
			v := x.body.eval(ev, f)
			if x.kind == "for" {
				out = append(out, v...)
				return
			}
			t := truth(v)
			some, every = some || t, every && t
			return
		}
		for _, it := range x.in[i].eval(ev, f) {
			g := f
			g.vars = &binding{x.vars[i], seq{it}, f.vars}
			bind(i+1, g)
		}
	}
	bind(0, f)
	switch x.kind {
	case "some":
		return seq{some}
	case "every":
		return seq{every}
	}
	return out
}

// maxRange bounds what "1 to 1000000" makes.
const maxRange = 10_000

type rangeExpr struct{ a, b expr }

func (x *rangeExpr) eval(ev *evaluation, f focus) seq {
	from, to := number(x.a.eval(ev, f)), number(x.b.eval(ev, f))
	if to-from > maxRange {
		ev.fail("a range of more than %d numbers", maxRange)
	}
	var out seq
	for n := math.Ceil(from); n <= to; n++ {
		ev.step()
		out = append(out, n)
	}
	return out
}

type logicExpr struct {
	or   bool
	a, b expr
}

func (x *logicExpr) eval(ev *evaluation, f focus) seq {
	if truth(x.a.eval(ev, f)) == x.or {
		return seq{x.or}
	}
	return seq{truth(x.b.eval(ev, f))}
}

type numberExpr struct {
	op   byte
	a, b expr
}

func (x *numberExpr) eval(ev *evaluation, f focus) seq {
	a, b := number(x.a.eval(ev, f)), number(x.b.eval(ev, f))
	switch x.op {
	case '+':
		a += b
	case '-':
		a -= b
	case '*':
		a *= b
	case '/':
		a /= b
	case 'i':
		a = math.Trunc(a / b)
	case '%':
		a = math.Mod(a, b)
	}
	return seq{a}
}

type setExpr struct {
	op   byte
	a, b expr
}

func (x *setExpr) eval(ev *evaluation, f focus) seq {
	a, b := nodes(ev, x.a.eval(ev, f)), nodes(ev, x.b.eval(ev, f))
	if x.op == '|' {
		return items(ordered(append(a, b...)))
	}
	in := make(map[ref]bool, len(b))
	for _, r := range b {
		in[r] = true
	}
	return items(slices.DeleteFunc(ordered(a), func(r ref) bool { return in[r] != (x.op == '&') }))
}

func nodes(ev *evaluation, s seq) []ref {
	out := make([]ref, 0, len(s))
	for _, it := range s {
		r, ok := it.(ref)
		if !ok {
			ev.fail("a set of nodes is expected, but there is the value %q", text(it))
		}
		out = append(out, r)
	}
	return out
}

func items(refs []ref) seq {
	out := make(seq, len(refs))
	for i, r := range refs {
		out[i] = r
	}
	return out
}

// ordered sorts into document order and drops what is there twice.
func ordered(refs []ref) []ref {
	for i := 1; i < len(refs); i++ {
		if refs[i-1].before(refs[i]) >= 0 {
			slices.SortFunc(refs, ref.before)
			return slices.Compact(refs)
		}
	}
	return refs
}

type compareExpr struct {
	op   string
	a, b expr
}

// eval is a general comparison: true if any pair of items compares so.
func (x *compareExpr) eval(ev *evaluation, f focus) seq {
	a, b := x.a.eval(ev, f), x.b.eval(ev, f)
	for _, l := range a {
		for _, r := range b {
			ev.step()
			if compare(x.op, l, r) {
				return seq{true}
			}
		}
	}
	return seq{false}
}

// compare casts as XPath 2.0 does for attributes, which have no type: to the
// type of the other side, and to text if that has none either.
func compare(op string, a, b any) bool {
	switch {
	case is[bool](a) || is[bool](b):
		return relation(op, cmpBool(flag(a), flag(b)))
	case is[float64](a) || is[float64](b):
		x, y := number(seq{a}), number(seq{b})
		if math.IsNaN(x) || math.IsNaN(y) {
			return op == "!="
		}
		switch {
		case x < y:
			return relation(op, -1)
		case x > y:
			return relation(op, 1)
		}
		return relation(op, 0)
	}
	return relation(op, strings.Compare(text(a), text(b)))
}

func is[T any](v any) bool { _, ok := v.(T); return ok }

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// flag casts to a truth value: "true" and "1" are true.
func flag(v any) bool {
	switch t := v.(type) {
	case bool:
		return t
	case float64:
		return t != 0 && !math.IsNaN(t)
	}
	s := text(v)
	return s == "true" || s == "1"
}

func relation(op string, c int) bool {
	switch op {
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// text is the string value of an item.
func text(v any) string {
	switch t := v.(type) {
	case ref:
		return t.value()
	case string:
		return t
	case bool:
		return strconv.FormatBool(t)
	case float64:
		switch {
		case math.IsNaN(t):
			return "NaN"
		case math.IsInf(t, 1):
			return "Infinity"
		case math.IsInf(t, -1):
			return "-Infinity"
		case t == 0:
			return "0"
		}
		return strconv.FormatFloat(t, 'f', -1, 64)
	}
	return ""
}

// str is the string value of the first item, "" if there is none.
func str(s seq) string {
	if len(s) == 0 {
		return ""
	}
	return text(s[0])
}

// number is the numeric value of the first item.
func number(s seq) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	switch t := s[0].(type) {
	case float64:
		return t
	case bool:
		if t {
			return 1
		}
		return 0
	}
	// Go reads more than XPath does, such as "0x1" and "inf".
	v := strings.TrimSpace(text(s[0]))
	if v == "" || strings.Trim(v, "+-0123456789.eE") != "" {
		return math.NaN()
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return math.NaN()
	}
	return n
}

// truth is the effective boolean value.
func truth(s seq) bool {
	if len(s) == 0 {
		return false
	}
	switch t := s[0].(type) {
	case bool:
		return t
	case float64:
		return t != 0 && !math.IsNaN(t)
	case string:
		return t != ""
	}
	return true
}
