package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds of the text. The YAML parser needs time and memory that grow with the
// square of how deep things nest: what it is given is bounded before.
const (
	maxSize    = 128 << 10 // bytes; two hundred phones need less
	maxLine    = 4096      // bytes of a line, and thereby the depth of indentation
	maxBracket = 500       // brackets that are open at once
)

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
	// Opening a pipe would wait for its other end.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, errors.New("it is no regular file")
	}
	return io.ReadAll(io.LimitReader(f, maxSize+1))
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
	c.Warnings = sorted(c.Warnings)
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
	if p := textTrouble(file, data); p != nil {
		return nil, p
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

// textTrouble is what keeps a text from being parsed at all.
func textTrouble(file string, data []byte) *Problem {
	if len(data) > maxSize {
		return &Problem{File: file, Text: fmt.Sprintf("is larger than %d KiB", maxSize>>10)}
	}
	open := 0
	for i, line := range bytes.Split(data, []byte("\n")) {
		switch {
		case !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0:
			return &Problem{File: file, Line: i + 1, Text: "is not text in UTF-8", Hint: "save the file as UTF-8"}
		case len(line) > maxLine:
			return &Problem{File: file, Line: i + 1, Text: fmt.Sprintf("a line of more than %d bytes", maxLine), Hint: "is this the right file?"}
		}
		for _, c := range line {
			switch c {
			case '[', '{':
				open++
			case ']', '}':
				open = max(open-1, 0)
			}
		}
		if open > maxBracket {
			return &Problem{File: file, Line: i + 1, Text: fmt.Sprintf("more than %d brackets are open", maxBracket), Hint: "is this the right file?"}
		}
	}
	return nil
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
		if strings.Contains(p.Text, "\t") {
			p.Text, p.Hint = "not valid YAML: a tab where there must be spaces", "indent with spaces"
		}
		p.Text = strings.Map(func(r rune) rune {
			if !strconv.IsPrint(r) {
				return '�'
			}
			return r
		}, p.Text)
	}
	return p
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return shorten(line)
}

// anchor makes the paths of the file independent of the working directory.
func (c *Config) anchor(base string) {
	for _, p := range []*string{&c.Features, &c.Runs, &c.Plans, &c.Waivers, &c.Screens.Partner, &c.Screens.Amazon, &c.Screens.Dialogs} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(base, *p)
		}
	}
	for i, f := range c.Screens.Alexa {
		if isPath(f) && !filepath.IsAbs(f) {
			c.Screens.Alexa[i] = filepath.Join(base, f)
		}
	}
	for i := range c.Testbeds {
		b := &c.Testbeds[i]
		files := []*string{&b.Accounts.Partner.PasswordFile, &b.Accounts.Amazon.PasswordFile}
		if code := b.Accounts.Amazon.Code; code != nil {
			files = append(files, &code.TOTPFile)
		}
		for _, p := range files {
			if *p != "" && !filepath.IsAbs(*p) {
				*p = filepath.Join(base, *p)
			}
		}
		if l := b.DeviceLog; l != nil && l.File != "" && !filepath.IsAbs(l.File) {
			l.File = filepath.Join(base, l.File)
		}
		if b.Phone != nil {
			anchor(b.Phone.Capabilities, base)
		}
		if v := b.Virtual; v != nil && isPath(v.App) && !filepath.IsAbs(v.App) {
			v.App = filepath.Join(base, v.App)
		}
		if v := b.Virtual; v != nil && v.Replay != "" && !filepath.IsAbs(v.Replay) {
			v.Replay = filepath.Join(base, v.Replay)
		}
		if v := b.Virtual; v != nil && isPath(v.PartnerApp) && !filepath.IsAbs(v.PartnerApp) {
			v.PartnerApp = filepath.Join(base, v.PartnerApp)
		}
	}
}

// isPath tells the path of an app's model, or of a screen map, from the name of a built-in one.
func isPath(app string) bool {
	ext := filepath.Ext(app)
	return ext == ".yaml" || ext == ".yml" || strings.ContainsAny(app, `/\`)
}

// Default is the configuration that holds when there is no file: the built-in
// virtual testbed.
func Default() *Config {
	t := Testbed{Name: DefaultTestbed, Virtual: defaultVirtual(), Timing: DefaultTiming()}
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
