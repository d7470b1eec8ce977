// Package table writes the matrix for people who read it in a terminal: what
// was run, a row per case, below it the reason of every attempt that did not
// simply pass, and what to do next.
//
// It knows the matrix only: no journal, no disk, no terminal settings of its own.
package table

import (
	"fmt"
	"io"
	"strings"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render/safe"
)

// Options say how the table is drawn.
type Options struct {
	// Color asks for ANSI colours. Nothing is told by colour alone.
	Color bool
	// Width is the number of columns of the terminal; 0 means 100, less than 60 is taken as 60.
	Width int
}

const (
	defaultWidth = 100
	leastWidth   = 60
)

// Render writes the matrix as a table. Text that came from outside is made
// harmless: no control characters, no escape sequences, no bidi overrides.
func Render(w io.Writer, m matrix.Matrix, o Options) error {
	p := &page{color: o.Color, width: max(o.Width, leastWidth)}
	if o.Width == 0 {
		p.width = defaultWidth
	}
	p.heading(m)
	p.cases(m)
	p.inapplicable(m)
	p.local(m)
	p.summary(m)
	if _, err := io.WriteString(w, safe.Isolate(p.out.String())); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// page is a table in the making.
type page struct {
	out   strings.Builder
	color bool
	width int
}

// line writes one paragraph, wrapped; what follows the first line is indented.
func (p *page) line(indent int, s string) {
	lines := wrap(s, p.width-indent)
	p.out.WriteString(strings.Join(lines, "\n"+strings.Repeat(" ", indent)) + "\n")
}

func (p *page) heading(m matrix.Matrix) {
	p.line(2, clean(m.Run.Plan.Name)+" "+clean(m.Run.Plan.Version))
	p.line(2, product(m))
	if d := derivative(m); d != "" {
		p.line(2, d)
	}
	span := m.Run.StartedUTC.Format("2006-01-02 15:04")
	if m.Run.FinishedUTC != nil {
		layout := "15:04"
		if m.Run.FinishedUTC.YearDay() != m.Run.StartedUTC.YearDay() {
			layout = "2006-01-02 15:04"
		}
		span += " to " + m.Run.FinishedUTC.Format(layout)
	}
	if m.Run.AsOfUTC != nil {
		span += ", as of " + m.Run.AsOfUTC.Format("2006-01-02 15:04:05")
	}
	p.line(2, fmt.Sprintf("run %s · %s · %s UTC · seed %d · ffscert %s", clean(m.Run.ID), m.Run.State, span, m.Run.Seed, clean(m.Run.ToolVersion)))
	for _, l := range sessions(m) {
		p.line(4, l)
	}
	if beds := testbeds(m); beds != "" {
		p.line(2, beds)
	}
	for _, t := range m.Run.TakenOut {
		p.line(4, p.paint(inverse, "TAKEN OUT")+" "+clean(t.Text()))
	}
	if m.Run.Simulated {
		p.line(2, p.paint(inverse, "SIMULATED")+" made on a simulated testbed: no proof for a certification")
	}
	if m.Run.Partial {
		s := p.paint(inverse, "PARTIAL") + " less than the plan asks for: not for a packet"
		if m.Run.Selection != "" {
			s += " (" + clean(m.Run.Selection) + ")"
		}
		p.line(2, s)
	}
	p.out.WriteByte('\n')
}

// mostChanges bounds what is shown of one session's changes.
const mostChanges = 8

// sessions are shown of a run that was continued: when, and what people changed
// about its testbeds meanwhile.
func sessions(m matrix.Matrix) []string {
	if len(m.Run.Sessions) < 2 {
		return nil
	}
	var list []string
	for _, s := range m.Run.Sessions {
		list = append(list, "  "+clean(s.Text()))
		for i, c := range s.Changes {
			if i == mostChanges {
				list = append(list, fmt.Sprintf("    changed: %d more, see matrix.json", len(s.Changes)-i))
				break
			}
			list = append(list, "    changed: "+clean(c.Text()))
		}
		for _, r := range s.Remarks {
			list = append(list, "    remark: "+clean(r))
		}
	}
	return list
}

func product(m matrix.Matrix) string {
	r := m.Run.Product
	parts := []string{clean(r.DeviceName)}
	if s := strings.TrimSpace(clean(r.Brand) + " " + clean(r.Model)); s != "" {
		parts = append(parts, s)
	}
	if r.Firmware != "" {
		parts = append(parts, "firmware "+clean(r.Firmware))
	}
	return strings.Join(parts, " · ")
}

// derivative says on which certification the run rests.
func derivative(m matrix.Matrix) string {
	if m.Run.Derivative == "" {
		return ""
	}
	s := clean(m.Run.Derivative) + " derivative"
	r := m.Run.Product
	for _, f := range []struct{ name, value string }{{"device type", r.OriginalDeviceType}, {"hardware", r.OriginalHardware},
		{"firmware", r.OriginalFirmware}, {"protocol", r.OriginalProtocol}} {
		if f.value != "" {
			s += " · original " + f.name + " " + clean(f.value)
		}
	}
	return s
}

func testbeds(m matrix.Matrix) string {
	var list []string
	for _, t := range m.Run.Testbeds {
		s := clean(t.Name)
		if phone := strings.TrimSpace(clean(t.Manufacturer) + " " + clean(t.Model)); phone != "" {
			s += " (" + phone + ")"
		}
		list = append(list, s)
	}
	return strings.Join(list, " · ")
}

// The widths of the columns of a case; the title takes what is left.
const (
	idWidth    = 10
	gap        = 2
	narrowFrom = 80 // below, the numbers stand in one column
)

// cases writes rows; where one has something to tell, it is told right below.
func (p *page) cases(m matrix.Matrix) {
	var open pretty.Writer
	headed := false // whether the head of the columns is still in sight
	flush := func() {
		if open != nil {
			p.out.WriteString(p.rendered(open))
			open = nil
		}
	}
	for _, c := range m.Cases {
		if c.Verdict == certification.NotApplicable {
			continue // told below, by reason
		}
		head, cells, widths := p.caseRow(c)
		if open == nil {
			if headed {
				head = nil
			}
			open, headed = p.table(head, widths), true
		}
		p.row(open, cells, widths, 2, c.Verdict)
		if c.Verdict != certification.Passed || c.Attempts.Blocked+c.Attempts.Failed > 0 || len(c.Findings) > 0 || len(c.Reviews) > 0 {
			flush()
			headed = !p.details(c)
		}
	}
	if open != nil {
		flush()
		p.out.WriteByte('\n')
	}
	if len(m.Cases) == 0 && len(m.Local) == 0 {
		p.line(0, "No case was run.")
	}
}

func (p *page) caseRow(c matrix.Case) (head, cells []string, widths []int) {
	head = []string{"case", "title", "verdict", "attempts", "rate", "set-up"}
	cells = []string{clean(c.ID), clean(c.Title), verdictCell(c.Verdict, c.Cause, c.Flaky), resultCell(c), rateCell(c.Rate), setupCell(c.SetupTime)}
	widths = []int{idWidth, 0, 11, 12, 13, 10}
	if p.width < narrowFrom {
		head = []string{"case", "title", "verdict", "result"}
		cells = []string{cells[0], cells[1], cells[2], joined("\n", cells[3:])}
		widths = []int{idWidth, 0, 11, 13}
	} else if p.width >= defaultWidth {
		widths[0] += 6
	}
	p.fill(widths, 1)
	return head, cells, widths
}

// fill gives one column what the others leave.
func (p *page) fill(widths []int, column int) {
	widths[column] = p.width - gap*(len(widths)-1)
	for i, w := range widths {
		if i != column {
			widths[column] -= w
		}
	}
}

// details tell about a case what its row cannot; it reports whether attempts
// were listed.
func (p *page) details(c matrix.Case) bool {
	p.line(2, "  "+clean(c.Message))
	for _, f := range c.Findings {
		if f.Severity != certification.SeverityInfo {
			p.line(4, fmt.Sprintf("  - %s %s: %s", clean(string(f.Severity)), clean(f.Rule), clean(f.Message)))
		}
	}
	listed := p.attempts(c.AttemptList, len(c.Scenarios) > 1)
	p.out.WriteByte('\n')
	return listed
}

func verdictCell(v certification.Verdict, c certification.Cause, flaky bool) string {
	s := words(string(v))
	if flaky {
		s += "\nflaky"
	}
	if c != "" {
		s += "\n" + words(string(c))
	}
	return s
}

// inapplicable tells which cases do not apply to the product, by reason.
func (p *page) inapplicable(m matrix.Matrix) {
	var reasons []string
	ids := map[string][]string{}
	for _, c := range m.Cases {
		if c.Verdict != certification.NotApplicable {
			continue
		}
		if ids[c.Message] == nil {
			reasons = append(reasons, c.Message)
		}
		ids[c.Message] = append(ids[c.Message], clean(c.ID))
	}
	if len(reasons) == 0 {
		return
	}
	p.line(2, "Not applicable (they count for nothing)")
	for _, r := range reasons {
		p.line(4, "  "+strings.Join(ids[r], ", ")+": "+clean(r))
	}
	p.out.WriteByte('\n')
}

// resultCell is what was done for a case: its attempts, or how else it is judged.
func resultCell(c matrix.Case) string {
	if len(c.Scenarios) == 0 && c.Method != certification.Automated && c.Method != "" {
		return words(string(c.Method))
	}
	return attemptsCell(c.Attempts)
}

func attemptsCell(a matrix.Attempts) string {
	s := fmt.Sprintf("%d/%d passed\n%d required", a.Passed+a.Warning, a.Counted, a.Required)
	if a.PlanRequired != a.Required {
		s += fmt.Sprintf("\n(plan: %d)", a.PlanRequired)
	}
	for _, n := range []struct {
		count int
		what  string
	}{{a.Failed, "failed"}, {a.Blocked, "blocked"}, {a.Review, "to review"}, {a.Warning, "warned"}} {
		if n.count > 0 {
			s += fmt.Sprintf("\n%d %s", n.count, n.what)
		}
	}
	return s
}

func rateCell(r *matrix.RateResult) string {
	if r == nil {
		return ""
	}
	s := "–"
	if r.Observed != nil {
		s = fmt.Sprintf("%.1f %%", *r.Observed*100)
	}
	s += fmt.Sprintf("\ntarget %.3g %%\nproven %.1f %%", r.Target*100, r.Lower95*100)
	if r.MorePassesNeeded != nil && *r.MorePassesNeeded > 0 {
		s += fmt.Sprintf("\n+%d to prove", *r.MorePassesNeeded)
	}
	return s
}

func setupCell(s *matrix.SetupTime) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("p50 %.1f s\np90 %.1f s\nmax %.1f s\n± %.1f s", s.P50, s.P90, s.Max, s.Uncertainty/2)
}

// joined leaves empty ones out.
func joined(sep string, list []string) string {
	var some []string
	for _, s := range list {
		if s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, sep)
}

// attempts lists every attempt that did not simply pass, with its reason; it
// reports whether there was one.
func (p *page) attempts(list []matrix.Attempt, several bool) bool {
	widths := []int{5, 8, 11, 8, 0}
	p.fill(widths, 4)
	var t pretty.Writer
	scenario := ""
	for _, a := range list {
		if a.Verdict == certification.Passed {
			continue
		}
		if t == nil {
			t = p.table([]string{"  #", "verdict", "cause", "code", "reason"}, widths)
		}
		reason := clean(a.Message)
		if several && a.Scenario != scenario {
			reason = "[" + clean(a.Scenario) + "] " + reason
		}
		scenario = a.Scenario
		p.row(t, []string{fmt.Sprintf("%5d", a.N), words(string(a.Verdict)), words(string(a.Cause)), clean(string(a.Code)), reason}, widths, 1, a.Verdict)
	}
	if t != nil {
		p.out.WriteString("\n" + p.rendered(t))
	}
	return t != nil
}

func (p *page) local(m matrix.Matrix) {
	if len(m.Local) == 0 {
		return
	}
	p.line(2, "Local scenarios (outside the plan, they do not enter its verdict)")
	for _, l := range m.Local {
		p.line(4, "  "+p.verdict(l.Verdict)+" "+clean(l.Scenario)+": "+clean(l.Message))
		p.attempts(l.AttemptList, false)
	}
	p.out.WriteByte('\n')
}

// table is a table without a frame, and without a head if that is nil.
func (p *page) table(head []string, widths []int) pretty.Writer {
	t := pretty.NewWriter()
	style := pretty.StyleDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", gap)
	style.Options = pretty.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	configs := make([]pretty.ColumnConfig, len(widths))
	for i, w := range widths {
		configs[i] = pretty.ColumnConfig{Number: i + 1, WidthMin: w}
	}
	configs[len(widths)-1].WidthMin = 0
	t.SetColumnConfigs(configs)
	row := make(pretty.Row, len(head))
	for i, h := range head {
		row[i] = h
	}
	if head != nil {
		t.AppendHeader(row)
	}
	return t
}

// row wraps the cells and paints the one that holds the verdict.
func (p *page) row(t pretty.Writer, cells []string, widths []int, verdictAt int, v certification.Verdict) {
	row := make(pretty.Row, len(cells))
	for i, c := range cells {
		var lines []string
		for _, l := range strings.Split(c, "\n") {
			lines = append(lines, wrap(l, widths[i])...)
		}
		if i == verdictAt && len(lines) > 0 {
			lines[0] = p.paint(colorOf(v), lines[0])
		}
		row[i] = strings.Join(lines, "\n")
	}
	t.AppendRow(row)
}

// rendered is the table without the blanks at the ends of its lines.
func (p *page) rendered(t pretty.Writer) string {
	var b strings.Builder
	for l := range strings.Lines(t.Render()) {
		b.WriteString(strings.TrimRight(l, " \n") + "\n")
	}
	return b.String()
}
