package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/render/audit"
	"ffscert/reports/render/safe"
	"ffscert/steps/checks/consent"
	"ffscert/steps/checks/consent/captures"
)

// walkOptions is what `ffscert consent audit` was asked to walk.
type walkOptions struct {
	journeys []string
	beds     []string
	seed     int64
	seedSet  bool
	asJSON   bool
	page     string
}

// journeyTag begins the tag of a scenario that walks a journey.
const journeyTag = "@journey:"

// walkedJourney is a journey that was walked, or that was not walked to its end.
type walkedJourney struct {
	Journey consent.Journey `json:"journey"`
	// Scenario is the scenario that walked it.
	Scenario string                `json:"scenario"`
	Verdict  certification.Verdict `json:"verdict"`
	Cause    certification.Cause   `json:"cause,omitempty"`
	// Message is why the scenario did not come to its end; empty if it did.
	Message string `json:"message,omitempty"`
	// Code is that of the message, and Hint what to do about it.
	Code certification.Code `json:"code,omitempty"`
	Hint string             `json:"hint,omitempty"`
	// Capture is the folder of the recording, relative to where the command was
	// given; empty if there is none.
	Capture string          `json:"capture"`
	Report  *consent.Report `json:"report"`

	capture consent.Capture
}

// walkReport is the judgement of all journeys: a consent report whose rules are
// the worst of the journeys', and what was found on each.
type walkReport struct {
	Schema    string                `json:"schema"`
	Verdict   certification.Verdict `json:"verdict"`
	RuleSet   string                `json:"ruleset"`
	Locale    string                `json:"locale"`
	Journey   consent.Journey       `json:"journey"` // the first with that verdict
	AppName   string                `json:"app_name"`
	Run       string                `json:"run"`
	Simulated bool                  `json:"simulated,omitempty"`
	Rules     []consent.RuleResult  `json:"rules"`
	Findings  []consent.Finding     `json:"findings"`
	Journeys  []walkedJourney       `json:"journeys"`
	// NotWalked are the journeys of which nothing is known.
	NotWalked []consent.Journey `json:"not_walked"`
}

// walkConsent walks the journeys on a testbed, in a run of their own, and judges
// what was recorded.
func walkConsent(ctx context.Context, s *state, co *consentOptions, o walkOptions) error {
	tags, err := journeyTags(o.journeys)
	if err != nil {
		return err
	}
	rules, err := consent.New()
	if err != nil {
		return err
	}
	var report *walkReport
	run := runOptions{tags: tags, beds: o.beds, seed: o.seed, seedSet: o.seedSet}
	run.deliver = func(r result) error {
		report, err = judgeWalk(s, co, rules, r)
		return err
	}
	if err := runRun(ctx, s, run); err != nil {
		return err
	}
	if o.page != "" {
		if err := writePages(s, o.page, report.Journeys); err != nil {
			return err
		}
	}
	if o.asJSON {
		err = writeJSON(s, report)
	} else {
		err = printWalk(s, report)
	}
	if err != nil {
		return err
	}
	switch report.Verdict {
	case certification.Passed:
		return nil
	case certification.Blocked, certification.NotRun:
		return &statusError{exitOutside, nil}
	}
	return &statusError{exitFailed, nil}
}

// journeyTags selects the scenarios of the journeys; of all without a name.
func journeyTags(names []string) (string, error) {
	known := consent.Journeys()
	var tags []string
	for _, n := range names {
		if !slices.Contains(known, consent.Journey(n)) {
			return "", usagef("--journey %s: there is no such journey\n  hint: the journeys are: %s", n, joinJourneys(known))
		}
		tags = append(tags, journeyTag+n)
	}
	if len(tags) == 0 {
		for _, j := range known {
			tags = append(tags, journeyTag+string(j))
		}
	}
	return strings.Join(tags, " or "), nil
}

func joinJourneys(js []consent.Journey) string {
	var names []string
	for _, j := range js {
		names = append(names, string(j))
	}
	return strings.Join(names, ", ")
}

// judgeWalk judges the last attempt of each scenario.
func judgeWalk(s *state, co *consentOptions, rules *consent.Auditor, r result) (*walkReport, error) {
	out := &walkReport{Schema: consent.Schema, RuleSet: consent.RuleSet, Run: r.record.ID, Simulated: r.record.Simulated(), Rules: []consent.RuleResult{}, Findings: []consent.Finding{}}
	last := map[string]certification.Attempt{}
	var order []string
	for _, a := range r.record.Attempts {
		if _, ok := last[a.ID.Scenario]; !ok {
			order = append(order, a.ID.Scenario)
		}
		last[a.ID.Scenario] = a
	}
	var verdicts []certification.Verdict
	for _, name := range order {
		a := last[name]
		w := walkedJourney{Scenario: name, Verdict: a.Verdict, Cause: a.Cause}
		folder := captureOf(a)
		if folder == "" {
			// A scenario that broke off judged nothing.
			w.Message, w.Code, w.Hint = a.Message, a.Code, a.Hint
			if a.Verdict == certification.Passed || a.Verdict == certification.Warning || a.Verdict == certification.Review {
				w.Verdict, w.Cause = certification.NotRun, certification.CauseDefinition
				w.Message = "the scenario recorded nothing that could be judged"
			}
			out.Journeys, verdicts = append(out.Journeys, w), append(verdicts, w.Verdict)
			continue
		}
		dir := filepath.Join(r.dir, filepath.FromSlash(folder))
		c, err := captures.Read(dir)
		if err != nil {
			return nil, fmt.Errorf("read what was recorded: %w", err)
		}
		if w.Capture, err = filepath.Rel(s.Dir, dir); err != nil {
			w.Capture = dir
		}
		approved, err := co.approved(s, c.Locale)
		if err != nil {
			return nil, err
		}
		var opts consent.Options
		if approved != nil {
			opts.Baseline = approved
		}
		report := rules.Judge(c, opts)
		w.Journey, w.Report, w.capture = c.Journey, &report, c
		judged := report.Verdict
		if a.Code != "" && a.Code != certification.PartnerConsent {
			// It was judged, and something else went wrong on the way.
			w.Message, w.Code, w.Hint, judged = a.Message, a.Code, a.Hint, certification.Worst(judged, a.Verdict)
		}
		if w.Verdict = judged; judged == report.Verdict {
			w.Cause = report.Cause
		}
		out.Journeys, verdicts = append(out.Journeys, w), append(verdicts, judged)
		out.merge(report, w.Capture)
	}
	out.Verdict = certification.Worst(verdicts...)
	for _, w := range slices.Backward(out.Journeys) {
		if w.Verdict == out.Verdict && w.Journey != "" || out.Journey == "" {
			out.Journey = w.Journey
		}
	}
	out.NotWalked = slices.DeleteFunc(consent.Journeys(), func(j consent.Journey) bool {
		return slices.ContainsFunc(out.Journeys, func(w walkedJourney) bool { return w.Journey == j })
	})
	return out, nil
}

// captureOf is the folder of what an attempt recorded, inside the run's.
func captureOf(a certification.Attempt) string {
	for _, o := range slices.Backward(a.Observations) {
		for _, p := range o.Evidence {
			if path.Base(p) == captures.Index {
				return path.Dir(p)
			}
		}
	}
	return ""
}

// merge takes a journey's report in. A rule is as bad as on its worst journey.
func (w *walkReport) merge(r consent.Report, capture string) {
	w.Locale, w.AppName = r.Locale, r.AppName
	for _, rule := range r.Rules {
		rule.Why = string(r.Journey) + ": " + rule.Why
		at := slices.IndexFunc(w.Rules, func(have consent.RuleResult) bool { return have.ID == rule.ID })
		switch {
		case at < 0:
			w.Rules = append(w.Rules, rule)
		case worseRule(rule, w.Rules[at]):
			w.Rules[at] = rule
		}
	}
	for _, f := range r.Findings {
		f.Screen = string(r.Journey) + "/" + f.Screen
		f.Evidence = slices.Clone(f.Evidence)
		for i, name := range f.Evidence {
			f.Evidence[i] = filepath.Join(capture, name)
		}
		w.Findings = append(w.Findings, f)
	}
}

// worseRule tells whether a weighs more than b: what is not run weighs more than
// a pass only where it is required.
func worseRule(a, b consent.RuleResult) bool {
	weight := func(r consent.RuleResult) int {
		switch r.Outcome {
		case consent.Fail:
			return 5
		case consent.Review:
			return 4
		case consent.NotRun:
			if r.Required {
				return 3
			}
			return 0
		case consent.Warn:
			return 2
		}
		return 1
	}
	return weight(a) > weight(b)
}

// writePages writes a page for each journey: FILE for one alone, else
// FILE-JOURNEY.
func writePages(s *state, file string, journeys []walkedJourney) error {
	var judged []walkedJourney
	for _, w := range journeys {
		if w.Report != nil {
			judged = append(judged, w)
		}
	}
	for _, w := range judged {
		name := file
		if len(judged) > 1 {
			ext := filepath.Ext(file)
			name = strings.TrimSuffix(file, ext) + "-" + string(w.Journey) + ext
		}
		var b bytes.Buffer
		if err := audit.Render(&b, *w.Report, w.capture, version); err != nil {
			return err
		}
		if err := writeWhole(s.path(name), b.Bytes()); err != nil {
			return usage(err)
		}
	}
	return nil
}

func printWalk(s *state, w *walkReport) error {
	var errs []error
	for i, j := range w.Journeys {
		if i > 0 {
			fmt.Fprintln(s.Stdout)
		}
		if j.Report != nil {
			errs = append(errs, printAudit(s, *j.Report))
			fmt.Fprintln(s.Stdout, "Recorded in "+safe.Text(j.Capture, longestSaid))
		}
		if j.Message != "" {
			fmt.Fprintf(s.Stdout, "%s: %s\n  %s\n", safe.Text(j.Scenario, longestSaid), j.Verdict, strings.TrimSpace(string(j.Code)+" "+safe.Text(j.Message, longestSaid)))
			if j.Hint != "" {
				fmt.Fprintln(s.Stdout, "  hint: "+safe.Text(j.Hint, longestSaid))
			}
		}
	}
	if len(w.NotWalked) > 0 {
		fmt.Fprintln(s.Stdout, "\nNot walked, and not judged: "+joinJourneys(w.NotWalked))
	}
	fmt.Fprintf(s.Stdout, "\n%d journeys of run %s: %s\n", len(w.Journeys), w.Run, strings.ToUpper(string(w.Verdict)))
	return errors.Join(errs...)
}
