package markdown

import (
	"fmt"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
)

// mostAttempts bounds the attempts that are listed of one case.
const mostAttempts = 25

// details are folded, one for each case that did not simply pass, the worst
// verdicts first as far as they fit.
func (p *page) details(m matrix.Matrix, limit int) {
	limit -= 200 // for what is said of the rest
	left := 0
	for _, v := range []certification.Verdict{certification.Failed, certification.Blocked, "", certification.NotRun, certification.Review, certification.Warning, certification.Waived, certification.Passed, certification.NotApplicable} {
		for i := range m.Cases {
			c := &m.Cases[i]
			if !is(c.Verdict, v) || !worthTelling(c) {
				continue
			}
			if !p.put(limit, caseDetails(m, c)) {
				left++
			}
		}
		for i := range m.Local {
			l := &m.Local[i]
			if !is(l.Verdict, v) || !loud(l.Verdict) {
				continue
			}
			piece := fold(l.Verdict, "local: "+text(l.Scenario, wordLength), text(l.Message, textLength)+"\n"+findings(l.Findings)+attempts(l.AttemptList, false))
			if !p.put(limit, piece) {
				left++
			}
		}
	}
	if left > 0 {
		fmt.Fprintf(p, "_The details of %d more do not fit into a comment: see the other formats._\n\n", left)
	}
}

// is treats verdicts that nobody knows like the empty one.
func is(v, want certification.Verdict) bool {
	if want == "" {
		return !v.Known()
	}
	return v == want
}

func worthTelling(c *matrix.Case) bool {
	return c.Verdict != certification.Passed || c.Attempts.Failed+c.Attempts.Blocked > 0 || len(c.Findings) > 0 || len(c.Reviews) > 0
}

func caseDetails(m matrix.Matrix, c *matrix.Case) string {
	var b strings.Builder
	b.WriteString(text(c.Message, textLength) + "\n")
	if c.Requirement != "" {
		b.WriteString("\n> " + text(c.Requirement, textLength) + "\n")
	}
	if w := render.Waivers(m, c.ID); w != "" {
		b.WriteString("\nWaiver " + text(w, textLength) + "\n")
	}
	if r := c.Rate; r != nil && r.MorePassesNeeded != nil && *r.MorePassesNeeded > 0 {
		fmt.Fprintf(&b, "\n%d more passes in a row would prove the target.\n", *r.MorePassesNeeded)
	}
	for i, ph := range c.Phases {
		if i == 0 {
			b.WriteByte('\n')
		}
		if i == 10 {
			fmt.Fprintf(&b, "- … and %d more phases\n", len(c.Phases)-i)
			break
		}
		fmt.Fprintf(&b, "- %s: p50 %.1f s, p90 %.1f s, max %.1f s\n", text(ph.Name, wordLength), ph.P50, ph.P90, ph.Max)
	}
	b.WriteString(findings(c.Findings))
	b.WriteString(attempts(c.AttemptList, len(c.Scenarios) > 1))
	return fold(c.Verdict, "<code>"+text(c.ID, wordLength)+"</code> "+text(c.Title, wordLength), b.String())
}

// fold puts a piece behind a line that opens it.
func fold(v certification.Verdict, summary, body string) string {
	return fmt.Sprintf("<details><summary>%s <b>%s</b> %s</summary>\n\n%s\n</details>\n\n", sign(v), text(render.Words(string(v)), wordLength), summary, body)
}

func findings(list []matrix.Finding) string {
	var b strings.Builder
	for i, f := range list {
		if i == 0 {
			b.WriteByte('\n')
		}
		if i == mostAttempts {
			fmt.Fprintf(&b, "- … and %d more findings\n", len(list)-i)
			break
		}
		fmt.Fprintf(&b, "- finding, **%s** <code>%s</code> %s\n", text(string(f.Severity), wordLength), text(f.Rule, wordLength), text(f.Message, textLength))
	}
	return b.String()
}

func attempts(list []matrix.Attempt, several bool) string {
	var b strings.Builder
	n := 0
	for i := range list {
		a := &list[i]
		if a.Verdict == certification.Passed {
			continue
		}
		if n++; n > mostAttempts {
			continue
		}
		if n == 1 {
			b.WriteString("\n| # | Verdict | Cause | Code | Reason | Evidence |\n|--:|---|---|---|---|---|\n")
		}
		reason := a.Message
		if len(a.DecidedBy) > 0 {
			reason += " (decided by: " + strings.Join(a.DecidedBy, "; ") + ")"
		}
		if several {
			reason = "[" + a.Scenario + "] " + reason
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s |\n", a.N, text(render.Words(string(a.Verdict)), wordLength), text(render.Words(string(a.Cause)), wordLength),
			text(string(a.Code), wordLength), text(reason, textLength), text(strings.Join(a.Evidence, " "), textLength))
	}
	if n > mostAttempts {
		fmt.Fprintf(&b, "\n_%d more did not pass._\n", n-mostAttempts)
	}
	return b.String()
}
