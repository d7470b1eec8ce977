package screen

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"ffscert/features/certification"
)

//go:embed maps/*.yaml
var builtIn embed.FS

// maxMapBytes bounds a screen map.
const maxMapBytes = 1 << 20

// BuiltIn returns the screen maps that come with the program, by file name.
func BuiltIn() ([]*Map, error) {
	files, err := fs.Glob(builtIn, "maps/*.yaml")
	if err != nil {
		return nil, err
	}
	var maps []*Map
	for _, f := range files {
		data, err := builtIn.ReadFile(f)
		if err != nil {
			return nil, err
		}
		m, err := LoadMap(path.Base(f), data)
		if err != nil {
			return nil, err
		}
		maps = append(maps, m)
	}
	return maps, nil
}

// Choose picks the map that is meant for an app, a platform and a version of
// the app; without a version ("") that for the newest. None is a
// *certification.Trouble; [Pick] falls to the nearest instead.
func Choose(maps []*Map, app, platform, version string) (*Map, error) {
	c, ok := Pick(maps, app, platform, version)
	if ok && !c.Outside {
		return c.Map, nil
	}
	var have []string
	for _, m := range maps {
		if m.data.App == app && strings.EqualFold(m.data.Platform, platform) {
			have = append(have, m.file+" ("+m.Versions()+")")
		}
	}
	hint := "write one, starting from a built-in map"
	if len(have) > 0 {
		hint = "there is " + strings.Join(have, ", ") + "; widen app_versions, or write one"
	}
	return nil, &certification.Trouble{Code: certification.DefUnknownElement, Cause: certification.CauseDefinition,
		Message: fmt.Sprintf("no screen map for the app %s on %s, version %s", quote(app), quote(platform), quote(version)), Hint: hint}
}

// MapError is one mistake in a screen map.
type MapError struct {
	File   string
	Line   int    // from 1; 0 if it has none
	Field  string // such as screens.devices.elements.tile; may be empty
	Reason string
}

func (e *MapError) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
	}
	if e.Field != "" {
		s += ": " + e.Field
	}
	return s + ": " + e.Reason
}

// LoadMap reads a screen map. Unknown keys are refused. Errors are one or more
// *[MapError], joined.
func LoadMap(file string, data []byte) (*Map, error) {
	if len(data) > maxMapBytes {
		return nil, &MapError{File: file, Reason: fmt.Sprintf("it has %d bytes, more than %d", len(data), maxMapBytes)}
	}
	m := &Map{file: file}
	doc, err := decode(data, &m.data)
	if err != nil {
		return nil, mapError(file, err)
	}
	c := &checker{m: m, doc: doc}
	c.build()
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return m, nil
}

// Decode reads a file of the kind that screen maps are: plain YAML of a
// bounded size, in which unknown keys are refused. The error is a *[MapError].
func Decode(file string, data []byte, into any) error {
	if len(data) > maxMapBytes {
		return &MapError{File: file, Reason: fmt.Sprintf("it has %d bytes, more than %d", len(data), maxMapBytes)}
	}
	if _, err := decode(data, into); err != nil {
		return mapError(file, err)
	}
	return nil
}

func decode(data []byte, into any) (doc *ast.File, err error) {
	// The YAML package panics on some input that makes no sense.
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("it makes no sense as YAML")
		}
	}()
	if doc, err = parser.ParseBytes(data, 0); err != nil {
		return nil, err
	}
	for _, d := range doc.Docs {
		if d.Body == nil {
			continue
		}
		var v plainOnly
		ast.Walk(&v, d.Body)
		if v.err != nil {
			return nil, v.err
		}
	}
	return doc, yaml.UnmarshalWithOptions(data, into, yaml.Strict())
}

// plainOnly finds what a map has no use for, and what lets a small file become
// a huge one.
type plainOnly struct{ err error }

func (v *plainOnly) Visit(n ast.Node) ast.Visitor {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		v.err = &MapError{Line: n.GetToken().Position.Line, Reason: "anchors, aliases, merges and tags are not accepted"}
		return nil
	}
	return v
}

func mapError(file string, err error) error {
	var own *MapError
	if errors.As(err, &own) {
		own.File = file
		return own
	}
	e := &MapError{File: file, Reason: err.Error()}
	var positioned yaml.Error
	if errors.As(err, &positioned) {
		e.Reason = positioned.GetMessage()
		if t := positioned.GetToken(); t != nil && t.Position != nil {
			e.Line = t.Position.Line
		}
	}
	e.Reason = firstLine(e.Reason)
	return e
}

// checker makes a map of what was read, and finds what is wrong with it.
type checker struct {
	m    *Map
	doc  *ast.File
	errs []error
}

func (c *checker) say(field, format string, args ...any) {
	e := &MapError{File: c.m.file, Field: field, Reason: fmt.Sprintf(format, args...)}
	// The line of the nearest part of the path that is there.
	for at := field; at != "" && e.Line == 0; at = at[:max(0, strings.LastIndexAny(at, ".["))] {
		e.Line = c.line(at)
	}
	c.errs = append(c.errs, e)
}

func (c *checker) line(field string) int {
	p, err := yaml.PathString("$." + field)
	if err != nil {
		return 0
	}
	node, err := p.FilterFile(c.doc)
	if err != nil || node == nil || node.GetToken() == nil {
		return 0
	}
	t := node.GetToken()
	if _, ok := node.(*ast.MappingNode); ok && t.Prev != nil && t.Prev.Prev != nil {
		t = t.Prev
	}
	return t.Position.Line
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (c *checker) build() {
	d := &c.m.data
	if d.Version != 1 {
		c.say("version", "must be 1")
	}
	if d.Platform != "android" && d.Platform != "ios" {
		c.say("platform", "must be android or ios")
	}
	if d.App == "" {
		c.say("app", "is missing")
	}
	for i, h := range d.Hosts {
		if h == "" || h == d.Package || slices.Contains(d.Hosts[:i], h) {
			c.say("hosts", "each is another app's package, and is named once")
		}
	}
	if d.Package == "" {
		c.say("package", "is missing")
	}
	for _, end := range []struct{ name, version string }{{"from", d.Versions.From}, {"to", d.Versions.To}} {
		if end.version != "" && !wellFormed(end.version) {
			c.say("app_versions."+end.name, "%s is no version: write it like 2023.23", quote(end.version))
		}
	}
	if r := d.Versions; r.From != "" && r.To != "" && compareVersions(r.From, r.To) > 0 {
		c.say("app_versions", "from %s comes after to %s", r.From, r.To)
	}
	c.texts()
	if len(d.Screens) == 0 {
		c.say("screens", "is missing")
	}
	for name, s := range d.Screens {
		field := "screens." + name
		if !nameForm.MatchString(name) {
			c.say(field, "a name is lower case words joined by underscores")
		}
		c.m.screens = append(c.m.screens, c.screen(field, name, s))
	}
	slices.SortFunc(c.m.screens, func(a, b *Screen) int {
		if a.covers != b.covers {
			if a.covers {
				return -1
			}
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	for _, s := range c.m.screens {
		def := d.Screens[s.name]
		s.shownBy = c.references("screens."+s.name+".shown_by", s, def.ShownBy)
		s.without = c.references("screens."+s.name+".without", s, def.Without)
		if len(def.ShownBy) == 0 {
			c.say("screens."+s.name, "shown_by is missing: what shows that this screen is there?")
		}
	}
	slices.SortFunc(c.errs, func(a, b error) int { return a.(*MapError).Line - b.(*MapError).Line })
}

func (c *checker) screen(field, name string, def screenFile) *Screen {
	s := &Screen{name: name, covers: def.Covers, title: def.Title}
	if s.title == "" {
		s.title = strings.ReplaceAll(name, "_", " ")
	}
	for name, e := range def.Elements {
		at := field + ".elements." + name
		if !nameForm.MatchString(name) {
			c.say(at, "a name is lower case words joined by underscores")
		}
		if e.Takes != "" && !nameForm.MatchString(e.Takes) {
			c.say(at+".takes", "must be one lower case word")
		}
		if _, taken := c.m.data.Texts[e.Takes]; taken {
			c.say(at+".takes", "%s is the name of one of the texts", e.Takes)
		}
		if len(e.Locators) == 0 {
			c.say(at, "locators is missing")
		}
		for i, spec := range e.Locators {
			c.locator(fmt.Sprintf("%s.locators[%d]", at, i), e.Takes, spec)
		}
		s.elements = append(s.elements, &Element{screen: s.name, name: name, takes: e.Takes, note: e.Note, optional: e.Optional, secret: e.Secret, specs: e.Locators, m: c.m})
	}
	slices.SortFunc(s.elements, func(a, b *Element) int { return strings.Compare(a.name, b.name) })
	return s
}

func (c *checker) locator(field, takes string, s locatorSpec) {
	ios := c.m.ios()
	if foreign := s.foreign(ios); len(foreign) > 0 {
		c.say(field, "%s: no field on %s", strings.Join(foreign, ", "), c.m.data.Platform)
		return
	}
	if s.Name != "" && s.AccessibilityID != "" {
		c.say(field, "name and accessibility_id are the same: give one of them")
	}
	if raws := s.raws(); len(raws) > 0 {
		if len(raws) > 1 {
			c.say(field, "%s exclude each other", strings.Join(raws, " and "))
		}
		alone := s
		alone.XPath, alone.UiAutomator, alone.Predicate, alone.ClassChain = "", "", "", ""
		if alone != (locatorSpec{}) {
			c.say(field, "%s stand alone", strings.Join(raws, " and "))
		}
		if takes != "" {
			c.say(field, "a name cannot be put into %s safely: use fields", strings.Join(raws, " or "))
		}
		return
	}
	if s.Instance != nil && *s.Instance < 0 {
		c.say(field+".instance", "must be 0 or more")
	}
	if s.query(ios, asWritten).empty() {
		c.say(field, "asks for nothing")
	}
	uses := false
	for _, p := range s.placeholders() {
		key, form := placeholderKey(p)
		_, known := c.m.data.Texts[key]
		switch {
		case form != "" && form != "upper":
			c.say(field, "%s: there is no form %q; there is upper", p, form)
		case takes != "" && key == takes:
			uses = true
		case !known && len(c.m.data.Texts) > 0:
			c.say(field, "%s is neither what the element takes nor one of the texts", p)
		case !known:
			c.say(field, "%s is not what the element takes", p)
		}
	}
	if takes != "" && !uses {
		c.say(field, "does not use {%s}: it would match any", takes)
	}
	if n := c.m.variants(s); n > mostVariants {
		c.say(field, "stands for %d locators, one for each wording: at most %d", n, mostVariants)
	}
}

func (c *checker) references(field string, s *Screen, names []string) []*Element {
	var found []*Element
	for i, name := range names {
		at := fmt.Sprintf("%s[%d]", field, i)
		full := name
		if !strings.Contains(name, ".") {
			full = s.name + "." + name
		}
		e, err := c.m.Element(full)
		switch {
		case err != nil:
			reason := fmt.Sprintf("there is no element %s", full)
			if near := nearest(full, c.m.paths()); near != "" {
				reason += fmt.Sprintf("; did you mean %s?", near)
			}
			c.say(at, "%s", reason)
			continue
		case e.takes != "":
			c.say(at, "%s takes a %s, so it cannot show a screen", full, e.takes)
		case !slices.ContainsFunc(e.specs, func(l locatorSpec) bool { return l.raw() == nil }):
			c.say(at, "%s has locators for the server only, so it cannot be judged", full)
		}
		found = append(found, e)
	}
	return found
}

// nearest is the known name that is most like name, or "" if none is near.
func nearest(name string, known []string) string {
	best, at := 1+len(name)/3, ""
	for _, k := range known {
		if d := distance(clip(name, 100), k); d < best {
			best, at = d, k
		}
	}
	return at
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
