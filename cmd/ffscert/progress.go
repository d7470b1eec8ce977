package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"ffscert/cmd/internal/progress"
	"ffscert/drivers/secret"
	"ffscert/features/certification"
	"ffscert/reports/events"
	"ffscert/reports/journal"
	"ffscert/reports/render/safe"
	"ffscert/steps/suite"
)

// How often a block at a terminal is drawn, plain lines say how far the run is,
// and events do.
const (
	drawEvery   = 250 * time.Millisecond
	statusEvery = time.Minute
	eventEvery  = 30 * time.Second
)

// shower shows how a run goes on: a block at a terminal, plain lines elsewhere,
// events on stdout with --json, no lines with --quiet.
type shower struct {
	mu      sync.Mutex
	run     *progress.Run
	screen  *progress.Screen
	events  *events.Writer // nil without --json
	quiet   bool
	live    bool // a block is shown
	secrets *secret.Masker
	log     *logrus.Logger
	logged  io.Writer // where the log went before
	shown   shown
	begun   sync.Once
	stop    chan struct{}
	stopped sync.WaitGroup
}

// shown is what the display must know of a run that begins.
type shown struct {
	header   journal.Header
	testbeds []journal.Testbed
	earlier  []certification.Attempt // of a run that goes on; nil for a new one
	resumed  bool
}

// newShower begins to show a run.
func newShower(s *state, ev *events.Writer, run shown) *shower {
	var names []string
	for _, t := range run.testbeds {
		names = append(names, t.Name)
	}
	now := time.Now()
	p := &shower{run: progress.New(run.header.ID, run.header.Plan.ID, now, names...), events: ev, quiet: s.quiet, secrets: s.secrets,
		log: s.log, logged: s.log.Out, shown: run, stop: make(chan struct{})}
	p.run.Simulated, p.run.Partial = run.header.Simulated, run.header.Selection.Partial
	for _, a := range run.earlier {
		if !a.Simulated { // else its time was no real one
			p.run.Took(a.ID, a.Finished.Sub(a.Started))
		}
	}
	p.live = s.Terminal && !s.quiet && !(ev != nil && s.Screen) && s.Getenv("TERM") != "dumb"
	var block func(int, int) []string
	if p.live {
		block = p.block(s)
	}
	p.screen = progress.NewScreen(s.Stderr, s.screenSize, block)
	p.log.SetOutput(p.screen)
	return p
}

// begin tells that the run begins, once it is known what there is to do.
func (p *shower) begin() {
	run := p.shown
	h := run.header
	p.events.SetRun(h.ID)
	c := p.count()
	if p.events != nil {
		e := &events.RunStarted{Simulated: h.Simulated, Partial: h.Selection.Partial, Selection: h.Selection.Text,
			Plan: events.Plan{ID: h.Plan.ID, Name: h.Plan.Name, Version: h.Plan.Version}, Testbeds: []events.Testbed{}, Recorded: len(run.earlier), Attempts: c}
		if run.resumed {
			e.Event = events.RunContinuedName
		}
		for _, t := range run.testbeds {
			e.Testbeds = append(e.Testbeds, events.Testbed{Name: t.Name, Phone: strings.TrimSpace(t.Manufacturer + " " + t.Model), Simulated: t.Simulated})
		}
		p.events.Emit(e)
	}
	if run.resumed {
		p.say("run %s goes on: %d of %d attempts of plan %s are done\n", h.ID, c.Done, c.Done+c.ToGo, h.Plan.ID)
	} else {
		p.say("run %s: %d attempts of plan %s\n", h.ID, c.ToGo, h.Plan.ID)
	}
	if p.live {
		p.every(drawEvery, p.screen.Draw)
	} else if !p.quiet {
		p.every(statusEvery, p.status)
	}
	if p.events != nil {
		p.every(eventEvery, p.statusEvent)
	}
}

// every does something again and again until the showing ends.
func (p *shower) every(d time.Duration, do func()) {
	p.stopped.Go(func() {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				do()
			case <-p.stop:
				return
			}
		}
	})
}

// say prints lines, with --quiet none.
func (p *shower) say(format string, args ...any) {
	if !p.quiet {
		fmt.Fprint(p.screen, printable(p.secrets.Text(fmt.Sprintf(format, args...))))
	}
}

// block makes what is drawn at a terminal.
func (p *shower) block(s *state) func(width, height int) []string {
	look := progress.Look{Color: s.Getenv("NO_COLOR") == "", ASCII: !unicodeTerminal(s.Getenv)}
	return func(width, height int) []string {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := look
		l.Width, l.Height = width, height
		return p.run.Block(time.Now(), l)
	}
}

// unicodeTerminal tells whether the locale has more than ASCII. Where none is
// said, it is taken for one that has.
func unicodeTerminal(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

func (p *shower) status() {
	p.mu.Lock()
	lines := p.run.Status(time.Now())
	p.mu.Unlock()
	p.say("%s\n", strings.Join(lines, "\n"))
}

func (p *shower) count() events.Count {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counted()
}

func (p *shower) counted() events.Count {
	c, e := p.run.Count(), p.run.Estimate(time.Now())
	out := events.Count{Made: c.Made, Done: c.Done, Blocked: c.Blocked, ToGo: c.ToGo, TimeToEndIs: events.Unknown}
	if e.Known {
		left := e.Left.Seconds()
		out.TimeToEnd, out.TimeToEndIs = &left, events.Guess
		if e.AtLeast {
			out.TimeToEndIs = events.AtLeast
		}
	}
	return out
}

func (p *shower) statusEvent() {
	p.mu.Lock()
	e := &events.Status{Attempts: p.counted(), Testbeds: []events.Now{}}
	for _, b := range p.run.Beds {
		n := events.Now{Testbed: b.Name, State: string(b.State), Since: b.Since.UTC(), Last: append([]certification.Verdict{}, b.Last[max(0, len(b.Last)-10):]...)}
		if b.Busy() {
			n.Case, n.Scenario, n.N = b.ID.Case, b.ID.Scenario, b.ID.N
			if b.Step.N > 0 {
				n.Step = &events.StepNow{Step: b.Step.N, Steps: b.Step.Of, Text: p.secrets.Text(b.Step.Text), Since: b.Step.Since.UTC()}
			}
		}
		if what, since := b.WaitsFor(); what != "" {
			since = since.UTC()
			n.WaitsFor, n.WaitsSince = p.secrets.Text(what), &since
		}
		e.Testbeds = append(e.Testbeds, n)
	}
	p.mu.Unlock()
	p.events.Emit(e)
}

// Close ends the showing; what was shown stays.
func (p *shower) Close() {
	select {
	case <-p.stop:
		return
	default:
		close(p.stop)
	}
	p.stopped.Wait()
	p.screen.Close()
	p.log.SetOutput(p.logged)
}

// interrupting tells that the run was interrupted.
func (p *shower) interrupting() {
	p.mu.Lock()
	p.run.Interrupting = true
	c := p.counted()
	p.mu.Unlock()
	p.events.Emit(&events.RunInterrupting{Attempts: c})
	p.say("interrupting: closing the sessions; interrupt again to leave at once, what is recorded is safe\n")
}

// ended tells what came of the run.
func (p *shower) ended(r result, status int, err error) {
	if p.events == nil {
		return
	}
	sum, run := r.matrix.Summary, p.shown.header
	e := &events.RunEnded{State: firstOf(string(r.record.State), string(journal.Interrupted)), Verdict: sum.Verdict, Simulated: run.Simulated || r.matrix.Run.Simulated,
		Partial: run.Selection.Partial, Status: status, Attempts: p.count(), Cases: map[certification.Verdict]int{certification.Passed: sum.Passed, certification.Failed: sum.Failed, certification.Warning: sum.Warning,
			certification.Review: sum.Review, certification.Blocked: sum.Blocked, certification.NotRun: sum.NotRun, certification.NotApplicable: sum.NotApplicable, certification.Waived: sum.Waived}}
	// An error that is nothing but a status says what the verdict has said.
	if only, bare := errors.AsType[*statusError](err); err != nil && !(bare && only.err == nil) {
		e.Message = p.secrets.Text(err.Error())
	}
	p.events.Emit(e)
	if err := p.events.Err(); err != nil && !p.quiet {
		p.say("warning: not all events could be written: %v\n", err)
	}
}

func (p *shower) Owes(all []suite.Owed) {
	owed := make([]progress.Owed, len(all))
	for i, o := range all {
		owed[i] = progress.Owed(o)
	}
	p.mu.Lock()
	p.run.Owes(owed)
	p.mu.Unlock()
	p.begun.Do(p.begin)
}

func (p *shower) Began(bed string, id certification.AttemptID, of int) {
	p.mu.Lock()
	p.run.Began(bed, id, of, time.Now())
	p.mu.Unlock()
	p.events.Emit(&events.AttemptStarted{Attempt: attemptOf(bed, id), Of: of})
}

func attemptOf(bed string, id certification.AttemptID) events.Attempt {
	return events.Attempt{Testbed: bed, Case: id.Case, Scenario: id.Scenario, N: id.N}
}

func (p *shower) Step(bed string, n, of int, text string) {
	p.mu.Lock()
	p.run.Stepped(bed, n, of, p.secrets.Text(text), time.Now())
	var id certification.AttemptID
	if b := p.run.Bed(bed); b != nil {
		id = b.ID
	}
	p.mu.Unlock()
	p.events.Emit(&events.StepStarted{Attempt: attemptOf(bed, id), Step: n, Steps: of, Text: p.secrets.Text(text)})
}

func (p *shower) Waiting(bed, what string, _ time.Duration) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	done := p.run.Waiting(bed, p.secrets.Text(what), time.Now())
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		done()
	}
}

func (p *shower) Ended(bed string, a certification.Attempt) {
	p.mu.Lock()
	took := p.run.Ended(bed, a, time.Now())
	several := len(p.run.Beds) > 1
	b := p.run.Bed(bed)
	asked := b != nil && b.Asked // who was asked wants to know what came of it
	c := p.counted()
	p.mu.Unlock()
	if p.events != nil {
		p.events.Emit(&events.AttemptFinished{Attempt: attemptOf(bed, a.ID), Simulated: a.Simulated, Verdict: a.Verdict, Cause: a.Cause, Code: a.Code,
			Message: a.Message, Hint: a.Hint, SetupTime: a.SetupTime, Started: a.Started.UTC(), Finished: a.Finished.UTC(), Took: took.Seconds(), Attempts: c})
	}
	if p.live && a.Verdict == certification.Passed && !asked {
		return // the block shows it
	}
	line := oneLine(fmt.Sprintf("%s %s%s%s", a.ID, a.Verdict, setUpIn(a), because(a)))
	if several {
		line = bed + ": " + line
	}
	p.say("%s\n", line)
}

// Stopped is a testbed that is taken out of the run.
func (p *shower) Stopped(bed string, last certification.Attempt, hint string) {
	p.mu.Lock()
	p.run.Enters(bed, progress.OutOfRun, time.Now())
	p.mu.Unlock()
	p.events.Emit(&events.TestbedStopped{Testbed: bed, Cause: last.Cause, Code: last.Code, Message: last.Message, Hint: hint})
	p.say("testbed %s is taken out of the run: too many blocked attempts in a row\n  hint: %s\n", bed, hint)
}

func (p *shower) Mending(bed string) func() {
	p.mu.Lock()
	var code certification.Code
	if b := p.run.Bed(bed); b != nil {
		code = b.Ended.Code
	}
	p.run.Enters(bed, progress.Mending, time.Now())
	p.mu.Unlock()
	p.events.Emit(&events.TestbedMending{Testbed: bed, Code: code})
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.run.Enters(bed, progress.Ready, time.Now())
	}
}

func (p *shower) Idle(bed string) {
	p.mu.Lock()
	p.run.Enters(bed, progress.Idle, time.Now())
	p.mu.Unlock()
	p.events.Emit(&events.TestbedIdle{Testbed: bed})
}

// asking tells that a person is asked; done, whether they answered.
func (p *shower) asking(bed, text string) (person io.Writer, done func(answered bool)) {
	p.mu.Lock()
	p.run.Asked(bed, true)
	p.mu.Unlock()
	p.events.Emit(&events.QuestionAsked{Testbed: bed, Text: p.secrets.Text(text)})
	person, shown := p.screen.Ask()
	return person, func(answered bool) {
		p.mu.Lock()
		p.run.Asked(bed, false)
		p.mu.Unlock()
		p.events.Emit(&events.QuestionEnded{Testbed: bed, Answered: answered})
		shown()
	}
}

func setUpIn(a certification.Attempt) string {
	if a.SetupTime == nil {
		return ""
	}
	return fmt.Sprintf(", set up in %.1f s", a.SetupTime.Value)
}

func because(a certification.Attempt) string {
	if a.Message == "" {
		return ""
	}
	return fmt.Sprintf(" (%s) %s", a.Cause, safe.Text(a.Message, 1000))
}

var (
	_ suite.Listener = (*shower)(nil)
	_ suite.Watcher  = (*shower)(nil)
)
