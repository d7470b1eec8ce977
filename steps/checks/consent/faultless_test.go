package consent

import (
	"testing"

	"ffscert/features/certification"
)

func auditor(t testing.TB) *Auditor {
	t.Helper()
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestFaultlessJourneysAreClean holds all journeys in all languages against all
// rules: no fail, no warn, no review, and nothing required left unjudged.
func TestFaultlessJourneysAreClean(t *testing.T) {
	a := auditor(t)
	for _, lang := range languages {
		for _, j := range Journeys() {
			t.Run(lang+"/"+string(j), func(t *testing.T) {
				w := faultless(lang, j)
				if j != Allow && j != Refuse {
					w.withoutPictures() // all screens are in these two
				}
				r := a.Judge(w.capture(t), Options{})
				for _, f := range r.Findings {
					t.Errorf("%s %s on %s: %s", f.Rule, f.Severity, f.Screen, f.Message)
				}
				for _, rule := range r.Rules {
					if rule.Required && rule.Outcome == NotRun {
						t.Errorf("%s is required, and not run: %s", rule.ID, rule.Why)
					}
					if t.Failed() || testing.Verbose() {
						t.Log(rule.ID, rule.Outcome, rule.Why)
					}
				}
				if r.Verdict != certification.Passed {
					t.Errorf("the verdict is %s", r.Verdict)
				}
			})
		}
	}
}
