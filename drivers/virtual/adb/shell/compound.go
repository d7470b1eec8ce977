package shell

import (
	"context"
	"strings"
)

// Loops and conditions, as in `while [ -z "$(getprop …)" ]; do sleep 1; done`.

// compound is a loop or a condition.
type compound struct {
	kind string // "if", "while", "until" or "for"
	// test and then are an if's branches, in order, or the one of a loop.
	branches []branch
	other    list // of an if: else
	name     string
	words    []word // what a for goes through
}

type branch struct{ test, then list }

// jump is what break and continue ask for.
type jump int

const (
	stay jump = iota
	breaking
	continuing
)

var compounds = []string{"if", "while", "until", "for"}

// keyword tells whether one of the words stands here, whole, and which.
func (p *parser) keyword(words ...string) string {
	for _, w := range words {
		if p.has(w) && (p.pos+len(w) == len(p.src) || strings.IndexByte(" \t\r\n;&|()", p.src[p.pos+len(w)]) >= 0) {
			return w
		}
	}
	return ""
}

// block reads commands up to one of the words, and that word.
func (p *parser) block(ends ...string) (list, string, error) {
	l, err := p.until(func() bool { return p.keyword(ends...) != "" })
	if err != nil {
		return nil, "", err
	}
	end := p.keyword(ends...)
	if end == "" || len(l) == 0 {
		return nil, "", p.unexpected()
	}
	p.pos += len(end)
	return l, end, nil
}

// compound reads what begins with the word at the parser's place.
func (p *parser) compound(kind string) (*compound, error) {
	p.pos += len(kind)
	c := &compound{kind: kind}
	if kind == "for" {
		return c, p.forLoop(c)
	}
	opening, closing := "do", "done"
	if kind == "if" {
		opening, closing = "then", "fi"
	}
	for {
		test, _, err := p.block(opening)
		if err != nil {
			return nil, err
		}
		ends := []string{closing}
		if kind == "if" {
			ends = append(ends, "elif", "else")
		}
		then, end, err := p.block(ends...)
		if err != nil {
			return nil, err
		}
		c.branches = append(c.branches, branch{test, then})
		switch end {
		case closing:
			return c, nil
		case "else":
			c.other, _, err = p.block(closing)
			return c, err
		}
	}
}

func (p *parser) forLoop(c *compound) error {
	p.blank(false)
	start := p.pos
	for p.pos < len(p.src) && nameByte(p.src[p.pos], p.pos > start) {
		p.pos++
	}
	if c.name = p.src[start:p.pos]; c.name == "" {
		return p.unexpected()
	}
	p.blank(true)
	if p.keyword("in") != "" {
		p.pos += len("in")
		for p.blank(false); p.pos < len(p.src) && strings.IndexByte("\n;&|()<>", p.peek()) < 0; p.blank(false) {
			w, err := p.word()
			if err != nil {
				return err
			}
			c.words = append(c.words, w)
		}
	}
	p.blank(true)
	p.accept(";")
	p.blank(true)
	if p.keyword("do") == "" {
		return p.unexpected()
	}
	p.pos += len("do")
	body, _, err := p.block("done")
	c.branches = []branch{{then: body}}
	return err
}

// compound carries out a loop or a condition and returns its exit status.
func (s *Shell) compound(ctx context.Context, stdio IO, c *compound) int {
	switch c.kind {
	case "if":
		for _, b := range c.branches {
			if s.list(ctx, stdio, b.test); s.stopped(ctx) {
				return s.Status
			}
			if s.Status == 0 {
				s.list(ctx, stdio, b.then)
				return s.Status
			}
		}
		s.Status = 0
		s.list(ctx, stdio, c.other)
		return s.Status
	case "for":
		var values []string
		for _, w := range c.words {
			values = append(values, s.expand(ctx, stdio, w)...)
		}
		s.Status = 0
		for _, v := range values {
			s.set(c.name, v)
			if !s.round(ctx, stdio, c.branches[0].then) {
				break
			}
		}
		return s.Status
	}
	status := 0
	for {
		s.list(ctx, stdio, c.branches[0].test)
		if s.stopped(ctx) {
			return s.Status
		}
		if (s.Status == 0) != (c.kind == "while") {
			return status
		}
		goOn := s.round(ctx, stdio, c.branches[0].then)
		if status = s.Status; !goOn {
			return status
		}
	}
}

// round does the body of a loop once. It reports whether the loop goes on.
func (s *Shell) round(ctx context.Context, stdio IO, body list) bool {
	s.list(ctx, stdio, body)
	asked := s.jump
	s.jump = stay
	return asked != breaking && !s.stopped(ctx)
}

// stopped tells whether nothing more is to be carried out here.
func (s *Shell) stopped(ctx context.Context) bool {
	return s.exited || s.jump != stay || ctx.Err() != nil
}

// read takes a line of the input, byte by byte so that the rest stays there,
// and shares it out to the variables.
func (s *Shell) read(stdio IO, names []string) int {
	if len(names) > 0 && names[0] == "-r" {
		names = names[1:]
	}
	if len(names) == 0 {
		names = []string{"REPLY"}
	}
	var line strings.Builder
	status := 1
	for b := make([]byte, 1); stdio.In != nil && line.Len() < maxSubstituted; {
		n, err := stdio.In.Read(b)
		if n == 1 && b[0] == '\n' {
			status = 0
			break
		}
		line.Write(b[:n])
		if err != nil {
			break
		}
	}
	rest := strings.Trim(line.String(), " \t\r")
	for i, name := range names {
		value := rest
		if at := strings.IndexAny(rest, " \t"); i < len(names)-1 && at >= 0 {
			value, rest = rest[:at], strings.TrimLeft(rest[at:], " \t")
		} else {
			rest = ""
		}
		s.set(name, value)
	}
	return status
}
