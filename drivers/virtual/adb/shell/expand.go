package shell

import (
	"context"
	"strconv"
	"strings"
)

// value is what a part stands for; nothing once too much was expanded.
func (s *Shell) value(ctx context.Context, stdio IO, p part) string {
	if s.spent > maxExpanded {
		return ""
	}
	v := s.evaluate(ctx, stdio, p)
	s.spent += len(v)
	return v
}

func (s *Shell) evaluate(ctx context.Context, stdio IO, p part) string {
	switch p.kind {
	case variable:
		switch p.text {
		case "?":
			return strconv.Itoa(s.Status)
		case "$":
			return "1000"
		case "#":
			return "0"
		case "0":
			return "/system/bin/sh"
		}
		return s.Vars[p.text]
	case substitution:
		out := &limited{left: maxSubstituted}
		child := s.sub()
		child.list(ctx, IO{stdio.In, out, stdio.Err}, p.list)
		s.Status = child.Status
		return strings.TrimRight(out.String(), "\n")
	}
	return p.text
}

func (s *Shell) join(ctx context.Context, stdio IO, w word) string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(s.value(ctx, stdio, p))
	}
	return b.String()
}

// expand makes arguments of a word: what stands outside quotes is split at
// blanks if it came from a variable or a command, and matched against files
// if it holds a pattern.
func (s *Shell) expand(ctx context.Context, stdio IO, w word) []string {
	var fields []string
	var cur, pattern strings.Builder
	open, magic := false, false
	end := func() {
		if !open {
			return
		}
		text := cur.String()
		var matches []string
		if magic {
			matches = s.Host.Glob(pattern.String())
		}
		if len(matches) > 0 {
			fields = append(fields, matches...)
		} else {
			fields = append(fields, text)
		}
		cur.Reset()
		pattern.Reset()
		open, magic = false, false
	}
	add := func(text string, quoted bool) {
		open = true
		cur.WriteString(text)
		if quoted {
			text = quoteMeta(text)
		} else if strings.ContainsAny(text, "*?[") {
			magic = true
		}
		pattern.WriteString(text)
	}
	for _, p := range w {
		v := s.value(ctx, stdio, p)
		if p.kind == literal || p.quoted {
			if v != "" || p.quoted {
				add(v, p.quoted)
			}
			continue
		}
		for i, f := range strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }) {
			if i > 0 || startsBlank(v) {
				end()
			}
			add(f, false)
		}
		if v != "" && strings.TrimRight(v, " \t\n") != v {
			end()
		}
	}
	end()
	return fields
}

func startsBlank(s string) bool { return s != "" && strings.IndexByte(" \t\n", s[0]) >= 0 }

func quoteMeta(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(`*?[]\`, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
