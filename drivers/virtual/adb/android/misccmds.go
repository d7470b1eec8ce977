package android

import (
	"bufio"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ffscert/drivers/virtual/paint"
	"ffscert/drivers/virtual/ui"
)

func (s *System) bootTime() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.boot
}

func (s *System) getprop(_ context.Context, c *call) int {
	switch {
	case len(c.args) == 0:
		all := s.allProps()
		for _, k := range slices.Sorted(maps.Keys(all)) {
			c.print("[%s]: [%s]\n", k, all[k])
		}
	default:
		v := s.Prop(c.args[0])
		if v == "" {
			v = c.arg(1)
		}
		c.print("%s\n", v)
	}
	return 0
}

func (s *System) setprop(_ context.Context, c *call) int {
	if len(c.args) != 2 {
		c.fail("setprop: Needs 2 arguments\n")
		return 1
	}
	if strings.HasPrefix(c.args[0], "ro.") {
		c.fail("Failed to set property '%s' to '%s'.\nSee dmesg for error reason.\n", c.args[0], c.args[1])
		return 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.props[c.args[0]] = c.args[1]
	return 0
}

func id(_ context.Context, c *call) int {
	if slices.Contains(c.args, "-u") {
		c.print("2000\n")
		return 0
	}
	c.print("uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log),3003(inet) context=u:r:shell:s0\n")
	return 0
}

func (s *System) uname(_ context.Context, c *call) int {
	if slices.Contains(c.args, "-a") {
		c.print("Linux localhost 5.15.0-ffscert-virtual #1 SMP PREEMPT aarch64\n")
		return 0
	}
	c.print("%s\n", map[string]string{"-m": "aarch64", "-r": "5.15.0-ffscert-virtual"}[c.arg(0)]+map[string]string{"": "Linux", "-s": "Linux"}[c.arg(0)])
	return 0
}

func (s *System) uptime(_ context.Context, c *call) int {
	now := s.h.Clock().Now()
	up := now.Sub(s.bootTime())
	c.print(" %s up %d min,  0 users,  load average: 1.00, 1.00, 1.00\n", now.Format("15:04:05"), int(up.Minutes()))
	return 0
}

// date prints the phone's time, in its time zone.
func (s *System) date(_ context.Context, c *call) int {
	now := s.h.Clock().Now()
	zone := time.UTC
	if l, err := time.LoadLocation(s.Prop("persist.sys.timezone")); err == nil {
		zone = l
	}
	format := "+%a %b %e %H:%M:%S %Z %Y"
	for _, a := range c.args {
		switch {
		case a == "-u":
			zone = time.UTC
		case strings.HasPrefix(a, "+"):
			format = a
		}
	}
	c.print("%s\n", strftime(now.In(zone), format[1:]))
	return 0
}

func strftime(t time.Time, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		switch format[i] {
		case 's':
			b.WriteString(strconv.FormatInt(t.Unix(), 10))
		case 'N':
			fmt.Fprintf(&b, "%09d", t.Nanosecond())
		case 'e':
			fmt.Fprintf(&b, "%2d", t.Day())
		case 'j':
			fmt.Fprintf(&b, "%03d", t.YearDay())
		case 'n':
			b.WriteByte('\n')
		case '%':
			b.WriteByte('%')
		default:
			layout, ok := map[byte]string{'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'T': "15:04:05", 'F': "2006-01-02",
				'z': "-0700", 'Z': "MST", 'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'y': "06", 'I': "03", 'p': "PM", 'D': "01/02/06", 'R': "15:04"}[format[i]]
			if ok {
				b.WriteString(t.Format(layout))
			} else {
				b.WriteByte('%')
				b.WriteByte(format[i])
			}
		}
	}
	return b.String()
}

// maxSleep bounds `sleep`.
const maxSleep = time.Hour

func (s *System) sleep(ctx context.Context, c *call) int {
	f, err := strconv.ParseFloat(strings.TrimSuffix(c.arg(0), "s"), 64)
	if err != nil || f < 0 || f > maxSleep.Seconds() {
		c.fail("sleep: bad time '%s'\n", c.arg(0))
		return 1
	}
	if s.h.Clock().Sleep(ctx, time.Duration(f*float64(time.Second))) != nil {
		return 1
	}
	return 0
}

func (s *System) which(_ context.Context, c *call) int {
	code := 0
	for _, a := range c.args {
		if _, ok := s.table[a]; ok {
			c.print("/system/bin/%s\n", a)
		} else {
			code = 1
		}
	}
	return code
}

func (s *System) env(_ context.Context, c *call) int {
	vars := s.newShell().Vars
	for _, k := range slices.Sorted(maps.Keys(vars)) {
		c.print("%s=%s\n", k, vars[k])
	}
	return 0
}

func (s *System) localeCmd(_ context.Context, c *call) int {
	c.print("%s\n", s.Prop("persist.sys.locale"))
	return 0
}

func (s *System) ping(_ context.Context, c *call) int {
	c.fail("ping: unknown host %s\n", strings.Join(operands(c.args, "-c", "-W", "-w", "-i"), " "))
	return 2
}

func (s *System) ip(_ context.Context, c *call) int {
	c.print("30: wlan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 3000\n    link/ether 02:00:00:00:00:00 brd ff:ff:ff:ff:ff:ff\n    inet 192.0.2.10/24 brd 192.0.2.255 scope global wlan0\n")
	return 0
}

func (s *System) runAs(_ context.Context, c *call) int {
	c.fail("run-as: package not debuggable: %s\n", c.arg(0))
	return 1
}

func (s *System) reboot(_ context.Context, c *call) int {
	if s.opts.Reboot != nil {
		s.opts.Reboot()
	}
	return 0
}

// screencap writes a PNG to the output or to a file.
func (s *System) screencap(ctx context.Context, c *call) int {
	name := strings.Join(operands(c.args, "-d"), " ")
	if d := s.h.Latency(ui.OpScreenshot); d > 0 {
		if err := s.h.Clock().Sleep(ctx, d); err != nil {
			return 1
		}
	}
	img, ok := s.h.Screenshot()
	if !ok {
		c.fail("Capturing failed.\n")
		return 1
	}
	var out io.Writer = c.Out
	if name != "" {
		f, err := s.files.create(name, false)
		if err != nil {
			c.fail("Error opening file: %s (%v)\n", name, err)
			return 1
		}
		defer f.Close()
		out = f
	}
	w := bufio.NewWriterSize(out, 256<<10)
	if err := paint.WritePNG(w, img); err != nil {
		return 1
	}
	if err := w.Flush(); err != nil {
		return 1
	}
	return 0
}

// uiautomator is the dump of the screen.
func (s *System) uiautomator(ctx context.Context, c *call) int {
	if c.arg(0) != "dump" {
		c.fail("Usage: uiautomator <subcommand> [options]\n\nAvailable subcommands:\n\nhelp: displays help message\n\ndump: creates an XML dump of current UI hierarchy\n")
		return 1
	}
	if d := s.h.Latency(ui.OpSource); d > 0 {
		if err := s.h.Clock().Sleep(ctx, d); err != nil {
			return 1
		}
	}
	dump := s.hierarchy()
	name := "/sdcard/window_dump.xml"
	if names := operands(c.args[1:]); len(names) > 0 {
		name = names[0]
	}
	if name == "/dev/tty" || name == "/dev/stdout" {
		c.print("%s", dump)
	} else if err := s.files.Write(name, []byte(dump), 0o660, s.h.Clock().Now()); err != nil {
		c.fail("ERROR: could not write %s: %v\n", name, err)
		return 1
	}
	c.print("UI hierchary dumped to: %s\n", name) // Android's own spelling
	return 0
}

// hierarchy is the screen as `uiautomator dump` writes it.
func (s *System) hierarchy() string {
	var b strings.Builder
	esc := func(v string) string {
		var e strings.Builder
		_ = xml.EscapeText(&e, []byte(v))
		return e.String()
	}
	fmt.Fprintf(&b, `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation="%d">`, s.h.Rotation())
	var write func(n *ui.Node, index int)
	write = func(n *ui.Node, index int) {
		fmt.Fprintf(&b, `<node index="%d" text="%s" resource-id="%s" class="%s" package="%s" content-desc="%s" checkable="%t" checked="%t" clickable="%t" enabled="%t" focusable="%t" focused="%t" scrollable="%t" long-clickable="%t" password="%t" selected="%t" bounds="[%d,%d][%d,%d]"`,
			index, esc(n.Text), esc(n.ResourceID), esc(n.Class), esc(n.Package), esc(n.ContentDesc), n.Checkable, n.Checked, n.Clickable, n.Enabled,
			n.Focusable, n.Focused, n.Scrollable, n.LongClickable, n.Password, n.Selected, n.Bounds.Left, n.Bounds.Top, n.Bounds.Right, n.Bounds.Bottom)
		if len(n.Children) == 0 {
			b.WriteString(" />")
			return
		}
		b.WriteString(">")
		for i, child := range n.Children {
			write(child, i)
		}
		b.WriteString("</node>")
	}
	windows := s.h.Windows()
	for _, w := range slices.Backward(windows) {
		if !w.Unfocused { // the window that has the focus is dumped
			write(w, 0)
			break
		}
	}
	b.WriteString("</hierarchy>")
	return b.String()
}
