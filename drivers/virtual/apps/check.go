package apps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Bounds of a model: what a person could never want, and what would make a
// snapshot slow.
const (
	maxDepth    = 60
	maxElements = 5000
	longestTime = time.Hour
)

// androidPackage is the package of the system itself; it has no dot.
const androidPackage = "android"

var (
	packageForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$`)
	colourForm  = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// checker holds the first thing that is wrong.
type checker struct {
	m          *Model
	v          Vocabulary
	field, msg string
	elements   int
}

func (c *checker) fail(field, format string, args ...any) {
	if c.msg == "" {
		c.field, c.msg = field, fmt.Sprintf(format, args...)
	}
}

// check returns the first field that is wrong, and why.
func (m *Model) check(v Vocabulary) (field, msg string) {
	c := &checker{m: m, v: v}
	c.head()
	for i, s := range m.Start {
		c.screen(fmt.Sprintf("start[%d].screen", i), s.Screen)
		c.conditions(fmt.Sprintf("start[%d].when", i), s.When)
	}
	for i, l := range m.Links {
		if l.Prefix == "" {
			c.fail(fmt.Sprintf("links[%d].prefix", i), "is missing")
		}
		c.screen(fmt.Sprintf("links[%d].screen", i), l.Screen)
	}
	c.actions("on_start", m.OnStart)
	for _, name := range sorted(m.Screens) {
		at, s := "screens."+name, m.Screens[name]
		if s == nil || s.Body == nil {
			c.fail(at, "the screen has no body")
			continue
		}
		c.element(at+".body", s.Body, 0, nil)
		c.actions(at+".on_open", s.OnOpen)
		c.actions(at+".back", s.Back)
		c.conditions(at+".close_when", s.CloseWhen)
	}
	seen := map[string]bool{}
	for i, o := range m.Overlays {
		at := fmt.Sprintf("overlays[%d]", i)
		switch {
		case o == nil || o.Body == nil:
			c.fail(at, "the overlay has no body")
			continue
		case o.Name == "":
			c.fail(at, "the overlay has no name")
		case seen[o.Name]:
			c.fail(at+".name", "there are two overlays named %q", o.Name)
		}
		seen[o.Name] = true
		if o.Instance != "" {
			c.known(at+".instance", o.Instance)
		}
		c.conditions(at+".when", o.When)
		if o.Package != "" && !packageForm.MatchString(o.Package) && o.Package != androidPackage {
			c.fail(at+".package", "%q is not an Android package", o.Package)
		}
		if o.Activity != "" && (o.Package == "" || !packageForm.MatchString(o.Activity)) {
			c.fail(at+".activity", "%q is not a fully qualified activity of another package", o.Activity)
		}
		if o.Floating && (o.Fullscreen || len(o.When) == 0) {
			c.fail(at+".floating", "is meant for an overlay with when, and not for fullscreen: true")
		}
		if m.Dialogs && len(o.When) == 0 {
			c.fail(at+".when", "is missing: a dialog of the system is shown by itself")
		}
		c.actions(at+".back", o.Back)
		c.element(at+".body", o.Body, 0, nil)
	}
	for _, name := range sorted(m.Parts) {
		if m.Parts[name] == nil {
			c.fail("parts."+name, "the part is empty")
			continue
		}
		c.element("parts."+name, m.Parts[name], 0, []string{name})
	}
	c.languages()
	return c.field, c.msg
}

func (c *checker) head() {
	m := c.m
	if m.Schema != SchemaID {
		c.fail("schema", "must be %s", SchemaID)
	}
	if !packageForm.MatchString(m.Package) && !(m.Dialogs && m.Package == androidPackage) {
		c.fail("package", "%q is not an Android package", m.Package)
	}
	for i, a := range append([]string{m.Activity}, m.Activities...) {
		if !packageForm.MatchString(a) {
			at := "activity"
			if i > 0 {
				at = fmt.Sprintf("activities[%d]", i-1)
			}
			c.fail(at, "%q is not a fully qualified activity", a)
		}
	}
	if m.VersionName == "" {
		c.fail("version_name", "is missing")
	}
	if m.VersionCode < 1 {
		c.fail("version_code", "must be at least 1")
	}
	if m.Label == "" {
		c.fail("label", "is missing")
	}
	c.colour("background", m.Background)
	for field, d := range map[string]time.Duration{"transition": m.Transition, "account.every": m.Account.Every, "account.takes": m.Account.Takes} {
		if d < 0 || d > longestTime {
			c.fail(field, "%s is not between 0 and %s", d, longestTime)
		}
	}
	c.oneOf("account.of", m.Account.Of, "", "amazon", "partner")
	if m.Dialogs {
		if m.Home || len(m.Start)+len(m.Screens)+len(m.OnStart) > 0 {
			c.fail("dialogs", "dialogs of the system have overlays, and neither start nor screens")
		}
		return
	}
	if len(m.Start) == 0 {
		c.fail("start", "names no screen")
	} else if len(m.Start[len(m.Start)-1].When) > 0 {
		c.fail(fmt.Sprintf("start[%d].when", len(m.Start)-1), "the last start screen must have no condition")
	}
}

func (c *checker) element(at string, e *Element, depth int, using []string) {
	if c.msg != "" {
		return
	}
	if c.elements++; c.elements > maxElements {
		c.fail(at, "more than %d elements", maxElements)
		return
	}
	if e == nil {
		c.fail(at, "the element is empty")
		return
	}
	if depth > maxDepth {
		c.fail(at, "elements are nested deeper than %d", maxDepth)
		return
	}
	c.conditions(at+".when", e.When)
	if e.Use != "" {
		part, ok := c.m.Parts[e.Use]
		switch {
		case !ok || part == nil:
			c.fail(at+".use", "there is no part %q", e.Use)
		case slices.Contains(using, e.Use):
			c.fail(at+".use", "the part %q contains itself", e.Use)
		case e.Class != "" || e.Text != "" || e.Desc != "" || e.ID != "" || len(e.Children) > 0 || e.Repeat != "" || e.Tap != nil || e.Look != nil:
			c.fail(at+".use", "beside use only when is allowed")
		default:
			c.element(at, part, depth+1, append(slices.Clone(using), e.Use))
		}
		return
	}
	c.oneOf(at+".layout", e.Layout, "", "column", "row", "stack")
	c.oneOf(at+".scroll", e.Scroll, "", "vertical", "horizontal")
	c.oneOf(at+".align_x", e.AlignX, "", "start", "center", "end")
	c.oneOf(at+".align_y", e.AlignY, "", "start", "center", "end")
	if e.Gap < 0 || e.Gap > maxDP {
		c.fail(at+".gap", "%d is out of bounds", e.Gap)
	}
	for _, t := range []struct{ field, text string }{{".text", e.Text}, {".desc", e.Desc}, {".hint", e.Hint}, {".id", e.ID}} {
		c.placeholders(at+t.field, t.text)
	}
	if e.Repeat != "" {
		if _, ok := c.v.Repeats[e.Repeat]; !ok {
			c.fail(at+".repeat", "%q is no list; there are %s", e.Repeat, names(c.v.Repeats))
		}
	} else if len(e.Where) > 0 {
		c.fail(at+".where", "is meant for repeat")
	}
	if len(e.Pull) > 0 && e.Scroll != "vertical" {
		c.fail(at+".pull", "is meant for an element with scroll: vertical")
	}
	if len(e.Checked) > 0 && !e.Checkable {
		c.fail(at+".checked", "is meant for an element with checkable: true")
	}
	if e.Password && e.Input == "" {
		c.fail(at+".password", "is meant for an element with input")
	}
	c.conditions(at+".where", e.Where)
	c.conditions(at+".checked", e.Checked)
	c.conditions(at+".enabled", e.Enabled)
	c.conditions(at+".selected", e.Selected)
	c.actions(at+".tap", e.Tap)
	c.actions(at+".long_press", e.LongPress)
	c.actions(at+".pull", e.Pull)
	if l := e.Look; l != nil {
		c.colour(at+".look.background", l.Background)
		c.colour(at+".look.foreground", l.Foreground)
		c.colour(at+".look.border", l.Border)
		c.oneOf(at+".look.align", l.Align, "", "start", "center", "end")
		c.placeholders(at+".look.icon", l.Icon)
		if l.Size != 0 && (l.Size < 6 || l.Size > 96) {
			c.fail(at+".look.size", "%d sp is not between 6 and 96", l.Size)
		}
		if l.Radius < 0 || l.Radius > maxDP {
			c.fail(at+".look.radius", "%d is out of bounds", l.Radius)
		}
	}
	for i, child := range e.Children {
		c.element(fmt.Sprintf("%s.children[%d]", at, i), child, depth+1, using)
	}
}

func (c *checker) actions(at string, list Actions) {
	for i, a := range list {
		here := fmt.Sprintf("%s[%d]", at, i)
		spec, ok := c.v.Actions[a.Do]
		if !ok {
			c.fail(here, "%q is no action; there are %s", a.Do, names(c.v.Actions))
			return
		}
		if spec.Screen {
			c.screen(here+".screen", a.Screen)
		}
		if spec.Overlay {
			if _, ok := c.m.Overlay(a.Overlay); !ok {
				c.fail(here+".overlay", "there is no overlay %q", a.Overlay)
			}
		}
		if spec.Value && a.Value == "" {
			c.fail(here, "the action %s needs a value", a.Do)
		}
		if spec.Input && a.Input == "" {
			c.fail(here, "the action %s needs an input", a.Do)
		}
		if spec.Package && a.Package == "" {
			c.fail(here, "the action %s needs a package", a.Do)
		}
		c.conditions(here+".when", a.When)
		c.placeholders(here+".value", a.Value)
	}
}

func (c *checker) conditions(at string, list Conditions) {
	for i, cond := range list {
		c.known(fmt.Sprintf("%s[%d]", at, i), cond.Field)
	}
}

func (c *checker) placeholders(at, s string) {
	Fill(s, func(field string) string {
		c.known(at, field)
		return ""
	})
}

func (c *checker) known(at, field string) {
	if !c.v.knowsField(field) {
		c.fail(at, "%q is no field; there are %s", field, names(c.v.Fields))
	}
}

func (c *checker) screen(at, name string) {
	if _, ok := c.m.Screens[name]; !ok {
		c.fail(at, "there is no screen %q; there are %s", name, names(c.m.Screens))
	}
}

func (c *checker) colour(at, s string) {
	if s != "" && !colourForm.MatchString(s) {
		c.fail(at, "%q is no colour of the form #rrggbb", s)
	}
}

func (c *checker) oneOf(at, s string, allowed ...string) {
	if !slices.Contains(allowed, s) {
		c.fail(at, "%q is not one of %s", s, strings.Join(allowed[1:], ", "))
	}
}

func sorted[T any](m map[string]T) []string {
	var list []string
	for n := range m {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

// Fill replaces {field} by the field's value. Every look at the phone fills
// every text of the page, so it does without a regular expression.
func Fill(s string, field func(string) string) string {
	var out strings.Builder
	for {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			break
		}
		if begin := strings.LastIndexByte(s[:end], '{'); begin >= 0 {
			out.WriteString(s[:begin])
			out.WriteString(field(s[begin+1 : end]))
		} else {
			out.WriteString(s[:end+1])
		}
		s = s[end+1:]
	}
	if out.Len() == 0 {
		return s
	}
	out.WriteString(s)
	return out.String()
}
