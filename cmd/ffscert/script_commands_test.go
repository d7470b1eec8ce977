package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ffscert/reports/events"
	"ffscert/reports/matrix"
)

// scriptCommands are what the scripts can do beside testscript's own commands.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"status":       cmdStatus,
		"jsonpath":     cmdJSONPath,
		"matrixschema": cmdMatrixSchema,
		"eventschema":  cmdEventSchema,
		"speaks":       cmdSpeaks,
		"workbook":     cmdWorkbook,
		"cell":         cmdCell,
		"sameparts":    cmdSameParts,
		"interrupt":    cmdInterrupt,
		"damage":       cmdDamage,
		"picture":      cmdPicture,
		"unpack":       cmdUnpack,
	}
}

// cmdStatus runs a command that must end with exactly that exit status:
//
//	status 2 ffscert run --attempts 0
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND [ARG]...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit interface{ ExitCode() int }
		if e, ok := err.(interface{ ExitCode() int }); ok {
			exit = e
			got = exit.ExitCode()
		} else {
			ts.Fatalf("%v", err)
		}
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d\nstderr: %s", got, want, ts.ReadFile("stderr"))
	}
}

// cmdJSONPath compares a value in a JSON file (or stdout) with what is wanted:
//
//	jsonpath stdout cases.0.attempts.passed 20
func cmdJSONPath(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: jsonpath FILE PATH VALUE")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for _, key := range strings.Split(args[1], ".") {
		switch t := v.(type) {
		case map[string]any:
			v = t[key]
		case []any:
			if key == "length" {
				v = float64(len(t))
				continue
			}
			i, err := strconv.Atoi(key)
			ts.Check(err)
			if i >= len(t) {
				ts.Fatalf("%s: there are only %d", args[1], len(t))
			}
			v = t[i]
		default:
			ts.Fatalf("%s: nothing below %v", args[1], v)
		}
	}
	if got := fmt.Sprint(v); (got == args[2]) == neg {
		ts.Fatalf("%s is %q", args[1], got)
	}
}

// cmdMatrixSchema validates matrix.json against the published schema.
func cmdMatrixSchema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: matrixschema FILE")
	}
	checkSchema(ts, matrix.JSONSchema(), ts.ReadFile(args[0]))
}

// cmdEventSchema holds every line of a file against the published schema of
// events:
//
//	eventschema events.jsonl
func cmdEventSchema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: eventschema FILE")
	}
	checkSchema(ts, events.JSONSchema(), strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")...)
}

func checkSchema(ts *testscript.TestScript, published []byte, documents ...string) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(published))
	ts.Check(err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	ts.Check(c.AddResource("schema.json", schema))
	s, err := c.Compile("schema.json")
	ts.Check(err)
	for _, document := range documents {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
		ts.Check(err)
		ts.Check(s.Validate(doc))
	}
}

// cmdInterrupt runs a command, and interrupts it once it has told of so many
// attempts; it must end with 130. What it says is stderr then, and what it wrote
// is in the file interrupted.
//
//	interrupt 2 ffscert run --attempts 5
func cmdInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt N COMMAND [ARG]...")
	}
	after, err := strconv.Atoi(args[0])
	ts.Check(err)
	name, err := exec.LookPath(args[1])
	ts.Check(err)
	cmd := exec.Command(name, args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"), "XDG_STATE_HOME="+ts.MkAbs("state"))
	out, err := os.Create(ts.MkAbs("interrupted"))
	ts.Check(err)
	defer out.Close()
	cmd.Stdout = out
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	var said strings.Builder
	lines := bufio.NewScanner(stderr)
	for told := 0; lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), " #") {
			if told++; told == after {
				ts.Check(cmd.Process.Signal(os.Interrupt))
			}
		}
	}
	_ = cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 130 {
		ts.Fatalf("exit status %d, want 130\n%s", status, said.String())
	}
	// So that the script's stderr sees it.
	ts.Check(os.WriteFile(ts.MkAbs("said"), []byte(said.String()), 0o644))
	ts.Check(ts.Exec("sh", "-c", "cat said >&2"))
}

// cmdDamage changes one letter of a text in a file, wherever it occurs:
//
//	damage FILE TEXT
func cmdDamage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: damage FILE TEXT")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	found := 0 // a database keeps old copies of a row for a while
	for i := 0; ; i++ {
		at := bytes.Index(data[i:], []byte(args[1]))
		if at < 0 {
			break
		}
		i += at
		data[i] ^= 1
		found++
	}
	if found == 0 {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

// cmdPicture makes a small picture:
//
//	picture FILE.png
func cmdPicture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: picture FILE.png")
	}
	var b bytes.Buffer
	ts.Check(png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 20))))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

// cmdUnpack unpacks an archive into a new folder:
//
//	unpack FILE.zip DIR
func cmdUnpack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: unpack FILE.zip DIR")
	}
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer z.Close()
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), z))
}
