package html

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"testing"
	"testing/fstest"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

const (
	rateCase  = "3P2-DE-02"
	zeroTouch = "provisioning/zero-touch.feature:7 The device sets itself up"
)

var day = time.Date(2026, 11, 22, 16, 14, 3, 0, time.UTC)

// evidenceName is a name as the journal gives them.
func evidenceName(digit, ext string) string {
	s := ""
	for len(s) < 64 {
		s += digit
	}
	return "evidence/" + s + ext
}

// passed is a finished run of n passed attempts of one rate case.
func passed(n int) journal.Record {
	rec := journal.Record{
		Header: journal.Header{ID: "20261122-161403-ab12", Created: day, ToolVersion: "v0.1.0", Seed: 7, AmazonCustomerID: "A1B2C3",
			Plan: certification.Plan{ID: "mss-wifi-default", Name: "MSS for Wi-Fi Provisionee (Default)", Version: "1.1", Cases: []certification.Case{{ID: rateCase, Group: "Provisioning",
				Title: "Zero-touch provisioning", Requirement: "Your device is provisioned in 95% of testing attempts.", Method: certification.Automated,
				Criterion: certification.Criterion{Kind: certification.Rate, Target: 0.95, Attempts: 20}}}},
			Product: journal.Product{DeviceName: "First light", Brand: "Acme", Model: "L1", Firmware: "1.0.3", APID: "Ab1x"},
			Scopes:  []journal.Scope{{Case: rateCase, Required: 20, Scenarios: []string{zeroTouch}}}},
		State: journal.Finished, Ended: day.Add(3 * time.Hour),
		Testbeds: []journal.Testbed{{Name: "bench-1", Manufacturer: "Google", Model: "Pixel 7", Platform: "Android", PlatformVersion: "14", Automation: "Appium 3.8.0, UiAutomator2"}},
	}
	for i := range n {
		start := day.Add(time.Duration(i) * 3 * time.Minute)
		v := 28.4 + float64(i%7)*1.3
		rec.Attempts = append(rec.Attempts, certification.Attempt{
			ID: certification.AttemptID{Case: rateCase, Scenario: zeroTouch, N: i + 1}, Testbed: "bench-1", Verdict: certification.Passed,
			Started: start, Finished: start.Add(140 * time.Second), SetupTime: &certification.Bracket{Value: v, Lo: v - 0.6, Hi: v + 0.6},
			Phases: []certification.Phase{{Name: "set-up", Seconds: v}}, Steps: stepsUntil(7)})
	}
	return rec
}

// stepsUntil are seven steps of which so many passed; the next one failed.
func stepsUntil(good int) []certification.Step {
	var list []certification.Step
	for i, text := range []string{"the device is new to the Alexa app", "the device is switched off", "the provisioner has been restarted", "I switch the device on",
		"the Alexa app shows the device by its exact name within 300 seconds", "the Alexa app says that the device is responsive", "I delete the device in the Alexa app"} {
		s := certification.Step{Text: text, Location: fmt.Sprintf("provisioning/zero-touch.feature:%d", 8+i), Status: "passed", Seconds: float64(i)*2.5 + 0.8}
		if i == good {
			s.Status, s.Seconds, s.Message = "failed", 300.2, `the device "First light" was not set up within 300 s`
		} else if i > good {
			s.Status, s.Seconds = "skipped", 0
		}
		list = append(list, s)
	}
	return list
}

func spoil(a *certification.Attempt, c certification.Cause, code certification.Code, message, hint string, evidence ...string) {
	a.Verdict, a.Cause, a.Code, a.Message, a.Hint, a.SetupTime = certification.VerdictOf(c), c, code, message, hint, nil
	a.Steps, a.Evidence, a.Finished = stepsUntil(4), evidence, a.Started.Add(6*time.Minute+35*time.Second)
}

// mixed has of everything something: failed and blocked attempts with the same
// picture, findings, several scenarios, local ones, cases that were left out.
func mixed() journal.Record {
	rec := passed(21)
	picture, source := evidenceName("a", ".png"), evidenceName("b", ".xml")
	for _, n := range []int{6, 13} {
		spoil(&rec.Attempts[n], certification.CauseProduct, certification.ProductNotSetUp, `the device "First light" was not set up within 300 s`,
			"read the device's log of that time; the provisioner and a control plug answered", picture, source)
	}
	spoil(&rec.Attempts[4], certification.CauseRig, certification.RigSession, "the session is lost", "is the phone's cable in?", picture)
	rec.Testbeds[0].Simulated = true
	rec.Selection = journal.Selection{Text: "--tags @quick", Partial: true}
	add := func(id, group, title string, method certification.Method, scenarios ...string) {
		rec.Plan.Cases = append(rec.Plan.Cases, certification.Case{ID: id, Group: group, Title: title, Requirement: "A sentence of the guide.", Method: method,
			Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}})
		rec.Scopes = append(rec.Scopes, journal.Scope{Case: id, Required: 1, Scenarios: scenarios})
	}
	attempt := func(id, scenario string, v certification.Verdict) *certification.Attempt {
		rec.Attempts = append(rec.Attempts, certification.Attempt{ID: certification.AttemptID{Case: id, Scenario: scenario, N: 1}, Testbed: "bench-1", Verdict: v,
			Started: day.Add(2 * time.Hour), Finished: day.Add(2*time.Hour + time.Minute), Steps: stepsUntil(7)})
		return &rec.Attempts[len(rec.Attempts)-1]
	}
	add("FFS-LWA-03", "Login with Amazon", "Refusing the consent leaves the maker's own set-up", certification.Automated, "consent/refuse.feature:4 Refused in the browser", "consent/refuse.feature:12 Refused in the app")
	a := attempt("FFS-LWA-03", "consent/refuse.feature:4 Refused in the browser", certification.Warning)
	a.Cause, a.Message = certification.CausePartnerApp, "the refuse button is faint"
	a.Findings = []certification.Finding{{Rule: "LWA-PROMINENCE", Severity: certification.SeverityWarning, Message: "contrast 3.1:1 is below 4.5:1", Evidence: []string{evidenceName("c", ".png")}}}
	a.Observations = []certification.Observation{{What: "Amazon's consent screen, in the browser", At: day.Add(2*time.Hour + 30*time.Second), Evidence: []string{evidenceName("c", ".png")}}}
	attempt("FFS-LWA-03", "consent/refuse.feature:12 Refused in the app", certification.Passed)
	add("FFS-PK-01", "Barcode", "The package carries its code", certification.Attended, "packaging/code.feature:3 Look at the package")
	attempt("FFS-PK-01", "packaging/code.feature:3 Look at the package", certification.Passed)
	add("FFS-NET-01", "Provisioning", "Falls back to its own set-up", certification.Automated, "network/fallback.feature:3 No network")
	rec.Plan.Cases = append(rec.Plan.Cases, certification.Case{ID: "FFS-TLS-01", Title: "TLS", Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}})
	rec.Scopes = append(rec.Scopes, journal.Scope{Case: certification.LocalCase, Required: 1, Scenarios: []string{"mine.feature:3 Night light"}})
	l := attempt(certification.LocalCase, "mine.feature:3 Night light", certification.Failed)
	spoil(l, certification.CauseProduct, certification.ProductUnresponsive, "the device is unresponsive", "")
	return rec
}

// derived is a run of a product derivative: nothing but evidence is asked for.
func derived() journal.Record {
	rec := passed(0)
	no := false
	rec.Derivative, rec.Attempts = "product", nil
	rec.Product.OriginalDeviceType, rec.Product.OriginalHardware, rec.Product.OriginalFirmware, rec.Product.OriginalProtocol = "OLD1", "ESP32-C3", "1.0.0", "mss-wifi"
	rec.Product.PartnerApp, rec.Product.SDK = &no, &journal.SDK{Integrated: true, Name: "ACK SDK", Certified: true}
	rec.Plan.Cases[0].NotApplicable = `a product derivative is tested with the group "Barcode" alone`
	rec.Scopes[0].Scenarios = nil
	add := func(c certification.Case) {
		c.Criterion = certification.Criterion{Kind: certification.All, Attempts: 1}
		rec.Plan.Cases = append(rec.Plan.Cases, c)
		rec.Scopes = append(rec.Scopes, journal.Scope{Case: c.ID, Required: 1})
	}
	add(certification.Case{ID: "FFS-APP-01", Group: "Provisioning", Title: "Partner app", NotApplicable: "the product has no partner app: there is none", Method: certification.Automated})
	add(certification.Case{ID: "FFS-NET-03", Group: "Network", Title: "Not nearby", NotApplicable: rec.Plan.Cases[0].NotApplicable, Method: certification.Automated})
	add(certification.Case{ID: "FFS-BAR-01", Group: "Barcode", Title: "Outer barcode", Evidence: "a picture of it", Method: certification.Evidence})
	add(certification.Case{ID: "FFS-BAR-02", Group: "Barcode", Title: "Inner barcode", Evidence: "a picture of it", Method: certification.Evidence,
		Undecided: []certification.Feature{certification.InnerBarcode}})
	return rec
}

// folder holds the pictures and files that mixed refers to.
func folder(t testing.TB) fstest.MapFS {
	return fstest.MapFS{
		evidenceName("a", ".png"): {Data: screen(t, 540, 1200, color.RGBA{0, 120, 140, 255})},
		evidenceName("b", ".xml"): {Data: []byte("<hierarchy/>")},
		evidenceName("c", ".png"): {Data: screen(t, 300, 600, color.RGBA{200, 120, 0, 255})},
	}
}

// screen is a picture with a frame, so that a shifted or cut one is seen.
func screen(t testing.TB, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(w/10, h/10, w-w/10, h-h/10), image.White, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var grey = color.RGBA{9, 9, 9, 255}

// crc makes the checksum of a PNG's header right again.
func crc(data []byte) []byte {
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}
