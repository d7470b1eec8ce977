package formats

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/rendertest"
)

func TestEveryFormatIsEitherAFileOrAFolder(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All() {
		if f.Name == "" || f.About == "" || seen[f.Name] || (f.Write == nil) == (f.Folder == nil) || (f.Folder == nil) != (f.Foreign == nil) {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
		if got, ok := Of(f.Name); !ok || got.Name != f.Name {
			t.Errorf("%s is not found", f.Name)
		}
	}
	if _, ok := Of("pdf"); ok {
		t.Error("there is a format that nobody has written")
	}
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		if !strings.Contains(string(page), "| `"+name+"` |") {
			t.Errorf("%s is not documented", name)
		}
	}
}

// TestEveryFormatSaysItsMarks holds for whatever formats there will be. A
// workbook is compressed, and has a test of its own.
func TestEveryFormatSaysItsMarks(t *testing.T) {
	rec := rendertest.Passed(2)
	rec.State, rec.Header.Simulated, rec.Selection.Partial = journal.Interrupted, true, true
	for _, f := range All() {
		if f.Binary {
			continue
		}
		var text string
		s := render.Source{Record: rec, Matrix: matrix.Of(rec), Width: 100}
		if f.Folder != nil {
			dir := t.TempDir()
			if err := f.Folder(dir, s); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				data, err := os.ReadFile(dir + "/" + e.Name())
				if err != nil {
					t.Fatal(err)
				}
				text += string(data)
			}
		} else {
			var b bytes.Buffer
			if err := f.Write(&b, s); err != nil {
				t.Fatal(err)
			}
			text = b.String()
		}
		for _, mark := range []string{"simulated", "partial", "interrupted"} {
			if !strings.Contains(strings.ToLower(text), mark) {
				t.Errorf("%s does not say %s", f.Name, mark)
			}
		}
		if f.Name != "json" && !strings.Contains(text, "SIMULATED") {
			t.Errorf("%s does not say SIMULATED", f.Name)
		}
	}
}
