package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// FrozenScenario is a scenario as it was when the run began.
type FrozenScenario struct {
	Case string `json:"case"`
	// Scenario is its [certification.AttemptID.Scenario].
	Scenario string       `json:"scenario"`
	File     string       `json:"file"`
	Line     int          `json:"line"`
	Name     string       `json:"name"`
	Steps    []FrozenStep `json:"steps"`
	// SHA256 is over the case, the name and the text of the steps.
	SHA256 string `json:"sha256"`
}

// FrozenStep is a sentence with its table or text block.
type FrozenStep struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// Seal computes the scenario's hash.
func (f *FrozenScenario) Seal() {
	parts := []string{f.Case, f.Name}
	for _, s := range f.Steps {
		parts = append(parts, s.Text)
	}
	f.SHA256 = sumOf(parts...)
}

// Difference is something that is frozen in a run and differs now.
type Difference struct {
	// Field is a path such as "plan.cases[3P2-DE-02].title", or FILE:LINE.
	Field   string
	Was, Is string // as JSON; empty for what was not, or is not, there
}

func (d Difference) String() string {
	switch {
	case d.Was == "":
		return fmt.Sprintf("%s: was not there, is %s", d.Field, d.Is)
	case d.Is == "":
		return fmt.Sprintf("%s: was %s, is not there", d.Field, d.Was)
	}
	return fmt.Sprintf("%s: was %s, is %s", d.Field, d.Was, d.Is)
}

// Differences compares what is frozen in a run with what it would be if it
// began now: plan, cases, product, selection, seed, and the selected scenarios
// sentence by sentence. What an older version did not keep is not compared; see
// [Header.Uncompared].
func Differences(was, is Header) []Difference {
	if was.Selection.Options == nil {
		is.Selection.Options = nil
	}
	var scenarios []Difference
	if was.Scenarios != nil {
		scenarios = scenarioDifferences(was.Scenarios, is.Scenarios)
		// The same scenarios, said better.
		was.Scopes, is.Scopes = withoutScenarios(was.Scopes), withoutScenarios(is.Scopes)
	}
	for _, h := range []*Header{&was, &is} {
		// What does not change what is certified.
		h.ID, h.ToolVersion, h.Simulated, h.Scenarios = "", "", false, nil
		h.Created = h.Created.Truncate(0)
	}
	was.Created = is.Created
	return append(differences(flatten("", was), flatten("", is)), scenarios...)
}

// Uncompared says what a run of an older version did not keep, so that a change
// of it would not be noticed.
func (h Header) Uncompared() []string {
	var list []string
	if h.Scenarios == nil {
		list = append(list, "the text of the scenarios and the settings of the testbeds were not kept when the run began: whether they were changed since is not known")
	}
	return list
}

func withoutScenarios(scopes []Scope) []Scope {
	list := slices.Clone(scopes)
	for i := range list {
		list[i].Scenarios = nil
	}
	return list
}

// field is a path and its value as JSON.
type field struct{ path, value string }

// differences lists the fields that differ, those that were there first.
func differences(was, is []field) []Difference {
	old, new := map[string]string{}, map[string]string{}
	for _, f := range was {
		old[f.path] = f.value
	}
	for _, f := range is {
		new[f.path] = f.value
	}
	var list []Difference
	for _, f := range was {
		if v, there := new[f.path]; !there || v != f.value {
			list = append(list, Difference{f.path, f.value, v})
		}
	}
	for _, f := range is {
		if _, there := old[f.path]; !there {
			list = append(list, Difference{f.path, "", f.value})
		}
	}
	return list
}

// flatten makes paths and values of anything that JSON can hold, in the order
// of the fields. Elements of a list that have an id or a name go by that, so
// that one that is added does not move the others. What is empty is left out.
func flatten(path string, v any) []field {
	data, err := json.Marshal(v)
	if err != nil {
		return nil // our own types always marshal
	}
	return flattenJSON(path, data)
}

func flattenJSON(path string, data json.RawMessage) []field {
	data = bytes.TrimSpace(data)
	var list []field
	switch data[0] {
	case '{':
		d := json.NewDecoder(bytes.NewReader(data))
		_, _ = d.Token() // {
		for d.More() {
			key, _ := d.Token()
			var value json.RawMessage
			if d.Decode(&value) != nil {
				break
			}
			name := fmt.Sprint(key)
			if path != "" {
				name = path + "." + name
			}
			list = append(list, flattenJSON(name, value)...)
		}
	case '[':
		var items []json.RawMessage
		_ = json.Unmarshal(data, &items)
		for i, item := range items {
			list = append(list, flattenJSON(fmt.Sprintf("%s[%s]", path, keyOf(item, i)), item)...)
		}
	default:
		switch s := string(data); s {
		case `""`, "null":
		default:
			list = append(list, field{path, plainly(s)})
		}
	}
	return list
}

// plainly undoes what JSON escapes for the sake of HTML.
func plainly(s string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(s)
}

// keyOf is how an element of a list is called.
func keyOf(item json.RawMessage, i int) string {
	var named struct {
		ID, Case, Name string
	}
	if json.Unmarshal(item, &named) == nil {
		for _, s := range []string{named.ID, named.Case, named.Name} {
			if s != "" {
				return s
			}
		}
	}
	return fmt.Sprint(i)
}

// scenarioDifferences compares scenarios by their place, then by their file and
// name: one that only moved is said to have moved.
func scenarioDifferences(was, is []FrozenScenario) []Difference {
	at := func(f FrozenScenario) string { return fmt.Sprintf("%s:%d", f.File, f.Line) }
	left := slices.Clone(is)
	take := func(match func(FrozenScenario) bool) (FrozenScenario, bool) {
		i := slices.IndexFunc(left, match)
		if i < 0 {
			return FrozenScenario{}, false
		}
		f := left[i]
		left = slices.Delete(left, i, i+1)
		return f, true
	}
	var list []Difference
	var lost []FrozenScenario
	for _, w := range was {
		if f, ok := take(func(f FrozenScenario) bool { return f.Case == w.Case && f.Scenario == w.Scenario }); ok {
			list = append(list, stepDifferences(w, f)...)
		} else {
			lost = append(lost, w)
		}
	}
	for _, w := range lost {
		f, ok := take(func(f FrozenScenario) bool {
			return f.Case == w.Case && f.File == w.File && (f.Name == w.Name || f.Line == w.Line)
		})
		if !ok {
			list = append(list, Difference{at(w), fmt.Sprintf("the scenario %q of case %s", w.Name, w.Case), ""})
			continue
		}
		if f.Line != w.Line {
			list = append(list, Difference{at(w), fmt.Sprintf("the scenario %q", w.Name), fmt.Sprintf("at line %d", f.Line)})
		}
		if f.Name != w.Name {
			list = append(list, Difference{at(w), fmt.Sprintf("the scenario %q", w.Name), fmt.Sprintf("%q", f.Name)})
		}
		list = append(list, stepDifferences(w, f)...)
	}
	for _, f := range left {
		list = append(list, Difference{at(f), "", fmt.Sprintf("the scenario %q of case %s", f.Name, f.Case)})
	}
	return list
}

// stepDifferences compares the sentences of one scenario, as a diff does.
func stepDifferences(was, is FrozenScenario) []Difference {
	if was.SHA256 == is.SHA256 {
		return nil
	}
	a, b := was.Steps, is.Steps
	if len(a)*len(b) > 1<<22 {
		return []Difference{{fmt.Sprintf("%s:%d", is.File, is.Line), fmt.Sprintf("%d sentences", len(a)), fmt.Sprintf("%d, not the same ones", len(b))}}
	}
	// common[i][j] is the length of the longest common part of a[i:] and b[j:].
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i].Text == b[j].Text {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	place := func(f FrozenScenario, s FrozenStep) string { return fmt.Sprintf("%s:%d", f.File, s.Line) }
	var list []Difference
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i].Text == b[j].Text:
			i, j = i+1, j+1
		case i < len(a) && j < len(b) && common[i+1][j+1] == common[i][j]:
			list = append(list, Difference{place(is, b[j]), fmt.Sprintf("%q", a[i].Text), fmt.Sprintf("%q", b[j].Text)})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			list = append(list, Difference{place(was, a[i]), fmt.Sprintf("%q", a[i].Text), ""})
			i++
		default:
			list = append(list, Difference{place(is, b[j]), "", fmt.Sprintf("%q", b[j].Text)})
			j++
		}
	}
	return list
}
