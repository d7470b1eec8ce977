package screen

import (
	"strconv"
	"strings"

	"ffscert/drivers"
)

// iosLocator is the question for the XCUITest driver: by accessibility id or
// class name where that says it all, else by a predicate string, or by a class
// chain where the n-th match is meant.
func (q Query) iosLocator() drivers.Locator {
	only := func(o Query) bool { o.Package, o.IOS = q.Package, true; return q == o }
	switch {
	case q.ID != "" && only(Query{ID: q.ID}):
		return drivers.Locator{Using: drivers.ByAccessibilityID, Value: q.ID}
	case q.Class != "" && only(Query{Class: q.Class}):
		return drivers.Locator{Using: drivers.ByClassName, Value: q.Class}
	case q.Instance == nil:
		return drivers.Locator{Using: drivers.ByIOSPredicate, Value: q.predicate(true)}
	}
	chain := "**/*"
	if q.Class != "" {
		chain = "**/" + q.Class
	}
	if p := q.predicate(false); p != "" {
		chain += "[`" + strings.ReplaceAll(p, "`", "``") + "`]"
	}
	return drivers.Locator{Using: drivers.ByIOSClassChain, Value: chain + "[" + strconv.Itoa(*q.Instance+1) + "]"}
}

// anyOnIOS is one question for everything that any of the queries asks for.
func anyOnIOS(queries []Query) drivers.Locator {
	if len(queries) == 1 {
		return queries[0].iosLocator()
	}
	parts := make([]string, len(queries))
	for i, q := range queries {
		if q.Instance != nil {
			return anyByXPath(queries)
		}
		parts[i] = "(" + q.predicate(true) + ")"
	}
	return drivers.Locator{Using: drivers.ByIOSPredicate, Value: strings.Join(parts, " OR ")}
}

// predicate writes the query in the language of NSPredicate.
func (q Query) predicate(withClass bool) string {
	var tests []string
	if withClass && q.Class != "" {
		tests = append(tests, "type == "+predicateString(q.Class))
	}
	for _, f := range []struct{ attribute, op, value string }{
		{"name", "==", q.ID}, {"name", "BEGINSWITH", q.IDPrefix}, {"label", "==", q.Desc}, {"label", "BEGINSWITH", q.DescPrefix},
		{"value", "==", q.Text}, {"value", "BEGINSWITH", q.TextPrefix},
	} {
		if f.value != "" {
			tests = append(tests, f.attribute+" "+f.op+" "+predicateString(f.value))
		}
	}
	for _, f := range []flag{{"enabled", q.Enabled}, {"selected", q.Selected}, {"visible", q.Visible}} {
		if f.value != nil {
			bit := "0"
			if *f.value {
				bit = "1"
			}
			tests = append(tests, f.name+" == "+bit)
		}
	}
	return strings.Join(tests, " AND ")
}

// predicateString writes s as a string of NSPredicate's language, in which a
// backslash escapes.
func predicateString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		case '\r':
			b.WriteString(`\r`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// iosPrefix begins the types of XCUITest's elements.
const iosPrefix = "XCUIElementType"

// attributeOnIOS reads an attribute of XCUITest's page source.
func (p *reader) attributeOnIOS(el *element, name, value []byte) (err error) {
	edge := func(at *int) {
		f, e := strconv.ParseFloat(string(value), 64)
		if e != nil || f < -maxPixels || f > maxPixels {
			err = p.fail("%s %s is no place on a screen", name, quote(string(value)))
			return
		}
		*at = int(f)
	}
	switch string(name) {
	case "type":
		if el.Class, err = p.name(value); err == nil && el.Class == "" {
			el.Class = iosPrefix + "Other"
		}
	case "name":
		el.ResourceID, err = p.text(value)
	case "label":
		el.ContentDesc, err = p.text(value)
	case "value":
		el.Text, err = p.text(value)
	case "placeholderValue":
		el.Hint, err = p.text(value)
	case "bundleId":
		el.Package, err = p.name(value)
	case "x":
		edge(&el.Bounds.X)
	case "y":
		edge(&el.Bounds.Y)
	case "width":
		edge(&el.Bounds.Width)
	case "height":
		edge(&el.Bounds.Height)
	case "index":
		el.Index, _ = strconv.Atoi(string(value))
	case "enabled":
		el.Enabled = isTrue(value)
	case "selected":
		el.Selected = isTrue(value)
	case "visible":
		el.Displayed = isTrue(value)
	}
	return err
}

// finishIOS says of the elements what XCUITest does not: what is made for
// touches, and what holds a secret, by their types; the app, by its root.
func (p *reader) finishIOS() {
	bundle := ""
	for i := range p.elements {
		el := &p.elements[i]
		el.Bounds.Width, el.Bounds.Height = max(0, el.Bounds.Width), max(0, el.Bounds.Height)
		if el.Package != "" {
			bundle = el.Package
		}
		el.Package = bundle
		switch strings.TrimPrefix(el.Class, iosPrefix) {
		case "Button", "Cell", "Link", "Tab", "MenuItem", "Key", "Slider", "TextField", "TextView", "SearchField", "SegmentedControl":
			el.Clickable = true
		case "Switch", "Toggle", "CheckBox":
			el.Clickable, el.Checkable, el.Checked = true, true, el.Text == "1"
		case "SecureTextField":
			el.Clickable, el.Password = true, true
		case "ScrollView", "Table", "CollectionView":
			el.Scrollable = true
		}
	}
	if len(p.elements) > 0 {
		p.tree.Width, p.tree.Height = p.elements[0].Bounds.Width, p.elements[0].Bounds.Height
	}
}
