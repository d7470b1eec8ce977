package config

import (
	"strconv"
	"strings"
)

// Problem is one thing that is wrong, or likely to go wrong, in a
// configuration file.
type Problem struct {
	File  string // as it was given
	Line  int    // from 1; 0 if there is no line to name
	Field string // such as "testbeds[0].plugs.device"; empty for the file as a whole
	Text  string // what is wrong, lower case, no full stop
	Hint  string // what to do about it; may be empty
}

// Error is the problem in one line: file:line: field: text; hint.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		b.WriteString(":" + strconv.Itoa(p.Line))
	}
	if p.Field != "" {
		b.WriteString(": " + p.Field)
	}
	b.WriteString(": " + p.Text)
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	return b.String()
}

// Error is everything that is wrong with a configuration file: all that could
// be found at once, in the order of the lines, at least one.
type Error struct {
	Problems []Problem
	Err      error // why the file could not be read, if that is it
}

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

func (e *Error) Unwrap() error { return e.Err }
