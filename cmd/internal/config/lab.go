package config

import (
	"fmt"
	"os"
	"regexp"
	"time"

	"ffscert/drivers/devicelog"
)

// LabNetwork says how a testbed gets into the situations that the cases of
// networks and fallback ask for: a wrong password saved at Amazon, a device
// that is not registered, and so on. One of the three is given; without any,
// those cases are blocked. A virtual testbed needs none.
type LabNetwork struct {
	// Command is a program with its arguments that changes the networks or the
	// account and exits with status 0 once it is done; no shell is involved. In
	// the arguments {action} (arrange or restore), {situation} and {testbed} are
	// filled in; the environment has them as FFSCERT_ACTION, FFSCERT_SITUATION
	// and FFSCERT_TESTBED.
	Command []string `yaml:"command,omitempty" json:"command,omitempty" jsonschema:"minItems=1,maxItems=100"`
	// HTTP is an address that takes {"action", "situation", "testbed"} as JSON by
	// POST and answers with a status from 200 to 299 once it is done.
	HTTP string `yaml:"http,omitempty" json:"http,omitempty" jsonschema:"minLength=1"`
	// TokenEnv names an environment variable that holds a token for the address;
	// it is sent as a bearer token.
	TokenEnv string `yaml:"token_env,omitempty" json:"token_env,omitempty" jsonschema:"minLength=1"`
	// Operator asks the person at the terminal, and waits for the answer. Nobody
	// is asked where there is no terminal: the attempt is blocked.
	Operator bool `yaml:"operator,omitempty" json:"operator,omitempty"`
	// Timeout of the command or the address for one change, 1s to 30m; 2m by
	// default.
	Timeout time.Duration `yaml:"timeout,omitempty" json:"timeout,omitempty"`
}

// DeviceLog says where the log of the device under test can be read. One of
// the three is given. A virtual testbed needs none.
type DeviceLog struct {
	// File is a file that something of yours writes the log to, relative to this
	// file.
	File string `yaml:"file,omitempty" json:"file,omitempty" jsonschema:"minLength=1"`
	// Command is a program with its arguments that prints the log and ends with
	// status 0; no shell is involved.
	Command []string `yaml:"command,omitempty" json:"command,omitempty" jsonschema:"minItems=1,maxItems=100"`
	// HTTP is an address whose answer is the log.
	HTTP string `yaml:"http,omitempty" json:"http,omitempty" jsonschema:"minLength=1"`
}

// LogPatterns are regular expressions (RE2) of lines in the product's log.
// Without them, what only the log can show is not judged.
type LogPatterns struct {
	// NetworkRefused is a line that says that a network could not be joined.
	NetworkRefused string `yaml:"network_refused,omitempty" json:"network_refused,omitempty" jsonschema:"minLength=1,maxLength=500"`
	// FailureReported is a line that says that the device has told the cloud of
	// a network that it could not join.
	FailureReported string `yaml:"failure_reported,omitempty" json:"failure_reported,omitempty" jsonschema:"minLength=1,maxLength=500"`
}

// Texts are the patterns as the device's log takes them.
func (p LogPatterns) Texts() devicelog.Texts {
	return devicelog.Texts{NetworkRefused: p.NetworkRefused, FailureReported: p.FailureReported}
}

// Token reads the token from the environment (lookup is such as
// [os.LookupEnv]); it is empty where none is named.
func (n LabNetwork) Token(lookup func(string) (string, bool)) (string, error) {
	if n.TokenEnv == "" {
		return "", nil
	}
	if lookup == nil {
		lookup = os.LookupEnv
	}
	return fromEnv("token_env", n.TokenEnv, lookup)
}

// judgeLab says what is wrong with how a testbed's networks are changed and its
// device's log is read.
func (t *tree) judgeLab(b *Testbed, tokens []string) {
	if at := child(tokens, "network"); t.has(at...) && b.Network != nil {
		n := b.Network
		t.judgeOne(at, []string{"command", "http", "operator"}, [3]bool{len(n.Command) > 0, n.HTTP != "", n.Operator},
			"command, http or operator")
		t.judgeProgram(n.Command, child(at, "command"))
		t.judgeAddress(n.HTTP, child(at, "http"))
		if n.TokenEnv != "" && n.HTTP == "" {
			t.report("belongs to http", "remove it, or give http", child(at, "token_env")...)
		}
		switch {
		case !t.has(child(at, "timeout")...):
		case n.Operator:
			t.report("belongs to command and http", "remove it", child(at, "timeout")...)
		default:
			t.duration(n.Timeout, time.Second, 30*time.Minute, child(at, "timeout"))
		}
		if b.Virtual != nil {
			t.report("a virtual testbed changes its networks itself", "remove it", at...)
		}
	}
	if at := child(tokens, "device_log"); t.has(at...) && b.DeviceLog != nil {
		l := b.DeviceLog
		t.judgeOne(at, []string{"file", "command", "http"}, [3]bool{l.File != "", len(l.Command) > 0, l.HTTP != ""}, "file, command or http")
		t.judgeProgram(l.Command, child(at, "command"))
		t.judgeAddress(l.HTTP, child(at, "http"))
		if b.Virtual != nil {
			t.report("a virtual testbed reads the log of its device itself", "remove it", at...)
		}
	}
}

// judgeOne reports unless exactly one of three keys is given.
func (t *tree) judgeOne(at, keys []string, given [3]bool, all string) {
	first := -1
	for i, is := range given {
		switch {
		case !is:
		case first < 0:
			first = i
		default:
			t.report(fmt.Sprintf("%s and %s exclude each other", keys[first], keys[i]), "keep one of them", child(at, keys[i])...)
		}
	}
	if first < 0 {
		t.report("says nothing", "give one of "+all+", or remove it", at...)
	}
}

func (t *tree) judgeProgram(args []string, at []string) {
	if len(args) > 0 && args[0] == "" {
		t.report("names no program", "the first entry is the program", at...)
	}
}

func (t *tree) judgeAddress(s string, at []string) {
	if s == "" {
		return
	}
	if text, hint := addressTrouble(s); text != "" {
		t.report(text, hint, at...)
	}
}

func (t *tree) judgePatterns(p LogPatterns) {
	for _, x := range []struct{ key, text string }{{"network_refused", p.NetworkRefused}, {"failure_reported", p.FailureReported}} {
		if x.text == "" {
			continue
		}
		re, err := regexp.Compile(x.text)
		at := []string{"product", "log_patterns", x.key}
		switch {
		case err != nil:
			t.report("is no regular expression: "+firstLine(err.Error()), "write it in the syntax of RE2, in single quotes", at...)
		case re.MatchString(""):
			t.report("fits an empty line, too, and so proves nothing", "write what only such a line holds", at...)
		}
	}
}
