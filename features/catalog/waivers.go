package catalog

import (
	"fmt"
	"time"

	"ffscert/features/certification"
	"ffscert/features/yamlat"
)

// waiverFile is the form of a file of waivers.
type waiverFile struct {
	Waivers []waiverEntry `yaml:"waivers"`
}

type waiverEntry struct {
	Case      string `yaml:"case"`
	Reason    string `yaml:"reason"`
	Reference string `yaml:"reference"`
	Owner     string `yaml:"owner"`
	Expires   string `yaml:"expires"`
}

// Waivers reads a file of exceptions that were agreed with Amazon's contact.
// name is the file's name, for problems. All that is wrong is reported at
// once, as an *[Error]. Whether a waiver has expired is not judged here.
func Waivers(name string, data []byte) (*WaiverFile, error) {
	l := &loader{}
	d := l.parse(name, data)
	var f waiverFile
	if d == nil || !d.decode(&f) {
		return nil, &Error{Problems: l.problems}
	}
	var list []certification.Waiver
	first := map[string]int{}
	for i, e := range f.Waivers {
		at := fmt.Sprintf("waivers[%d]", i)
		if d.id(at+".case", e.Case) {
			if line, twice := first[e.Case]; twice {
				d.add(at+".case", "%q has a waiver on line %d already", e.Case, line)
			}
			first[e.Case] = d.line(at + ".case")
		}
		d.text(at+".reason", e.Reason)
		d.text(at+".reference", e.Reference)
		d.text(at+".owner", e.Owner)
		if _, err := time.Parse(certification.DateLayout, e.Expires); err != nil {
			d.add(at+".expires", "%q is no date: write the last day on which it holds like 2027-03-01", e.Expires)
		}
		list = append(list, certification.Waiver{Case: e.Case, Reason: e.Reason, Reference: e.Reference, Owner: e.Owner, Expires: e.Expires})
	}
	if len(l.problems) > 0 {
		return nil, &Error{Problems: l.problems}
	}
	return &WaiverFile{list, d.file}, nil
}

// WaiverFile is a file of waivers that can say where in it something stands.
type WaiverFile struct {
	List []certification.Waiver
	file *yamlat.File
}

// At is where a field of the i-th waiver stands: its line, and how the field is
// called.
func (w *WaiverFile) At(i int, field string) (line int, path string) {
	path = fmt.Sprintf("waivers[%d].%s", i, field)
	return w.file.Line(path), path
}
