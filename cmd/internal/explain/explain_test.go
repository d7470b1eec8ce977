package explain_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"ffscert/cmd/internal/explain"
	"ffscert/features/certification"
)

// codes are those that the source declares: a list of their own would be
// forgotten.
func codes(t *testing.T) []certification.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../features/certification/trouble.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []certification.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Code" {
			return true
		}
		for _, v := range spec.Values {
			text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, certification.Code(text))
		}
		return true
	})
	if len(all) < 30 {
		t.Fatalf("only %d codes were found", len(all))
	}
	return all
}

func TestEveryCodeHasAPageAndEveryPageACode(t *testing.T) {
	pages, err := explain.Pages()
	if err != nil {
		t.Fatal(err)
	}
	known := codes(t)
	var paged []certification.Code
	for _, p := range pages {
		if slices.Contains(paged, p.Code) {
			t.Errorf("%s has two pages", p.Code)
		}
		paged = append(paged, p.Code)
		if !slices.Contains(known, p.Code) {
			t.Errorf("%s is no code", p.Code)
		}
		if p.Title == "" || p.Means == "" || len(p.Causes) == 0 {
			t.Errorf("%s: the page is not whole", p.Code)
		}
		for i, c := range p.Causes {
			if c.What == "" || c.Tell == "" || c.Do == "" {
				t.Errorf("%s: cause %d is not whole", p.Code, i+1)
			}
		}
	}
	for _, c := range known {
		if !slices.Contains(paged, c) {
			t.Errorf("%s has no page in pages.yaml", c)
		}
	}
	if !slices.IsSorted(paged) {
		t.Error("the pages are not in the order of their codes")
	}
}

func TestFind(t *testing.T) {
	pages, err := explain.Pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"FFS-E201", "ffs-e201", "E201", "e201", "201", " FFS-E201 "} {
		if p, _, ok := explain.Find(pages, code); !ok || p.Code != certification.ProductNotSetUp {
			t.Errorf("%q: %v", code, p.Code)
		}
	}
	if _, near, ok := explain.Find(pages, "FFS-E299"); ok || !slices.Contains(near, certification.ProductNotSetUp) {
		t.Errorf("near %v", near)
	}
	for _, code := range []string{"", "x", "\x1b[31m", "FFS-E", "99999"} {
		if _, _, ok := explain.Find(pages, code); ok {
			t.Errorf("%q was found", code)
		}
	}
}
