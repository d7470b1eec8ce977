package screen

import (
	"bytes"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/xml"

	"ffscert/drivers"
)

// Masked is what stands in a page source in the place of what was secret.
const Masked = "•••"

// Mask returns the page source without what its secret elements hold, and the
// areas of those elements. Secret is what secret says, with what lies below it.
// Errors are those of [Parse].
func Mask(source string, secret func(*Node) bool) (masked string, areas []drivers.Rect, err error) {
	t, err := Parse(source)
	if err != nil {
		return "", nil, err
	}
	hidden := make([]bool, len(t.nodes))
	for i := range t.nodes {
		n := &t.nodes[i]
		hidden[i] = n.parent != nil && hidden[n.parent.first] || secret(n)
		if hidden[i] && n.Bounds.Width > 0 && n.Bounds.Height > 0 {
			areas = append(areas, n.Bounds)
		}
	}
	if !slices.Contains(hidden, true) {
		return source, nil, nil
	}
	buf := make([]byte, len(source), len(source)+1)
	copy(buf, source)
	lex := xml.NewLexer(parse.NewInputBytes(buf))
	var out bytes.Buffer
	at := -2 // the root is no element of the screen
	for {
		token, data := lex.Next()
		switch token {
		case xml.ErrorToken:
			return out.String(), areas, nil // Parse has read it to its end
		case xml.StartTagToken:
			at++
			if at == -1 && bytes.HasPrefix(lex.Text(), []byte(iosPrefix)) {
				at = 0 // XCUITest's root may be an element itself
			}
		case xml.AttributeToken:
			if at >= 0 && at < len(hidden) && hidden[at] && tells(string(lex.Text()), lex.AttrVal()) {
				quoted := lex.AttrVal()
				out.Write(data[:len(data)-len(quoted)])
				out.WriteByte(quoted[0])
				out.WriteString(Masked)
				out.WriteByte(quoted[0])
				continue
			}
		}
		out.Write(data)
	}
}

// tells tells whether an attribute may say what is in an element: any but those
// that are known to say something else.
func tells(name string, quoted []byte) bool {
	if len(quoted) <= 2 {
		return false
	}
	switch strings.ToLower(name) {
	case "class", "package", "resource-id", "bounds", "index", "drawing-order", "hint", "displayed", "live-region",
		"type", "x", "y", "width", "height", "traits", "bundleid":
		return false
	}
	value := string(quoted[1 : len(quoted)-1])
	return value != "true" && value != "false"
}
