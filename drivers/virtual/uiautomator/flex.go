package uiautomator

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Clients are not strict about JSON types, and neither is the server's parser:
// a number may come as a string, a flag too, a text as a list of characters.

type flexInt int

func (f *flexInt) UnmarshalJSON(raw []byte) error {
	s := strings.Trim(string(raw), `"`)
	if s == "null" || s == "" {
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		return fmt.Errorf("%s is not an integer", clip(s))
	}
	*f = flexInt(n)
	return nil
}

type flexBool bool

func (f *flexBool) UnmarshalJSON(raw []byte) error {
	*f = flexBool(strings.EqualFold(strings.Trim(string(raw), `"`), "true"))
	return nil
}

type flexText string

func (f *flexText) UnmarshalJSON(raw []byte) error {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		*f = flexText(strings.Join(list, ""))
		return nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("%s is not a text", clip(string(raw)))
	}
	*f = flexText(s)
	return nil
}

// elementRef is an element in a body: an id, or an object with one of the two
// element keys.
type elementRef string

func (r *elementRef) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*r = elementRef(s)
		return nil
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("%s is not an element", clip(string(raw)))
	}
	for _, k := range []string{elementKey, "ELEMENT"} {
		if id, ok := m[k].(string); ok {
			*r = elementRef(id)
			return nil
		}
	}
	if m != nil {
		return fmt.Errorf("%s is not an element", clip(string(raw)))
	}
	return nil
}
