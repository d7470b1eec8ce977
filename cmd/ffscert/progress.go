package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/render/safe"
	"ffscert/steps/suite"
)

// progress shows how a run goes on: a line per testbed on a terminal, a line
// per attempt elsewhere, JSON lines on stdout with --json, nothing with --quiet.
type progress struct {
	mu     sync.Mutex
	lines  io.Writer     // plain lines; nil for none
	events *json.Encoder // JSON lines; nil for none
	bars   *mpb.Progress // nil without a terminal
	beds   map[string]*bedProgress
	total  int
	done   int
	began  time.Time
}

type bedProgress struct {
	bar   *mpb.Bar
	doing string
	what  string
	since time.Time
}

// event is one line of `ffscert run --json`.
type event struct {
	Event string    `json:"event"` // run_started, run_continued, attempt_started, attempt_finished, testbed_stopped
	UTC   time.Time `json:"utc"`
	Run   string    `json:"run,omitempty"`
	// Recorded is how many attempts a continued run has already.
	Recorded int                    `json:"recorded,omitempty"`
	Testbed  string                 `json:"testbed,omitempty"`
	Case     string                 `json:"case,omitempty"`
	Scenario string                 `json:"scenario,omitempty"`
	N        int                    `json:"n,omitempty"`
	Of       int                    `json:"of,omitempty"`
	Verdict  certification.Verdict  `json:"verdict,omitempty"`
	Cause    certification.Cause    `json:"cause,omitempty"`
	Code     certification.Code     `json:"code,omitempty"`
	Message  string                 `json:"message,omitempty"`
	Hint     string                 `json:"hint,omitempty"` // of testbed_stopped
	Setup    *certification.Bracket `json:"setup_time_s,omitempty"`
}

// newProgress begins to show a run. asking tells that a person is asked
// meanwhile: then there are plain lines, between which there is room for that.
func newProgress(s *state, asJSON, asking bool, h journal.Header, jobs []suite.Job, beds []*testbed.Testbed, claim *journal.Claim) *progress {
	p := &progress{beds: map[string]*bedProgress{}, began: time.Now()}
	for _, j := range jobs {
		p.total += j.Required
	}
	if claim != nil {
		for _, a := range claim.Record().Attempts {
			if a.Verdict.Counts() {
				p.done++
			}
		}
	}
	if asJSON {
		p.events = safeJSON(s.Stdout)
		begun := event{Event: "run_started", Run: h.ID}
		if claim != nil {
			begun.Event, begun.Recorded = "run_continued", len(claim.Record().Attempts)
		}
		p.emit(begun)
	}
	switch {
	case s.quiet:
	case s.Terminal && !asking:
		p.bars = mpb.New(mpb.WithOutput(s.Stderr), mpb.WithWidth(24), mpb.WithRefreshRate(150*time.Millisecond), mpb.WithAutoRefresh())
		for _, b := range beds {
			bp := &bedProgress{doing: "ready", since: time.Now()}
			p.beds[b.Name] = bp
			bp.bar = p.bars.AddBar(int64(p.total),
				mpb.PrependDecorators(decor.Name(printable(b.Name)+" ")),
				mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.line(bp) })))
		}
	default:
		p.lines = s.Stderr
		if claim == nil {
			fmt.Fprintf(p.lines, "run %s: %d attempts of plan %s\n", h.ID, p.total, h.Plan.ID)
		} else {
			fmt.Fprintf(p.lines, "run %s goes on: %d of %d attempts of plan %s are recorded\n", h.ID, p.done, p.total, h.Plan.ID)
		}
	}
	return p
}

func (p *progress) emit(e event) {
	e.UTC = time.Now().UTC()
	p.events.Encode(e) // a reader that has gone is seen when the matrix is written
}

// line is what stands beside a bar.
func (p *progress) line(b *bedProgress) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := fmt.Sprintf("%d/%d  %s", p.done, p.total, b.doing)
	if b.what != "" {
		s += ": " + b.what
	}
	if r := []rune(s); len(r) > 70 {
		s = string(r[:69]) + "…"
	}
	return s
}

func (p *progress) Began(bed string, id certification.AttemptID, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b := p.beds[bed]; b != nil {
		b.doing, b.what, b.since = printable(id.String()), "", time.Now()
	}
	if p.events != nil {
		p.emit(event{Event: "attempt_started", Testbed: bed, Case: id.Case, Scenario: id.Scenario, N: id.N, Of: of})
	}
}

func (p *progress) Waiting(bed, what string, _ time.Duration) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.beds[bed]
	if b == nil {
		return func() {}
	}
	before := b.what
	b.what = safe.Text(what, 200)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		b.what = before
	}
}

func (p *progress) Ended(bed string, a certification.Attempt) {
	p.mu.Lock()
	if a.Verdict.Counts() {
		p.done++
	}
	done := p.done
	if p.lines != nil {
		fmt.Fprintf(p.lines, "%s %s%s%s\n", printable(a.ID.String()), a.Verdict, took(a), because(a))
	}
	if p.events != nil {
		p.emit(event{Event: "attempt_finished", Testbed: bed, Case: a.ID.Case, Scenario: a.ID.Scenario, N: a.ID.N, Verdict: a.Verdict,
			Cause: a.Cause, Code: a.Code, Message: a.Message, Setup: a.SetupTime})
	}
	p.mu.Unlock()
	for _, b := range p.beds {
		b.bar.SetCurrent(int64(min(done, p.total)))
	}
}

// Stopped is a testbed that is taken out of the run.
func (p *progress) Stopped(bed string, last certification.Attempt, hint string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b := p.beds[bed]; b != nil {
		b.doing, b.what = "stopped", string(last.Code)
	}
	if p.lines != nil {
		fmt.Fprintf(p.lines, "testbed %s is taken out of the run: too many blocked attempts in a row\n  hint: %s\n", printable(bed), printable(hint))
	}
	if p.events != nil {
		p.emit(event{Event: "testbed_stopped", Testbed: bed, Cause: last.Cause, Code: last.Code, Message: last.Message, Hint: hint})
	}
}

func took(a certification.Attempt) string {
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

// Close ends the showing; what was shown stays.
func (p *progress) Close() {
	if p.bars == nil {
		return
	}
	for _, b := range p.beds {
		b.bar.Abort(true)
	}
	p.bars.Wait()
}
