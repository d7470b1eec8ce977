package sheet

import (
	"fmt"
	"strings"

	"ffscert/features/catalog"
	"ffscert/features/certification"
)

// Plan makes a plan of the user's of a workbook. head holds what the workbook
// does not say: the plan's id, name, version, protocol.
//
// A case with the id of a built-in one takes over its criterion, method and
// needs; for any other the sheet's words are all there is, and what it does not
// say is said to be ours.
func (b *Book) Plan(head catalog.OwnFile, builtIn *catalog.Catalog, o Options) catalog.OwnFile {
	f := head
	f.Schema = catalog.OwnSchema
	f.Sheet = &catalog.OwnSheet{File: b.Name, SHA256: b.SHA256, Tabs: o.Tabs}
	for field, heading := range o.Map {
		if f.Sheet.Map == nil {
			f.Sheet.Map = map[string]string{}
		}
		f.Sheet.Map[string(field)] = heading
	}
	f.Cases = nil
	for _, c := range b.Cases {
		f.Cases = append(f.Cases, ownCase(c, builtIn))
	}
	return f
}

func ownCase(c Case, builtIn *catalog.Catalog) catalog.OwnCase {
	e := catalog.OwnCase{ID: c.ID, Group: c.Group, Source: catalog.SourceSheet, Title: c.Title, Steps: c.Steps, Expected: c.Expected,
		Criterion: &catalog.OwnCriterion{Kind: string(certification.All), Attempts: 1}, At: &catalog.OwnCell{Tab: c.Tab, Row: c.Row}}
	if c.Written != c.ID {
		e.At.Written = c.Written
	}
	known, ok := knownCase(c.ID, builtIn)
	if ok {
		e.ID = known.ID
		if e.ID != c.Written {
			e.At.Written = c.Written
		}
		e.Method, e.Needs = string(known.Method), known.Needs
		e.Criterion = &catalog.OwnCriterion{Kind: string(known.Criterion.Kind), Target: known.Criterion.Target, Attempts: known.Criterion.Attempts}
		e.Requirement = known.Requirement
		e.Note = fmt.Sprintf("Criterion and method are those of the built-in case %s.", known.ID)
	}
	switch {
	case c.Attempts > 0:
		e.Criterion.Attempts = c.Attempts
		e.Note = strings.TrimSpace(e.Note + " The number of attempts is the sheet's.")
		if !ok {
			e.Note += " That all of them must pass is ours."
		}
	case ok:
		e.Note += " So is the number of attempts: no column of the sheet said so."
	default:
		e.Note = "That one attempt is made and must pass is ours: no column of the sheet said so."
	}
	return e
}

// knownCase is the built-in case of an id, whatever its letters' case.
func knownCase(id string, builtIn *catalog.Catalog) (certification.Case, bool) {
	for _, c := range builtIn.Cases() {
		if strings.EqualFold(c.ID, id) {
			return c, true
		}
	}
	return certification.Case{}, false
}
