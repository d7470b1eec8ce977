package android

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ffscert/drivers/virtual/ui"
)

// maxLog is how many lines the phone's log keeps.
const maxLog = 2000

// logcat is the phone's log: what the userland itself has to tell.
type logcat struct {
	clock ui.Clock

	mu    sync.Mutex
	lines []logLine
	first int           // the number of lines[0]
	more  chan struct{} // closed when a line comes, then made anew
}

type logLine struct {
	at    time.Time
	level byte
	tag   string
	text  string
}

func newLogcat(c ui.Clock) *logcat { return &logcat{clock: c, more: make(chan struct{})} }

func (l *logcat) add(level byte, tag, text string) {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.SplitSeq(text, "\n") {
		l.lines = append(l.lines, logLine{now, level, tag, line})
	}
	if extra := len(l.lines) - maxLog; extra > 0 {
		l.lines = slices.Delete(l.lines, 0, extra)
		l.first += extra
	}
	close(l.more)
	l.more = make(chan struct{})
}

func (l *logcat) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first += len(l.lines)
	l.lines = nil
}

// since gives the lines from number n, the number of the next one, and what
// is closed when it comes.
func (l *logcat) since(n int) ([]logLine, int, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := max(n-l.first, 0)
	if from > len(l.lines) {
		from = len(l.lines)
	}
	return slices.Clone(l.lines[from:]), l.first + len(l.lines), l.more
}

func (l logLine) format(how string) string {
	const pid = 1201
	stamp := l.at.Format("01-02 15:04:05.000")
	switch how {
	case "brief":
		return fmt.Sprintf("%c/%-8s(%5d): %s", l.level, l.tag, pid, l.text)
	case "raw":
		return l.text
	case "tag":
		return fmt.Sprintf("%c/%-8s: %s", l.level, l.tag, l.text)
	case "time":
		return fmt.Sprintf("%s %c/%-8s(%5d): %s", stamp, l.level, l.tag, pid, l.text)
	case "process":
		return fmt.Sprintf("%c(%5d) %s  (%s)", l.level, pid, l.text, l.tag)
	case "thread":
		return fmt.Sprintf("%c(%5d:%5d) %s", l.level, pid, pid, l.text)
	case "long":
		return fmt.Sprintf("[ %s %5d:%5d %c/%-8s ]\n%s\n", stamp, pid, pid, l.level, l.tag, l.text)
	}
	return fmt.Sprintf("%s %5d %5d %c %-8s: %s", stamp, pid, pid, l.level, l.tag, l.text)
}

// logFilter is the filterspecs of a command line.
type logFilter struct {
	tags   map[string]byte
	others byte
}

const levels = "VDIWEFS"

func (f logFilter) takes(l logLine) bool {
	least, ok := f.tags[l.tag]
	if !ok {
		least = f.others
	}
	return least != 'S' && strings.IndexByte(levels, l.level) >= strings.IndexByte(levels, least)
}

func (s *System) logcatCmd(ctx context.Context, c *call) int {
	format, dump, last := "threadtime", false, -1
	filter := logFilter{map[string]byte{}, 'V'}
	for i := 0; i < len(c.args); i++ {
		next := func() string {
			if i+1 < len(c.args) {
				i++
				return c.args[i]
			}
			return ""
		}
		switch a := c.args[i]; {
		case a == "-v":
			format = next()
		case a == "-d":
			dump = true
		case a == "-c" || a == "--clear":
			s.log.clear()
			return 0
		case a == "-g":
			c.print("main: ring buffer is 256 KiB (1 KiB consumed), max entry is 5120 B, max payload is 4068 B\n")
			return 0
		case a == "-t" || a == "-T":
			dump = dump || a == "-t"
			if n, err := strconv.Atoi(next()); err == nil {
				last = n
			}
		case a == "-b" || a == "--pid" || a == "-e" || a == "-m" || a == "-G" || a == "-f" || a == "-r" || a == "-n":
			next()
		case a == "-s":
			filter.others = 'S'
		case !strings.HasPrefix(a, "-"):
			tag, level, ok := strings.Cut(a, ":")
			l := byte('V')
			if ok && level != "" && strings.Contains(levels, strings.ToUpper(level[:1])) {
				l = strings.ToUpper(level[:1])[0]
			}
			if tag == "*" {
				filter.others = l
			} else {
				filter.tags[tag] = l
			}
		}
	}
	c.print("--------- beginning of main\n")
	for n := 0; ; {
		lines, next, more := s.log.since(n)
		if n == 0 && last >= 0 && last < len(lines) {
			lines = lines[len(lines)-last:]
		}
		n = next
		for _, l := range lines {
			if !filter.takes(l) {
				continue
			}
			if _, err := fmt.Fprintln(c.Out, l.format(format)); err != nil {
				return 1
			}
		}
		if dump {
			return 0
		}
		select {
		case <-ctx.Done():
			return 0
		case <-more:
		}
	}
}

// logCmd is `log`: it writes to the log.
func (s *System) logCmd(_ context.Context, c *call) int {
	level, tag := byte('I'), "shell"
	args := c.args
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch {
		case args[0] == "-t":
			tag = args[1]
		case args[0] == "-p" && args[1] != "" && strings.Contains(levels, strings.ToUpper(args[1][:1])):
			level = strings.ToUpper(args[1][:1])[0]
		}
		args = args[2:]
	}
	s.log.add(level, tag, strings.Join(args, " "))
	return 0
}
