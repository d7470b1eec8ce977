package matrix

import (
	"strings"
	"testing"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// TestVerdicts says the rules by example. Kinds of attempts: see [attempt].
func TestVerdicts(t *testing.T) {
	p := strings.Repeat
	for _, tc := range []struct {
		name    string
		run     journal.Record
		verdict certification.Verdict
		cause   certification.Cause
		message string
	}{
		{"all pass", run(20, p("p", 20)), "passed", "", "20 of 20 passed, 100.0 % ≥ 95 %"},
		{"one failure of twenty is allowed", run(20, p("p", 19)+"f"), "passed", "", "19 of 20 passed, 95.0 % ≥ 95 %"},
		{"two are not", run(20, p("p", 18)+"ff"), "failed", "product", "18 of 20 passed, 90.0 % < 95 %; each time: FFS-E201 not set up within 300 s"},
		{"stopped early", run(20, "pfpf"), "failed", "product", "2 of 4 passed, the required 95 % of 20 cannot be reached any more; each time: FFS-E201 not set up within 300 s"},
		{"one failure, and the run ended", run(20, "pfp"), "not_run", "", "3 of 20 counted, the run ended before"},
		{"the partner app may fail", run(20, "aa"), "failed", "partner_app", "0 of 2 passed, the required 95 % of 20 cannot be reached any more; each time: FFS-E701 not shown in the app"},
		{"the most frequent cause", run(20, "aaf"), "failed", "partner_app", "most often: FFS-E701"},
		{"the first reason if they differ", run(20, "fa"), "failed", "product", "first: FFS-E201"},

		{"blocked ones are made up for", run(20, "bb"+p("p", 20)), "passed", "", "20 of 20 passed, 100.0 % ≥ 95 %; 2 blocked and attempted again"},
		{"a quarter may be blocked", run(3, "bppp"), "passed", "", "3 of 3 passed, 100.0 % ≥ 95 %; 1 blocked and attempted again"},
		{"more may not", run(3, "bbpppp"), "blocked", "rig", "2 of 6 attempts blocked, more than 25 %; each time: FFS-E402 the session is lost"},
		{"one of two is more", run(1, "bp"), "blocked", "rig", "1 of 2 attempts blocked"},
		{"one of four is not", run(1, "bppp"), "passed", "", ""},
		{"blocked at the limit", run(20, p("p", 18)+p("b", 6)), "blocked", "rig", "18 of 20 counted, 6 blocked; each time: FFS-E402 the session is lost"},
		{"only blocked", run(20, p("c", 6)), "blocked", "alexa_app", "6 of 6 attempts blocked, more than 25 %; each time: FFS-E305 something lies on top"},
		{"failed is worse than blocked", run(20, p("b", 6)+"ff"), "failed", "product", ""},
		{"one allowed failure and a broken rig", run(20, "f"+p("p", 14)+p("b", 10)), "blocked", "rig", ""},

		{"nothing", run(20, ""), "not_run", "", "0 of 20 counted, the run ended before"},
		{"too few", run(20, p("p", 19)), "not_run", "", "19 of 20 counted, the run ended before"},
		{"going on", in(journal.Running, run(20, "ppp")), "not_run", "", "3 of 20 counted, the run is going on"},
		{"interrupted", in(journal.Interrupted, run(20, "pbp")), "not_run", "", "2 of 20 counted, the run was interrupted"},
		{"blocked at first is not blocked yet", in(journal.Running, run(20, "b")), "not_run", "", ""},
		{"hopeless while it goes on", in(journal.Running, run(20, "ff")), "failed", "product", ""},
		{"given up while it goes on", in(journal.Running, run(20, "bbbbbb")), "blocked", "rig", ""},
		{"done before the run is", in(journal.Running, run(3, "ppp")), "passed", "", ""},

		{"a warning shows", run(20, p("p", 19)+"w"), "warning", "alexa_app", "20 of 20 passed, 100.0 % ≥ 95 %, 1 with a warning; FFS-E301 a fallback was used"},
		{"a review shows", run(20, p("p", 19)+"r"), "review", "partner_app", "19 of 19 passed, 1 attempt to be reviewed; words to be judged"},
		{"a review is no failure", run(20, p("p", 18)+"fr"), "review", "partner_app", ""},
		{"a review mends no failure", run(20, p("p", 17)+"ffr"), "failed", "product", ""},

		{"all: passed", all(run(3, "ppp")), "passed", "", "3 of 3 passed"},
		{"all: one failure", all(run(3, "ppf")), "failed", "product", "2 of 3 passed, all must; FFS-E201 not set up within 300 s"},
		{"all: stopped early", all(run(3, "f")), "failed", "product", "0 of 1 passed, the required 3 of 3 cannot be reached any more; FFS-E201 not set up within 300 s"},
		{"all: a rerun mends nothing", all(run(1, "fppp")), "failed", "product", ""},
		{"all: blocked", all(run(1, "bb")), "blocked", "rig", ""},
		{"all: blocked once is not plain green", all(run(3, "bppp")), "warning", "rig",
			"flaky, its attempts disagree: 3 of 3 passed; 1 blocked and attempted again; FFS-E402 the session is lost"},
		{"all: they disagree", all(run(3, "ppf")), "failed", "product", "flaky, its attempts disagree: 2 of 3 passed"},
		{"all: each time the same", all(run(3, "fff")), "failed", "product", "0 of 3 passed"},

		{"proven early", provenStop(run(100, p("p", 59))), "passed", "", "59 of 59 passed, 100.0 % ≥ 95 %; stopped early, because the target is proven"},
		{"not proven yet", provenStop(run(100, p("p", 58))), "not_run", "", "58 of 100 counted, the run ended before"},
		{"the plan's attempts are made in any case", provenStop(run(20, p("p", 19))), "not_run", "", ""},
		{"only where it was asked for", run(100, p("p", 59)), "not_run", "", ""},
		{"too many blocked prove nothing", provenStop(run(100, p("p", 59)+p("b", 25))), "blocked", "rig", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := Of(tc.run).Cases[0]
			if c.Verdict != tc.verdict || c.Cause != tc.cause {
				t.Errorf("got %s (%s), want %s (%s): %s", c.Verdict, c.Cause, tc.verdict, tc.cause, c.Message)
			}
			if !strings.Contains(c.Message, tc.message) {
				t.Errorf("message\n%q, want in it\n%q", c.Message, tc.message)
			}
		})
	}
}

func TestRecordsThatContradictTheRules(t *testing.T) {
	change := func(kind byte, f func(*certification.Attempt)) certification.Attempt {
		a := attempt(one, 1, kind)
		f(&a)
		return a
	}
	finding := func(s certification.Severity) func(*certification.Attempt) {
		return func(a *certification.Attempt) {
			a.Findings = []certification.Finding{{Rule: "R", Severity: s, Message: "m"}}
		}
	}
	for name, tc := range map[string]struct {
		a       certification.Attempt
		verdict certification.Verdict
		cause   certification.Cause
	}{
		"failed because of the rig":     {change('f', func(a *certification.Attempt) { a.Cause = certification.CauseRig }), "blocked", "rig"},
		"failed without a cause":        {change('f', func(a *certification.Attempt) { a.Cause = "" }), "blocked", "tool"},
		"a cause that nobody knows":     {change('b', func(a *certification.Attempt) { a.Cause = "moon" }), "blocked", "tool"},
		"not run":                       {change('p', func(a *certification.Attempt) { a.Verdict = certification.NotRun }), "blocked", "tool"},
		"waived":                        {change('p', func(a *certification.Attempt) { a.Verdict = certification.Waived }), "blocked", "tool"},
		"a verdict that nobody knows":   {change('p', func(a *certification.Attempt) { a.Verdict = "splendid" }), "blocked", "tool"},
		"passed with a failing rule":    {change('p', finding(certification.SeverityFail)), "review", "tool"},
		"passed with a rule in review":  {change('p', finding(certification.SeverityReview)), "review", "tool"},
		"passed with a warning":         {change('p', finding(certification.SeverityWarning)), "warning", "tool"},
		"passed with an unknown rule":   {change('p', finding("grave")), "review", "tool"},
		"passed with information":       {change('p', finding(certification.SeverityInfo)), "passed", ""},
		"warned, with a rule in review": {change('w', finding(certification.SeverityReview)), "review", "alexa_app"},
		"failed with a warning":         {change('f', finding(certification.SeverityWarning)), "failed", "product"},
		"passed with a left-over cause": {change('p', func(a *certification.Attempt) { a.Cause = certification.CauseRig }), "passed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if j := Judge(tc.a); j.Verdict != tc.verdict || j.Cause != tc.cause {
				t.Errorf("got %s (%s), want %s (%s)", j.Verdict, j.Cause, tc.verdict, tc.cause)
			}
		})
	}
}

func TestNeededAndCannotPass(t *testing.T) {
	for _, tc := range []struct {
		required int
		kinds    string
		needed   int
		cannot   bool
	}{
		{20, "", 20, false},
		{20, "p", 19, false},
		{20, "f", 19, false},
		{20, "ff", 18, true},
		{20, "b", 20, false},
		{20, "bbbbb", 20, false},
		{20, "bbbbbb", 0, false},
		{20, strings.Repeat("p", 20), 0, false},
		{20, strings.Repeat("p", 19) + "r", 0, false},
		{20, strings.Repeat("p", 20) + "bbbbb", 0, false},
		{1, "", 1, false},
		{1, "b", 3, false},
		{1, "bp", 2, false},
		{1, "bpp", 1, false},
		{1, "bppp", 0, false},
		{1, "bb", 0, false},
		{1, "f", 0, true},
		{3, "b", 3, false},
		{3, "bb", 0, false},
		{100, "fffff", 95, false},
		{100, "ffffff", 94, true},
	} {
		r := run(tc.required, tc.kinds)
		rules, ok := RulesOf(r.Header, rateCase)
		if !ok {
			t.Fatal("the case has no rules")
		}
		tally := Count(r.Attempts)
		if n := Needed(rules, tally); n != tc.needed {
			t.Errorf("%d required, %q: %d more needed, want %d", tc.required, tc.kinds, n, tc.needed)
		}
		if c := CannotPass(rules, tally); c != tc.cannot {
			t.Errorf("%d required, %q: cannot pass is %v", tc.required, tc.kinds, c)
		}
	}
	if _, ok := RulesOf(run(1, "").Header, "other"); ok {
		t.Error("a case outside the scope has rules")
	}
}

func TestEvidenceCasesWithoutEvidenceAreReview(t *testing.T) {
	for _, m := range []certification.Method{certification.Attended, certification.Evidence} {
		r := all(run(1, "p"))
		r.Plan.Cases[0].Method = m
		if c := Of(r).Cases[0]; c.Verdict != certification.Review || c.Cause == "" || !strings.Contains(c.Message, "evidence") {
			t.Errorf("%s without evidence: %s (%s) %s", m, c.Verdict, c.Cause, c.Message)
		}
		r.Attempts[0].Steps = []certification.Step{{Evidence: []string{"evidence/x.png"}}}
		if c := Of(r).Cases[0]; c.Verdict != certification.Passed {
			t.Errorf("%s with evidence: %s %s", m, c.Verdict, c.Message)
		}
		r.Attempts, r.Scopes[0].Scenarios = nil, nil
		if c := Of(r).Cases[0]; c.Verdict != certification.Review {
			t.Errorf("%s without a scenario: %s %s", m, c.Verdict, c.Message)
		}
	}
	r := run(1, "")
	r.Scopes[0].Scenarios = nil
	if c := Of(r).Cases[0]; c.Verdict != certification.NotRun || !strings.Contains(c.Message, "@case:"+rateCase) {
		t.Errorf("automated without a scenario: %s %s", c.Verdict, c.Message)
	}
}

// A rate allows for some attempts that do not pass; what must pass each time
// is flaky if it does not.
func TestFlaky(t *testing.T) {
	for kinds, want := range map[string]bool{"ppp": false, "pwp": false, "ppf": true, "bppp": true, "fff": false, "bbb": false, "ppr": true, "": false} {
		if c := Of(all(run(3, kinds))).Cases[0]; c.Flaky != want || c.Scenarios[0].Flaky != want {
			t.Errorf("%q: flaky is %v", kinds, c.Flaky)
		}
		if c := Of(all(run(3, kinds))).Cases[0]; c.Flaky && c.Verdict == certification.Passed {
			t.Errorf("%q is plain green", kinds)
		}
	}
	if Of(run(20, "ppf")).Cases[0].Flaky {
		t.Error("a rate is flaky")
	}
}

func TestAProvenCaseNeedsNoMoreAttempts(t *testing.T) {
	r := provenStop(run(100, strings.Repeat("p", 59)))
	rules, _ := RulesOf(r.Header, rateCase)
	if n := Needed(rules, Count(r.Attempts)); n != 0 {
		t.Errorf("%d more", n)
	}
	rules.StopWhenProven = false
	if n := Needed(rules, Count(r.Attempts)); n != 41 {
		t.Errorf("%d more", n)
	}
}
