package table

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

var update = flag.Bool("update", false, "write the golden files anew")

const scenario = "provisioning/zero_touch.feature:12 Zero-touch provisioning"

var day = time.Date(2026, 11, 22, 16, 14, 3, 0, time.UTC)

// record is a finished run of the built-in plan's first case with so many
// passed attempts; the plan's other cases come and go.
func record(t *testing.T, passed int) journal.Record {
	t.Helper()
	c, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := c.Plan("mss-wifi-default")
	if err != nil {
		t.Fatal(err)
	}
	plan.Cases = slices.Clone(plan.Cases[:1])
	rec := journal.Record{
		Header: journal.Header{ID: "20261122-161403-ab12", Created: day, ToolVersion: "v0.1.0", Plan: plan,
			Product: journal.Product{DeviceName: "First light", Brand: "Acme", Model: "L1", Firmware: "1.0.3"}, Seed: 7,
			Scopes: []journal.Scope{{Case: "3P2-DE-02", Required: 20, Scenarios: []string{scenario}}}},
		State: journal.Finished, Ended: day.Add(time.Hour),
		Testbeds: []journal.Testbed{{Name: "bench-1", Manufacturer: "Google", Model: "Pixel 7"}},
	}
	for n := 1; n <= passed; n++ {
		rec.Attempts = append(rec.Attempts, certification.Attempt{
			ID:      certification.AttemptID{Case: "3P2-DE-02", Scenario: scenario, N: n},
			Verdict: certification.Passed, Started: day, Finished: day,
			SetupTime: &certification.Bracket{Value: 30 + float64(n)/4, Lo: 30, Hi: 31}})
	}
	return rec
}

func spoil(a *certification.Attempt, c certification.Cause, code certification.Code, message, hint string) {
	a.Verdict, a.Cause, a.Code, a.Message, a.Hint, a.SetupTime = certification.VerdictOf(c), c, code, message, hint, nil
}

func failing(t *testing.T) journal.Record {
	rec := record(t, 21)
	for _, n := range []int{6, 13, 20} {
		spoil(&rec.Attempts[n], certification.CauseProduct, certification.ProductNotSetUp, `"First light" was not set up within 300 s, although "Echo Dot" and the tile of "First plug" answer`, "read the device's log at that time")
	}
	spoil(&rec.Attempts[4], certification.CauseRig, certification.RigSession, "the session is lost", "is the phone's cable in?")
	rec.Testbeds[0] = journal.Testbed{Name: "virtual", Manufacturer: "ffscert-virtual", Model: "Phone", Simulated: true}
	return rec
}

// mixed has several cases, a local scenario, findings and a partial selection.
func mixed(t *testing.T) journal.Record {
	rec := record(t, 3)
	rec.Selection = journal.Selection{Text: "--tags @quick --attempts 3", Partial: true}
	rec.Scopes[0].Required = 3
	add := func(id, title string, method certification.Method) {
		rec.Plan.Cases = append(rec.Plan.Cases, certification.Case{ID: id, Group: "G", Title: title, Requirement: "r", Method: method,
			Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}})
		rec.Scopes = append(rec.Scopes, journal.Scope{Case: id, Required: 1, Scenarios: []string{"x.feature:1 " + id}})
	}
	attempt := func(id string, n int, v certification.Verdict) *certification.Attempt {
		rec.Attempts = append(rec.Attempts, certification.Attempt{ID: certification.AttemptID{Case: id, Scenario: "x.feature:1 " + id, N: n}, Verdict: v, Started: day, Finished: day})
		return &rec.Attempts[len(rec.Attempts)-1]
	}
	add("FFS-BC-01", "Outer barcode", certification.Automated)
	attempt("FFS-BC-01", 1, certification.Passed)
	add("FFS-LWA-03", "Refusing the consent", certification.Automated)
	a := attempt("FFS-LWA-03", 1, certification.Warning)
	a.Cause, a.Message = certification.CausePartnerApp, "the refuse button is faint"
	a.Findings = []certification.Finding{{Rule: "LWA-PROMINENCE", Severity: certification.SeverityWarning, Message: "contrast 3.1:1 is below 4.5:1"}}
	add("FFS-PK-01", "Package", certification.Attended)
	attempt("FFS-PK-01", 1, certification.Passed)
	add("FFS-NET-01", "Fall-back", certification.Automated)
	rec.Plan.Cases = append(rec.Plan.Cases, certification.Case{ID: "FFS-TLS-01", Title: "TLS", Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}})
	rec.Scopes = append(rec.Scopes, journal.Scope{Case: certification.LocalCase, Required: 1, Scenarios: []string{"mine.feature:3 Night light"}})
	rec.Attempts = append(rec.Attempts, certification.Attempt{ID: certification.AttemptID{Case: certification.LocalCase, Scenario: "mine.feature:3 Night light", N: 1}, Started: day, Finished: day})
	spoil(&rec.Attempts[len(rec.Attempts)-1], certification.CauseProduct, certification.ProductUnresponsive, "the device is unresponsive", "")
	return rec
}

// derived is a run of a product derivative: nothing but evidence is asked for.
func derived(t *testing.T) journal.Record {
	rec := record(t, 0)
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

func render(t *testing.T, rec journal.Record, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, matrix.Of(rec), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	interrupted := record(t, 7)
	interrupted.State = journal.Interrupted
	for name, rec := range map[string]journal.Record{"passed": record(t, 20), "failed": failing(t), "mixed": mixed(t), "derivative": derived(t), "interrupted": interrupted} {
		for _, width := range []int{60, 80, 120} {
			t.Run(fmt.Sprint(name, "-", width), func(t *testing.T) {
				got := render(t, rec, Options{Width: width})
				for l := range strings.Lines(got) {
					if w := text.StringWidthWithoutEscSequences(strings.TrimRight(l, "\n")); w > width {
						t.Errorf("%d columns: %q", w, l)
					}
				}
				file := filepath.Join("testdata", fmt.Sprintf("%s-%d.txt", name, width))
				if *update {
					if err := os.MkdirAll("testdata", 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("differs from %s (-update writes it anew):\n%s", file, got)
				}
			})
		}
	}
}

func TestWhatAPersonMustSee(t *testing.T) {
	for name, tc := range map[string]struct {
		rec  journal.Record
		want []string
	}{
		"each failure": {failing(t), []string{"SIMULATED", "17/20 passed", "85.0 %", "target 95 %", "    7  failed", "   14  failed", "   21  failed", "    5  blocked", "FFS-E201", "FFS-E402", "Verdict: FAILED", "Next: FFS-E201: read"}},
		"partial":      {mixed(t), []string{"PARTIAL", "--attempts 3", "(plan: 20)", "not selected: FFS-TLS-01", "Local scenarios", "FFS-E202"}},
		"derivative": {derived(t), []string{"product derivative · original device type OLD1 · original hardware ESP32-C3 · original firmware 1.0.0",
			`3P2-DE-02, FFS-NET-03: a product derivative is tested with the group "Barcode" alone`, "FFS-APP-01: the product has no partner app", "Verdict: REVIEW",
			"3 not applicable", "needed: a picture of it", "product.inner_barcode", "Next: show what is missing for FFS-BAR-01, FFS-BAR-02"}},
		"submit": {record(t, 20), []string{"Verdict: PASSED", "submit the result no later than 2026-11-29 17:14 UTC"}},
	} {
		got := render(t, tc.rec, Options{Width: 120})
		for _, w := range tc.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is missing in\n%s", name, w, got)
			}
		}
	}
	rec := record(t, 20)
	spoil(&rec.Attempts[8], certification.CauseProduct, certification.ProductNotSetUp, "not set up", "")
	if got := render(t, rec, Options{}); !strings.Contains(got, "Verdict: PASSED") || !strings.Contains(got, "    9  failed") {
		t.Errorf("a tolerated failure must be shown:\n%s", got)
	}
}

func TestTextFromOutsideIsHarmless(t *testing.T) {
	hostile := "a\x1b[2J\x1b]0;title\x07b\r\nVerdict: PASSED\u202e\u2066\u200b\u0085\u009b31m\xff" + strings.Repeat("w", 5000)
	rec := failing(t)
	rec.Product.DeviceName, rec.ToolVersion, rec.Selection = hostile, hostile, journal.Selection{Text: hostile, Partial: true}
	rec.Plan.Name, rec.Plan.Cases[0].Title = hostile, hostile
	rec.Derivative, rec.Product.OriginalDeviceType, rec.Product.OriginalHardware = hostile, hostile, hostile
	rec.Plan.Cases = append(rec.Plan.Cases, certification.Case{ID: hostile, NotApplicable: hostile}, certification.Case{ID: "e", Method: certification.Evidence, Evidence: hostile, Undecided: []certification.Feature{certification.Feature(hostile)}})
	rec.Scopes = append(rec.Scopes, journal.Scope{Case: hostile, Required: 1}, journal.Scope{Case: "e", Required: 1})
	rec.Testbeds[0].Name, rec.Testbeds[0].Model = hostile, hostile
	for i := range rec.Attempts {
		a := &rec.Attempts[i]
		a.Message, a.Hint, a.Code, a.Testbed = hostile, hostile, certification.Code(hostile), hostile
		a.Findings = []certification.Finding{{Rule: hostile, Severity: certification.Severity(hostile), Message: hostile}}
	}
	rec.Attempts = append(rec.Attempts, certification.Attempt{ID: certification.AttemptID{Case: hostile, Scenario: hostile, N: 1}, Verdict: certification.Failed, Cause: certification.Cause(hostile)})
	got := render(t, rec, Options{Width: 80})
	for _, r := range got {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%U reached the terminal", r)
		}
	}
	for l := range strings.Lines(got) {
		if strings.HasPrefix(l, "Verdict: PASSED") {
			t.Fatal("text from outside made a line of its own")
		}
		if w := text.StringWidthWithoutEscSequences(l); w > 80 {
			t.Errorf("%d columns: %q", w, l)
		}
	}
}

func TestColourOnlyWhenAsked(t *testing.T) {
	plain := render(t, failing(t), Options{Width: 100})
	colour := render(t, failing(t), Options{Width: 100, Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("colour without being asked")
	}
	if !strings.Contains(colour, "\x1b[1;31mfailed\x1b[0m") {
		t.Errorf("no colour:\n%q", colour)
	}
	if text.StripEscape(colour) != plain {
		t.Error("colours change more than colour")
	}
}

// Nothing that a person takes for one character is torn apart.
func TestCutBetweenCharacters(t *testing.T) {
	for _, word := range []string{strings.Repeat("👩\u200d👩\u200d👧", 40), strings.Repeat("e\u0301", 200), strings.Repeat("🇯🇵", 60), strings.Repeat("灯", 100)} {
		for _, l := range wrap(word, 20) {
			if strings.HasPrefix(l, "\u200d") || strings.HasPrefix(l, "\u0301") || strings.HasSuffix(l, "\u200d") || strings.Count(l, "\U0001F1EF") != strings.Count(l, "\U0001F1F5") {
				t.Errorf("torn: %q", l)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tc := range []struct {
		in    string
		width int
		want  string
	}{
		{"", 5, ""},
		{"one two three", 7, "one two|three"},
		{"one  two", 20, "one  two"},
		{"  one two", 5, "  one|two"},
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"灯灯灯 灯", 5, "灯灯|灯 灯"},
		{"灯灯", 1, "灯|灯"},
		{"a b", -3, "a|b"},
	} {
		if got := strings.Join(wrap(tc.in, tc.width), "|"); got != tc.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", tc.in, tc.width, got, tc.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.String().Draw(t, "text"))
		width := rapid.IntRange(2, 40).Draw(t, "width")
		lines := wrap(s, width)
		for _, l := range lines {
			if text.StringWidthWithoutEscSequences(l) > width && uniseg.GraphemeClusterCount(l) > 1 {
				t.Fatalf("%q is wider than %d", l, width)
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeeze(strings.Join(lines, "")) != squeeze(s) {
			t.Fatalf("%q became %q", s, lines)
		}
	})
}
