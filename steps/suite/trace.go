package suite

import (
	"context"
	"slices"

	"github.com/cucumber/godog"

	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/steps"
)

// look takes a picture for the trace after a step that passed. A step that did
// not is followed by the attempt's own picture. A session that was found lost
// ends the attempt, as it would have with the next command: the phone says so
// only once.
func (r *recorder) look(ctx context.Context, state *steps.Attempt) error {
	tr := r.bed.Tracer
	st := &r.steps[len(r.steps)-1]
	if tr == nil || st.Status == godog.StepSkipped.String() {
		return nil
	}
	tr.StepEnded()
	if st.Status != godog.StepPassed.String() || r.err != nil {
		return nil
	}
	err := state.Look(ctx, len(r.steps)-1 < r.measures)
	tr.Looked()
	if err != nil && ctx.Err() == nil {
		r.err = err
		st.Status, st.Message = godog.StepFailed.String(), err.Error()
		return err
	}
	return nil
}

// lastMeasured is the place of the last step that ends a measurement, from 0; -1 if
// there is none.
func lastMeasured(sc Scenario, vocabulary []steps.Sentence) int {
	for i, st := range slices.Backward(sc.Steps) {
		for _, s := range vocabulary {
			if _, ok := s.Match(st.Text); ok && s.Measures() {
				return i
			}
		}
	}
	return -1
}

// keepTrace keeps the trace of an attempt that did not simply pass, and returns
// its path; "" if there is none.
func keepTrace(ctx context.Context, bed *testbed.Testbed, state *steps.Attempt, v certification.Verdict) string {
	if tr := bed.Tracer; tr != nil && v == certification.Passed && !tr.All {
		tr.Drop()
		return ""
	}
	return state.KeepTrace(ctx)
}
