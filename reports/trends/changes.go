package trends

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
)

// Kind says how a case changed from one run to another.
type Kind string

// The kinds, in the order in which they are told.
const (
	NewlyFailing Kind = "newly_failing" // failed now, and did not before
	Worse        Kind = "worse"
	Slower       Kind = "slower" // set-up takes longer than the measurement is uncertain
	Fixed        Kind = "fixed"  // failed before, and is good now
	Better       Kind = "better"
	Faster       Kind = "faster"
	OnlyNow      Kind = "only_now"    // in the second run only
	OnlyBefore   Kind = "only_before" // in the first run only
)

var order = [...]Kind{NewlyFailing, Worse, Slower, Fixed, Better, Faster, OnlyNow, OnlyBefore}

// Change is what changed about a case.
type Change struct {
	Kind    Kind                  `json:"kind"`
	Case    string                `json:"case"`
	Title   string                `json:"title"`
	Was     certification.Verdict `json:"was" jsonschema:"enum="` // empty if it was not in the run
	Is      certification.Verdict `json:"is" jsonschema:"enum="`
	Message string                `json:"message"`
}

// Comparison is what changed from one run to another.
type Comparison struct {
	From string `json:"from"`
	To   string `json:"to"`
	// FromMarks and ToMarks are SIMULATED and PARTIAL where the run is so.
	FromMarks []string `json:"from_marks"`
	ToMarks   []string `json:"to_marks"`
	// Conditions are what differs about the runs themselves, such as the firmware.
	Conditions []string `json:"conditions"`
	// Changes are sorted: what fails newly comes first.
	Changes []Change `json:"changes"`
}

// Compare tells what changed from one run to another.
func Compare(from, to matrix.Matrix) Comparison {
	c := Comparison{From: from.Run.ID, To: to.Run.ID, FromMarks: marks(from), ToMarks: marks(to), Conditions: conditions(from, to), Changes: []Change{}}
	was := map[string]matrix.Case{}
	for _, k := range from.Cases {
		was[k.ID] = k
	}
	for _, k := range to.Cases {
		old, there := was[k.ID]
		delete(was, k.ID)
		if !there {
			if k.Verdict == certification.Failed {
				c.add(Change{NewlyFailing, k.ID, k.Title, "", k.Verdict, "it was not in the run before: " + k.Message})
			} else {
				c.add(Change{OnlyNow, k.ID, k.Title, "", k.Verdict, ""})
			}
			continue
		}
		kind, message := changed(old, k)
		if kind != "" {
			c.add(Change{kind, k.ID, k.Title, old.Verdict, k.Verdict, message})
		}
	}
	for _, k := range from.Cases {
		if _, left := was[k.ID]; left {
			c.add(Change{OnlyBefore, k.ID, k.Title, k.Verdict, "", ""})
		}
	}
	slices.SortStableFunc(c.Changes, func(a, b Change) int {
		return cmp.Or(slices.Index(order[:], a.Kind)-slices.Index(order[:], b.Kind), strings.Compare(a.Case, b.Case))
	})
	return c
}

func marks(m matrix.Matrix) []string {
	list := []string{}
	if m.Run.Simulated {
		list = append(list, "SIMULATED")
	}
	if m.Run.Partial {
		list = append(list, "PARTIAL")
	}
	return list
}

func (c *Comparison) add(x Change) { c.Changes = append(c.Changes, x) }

// changed tells how a case changed; the kind is empty if it did not.
func changed(old, new matrix.Case) (Kind, string) {
	switch {
	case new.Verdict == certification.Failed && old.Verdict != certification.Failed:
		return NewlyFailing, new.Message
	case new.Verdict.Worse(old.Verdict):
		return Worse, new.Message
	case old.Verdict == certification.Failed && good(new.Verdict):
		return Fixed, new.Message
	case old.Verdict.Worse(new.Verdict):
		return Better, new.Message
	}
	if old.SetupTime == nil || new.SetupTime == nil {
		return "", ""
	}
	// Two medians of which each is uncertain by that much.
	apart := new.SetupTime.P50 - old.SetupTime.P50
	unsure := (old.SetupTime.Uncertainty + new.SetupTime.Uncertainty) / 2
	text := fmt.Sprintf("set-up p50 was %.1f s, is %.1f s", old.SetupTime.P50, new.SetupTime.P50)
	switch slack := max(unsure, 0.2*old.SetupTime.P50); {
	case apart > slack:
		return Slower, text
	case -apart > slack:
		return Faster, text
	}
	return "", ""
}

// conditions are what differs about two runs.
func conditions(from, to matrix.Matrix) []string {
	list := []string{}
	for _, d := range []struct{ what, was, is string }{
		{"plan", from.Run.Plan.ID + " " + from.Run.Plan.Version, to.Run.Plan.ID + " " + to.Run.Plan.Version},
		{"product", from.Run.Product.DeviceName, to.Run.Product.DeviceName},
		{"firmware", from.Run.Product.Firmware, to.Run.Product.Firmware},
		{"hardware", from.Run.Product.Hardware, to.Run.Product.Hardware},
		{"Alexa app", strings.Join(Apps(from), ", "), strings.Join(Apps(to), ", ")},
		{"testbeds", beds(from), beds(to)},
		{"selection", from.Run.Selection, to.Run.Selection},
		{"ffscert", from.Run.ToolVersion, to.Run.ToolVersion},
		{"simulated", fmt.Sprint(from.Run.Simulated), fmt.Sprint(to.Run.Simulated)},
	} {
		if d.was != d.is {
			list = append(list, fmt.Sprintf("%s: was %s, is %s", d.what, orNothing(d.was), orNothing(d.is)))
		}
	}
	return list
}

func beds(m matrix.Matrix) string {
	var names []string
	for _, t := range m.Run.Testbeds {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

func orNothing(s string) string {
	if strings.TrimSpace(s) == "" {
		return "not said"
	}
	return s
}
