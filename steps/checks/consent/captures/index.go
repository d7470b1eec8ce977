package captures

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/language"

	"ffscert/steps/checks/consent"
)

// index is capture.json. What may be left out is a pointer or a raw value.
type index struct {
	Locale         *string        `json:"locale"`
	Density        *float64       `json:"density"`
	FontScale      *float64       `json:"font_scale"`
	Journey        *string        `json:"journey"`
	DeclaredScopes *[]string      `json:"declared_scopes"`
	RequestedURL   *string        `json:"requested_url"`
	Hidden         *string        `json:"requested_url_hidden"`
	ScopeData      jsontext.Value `json:"scope_data"`
	AppName        *string        `json:"app_name"`
	AppPackage     *string        `json:"app_package"`
	Simulated      bool           `json:"simulated"`
	Screens        *[]indexScreen `json:"screens"`
}

type indexScreen struct {
	File    *string  `json:"file"`
	Role    *string  `json:"role"`
	Package *string  `json:"package"`
	Context *string  `json:"context"`
	Dwell   *float64 `json:"dwell_s"`
	Taps    *float64 `json:"taps"`
	// Continues and Ends are about a page that is longer than the screen.
	Continues bool  `json:"continues"`
	Ends      *bool `json:"ends"`
	Gone      bool  `json:"gone_by_itself"`
}

// decode reads capture.json strictly: unknown and doubled fields are errors.
func decode(data []byte) (consent.Capture, error) {
	var in index
	trimmed := bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := json.Unmarshal(trimmed, &in, json.RejectUnknownMembers(true)); err != nil {
		return consent.Capture{}, decodeError(trimmed, err)
	}
	d := decoder{data: trimmed}
	c := d.capture(in)
	if d.err != nil {
		return consent.Capture{}, d.err
	}
	return c, nil
}

// decodeError puts the decoder's error into words, with line and field.
func decodeError(data []byte, err error) error {
	e := &Error{File: Index, Wrong: "it cannot be read: " + firstLine(err.Error())}
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		e.Line, e.Field = lineAt(data, syntax.ByteOffset), fieldOf(syntax.JSONPointer)
		e.Wrong = "it is not valid JSON: " + firstLine(syntax.Err.Error())
		if errors.Is(err, jsontext.ErrDuplicateName) {
			e.Wrong = "this field is there twice"
		}
	case errors.As(err, &semantic):
		e.Line, e.Field = lineAt(data, semantic.ByteOffset), fieldOf(semantic.JSONPointer)
		switch {
		case errors.Is(err, json.ErrUnknownName):
			e.Wrong, e.Hint = "there is no such field", "the fields are "+known
		case semantic.GoType != nil:
			e.Wrong = fmt.Sprintf("it has to be %s, not %s", kindOf(semantic.GoType.String()), jsonKind(semantic.JSONKind))
			if kindOf(semantic.GoType.String()) == "a number" && semantic.JSONKind == '0' {
				e.Wrong = "this number is too large"
			}
		}
	}
	return e
}

const known = "locale, density, font_scale, journey, declared_scopes, requested_url, requested_url_hidden, scope_data, app_name, app_package, simulated and screens, those of a screen file, role, package, context, dwell_s, taps and gone_by_itself"

func kindOf(goType string) string {
	switch goType = strings.TrimLeft(goType, "*"); {
	case goType == "string":
		return "a text"
	case goType == "float64":
		return "a number"
	case goType == "bool":
		return "true or false"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	}
	return "an object"
}

func jsonKind(k jsontext.Kind) string {
	switch k {
	case '"':
		return "a text"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	case '[':
		return "a list"
	case '{':
		return "an object"
	}
	return "what is there"
}

func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
}

// longestField bounds what is said of a field's place, in bytes.
const longestField = 200

// fieldOf writes a JSON pointer as people do: screens[2].role.
func fieldOf(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		if b.Len() > longestField {
			return b.String() + "…"
		}
		if token != "" && strings.Trim(token, "0123456789") == "" {
			b.WriteString("[" + token + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strings.Trim(show(token), `"`))
	}
	return b.String()
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.Trim(show(s), `"`)
}

// decoder checks what the JSON says; the first thing that is wrong counts.
type decoder struct {
	data []byte
	err  error
}

func (d *decoder) fail(field, hint, format string, args ...any) {
	if d.err == nil {
		d.err = &Error{File: Index, Line: d.line(field), Field: field, Wrong: fmt.Sprintf(format, args...), Hint: hint}
	}
}

// line finds a field of the top level or of a screen by its place in the file.
func (d *decoder) line(field string) int {
	dec := jsontext.NewDecoder(bytes.NewReader(d.data))
	for {
		if _, err := dec.ReadToken(); err != nil {
			return 0
		}
		if fieldOf(dec.StackPointer()) == field {
			return lineAt(d.data, dec.InputOffset())
		}
	}
}

func (d *decoder) text(field string, v *string, most int) string {
	if v == nil {
		d.fail(field, "see the README of the package for what belongs into a capture", "it is missing")
		return ""
	}
	return d.bounded(field, *v, most)
}

func (d *decoder) bounded(field, v string, most int) string {
	if len(v) > most {
		d.fail(field, "", "it has %d bytes, more than %d", len(v), most)
	}
	if strings.ContainsRune(v, 0) {
		d.fail(field, "", "it holds a NUL character")
	}
	return v
}

func (d *decoder) number(field string, v *float64, lo, hi float64) float64 {
	if v == nil {
		return 0
	}
	if math.IsNaN(*v) || *v < lo || *v > hi {
		d.fail(field, "", "%v is not between %v and %v", *v, lo, hi)
	}
	return *v
}

func (d *decoder) capture(in index) consent.Capture {
	c := consent.Capture{Simulated: in.Simulated}
	c.Locale = strings.ReplaceAll(d.text("locale", in.Locale, 40), "_", "-")
	if _, err := language.Parse(c.Locale); err != nil && in.Locale != nil {
		d.fail("locale", "write it as BCP 47 does, such as de-DE", "%s is no locale", show(*in.Locale))
	}
	c.Density = d.number("density", in.Density, 0.5, 2000)
	c.FontScale = d.number("font_scale", in.FontScale, consent.SmallestFontScale, consent.LargestFontScale)
	c.Journey = consent.Journey(d.text("journey", in.Journey, 40))
	if !slices.Contains(consent.Journeys(), c.Journey) {
		d.fail("journey", "the journeys are "+list(consent.Journeys()), "there is no journey %s", show(string(c.Journey)))
	}
	if in.DeclaredScopes != nil {
		c.DeclaredScopes = []string{}
		for i, s := range *in.DeclaredScopes {
			field := fmt.Sprintf("declared_scopes[%d]", i)
			if s = d.bounded(field, s, 200); s == "" || strings.ContainsAny(s, " \t\r\n") {
				d.fail(field, "one scope per entry, such as "+consent.FFSScope, "%s is no scope", show(s))
			}
			if i >= 50 {
				d.fail(field, "", "more than 50 scopes")
				break
			}
			c.DeclaredScopes = append(c.DeclaredScopes, s)
		}
	}
	if in.RequestedURL != nil {
		c.RequestedURL = d.bounded("requested_url", *in.RequestedURL, 16<<10)
	}
	if in.Hidden != nil {
		c.Hidden = d.bounded("requested_url_hidden", *in.Hidden, 1000)
	}
	c.ScopeData = d.scopeData(in.ScopeData)
	if in.AppName != nil {
		c.AppName = d.bounded("app_name", *in.AppName, 200)
	}
	c.AppPackage = d.text("app_package", in.AppPackage, 200)
	if c.AppPackage == "" {
		d.fail("app_package", "", "it is empty")
	}
	if in.Screens == nil || len(*in.Screens) == 0 {
		d.fail("screens", "", "there are no screens")
		return c
	}
	if n := len(*in.Screens); n > maxScreens {
		d.fail("screens", "", "there are %d screens, more than %d", n, maxScreens)
		return c
	}
	for i, s := range *in.Screens {
		at := fmt.Sprintf("screens[%d].", i)
		c.Screens = append(c.Screens, d.screen(at, s))
		if s.Continues && (i == 0 || c.Screens[i-1].Role != c.Screens[i].Role || c.Screens[i-1].Package != c.Screens[i].Package) {
			d.fail(at+"continues", "only a screen of the same role and package, right after it, can go on with a page", "there is no page that this screen goes on with")
		}
	}
	return c
}

func (d *decoder) screen(at string, in indexScreen) consent.Screen {
	s := consent.Screen{File: d.text(at+"file", in.File, 120), Role: consent.Role(d.text(at+"role", in.Role, 40)), Package: d.text(at+"package", in.Package, 200)}
	if !slices.Contains(consent.Roles(), s.Role) {
		d.fail(at+"role", "the roles are "+list(consent.Roles()), "there is no role %s", show(string(s.Role)))
	}
	if in.Context != nil {
		if s.Context = consent.Context(*in.Context); s.Context != consent.Native && s.Context != consent.Web {
			d.fail(at+"context", "the contexts are native and web", "there is no context %s", show(*in.Context))
		}
	}
	if in.Dwell != nil {
		v := d.number(at+"dwell_s", in.Dwell, 0, 1e6)
		s.Dwell = &v
	}
	if in.Taps != nil {
		v := d.number(at+"taps", in.Taps, 0, 1e6)
		if v != math.Trunc(v) {
			d.fail(at+"taps", "", "%v is no whole number", v)
		}
		n := int(v)
		s.Taps = &n
	}
	s.Continues, s.Ends = in.Continues, in.Ends
	s.Gone = in.Gone
	return s
}

// scopeData takes the object, or the text of an object, as it stood in the URL.
func (d *decoder) scopeData(v jsontext.Value) []byte {
	if len(v) == 0 || v.Kind() == 'n' {
		return nil
	}
	if v.Kind() == '"' {
		var s string
		if err := json.Unmarshal(v, &s); err == nil {
			if s == "" {
				return nil
			}
			if plain, err := url.QueryUnescape(s); err == nil && strings.HasPrefix(strings.ToLower(s), "%7b") {
				s = plain
			}
			v = jsontext.Value(s)
		}
	}
	if len(v) > 64<<10 {
		d.fail("scope_data", "", "it has %d bytes, more than %d", len(v), 64<<10)
	}
	if !v.IsValid() || v.Kind() != '{' {
		d.fail("scope_data", `such as {"profile": {"essential": false}}`, "it is no JSON object")
		return nil
	}
	return []byte(v)
}

func list[T ~string](values []T) string {
	var words []string
	for _, v := range values {
		words = append(words, string(v))
	}
	return strings.Join(words, ", ")
}
