package junit

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
)

// writer writes XML; it keeps the first error until it is flushed.
type writer struct {
	*bufio.Writer
	depth int
}

func (x *writer) line() {
	for range x.depth {
		x.WriteString("  ")
	}
}

// tag writes a start tag without its end; attributes are names and values.
func (x *writer) tag(name string, attributes []string) {
	x.line()
	x.WriteString("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		x.WriteString(" " + attributes[i] + `="`)
		x.text(attributes[i+1])
		x.WriteByte('"')
	}
}

func (x *writer) open(name string, attributes ...string) {
	x.tag(name, attributes)
	x.WriteString(">\n")
	x.depth++
}

func (x *writer) close(name string) {
	x.depth--
	x.line()
	x.WriteString("</" + name + ">\n")
}

// element has text of several lines.
func (x *writer) element(name, text string, attributes ...string) {
	x.tag(name, attributes)
	x.WriteByte('>')
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			x.WriteByte('\n')
		}
		x.text(line)
	}
	x.WriteString("</" + name + ">\n")
}

func (x *writer) text(s string) {
	_ = xml.EscapeText(x, []byte(clean(s))) // the writer keeps the error
}

// property leaves out what has no value.
func (x *writer) property(name, value string) {
	if value == "" {
		return
	}
	x.tag("property", []string{"name", name, "value", value})
	x.WriteString("/>\n")
}

// run says of which run every suite is: suites are looked at one by one.
func (x *writer) run(m matrix.Matrix) {
	r := m.Run
	x.property("run", r.ID)
	x.property("state", string(r.State))
	x.property("simulated", strconv.FormatBool(r.Simulated))
	x.property("partial", strconv.FormatBool(r.Partial))
	x.property("selection", r.Selection)
	x.property("run_verdict", string(m.Outcome()))
	x.property("complete", strconv.FormatBool(m.Summary.Complete))
	x.property("plan", strings.TrimSpace(r.Plan.ID+" "+r.Plan.Version))
	x.property("derivative", r.Derivative)
	x.property("product", r.Product.DeviceName)
	x.property("firmware", r.Product.Firmware)
	x.property("ffscert", r.ToolVersion)
	x.property("timezone", "UTC")
}

func (x *writer) result(v certification.Verdict, cause certification.Cause, message string, flaky bool, a matrix.Attempts, r *matrix.RateResult,
	s *matrix.SetupTime, phases []matrix.PhaseSummary, findings []matrix.Finding) {
	x.property("verdict", string(v))
	x.property("cause", string(cause))
	x.property("message", message)
	x.property("flaky", strconv.FormatBool(flaky))
	for _, n := range []struct {
		name string
		n    int
	}{{"plan_required", a.PlanRequired}, {"required", a.Required}, {"counted", a.Counted}, {"passed", a.Passed}, {"warning", a.Warning}, {"failed", a.Failed},
		{"blocked", a.Blocked}, {"review", a.Review}} {
		x.property("attempts."+n.name, strconv.Itoa(n.n))
	}
	if r != nil {
		if r.Observed != nil {
			x.property("rate.observed", number(*r.Observed))
		}
		x.property("rate.target", number(r.Target))
		x.property("rate.lower95", number(r.Lower95))
		if r.MorePassesNeeded != nil {
			x.property("rate.more_passes_needed", strconv.Itoa(*r.MorePassesNeeded))
		}
	}
	if s != nil {
		x.property("setup_time_s.p50", number(s.P50))
		x.property("setup_time_s.p90", number(s.P90))
		x.property("setup_time_s.max", number(s.Max))
		x.property("setup_time_s.uncertainty", number(s.Uncertainty))
	}
	for _, p := range phases {
		x.property("phase", fmt.Sprintf("%s: p50 %s s, p90 %s s, max %s s, %d attempts", p.Name, number(p.P50), number(p.P90), number(p.Max), p.Attempts))
	}
	for _, f := range findings {
		x.property("finding", joined(string(f.Severity), f.Rule+":", f.Message, strings.Join(f.Evidence, " ")))
	}
}

// attempts are one property each, and one more for each file of evidence.
func (x *writer) attempts(prefix string, list []matrix.Attempt) {
	for i := range list {
		a := &list[i]
		name := prefix + "attempt." + strconv.Itoa(a.N)
		value := joined(string(a.Verdict), render.Trouble(*a))
		if a.SetupTime != nil {
			value = joined(value, "set up in "+number(a.SetupTime.Value)+" s ("+number(a.SetupTime.Lo)+" to "+number(a.SetupTime.Hi)+")")
		}
		x.property(name, joined(value, "on "+a.Testbed, "at "+a.StartedUTC.UTC().Format("2006-01-02T15:04:05Z")))
		x.property(name+".decided_by", strings.Join(a.DecidedBy, "; "))
		for _, e := range a.Evidence {
			x.property(name+".evidence", e)
		}
	}
}

func joined(parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, " ")
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
