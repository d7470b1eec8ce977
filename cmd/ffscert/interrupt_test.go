package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// sessions stands before an Appium endpoint and counts the sessions that are
// opened and deleted.
type sessions struct {
	*httptest.Server
	mu              sync.Mutex
	opened, deleted int
}

func watchSessions(t *testing.T, endpoint string) *sessions {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	s := &sessions{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/session":
			s.opened++
		case r.Method == http.MethodDelete && strings.Count(r.URL.Path, "/") == 2:
			s.deleted++
		}
		s.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sessions) counts() (opened, deleted int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, s.deleted
}

// A phone is used by one run at a time: another one is refused, or waits if it
// was asked to. SIGTERM in the middle of an attempt closes the session and
// gives the phone back, and what was cut off is not recorded.
func TestAnInterruptedRunClosesItsSessionAndGivesThePhoneBack(t *testing.T) {
	dir := t.TempDir()
	said := served(t, dir, "--listen", "127.0.0.1:0", "--speed", "20")
	door := watchSessions(t, said.Appium)
	text := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - name: bench\n    phone: {endpoint: \"" + door.URL +
		"\", udid: " + said.Serial + "}\n    plugs: {device: First plug, provisioner: Second plug}\n    provisioner: Echo Dot\n"
	if err := os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	first := ffscert(t, dir, "run", "--case", "3P2-DE-02", "--attempts", "1", "--json")
	events, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(events)
	for lines.Scan() && !strings.Contains(lines.Text(), "attempt_started") {
	}
	if opened, deleted := door.counts(); opened != 1 || deleted != 0 {
		t.Fatalf("%d sessions opened, %d deleted", opened, deleted)
	}

	var refused bytes.Buffer
	second := ffscert(t, dir, "run", "--case", "3P2-DE-02", "--attempts", "1")
	second.Stderr = &refused
	_ = second.Run()
	for _, s := range []string{"is leased by another run", fmt.Sprintf("process %d", first.Process.Pid), "--wait-for-phone"} {
		if second.ProcessState.ExitCode() != exitOutside || !strings.Contains(refused.String(), s) {
			t.Errorf("status %d, it does not say %q: %s", second.ProcessState.ExitCode(), s, refused.String())
		}
	}
	third := ffscert(t, dir, "run", "--case", "3P2-DE-02", "--attempts", "1", "--wait-for-phone", "1m")
	waits, err := third.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := third.Start(); err != nil {
		t.Fatal(err)
	}
	told := bufio.NewScanner(waits)
	if !told.Scan() || !strings.Contains(told.Text(), "waiting for up to 1m0s") {
		t.Errorf("it does not say that it waits: %s", told.Text())
	}

	first.Process.Signal(syscall.SIGTERM)
	_ = first.Wait()
	if status := first.ProcessState.ExitCode(); status != exitInterrupted {
		t.Errorf("interrupted, it ends with %d", status)
	}
	if opened, deleted := door.counts(); deleted < 1 || opened > 2 {
		t.Errorf("%d sessions opened, %d deleted", opened, deleted)
	}
	began := false
	for told.Scan() {
		if began = strings.HasPrefix(told.Text(), "run "); began {
			third.Process.Signal(os.Interrupt)
			break
		}
	}
	go func() {
		for told.Scan() {
		}
	}()
	if !began {
		t.Error("the phone was given back, and the run that waited for it does not begin")
	}
	_ = third.Wait()
	if opened, deleted := door.counts(); opened != 2 || deleted != 2 {
		t.Errorf("%d sessions opened, %d deleted", opened, deleted)
	}
	if m := resultOf(t, dir, "runs"); m.Run.State != "interrupted" || m.Run.TestsExecuted != 0 {
		t.Errorf("it reads as %s with %d attempts", m.Run.State, m.Run.TestsExecuted)
	}
}
