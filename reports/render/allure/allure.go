// Package allure writes the matrix as a folder of Allure results, which Allure 3
// makes a report of.
//
// Every attempt is a result with a history of its own, never a retry of another
// one: of retries Allure shows the last, and a rerun must not hide a failure.
// Each case has one result more, which tells its verdict, because that is not
// the worst of its attempts; so has the run. It knows the run as
// [render.Source] has it, and copies its evidence.
package allure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/safe"
)

// made is the form of the names of our files.
var made = regexp.MustCompile(`^ffscert-[0-9A-Za-z._-]+-(result\.json|attachment(\.[a-z0-9]{1,8})?)$`)

// The files that every tool calls the same.
const (
	environmentFile = "environment.properties"
	executorFile    = "executor.json"
	categoriesFile  = "categories.json"
)

// Foreign finds a file that no export has written. A folder in which nothing
// bears our name is of another tool.
func Foreign(names []string) string {
	ours := 0
	for _, n := range names {
		switch {
		case made.MatchString(n):
			ours++
		case n != environmentFile && n != executorFile && n != categoriesFile:
			return n
		}
	}
	if ours == 0 && len(names) > 0 {
		return names[0]
	}
	return ""
}

// Write writes the results into a folder that is there and empty. The same run
// always gives the same files.
func Write(dir string, s render.Source) error {
	w := &writer{dir: dir, source: s, find: render.NewFinder(s), copied: map[string]string{}}
	if err := w.all(); err != nil {
		return fmt.Errorf("write Allure results: %w", err)
	}
	return nil
}

type writer struct {
	dir    string
	source render.Source
	find   *render.Finder
	copied map[string]string // evidence, and the name of its copy; empty if it has none
}

func (w *writer) all() error {
	m := w.source.Matrix
	if err := w.result(runResult(m)); err != nil {
		return err
	}
	for i := range m.Cases {
		c := &m.Cases[i]
		if err := w.result(caseResult(m, c)); err != nil {
			return err
		}
		if err := w.attempts(caseLabels(m, c.Group, c.ID+" "+c.Title), c.ID, c.AttemptList); err != nil {
			return err
		}
	}
	for i := range m.Local {
		l := &m.Local[i]
		if err := w.result(localResult(m, l)); err != nil {
			return err
		}
		if err := w.attempts(caseLabels(m, "Local scenarios", l.Scenario), certification.LocalCase, l.AttemptList); err != nil {
			return err
		}
	}
	return w.about(m)
}

func (w *writer) attempts(labels []Label, caseID string, list []matrix.Attempt) error {
	for i := range list {
		a, err := w.find.Whole(caseID, &list[i])
		if err != nil {
			return err
		}
		if err := w.result(w.attemptResult(labels, caseID, &list[i], &a)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) result(r Result) error { return w.json("ffscert-"+r.UUID+"-result.json", r) }

func (w *writer) json(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.file(name, data)
}

func (w *writer) file(name string, data []byte) error {
	return os.WriteFile(filepath.Join(w.dir, name), data, 0o644)
}

// about writes what Allure shows of the run as a whole.
func (w *writer) about(m matrix.Matrix) error {
	r := m.Run
	var b strings.Builder
	for _, f := range []struct{ name, value string }{{"Verdict", render.Headline(m)}, {"Notice", strings.Join(render.Notices(m), " ")}, {"Simulated", fmt.Sprint(r.Simulated)}, {"Partial", fmt.Sprint(r.Partial)},
		{"State", string(r.State)}, {"Run", r.ID}, {"Plan", render.Plan(m)}, {"Product", r.Product.DeviceName}, {"Firmware", r.Product.Firmware}, {"Tests executed", fmt.Sprint(r.TestsExecuted)}, {"ffscert", r.ToolVersion}} {
		if v := clean(f.value); v != "" {
			b.WriteString(strings.ReplaceAll(f.name, " ", "_") + "=" + strings.ReplaceAll(v, `\`, `\\`) + "\n")
		}
	}
	if err := w.file(environmentFile, []byte(b.String())); err != nil {
		return err
	}
	if err := w.json(executorFile, map[string]string{"name": "ffscert", "type": "ffscert", "buildName": clean("run " + r.ID + " · " + render.Headline(m)), "reportName": clean(render.Headline(m) + " · " + r.Product.DeviceName)}); err != nil {
		return err
	}
	return w.json(categoriesFile, categories())
}

// Category groups what did not pass by who is to blame.
type Category struct {
	Name         string `json:"name"`
	MessageRegex string `json:"messageRegex"`
}

func categories() []Category {
	var list []Category
	for _, c := range []certification.Cause{certification.CauseProduct, certification.CausePartnerApp, certification.CauseAlexaApp, certification.CauseRig, certification.CauseNetwork,
		certification.CauseDefinition, certification.CauseTool} {
		words := render.Words(string(c))
		list = append(list, Category{"Cause: " + words, `(?s)^[a-z ]+ \(` + words + `\):.*`})
	}
	return list
}

// types are the kinds of evidence that Allure shows. Nothing from outside is
// shown as a page.
var types = map[string]string{".png": "image/png", ".jpg": "image/jpeg", ".xml": "text/plain", ".txt": "text/plain", ".log": "text/plain", ".json": "application/json"}

// evidence copies files, each once, and returns the attachments. What cannot be
// copied is named in rest.
func (w *writer) evidence(paths []string) (list []Attachment, rest []string) {
	seen := map[string]bool{}
	for _, p := range paths {
		if seen[p] {
			continue
		}
		seen[p] = true
		name, known := w.copied[p]
		if !known {
			if data, err := w.source.Evidence(p); err == nil {
				ext := path.Ext(p)
				if types[ext] == "" {
					ext = ""
				}
				sum := sha256.Sum256(data)
				name = "ffscert-" + hex.EncodeToString(sum[:]) + "-attachment" + ext
				if w.file(name, data) != nil {
					name = ""
				}
			}
			w.copied[p] = name
		}
		if name == "" {
			rest = append(rest, "evidence "+p+" (it cannot be read)")
			continue
		}
		kind := types[path.Ext(name)]
		if kind == "" {
			kind = "application/octet-stream"
		}
		list = append(list, Attachment{Name: clean(path.Base(p)), Source: name, Type: kind})
	}
	return list, rest
}

// longest bounds a text, in runes.
const longest = 2000

func clean(s string) string { return safe.Text(s, longest) }
