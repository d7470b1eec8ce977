package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"sync"
)

// IO is what a command reads and writes.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
}

// Host is what the shell runs on.
type Host interface {
	// Exec carries out a simple command; args[0] is its name. It returns its
	// exit status; 127 says that there is no such command.
	Exec(ctx context.Context, stdio IO, args []string) int
	// Open opens a file for reading, and Create for writing.
	Open(name string) (io.ReadCloser, error)
	Create(name string, appendTo bool) (io.WriteCloser, error)
	// Glob gives the files that match a pattern, in order.
	Glob(pattern string) []string
}

const (
	// maxSubstituted bounds what a command substitution may produce, in bytes.
	maxSubstituted = 1 << 20
	// maxExpanded bounds the words of one command after expansion, in bytes, as
	// the kernel bounds a command's arguments.
	maxExpanded = 2 << 20
	// maxCalls bounds shells that run shells: eval, sh -c, sh FILE.
	maxCalls = 40
)

type depthKey struct{}

// Shell carries out scripts. The zero value of Vars is an empty environment.
type Shell struct {
	Host   Host
	Vars   map[string]string
	Status int // of the last command, as $?

	exited bool
	jump   jump
	spent  int // bytes that the expansions of the current command made
}

// Run carries out a command line and returns its exit status. A command line
// that makes no sense is reported as Android's shell does, with status 1.
func (s *Shell) Run(ctx context.Context, stdio IO, src string) int {
	depth, _ := ctx.Value(depthKey{}).(int)
	if depth >= maxCalls {
		fmt.Fprintln(stdio.Err, "/system/bin/sh: shells nested too deeply")
		return 1
	}
	ctx = context.WithValue(ctx, depthKey{}, depth+1)
	script, err := Parse(src)
	if err != nil {
		fmt.Fprintf(stdio.Err, "/system/bin/sh: %v\n", err)
		return 1
	}
	return s.RunScript(ctx, stdio, script)
}

// RunScript carries out a script that was parsed before.
func (s *Shell) RunScript(ctx context.Context, stdio IO, script *Script) int {
	s.list(ctx, stdio, script.list)
	return s.Status
}

// Exited tells whether `exit` was called.
func (s *Shell) Exited() bool { return s.exited }

func (s *Shell) list(ctx context.Context, stdio IO, l list) {
	for _, a := range l {
		for i, pipe := range a.pipes {
			if i > 0 && (s.Status == 0) != (a.ops[i-1] == "&&") {
				continue
			}
			if s.stopped(ctx) {
				return
			}
			s.pipeline(ctx, stdio, pipe)
		}
	}
}

func (s *Shell) sub() *Shell {
	c := &Shell{Host: s.Host, Vars: make(map[string]string, len(s.Vars)), Status: s.Status}
	for k, v := range s.Vars {
		c.Vars[k] = v
	}
	return c
}

func (s *Shell) pipeline(ctx context.Context, stdio IO, pipe pipeline) {
	if len(pipe.commands) == 1 {
		s.Status = s.command(ctx, stdio, pipe.commands[0])
	} else {
		s.Status = s.piped(ctx, stdio, pipe.commands)
	}
	switch {
	case pipe.negate && s.Status == 0:
		s.Status = 1
	case pipe.negate:
		s.Status = 0
	}
}

// piped runs the commands side by side. When one ends, those before it get a
// broken pipe, and are told to stop.
func (s *Shell) piped(ctx context.Context, stdio IO, commands []command) int {
	var running sync.WaitGroup
	defer running.Wait()
	in := stdio.In
	for _, c := range commands[:len(commands)-1] {
		r, w := io.Pipe()
		up, cancel := context.WithCancel(ctx)
		child, childIO := s.sub(), IO{in, w, stdio.Err}
		running.Go(func() {
			defer w.Close()
			child.command(up, childIO, c)
		})
		in = &pipeEnd{r, cancel}
		defer cancel()
		defer r.Close()
	}
	return s.sub().command(ctx, IO{in, stdio.Out, stdio.Err}, commands[len(commands)-1])
}

type pipeEnd struct {
	*io.PipeReader
	stop context.CancelFunc
}

func (s *Shell) command(ctx context.Context, stdio IO, c command) int {
	s.spent = 0
	stdio, closeFiles, err := s.redirect(ctx, stdio, c.redirs)
	defer closeFiles()
	if err != nil {
		fmt.Fprintf(stdio.Err, "/system/bin/sh: %v\n", err)
		return 1
	}
	if c.loop != nil {
		return s.compound(ctx, stdio, c.loop)
	}
	if c.isGroup {
		in := s
		if c.own {
			in = s.sub()
		}
		in.list(ctx, stdio, c.group)
		return in.Status
	}
	var args []string
	whole := c.words != nil && c.words[0].plain() == "[[" // nothing is split in there
	for _, w := range c.words {
		if whole {
			args = append(args, s.join(ctx, stdio, w))
			continue
		}
		args = append(args, s.expand(ctx, stdio, w)...)
	}
	if len(args) == 0 {
		for _, a := range c.assigns {
			s.set(a.name, s.join(ctx, stdio, a.value))
		}
	}
	if s.spent > maxExpanded {
		fmt.Fprintln(stdio.Err, "/system/bin/sh: Argument list too long")
		return 126
	}
	if len(args) == 0 {
		return 0
	}
	switch args[0] {
	case "exit":
		s.exited = true
		if len(args) > 1 {
			n, err := strconv.Atoi(args[1])
			if err != nil {
				return 1
			}
			return n & 0xff
		}
		return s.Status
	case "export", "local", "readonly", "typeset":
		for _, a := range args[1:] {
			if k, v, ok := strings.Cut(a, "="); ok {
				s.set(k, v)
			}
		}
		return 0
	case "unset":
		for _, a := range args[1:] {
			delete(s.Vars, a)
		}
		return 0
	case "break":
		s.jump = breaking
		return 0
	case "continue":
		s.jump = continuing
		return 0
	case "read":
		return s.read(stdio, args[1:])
	case "exec", "command", "builtin", "eval":
		if len(args) == 1 {
			return 0
		}
		if args[0] == "eval" {
			return s.sub().Run(ctx, stdio, strings.Join(args[1:], " "))
		}
		return s.Host.Exec(ctx, stdio, args[1:])
	case "sh", "/system/bin/sh":
		if len(args) >= 3 && args[1] == "-c" {
			return s.sub().Run(ctx, stdio, args[2])
		}
	}
	return s.Host.Exec(ctx, stdio, args)
}

func (s *Shell) set(name, value string) {
	if s.Vars == nil {
		s.Vars = map[string]string{}
	}
	s.Vars[name] = value
}

func (s *Shell) redirect(ctx context.Context, stdio IO, redirs []redirect) (IO, func(), error) {
	var files []io.Closer
	closeAll := func() {
		for _, f := range files {
			f.Close()
		}
	}
	for _, r := range redirs {
		if r.dup >= 0 {
			switch from := [...]io.Writer{nil, stdio.Out, stdio.Err}[r.dup]; {
			case from == nil || r.fd == 0:
			case r.fd == 1:
				stdio.Out = from
			case r.fd == 2:
				stdio.Err = from
			}
			continue
		}
		name := s.join(ctx, stdio, r.target)
		if r.read {
			f, err := s.Host.Open(name)
			if err != nil {
				return stdio, closeAll, fmt.Errorf("can't open %s: %w", name, err)
			}
			files = append(files, f)
			stdio.In = f
			continue
		}
		f, err := s.Host.Create(name, r.append)
		if err != nil {
			return stdio, closeAll, fmt.Errorf("can't create %s: %w", name, err)
		}
		files = append(files, f)
		if r.fd == 1 || r.fd == bothOutputs {
			stdio.Out = f
		}
		if r.fd == 2 || r.fd == bothOutputs {
			stdio.Err = f
		}
	}
	return stdio, closeAll, nil
}

// Match tells whether a file's name matches a pattern of Glob, whole.
func Match(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

var errTooMuch = errors.New("too much output")

// limited gathers output; commands of a pipe may write to it side by side.
type limited struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left -= len(p); l.left < 0 {
		return 0, errTooMuch
	}
	return l.buf.Write(p)
}

func (l *limited) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
