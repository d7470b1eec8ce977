package matrix

import (
	"fmt"
	"slices"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// Review is an answer that a person gave.
type Review struct {
	// N is its number among the answers of the run.
	N     int       `json:"n"`
	AtUTC time.Time `json:"at_utc"`
	// Scenario and Attempt name the attempt that was answered; empty and 0 for
	// the case as a whole.
	Scenario string              `json:"scenario"`
	Attempt  int                 `json:"attempt"`
	Answer   journal.Answer      `json:"answer"`
	Cause    certification.Cause `json:"cause"`
	Note     string              `json:"note"`
	Name     string              `json:"name"`
	Evidence []string            `json:"evidence"`
	Images   []ReviewImage       `json:"images"`
	// Counts is true for the newest answer that decides, of each item that waited
	// for one. Those before it, and notes, stay listed.
	Counts bool `json:"counts"`
}

// ReviewImage is a picture of a thing that was measured, such as a barcode.
type ReviewImage struct {
	Path     string  `json:"path"`
	WidthMM  float64 `json:"width_mm"`
	HeightMM float64 `json:"height_mm"`
}

// Item is something that waits, or has waited, for a person's answer.
type Item struct {
	Case  certification.Case
	Title string
	// Scenario and Attempt name the attempt that is to be looked at; empty and 0
	// for the case as a whole.
	Scenario string
	Attempt  int
	// Why says what is asked for.
	Why string
	// Evidence is what there is to look at already.
	Evidence []string
	// Answer is the one that counts; nil if none does.
	Answer *journal.Review
}

// Open tells whether the item still waits.
func (i Item) Open() bool { return i.Answer == nil }

// Items are what people have to answer in a run, in the order of the plan:
// attended and evidence cases without evidence, and attempts to be reviewed.
// What an attempt decided by itself is no item: an answer never replaces a
// result.
func Items(run journal.Record) []Item {
	plan, local := split(run)
	a := answersOf(run.Reviews)
	var list []Item
	for _, k := range run.Plan.Cases {
		scope, selected := run.Scope(k.ID)
		if !selected && len(plan[k.ID]) == 0 {
			continue
		}
		list = append(list, itemsOf(k, byScenario(scope.Scenarios, plan[k.ID], nil), a)...)
	}
	scope, _ := run.Scope(certification.LocalCase)
	return append(list, itemsOf(certification.Case{ID: certification.LocalCase}, byScenario(scope.Scenarios, local, nil), a)...)
}

func itemsOf(k certification.Case, parts []*part, a answers) []Item {
	var list []Item
	byPerson := k.Method == certification.Attended || k.Method == certification.Evidence
	missingOf := slices.ContainsFunc(parts, func(p *part) bool { return p.evidenceMissing(k.Method) })
	if byPerson && (len(parts) == 0 && k.NotApplicable == "" || missingOf) {
		list = append(list, Item{Case: k, Title: k.Title, Why: missing(k), Answer: a.deciding(item{k.ID, "", 0}, false)})
	}
	for _, p := range parts {
		for i, j := range p.judged {
			if j.Verdict != certification.Review {
				continue
			}
			x := p.attempts[i]
			it := Item{Case: k, Title: k.Title, Scenario: x.ID.Scenario, Attempt: x.ID.N, Why: oneLine(j.Message), Evidence: evidenceOf(x)}
			it.Case.ID = x.ID.Case // a local scenario may name a case that the plan does not have
			it.Answer = a.deciding(item{x.ID.Case, it.Scenario, it.Attempt}, len(it.Evidence) > 0)
			list = append(list, it)
		}
	}
	return list
}

// item is what an answer belongs to.
type item struct {
	caseID, scenario string
	attempt          int
}

// answers are those of a run by what they belong to, the oldest first.
type answers map[item][]journal.Review

func answersOf(list []journal.Review) answers {
	a := answers{}
	for _, r := range list {
		k := item{r.Case, r.Scenario, r.Attempt}
		a[k] = append(a[k], r)
	}
	return a
}

// deciding is the answer that counts: the newest that decides. A pass without
// anything to show for it, its own or the attempt's, counts for nothing; and
// what it has replaced does not come back. Nor does anything without a name.
func (a answers) deciding(k item, shown bool) *journal.Review {
	list := a[k]
	for i := len(list) - 1; i >= 0; i-- {
		r := list[i]
		switch {
		case !r.Decides():
			continue
		case r.Name == "", r.Answer == journal.AnswerPass && !shown && len(r.Evidence) == 0, r.Answer == journal.AnswerFail && !r.Cause.MayFail():
			return nil
		}
		return &r
	}
	return nil
}

// reviewed is what an attempt is worth after a person has looked at it. Only
// what waits for a review can be answered.
func (a answers) reviewed(x *certification.Attempt, j Judgement) Judgement {
	if j.Verdict != certification.Review {
		return j
	}
	r := a.deciding(item{x.ID.Case, x.ID.Scenario, x.ID.N}, len(evidenceOf(x)) > 0)
	switch {
	case r == nil:
		return j
	case r.Answer == journal.AnswerFail:
		return Judgement{Verdict: certification.Failed, Cause: r.Cause, Code: j.Code, Message: said(*r)}
	}
	for _, f := range x.Findings {
		if f.Severity == certification.SeverityWarning {
			return Judgement{Verdict: certification.Warning, Cause: j.Cause, Code: j.Code, Message: f.Rule + ": " + f.Message}
		}
	}
	return Judgement{Verdict: certification.Passed}
}

// said says an answer in one line.
func said(r journal.Review) string {
	word := "passed"
	if r.Answer == journal.AnswerFail {
		word = "failed"
	}
	s := fmt.Sprintf("%s in review by %s on %s UTC", word, oneLine(r.Name), r.At.UTC().Format("2006-01-02 15:04"))
	if r.Note != "" {
		s += ": " + oneLine(r.Note)
	}
	if n := len(r.Evidence); n > 0 {
		s += fmt.Sprintf(" (%s shown)", countOf(n, "file"))
	}
	return s
}

// items are those of one case; none where nobody has answered anything.
func (a answers) items(k certification.Case, scenarios []string, attempts []*certification.Attempt) []Item {
	if len(a) == 0 {
		return nil
	}
	return itemsOf(k, byScenario(scenarios, attempts, nil), a)
}

// ofCase is the answer to a case as a whole that counts; nil if none does.
func (a answers) ofCase(k certification.Case, scenarios []string, attempts []*certification.Attempt) *journal.Review {
	for _, i := range a.items(k, scenarios, attempts) {
		if i.Attempt == 0 {
			return i.Answer
		}
	}
	return nil
}

// decide applies the answer to a case as a whole. What attempts have shown stays
// as it is, unless the answer is worse.
func (c *Case) decide(r *journal.Review, noScenario bool) {
	switch {
	case r == nil:
	case r.Answer == journal.AnswerFail && certification.Failed.Worse(c.Verdict):
		c.Verdict, c.Cause, c.Message = certification.Failed, r.Cause, said(*r)
	case r.Answer == journal.AnswerPass && c.Verdict == certification.Review && noScenario:
		c.Verdict, c.Cause, c.Message = certification.Passed, "", said(*r)
	}
}

// list makes the answers of a case as the matrix shows them, the oldest first.
func (a answers) list(all []journal.Review, items []Item, caseID string) []Review {
	counting := map[int]bool{}
	for _, i := range items {
		if i.Answer != nil {
			counting[i.Answer.N] = true
		}
	}
	list := []Review{}
	for _, r := range all {
		if r.Case != caseID {
			continue
		}
		x := Review{N: r.N, AtUTC: r.At.UTC(), Scenario: r.Scenario, Attempt: r.Attempt, Answer: r.Answer, Cause: r.Cause, Note: r.Note,
			Name: r.Name, Evidence: append([]string{}, r.Evidence...), Images: []ReviewImage{}, Counts: counting[r.N]}
		for _, i := range r.Images {
			x.Images = append(x.Images, ReviewImage(i))
		}
		list = append(list, x)
	}
	return list
}
