// Package shell is the little shell of the virtual phone: it understands what
// automation tools and people send through `adb shell`: quoting, variables,
// command substitution, lists, pipes, redirections and subshells. Loops and
// functions are refused with a syntax error.
//
// It knows no command and no file: whoever runs it brings both.
package shell

import (
	"errors"
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
	if p.depth++; p.depth > maxDepth {
		return nil, p.errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	var l list
	for {
		p.blank(true)
		if p.pos >= len(p.src) || closing != "" && p.has(closing) {
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
	if len(c.words) > 0 && len(c.words[0]) == 1 && c.words[0][0].kind == literal && !c.words[0][0].quoted {
		switch w := c.words[0][0].text; w {
		case "for", "while", "until", "case", "function", "if", "then", "else", "elif", "fi", "do", "done", "esac":
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

// word reads up to the next blank or operator outside quotes.
func (p *parser) word() (word, error) {
	var w word
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			w = append(w, part{kind: literal, text: lit.String()})
			lit.Reset()
		}
	}
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		if strings.IndexByte(" \t\r\n;&|()<>", c) >= 0 {
			break
		}
		switch c {
		case '\\':
			p.pos++
			if p.pos >= len(p.src) {
				lit.WriteByte('\\')
				break
			}
			if p.src[p.pos] != '\n' {
				flush()
				w = append(w, part{kind: literal, text: p.src[p.pos : p.pos+1], quoted: true})
			}
			p.pos++
		case '\'':
			end := strings.IndexByte(p.src[p.pos+1:], '\'')
			if end < 0 {
				return nil, p.errorf("no closing quote")
			}
			flush()
			w = append(w, part{kind: literal, text: p.src[p.pos+1 : p.pos+1+end], quoted: true})
			p.pos += end + 2
		case '"':
			flush()
			parts, err := p.doubleQuoted()
			if err != nil {
				return nil, err
			}
			w = append(w, parts...)
		case '$', '`':
			pt, ok, err := p.dollar()
			if err != nil {
				return nil, err
			}
			if !ok {
				lit.WriteByte(c)
				break
			}
			flush()
			w = append(w, pt)
		default:
			lit.WriteByte(c)
			p.pos++
		}
	}
	flush()
	if w == nil {
		w = word{}
	}
	return w, nil
}

func (p *parser) doubleQuoted() ([]part, error) {
	p.pos++
	parts := []part{{kind: literal, quoted: true}}
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			parts = append(parts, part{kind: literal, text: lit.String(), quoted: true})
			lit.Reset()
		}
	}
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; c {
		case '"':
			p.pos++
			flush()
			return parts, nil
		case '\\':
			p.pos++
			if n := p.peek(); n != '$' && n != '`' && n != '"' && n != '\\' && n != '\n' || p.pos >= len(p.src) {
				lit.WriteByte('\\')
				continue
			} else if n != '\n' {
				lit.WriteByte(n)
			}
			p.pos++
		case '$', '`':
			pt, ok, err := p.dollar()
			if err != nil {
				return nil, err
			}
			if !ok {
				lit.WriteByte(c)
				continue
			}
			flush()
			pt.quoted = true
			parts = append(parts, pt)
		default:
			lit.WriteByte(c)
			p.pos++
		}
	}
	return nil, p.errorf("no closing quote")
}

// dollar reads a variable or a command substitution. ok is false where the
// sign stands for itself; it has been read then, too.
func (p *parser) dollar() (part, bool, error) {
	if p.peek() == '`' {
		end := strings.IndexByte(p.src[p.pos+1:], '`')
		if end < 0 {
			return part{}, false, p.errorf("no closing quote")
		}
		inner := &parser{src: p.src[p.pos+1 : p.pos+1+end], depth: p.depth}
		l, err := inner.list("")
		if err == nil && inner.pos < len(inner.src) {
			err = inner.unexpected()
		}
		if err != nil {
			return part{}, false, shift(err, p.pos+1)
		}
		p.pos += end + 2
		return part{kind: substitution, list: l}, true, nil
	}
	p.pos++
	switch c := p.peek(); {
	case p.has("(("):
		return part{}, false, p.errorf("arithmetic is not understood by this phone's shell")
	case c == '(':
		p.pos++
		l, err := p.list(")")
		if err != nil {
			return part{}, false, err
		}
		if !p.accept(")") {
			return part{}, false, p.unexpected()
		}
		return part{kind: substitution, list: l}, true, nil
	case c == '{':
		end := strings.IndexByte(p.src[p.pos:], '}')
		if end < 2 {
			return part{}, false, p.errorf("bad substitution")
		}
		name := p.src[p.pos+1 : p.pos+end]
		for i := range len(name) {
			if !nameByte(name[i], i > 0) && name != "?" {
				return part{}, false, p.errorf("bad substitution")
			}
		}
		p.pos += end + 1
		return part{kind: variable, text: name}, true, nil
	case c == '?' || c == '$' || c == '#' || c == '@' || c == '*' || c >= '0' && c <= '9':
		p.pos++
		return part{kind: variable, text: string(c)}, true, nil
	case nameByte(c, false) && c != 0:
		start := p.pos
		for p.pos < len(p.src) && nameByte(p.src[p.pos], true) {
			p.pos++
		}
		return part{kind: variable, text: p.src[start:p.pos]}, true, nil
	}
	return part{}, false, nil
}

func shift(err error, by int) error {
	var s *SyntaxError
	if errors.As(err, &s) {
		return &SyntaxError{s.Offset + by, s.What}
	}
	return err
}
