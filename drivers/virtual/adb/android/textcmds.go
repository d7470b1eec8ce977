package android

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func echo(_ context.Context, c *call) int {
	args, end := c.args, "\n"
	escapes := false
	for len(args) > 0 && (args[0] == "-n" || args[0] == "-e" || args[0] == "-ne" || args[0] == "-en") {
		if strings.Contains(args[0], "n") {
			end = ""
		}
		escapes = escapes || strings.Contains(args[0], "e")
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		text = unescape(text)
	}
	c.print("%s%s", text, end)
	return 0
}

func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\\`, `\`, `\0`, "\x00").Replace(s)
}

// printf knows %s, %d and %%.
func printf(_ context.Context, c *call) int {
	args := c.args
	if len(args) == 0 {
		c.fail("printf: Needs 1 argument\n")
		return 1
	}
	format := unescape(args[0])
	args = args[1:]
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 >= len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		switch format[i] {
		case '%':
			b.WriteByte('%')
		case 's', 'd', 'i', 'b':
			if len(args) > 0 {
				b.WriteString(args[0])
				args = args[1:]
			}
		default:
			b.WriteByte('%')
			b.WriteByte(format[i])
		}
	}
	c.print("%s", b.String())
	return 0
}

// maxLine bounds a line that text commands read, in bytes.
const maxLine = 1 << 20

// lines gives the lines of the files, or of the input, one by one. The
// callback returning false ends it.
func (s *System) lines(c *call, names []string, each func(name, line string) bool) int {
	code := 0
	scan := func(name string, r io.Reader) bool {
		sc := bufio.NewScanner(r)
		sc.Buffer(nil, maxLine)
		for sc.Scan() {
			if !each(name, sc.Text()) {
				return false
			}
		}
		if err := sc.Err(); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			c.fail("%s: %v\n", c.name, err)
			code = 1
		}
		return true
	}
	if len(names) == 0 {
		scan("-", c.In)
	}
	for _, n := range names {
		if n == "-" {
			if !scan("-", c.In) {
				break
			}
			continue
		}
		data, err := s.read(n)
		if err != nil {
			c.fail("%s: %s: %v\n", c.name, n, err)
			code = 2
			continue
		}
		if !scan(n, strings.NewReader(string(data))) {
			break
		}
	}
	return code
}

func (s *System) grep(_ context.Context, c *call) int {
	flags, patterns := "", []string(nil)
	var names []string
	if c.name == "fgrep" {
		flags = "F"
	}
	limit := -1
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		switch {
		case a == "-e" && i+1 < len(c.args):
			i++
			patterns = append(patterns, c.args[i])
		case a == "-m" && i+1 < len(c.args):
			i++
			if n, err := strconv.Atoi(c.args[i]); err == nil {
				limit = n
			}
		case strings.HasPrefix(a, "--"):
		case len(a) > 1 && a[0] == '-':
			flags += a[1:]
		default:
			names = append(names, a)
		}
	}
	if len(patterns) == 0 {
		if len(names) == 0 {
			c.fail("grep: no REGEX\n")
			return 2
		}
		patterns, names = []string{names[0]}, names[1:]
	}
	has := func(f string) bool { return strings.Contains(flags, f) }
	var alternatives []string
	for _, p := range patterns {
		switch {
		case has("F"):
			p = regexp.QuoteMeta(p)
		case !has("E") && c.name != "egrep":
			p = basicToExtended(p)
		}
		if has("w") {
			p = `\b(?:` + p + `)\b`
		}
		alternatives = append(alternatives, "(?:"+p+")")
	}
	expr := strings.Join(alternatives, "|")
	if has("x") {
		expr = "^(?:" + expr + ")$"
	}
	if has("i") {
		expr = "(?i)" + expr
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		c.fail("grep: bad regex '%s'\n", strings.Join(patterns, "|"))
		return 2
	}
	count, at := 0, 0
	code := s.lines(c, names, func(name, line string) bool {
		at++
		if re.MatchString(line) == has("v") {
			return true
		}
		count++
		if has("q") {
			return false
		}
		if !has("c") && !has("l") {
			if len(names) > 1 && !has("h") {
				c.print("%s:", name)
			}
			if has("n") {
				c.print("%d:", at)
			}
			if has("o") && !has("v") {
				line = strings.Join(re.FindAllString(line, -1), "\n")
			}
			if _, err := io.WriteString(c.Out, line+"\n"); err != nil {
				return false
			}
		}
		return limit < 0 || count < limit
	})
	if has("c") {
		c.print("%d\n", count)
	}
	if has("l") && count > 0 {
		c.print("%s\n", strings.Join(names, "\n"))
	}
	switch {
	case code != 0:
		return code
	case count == 0:
		return 1
	}
	return 0
}

// basicToExtended turns a basic regular expression into an extended one.
func basicToExtended(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch ch := p[i]; {
		case ch == '\\' && i+1 < len(p) && strings.IndexByte("(){}|+?", p[i+1]) >= 0:
			i++
			b.WriteByte(p[i])
		case ch == '\\' && i+1 < len(p):
			b.WriteString(p[i : i+2])
			i++
		case strings.IndexByte("(){}|+?", ch) >= 0:
			b.WriteByte('\\')
			b.WriteByte(ch)
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}

// countOf reads -n N, -nN, or -N.
func countOf(args []string) (n int, names []string) {
	n = 10
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case (a == "-n" || a == "-c") && i+1 < len(args):
			i++
			n, _ = strconv.Atoi(strings.TrimPrefix(args[i], "+"))
		case strings.HasPrefix(a, "-"):
			if v, err := strconv.Atoi(strings.TrimLeft(a, "-nc")); err == nil {
				n = v
			}
		default:
			names = append(names, a)
		}
	}
	return max(n, 0), names
}

func (s *System) head(_ context.Context, c *call) int {
	n, names := countOf(c.args)
	if n == 0 {
		return 0
	}
	return s.lines(c, names, func(_, line string) bool {
		c.print("%s\n", line)
		n--
		return n > 0
	})
}

func (s *System) tail(_ context.Context, c *call) int {
	n, names := countOf(c.args)
	var last []string
	code := s.lines(c, names, func(_, line string) bool {
		last = append(last, line)
		if len(last) > n {
			last = slices.Delete(last, 0, 1)
		}
		return true
	})
	for _, l := range last {
		c.print("%s\n", l)
	}
	return code
}

func (s *System) wc(_ context.Context, c *call) int {
	l, w, b := 0, 0, 0
	names := operands(c.args)
	code := s.lines(c, names, func(_, line string) bool {
		l, w, b = l+1, w+len(strings.Fields(line)), b+len(line)+1
		return true
	})
	var out []string
	for _, v := range []struct {
		flag string
		n    int
	}{{"-l", l}, {"-w", w}, {"-c", b}} {
		if len(operands(c.args)) == len(c.args) || slices.Contains(c.args, v.flag) {
			out = append(out, strconv.Itoa(v.n))
		}
	}
	c.print("%s\n", strings.Join(append(out, names...), " "))
	return code
}

// tr deletes or replaces single characters.
func (s *System) tr(_ context.Context, c *call) int {
	data, err := io.ReadAll(io.LimitReader(c.In, MaxFile))
	if err != nil {
		return 1
	}
	if c.arg(0) == "-d" {
		set := unescape(c.arg(1))
		c.print("%s", strings.Map(func(r rune) rune {
			if strings.ContainsRune(set, r) {
				return -1
			}
			return r
		}, string(data)))
		return 0
	}
	from, to := []rune(unescape(c.arg(0))), []rune(unescape(c.arg(1)))
	text := string(data)
	switch {
	case c.arg(0) == "a-z" || c.arg(0) == "[:lower:]":
		text = strings.Map(unicode.ToUpper, text)
	case c.arg(0) == "A-Z" || c.arg(0) == "[:upper:]":
		text = strings.Map(unicode.ToLower, text)
	case len(to) > 0:
		text = strings.Map(func(r rune) rune {
			if i := slices.Index(from, r); i >= 0 {
				return to[min(i, len(to)-1)]
			}
			return r
		}, text)
	}
	c.print("%s", text)
	return 0
}

func (s *System) sortCmd(_ context.Context, c *call) int {
	var all []string
	code := s.lines(c, operands(c.args), func(_, line string) bool {
		all = append(all, line)
		return len(all) < maxLine
	})
	slices.Sort(all)
	if slices.Contains(c.args, "-u") {
		all = slices.Compact(all)
	}
	if slices.Contains(c.args, "-r") {
		slices.Reverse(all)
	}
	for _, l := range all {
		c.print("%s\n", l)
	}
	return code
}

func (s *System) base64Cmd(_ context.Context, c *call) int {
	var data []byte
	var err error
	if names := operands(c.args, "-w"); len(names) > 0 {
		data, err = s.read(names[0])
	} else {
		data, err = io.ReadAll(io.LimitReader(c.In, MaxFile))
	}
	if err != nil {
		c.fail("base64: %v\n", err)
		return 1
	}
	if slices.Contains(c.args, "-d") {
		out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), ""))
		if err != nil {
			c.fail("base64: bad input\n")
			return 1
		}
		c.print("%s", out)
		return 0
	}
	c.print("%s\n", base64.StdEncoding.EncodeToString(data))
	return 0
}
