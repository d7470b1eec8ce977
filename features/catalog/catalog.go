// Package catalog holds the test plans and their cases: what is certified, as
// data that is embedded in the binary.
//
// It knows nothing of scenarios, phones or results.
package catalog

import (
	"errors"

	"ffscert/features/certification"
)

// Catalog holds plans and cases. It is not changed after [Load].
type Catalog struct{}

// UnknownError says that there is no plan or case with that id.
type UnknownError struct {
	Kind    string // "plan" or "case"
	ID      string
	Nearest []string // ids that look alike, the nearest first; all ids if there are few
}

func (e *UnknownError) Error() string { return "unknown " + e.Kind }

// Load reads the embedded catalogue. An error names file and line.
func Load() (*Catalog, error) { return nil, errors.ErrUnsupported }

// Plans are all plans, ordered by id. The slice is the caller's.
func (c *Catalog) Plans() []certification.Plan { return nil }

// Plan returns the plan with that id, or an *[UnknownError].
func (c *Catalog) Plan(id string) (certification.Plan, error) {
	return certification.Plan{}, errors.ErrUnsupported
}

// Case returns the case with that id as the catalogue defines it, before any
// plan adapts it, or an *[UnknownError].
func (c *Catalog) Case(id string) (certification.Case, error) {
	return certification.Case{}, errors.ErrUnsupported
}
