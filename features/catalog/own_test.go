package catalog

import (
	"errors"
	"strings"
	"testing"

	"ffscert/features/certification"
)

const ownPlan = `schema: ffscert/plan/v1
id: mine
name: Mine
version: "1.2"
protocol: zss
variant: default
cases:
  - id: T-1
    group: Barcode
    title: One
    steps: look
    expected: it is there
  - id: T-2
    group: Barcode
    title: Two
    method: evidence
    criterion: {kind: rate, target: 0.9, attempts: 10}
  - id: 3P2-DE-02
    attempts: 30
`

func TestAPlanOfTheUsers(t *testing.T) {
	base, err := Load()
	noError(t, err)
	own, err := ParseOwn("plans/mine.yaml", []byte(ownPlan), base)
	noError(t, err)
	equal(t, 3, len(own.Plan.Cases))
	one, two, three := own.Plan.Cases[0], own.Plan.Cases[1], own.Plan.Cases[2]
	equal(t, certification.Method(""), one.Method)
	equal(t, certification.Criterion{Kind: certification.All, Attempts: 1}, one.Criterion)
	equal(t, "it is there", one.Requirement)
	equal(t, certification.Criterion{Kind: certification.Rate, Target: 0.9, Attempts: 10}, two.Criterion)
	equal(t, 30, three.Criterion.Attempts)
	equal(t, "Zero-touch provisioning", three.Title)
	all, err := base.With([]Own{own})
	noError(t, err)
	p, err := all.Plan("mine")
	noError(t, err)
	equal(t, "Mine", p.Name)
	_, err = all.Case("T-2")
	noError(t, err)
	k, err := all.Case("3P2-DE-02")
	noError(t, err)
	equal(t, 20, k.Criterion.Attempts) // the built-in case stays what it is
	_, err = base.Plan("mine")
	if err == nil {
		t.Error("the catalogue itself was changed")
	}
	_, err = base.With([]Own{own, own})
	contains(t, err.Error(), `"mine" is the plan of plans/mine.yaml already`)
}

func TestWhatIsWrongWithAPlanOfTheUsers(t *testing.T) {
	base, err := Load()
	noError(t, err)
	for name, tc := range map[string]struct{ plan, want string }{
		"schema":         {strings.Replace(ownPlan, "plan/v1", "plan/v2", 1), `mine.yaml:1: schema: "ffscert/plan/v2" is not ffscert/plan/v1`},
		"unknown key":    {strings.Replace(ownPlan, "title: One", "titel: One", 1), `mine.yaml:10: unknown field "titel"`},
		"built-in id":    {strings.Replace(ownPlan, "id: mine", "id: mss-wifi-default", 1), `mine.yaml:2: id: "mss-wifi-default" is the id of a built-in plan`},
		"protocol":       {strings.Replace(ownPlan, "zss", "zigbee", 1), `mine.yaml:5: protocol: "zigbee" is not one of`},
		"twice":          {strings.Replace(ownPlan, "T-2", "T-1", 1), `mine.yaml:13: cases[1].id: "T-1" is there twice`},
		"unknown":        {strings.Replace(ownPlan, "3P2-DE-02", "3P2-DE-03", 1), `mine.yaml:18: cases[2].id: unknown case "3P2-DE-03"`},
		"no title":       {strings.Replace(ownPlan, "    title: Two\n", "", 1), `mine.yaml:13: cases[1].title: is missing`},
		"method":         {strings.Replace(ownPlan, "method: evidence", "method: guess", 1), `cases[1].method: "guess" is not one of`},
		"criterion":      {strings.Replace(ownPlan, "target: 0.9", "target: 9", 1), `cases[1].criterion.target: 9 is not above 0`},
		"empty":          {"", "mine.yaml: is empty"},
		"nothing":        {"schema: ffscert/plan/v1\n", "there is no case"},
		"nested":         {"a: " + strings.Repeat("[", 20000), "nested too deeply"},
		"nested by line": {strings.Repeat("[\n", 20000), "nested too deeply"},
		"syntax":         {"a: [", "mine.yaml:1: "},
		"huge":           {ownPlan + strings.Repeat("# comment\n", 300000), "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseOwn("mine.yaml", []byte(tc.plan), base)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			contains(t, err.Error(), tc.want)
		})
	}
}

// What is written reads back as it was, whatever texts a sheet holds.
func TestWritingKeepsEveryText(t *testing.T) {
	base, err := Load()
	noError(t, err)
	for _, evil := range []string{"a: b", "- x", "#", "'", `"`, "\\", " lead", "a\n  b\n\nc\n", "\tt", "a\n\tb", "null", "~", "1e3", "2024-01-01", "{a}", "[a", "&a", "*a", "!t", "%d", "@x", "`", "|", ">", "---", "...", "yes", "a #b", "é✓合格🔌", "x\n# y", "a\n--- \nb"} {
		f := OwnFile{Schema: OwnSchema, ID: "mine", Name: evil, Version: evil, Protocol: "zss", Variant: "default", Cases: []OwnCase{{ID: "A", Group: evil, Title: evil, Steps: evil, Expected: evil}}}
		text, err := f.Write()
		noError(t, err)
		if !IsOwn(text) {
			t.Errorf("%q: is not known as a plan\n%s", evil, text)
		}
		own, err := ParseOwn("mine.yaml", text, base)
		if err != nil || own.File.Cases[0].Steps != evil || own.File.Name != evil {
			t.Errorf("%q: %v, %+v\n%s", evil, err, own.File, text)
		}
	}
}

func FuzzOwn(f *testing.F) {
	base, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(ownPlan))
	f.Add([]byte("schema: ffscert/plan/v1\ncases: [{id: &x A}, *x]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("---\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		own, err := ParseOwn("f.yaml", data, base)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if text, err := own.File.Write(); err == nil {
			if _, err := ParseOwn("f.yaml", text, base); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
		}
	})
}
