// Package shell is the little shell of the virtual phone: it understands what
// automation tools and people send through `adb shell`: quoting, variables,
// command substitution, lists, pipes, redirections, subshells, loops and
// conditions. Functions and `case` are refused with a syntax error.
//
// It knows no command and no file: whoever runs it brings both.
package shell

import (
	"fmt"
	"strings"
)

const (
	// MaxScript bounds a command line, in bytes; Android's is 128 KiB as well.
	MaxScript = 128 << 10
	maxDepth  = 40
	maxPiped  = 100 // commands of one pipe
)

// SyntaxError says where a command line stops making sense.
type SyntaxError struct {
	Offset int // in bytes
	What   string
}

func (e *SyntaxError) Error() string { return "syntax error: " + e.What }

// list is commands that are carried out in order.
type list []andOr

// andOr is a chain of pipelines; op[i] stands before pipeline i+1.
type andOr struct {
	pipes []pipeline
	ops   []string // "&&" or "||"
}

type pipeline struct {
	negate   bool
	commands []command
}

// command is a simple command, or a group if group is not nil.
type command struct {
	assigns []assign
	words   []word
	group   list
	isGroup bool
	own     bool // a subshell: variables stay inside
	loop    *compound
	redirs  []redirect
}

type assign struct {
	name  string
	value word
}

type redirect struct {
	fd     int
	append bool
	read   bool
	dup    int // the fd that is copied; -1 for a file
	target word
}

type word []part

// plain is the word if it stands there as it is, else "".
func (w word) plain() string {
	if len(w) == 1 && w[0].kind == literal && !w[0].quoted {
		return w[0].text
	}
	return ""
}

// part is a piece of a word.
type part struct {
	kind   partKind
	text   string // literal text, or the variable's name
	quoted bool
	list   list // of a command substitution
}

type partKind int

const (
	literal partKind = iota
	variable
	substitution
)

// Script is a command line that was understood.
type Script struct{ list list }

// Parse reads a command line. The error is a *[SyntaxError].
func Parse(src string) (*Script, error) {
	if len(src) > MaxScript {
		return nil, &SyntaxError{MaxScript, "command line too long"}
	}
	p := &parser{src: src}
	l, err := p.list("")
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, p.unexpected()
	}
	return &Script{l}, nil
}

type parser struct {
	src   string
	pos   int
	depth int
}

func (p *parser) errorf(format string, a ...any) error {
	return &SyntaxError{p.pos, fmt.Sprintf(format, a...)}
}

func (p *parser) unexpected() error {
	if p.pos >= len(p.src) {
		return p.errorf("unexpected end of file")
	}
	return p.errorf("unexpected '%s'", p.src[p.pos:p.pos+1])
}

func (p *parser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *parser) has(s string) bool { return strings.HasPrefix(p.src[p.pos:], s) }

func (p *parser) accept(s string) bool {
	if p.has(s) {
		p.pos += len(s)
		return true
	}
	return false
}

// blank skips blanks, continued lines and comments; lines too, if asked.
func (p *parser) blank(lines bool) {
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c == ' ' || c == '\t' || c == '\r' || lines && c == '\n':
			p.pos++
		case p.has("\\\n"):
			p.pos += 2
		case c == '#' && (p.pos == 0 || strings.IndexByte(" \t\r\n;&|(", p.src[p.pos-1]) >= 0):
			for p.pos < len(p.src) && p.src[p.pos] != '\n' {
				p.pos++
			}
		default:
			return
		}
	}
}

// list reads commands up to the closing token, which it leaves there.
func (p *parser) list(closing string) (list, error) {
	return p.until(func() bool { return closing != "" && p.has(closing) })
}

// until reads commands up to where closed holds.
func (p *parser) until(closed func() bool) (list, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	var l list
	for {
		p.blank(true)
		if p.pos >= len(p.src) || closed() {
			return l, nil
		}
		a, err := p.andOr()
		if err != nil {
			return nil, err
		}
		l = append(l, a)
		p.blank(false)
		switch {
		case p.has(";;"), p.has("&&"), p.has("||"):
			return nil, p.unexpected()
		case p.accept(";"), p.accept("&"), p.accept("\n"):
		default:
			return l, nil
		}
	}
}

func (p *parser) andOr() (andOr, error) {
	var a andOr
	for {
		pipe, err := p.pipeline()
		if err != nil {
			return a, err
		}
		a.pipes = append(a.pipes, pipe)
		p.blank(false)
		switch {
		case p.accept("&&"):
			a.ops = append(a.ops, "&&")
		case p.accept("||"):
			a.ops = append(a.ops, "||")
		default:
			return a, nil
		}
		p.blank(true)
	}
}

func (p *parser) pipeline() (pipeline, error) {
	var pipe pipeline
	p.blank(false)
	for p.has("! ") {
		p.pos += 2
		pipe.negate = !pipe.negate
		p.blank(false)
	}
	for {
		c, err := p.command()
		if err != nil {
			return pipe, err
		}
		if pipe.commands = append(pipe.commands, c); len(pipe.commands) > maxPiped {
			return pipe, p.errorf("pipe too long")
		}
		p.blank(false)
		if p.has("||") || !p.accept("|") {
			return pipe, nil
		}
		p.blank(true)
	}
}

func (p *parser) command() (command, error) {
	var c command
	p.blank(false)
	if p.peek() == '(' || p.has("{ ") || p.has("{\n") {
		closing := ")"
		c.own = p.peek() == '('
		if !c.own {
			closing = "}"
		}
		p.pos++
		l, err := p.list(closing)
		if err != nil {
			return c, err
		}
		if !p.accept(closing) {
			return c, p.unexpected()
		}
		c.group, c.isGroup = l, true
	} else if kind := p.keyword(compounds...); kind != "" {
		loop, err := p.compound(kind)
		if err != nil {
			return c, err
		}
		c.loop, c.isGroup = loop, true
	}
	for {
		p.blank(false)
		if r, ok, err := p.redirect(); err != nil {
			return c, err
		} else if ok {
			c.redirs = append(c.redirs, r)
			continue
		}
		if p.pos >= len(p.src) || strings.IndexByte(" \t\r\n;&|()", p.peek()) >= 0 {
			break
		}
		if c.isGroup {
			return c, p.unexpected()
		}
		if len(c.words) == 0 {
			if name, ok := p.assignName(); ok {
				w, err := p.word()
				if err != nil {
					return c, err
				}
				c.assigns = append(c.assigns, assign{name, w})
				continue
			}
		}
		w, err := p.word()
		if err != nil {
			return c, err
		}
		c.words = append(c.words, w)
	}
	if !c.isGroup && len(c.words)+len(c.assigns)+len(c.redirs) == 0 {
		return c, p.unexpected()
	}
	if len(c.words) > 0 {
		switch w := c.words[0].plain(); w {
		case "case", "function", "then", "else", "elif", "fi", "do", "done", "esac":
			return c, p.errorf("'%s' is not understood by this phone's shell", w)
		}
	}
	return c, nil
}

// assignName reads NAME= at the front of a word.
func (p *parser) assignName() (string, bool) {
	i := p.pos
	for i < len(p.src) && nameByte(p.src[i], i > p.pos) {
		i++
	}
	if i == p.pos || i >= len(p.src) || p.src[i] != '=' {
		return "", false
	}
	name := p.src[p.pos:i]
	p.pos = i + 1
	return name, true
}

func nameByte(c byte, inside bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || inside && c >= '0' && c <= '9'
}

func (p *parser) redirect() (redirect, bool, error) {
	start := p.pos
	r := redirect{fd: -1, dup: -1}
	if c := p.peek(); c >= '0' && c <= '2' && p.pos+1 < len(p.src) && (p.src[p.pos+1] == '>' || p.src[p.pos+1] == '<') {
		r.fd = int(c - '0')
		p.pos++
	}
	both := p.accept("&>")
	switch {
	case both:
		r.fd = 1
	case p.has("<<"):
		return r, false, p.errorf("here-documents are not understood by this phone's shell")
	case p.accept(">>"):
		r.append = true
	case p.accept(">|"), p.accept(">"):
	case p.accept("<"):
		r.read = true
	default:
		p.pos = start
		return r, false, nil
	}
	if r.fd < 0 {
		r.fd = 1
		if r.read {
			r.fd = 0
		}
	}
	if p.accept("&") {
		c := p.peek()
		if c < '0' || c > '2' {
			return r, false, p.unexpected()
		}
		p.pos++
		r.dup = int(c - '0')
		return r, true, nil
	}
	p.blank(false)
	if p.pos >= len(p.src) || strings.IndexByte("\n;&|()<>", p.peek()) >= 0 {
		return r, false, p.unexpected()
	}
	w, err := p.word()
	r.target = w
	if both {
		r.fd = bothOutputs
	}
	return r, err == nil, err
}

// bothOutputs is the fd of &>FILE.
const bothOutputs = 9
