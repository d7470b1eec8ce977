package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"ffscert/cmd/internal/config"
	"ffscert/features/catalog"
	"ffscert/features/certification"
	"ffscert/reports/matrix"
	"ffscert/steps/suite"
)

// maxWaivers bounds the file of waivers, in bytes.
const maxWaivers = 1 << 20

// loadWaivers reads the waivers of the configuration and finds what is wrong
// with them: an expired one, one for a case that nobody knows.
func loadWaivers(c *config.Config, cat *catalog.Catalog, now time.Time) ([]certification.Waiver, []suite.Problem, error) {
	if c.Waivers == "" {
		return nil, nil, nil
	}
	f, err := os.Open(c.Waivers)
	if err != nil {
		return nil, nil, usagef("the file of waivers cannot be read: %w\n  hint: correct `waivers` in the configuration", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxWaivers+1))
	if err != nil {
		return nil, nil, usagef("the file of waivers cannot be read: %w", err)
	}
	if len(data) > maxWaivers {
		return nil, nil, usagef("%s: more than %d bytes\n  hint: is this the file of waivers?", c.Waivers, maxWaivers)
	}
	file, err := catalog.Waivers(c.Waivers, data)
	if err != nil {
		return nil, nil, usage(err)
	}
	var problems []suite.Problem
	for i, w := range file.List {
		p := suite.Problem{File: c.Waivers}
		var field string
		_, err := cat.Case(w.Case)
		var unknown *catalog.UnknownError
		switch {
		case errors.As(err, &unknown):
			p.Line, field = file.At(i, "case")
			p.Message, p.Hint = unknown.Error(), "correct the case of the waiver, or remove it"
		case w.ExpiredAt(now):
			p.Line, field = file.At(i, "expires")
			p.Message, p.Hint = "the waiver of "+w.Case+" expired after "+w.Expires, "remove it, or agree on it again with Amazon's contact"
		default:
			continue
		}
		p.Message = field + ": " + p.Message
		problems = append(problems, p)
	}
	return file.List, problems, nil
}

// waiverTrouble is an error of usage if a run has waivers to be cleaned up.
func waiverTrouble(m matrix.Matrix) error {
	var lines []string
	for _, w := range m.WaiverErrors() {
		lines = append(lines, fmt.Sprintf("the waiver of %s is %s: %s", w.Case, w.State, w.Message))
	}
	if len(lines) == 0 {
		return nil
	}
	return usage(errors.New(strings.Join(lines, "\n")))
}
