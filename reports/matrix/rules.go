package matrix

import (
	"math"
	"slices"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// Rules are what the verdict of one scenario of a case depends on, apart from
// its attempts.
type Rules struct {
	Criterion certification.Criterion
	// Required is the number of counted attempts that this run asks for, ≥ 1. It
	// may be less than the plan's Criterion.Attempts; such a run is partial.
	Required int
	// BlockedShare is the share of blocked attempts above which the scenario is
	// blocked; 0 means [DefaultBlockedShare].
	BlockedShare float64
	// StopWhenProven ends a rate case as soon as its lower bound reaches the
	// target with at least the plan's number of counted attempts.
	StopWhenProven bool
}

// DefaultBlockedShare is the share of blocked attempts that a case may have.
const DefaultBlockedShare = 0.25

// RulesOf returns the rules of a case in a run; ok is false if the run does
// not have the case in its scope. Local scenarios must pass in every attempt.
func RulesOf(h journal.Header, caseID string) (r Rules, ok bool) {
	s, ok := h.Scope(caseID)
	if !ok {
		return Rules{}, false
	}
	r = Rules{Required: s.Required, BlockedShare: h.BlockedShare, StopWhenProven: h.StopWhenProven,
		Criterion: certification.Criterion{Kind: certification.All, Attempts: s.Required}}
	if k, in := h.Plan.Case(caseID); in {
		r.Criterion = k.Criterion
	}
	return r, true
}

// Tally counts the attempts of one scenario by verdict.
type Tally struct{ Passed, Warning, Failed, Review, Blocked int }

// Count tallies attempts of one scenario by what they are worth in the matrix:
// see [Judge].
func Count(attempts []certification.Attempt) Tally {
	var t Tally
	for i := range attempts {
		t.Add(Judge(attempts[i]).Verdict)
	}
	return t
}

// Add counts one more attempt. What is no outcome of an attempt, such as
// not_run, counts as blocked: it must not look as if something had been shown.
func (t *Tally) Add(v certification.Verdict) {
	switch v {
	case certification.Passed:
		t.Passed++
	case certification.Warning:
		t.Warning++
	case certification.Failed:
		t.Failed++
	case certification.Review:
		t.Review++
	default:
		t.Blocked++
	}
}

// Counted is the number of attempts that enter the rate: passed + warning + failed.
func (t Tally) Counted() int { return t.Passed + t.Warning + t.Failed }

// Total is the number of attempts.
func (t Tally) Total() int { return t.useful() + t.Blocked }

// useful attempts need not be made again: those that count, and those that
// will as soon as somebody has looked at them.
func (t Tally) useful() int { return t.Counted() + t.Review }

// MaxAttempts is the most attempts that one scenario gets: the required ones
// and a quarter more, at least three more, to make up for blocked ones. With
// the default share this is enough to come down to a quarter of blocked
// attempts after a single one even where one attempt is required (1 blocked
// and 3 counted), and stops a rig that is broken early.
func MaxAttempts(r Rules) int { return r.Required + max(3, r.Required/4) }

// Needed is how many more attempts the scenario needs if all of them count; 0
// when it has enough, or when the limit of attempts leaves no way to enough.
// Enough means that the required attempts were counted (or wait for review)
// and that the share of blocked ones is not too large. It does not stop early
// by itself: a scheduler that does asks [CannotPass] first.
func Needed(r Rules, t Tally) int {
	if r.proven(t) {
		return 0
	}
	more := r.wanted(t.Blocked) - t.useful()
	if more <= 0 || t.Total()+more > MaxAttempts(r) {
		return 0
	}
	return more
}

// CannotPass tells whether too many attempts have failed for the scenario to
// pass, whatever its further attempts bring; the verdict is failed. A scheduler
// may stop it then. Once true it stays true.
//
// Further attempts are taken to pass, as many of them as the run would make at
// the most; so a rig that blocks is never turned into a failure of the product.
func CannotPass(r Rules, t Tally) bool {
	most := max(r.Required, t.useful())
	for b := t.Blocked; b+t.useful() <= MaxAttempts(r); b++ {
		if w := r.wanted(b); w+b <= MaxAttempts(r) {
			most = max(most, w)
		}
	}
	return !r.meets(most-t.Failed, most)
}

// proven tells whether the scenario may stop because its target is proven. A
// run that asks for fewer attempts than the plan is never proven by them.
func (r Rules) proven(t Tally) bool {
	return r.StopWhenProven && r.Criterion.Kind == certification.Rate && t.Counted() >= r.Criterion.Attempts && !r.tooBlocked(t) &&
		proves(t.Passed+t.Warning, t.Counted(), r.Criterion.Target)
}

// flaky tells whether the attempts of a scenario that must pass every time
// disagree. A rate allows for some that do not pass, and says how many.
func (r Rules) flaky(t Tally) bool {
	if r.Criterion.Kind == certification.Rate {
		return false
	}
	kinds := 0
	for _, n := range []int{t.Passed + t.Warning, t.Failed, t.Review, t.Blocked} {
		if n > 0 {
			kinds++
		}
	}
	return kinds > 1
}

// share is the greatest share of blocked attempts.
func (r Rules) share() float64 {
	if r.BlockedShare > 0 && r.BlockedShare < 1 {
		return r.BlockedShare
	}
	return DefaultBlockedShare
}

// epsilon absorbs what binary fractions make of 0.95 × 20.
const epsilon = 1e-9

// wanted is the number of useful attempts that goes with so many blocked ones.
func (r Rules) wanted(blocked int) int {
	s := r.share()
	return max(r.Required, int(math.Ceil(float64(blocked)*(1-s)/s-epsilon)))
}

// tooBlocked tells whether the share of blocked attempts is too large.
func (r Rules) tooBlocked(t Tally) bool {
	return float64(t.Blocked) > r.share()*float64(t.Total())+epsilon
}

// meets tells whether good of counted attempts meet the criterion.
func (r Rules) meets(good, counted int) bool {
	if r.Criterion.Kind == certification.Rate {
		return float64(good) >= r.Criterion.Target*float64(counted)-epsilon
	}
	return good == counted
}

// verdict is that of one scenario, by the first of these that holds:
//
//   - failed: it cannot pass any more, or the required attempts were counted
//     and the criterion is not met;
//   - not_run: the run has not ended, and more attempts are to come;
//   - blocked: too large a share was blocked, or there would be enough attempts
//     if none had been blocked;
//   - not_run: not enough was attempted;
//   - review: an attempt waits for one, or evidence is missing (evidenceMissing);
//   - warning: an attempt had one, or the attempts of a case that must pass
//     every time disagree (one was blocked, others passed): that is flaky;
//   - passed.
func (r Rules) verdict(t Tally, ended, evidenceMissing bool) certification.Verdict {
	enough := (t.useful() >= r.Required || r.proven(t)) && !r.tooBlocked(t)
	switch {
	case CannotPass(r, t), enough && t.Review == 0 && !r.meets(t.Passed+t.Warning, t.Counted()):
		return certification.Failed
	case !enough && !ended && Needed(r, t) > 0:
		return certification.NotRun
	case !enough && t.Blocked > 0 && (r.tooBlocked(t) || t.Total() >= r.Required):
		return certification.Blocked
	case !enough:
		return certification.NotRun
	case t.Review > 0, evidenceMissing:
		return certification.Review
	case t.Warning > 0, r.flaky(t):
		return certification.Warning
	}
	return certification.Passed
}

// Judgement is what an attempt is worth in the matrix.
type Judgement struct {
	Verdict certification.Verdict
	Cause   certification.Cause
	Code    certification.Code
	Message string
}

// Judge says what an attempt is worth. It is what the attempt says of itself,
// except that a record that contradicts the rules never looks better for it:
//
//   - failed for a cause that may not fail an attempt is blocked;
//   - passed with a finding that waits for review, or says fail, is review;
//   - passed with a warning among its findings is a warning;
//   - anything that is no outcome of an attempt is blocked;
//   - a cause that nobody knows, or none at all, is the tool.
func Judge(a certification.Attempt) Judgement {
	j := Judgement{a.Verdict, a.Cause, a.Code, a.Message}
	switch a.Verdict {
	case certification.Failed:
		if !a.Cause.MayFail() {
			j.Verdict = certification.Blocked
		}
	case certification.Passed, certification.Warning:
		j = j.withFindings(a.Findings)
	case certification.Review, certification.Blocked:
	default:
		j.Verdict = certification.Blocked
		if j.Message == "" {
			j.Message = "the attempt ended as " + string(a.Verdict)
		}
	}
	if j.Verdict == certification.Passed {
		return Judgement{Verdict: certification.Passed}
	}
	if !slices.Contains(causes[:], j.Cause) {
		j.Cause = certification.CauseTool
	}
	return j
}

func (j Judgement) withFindings(findings []certification.Finding) Judgement {
	worst := certification.Passed
	for _, f := range findings {
		v := certification.Review
		switch f.Severity {
		case certification.SeverityWarning:
			v = certification.Warning
		case certification.SeverityInfo:
			v = certification.Passed
		}
		if v.Worse(worst) {
			worst = v
			if v.Worse(j.Verdict) {
				j.Message = f.Rule + ": " + f.Message
			}
		}
	}
	j.Verdict = certification.Worst(j.Verdict, worst)
	return j
}
