package matrix

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// anyRun draws a run of one case with one or two scenarios.
func anyRun(t *rapid.T) journal.Record {
	required := rapid.IntRange(1, 25).Draw(t, "required")
	alphabet := rapid.SampledFrom([]string{"p", "pf", "pb", "pppppppppf", "ppppppppppppppppppppppf", "pppppppppb", "pwfabcr", "ppppppwr"})
	kinds := func(label string) string {
		from := alphabet.Draw(t, label+" from")
		list := rapid.SliceOfN(rapid.SampledFrom([]byte(from)), 0, MaxAttempts(Rules{Required: required})+2).Draw(t, label)
		return string(list)
	}
	r := run(required, kinds("one"))
	r.Plan.Cases[0].Criterion.Target = rapid.SampledFrom([]float64{0.95, 0.95, 0.8, 0.5, 1}).Draw(t, "target")
	if rapid.Bool().Draw(t, "two scenarios") {
		r = with(r, two, kinds("two"))
	}
	if rapid.IntRange(0, 3).Draw(t, "criterion") == 0 {
		r = all(r)
	}
	r.Plan.Cases[0].Method = rapid.SampledFrom([]certification.Method{certification.Automated, certification.Automated, certification.Attended}).Draw(t, "method")
	return in(rapid.SampledFrom([]journal.State{journal.Finished, journal.Finished, journal.Running, journal.Interrupted}).Draw(t, "state"), r)
}

// turned is the run with its i-th attempt turned into another kind.
func turned(r journal.Record, i int, kind byte) journal.Record {
	r.Attempts = slices.Clone(r.Attempts)
	id := r.Attempts[i].ID
	r.Attempts[i] = attempt(id.Scenario, id.N, kind)
	return r
}

// pick draws the index of an attempt of one of the kinds; ok is false if there is none.
func pick(t *rapid.T, r journal.Record, of ...certification.Verdict) (int, bool) {
	var at []int
	for i, a := range r.Attempts {
		if slices.Contains(of, a.Verdict) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(at).Draw(t, "attempt"), true
}

func verdictOf(r journal.Record) certification.Verdict { return Of(r).Cases[0].Verdict }

func TestProperties(t *testing.T) {
	notBetter := func(t *rapid.T, was, is certification.Verdict) {
		if was.Worse(is) {
			t.Fatalf("%s became %s", was, is)
		}
	}
	properties := map[string]func(*rapid.T){
		"a failure instead of a pass never improves a verdict": func(t *rapid.T) {
			r := anyRun(t)
			if i, ok := pick(t, r, certification.Passed, certification.Warning); ok {
				notBetter(t, verdictOf(r), verdictOf(turned(r, i, 'f')))
			}
		},
		"a block instead of a pass never makes a pass": func(t *rapid.T) {
			r := anyRun(t)
			if i, ok := pick(t, r, certification.Passed, certification.Warning); ok && !good(verdictOf(r)) {
				if v := verdictOf(turned(r, i, 'b')); good(v) {
					t.Fatalf("became %s", v)
				}
			}
		},
		"a block more never makes a pass": func(t *rapid.T) {
			r := anyRun(t)
			was := verdictOf(r)
			r.Attempts = append(slices.Clone(r.Attempts), attempt(one, 999, 'b'))
			if is := verdictOf(r); good(is) && !good(was) {
				t.Fatalf("%s became %s", was, is)
			}
		},
		"a warning instead of a pass never improves a verdict": func(t *rapid.T) {
			r := anyRun(t)
			if i, ok := pick(t, r, certification.Passed); ok {
				notBetter(t, verdictOf(r), verdictOf(turned(r, i, 'w')))
			}
		},
		"a review instead of a pass never makes a pass": func(t *rapid.T) {
			r := anyRun(t)
			if i, ok := pick(t, r, certification.Passed, certification.Warning); ok {
				if v := verdictOf(turned(r, i, 'r')); good(v) && !good(verdictOf(r)) {
					t.Fatalf("became %s", v)
				}
			}
		},
		"an attempt that waits for review is never passed over": func(t *rapid.T) {
			r := anyRun(t)
			if _, ok := pick(t, r, certification.Review); ok && good(verdictOf(r)) {
				t.Fatal("passed")
			}
		},
		"only the product and the partner app make a failure": func(t *rapid.T) {
			r := anyRun(t)
			m := Of(r)
			_, failed := pick(t, r, certification.Failed)
			if m.Cases[0].Verdict == certification.Failed && (!failed || !m.Cases[0].Cause.MayFail()) {
				t.Fatalf("failed for %q", m.Cases[0].Cause)
			}
			for i := range r.Attempts {
				if r.Attempts[i].Verdict == certification.Failed {
					r.Attempts[i].Cause = certification.CauseRig
				}
			}
			if v := verdictOf(r); v == certification.Failed {
				t.Fatal("the rig failed the product")
			}
		},
		"a rerun hides nothing": func(t *rapid.T) {
			r := anyRun(t)
			was := Of(r).Cases[0]
			r.Attempts = append(slices.Clone(r.Attempts), attempt(one, 999, 'p'))
			is := Of(r).Cases[0]
			if is.Attempts.Failed != was.Attempts.Failed || is.Attempts.Blocked != was.Attempts.Blocked || len(is.AttemptList) != len(was.AttemptList)+1 {
				t.Fatalf("%+v became %+v", was.Attempts, is.Attempts)
			}
			if r.Plan.Cases[0].Criterion.Kind == certification.All && was.Attempts.Failed > 0 && is.Verdict != certification.Failed {
				t.Fatal("a pass made up for a failure")
			}
		},
		"every attempt is in the list, and counted once": func(t *rapid.T) {
			r := anyRun(t)
			c := Of(r).Cases[0]
			a := c.Attempts
			if len(c.AttemptList) != len(r.Attempts) || a.Counted+a.Blocked+a.Review != len(r.Attempts) || a.Counted != a.Passed+a.Warning+a.Failed {
				t.Fatalf("%+v for %d attempts", a, len(r.Attempts))
			}
		},
		"the order of attempts is irrelevant": func(t *rapid.T) {
			r := anyRun(t)
			s := r
			s.Attempts = slices.Clone(r.Attempts)
			seed := rapid.Uint64().Draw(t, "shuffle")
			rand.New(rand.NewPCG(seed, seed)).Shuffle(len(s.Attempts), func(i, j int) { s.Attempts[i], s.Attempts[j] = s.Attempts[j], s.Attempts[i] })
			if !reflect.DeepEqual(Of(r), Of(s)) {
				t.Fatal("it is not")
			}
		},
		"partial or unended is never complete": func(t *rapid.T) {
			r := anyRun(t)
			r.Selection.Partial = rapid.Bool().Draw(t, "partial")
			m := Of(r)
			fewer := r.Scopes[0].Required < r.Plan.Cases[0].Criterion.Attempts
			if m.Run.Partial != (r.Selection.Partial || fewer) {
				t.Fatalf("partial is %v", m.Run.Partial)
			}
			if m.Summary.Complete && (m.Run.Partial || r.State != journal.Finished) {
				t.Fatal("complete")
			}
			if r.State != journal.Finished && good(m.Summary.Verdict) {
				t.Fatalf("%s before the end", m.Summary.Verdict)
			}
		},
		"a pass is earned": func(t *rapid.T) {
			r := anyRun(t)
			c := Of(r).Cases[0]
			if !good(c.Verdict) {
				if (c.Cause == "") != (c.Verdict == certification.NotRun) || c.Message == "" {
					t.Fatalf("%s without a cause or message", c.Verdict)
				}
				return
			}
			for _, s := range c.Scenarios {
				a := s.Attempts
				if a.Counted < a.Required || a.Review > 0 || 4*a.Blocked > a.Counted+a.Blocked {
					t.Fatalf("%+v", a)
				}
				if s.Rate != nil && *s.Rate.Observed < s.Rate.Target-1e-9 || s.Rate == nil && a.Failed > 0 {
					t.Fatalf("%+v %+v", a, s.Rate)
				}
			}
			if r.Plan.Cases[0].Method != certification.Automated {
				t.Fatal("attended, and nothing shown")
			}
		},
		"the matrix does not change the record": func(t *rapid.T) {
			r := anyRun(t)
			was := slices.Clone(r.Attempts)
			Of(r)
			if !reflect.DeepEqual(was, r.Attempts) {
				t.Fatal("it does")
			}
		},
	}
	for name, property := range properties {
		t.Run(name, func(t *testing.T) { rapid.Check(t, property) })
	}
}

func good(v certification.Verdict) bool {
	return v == certification.Passed || v == certification.Warning
}

// TestASchedulerComesToAnEnd plays a scheduler against every kind of rig: it
// asks CannotPass and Needed only, and must end with a verdict that a finished
// run may have, within the limit of attempts.
func TestASchedulerComesToAnEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		required := rapid.IntRange(1, 30).Draw(t, "required")
		from := rapid.SampledFrom([]string{"p", "pf", "pb", "b", strings.Repeat("p", 20) + "f", "pppb", "pppppppbf", "pr"}).Draw(t, "world")
		r := run(required, "")
		if rapid.Bool().Draw(t, "all") {
			r = all(r)
		}
		rules, _ := RulesOf(r.Header, rateCase)
		hopeless := false
		for n := 1; ; n++ {
			tally := Count(r.Attempts)
			if hopeless && !CannotPass(rules, tally) {
				t.Fatal("there was no hope, and now there is")
			}
			hopeless = CannotPass(rules, tally)
			if Needed(rules, tally) == 0 || hopeless && rapid.Bool().Draw(t, "stop early") {
				break
			}
			if n > MaxAttempts(rules) {
				t.Fatalf("attempt %d of at most %d", n, MaxAttempts(rules))
			}
			if v := verdictOf(in(journal.Running, r)); v != certification.NotRun && v != certification.Failed {
				t.Fatalf("%s, although more is to come", v)
			}
			r.Attempts = append(r.Attempts, attempt(one, n, rapid.SampledFrom([]byte(from)).Draw(t, "attempt")))
		}
		v := verdictOf(r)
		if v == certification.NotRun || hopeless != (v == certification.Failed) {
			t.Fatalf("ended as %s, cannot pass is %v", v, hopeless)
		}
		if unended := verdictOf(in(journal.Running, r)); unended != v {
			t.Fatalf("%s before the end is marked, %s after", unended, v)
		}
	})
}
