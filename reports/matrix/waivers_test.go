package matrix

import (
	"strings"
	"testing"

	"ffscert/features/certification"
)

func TestWaivers(t *testing.T) {
	p := strings.Repeat("p", 20)
	for _, tc := range []struct {
		name, kinds, expires string
		verdict              certification.Verdict
		state                WaiverState
		message              string
	}{
		{"a failure is waived", "ff", "2027-01-01", "waived", WaiverApplied, "waived until 2027-01-01 by Ada (mail): reason; it would be failed: "},
		{"a review is waived", p[1:] + "r", "2027-01-01", "waived", WaiverApplied, "it would be review"},
		{"on its last day", "ff", "2026-11-22", "waived", WaiverApplied, ""},
		{"expired", "ff", "2026-11-21", "failed", WaiverExpired, "its waiver expired after 2026-11-21"},
		{"expired and not needed", p, "2026-11-21", "passed", WaiverExpired, ""},
		{"not needed", p, "2027-01-01", "passed", WaiverUnneeded, ""},
		{"blocked says nothing about the product", "bbbbbb", "2027-01-01", "blocked", WaiverPending, ""},
		{"not run", "", "2027-01-01", "not_run", WaiverPending, ""},
		{"a date that nobody can read never holds", "ff", "soon", "failed", WaiverExpired, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := run(20, tc.kinds)
			r.Waivers = []certification.Waiver{{Case: rateCase, Reason: "reason", Reference: "mail", Owner: "Ada", Expires: tc.expires}}
			m := Of(r)
			c, w := m.Cases[0], m.Waivers[0]
			if c.Verdict != tc.verdict || w.State != tc.state || !strings.Contains(c.Message, tc.message) {
				t.Errorf("%s, %s: %s", c.Verdict, w.State, c.Message)
			}
			if m.Summary.Verdict != tc.verdict {
				t.Errorf("the summary is %s", m.Summary.Verdict)
			}
			if (len(m.WaiverErrors()) > 0) != (tc.state == WaiverExpired || tc.state == WaiverUnneeded) {
				t.Error("wrong errors")
			}
		})
	}
	r := run(20, "ff")
	r.Waivers = []certification.Waiver{{Case: "FFS-OTHER", Expires: "2027-01-01"}}
	if m := Of(r); m.Cases[0].Verdict != certification.Failed || m.Waivers[0].State != WaiverPending {
		t.Error("a waiver of another case was applied")
	}
}
