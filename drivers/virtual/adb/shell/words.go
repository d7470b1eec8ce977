package shell

import (
	"errors"
	"strings"
)

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
