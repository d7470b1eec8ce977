package html

import (
	"fmt"
	"strings"
	"time"

	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// facts are what a test report needs (guide, "Test report"), and what tells
// this run from others.
func facts(m matrix.Matrix) []fact {
	r, p := m.Run, m.Run.Product
	var list []fact
	add := func(name string, parts ...string) {
		if s := joined(" · ", parts...); s != "" {
			list = append(list, fact{name, s})
		}
	}
	add("Product", p.DeviceName, strings.TrimSpace(p.Brand+" "+p.Model), prefixed("firmware ", p.Firmware), prefixed("hardware ", p.Hardware))
	add("Device type", p.DeviceType, p.DeviceTypeID, prefixed("APID ", p.APID), prefixed("reference APID ", p.ReferenceAPID))
	add("Derivative", r.Derivative, prefixed("original device type ", p.OriginalDeviceType), prefixed("original hardware ", p.OriginalHardware),
		prefixed("original firmware ", p.OriginalFirmware), prefixed("original protocol ", p.OriginalProtocol))
	add("Partner app", yesNo(p.PartnerApp))
	add("Inner barcode", yesNo(p.InnerBarcode))
	add("SDK", sdkOf(p.SDK)...)
	add("Plan", r.Plan.Name, prefixed("version ", r.Plan.Version), r.Plan.ID)
	add("Amazon customer ID", r.AmazonCustomerID)
	add("Started", moment(r.StartedUTC))
	if r.FinishedUTC != nil {
		add("Finished", moment(*r.FinishedUTC), "after "+span(r.FinishedUTC.Sub(r.StartedUTC)))
	}
	add("Tests executed", fmt.Sprint(r.TestsExecuted))
	var beds []string
	for _, t := range r.Testbeds {
		phone := joined(", ", strings.TrimSpace(t.Manufacturer+" "+t.Model), strings.TrimSpace(t.Platform+" "+t.PlatformVersion), prefixed("Alexa app ", t.AppVersion), t.Automation)
		if phone != "" {
			phone = " (" + phone + ")"
		}
		beds = append(beds, t.Name+phone)
	}
	add("Testbeds", beds...)
	for _, w := range m.Waivers {
		add("Waiver", w.Case, string(w.State), w.Message, w.Reason, "until "+w.Expires, w.Owner, w.Reference)
	}
	if len(r.Sessions) > 1 {
		for _, s := range r.Sessions {
			parts := []string{s.Text()}
			for _, c := range s.Changes {
				parts = append(parts, c.Text())
			}
			add("Continued", append(parts, s.Remarks...)...)
		}
	}
	add("Run", r.ID, string(r.State), fmt.Sprintf("seed %d", r.Seed))
	return list
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "yes"
	}
	return "no"
}

func sdkOf(s *journal.SDK) []string {
	switch {
	case s == nil:
		return nil
	case !s.Integrated:
		return []string{"none"}
	case s.Certified:
		return []string{"integrated", s.Name, "certified"}
	}
	return []string{"integrated", s.Name}
}

// submitView is until when the result has to be submitted: seven days after the
// test (guide, "Timeline").
type submitView struct {
	When string // empty if that is not known
	At   string // the same for a program, RFC 3339; empty if it does not count
	Why  string
}

func submitOf(m matrix.Matrix, by *time.Time) submitView {
	r := m.Run
	if by == nil {
		by = r.SubmitByUTC
	}
	if by == nil {
		return submitView{Why: "not known before the run has come to its end"}
	}
	v := submitView{When: by.UTC().Format("2006-01-02 15:04") + " UTC"}
	switch {
	case r.Simulated:
		v.Why = "would hold on real devices: a simulated run is never submitted"
		return v
	case r.Partial:
		v.Why = "7 days after the test; until then a packet can join this run with others of the plan"
	case !m.Summary.Complete:
		v.Why = "7 days after the test; a packet needs everything final before"
	default:
		v.Why = "7 days after the test"
	}
	v.At = by.UTC().Format(time.RFC3339)
	return v
}

// brief is the part of the facts that stands beside the verdict.
func brief(m matrix.Matrix) []fact {
	r := m.Run
	var list []fact
	list = append(list, fact{"Tests executed", fmt.Sprint(r.TestsExecuted)})
	if r.FinishedUTC != nil {
		list = append(list, fact{"Finished", r.FinishedUTC.UTC().Format("2006-01-02 15:04") + " UTC, after " + span(r.FinishedUTC.Sub(r.StartedUTC))})
	} else {
		list = append(list, fact{"Started", r.StartedUTC.UTC().Format("2006-01-02 15:04") + " UTC"})
	}
	return append(list, fact{"Run", clean(r.ID)})
}
