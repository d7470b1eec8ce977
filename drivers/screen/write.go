package screen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// write writes the new map, reads it again and compares it with the sources.
func (m *Map) write(l *Learnt, sources []Source, lesson Lesson) error {
	d := m.data
	d.Versions = versionRange{From: lesson.From}
	d.Screens = map[string]screenFile{}
	comments := map[string][]string{}
	for name, s := range m.data.Screens {
		s.Elements = maps.Clone(s.Elements)
		d.Screens[name] = s
	}
	for _, p := range l.Proposals {
		screen, name, _ := strings.Cut(p.Path, ".")
		e := d.Screens[screen].Elements[name]
		e.Locators = append([]locatorSpec{p.spec}, slices.DeleteFunc(slices.Clone(e.Locators), func(s locatorSpec) bool { return s.flow() == p.spec.flow() })...)
		d.Screens[screen].Elements[name] = e
		comments[p.Path] = []string{fmt.Sprintf("learnt: %s, score %.2f; seen on %s:", p.How, p.Score, quote(p.Source)), "  " + p.Seen, "  before: " + p.Was}
	}
	var w mapWriter
	w.head(m, l, lesson)
	w.body(d, comments)
	l.YAML = w.b.Bytes()
	again, err := LoadMap("the new map", l.YAML)
	if err != nil {
		return fmt.Errorf("the map that was learnt cannot be read: %w", err)
	}
	l.After = again.For(m.locale).Compare(sources, lesson.Names)
	return nil
}

// mapWriter writes a map as a person would.
type mapWriter struct{ b bytes.Buffer }

func (w *mapWriter) line(indent int, format string, args ...any) {
	w.b.WriteString(strings.Repeat(" ", indent))
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteByte('\n')
}

// comment is one line; what comes from a page is quoted already.
func (w *mapWriter) comment(indent int, text string) {
	w.line(indent, "# %s", strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text))
}

func (w *mapWriter) head(m *Map, l *Learnt, lesson Lesson) {
	w.comment(0, fmt.Sprintf("Learnt from version %s of the app, starting from %s (%s).", quote(lesson.From), m.file, m.Versions()))
	w.comment(0, "Nothing here was seen by a person yet: read each line that is marked \"learnt\", then")
	w.comment(0, "give this file to a run: screens: {"+m.App()+": FILE}")
	if len(l.LeftOut) > 0 {
		w.line(0, "#")
		w.comment(0, "Not sure, and left as it was:")
		for _, o := range l.LeftOut {
			w.comment(0, "- "+o.Path+": "+o.Reason)
		}
	}
}

func (w *mapWriter) body(d mapFile, comments map[string][]string) {
	w.line(0, "version: %d", d.Version)
	w.line(0, "app: %s", quoted(d.App))
	w.line(0, "package: %s", quoted(d.Package))
	if len(d.Hosts) > 0 {
		w.line(0, "hosts: %s", quotedList(d.Hosts))
	}
	if d.Anywhere {
		w.line(0, "anywhere: true")
	}
	if d.Activity != "" {
		w.line(0, "activity: %s", quoted(d.Activity))
	}
	w.line(0, "platform: %s", d.Platform)
	if len(d.Labels) > 0 {
		w.line(0, "labels: %s", quotedList(d.Labels))
	}
	w.line(0, "app_versions: {from: %s}", quoted(d.Versions.From))
	if d.Source != "" {
		w.line(0, "source: %s", quoted(d.Source))
	}
	if len(d.Texts) > 0 {
		w.line(0, "\ntexts:")
	}
	for _, name := range sortedKeys(d.Texts) {
		t := d.Texts[name]
		w.line(2, "%s:", quoted(name))
		if t.Note != "" {
			w.line(4, "note: %s", quoted(t.Note))
		}
		w.line(4, "in:")
		for _, lang := range sortedKeys(t.In) {
			if words := t.In[lang]; len(words) == 1 {
				w.line(6, "%s: %s", quoted(lang), quoted(words[0]))
			} else {
				w.line(6, "%s: %s", quoted(lang), quotedList(words))
			}
		}
	}
	w.line(0, "\nscreens:")
	for i, name := range sortedKeys(d.Screens) {
		if i > 0 {
			w.line(0, "")
		}
		w.screen(name, d.Screens[name], comments)
	}
}

func (w *mapWriter) screen(name string, s screenFile, comments map[string][]string) {
	w.line(2, "%s:", quoted(name))
	if s.Title != "" {
		w.line(4, "title: %s", quoted(s.Title))
	}
	if s.Covers {
		w.line(4, "covers: true")
	}
	w.line(4, "shown_by: %s", quotedList(s.ShownBy))
	if len(s.Without) > 0 {
		w.line(4, "without: %s", quotedList(s.Without))
	}
	w.line(4, "elements:")
	for _, element := range sortedKeys(s.Elements) {
		e := s.Elements[element]
		w.line(6, "%s:", quoted(element))
		if e.Takes != "" {
			w.line(8, "takes: %s", quoted(e.Takes))
		}
		if e.Optional {
			w.line(8, "optional: true")
		}
		if e.Secret {
			w.line(8, "secret: true")
		}
		if e.Note != "" {
			w.line(8, "note: %s", quoted(e.Note))
		}
		w.line(8, "locators:")
		for i, l := range e.Locators {
			if i == 0 {
				for _, c := range comments[name+"."+element] {
					w.comment(10, c)
				}
			}
			w.line(10, "- %s", l.flow())
		}
	}
}

var plainWord = regexp.MustCompile(`^[a-z][a-z_]*$`)

// quoted writes a text so that YAML reads exactly it: a JSON string is one of
// YAML, too.
func quoted(s string) string {
	if plainWord.MatchString(s) && !slices.Contains([]string{"on", "off", "yes", "no", "y", "n", "true", "false", "null"}, s) {
		return s
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return `""` // never: any string can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func quotedList(list []string) string {
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = quoted(s)
	}
	return "[" + strings.Join(all, ", ") + "]"
}
