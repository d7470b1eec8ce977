package android

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"ffscert/drivers/virtual/adb/shell"
)

// call is one command that is carried out.
type call struct {
	shell.IO
	name string
	args []string // without the name
}

func (c *call) print(format string, a ...any) { fmt.Fprintf(c.Out, format, a...) }
func (c *call) fail(format string, a ...any)  { fmt.Fprintf(c.Err, format, a...) }

// arg is the i-th argument, or "".
func (c *call) arg(i int) string {
	if i < len(c.args) {
		return c.args[i]
	}
	return ""
}

// rest is the same call without its first n arguments.
func (c *call) rest(n int) *call {
	return &call{c.IO, c.name, c.args[min(n, len(c.args)):]}
}

// command carries out a call and returns the exit status.
type command func(ctx context.Context, c *call) int

// Exec carries out a simple command, as the shell asks for it.
func (s *System) Exec(ctx context.Context, stdio shell.IO, args []string) int {
	name := args[0]
	if dir, base := path.Split(name); dir == "/system/bin/" || dir == "/bin/" {
		name = base
	}
	if name == "toybox" || name == "busybox" || name == "nohup" || name == "time" {
		if len(args) < 2 {
			return 0
		}
		return s.Exec(ctx, stdio, args[1:])
	}
	run, ok := s.table[name]
	if !ok {
		fmt.Fprintf(stdio.Err, "/system/bin/sh: %s: inaccessible or not found\n", args[0])
		return 127
	}
	return run(ctx, &call{stdio, name, args[1:]})
}

func (s *System) commands() map[string]command {
	return map[string]command{
		"am": s.am, "pm": s.pm, "cmd": s.cmd, "dumpsys": s.dumpsys, "service": s.service, "settings": s.settingsCmd,
		"appops": s.appopsCmd, "svc": s.svc, "ime": s.imeCmd, "input": s.input, "wm": s.wm, "monkey": s.monkey,
		"content": s.content, "locksettings": s.locksettings, "device_config": s.deviceConfig, "logcat": s.logcatCmd,
		"getprop": s.getprop, "setprop": s.setprop, "screencap": s.screencap, "uiautomator": s.uiautomator,
		"reboot": s.reboot, "locale": s.localeCmd, "getenforce": say("Enforcing\n"), "run-as": s.runAs,
		"ps": s.ps, "pidof": s.pidof, "pgrep": s.pidof, "kill": s.kill, "killall": s.killall, "pkill": s.killall,
		"cat": s.cat, "ls": s.ls, "mkdir": s.mkdir, "rm": s.rm, "rmdir": s.rm, "touch": s.touch, "chmod": s.chmod,
		"mv": s.copyFile, "cp": s.copyFile, "stat": s.stat, "df": s.df, "du": s.du, "sync": quiet, "chown": quiet,
		"test": s.test, "[": s.test, "[[": s.test, "echo": echo, "printf": printf, "true": quiet, ":": quiet, "false": falseCmd,
		"grep": s.grep, "egrep": s.grep, "fgrep": s.grep, "head": s.head, "tail": s.tail, "wc": s.wc, "tr": s.tr,
		"sort": s.sortCmd, "md5sum": s.sums, "sha1sum": s.sums, "sha256sum": s.sums, "base64": s.base64Cmd,
		"id": id, "whoami": say("shell\n"), "uname": s.uname, "uptime": s.uptime, "date": s.date, "sleep": s.sleep,
		"cd": quiet, "pwd": say("/\n"), "which": s.which, "type": s.which, "nproc": say("8\n"), "env": s.env,
		"set": quiet, "umask": say("077\n"), "ulimit": say("unlimited\n"), "start": s.needsRoot, "stop": s.needsRoot,
		"su": s.noSuperuser, "log": s.logCmd, "sh": s.sh, "ping": s.ping, "ip": s.ip, "ifconfig": s.ip,
	}
}

// pick is yes if the condition holds, else no.
func pick[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}

func quiet(context.Context, *call) int { return 0 }

func falseCmd(context.Context, *call) int { return 1 }

func say(text string) command {
	return func(_ context.Context, c *call) int {
		c.print("%s", text)
		return 0
	}
}

func (s *System) needsRoot(_ context.Context, c *call) int {
	c.fail("%s: must be root\n", c.name)
	return 1
}

func (s *System) noSuperuser(_ context.Context, c *call) int {
	c.fail("/system/bin/sh: su: inaccessible or not found\n")
	return 127
}

// sh runs a script from a file, or from its input.
func (s *System) sh(ctx context.Context, c *call) int {
	if c.arg(0) == "" || strings.HasPrefix(c.arg(0), "-") {
		return s.interactive(ctx, IO{In: c.In, Out: c.Out, Err: c.Err})
	}
	src, err := s.read(c.arg(0))
	if err != nil {
		c.fail("sh: %s: %v\n", c.arg(0), err)
		return 127
	}
	return s.newShell().Run(ctx, c.IO, string(src))
}

// maxTyped bounds a line that is typed, in bytes.
const maxTyped = shell.MaxScript

// interactive runs what comes on the input line by line. On a terminal it
// echoes and prompts.
func (s *System) interactive(ctx context.Context, stdio IO) int {
	sh := s.newShell()
	sio := shell.IO{In: strings.NewReader(""), Out: stdio.Out, Err: stdio.Err}
	if stdio.Terminal {
		sio.Out, sio.Err = crlf{stdio.Out}, crlf{stdio.Err}
	}
	in := bufio.NewReader(stdio.In)
	prompt := func() {
		if stdio.Terminal {
			fmt.Fprintf(stdio.Out, "%s:/ $ ", s.Prop("ro.product.device"))
		}
	}
	prompt()
	var line []byte
	for ctx.Err() == nil && !sh.Exited() {
		b, err := in.ReadByte()
		if err != nil && len(line) == 0 {
			break
		}
		switch {
		case err != nil, b == '\n', b == '\r':
			if stdio.Terminal {
				io.WriteString(stdio.Out, "\r\n")
			}
			sh.Run(ctx, sio, string(line))
			line = line[:0]
			if err != nil || sh.Exited() {
				return sh.Status
			}
			prompt()
		case stdio.Terminal && b == 4 && len(line) == 0: // Ctrl-D
			return sh.Status
		case stdio.Terminal && b == 3: // Ctrl-C
			line = line[:0]
			io.WriteString(stdio.Out, "^C\r\n")
			prompt()
		case stdio.Terminal && (b == 127 || b == 8):
			if len(line) > 0 {
				line = line[:len(line)-1]
				io.WriteString(stdio.Out, "\b \b")
			}
		case len(line) < maxTyped:
			line = append(line, b)
			if stdio.Terminal {
				stdio.Out.Write([]byte{b})
			}
		}
	}
	return sh.Status
}

// crlf writes for a terminal in raw mode.
type crlf struct{ w io.Writer }

func (c crlf) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.w, strings.ReplaceAll(string(p), "\n", "\r\n")); err != nil {
		return 0, err
	}
	return len(p), nil
}
