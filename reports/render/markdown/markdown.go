// Package markdown writes the matrix as a comment of a pull request: the
// verdict, a table of the cases, and what went wrong, folded.
//
// It is GitHub's Markdown and never longer than a comment may be; what does not
// fit is counted. Text that came from outside stays text: no markup, no link,
// no mention. It knows the matrix only.
package markdown

import (
	"fmt"
	"io"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
)

// Limit is the greatest length of a comment on GitHub, in characters. It is
// kept in bytes, which are never fewer.
const Limit = 65_536

// The shares of a comment. What one leaves over the next one may have.
const (
	headShare  = 12_000
	tableShare = 36_000
	footShare  = 6_000
)

// Render writes the matrix. The same matrix always gives the same bytes.
func Render(w io.Writer, m matrix.Matrix) error {
	p := &page{}
	p.head(m)
	p.upTo(headShare)
	p.table(m, p.used()+tableShare)
	foot := foot(m)
	p.details(m, Limit-1-len(foot))
	p.WriteString(foot)
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("write the comment: %w", err)
	}
	return nil
}

type page struct{ strings.Builder }

func (p *page) used() int { return p.Len() }

// upTo cuts what is longer, at the end of a line.
func (p *page) upTo(limit int) {
	if p.Len() <= limit {
		return
	}
	s := p.String()[:limit]
	p.Reset()
	p.WriteString(s[:strings.LastIndexByte(s, '\n')+1] + "\n")
}

// put writes a piece if it fits.
func (p *page) put(limit int, piece string) bool {
	if p.Len()+len(piece) > limit {
		return false
	}
	p.WriteString(piece)
	return true
}

func (p *page) head(m matrix.Matrix) {
	r := m.Run
	fmt.Fprintf(p, "## %s %s\n\n", sign(m.Outcome()), text(render.Headline(m), wordLength))
	fmt.Fprintf(p, "**%s**\n", joined(" · ", text(r.Product.DeviceName, wordLength), text(strings.TrimSpace(r.Product.Brand+" "+r.Product.Model), wordLength),
		prefixed("firmware ", text(r.Product.Firmware, wordLength)), text(render.Plan(m), wordLength)))
	when := r.StartedUTC.UTC().Format("2006-01-02 15:04")
	if r.FinishedUTC != nil {
		when += " to " + r.FinishedUTC.UTC().Format("2006-01-02 15:04")
	}
	fmt.Fprintf(p, "run %s · %s UTC · %d tests executed\n\n", text(r.ID, wordLength), when, r.TestsExecuted)
	for _, n := range render.Notices(m) {
		fmt.Fprintf(p, "> **%s**\n\n", text(n, textLength))
	}
	if r.SubmitByUTC != nil && !r.Simulated && !r.Partial {
		fmt.Fprintf(p, "Submit by %s UTC.\n\n", r.SubmitByUTC.UTC().Format("2006-01-02 15:04"))
	}
}

// table has a row for each case. Where they do not fit, those that passed or do
// not apply give way.
func (p *page) table(m matrix.Matrix, limit int) {
	if len(m.Cases)+len(m.Local) == 0 {
		p.WriteString("No case was run.\n\n")
		return
	}
	limit -= 200 // for what is said of the rest
	p.WriteString("| | Case | Verdict | Attempts | Rate | Set-up |\n|:-:|---|---|---|---|---|\n")
	var rows []string
	var quiet []bool
	for i := range m.Cases {
		rows = append(rows, caseRow(&m.Cases[i]))
		quiet = append(quiet, !loud(m.Cases[i].Verdict))
	}
	for i := range m.Local {
		rows = append(rows, localRow(&m.Local[i]))
		quiet = append(quiet, !loud(m.Local[i].Verdict))
	}
	room := limit - p.used()
	keep := fitting(rows, quiet, room)
	left := 0
	for i, row := range rows {
		if keep[i] {
			p.WriteString(row)
		} else {
			left++
		}
	}
	p.WriteByte('\n')
	if left > 0 {
		fmt.Fprintf(p, "_%d more rows do not fit into a comment: see the other formats._\n\n", left)
	}
}

// fitting chooses the rows that fit, the loud ones first.
func fitting(rows []string, quiet []bool, room int) []bool {
	keep := make([]bool, len(rows))
	for _, want := range []bool{false, true} {
		for i, row := range rows {
			if quiet[i] == want && len(row) <= room {
				keep[i] = true
				room -= len(row)
			}
		}
	}
	return keep
}

// loud verdicts ask for somebody to look.
func loud(v certification.Verdict) bool {
	return v != certification.Passed && v != certification.NotApplicable
}

func caseRow(c *matrix.Case) string {
	attempts := counts(c.Attempts)
	switch {
	case c.Verdict == certification.NotApplicable:
		attempts = ""
	case len(c.Scenarios) == 0 && c.Method != certification.Automated:
		attempts = text(string(c.Method), wordLength)
	}
	return row(c.Verdict, "<code>"+text(c.ID, wordLength)+"</code> "+text(c.Title, wordLength), c.Cause, c.Flaky, attempts, c.Rate, c.SetupTime)
}

func localRow(l *matrix.Scenario) string {
	return row(l.Verdict, "local: "+text(l.Scenario, wordLength), l.Cause, l.Flaky, counts(l.Attempts), l.Rate, l.SetupTime)
}

func row(v certification.Verdict, name string, cause certification.Cause, flaky bool, attempts string, r *matrix.RateResult, s *matrix.SetupTime) string {
	verdict := "**" + text(render.Words(string(v)), wordLength) + "**"
	if flaky {
		verdict += ", flaky"
	}
	if cause != "" {
		verdict += " (" + text(render.Words(string(cause)), wordLength) + ")"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", sign(v), name, verdict, attempts, rate(r), setup(s))
}

// sign is beside the word, never instead of it.
func sign(v certification.Verdict) string {
	switch v {
	case certification.Passed:
		return "✅"
	case certification.Failed:
		return "❌"
	case certification.Warning:
		return "⚠️"
	case certification.Review:
		return "👁️"
	case certification.Blocked:
		return "🚧"
	case certification.NotApplicable:
		return "➖"
	case certification.Waived:
		return "📝"
	}
	return "⬜"
}

func counts(a matrix.Attempts) string {
	s := fmt.Sprintf("%d/%d passed", a.Passed+a.Warning, a.Counted)
	for _, n := range []struct {
		n    int
		what string
	}{{a.Failed, "failed"}, {a.Blocked, "blocked"}, {a.Review, "to review"}} {
		if n.n > 0 {
			s += fmt.Sprintf(", %d %s", n.n, n.what)
		}
	}
	return s + fmt.Sprintf(", %d required", a.Required)
}

func rate(r *matrix.RateResult) string {
	if r == nil {
		return ""
	}
	s := "–"
	if r.Observed != nil {
		s = fmt.Sprintf("%.1f %%", *r.Observed*100)
	}
	return s + fmt.Sprintf(", target %.3g %%, proven %.1f %%", r.Target*100, r.Lower95*100)
}

func setup(s *matrix.SetupTime) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("p50 %.1f s, p90 %.1f s, max %.1f s (± %.1f s)", s.P50, s.P90, s.Max, s.Uncertainty/2)
}

func foot(m matrix.Matrix) string {
	var b strings.Builder
	if len(m.NotSelected) > 0 {
		b.WriteString("Not selected: " + text(strings.Join(m.NotSelected, ", "), textLength) + "\n\n")
	}
	for _, n := range matrix.Next(m) {
		if s := "- Next: " + text(n, textLength) + "\n"; b.Len()+len(s) < footShare-1000 {
			b.WriteString(s)
		}
	}
	end := fmt.Sprintf("\n<sub>proven: exact lower bound of the rate with 95 %% confidence · ffscert %s · all times are UTC · %s</sub>\n",
		text(m.Run.ToolVersion, wordLength), text(render.Headline(m), wordLength))
	return b.String() + end
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func joined(sep string, parts ...string) string {
	var some []string
	for _, s := range parts {
		if s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, sep)
}
