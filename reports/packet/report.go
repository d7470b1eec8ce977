package packet

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/html"
	"ffscert/reports/render/safe"
)

//go:embed report.gohtml
var reportSource string

//go:embed report.css
var reportStyle string

var reportPage = template.Must(template.New("report").Funcs(template.FuncMap{
	"clean": func(v any) string { return safe.Isolate(safe.Text(fmt.Sprint(v), 1000)) },
	"words": func(v certification.Verdict) string { return strings.ReplaceAll(string(v), "_", " ") },
	"class": verdictClass,
	"utc":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" },
	"percent": func(x float64) string {
		return fmt.Sprintf("%.4g %%", math.Round(min(max(x, 0), 1)*1000)/10)
	},
}).Parse(reportSource))

// verdictClass is the class of a verdict on the page; one that nobody knows
// never looks harmless.
func verdictClass(v certification.Verdict) string {
	if !v.Known() {
		return "v-failed"
	}
	return "v-" + strings.ReplaceAll(string(v), "_", "-")
}

// reportView is what the report shows.
type reportView struct {
	Demo       bool
	DemoWords  string
	Shortfalls []Shortfall
	Matrix     matrix.Matrix
	Product    []fact
	Derivative derivativeStatement
	Barcodes   []Barcode
	SubmitBy   *time.Time
	Runs       []runView
	Testbeds   []journal.Testbed
	ByPerson   int
	Counts     matrix.Attempts
	Reviews    []journal.Review
	Sheet      bool
	Style      template.CSS
	Simulated  bool
	Groups     []reportGroup
}

// reportGroup are the cases of a group.
type reportGroup struct {
	Name  string
	Cases []reportCase
}

type reportCase struct {
	matrix.Case
	Anchor string // on the page of the matrix
}

type fact struct{ Name, Value string }

type runView struct {
	ID, Selection, Tool string
	Started, Ended      time.Time
	Attempts            int
	Verdict             certification.Verdict
}

// writeReport writes the report with the four items of the guide ("Certification
// Steps").
func (c *Campaign) writeReport(w io.Writer) error {
	p := c.Joined.Product
	v := reportView{Demo: c.Demo, DemoWords: demoWords, Matrix: c.Matrix, Derivative: c.derivative(), Barcodes: c.Barcodes(), SubmitBy: c.SubmitBy(),
		Testbeds: c.Matrix.Run.Testbeds, Reviews: c.Joined.Reviews, Sheet: c.Sheet != nil,
		Style: template.CSS(reportStyle), Simulated: c.Matrix.Run.Simulated}
	if c.Demo {
		v.Shortfalls = c.Shortfalls()
	}
	for _, f := range []fact{{"Brand", p.Brand}, {"Model", p.Model}, {"Name in the Alexa app", p.DeviceName}, {"Kind of device", p.DeviceType}, {"Firmware", p.Firmware},
		{"Hardware", p.Hardware}, {"Device Type ID", p.DeviceTypeID}, {"Advertised product ID", p.APID}, {"Reference APID", p.ReferenceAPID}, {"Note", p.Note}} {
		if f.Value != "" {
			v.Product = append(v.Product, f)
		}
	}
	for _, r := range c.Runs {
		one := matrix.Of(r.Record)
		v.Runs = append(v.Runs, runView{r.Record.ID, one.Run.Selection, r.Record.ToolVersion, r.Record.Created, r.Record.Ended, one.Run.TestsExecuted, one.Summary.Verdict})
	}
	for _, k := range c.Matrix.Cases {
		i := slices.IndexFunc(v.Groups, func(g reportGroup) bool { return g.Name == k.Group })
		if i < 0 {
			i = len(v.Groups)
			v.Groups = append(v.Groups, reportGroup{Name: k.Group})
		}
		v.Groups[i].Cases = append(v.Groups[i].Cases, reportCase{k, html.CaseAnchor(k.ID)})
		v.Counts.Passed += k.Attempts.Passed
		v.Counts.Warning += k.Attempts.Warning
		v.Counts.Failed += k.Attempts.Failed
		v.Counts.Blocked += k.Attempts.Blocked
		v.Counts.Review += k.Attempts.Review
		if len(k.Scenarios) == 0 && (k.Verdict == certification.Passed || k.Verdict == certification.Failed) {
			v.ByPerson++
		}
	}
	return reportPage.Execute(w, v)
}
