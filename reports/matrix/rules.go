package matrix

import (
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
}

// DefaultBlockedShare is the share of blocked attempts that a case may have.
const DefaultBlockedShare = 0.25

// RulesOf returns the rules of a case in a run; ok is false if the run does
// not have the case in its scope.
func RulesOf(h journal.Header, caseID string) (r Rules, ok bool) { return Rules{}, false }

// Tally counts the attempts of one scenario by verdict.
type Tally struct{ Passed, Warning, Failed, Review, Blocked int }

// Count tallies attempts of one scenario.
func Count(attempts []certification.Attempt) Tally { return Tally{} }

// Counted is the number of attempts that enter the rate: passed + warning + failed.
func (t Tally) Counted() int { return t.Passed + t.Warning + t.Failed }

// Total is the number of attempts.
func (t Tally) Total() int { return t.Counted() + t.Review + t.Blocked }

// MaxAttempts is the most attempts that one scenario gets.
func MaxAttempts(r Rules) int { return r.Required + max(3, r.Required/4) }

// CannotPass tells whether the scenario can no longer pass, whatever its
// further attempts bring. A scheduler may stop it then; the verdict is failed.
func CannotPass(r Rules, t Tally) bool { return false }

// Needed is how many more attempts the scenario needs if all of them count; 0
// when it has enough, or when the limits leave no way to enough of them. It
// does not stop early by itself: a scheduler that does asks [CannotPass] first.
func Needed(r Rules, t Tally) int { return 0 }
