package android

import (
	"context"
	"strconv"
	"strings"
)

// test is `test`, `[` and `[[`.
func (s *System) test(_ context.Context, c *call) int {
	args := c.args
	if c.name == "[" || c.name == "[[" {
		closing := strings.Repeat("]", len(c.name))
		if len(args) == 0 || args[len(args)-1] != closing {
			c.fail("/system/bin/sh: %s: missing %s\n", c.name, closing)
			return 2
		}
		args = args[:len(args)-1]
	}
	not := false
	for len(args) > 0 && args[0] == "!" {
		not, args = !not, args[1:]
	}
	ok := false
	switch len(args) {
	case 0:
	case 1:
		ok = args[0] != ""
	case 2:
		i, there := s.exists(args[1])
		switch args[0] {
		case "-e", "-r", "-L", "-h":
			ok = there && args[0] != "-L" && args[0] != "-h"
		case "-w":
			ok = there && writable(clean(args[1]))
		case "-x":
			ok = there && (i.Dir || i.Mode&0o111 != 0)
		case "-f":
			ok = there && !i.Dir
		case "-d":
			ok = there && i.Dir
		case "-s":
			ok = there && i.Size > 0
		case "-n":
			ok = args[1] != ""
		case "-z":
			ok = args[1] == ""
		default:
			c.fail("/system/bin/sh: %s: unexpected operator/operand\n", c.name)
			return 2
		}
	case 3:
		a, errA := strconv.ParseInt(args[0], 10, 64)
		b, errB := strconv.ParseInt(args[2], 10, 64)
		numeric := errA == nil && errB == nil
		switch args[1] {
		case "=", "==":
			ok = args[0] == args[2]
		case "!=":
			ok = args[0] != args[2]
		case "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
			if !numeric {
				c.fail("/system/bin/sh: %s: bad number\n", c.name)
				return 2
			}
			ok = map[string]bool{"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b}[args[1]]
		default:
			c.fail("/system/bin/sh: %s: unexpected operator/operand\n", c.name)
			return 2
		}
	default:
		c.fail("/system/bin/sh: %s: too many arguments\n", c.name)
		return 2
	}
	return pick(ok != not, 0, 1)
}
