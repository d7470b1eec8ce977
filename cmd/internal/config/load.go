package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxSize bounds the file, in bytes: a farm of two hundred phones needs a
// tenth of it.
const maxSize = 1 << 20

// Load reads a configuration file. What is given in it as a path is made
// relative to its folder. Every error is an *[Error].
func Load(path string) (*Config, error) {
	data, err := read(path)
	if err != nil {
		text, hint := err.Error(), ""
		var pe *fs.PathError
		if errors.As(err, &pe) {
			text = pe.Err.Error()
		}
		if errors.Is(err, fs.ErrNotExist) {
			hint = "name the configuration file with --config"
		}
		return nil, &Error{Problems: []Problem{{File: path, Text: "cannot be read: " + text, Hint: hint}}, Err: err}
	}
	return parse(path, data)
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSize {
		return nil, fmt.Errorf("larger than %d bytes", maxSize)
	}
	return data, nil
}

// parse reads the text of a configuration file. The shape is judged by the
// published schema, so that an editor and a run never disagree; what a schema
// cannot say follows after it.
func parse(file string, data []byte) (*Config, error) {
	body, p := document(file, data)
	if p != nil {
		return nil, &Error{Problems: []Problem{*p}}
	}
	t := newTree(file, body)
	if len(t.problems) > 0 {
		return nil, &Error{Problems: sorted(t.problems)}
	}
	t.secrets()
	t.schema()

	var options []yaml.DecodeOption
	if len(t.problems) == 0 {
		options = append(options, yaml.Strict())
	}
	c := &Config{Path: file, Runs: DefaultRuns, Seed: defaultSeed}
	err := decode(body, c, options...)
	if err == nil {
		t.complete(c)
		t.judge(c)
	}
	if len(t.problems) > 0 {
		return nil, &Error{Problems: sorted(t.problems)}
	}
	if err != nil {
		return nil, &Error{Problems: []Problem{yamlProblem(file, err)}}
	}
	c.anchor(filepath.Dir(file))
	return c, nil
}

// document is the one document of a YAML file.
func document(file string, data []byte) (body ast.Node, p *Problem) {
	defer func() {
		// The parser of the library is not ours to trust with foreign input.
		if r := recover(); r != nil {
			body, p = nil, &Problem{File: file, Text: "is not YAML that can be read"}
		}
	}()
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) || bytes.ContainsRune(line, 0) {
			return nil, &Problem{File: file, Line: i + 1, Text: "is not text in UTF-8", Hint: "save the file as UTF-8"}
		}
	}
	f, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		p := yamlProblem(file, err)
		return nil, &p
	}
	var bodies []ast.Node
	for _, d := range f.Docs {
		if d.Body != nil && d.Body.Type() != ast.NullType && d.Body.Type() != ast.CommentType {
			bodies = append(bodies, d.Body)
		}
	}
	switch {
	case len(bodies) == 0:
		return nil, &Problem{File: file, Text: "is empty", Hint: "leave the file away to use the built-in virtual testbed"}
	case len(bodies) > 1:
		return nil, &Problem{File: file, Line: lineOf(bodies[1]), Text: "holds a second document", Hint: "keep one, without ---"}
	}
	return bodies[0], nil
}

func decode(body ast.Node, c *Config, options ...yaml.DecodeOption) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot be decoded: %v", r)
		}
	}()
	return yaml.NodeToValue(body, c, options...)
}

func yamlProblem(file string, err error) Problem {
	p := Problem{File: file, Text: strings.ToLower(firstLine(err.Error()))}
	var e yaml.Error
	if errors.As(err, &e) {
		p.Line, p.Text = tokenLine(e.GetToken()), firstLine(e.GetMessage())
	}
	var se *yaml.SyntaxError
	if errors.As(err, &se) {
		p.Text, p.Hint = "not valid YAML: "+p.Text, "check the indentation, and put text with special characters in quotes"
	}
	return p
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return shorten(line)
}

// anchor makes the paths of the file independent of the working directory.
func (c *Config) anchor(base string) {
	for _, p := range []*string{&c.Features, &c.Runs, &c.Screens.Alexa} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(base, *p)
		}
	}
	for _, b := range c.Testbeds {
		if b.Phone != nil {
			anchor(b.Phone.Capabilities, base)
		}
	}
}

// Default is the configuration that holds when there is no file: the built-in
// virtual testbed.
func Default() *Config {
	t := Testbed{Name: DefaultTestbed, Virtual: defaultVirtual()}
	t.setDefaults()
	c := &Config{
		Version:  1,
		Plan:     DefaultPlan,
		Product:  Product{DeviceName: DefaultDevice},
		Testbeds: []Testbed{t},
		Seed:     defaultSeed,
		Runs:     DefaultRuns,
	}
	(&tree{}).complete(c)
	return c
}
