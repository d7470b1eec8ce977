package steps

import (
	"context"
	"slices"
	"time"

	"ffscert/drivers/apps/act"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
)

// Attempt is what the sentences of one scenario share while it is carried out.
// It is used by one goroutine.
type Attempt struct {
	ID  certification.AttemptID
	Bed *testbed.Testbed
	// Protocol says what differs between the protocols.
	Protocol certification.Protocol
	// Save keeps a piece of evidence and returns its path inside the run's
	// folder.
	Save func(name string, data []byte) (string, error)

	// What was measured.
	SetupTime    *certification.Bracket
	Phases       []certification.Phase
	Observations []certification.Observation
	Findings     []certification.Finding

	powered     *span // when the device got its power
	absent      bool  // the whole list was seen without the device since it lost its power
	switchedOff bool
	sighting    *alexa.Sight  // when it was seen in the Alexa app
	responsive  time.Time     // when it was first seen to be responsive; zero if it was not
	limit       time.Duration // within which it had to be seen
	began       time.Time     // when the attempt began, for phases
	kept        []string      // evidence of the step that is carried out
	link        linking       // how far linking the Amazon account has come
	rec         *recording    // what the customer sees meanwhile; nil if it is not recorded
	// disturbed: networks, account or provisioner were changed, so that the
	// maker's own set-up may come up; provisionerOff: it has no power still.
	disturbed, provisionerOff bool
	logErr                    error // why the beginning of the device's log is not known
	logged                    bool  // its beginning is known
}

// span is a moment that is known from both sides.
type span struct{ lo, hi time.Time }

// NewAttempt prepares an attempt on a testbed.
func NewAttempt(id certification.AttemptID, bed *testbed.Testbed, p certification.Protocol, save func(string, []byte) (string, error)) *Attempt {
	a := &Attempt{ID: id, Bed: bed, Protocol: p, Save: save, began: bed.Clock.Now()}
	bed.Camera = nil
	if save != nil {
		bed.Camera = bed.NewCamera(a.save)
	}
	bed.Join()
	a.stopRecording() // an earlier attempt may have ended amid one
	bed.Alexa.Notice = a.notice
	if bed.Partner != nil {
		bed.Partner.Notice = a.notice
	}
	if bed.Amazon != nil {
		bed.Amazon.Notice = a.notice
	}
	return a
}

// Observe records a fact.
func (a *Attempt) Observe(what string, evidence ...string) {
	a.Observations = append(a.Observations, certification.Observation{What: what, At: a.Bed.Clock.Now(), Evidence: evidence})
}

// save keeps evidence, and remembers it for the step that is carried out.
func (a *Attempt) save(name string, data []byte) (string, error) {
	path, err := a.Save(name, data)
	if err == nil && !slices.Contains(a.kept, path) {
		a.kept = append(a.kept, path)
	}
	return path, err
}

// Kept are the paths of what was kept since it was asked last.
func (a *Attempt) Kept() []string {
	kept := a.kept
	a.kept = nil
	return kept
}

// Photograph keeps the picture and the page source of what is shown now. What
// is lacking is observed, with the reason.
func (a *Attempt) Photograph(ctx context.Context, name string) []string {
	shot := a.Bed.Camera.Take(ctx, name)
	for _, lack := range shot.Lacks {
		a.Observe(lack)
	}
	return shot.Paths
}

// ToStart brings the phone into the state in which every attempt begins.
func (a *Attempt) ToStart(ctx context.Context) error { return a.Bed.ToStart(ctx, a.notice) }

// notice takes what the app's driver noticed by the way: a card that was
// dismissed, a fallback that had to be used.
func (a *Attempt) notice(n act.Notice) {
	a.Observe(n.Text, n.Evidence...)
	if n.Warning {
		a.warn(n.Rule, n.Text)
	}
}

// warn makes a finding that lets the attempt pass with a warning.
func (a *Attempt) warn(rule, text string) {
	for _, f := range a.Findings {
		if f.Rule == rule && f.Message == text {
			return
		}
	}
	a.Findings = append(a.Findings, certification.Finding{Rule: rule,
		Severity: certification.SeverityWarning, Message: text, Evidence: []string{}})
}

// review makes a finding that keeps the attempt from passing until somebody has
// looked at it.
func (a *Attempt) review(rule, text string, evidence ...string) {
	a.Findings = append(a.Findings, certification.Finding{Rule: rule,
		Severity: certification.SeverityReview, Message: text, Evidence: append([]string{}, evidence...)})
}

// phase records how long something took.
func (a *Attempt) phase(name string, from, to time.Time) {
	a.Phases = append(a.Phases, certification.Phase{Name: name, Seconds: to.Sub(from).Seconds()})
}

// DeviceMayHavePower tells whether the device was switched on and not off
// again: whoever ends the attempt early should see to it.
func (a *Attempt) DeviceMayHavePower() bool { return a.powered != nil }

// keepAlive is what a long hold calls so that the session stays.
func (a *Attempt) keepAlive(ctx context.Context) error { return a.Bed.Phone.KeepAlive(ctx) }

// outOfOrder says that a sentence needs another one before it.
func outOfOrder(sentence, needs string) error {
	return &certification.Trouble{Code: certification.DefStepOrder, Cause: certification.CauseDefinition,
		Message: "\"" + sentence + "\" needs \"" + needs + "\" before it",
		Hint:    "add the missing sentence to the scenario"}
}
