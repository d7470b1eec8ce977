package uiautomator

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/uiautomator/uitest"
)

func TestTagName(t *testing.T) {
	for class, want := range map[string]string{
		"android.widget.Button": "android.widget.Button", "a.B$C": "a.B.C", "": defaultTag, "$$": defaultTag,
		"..a..b..": "a.b", "0#0": defaultTag, "a b": "a_b", "1abc": "abc", "a.灯": "a.灯", "a<b>": "a_b_", "a-b.c_d9": "a-b.c_d9", "x@y#z&q": "x.y.z.q",
	} {
		assert.Equal(t, want, tagName(class), "%q", class)
	}
}

func FuzzSource(f *testing.F) {
	f.Add("a.B$C", "text", "desc")
	f.Add("<", "\x00\xff", "&quot;\n")
	f.Add("灯", "\uFFFE", "]]>")
	f.Fuzz(func(t *testing.T, class, text, desc string) {
		if strings.ContainsFunc(tagName(class), func(r rune) bool { return r >= 0x80 }) {
			class = "a.B" // Go reads names by an older edition of XML than Android writes
		}
		h := uitest.New()
		h.Extra = []*ui.Node{{Key: "x", Class: class, Text: text, ContentDesc: desc, Displayed: true}}
		e := NewEngine(h, uitest.App)
		src, err := e.Command(t.Context(), "GET", "/source", nil)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(src.(string)))
		for {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%v in\n%s", err, src)
			}
		}
	})
}
