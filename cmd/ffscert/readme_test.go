package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// block is a fenced block of a Markdown page.
type block struct {
	kind  string // such as console
	words []string
	lines []string
	line  int
}

func blocks(t *testing.T, page string) []block {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	var open *block
	for i, line := range strings.Split(string(data), "\n") {
		switch {
		case open == nil && strings.HasPrefix(line, "```"):
			words := strings.Fields(strings.TrimPrefix(line, "```"))
			open = &block{line: i + 1}
			if len(words) > 0 {
				open.kind, open.words = words[0], words[1:]
			}
		case open != nil && line == "```":
			all = append(all, *open)
			open = nil
		case open != nil:
			open.lines = append(open.lines, line)
		}
	}
	return all
}

var fileLine = regexp.MustCompile(`^# file: (\S+)$`)

// TestReadmeCommands runs every command that the README shows, in the order in
// which it shows them, with the files that it shows before them.
func TestReadmeCommands(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	bin, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	ran := 0
	var last *readmeRun
	for _, b := range blocks(t, filepath.Join(root, "README.md")) {
		if len(b.lines) > 0 {
			if m := fileLine.FindStringSubmatch(b.lines[0]); m != nil {
				files[m[1]] = strings.Join(b.lines[1:], "\n") + "\n"
				continue
			}
		}
		if b.kind == "text" && last != nil {
			last.mustHavePrinted(b)
		}
		if b.kind != "console" {
			continue
		}
		dir := t.TempDir()
		r := &readmeRun{outer: t, root: root, bin: bin, dir: dir, said: &bytes.Buffer{}}
		last = r
		t.Run("line "+strconv.Itoa(b.line), func(t *testing.T) {
			r.t = t
			if has(b.words, "sheet") {
				r.sheet("sheet.xlsx")
			}
			if has(b.words, "phone") {
				files["ffscert.yaml"] = r.phone(files["ffscert.yaml"])
			}
			for name, text := range files {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if has(b.words, "interrupted") {
				attemptsUntil(t, ffscert(t, dir, "run", "--case", "3P2-DE-02"), 1, 0, syscall.SIGINT)
			}
			for _, line := range b.lines {
				command, ok := strings.CutPrefix(line, "$ ")
				if !ok {
					continue
				}
				ran++
				if has(b.words, "serve") {
					r.serve(command)
				} else {
					r.run(command, status(b.words))
				}
			}
		})
		files = map[string]string{}
	}
	if ran < 12 {
		t.Errorf("the README shows %d commands only: are its blocks still marked as console?", ran)
	}
}

func has(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

func status(words []string) int {
	for _, w := range words {
		if n, ok := strings.CutPrefix(w, "exit="); ok {
			i, _ := strconv.Atoi(n)
			return i
		}
	}
	return 0
}

type readmeRun struct {
	t, outer       *testing.T
	root, bin, dir string
	said           *bytes.Buffer
}

// mustHavePrinted compares what the README shows with what the commands before
// it printed: every line without a digit must be there.
func (r *readmeRun) mustHavePrinted(b block) {
	for _, line := range b.lines {
		line = strings.TrimSpace(line)
		if line == "" || line == "…" || strings.ContainsAny(line, "0123456789") {
			continue
		}
		if !strings.Contains(r.said.String(), line) {
			r.outer.Errorf("README.md:%d shows a line that the commands before it do not print: %q", b.line, line)
		}
	}
}

func (r *readmeRun) command(ctx context.Context, line string) *exec.Cmd {
	words := strings.Fields(line)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	if words[0] == "ffscert" {
		cmd.Path = filepath.Join(r.bin, "ffscert")
		cmd.Err = nil
	}
	cmd.Dir = r.dir
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func (r *readmeRun) run(line string, want int) {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	cmd := r.command(ctx, line)
	if strings.HasPrefix(line, "make ") {
		cmd.Dir = r.root
		if line == "make test" {
			cmd.Args = append(cmd.Args, "--dry-run") // this test is a part of it
		}
	}
	out, err := cmd.CombinedOutput()
	r.said.Write(out)
	if got := cmd.ProcessState.ExitCode(); got != want {
		r.t.Errorf("%s: exit status %d, want %d (%v)\n%s", line, got, want, err, out)
	}
}

// sheet puts a workbook where the README has the one that was downloaded.
func (r *readmeRun) sheet(name string) {
	data, err := workbook("[Cases]\nTest Case ID | Group | Title | Steps | Expected Result | Actual Result | Comments\n" +
		"3P2-DE-02 | Provisioning | Zero touch | plug it in | it is set up\nBC-1 | Barcode | Outer barcode | look | it is there\n")
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, name), data, 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// phone puts a phone where the README has one that is not here: the virtual
// one, behind adb and the real Appium. All else in the file stays as it is,
// but for the provisioner's times, which are made short.
func (r *readmeRun) phone(config string) string {
	real := rig.For(r.t)
	dir := r.t.TempDir()
	quick := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - name: v\n    virtual:\n" +
		"      latency: none\n      provisioner: {ready_after: 0s}\n      device: {set_up_time: {min: 1s, max: 2s}}\n"
	if err := os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(quick), 0o644); err != nil {
		r.t.Fatal(err)
	}
	serial := real.Attach(r.t, served(r.t, dir, "--adb", "127.0.0.1:0").ADB)
	for _, change := range [][2]string{
		{"http://127.0.0.1:4723", real.AppiumURL},
		{"R58M123ABC            #", "\"" + serial + "\"\n      capabilities: {\"appium:adbPort\": " + strconv.Itoa(real.ADBPort) + "} #"},
		{"    provisioner: Echo Dot", "    provisioner: Echo Dot\n    timing: {provisioner_off: 1s, provisioner_ready: 1s}"},
	} {
		if !strings.Contains(config, change[0]) {
			r.t.Fatalf("the README's configuration has no %q any more", change[0])
		}
		config = strings.Replace(config, change[0], change[1], 1)
	}
	return config
}

// serve starts a server, waits for its line of JSON and ends it as a person
// would.
func (r *readmeRun) serve(line string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	// The port of the README may be taken on this machine.
	cmd := r.command(ctx, strings.Replace(line, ":6555", ":0", 1))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	first, _ := bufio.NewReader(stdout).ReadBytes('\n')
	var said ready
	if err := json.Unmarshal(first, &said); err != nil || said.ADB == "" {
		r.t.Errorf("%s printed %q: %v\n%s", line, first, err, &stderr)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		r.t.Errorf("%s did not end well: %v\n%s", line, err, &stderr)
	}
}
