package appium

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The driver has no CSS engine: it turns a selector into a UiSelector. What
// follows is that translation, for one compound after the other.

const maxCSS = 4096

// attributes by their CSS names; the value is the driver's name.
var cssAttributes = map[string]string{
	"description": "description", "content-description": "description", "content-desc": "description", "desc": "description", "accessibility-id": "description",
	"resource-id": "resource-id", "id": "resource-id", "text": "text", "class-name": "class-name", "package-name": "package-name",
	"index": "index", "nth-child": "index", "instance": "instance",
	"checkable": "", "checked": "", "clickable": "", "enabled": "", "focusable": "", "focused": "", "long-clickable": "", "scrollable": "", "selected": "",
}

var cssFullID = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9._]*:id/\S+$`)

// cssToUiAutomator translates a selector. pkg qualifies bare resource ids.
func cssToUiAutomator(selector, pkg string) (string, error) {
	p := &cssParser{rest: strings.TrimSpace(selector), pkg: pkg}
	bad := func(why string) error {
		return wrong(invalidSelector, "Invalid CSS selector '%.200s'. Reason: %s", selector, why)
	}
	if len(selector) > maxCSS {
		return "", bad("it is too long")
	}
	out, closing := "", ""
	for {
		rule, err := p.compound()
		if err != nil {
			return "", bad(err.Error())
		}
		out += rule
		trimmed := strings.TrimLeft(p.rest, " \t\r\n>")
		switch {
		case trimmed == "" && strings.TrimSpace(p.rest) == "", strings.HasPrefix(trimmed, ","):
			return out + closing, nil // of a list the driver takes the first selector
		case trimmed == p.rest || trimmed == "":
			return "", bad(fmt.Sprintf("unexpected '%.20s'", p.rest))
		}
		p.rest = trimmed
		out += ".childSelector("
		closing += ")"
	}
}

type cssParser struct{ rest, pkg string }

var (
	cssName   = regexp.MustCompile(`^(?:[\pL\pN_-]|\\.)+`)
	cssEscape = regexp.MustCompile(`\\(.)`)
)

func (p *cssParser) name() (string, error) {
	m := cssName.FindString(p.rest)
	if m == "" {
		return "", fmt.Errorf("expected a name at '%.20s'", p.rest)
	}
	p.rest = p.rest[len(m):]
	return cssEscape.ReplaceAllString(m, "$1"), nil
}

// compound reads one element: tag, ids, classes, attributes, pseudo-classes.
func (p *cssParser) compound() (string, error) {
	var tag, id, conditions string
	var classes []string
	any := false
	for p.rest != "" {
		var err error
		switch c := p.rest[0]; {
		case c == '*' && !any:
			p.rest = p.rest[1:]
		case c == '#':
			p.rest = p.rest[1:]
			if id, err = p.name(); err != nil {
				return "", err
			}
		case c == '.':
			p.rest = p.rest[1:]
			class, err := p.name()
			if err != nil {
				return "", err
			}
			classes = append(classes, class)
		case c == '[':
			cond, err := p.attribute()
			if err != nil {
				return "", err
			}
			conditions += cond
		case c == ':':
			cond, err := p.pseudo()
			if err != nil {
				return "", err
			}
			conditions += cond
		case !any && cssName.MatchString(p.rest):
			if tag, err = p.name(); err != nil {
				return "", err
			}
		default:
			if !any {
				return "", fmt.Errorf("unexpected '%.20s'", p.rest)
			}
			return p.emit(tag, id, classes, conditions), nil
		}
		any = true
	}
	if !any {
		return "", fmt.Errorf("it is empty")
	}
	return p.emit(tag, id, classes, conditions), nil
}

func (p *cssParser) emit(tag, id string, classes []string, conditions string) string {
	out := "new UiSelector()"
	switch {
	case tag != "" && len(classes) > 0:
		out += `.className("` + quote(strings.Join(append([]string{tag}, classes...), ".")) + `")`
	case tag != "":
		out += `.classNameMatches("` + quote(tag) + `")`
	case len(classes) > 0:
		out += `.classNameMatches("` + quote(strings.Join(classes, `\.`)) + `")`
	}
	if id != "" {
		out += `.resourceId("` + quote(p.fullID(id)) + `")`
	}
	return out + conditions
}

func (p *cssParser) fullID(id string) string {
	if cssFullID.MatchString(id) {
		return id
	}
	if p.pkg == "" {
		return "android:id/" + id
	}
	return p.pkg + ":id/" + id
}

// quote escapes for a UiSelector's string, in which only quotes are escaped.
func quote(s string) string { return strings.ReplaceAll(s, `"`, `\"`) }

func (p *cssParser) attribute() (string, error) {
	p.rest = strings.TrimLeft(p.rest[1:], " ")
	name, err := p.name()
	if err != nil {
		return "", err
	}
	p.rest = strings.TrimLeft(p.rest, " ")
	op := ""
	for _, o := range []string{"*=", "^=", "$=", "~=", "="} {
		if strings.HasPrefix(p.rest, o) {
			op, p.rest = o, strings.TrimLeft(p.rest[len(o):], " ")
			break
		}
	}
	value, given := "", op != ""
	if given {
		if value, err = p.value("]"); err != nil {
			return "", err
		}
	}
	p.rest = strings.TrimLeft(p.rest, " ")
	if !strings.HasPrefix(p.rest, "]") {
		return "", fmt.Errorf("expected ']' at '%.20s'", p.rest)
	}
	p.rest = p.rest[1:]
	return p.condition(name, op, value, given)
}

// value reads a quoted string, or up to one of the stops.
func (p *cssParser) value(stops string) (string, error) {
	if p.rest == "" {
		return "", fmt.Errorf("a value is missing")
	}
	mark := p.rest[0]
	if mark != '"' && mark != '\'' {
		i := strings.IndexAny(p.rest, stops+" ")
		if i < 0 {
			return "", fmt.Errorf("it is not closed")
		}
		v := p.rest[:i]
		p.rest = p.rest[i:]
		return v, nil
	}
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '\\' && i+1 < len(p.rest):
			i++
			b.WriteByte(p.rest[i])
		case c == mark:
			p.rest = p.rest[i+1:]
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("a string is not closed")
}

func (p *cssParser) pseudo() (string, error) {
	p.rest = p.rest[1:]
	name, err := p.name()
	if err != nil {
		return "", err
	}
	value, given := "", false
	if strings.HasPrefix(p.rest, "(") {
		p.rest = strings.TrimLeft(p.rest[1:], " ")
		if value, err = p.value(")"); err != nil {
			return "", err
		}
		p.rest = strings.TrimLeft(p.rest, " ")
		if !strings.HasPrefix(p.rest, ")") {
			return "", fmt.Errorf("expected ')' at '%.20s'", p.rest)
		}
		p.rest, given = p.rest[1:], true
	}
	return p.condition(name, "=", value, given)
}

func (p *cssParser) condition(name, op, value string, given bool) (string, error) {
	known, ok := cssAttributes[strings.ToLower(name)]
	switch {
	case !ok:
		return "", fmt.Errorf("'%s' is not a valid attribute", name)
	case known == "":
		if !given {
			value = "true"
		}
		if value != "true" && value != "false" {
			return "", fmt.Errorf("'%s' must be true, false or empty", name)
		}
		return "." + camel(strings.ToLower(name)) + "(" + value + ")", nil
	case known == "index" || known == "instance":
		if _, err := strconv.Atoi(value); err != nil {
			return "", fmt.Errorf("'%s' must be a number", name)
		}
		return "." + known + "(" + value + ")", nil
	}
	method := camel(known)
	if known == "resource-id" {
		value = p.fullID(value)
	}
	if value == "" {
		return "." + method + `Matches("")`, nil
	}
	plain := known == "description" || known == "text"
	call := func(suffix, v string) (string, error) { return "." + method + suffix + `("` + quote(v) + `")`, nil }
	switch {
	case op == "*=" && plain:
		return call("Contains", value)
	case op == "*=":
		return call("Matches", regexp.QuoteMeta(value))
	case op == "^=" && plain:
		return call("StartsWith", value)
	case op == "^=":
		return call("Matches", "^"+regexp.QuoteMeta(value))
	case op == "$=":
		return call("Matches", regexp.QuoteMeta(value)+"$")
	case op == "~=":
		return call("Matches", `\b(\w*`+regexp.QuoteMeta(value)+`\w*)\b`)
	}
	return call("", value)
}

func camel(name string) string {
	parts := strings.Split(name, "-")
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
	}
	return strings.Join(parts, "")
}
