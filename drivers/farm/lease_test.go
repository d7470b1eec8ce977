package farm

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ffscert/features/certification"
)

// The test's own binary serves as the other process: it leases a phone, says
// "leased", and keeps it until its standard input ends.
const (
	childDir  = "FARM_TEST_DIR"
	childUDID = "FARM_TEST_UDID"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		l, err := LeaseIn(dir, os.Getenv(childUDID))
		if err == nil {
			err = l.SetRun("20261122-161403-ab12")
		}
		if err != nil {
			fmt.Println("refused:", err)
			os.Exit(3)
		}
		fmt.Println("leased")
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is another process that tries to lease a phone; said is its first line.
func child(t *testing.T, dir, udid string) (cmd *exec.Cmd, said string, end func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(self)
	cmd.Env = append(os.Environ(), childDir+"="+dir, childUDID+"="+udid)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() { in.Close(); cmd.Wait() })
	t.Cleanup(end)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child said %q: %v", line, err)
	}
	return cmd, strings.TrimSpace(line), end
}

func wantBusy(t *testing.T, err error, says ...string) {
	t.Helper()
	var tr *certification.Trouble
	if !errors.As(err, &tr) || tr.Code != certification.RigBusy || tr.Cause != certification.CauseRig {
		t.Fatalf("err = %#v, want a busy rig", err)
	}
	for _, s := range says {
		if !strings.Contains(tr.Message+"\n"+tr.Hint, s) {
			t.Errorf("%q, %q: no %q", tr.Message, tr.Hint, s)
		}
	}
}

func TestAnotherProcessHasThePhone(t *testing.T) {
	dir := t.TempDir()
	cmd, said, end := child(t, dir, "R58M123ABC")
	if said != "leased" {
		t.Fatal(said)
	}
	_, err := LeaseIn(dir, "R58M123ABC")
	wantBusy(t, err, `"R58M123ABC"`, `run "20261122-161403-ab12"`, fmt.Sprint("process ", cmd.Process.Pid), time.Now().UTC().Format("2006-01-02"))

	other, err := LeaseIn(dir, "R58M123ABD")
	if err != nil {
		t.Fatalf("another phone: %v", err)
	}
	defer other.Release()

	end()
	l, err := LeaseIn(dir, "R58M123ABC")
	if err != nil {
		t.Fatalf("its holder has ended: %v", err)
	}
	defer l.Release()
	if _, said, _ := child(t, dir, "R58M123ABC"); !strings.Contains(said, fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("the other process says %q", said)
	}
}

// Nobody cleans up after a process that was killed; the system does.
func TestKilledHolder(t *testing.T) {
	dir := t.TempDir()
	cmd, said, end := child(t, dir, "A")
	if said != "leased" {
		t.Fatal(said)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	end()
	if _, err := os.Stat(filepath.Join(dir, fileName("A")+".json")); err != nil {
		t.Fatalf("the killed holder's note should still be there: %v", err)
	}
	l, err := LeaseIn(dir, "A")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if h, ok := whoHas(l.note, "A"); !ok || h.PID != os.Getpid() || h.Run != "" {
		t.Errorf("the note names %+v", h)
	}
}

func TestTwiceInOneProcess(t *testing.T) {
	dir := t.TempDir()
	l, err := LeaseIn(dir, "A")
	if err != nil {
		t.Fatal(err)
	}
	_, err = LeaseIn(dir, "A")
	wantBusy(t, err, "by this run", "a phone of its own")
	for range 2 {
		if err := l.Release(); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.SetRun("late"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(l.note); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a note stays behind: %v", err)
	}
	l, err = LeaseIn(dir, "A")
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
}

// Of many at once, exactly one gets the phone at a time.
func TestRace(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	held, won := 0, 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				l, err := LeaseIn(dir, "A")
				if err != nil {
					var tr *certification.Trouble
					if !errors.As(err, &tr) || tr.Code != certification.RigBusy {
						t.Errorf("err = %v", err)
					}
					continue
				}
				mu.Lock()
				held++
				won++
				if held != 1 {
					t.Errorf("%d hold the phone", held)
				}
				mu.Unlock()
				mu.Lock()
				held--
				mu.Unlock()
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if won == 0 {
		t.Error("nobody got the phone")
	}
}

func TestBrokenNote(t *testing.T) {
	dir := t.TempDir()
	l, err := LeaseIn(dir, "A")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	for _, note := range []string{"", "{", `{"pid":-1,"udid":"A"}`, `{"pid":1,"udid":"B"}`, strings.Repeat("x", 1<<20)} {
		if err := os.WriteFile(l.note, []byte(note), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LeaseIn(dir, "A")
		wantBusy(t, err, `the phone "A" is leased by another run`)
	}
}

func TestSerialsFromOutside(t *testing.T) {
	dir := t.TempDir()
	names := map[string]string{}
	for _, udid := range []string{"../../etc/passwd", "192.168.1.7:5555", "192.168.1.7_5555", "a b", "A", "a", "ü", strings.Repeat("x", 5000), "\x1b[2J", ""} {
		l, err := LeaseIn(dir, udid)
		if err != nil {
			t.Fatalf("%q: %v", udid, err)
		}
		defer l.Release()
		name := filepath.Base(l.note)
		if filepath.Dir(l.note) != dir || len(name) > 100 {
			t.Errorf("%q: %s", udid, l.note)
		}
		if before, taken := names[name]; taken {
			t.Errorf("%q and %q share %s", udid, before, name)
		}
		names[name] = udid
	}
	_, err := LeaseIn(dir, "\x1b[2J")
	wantBusy(t, err)
	if strings.Contains(err.Error(), "\x1b") {
		t.Errorf("unprintable: %q", err)
	}
}

func TestDir(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/var/state")
	if d, err := Dir(); err != nil || d != "/var/state/ffscert/leases" {
		t.Errorf("%s, %v", d, err)
	}
	t.Setenv("XDG_STATE_HOME", "relative")
	t.Setenv("HOME", "/home/me")
	if d, err := Dir(); err != nil || d != "/home/me/.local/state/ffscert/leases" {
		t.Errorf("%s, %v", d, err)
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	l, err := Lease("A")
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
}

func TestNoPlaceForLeases(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := LeaseIn(filepath.Join(file, "leases"), "A")
	var tr *certification.Trouble
	if !errors.As(err, &tr) || tr.Cause != certification.CauseTool || tr.Hint == "" {
		t.Errorf("err = %v", err)
	}
}
