package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testState is the state of a command that runs in this process, in a folder
// of its own.
func testState(t *testing.T, dir string, args ...string) (*state, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	if dir == "" {
		dir = t.TempDir()
	}
	var out, errs bytes.Buffer
	return &state{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir, Getenv: os.Getenv, Columns: 120,
		Signals: func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }}, &out, &errs
}

// served starts `ffscert virtual serve` in this process and returns its line;
// it is ended with the test.
func served(t *testing.T, dir string, args ...string) ready {
	t.Helper()
	s, _, errs := testState(t, dir, append([]string{"virtual", "serve"}, args...)...)
	ctx, cancel := context.WithCancel(context.Background())
	s.Signals = func(context.Context) (context.Context, context.CancelFunc) { return ctx, cancel }
	r, w := io.Pipe()
	s.Stdout = w
	done := make(chan int, 1)
	go func() {
		done <- Main(s)
		w.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if status := <-done; status != 0 {
			t.Errorf("virtual serve ended with %d: %s", status, errs)
		}
	})
	var line json.RawMessage
	var said ready
	if err := json.NewDecoder(r).Decode(&line); err != nil {
		t.Fatalf("virtual serve: %v %s", err, errs)
	}
	schemaOf("virtual").Check(t).Valid(t, line)
	if err := json.Unmarshal(line, &said); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, r)
	return said
}

func TestServeSaysWhereItListensAndWritesTheTruth(t *testing.T) {
	dir := t.TempDir()
	said := served(t, dir, "--listen", "127.0.0.1:0", "--adb", "127.0.0.1:0", "--events", "events.jsonl", "--speed", "50")
	if said.Appium == "" || said.ADB == "" || said.Serial != said.ADB || said.Speed != 50 {
		t.Errorf("%+v", said)
	}
	resp, err := http.Get(said.Appium + "/status")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("status %d", resp.StatusCode)
	}
	first, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
	if err != nil || !strings.Contains(string(first), `"lab_started"`) {
		t.Errorf("%v %s", err, first)
	}
	// The same ports cannot be served twice.
	s, _, errs := testState(t, "", "virtual", "serve", "--adb", said.ADB)
	if status := Main(s); status != exitUsage || !strings.Contains(errs.String(), "choose a free port") {
		t.Errorf("status %d: %s", status, errs)
	}
}

// An endpoint that does not answer, or answers nonsense, ends the command with
// status 3 and one message, and no run begins.
func TestEndpointsThatDoNotServe(t *testing.T) {
	nonsense := map[string]http.HandlerFunc{
		"HTML 502": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(502)
			io.WriteString(w, "<html><body>Bad gateway \x1b[31m</body></html>")
		},
		"not JSON":   func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") },
		"empty":      func(http.ResponseWriter, *http.Request) {},
		"other JSON": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"value":{}}`) },
		"wrong phone": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"value":{"sessionId":"1","capabilities":{"platformName":"Android","deviceUDID":"OTHER"}}}`)
		},
		"refused": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(500)
			io.WriteString(w, `{"value":{"error":"session not created","message":"no such phone","stacktrace":["a","b"]}}`)
		},
	}
	for name, handler := range nonsense {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(handler)
			defer srv.Close()
			runAgainst(t, srv.URL)
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ln.Close()
		runAgainst(t, "http://"+ln.Addr().String())
	})
}

func runAgainst(t *testing.T, endpoint string) {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir := t.TempDir()
	text := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - name: bench\n    phone: {endpoint: \"" + endpoint +
		"\", udid: PHONE1}\n    plugs: {device: First plug, provisioner: Second plug}\n    provisioner: Echo Dot\n"
	if err := os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, out, errs := testState(t, dir, "run", "--case", "3P2-DE-02")
	if status := Main(s); status != exitOutside {
		t.Errorf("status %d", status)
	}
	message := errs.String()
	if !strings.HasPrefix(message, "ffscert: testbed bench: ") || !strings.Contains(message, "hint: ") || strings.Contains(message, "goroutine") || strings.Contains(message, "\x1b") {
		t.Errorf("message: %q", message)
	}
	if out.Len() > 0 {
		t.Errorf("stdout: %s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "runs")); !os.IsNotExist(err) {
		t.Errorf("a run was begun: %v", err)
	}
}

// A run on a replayed endpoint, in real time, ends as the recorded one did.
func TestServeReplays(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("PARTNER_PW", "anything else")
	dir := t.TempDir()
	partnerMap, err := filepath.Abs("../../drivers/screen/maps/partner-demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lab := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - {name: v, virtual: {latency: none, faults: {partner_no_login: 1}}}\n"
	if err := os.WriteFile(filepath.Join(dir, "lab.yaml"), []byte(lab), 0o644); err != nil {
		t.Fatal(err)
	}
	s, _, errs := testState(t, dir, "--config", "lab.yaml", "--runs", "night", "run", "--case", "FFS-LWA-01", "--attempts", "2", "--record")
	if status := Main(s); status != exitFailed {
		t.Fatalf("status %d: %s", status, errs)
	}
	said := served(t, dir, "--replay", "night/latest", "--listen", "127.0.0.1:0")
	if said.Attempts != 1 || said.Serial != "ffscert-virtual" || said.Replay == "" {
		t.Errorf("%+v", said)
	}
	phone := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\nscreens: {partner: " + partnerMap + "}\ntestbeds:\n  - name: bench\n    phone: {endpoint: \"" + said.Appium +
		"\", udid: ffscert-virtual}\n    plugs: {device: First plug, provisioner: Second plug}\n    provisioner: Echo Dot\n    accounts: {partner: {user: a@example.com, password_env: PARTNER_PW}}\n"
	if err := os.WriteFile(filepath.Join(dir, "phone.yaml"), []byte(phone), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, runs := range []string{"day1", "day2"} {
		s, out, errs := testState(t, dir, "--config", "phone.yaml", "--runs", runs, "run", "--case", "FFS-LWA-01", "--attempts", "1")
		if status := Main(s); status != exitFailed || !strings.Contains(out.String(), "SIMULATED") {
			t.Fatalf("status %d: %s\n%s", status, errs, out)
		}
		if night, day := firstAttempt(t, dir, "night"), firstAttempt(t, dir, runs); night != day {
			t.Errorf("%s instead of %s", day, night)
		}
	}
}

// firstAttempt is what the first attempt of the latest run came to.
func firstAttempt(t *testing.T, dir, runs string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, runs, "latest", "matrix.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Cases []struct {
			Attempts []struct{ Verdict, Cause, Code, Message string } `json:"attempt_list"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(b, &m); err != nil || len(m.Cases) == 0 || len(m.Cases[0].Attempts) == 0 {
		t.Fatalf("%v %s", err, b)
	}
	a := m.Cases[0].Attempts[0]
	return strings.Join([]string{a.Verdict, a.Cause, a.Code, a.Message}, "; ")
}
