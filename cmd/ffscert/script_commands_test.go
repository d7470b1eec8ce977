package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ffscert/reports/matrix"
)

// scriptCommands are what the scripts can do beside testscript's own commands.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"status":       cmdStatus,
		"jsonpath":     cmdJSONPath,
		"matrixschema": cmdMatrixSchema,
		"workbook":     cmdWorkbook,
		"cell":         cmdCell,
		"sameparts":    cmdSameParts,
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
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(string(matrix.JSONSchema())))
	ts.Check(err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	c := jsonschema.NewCompiler()
	ts.Check(c.AddResource("matrix.schema.json", schema))
	s, err := c.Compile("matrix.schema.json")
	ts.Check(err)
	ts.Check(s.Validate(doc))
}
