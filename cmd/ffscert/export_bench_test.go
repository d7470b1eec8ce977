package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
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

// BenchmarkPacket is the whole of `ffscert packet build` for a run of a hundred
// thousand attempts with a gigabyte of evidence, and fails where that takes too
// much memory. Its time is that of compressing.
func BenchmarkPacket(b *testing.B) {
	dir := b.TempDir()
	bin := filepath.Join(dir, "ffscert")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	keep := exec.Command(self)
	keep.Args = []string{"keep-evidence", filepath.Join(dir, "runs")}
	if out, err := keep.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	const mostMB = 300
	var used time.Duration
	var most int64
	for b.Loop() {
		cmd := exec.Command(bin, "packet", "build", "--demo", "--force", "--quiet", "--out", "packet.zip")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		used = max(used, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
		if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			most = max(most, u.Maxrss/1024) // kilobytes on Linux
		}
	}
	info, err := os.Stat(filepath.Join(dir, "packet.zip"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(used.Seconds(), "cpu-s")
	b.ReportMetric(float64(most), "MB")
	b.ReportMetric(float64(info.Size())/1e6, "file-MB")
	if most > mostMB || info.Size() < 1<<30*9/10 {
		b.Errorf("%d MB of memory for a packet of %d bytes; it may take %d MB", most, info.Size(), mostMB)
	}
}

// keepEvidence is a program that keeps the run of [BenchmarkPacket]: one attempt
// in fifty has a file of half a megabyte.
func keepEvidence() {
	rec := rendertest.Large(rendertest.Many)
	rec.Header.Simulated = true // so that it makes a demonstration
	noise := rand.NewChaCha8([32]byte{})
	data := make([]byte, 512<<10)
	folder := filepath.Join(os.Args[1], "made")
	err := os.MkdirAll(filepath.Join(folder, "evidence"), 0o755)
	for i := range rec.Attempts {
		if err != nil {
			break
		}
		if len(rec.Attempts[i].Evidence) > 0 {
			noise.Read(data)
			name := fmt.Sprintf("evidence/%x.bin", sha256.Sum256(data))
			err = os.WriteFile(filepath.Join(folder, name), data, 0o644)
			rec.Attempts[i].Evidence = []string{name}
		}
	}
	var dir string
	if err == nil {
		dir, err = rendertest.Keep(context.Background(), os.Args[1], rec)
	}
	if err == nil {
		err = errors.Join(os.RemoveAll(filepath.Join(dir, "evidence")), os.Rename(filepath.Join(folder, "evidence"), filepath.Join(dir, "evidence")), os.RemoveAll(folder))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// keepLarge is a program that keeps the run of [BenchmarkMatrix].
func keepLarge() {
	if _, err := rendertest.Keep(context.Background(), os.Args[1], rendertest.Large(rendertest.Many)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
