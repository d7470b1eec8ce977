package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"ffscert/reports/render/rendertest"
)

// BenchmarkMatrix is the whole of `ffscert matrix --format F --out FILE` for a
// run of a hundred thousand attempts, and fails where that takes too long or
// too much memory. A machine that is busy with other things is no reason to
// fail: the time of the processor counts, on one that has two at least.
func BenchmarkMatrix(b *testing.B) {
	dir := b.TempDir()
	bin := filepath.Join(dir, "ffscert")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	// In a process of its own: what a process starts inherits its peak of memory.
	keep := exec.Command(self)
	keep.Args = []string{"keep-large", filepath.Join(dir, "runs")}
	if out, err := keep.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, limit := range []struct {
		format string
		time   time.Duration
		mb     int64
	}{{"json", 5 * time.Second, 300}, {"csv", 5 * time.Second, 300}, {"html", 5 * time.Second, 300}, {"junit", 5 * time.Second, 300}, {"xlsx", 20 * time.Second, 500}} {
		b.Run(limit.format, func(b *testing.B) {
			var used time.Duration
			var most int64
			for b.Loop() {
				cmd := exec.Command(bin, "matrix", "--format", limit.format, "--out", "out."+limit.format)
				cmd.Dir = dir
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				used = max(used, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
				if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
					most = max(most, u.Maxrss/1024) // kilobytes on Linux
				}
			}
			info, err := os.Stat(filepath.Join(dir, "out."+limit.format))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(used.Seconds(), "cpu-s")
			b.ReportMetric(float64(most), "MB")
			b.ReportMetric(float64(info.Size())/1e6, "file-MB")
			if used > limit.time || most > limit.mb {
				b.Errorf("%s took %s and %d MB; it may take %s and %d MB", limit.format, used, most, limit.time, limit.mb)
			}
		})
	}
}

// keepLarge is a program that keeps the run of [BenchmarkMatrix].
func keepLarge() {
	if _, err := rendertest.Keep(context.Background(), os.Args[1], rendertest.Large(rendertest.Many)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
