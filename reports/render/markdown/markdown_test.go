package markdown

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	gmtext "github.com/yuin/goldmark/text"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/rendertest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func rendered(t testing.TB, rec journal.Record) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, matrix.Of(rec)); err != nil {
		t.Fatal(err)
	}
	if n := b.Len(); n >= Limit {
		t.Errorf("%d bytes do not fit into a comment", n)
	}
	if !utf8.Valid(b.Bytes()) {
		t.Error("it is no text")
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	interrupted := rendertest.Passed(3)
	interrupted.State = journal.Interrupted
	for name, rec := range map[string]journal.Record{"mixed": rendertest.Mixed(), "passed": rendertest.Passed(20), "interrupted": interrupted} {
		got := rendered(t, rec)
		file := "testdata/" + name + ".md"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("%v: %s is not what it was; -update writes it anew\n%s", err, name, got)
		}
	}
}

// page is what a reader of GitHub's Markdown makes of a text.
type shape struct {
	kinds []string // of the nodes, without texts
	tags  []string // of HTML
	cells []string
	text  string
}

func read(source string) shape {
	src := []byte(source)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(gmtext.NewReader(src))
	var s shape
	var all strings.Builder
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			all.Write(n.Segment.Value(src))
			all.WriteByte(' ')
			return ast.WalkContinue, nil
		case *ast.String:
			all.Write(n.Value)
			return ast.WalkContinue, nil
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				seg := n.Segments.At(i)
				s.tags = append(s.tags, string(seg.Value(src)))
			}
		case *ast.HTMLBlock:
			for i := range n.Lines().Len() {
				seg := n.Lines().At(i)
				s.tags = append(s.tags, tag.FindAllString(string(seg.Value(src)), -1)...)
			}
		case *extast.TableCell:
			s.cells = append(s.cells, "")
		}
		s.kinds = append(s.kinds, n.Kind().String())
		return ast.WalkContinue, nil
	})
	s.text = all.String()
	return s
}

var tag = regexp.MustCompile(`<[^>]*>`)

// TestHostileTextIsText compares what a hostile run is read as with what a
// harmless one is read as: they have the same structure.
func TestHostileTextIsText(t *testing.T) {
	want := read(rendered(t, rendertest.Hostile("words")))
	for _, s := range rendertest.Strings() {
		text := rendered(t, rendertest.Hostile(s))
		got := read(text)
		if !slices.Equal(got.kinds, want.kinds) || !slices.Equal(got.tags, want.tags) || len(got.cells) != len(want.cells) {
			t.Errorf("%q changes the structure:\n%v\n%v\n%v\n%s", s, got.kinds, want.kinds, got.tags, text)
		}
		if m := mention.FindString(text); m != "" {
			t.Errorf("%q makes %q", s, m)
		}
	}
}

// mention is what GitHub would make a link of in the finished text.
var mention = regexp.MustCompile(`(?i)(@|&#64;)[a-z0-9]|([^&]#|&#35;)[0-9]|://|www\.[a-z]|gh-[0-9]`)

func FuzzText(f *testing.F) {
	for _, s := range rendertest.Strings() {
		f.Add(s)
	}
	want := read("x " + text("words", 50) + " y")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.TrimSpace(s) == "" {
			return
		}
		got := "x " + text(s, 50) + " y"
		if r := read(got); !slices.Equal(r.kinds, want.kinds) {
			t.Errorf("%q is read as %v", got, r.kinds)
		}
		if m := mention.FindString(got); m != "" {
			t.Errorf("%q makes %q", s, m)
		}
	})
}

func TestMarksAreSaid(t *testing.T) {
	text := rendered(t, rendertest.Mixed())
	for _, want := range []string{"## ❌ FAILED · SIMULATED · PARTIAL\n", "> **SIMULATED: ", "> **PARTIAL: ", "proven 71.7 %", "FFS-E201", "flaky", "no Thread radio", "waived until", "p90", "powered → found"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in it", want)
		}
	}
	if n := strings.Count(text, "FAILED · SIMULATED · PARTIAL"); n != 2 {
		t.Errorf("the headline stands %d times", n)
	}
}

// TestItAlwaysFits makes a run in which everything is long and nothing passed.
func TestItAlwaysFits(t *testing.T) {
	rec := rendertest.Passed(0)
	long := strings.Repeat("<|&`*漢字", 400)
	rec.Plan.Cases, rec.Scopes = nil, nil
	rec.Product.DeviceName, rec.Product.Brand, rec.Plan.Name, rec.Selection.Text = long, long, long, long
	rec.Selection.Partial = true
	for i := range 250 {
		id := fmt.Sprintf("FFS-%03d", i)
		scenario := "s.feature:1 " + long
		rec.Plan.Cases = append(rec.Plan.Cases, certification.Case{ID: id, Title: long, Requirement: long, Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}})
		rec.Scopes = append(rec.Scopes, journal.Scope{Case: id, Required: 1, Scenarios: []string{scenario}})
		rec.Waivers = append(rec.Waivers, certification.Waiver{Case: id, Reason: long, Expires: "2020-01-01"})
		for n := range 6 {
			a := rendertest.Passed(1).Attempts[0]
			a.ID = certification.AttemptID{Case: id, Scenario: scenario, N: n + 1}
			rendertest.Spoil(&a, certification.CauseProduct, "FFS-E201", long, long, long, long)
			rec.Attempts = append(rec.Attempts, a)
		}
	}
	text := rendered(t, rec)
	for _, want := range []string{"more rows do not fit", "do not fit into a comment: see", "FAILED · PARTIAL", "<sub>proven"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in it", want)
		}
	}
	if n, m := strings.Count(text, "<details>"), strings.Count(text, "</details>"); n != m {
		t.Errorf("%d are opened and %d closed", n, m)
	}
	if r := read(text); slices.Contains(r.kinds, "Link") || slices.Contains(r.kinds, "AutoLink") {
		t.Error("it has a link")
	}
}
