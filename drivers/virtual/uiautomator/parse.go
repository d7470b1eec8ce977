package uiautomator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The language of the "-android uiautomator" strategy: Java-looking chains of
// UiSelector and UiScrollable calls, several of them separated by semicolons.

// maxStatements bounds what one locator may hold.
const maxStatements = 50

// expression is one statement: a selector, or a scrollable with the calls that
// are made on it.
type expression struct {
	text       string
	selector   *selector // of the element, or of the scrollable container
	scrollable bool
	calls      []call
}

// call is a method call on a UiScrollable, its arguments already typed.
type call struct {
	method string
	args   []any // string, int, float64 or *selector
}

// maxNesting bounds how deep selectors may nest.
const maxNesting = 100

func bounded(text string) *Error {
	if len(text) > maxExpression {
		return invalidSelector("The selector is %d bytes long; the limit is %d", len(text), maxExpression)
	}
	depth := 0
	for _, c := range text {
		switch c {
		case '(':
			if depth++; depth > maxNesting {
				return invalidSelector("The selector nests more than %d levels deep", maxNesting)
			}
		case ')':
			depth--
		}
	}
	return nil
}

func syntaxError(text, format string, args ...any) *Error {
	return invalidSelector("Could not parse expression `%s`: %s", clip(text), fmt.Sprintf(format, args...))
}

// parseUiAutomator reads a whole locator. There is at least one statement.
func parseUiAutomator(text string) ([]expression, *Error) {
	if err := bounded(text); err != nil {
		return nil, err
	}
	rest := strings.TrimSpace(text)
	if rest == "" {
		return nil, syntaxError(text, "Tried to parse an empty string. Expected to see a string consisting of text to be interpreted as UiAutomator java code.")
	}
	rest = strings.TrimSuffix(rest, ";")
	var out []expression
	for {
		statement, tail, more := cut(rest)
		e, err := parseStatement(strings.TrimSpace(statement))
		if err != nil {
			return nil, err
		}
		if out = append(out, e); len(out) > maxStatements {
			return nil, syntaxError(text, "more than %d statements", maxStatements)
		}
		if rest = strings.TrimSpace(tail); !more || rest == "" {
			return out, nil
		}
	}
}

// cut splits at the first semicolon outside of a string.
func cut(s string) (before, after string, found bool) {
	inside := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			inside = toggled(s, i, inside)
		case s[i] == ';' && !inside:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// toggled tells whether a string goes on after the quote at i.
func toggled(s string, i int, inside bool) bool {
	return !(inside && i > 0 && s[i-1] != '\\')
}

func parseStatement(text string) (expression, *Error) {
	p := &parser{text: text, rest: text}
	const scrollable = "UiScrollable"
	if strings.HasPrefix(text, scrollable) {
		p.rest = "new " + p.rest
	}
	if !strings.HasPrefix(squeeze(p.rest), "new "+scrollable) {
		s, err := parseSelector(text)
		return expression{text: text, selector: s}, err
	}
	p.rest = strings.TrimPrefix(squeeze(p.rest), "new "+scrollable)
	args, err := p.arguments()
	if err != nil {
		return expression{}, err
	}
	if len(args) != 1 {
		return expression{}, syntaxError(text, "UiScrollable has no suitable constructor with arguments %v", args)
	}
	e := expression{text: text, scrollable: true}
	if e.selector, err = parseSelector(args[0]); err != nil {
		return expression{}, err
	}
	for p.more() {
		name, args, err := p.call()
		if err != nil {
			return expression{}, err
		}
		c, err := scrollableCall(text, name, args)
		if err != nil {
			return expression{}, err
		}
		e.calls = append(e.calls, c)
	}
	return e, nil
}

// squeeze makes one space of the white space after a leading "new".
func squeeze(s string) string {
	if rest, ok := strings.CutPrefix(s, "new"); ok && rest != strings.TrimLeft(rest, " \t\r\n") {
		return "new " + strings.TrimLeft(rest, " \t\r\n")
	}
	return s
}

// parseSelector reads a UiSelector; "new UiSelector()" and even the first dot
// may be left out.
func parseSelector(text string) (*selector, *Error) {
	text = strings.TrimSpace(text)
	p := &parser{text: text, rest: squeeze(text)}
	const class = "UiSelector"
	switch {
	case strings.HasPrefix(p.rest, "new "+class):
		p.rest = p.rest[len("new "+class):]
	case strings.HasPrefix(p.rest, class):
		p.rest = p.rest[len(class):]
	case strings.HasPrefix(p.rest, "new "):
		return nil, syntaxError(text, "Was trying to parse as UiSelector, but didn't start with an acceptable prefix. Acceptable prefixes are: `new UiSelector` or `UiSelector`")
	case strings.HasPrefix(p.rest, "."):
		p.rest = "()" + p.rest
	default:
		p.rest = "()." + p.rest
	}
	args, err := p.arguments()
	if err != nil {
		return nil, err
	}
	if len(args) != 0 {
		return nil, syntaxError(text, "UiSelector has no suitable constructor with arguments %v", args)
	}
	s := newSelector()
	for p.more() {
		name, args, err := p.call()
		if err != nil {
			return nil, err
		}
		if s, err = s.apply(text, name, args); err != nil {
			return nil, err
		}
	}
	return s, nil
}

type parser struct{ text, rest string }

func (p *parser) more() bool { return strings.TrimSpace(p.rest) != "" }

func (p *parser) fail(format string, args ...any) *Error {
	at := len(p.text) - len(p.rest)
	return syntaxError(p.text, "%s at position %d", fmt.Sprintf(format, args...), max(at, 0))
}

// call reads ".name(arguments)".
func (p *parser) call() (name string, args []string, err *Error) {
	p.rest = strings.TrimSpace(p.rest)
	if !strings.HasPrefix(p.rest, ".") {
		return "", nil, p.fail("Expected \".\"")
	}
	p.rest = p.rest[1:]
	open := strings.IndexByte(p.rest, '(')
	if open < 0 {
		return "", nil, p.fail("No opening parenthesis after method name")
	}
	if name = strings.TrimSpace(p.rest[:open]); name == "" {
		return "", nil, p.fail("Missing method name")
	}
	p.rest = p.rest[open:]
	args, err = p.arguments()
	return name, args, err
}

// arguments reads "(…)" and splits it at the commas of the outermost level.
func (p *parser) arguments() ([]string, *Error) {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	if !strings.HasPrefix(p.rest, "(") {
		return nil, p.fail("Expected \"(\"")
	}
	var args []string
	depth, start, inside := 0, 1, false
	for i := range len(p.rest) {
		c := p.rest[i]
		if c == '"' {
			inside = toggled(p.rest, i, inside)
		}
		if inside {
			continue
		}
		switch c {
		case '(':
			depth++
		case ',':
			if depth == 1 {
				arg := strings.TrimSpace(p.rest[start:i])
				if arg == "" {
					return nil, p.fail("Missing argument")
				}
				args, start = append(args, arg), i+1
			}
		case ')':
			if depth--; depth == 0 {
				arg := strings.TrimSpace(p.rest[start:i])
				if arg != "" {
					args = append(args, arg)
				} else if len(args) > 0 {
					return nil, p.fail("Missing argument")
				}
				p.rest = p.rest[i+1:]
				return args, nil
			}
		}
	}
	return nil, p.fail("Unclosed paren in expression")
}

// stringArg takes the quotes off; \" is the only escape, as on the server.
func stringArg(arg string) (string, error) {
	if len(arg) < 2 || arg[0] != '"' || arg[len(arg)-1] != '"' {
		return "", fmt.Errorf("%s is not a string", clip(arg))
	}
	return strings.ReplaceAll(arg[1:len(arg)-1], `\"`, `"`), nil
}

func intArg(arg string) (int, error) {
	n, err := strconv.ParseInt(arg, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%s is not a integer", clip(arg))
	}
	return int(n), nil
}

func boolArg(arg string) (bool, error) {
	if arg != "true" && arg != "false" {
		return false, fmt.Errorf("%s is not a boolean", clip(arg))
	}
	return arg == "true", nil
}

// apply is a method call on a UiSelector.
func (s *selector) apply(text, name string, args []string) (*selector, *Error) {
	unsuitable := func(why error) *Error {
		return syntaxError(text, "`UiSelector` doesn't have suitable method `%s` with arguments %v: %v", clip(name), args, why)
	}
	known := true
	one := func(arg string) (*selector, error) {
		c := criterion{name: name}
		var err error
		switch name {
		case "text", "textContains", "textStartsWith", "description", "descriptionContains", "descriptionStartsWith",
			"className", "packageName", "resourceId":
			c.text, err = stringArg(arg)
		case "textMatches", "descriptionMatches", "classNameMatches", "packageNameMatches", "resourceIdMatches":
			if c.text, err = stringArg(arg); err == nil {
				c.re, err = pattern(name, c.text)
			}
		case "checkable", "checked", "clickable", "enabled", "focusable", "focused", "longClickable", "scrollable", "selected":
			c.flag, err = boolArg(arg)
		case "index":
			c.num, err = intArg(arg)
		case "instance":
			n, err := intArg(arg)
			return s.withInstance(max(n, 0)), err
		case "childSelector", "fromParent":
			sub, err := parseSelector(arg)
			if err != nil {
				return nil, err
			}
			return s.then(sub, name == "fromParent"), nil
		default:
			known = false
		}
		return s.with(c), err
	}
	first := `""`
	if len(args) > 0 {
		first = args[0]
	}
	out, err := one(first)
	switch {
	case !known:
		return nil, syntaxError(text, "UiSelector has no `%s` method", clip(name))
	case len(args) != 1:
		//lint:ignore ST1005 the server's own words
		return nil, unsuitable(fmt.Errorf("Invalid arguments count. Actual: %d. Expected: 1.", len(args)))
	case err != nil:
		if e, ok := err.(*Error); ok {
			return nil, e
		}
		return nil, unsuitable(err)
	}
	return out, nil
}

// pattern compiles a Java pattern; in texts and descriptions a dot matches
// line breaks too.
func pattern(name, expr string) (*regexp.Regexp, error) {
	flags := ""
	if name == "textMatches" || name == "descriptionMatches" {
		flags = "s"
	}
	re, err := fullMatch(expr, flags)
	if err != nil {
		return nil, fmt.Errorf("the pattern is not understood: %w", err)
	}
	return re, nil
}

// scrollableCall types the arguments of a method of UiScrollable. The letters
// stand for string, int, float and selector.
func scrollableCall(text, name string, args []string) (call, *Error) {
	var forms []string
	switch name {
	case "scrollIntoView":
		forms = []string{"u"}
	case "scrollTextIntoView", "scrollDescriptionIntoView":
		forms = []string{"s"}
	case "getChildByText", "getChildByDescription":
		forms = []string{"us", "usb"}
	case "getChildByInstance":
		forms = []string{"ui"}
	case "scrollForward", "scrollBackward":
		forms = []string{"", "i"}
	case "flingForward", "flingBackward", "setAsVerticalList", "setAsHorizontalList":
		forms = []string{""}
	case "scrollToEnd", "scrollToBeginning":
		forms = []string{"i", "ii"}
	case "flingToEnd", "flingToBeginning", "setMaxSearchSwipes":
		forms = []string{"i"}
	case "setSwipeDeadZonePercentage":
		forms = []string{"f"}
	case "getMaxSearchSwipes", "getSwipeDeadZonePercentage":
		forms = []string{""}
	default:
		return call{}, syntaxError(text, "UiScrollable has no `%s` method", clip(name))
	}
	var why error
	for _, form := range forms {
		if len(form) != len(args) {
			if why == nil {
				//lint:ignore ST1005 the server's own words
				why = fmt.Errorf("Invalid arguments count. Actual: %d. Expected: %d.", len(args), len(form))
			}
			continue
		}
		c := call{method: name}
		why = nil
		for i, t := range form {
			var v any
			var err error
			switch t {
			case 's':
				v, err = stringArg(args[i])
			case 'i':
				v, err = intArg(args[i])
			case 'b':
				v, err = boolArg(args[i])
			case 'f':
				v, err = strconv.ParseFloat(args[i], 64)
			case 'u':
				s, perr := parseSelector(args[i])
				if perr != nil {
					return call{}, perr
				}
				v = s
			}
			if err != nil {
				why = err
				break
			}
			c.args = append(c.args, v)
		}
		if why == nil {
			return c, nil
		}
	}
	return call{}, syntaxError(text, "`UiScrollable` doesn't have suitable method `%s` with arguments %v: %v", name, args, why)
}
