package allure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/safe"
)

// Result is a result as Allure reads it. Times are milliseconds since 1970.
type Result struct {
	UUID          string         `json:"uuid"`
	HistoryID     string         `json:"historyId"`
	TestCaseID    string         `json:"testCaseId"`
	FullName      string         `json:"fullName"`
	Name          string         `json:"name"`
	TitlePath     []string       `json:"titlePath"`
	Status        Status         `json:"status"`
	StatusDetails *StatusDetails `json:"statusDetails,omitempty"`
	Stage         string         `json:"stage"`
	Description   string         `json:"description,omitempty"` // Markdown
	Start         int64          `json:"start"`
	Stop          int64          `json:"stop"`
	Labels        []Label        `json:"labels"`
	Parameters    []Parameter    `json:"parameters"`
	Steps         []Step         `json:"steps"`
	Attachments   []Attachment   `json:"attachments"`
}

// Status is Allure's verdict.
type Status string

// The statuses.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Broken  Status = "broken"
	Skipped Status = "skipped"
	Unknown Status = "unknown"
)

// StatusDetails say why.
type StatusDetails struct {
	Message string `json:"message,omitempty"`
	Trace   string `json:"trace,omitempty"`
	Flaky   bool   `json:"flaky,omitempty"`
}

// Label is what results are grouped and found by.
type Label struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Parameter is a fact about a result.
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// Excluded keeps it out of Allure's own history.
	Excluded bool `json:"excluded"`
}

// Step is a step of a result.
type Step struct {
	Name          string         `json:"name"`
	Status        Status         `json:"status"`
	StatusDetails *StatusDetails `json:"statusDetails,omitempty"`
	Stage         string         `json:"stage"`
	Start         int64          `json:"start"`
	Stop          int64          `json:"stop"`
	Attachments   []Attachment   `json:"attachments"`
	Steps         []Step         `json:"steps"`
}

// Attachment is a file of the folder.
type Attachment struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Type   string `json:"type"`
}

// statusOf never makes anything look passed that is not. Blocked is what Allure
// calls broken; what waits for a review is unknown.
func statusOf(v certification.Verdict) Status {
	switch v {
	case certification.Passed, certification.Warning:
		return Passed
	case certification.Failed:
		return Failed
	case certification.Review:
		return Unknown
	case certification.NotRun, certification.NotApplicable, certification.Waived:
		return Skipped
	}
	return Broken
}

// details begin with verdict and cause, by which the categories know them.
func details(v certification.Verdict, cause certification.Cause, message string, flaky bool) *StatusDetails {
	if v == certification.Passed && !flaky {
		return nil
	}
	s := render.Words(string(v))
	if cause != "" {
		s += " (" + render.Words(string(cause)) + ")"
	}
	return &StatusDetails{Message: clean(s + ": " + message), Flaky: flaky}
}

// newResult makes the ids from the parts that name the result: the same in
// every run, so that Allure can compare runs, and different for every attempt.
func newResult(m matrix.Matrix, name string, labels []Label, parts ...string) Result {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	id := hex.EncodeToString(h.Sum(nil))
	if marks := render.Marks(m); len(marks) > 0 {
		name = strings.Join(marks, " · ") + " · " + name
	}
	r := Result{UUID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(m.Run.ID+" "+id)).String(), HistoryID: id, TestCaseID: id, FullName: clean(strings.Join(parts, " ")), Name: clean(name),
		TitlePath: []string{}, Stage: "finished", Labels: labels, Parameters: []Parameter{}, Steps: []Step{}, Attachments: []Attachment{},
		Start: millis(m.Run.StartedUTC), Stop: millis(m.Run.StartedUTC)}
	for _, l := range labels {
		if l.Name == "parentSuite" || l.Name == "suite" {
			r.TitlePath = append(r.TitlePath, l.Value)
		}
	}
	return r
}

func millis(t time.Time) int64 { return max(t.UnixMilli(), 0) }

// caseLabels are those of a case and of its attempts.
func caseLabels(m matrix.Matrix, group, title string) []Label {
	if group == "" {
		group = "Other"
	}
	head := group
	if marks := render.Marks(m); len(marks) > 0 {
		head = strings.Join(marks, " · ") + " · " + group
	}
	list := []Label{{"epic", clean(render.Headline(m) + " · " + render.Plan(m))}, {"feature", clean(group)}, {"story", clean(title)}, {"parentSuite", clean(head)}, {"suite", clean(title)}, {"framework", "ffscert"}}
	for _, mark := range render.Marks(m) {
		list = append(list, Label{"tag", mark})
	}
	return list
}

func with(labels []Label, more ...Label) []Label {
	list := append([]Label{}, labels...)
	for _, l := range more {
		if l.Value = clean(l.Value); l.Value != "" {
			list = append(list, l)
		}
	}
	return list
}

func describe(lines ...string) string {
	var list []string
	for _, l := range lines {
		if l = safe.Markdown(l, longest); l != "" {
			list = append(list, l)
		}
	}
	return strings.Join(list, "\n\n")
}

func runResult(m matrix.Matrix) Result {
	r, s := m.Run, m.Summary
	x := newResult(m, "Verdict of the run: "+render.Words(string(m.Outcome())), caseLabels(m, "Verdict of the run", render.Headline(m)), "run")
	x.Status = statusOf(m.Outcome())
	text := fmt.Sprintf("cases: %d failed, %d blocked, %d not run, %d to review, %d with a warning, %d waived, %d passed, %d not applicable", s.Failed, s.Blocked, s.NotRun, s.Review, s.Warning, s.Waived, s.Passed, s.NotApplicable)
	x.StatusDetails = details(m.Outcome(), "", text, false)
	lines := append(render.Notices(m), text, fmt.Sprintf("%d tests executed", r.TestsExecuted))
	if len(m.NotSelected) > 0 {
		lines = append(lines, "Not selected: "+strings.Join(m.NotSelected, ", "))
	}
	for _, n := range matrix.Next(m) {
		lines = append(lines, "Next: "+n)
	}
	x.Description = describe(lines...)
	if r.FinishedUTC != nil {
		x.Stop = millis(*r.FinishedUTC)
	}
	return x
}

func caseResult(m matrix.Matrix, c *matrix.Case) Result {
	x := newResult(m, c.ID+" verdict of the case: "+render.Words(string(c.Verdict)), with(caseLabels(m, c.Group, c.ID+" "+c.Title), Label{"tag", string(c.Verdict)}, Label{"tag", string(c.Cause)}), "case", c.ID)
	x.Status, x.StatusDetails = statusOf(c.Verdict), details(c.Verdict, c.Cause, c.Message, c.Flaky)
	lines := append(render.Notices(m), c.Message, c.Requirement)
	if w := render.Waivers(m, c.ID); w != "" {
		lines = append(lines, "Waiver "+w)
	}
	x.summarise(lines, c.AttemptList, c.Attempts, c.Rate, c.SetupTime, c.Phases, c.Findings)
	return x
}

func localResult(m matrix.Matrix, l *matrix.Scenario) Result {
	x := newResult(m, "verdict of the local scenario: "+render.Words(string(l.Verdict)), with(caseLabels(m, "Local scenarios", l.Scenario), Label{"tag", string(l.Verdict)}, Label{"tag", string(l.Cause)}), "local", l.Scenario)
	x.Status, x.StatusDetails = statusOf(l.Verdict), details(l.Verdict, l.Cause, l.Message, l.Flaky)
	lines := append(render.Notices(m), "Outside the plan: it does not enter its verdict.", l.Message)
	x.summarise(lines, l.AttemptList, l.Attempts, l.Rate, l.SetupTime, l.Phases, l.Findings)
	return x
}

func (x *Result) summarise(lines []string, list []matrix.Attempt, a matrix.Attempts, r *matrix.RateResult, s *matrix.SetupTime, phases []matrix.PhaseSummary, findings []matrix.Finding) {
	for i := range list {
		start, stop := millis(list[i].StartedUTC), millis(list[i].FinishedUTC)
		if i == 0 {
			x.Start, x.Stop = start, stop
		}
		x.Start, x.Stop = min(x.Start, start), max(x.Stop, stop)
	}
	x.parameter("attempts", fmt.Sprintf("%d of %d passed, %d failed, %d blocked, %d to review, %d required", a.Passed+a.Warning, a.Counted, a.Failed, a.Blocked, a.Review, a.Required))
	if r != nil {
		rate := "nothing was counted"
		if r.Observed != nil {
			rate = fmt.Sprintf("%.1f %%", *r.Observed*100)
		}
		x.parameter("rate", rate)
		x.parameter("target", fmt.Sprintf("%.3g %%", r.Target*100))
		x.parameter("proven with 95 % confidence", fmt.Sprintf("%.1f %%", r.Lower95*100))
		if r.MorePassesNeeded != nil {
			x.parameter("more passes needed to prove it", fmt.Sprint(*r.MorePassesNeeded))
		}
	}
	if s != nil {
		x.parameter("set-up time", fmt.Sprintf("p50 %.1f s, p90 %.1f s, max %.1f s (± %.1f s)", s.P50, s.P90, s.Max, s.Uncertainty/2))
	}
	for _, p := range phases {
		x.parameter(p.Name, fmt.Sprintf("p50 %.1f s, p90 %.1f s, max %.1f s", p.P50, p.P90, p.Max))
	}
	for _, f := range findings {
		lines = append(lines, fmt.Sprintf("Finding, %s %s: %s", f.Severity, f.Rule, f.Message))
	}
	x.Description = describe(lines...)
}

func (x *Result) parameter(name, value string) {
	if name, value = clean(name), clean(value); name != "" && value != "" {
		x.Parameters = append(x.Parameters, Parameter{name, value, true})
	}
}

func (w *writer) attemptResult(labels []Label, caseID string, row *matrix.Attempt, a *certification.Attempt) Result {
	m := w.source.Matrix
	x := newResult(m, fmt.Sprintf("%s #%d %s", caseID, row.N, row.Scenario), with(labels, Label{"tag", string(row.Verdict)}, Label{"tag", string(row.Cause)}, Label{"tag", string(row.Code)}, Label{"host", row.Testbed}),
		"attempt", caseID, row.Scenario, fmt.Sprint(row.N))
	x.Status = statusOf(row.Verdict)
	x.StatusDetails = details(row.Verdict, row.Cause, strings.TrimSpace(string(row.Code)+" "+row.Message), false)
	x.Start, x.Stop = millis(row.StartedUTC), millis(row.FinishedUTC)
	lines := append([]string{}, render.Notices(m)...)
	if row.Hint != "" {
		lines = append(lines, "Do this: "+row.Hint)
	}
	for _, d := range row.DecidedBy {
		lines = append(lines, "Decided by: "+d)
	}
	if b := row.SetupTime; b != nil {
		x.parameter("set-up time", fmt.Sprintf("%.1f s after it got power; not before %.1f s, not after %.1f s", b.Value, b.Lo, b.Hi))
	}
	x.parameter("testbed", row.Testbed)
	for _, p := range row.Phases {
		x.parameter(p.Name, fmt.Sprintf("%.1f s", p.Seconds))
	}
	at := x.Start
	for _, s := range a.Steps {
		st := Step{Name: clean(s.Text), Status: stepStatus(s.Status, x.Status), Stage: "finished", Start: at, Steps: []Step{}}
		at = max(at, min(at+int64(min(max(s.Seconds, 0), 1e9)*1000), x.Stop))
		st.Stop = at
		var rest []string
		st.Attachments, rest = w.evidence(s.Evidence)
		lines = append(lines, rest...)
		if st.Attachments == nil {
			st.Attachments = []Attachment{}
		}
		if s.Message != "" {
			st.StatusDetails = &StatusDetails{Message: clean(s.Message), Trace: clean(s.Location)}
		}
		x.Steps = append(x.Steps, st)
	}
	evidence := append([]string{}, a.Evidence...)
	for _, f := range a.Findings {
		lines = append(lines, fmt.Sprintf("Finding, %s %s: %s", f.Severity, f.Rule, f.Message))
		evidence = append(evidence, f.Evidence...)
	}
	for _, o := range a.Observations {
		lines = append(lines, "Seen: "+o.What)
		evidence = append(evidence, o.Evidence...)
	}
	attachments, rest := w.evidence(evidence)
	x.Attachments = append(x.Attachments, attachments...)
	x.Description = describe(append(lines, rest...)...)
	return x
}

// stepStatus gives a step that did not pass the status of its attempt.
func stepStatus(status string, of Status) Status {
	switch {
	case status == "passed":
		return Passed
	case status == "skipped":
		return Skipped
	case of == Passed:
		return Broken // an attempt that passed with a step that did not
	}
	return of
}
