package android

import (
	"bytes"
	"context"
	"crypto/md5"  //nolint:gosec // what the phone's md5sum computes
	"crypto/sha1" //nolint:gosec // what the phone's sha1sum computes
	"crypto/sha256"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// read gives the content of a stored file, or of one that the kernel makes up.
func (s *System) read(name string) ([]byte, error) {
	switch p := clean(name); p {
	case "/proc/net/unix":
		return []byte(s.unixSockets()), nil
	case "/proc/version":
		return []byte("Linux version 5.15.0-ffscert-virtual (simulated)\n"), nil
	case "/proc/uptime":
		up := s.h.Clock().Now().Sub(s.bootTime()).Seconds()
		return fmt.Appendf(nil, "%.2f %.2f\n", up, up), nil
	case "/proc/meminfo":
		return []byte("MemTotal:        5800000 kB\nMemFree:         1200000 kB\nMemAvailable:    3400000 kB\n"), nil
	case "/proc/cpuinfo":
		return []byte("processor\t: 0\nHardware\t: ffscert-virtual\n"), nil
	case "/sys/class/power_supply/battery/capacity":
		return []byte("100\n"), nil
	case "/dev/null":
		return nil, nil
	default:
		if rest, ok := strings.CutPrefix(p, "/proc/"); ok {
			if pid, ok := strings.CutSuffix(rest, "/cmdline"); ok {
				for _, q := range s.processes() {
					if strconv.Itoa(q.pid) == pid {
						return []byte(q.name + "\x00"), nil
					}
				}
			}
		}
		if app, ok := strings.CutSuffix(p, ".apk"); ok {
			for _, q := range s.installed() {
				if apkPath(q) == app+".apk" {
					s.mu.Lock()
					own := s.packages[q.Name]
					s.mu.Unlock()
					if own != nil && own.apk != nil {
						return own.apk, nil
					}
				}
			}
		}
		return s.files.Read(name)
	}
}

// unixSockets lists sockets as the kernel does, with those that apps have opened
// for a debugger.
func (s *System) unixSockets() string {
	var b strings.Builder
	b.WriteString("Num       RefCount Protocol Flags    Type St Inode Path\n" +
		"0000000000000000: 00000002 00000000 00010000 0001 01 16001 /dev/socket/adbd\n" +
		"0000000000000000: 00000002 00000000 00010000 0001 01 16002 @jdwp-control\n")
	if s.opts.Sockets != nil {
		for i, name := range s.opts.Sockets(context.Background()) {
			fmt.Fprintf(&b, "0000000000000000: 00000002 00000000 00010000 0001 01 %d @%s\n", 27000+i, name)
		}
	}
	return b.String()
}

func (s *System) exists(name string) (FileInfo, bool) {
	if i, ok := s.files.Stat(name); ok {
		return i, true
	}
	if data, err := s.read(name); err == nil {
		return FileInfo{Name: path.Base(clean(name)), Mode: 0o444, Size: int64(len(data)), Modified: s.bootTime()}, true
	}
	if dir, base := path.Split(clean(name)); dir == "/system/bin/" {
		if _, ok := s.table[base]; ok {
			return FileInfo{Name: base, Mode: 0o755, Size: 1, Modified: s.bootTime()}, true
		}
	}
	return FileInfo{}, false
}

func (s *System) cat(_ context.Context, c *call) int {
	names := operands(c.args)
	if len(names) == 0 {
		names = []string{"-"}
	}
	code := 0
	for _, n := range names {
		if n == "-" {
			if _, err := io.Copy(c.Out, c.In); err != nil {
				return 1
			}
			continue
		}
		data, err := s.read(n)
		if err != nil {
			c.fail("cat: %s: %v\n", n, err)
			code = 1
			continue
		}
		if _, err := c.Out.Write(data); err != nil {
			return 1
		}
	}
	return code
}

func permissions(i FileInfo) string {
	b := []byte("-rwxrwxrwx")
	if i.Dir {
		b[0] = 'd'
	}
	for bit := range 9 {
		if i.Mode&(1<<(8-bit)) == 0 {
			b[1+bit] = '-'
		}
	}
	return string(b)
}

func (s *System) ls(_ context.Context, c *call) int {
	flags := ""
	for _, a := range c.args {
		if strings.HasPrefix(a, "-") && a != "--" {
			flags += a[1:]
		}
	}
	names := operands(slices.DeleteFunc(slices.Clone(c.args), func(a string) bool { return a == "--" }))
	if len(names) == 0 {
		names = []string{"/"}
	}
	code := 0
	show := func(i FileInfo, name string) {
		if strings.Contains(flags, "l") {
			c.print("%s 1 shell shell %d %s %s\n", permissions(i), i.Size, i.Modified.Format("2006-01-02 15:04"), name)
		} else {
			c.print("%s\n", name)
		}
	}
	for _, n := range names {
		info, ok := s.exists(n)
		if !ok {
			c.fail("ls: %s: %v\n", n, ErrNotExist)
			code = 1
			continue
		}
		if !info.Dir || strings.Contains(flags, "d") {
			show(info, n)
			continue
		}
		entries, _ := s.files.List(n)
		if strings.Contains(flags, "t") {
			slices.SortStableFunc(entries, func(a, b FileInfo) int { return b.Modified.Compare(a.Modified) })
		}
		if strings.Contains(flags, "r") {
			slices.Reverse(entries)
		}
		if len(names) > 1 {
			c.print("%s:\n", n)
		}
		if strings.Contains(flags, "l") {
			c.print("total %d\n", len(entries)*4)
		}
		if strings.Contains(flags, "a") {
			show(info, ".")
			show(info, "..")
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name, ".") && !strings.ContainsAny(flags, "aA") {
				continue
			}
			show(e, e.Name)
		}
	}
	return code
}

func (s *System) mkdir(_ context.Context, c *call) int {
	all := slices.ContainsFunc(c.args, func(a string) bool { return a == "-p" || a == "-pv" || a == "-vp" })
	code := 0
	for _, n := range operands(c.args, "-m") {
		if err := s.files.Mkdir(n, all); err != nil {
			c.fail("mkdir: '%s': %v\n", n, err)
			code = 1
		}
	}
	return code
}

func (s *System) rm(_ context.Context, c *call) int {
	force, deep := false, c.name == "rmdir"
	for _, a := range c.args {
		if strings.HasPrefix(a, "-") {
			force = force || strings.Contains(a, "f")
			deep = deep || strings.ContainsAny(a, "rR")
		}
	}
	code := 0
	for _, n := range operands(c.args) {
		info, ok := s.files.Stat(n)
		switch {
		case !ok && !force:
			c.fail("%s: %s: %v\n", c.name, n, ErrNotExist)
			code = 1
		case ok && info.Dir && !deep:
			c.fail("%s: %s: %v\n", c.name, n, ErrIsDir)
			code = 1
		case ok && !s.files.Remove(n):
			c.fail("%s: %s: %v\n", c.name, n, ErrReadOnly)
			code = 1
		}
	}
	return code
}

func (s *System) touch(_ context.Context, c *call) int {
	for _, n := range operands(c.args, "-t", "-d", "-r") {
		now := s.h.Clock().Now()
		if s.files.update(n, func(i *FileInfo) { i.Modified = now }) {
			continue
		}
		if err := s.files.Write(n, nil, 0o660, now); err != nil {
			c.fail("touch: '%s': %v\n", n, err)
			return 1
		}
	}
	return 0
}

func (s *System) chmod(_ context.Context, c *call) int {
	names := operands(c.args)
	if len(names) < 2 {
		c.fail("chmod: Needs 2 arguments\n")
		return 1
	}
	code := 0
	for _, n := range names[1:] {
		mode, err := strconv.ParseUint(names[0], 8, 32)
		if !s.files.update(n, func(i *FileInfo) {
			if err == nil {
				i.Mode = uint32(mode) & 0o777
			}
		}) {
			c.fail("chmod: %s: %v\n", n, ErrNotExist)
			code = 1
		}
	}
	return code
}

// copyFile is cp and mv, of files.
func (s *System) copyFile(_ context.Context, c *call) int {
	names := operands(c.args)
	if len(names) < 2 {
		c.fail("%s: Needs 2 arguments\n", c.name)
		return 1
	}
	to := names[len(names)-1]
	for _, from := range names[:len(names)-1] {
		dest := to
		if i, ok := s.files.Stat(to); ok && i.Dir {
			dest = path.Join(to, path.Base(from))
		}
		data, err := s.read(from)
		if err == nil {
			err = s.files.Write(dest, bytes.Clone(data), 0o660, s.h.Clock().Now())
		}
		if err != nil {
			c.fail("%s: bad '%s': %v\n", c.name, from, err)
			return 1
		}
		if c.name == "mv" && clean(from) != clean(dest) {
			s.files.Remove(from)
		}
	}
	return 0
}

func (s *System) stat(_ context.Context, c *call) int {
	format := ""
	if c.arg(0) == "-c" {
		format = c.arg(1)
		c = c.rest(2)
	}
	for _, n := range operands(c.args) {
		i, ok := s.exists(n)
		if !ok {
			c.fail("stat: '%s': %v\n", n, ErrNotExist)
			return 1
		}
		if format == "" {
			c.print("  File: %s\n  Size: %d\nAccess: (0%o/%s)\nModify: %s\n", n, i.Size, i.Mode, permissions(i), i.Modified.Format("2006-01-02 15:04:05.000000000 -0700"))
			continue
		}
		r := strings.NewReplacer("%s", strconv.FormatInt(i.Size, 10), "%n", n, "%Y", strconv.FormatInt(i.Modified.Unix(), 10),
			"%a", strconv.FormatUint(uint64(i.Mode), 8), "%F", pick(i.Dir, "directory", "regular file"), "%A", permissions(i))
		c.print("%s\n", r.Replace(format))
	}
	return 0
}

func (s *System) df(_ context.Context, c *call) int {
	device, at := "/dev/fuse       ", "/storage/emulated"
	for _, n := range operands(c.args) {
		if n == "/data" || strings.HasPrefix(n, "/data/") {
			device, at = "/dev/block/dm-5 ", "/data"
		}
	}
	c.print("Filesystem       1K-blocks     Used Available Use%% Mounted on\n%s 115000000 20000000  95000000  18%% %s\n", device, at)
	return 0
}

func (s *System) du(_ context.Context, c *call) int {
	for _, n := range operands(c.args) {
		if i, ok := s.exists(n); ok {
			c.print("%d\t%s\n", (i.Size+1023)/1024, n)
		}
	}
	return 0
}

func (s *System) sums(_ context.Context, c *call) int {
	code := 0
	one := func(name string, data []byte) {
		switch c.name {
		case "md5sum":
			c.print("%x  %s\n", md5.Sum(data), name)
		case "sha1sum":
			c.print("%x  %s\n", sha1.Sum(data), name)
		default:
			c.print("%x  %s\n", sha256.Sum256(data), name)
		}
	}
	names := operands(c.args)
	if len(names) == 0 {
		data, err := io.ReadAll(io.LimitReader(c.In, MaxFile))
		if err != nil {
			return 1
		}
		one("-", data)
	}
	for _, n := range names {
		data, err := s.read(n)
		if err != nil {
			c.fail("%s: %s: %v\n", c.name, n, err)
			code = 1
			continue
		}
		one(n, data)
	}
	return code
}
