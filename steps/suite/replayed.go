package suite

import (
	"slices"

	"ffscert/drivers"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
)

// endAttempt tells the testbed that an attempt is over. One that was replayed
// and left its recording proves nothing, whatever it seemed to come to.
func endAttempt(bed *testbed.Testbed, a *certification.Attempt, save func(name string, data []byte) (string, error)) {
	var left error
	if p, ok := bed.Phone.(drivers.Replayed); ok {
		left = p.Strayed()
	}
	if bed.EndAttempt != nil {
		end := bed.EndAttempt(*a, save)
		if left == nil {
			left = end.Left
		}
		for _, note := range end.Notes {
			a.Observations = append(a.Observations, certification.Observation{What: note, At: a.Finished})
		}
		if end.Recording != "" && !slices.Contains(a.Evidence, end.Recording) {
			a.Evidence = append(a.Evidence, end.Recording)
		}
	}
	if left == nil {
		return
	}
	t := certification.TroubleOf(left)
	a.Verdict, a.Cause, a.Code, a.Message, a.Hint = certification.VerdictOf(t.Cause), t.Cause, t.Code, t.Error(), t.Hint
	a.SetupTime = nil
}
