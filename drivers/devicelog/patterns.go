package devicelog

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// Patterns are what is looked for in a device's log; nil where it is not known
// how the product writes it.
type Patterns struct {
	// NetworkRefused is a line that says that a network could not be joined.
	NetworkRefused *regexp.Regexp
	// FailureReported is a line that says that the device has told the cloud of it.
	FailureReported *regexp.Regexp
}

// Texts are patterns as they are written in a configuration, "" for none.
type Texts struct {
	NetworkRefused  string `yaml:"network_refused,omitempty" json:"network_refused,omitempty"`
	FailureReported string `yaml:"failure_reported,omitempty" json:"failure_reported,omitempty"`
}

//go:embed patterns.yaml
var known []byte

// Default are the patterns that are known of devices of a protocol.
func Default(protocol string) Patterns {
	all := map[string]Texts{}
	err := yaml.UnmarshalWithOptions(known, &all, yaml.Strict())
	p, cerr := all[protocol].Compile()
	if err != nil || cerr != nil {
		panic(fmt.Sprintf("the built-in patterns are broken: %v %v", err, cerr)) // a test keeps them whole
	}
	return p
}

// Compile makes patterns of the texts.
func (t Texts) Compile() (p Patterns, err error) {
	for _, x := range []struct {
		name, text string
		to         **regexp.Regexp
	}{{"network_refused", t.NetworkRefused, &p.NetworkRefused}, {"failure_reported", t.FailureReported, &p.FailureReported}} {
		if x.text == "" {
			continue
		}
		if *x.to, err = regexp.Compile(x.text); err != nil {
			return Patterns{}, fmt.Errorf("%s: %w", x.name, err)
		}
	}
	return p, nil
}

// Over are the patterns, and those of otherwise where there is none.
func (p Patterns) Over(otherwise Patterns) Patterns {
	if p.NetworkRefused == nil {
		p.NetworkRefused = otherwise.NetworkRefused
	}
	if p.FailureReported == nil {
		p.FailureReported = otherwise.FailureReported
	}
	return p
}

// clock is the time with which loggers begin a line, as in 2026-11-27T15:40:14Z
// or [15:40:14.452].
var clock = regexp.MustCompile(`^[[(]?(?:\d{4}-\d{2}-\d{2}[T ])?\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z| ?[+-]\d{2}:?\d{2}| UTC)?[\])]?:?[ \t]+`)

// Find is the first line that fits the pattern, with the time at its beginning
// or without: a pattern that begins with ^ means the device's own words, and
// must not blame the device for the clock of whoever keeps the log.
func Find(lines []string, pattern *regexp.Regexp) (line string, ok bool) {
	if pattern == nil {
		return "", false
	}
	for _, l := range lines {
		if pattern.MatchString(l) || pattern.MatchString(l[len(clock.FindString(l)):]) {
			return l, true
		}
	}
	return "", false
}

// secret matches what is written after a word that announces a secret.
var secret = regexp.MustCompile(`(?i)((?:pass(?:word|wd|phrase|code)?|psk|pwd|secret|token|credential|api[_-]?key|private[_-]?key|pin)["']?\s*(?:=|:|\bis\b)\s*)("[^"]*"|'[^']*'|[^\s,;&}]+)`)

// bearer matches the value of an authorization header.
var bearer = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}`)

// Redact takes out of lines what is secret: the values that are known, and what
// follows words such as "password".
func Redact(lines []string, secrets ...string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		for _, s := range secrets {
			if len(s) >= 4 { // shorter ones would take out half of the log
				l = strings.ReplaceAll(l, s, "[redacted]")
			}
		}
		l = secret.ReplaceAllString(l, "${1}[redacted]")
		out[i] = bearer.ReplaceAllString(l, "$1 [redacted]")
	}
	return out
}
