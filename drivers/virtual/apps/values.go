package apps

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"
)

// SizeKind tells how large an element wants to be.
type SizeKind int

// The kinds of sizes.
const (
	SizeAuto SizeKind = iota // what suits the parent's layout
	SizeWrap                 // as large as the content
	SizeFill                 // as large as the parent allows; several share
	SizeDP                   // a fixed number of dp
)

// Size is a width or a height.
type Size struct {
	Kind SizeKind
	DP   int
}

// UnmarshalYAML reads "fill", "wrap" or a number of dp from 0 to 10000.
func (s *Size) UnmarshalYAML(n ast.Node) error {
	switch t := text(n); t {
	case "fill":
		*s = Size{Kind: SizeFill}
	case "wrap":
		*s = Size{Kind: SizeWrap}
	default:
		dp, err := strconv.Atoi(t)
		if err != nil || dp < 0 || dp > maxDP {
			return wrong(n, "%q is neither fill, wrap nor a number of dp up to %d", t, maxDP)
		}
		*s = Size{SizeDP, dp}
	}
	return nil
}

const maxDP = 10000

// JSONSchema describes a size.
func (Size) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		OneOf: []*jsonschema.Schema{
			{Type: "string", Enum: []any{"fill", "wrap"}},
			{Type: "integer", Minimum: "0", Maximum: "10000"},
		},
		Description: "fill, wrap, or a number of dp",
	}
}

// Insets are distances from the four edges in dp.
type Insets struct{ Top, Right, Bottom, Left int }

// UnmarshalYAML reads one number, [vertical, horizontal], or [top, right,
// bottom, left].
func (i *Insets) UnmarshalYAML(n ast.Node) error {
	var list []int
	if one, err := strconv.Atoi(text(n)); err == nil {
		list = []int{one}
	} else if err := yaml.NodeToValue(n, &list); err != nil {
		return wrong(n, "distances are one number or a list of 2 or 4 numbers")
	}
	for _, d := range list {
		if d < -maxDP || d > maxDP {
			return wrong(n, "distance %d is out of bounds", d)
		}
	}
	switch len(list) {
	case 1:
		*i = Insets{list[0], list[0], list[0], list[0]}
	case 2:
		*i = Insets{list[0], list[1], list[0], list[1]}
	case 4:
		*i = Insets{list[0], list[1], list[2], list[3]}
	default:
		return wrong(n, "%d distances: one, two (vertical, horizontal) or four (top, right, bottom, left) are possible", len(list))
	}
	return nil
}

// JSONSchema describes insets.
func (Insets) JSONSchema() *jsonschema.Schema {
	number := &jsonschema.Schema{Type: "integer"}
	return &jsonschema.Schema{
		OneOf:       []*jsonschema.Schema{number, {Type: "array", Items: number}},
		Description: "dp: one number, [vertical, horizontal], or [top, right, bottom, left]",
	}
}

// Op compares.
type Op string

// The comparisons.
const (
	OpIs    Op = "is"
	OpIsNot Op = "is_not"
	OpIn    Op = "in"     // one of several values, separated by commas
	OpNotIn Op = "not_in" // none of them
)

// Condition is "field op value". A value that is left out is the empty text.
type Condition struct {
	Field string
	Op    Op
	Value string
}

func (c Condition) String() string {
	return strings.TrimSpace(c.Field + " " + string(c.Op) + " " + c.Value)
}

// Holds tells whether the condition holds for the field's value.
func (c Condition) Holds(value string) bool {
	switch c.Op {
	case OpIs:
		return value == c.Value
	case OpIsNot:
		return value != c.Value
	case OpIn, OpNotIn:
		for _, v := range strings.Split(c.Value, ",") {
			if strings.TrimSpace(v) == value {
				return c.Op == OpIn
			}
		}
		return c.Op == OpNotIn
	}
	return false
}

// ParseCondition reads "field op value".
func ParseCondition(s string) (Condition, error) {
	field, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	op, value, _ := strings.Cut(strings.TrimSpace(rest), " ")
	c := Condition{field, Op(op), strings.TrimSpace(value)}
	switch c.Op {
	case OpIs, OpIsNot, OpIn, OpNotIn:
	default:
		return c, fmt.Errorf("condition %q is not of the form \"field op value\" with op one of is, is_not, in, not_in", s)
	}
	return c, nil
}

// Conditions hold when all of them hold; none hold always.
type Conditions []Condition

// UnmarshalYAML reads one condition or a list of them.
func (c *Conditions) UnmarshalYAML(n ast.Node) error {
	*c = nil
	for _, one := range oneOrMore(n) {
		if one.Type() == ast.MappingType || one.Type() == ast.SequenceType {
			return wrong(one, "a condition is text of the form \"field op value\"")
		}
		cond, err := ParseCondition(text(one))
		if err != nil {
			return wrong(one, "%v", err)
		}
		*c = append(*c, cond)
	}
	return nil
}

// Holds tells whether all conditions hold, asking field for the values.
func (c Conditions) Holds(field func(string) string) bool {
	for _, one := range c {
		if !one.Holds(field(one.Field)) {
			return false
		}
	}
	return true
}

// JSONSchema describes conditions.
func (Conditions) JSONSchema() *jsonschema.Schema {
	one := &jsonschema.Schema{Type: "string", Pattern: `^\S+ (is|is_not|in|not_in)( .*)?$`}
	return &jsonschema.Schema{
		OneOf:       []*jsonschema.Schema{one, {Type: "array", Items: one}},
		Description: "\"field op value\" with op one of is, is_not, in, not_in; all of a list must hold",
	}
}

// Actions are done one after the other.
type Actions []Action

// UnmarshalYAML reads an action's name, one action, or a list of either.
func (a *Actions) UnmarshalYAML(n ast.Node) error {
	*a = nil
	for _, one := range oneOrMore(n) {
		var act Action
		switch one.Type() {
		case ast.MappingType, ast.MappingValueType:
			if err := yaml.NodeToValue(one, &act, yaml.Strict()); err != nil {
				return err
			}
		case ast.SequenceType:
			return wrong(one, "a list inside a list of actions")
		default:
			act.Do = text(one)
		}
		*a = append(*a, act)
	}
	return nil
}

// JSONSchema describes actions.
func (Actions) JSONSchema() *jsonschema.Schema {
	one := &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		{Type: "string"}, {Ref: "#/$defs/Action"},
	}}
	return &jsonschema.Schema{
		OneOf:       []*jsonschema.Schema{{Type: "string"}, {Ref: "#/$defs/Action"}, {Type: "array", Items: one}},
		Description: "an action's name, an action, or a list of them",
	}
}

// oneOrMore are the members of a list, or the node itself.
func oneOrMore(n ast.Node) []ast.Node {
	if list, ok := n.(*ast.SequenceNode); ok {
		return list.Values
	}
	return []ast.Node{n}
}

// text is the content of a scalar.
func text(n ast.Node) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	return strings.TrimSpace(n.String())
}

// wrong is an error at the place of a node.
func wrong(n ast.Node, format string, args ...any) error {
	return &yaml.SyntaxError{Message: fmt.Sprintf(format, args...), Token: n.GetToken()}
}
