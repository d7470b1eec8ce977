// Package yamlat says where in a YAML file of the user's something is wrong: with
// file, line and field.
//
// It knows nothing of what the files are about.
package yamlat

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	File  string
	Line  int    // from 1; 0 where there is none
	Field string // such as "cases[0].criterion.target"; may be empty
	Text  string
}

func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s += fmt.Sprintf(":%d", p.Line)
	}
	if p.Field != "" {
		s += ": " + p.Field
	}
	return s + ": " + p.Text
}

// File is a file that was parsed, and what was found to be wrong with it. One
// that could not be parsed has no lines.
type File struct {
	Name     string
	Problems []Problem
	data     []byte
	tree     *ast.File
}

// Parse parses a file. ok is false if it is no YAML; then its problems say why.
func Parse(name string, data []byte) (f *File, ok bool) {
	f = &File{Name: name, data: data}
	defer func() {
		// The parser of the library is not ours to trust with foreign input.
		if recover() != nil {
			f.tree, ok = nil, false
			f.Add("", "is not YAML that can be read")
		}
	}()
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		f.failed(err)
		return f, false
	}
	f.tree = tree
	return f, true
}

// Decode reads the file into a value, strictly. It is false if that cannot be
// done; then the problems say why.
func (f *File) Decode(into any) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
			f.Add("", "is not YAML that can be read")
		}
	}()
	if err := yaml.UnmarshalWithOptions(f.data, into, yaml.Strict()); err != nil {
		f.failed(err)
		return false
	}
	return true
}

// failed keeps the library's line and words, and leaves its picture of the source out.
func (f *File) failed(err error) {
	p := Problem{File: f.Name, Text: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		p.Text = at.GetMessage()
		if t := at.GetToken(); t != nil && t.Position != nil {
			p.Line = t.Position.Line
		}
	}
	f.Problems = append(f.Problems, p)
}

// Add reports a problem at a field, such as "cases[0].id".
func (f *File) Add(field, format string, args ...any) {
	f.Problems = append(f.Problems, Problem{File: f.Name, Line: f.Line(field), Field: field, Text: fmt.Sprintf(format, args...)})
}

// Line is where a field stands, or the nearest field around it that is there.
func (f *File) Line(field string) (line int) {
	defer func() {
		if recover() != nil { // the library again
			line = 0
		}
	}()
	for f.tree != nil && field != "" {
		if p, err := yaml.PathString("$." + field); err == nil {
			if n, err := p.FilterFile(f.tree); err == nil && n != nil && n.GetToken() != nil {
				return n.GetToken().Position.Line
			}
		}
		cut := strings.LastIndexAny(field, ".[")
		if cut < 0 {
			break
		}
		field = field[:cut]
	}
	return 0
}
