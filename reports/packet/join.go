package packet

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// Join makes one record of the runs: every attempt of all of them is in it,
// failures included, and each case owes what the plan asks for, however little
// of it a single run was asked for. The order in which the runs are given has no
// influence.
func Join(in Input) (*Campaign, error) {
	if len(in.Runs) == 0 {
		return nil, errors.New("a packet needs a run")
	}
	c := &Campaign{Input: in}
	c.Runs = slices.Clone(in.Runs)
	slices.SortFunc(c.Runs, func(a, b Run) int {
		return cmp.Or(a.Record.Created.Compare(b.Record.Created), strings.Compare(a.Record.ID, b.Record.ID))
	})
	for i, r := range c.Runs[1:] {
		if r.Record.ID == c.Runs[i].Record.ID {
			return nil, fmt.Errorf("the run %s is named twice", r.Record.ID)
		}
	}
	newest := c.Runs[len(c.Runs)-1].Record
	j := journal.Record{Header: newest.Header, State: journal.Finished}
	j.Created = c.Runs[0].Record.Created
	j.Selection = journal.Selection{}
	j.Scopes, j.Scenarios, j.Waivers, j.Testbeds, j.Sessions = nil, nil, nil, nil, nil
	j.Header.Simulated = false
	j.StopWhenProven = true
	var ids []string
	for _, r := range c.Runs {
		ids = append(ids, r.Record.ID)
		c.apart = append(c.apart, differs(newest, r.Record)...)
		c.apart = append(c.apart, addScenarios(&j, r.Record)...)
		addScopes(&j, r.Record)
		addWaivers(&j, r.Record)
		addSessions(&j, r.Record)
		c.before = append(c.before, addAttempts(&j, r.Record))
		j.Header.Simulated = j.Header.Simulated || r.Record.Simulated()
		j.StopWhenProven = j.StopWhenProven && r.Record.StopWhenProven
		j.BlockedShare = stricter(j.BlockedShare, r.Record.BlockedShare)
		j.State = less(j.State, r.Record.State)
		if r.Record.Ended.After(j.Ended) {
			j.Ended = r.Record.Ended
		}
	}
	if j.State != journal.Finished {
		j.Ended = time.Time{}
	}
	j.ID = strings.Join(ids, "+")
	slices.SortStableFunc(j.Reviews, func(a, b journal.Review) int { return a.At.Compare(b.At) })
	for i := range j.Reviews {
		j.Reviews[i].N = i + 1
	}
	slices.SortStableFunc(j.Scopes, func(a, b journal.Scope) int { return place(j.Plan, a.Case) - place(j.Plan, b.Case) })
	c.Joined, c.Matrix = j, matrix.Of(j)
	if by := c.SubmitBy(); by != nil {
		c.Matrix.Run.SubmitByUTC = by // counts from the run that ended first
	}
	return c, nil
}

// differs says in what a run is not of the same campaign as the newest one.
func differs(newest, r journal.Record) []Shortfall {
	of := func(h journal.Header) journal.Header {
		return journal.Header{Plan: h.Plan, Product: h.Product, Derivative: h.Derivative, AmazonCustomerID: h.AmazonCustomerID}
	}
	var list []Shortfall
	for _, d := range journal.Differences(of(r.Header), of(newest.Header)) {
		list = append(list, Shortfall{"one-product", fmt.Sprintf("run %s is of another product, plan or account than run %s: %s", r.ID, newest.ID, shortened(d.String()))})
	}
	return list
}

func stricter(a, b float64) float64 {
	if a == 0 {
		a = matrix.DefaultBlockedShare
	}
	if b == 0 {
		b = matrix.DefaultBlockedShare
	}
	return min(a, b)
}

// less is the state of two runs together.
func less(a, b journal.State) journal.State {
	for _, s := range []journal.State{journal.Running, journal.Interrupted} {
		if a == s || b == s {
			return s
		}
	}
	return journal.Finished
}

func place(p certification.Plan, id string) int {
	if i := slices.IndexFunc(p.Cases, func(c certification.Case) bool { return c.ID == id }); i >= 0 {
		return i
	}
	return len(p.Cases)
}

// addScenarios keeps the text of the scenarios, which must not have changed from
// one run to another.
func addScenarios(j *journal.Record, r journal.Record) []Shortfall {
	var list []Shortfall
	for _, f := range r.Scenarios {
		i := slices.IndexFunc(j.Scenarios, func(k journal.FrozenScenario) bool { return k.Case == f.Case && k.Scenario == f.Scenario })
		switch {
		case i < 0:
			j.Scenarios = append(j.Scenarios, f)
		case j.Scenarios[i].SHA256 != f.SHA256:
			list = append(list, Shortfall{"scenarios", fmt.Sprintf("the scenario %q was changed before run %s: the attempts do not belong together", shortened(f.Scenario), r.ID)})
		}
	}
	return list
}

func addScopes(j *journal.Record, r journal.Record) {
	for _, s := range r.Scopes {
		i := slices.IndexFunc(j.Scopes, func(k journal.Scope) bool { return k.Case == s.Case })
		if i < 0 {
			i = len(j.Scopes)
			required := s.Required
			if k, ok := j.Plan.Case(s.Case); ok {
				required = max(k.Criterion.Attempts, 1)
			}
			j.Scopes = append(j.Scopes, journal.Scope{Case: s.Case, Required: required})
		}
		for _, name := range s.Scenarios {
			if !slices.Contains(j.Scopes[i].Scenarios, name) {
				j.Scopes[i].Scenarios = append(j.Scopes[i].Scenarios, name)
			}
		}
	}
}

// addWaivers keeps the newest waiver of each case.
func addWaivers(j *journal.Record, r journal.Record) {
	for _, w := range r.Waivers {
		if i := slices.IndexFunc(j.Waivers, func(k certification.Waiver) bool { return k.Case == w.Case }); i >= 0 {
			j.Waivers[i] = w
		} else {
			j.Waivers = append(j.Waivers, w)
		}
	}
}

func addSessions(j *journal.Record, r journal.Record) {
	for _, s := range r.Sessions {
		s.N = len(j.Sessions) + 1
		s.Remarks = append([]string{"run " + r.ID}, s.Remarks...)
		j.Sessions = append(j.Sessions, s)
	}
	for _, t := range r.Testbeds {
		if i := slices.IndexFunc(j.Testbeds, func(k journal.Testbed) bool { return k.Name == t.Name }); i >= 0 {
			t.Simulated = t.Simulated || j.Testbeds[i].Simulated
			j.Testbeds[i] = t
		} else {
			j.Testbeds = append(j.Testbeds, t)
		}
	}
}

// numbered is a scenario, whose attempts are numbered.
type numbered struct{ caseID, scenario string }

// addAttempts gives the attempts of a run numbers after those of the runs before
// it, and the answers to them, too. It returns how many came before.
func addAttempts(j *journal.Record, r journal.Record) map[numbered]int {
	last := map[numbered]int{}
	for i := range j.Attempts {
		id := j.Attempts[i].ID
		k := numbered{id.Case, id.Scenario}
		last[k] = max(last[k], id.N)
	}
	for _, a := range r.Attempts {
		a.ID.N += last[numbered{a.ID.Case, a.ID.Scenario}]
		j.Attempts = append(j.Attempts, a)
	}
	for _, v := range r.Reviews {
		if v.Attempt > 0 {
			v.Attempt += last[numbered{v.Case, v.Scenario}]
		}
		j.Reviews = append(j.Reviews, v)
	}
	return last
}

// whole reads an attempt of the joined record with all that belongs to it.
func (c *Campaign) whole(id certification.AttemptID) (certification.Attempt, error) {
	for i := len(c.Runs) - 1; i >= 0; i-- {
		was := id
		if was.N -= c.before[i][numbered{id.Case, id.Scenario}]; was.N < 1 {
			continue
		}
		a, err := c.Runs[i].attempt(was)
		a.ID = id
		return a, err
	}
	return certification.Attempt{}, fmt.Errorf("there is no attempt %s of %q", id, id.Scenario)
}

// attempt reads an attempt of the run with all that belongs to it.
func (r Run) attempt(id certification.AttemptID) (certification.Attempt, error) {
	if r.Whole != nil {
		return r.Whole(id)
	}
	for _, a := range r.Record.Attempts {
		if a.ID == id {
			return a, nil
		}
	}
	return certification.Attempt{}, fmt.Errorf("there is no attempt %s of %q", id, id.Scenario)
}

// shortened makes one line of at most 300 runes.
func shortened(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return s
}
