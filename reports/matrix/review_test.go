package matrix

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// answered adds answers in the form "pass+", where + is evidence and ~ is no
// name; to an attempt of the case if n is not 0, to the case as a whole if it is.
func answered(r journal.Record, n int, words ...string) journal.Record {
	for _, w := range words {
		a := journal.Review{N: len(r.Reviews) + 1, At: day.Add(2 * time.Hour), Case: rateCase, Name: "Ada", Answer: journal.Answer(strings.TrimRight(w, "+~"))}
		if n > 0 {
			a.Scenario, a.Attempt = one, n
		}
		if a.Answer == journal.AnswerFail {
			a.Cause = certification.CausePartnerApp
		}
		if strings.Contains(w, "+") {
			a.Evidence = []string{"evidence/x.png"}
		}
		if strings.Contains(w, "~") {
			a.Name = ""
		}
		r.Reviews = append(r.Reviews, a)
	}
	return r
}

// byHand makes the case one that a person decides, without a scenario.
func byHand() journal.Record {
	r := all(run(1, ""))
	r.Plan.Cases[0].Method, r.Scopes[0].Scenarios = certification.Attended, nil
	return r
}

func TestAnswersToACaseThatAPersonDecides(t *testing.T) {
	for name, tc := range map[string]struct {
		words   []string
		verdict certification.Verdict
		cause   certification.Cause
	}{
		"none":                            {nil, "review", "definition"},
		"passed, with evidence":           {[]string{"pass+"}, "passed", ""},
		"passed, with nothing to show":    {[]string{"pass"}, "review", "definition"},
		"passed, by nobody":               {[]string{"pass+~"}, "review", "definition"},
		"failed":                          {[]string{"fail"}, "failed", "partner_app"},
		"a note only":                     {[]string{"note+"}, "review", "definition"},
		"a note after it":                 {[]string{"pass+", "note"}, "passed", ""},
		"revised to failed":               {[]string{"pass+", "fail"}, "failed", "partner_app"},
		"revised to passed":               {[]string{"fail", "pass+"}, "passed", ""},
		"the newest shows nothing for it": {[]string{"pass+", "pass"}, "review", "definition"},
		"revised, with nothing to show":   {[]string{"fail", "pass"}, "review", "definition"},
	} {
		m := Of(answered(byHand(), 0, tc.words...))
		c := m.Cases[0]
		if c.Verdict != tc.verdict || c.Cause != tc.cause || m.Summary.Verdict != tc.verdict {
			t.Errorf("%s: %s %s: %s", name, c.Verdict, c.Cause, c.Message)
		}
		if len(c.Reviews) != len(tc.words) {
			t.Errorf("%s: %d answers are listed", name, len(c.Reviews))
		}
		if done := tc.verdict != "review"; m.Summary.Complete != done || done && !strings.Contains(c.Message, "by Ada on 2026-11-22 18:14 UTC") {
			t.Errorf("%s: complete %v: %s", name, m.Summary.Complete, c.Message)
		}
	}
	c := Of(answered(byHand(), 0, "pass+", "note", "fail", "note")).Cases[0]
	for i, want := range []bool{false, false, true, false} {
		if c.Reviews[i].Counts != want {
			t.Errorf("answer %d counts: %v", i+1, !want)
		}
	}
}

func TestAnswersToAttempts(t *testing.T) {
	p := strings.Repeat("p", 19)
	for name, tc := range map[string]struct {
		run     journal.Record
		n       int
		words   []string
		verdict certification.Verdict
	}{
		"open":                             {run(20, p+"r"), 20, nil, "review"},
		"passed":                           {run(20, p+"r"), 20, []string{"pass+"}, "passed"},
		"failed, one is allowed":           {run(20, p+"r"), 20, []string{"fail"}, "passed"},
		"failed, all must pass":            {all(run(20, p+"r")), 20, []string{"fail"}, "failed"},
		"one of two":                       {run(20, p[1:]+"rr"), 20, []string{"pass+"}, "review"},
		"a failed one stays failed":        {all(run(20, p+"f")), 20, []string{"pass+"}, "failed"},
		"a blocked one stays blocked":      {all(run(1, "b")), 1, []string{"pass+"}, "blocked"},
		"a passed one needs none":          {run(20, p+"p"), 20, []string{"fail"}, "passed"},
		"an automated case is not decided": {run(20, ""), 0, []string{"pass+"}, "not_run"},
		"nor is a failed one":              {run(20, "ff"), 0, []string{"pass+"}, "failed"},
	} {
		if c := Of(answered(tc.run, tc.n, tc.words...)).Cases[0]; c.Verdict != tc.verdict {
			t.Errorf("%s: %s: %s", name, c.Verdict, c.Message)
		}
	}
	c := Of(answered(run(20, p+"r"), 20, "fail")).Cases[0]
	if c.Attempts.Failed != 1 || c.Attempts.Review != 0 || c.AttemptList[19].Cause != certification.CausePartnerApp {
		t.Errorf("%+v %+v", c.Attempts, c.AttemptList[19])
	}
}

// A scenario that ran, of a case that somebody has to show something for.
func TestAnswersToACaseWhoseAttemptsShowNothing(t *testing.T) {
	r := all(run(1, "p"))
	r.Plan.Cases[0].Method = certification.Evidence
	for word, want := range map[string]certification.Verdict{"note": "review", "pass": "review", "pass+": "passed", "fail": "failed"} {
		if c := Of(answered(r, 0, word)).Cases[0]; c.Verdict != want {
			t.Errorf("%s: %s: %s", word, c.Verdict, c.Message)
		}
	}
	failed := all(run(2, "pf"))
	failed.Plan.Cases[0].Method = certification.Evidence
	if c := Of(answered(failed, 0, "pass+")).Cases[0]; c.Verdict != "failed" {
		t.Errorf("an answer hides a failure: %s: %s", c.Verdict, c.Message)
	}
}

func TestItems(t *testing.T) {
	if list := Items(answered(byHand(), 0, "pass+", "fail")); len(list) != 1 || list[0].Answer == nil || list[0].Answer.N != 2 || list[0].Attempt != 0 {
		t.Errorf("%+v", list)
	}
	list := Items(answered(run(20, "prfrb"), 2, "note", "pass"))
	if len(list) != 2 || list[0].Attempt != 2 || list[1].Attempt != 4 || !list[0].Open() || !list[1].Open() {
		t.Errorf("%+v", list)
	}
	r := byHand()
	r.Plan.Cases[0].NotApplicable = "no app"
	if list := Items(r); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

// No answer, whatever it says, makes more of a run than what waited for a
// person.
func TestNoAnswerHidesAFailureOrABlock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.StringMatching(`[pwfabcr]{0,24}`).Draw(t, "attempts")
		r := run(rapid.IntRange(1, 20).Draw(t, "required"), kinds)
		if rapid.Bool().Draw(t, "all") {
			r = all(r)
		}
		r.Plan.Cases[0].Method = rapid.SampledFrom([]certification.Method{certification.Automated, certification.Evidence, certification.Attended}).Draw(t, "method")
		before := Of(r).Cases[0]
		for range rapid.IntRange(0, 6).Draw(t, "answers") {
			r = answered(r, rapid.IntRange(0, 24).Draw(t, "n"), rapid.SampledFrom([]string{"pass", "pass+", "pass+~", "fail", "note"}).Draw(t, "answer"))
		}
		after := Of(r).Cases[0]
		if before.Verdict != certification.Review && before.Verdict.Worse(after.Verdict) {
			t.Fatalf("%q: was %s, is %s", kinds, before.Verdict, after.Verdict)
		}
		if after.Attempts.Failed < before.Attempts.Failed || after.Attempts.Blocked != before.Attempts.Blocked {
			t.Fatalf("%q: %+v, %+v", kinds, before.Attempts, after.Attempts)
		}
		if len(after.Reviews) != len(r.Reviews) {
			t.Fatalf("%d of %d answers are listed", len(after.Reviews), len(r.Reviews))
		}
	})
}
