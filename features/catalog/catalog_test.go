package catalog

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"ffscert/features/certification"
)

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("got  %#v\nwant %#v", got, want)
	}
}

func contains(t *testing.T, s, part string) {
	t.Helper()
	if !strings.Contains(s, part) {
		t.Fatalf("%q\ndoes not contain %q", s, part)
	}
}

func TestEmbeddedCatalogue(t *testing.T) {
	c, err := Load()
	noError(t, err)
	p, err := c.Plan("mss-wifi-default")
	noError(t, err)
	equal(t, "MSS for Wi-Fi Provisionee (Default)", p.Name)
	equal(t, "Standard Matter Wi-Fi device or reference design", p.Target)
	equal(t, "1.1", p.Version)
	equal(t, "Wi-Fi + BLE", p.Radios)
	equal(t, "mss-wifi", p.Protocol)
	equal(t, "default", p.Variant)

	k, ok := p.Case("3P2-DE-02")
	equal(t, true, ok)
	equal(t, "Provisioning", k.Group)
	equal(t, certification.Automated, k.Method)
	equal(t, certification.Criterion{Kind: certification.Rate, Target: 0.95, Attempts: 20}, k.Criterion)
	equal(t, "Amazon ensures that your implementation successfully provisions your device in 95% of testing attempts.", k.Requirement)
	contains(t, k.Note, "the guide names none") // the number of attempts must be labelled as ours
	contains(t, k.Note, "title")                // the title must be labelled as ours

	same, err := c.Case("3P2-DE-02")
	noError(t, err)
	equal(t, k, same)
}

func TestCallersCannotChangeTheCatalogue(t *testing.T) {
	c, err := Load()
	noError(t, err)
	p, err := c.Plan("mss-wifi-default")
	noError(t, err)
	p.Cases[0].ID = "changed"
	c.Plans()[0].Cases[0].ID = "changed"
	again, err := c.Plan("mss-wifi-default")
	noError(t, err)
	equal(t, "3P2-DE-02", again.Cases[0].ID)
}

func TestUnknownIDsNameTheNearest(t *testing.T) {
	c, err := Load()
	noError(t, err)
	_, err = c.Plan("mss-wfi-default")
	var u *UnknownError
	if !errors.As(err, &u) {
		t.Fatalf("%T: %v", err, err)
	}
	equal(t, `unknown plan "mss-wfi-default": did you mean mss-wifi-default, wss-wifi-default, wss-ble-default, mss-thread-default?`, err.Error())
	_, err = c.Case("3p2-de-2")
	if !errors.As(err, &u) {
		t.Fatalf("%T: %v", err, err)
	}
	equal(t, []string{"3P2-DE-02"}, u.Nearest)

	many := []string{"wss-wifi-default", "wss-wifi-simplified", "wss-ble-default", "zss", "bss", "mss-wifi-default", "mss-thread-default"}
	equal(t, []string{"zss", "bss"}, unknown("plan", "zsss", many).Nearest)
	equal(t, "mss-wifi-default", unknown("plan", "MSS-WIFI", many).Nearest[0])
	equal(t, 0, len(unknown("plan", "something else altogether", many).Nearest))
	unknown("plan", strings.Repeat("x", 1<<20), many) // must be quick, and not panic
}

// guide holds what is quoted from the guide.
func guide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/guide.txt")
	noError(t, err)
	return string(text)
}

func TestPlansAreThoseOfTheGuide(t *testing.T) {
	c, err := Load()
	noError(t, err)
	text := guide(t)
	var ids []string
	for _, p := range c.Plans() {
		ids = append(ids, p.ID)
		row := "\n" + strings.Join([]string{p.Name, p.Target, p.Version, p.Radios}, " ") + "\n"
		if strings.Count(text, row) != 1 {
			t.Errorf("%s: the guide has no row %q", p.ID, row)
		}
		if want := strings.TrimSuffix(strings.TrimSuffix(p.ID, "-default"), "-simplified"); want != p.Protocol {
			t.Errorf("%s: protocol %s", p.ID, p.Protocol)
		}
		if simplified := strings.Contains(p.Name, "(Simplified)"); simplified != (p.Variant == "simplified") {
			t.Errorf("%s: variant %s", p.ID, p.Variant)
		}
		contains(t, p.Note, "not public") // nobody may take the plan for Amazon's sheet
		if len(p.Unknown) == 0 {
			t.Errorf("%s does not say what is unknown", p.ID)
		}
		if p.Variant == "simplified" {
			contains(t, p.Note, "our choice")
		}
	}
	equal(t, []string{"bss", "mss-thread-default", "mss-thread-simplified", "mss-wifi-default", "mss-wifi-simplified",
		"wss-ble-default", "wss-ble-simplified", "wss-wifi-default", "wss-wifi-simplified", "zss"}, ids)
	equal(t, len(ids), strings.Count(text[strings.Index(text, "\nTest Plans\n"):], " Provisionee "))
}

func TestCasesQuoteTheGuideAndOnlyOneIsAmazons(t *testing.T) {
	c, err := Load()
	noError(t, err)
	text := guide(t)
	groups := map[string]bool{}
	for _, k := range c.cases {
		if !strings.Contains(text, k.Requirement) || !strings.HasPrefix(text[strings.Index(text, k.Requirement)-1:], "\n") && !strings.Contains(text, ". "+k.Requirement) {
			t.Errorf("%s: the guide has no sentence %q", k.ID, k.Requirement)
		}
		if amazons := k.Source == "amazon"; amazons != (k.ID == "3P2-DE-02") || !amazons && !strings.HasPrefix(k.ID, "FFS-") {
			t.Errorf("%s: source %s", k.ID, k.Source)
		}
		contains(t, k.Note, "ours") // the case, its title or its number of attempts
		groups[k.Group] = true
		for _, p := range c.Plans() {
			if _, ok := p.Case(k.ID); !ok {
				t.Errorf("%s is not in %s: what a plan leaves out is not known", k.ID, p.ID)
			}
		}
	}
	equal(t, map[string]bool{"Barcode": true, "Provisioning": true, "Network": true, "Security": true, "Login with Amazon": true,
		"Fallback": true, "Removal": true}, groups)
}

const (
	goodCases = `group: G
cases:
  - {id: A, source: ffscert, title: t, requirement: r, method: automated, criterion: {kind: all, attempts: 1}}
  - {id: B, source: ffscert, title: t, requirement: r, method: attended, evidence: e, criterion: {kind: rate, target: 0.9, attempts: 10}}
`
	goodPlan = `id: p
name: n
target: t
version: "1.0"
protocol: zss
variant: default
radios: Zigbee
cases:
  - {id: B, attempts: 30}
  - id: A
`
)

func TestPlansSelectAndAdaptCases(t *testing.T) {
	c, err := LoadFS(fstest.MapFS{"cases/g.yaml": {Data: []byte(goodCases)}, "plans/p.yaml": {Data: []byte(goodPlan)}})
	noError(t, err)
	p, err := c.Plan("p")
	noError(t, err)
	equal(t, 2, len(p.Cases))
	equal(t, "B", p.Cases[0].ID) // cases keep the plan's order
	equal(t, 30, p.Cases[0].Criterion.Attempts)
	k, err := c.Case("B")
	noError(t, err)
	equal(t, 10, k.Criterion.Attempts) // a plan must not change the case itself
}

func TestWhatIsWrongIsNamedWithFileLineAndField(t *testing.T) {
	for name, tc := range map[string]struct{ cases, plan, want string }{
		"unknown key":         {strings.Replace(goodCases, "group: G", "group: G\ngruop: H", 1), goodPlan, `cases/g.yaml:2: unknown field "gruop"`},
		"unknown nested key":  {strings.Replace(goodCases, "kind: all,", "kind: all, tries: 2,", 1), goodPlan, `cases/g.yaml:3: unknown field "tries"`},
		"wrong type":          {strings.Replace(goodCases, "attempts: 10", "attempts: many", 1), goodPlan, "cases/g.yaml:4: "},
		"duplicate key":       {goodCases, "id: p\nid: q\n", "plans/p.yaml:2: "},
		"syntax":              {goodCases, "id: [\n", "plans/p.yaml:1: "},
		"empty":               {"", goodPlan, "cases/g.yaml: group: is missing"},
		"missing title":       {strings.Replace(goodCases, "title: t, ", "", 1), goodPlan, "cases/g.yaml:3: cases[0].title: is missing"},
		"method":              {strings.Replace(goodCases, "attended", "guessed", 1), goodPlan, `cases/g.yaml:4: cases[1].method: "guessed" is not one of automated, evidence, attended`},
		"criterion":           {strings.Replace(goodCases, "kind: all", "kind: some", 1), goodPlan, `cases/g.yaml:3: cases[0].criterion.kind: "some" is not one of all, rate`},
		"rate without target": {strings.Replace(goodCases, "target: 0.9, ", "", 1), goodPlan, "cases/g.yaml:4: cases[1].criterion.target: 0 is not above 0 and at most 1"},
		"target in per cent":  {strings.Replace(goodCases, "0.9", "95", 1), goodPlan, "cases[1].criterion.target: 95 is not above 0"},
		"target not a number": {strings.Replace(goodCases, "0.9", ".nan", 1), goodPlan, "cases[1].criterion.target: NaN is not above 0"},
		"all with target":     {strings.Replace(goodCases, "kind: all", "kind: all, target: 1", 1), goodPlan, "only a rate has a target"},
		"evidence unsaid":     {strings.Replace(goodCases, " evidence: e,", "", 1), goodPlan, "cases/g.yaml:4: cases[1].evidence: is missing"},
		"condition of two":    {strings.Replace(goodCases, "method: automated", "applies: [{protocols: [zss], product: sdk, because: b}], method: automated", 1), goodPlan, "cases/g.yaml:3: cases[0].applies[0]: needs exactly one of protocols, variants, product"},
		"condition of none":   {strings.Replace(goodCases, "method: automated", "applies: [{because: b}], method: automated", 1), goodPlan, "cases[0].applies[0]: needs exactly one of"},
		"condition unfounded": {strings.Replace(goodCases, "method: automated", "applies: [{product: sdk}], method: automated", 1), goodPlan, "cases[0].applies[0].because: is missing"},
		"condition feature":   {strings.Replace(goodCases, "method: automated", "applies: [{product: sd, because: b}], method: automated", 1), goodPlan, `"sd" is not one of partner_app, sdk, inner_barcode`},
		"condition protocol":  {strings.Replace(goodCases, "method: automated", "applies: [{protocols: [zigbee], because: b}], method: automated", 1), goodPlan, `"zigbee" is not one of wss-wifi`},
		"condition otherwise": {strings.Replace(goodCases, "method: automated", "applies: [{product: sdk, otherwise: passed, because: b}], method: automated", 1), goodPlan, `"passed" is not one of not_applicable, attended`},
		"no attempts":         {strings.Replace(goodCases, "attempts: 10", "attempts: 0", 1), goodPlan, "cases[1].criterion.attempts: 0 is not between 1 and 10000"},
		"negative attempts":   {goodCases, strings.Replace(goodPlan, "30", "-1", 1), "plans/p.yaml:9: cases[0].attempts: -1 is not between 1 and 10000"},
		"case twice":          {strings.Replace(goodCases, "id: B", "id: A", 1), goodPlan, `cases/g.yaml:4: cases[1].id: "A" is defined already, at cases/g.yaml:3`},
		"reserved id":         {strings.Replace(goodCases, "id: A", "id: local", 1), goodPlan, `"local" is the name of scenarios outside every plan`},
		"bad id":              {strings.Replace(goodCases, "id: A", `id: "../A"`, 1), goodPlan, `cases[0].id: "../A" is no id`},
		"selected twice":      {goodCases, strings.Replace(goodPlan, "id: A", "id: B", 1), `plans/p.yaml:10: cases[1].id: "B" is selected twice`},
		"unknown case":        {goodCases, strings.Replace(goodPlan, "id: A", "id: C", 1), `plans/p.yaml:10: cases[1].id: unknown case "C": did you mean A, B?`},
		"no cases":            {goodCases, strings.Split(goodPlan, "cases:")[0], "cases: there is no case"},
		"variant":             {goodCases, strings.Replace(goodPlan, "variant: default", "variant: quick", 1), `plans/p.yaml:6: variant: "quick" is not one of default, simplified`},
		"file name":           {goodCases, strings.Replace(goodPlan, "id: p", "id: q", 1), `plans/p.yaml:1: id: the file of plan "q" must be called q.yaml`},
		"too large":           {goodCases + strings.Repeat("# \n", maxFile/3), goodPlan, "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadFS(fstest.MapFS{"cases/g.yaml": {Data: []byte(tc.cases)}, "plans/p.yaml": {Data: []byte(tc.plan)}})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			contains(t, err.Error(), tc.want)
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(goodCases), []byte(goodPlan))
	f.Add([]byte("group: [\n"), []byte("a: &a [*a]"))
	f.Add([]byte("cases: [{criterion: {target: .inf}}]"), []byte("cases: [{id: &x A}, *x]"))
	f.Add([]byte(""), []byte("---\n---\n"))
	f.Fuzz(func(t *testing.T, cases, plan []byte) {
		c, err := LoadFS(fstest.MapFS{"cases/g.yaml": {Data: cases}, "plans/p.yaml": {Data: plan}})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("not an *Error: %v", err)
			}
			return
		}
		for _, p := range c.Plans() {
			for _, k := range p.Cases {
				if k.Criterion.Attempts < 1 || k.Criterion.Kind == certification.Rate && !(k.Criterion.Target > 0 && k.Criterion.Target <= 1) {
					t.Fatalf("accepted %+v", k)
				}
			}
		}
	})
}
