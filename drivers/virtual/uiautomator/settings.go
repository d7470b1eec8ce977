package uiautomator

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// settings are those of the server's Settings API. What the server does not
// know is skipped when it is set.
type settings struct {
	values map[string]any // bool, int or string, by the type of the default
	always []*regexp.Regexp
}

// defaultSettings are the names, types and defaults of server 10.6.6.
func defaultSettings() map[string]any {
	return map[string]any{
		"acquireWakeLock":                      true,
		"actionAcknowledgmentTimeout":          3000,
		"allowInvisibleElements":               false,
		"alwaysTraversableViewClasses":         "",
		"currentDisplayId":                     0,
		"disableIdLocatorAutocompletion":       false,
		"elementResponseAttributes":            "name,text",
		"enableMultiWindows":                   false,
		"enableNotificationListener":           true,
		"enableTopmostWindowFromActivePackage": false,
		"enforceXPath1":                        false,
		"ignoreUnimportantViews":               false,
		"includeA11yActionsInPageSource":       false,
		"includeExtrasInPageSource":            false,
		"keyInjectionDelay":                    0,
		"limitXPathContextScope":               true,
		"mapTestTagToResourceId":               false,
		"mjpegBilinearFiltering":               false,
		"mjpegScalingFactor":                   50,
		"mjpegServerFramerate":                 10,
		"mjpegServerPort":                      7810,
		"mjpegServerScreenshotQuality":         50,
		"normalizeTagNames":                    false,
		"scrollAcknowledgmentTimeout":          200,
		"serverPort":                           6790,
		"shouldUseCompactResponses":            true,
		"shutdownOnPowerDisconnect":            true,
		"simpleBoundsCalculation":              false,
		"snapshotMaxDepth":                     70,
		"trackScrollEvents":                    true,
		"useResourcesForOrientationDetection":  false,
		"waitForIdleTimeout":                   10000,
		"waitForSelectorTimeout":               10000,
		"wakeLockTimeout":                      86400000,
	}
}

func newSettings() *settings { return &settings{values: defaultSettings()} }

func (s *settings) bool(name string) bool { v, _ := s.values[name].(bool); return v }

func (s *settings) int(name string) int { v, _ := s.values[name].(int); return v }

func (s *settings) string(name string) string { v, _ := s.values[name].(string); return v }

func (s *settings) duration(name string) time.Duration {
	return time.Duration(s.int(name)) * time.Millisecond
}

func (s *settings) traversable() []*regexp.Regexp { return s.always }

// all is a copy, for the client.
func (s *settings) all() map[string]any { return maps.Clone(s.values) }

// update sets what is known and skips the rest. Nothing is changed if a value
// does not fit.
func (s *settings) update(in map[string]json.RawMessage) *Error {
	next := maps.Clone(s.values)
	for name, raw := range in {
		old, known := next[name]
		if !known {
			continue
		}
		v, ok := coerce(raw, old)
		if !ok {
			return fail(codeInvalidArgument, "Invalid '%s' setting value type. Got: %s. Expected: %s.", name, clip(string(raw)), kind(old))
		}
		if name == "snapshotMaxDepth" {
			if d := v.(int); d < 1 || d > 500 {
				return fail(codeInvalidArgument, "Invalid 'snapshotMaxDepth' setting value: %d. It must be in range [1, 500]", d)
			}
		}
		next[name] = v
	}
	classes, _ := next["alwaysTraversableViewClasses"].(string)
	var always []*regexp.Regexp
	for c := range strings.SplitSeq(classes, ",") {
		if c = strings.TrimSpace(c); c == "" {
			continue
		}
		re, err := fullMatch(c, "")
		if err != nil {
			return fail(codeInvalidArgument, "Invalid 'alwaysTraversableViewClasses' setting value: %v", err)
		}
		always = append(always, re)
	}
	s.values, s.always = next, always
	return nil
}

func kind(v any) string {
	switch v.(type) {
	case bool:
		return "Boolean"
	case int:
		return "Integer"
	}
	return "String"
}

func coerce(raw json.RawMessage, like any) (any, bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil, false
	}
	switch like.(type) {
	case bool:
		b, ok := v.(bool)
		return b, ok
	case int:
		switch n := v.(type) {
		case float64:
			return int(n), n == math.Trunc(n) && math.Abs(n) < 1e12
		case string:
			i, err := strconv.Atoi(n)
			return i, err == nil
		}
		return nil, false
	}
	t, ok := v.(string)
	return t, ok
}

// clip shortens what a client sent, for a message.
func clip(s string) string {
	const most = 200
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// fullMatch compiles a Java pattern that must match the whole value. Go's
// syntax lacks look-around, back-references and possessive quantifiers.
func fullMatch(pattern, flags string) (*regexp.Regexp, error) {
	if flags != "" {
		flags = "(?" + flags + ")"
	}
	return regexp.Compile(`\A` + flags + `(?:` + pattern + `)\z`)
}
