package certification

// Verdict is the outcome of an attempt, a case or a run.
type Verdict string

// The verdicts.
const (
	Passed        Verdict = "passed"
	Failed        Verdict = "failed"
	Warning       Verdict = "warning"
	Review        Verdict = "review"
	Blocked       Verdict = "blocked"
	NotRun        Verdict = "not_run"
	NotApplicable Verdict = "not_applicable"
	Waived        Verdict = "waived"
)

// rank orders the verdicts from harmless to worst:
// failed > blocked > not_run > review > warning > waived > passed.
// What is not applicable weighs nothing.
var rank = map[Verdict]int{
	NotApplicable: 0, Passed: 1, Waived: 2, Warning: 3, Review: 4, NotRun: 5, Blocked: 6, Failed: 7,
}

// Known tells whether v is one of the eight verdicts.
func (v Verdict) Known() bool { _, ok := rank[v]; return ok }

// Worse tells whether v is worse than w. An unknown verdict is worse than
// everything: it must never look harmless.
func (v Verdict) Worse(w Verdict) bool { return v.weight() > w.weight() }

func (v Verdict) weight() int {
	if r, ok := rank[v]; ok {
		return r
	}
	return len(rank)
}

// Worst is the worst of the parts. Without any part nothing was run: the
// answer is [NotRun], never [Passed].
func Worst(parts ...Verdict) Verdict {
	if len(parts) == 0 {
		return NotRun
	}
	worst := parts[0]
	for _, v := range parts[1:] {
		if v.Worse(worst) {
			worst = v
		}
	}
	return worst
}

// Counts tells whether an attempt with that verdict enters the rate:
// counted = passed + warning + failed.
func (v Verdict) Counts() bool { return v == Passed || v == Warning || v == Failed }

// Cause says who is to blame for a verdict other than passed.
type Cause string

// The causes.
const (
	CauseProduct    Cause = "product"     // the device under test
	CausePartnerApp Cause = "partner_app" // the maker's own app
	CauseAlexaApp   Cause = "alexa_app"   // drift, crash, unexpected dialog
	CauseRig        Cause = "rig"         // phone, Appium, plug, provisioner
	CauseNetwork    Cause = "network"     // Wi-Fi or cloud
	CauseDefinition Cause = "definition"  // scenario, plan, configuration, map
	CauseTool       Cause = "tool"        // ffscert itself
)

// MayFail tells whether a cause may make an attempt [Failed]. Every other
// trouble makes it [Blocked], and it is attempted again.
func (c Cause) MayFail() bool { return c == CauseProduct || c == CausePartnerApp }

// VerdictOf is the verdict of an attempt that ended with trouble of that cause.
func VerdictOf(c Cause) Verdict {
	if c.MayFail() {
		return Failed
	}
	return Blocked
}
