package trends

import (
	"strings"
	"testing"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

var day = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

// run is a matrix of cases written "ID=verdict" or "ID=verdict@p50".
func run(n int, firmware string, cases ...string) matrix.Matrix {
	m := matrix.Matrix{Run: matrix.Run{ID: "run" + string(rune('0'+n)), StartedUTC: day.AddDate(0, 0, n), Plan: matrix.Plan{ID: "p", Version: "1"},
		Product: journal.Product{DeviceName: "First light", Firmware: firmware}}}
	for _, c := range cases {
		id, v, _ := strings.Cut(c, "=")
		v, p50, timed := strings.Cut(v, "@")
		k := matrix.Case{ID: id, Verdict: certification.Verdict(v), Message: "because"}
		if timed {
			d, err := time.ParseDuration(p50)
			if err != nil {
				panic(err)
			}
			k.SetupTime = &matrix.SetupTime{P50: d.Seconds(), Uncertainty: 1}
		}
		m.Cases = append(m.Cases, k)
	}
	return m
}

func TestNewlyFailingComesFirst(t *testing.T) {
	c := Compare(run(1, "1.0", "A=passed@30s", "B=failed", "C=passed", "D=passed@30s", "E=warning", "F=passed", "G=review", "H=passed@30s", "K=blocked"),
		run(2, "1.1", "A=passed@40s", "B=passed", "C=failed", "D=passed@33s", "E=passed", "G=blocked", "H=passed@20s", "I=failed", "J=passed", "K=failed"))
	var got []string
	for _, x := range c.Changes {
		got = append(got, x.Case+" "+string(x.Kind))
	}
	want := "C newly_failing, I newly_failing, K newly_failing, G worse, A slower, B fixed, E better, H faster, J only_now, F only_before"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s", s)
	}
	if len(c.Conditions) != 1 || c.Conditions[0] != "firmware: was 1.0, is 1.1" {
		t.Errorf("%q", c.Conditions)
	}
	if same := Compare(run(1, "1", "A=failed"), run(2, "1", "A=failed")); len(same.Changes)+len(same.Conditions) != 0 {
		t.Errorf("%+v", same)
	}
}

func TestAHistoryIsInTheOrderOfTheRuns(t *testing.T) {
	list := Of([]matrix.Matrix{run(3, "2", "A=passed"), run(1, "1", "A=passed", "B=passed"), run(2, "1", "A=failed"), run(4, "2", "A=blocked")})
	if len(list) != 2 || list[0].Case != "A" || len(list[0].Points) != 4 || list[0].Points[0].Run != "run1" || list[0].Points[2].Firmware != "2" {
		t.Fatalf("%+v", list)
	}
	if list[0].Flips != 2 || list[0].Flakiness != 1 || list[1].Flips != 0 || list[1].Flakiness != 0 {
		t.Errorf("%+v", list)
	}
	// Another plan or product has a history of its own.
	other := run(5, "2", "A=passed")
	other.Run.Product.DeviceName = "Second light"
	if list := Of([]matrix.Matrix{run(1, "1", "A=failed"), other}); len(list) != 2 || list[0].Flips != 0 {
		t.Errorf("%+v", list)
	}
}
