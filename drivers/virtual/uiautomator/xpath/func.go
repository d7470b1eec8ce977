package xpath

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

type callExpr struct {
	name string
	args []expr
	do   func(c *call) seq
}

// call is one call of a function; its arguments are evaluated when asked for.
type call struct {
	ev   *evaluation
	f    focus
	args []expr
}

func (x *callExpr) eval(ev *evaluation, f focus) seq {
	ev.step()
	return x.do(&call{ev, f, x.args})
}

func (c *call) arg(i int) seq     { return c.args[i].eval(c.ev, c.f) }
func (c *call) str(i int) string  { return str(c.arg(i)) }
func (c *call) num(i int) float64 { return number(c.arg(i)) }
func (c *call) has(i int) bool    { return i < len(c.args) }
func (c *call) orSelf(i int) seq  { return c.orElse(i, c.self()) }
func (c *call) text(i int) string { return str(c.orSelf(i)) }
func (c *call) orElse(i int, s seq) seq {
	if c.has(i) {
		return c.arg(i)
	}
	return s
}

func (c *call) self() seq {
	if c.f.item != nil {
		return seq{c.f.item}
	}
	return seq{c.f.at}
}

type function struct {
	least, most int
	do          func(c *call) seq
}

const many = 1 << 20

// functions are those of the XPath 1.0 core library and the ones of XPath 2.0
// that work on texts, numbers and sequences.
var functions = table()

func table() map[string]function {
	strs := func(do func(a, b string) bool) function {
		return function{2, 3, func(c *call) seq { return seq{do(c.str(0), c.str(1))} }}
	}
	nums := func(do func(float64) float64) function {
		return function{1, 2, func(c *call) seq { return seq{do(c.num(0))} }}
	}
	fold := func(do func([]float64) any) function {
		return function{1, 2, func(c *call) seq {
			var ns []float64
			for _, it := range c.arg(0) {
				ns = append(ns, number(seq{it}))
			}
			return seq{do(ns)}
		}}
	}
	nodeName := function{0, 1, func(c *call) seq {
		if items := c.orSelf(0); len(items) > 0 {
			if r, ok := items[0].(ref); ok {
				return seq{r.name()}
			}
		}
		return seq{""}
	}}
	asItself := function{1, 1, func(c *call) seq { return c.arg(0) }}
	return map[string]function{
		"position": {0, 0, func(c *call) seq { return seq{float64(c.f.pos)} }},
		"last":     {0, 0, func(c *call) seq { return seq{float64(c.f.size)} }},
		"count":    {1, 1, func(c *call) seq { return seq{float64(len(c.arg(0)))} }},
		"exists":   {1, 1, func(c *call) seq { return seq{len(c.arg(0)) > 0} }},
		"empty":    {1, 1, func(c *call) seq { return seq{len(c.arg(0)) == 0} }},
		"name":     nodeName, "local-name": nodeName, "node-name": nodeName,
		"namespace-uri": {0, 1, func(*call) seq { return seq{""} }},
		"root": {0, 1, func(c *call) seq {
			n := c.f.at.n
			for n.Parent != nil {
				n = n.Parent
			}
			return seq{ref{n, none}}
		}},

		"true":    {0, 0, func(*call) seq { return seq{true} }},
		"false":   {0, 0, func(*call) seq { return seq{false} }},
		"not":     {1, 1, func(c *call) seq { return seq{!truth(c.arg(0))} }},
		"boolean": {1, 1, func(c *call) seq { return seq{truth(c.arg(0))} }},

		"string":      {0, 1, func(c *call) seq { return seq{c.text(0)} }},
		"data":        {0, 1, func(c *call) seq { return texts(c.orSelf(0)) }},
		"contains":    strs(strings.Contains),
		"starts-with": strs(strings.HasPrefix),
		"ends-with":   strs(strings.HasSuffix),
		"concat": {2, many, func(c *call) seq {
			var b strings.Builder
			for i := range c.args {
				c.ev.step()
				b.WriteString(c.str(i))
			}
			return seq{b.String()}
		}},
		"string-join": {1, 2, func(c *call) seq {
			var parts []string
			for _, it := range c.arg(0) {
				parts = append(parts, text(it))
			}
			return seq{strings.Join(parts, str(c.orElse(1, nil)))}
		}},
		"substring":        {2, 3, substring},
		"substring-before": {2, 3, func(c *call) seq { return cutAt(c, true) }},
		"substring-after":  {2, 3, func(c *call) seq { return cutAt(c, false) }},
		"string-length":    {0, 1, func(c *call) seq { return seq{float64(utf8.RuneCountInString(c.text(0)))} }},
		"normalize-space":  {0, 1, func(c *call) seq { return seq{strings.Join(strings.Fields(c.text(0)), " ")} }},
		"translate":        {3, 3, translate},
		"lower-case":       {1, 1, func(c *call) seq { return seq{strings.ToLower(c.str(0))} }},
		"upper-case":       {1, 1, func(c *call) seq { return seq{strings.ToUpper(c.str(0))} }},
		"compare":          {2, 3, func(c *call) seq { return seq{float64(strings.Compare(c.str(0), c.str(1)))} }},
		"matches":          {2, 3, func(c *call) seq { return seq{c.pattern(1, 2).MatchString(c.str(0))} }},
		"replace": {3, 4, func(c *call) seq {
			with := strings.NewReplacer(`\$`, "$$", `\\`, `\`).Replace(c.str(2))
			out := c.pattern(1, 3).ReplaceAllString(c.str(0), with)
			if len(out) > 1<<20 {
				c.ev.fail("replace() makes a text that is too long")
			}
			return seq{out}
		}},
		"tokenize": {2, 3, func(c *call) seq {
			var out seq
			for _, t := range c.pattern(1, 2).Split(c.str(0), -1) {
				out = append(out, t)
			}
			return out
		}},

		"number":  {0, 1, func(c *call) seq { return seq{number(c.orSelf(0))} }},
		"floor":   nums(math.Floor),
		"ceiling": nums(math.Ceil),
		"round":   nums(func(n float64) float64 { return math.Floor(n + 0.5) }),
		"abs":     nums(math.Abs),
		"sum": fold(func(ns []float64) any {
			total := 0.0
			for _, n := range ns {
				total += n
			}
			return total
		}),
		"min": fold(func(ns []float64) any {
			if len(ns) == 0 {
				return math.NaN()
			}
			return slices.Min(ns)
		}),
		"max": fold(func(ns []float64) any {
			if len(ns) == 0 {
				return math.NaN()
			}
			return slices.Max(ns)
		}),
		"reverse": {1, 1, func(c *call) seq {
			out := slices.Clone(c.arg(0))
			slices.Reverse(out)
			return out
		}},
		"distinct-values": {1, 2, func(c *call) seq {
			var out seq
			for _, t := range texts(c.arg(0)) {
				if !slices.Contains(out, t) {
					out = append(out, t)
				}
				c.ev.step()
			}
			return out
		}},
		"exactly-one": asItself, "zero-or-one": asItself, "one-or-more": asItself,
	}
}

func texts(s seq) seq {
	out := make(seq, len(s))
	for i, it := range s {
		out[i] = text(it)
	}
	return out
}

// substring counts characters from 1 and rounds. Source: XPath 1.0 §4.2.
func substring(c *call) seq {
	from := math.Floor(c.num(1) + 0.5)
	to := math.Inf(1)
	if c.has(2) {
		to = from + math.Floor(c.num(2)+0.5)
	}
	var b strings.Builder
	pos := 0.0
	for _, r := range c.str(0) {
		if pos++; pos >= from && pos < to {
			b.WriteRune(r)
		}
	}
	return seq{b.String()}
}

func cutAt(c *call, before bool) seq {
	head, tail, ok := strings.Cut(c.str(0), c.str(1))
	switch {
	case !ok:
		return seq{""}
	case before:
		return seq{head}
	}
	return seq{tail}
}

func translate(c *call) seq {
	from, to := []rune(c.str(1)), []rune(c.str(2))
	return seq{strings.Map(func(r rune) rune {
		c.ev.step()
		i := slices.Index(from, r)
		switch {
		case i < 0:
			return r
		case i < len(to):
			return to[i]
		}
		return -1
	}, c.str(0))}
}

// pattern compiles a regular expression, which Go evaluates in linear time.
func (c *call) pattern(i, flags int) *regexp.Regexp {
	expr, with := c.str(i), ""
	if c.has(flags) {
		for _, f := range c.str(flags) {
			if !strings.ContainsRune("ims", f) {
				c.ev.fail("the flag %q of a pattern is not known", string(f))
			}
			with += string(f)
		}
	}
	if with != "" {
		expr = "(?" + with + ")" + expr
	}
	if re, ok := c.ev.patterns[expr]; ok {
		return re
	}
	c.ev.left -= 20 * len(expr) // compiling costs about as much as that many steps
	c.ev.step()
	re, err := regexp.Compile(expr)
	if err != nil {
		c.ev.fail("the pattern is not understood: %w", err)
	}
	if len(c.ev.patterns) < 100 {
		c.ev.patterns[expr] = re
	}
	return re
}
