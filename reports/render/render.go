// Package render holds what the formats of a matrix share: the run as they read
// it, the words that must stand wherever it is shown, and what a format is. The
// formats themselves are the folders beside it, formats lists them.
//
// It judges nothing, and knows no command line and no journal on the disk.
package render

import (
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// Source is a run as a format reads it.
type Source struct {
	// Record may be lean: a [Finder] has the rest.
	Record journal.Record
	Matrix matrix.Matrix
	// Whole reads an attempt with its steps and observations; nil if those of
	// Record are whole.
	Whole func(certification.AttemptID) (certification.Attempt, error)
	// Folder is the run's folder, from which evidence is taken. Nil leaves it out.
	Folder fs.FS
	// Base leads from the place of the rendering to the run's folder, with
	// slashes; empty when it lies in that folder.
	Base string
	// Color and Width are those of the terminal, for formats that are read there.
	Color bool
	Width int
}

// Format is a form in which the matrix can be had: either Write or Folder.
type Format struct {
	Name  string
	About string // what it is for, in a few words
	// Binary is no text for a terminal.
	Binary bool
	// Write writes one file.
	Write func(io.Writer, Source) error
	// Folder writes files into a folder that is there and empty. Foreign finds
	// one, among the names of the files of a folder, that Folder has not written;
	// empty if all are its.
	Folder  func(dir string, s Source) error
	Foreign func(names []string) string
}

// Finder finds the attempts of a record by the rows of the matrix.
type Finder struct {
	source Source
	known  map[string]bool // the cases of the matrix
	at     map[certification.AttemptID]int
}

// NewFinder makes the finder of a source.
func NewFinder(s Source) *Finder {
	f := &Finder{source: s, known: map[string]bool{}, at: make(map[certification.AttemptID]int, len(s.Record.Attempts))}
	for i := range s.Matrix.Cases {
		f.known[s.Matrix.Cases[i].ID] = true
	}
	for i := range s.Record.Attempts {
		f.at[f.key(s.Record.Attempts[i].ID)] = i
	}
	return f
}

// key takes all attempts outside the plan for local, as the matrix does.
func (f *Finder) key(id certification.AttemptID) certification.AttemptID {
	if !f.known[id.Case] {
		id.Case = certification.LocalCase
	}
	return id
}

// Whole is the attempt of a row of the matrix, with its steps. caseID is the
// case's, or [certification.LocalCase].
func (f *Finder) Whole(caseID string, a *matrix.Attempt) (certification.Attempt, error) {
	i, ok := f.at[f.key(certification.AttemptID{Case: caseID, Scenario: a.Scenario, N: a.N})]
	if !ok {
		return certification.Attempt{}, fmt.Errorf("attempt %d of %q is not in the record", a.N, a.Scenario)
	}
	r := f.source.Record.Attempts[i]
	if f.source.Whole != nil {
		return f.source.Whole(r.ID)
	}
	return r, nil
}

// evidencePath is the form of a path that the journal gives to evidence.
var evidencePath = regexp.MustCompile(`^evidence/[0-9A-Za-z][0-9A-Za-z._-]{0,120}$`)

// MostEvidence bounds a file of evidence that is taken into a rendering.
const MostEvidence = 24 << 20

// Evidence reads a file of evidence. Anything but such a file of the run's
// folder, of a size that makes sense, is refused.
func (s Source) Evidence(path string) ([]byte, error) {
	if s.Folder == nil || !evidencePath.MatchString(path) {
		return nil, fmt.Errorf("%q is no evidence of this run", path)
	}
	f, err := s.Folder.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > MostEvidence {
		return nil, fmt.Errorf("%q is no file, or too large", path)
	}
	return io.ReadAll(io.LimitReader(f, MostEvidence))
}

// EvidenceOf are the paths of all evidence of an attempt, each once.
func EvidenceOf(a certification.Attempt) []string {
	var list []string
	seen := map[string]bool{}
	add := func(paths []string) {
		for _, p := range paths {
			if !seen[p] {
				seen[p] = true
				list = append(list, p)
			}
		}
	}
	add(a.Evidence)
	for _, s := range a.Steps {
		add(s.Evidence)
	}
	for _, f := range a.Findings {
		add(f.Evidence)
	}
	for _, o := range a.Observations {
		add(o.Evidence)
	}
	return list
}

// Marks are what must not be overlooked, and stands beside the verdict
// wherever that stands.
func Marks(m matrix.Matrix) []string {
	var list []string
	if m.Run.Simulated {
		list = append(list, "SIMULATED")
	}
	if m.Run.Partial {
		list = append(list, "PARTIAL")
	}
	switch m.Run.State {
	case journal.Running:
		list = append(list, "STILL RUNNING")
	case journal.Interrupted:
		list = append(list, "INTERRUPTED")
	}
	return list
}

// Notices explain the marks, one sentence each.
func Notices(m matrix.Matrix) []string {
	var list []string
	if m.Run.Simulated {
		list = append(list, "SIMULATED: made on a simulated testbed; it proves nothing for a certification.")
	}
	if m.Run.Partial {
		s := "PARTIAL: less than the plan asks for; it does not become a packet."
		if m.Run.Selection != "" {
			s += " Selected: " + m.Run.Selection
		}
		list = append(list, s)
	}
	switch m.Run.State {
	case journal.Running:
		at := "at one moment"
		if t := m.Run.AsOfUTC; t != nil {
			at = "on " + t.UTC().Format("2006-01-02 15:04:05") + " UTC"
		}
		list = append(list, "STILL RUNNING: this shows the run as it was "+at+".")
	case journal.Interrupted:
		list = append(list, "INTERRUPTED: the run did not come to its end; every attempt that had ended is here.")
	}
	for _, t := range m.Run.TakenOut {
		list = append(list, "TAKEN OUT: "+t.Text()+".")
	}
	for _, w := range m.WaiverErrors() {
		list = append(list, fmt.Sprintf("WAIVER: that of %s has to be cleaned up: %s.", w.Case, w.Message))
	}
	return list
}

// Words writes an identifier such as not_run as people do.
func Words(id string) string { return strings.ReplaceAll(id, "_", " ") }

// Headline is the verdict with its marks, such as "FAILED · SIMULATED".
func Headline(m matrix.Matrix) string {
	return strings.Join(append([]string{strings.ToUpper(Words(string(m.Outcome())))}, Marks(m)...), " · ")
}

// Plan names the plan, and the derivative where the run is one.
func Plan(m matrix.Matrix) string {
	s := strings.TrimSpace(m.Run.Plan.Name + " " + m.Run.Plan.Version)
	if m.Run.Derivative != "" {
		s += ", " + m.Run.Derivative + " derivative"
	}
	return s
}

// Trouble says why an attempt did not simply pass: cause, code and words.
func Trouble(a matrix.Attempt) string {
	var parts []string
	for _, s := range []string{Words(string(a.Cause)), string(a.Code), a.Message} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// Waivers are the states of the waivers of a case.
func Waivers(m matrix.Matrix, caseID string) string {
	var list []string
	for _, w := range m.Waivers {
		if w.Case == caseID {
			list = append(list, fmt.Sprintf("%s: %s (until %s, %s, %s)", w.State, w.Reason, w.Expires, w.Owner, w.Reference))
		}
	}
	return strings.Join(list, "; ")
}
