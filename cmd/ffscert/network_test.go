package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ffscert/drivers/farm"
)

// benchElsewhere is a real testbed, as far as ffscert knows: an endpoint at an address,
// with what is said of its network and its device's log.
func benchElsewhere(t *testing.T, lab string) (dir string) {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir = t.TempDir()
	text := "version: 1\nplan: wss-wifi-default\nproduct:\n  device_name: First light\n" +
		"  log_patterns: {network_refused: 'Z user network .* refused', failure_reported: 'reported to the cloud'}\n" +
		"screens: {partner: " + demoMap(t, dir) + "}\n" +
		"testbeds:\n  - name: bench\n    phone: {endpoint: ENDPOINT, udid: ffscert-virtual}\n" +
		"    plugs: {device: First plug, provisioner: Second plug}\n    provisioner: Echo Dot\n    timing: {provisioner_off: 1s, provisioner_ready: 1s}\n" +
		"    accounts: {partner: {user: qa@example.com, password_env: HOME}}\n" + lab
	if err := os.WriteFile(filepath.Join(dir, "bench.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	lab = "version: 1\nplan: wss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - name: v\n    virtual:\n      latency: none\n      others: []\n" +
		"      plugs: {answer: {min: 0s, max: 0s}}\n      provisioner: {ready_after: 0s}\n      device: {set_up_time: {min: 1s, max: 1s}, reconnect: {min: 0s, max: 0s}}\n" +
		"      partner: {own_set_up_time: {min: 1s, max: 1s}}\n"
	if err := os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(lab), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// demoMap is the built-in map of the demonstration app as a file of the user's.
func demoMap(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile("../../drivers/screen/maps/partner-demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "partner.yaml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return "partner.yaml"
}

// connect puts the addresses of a served phone into the configuration.
func connect(t *testing.T, dir string, said ready) {
	t.Helper()
	path := filepath.Join(dir, "bench.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer("ENDPOINT", `"`+said.Appium+`"`, "CONTROL", said.Control).Replace(string(text))
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}

const overHTTP = "    network: {http: CONTROL/network}\n    device_log: {http: CONTROL/device-log}\n"

func bench(t *testing.T, dir string, args ...string) (status int, out, errs string) {
	t.Helper()
	s, o, e := testState(t, dir, append(args, "--config", "bench.yaml")...)
	status = Main(s)
	return status, o.String(), e.String()
}

func situation(t *testing.T, said ready) string {
	t.Helper()
	resp, err := http.Get(said.Control + "/network")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var now struct{ Situation string }
	if err := json.NewDecoder(resp.Body).Decode(&now); err != nil {
		t.Fatal(err)
	}
	return now.Situation
}

// A network scenario on a phone that is elsewhere: the situation comes by HTTP,
// the log, too; and everything is put back.
func TestANetworkScenarioOnAPhoneElsewhere(t *testing.T) {
	dir := benchElsewhere(t, overHTTP)
	said := served(t, dir, "--listen", "127.0.0.1:0", "--speed", "20")
	connect(t, dir, said)
	status, out, errs := bench(t, dir, "run", "--case", "FFS-NET-01")
	if status != 0 || !strings.Contains(out, "2/2 passed") {
		t.Fatalf("status %d\n%s\n%s", status, out, errs)
	}
	if s := situation(t, said); s != "" {
		t.Errorf("the lab is still in the situation %q", s)
	}

	// A run that was killed left the lab changed, and a note of it.
	note, err := farm.NoteOf("ffscert-virtual", "situation")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(note, []byte("ffs_switched_off"), 0o600); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(said.Control+"/network", "application/json", strings.NewReader(`{"action":"arrange","situation":"ffs_switched_off"}`))
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	// Where nobody says how it is put back, nothing is tried.
	text, err := os.ReadFile(filepath.Join(dir, "bench.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	without, _, _ := strings.Cut(string(text), "    network:")
	if err := os.WriteFile(filepath.Join(dir, "without.yaml"), []byte(without), 0o644); err != nil {
		t.Fatal(err)
	}
	s, o, _ := testState(t, dir, "run", "--config", "without.yaml", "--case", "3P2-DE-02", "--attempts", "1")
	if status := Main(s); status != exitOutside || !strings.Contains(o.String(), "FFS-E411") {
		t.Errorf("status %d\n%s", status, o)
	}
	status, out, errs = bench(t, dir, "run", "--case", "3P2-DE-02", "--attempts", "1")
	if status != 0 {
		t.Errorf("status %d\n%s\n%s", status, out, errs)
	}
	if s := situation(t, said); s != "" {
		t.Errorf("the lab is still in the situation %q", s)
	}
	if _, err := os.Stat(note); !os.IsNotExist(err) {
		t.Errorf("the note is still there: %v", err)
	}
}

// A real testbed of which nobody says how its networks are changed.
func TestANetworkScenarioThatCannotBeArranged(t *testing.T) {
	for name, c := range map[string]struct{ lab, says, warns string }{
		"nothing is said": {"", "FFS-E106", "nothing says how its networks and account are changed, which is needed by FFS-OWN-03"},
		"nobody is there": {"    network: {operator: true}\n", "FFS-E491", ""},
		"a command fails": {"    network: {command: [sh, -c, \"echo no access point; exit 1\"]}\n", "FFS-E41", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := benchElsewhere(t, c.lab)
			connect(t, dir, served(t, dir, "--listen", "127.0.0.1:0", "--speed", "20"))
			status, out, errs := bench(t, dir, "run", "--case", "FFS-OWN-03")
			if status != exitOutside || !strings.Contains(out, "blocked") || !strings.Contains(out, c.says) || strings.Contains(out, "failed  ") {
				t.Errorf("status %d\n%s", status, out)
			}
			if c.warns != "" && (!strings.Contains(errs, c.warns) || !strings.Contains(errs, "hint: give network.command")) {
				t.Errorf("no warning: %s", errs)
			}
			_, out, _ = bench(t, dir, "check")
			if strings.Contains(out, "nothing says how") != (c.warns != "") {
				t.Errorf("check says\n%s", out)
			}
		})
	}
}

// The person at the terminal is asked. Whether what they say was true is not
// seen without the device's log: the attempts have to be reviewed.
func TestThePersonAtTheTerminal(t *testing.T) {
	dir := benchElsewhere(t, "    network: {operator: true}\n")
	said := served(t, dir, "--listen", "127.0.0.1:0", "--speed", "20")
	connect(t, dir, said)
	s, out, _ := testState(t, dir, "run", "--case", "FFS-NET-01", "--config", "bench.yaml")
	p, in := sit(t, "yes", "yes", "yes", "yes", "yes", "yes")
	s.Interactive, s.Terminal, s.Stdin, s.Stderr = true, true, in, p
	if status := Main(s); status != exitReview || !strings.Contains(out.String(), "NET-REPORT") {
		t.Errorf("status %d\n%s", status, out)
	}
	for _, want := range []string{"Please save two Wi-Fi networks at Amazon", "Please save only the lab's Wi-Fi network at Amazon, with its right password.", "yes when it is done"} {
		if !strings.Contains(p.all(), want) {
			t.Errorf("not asked: %q\n%s", want, p.all())
		}
	}
}
