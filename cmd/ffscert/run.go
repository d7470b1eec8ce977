package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/reports/events"
	"ffscert/reports/journal"
	"ffscert/reports/render/formats"
	"ffscert/steps"
	"ffscert/steps/suite"
)

// runOptions is what `ffscert run` was asked to do.
type runOptions struct {
	files    []string
	plan     string
	cases    []string
	tags     string
	features string
	attempts int
	beds     []string
	seed     int64
	seedSet  bool
	formats  []string
	json     bool
	resume   string        // the run that is continued
	wait     time.Duration // for phones that another run has
	record   bool
	trace    traceWhen
	// deliver, if not nil, takes the result of a run that came to its end, instead
	// of printing it.
	deliver func(r result) error
}

func newRunCmd(s *state) *cobra.Command {
	o := runOptions{trace: traceFailed}
	cmd := &cobra.Command{
		Use:   "run [FILE.feature[:LINE]]...",
		Short: "Carry out the cases of a plan and print the matrix",
		Long: `run carries out the plan's cases on the testbeds of the configuration, or on
the built-in virtual testbed without one. Every attempt is recorded under
runs/<run>/ before the next one starts. A run that was interrupted or killed
goes on where it stopped with --resume; it keeps its plan, cases, features,
product and seed, while its testbeds may be mended meanwhile. The first
interrupt (Ctrl-C) or SIGTERM ends a run in good order, the second at once.

Exit status: 0 all required cases passed (warnings allowed), 1 a case failed,
2 usage or configuration, 3 blocked or not run, 4 review pending,
130 interrupted.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			o.seedSet = cmd.Flags().Changed("seed")
			if cmd.Flags().Changed("attempts") && o.attempts < 1 {
				return usagef("--attempts %d: at least one attempt is needed\n  hint: leave it out for the plan's own number", o.attempts)
			}
			if cmd.Flags().Changed("tags") && strings.TrimSpace(o.tags) == "" {
				return usagef("--tags: the expression is empty\n  hint: leave it out to select everything")
			}
			if cmd.Flags().Changed("resume") && strings.TrimSpace(o.resume) == "" {
				return usagef("--resume: which run?\n  hint: give a run's id, or latest")
			}
			if o.wait < 0 {
				return usagef("--wait-for-phone %s: a time is 0 or more\n  hint: write it like 30m", o.wait)
			}
			if o.seed < 0 {
				return usagef("--seed %d: a seed is 0 or more", o.seed)
			}
			return runRun(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.plan, "plan", "", "`ID` of the plan (default: that of the configuration)")
	f.StringArrayVar(&o.cases, "case", nil, "only the case with this `ID`; may be repeated")
	f.StringVar(&o.tags, "tags", "", "only scenarios whose tags satisfy `EXPR`, such as \"@wss and not @slow\"")
	f.StringVar(&o.features, "features", "", "`DIR` of feature files, added to the built-in ones")
	f.IntVar(&o.attempts, "attempts", 0, "`N` counted attempts of rate cases instead of the plan's number")
	f.StringArrayVar(&o.beds, "testbed", nil, "only the testbed of this `NAME`; may be repeated")
	f.Int64Var(&o.seed, "seed", 0, "seed `N` of everything that is drawn at random")
	f.StringVar(&o.resume, "resume", "", "continue `RUN`, an id or latest, where it stopped")
	f.DurationVar(&o.wait, "wait-for-phone", 0, "wait up to `DURATION`, such as 30m, for a phone that another run has (default: refuse)")
	f.StringArrayVar(&o.formats, "format", nil, "also write the matrix as `FMT:PATH`, FMT being "+strings.Join(formats.Names(), ", ")+"; may be repeated")
	f.BoolVar(&o.record, "record", false, "keep the traffic with the phone in the run's folder, without secrets, to replay it later")
	f.Var(&o.trace, "trace", "trace what happens for `failed` attempts (all that did not simply pass), for all, or off")
	f.BoolVar(&o.json, "json", false, "events as JSON lines on stdout instead of the table")
	return cmd
}

func runRun(ctx context.Context, s *state, o runOptions) error {
	s.record, s.trace = o.record, o.trace
	c, err := s.config()
	if err != nil {
		return err
	}
	outputs, err := parseFormats(s, o.formats)
	if err != nil {
		return err
	}
	var ev *events.Writer
	if o.json {
		ev = events.NewWriter(s.Stdout, time.Now)
	}
	var claim *journal.Claim
	if o.resume != "" {
		if claim, err = claimRun(ctx, s.runs(c), o.resume); err != nil {
			return err
		}
		defer claim.Close()
		if o, err = o.continued(claim.Record().Header); err != nil {
			return err
		}
	}
	job, err := prepareRun(s, c, o)
	if err != nil {
		return err
	}
	maps, err := loadMaps(c)
	if err != nil {
		return err
	}
	chosen, err := chooseTestbeds(c, o.beds)
	if err != nil {
		return err
	}
	if !o.narrowed() {
		job.leaveOut(s, c, maps, o.beds)
	}
	if err := refuseLacking(lacking(c, maps, o.beds, job.plan, job.scenarios())); err != nil {
		return err
	}
	open := opening{seed: job.seed}
	if claim != nil {
		if err := refuseChanges(claim.Record().Header, job.header(c, o, false)); err != nil {
			return err
		}
		open.notBefore = lastMoment(claim.Record())
	}
	for _, p := range unarranged(c, o.beds, job.plan, job.scenarios()) {
		if !s.quiet {
			fmt.Fprintln(s.Stderr, "warning: "+printable(p.Error()))
		}
	}
	followPlan(c, job.plan)
	warnProduct(s, c, job.plan)
	if len(job.jobs) == 0 {
		chosen = nil // what carries out no scenario needs no testbed
	}
	if open.held, err = lease(ctx, s, chosen, o.wait, ev); err != nil {
		return err
	}
	defer open.held.release()
	beds, err := openTestbeds(ctx, s, c, chosen, open)
	if err != nil {
		return err
	}
	for _, b := range beds {
		b.LogPatterns = b.LogPatterns.Over(devicelog.Default(job.plan.Protocol))
	}
	closed := false
	closeBeds := func() {
		if !closed {
			closed = true
			for _, b := range beds {
				if err := b.Close(ctx); err != nil {
					s.log.WithField("testbed", b.Name).WithError(err).Warn("the testbed was not closed cleanly")
				}
			}
		}
	}
	defer closeBeds()
	known, err := greet(ctx, beds)
	if err != nil {
		return err
	}
	j, err := begin(ctx, s, c, o, job, claim, anySimulated(known) || len(job.jobs) == 0 && anyVirtual(c, o.beds))
	if err != nil {
		return err
	}
	defer j.Close()
	open.held.name(s, j.Header().ID)
	for i, t := range known {
		// Not cut off by an interrupt: the run is there now, and must be closed in
		// good order.
		if err := j.SetTestbed(context.WithoutCancel(ctx), t, settingsOf(chosen[i])...); err != nil {
			return stopped(s, c, j, err)
		}
	}
	begun := shown{header: j.Header(), testbeds: known, resumed: claim != nil}
	if claim != nil {
		begun.earlier = claim.Record().Attempts
	}
	progress := newShower(s, ev, begun)
	defer progress.Close()
	asking := job.asksOperator()
	onNetworks := asksOnNetworks(c, o.beds, job.plan, job.scenarios()) || asksForCodes(c, o.beds, job.plan, job.scenarios())
	switch {
	case (asking || onNetworks) && s.attended():
		person := newOperator(s, answerWithin)
		person.asking = progress.asking
		for _, b := range beds {
			b.Operator = person
		}
	case asking && !s.quiet:
		fmt.Fprintln(s.Stderr, "warning: an operator is asked, and nobody is at a terminal: what they are asked waits for a review")
	}
	page := &publisher{s: s, j: j}
	page.publish(ctx)
	run := suite.Run{Jobs: job.jobs, Beds: beds, Journal: j, Listener: &listeners{progress, page}, HealWithin: healWithin, Breaker: c.BlockedInARow, StopWhenProven: c.StopWhenProven}
	told := make(chan struct{})
	hush := context.AfterFunc(ctx, func() {
		defer close(told)
		progress.interrupting()
	})
	runErr := run.Do(ctx)
	if !hush() {
		<-told
	}
	progress.Close()
	closeBeds()
	r, err := end(ctx, s, c, o, j, outputs, runErr)
	progress.ended(r, statusOf(ctx, err), err)
	return err
}

// healWithin is how long a server, phone or network that went away is waited for.
const healWithin = 2 * time.Minute

// narrowed tells whether the user chose what to run: then what was chosen
// cannot be left out.
func (o runOptions) narrowed() bool { return len(o.cases)+len(o.files) > 0 || o.tags != "" }

// plannedRun is what a run will do.
type plannedRun struct {
	plan    certification.Plan
	jobs    []suite.Job
	partial bool
	// unscripted are the cases of the run that no scenario carries out.
	unscripted []certification.Case
	without    string // what was left out, and why; for the selection's text
	selection  suite.Selection
	seed       int64
	waivers    []certification.Waiver
}

// asksOperator tells whether a person is asked.
func (p plannedRun) asksOperator() bool {
	return slices.ContainsFunc(p.scenarios(), func(sc suite.Scenario) bool {
		return suite.Needs(sc, steps.Vocabulary(), certification.ProtocolOf(p.plan.Protocol)).Operator
	})
}

// scenarios are those that will be carried out.
func (p plannedRun) scenarios() []suite.Scenario {
	var all []suite.Scenario
	for _, j := range p.jobs {
		all = append(all, j.Scenario)
	}
	return all
}

// prepareRun reads everything that can be read without a phone, and refuses
// what is wrong.
func prepareRun(s *state, c *config.Config, o runOptions) (plannedRun, error) {
	cat, err := s.catalog(c)
	if err != nil {
		return plannedRun{}, err
	}
	plan, err := planFor(cat, c, firstOf(o.plan, c.Plan))
	if err != nil {
		return plannedRun{}, err
	}
	scenarios, problems, err := loadFeatures(s, c, o.features)
	if err != nil {
		return plannedRun{}, err
	}
	scenarios, more := addFiles(s, scenarios, o.files)
	problems = append(problems, more...)
	if err := refuse(problems); err != nil {
		return plannedRun{}, err
	}
	plan = settled(plan, scenarios)
	sel := suite.Selection{Cases: o.cases, Tags: o.tags, Files: o.files, Attempts: o.attempts}
	if sel.Attempts == 0 {
		sel.Attempts = c.Attempts
	}
	if err := refuseUnknown(plan, o.cases); err != nil {
		return plannedRun{}, err
	}
	jobs, err := suite.Select(plan, scenarios, sel, knows(cat))
	if err != nil {
		return plannedRun{}, usage(err)
	}
	var chosen []suite.Scenario
	for _, j := range jobs {
		chosen = append(chosen, j.Scenario)
	}
	waivers, wrong, err := loadWaivers(c, cat, time.Now())
	if err != nil {
		return plannedRun{}, err
	}
	if err := refuse(wrong); err != nil {
		return plannedRun{}, err
	}
	maps, err := loadMaps(c)
	if err != nil {
		return plannedRun{}, err
	}
	if err := refuse(suite.Check(chosen, steps.Vocabulary(), known(cat, plan, c, maps, o.beds))); err != nil {
		return plannedRun{}, err
	}
	seed := c.Seed
	if o.seedSet {
		seed = o.seed
	}
	p := plannedRun{plan: plan, jobs: jobs, unscripted: suite.Unscripted(plan, scenarios, sel), selection: sel, seed: seed, waivers: waivers}
	p.partial = suite.Partial(plan, scenarios, jobs) || suite.LeavesOut(plan, suite.ScopesOf(plan, jobs, p.unscripted))
	return p, nil
}

// addFiles reads the feature files that the user named and that lie outside
// the folders read so far.
func addFiles(s *state, scenarios []suite.Scenario, files []string) ([]suite.Scenario, []suite.Problem) {
	var problems []suite.Problem
	read, named := map[string]bool{}, map[string]bool{}
	for _, sc := range scenarios {
		read[sc.File] = true
	}
	for _, arg := range files {
		file, _ := suite.SplitLines(arg)
		file = filepath.ToSlash(filepath.Clean(file))
		if read[file] {
			continue
		}
		read[file] = true
		info, err := os.Stat(s.path(file))
		if err != nil || info.IsDir() {
			continue // selecting it will say that it is not there
		}
		found, wrong := suite.Load(suite.Source{FS: oneFile{os.DirFS(filepath.Dir(s.path(file))), filepath.Base(file)}, Prefix: filepath.ToSlash(filepath.Dir(file))})
		// A file of the same name replaces the built-in one.
		kept := scenarios[:0:0]
		for _, sc := range scenarios {
			if filepath.Base(sc.File) != filepath.Base(file) || named[sc.File] {
				kept = append(kept, sc)
			}
		}
		for _, sc := range found {
			named[sc.File] = true
		}
		scenarios = append(kept, found...)
		problems = append(problems, wrong...)
	}
	return scenarios, problems
}

func refuse(problems []suite.Problem) error {
	var lines []string
	for _, p := range suite.Errors(problems) {
		lines = append(lines, p.Error())
	}
	if len(lines) == 0 {
		return nil
	}
	return usage(errors.New(strings.Join(lines, "\n")))
}

// anyVirtual tells whether a testbed of that name, or any, is a simulated one.
func anyVirtual(c *config.Config, names []string) bool {
	beds, _ := chooseTestbeds(c, names)
	return slices.ContainsFunc(beds, func(b config.Testbed) bool { return b.Virtual != nil })
}

func (p plannedRun) header(c *config.Config, o runOptions, simulated bool) journal.Header {
	return journal.Header{
		Created: time.Now().UTC(), ToolVersion: version, Plan: p.plan,
		Product: recordedProduct(c), Derivative: derivative(c),
		Selection:        journal.Selection{Text: strings.TrimSpace(p.selection.Text() + " " + p.without), Partial: p.partial, Options: o.options()},
		AmazonCustomerID: c.Product.AmazonCustomerID, Seed: p.seed, Scopes: suite.ScopesOf(p.plan, p.jobs, p.unscripted), Scenarios: suite.Freeze(p.jobs),
		Simulated: simulated, StopWhenProven: c.StopWhenProven, Waivers: p.waivers,
	}
}

// greet opens the session of every testbed, so that a testbed that does not
// answer is known before anything is recorded.
func greet(ctx context.Context, beds []*testbed.Testbed) ([]journal.Testbed, error) {
	var known []journal.Testbed
	for _, b := range beds {
		info, err := b.Phone.Open(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil, &statusError{exitInterrupted, nil}
			}
			status := exitOutside
			if t := certification.TroubleOf(err); t.Cause == certification.CauseDefinition {
				status = exitUsage
			}
			return nil, &statusError{status, fmt.Errorf("testbed %s: %w", b.Name, err)}
		}
		// A version that the phone does not say is not known; a phone that does
		// not answer is noticed by the first attempt, which can heal it.
		fitting, _ := b.Fit(ctx)
		known = append(known, journal.Testbed{Name: b.Name, UDID: info.UDID, Manufacturer: info.Manufacturer, Model: info.Model,
			Platform: info.Platform, PlatformVersion: info.PlatformVersion, AppVersion: fitting.Version, Automation: info.Automation, Provisioner: b.Names.Provisioner,
			DevicePlug: b.Names.DevicePlug, ProvisionerPlug: b.Names.ProvisionerPlug, Simulated: info.Simulated})
	}
	return known, nil
}

func anySimulated(beds []journal.Testbed) bool {
	for _, b := range beds {
		if b.Simulated {
			return true
		}
	}
	return false
}
