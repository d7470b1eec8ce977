package config

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// maxDepth bounds how deep mappings and lists may nest; capabilities are the
// deepest thing in a sensible file.
const maxDepth = 32

// maxProblems bounds what is said about one file.
const maxProblems = 50

// tree is a YAML document as plain values (map[string]any, []any, string,
// int64, uint64, float64, bool, nil), with the line of every field.
//
// Anchors, aliases, merges and tags are refused: with them a small file can
// grow without bound, and a line no longer tells where a value comes from.
type tree struct {
	file     string
	root     any
	places   map[string]place // by pointer
	problems []Problem
}

// place is where a field stands.
type place struct {
	field string // such as "testbeds[0].plugs.device"
	line  int
}

// pointer is a JSON pointer (RFC 6901) to a field.
func pointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(t))
	}
	return b.String()
}

func newTree(file string, body ast.Node) *tree {
	t := &tree{file: file, places: map[string]place{"": {}}}
	t.root = t.value(body, nil, "", 0)
	return t
}

// at is the place of a field, or of the nearest thing above it that exists.
func (t *tree) at(tokens ...string) place {
	for n := len(tokens); n >= 0; n-- {
		if p, ok := t.places[pointer(tokens[:n])]; ok {
			for _, missing := range tokens[n:] {
				p.field = join(p.field, missing)
			}
			return p
		}
	}
	return place{}
}

// has tells whether the file gives that field.
func (t *tree) has(tokens ...string) bool {
	_, ok := t.places[pointer(tokens)]
	return ok
}

func (t *tree) problem(line int, field, text, hint string) {
	t.problems = append(t.problems, Problem{File: t.file, Line: line, Field: field, Text: text, Hint: hint})
}

// report adds a problem with a field that is named by its tokens.
func (t *tree) report(text, hint string, tokens ...string) {
	p := t.at(tokens...)
	t.problem(p.line, p.field, text, hint)
}

func (t *tree) value(n ast.Node, tokens []string, field string, depth int) any {
	if depth > maxDepth {
		t.problem(lineOf(n), field, "nested too deep", fmt.Sprintf("at most %d levels are read", maxDepth))
		return nil
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode:
		m := make(map[string]any, len(n.Values))
		for _, v := range n.Values {
			t.entry(m, v, tokens, field, depth)
		}
		return m
	case *ast.MappingValueNode:
		m := make(map[string]any, 1)
		t.entry(m, n, tokens, field, depth)
		return m
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, v := range n.Values {
			at := child(tokens, strconv.Itoa(i))
			name := field + "[" + strconv.Itoa(i) + "]"
			t.places[pointer(at)] = place{name, lineOf(v)}
			list[i] = t.value(v, at, name, depth+1)
		}
		return list
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.IntegerNode:
		switch v := n.Value.(type) {
		case int64, uint64:
			return v
		}
	case *ast.FloatNode:
		if !math.IsInf(n.Value, 0) && !math.IsNaN(n.Value) {
			return n.Value
		}
	case *ast.BoolNode:
		return n.Value
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		t.problem(lineOf(n), field, "anchors, aliases and merges are not read", "write the value out")
		return nil
	case *ast.TagNode:
		t.problem(lineOf(n), field, "tags are not read", "write the value without a tag")
		return nil
	}
	t.problem(lineOf(n), field, "cannot be read as text, a number, yes or no, a list or a mapping", "put text in quotes")
	return nil
}

func (t *tree) entry(m map[string]any, v *ast.MappingValueNode, tokens []string, field string, depth int) {
	key, ok := v.Key.(*ast.StringNode)
	if !ok {
		text := "a key must be plain text"
		if v.Key.IsMergeKey() {
			text = "anchors, aliases and merges are not read"
		}
		t.problem(lineOf(v), field, text, "")
		return
	}
	at, name, line := child(tokens, key.Value), join(field, key.Value), lineOf(key)
	if first, ok := t.places[pointer(at)]; ok {
		t.problem(line, name, fmt.Sprintf("given twice, first in line %d", first.line), "keep one of the two")
		return
	}
	t.places[pointer(at)] = place{name, line}
	m[key.Value] = t.value(v.Value, at, name, depth+1)
}

// child is tokens with one more, never sharing memory with a sibling.
func child(tokens []string, token string) []string {
	return append(tokens[:len(tokens):len(tokens)], token)
}

// join adds a key to the name of a field.
func join(field, key string) string {
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`."[]`, r) || !strconv.IsPrint(r) }) {
		return field + "[" + strconv.Quote(shorten(key)) + "]"
	}
	if field == "" {
		return shorten(key)
	}
	return field + "." + shorten(key)
}

// shorten bounds what a message repeats of the file.
func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func lineOf(n ast.Node) int {
	if n == nil {
		return 0
	}
	return tokenLine(n.GetToken())
}

func tokenLine(t *token.Token) int {
	if t == nil || t.Position == nil {
		return 0
	}
	return t.Position.Line
}

// sorted are the problems in the order of their lines and, within a line, of
// their names; one for each field, the first that was found.
func sorted(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field))
	})
	seen := make(map[string]bool)
	var out []Problem
	for _, p := range problems {
		if len(out) == maxProblems {
			return append(out, Problem{File: p.File, Line: p.Line, Text: "more is wrong from this line on", Hint: "correct these first"})
		}
		key := fmt.Sprint(p.Line, p.Field)
		if p.Field != "" && seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, p)
	}
	return out
}
