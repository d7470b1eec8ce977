// Package rendertest makes the runs that the tests of every format are written
// with: one that has of everything something, one whose every word is hostile,
// and one that is as large as a run may be.
package rendertest

import (
	"fmt"
	"slices"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

// The cases and scenarios of [Mixed].
const (
	RateCase  = "3P2-DE-02"
	ZeroTouch = "provisioning/zero-touch.feature:7 The device sets itself up"
)

// Day is when the runs began.
var Day = time.Date(2026, 11, 22, 16, 14, 3, 0, time.UTC)

// EvidenceName is a name as the journal gives them.
func EvidenceName(digit byte, ext string) string {
	return "evidence/" + string(slices.Repeat([]byte{digit}, 64)) + ext
}

// texts are the steps of an attempt.
var texts = [...]string{"the device is new to the Alexa app", "the device is switched off", "the provisioner has been restarted", "I switch the device on",
	"the Alexa app shows the device by its exact name within 300 seconds", "the Alexa app says that the device is responsive", "I delete the device in the Alexa app"}

func steps(good int) []certification.Step {
	var list []certification.Step
	for i, text := range texts {
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

// Passed is a finished run of one rate case, with n attempts that passed.
func Passed(n int) journal.Record {
	rec := journal.Record{
		Header: journal.Header{ID: "20261122-161403-ab12", Created: Day, ToolVersion: "v0.1.0", Seed: 7, AmazonCustomerID: "A1B2C3",
			Plan: certification.Plan{ID: "mss-wifi-default", Name: "MSS for Wi-Fi Provisionee (Default)", Version: "1.1", Protocol: "mss-wifi", Variant: "default",
				Cases: []certification.Case{{ID: RateCase, Group: "Provisioning",
					Title: "Zero-touch provisioning", Requirement: "Your device is provisioned in 95% of testing attempts.", Method: certification.Automated,
					Criterion: certification.Criterion{Kind: certification.Rate, Target: 0.95, Attempts: 20}}}},
			Product: journal.Product{DeviceName: "First light", Brand: "Acme", Model: "L1", Firmware: "1.0.3", APID: "Ab1x"},
			Scopes:  []journal.Scope{{Case: RateCase, Required: 20, Scenarios: []string{ZeroTouch}}}},
		State: journal.Finished, Ended: Day.Add(3 * time.Hour),
		Testbeds: []journal.Testbed{{Name: "bench-1", Manufacturer: "Google", Model: "Pixel 7", Platform: "Android", PlatformVersion: "14", Automation: "Appium 3.8.0, UiAutomator2"}},
	}
	for i := range n {
		start := Day.Add(time.Duration(i) * 3 * time.Minute)
		v := 28.4 + float64(i%7)*1.3
		powered := start.Add(80 * time.Second)
		rec.Attempts = append(rec.Attempts, certification.Attempt{
			ID: certification.AttemptID{Case: RateCase, Scenario: ZeroTouch, N: i + 1}, Testbed: "bench-1", Verdict: certification.Passed,
			Started: start, Finished: start.Add(140 * time.Second), SetupTime: &certification.Bracket{Value: v, Lo: v - 0.6, Hi: v + 0.6,
				PoweredUTC: certification.Span{From: powered, To: powered.Add(300 * time.Millisecond)},
				SetUpUTC:   certification.Span{From: powered.Add(28 * time.Second), To: powered.Add(29 * time.Second)}},
			Phases: []certification.Phase{{Name: "provisioner restarted", Seconds: 76.4}, {Name: "powered → found", Seconds: v}}, Steps: steps(len(texts))})
	}
	return rec
}

// Spoil makes an attempt one that did not pass, for that cause.
func Spoil(a *certification.Attempt, c certification.Cause, code certification.Code, message, hint string, evidence ...string) {
	a.Verdict, a.Cause, a.Code, a.Message, a.Hint, a.SetupTime = certification.VerdictOf(c), c, code, message, hint, nil
	a.Steps, a.Evidence, a.Finished = steps(4), evidence, a.Started.Add(6*time.Minute+35*time.Second)
	a.DecidedBy = []string{"the provisioner answered after 0.4 s", "the plug answered"}
}

// Mixed has every verdict, cause and mark: failed and blocked attempts with the
// same picture, findings, several scenarios, a flaky case, waivers, cases
// without attempts, local scenarios; simulated and partial.
func Mixed() journal.Record {
	rec := Passed(21)
	picture, source := EvidenceName('a', ".png"), EvidenceName('b', ".xml")
	for _, n := range []int{6, 13} {
		Spoil(&rec.Attempts[n], certification.CauseProduct, certification.ProductNotSetUp, `the device "First light" was not set up within 300 s`,
			"read the device's log of that time; the provisioner and a control plug answered", picture, source)
	}
	Spoil(&rec.Attempts[4], certification.CauseRig, certification.RigSession, "the session is lost", "is the phone's cable in?", picture)
	rec.Testbeds[0].Simulated = true
	rec.Selection = journal.Selection{Text: "--tags @quick", Partial: true}
	add := func(c certification.Case, scenarios ...string) {
		c.Requirement = "A sentence of the guide."
		c.Criterion = certification.Criterion{Kind: certification.All, Attempts: 1}
		rec.Plan.Cases = append(rec.Plan.Cases, c)
		rec.Scopes = append(rec.Scopes, journal.Scope{Case: c.ID, Required: 1, Scenarios: scenarios})
	}
	attempt := func(id, scenario string, n int, v certification.Verdict) *certification.Attempt {
		start := Day.Add(2*time.Hour + time.Duration(n)*time.Minute)
		rec.Attempts = append(rec.Attempts, certification.Attempt{ID: certification.AttemptID{Case: id, Scenario: scenario, N: n}, Testbed: "bench-1", Verdict: v,
			Started: start, Finished: start.Add(50 * time.Second), Steps: steps(len(texts))})
		return &rec.Attempts[len(rec.Attempts)-1]
	}
	const browser, app = "consent/refuse.feature:4 Refused in the browser", "consent/refuse.feature:12 Refused in the app"
	add(certification.Case{ID: "FFS-LWA-03", Group: "Login with Amazon", Title: "Refusing the consent leaves the maker's own set-up", Method: certification.Automated}, browser, app)
	a := attempt("FFS-LWA-03", browser, 1, certification.Warning)
	a.Cause, a.Message = certification.CausePartnerApp, "the refuse button is faint"
	a.Findings = []certification.Finding{{Rule: "LWA-PROMINENCE", Severity: certification.SeverityWarning, Message: "contrast 3.1:1 is below 4.5:1", Evidence: []string{EvidenceName('c', ".png")}}}
	a.Observations = []certification.Observation{{What: "Amazon's consent screen, in the browser", At: a.Started.Add(30 * time.Second), Evidence: []string{EvidenceName('c', ".png")}}}
	attempt("FFS-LWA-03", app, 1, certification.Passed)
	add(certification.Case{ID: "FFS-PROV-01", Group: "Removal", Title: "The device can be removed", Method: certification.Automated}, "removal.feature:3 Removed")
	Spoil(attempt("FFS-PROV-01", "removal.feature:3 Removed", 1, certification.Blocked), certification.CauseAlexaApp, certification.AppCovered, "something lies on top", "dismiss it")
	for n := range 4 {
		attempt("FFS-PROV-01", "removal.feature:3 Removed", n+2, certification.Passed)
	}
	add(certification.Case{ID: "FFS-APP-01", Group: "Provisioning", Title: "The partner app shows it", Method: certification.Automated}, "app.feature:3 Shown")
	Spoil(attempt("FFS-APP-01", "app.feature:3 Shown", 1, certification.Failed), certification.CausePartnerApp, certification.PartnerNotListed, "the device is not in the partner app", "ask the maker")
	rec.Waivers = []certification.Waiver{{Case: "FFS-APP-01", Reason: "not before its launch", Reference: "e-mail of 2026-10-02", Owner: "Ada", Expires: "2027-01-31"}}
	add(certification.Case{ID: "FFS-BAR-01", Group: "Barcode", Title: "Outer barcode", Method: certification.Evidence, Evidence: "a picture of it"})
	add(certification.Case{ID: "FFS-PK-01", Group: "Barcode", Title: "The package carries its code", Method: certification.Attended}, "packaging/code.feature:3 Look at the package")
	attempt("FFS-PK-01", "packaging/code.feature:3 Look at the package", 1, certification.Passed)
	add(certification.Case{ID: "FFS-NET-01", Group: "Provisioning", Title: "Falls back to its own set-up", Method: certification.Automated}, "network/fallback.feature:3 No network")
	add(certification.Case{ID: "FFS-NET-02", Group: "Network", Title: "Thread only", Method: certification.Automated, NotApplicable: "the product has no Thread radio"})
	rec.Plan.Cases = append(rec.Plan.Cases, certification.Case{ID: "FFS-TLS-01", Title: "TLS", Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}})
	rec.Scopes = append(rec.Scopes, journal.Scope{Case: certification.LocalCase, Required: 1, Scenarios: []string{"mine.feature:3 Night light"}})
	Spoil(attempt(certification.LocalCase, "mine.feature:3 Night light", 1, certification.Failed), certification.CauseProduct, certification.ProductUnresponsive, "the device is unresponsive", "")
	return rec
}

// Hostile is a run in which every word that may come from outside is s.
func Hostile(s string) journal.Record {
	rec := Passed(3)
	rec.Product = journal.Product{DeviceName: s, Brand: s, Model: s, Firmware: s, Hardware: s, DeviceType: s}
	rec.Selection, rec.AmazonCustomerID, rec.ToolVersion = journal.Selection{Text: s, Partial: true}, s, s
	rec.Plan.Name, rec.Plan.Version = s, s
	k := &rec.Plan.Cases[0]
	k.Group, k.Title, k.Requirement = s, s, s
	scenario := "a.feature:1 " + s
	rec.Scopes[0].Scenarios = []string{scenario}
	for i := range rec.Attempts {
		a := &rec.Attempts[i]
		a.ID.Scenario, a.Testbed = scenario, s
		a.Phases = []certification.Phase{{Name: s, Seconds: 1}}
	}
	a := &rec.Attempts[1]
	Spoil(a, certification.CauseProduct, certification.Code(s), s, s, s, EvidenceName('a', ".png"))
	a.DecidedBy = []string{s}
	a.Steps = []certification.Step{{Text: s, Location: s, Status: "failed", Message: s, Evidence: []string{s}}}
	a.Findings = []certification.Finding{{Rule: s, Severity: certification.SeverityFail, Message: s, Evidence: []string{s}}}
	a.Observations = []certification.Observation{{What: s, At: a.Started, Evidence: []string{s}}}
	rec.Attempts[2].Verdict = certification.Verdict(s)
	rec.Testbeds = []journal.Testbed{{Name: s, Manufacturer: s, Model: s, Simulated: true}}
	rec.Plan.Cases = append(rec.Plan.Cases, certification.Case{ID: s, Group: s, Title: s, Requirement: s, NotApplicable: s})
	rec.Scopes = append(rec.Scopes, journal.Scope{Case: s, Required: 1})
	rec.Waivers = []certification.Waiver{{Case: RateCase, Reason: s, Reference: s, Owner: s, Expires: "2027-01-31"}}
	return rec
}

// Strings are texts that do harm where they are not treated as text.
func Strings() []string {
	return []string{
		`=HYPERLINK("http://example.org","x")`, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1", `"quoted", and;more`, "a\r\nb\nc",
		`<script>window.pwned=1</script><img src=x onerror="window.pwned=1">`, `]]><x/>`, "&lt;&amp;&#0;", "</script><script>window.pwned=1</script>",
		"| a | b |\n|---|---|", "`code` ``` ~~~", "@octocat #1 https://example.org www.example.org", "[x](javascript:alert(1)) ![i](http://example.org/i.png)",
		"</details><h1>PASSED</h1>", "<!-- ", "*b* _i_ ~~s~~ # h", "\x00\x01\x1b[2J\x7f\u0085", "\u202eevil\u2066\u200b", "\xff\xfe", "\ufffe\uffff", "灯 👩‍🔧", "_x000D_", "{{.Run}}",
		"@admin\n@admin", "../../etc/passwd", "evidence/../journal.db",
	}
}

// Large is a run of n attempts such as real ones are, one in fifty of which did
// not pass.
func Large(n int) journal.Record {
	rec := Passed(0)
	kinds := [...]struct {
		cause certification.Cause
		code  certification.Code
		text  string
	}{{certification.CauseProduct, certification.ProductNotSetUp, `the device "First light" was not set up within 300 s`},
		{certification.CauseRig, certification.RigSession, "the session is lost"}, {certification.CauseAlexaApp, certification.AppCovered, "something lies on top"}}
	const each = 2000
	rec.Plan.Cases, rec.Scopes = nil, nil
	for c := 0; c*each < n; c++ {
		id := fmt.Sprintf("FFS-LARGE-%03d", c+1)
		scenario := fmt.Sprintf("provisioning/large-%d.feature:7 The device sets itself up", c+1)
		made := Passed(min(each, n-c*each))
		k := made.Plan.Cases[0]
		k.ID, k.Criterion.Attempts = id, each
		rec.Plan.Cases = append(rec.Plan.Cases, k)
		rec.Scopes = append(rec.Scopes, journal.Scope{Case: id, Required: each, Scenarios: []string{scenario}})
		for i := range made.Attempts {
			a := &made.Attempts[i]
			a.ID.Case, a.ID.Scenario = id, scenario
			if i%50 == 49 {
				kind := kinds[i/50%len(kinds)]
				Spoil(a, kind.cause, kind.code, kind.text, "look at its log", fmt.Sprintf("evidence/%064x.png", c*each+i))
			}
			a.Observations = []certification.Observation{{What: `dismissed a card: "New device found", "First light", "It was set up for you and is ready to use.", "CONTINUE", "LATER"`, At: a.Started}}
			for j := range 4 { // a real attempt has more steps
				a.Steps = append(a.Steps, certification.Step{Text: "the Alexa app no longer lists the device", Location: fmt.Sprintf("provisioning/zero-touch.feature:%d", 15+j), Status: "passed", Seconds: 2.9214306949999997})
			}
		}
		rec.Attempts = append(rec.Attempts, made.Attempts...)
	}
	return rec
}

// Many is what the limits of time and memory are held to.
const Many = 100_000

// Short is [Mixed] with fewer attempts of the rate case, for golden files that
// people have to read.
func Short() journal.Record {
	rec := Mixed()
	rec.Attempts = slices.Delete(rec.Attempts, 7, 21)
	return rec
}
