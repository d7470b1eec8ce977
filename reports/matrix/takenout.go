package matrix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ffscert/reports/journal"
)

// takenOut are the testbeds that attempts took out of the run.
func takenOut(run journal.Record) []TakenOut {
	list := []TakenOut{}
	for i := range run.Attempts {
		if a := &run.Attempts[i]; a.TookOut > 0 {
			list = append(list, TakenOut{Testbed: a.Testbed, AtUTC: a.Finished.UTC(), BlockedInARow: a.TookOut, Case: a.ID.Case, Scenario: a.ID.Scenario, Attempt: a.ID.N,
				Cause: a.Cause, Code: a.Code, Message: a.Message, Hint: a.Hint})
		}
	}
	slices.SortStableFunc(list, func(a, b TakenOut) int {
		return cmp.Or(a.AtUTC.Compare(b.AtUTC), strings.Compare(a.Testbed, b.Testbed))
	})
	return list
}

// Text says it in one line. The words may come from outside: whoever shows them
// makes them harmless.
func (t TakenOut) Text() string {
	last := strings.TrimSpace(string(t.Code) + " " + oneLine(t.Message))
	if last != "" {
		last = ": " + last
	}
	return fmt.Sprintf("testbed %s, on %s UTC, after %s in a row; the last was %s, attempt %d%s",
		oneLine(t.Testbed), t.AtUTC.Format("2006-01-02 15:04"), countOf(t.BlockedInARow, "blocked attempt"), oneLine(t.Case), t.Attempt, last)
}
