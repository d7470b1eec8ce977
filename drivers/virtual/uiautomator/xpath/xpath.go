// Package xpath evaluates XPath over the page source of the virtual phone:
// XPath 1.0 with the comparisons and string functions of XPath 2.0 that
// locators use, as the UiAutomator2 server's XPath 2.0 engine understands them.
// It is here because the libraries at hand count positions wrongly where
// predicates follow one another.
//
// It knows elements and attributes only; it must not know what they mean.
// Evaluation is bounded, as expressions come from outside.
package xpath

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Bounds of an expression and of its evaluation.
const (
	MaxLength  = 16 << 10  // bytes
	MaxNesting = 200       // levels of brackets and operators
	MaxSteps   = 8_000_000 // nodes looked at
)

// ErrBudget says that an evaluation took more than [MaxSteps].
var ErrBudget = errors.New("the expression takes too many steps on this document")

// SyntaxError says what is wrong with an expression, and where.
type SyntaxError struct {
	Offset  int // bytes
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at character %d", e.Message, e.Offset+1)
}

// Attr is an attribute.
type Attr struct{ Name, Value string }

// Node is an element; the document is a node without a name that has the root
// element as its child. Build the tree, then call [Node.Number].
type Node struct {
	Name     string
	Parent   *Node
	Children []*Node
	// Attributes are asked for when they are needed.
	Attributes func() []Attr
	// Data is the caller's.
	Data any

	attrs []Attr
	asked bool
	pos   int // among the parent's children
	order int // in the document
}

// Number gives every node its place; it is called on the document once.
func (n *Node) Number() { n.number(0) }

func (n *Node) number(next int) int {
	n.order = next
	next++
	for i, c := range n.Children {
		c.pos = i
		next = c.number(next)
	}
	return next
}

func (n *Node) attributes() []Attr {
	if !n.asked && n.Attributes != nil {
		n.attrs = n.Attributes()
	}
	n.asked = true
	return n.attrs
}

// Expr is a compiled expression. It may be used by several goroutines.
type Expr struct {
	text string
	root expr
}

// Compile parses an expression. The error is a *[SyntaxError].
func Compile(text string) (*Expr, error) {
	if len(text) > MaxLength {
		return nil, &SyntaxError{MaxLength, fmt.Sprintf("the expression is longer than %d bytes", MaxLength)}
	}
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	return &Expr{text, root}, nil
}

// Select returns the elements that the expression selects from a node, in
// document order. Attributes and values are passed over. The error is
// [ErrBudget], that of ctx, or says what cannot be evaluated.
func (x *Expr) Select(ctx context.Context, from *Node) (found []*Node, err error) {
	ev := &evaluation{ctx: ctx, left: MaxSteps, patterns: map[string]*regexp.Regexp{}}
	defer func() {
		if r := recover(); r != nil {
			stop, ok := r.(stopped)
			if !ok {
				panic(r)
			}
			found, err = nil, stop.err
		}
	}()
	v := x.root.eval(ev, focus{at: ref{n: from, attr: none}, pos: 1, size: 1})
	for _, it := range v {
		if r, ok := it.(ref); ok && r.attr == none && r.n.Parent != nil {
			found = append(found, r.n)
		}
	}
	slices.SortFunc(found, func(a, b *Node) int { return a.order - b.order })
	return slices.Compact(found), nil
}

// stopped carries an error out of an evaluation.
type stopped struct{ err error }

type evaluation struct {
	ctx      context.Context
	left     int
	patterns map[string]*regexp.Regexp // compiled already
}

func (ev *evaluation) step() {
	if ev.left--; ev.left <= 0 {
		panic(stopped{ErrBudget})
	}
	if ev.left&0xFFFF == 0 {
		if err := ev.ctx.Err(); err != nil {
			panic(stopped{err})
		}
	}
}

func (ev *evaluation) fail(format string, args ...any) {
	panic(stopped{fmt.Errorf(format, args...)})
}

// none is the attr of a ref that is no attribute.
const none = -1

// ref is an element, or one of its attributes.
type ref struct {
	n    *Node
	attr int
}

func (r ref) before(o ref) int {
	if c := r.n.order - o.n.order; c != 0 {
		return c
	}
	return r.attr - o.attr
}

func (r ref) name() string {
	if r.attr != none {
		return r.n.attributes()[r.attr].Name
	}
	return r.n.Name
}

// value is the text of a ref: elements hold none.
func (r ref) value() string {
	if r.attr != none {
		return r.n.attributes()[r.attr].Value
	}
	return ""
}

// seq is a value: a sequence of ref, string, float64 and bool.
type seq []any

// focus is what an expression is evaluated for.
type focus struct {
	at        ref
	item      any // the context item where it is no node
	pos, size int
	vars      *binding
}

type binding struct {
	name string
	is   seq
	next *binding
}

type expr interface {
	eval(ev *evaluation, f focus) seq
}
