package android

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"ffscert/drivers/virtual/ui"
)

// instrumentation is the UiAutomator2 server's process and the `am
// instrument` that waits for it.
type instrumentation struct {
	pid   int
	ended chan struct{}
	said  string // what the waiting command prints at the end
}

// What `am instrument -w` prints when it ends.
const (
	instFinished = "\nTime: 1.0\n\nOK (1 test)\n\n\n"
	instCrashed  = "INSTRUMENTATION_RESULT: shortMsg=Process crashed.\nINSTRUMENTATION_CODE: 0\n"
)

// instrument starts the server's process, in place of one that runs, and waits
// for its end. The process does not outlive the command that waits for it: its
// connection to the screen is held by that command.
func (s *System) instrument(ctx context.Context, c *call, wait bool) int {
	s.endInstrumentation(instCrashed)
	s.mu.Lock()
	s.lastPID++
	in := &instrumentation{pid: s.lastPID, ended: make(chan struct{})}
	s.inst = in
	s.mu.Unlock()
	s.log.add('I', "ActivityManager", fmt.Sprintf("Start proc %d:%s/u0a%d for added application %s", in.pid, pkgServer, s.uid(pkgServer)%10000, pkgServer))
	if !wait {
		return 0
	}
	select {
	case <-in.ended:
		io.WriteString(c.Out, in.said)
	case <-ctx.Done():
		s.mu.Lock()
		mine := s.inst == in
		s.mu.Unlock()
		if mine {
			s.endInstrumentation(instCrashed)
		}
	}
	return 0
}

func (s *System) endInstrumentation(said string) bool {
	s.mu.Lock()
	in := s.inst
	s.inst = nil
	s.mu.Unlock()
	if in == nil {
		return false
	}
	if s.opts.ServerEnded != nil {
		s.opts.ServerEnded()
	}
	in.said = said
	close(in.ended)
	s.log.add('I', "ActivityManager", fmt.Sprintf("Process %s (pid %d) has died", pkgServer, in.pid))
	return true
}

// KillInstrumentation ends the UiAutomator2 server's process as a crash does,
// and reports whether there was one.
func (s *System) KillInstrumentation() bool { return s.endInstrumentation(instCrashed) }

// FinishInstrumentation ends the UiAutomator2 server's process as the end of
// its session does, and reports whether there was one.
func (s *System) FinishInstrumentation() bool { return s.endInstrumentation(instFinished) }

// Instrumented tells whether the UiAutomator2 server's process runs.
func (s *System) Instrumented() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inst != nil
}

// process is a line of ps.
type process struct {
	user      string
	pid, ppid int
	uid       int
	name      string
	app       bool
}

// processes lists what runs, by number. What the handset says goes first; the
// rest is what every phone runs.
func (s *System) processes() []process {
	var all []process
	add := func(p ui.Process, ppid int) {
		if !slices.ContainsFunc(all, func(q process) bool { return q.name == p.Name }) {
			all = append(all, process{userName(p.UID), p.PID, ppid, p.UID, p.Name, p.UID >= firstApp})
		}
	}
	for _, p := range s.h.Processes() {
		ppid := zygotePID
		if p.PID == 1 {
			ppid = 0
		}
		add(p, ppid)
	}
	server, helper := s.uid(pkgServer), s.uid(pkgSettings)
	s.mu.Lock()
	if s.inst != nil {
		add(ui.Process{PID: s.inst.pid, UID: server, Name: pkgServer}, zygotePID)
	}
	if s.helper {
		add(ui.Process{PID: s.pidOf(pkgSettings), UID: helper, Name: pkgSettings}, zygotePID)
	}
	s.mu.Unlock()
	for _, p := range []ui.Process{
		{PID: 1, UID: 0, Name: "init"}, {PID: 301, UID: 1036, Name: "logd"}, {PID: 310, UID: 1000, Name: "servicemanager"},
		{PID: 412, UID: 1000, Name: "surfaceflinger"}, {PID: zygotePID, UID: 0, Name: "zygote64"}, {PID: 702, UID: 2000, Name: "adbd"},
		{PID: 1201, UID: 1000, Name: "system_server"},
	} {
		add(p, 1)
	}
	slices.SortStableFunc(all, func(a, b process) int { return a.pid - b.pid })
	return all
}

const (
	firstApp  = 10000 // user numbers of apps begin here
	zygotePID = 520
)

// pidOf gives a process of ours its number; the lock is held.
func (s *System) pidOf(name string) int {
	if s.pids[name] == 0 {
		s.lastPID++
		s.pids[name] = s.lastPID
	}
	return s.pids[name]
}

func userName(uid int) string {
	switch {
	case uid >= 10000:
		return "u0_a" + strconv.Itoa(uid-10000)
	case uid == 2000:
		return "shell"
	case uid == 0:
		return "root"
	}
	return "system"
}

// stop ends a package's processes.
func (s *System) stop(pkg string) {
	switch pkg {
	case pkgServer, pkgTest:
		s.KillInstrumentation()
	case pkgSettings:
		s.mu.Lock()
		s.helper = false
		delete(s.pids, pkgSettings)
		s.mu.Unlock()
	default:
		s.h.ForceStop(pkg)
	}
}

func (s *System) ps(_ context.Context, c *call) int {
	var only []string
	all := false
	args := c.args
	var columns []string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--help":
			c.print("usage: ps [-AadefLlnwZ] [-gG GROUP,] [-k FIELD,] [-o FIELD,] [-p PID,] [-t TTY,] [-uU USER,]\n\n" +
				"List processes.\n\nWhich processes to show (-gGuUpPt selections may be comma separated lists):\n\n" +
				"-A\tAll\n-a\tHas terminal not session leader\n-d\tAll but session leaders\n-e\tSynonym for -A\n")
			return 0
		case (a == "-p" || a == "-o") && i+1 < len(args):
			i++
			if a == "-p" {
				only = strings.Split(args[i], ",")
			} else {
				columns = append(columns, strings.Split(args[i], ",")...)
			}
		case strings.HasPrefix(a, "-o"):
			columns = append(columns, strings.Split(a[2:], ",")...)
		case strings.HasPrefix(a, "-p"):
			only = strings.Split(a[2:], ",")
		case strings.HasPrefix(a, "-") && strings.ContainsAny(a, "AeafT"):
			all = true
		case !strings.HasPrefix(a, "-"):
			only = append(only, a)
		}
	}
	list := s.processes()
	if len(only) > 0 {
		list = slices.DeleteFunc(list, func(p process) bool {
			return !slices.Contains(only, strconv.Itoa(p.pid)) && !slices.Contains(only, p.name)
		})
	} else if !all {
		list = slices.DeleteFunc(list, func(p process) bool { return p.uid != 2000 })
		list = append(list, process{"shell", 20099, 702, 2000, "sh", false}, process{"shell", 20100, 20099, 2000, "ps", false})
	}
	if len(columns) > 0 {
		s.psColumns(c, list, columns)
		return 0
	}
	c.print("%-14s %5s %5s %9s %7s %-16s %12s %s %-27s\n", "USER", "PID", "PPID", "VSZ", "RSS", "WCHAN", "ADDR", "S", "NAME")
	for _, p := range list {
		vsz, rss := 10800000, 21000
		if p.app {
			vsz, rss = 16200000, 142000
		}
		c.print("%-14s %5d %5d %9d %7d %-16s %12s %s %s\n", p.user, p.pid, p.ppid, vsz, rss, "0", "0", "S", p.name)
	}
	if len(only) > 0 && len(list) == 0 {
		return 1
	}
	return 0
}

func (s *System) psColumns(c *call, list []process, columns []string) {
	value := func(p process, column string) string {
		switch strings.ToUpper(column) {
		case "PID":
			return strconv.Itoa(p.pid)
		case "PPID":
			return strconv.Itoa(p.ppid)
		case "USER":
			return p.user
		case "UID":
			return strconv.Itoa(p.uid)
		case "NAME", "ARGS", "CMD", "CMDLINE", "COMM":
			return p.name
		}
		return "?"
	}
	for i, col := range columns {
		columns[i] = strings.TrimSuffix(col, "=")
		if columns[i] == col {
			c.print("%s ", strings.ToUpper(col))
		}
	}
	c.print("\n")
	for _, p := range list {
		for _, col := range columns {
			c.print("%s ", value(p, col))
		}
		c.print("\n")
	}
}

func (s *System) pidof(_ context.Context, c *call) int {
	var found []string
	for _, p := range s.processes() {
		if slices.Contains(c.args, p.name) {
			found = append(found, strconv.Itoa(p.pid))
		}
	}
	if len(found) == 0 {
		return 1
	}
	c.print("%s\n", strings.Join(found, " "))
	return 0
}

func (s *System) kill(_ context.Context, c *call) int {
	code := 0
	for _, a := range c.args {
		if strings.HasPrefix(a, "-") {
			if a == "-l" {
				c.print("1) HUP  2) INT  9) KILL  15) TERM\n")
				return 0
			}
			continue
		}
		pid, err := strconv.Atoi(a)
		if err != nil {
			c.fail("/system/bin/sh: kill: %s: arguments must be jobs or process IDs\n", a)
			return 1
		}
		if !s.killOne(c, pid) {
			code = 1
		}
	}
	return code
}

func (s *System) killOne(c *call, pid int) bool {
	for _, p := range s.processes() {
		if p.pid != pid {
			continue
		}
		if !p.app {
			c.fail("/system/bin/sh: kill: %d: Operation not permitted\n", pid)
			return false
		}
		s.stop(p.name)
		return true
	}
	c.fail("/system/bin/sh: kill: %d: No such process\n", pid)
	return false
}

// killall is pkill and killall.
func (s *System) killall(_ context.Context, c *call) int {
	code := 1
	for _, a := range c.args {
		if strings.HasPrefix(a, "-") {
			continue
		}
		for _, p := range s.processes() {
			if p.app && strings.Contains(p.name, a) {
				s.stop(p.name)
				code = 0
			}
		}
	}
	return code
}
