package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ffscert/features/certification"
	"ffscert/features/yamlat"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// answerFile is the form of a file of answers.
type answerFile struct {
	Name    string        `yaml:"name"`
	Answers []answerEntry `yaml:"answers"`
}

type answerEntry struct {
	Case     string        `yaml:"case"`
	Scenario string        `yaml:"scenario"`
	Attempt  int           `yaml:"attempt"`
	Answer   string        `yaml:"answer"`
	Cause    string        `yaml:"cause"`
	Note     string        `yaml:"note"`
	Name     string        `yaml:"name"`
	Evidence []string      `yaml:"evidence"`
	Images   []answerImage `yaml:"images"`
}

type answerImage struct {
	File     string  `yaml:"file"`
	WidthMM  float64 `yaml:"width_mm"`
	HeightMM float64 `yaml:"height_mm"`
}

// maxAnswers bounds a file of answers, in bytes; maxAnswerDepth how deep it may
// nest, for the parser's time grows with the square of that.
const (
	maxAnswers     = 1 << 20
	maxAnswerDepth = 100
)

// answerFrom records the answers of a file, all or none, and returns how many.
func answerFrom(s *state, o reviewOptions, w *journal.Reviews, rec journal.Record) (int, error) {
	data, err := readBounded(s.path(o.from), maxAnswers)
	if err != nil {
		return 0, usagef("the answers cannot be read: %w", err)
	}
	f := &answersIn{dir: filepath.Dir(s.path(o.from)), file: &yamlat.File{Name: o.from}}
	list := f.read(data, o, rec)
	if len(f.file.Problems) > 0 {
		var lines []string
		for _, p := range f.file.Problems {
			lines = append(lines, p.String())
		}
		return 0, usagef("%s\n  hint: nothing was recorded; see `ffscert review --help`", strings.Join(lines, "\n"))
	}
	var fresh []journal.Review
	for _, a := range list {
		if err := keep(w, &a.Review, a.files); err != nil {
			return 0, err
		}
		if said := answersTo(rec, a.item); len(said) > 0 && same(said[len(said)-1], a.Review) {
			continue
		}
		fresh = append(fresh, a.Review)
	}
	if len(fresh) < len(list) && !s.quiet {
		fmt.Fprintf(s.Stderr, "%d of %d answers were recorded already\n", len(list)-len(fresh), len(list))
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	return len(fresh), w.Append(fresh...)
}

// same tells whether two answers to the same item say the same.
func same(a, b journal.Review) bool {
	return a.Answer == b.Answer && a.Cause == b.Cause && a.Note == b.Note && a.Name == b.Name &&
		slices.Equal(a.Evidence, b.Evidence) && slices.Equal(a.Images, b.Images)
}

// given is an answer with what it belongs to and what it shows.
type given struct {
	journal.Review
	item  matrix.Item
	files []shownFile
}

// answersIn reads a file of answers and gathers all that is wrong with it.
type answersIn struct {
	dir  string
	file *yamlat.File
}

func (f *answersIn) add(field, format string, args ...any) { f.file.Add(field, format, args...) }

func (f *answersIn) read(data []byte, o reviewOptions, rec journal.Record) (list []given) {
	if nestsTooDeep(data) {
		f.add("", "nests too deep")
		return nil
	}
	var in answerFile
	var ok bool
	if f.file, ok = yamlat.Parse(f.file.Name, data); !ok || !f.file.Decode(&in) {
		return nil
	}
	if len(in.Answers) == 0 {
		f.add("answers", "there is none")
	}
	items := matrix.Items(rec)
	m := matrix.Of(rec)
	seen := map[string]int{}
	for i, e := range in.Answers {
		at := fmt.Sprintf("answers[%d]", i)
		before := len(f.file.Problems)
		g := given{Review: journal.Review{At: now(), Answer: journal.Answer(e.Answer), Cause: certification.Cause(e.Cause), Note: strings.TrimSpace(e.Note),
			Name: saneName(firstOf(o.name, firstOf(e.Name, in.Name)))}}
		item, ok := f.find(at, e, items, m)
		if ok {
			g.item = item
			g.Case, g.Scenario, g.Attempt = item.Case.ID, item.Scenario, item.Attempt
			key := fmt.Sprintf("%s\x00%s\x00%d", g.Case, g.Scenario, g.Attempt)
			if line, twice := seen[key]; twice {
				f.add(at, "answers the same as line %d", line)
			}
			seen[key] = f.file.Line(at)
		}
		f.check(at, e, g)
		for k, name := range e.Evidence {
			f.show(fmt.Sprintf("%s.evidence[%d]", at, k), &g, name, 0, 0)
		}
		for k, img := range e.Images {
			field := fmt.Sprintf("%s.images[%d]", at, k)
			if !(img.WidthMM > 0) || !(img.HeightMM > 0) {
				f.add(field, "width_mm and height_mm are needed, both more than 0")
				continue
			}
			f.show(field, &g, img.File, img.WidthMM, img.HeightMM)
		}
		if g.Answer == journal.AnswerPass && ok && len(g.files) == 0 && (item.Attempt == 0 || len(item.Evidence) == 0) && len(f.file.Problems) == before {
			f.add(at, "a pass needs something to show for it: evidence or images")
		}
		list = append(list, g)
	}
	return list
}

// check looks at the words of an answer.
func (f *answersIn) check(at string, e answerEntry, g given) {
	switch g.Answer {
	case journal.AnswerPass, journal.AnswerNote:
		if e.Cause != "" {
			f.add(at+".cause", "only a fail has a cause")
		}
	case journal.AnswerFail:
		if !g.Cause.MayFail() {
			f.add(at+".cause", "%q: a fail names who is to blame, product or partner_app; for any other trouble run the case again", e.Cause)
		}
	default:
		f.add(at+".answer", "%q is not one of pass, fail, note", e.Answer)
	}
	if g.Answer == journal.AnswerNote && g.Note == "" {
		f.add(at+".note", "is missing")
	}
	if len(g.Note) > maxNote {
		f.add(at+".note", "is longer than %d bytes", maxNote)
	}
	if g.Name == "" {
		f.add(at+".name", "is missing: who answers? Give name: at the top of the file, or --name")
	}
}

func (f *answersIn) show(field string, g *given, name string, width, height float64) {
	if strings.TrimSpace(name) == "" {
		f.add(field, "the name of a file is missing")
		return
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.dir, path)
	}
	file, err := show(path, width, height)
	if err != nil {
		f.add(field, "%v", err)
		return
	}
	g.files = append(g.files, file)
}

// find is the item that an answer belongs to.
func (f *answersIn) find(at string, e answerEntry, items []matrix.Item, m matrix.Matrix) (matrix.Item, bool) {
	if e.Case == "" {
		f.add(at+".case", "is missing")
		return matrix.Item{}, false
	}
	var fits []matrix.Item
	var named []string
	for _, i := range items {
		if i.Case.ID == e.Case {
			named = append(named, fmt.Sprintf("attempt %d of %q", i.Attempt, i.Scenario))
			if (e.Scenario == "" || e.Scenario == i.Scenario) && (e.Attempt == 0 || e.Attempt == i.Attempt) {
				fits = append(fits, i)
			}
		}
	}
	switch {
	case len(fits) == 1:
		return fits[0], true
	case len(fits) > 1:
		f.add(at, "several attempts of %s wait: name one by scenario and attempt: %s", e.Case, strings.Join(named, "; "))
	case len(named) > 0:
		f.add(at, "no such attempt of %s waits; there are: %s", e.Case, strings.Join(named, "; "))
	default:
		verdict := "is not in this run"
		if i := slices.IndexFunc(m.Cases, func(c matrix.Case) bool { return c.ID == e.Case }); i >= 0 {
			verdict = "is " + string(m.Cases[i].Verdict) + ", and nothing of it waits for a person"
		}
		f.add(at+".case", "%q %s; `ffscert review --list` shows what waits", e.Case, verdict)
	}
	return matrix.Item{}, false
}

// nestsTooDeep bounds from above how deep a line of the file nests, and how deep
// the brackets that open all the lines do.
func nestsTooDeep(data []byte) bool {
	open := 0
	for line := range bytes.Lines(data) {
		rest := bytes.TrimLeft(line, " \t-?:[{")
		lead := line[:len(line)-len(rest)]
		open += bytes.Count(line, []byte("[")) + bytes.Count(line, []byte("{")) - bytes.Count(line, []byte("]")) - bytes.Count(line, []byte("}"))
		if len(lead) > maxAnswerDepth || open > maxAnswerDepth {
			return true
		}
	}
	return false
}
