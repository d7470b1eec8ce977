package screen

import (
	"regexp"
	"strconv"
	"strings"

	"ffscert/drivers"
)

// Query asks for elements by their fields; what is empty is not asked for.
// All given fields must match, exactly and with case. The fields have the names
// that Android uses; see [Node] for those of iOS.
type Query struct {
	IOS        bool // it is a question for the XCUITest driver
	Class      string
	ID         string // the whole resource-id, with its package if it has one
	IDPrefix   string // iOS
	Text       string
	TextPrefix string
	Desc       string
	DescPrefix string
	Hint       string
	Package    string // only judged locally; the server is not asked for it
	Clickable  *bool
	Checkable  *bool
	Checked    *bool
	Enabled    *bool
	Selected   *bool
	Scrollable *bool
	Focused    *bool
	Visible    *bool // iOS
	Instance   *int  // the n-th match in document order, from 0
}

// Matches tells whether n has the fields that are asked for; Instance is not
// looked at. An empty query matches nothing.
func (q Query) Matches(n *Node) bool {
	if q.empty() {
		return false
	}
	return (q.Text == "" || n.Text == q.Text) &&
		(q.Class == "" || n.Class == q.Class) &&
		(q.ID == "" || n.ResourceID == q.ID) &&
		(q.IDPrefix == "" || strings.HasPrefix(n.ResourceID, q.IDPrefix)) &&
		(q.Desc == "" || n.ContentDesc == q.Desc) &&
		(q.TextPrefix == "" || strings.HasPrefix(n.Text, q.TextPrefix)) &&
		(q.DescPrefix == "" || strings.HasPrefix(n.ContentDesc, q.DescPrefix)) &&
		(q.Hint == "" || n.Hint == q.Hint) &&
		(q.Package == "" || n.Package == q.Package) &&
		is(q.Clickable, n.Clickable) && is(q.Checkable, n.Checkable) && is(q.Checked, n.Checked) &&
		is(q.Enabled, n.Enabled) && is(q.Selected, n.Selected) && is(q.Scrollable, n.Scrollable) &&
		is(q.Focused, n.Focused) && is(q.Visible, n.Displayed)
}

func is(want *bool, have bool) bool { return want == nil || *want == have }

// empty tells whether nothing is asked for besides the package and instance.
func (q Query) empty() bool {
	return q.Class == "" && q.ID == "" && q.IDPrefix == "" && q.Text == "" && q.TextPrefix == "" && q.Desc == "" && q.DescPrefix == "" &&
		q.Hint == "" && !q.hasFlags()
}

func (q Query) hasFlags() bool {
	for _, f := range []*bool{q.Clickable, q.Checkable, q.Checked, q.Enabled, q.Selected, q.Scrollable, q.Focused, q.Visible} {
		if f != nil {
			return true
		}
	}
	return false
}

// qualifiedID is a resource-id that UiAutomator2 takes as it is; any other is
// prefixed with the app's package before the search, and would not be found.
var qualifiedID = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9._]*:[^/]+/\S+$`)

// Locator is the same question for the server: by id, accessibility id or
// class name where that says it all, else by UiSelector, else by XPath, which
// is slow, because the server dumps the whole screen for it.
func (q Query) Locator() drivers.Locator {
	if q.IOS {
		return q.iosLocator()
	}
	only := func(o Query) bool { o.Package = q.Package; return q == o }
	switch {
	case only(Query{ID: q.ID}) && qualifiedID.MatchString(q.ID):
		return drivers.Locator{Using: drivers.ByID, Value: q.ID}
	case q.Desc != "" && only(Query{Desc: q.Desc}):
		return drivers.Locator{Using: drivers.ByAccessibilityID, Value: q.Desc}
	case q.Class != "" && only(Query{Class: q.Class}):
		return drivers.Locator{Using: drivers.ByClassName, Value: q.Class}
	}
	return AnyOf(q)
}

// AnyOf is one question for everything that any of the queries asks for. Give
// it to FindAll: a Find asks UiAutomator2 for the first of them only.
func AnyOf(queries ...Query) drivers.Locator {
	if len(queries) > 0 && queries[0].IOS {
		return anyOnIOS(queries)
	}
	selectors := make([]string, len(queries))
	for i, q := range queries {
		s, ok := q.uiSelector()
		if !ok {
			return anyByXPath(queries)
		}
		selectors[i] = s
	}
	return drivers.Locator{Using: drivers.ByUiAutomator, Value: strings.Join(selectors, ";")}
}

func anyByXPath(queries []Query) drivers.Locator {
	paths := make([]string, len(queries))
	for i, q := range queries {
		paths[i] = q.xpath()
	}
	return drivers.Locator{Using: drivers.ByXPath, Value: strings.Join(paths, " | ")}
}

// uiSelector writes the query as Java; ok is false for what a UiSelector
// cannot say. UiAutomator2 resolves \" in a string and nothing else, so a
// backslash stands for itself there, and for an escape in everything that
// reads real Java: values with one are asked for in another way.
func (q Query) uiSelector() (string, bool) {
	if q.Hint != "" {
		return "", false
	}
	var b strings.Builder
	b.WriteString("new UiSelector()")
	for _, f := range []struct{ method, value string }{
		{"className", q.Class}, {"resourceId", q.ID}, {"text", q.Text}, {"textStartsWith", q.TextPrefix},
		{"description", q.Desc}, {"descriptionStartsWith", q.DescPrefix},
	} {
		if f.value == "" {
			continue
		}
		if strings.ContainsFunc(f.value, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) {
			return "", false
		}
		b.WriteString("." + f.method + `("` + strings.ReplaceAll(f.value, `"`, `\"`) + `")`)
	}
	for _, f := range q.flags() {
		if f.value != nil {
			b.WriteString("." + f.name + "(" + strconv.FormatBool(*f.value) + ")")
		}
	}
	if q.Instance != nil {
		b.WriteString(".instance(" + strconv.Itoa(*q.Instance) + ")")
	}
	return b.String(), true
}

type flag struct {
	name  string
	value *bool
}

func (q Query) flags() []flag {
	return []flag{{"clickable", q.Clickable}, {"checkable", q.Checkable}, {"checked", q.Checked}, {"enabled", q.Enabled},
		{"selected", q.Selected}, {"scrollable", q.Scrollable}, {"focused", q.Focused}}
}

func (q Query) xpath() string {
	class, id, text, desc := "class", "resource-id", "text", "content-desc"
	if q.IOS {
		class, id, text, desc = "type", "name", "value", "label"
	}
	var tests []string
	for _, f := range []struct{ attribute, value string }{
		{class, q.Class}, {id, q.ID}, {text, q.Text}, {desc, q.Desc}, {"hint", q.Hint},
	} {
		if f.value != "" {
			tests = append(tests, "@"+f.attribute+"="+xpathString(f.value))
		}
	}
	for _, f := range []struct{ attribute, value string }{{text, q.TextPrefix}, {desc, q.DescPrefix}, {id, q.IDPrefix}} {
		if f.value != "" {
			tests = append(tests, "starts-with(@"+f.attribute+", "+xpathString(f.value)+")")
		}
	}
	for _, f := range append(q.flags(), flag{"visible", q.Visible}) {
		if f.value != nil {
			tests = append(tests, "@"+f.name+"="+xpathString(strconv.FormatBool(*f.value)))
		}
	}
	path := "//*[" + strings.Join(tests, " and ") + "]"
	if q.Instance != nil {
		path = "(" + path + ")[" + strconv.Itoa(*q.Instance+1) + "]"
	}
	return path
}

// xpathString writes s as an XPath 1.0 expression; the language has no
// escapes, so a string with both kinds of quotes is put together from parts.
func xpathString(s string) string {
	if !strings.Contains(s, `"`) {
		return `"` + s + `"`
	}
	if !strings.Contains(s, `'`) {
		return `'` + s + `'`
	}
	parts := strings.Split(s, `"`)
	for i, part := range parts {
		parts[i] = `"` + part + `"`
	}
	return "concat(" + strings.Join(parts, `, '"', `) + ")"
}

// String shows the query to people, by the names that screen maps use.
func (q Query) String() string {
	names := []string{"id", "id_prefix", "text", "text_prefix", "desc", "desc_prefix", "hint"}
	if q.IOS {
		names = []string{"name", "name_prefix", "value", "value_prefix", "label", "label_prefix", "hint"}
	}
	var b strings.Builder
	add := func(name, value string) {
		if value == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + ": " + value)
	}
	add("class", q.Class)
	for i, value := range []string{q.ID, q.IDPrefix, q.Text, q.TextPrefix, q.Desc, q.DescPrefix, q.Hint} {
		if value != "" {
			add(names[i], quote(value))
		}
	}
	for _, f := range append(q.flags(), flag{"visible", q.Visible}) {
		if f.value != nil {
			add(f.name, strconv.FormatBool(*f.value))
		}
	}
	if q.Instance != nil {
		add("instance", strconv.Itoa(*q.Instance))
	}
	return "{" + b.String() + "}"
}
