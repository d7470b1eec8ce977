package suite

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// Selection is what a user asked to be run. Its parts narrow each other down.
type Selection struct {
	Cases []string // ids of cases; none means all of the plan
	Tags  string   // a Cucumber tag expression; empty means all
	// Files are FILE.feature or FILE.feature:LINE; none means all. A line of a
	// scenario selects it, a row of an outline that row, a line of a table of
	// examples all its rows, and a line that stands before all scenarios of a rule
	// or of the file all of them.
	Files []string
	// Attempts overrides the number of counted attempts of rate cases; 0
	// leaves it to the plan.
	Attempts int
}

// Text is the selection as it would be typed; empty for the whole plan.
func (s Selection) Text() string {
	parts := append([]string(nil), s.Files...)
	for _, c := range s.Cases {
		parts = append(parts, "--case "+c)
	}
	if s.Tags != "" {
		parts = append(parts, "--tags \""+s.Tags+"\"")
	}
	if s.Attempts > 0 {
		parts = append(parts, fmt.Sprintf("--attempts %d", s.Attempts))
	}
	return strings.Join(parts, " ")
}

// Job is one scenario with the case that it carries out and the number of
// counted attempts it needs.
type Job struct {
	Case     certification.Case // for a local scenario, [certification.LocalCase] with one attempt
	Scenario Scenario
	Required int
}

// SelectionError says what is wrong with a selection.
type SelectionError struct{ Message, Hint string }

func (e *SelectionError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "\n  hint: " + e.Hint
}

// Select expands a plan and a selection into jobs. known tells whether a case
// id exists in any plan of the catalogue: a scenario of another plan's case is
// left out unless a file names it. Cases that do not apply to the product are
// left out, and refused where they are asked for by name. Selecting nothing,
// neither a scenario nor an [Unscripted] case, is an error.
func Select(plan certification.Plan, all []Scenario, sel Selection, known func(id string) bool) ([]Job, error) {
	if sel.Attempts < 0 {
		return nil, &SelectionError{fmt.Sprintf("%d attempts cannot be made", sel.Attempts), "give a number from 1 upwards"}
	}
	var tags *TagExpression
	if sel.Tags != "" {
		e, err := ParseTags(sel.Tags)
		if err != nil {
			return nil, err
		}
		tags = &e
	}
	wanted := map[string]bool{}
	for _, id := range sel.Cases {
		c, ok := plan.Case(id)
		if !ok {
			return nil, &SelectionError{fmt.Sprintf("plan %s has no case %q", plan.ID, id), "it has: " + strings.Join(caseIDs(plan), ", ")}
		}
		if err := refuseInapplicable(c); err != nil {
			return nil, err
		}
		wanted[id] = true
	}
	files, err := parseFiles(sel.Files, all)
	if err != nil {
		return nil, err
	}
	var jobs []Job
	var idle []certification.Case // that a scenario would carry out, and must not
	for _, s := range all {
		if s.Broken {
			continue
		}
		id := s.Case(plan)
		switch {
		case len(files) > 0 && !files.match(s):
			continue
		case tags != nil && !tags.Match(s.Tags):
			continue
		case len(wanted) > 0 && !wanted[id]:
			continue
		case id == certification.LocalCase && len(files) == 0 && len(s.Cases) > 0 && anyKnown(s.Cases, known):
			continue // a case of another plan
		}
		if c, ok := plan.Case(id); ok && !carriesOut(c) {
			idle = append(idle, c)
			continue
		}
		jobs = append(jobs, job(plan, id, s, sel.Attempts))
	}
	if len(jobs) == 0 && len(Unscripted(plan, all, sel)) == 0 {
		if len(idle) > 0 {
			return nil, refuseIdle(idle[0])
		}
		what := "the plan " + plan.ID
		if t := sel.Text(); t != "" {
			what = t
		}
		return nil, &SelectionError{"nothing is selected: no scenario fits " + what,
			"`ffscert check --json` lists the scenarios and their tags; `ffscert plan show " + plan.ID + "` the cases"}
	}
	// In the plan's order, local scenarios last.
	order := map[string]int{certification.LocalCase: len(plan.Cases)}
	for i, c := range plan.Cases {
		order[c.ID] = i
	}
	sort.SliceStable(jobs, func(i, j int) bool { return order[jobs[i].Case.ID] < order[jobs[j].Case.ID] })
	return jobs, nil
}

func job(plan certification.Plan, id string, s Scenario, attempts int) Job {
	c, ok := plan.Case(id)
	if !ok {
		c = certification.Case{ID: certification.LocalCase, Group: "Local", Title: s.Name, Method: certification.Automated,
			Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}}
	}
	required := c.Criterion.Attempts
	if attempts > 0 && (c.Criterion.Kind == certification.Rate || !ok) {
		required = attempts
	}
	return Job{Case: c, Scenario: s, Required: required}
}

func anyKnown(ids []string, known func(string) bool) bool {
	for _, id := range ids {
		if known != nil && known(id) {
			return true
		}
	}
	return false
}

func caseIDs(p certification.Plan) []string {
	var ids []string
	for _, c := range p.Cases {
		ids = append(ids, c.ID)
	}
	return ids
}

// fileSelector holds FILE and FILE:LINE.
type fileSelector []fileLine

type fileLine struct {
	file string
	line int  // 0 for the whole file
	best span // the lines that are meant by line
}

func parseFiles(args []string, all []Scenario) (fileSelector, error) {
	var sel fileSelector
	for _, a := range args {
		file, lines := SplitLines(a)
		var inFile []Scenario
		for _, s := range all {
			if sameFile(s.File, file) {
				inFile = append(inFile, s)
			}
		}
		if len(inFile) == 0 {
			return nil, &SelectionError{"there is no feature file " + file + " with a scenario in it", "name a file that exists, or a built-in one such as provisioning/zero-touch.feature; a folder is added with --features DIR"}
		}
		if len(lines) == 0 {
			sel = append(sel, fileLine{file: file})
		}
		for _, line := range lines {
			best, ok := spanOf(inFile, line)
			if !ok {
				var begin []string
				for _, s := range inFile {
					begin = append(begin, fmt.Sprint(s.Line))
				}
				return nil, &SelectionError{fmt.Sprintf("no scenario is at line %d of %s", line, file), "scenarios begin at: " + strings.Join(begin, ", ")}
			}
			sel = append(sel, fileLine{file, line, best})
		}
	}
	return sel, nil
}

// spanOf is the narrowest part of a file that the line lies in: a row, a table
// of examples, a scenario, what stands before all scenarios of a rule or of the
// file.
func spanOf(scenarios []Scenario, line int) (best span, ok bool) {
	for _, s := range scenarios {
		for _, sp := range s.spans {
			if sp.has(line) && (!ok || sp.to-sp.from < best.to-best.from) {
				best, ok = sp, true
			}
		}
	}
	return best, ok
}

// SplitLines takes FILE:LINE and FILE:LINE:LINE… apart; without a line, there
// are no lines. What is no line belongs to the file's name.
func SplitLines(arg string) (file string, lines []int) {
	for {
		i := strings.LastIndexByte(arg, ':')
		if i < 0 {
			return arg, lines
		}
		n, err := strconv.ParseUint(arg[i+1:], 10, 24)
		if err != nil || arg[i+1] == '+' {
			return arg, lines
		}
		arg, lines = arg[:i], append([]int{int(n)}, lines...)
	}
}

func (f fileSelector) match(s Scenario) bool {
	for _, e := range f {
		if sameFile(s.File, e.file) && (e.line == 0 && e.best == span{} || slices.Contains(s.spans, e.best)) {
			return true
		}
	}
	return false
}

func sameFile(a, b string) bool { return path.Clean(a) == path.Clean(b) }

// Scopes are what the run owes to each case, for the journal's header.
func Scopes(jobs []Job) []journal.Scope {
	var scopes []journal.Scope
	at := map[string]int{}
	for _, j := range jobs {
		i, ok := at[j.Case.ID]
		if !ok {
			i = len(scopes)
			at[j.Case.ID] = i
			scopes = append(scopes, journal.Scope{Case: j.Case.ID, Required: j.Required})
		}
		scopes[i].Scenarios = append(scopes[i].Scenarios, j.Scenario.Title())
	}
	return scopes
}

// Partial tells whether the jobs are less than the whole plan with the plan's
// number of attempts.
func Partial(plan certification.Plan, all []Scenario, jobs []Job) bool {
	selected := map[string]bool{}
	for _, j := range jobs {
		if j.Case.ID != certification.LocalCase && j.Required < j.Case.Criterion.Attempts {
			return true
		}
		selected[j.Scenario.Title()] = true
	}
	for _, s := range all {
		if c, ok := plan.Case(s.Case(plan)); ok && carriesOut(c) && !selected[s.Title()] {
			return true
		}
	}
	return false
}
