package dialogs

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"ffscert/drivers/screen"
)

//go:embed android.yaml
var builtIn []byte

// ofTheApp stands in packages for the apps that are driven.
const ofTheApp = "app"

// bookFile is a file of dialogs as it is written.
type bookFile struct {
	Version int                 `yaml:"version" json:"version" jsonschema:"required,enum=1" jsonschema_description:"Version of this format: 1."`
	Policy  map[string][]string `yaml:"policy,omitempty" json:"policy,omitempty" jsonschema_description:"How the dialogs of a kind are answered: names of answers, the best first. What the dialog does not offer is skipped."`
	Beside  []string            `yaml:"beside,omitempty" json:"beside,omitempty" jsonschema_description:"Packages whose windows lie beside apps and are no dialogs, as long as they lie at an edge of the screen: bars, keyboards."`
	Dialogs []dialogFile        `yaml:"dialogs,omitempty" json:"dialogs,omitempty" jsonschema_description:"The dialogs; the first that matches is the one."`
}

type dialogFile struct {
	Name     string                 `yaml:"name" json:"name" jsonschema:"required,pattern=^[a-z][a-z0-9_]*$" jsonschema_description:"A name of its own. In a file of yours, the name of a built-in dialog takes its place."`
	Kind     string                 `yaml:"kind" json:"kind" jsonschema:"required,pattern=^[a-z][a-z0-9_]*$" jsonschema_description:"permission, rating, update, promotion, battery, crash, not_responding, update_required, offline, cloud_error, or a kind of your own that the policy names."`
	Note     string                 `yaml:"note,omitempty" json:"note,omitempty" jsonschema_description:"Where it is known from."`
	Packages []string               `yaml:"packages" json:"packages" jsonschema:"required,minItems=1" jsonschema_description:"Packages of the window; app stands for the apps that are driven."`
	ShownBy  []matchFile            `yaml:"shown_by" json:"shown_by" jsonschema:"required,minItems=1" jsonschema_description:"One of these is in the window; one of the answers' buttons is, too."`
	AppName  []matchFile            `yaml:"app_name,omitempty" json:"app_name,omitempty" jsonschema_description:"Where the dialog names an app, with {app} in the texts."`
	Answers  map[string][]matchFile `yaml:"answers" json:"answers" jsonschema:"required" jsonschema_description:"The button of each answer; back needs none, and presses the system's back key."`
	Most     int                    `yaml:"most,omitempty" json:"most,omitempty" jsonschema:"minimum=1,maximum=20" jsonschema_description:"How often it may be answered in one attempt; 3 if left out. Once more, and the attempt is blocked."`
}

// matchFile asks for one node; all fields that are given must match.
type matchFile struct {
	ID    string              `yaml:"id,omitempty" json:"id,omitempty" jsonschema_description:"The whole resource-id."`
	Class string              `yaml:"class,omitempty" json:"class,omitempty" jsonschema_description:"The whole class name."`
	Text  map[string][]string `yaml:"text,omitempty" json:"text,omitempty" jsonschema_description:"The whole text (or, without one, the content-desc) in each language: * stands for anything, case does not matter. All languages are tried."`
}

const defaultMost = 3

// BuiltIn are the dialogs that come with the program.
func BuiltIn() (*Book, error) {
	return (&Book{}).With("android.yaml", builtIn)
}

// With is the book with what a file adds: its dialogs go first, one of a known
// name takes that one's place, and its policy goes before the one that was
// there. Errors are one or more *[screen.MapError], joined.
func (b *Book) With(file string, data []byte) (*Book, error) {
	var f bookFile
	if err := screen.Decode(file, data, &f); err != nil {
		return nil, err
	}
	r := &reader{file: file, book: &Book{policy: maps.Clone(b.policy), beside: slices.Concat(f.Beside, b.beside)}}
	if r.book.policy == nil {
		r.book.policy = map[Kind][]Answer{}
	}
	r.read(f, b.list)
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return r.book, nil
}

type reader struct {
	file string
	book *Book
	errs []error
}

func (r *reader) say(field, format string, args ...any) {
	r.errs = append(r.errs, &screen.MapError{File: r.file, Field: field, Reason: fmt.Sprintf(format, args...)})
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (r *reader) read(f bookFile, before []*Dialog) {
	if f.Version != 1 {
		r.say("version", "must be 1")
	}
	for kind, answers := range f.Policy {
		var list []Answer
		for _, a := range answers {
			list = append(list, Answer(a))
		}
		if len(list) == 0 {
			r.say("policy."+kind, "names no answer")
		}
		r.book.policy[Kind(kind)] = list
	}
	own := map[string]bool{}
	for i, d := range f.Dialogs {
		field := fmt.Sprintf("dialogs[%d]", i)
		if own[d.Name] {
			r.say(field+".name", "%q is there twice", d.Name)
		}
		own[d.Name] = true
		r.book.list = append(r.book.list, r.dialog(field, d))
	}
	for _, d := range before {
		if !own[d.Name] {
			r.book.list = append(r.book.list, d)
		}
	}
	kinds := map[Kind]bool{}
	for _, d := range r.book.list {
		kinds[d.Kind] = true
		answers := r.book.policy[d.Kind]
		if len(answers) == 0 {
			r.say("policy", "does not say how %s is answered, the kind of %s", d.Kind, d.Name)
		} else if !slices.ContainsFunc(answers, func(a Answer) bool { _, ok := d.answers[a]; return ok }) {
			r.say("policy."+string(d.Kind), "none of its answers is one of %s: %s", d.Name, strings.Join(names(d.answers), ", "))
		}
	}
	for kind := range f.Policy {
		if !kinds[Kind(kind)] {
			r.say("policy."+kind, "there is no dialog of that kind")
		}
	}
}

func names(answers map[Answer][]matcher) []string {
	var list []string
	for _, a := range slices.Sorted(maps.Keys(answers)) {
		list = append(list, string(a))
	}
	return list
}

func (r *reader) dialog(field string, d dialogFile) *Dialog {
	if !nameForm.MatchString(d.Name) {
		r.say(field+".name", "is lower case words joined by underscores")
	}
	if !nameForm.MatchString(d.Kind) {
		r.say(field+".kind", "is lower case words joined by underscores")
	}
	if len(d.Packages) == 0 {
		r.say(field+".packages", "is missing: whose window is it?")
	}
	if len(d.ShownBy) == 0 {
		r.say(field+".shown_by", "is missing: how is it recognised?")
	}
	if len(d.Answers) == 0 {
		r.say(field+".answers", "is missing")
	}
	if d.Most < 0 || d.Most > 20 {
		r.say(field+".most", "must be 1 to 20")
	}
	out := &Dialog{Name: d.Name, Kind: Kind(d.Kind), Most: d.Most, packages: d.Packages, answers: map[Answer][]matcher{}}
	if out.Most == 0 {
		out.Most = defaultMost
	}
	out.shownBy = r.matchers(field+".shown_by", d.ShownBy)
	out.appName = r.matchers(field+".app_name", d.AppName)
	for _, name := range slices.Sorted(maps.Keys(d.Answers)) {
		at := field + ".answers." + name
		if !nameForm.MatchString(name) {
			r.say(at, "is lower case words joined by underscores")
		}
		if (Answer(name) == Back) != (len(d.Answers[name]) == 0) {
			r.say(at, "every answer has a button, except for back, which has none")
		}
		out.answers[Answer(name)] = r.matchers(at, d.Answers[name])
	}
	// Words alone, in a window of an app, are not enough: see [Dialog.answerable].
	if slices.Contains(d.Packages, ofTheApp) {
		if _, ok := out.answers[Back]; ok {
			r.say(field+".answers.back", "a dialog of an app needs a button to be recognised by")
		}
	}
	return out
}

func (r *reader) matchers(field string, list []matchFile) []matcher {
	var all []matcher
	for i, m := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		out := matcher{id: m.ID, class: m.Class}
		for _, lang := range slices.Sorted(maps.Keys(m.Text)) {
			for _, p := range m.Text[lang] {
				if strings.Trim(plain(p), "* ") == "" {
					r.say(at+".text."+lang, "matches any text")
					continue
				}
				re, err := compile(p)
				if err != nil {
					r.say(at+".text."+lang, "%q cannot be used: %v", p, err)
					continue
				}
				out.texts = append(out.texts, re)
			}
		}
		if m.ID == "" && len(m.Text) == 0 {
			r.say(at, "needs an id or a text")
		}
		all = append(all, out)
	}
	return all
}

// Schema is the JSON Schema of a file of dialogs, for editors.
func Schema() *jsonschema.Schema {
	s := (&jsonschema.Reflector{ExpandedStruct: true, RequiredFromJSONSchemaTags: true, Anonymous: true}).Reflect(&bookFile{})
	s.Title = "ffscert dialogs"
	s.Description = "What phones put over an app, as data: how it is recognised, and how it is answered."
	return s
}
