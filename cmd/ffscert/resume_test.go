package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// ffscert is the real command line in a process of its own.
func ffscert(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	bin, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "ffscert"), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"))
	return cmd
}

// attemptsUntil starts a run and kills or interrupts it once it has told of
// that many attempts, and some moments later. It returns what was told of.
func attemptsUntil(t *testing.T, cmd *exec.Cmd, n int, after time.Duration, sig syscall.Signal) (told []string, status int) {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		fmt.Fprintln(&all, lines.Text())
		if id, _, ok := strings.Cut(strings.Replace(lines.Text(), " review", " passed", 1), " passed"); ok && strings.Contains(id, " #") {
			told = append(told, id)
			if len(told) == n {
				time.AfterFunc(after, func() { cmd.Process.Signal(sig) })
			}
		}
	}
	err = cmd.Wait()
	status = cmd.ProcessState.ExitCode()
	if status != 0 && status != exitReview && status != 130 && status != -1 {
		t.Fatalf("%v\n%s", err, all.String())
	}
	return told, status
}

// result reads a run as the command line prints it.
func resultOf(t *testing.T, dir, runs string) matrix.Matrix {
	t.Helper()
	out, err := ffscert(t, dir, "matrix", "--runs", runs, "--format", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var m matrix.Matrix
	if err := json.Unmarshal(out, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// essence is what must not depend on interruptions: everything but the time of
// day, the ids and the sessions.
func essence(m matrix.Matrix) []string {
	var list []string
	add := func(v any) {
		data, _ := json.Marshal(v)
		list = append(list, string(data))
	}
	for _, c := range m.Cases {
		for i := range c.AttemptList {
			a := &c.AttemptList[i]
			a.StartedUTC, a.FinishedUTC, a.Evidence = time.Time{}, time.Time{}, nil
			if b := a.SetupTime; b != nil {
				x := *b
				x.PoweredUTC.From, x.PoweredUTC.To, x.SetUpUTC.From, x.SetUpUTC.To = time.Time{}, time.Time{}, time.Time{}, time.Time{}
				a.SetupTime = &x
			}
		}
		for i := range c.Findings {
			c.Findings[i].Evidence = nil // pictures show the time of day
		}
		add(c)
	}
	add(m.Summary)
	return list
}

// A run that is killed at any moment, again and again, loses no attempt that it
// has told of, and ends as if nothing had happened.
func TestARunThatIsKilledEndsLikeAnUndisturbedOne(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", "--case", "3P2-DE-02", "--case", "FFS-LWA-01", "--attempts", "4"}
	if told, status := attemptsUntil(t, ffscert(t, dir, append(args, "--runs", "whole")...), 1000, 0, syscall.SIGKILL); status != exitReview || len(told) < 6 {
		t.Fatalf("the undisturbed run ended with %d after %q", status, told)
	}
	want := resultOf(t, dir, "whole")

	next := ffscert(t, dir, append(args, "--runs", "killed")...)
	seen := map[string]bool{}
	kills := 0
	for {
		sig := syscall.SIGKILL
		if kills == 1 {
			sig = syscall.SIGINT
		}
		told, status := attemptsUntil(t, next, 1+rand.IntN(2), time.Duration(rand.IntN(60))*time.Millisecond, sig)
		for _, id := range told {
			if seen[id] {
				t.Fatalf("%s was made again after it was told of", id)
			}
			seen[id] = true
		}
		m := resultOf(t, dir, "killed")
		there := map[string]bool{}
		for _, c := range m.Cases {
			for _, a := range c.AttemptList {
				there[fmt.Sprintf("%s #%d", c.ID, a.N)] = true
			}
		}
		for id := range seen {
			if !there[id] {
				t.Fatalf("%s was told of and is lost", id)
			}
		}
		if status == exitReview {
			break
		}
		if m.Run.State == "finished" {
			break // killed after its end
		}
		if m.Run.State != "interrupted" || m.Summary.Verdict == "passed" {
			t.Fatalf("a run whose process is gone is %s, %s", m.Run.State, m.Summary.Verdict)
		}
		if kills++; kills > 30 {
			t.Fatal("it does not come to its end")
		}
		next = ffscert(t, dir, "run", "--runs", "killed", "--resume", "latest")
	}
	if kills < 1 {
		t.Fatalf("it was stopped %d times only: the test has tested nothing", kills)
	}
	got := resultOf(t, dir, "killed")
	if w, g := essence(want), essence(got); !reflect.DeepEqual(w, g) {
		t.Errorf("undisturbed:\n%s\nkilled:\n%s", strings.Join(w, "\n"), strings.Join(g, "\n"))
	}
	if len(got.Run.Sessions) != kills+1 {
		t.Errorf("%d sessions, want %d", len(got.Run.Sessions), kills+1)
	}
	// What lies in the folder is what the journal says, even after a kill at the end.
	_ = ffscert(t, dir, "run", "--runs", "killed", "--resume", "latest").Run()
	data, err := os.ReadFile(filepath.Join(dir, "killed", "latest", "matrix.json"))
	if err != nil {
		t.Fatal(err)
	}
	var stored matrix.Matrix
	if err := json.Unmarshal(data, &stored); err != nil || stored.Run.State != "finished" {
		t.Errorf("matrix.json says %s, %v", stored.Run.State, err)
	}
}

// While a run goes on it can be read, and nobody else can continue it.
func TestASecondProcessOnOneRunIsRefused(t *testing.T) {
	dir := t.TempDir()
	first := ffscert(t, dir, "run", "--case", "3P2-DE-02", "--attempts", "400")
	stderr, err := first.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() && !strings.Contains(lines.Text(), "#2 passed") {
	}
	go func() { // or it would stand still
		for lines.Scan() {
		}
	}()
	if m := resultOf(t, dir, "runs"); m.Run.State != "running" || m.Run.AsOfUTC == nil || m.Cases[0].Attempts.Passed < 2 {
		t.Errorf("it reads as %s, as of %v", m.Run.State, m.Run.AsOfUTC)
	}
	var said bytes.Buffer
	second := ffscert(t, dir, "run", "--resume", "latest")
	second.Stderr = &said
	_ = second.Run()
	if second.ProcessState.ExitCode() != 3 || !strings.Contains(said.String(), fmt.Sprintf("process %d", first.Process.Pid)) {
		t.Errorf("status %d: %s", second.ProcessState.ExitCode(), said.String())
	}
	// The second interrupt does not wait for anything.
	first.Process.Signal(syscall.SIGTERM)
	first.Process.Signal(os.Interrupt)
	_ = first.Wait()
	if status := first.ProcessState.ExitCode(); status != 130 {
		t.Errorf("interrupted, it ends with %d", status)
	}
	if m := resultOf(t, dir, "runs"); m.Run.State != "interrupted" {
		t.Errorf("interrupted, it reads as %s", m.Run.State)
	}
}

// A full disk stops a run; what was recorded is intact, and the run goes on
// once there is room.
func TestAFullDiskStopsTheRun(t *testing.T) {
	dir := t.TempDir()
	small := filepath.Join(dir, "small")
	if err := os.Mkdir(small, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=190k", "small", small).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", small).Run() })
	args := []string{"run", "--case", "3P2-DE-02", "--attempts", "18", "--runs", small}
	var said, shown bytes.Buffer
	cmd := ffscert(t, dir, args...)
	cmd.Stdout, cmd.Stderr = &shown, &said
	_ = cmd.Run()
	if cmd.ProcessState.ExitCode() != 3 {
		t.Fatalf("status %d: %s", cmd.ProcessState.ExitCode(), said.String())
	}
	if strings.Contains(shown.String(), "STILL RUNNING") || !strings.Contains(shown.String(), "interrupted") {
		t.Errorf("the run has stopped, and it shows:\n%s", shown.String())
	}
	for _, s := range []string{"no room on the disk", "make room in " + small, "--resume"} {
		if !strings.Contains(said.String(), s) {
			t.Errorf("it does not say %q:\n%s", s, said.String())
		}
	}
	told := strings.Count(said.String(), " passed, set up in")
	if told == 0 || told == 18 {
		t.Fatalf("%d attempts: the disk has the wrong size for this test", told)
	}
	m := resultOf(t, dir, small)
	if n := len(m.Cases[0].AttemptList); n < told || m.Run.State != "interrupted" {
		t.Errorf("%d attempts were told of, %d are there, the run is %s", told, n, m.Run.State)
	}
	if out, err := exec.Command("mount", "-o", "remount,size=20m", small).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if out, err := ffscert(t, dir, "run", "--runs", small, "--resume", "latest").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if m := resultOf(t, dir, small); m.Summary.Verdict != "passed" || m.Cases[0].Attempts.Passed != 18 {
		t.Errorf("after there was room: %+v", m.Summary)
	}
}

// The clock of a simulated testbed runs ahead of the day: what is continued at
// once still begins after what it continues.
func TestASessionBeginsAfterTheOneBeforeIt(t *testing.T) {
	end := time.Now().UTC().Add(time.Hour)
	was := journal.Record{Attempts: []certification.Attempt{{Finished: end}}}
	if s := (runOptions{}).session(was); s.Started.Before(end) {
		t.Errorf("it begins %s before the end of the one before", end.Sub(s.Started))
	}
	if s := (runOptions{}).session(journal.Record{}); time.Since(s.Started) > time.Minute {
		t.Errorf("it begins at %s", s.Started)
	}
}
