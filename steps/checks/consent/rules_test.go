package consent

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"ffscert/features/certification"
)

var update = flag.Bool("update", false, "write RULES.md and the schema anew")

func golden(t *testing.T, name string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not what the code says; -update writes it anew", name)
	}
}

// TestTheRulesAreDocumented: RULES.md is made from the rules.
func TestTheRulesAreDocumented(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "# The rules of the Login with Amazon audit\n\nRule set %s. This page is made from the rules (`go test ./steps/checks/consent -run Documented -update`).\n\n", RuleSet)
	b.WriteString(strings.TrimSpace(pageIntro) + "\n\n")
	for _, r := range Rules() {
		fmt.Fprintf(&b, "## %s\n\n%s.\n\n- Worst outcome: %s\n- Required in: %s\n- Source: %s\n\n", r.ID, upper(r.Checks), r.Worst, journeys(r.Required), r.Source)
	}
	b.WriteString("## Which rules a journey requires\n\n| rule |")
	for _, j := range Journeys() {
		fmt.Fprintf(&b, " %s |", j)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(Journeys())) + "\n")
	for _, r := range rules() {
		fmt.Fprintf(&b, "| %s |", r.ID)
		for _, j := range Journeys() {
			mark := " "
			if r.requiredIn(j) {
				mark = " x "
			}
			b.WriteString(mark + "|")
		}
		b.WriteString("\n")
	}
	golden(t, "RULES.md", []byte(b.String()))
}

const pageIntro = `
What Amazon judges by is not public. The rules are ours; each names where it comes from. A rule on facts may fail; a judgement on words is at most a
review. An outcome is pass, fail, warn, review or not_run. What could not be judged is not_run, with the reason, and never a pass.

The verdict is the worst of the outcomes: fail makes it failed, review makes it review, warn makes it warning (cause partner_app). A rule that
is required in the journey and was not run makes it review (cause rig, if nothing else does). Required are the rules that could find something worse than a warning, in the
journeys in which there is something to judge. Contrast, targets, clipped text, prominence and the button's words end in a warning at worst; the
baseline is yours to keep; readability is a matter of English alone: those are judged where they can be, and not required.

One fault is one finding: a refusal that stands back (LWA-PROMINENCE) is not reported again for its contrast or size, a control that is too
small (LWA-TARGET) not again for its clipped label, Amazon's button (LWA-BUTTON) not again for its language.

What is measured how:

- The density of capture.json is in dots per inch (420) or, up to 10, a factor of 160 (2.625).
- Contrast is measured on the picture, tile by tile, without the half-tones of smoothed edges; colours that FILE.html records or declares are
  compared, and are exact. Between 3:1 and 4.5:1 the size of the letters decides. Where it cannot be told whether they are large or bold enough, the rule
  is not run. Fields, disabled controls and pictures are left out.
- FILE.html may carry data-computed-color, data-computed-background-color, data-computed-font-size, data-computed-font-weight and data-scope on its
  elements, as a recorder found them; style attributes and style sheets in the document count as well.
- Text is clipped if it ends in dots (but for controls such as "More …", and for what is under way), leaves the screen or what it stands in, or cannot fit
  into its area with letters of 11 sp at the capture's font scale. A capture has one font scale: 1.0 and 2.0 take two captures.
- The language of a text is told by its script, by labels that a phrase pack knows, and by function words. A text that has nothing of these passes.
- Of the words on Amazon's consent page nothing is public. A declared scope that is not recognised fails only if everything else on the page is
  understood; else it is for a person to read.
- A page that is longer than the screen is recorded part by part: a screen that "continues" the one before it is the same page, scrolled on, and "ends"
  says whether more lies below. Without these, a screen continues the one before if that goes on below, was not tapped, and shows something of the same.
  The rules on the consent page judge all its parts as one page; scrolling is no tap; LWA-PROMINENCE compares sizes and contrasts, each from a part on which
  the answer is whole, and no places; what is found on several parts is one finding.
- Where nothing is said about it, a page goes on below if the lower edge of what scrolls cuts a text or a control off, or one lies below it; that something
  can be scrolled is no proof. What such a page does not show may be below: the rule is not run, unless FILE.html, with the controls that are seen, tells.
`

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func journeys(js []Journey) string {
	if len(js) == 0 {
		return "none"
	}
	if len(js) == len(Journeys()) {
		return "all journeys"
	}
	var names []string
	for _, j := range js {
		names = append(names, string(j))
	}
	return strings.Join(names, ", ")
}

// TestEveryRuleHasItsSourceInItsDocstring: who reads a rule sees where it comes from.
func TestEveryRuleHasItsSourceInItsDocstring(t *testing.T) {
	var code strings.Builder
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "rule_") {
			data, err := os.ReadFile(e.Name())
			if err != nil {
				t.Fatal(err)
			}
			code.Write(data)
		}
	}
	all := rules()
	if len(all) != 20 {
		t.Fatalf("%d rules", len(all))
	}
	for _, r := range all {
		doc := regexp.MustCompile(`(?s)// judge\w+ is ` + r.ID + `\. (Source|It is ours)`)
		if !doc.MatchString(code.String()) {
			t.Errorf("%s: no docstring that names its source", r.ID)
		}
	}
}

func enum[T ~string](values ...T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}

func reflected(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{AllowAdditionalProperties: true, Anonymous: true, Mapper: func(of reflect.Type) *jsonschema.Schema {
		switch of {
		case reflect.TypeFor[certification.Verdict]():
			return enum(certification.Passed, certification.Failed, certification.Warning, certification.Review)
		case reflect.TypeFor[certification.Cause]():
			return enum(certification.CausePartnerApp, certification.CauseRig)
		case reflect.TypeFor[certification.Severity]():
			return enum(certification.SeverityFail, certification.SeverityReview, certification.SeverityWarning)
		case reflect.TypeFor[Outcome]():
			return enum(Pass, Fail, Warn, Review, NotRun)
		case reflect.TypeFor[Journey]():
			return enum(Journeys()...)
		case reflect.TypeFor[Bounds]():
			n := &jsonschema.Schema{Type: "integer"}
			p := jsonschema.NewProperties()
			for _, name := range []string{"x", "y", "width", "height"} {
				p.Set(name, n)
			}
			return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "null"}, {Type: "object", Properties: p, Required: []string{"x", "y", "width", "height"}}},
				Description: "The place in pixels of the screen; null where there is none."}
		}
		return nil
	}}
	if err := r.AddGoComments("ffscert/steps/checks/consent", "./"); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(&Report{})
	s.Title = "what `ffscert consent audit --json` prints: " + Schema
	if p, ok := s.Definitions["Report"].Properties.Get("schema"); ok {
		p.Const = Schema
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// TestThePublishedSchemaIsCurrent: and reports with and without faults obey it.
func TestThePublishedSchemaIsCurrent(t *testing.T) {
	golden(t, "consent.schema.json", reflected(t))
	doc, err := validator.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("consent.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("consent.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	good := faultless("en", Refuse)
	bad := faultless("en", Refuse)
	bad.page(Consent).drop("Cancel")
	bad.url = ""
	for _, w := range []*world{good.withoutPictures(), bad.withoutPictures()} {
		data, err := json.Marshal(auditor(t).Judge(w.capture(t), Options{}))
		if err != nil {
			t.Fatal(err)
		}
		instance, err := validator.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); err != nil {
			t.Error(err)
		}
	}
}

// TestUnknownIsNeverPass takes away what a rule needs: it must say not_run, and
// the verdict must not be passed where the rule is required.
func TestUnknownIsNeverPass(t *testing.T) {
	for name, x := range map[string]struct {
		take     func(c *Capture)
		notRun   []string
		verdict  certification.Verdict
		language string
	}{
		"no pictures":       {func(c *Capture) {}, []string{"LWA-CONTRAST", "LWA-PROMINENCE"}, certification.Passed, "de"},
		"no URL":            {func(c *Capture) { c.RequestedURL = "" }, []string{"LWA-URL", "LWA-SCOPE", "LWA-ESSENTIAL"}, certification.Review, "fr"},
		"a broken URL":      {func(c *Capture) { c.RequestedURL = "https://a/%zz" }, []string{"LWA-SCOPE", "LWA-ESSENTIAL"}, certification.Failed, "fr"},
		"no density":        {func(c *Capture) { c.Density = 0 }, []string{"LWA-TARGET"}, certification.Passed, "es"},
		"no profile":        {func(c *Capture) { c.DeclaredScopes, c.AppName = nil, "" }, []string{"LWA-SCOPE", "LWA-IDENTITY"}, certification.Review, "en"},
		"no dwell":          {func(c *Capture) { c.Screens[2].Dwell = nil }, []string{"LWA-OVERLAY"}, certification.Review, "it"},
		"no consent page":   {func(c *Capture) { c.Screens = append(c.Screens[:2], c.Screens[3:]...) }, []string{"LWA-REFUSE", "LWA-LABEL", "LWA-IDENTITY", "LWA-SCOPE"}, certification.Review, "ja"},
		"no pack":           {func(c *Capture) { c.Locale = "pl-PL" }, []string{"LWA-LOCALE", "LWA-REASON", "LWA-LABEL"}, certification.Review, "en"},
		"no English":        {func(c *Capture) {}, []string{"LWA-READABLE"}, certification.Passed, "de"},
		"nothing stored":    {func(c *Capture) {}, []string{"LWA-BASELINE"}, certification.Passed, "de"},
		"nothing of Amazon": {func(c *Capture) { c.Screens = c.Screens[:1] }, []string{"LWA-OFFERED", "LWA-FLOW", "LWA-OVERLAY"}, certification.Review, "en"},
		"taps not recorded": {func(c *Capture) { c.Journey = Refuse; c.Screens[2].Taps = nil }, []string{"LWA-REFUSE"}, certification.Failed, "de"},
	} {
		t.Run(name, func(t *testing.T) {
			w := faultless(x.language, Allow)
			if name != "no density" && name != "no English" {
				w.withoutPictures()
			}
			c := w.capture(t)
			x.take(&c)
			r := auditor(t).Judge(c, Options{})
			for _, id := range x.notRun {
				for _, rule := range r.Rules {
					if rule.ID == id && (rule.Outcome != NotRun || rule.Why == "") {
						t.Errorf("%s is %s: %s", id, rule.Outcome, rule.Why)
					}
				}
			}
			if r.Verdict != x.verdict {
				t.Errorf("the verdict is %s, not %s", r.Verdict, x.verdict)
			}
		})
	}
}

// TestTheVerdictIsTheWorstOutcome over all combinations of two rules.
func TestTheVerdictIsTheWorstOutcome(t *testing.T) {
	of := map[Outcome]certification.Verdict{Pass: certification.Passed, Warn: certification.Warning, Review: certification.Review, Fail: certification.Failed, "strange": certification.Failed}
	for a, va := range of {
		for b, vb := range of {
			if got, want := verdict([]RuleResult{{Outcome: a}, {Outcome: b}}), certification.Worst(va, vb); got != want {
				t.Errorf("%s and %s: %s, not %s", a, b, got, want)
			}
		}
		if got := verdict([]RuleResult{{Outcome: a}, {Outcome: NotRun}}); got != va {
			t.Errorf("%s and an optional one not run: %s", a, got)
		}
		if got := verdict([]RuleResult{{Outcome: a}, {Outcome: NotRun, Required: true}}); got != certification.Worst(va, certification.Review) {
			t.Errorf("%s and a required one not run: %s", a, got)
		}
	}
	if got := verdict(nil); got == certification.Passed {
		t.Error("nothing judged, and passed")
	}
}
