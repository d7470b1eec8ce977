// Package explain holds a page for every error code: what it means, its likely
// causes in order, how to tell them apart, what to do.
//
// It knows no run and no phone: it says what a code means in general. What
// happened in an attempt is in the matrix.
package explain

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"ffscert/features/certification"
)

//go:embed pages.yaml
var pagesYAML []byte

// Page is what is known about a code.
type Page struct {
	Code  certification.Code `json:"code" yaml:"code"`
	Title string             `json:"title" yaml:"title"`
	// Means says what has happened, and what it does to the verdict.
	Means string `json:"means" yaml:"means"`
	// Causes are the likely ones, the most likely first.
	Causes []Cause `json:"causes" yaml:"causes"`
}

// Cause is one likely cause of a code.
type Cause struct {
	What string `json:"what" yaml:"what"`
	Tell string `json:"tell" yaml:"tell"` // how it is told apart from the others
	Do   string `json:"do" yaml:"do"`
}

// Pages are all pages, in the order of their codes.
func Pages() ([]Page, error) {
	var pages []Page
	if err := yaml.UnmarshalWithOptions(pagesYAML, &pages, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("pages.yaml: %w", err)
	}
	return pages, nil
}

// Find returns the page of a code, however it is written: "FFS-E201",
// "ffs-e201", "E201" or "201". near are the codes of the same field where
// there is no such page.
func Find(pages []Page, code string) (page Page, near []certification.Code, ok bool) {
	digits := strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(code)), "FFS-"), "E")
	want := certification.Code("FFS-E" + digits)
	i := slices.IndexFunc(pages, func(p Page) bool { return p.Code == want })
	if i >= 0 {
		return pages[i], nil, true
	}
	for _, p := range pages {
		if digits != "" && strings.HasPrefix(string(p.Code), "FFS-E"+digits[:1]) {
			near = append(near, p.Code)
		}
	}
	return Page{}, near, false
}
