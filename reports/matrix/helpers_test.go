package matrix

import (
	"fmt"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

var day = time.Date(2026, 11, 22, 16, 14, 3, 0, time.UTC)

const (
	rateCase = "3P2-DE-02"
	one      = "a.feature:3 one"
)

// attempt makes attempt n of a scenario: p passed, w warning, f failed (the
// product), a failed (the partner app), b blocked (the rig), c blocked (the
// Alexa app), r to be reviewed.
func attempt(scenario string, n int, kind byte) certification.Attempt {
	a := certification.Attempt{ID: certification.AttemptID{Case: rateCase, Scenario: scenario, N: n}, Testbed: "bench",
		Started: day.Add(time.Duration(n) * time.Minute), Finished: day.Add(time.Duration(n)*time.Minute + time.Second)}
	trouble := func(v certification.Verdict, c certification.Cause, code certification.Code, m string) {
		a.Verdict, a.Cause, a.Code, a.Message = v, c, code, m
	}
	switch kind {
	case 'p':
		a.Verdict = certification.Passed
	case 'w':
		trouble(certification.Warning, certification.CauseAlexaApp, certification.AppElementMissing, "a fallback was used")
	case 'f':
		trouble(certification.Failed, certification.CauseProduct, certification.ProductNotSetUp, "not set up within 300 s")
	case 'a':
		trouble(certification.Failed, certification.CausePartnerApp, "FFS-E701", "not shown in the app")
	case 'b':
		trouble(certification.Blocked, certification.CauseRig, certification.RigSession, "the session is lost")
	case 'c':
		trouble(certification.Blocked, certification.CauseAlexaApp, certification.AppCovered, "something lies on top")
	case 'r':
		trouble(certification.Review, certification.CausePartnerApp, "", "words to be judged")
	default:
		panic(fmt.Sprintf("no attempt is written %q", kind))
	}
	return a
}

// run is a finished run of one rate case (target 0.95, 20 attempts) with one
// scenario. kinds are its attempts, as for [attempt].
func run(required int, kinds string) journal.Record {
	r := journal.Record{
		Header: journal.Header{ID: "20261122-161403-ab12", Created: day, ToolVersion: "v0.1.0",
			Plan: certification.Plan{ID: "p", Name: "Plan", Version: "1.1", Cases: []certification.Case{{ID: rateCase, Group: "G", Title: "T", Requirement: "R",
				Method: certification.Automated, Criterion: certification.Criterion{Kind: certification.Rate, Target: 0.95, Attempts: 20}}}},
			Scopes: []journal.Scope{{Case: rateCase, Required: required, Scenarios: []string{one}}}},
		State: journal.Finished, Ended: day.Add(time.Hour),
	}
	for i := range len(kinds) {
		r.Attempts = append(r.Attempts, attempt(one, i+1, kinds[i]))
	}
	return r
}

// all makes the case's criterion "all attempts pass".
func all(r journal.Record) journal.Record {
	r.Plan.Cases[0].Criterion = certification.Criterion{Kind: certification.All, Attempts: r.Scopes[0].Required}
	return r
}

func in(s journal.State, r journal.Record) journal.Record {
	r.State = s
	if s != journal.Finished {
		r.Ended = time.Time{}
	}
	return r
}

func provenStop(r journal.Record) journal.Record {
	r.StopWhenProven = true
	return r
}
