package html

import (
	"fmt"
	"strings"
	"testing"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
)

// The names of cases on the page tell them apart, whatever they are called.
func TestAnchors(t *testing.T) {
	b := builder{anchors: map[string]bool{}}
	for _, w := range []struct{ id, want string }{{"3P2-DE-02", "case-3P2-DE-02"}, {"a b", "case-a~20b"}, {"a b", "case-a~20b~~2"}, {"", "case-"}, {"\"><x>", "case-~22~3e~3cx~3e"}, {"灯", "case-~706f"}} {
		if got := b.anchor("case-", w.id); got != w.want {
			t.Errorf("%q: %s, not %s", w.id, got, w.want)
		}
	}
	if got := CaseAnchor("a b"); got != "case-a~20b" {
		t.Error(got)
	}
	if n := len(b.anchor("case-", strings.Repeat("灯", 10_000))); n > 140 {
		t.Errorf("an anchor of %d bytes", n)
	}
}

func TestAxisOfTheRate(t *testing.T) {
	for _, w := range []struct{ least, from float64 }{{0, 0}, {27.1, 0}, {53.4, 40}, {71.7, 60}, {86.1, 80}, {92, 90}, {95.3, 95}, {99.9, 95}, {80.5, 60}} {
		if from, step := axisFrom(w.least); from != w.from || w.least < from || (100-from)/step > 6 {
			t.Errorf("%g: from %g by %g", w.least, from, step)
		}
	}
}

func TestAxisOfTimes(t *testing.T) {
	for _, top := range []float64{0.3, 1, 4.2, 9.99, 44.7, 60, 299, 301, 12345} {
		end, step := niceAxis(top)
		if end < top || end > 2*top+step || end/step > 5 || end/step < 1 {
			t.Errorf("%g: to %g by %g", top, end, step)
		}
	}
}

// The plot has a mark for each attempt that was set up, its bracket, and a
// letter for each other one; or few marks for many of them.
func TestTimes(t *testing.T) {
	list := []matrix.Attempt{{N: 1, Verdict: certification.Passed, SetupTime: &certification.Bracket{Value: 30, Lo: 29, Hi: 31}},
		{N: 2, Verdict: certification.Failed}, {N: 3, Verdict: certification.Passed, SetupTime: &certification.Bracket{Value: 60, Lo: 50, Hi: 60}}}
	s := &matrix.SetupTime{P50: 30, P90: 60, Max: 60, Uncertainty: 10}
	v := timesOf(list, s)
	if len(v.Points) != 2 || len(v.Losses) != 1 || v.Losses[0].Letter != "F" || v.Losses[0].X != "50.00%" || v.Points[0].X != "16.67%" {
		t.Fatalf("%+v", v)
	}
	if p := v.Points[1]; p.Y != fmt.Sprintf("%.1f", plotTop) || p.Title != "attempt 3: 60.0 s, not before 50.0 s, not after 60.0 s" {
		t.Errorf("%+v", p)
	}
	if v.Text != "Set-up times of 2 attempts: the shortest 30.0 s, half within 30.0 s, nine in ten within 60.0 s, the longest 60.0 s; each is known to within 10.0 s." {
		t.Error(v.Text)
	}
	if timesOf(list[:1], s) != nil || timesOf(list, nil) != nil {
		t.Error("one time is no plot")
	}
	var many []matrix.Attempt
	for i := range 1000 {
		many = append(many, matrix.Attempt{N: i + 1, Verdict: certification.Passed, SetupTime: &certification.Bracket{Value: float64(20 + i%10), Lo: 19, Hi: float64(21 + i%10)}})
	}
	v = timesOf(many, s)
	if len(v.Points) > mostPoints || !strings.Contains(v.Hint, "median of 9 attempts") || v.Points[0].Title != "attempts 1 to 9: median 24.0 s, from 19.0 s to 29.0 s" {
		t.Errorf("%d points, %s, %s", len(v.Points), v.Hint, v.Points[0].Title)
	}
}
