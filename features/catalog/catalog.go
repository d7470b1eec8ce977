// Package catalog holds the test plans and their cases: what is certified, as
// data that is embedded in the binary. Cases are defined once, under cases/;
// a plan, under plans/, selects them.
//
// It knows nothing of scenarios, phones or results.
package catalog

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"ffscert/features/certification"
)

//go:embed plans/*.yaml cases/*.yaml
var embedded embed.FS

// Catalog holds plans and cases. It is not changed after [Load].
type Catalog struct {
	plans []certification.Plan // ordered by id
	cases []certification.Case // ordered by id
}

// Load reads the embedded catalogue. An error is an *[Error] and names file,
// line and field.
func Load() (*Catalog, error) { return LoadFS(embedded) }

// LoadFS reads a catalogue from plans/*.yaml and cases/*.yaml of fsys. All that
// is wrong with it is reported at once, as an *[Error].
func LoadFS(fsys fs.FS) (*Catalog, error) {
	l := loader{cases: map[string]defined[certification.Case]{}, plans: map[string]defined[certification.Plan]{}}
	if err := l.files(fsys, "cases", l.caseFile); err != nil {
		return nil, err
	}
	if err := l.files(fsys, "plans", l.planFile); err != nil {
		return nil, err
	}
	if len(l.problems) > 0 {
		return nil, &Error{Problems: l.problems}
	}
	c := &Catalog{}
	for _, d := range l.cases {
		c.cases = append(c.cases, d.value)
	}
	for _, d := range l.plans {
		c.plans = append(c.plans, d.value)
	}
	slices.SortFunc(c.cases, func(a, b certification.Case) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(c.plans, func(a, b certification.Plan) int { return strings.Compare(a.ID, b.ID) })
	return c, nil
}

// Plans are all plans, ordered by id. The slice is the caller's.
func (c *Catalog) Plans() []certification.Plan {
	plans := slices.Clone(c.plans)
	for i := range plans {
		plans[i].Cases = slices.Clone(plans[i].Cases)
	}
	return plans
}

// Plan returns the plan with that id, or an *[UnknownError].
func (c *Catalog) Plan(id string) (certification.Plan, error) {
	ids := make([]string, 0, len(c.plans))
	for _, p := range c.plans {
		if p.ID == id {
			p.Cases = slices.Clone(p.Cases)
			return p, nil
		}
		ids = append(ids, p.ID)
	}
	return certification.Plan{}, unknown("plan", id, ids)
}

// Case returns the case with that id as the catalogue defines it, before any
// plan adapts it, or an *[UnknownError].
func (c *Catalog) Case(id string) (certification.Case, error) {
	ids := make([]string, 0, len(c.cases))
	for _, k := range c.cases {
		if k.ID == id {
			return k, nil
		}
		ids = append(ids, k.ID)
	}
	return certification.Case{}, unknown("case", id, ids)
}

// UnknownCase is the error for a case that a plan does not select, with the
// plan's ids that look alike.
func UnknownCase(p certification.Plan, id string) *UnknownError {
	ids := make([]string, 0, len(p.Cases))
	for _, k := range p.Cases {
		ids = append(ids, k.ID)
	}
	return unknown("case", id, ids)
}

// UnknownError says that there is no plan or case with that id.
type UnknownError struct {
	Kind    string   // "plan" or "case"
	ID      string   // as it was asked for
	Nearest []string // at most five ids, the most alike first; may be empty
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("unknown %s %q", e.Kind, e.ID)
	if h := e.Hint(); h != "" {
		s += ": " + h
	}
	return s
}

// Hint says which ids may have been meant, or is empty.
func (e *UnknownError) Hint() string {
	if len(e.Nearest) == 0 {
		return ""
	}
	return "did you mean " + strings.Join(e.Nearest, ", ") + "?"
}
