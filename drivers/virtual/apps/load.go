package apps

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

//go:embed models/*.yaml
var builtin embed.FS

// maxModel bounds a model's file, in bytes.
const maxModel = 4 << 20

// Error says where a model is wrong.
type Error struct {
	File    string
	Line    int    // from 1; 0 if not known
	Field   string // such as screens.devices.body.children[2].tap; "" if not known
	Message string
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	b.WriteString(": ")
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Message)
	return b.String()
}

// Builtin are the names of the embedded models, such as "alexa-2023.23".
func Builtin() []string {
	entries, err := fs.ReadDir(builtin, "models")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Source is the text of an embedded model, to copy and change.
func Source(name string) ([]byte, error) {
	b, err := builtin.ReadFile(path.Join("models", name+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("no built-in app model %q; there are %s", name, strings.Join(Builtin(), ", "))
	}
	return b, nil
}

// Load reads a model: a built-in one by its name, any other by its path (which
// contains a slash, a backslash, or ends in .yaml or .yml).
func Load(nameOrPath string, v Vocabulary) (*Model, error) {
	if ext := filepath.Ext(nameOrPath); ext == ".yaml" || ext == ".yml" || strings.ContainsAny(nameOrPath, `/\`) {
		return loadFile(nameOrPath, v)
	}
	b, err := Source(nameOrPath)
	if err != nil {
		return nil, err
	}
	return Parse(nameOrPath+".yaml", b, v)
}

func loadFile(name string, v Vocabulary) (*Model, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("app model: %w", err)
	}
	if info.Size() > maxModel || !info.Mode().IsRegular() {
		return nil, &Error{File: name, Message: fmt.Sprintf("is no regular file of at most %d bytes", maxModel)}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("app model: %w", err)
	}
	return Parse(name, b, v)
}

// Parse decodes and checks a model; every error is, or wraps, an *[Error].
func Parse(file string, source []byte, v Vocabulary) (m *Model, err error) {
	if len(source) > maxModel {
		return nil, &Error{File: file, Message: fmt.Sprintf("is larger than %d bytes", maxModel)}
	}
	// The YAML parser is known to panic on some malformed input.
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, &Error{File: file, Message: fmt.Sprintf("cannot be parsed as YAML: %v", r)}
		}
	}()
	tree, err := parser.ParseBytes(source, 0)
	if err != nil {
		return nil, located(file, err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, &Error{File: file, Message: "must hold one YAML document"}
	}
	if a := firstAlias(tree.Docs[0].Body); a != nil {
		return nil, located(file, wrong(a, "anchors and aliases are not supported: what several screens use is one of the parts"))
	}
	m = &Model{}
	if err := yaml.NodeToValue(tree.Docs[0].Body, m, yaml.Strict()); err != nil {
		return nil, located(file, err)
	}
	if field, msg := m.check(v); msg != "" {
		return nil, &Error{File: file, Line: lineOf(tree, field), Field: field, Message: msg}
	}
	return m, nil
}

// firstAlias finds an alias. A few lines of them can stand for more elements
// than fit into memory.
func firstAlias(n ast.Node) (found ast.Node) {
	ast.Walk(visitor(func(n ast.Node) bool {
		if n.Type() == ast.AliasType || n.Type() == ast.AnchorType || n.Type() == ast.MergeKeyType {
			found = n
		}
		return found == nil
	}), n)
	return found
}

type visitor func(ast.Node) bool

func (v visitor) Visit(n ast.Node) ast.Visitor {
	if v(n) {
		return v
	}
	return nil
}

func located(file string, err error) error {
	var y yaml.Error
	if !errors.As(err, &y) {
		return &Error{File: file, Message: err.Error()}
	}
	e := &Error{File: file, Message: y.GetMessage()}
	if t := y.GetToken(); t != nil && t.Position != nil {
		e.Line = t.Position.Line
	}
	return e
}

// lineOf finds the line of a field, or of the nearest thing around it.
func lineOf(tree *ast.File, field string) int {
	for field != "" {
		if p, err := yaml.PathString("$." + field); err == nil {
			if n, err := p.FilterFile(tree); err == nil && n != nil && n.GetToken() != nil {
				return n.GetToken().Position.Line
			}
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return 1
}
